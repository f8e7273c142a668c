"""Excel's own formats of today (xlsx, xlsm, xlsb).

Values are read by calamine, which is fast but says nothing of number formats and turns `#REF!` and formulas without a
stored value into empty cells; those questions are answered from the XML, and only when somebody asks.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from io import BytesIO
from typing import Any

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils import column_index_from_string, get_column_letter

from commune_reports.workbook.archives import LARGEST_PART, Archive, Refused, is_declaring, repacked
from commune_reports.workbook.grids import UNREADABLE, grids_of, patient_grids
from commune_reports.workbook.model import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Grid,
    Note,
    Refusal,
    Spreadsheet,
    Stored,
    address,
    is_percent_format,
)
from commune_reports.workbook.relations import parsed, relations_of
from commune_reports.workbook.xlsb import BinaryLooker, in_usual_places, without_far_cells

# A cell so far out that calamine, which lays the sheet out densely, would need gigabytes for it.
# (The patterns begin with plain letters, for which `re` looks ten times as fast as for a class of them. The first is the
# quicker one: no address of three characters is far out.)
MAY_BE_FAR = re.compile(rb"r=....[A-Z\d]", re.DOTALL)
FAR_CELL = re.compile(rb"""r=(?<=\sr=)["'](?:[A-Z]{3}\d+|[A-Z]*\d{6,}|[A-Z]{2}\d{5})["']""")
# Merged areas cost a hundred times their bytes once they are read.
MERGED_AREA, MOST_MERGED_AREAS = b"mergeCell ", 100_000
# A formula, with a prefix or without; a cell of the type of errors. Each looks for a rare letter first, which is quick.
FORMULA_OR_ERROR = re.compile(rb"f(?<=[</:]f)[\s/>]"), re.compile(rb"""e(?<=\bt=["']e)["']""")
PERCENT_FORMAT = re.compile(rb"""numFmtId=["'](?:9|10)["']|formatCode=["'][^"'>]*%""")
SINCE_1904 = re.compile(rb"""date1904=["'](?:1|true)["']""")
# Rows that only look like something: numbered, and nothing in their cells.
EMPTY_ROW = re.compile(rb"""<row(?=[^>]*\br="\d)[^>]*(?:/>|>(?:<c\b[^>]*/>)*</row>)""")
ROW = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(?:/>|>(.*?)</\1row>)", re.DOTALL)
CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
NUMBERED = re.compile(rb"""\br=["']([A-Z]*)(\d+)["']""")
# Plain words first: a pattern takes longer to find nothing than the whole sheet takes to read.
MAY_HIDE = b"hidden="
HIDDEN = (b'hidden="1"', b'hidden="true"', b"hidden='1'", b"hidden='true'")
ROW_OR_COLUMN = re.compile(rb"<(?:\w+:)?(row|col)\b([^>]*)>")
EXTENT = re.compile(rb"""\b(min|max|r)=["'](\d+)["']""")
HAS_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is|f)\b")
# Formulas dragged down far below the table show nothing.
SHOWS = re.compile(rb"<(?:\w+:)?[vt]\b[^>]*>\s*[^<\s]")
# Everything behind the rows (merged areas, validations) is shorter than this in a sheet anybody made.
LONGEST_ROW = 16 * 2**20
LAST_ROW = 2**20
TYPES, USUAL_BOOKS = "[Content_Types].xml", ("xl/workbook.xml", "xl/workbook.bin")
WORKBOOK_TYPE = re.compile(r"spreadsheetml\.(?:sheet|template)\.main|ms-excel\.(?:sheet|template)\.", re.IGNORECASE)
# More texts than a part has bytes for; calamine sets memory aside for as many as are announced.
CLAIMS_TOO_MANY = re.compile(rb"""<(?:\w+:)?sst\s[^>]*\b(?:uniqueC|c)ount=["']\d{8}""")
LONGEST_HEAD = 4096
SHEET_NAMED = re.compile(rb"<(?:\w+:)?sheet\s")
# What keeps a sheet from being read although its cells are whole: merged areas nobody can place.
MERGES = re.compile(rb"<((?:\w+:)?mergeCells)\b[^>]*?(?:/>|>.*?</\1>)", re.DOTALL)
NO_STYLES = b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'


