"""Excel's own formats of today (xlsx, xlsm, xlsb).

Values are read by calamine, which is fast but says nothing of number formats and turns `#REF!` and formulas without a
stored value into empty cells; those questions are answered from the XML, and only when somebody asks.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any

from lxml import etree
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils import column_index_from_string

from commune_reports.workbook.archives import LARGEST_PART, Archive, Refused, is_declaring, repacked
from commune_reports.workbook.grids import grids_of
from commune_reports.workbook.model import (
    MOST_COLUMNS,
    MOST_ROWS,
    Note,
    Refusal,
    Spreadsheet,
    Stored,
    address,
    is_percent_format,
)

# A cell so far out that calamine, which lays the sheet out densely, would need gigabytes for it.
FAR_CELL = re.compile(rb' r="(?:[A-Z]{3}\d+|[A-Z]*\d{6,}|[A-Z]{2}\d{5})"')
FORMULA_OR_ERROR = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b't="e"', b"t='e'")
PERCENT_FORMAT = re.compile(rb"""numFmtId=["'](?:9|10)["']|formatCode=["'][^"'>]*%""")
SINCE_1904 = re.compile(rb"""date1904=["'](?:1|true)["']""")
# Rows that only look like something: numbered, and nothing in their cells. Possessive, so that a long one costs one look.
EMPTY_ROWS = re.compile(rb"""(?:<row(?=[^>]*\br="\d)(?:[^>/]*+/>|[^>]*+(?<!/)>(?:<c\b[^>]*+(?<=/)>)*+</row>)\s*+)++""")
ROW = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(?:/>|>(.*?)</\1row>)", re.DOTALL)
CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
NUMBERED = re.compile(rb"""\br=["']([A-Z]*)(\d+)["']""")
HAS_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is|f)\b")
# Everything behind the rows (merged areas, validations) is shorter than this in a sheet anybody made.
LONGEST_ROW = 16 * 2**20
SHEETS = "xl/worksheets/"


