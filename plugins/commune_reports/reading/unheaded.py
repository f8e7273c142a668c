"""Sheets without a heading of their own: a table that goes on from the sheet before, and tasks nobody can read there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from commune_reports.findings import Finding
from commune_reports.reading.cell_values import Misread, plain_text, progress
from commune_reports.reading.claims import IDENTITY_SHEET
from commune_reports.reading.codes import task_coded
from commune_reports.reading.dates import completion_date
from commune_reports.reading.tables import Head, find_heads
from commune_reports.reading.tasks import Clerk
from commune_reports.spelling import fold
from commune_reports.workbook import Grid, address

# A text of this length that is not the plan's own tells what was done.
LONG_TEXT = 20
FEWEST_ROWS = 2


def heads_of(grids: Sequence[Grid], clerk: Clerk) -> Mapping[str, list[Head]]:
    """The headings of every sheet but the hidden one; a sheet that goes on with the table before has those of that table."""
    heads: dict[str, list[Head]] = {}
    before: Head | None = None
    read: list[Grid] = []
    for grid in grids:
        if grid.name == IDENTITY_SHEET:
            continue
        found = find_heads(grid, clerk.vocabulary)
        if not found and before is not None and grid.visible and _goes_on(grid, before, read, clerk):
            found = [Head(0, -1, before.headings)]
        heads[grid.name] = found
        if found and grid.visible:
            before = found[-1]
            read.append(grid)
    return heads


def unheaded(grids: Sequence[Grid], told: set[str | None], clerk: Clerk) -> Iterator[Finding]:
    """One sentence for each visible sheet without a heading in which something is said of tasks told nowhere else."""
    for grid in grids:
        if not grid.visible or grid.name == IDENTITY_SHEET:
            continue
        rows = [number for number, row in enumerate(grid.rows) if _tells_of_another(row, told, clerk)]
        if rows:
            cell = next(address(rows[0], column) for column, value in enumerate(grid.rows[rows[0]]) if value != "")
            yield clerk.wordings.finding(
                "heading_missing", sheet=grid.name, cell=cell, row=rows[0] + 1, got=f"{len(rows)}"
            )


def _goes_on(grid: Grid, before: Head, read: Sequence[Grid], clerk: Clerk) -> bool:
    """Whether a sheet has other tasks than those told and its codes, statuses, numbers and days where the table before has them."""
    columns = before.headings.columns
    coded = _coded(grid, clerk)
    told = {code for one in read for _, _, code in _coded(one, clerk)} if coded else set()
    is_alike = all(column == columns.get("task") and code not in told for _, column, code in coded)
    if not is_alike or len(coded) < FEWEST_ROWS or "status" not in columns:
        return False

    def values(name: str) -> list[Any]:
        column = columns.get(name)
        return [row[column] if column is not None and column < len(row) else "" for row, _, _ in coded]

    said = [plain_text(value) for value in values("status")]
    return (
        any(said)
        and all(text is None or clerk.vocabulary.status_of(text) is not None for text in said)
        and not any(isinstance(progress(value, lambda: True), Misread) for value in values("progress_pct"))
        and not any(isinstance(completion_date(value), Misread) for value in values("completed_on"))
        and max(map(len, grid.rows)) <= max(columns.values()) + 1
    )


def _coded(grid: Grid, clerk: Clerk) -> list[tuple[Sequence[Any], int, str]]:
    """The rows with a task's code, its column and the code."""
    return [
        (row, column, code)
        for row in grid.rows
        for column, value in enumerate(row)
        if isinstance(value, str) and (code := task_coded(clerk.plan, plain_text(value) or "")) is not None
    ]


def _tells_of_another(row: Sequence[Any], told: set[str | None], clerk: Clerk) -> bool:
    texts = [text for value in row if value != "" and (text := plain_text(value)) is not None]
    codes = [code for text in texts if (code := task_coded(clerk.plan, text)) is not None]
    if len(codes) != 1 or codes[0] in told:
        return False
    task = clerk.plan.tasks[codes[0]]
    own = {fold(text) for text in (task.text, task.performing_text, task.timing_text, task.product_text)}
    return any(
        clerk.vocabulary.status_of(text) is not None
        or ("%" in text and isinstance(progress(text, lambda: True), float))
        or (len(text) >= LONG_TEXT and fold(text) not in own)
        for text in texts
    )
