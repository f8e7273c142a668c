"""Bytes → grids of cells with addresses, whatever the spreadsheet format; refuses what is not one or is dangerous.

Values are read by calamine, which is fast but says nothing of number formats and turns `#REF!` and formulas without a
stored value into empty cells; those questions are answered by openpyxl, and only when somebody asks.
"""

import csv
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

LARGEST_FILE = 20 * 2**20
LARGEST_PART = 40 * 2**20
LARGEST_WHOLE = 100 * 2**20
MOST_PARTS = 2_000
MOST_SHEETS = 100
MOST_ROWS = 20_000
MOST_COLUMNS = 256
TALLEST_MERGE = 60

ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What else people put into the folder, told by the first bytes.
OTHER_KINDS = (
    (b"%PDF", "tệp PDF"),
    (b"\xff\xd8\xff", "tệp ảnh"),
    (b"\x89PNG", "tệp ảnh"),
    (b"GIF8", "tệp ảnh"),
    (b"Rar!", "tệp nén"),
    (b"7z\xbc\xaf", "tệp nén"),
    (b"{\\rtf", "tệp văn bản (rtf)"),
    (b"<", "trang web hoặc tệp XML"),
)
# A cell so far out that calamine, which lays the sheet out densely, would need gigabytes for it.
FAR_CELL = re.compile(rb' r="(?:[A-Z]{3}\d+|[A-Z]*\d{6,})"')
TEXT_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DELIMITERS, FEWEST_COLUMNS = ",;\t|", 3
# Quoted or escaped, a percent sign in a number format is only text.
LITERAL = re.compile(r'"[^"]*"|\\.')
FORMULA_OR_ERROR = (b"<f>", b"<f ", b"<f/", b't="e"')
PERCENT_FORMAT = re.compile(rb'numFmtId="(?:9|10)"|formatCode="[^"]*%')

# The sheet of findings a marked workbook comes back with, and the sign in it by which it is known under any name.
MARK_SHEET, MARK_SIGN = "Kết quả kiểm tra", "commune-reports:marks"
MARK_SIGN_ROW = 0

# openpyxl stamps the moment of saving; the same report must have the same bytes.
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Refusal:
    """Why a file cannot be read: the code of a finding and what it needs for its sentence."""

    code: str
    got: str | None = None
    wanted: str | None = None


@dataclass(frozen=True)
class Grid:
    """One sheet: `rows[r][c]` is the value of row r+1 and column c+1, "" where empty; merged areas as (r, c), (r, c)."""

    name: str
    visible: bool
    rows: Sequence[Sequence[Any]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()

    @cached_property
    def merged_down(self) -> Mapping[tuple[int, int], tuple[int, int]]:
        """For every place covered by an area merged over several rows, the cell whose value it shows."""
        return {
            (row, column): (top, left)
            for (top, left), (bottom, right) in self.merged
            if 0 < bottom - top <= TALLEST_MERGE and right - left <= MOST_COLUMNS
            for row in range(top + 1, bottom + 1)
            for column in range(left, right + 1)
        }


def is_mark_sheet(grid: Grid) -> bool:
    """Whether a sheet is the list of findings an earlier answer added; nobody's report."""
    return len(grid.rows) > MARK_SIGN_ROW and MARK_SIGN in grid.rows[MARK_SIGN_ROW]


@dataclass(frozen=True)
class Spreadsheet:
    """An opened workbook. `has_formulas` and `has_percents` say whether the slower questions can matter at all."""

    content: bytes = field(repr=False)
    grids: tuple[Grid, ...]
    is_1904: bool = False
    has_formulas: bool = False
    has_percents: bool | None = False

    def is_percent(self, sheet: str, cell: str) -> bool | None:
        """Whether a cell is formatted as a percentage, so that its 0.85 is shown as 85 %; None if that is not to be known."""
        if self.has_percents is None:
            return None
        return self.has_percents and cell in self._stored[sheet].percents

    def formula_errors(self, sheet: str) -> Mapping[str, str]:
        """Cells that hold an error such as #REF!, with the error."""
        return self._stored[sheet].errors if self.has_formulas else {}

    def formulas_without_value(self, sheet: str) -> Mapping[str, str]:
        """Cells whose formula was saved without its value, with the formula."""
        return self._empty_formulas.get(sheet, {}) if self.has_formulas else {}

    @cached_property
    def _stored(self) -> Mapping[str, "_Stored"]:
        stored: dict[str, _Stored] = defaultdict(_Stored)
        for sheet, cell in _near_cells(self.content, data_only=True):
            if cell.data_type == "e":
                stored[sheet].errors[cell.coordinate] = str(cell.value)
            elif cell.data_type == "n" and "%" in LITERAL.sub("", cell.number_format):
                stored[sheet].percents.add(cell.coordinate)
            if cell.value is not None:
                stored[sheet].filled.add(cell.coordinate)
        return stored

    @cached_property
    def _empty_formulas(self) -> Mapping[str, Mapping[str, str]]:
        formulas: dict[str, dict[str, str]] = defaultdict(dict)
        for sheet, cell in _near_cells(self.content, data_only=False):
            if cell.data_type == "f" and cell.coordinate not in self._stored[sheet].filled:
                formulas[sheet][cell.coordinate] = str(cell.value)
        return formulas


@dataclass(frozen=True)
class _Stored:
    """What calamine does not tell of a sheet: errors, percentages, and which cells have a value at all."""

    errors: dict[str, str] = field(default_factory=dict)
    percents: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)


