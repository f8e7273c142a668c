"""A workbook of our own with what an opened file says, every value at its own address."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from itertools import chain, count
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from commune_reports.marking.heights import LINE, lines
from commune_reports.workbook import Grid, Spreadsheet, save_reproducibly

FACE, MOMENT = "Times New Roman", datetime(2000, 1, 1, tzinfo=UTC)
NARROWEST, WIDEST, HIGHEST = 5, 32, 409
# The first row with so many values heads a table; what stands alone in a row above it is a title.
FEWEST_OF_TABLE = 3
A4, MARGIN = 9, 0.4
NOT_A_TITLE, LONGEST_TITLE = re.compile(r"[\[\]:*?/\\]"), 31
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def copied(opened: Spreadsheet) -> bytes:
    """The visible and hidden sheets of a file as xlsx: values, days and percentages as such, merged areas; fit to be printed."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    names = titles(grid.name for grid in opened.grids)
    for grid in opened.grids:
        sheet = workbook.create_sheet(names[grid.name])
        sheet.sheet_state = "visible" if grid.visible else "hidden"
        rows = [
            [
                _written(sheet.cell(number, column), value)
                for column, value in enumerate(row, start=1)
                if not _is_empty(value)
            ]
            for number, row in enumerate(grid.rows, start=1)
        ]
        for cell in chain.from_iterable(rows):
            if _is_number(cell.value) and opened.is_percent(grid.name, cell.coordinate):
                cell.number_format = _percent_format(cell.value)
        _size(sheet, rows, grid)
        for (top, left), (bottom, right) in grid.merged:
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    if not any(sheet.sheet_state == "visible" for sheet in workbook.worksheets):
        workbook.create_sheet("Trang")
    buffer = BytesIO()
    save_reproducibly(workbook, buffer, moment=MOMENT)
    return buffer.getvalue()


def _size(sheet: Any, rows: Sequence[Sequence[Any]], grid: Grid) -> None:
    """Widths and heights that show every text in rows of filled cells; on paper all columns beside each other."""
    table_starts = next((number for number, row in enumerate(rows) if len(row) >= FEWEST_OF_TABLE), 0)
    over_several = {(top + 1, left + 1): right + 1 for (top, left), (_, right) in grid.merged if right > left}
    widths: dict[int, float] = {}
    for cell in chain.from_iterable(rows[table_starts:]):
        if (cell.row, cell.column) not in over_several:
            longest = max(map(len, _shown(cell).split("\n"))) + 2
            widths[cell.column] = max(widths.get(cell.column, NARROWEST), min(WIDEST, longest))
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(rows):
        tallest = 1
        for cell in row:
            last = over_several.get((cell.row, cell.column), cell.column)
            if number < table_starts and last == cell.column:
                cell.alignment = Alignment(vertical="top")
                continue
            wide = sum(widths.get(column, NARROWEST) for column in range(cell.column, last + 1))
            tallest = max(tallest, lines(_shown(cell), wide))
        if row:
            sheet.row_dimensions[number + 1].height = min(HIGHEST, LINE * tallest + 2)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", A4, 0
    sheet.page_margins = PageMargins(MARGIN, MARGIN, MARGIN, MARGIN)
    sheet.print_options.gridLines = True


def _shown(cell: Any) -> str:
    return "dd/mm/yyyy" if isinstance(cell.value, date) else str(cell.value)


def titles(names: Iterable[str]) -> dict[str, str]:
    """By the name of a sheet, what its copy is called: a name Excel allows, no two alike, its own where that can be."""
    given: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(dict.fromkeys(names), key=lambda one: _title(one) != one):
        wanted = _title(name)
        given[name] = next(title for number in count(1) if (title := _numbered(wanted, number)).casefold() not in taken)
        taken.add(given[name].casefold())
    return given


def _title(name: str) -> str:
    return UNPRINTABLE.sub("", NOT_A_TITLE.sub("-", name))[:LONGEST_TITLE]


def _numbered(title: str, number: int) -> str:
    end = f" ({number})" if number > 1 else ""
    return f"{title[: LONGEST_TITLE - len(end)]}{end}"


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _written(cell: Any, value: Any) -> Any:
    cell.value = _kept(value)
    if isinstance(cell.value, str):
        cell.data_type = "s"  # a text that begins with = stays a text
    elif isinstance(value, date):
        cell.number_format = "dd/mm/yyyy"
    cell.font = Font(name=FACE, size=11)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _percent_format(value: float) -> str:
    # Excel shows the point of 0.##% behind whole percents too.
    return "0%" if round(value * 100, 2) % 1 == 0 else "0.##%"


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return UNPRINTABLE.sub("", value)[:32_767]
    return value if isinstance(value, (bool, int, float, datetime, date, time, timedelta)) else str(value)
