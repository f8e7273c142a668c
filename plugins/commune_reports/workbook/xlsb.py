"""What stands beside the values in Excel's binary packages (xlsb): percentages and errors, record by record ([MS-XLSB])."""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from io import BytesIO
from xml.sax.saxutils import quoteattr

from openpyxl.styles.numbers import BUILTIN_FORMATS

from commune_reports.workbook.archives import Archive
from commune_reports.workbook.model import MOST_COLUMNS, MOST_ROWS, Grid, Stored, address, is_percent_format
from commune_reports.workbook.relations import relations_of

ROW, RK, ERROR, REAL, FORMULA_NUMBER, FORMULA_ERROR = 0, 2, 3, 5, 9, 11
BLANK, RICH_TEXT = 1, 62
CELLS = {*range(BLANK, FORMULA_ERROR + 1), RICH_TEXT}
NUMBERS_AND_ERRORS = {RK, ERROR, REAL, FORMULA_NUMBER, FORMULA_ERROR}
COLUMNS, FORMAT, CELL_STYLE, STYLES_BEGIN, STYLES_END, SHEET, WORKBOOK = 60, 44, 47, 617, 618, 156, 153
SHARED_TEXTS, NO_RELATION = "sharedStrings", 0xFFFFFFFF
ROW_HIDDEN, COLUMNS_HIDDEN = 0x10, 0x01
ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


class BinaryLooker:
    """Answers about the sheets of one binary workbook; a part that breaks off answers for what stands before the break."""

    def __init__(self, archive: Archive, book: str) -> None:
        self.archive, self.book = archive, book

    @property
    def is_1904(self) -> bool:
        """Whether its days are counted from 1904."""
        return any(kind == WORKBOOK and record[:1] and record[0] & 1 for kind, record in self._records(self.book))

    def look(self, sheet: str) -> Stored | None:
        """What a sheet has beside its values."""
        part = self._parts.get(sheet)
        if part is None or part not in self.archive:
            return None
        stored, row = Stored(), 0
        with suppress(struct.error, IndexError):
            for kind, record in self._records(part):
                if kind == ROW:
                    (row,) = struct.unpack_from("<I", record)
                elif kind in NUMBERS_AND_ERRORS and row < MOST_ROWS:
                    column, style = struct.unpack_from("<II", record)
                    if column < MOST_COLUMNS and kind in (ERROR, FORMULA_ERROR):
                        stored.errors[address(row, column)] = ERRORS.get(record[8], "#ERROR")
                    elif column < MOST_COLUMNS and style & 0xFFFFFF in self._percents:
                        stored.percents.add(address(row, column))
        return stored

    def with_hidden(self, grid: Grid) -> Grid:
        """The grid with the rows and columns that are hidden, by hand or by a filter."""
        part = self._parts.get(grid.name)
        rows: set[int] = set()
        columns: set[int] = set()
        with suppress(struct.error, IndexError):
            for kind, record in self._records(part) if part is not None and part in self.archive else ():
                if kind == ROW and record[11] & ROW_HIDDEN:
                    rows.update(struct.unpack_from("<I", record))
                elif kind == COLUMNS and record[16] & COLUMNS_HIDDEN:
                    first, last = struct.unpack_from("<II", record)
                    columns.update(range(first, min(last + 1, MOST_COLUMNS)))
        return replace(grid, hidden_rows=frozenset(rows), hidden_columns=frozenset(columns))

    @cached_property
    def _parts(self) -> dict[str, str]:
        relations = relations_of(self.archive, self.book)
        parts = {}
        for kind, record in self._records(self.book):
            if kind == SHEET:
                relation, end = _text(record, 8)
                parts[_text(record, end)[0]] = relations.get(relation, ("", ""))[1]
        return parts

    @cached_property
    def _percents(self) -> frozenset[int]:
        relations = relations_of(self.archive, self.book).values()
        styles = next((target for kind, target in relations if kind == "styles" and target in self.archive), None)
        if styles is None:
            return frozenset()
        codes, used, is_cell_style = dict(BUILTIN_FORMATS), [], False
        for kind, record in self._records(styles):
            if kind == FORMAT:
                codes[struct.unpack_from("<H", record)[0]] = _text(record, 2)[0]
            elif kind in (STYLES_BEGIN, STYLES_END):
                is_cell_style = kind == STYLES_BEGIN
            elif kind == CELL_STYLE and is_cell_style:
                used.append(struct.unpack_from("<H", record, 2)[0])
        return frozenset(number for number, code in enumerate(used) if is_percent_format(codes.get(code, "")))

    def _records(self, part: str) -> Iterator[tuple[int, bytes]]:
        for kind, record, _ in _records_in(self.archive.read(part)):
            yield kind, record