def open_spreadsheet(content: bytes) -> Spreadsheet | Refusal:
    """Read every sheet of a file, judged by its content and never by its name."""
    if not content:
        return Refusal("empty_file")
    if len(content) > LARGEST_FILE:
        return Refusal("file_too_large", got=_megabytes(len(content)), wanted=_megabytes(LARGEST_FILE))
    if content.startswith(ZIP):
        return _open_zip(content)
    if content.startswith(COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return Refusal("password_protected")
        return _read(content, has_percents=None)
    for start, kind in OTHER_KINDS:
        if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(start):
            return Refusal("wrong_format", got=kind)
    text = _decoded(content)
    if text is None:
        return Refusal("wrong_format", got="tệp không rõ định dạng")
    return _open_delimited(text) or Refusal("wrong_format", got="tệp văn bản")


@lru_cache(maxsize=65_536)
def address(row: int, column: int) -> str:
    """A1 address of a zero-based row and column."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def _open_zip(content: bytes) -> Spreadsheet | Refusal:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
            largest = max((part.file_size for part in parts), default=0)
            whole = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or largest > LARGEST_PART or whole > LARGEST_WHOLE:
                return Refusal("file_too_large", got=_megabytes(whole), wanted=_megabytes(LARGEST_WHOLE))
            names = {part.filename for part in parts}
            refusal = _not_a_spreadsheet(archive, names)
            if refusal:
                return refusal
            if any(part.flag_bits & 1 for part in parts):
                return Refusal("password_protected")
            sheets = [archive.read(name) for name in names if name.startswith("xl/worksheets/sheet")]
            styles = archive.read("xl/styles.xml") if "xl/styles.xml" in names else b""
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return Refusal("broken_file")
    except Exception as error:  # zlib.error and struct.error share no base with the others
        if type(error).__module__ in ("zlib", "struct"):
            return Refusal("broken_file")
        raise
    is_far = any(FAR_CELL.search(sheet) for sheet in sheets)
    return _read(
        content,
        has_formulas=any(mark in sheet for sheet in sheets for mark in FORMULA_OR_ERROR),
        has_percents=PERCENT_FORMAT.search(styles) is not None if styles else None,
        is_far=is_far,
    )


def _not_a_spreadsheet(archive: zipfile.ZipFile, names: set[str]) -> Refusal | None:
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return None
    if "mimetype" in names:
        kind = archive.read("mimetype")[:100]
        if b"opendocument.spreadsheet" in kind:
            return None
        return Refusal("wrong_format", got="tệp văn bản OpenDocument")
    if "word/document.xml" in names:
        return Refusal("wrong_format", got="tệp Word")
    if "ppt/presentation.xml" in names:
        return Refusal("wrong_format", got="tệp PowerPoint")
    return Refusal("broken_file" if "[Content_Types].xml" in names else "wrong_format", got="tệp nén")


def _read(
    content: bytes, *, has_formulas: bool = False, has_percents: bool | None = False, is_far: bool = False
) -> Spreadsheet | Refusal:
    try:
        grids = _near_grids(content) if is_far else _grids(content)
    except PasswordError:
        return Refusal("password_protected")
    except (CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, SyntaxError):
        return Refusal("broken_file")
    return Spreadsheet(content, grids, has_formulas=has_formulas, has_percents=has_percents)


def _grids(content: bytes) -> tuple[Grid, ...]:
    grids = []
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        for sheet in workbook.sheets_metadata[:MOST_SHEETS]:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            read = workbook.get_sheet_by_name(sheet.name)
            grids.append(
                Grid(
                    name=sheet.name,
                    visible=sheet.visible == SheetVisibleEnum.Visible,
                    rows=read.to_python(skip_empty_area=False, nrows=MOST_ROWS),
                    merged=read.merged_cell_ranges or (),
                )
            )
    return tuple(grids)


def _near_grids(content: bytes) -> tuple[Grid, ...]:
    """The part of each sheet that can be a report, for files with something at their far edges."""
    workbook = load_workbook(BytesIO(content), read_only=True, data_only=True)
    try:
        return tuple(
            Grid(
                name=sheet.title,
                visible=sheet.sheet_state == "visible",
                rows=[
                    ["" if value is None else value for value in row]
                    for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
                ],
            )
            for sheet in workbook.worksheets[:MOST_SHEETS]
        )
    finally:
        workbook.close()


def _near_cells(content: bytes, *, data_only: bool) -> Iterator[tuple[str, Any]]:
    """Every existing cell of the part of each sheet that can be a report, read one row at a time."""
    workbook = load_workbook(BytesIO(content), read_only=True, data_only=data_only)
    try:
        for sheet in workbook.worksheets[:MOST_SHEETS]:
            for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS):
                yield from ((sheet.title, cell) for cell in row if cell.value is not None)
    finally:
        workbook.close()


def _decoded(content: bytes) -> str | None:
    """The text of a file, by its mark, as UTF-8, or in the old Vietnamese code page; None if it is no text."""
    for mark, encoding in TEXT_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1258", "replace")


def _open_delimited(text: str) -> Spreadsheet | None:
    """A table in a text file (csv, tsv): the delimiter is the one that gives the most lines the same several columns."""
    best: list[list[str]] = []
    most = 0
    for delimiter in DELIMITERS:
        try:
            rows = list(islice(csv.reader(StringIO(text), delimiter=delimiter), MOST_ROWS))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if len(row) >= FEWEST_COLUMNS)
        count = max((width * times for width, times in widths.items() if times > 1), default=0)
        if count > most:
            best, most = rows, count
    if not best:
        return None
    grid = Grid("csv", visible=True, rows=[row[:MOST_COLUMNS] for row in best])
    return Spreadsheet(b"", (grid,))


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.0f} MB" if size >= 2**20 else f"{size / 2**10:.0f} KB"


def save_reproducibly(workbook: Workbook, out: Path | BytesIO, *, moment: datetime) -> None:
    """Write a workbook so that the same cells always give the same bytes; `moment` stands in its properties."""
    stamp = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    workbook.properties.created = stamp
    buffer = BytesIO()
    workbook.save(buffer)
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for part in written.infolist():
            content = written.read(part)
            if part.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + f"{stamp.isoformat()}Z".encode() + rb"\g<2>", content)
            entry = zipfile.ZipInfo(part.filename, date_time=FIXED_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            kept.writestr(entry, content)
