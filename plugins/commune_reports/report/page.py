"""One sheet of a report: places text safely, draws tables, fits row heights, sets up the A4 page."""

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from weakref import WeakKeyDictionary

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.period import ZONE

DAY = "dd/mm/yyyy"
FACE = "Times New Roman"
LINE_HEIGHT = 15.5
HEAD_FILL = PatternFill("solid", start_color="DCE6F1")
STRONG_FILL = PatternFill("solid", start_color="EDF2F9")
_LINE = Side(style="thin", color="7F7F7F")
GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
PLAIN, BOLD, ITALIC = (
    Font(name=FACE, size=12),
    Font(name=FACE, size=12, bold=True),
    Font(name=FACE, size=11, italic=True),
)
TITLE = Font(name=FACE, size=14, bold=True)
ALARM = Font(name=FACE, size=12, bold=True, color="A3261D")
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
TOP_LEFT = Alignment(horizontal="left", vertical="top", wrap_text=True)
TOP_CENTRED = Alignment(horizontal="center", vertical="top", wrap_text=True)


_looks: WeakKeyDictionary[Workbook, dict[tuple[object, ...], Any]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Column:
    """A column of a table: heading, width in characters, how its cells are set and numbers shown."""

    heading: str
    width: float
    align: Alignment = TOP_LEFT
    number_format: str | None = None


def put(cell: Cell, value: Any, *, font: Font = PLAIN, align: Alignment | None = None) -> Cell:
    """Put a value into a cell; what a commune typed is never taken for a formula."""
    _fill(cell, value)
    if isinstance(value, date) and not isinstance(value, datetime):
        cell.number_format = DAY
    cell.font = font
    if align is not None:
        cell.alignment = align
    return cell


def line(sheet: Worksheet, row: int, text: str, *, last: int, font: Font = PLAIN, align: Alignment = CENTRED) -> None:
    """One line of text across the first `last` columns."""
    span(sheet, row, 1, last, text, font=font, align=align)
    width = sum(sheet.column_dimensions[get_column_letter(column)].width for column in range(1, last + 1))
    sheet.row_dimensions[row].height = max(1, _lines(text, width)) * (LINE_HEIGHT + 2)


def span(
    sheet: Worksheet, row: int, first: int, last: int, text: str, *, font: Font = PLAIN, align: Alignment = CENTRED
) -> None:
    """Text across several columns of one row."""
    if last > first:
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)
    put(sheet.cell(row, first), text, font=font, align=align)


def columns(sheet: Worksheet, layout: Sequence[Column]) -> None:
    """Set the widths; lines above the table are measured by them."""
    for number, column in enumerate(layout, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width


def head(sheet: Worksheet, row: int, layout: Sequence[Column]) -> None:
    """The heading row of a table; it is repeated on every page and stays in view."""
    for number, column in enumerate(layout, start=1):
        cell = put(sheet.cell(row, number), column.heading, font=BOLD, align=CENTRED)
        cell.fill, cell.border = HEAD_FILL, GRID
    lines = max(_lines(column.heading, column.width) for column in layout)
    sheet.row_dimensions[row].height = max(2, lines) * LINE_HEIGHT + 6
    sheet.print_title_rows = f"{row}:{row}"
    sheet.freeze_panes = sheet.cell(row + 1, 1)


def table_row(
    sheet: Worksheet,
    row: int,
    layout: Sequence[Column],
    values: Sequence[Any],
    *,
    strong: bool = False,
    alarm: bool = False,
) -> None:
    """One row of a table, as high as its longest text needs."""
    font = ALARM if alarm else BOLD if strong else PLAIN
    fill = STRONG_FILL if strong else None
    lines = 1
    for number, (column, value) in enumerate(zip(layout, values, strict=True), start=1):
        cell = sheet.cell(row, number)
        _fill(cell, value)
        _dress(cell, font, column.align, fill, _number_format(column, value))
        if isinstance(value, str):
            lines = max(lines, _lines(value, column.width))
    sheet.row_dimensions[row].height = min(400, lines * LINE_HEIGHT + 4)


def page_setup(sheet: Worksheet, *, last_column: int, footer: str, pages_high: int = 0) -> None:
    """A4 landscape, one page wide and `pages_high` high (0 = as many as needed), with page numbers."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, pages_high
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_area = f"A1:{get_column_letter(last_column)}{sheet.max_row}"
    margins = sheet.page_margins
    margins.left, margins.right, margins.top, margins.bottom, margins.footer = 0.6, 0.5, 0.6, 0.75, 0.35
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.left.text = re.sub("&", "&&", footer)
    sheet.oddFooter.right.text = "Trang &P/&N"
    for part in (sheet.oddFooter.left, sheet.oddFooter.right):
        part.font, part.size = f"{FACE},Regular", 10
    sheet.sheet_view.showGridLines = False


def _fill(cell: Cell, value: Any) -> None:
    if isinstance(value, datetime):
        value = f"{value.astimezone(ZONE):%H:%M %d/%m/%Y}"
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:32_000]
        cell.data_type = "s"
    else:
        cell.value = value


def _number_format(column: Column, value: Any) -> str | None:
    if isinstance(value, (int, float)):
        return column.number_format
    return DAY if isinstance(value, date) and not isinstance(value, datetime) else None


def _dress(cell: Cell, font: Font, align: Alignment, fill: PatternFill | None, number_format: str | None) -> None:
    """How a cell of a table looks; each look is worked out once per workbook, for that is what writing it costs."""
    known = _looks.setdefault(cell.parent.parent, {})
    look = (id(font), id(align), id(fill), number_format)
    if look not in known:
        cell.font, cell.alignment, cell.border = font, align, GRID
        if fill is not None:
            cell.fill = fill
        if number_format is not None:
            cell.number_format = number_format
        known[look] = copy(cell._style)
    cell._style = copy(known[look])


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column this wide (12-point type)."""
    per_line = max(4, int(width * 1.12))
    return sum(max(1, -(-len(part) // per_line)) for part in text.split("\n"))
