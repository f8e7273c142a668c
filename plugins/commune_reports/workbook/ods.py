"""OpenDocument (ods, and the flat fods): values by calamine, merged areas and what stands beside the values from the XML."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

from lxml import etree

from commune_reports.workbook.archives import Archive, is_cut_off, repacked
from commune_reports.workbook.grids import UNREADABLE, grids_of
from commune_reports.workbook.model import (
    ERROR,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Note,
    Refusal,
    Spreadsheet,
    Stored,
    address,
    with_errors_apart,
)

MEDIA_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
COVERED, CELL, ROW, COLUMN = (
    f"{{{TABLE}}}{name}" for name in ("covered-table-cell", "table-cell", "table-row", "table-column")
)
USUAL_PREFIXES = {"office": OFFICE, "table": TABLE, "text": TEXT[1:-1]}
# What a package or a flat file holds is told by its body, whatever it says of itself or forgets to say.
SPREADSHEET_BODY = re.compile(rb"<(?:[\w.-]+:)?spreadsheet[\s/>]")
CONTENT, DESCRIPTION = "content.xml", "META-INF/manifest.xml"
MANIFEST = (
    b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
    b'manifest:full-path="/" manifest:media-type="' + MEDIA_TYPE + b'"/></manifest:manifest>'
)
LINKED = re.compile(rb"""table:formula=["'][^"']*(?:'|&apos;)file:""")
# Equal cells below and beside each other are written once; of the copies of a marked cell this many are looked at.
MOST_COPIES = 100
# No sheet has more rows than this; the number would not even fit.
MOST_TIMES = 2**24


def open_ods(archive: Archive, content: bytes) -> Spreadsheet | Refusal:
    """Read an OpenDocument package; errors of damaged packages come through."""
    if DESCRIPTION in archive and b"encryption-data" in b"".join(archive.pieces(DESCRIPTION)):
        return Refusal("password_protected")
    has_macros = any(name.startswith(("Basic/", "Scripts/")) for name in archive.parts)
    body = archive.read(CONTENT)
    sheets = body.count(b"<table:table ")
    if sheets > MOST_SHEETS:
        return Refusal("too_many_sheets", got=str(sheets), wanted=str(MOST_SHEETS))
    root = etree.fromstring(
        body, etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)
    )
    if root is None or is_cut_off(root, body):
        return Refusal("broken_file")
    if any(root.nsmap.get(prefix) != space for prefix, space in USUAL_PREFIXES.items()):
        root = _with_usual_prefixes(root)
        content, archive = _as_package(bytes(etree.tostring(root)))
        if (sheets := sum(1 for _ in root.iter(f"{{{TABLE}}}table"))) > MOST_SHEETS:
            return Refusal("too_many_sheets", got=str(sheets), wanted=str(MOST_SHEETS))
    elif not _describes_itself(archive):
        content, archive = _as_package(body)
    far, long, wide = _without_far_cells(root)
    try:
        if far:
            content = repacked(archive, {CONTENT: bytes(etree.tostring(root))})
        elif archive.is_renamed:
            content = repacked(archive, {})
        grids = grids_of(content)
    except UNREADABLE:
        # Indented XML is beyond calamine.
        grids = grids_of(repacked(archive, {CONTENT: _without_indents(root)}))
    stored, merges = _look(root)
    hidden = _hidden(root)
    for grid in grids:
        stored.setdefault(grid.name, Stored())
    notes = [Note("macros_ignored")] if has_macros else []
    if LINKED.search(body):
        notes.append(Note("external_links"))
    grids = with_errors_apart(
        [
            replace(
                grid,
                merged=merges.get(grid.name, ()),
                is_cut=grid.is_cut or grid.name in long,
                cut_column=wide.get(grid.name),
                hidden_rows=hidden.get((grid.name, ROW), frozenset()),
                hidden_columns=hidden.get((grid.name, COLUMN), frozenset()),
            )
            for grid in grids
        ],
        stored,
    )
    return Spreadsheet(
        kind="ods",
        grids=grids,
        notes=tuple(notes),
        has_formulas=any(one.errors or one.empty_formulas for one in stored.values()),
        has_percents=any(one.percents for one in stored.values()),
        look=stored.get,
    )


def is_spreadsheet(body: bytes) -> bool:
    """Whether OpenDocument markup holds a spreadsheet, and not a text or a drawing."""
    return OFFICE.encode() in body and SPREADSHEET_BODY.search(body) is not None


def _describes_itself(archive: Archive) -> bool:
    """Whether the package has what calamine looks at before its content."""
    return DESCRIPTION in archive and "mimetype" in archive and archive.read("mimetype").startswith(MEDIA_TYPE)


def _with_usual_prefixes(root: Any) -> Any:
    """The same markup under the prefixes everybody uses; calamine knows no others."""
    usual = etree.Element(root.tag, attrib=dict(root.attrib), nsmap=USUAL_PREFIXES)
    usual.extend(root)
    return usual


def _as_package(body: bytes) -> tuple[bytes, Archive]:
    content = flat_as_package(body)
    return content, Archive(content)


def flat_as_package(content: bytes) -> bytes:
    """A flat OpenDocument file as the package it would be."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as kept:
        kept.writestr("mimetype", MEDIA_TYPE)
        kept.writestr(DESCRIPTION, MANIFEST)
        kept.writestr(CONTENT, content)
    return buffer.getvalue()