def in_usual_places(archive: Archive, book: str) -> bytes:
    """The workbook as a package in which calamine finds everything: the parts it reads, under the names it looks for."""
    kept: list[bytes] = []
    parts: dict[str, str] = {}
    relations = relations_of(archive, book)
    for kind, record, whole in _records_in(archive.read(book)):
        if kind == SHEET:
            relation = _text(record, 8)[0]
            part_kind, target = relations.get(relation, ("", ""))
            if part_kind != "worksheet" or target not in archive:
                continue  # a sheet of macros or a chart
            parts[relation] = target
        kept.append(whole)
    if not parts:
        raise ValueError("none of its sheets is there")
    pointers = "".join(
        f'<Relationship Id={quoteattr(relation)} Target="worksheets/sheet{number}.bin"/>'
        for number, relation in enumerate(parts)
    )
    beside = {name: target for name, target in relations.values() if name in ("styles", SHARED_TEXTS)}
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        package.writestr("xl/workbook.bin", b"".join(kept))
        package.writestr("xl/_rels/workbook.bin.rels", f"<Relationships>{pointers}</Relationships>")
        for number, target in enumerate(parts.values()):
            package.writestr(f"xl/worksheets/sheet{number}.bin", archive.read(target))
        for name, target in beside.items():
            if target in archive:
                package.writestr(f"xl/{name}.bin", archive.read(target))
    return buffer.getvalue()


def without_far_cells(content: bytes) -> tuple[bytes, int, int]:
    """A sheet without what lies where nobody reports; the first row below and the first column beside that say something.

    Both count from one, 0 where there is none. Calamine lays a sheet out whole, up to the last cell that holds something.
    """
    kept: list[bytes] = []
    row = below = beside = 0
    is_cut = False
    for kind, record, whole in _records_in(content):
        if kind == ROW and len(record) >= struct.calcsize("<I"):
            (row,) = struct.unpack_from("<I", record)
        is_cell = kind in CELLS and len(record) >= struct.calcsize("<I")
        column = struct.unpack_from("<I", record)[0] if is_cell else 0
        is_below = row >= MOST_ROWS and (is_cell or kind == ROW)
        if not is_below and column < MOST_COLUMNS:
            kept.append(whole)
            continue
        is_cut = True
        if is_cell and kind != BLANK and is_below:
            below = below or row + 1
        elif is_cell and kind != BLANK:
            beside = min(beside or column + 1, column + 1)
    return b"".join(kept) if is_cut else content, below, beside


def _records_in(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Kind, content and whole of every record; kinds and lengths are written seven bits a byte."""
    at = 0
    while at < len(content):
        start = at
        kind, at = _number(content, at, most=2)
        size, at = _number(content, at, most=4)
        if at + size > len(content):
            return
        yield kind, content[at : at + size], content[start : at + size]
        at += size


def _number(content: bytes, at: int, *, most: int) -> tuple[int, int]:
    number = 0
    for count in range(most):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << (7 * count)
        if not byte & 0x80:
            break
    return number, at


def _text(record: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<I", record, at)
    if length == NO_RELATION:
        return "", at + 4
    end = at + 4 + 2 * length
    return record[at + 4 : end].decode("utf-16-le", "replace"), end