def open_ooxml(archive: Archive, content: bytes) -> Spreadsheet | Refusal:
    """Read a package with a workbook in it; errors of damaged packages come through."""
    is_binary = "xl/workbook.xml" not in archive
    # Reading every part that carries cells or words holds it against its checksum and against declarations.
    book = archive.read("xl/workbook.bin" if is_binary else "xl/workbook.xml")
    names = [name for name in archive.parts if name.startswith(SHEETS) and name.count("/") == 2]
    sheets = {name: archive.read(name) for name in names if archive.size(name) <= LARGEST_PART}
    for name in ("xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        if name in archive:
            archive.read(name)
    styles = archive.read("xl/styles.xml") if "xl/styles.xml" in archive else b""
    notes = list(_notes(archive))
    large = [name for name in names if name not in sheets or (not is_binary and FAR_CELL.search(sheets[name]))]
    if large:
        thinned = {name: _Thinned(archive, name) for name in large}
        content = repacked(archive, {name: one.content for name, one in thinned.items()})
        archive = Archive(content)
        sheets |= {name: one.content for name, one in thinned.items()}
        notes += [note for one in thinned.values() for note in one.notes()]
    has_formulas = any(mark in sheet for sheet in sheets.values() for mark in FORMULA_OR_ERROR)
    return Spreadsheet(
        kind="xlsb" if is_binary else "xlsx",
        grids=grids_of(content),
        notes=tuple(notes),
        is_1904=SINCE_1904.search(book) is not None,
        has_formulas=has_formulas and not is_binary,
        has_percents=None if is_binary or not styles else PERCENT_FORMAT.search(styles) is not None,
        look=partial(_look, content),
    )


def _notes(archive: Archive) -> Iterator[Note]:
    if any(name.endswith("vbaProject.bin") or name.startswith("xl/macrosheets/") for name in archive.parts):
        yield Note("macros_ignored")
    if any(name.startswith(("xl/externalLinks/externalLink", "xl/connections")) for name in archive.parts):
        yield Note("external_links", got=_linked(archive))


def _linked(archive: Archive) -> str | None:
    """The name of the file a workbook takes values from, if it is told."""
    for name in archive.parts:
        if name.startswith("xl/externalLinks/_rels/"):
            found = re.search(rb"""Target=["']([^"']+)["']""", archive.read(name))
            if found:
                return posixpath.basename(found[1].decode("utf-8", "replace").replace("%20", " ").replace("\\", "/"))
    return None


class _Thinned:
    """A huge sheet without the rows and cells that hold nothing, and without what lies where nobody reports."""

    def __init__(self, archive: Archive, name: str) -> None:
        self.name, self.beyond = name, 0
        kept: list[bytes] = []
        rest, number = b"", 0
        for piece in archive.pieces(name):
            if not kept and is_declaring(piece):
                raise Refused(Refusal("dangerous_content", got=name))
            rest = EMPTY_ROWS.sub(b"", rest + piece)
            end = 0
            for row in ROW.finditer(rest):
                kept.append(rest[end : row.start()])
                end = row.end()
                number = int(found[2]) if (found := NUMBERED.search(row[2])) else number + 1
                kept.append(self._row(row, number))
            rest = rest[end:]
            if len(rest) > LONGEST_ROW:
                raise Refused(Refusal("suspicious_archive", got=name))
        self.content = b"".join((*kept, rest))

    def _row(self, row: re.Match[bytes], number: int) -> bytes:
        if row[3] is None or not HAS_VALUE.search(row[3]):
            return b""
        if number > MOST_ROWS:
            self.beyond = self.beyond or number
            return b""
        cells, column = [], 0
        for cell in CELL.finditer(row[3]):
            found = NUMBERED.search(cell[2])
            column = column_index_from_string(found[1].decode()) if found and found[1] else column + 1
            if cell[3] is not None and column <= MOST_COLUMNS and HAS_VALUE.search(cell[3]):
                at = b"" if found and found[1] else b' r="%s"' % address(number - 1, column - 1).encode()
                cells.append(b"<%sc%s%s>%s</%sc>" % (cell[1], at, cell[2], cell[3], cell[1]))
        return b'<%srow r="%d">%s</%srow>' % (row[1], number, b"".join(cells), row[1])

    def notes(self) -> Iterator[Note]:
        """What was left out although it says something."""
        if self.beyond:
            yield Note("sheet_too_long", got=str(self.beyond), wanted=str(MOST_ROWS))


@dataclass(frozen=True)
class _Styles:
    """Which cell styles show percentages."""

    percents: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def read(cls, archive: Archive) -> "_Styles":
        if "xl/styles.xml" not in archive:
            return cls()
        root = _parsed(archive.read("xl/styles.xml"))
        codes = dict(BUILTIN_FORMATS) | {
            int(one.get("numFmtId", -1)): one.get("formatCode", "") for one in root.iterfind("{*}numFmts/{*}numFmt")
        }
        used = (int(one.get("numFmtId", 0)) for one in root.iterfind("{*}cellXfs/{*}xf"))
        return cls(frozenset(number for number, code in enumerate(used) if is_percent_format(codes.get(code, ""))))


def _look(content: bytes) -> Mapping[str, Stored]:
    archive = Archive(content)
    styles = _Styles.read(archive)
    return {
        name: _stored(archive.read(part), styles) for name, part in _sheet_parts(archive).items() if part in archive
    }


def _sheet_parts(archive: Archive) -> dict[str, str]:
    """The part of every sheet by the sheet's name."""
    rels = _parsed(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): posixpath.normpath(posixpath.join("/xl", one.get("Target", ""))) for one in rels}
    parts = {}
    for sheet in _parsed(archive.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet"):
        relation = next((value for key, value in sheet.attrib.items() if etree.QName(key).localname == "id"), None)
        parts[sheet.get("name", "")] = targets.get(relation, "").lstrip("/")
    return parts


def _stored(sheet: bytes, styles: _Styles) -> Stored:
    stored = Stored()
    for cell in _cells(sheet):
        kind, value, formula = cell.get("t", "n"), cell.find("{*}v"), cell.find("{*}f")
        # Openpyxl writes an empty value where it knows none; Excel does so only for a text that is empty.
        has_value = value is not None and (value.text or kind == "str")
        if kind == "e":
            stored.errors[cell.get("r")] = (value.text if value is not None else None) or "#ERROR"
        elif formula is not None and not has_value and cell.find("{*}is") is None:
            stored.empty_formulas[cell.get("r")] = f"={formula.text or ''}"
        elif kind == "n" and has_value:
            with suppress(ValueError):
                if int(cell.get("s", 0)) in styles.percents:
                    stored.percents.add(cell.get("r"))
    return stored


def _cells(sheet: bytes) -> Iterator[Any]:
    """Every cell with an address, whether it states one or not."""
    number = 0
    for _, row in etree.iterparse(
        BytesIO(sheet), events=("end",), tag="{*}row", resolve_entities=False, no_network=True, recover=True
    ):
        number = int(row.get("r", number + 1))
        column = 0
        for cell in row.iterfind("{*}c"):
            place = cell.get("r")
            if place is None:
                cell.set("r", address(number - 1, column))
                column += 1
            else:
                column = column_index_from_string(place.rstrip("0123456789"))
            yield cell
        row.clear()


def _parsed(part: bytes) -> Any:
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
