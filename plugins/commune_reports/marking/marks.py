"""Marks on a workbook: colours, comments and a first sheet, put on without touching anything else, and taken off again."""

import hashlib
import json
import re
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from lxml import etree

from commune_reports.findings import Finding, Severity
from commune_reports.marking.cells import CELL, SheetCells
from commune_reports.marking.comments import HEAD, add_comments, remove_comments
from commune_reports.marking.copying import copied, titles
from commune_reports.marking.package import (
    LARGEST_PART,
    LINKS,
    SHEET_TYPE,
    TAB_SELECTED,
    Package,
    SheetPart,
    Unmarkable,
    q,
)
from commune_reports.marking.styles import AMBER, RED, Styles
from commune_reports.marking.summary import Coloured, Heading, summary_sheet
from commune_reports.task_report import sheet_named
from commune_reports.workbook import MARK_SHEET, MARK_SIGN, Refusal, is_mark_sheet, open_spreadsheet

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, NotImplementedError, RuntimeError)
# More comments than this on one sheet help nobody.
MOST_COMMENTS = 500


@dataclass(frozen=True)
class Marked:
    """A marked workbook and the ending its name must have."""

    content: bytes
    suffix: str


def mark(content: bytes, findings: Sequence[Finding], *, heading: Heading) -> Marked | None:
    """The sender's own workbook with its wrong cells coloured and commented, and a first sheet that lists the findings.

    Marks of an earlier time are taken off first. What cannot be written back (xls, xlsb, ods, csv) comes as an xlsx copy;
    None where nothing can be opened.
    """
    # A table beside another is marked on the sheet both stand on.
    findings = [replace(one, sheet=sheet_named(one.sheet)) if one.sheet else one for one in findings]
    if content.startswith(b"PK"):
        try:
            package = Package(content)
            _unmark(package)
            return Marked(_marked(package, findings, heading), _suffix(package))
        except (Unmarkable, *BROKEN, etree.LxmlError):
            pass  # another program's own way of writing: a copy is marked instead
    opened = open_spreadsheet(content)
    if isinstance(opened, Refusal):
        return None
    reports = tuple(grid for grid in opened.grids if not is_mark_sheet(grid))
    names = titles(grid.name for grid in reports)
    renamed = [replace(one, sheet=names.get(one.sheet, one.sheet)) if one.sheet else one for one in findings]
    return Marked(_marked(Package(copied(replace(opened, grids=reports))), renamed, heading), ".xlsx")


def unmark(content: bytes) -> bytes:
    """The workbook without our marks; the same bytes if it carries none or cannot be changed in place."""
    try:
        package = Package(content)
        return package.content() if _unmark(package) else content
    except (Unmarkable, *BROKEN, etree.LxmlError):
        return content


def _marked(package: Package, findings: Sequence[Finding], heading: Heading) -> bytes:
    sheets = {sheet.name: sheet for sheet in package.sheets()}
    if not sheets:
        raise Unmarkable("no worksheet")
    styles = Styles(package)
    counts, active = styles.counts(), _active_tab(package)
    coloured: list[Coloured] = []
    for name, cells in _by_sheet(findings).items():
        if name in sheets and package.size(sheets[name].part) <= LARGEST_PART:
            coloured += _colour(package, sheets[name], cells, styles)

    def memory() -> str:
        # The digest tells later whether the styles are still numbered as here.
        return json.dumps({"styles": _digest(styles), "counts": counts, "active": active})

    sheet = summary_sheet(findings, heading, styles, coloured=coloured, sheets=sheets.keys(), memory=memory)
    _insert_sheet(package, sheet)
    return package.content()


def _by_sheet(findings: Sequence[Finding]) -> Mapping[str, Mapping[str, list[Finding]]]:
    """By sheet and cell, the findings that are shown on the cell itself."""
    found: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for one in findings:
        if one.sheet and one.cell and CELL.fullmatch(one.cell) and one.severity is not Severity.INFO:
            found[one.sheet][one.cell].append(one)
    return found


