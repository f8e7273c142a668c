"""Excel before 2007 (xls): values by calamine, what is stored beside them by xlrd when somebody asks."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from io import StringIO

import xlrd
from openpyxl.styles.numbers import BUILTIN_FORMATS

from commune_reports.workbook.grids import UNREADABLE, grids_of
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
from commune_reports.workbook.records import BARE, is_beyond_calamine, patient_xls_grids

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MACROS, ENCRYPTED = ("_VBA_PROJECT".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le"))
# The names of other documents' streams: whatever is in the file, it is no workbook.
OTHER_KINDS = (("WordDocument", "tệp Word"), ("PowerPoint Document", "tệp PowerPoint"), ("__substg1.0_", "thư Outlook"))


def open_xls(content: bytes) -> Spreadsheet | Refusal:
    """Read a compound file or a bare stream of records; errors of damaged files come through."""
    if ENCRYPTED in content:
        return Refusal("password_protected")
    for stream, kind in OTHER_KINDS:
        if stream.encode("utf-16-le") in content and "Workbook".encode("utf-16-le") not in content:
            return Refusal("wrong_format", got=kind)
    try:
        is_beyond = content.startswith(BARE) or is_beyond_calamine(content)
        grids = patient_xls_grids(content) if is_beyond else grids_of(content)
    except UNREADABLE:
        if _is_encrypted(content):
            return Refusal("password_protected")
        grids = patient_xls_grids(content)
    if any("\0" in value for grid in grids for row in grid.rows for value in row if type(value) is str):
        grids = patient_xls_grids(content)  # calamine took letters of two bytes for two letters each
    if len(grids) > MOST_SHEETS:
        return Refusal("too_many_sheets", got=f"hơn {MOST_SHEETS}", wanted=str(MOST_SHEETS))
    looker = _Looker(content)
    return Spreadsheet(
        kind="xls",
        grids=tuple(map(looker.with_hidden, grids)),
        notes=tuple(_notes(content)),
        has_formulas=True,
        has_percents=True,
        look=looker.look,
    )


def _is_encrypted(content: bytes) -> bool:
    try:
        xlrd.open_workbook(file_contents=content, logfile=StringIO())
    except xlrd.XLRDError as error:
        return "encrypted" in str(error)
    except Exception:
        return False
    return False


def _notes(content: bytes) -> Iterator[Note]:
    if MACROS in content:
        yield Note("macros_ignored")


class _Looker:
    """Opens the file with xlrd once, when the first question is asked."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def look(self, sheet: str) -> Stored | None:
        """What a sheet has beside its values; None if xlrd cannot read what calamine could."""
        return self._stored.get(sheet)

    def with_hidden(self, grid: Grid) -> Grid:
        """The grid with the rows and columns that are hidden, by hand or by a filter, and merged areas if it has none yet."""
        if self._book is None or grid.name not in self._book.sheet_names():
            return grid
        sheet = self._book.sheet_by_name(grid.name)
        rows = (row for row, info in sheet.rowinfo_map.items() if info.hidden and row < MOST_ROWS)
        columns = (column for column, info in sheet.colinfo_map.items() if info.hidden and column < MOST_COLUMNS)
        # Unless it keeps all formats, as it does here, xlrd tells no merged areas.
        merged = [((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells]
        return replace(
            grid,
            merged=grid.merged or merged,
            hidden_rows=frozenset(rows),
            hidden_columns=frozenset(columns),
        )

    @cached_property
    def _book(self) -> xlrd.Book | None:
        try:
            return xlrd.open_workbook(
                file_contents=self.content, formatting_info=True, ragged_rows=True, logfile=StringIO()
            )
        except Exception:
            return None

    @cached_property
    def _stored(self) -> Mapping[str, Stored]:
        book = self._book
        if book is None:
            return {}
        codes = {number: code.format_str or BUILTIN_FORMATS.get(number, "") for number, code in book.format_map.items()}
        looks = [is_percent_format(codes.get(look.format_key, "")) for look in book.xf_list]
        return {sheet.name: _stored(sheet, looks) for sheet in book.sheets()}


def _stored(sheet: xlrd.sheet.Sheet, looks: list[bool]) -> Stored:
    stored = Stored()
    for row in range(min(sheet.nrows, MOST_ROWS)):
        for column, kind in enumerate(sheet.row_types(row)[:MOST_COLUMNS]):
            if kind == xlrd.XL_CELL_ERROR:
                error = xlrd.error_text_from_code.get(sheet.cell_value(row, column), "#ERROR")
                stored.errors[address(row, column)] = error
            elif kind == xlrd.XL_CELL_NUMBER and looks[sheet.cell_xf_index(row, column)]:
                stored.percents.add(address(row, column))
    return stored
