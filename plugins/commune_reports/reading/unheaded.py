"""Sheets without a heading of their own: a table that goes on from the sheet before, and tasks nobody can read there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from commune_reports.findings import Finding
from commune_reports.period import ReportingPeriod
from commune_reports.reading.cell_values import Misread, is_ticked, plain_text, progress
from commune_reports.reading.claims import IDENTITY_SHEET
from commune_reports.reading.codes import task_coded, task_numbered
from commune_reports.reading.columns import heads_deadlines, names_task
from commune_reports.reading.dates import completion_date
from commune_reports.reading.heads import find_heads
from commune_reports.reading.rows import is_touched
from commune_reports.reading.sections import Section, section_of
from commune_reports.reading.tables import TOLD_IN_TWO, Head, Headings, Place
from commune_reports.reading.tasks import Clerk
from commune_reports.reading.turned import turned
from commune_reports.reading.vocabulary import task_worded
from commune_reports.spelling import fold
from commune_reports.task_report import sheet_named
from commune_reports.workbook import Grid, address

# A text of this length that is not the plan's own tells what was done.
LONG_TEXT = 20
FEWEST_ROWS, FEWEST_TEXTS = 2, 3
LAST_HEADING = 40


def heads_of(grids: Sequence[Grid], clerk: Clerk, period: ReportingPeriod | None = None) -> Mapping[str, list[Head]]:
    """The headings of every sheet but the hidden one; a sheet that goes on with the table before has those of that table.

    Beside a report also a table that only tells of its documents, difficulties or proposals has some; where there is no
    other, a table that only names its tasks and how far they are.
    """
    heads: dict[str, list[Head]] = {}
    before: Head | None = None
    read: list[Grid] = []
    for grid in grids:
        if grid.name == IDENTITY_SHEET:
            continue
        found = find_heads(grid, clerk.vocabulary, clerk.plan, period)
        if not found and before is not None and grid.visible:
            start = _goes_on_at(grid, before.headings, {grid.name: heads[grid.name] for grid in read}, read, clerk)
            found = [] if start is None else [Head(start, start - 1, before.headings)]
        heads[grid.name] = found
        if found and grid.visible:
            before = found[-1]
            read.append(grid)
    for grid in grids if read else ():
        if grid.visible and not heads.get(grid.name, [grid]) and (head := _head_of_texts(grid, clerk)) is not None:
            heads[grid.name] = [head]
    for grid in grids if not read else ():
        if grid.visible and (head := _head_of_two(grid, clerk)) is not None:
            heads[grid.name] = [head]
    return heads


def unheaded(grids: Sequence[Grid], told: set[str | None], clerk: Clerk) -> Iterator[Finding]:
    """One sentence for each visible sheet without a heading in which something is said of tasks told nowhere else."""
    for grid in grids:
        if not grid.visible or grid.name == IDENTITY_SHEET:
            continue
        if as_columns := list(turned(grid, clerk, told)):
            yield from as_columns
            continue
        rows = [number for number, row in enumerate(grid.rows) if _tells_of_another(row, told, clerk)]
        if rows:
            cell = next(address(rows[0], column) for column, value in enumerate(grid.rows[rows[0]]) if value != "")
            yield clerk.wordings.finding(
                "heading_missing", sheet=grid.name, cell=cell, row=rows[0] + 1, got=f"{len(rows)}"
            )


def _head_of_two(grid: Grid, clerk: Clerk) -> Head | None:
    """The heading of a table of two columns, the tasks and their status or progress, both called as people call them."""
    for number, row in enumerate(grid.rows[:LAST_HEADING]):
        texts = {column: text for column, value in enumerate(row) if value != "" and (text := plain_text(value))}
        if len(texts) == len(row) - row.count("") == 2 and all(map(clerk.vocabulary.knows, texts.values())):
            columns = {clerk.vocabulary.field_of(text): column for column, text in texts.items()}
            is_known = {"task", "task_text"} & columns.keys() and {"status", "progress_pct"} & columns.keys()
            below = (cell for one in grid.rows[number + 1 :] for cell in one if isinstance(cell, str))
            if (
                is_known
                and any(names_task(cell, clerk.plan) for cell in below)
                and _is_answered(grid, number, columns, clerk)
            ):
                return Head(number, number, Headings({name: one for name, one in columns.items() if name}))
    return None


def _is_answered(grid: Grid, head: int, columns: Mapping[str | None, int], clerk: Clerk) -> bool:
    """Whether a status or a share stands below one of the headings: "Thường xuyên" is how a plan says when."""
    status, share = columns.get("status", -1), columns.get("progress_pct", -1)
    for row in grid.rows[head + 1 :]:
        if 0 <= status < len(row) and clerk.vocabulary.status_of(plain_text(row[status]) or "") is not None:
            return True
        if 0 <= share < len(row) and isinstance(progress(row[share], lambda: True), float):
            return True
    return False


def right_of_tables(grid: Grid, heads: Sequence[Head]) -> Grid | None:
    """A sheet with only what stands right of everything its tables head; None where nothing does."""
    headed = (row for head in heads for row in grid.rows[head.first_row : head.last_row + 1])
    width = max((column for row in headed for column, value in enumerate(row) if value != ""), default=0) + 1
    beside = [row[width:] for row in grid.rows if len(row) > width]
    if all(cells.count("") == len(cells) for cells in beside):
        return None
    return replace(grid, rows=[[*[""] * width, *row[width:]] for row in grid.rows])


def _head_of_texts(grid: Grid, clerk: Clerk) -> Head | None:
    """The heading of a table that tells documents, difficulties or proposals of tasks and nothing of how far they have come."""
    for number, row in enumerate(grid.rows[:LAST_HEADING]):
        texts = {column: text for column, value in enumerate(row) if value != "" and (text := plain_text(value))}
        if not any(clerk.vocabulary.knows(text) for text in texts.values()):
            continue
        columns: dict[str, int] = {}
        for column, text in texts.items():
            name = clerk.vocabulary.field_of(text)
            if name and not (name == "completed_on" and heads_deadlines(text)):
                columns.setdefault(name, column)
        if {"task", "task_text"} & columns.keys() and any(name in columns for name in TOLD_IN_TWO[:-1]):
            return Head(number, number, Headings(columns))
    return None


def _goes_on_at(
    grid: Grid, headings: Headings, heads: Mapping[str, Sequence[Head]], read: Sequence[Grid], clerk: Clerk
) -> int | None:
    """The first row of a sheet that has other tasks than those told, and what is said of them where the table before has it."""
    tasks = list(_tasks(grid, 0, len(grid.rows), headings, clerk))
    if len(tasks) < FEWEST_ROWS or not headings.has_status or not _is_readable([place for place, _ in tasks], clerk):
        return None
    told = {
        code
        for one in read
        for head in heads[one.name]
        for _, code in _tasks(one, head.last_row + 1, len(one.rows), head.headings, clerk)
    }
    if any(code in told for _, code in tasks):
        return None
    start = tasks[0][0].row
    while start and is_touched(above := Place(grid, (start - 1,), headings)) and len(above.texts()) >= FEWEST_TEXTS:
        start -= 1
    return start


def _tasks(grid: Grid, first: int, end: int, headings: Headings, clerk: Clerk) -> Iterator[tuple[Place, str]]:
    """The answered rows whose task is beyond doubt: by its code, its very words, or its number in its section."""
    section = section_of([sheet_named(grid.name)], Section(), clerk.plan) or Section()
    for number in range(first, end):
        place = Place(grid, (number,), headings)
        if not is_touched(place):
            section = section_of(grid.rows[number], section, clerk.plan) or section
            continue
        code = (
            task_coded(clerk.plan, place.text("task"))
            or task_worded(clerk.plan, place.text("task_text"))
            or task_numbered(clerk.plan, place.text("task") or place.text("number"), section.index, section.indicator)
        )
        if code is not None:
            yield place, code


def _is_readable(places: Sequence[Place], clerk: Clerk) -> bool:
    """Whether most of what stands under each heading is what belongs there; what is not will be named cell by cell."""

    fits: dict[str, Callable[[Any], bool]] = {
        "status": lambda value: clerk.vocabulary.status_of(plain_text(value) or "") is not None,
        "progress_pct": lambda value: not isinstance(progress(value, lambda: True), Misread),
        "completed_on": lambda value: not isinstance(completion_date(value), Misread),
    }
    found = [(name, fit(value)) for name, fit in fits.items() for place in places for _, value in place.filled(name)]
    ticked = [value for place in places for column in place.headings.ticks for _, value in place.filled_in(column)]
    found += [("status", is_ticked(value) is not None) for value in ticked]
    statuses = [is_fit for name, is_fit in found if name == "status"]
    return bool(statuses) and 2 * sum(statuses) >= len(statuses) and 2 * sum(fit for _, fit in found) > len(found)


def _tells_of_another(row: Sequence[Any], told: set[str | None], clerk: Clerk) -> bool:
    texts = [text for value in row if value != "" and (text := plain_text(value)) is not None]
    named = [task_coded(clerk.plan, text) or task_worded(clerk.plan, text) for text in texts]
    codes = {code for code in named if code is not None}
    if len(codes) != 1 or codes <= told:
        return False
    task = clerk.plan.tasks[codes.pop()]
    own = {fold(text) for text in (task.text, task.performing_text, task.timing_text, task.product_text)}
    return any(
        clerk.vocabulary.status_of(text) is not None
        or ("%" in text and isinstance(progress(text, lambda: True), float))
        or (len(text) >= LONG_TEXT and fold(text) not in own)
        for text in texts
    )