def _colour(
    package: Package, sheet: SheetPart, wrong: Mapping[str, Sequence[Finding]], styles: Styles
) -> list[Coloured]:
    cells = SheetCells(package.tree(sheet.part))
    if cells.data is None:
        return []
    told: dict[str, list[Finding]] = defaultdict(list)
    for cell, findings in wrong.items():
        told[cells.anchor(cell)] += findings
    coloured = []
    for cell, findings in told.items():
        element = cells.get(cell)
        style = int(element.get("s", "0"))
        coloured.append(Coloured(sheet.name, cell, style, styles.fill_text(style)))
        is_wrong = any(one.severity is Severity.CRITICAL for one in findings)
        element.set("s", str(styles.marked(style, RED if is_wrong else AMBER)))
    texts = {cell: "\n".join(dict.fromkeys(one.message for one in findings)) for cell, findings in told.items()}
    add_comments(package, sheet, dict(list(texts.items())[:MOST_COMMENTS]))
    return coloured


def _insert_sheet(package: Package, content: bytes) -> None:
    """Make the sheet of findings the first and open tab, and keep everything that counts tabs right."""
    workbook = package.workbook
    for sheet in package.sheets():
        _deselect(package, sheet.part)
    part = package.free_name("xl/worksheets/sheet{}.xml")
    package.new_tree(part, etree.fromstring(content), f"{SHEET_TYPE}worksheet+xml")
    listed = workbook.find(q("sheets"))
    names = {one.get("name") for one in listed}
    name = next(one for one in (MARK_SHEET, *(f"{MARK_SHEET} {n}" for n in range(2, 1000))) if one not in names)
    entry = etree.Element(q("sheet"), name=name, sheetId=str(max(int(one.get("sheetId", "0")) for one in listed) + 1))
    entry.set(f"{{{LINKS}}}id", package.relate(package.workbook_part, "/worksheet", part))
    listed.insert(0, entry)
    _shift_tabs(package, 1)
    for view in workbook.iterfind(f"{q('bookViews')}/{q('workbookView')}"):
        view.set("activeTab", "0")
        view.set("firstSheet", "0")


def _unmark(package: Package) -> bool:
    """Take everything off that an earlier marking put on; whether there was anything."""
    ours = _our_sheet(package)
    if ours is None:
        return _unmark_strays(package)
    memory, coloured = _remembered(package, ours)
    sheets = [sheet for sheet in package.sheets() if sheet.part != ours.part]
    styles = Styles(package)
    is_as_left = memory.get("styles") == _digest(styles)
    for sheet in sheets:
        _restore(package, sheet, styles, coloured=coloured, is_as_left=is_as_left)
        remove_comments(package, sheet)
    if is_as_left:
        styles.cut_back(tuple(memory["counts"]))
    _remove_sheet(package, ours, int(memory.get("active", 0)))
    return True


def _unmark_strays(package: Package) -> bool:
    """Take marks off whose sheet somebody deleted: what the cells looked like before is gone with it, so they get no colour."""
    found = package.related(package.workbook_part, "/styles")
    looks = package.raw(found[1]).upper() if found is not None and found[1] in package else b""
    may_be_coloured = any(colour.encode() in looks for colour in (RED, AMBER))
    commented = []
    for sheet in package.sheets():
        said = package.related(sheet.part, "/comments")
        if said is not None and said[1] in package and HEAD.encode() in package.raw(said[1]):
            commented.append(sheet)
    if may_be_coloured:
        styles = Styles(package)
        for sheet in package.sheets():
            _restore(package, sheet, styles, coloured={}, is_as_left=False)
    for sheet in commented:
        remove_comments(package, sheet)
    return may_be_coloured or bool(commented)


def _restore(
    package: Package,
    sheet: SheetPart,
    styles: Styles,
    *,
    coloured: Mapping[tuple[str, str], Coloured],
    is_as_left: bool,
) -> None:
    """Give every cell in one of our colours its own look back; another colour is somebody's own."""
    is_untouched = is_as_left and all(name != sheet.name for name, _ in coloured)
    if is_untouched or package.size(sheet.part) > LARGEST_PART:
        return
    cells = SheetCells(package.tree(sheet.part))
    if cells.data is None:
        return
    for cell, element in list(cells.styled()):
        style = int(element.get("s"))
        if styles.colour(style) is None:
            continue
        before = coloured.get((sheet.name, cell))
        if before is not None and is_as_left:
            element.set("s", str(before.style))
        else:
            element.set("s", str(styles.refilled(style, before.fill if before else "")))
        if element.get("s") == "0":
            del element.attrib["s"]
            cells.drop_empty(cell)


