"""The workbook a commune fills: its tasks grouped by indicator, open cells, drop-downs, a hidden identity."""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.errors import NeedsHuman
from commune_reports.findings import STATUS_LABELS
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan, Task, Unit
from commune_reports.workbook import save_reproducibly

CURRENT = "template-1.yaml"
FACE = "Times New Roman"
HEAD_ROW = 9
LINE_HEIGHT = 14.0
GREY, BLUE, SECTION = "F2F2F2", "DCE6F1", "E7EEF7"
THIN = Side(style="thin", color="7F7F7F")
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


@dataclass(frozen=True)
class PreviousState:
    """What the unit last had accepted for a task in an earlier period."""

    status: str | None
    progress_pct: float | None
    result: str | None
    evidence: str | None
    completed_on: date | None
    difficulty: str | None
    proposal: str | None
    note: str | None


@dataclass(frozen=True)
class Column:
    """One column of the template; `kind` is fixed, previous or open."""

    field: str
    label: str
    width: float
    kind: str


@dataclass(frozen=True)
class Layout:
    """One version of the template, as told by include/templates/template-N.yaml."""

    version: str
    sheet: str
    identity_sheet: str
    title: str
    instructions: str
    optional_mark: str
    columns: tuple[Column, ...]

    def letter(self, field: str) -> str:
        """Letter of the column that holds a field."""
        return str(get_column_letter(1 + [column.field for column in self.columns].index(field)))


@dataclass(frozen=True)
class _Sheet:
    sheet: Worksheet
    layout: Layout
    plan: Plan
    unit: Unit
    period: ReportingPeriod
    styles: dict[str, Any] = dataclass_field(default_factory=dict)


def load_layout(include: Path) -> Layout:
    """The template's current layout; NeedsHuman when the file is not right."""
    path = include / "templates" / CURRENT
    return _load_layout(path, path.stat().st_mtime_ns if path.exists() else 0)


def write_template(
    out: Path | BytesIO,
    *,
    plan: Plan,
    unit: Unit,
    period: ReportingPeriod,
    previous: Mapping[str, PreviousState],
    layout: Layout,
) -> None:
    """Write the workbook one unit fills for one period; the same input gives the same bytes.

    Owed tasks come in the order of the plan, optional ones carry a mark; `previous` (by task code) fills the grey column.
    """
    workbook = Workbook()
    table = workbook.active
    assert table is not None
    table.title = layout.sheet
    page = _Sheet(table, layout, plan, unit, period)
    _title_block(page)
    _head(page)
    rows = _tasks(page, previous)
    last = table.max_row
    _open_cells(page, rows)
    _signatures(page, last + 2)
    _print_setup(page, last + 8)
    _identity(workbook, page)
    save_reproducibly(workbook, out, moment=plan.dates(period).opens_at)


@lru_cache(maxsize=4)
def _load_layout(path: Path, _changed: int) -> Layout:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return Layout(**{**raw, "columns": tuple(Column(**column) for column in raw["columns"])})
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise NeedsHuman(f"template layout {path} is not right: {' '.join(str(error).split())}") from error


def _title_block(page: _Sheet) -> None:
    sheet, unit, period, plan = page.sheet, page.unit, page.period, page.plan
    dates, last = plan.dates(period), len(page.layout.columns)
    lines = (
        (1, 1, 4, "ỦY BAN NHÂN DÂN", Font(name=FACE, size=12), "center"),
        (2, 1, 4, unit.full_name.upper(), Font(name=FACE, size=12, bold=True), "center"),
        (1, 8, last, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Font(name=FACE, size=12, bold=True), "center"),
        (2, 8, last, "Độc lập - Tự do - Hạnh phúc", Font(name=FACE, size=13, bold=True, underline="single"), "center"),
        (4, 1, last, page.layout.title, Font(name=FACE, size=14, bold=True), "center"),
        (5, 1, last, plan.title, Font(name=FACE, size=12, italic=True), "center"),
        (6, 1, last, f"Kỳ báo cáo: {period.label} (số liệu từ {period.window_start:%d/%m/%Y} đến {period.window_end:%d/%m/%Y})",
         Font(name=FACE, size=12, bold=True), "center"),
        (7, 1, last, f"Đơn vị: {unit.full_name} (mã {unit.code}) – Hạn nộp: {dates.unit_due_at:%H:%M ngày %d/%m/%Y}",
         Font(name=FACE, size=12), "center"),
        (8, 1, last, page.layout.instructions, Font(name=FACE, size=11, italic=True, color="1F3864"), "left"),
    )  # fmt: skip
    for row, first, to, text, font, horizontal in lines:
        sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=to)
        cell = sheet.cell(row, first, text)
        cell.font = font
        cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
    for row, height in ((1, 18), (2, 18), (3, 6), (4, 22), (5, 20), (6, 20), (7, 20), (8, 50)):
        sheet.row_dimensions[row].height = height