def main_part(archive: Archive) -> str | None:
    """The part that is the workbook, wherever its writer put it; None if the package has none."""
    for name in USUAL_BOOKS:
        if name in archive:
            return archive.named(name)
    if "_rels/.rels" not in archive:
        return None
    targets = [target for kind, target in relations_of(archive, "").values() if kind == "officeDocument"]
    books = [archive.named(name) for name in targets if name in archive and _is_workbook(archive, name)]
    return books[0] if books else None


def _is_workbook(archive: Archive, name: str) -> bool:
    """Whether a part is a workbook by its name, or by what the package says that it is."""
    if re.search(r"(^|/)workbook\d*\.(xml|bin)$", name):
        return True
    types = parsed(archive.read(TYPES)).iterchildren(etree.Element) if TYPES in archive else ()
    own, ending = f"/{name}".lower(), name.rpartition(".")[2].lower()
    return any(
        (one.get("PartName", "").lower() == own or one.get("Extension", "").lower() == ending)
        and WORKBOOK_TYPE.search(one.get("ContentType", ""))
        for one in types
    )


def open_ooxml(archive: Archive, content: bytes, book: str) -> Spreadsheet | Refusal:
    """Read a package whose workbook is the part `book`; errors of damaged packages come through."""
    is_binary = book.endswith(".bin")
    binary = BinaryLooker(archive, book) if is_binary else None
    # Reading every part that carries cells or words holds it against its checksum and against declarations.
    said = archive.read(book)
    base = posixpath.dirname(book)
    relations = relations_of(archive, book)
    pointed = [target for kind, target in relations.values() if kind == "worksheet"]
    names = [archive.named(target) for target in pointed if target in archive]
    if pointed and not names:
        return Refusal("broken_file")
    if not is_binary and (count := len(SHEET_NAMED.findall(said))) > MOST_SHEETS:  # several may show one part
        return Refusal("too_many_sheets", got=str(count), wanted=str(MOST_SHEETS))
    sheets = {name: archive.read(name) for name in names if archive.size(name) <= LARGEST_PART}
    for name in (*(posixpath.join(base, f"sharedStrings.{ending}") for ending in ("xml", "bin")), TYPES):
        if name in archive and CLAIMS_TOO_MANY.search(archive.read(name)[:LONGEST_HEAD]):
            return Refusal("broken_file")
    styles = next((target for kind, target in relations.values() if kind == "styles" and target in archive), None)
    formats = archive.read(styles) if styles and not is_binary else b""
    if merged := max((sheet.count(MERGED_AREA) for sheet in sheets.values()), default=0) // MOST_MERGED_AREAS:
        return Refusal("reading_failed", got=f"hơn {merged * MOST_MERGED_AREAS} vùng ô gộp")
    notes = list(_notes(archive))
    if is_binary:
        thinned = {name: without_far_cells(sheet) for name, sheet in sheets.items()}
    else:
        large = [name for name in names if name not in sheets or _reaches_far(sheets[name])]
        thinned = {name: _Thinned(archive, name).kept() for name in large}
    changed = {name: sheet for name, (sheet, _, _) in thinned.items() if sheet is not sheets.get(name)}
    if changed:
        archive = Archive(repacked(archive, changed))
        content = archive.content
        sheets |= changed
        notes += [note for _, beyond, right_of in thinned.values() for note in _left_out(beyond, right_of)]
    elif archive.is_renamed:
        content = repacked(archive, {})
    whole = content
    if book.lower() not in USUAL_BOOKS:
        content = repacked(archive, {}, renamed=partial(_in_its_usual_place, book))
    has_formulas = any(mark.search(sheet) for sheet in sheets.values() for mark in FORMULA_OR_ERROR)
    try:
        grids = grids_of(content)
    except UNREADABLE:
        # What calamine finds broken, the more patient reader (like Excel itself) may still read.
        grids = grids_of(in_usual_places(archive, book)) if is_binary else _patiently(whole, archive, sheets, styles)
    looker = binary or _Looker(archive, book, styles)
    if binary:
        grids = tuple(map(binary.with_hidden, grids))
    elif isinstance(looker, _Looker) and any(map(_hides, sheets.values())):
        grids = tuple(_with_hidden(grid, sheets.get(looker.part_of(grid.name), b"")) for grid in grids)
    return Spreadsheet(
        kind="xlsb" if is_binary else "xlsx",
        grids=grids,
        notes=tuple(notes),
        is_1904=binary.is_1904 if binary else SINCE_1904.search(said) is not None,
        has_formulas=is_binary or has_formulas,
        has_percents=is_binary or (_has_percents(formats) if formats else None),
        look=looker.look,
    )


