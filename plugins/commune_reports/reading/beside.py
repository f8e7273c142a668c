"""Tables side by side on one sheet: each is read as a sheet of its own whose cells keep their addresses."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from openpyxl.utils import coordinate_to_tuple, get_column_letter

from commune_reports.findings import Finding
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.claims import looks_ahead, period_headed
from commune_reports.reading.sections import Section, section_of
from commune_reports.reading.sheets import Sheet
from commune_reports.reading.tables import Head
from commune_reports.reading.tasks import Clerk
from commune_reports.reading.times import EARLIER, LATER, OF_NOW, is_hoped_for, time_of
from commune_reports.spelling import fold
from commune_reports.task_report import TaskRow, beside_name, sheet_named
from commune_reports.workbook import Grid, Spreadsheet, address

MOST_TABLES = 4
# A row with more cells is no title of the sheet.
FEW = 2
# What heads a table of what is only to be done or was done before: "Kế hoạch tháng 12", "Chỉ tiêu giao năm 2024", "Kỳ trước".
NUMBERED = r"(?:(?:phan |bieu |bang )?(?:[ivx]+|\d{1,2}|[a-d]) )?"
WHEN = r"(?:nam|quy|thang|ky)"
PLANNED = re.compile(
    rf"{NUMBERED}(?:(?:theo )?(?:ke hoach(?! so\b| hoa\b)|kh(?= {WHEN}\b)|du kien|phuong huong|phan cong)\b|"
    rf"(?:duoc )?(?:giao|dang ky)(?:$| (?:chi tieu|ke hoach|nhiem vu|{WHEN})\b)|"
    rf"(?:chi tieu|muc tieu)\b.*\b(?:giao|ke hoach|phan dau|dang ky|de ra|{WHEN})\b)"
)
NOT_NOW = re.compile(rf"{NUMBERED}(?:(?!so |tu |chuyen |ton )[a-z]+ ){{0,5}}{WHEN} (?:truoc|ngoai|toi|sau|tiep theo)$")
IN_ALL = re.compile(rf"{NUMBERED}(?:luy ke|uoc|so lieu|den|het)\b")
DONE = re.compile(r"\b(?:ket qua|tinh hinh|thuc hien|bao cao)\b")
TOLD = re.compile(r"\b(?:ket qua|tinh hinh|da thuc hien)\b")
Heads = Mapping[str, Sequence[Head]]


def with_tables_apart(
    opened: Spreadsheet, heads: Heads, heads_of: Callable[[Spreadsheet], Heads], plan: Plan
) -> tuple[Spreadsheet, Heads]:
    """The workbook with every table that stands right of another on a sheet of its own, as far as it has a heading there."""
    for _ in range(MOST_TABLES):
        starts = {name: start for name, some in heads.items() if (start := _start(some)) is not None}
        if not starts:
            break
        apart = _split(opened, starts, plan)
        found = heads_of(apart)
        unread = {name for name, start in starts.items() if not found.get(_name_beside(name, start))}
        if unread == starts.keys():
            break
        if unread:
            apart = _split(opened, {name: start for name, start in starts.items() if name not in unread}, plan)
            found = heads_of(apart)
        opened, heads = apart, found
    return opened, heads


def first_table(grid: Grid, heads: Sequence[Head]) -> Grid:
    """The grid up to the second of two tables that stand side by side and could not be told apart."""
    start = _start(heads)
    return grid if start is None else replace(grid, rows=[row[:start] for row in grid.rows])


def tables_unread(grid: Grid, heads: Sequence[Head], clerk: Clerk) -> Iterator[Finding]:
    """That the right one of two tables was not read, at the cell where it begins."""
    beside = [(head.headings.beside, head) for head in heads if head.headings.beside is not None]
    if beside:
        column, head = min(beside, key=lambda one: (one[0], one[1].first_row))
        row = head.first_row if head.row_beside is None else head.row_beside
        yield _said("table_beside_unread", grid.name, row, column, clerk)


def without_plans_beside(
    sheets: Sequence[Sheet], clerk: Clerk, period_id: Callable[[], str | None]
) -> tuple[list[Sheet], list[Finding]]:
    """The sheets without tables headed as a plan or as what is to come beside others, and what is said of these."""
    period = clerk.plan.period(period_id()) if _side_by_side(sheets) else None
    return _without(sheets, period, clerk, _heads_plan)


def without_other_times(
    sheets: Sequence[Sheet], period: ReportingPeriod | None, clerk: Clerk
) -> tuple[list[Sheet], list[Finding]]:
    """The sheets without tables headed as of another time than those beside them, and what is said of these."""
    return _without(sheets, period, clerk, _heads_other_time)


def _without(
    sheets: Sequence[Sheet],
    period: ReportingPeriod | None,
    clerk: Clerk,
    heads_other: Callable[[str, ReportingPeriod, Clerk], bool],
) -> tuple[list[Sheet], list[Finding]]:
    left: list[Sheet] = []
    findings: list[Finding] = []
    if period is None:
        return list(sheets), findings
    for tables in _side_by_side(sheets).values():
        headed = [(sheet, _headed(sheet, tables, period, clerk, heads_other)) for sheet in tables]
        if all(place is not None for _, place in headed):
            continue
        for sheet, place in headed:
            if place is not None and sheet.rows:
                row, column = place
                got = plain_text(sheet.grid.rows[row][column])
                place_of = {"sheet": sheet_named(sheet.grid.name), "cell": address(row, column)}
                findings.append(clerk.wordings.finding("table_of_other_time", **place_of, got=got, wanted=period.label))
                left.append(sheet)
    return [sheet for sheet in sheets if sheet not in left], findings


def without_headings(grids: Sequence[Grid], findings: Sequence[Finding]) -> list[Grid]:
    """The sheets without the cells in which something was found: what heads a table left out says nothing of the file."""
    found = {(one.sheet, one.cell) for one in findings}
    places = {(sheet, *coordinate_to_tuple(cell)) for sheet, cell in found if cell is not None}
    return [
        replace(
            grid,
            rows=[
                [
                    "" if (sheet_named(grid.name), row, column) in places else cell
                    for column, cell in enumerate(cells, 1)
                ]
                for row, cells in enumerate(grid.rows, 1)
            ],
        )
        for grid in grids
    ]


def without_repeating(sheets: Sequence[Sheet], clerk: Clerk) -> tuple[list[Sheet], list[Finding]]:
    """The sheets without tables that mostly tell of the tasks a table left of them reports, and what is said of those."""
    again: list[Sheet] = []
    for tables in _side_by_side(sheets).values():
        told: set[str | None] = set()
        for sheet in tables:
            codes = {row.task_code for row in sheet.rows if row.task_code is not None}
            if 2 * len(codes & told) > len(codes):
                again.append(sheet)
            elif _reports(sheet.rows):
                told |= codes
    said = [
        _said("table_beside", one.grid.name, one.heads[0].first_row, min(one.heads[0].headings.columns.values()), clerk)
        for one in again
    ]
    return [sheet for sheet in sheets if sheet not in again], said


def _reports(rows: Sequence[TaskRow]) -> bool:
    """Whether a table says how far any task has come: a plan only says when it is to be done."""
    return any("status" in row.cells or row.progress_pct is not None for row in rows)


def _side_by_side(sheets: Sequence[Sheet]) -> Mapping[str, list[Sheet]]:
    """The tables of every sheet with several beside each other, from left to right; the first has the name of its sheet."""
    named: dict[str, list[Sheet]] = {}
    for sheet in sorted(sheets, key=lambda one: (len(one.grid.name), one.grid.name)):
        named.setdefault(sheet_named(sheet.grid.name), []).append(sheet)
    return {name: tables for name, tables in named.items() if len(tables) > 1}


def _headed(
    sheet: Sheet,
    tables: Sequence[Sheet],
    period: ReportingPeriod,
    clerk: Clerk,
    heads_other: Callable[[str, ReportingPeriod, Clerk], bool],
) -> tuple[int, int] | None:
    """The row and the column of what heads one of several tables as a plan or as of another time; None where nothing does."""
    others = [_titles(one) for one in tables if one is not sheet]
    for (row, column), text in _titles(sheet).items():
        if any(text in titles.values() for titles in others) or not heads_other(text, period, clerk):
            continue
        level = [
            (one, said) for one, titles in enumerate(others) for (other, _), said in titles.items() if other == row
        ]
        if not any(_heads_this_time(said, period, clerk.plan) for _, said in level):
            # What stands over the first table heads the whole sheet, and two plans are those the file reports on.
            if sheet is tables[0] and _reports(sheet.rows):
                continue
            plans = any(one == 0 and heads_other(said, period, clerk) for one, said in level)
            if sheet is not tables[0] and plans and not _is_ahead(text, period, clerk.plan):
                continue
        return row, column
    head = sheet.heads[0]
    progress = head.headings.columns.get("progress_pct")
    if progress is None or head.headings.has_status:
        return None
    for row in range(head.first_row, head.last_row + 1):
        cells = sheet.grid.rows[row][: progress + 1]
        over = max((column for column, cell in enumerate(cells) if plain_text(cell)), default=None)
        if over is None or (row == head.last_row and over < progress):
            continue
        if is_hoped_for(plain_text(cells[over]) or "", clerk.vocabulary):
            return row, over
    return None


def _titles(sheet: Sheet) -> Mapping[tuple[int, int], str]:
    """What stands over a table by row and column: the rows with few texts above its last row of headings."""
    titles: dict[tuple[int, int], str] = {}
    for row in range(sheet.heads[0].last_row):
        texts = {(row, column): text for column, cell in enumerate(sheet.grid.rows[row]) if (text := plain_text(cell))}
        if len(texts) <= (FEW if row < sheet.heads[0].first_row else 1):
            titles |= texts
    return titles


def _heads_plan(title: str, period: ReportingPeriod, clerk: Clerk) -> bool:
    said = fold(title)
    is_plan = PLANNED.match(said) is not None and TOLD.search(said) is None
    return is_plan or _is_ahead(title, period, clerk.plan)


def _is_ahead(title: str, period: ReportingPeriod, plan: Plan) -> bool:
    return NOT_NOW.match(fold(title)) is not None or looks_ahead([title], period, plan)


def _heads_other_time(title: str, period: ReportingPeriod, clerk: Clerk) -> bool:
    said, headed = fold(title), period_headed(title, clerk.plan)
    if headed is None and IN_ALL.match(said):
        time = time_of(title, period, clerk.vocabulary, name="result")
        return time is not None and time.kind in (EARLIER, LATER)
    return headed is not None and headed != period.id


def _heads_this_time(title: str, period: ReportingPeriod, plan: Plan) -> bool:
    said = fold(title)
    headed = period_headed(title, plan)
    return headed == period.id or (headed is None and bool(DONE.search(said) or OF_NOW.search(said)))


def _said(code: str, sheet: str, row: int, column: int, clerk: Clerk) -> Finding:
    got = get_column_letter(column + 1)
    return clerk.wordings.finding(code, sheet=sheet_named(sheet), cell=address(row, column), got=got)


def _start(heads: Sequence[Head]) -> int | None:
    return min((head.headings.beside for head in heads if head.headings.beside is not None), default=None)


def _name_beside(name: str, start: int) -> str:
    return beside_name(sheet_named(name), get_column_letter(start + 1))


def _split(opened: Spreadsheet, starts: Mapping[str, int], plan: Plan) -> Spreadsheet:
    grids: list[Grid] = []
    for grid in opened.grids:
        start = starts.get(grid.name)
        if start is None:
            grids.append(grid)
            continue
        grids.append(replace(grid, rows=[row[:start] for row in grid.rows]))
        rows: list[list[Any]] = []
        is_above = True
        over = {(top, start) for (top, left), (_, right) in grid.merged if left < start <= right}
        for row in grid.rows:
            is_above = is_above and len(row) - row.count("") <= FEW
            right = _right_of(row, start, plan) if is_above else [*[""] * start, *row[start:]]
            if (len(rows), start) in over and not any(map(plain_text, right)):
                right = _with_section(row, right, start, plan)
            rows.append(right)
        grids.append(replace(grid, name=_name_beside(grid.name, start), rows=rows, is_cut=False, cut_column=None))
    return replace(opened, grids=tuple(grids), look=lambda sheet: opened.look(sheet_named(sheet)))


def _right_of(row: Sequence[Any], start: int, plan: Plan) -> list[Any]:
    """A row above the tables as it is seen over the right one: a title of the sheet is its title, too, a section's is not."""
    right = list(row[start:])
    texts = [text for cell in row[:start] if cell != "" and (text := plain_text(cell)) is not None]
    if not any(map(plain_text, right)) and len(texts) == 1 and section_of(texts, Section(), plan) is None:
        right = texts
    return [*[""] * start, *right]


def _with_section(row: Sequence[Any], right: list[Any], start: int, plan: Plan) -> list[Any]:
    """The right part of a row merged over both tables with the section that is all it says."""
    texts = [text for cell in row[:start] if cell != "" and (text := plain_text(cell)) is not None]
    is_section = len(texts) == 1 and section_of(texts, Section(), plan) is not None
    return [*[""] * start, texts[0]] if is_section else right