def _without_far_cells(root: Any) -> tuple[bool, frozenset[str], dict[str, int]]:
    """Take away the rows and columns nobody looks at; whether anything was there, in which sheets below the last row, and for
    those with something right of the last column, in which one first.

    Calamine lays a sheet out whole, up to the last cell that holds something.
    """
    far, long = False, set()
    wide: dict[str, int] = {}
    for table in root.iter(f"{{{TABLE}}}table"):
        number = 0
        for row in list(table.iter(ROW)):
            times, column = _count(row, "number-rows-repeated"), 0
            for cell in list(row.iterchildren(CELL, COVERED)):
                along = _count(cell, "number-columns-repeated")
                if len(cell) and number + times > MOST_ROWS:
                    long.add(table.get(f"{{{TABLE}}}name", ""))
                if len(cell) and column + along > MOST_COLUMNS:
                    far = True
                    name, first = table.get(f"{{{TABLE}}}name", ""), max(column, MOST_COLUMNS)
                    if number < MOST_ROWS and "".join(cell.itertext()).strip():
                        wide[name] = min(first, wide.get(name, first))
                _shorten(cell, "number-columns-repeated", along, MOST_COLUMNS - column)
                column += along
            far |= times > MOST_TIMES
            _shorten(row, "number-rows-repeated", times, MOST_ROWS - number)
            number += times
    return far or bool(long), frozenset(long), wide


def _shorten(element: Any, name: str, times: int, room: int) -> None:
    if room <= 0:
        element.getparent().remove(element)
    elif times > room:
        element.set(f"{{{TABLE}}}{name}", str(room))


def _without_indents(root: Any) -> bytes:
    for element in root.iter(etree.Element):
        if len(element) and not (element.text or "").strip() and not element.tag.startswith(TEXT):
            element.text = None
        parent = element.getparent()
        if parent is not None and not (element.tail or "").strip() and not parent.tag.startswith(TEXT):
            element.tail = None
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _look(root: Any) -> tuple[dict[str, Stored], dict[str, list[Any]]]:
    """Errors, empty formulas and percentages, and merged areas, of every sheet."""
    stored: dict[str, Stored] = {}
    merges: dict[str, list[Any]] = {}
    for table in root.iter(f"{{{TABLE}}}table"):
        name = table.get(f"{{{TABLE}}}name", "")
        if name in stored:
            continue
        stored[name], merges[name] = Stored(), []
        for row, column, cell in _cells(table):
            _note(cell, row, column, stored[name])
            down, along = (_count(cell, f"number-{way}-spanned") for way in ("rows", "columns"))
            if down > 1 or along > 1:
                merges[name].append(((row, column), (row + down - 1, column + along - 1)))
    return stored, merges


def _hidden(root: Any) -> dict[tuple[str, str], frozenset[int]]:
    """The rows and columns hidden by hand or by a filter, by sheet and kind."""
    hidden: dict[tuple[str, str], frozenset[int]] = {}
    for table in root.iter(f"{{{TABLE}}}table"):
        for kind, repeated, most in (
            (ROW, "number-rows-repeated", MOST_ROWS),
            (COLUMN, "number-columns-repeated", MOST_COLUMNS),
        ):
            numbers: set[int] = set()
            number = 0
            for one in table.iter(kind):
                end = number + _count(one, repeated)
                if one.get(f"{{{TABLE}}}visibility", "visible") != "visible":
                    numbers.update(range(number, min(end, most)))
                number = end
            hidden.setdefault((table.get(f"{{{TABLE}}}name", ""), kind), frozenset(numbers))
    return hidden


def _cells(table: Any) -> Iterator[tuple[int, int, Any]]:
    """The cells that say something, at the places they are written for."""
    number = 0
    for row in table.iter(ROW):
        times = _count(row, "number-rows-repeated")
        column = 0
        for cell in row.iterchildren(CELL, COVERED):
            along = _count(cell, "number-columns-repeated")
            if cell.attrib and (len(cell) or cell.get(f"{{{TABLE}}}formula") or _spans(cell)):
                for down in range(min(times, MOST_COPIES)):
                    for beside in range(min(along, MOST_COPIES)):
                        if number + down < MOST_ROWS and column + beside < MOST_COLUMNS:
                            yield number + down, column + beside, cell
            column += along
        number += times


def _spans(cell: Any) -> bool:
    return any(_count(cell, f"number-{way}-spanned") > 1 for way in ("rows", "columns"))


def _note(cell: Any, row: int, column: int, stored: Stored) -> None:
    place, kind = address(row, column), cell.get(f"{{{OFFICE}}}value-type")
    formula, shown = cell.get(f"{{{TABLE}}}formula"), "".join(cell.itertext()).strip()
    if cell.get(f"{{{CALC}}}value-type") == "error" or (formula and ERROR.fullmatch(shown)):
        stored.errors[place] = shown or "#ERROR"
    elif formula and kind is None and cell.find(f"{TEXT}p") is None:  # where one is, the value is an empty text
        stored.empty_formulas[place] = formula.partition(":")[2] or formula
    elif kind == "percentage":
        stored.percents.add(place)


def _count(element: Any, name: str) -> int:
    said = element.get(f"{{{TABLE}}}{name}", "1")
    return int(said) if said.isdigit() else 1