@lru_cache(maxsize=16)
def _has_percents(formats: bytes) -> bool:
    """Whether a part of styles has a percentage among its formats; files made from one template have the same part."""
    return PERCENT_FORMAT.search(formats) is not None


def _in_its_usual_place(book: str, name: str) -> str:
    """The name of a part in the package calamine expects, whose workbook lies in a folder of its own."""
    folder, own = posixpath.split(book)
    usual = "workbook.bin" if book.endswith(".bin") else "workbook.xml"
    if name == book:
        return f"xl/{usual}"
    if name == posixpath.join(folder, "_rels", f"{own}.rels"):
        return f"xl/_rels/{usual}.rels"
    return f"xl/{name.removeprefix(f'{folder}/')}" if folder and name.startswith(f"{folder}/") else name


def _patiently(content: bytes, archive: Archive, sheets: Mapping[str, bytes], styles: str | None) -> tuple[Grid, ...]:
    """The grids by the other reader, or without what neither understands: merged areas, and last the styles."""
    try:
        return patient_grids(content)
    except ValueError:
        bare = {name: MERGES.sub(b"", sheet) for name, sheet in sheets.items()}
    try:
        return grids_of(repacked(archive, bare))
    except UNREADABLE:
        return grids_of(repacked(archive, bare | ({archive.named(styles): NO_STYLES} if styles else {})))


def _reaches_far(sheet: bytes) -> bool:
    return MAY_BE_FAR.search(sheet) is not None and FAR_CELL.search(sheet) is not None


def _hides(markup: bytes) -> bool:
    return MAY_HIDE in markup and any(mark in markup for mark in HIDDEN)


def _with_hidden(grid: Grid, sheet: bytes) -> Grid:
    """The grid with the rows and columns that are hidden, by hand or by a filter."""
    if not _hides(sheet):
        return grid
    rows: set[int] = set()
    columns: set[int] = set()
    number = 0
    for kind, said in ROW_OR_COLUMN.findall(sheet):
        extent = {name: int(value) for name, value in EXTENT.findall(said)}
        if kind == b"row":
            number = extent.get(b"r", number + 1)
        if not _hides(said):
            continue
        if kind == b"row":
            rows.add(number - 1)
        else:
            last = min(extent.get(b"max", 0), MOST_COLUMNS)
            columns.update(range(extent.get(b"min", 1) - 1, last))
    return replace(grid, hidden_rows=frozenset(rows), hidden_columns=frozenset(columns))


def _notes(archive: Archive) -> Iterator[Note]:
    if any(name.endswith("vbaProject.bin") or name.startswith("xl/macrosheets/") for name in archive.parts):
        yield Note("macros_ignored")
    if any(name.startswith(("xl/externalLinks/externalLink", "xl/connections")) for name in archive.parts):
        yield Note("external_links", got=_linked(archive))


def _linked(archive: Archive) -> str | None:
    """The name of the file a workbook takes values from, if it is told."""
    for name in archive.parts:
        if name.startswith("xl/externalLinks/_rels/") and name.endswith(".rels"):
            found = re.search(rb"""Target=["']([^"']+)["']""", archive.read(name))
            if found:
                return posixpath.basename(found[1].decode("utf-8", "replace").replace("%20", " ").replace("\\", "/"))
    return None


class _Thinned:
    """A huge sheet without the rows and cells that hold nothing, and without what lies where nobody reports."""

    def __init__(self, archive: Archive, name: str) -> None:
        self.name, self.beyond, self.right_of = name, 0, 0
        kept = bytearray()
        rest, number = b"", 0
        for piece in archive.pieces(name):
            if not kept and is_declaring(piece):
                raise Refused(Refusal("dangerous_content", got=name))
            rest = EMPTY_ROW.sub(b"", rest + piece)
            end = 0
            for row in ROW.finditer(rest):
                kept += rest[end : row.start()]
                end = row.end()
                number = int(found[2]) if (found := NUMBERED.search(row[2])) else number + 1
                kept += self._row(row, number)
            rest = rest[end:]
            if len(rest) > LONGEST_ROW:
                raise Refused(Refusal("suspicious_archive", got=name))
        self.content = bytes(kept + rest)

    def _row(self, row: re.Match[bytes], number: int) -> bytes:
        if row[3] is None or not HAS_VALUE.search(row[3]):
            return b""
        if number > MOST_ROWS:
            if not self.beyond and SHOWS.search(row[3]):
                self.beyond = number
            return b""
        cells, column = [], 0
        for cell in CELL.finditer(row[3]):
            found = NUMBERED.search(cell[2])
            column = column_index_from_string(found[1].decode()) if found and found[1] else column + 1
            if cell[3] is None or not HAS_VALUE.search(cell[3]):
                continue
            if column > MOST_COLUMNS:
                self.right_of = min(self.right_of or column, column)
            else:
                at = b"" if found and found[1] else b' r="%s"' % address(number - 1, column - 1).encode()
                cells.append(b"<%sc%s%s>%s</%sc>" % (cell[1], at, cell[2], cell[3], cell[1]))
        return b'<%srow r="%d">%s</%srow>' % (row[1], number, b"".join(cells), row[1])

    def kept(self) -> tuple[bytes, int, int]:
        """What is left, and where something was left out that says something: its first row and column, 0 for none."""
        return self.content, self.beyond, self.right_of