def _head(page: _Sheet) -> None:
    for number, column in enumerate(page.layout.columns, start=1):
        cell = page.sheet.cell(HEAD_ROW, number, column.label)
        cell.font = Font(name=FACE, size=11, bold=True)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        cell.fill = PatternFill("solid", start_color=BLUE)
        cell.border = BORDER
        page.sheet.column_dimensions[get_column_letter(number)].width = column.width
    page.sheet.row_dimensions[HEAD_ROW].height = 34
    page.sheet.freeze_panes = page.sheet.cell(HEAD_ROW + 1, 4)


def _tasks(page: _Sheet, previous: Mapping[str, PreviousState]) -> list[int]:
    """Write section and task rows; the numbers of the task rows."""
    given = {task.code: task for task in page.plan.tasks_of(page.unit.code)}
    rows, row = [], HEAD_ROW
    for index in page.plan.indices:
        row += 1
        _section(page, row, index.section, index.title.upper())
        for indicator in index.indicators:
            tasks = [task for task in indicator.tasks if task.code in given]
            if not tasks:
                continue
            row += 1
            _section(page, row, indicator.numeral, f"{indicator.title} (Trọng số {indicator.weight:g}%)")
            for task in tasks:
                row += 1
                _task(page, row, task, previous.get(task.code))
                rows.append(row)
    return rows


def _section(page: _Sheet, row: int, numeral: str, title: str) -> None:
    last = len(page.layout.columns)
    for column in range(1, last + 1):
        text, horizontal = {1: (numeral, "center"), 2: (title, "left")}.get(column, (None, ""))
        cell, look = page.sheet.cell(row, column, text), f"section {horizontal}"
        if look not in page.styles:
            cell.fill = PatternFill("solid", start_color=SECTION)
            cell.border = BORDER
            if horizontal:
                cell.font = Font(name=FACE, size=11, bold=True)
                cell.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=True)
            page.styles[look] = cell._style
        cell._style = copy(page.styles[look])
    # Every cell has its looks already: merge_cells() would work them out anew, which takes longer than all the rest.
    page.sheet.merged_cells.add(f"B{row}:{get_column_letter(last)}{row}")
    page.sheet.row_dimensions[row].height = 20


def _task(page: _Sheet, row: int, task: Task, before: PreviousState | None) -> None:
    is_owed = page.plan.is_owed(task, page.period)
    texts = {
        "number": task.number,
        "task": task.code,
        "task_text": task.text if is_owed else f"{task.text} {page.layout.optional_mark}",
        "performing_body": task.performing_text,
        "previous": _told(before),
    }
    # Programs that open the file do not all fit rows by themselves, and a locked sheet hides what is cut off.
    lines = max(_lines(texts.get(column.field), column.width) for column in page.layout.columns)
    page.sheet.row_dimensions[row].height = max(3, lines) * LINE_HEIGHT + 3
    for number, column in enumerate(page.layout.columns, start=1):
        cell = page.sheet.cell(row, number, texts.get(column.field))
        if column.field in page.styles:
            cell._style = copy(page.styles[column.field])
        else:
            _dress(cell, column)
            page.styles[column.field] = cell._style


def _dress(cell: Cell, column: Column) -> None:
    """The looks of a task's cell; dear to work out, so they are worked out once per column."""
    centred = column.field in ("number", "task", "status", "progress_pct", "completed_on")
    cell.alignment = Alignment(horizontal="center" if centred else "left", vertical="top", wrap_text=True)
    cell.border = BORDER
    cell.font = Font(
        name=FACE,
        size=10 if column.kind == "previous" else 11,
        color="595959" if column.kind == "previous" else "000000",
    )
    if column.kind == "open":
        cell.protection = Protection(locked=False)
    else:
        cell.fill = PatternFill("solid", start_color=GREY)
    if column.field == "completed_on":
        cell.number_format = "dd/mm/yyyy"
    elif column.field == "progress_pct":
        cell.number_format = "0.##"
    elif column.kind == "open":
        cell.number_format = "@" if column.field == "evidence" else "General"