def _our_sheet(package: Package) -> SheetPart | None:
    """The sheet an earlier marking added, whatever it is called by now."""
    shared = package.related(package.workbook_part, "/sharedStrings")
    sign = MARK_SIGN.encode()
    is_shared = shared is not None and shared[1] in package and sign in package.raw(shared[1])
    for sheet in package.sheets():
        may_be = package.size(sheet.part) <= LARGEST_PART and (is_shared or sign in package.raw(sheet.part))
        if may_be and MARK_SIGN in _texts(package, sheet):
            return sheet
    return None


def _texts(package: Package, sheet: SheetPart) -> list[str]:
    """Every text of a sheet in its order, written in the cell or kept with the shared ones."""
    shared = _shared(package)
    texts = []
    for cell in package.tree(sheet.part).iter(q("c")):
        kind, value = cell.get("t"), cell.findtext(q("v"))
        if kind == "inlineStr":
            texts.append("".join(cell.itertext(q("t"))))
        elif kind == "s" and value is not None and int(value) < len(shared):
            texts.append(shared[int(value)])
        elif value is not None:
            texts.append(value)
    return texts


def _shared(package: Package) -> list[str]:
    found = package.related(package.workbook_part, "/sharedStrings")
    if found is None or found[1] not in package:
        return []
    return ["".join(one.itertext(q("t"))) for one in package.tree(found[1]).iterfind(q("si"))]


def _remembered(package: Package, ours: SheetPart) -> tuple[dict[str, Any], dict[tuple[str, str], Coloured]]:
    """What was written behind the findings: how the styles were numbered, and what each coloured cell looked like."""
    texts = _texts(package, ours)
    coloured = {}
    memory: dict[str, Any] = {}
    for before, text in pairwise(texts):
        if before == MARK_SIGN:
            memory = _json(text)
        elif found := re.fullmatch(r"([A-Z]{1,3}[1-9]\d*)\|(\d+)\|(<.*>)", text, re.DOTALL):
            coloured[before, found[1]] = Coloured(before, found[1], int(found[2]), found[3])
    return memory, coloured


def _remove_sheet(package: Package, ours: SheetPart, active: int) -> None:
    workbook = package.workbook
    listed = workbook.find(q("sheets"))
    at = list(listed).index(ours.element)
    _shift_tabs(package, -1, gone=at)
    relation = ours.element.get(f"{{{LINKS}}}id")
    listed.remove(ours.element)
    package.unrelate(package.workbook_part, relation)
    package.drop(ours.part)
    defined = workbook.find(q("definedNames"))
    if defined is not None and not len(defined):
        workbook.remove(defined)
    for view in workbook.iterfind(f"{q('bookViews')}/{q('workbookView')}"):
        view.set("activeTab", str(min(active, len(listed) - 1)))


def _shift_tabs(package: Package, by: int, *, gone: int = -1) -> None:
    """Names that belong to one sheet tell it by the number of its tab."""
    for one in list(package.workbook.iterfind(f"{q('definedNames')}/{q('definedName')}")):
        tab = one.get("localSheetId")
        if tab is None:
            continue
        if int(tab) == gone:
            one.getparent().remove(one)
        elif int(tab) > gone:
            one.set("localSheetId", str(int(tab) + by))


def _deselect(package: Package, part: str) -> None:
    """Two selected tabs are a group: what is typed into one goes into both."""
    if TAB_SELECTED.search(package.raw(part)):
        package.put(part, TAB_SELECTED.sub(b'tabSelected="0"', package.raw(part)))


def _active_tab(package: Package) -> int:
    view = package.workbook.find(f"{q('bookViews')}/{q('workbookView')}")
    return int(view.get("activeTab", "0")) if view is not None else 0


def _digest(styles: Styles) -> str:
    return hashlib.sha256(etree.tostring(styles.root, method="c14n")).hexdigest()[:16]


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _suffix(package: Package) -> str:
    types = package.raw("[Content_Types].xml")
    return ".xlsm" if b"macroEnabled" in types else ".xlsx"