def _left_out(beyond: int, right_of: int) -> Iterator[Note]:
    if beyond:
        yield Note("sheet_too_long", got=str(min(beyond, LAST_ROW)), wanted=str(MOST_ROWS))
    if right_of:
        yield Note("columns_beyond", got=get_column_letter(right_of), wanted=str(MOST_COLUMNS))


class _Looker:
    """Answers about the sheets of one workbook; opens their parts when the first question comes."""

    def __init__(self, archive: Archive, book: str, styles: str | None) -> None:
        self.archive, self.book, self.styles = archive, book, styles

    def look(self, sheet: str) -> Stored | None:
        """What a sheet has beside its values."""
        part = self._parts.get(sheet)
        return _stored(self.archive.read(part), self._percents) if part is not None and part in self.archive else None

    def part_of(self, sheet: str) -> str:
        """The part that holds a sheet, "" if there is none."""
        return self._parts.get(sheet, "")

    @cached_property
    def _parts(self) -> dict[str, str]:
        relations = relations_of(self.archive, self.book)
        parts = {}
        for sheet in parsed(self.archive.read(self.book)).iterfind("{*}sheets/{*}sheet"):
            relation = next((value for key, value in sheet.attrib.items() if etree.QName(key).localname == "id"), "")
            parts[sheet.get("name", "")] = relations.get(relation, ("", ""))[1]
        return parts

    @cached_property
    def _percents(self) -> frozenset[int]:
        """The cell styles that show percentages."""
        if self.styles is None:
            return frozenset()
        root = parsed(self.archive.read(self.styles))
        codes = dict(BUILTIN_FORMATS) | {
            int(one.get("numFmtId", -1)): one.get("formatCode", "") for one in root.iterfind("{*}numFmts/{*}numFmt")
        }
        used = (int(one.get("numFmtId", 0)) for one in root.iterfind("{*}cellXfs/{*}xf"))
        return frozenset(number for number, code in enumerate(used) if is_percent_format(codes.get(code, "")))


def _stored(sheet: bytes, percents: frozenset[int]) -> Stored:
    stored = Stored()
    for place, cell in _cells(sheet):
        kind = cell.get("t", "n")
        parts = {child.tag[child.tag.rfind("}") + 1 :]: child.text for child in cell}
        # Openpyxl writes an empty value where it knows none; Excel does so only for a text that is empty.
        has_value = bool(parts.get("v")) or (kind == "str" and "v" in parts) or "is" in parts
        if kind == "e":
            stored.errors[place] = parts.get("v") or "#ERROR"
        elif "f" in parts and not has_value:
            stored.empty_formulas[place] = f"={parts['f'] or ''}"
        elif kind == "n" and has_value and cell.get("s", "0").isdigit() and int(cell.get("s", "0")) in percents:
            stored.percents.add(place)
    return stored


def _cells(sheet: bytes) -> Iterator[tuple[str, Any]]:
    """Every cell with its address, whether it states one or not."""
    number = 0
    for _, row in etree.iterparse(
        BytesIO(sheet), events=("end",), tag="{*}row", resolve_entities=False, no_network=True, recover=True
    ):
        number = int(row.get("r", number + 1))
        column = 0
        for cell in row.iterchildren("{*}c"):
            place = cell.get("r")
            column = column_index_from_string(place.rstrip("0123456789")) if place else column + 1
            yield place or address(number - 1, column - 1), cell
        row.clear()
