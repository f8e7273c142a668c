"""A row for every month below each task: that of the file's period tells how far the task is, the others are history."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from commune_reports.findings import FIELD_LABELS, Finding
from commune_reports.period import ReportingPeriod, label_of
from commune_reports.plan import Plan
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.codes import task_coded
from commune_reports.reading.copies import row_numbers
from commune_reports.reading.foreign import MAY_BE_PERIODS, PERIOD_HEADINGS
from commune_reports.reading.rows import is_touched
from commune_reports.reading.tables import ANSWERS, NAMED_BY, Head, Place, with_ends
from commune_reports.reading.tasks import Clerk
from commune_reports.reading.vocabulary import task_worded
from commune_reports.spelling import fold
from commune_reports.workbook import Grid, address

MONTH = re.compile(
    r"(?:ket qua |tinh hinh |bao cao )?(?:thuc hien )?(?:trong )?(?:thang |t)(\d{1,2})(?: (?:nam )?(20\d\d))?"
)
BARE_MONTH = re.compile(r"(\d{1,2})(?: (20\d\d))?")
# What stands before a line of a task instead of a number: a bullet, "a)", "1.1".
OF_A_PART = re.compile(r"[-–—+*•·]|[a-zđ][.)]?|\d+\.\d+[.)]?")
LONGEST_LABEL, LONGEST_SHORT, LAST_MONTH = 40, 10, 12


@dataclass
class Task:
    """A task where it is named, and the months told of it by row; the cell that names each month."""

    row: int
    months: dict[int, str] = field(default_factory=dict)
    cells: dict[int, str] = field(default_factory=dict)


def names_months(grid: Grid, heads: Sequence[Head], plan: Plan) -> bool:
    """Whether rows of a sheet may tell of a month each, most of them below a task: asked of every sheet, so nothing dear."""
    named, column = 0, heads[0].headings.columns.get("task") if heads else None
    for row in grid.rows:
        if column is not None and column < len(row) and row[column] in plan.tasks:
            continue
        for cell in row:
            # "Kết quả tháng 10", "T10", "Kỳ": written out here, for a call would take longer than all of it.
            if (
                cell != ""
                and type(cell) is str
                and len(cell) <= LONGEST_LABEL
                and ((cell[0] in "TtKk" and len(cell) <= LONGEST_SHORT) or "háng" in cell or "HÁNG" in cell)
            ):
                said = fold(cell)
                if said in PERIOD_HEADINGS or said in MAY_BE_PERIODS:
                    return True
                named += MONTH.fullmatch(said) is not None
    return named > 1


def with_own_months(
    grid: Grid, heads: Sequence[Head], period: ReportingPeriod | None, clerk: Clerk
) -> tuple[Grid, list[Finding]]:
    """A sheet in which every task that is told month by month stands in the row of the period, and what was left out.

    A task that is answered in its own row, which names no month, has only its history below.
    """
    if period is None or not heads:
        return grid, []
    tasks = [
        (head, task, [row for row in task.months if is_touched(Place(grid, (row,), head.headings))])
        for head, end in with_ends(heads, len(grid.rows))
        for task in _tasks(grid, head, end, clerk)
        if task.months.keys() - {task.row}
    ]
    # A line that heads the tasks of a month below it has no answer.
    if not any(task.months[row] == period.id for _, task, answered in tasks for row in answered if row != task.row):
        return grid, []
    rows, told, findings = list(grid.rows), dict(grid.told_above), []
    history: dict[str, list[tuple[int, str]]] = {}
    for head, task, answered in tasks:
        left = set(task.months) - {task.row}
        if task.row not in task.months and _is_answered(Place(grid, (task.row,), head.headings)):
            findings += [_told_above(grid, task, answered, clerk)] if answered else []
        else:
            own = [row for row in answered if task.months[row] == period.id]
            for row in (one for one in answered if one not in own):
                history.setdefault(task.months[row], []).append((row, task.cells[row]))
            if own:
                left = {*task.months, task.row} - {*own}
            elif task.row in answered:
                rows[task.row] = _only_names(grid.rows[task.row], head)
            for row in own:
                told |= _named_at(grid, head, task.row, row) if row != task.row else {}
        for row in left:
            rows[row] = [""] * len(rows[row])
    findings += [_of_others(grid, month, some, period, clerk) for month, some in history.items()]
    return replace(grid, rows=rows, told_above=told), findings


def _is_answered(place: Place) -> bool:
    """Whether a row tells how far its task is; a remark alone goes with the row of the month."""
    return any(map(place.is_filled, ANSWERS)) or any(map(place.filled_in, place.headings.ticks))


def _tasks(grid: Grid, head: Head, end: int, clerk: Clerk) -> Iterator[Task]:
    """The tasks of a table with the rows of months below them; one in whose own row a month is named begins with it."""
    names = [head.headings.columns[name] for name in NAMED_BY if name in head.headings.columns]
    headed = _headed_as_months(grid, head)
    task: Task | None = None
    for number in range(head.last_row + 1, end):
        cells = grid.rows[number]
        if len(cells) == cells.count(""):
            continue
        column, month = _month_in(cells, names, headed, clerk)
        is_named = any(
            one != column and one < len(cells) and _names(cells[one], is_part=column in names) for one in names
        )
        if is_named or month is None or task is None:
            if task is not None:
                yield task
            task = Task(number) if is_named else None
        if task is not None and month is not None:
            task.months[number], task.cells[number] = month, address(number, column)
    if task is not None:
        yield task


def _headed_as_months(grid: Grid, head: Head) -> int | None:
    """The column headed as that of months."""
    for row in grid.rows[head.first_row : head.last_row + 1]:
        for column, value in enumerate(row):
            if isinstance(value, str) and value and fold(value) in PERIOD_HEADINGS | MAY_BE_PERIODS:
                return column
    return None


def _month_in(cells: Sequence[Any], names: Sequence[int], headed: int | None, clerk: Clerk) -> tuple[int, str | None]:
    """The column and the id of the month a row is told of: in words in place of a name, or in the column of months."""
    for column in (headed, *names):
        value = cells[column] if column is not None and column < len(cells) else ""
        if column is None or value == "":
            continue
        if isinstance(value, date) and column == headed and value.day == 1:
            return column, f"{value.year}-{value.month:02d}"
        said = fold(plain_text(value) or "")
        found = MONTH.fullmatch(said) or (BARE_MONTH.fullmatch(said) if column == headed else None)
        if found is not None and 1 <= int(found[1]) <= LAST_MONTH:
            return column, f"{found[2] or clerk.plan.year}-{int(found[1]):02d}"
    return -1, None


def _names(value: Any, *, is_part: bool) -> bool:
    """Whether a cell names a task; a bullet does not, nor the number of a part before the month."""
    text = plain_text(value) if value != "" else None
    return text is not None and not (OF_A_PART.fullmatch(text) and (is_part or not any(map(str.isalnum, text))))


def _only_names(cells: Sequence[Any], head: Head) -> list[Any]:
    names = {head.headings.columns.get(name) for name in NAMED_BY}
    return [value if column in names else "" for column, value in enumerate(cells)]


def _named_at(grid: Grid, head: Head, row: int, own: int) -> dict[tuple[int, int], tuple[tuple[int, int], str]]:
    """What names a task, as it is seen in the row of the period."""
    columns = (head.headings.columns[name] for name in NAMED_BY if name in head.headings.columns)
    cells = grid.rows[row]
    named = {column: plain_text(cells[column]) or "" for column in columns if column < len(cells)}
    return {(own, column): ((row, column), text) for column, text in named.items()}


def _told_above(grid: Grid, task: Task, answered: Sequence[int], clerk: Clerk) -> Finding:
    texts = [text for value in grid.rows[task.row] if value != "" and (text := plain_text(value)) is not None]
    coded = (task_coded(clerk.plan, text) or task_worded(clerk.plan, text) for text in texts)
    first = min(answered)
    return clerk.wordings.finding(
        "part_not_counted",
        sheet=grid.name,
        cell=task.cells[first],
        row=first + 1,
        column=FIELD_LABELS["task_text"],
        task=next(filter(None, coded), None),
        got=row_numbers(row + 1 for row in answered),
        wanted=f"dòng {task.row + 1}",
    )


def _of_others(
    grid: Grid, month: str, rows: Sequence[tuple[int, str]], period: ReportingPeriod, clerk: Clerk
) -> Finding:
    got = f"{row_numbers(row + 1 for row, _ in rows)} ({label_of(month)})"
    row, cell = rows[0]
    return clerk.wordings.finding(
        "other_period_rows", sheet=grid.name, cell=cell, row=row + 1, got=got, wanted=period.label
    )
