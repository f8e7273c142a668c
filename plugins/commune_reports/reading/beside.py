"""Tables side by side on one sheet: each is read as a sheet of its own whose cells keep their addresses."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from openpyxl.utils import get_column_letter

from commune_reports.findings import Finding
from commune_reports.plan import Plan
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.sections import Section, section_of
from commune_reports.reading.tables import Head
from commune_reports.reading.tasks import Clerk
from commune_reports.task_report import TaskRow, beside_name, sheet_named
from commune_reports.workbook import Grid, Spreadsheet, address

MOST_TABLES = 4
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
        yield _unread(grid.name, row, column, clerk)


def tells_the_same(name: str, rows: Sequence[TaskRow], others: Mapping[str, Sequence[TaskRow]]) -> bool:
    """Whether a table right of another mostly tells of its tasks: of another time, or what was planned for them."""
    if sheet_named(name) == name:
        return False
    told = {row.task_code for other, some in others.items() if _is_left_of(other, name) for row in some}
    codes = {row.task_code for row in rows if row.task_code is not None}
    return bool(codes) and 2 * len(codes & told) >= len(codes)


def table_unread(grid: Grid, heads: Sequence[Head], clerk: Clerk) -> Finding:
    """That a table which was taken for one of its own does not count."""
    columns = heads[0].headings.columns
    return _unread(sheet_named(grid.name), heads[0].first_row, min(columns.values()), clerk)


def _unread(sheet: str, row: int, column: int, clerk: Clerk) -> Finding:
    got = get_column_letter(column + 1)
    return clerk.wordings.finding("table_beside", sheet=sheet_named(sheet), cell=address(row, column), got=got)


def _start(heads: Sequence[Head]) -> int | None:
    return min((head.headings.beside for head in heads if head.headings.beside is not None), default=None)


def _name_beside(name: str, start: int) -> str:
    return beside_name(sheet_named(name), get_column_letter(start + 1))


def _is_left_of(name: str, other: str) -> bool:
    """Whether a table stands on the same sheet and further left; the first one has the name of its sheet."""
    return sheet_named(name) == sheet_named(other) and (len(name), name) < (len(other), other)


def _split(opened: Spreadsheet, starts: Mapping[str, int], plan: Plan) -> Spreadsheet:
    grids: list[Grid] = []
    for grid in opened.grids:
        start = starts.get(grid.name)
        if start is None:
            grids.append(grid)
            continue
        grids.append(replace(grid, rows=[row[:start] for row in grid.rows]))
        rows, is_above = [], True
        for row in grid.rows:
            is_above = is_above and len(row) - row.count("") <= FEW
            rows.append(_right_of(row, start, plan) if is_above else [*[""] * start, *row[start:]])
        grids.append(replace(grid, name=_name_beside(grid.name, start), rows=rows, is_cut=False, cut_column=None))
    return replace(opened, grids=tuple(grids), look=lambda sheet: opened.look(sheet_named(sheet)))


# A row with more cells is no title of the sheet.
FEW = 2


def _right_of(row: Sequence[Any], start: int, plan: Plan) -> list[Any]:
    """A row above the tables as it is seen over the right one: a title of the sheet is its title, too, a section's is not."""
    right = list(row[start:])
    texts = [text for cell in row[:start] if cell != "" and (text := plain_text(cell)) is not None]
    if not any(map(plain_text, right)) and len(texts) == 1 and section_of(texts, Section(), plan) is None:
        right = texts
    return [*[""] * start, *right]