def _lines(text: object, width: float) -> int:
    return -(-len(str(text)) // int(width * 1.2)) if text is not None else 1


def _told(state: PreviousState | None) -> str | None:
    """Last period's state in a few words, for the officer to go on from."""
    if state is None or state.status is None:
        return None
    head = STATUS_LABELS[state.status]
    if state.status == "in_progress" and state.progress_pct is not None:
        head += f", {state.progress_pct:g}%"
    if state.status == "completed" and state.completed_on is not None:
        head += f" ngày {state.completed_on:%d/%m/%Y}"
    detail = state.result or state.difficulty or state.note
    return f"{head}: {detail}" if detail else head


def _open_cells(page: _Sheet, rows: list[int]) -> None:
    """Drop-downs and limits on the open cells, and a tint on what a chosen status still wants."""
    layout, period = page.layout, page.period
    first_day = date(page.plan.year - 1, 12, 15)
    status = DataValidation(type="list", formula1=f'"{",".join(STATUS_LABELS.values())}"', allow_blank=True)
    status.error = f"Chọn một trong: {', '.join(STATUS_LABELS.values())}."
    progress = DataValidation(type="decimal", operator="between", formula1="0", formula2="100", allow_blank=True)
    progress.error = "Tiến độ là số từ 0 đến 100, ví dụ 85."
    done = DataValidation(
        type="date",
        operator="between",
        formula1=f"DATE({first_day.year},{first_day.month},{first_day.day})",
        formula2=f"DATE({period.window_end.year},{period.window_end.month},{period.window_end.day})",
        allow_blank=True,
    )
    done.error = f"Ngày hoàn thành từ {first_day:%d/%m/%Y} đến {period.window_end:%d/%m/%Y}, ghi như 05/11/2024."
    for field, rule in (("status", status), ("progress_pct", progress), ("completed_on", done)):
        rule.errorTitle, rule.showErrorMessage = "Đề nghị kiểm tra lại", True
        for row in rows:
            rule.add(f"{layout.letter(field)}{row}")
        page.sheet.add_data_validation(rule)
    wanted = PatternFill("solid", start_color="FFF2CC", end_color="FFF2CC")
    first, last = rows[0], rows[-1]
    needs = {
        "progress_pct": ("in_progress",),
        "result": ("completed", "in_progress"),
        "evidence": ("completed",),
        "completed_on": ("completed",),
    }
    for field, statuses in needs.items():
        letter = layout.letter(field)
        chosen = ",".join(f'${layout.letter("status")}{first}="{STATUS_LABELS[one]}"' for one in statuses)
        page.sheet.conditional_formatting.add(
            f"{letter}{first}:{letter}{last}",
            FormulaRule(formula=[f'AND(OR({chosen}),{letter}{first}="")'], fill=wanted),
        )


def _signatures(page: _Sheet, row: int) -> None:
    last = len(page.layout.columns)
    for first, to, lines in ((2, 4, ("NGƯỜI LẬP BIỂU",)), (10, last, ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"))):
        for offset, text in enumerate(lines):
            page.sheet.merge_cells(start_row=row + offset, start_column=first, end_row=row + offset, end_column=to)
            cell = page.sheet.cell(row + offset, first, text)
            cell.font = Font(name=FACE, size=12, bold=True)
            cell.alignment = Alignment(horizontal="center")


def _print_setup(page: _Sheet, last_row: int) -> None:
    sheet = page.sheet
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.print_area = f"A1:{get_column_letter(len(page.layout.columns))}{last_row}"
    margins = sheet.page_margins
    margins.left, margins.right, margins.top, margins.bottom = 0.4, 0.4, 0.5, 0.5
    sheet.oddFooter.center.text = "Trang &P/&N"
    sheet.oddFooter.left.text = f"{page.unit.full_name} – {page.period.label}"
    sheet.print_options.horizontalCentered = True
    sheet.sheet_view.showGridLines = False
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = sheet.protection.formatCells = False


def _identity(workbook: Workbook, page: _Sheet) -> None:
    sheet = workbook.create_sheet(page.layout.identity_sheet)
    for row in (
        ("plan", page.plan.id),
        ("unit", page.unit.code),
        ("period", page.period.id),
        ("template_version", page.layout.version),
    ):
        sheet.append(row)
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True
