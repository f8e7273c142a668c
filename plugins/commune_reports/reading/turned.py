"""Tables with a column for each task and a row for each heading: nobody reads them, whoever made one is told how to turn it."""

from collections.abc import Iterator, Sequence
from typing import Any

from commune_reports.findings import Finding
from commune_reports.plan import Plan
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.codes import task_coded
from commune_reports.reading.tables import ANSWERS, REPORTED
from commune_reports.reading.tasks import Clerk
from commune_reports.reading.vocabulary import task_texted
from commune_reports.workbook import Grid, address

FEWEST_TASKS, FEWEST_HEADINGS, LAST_ROW = 2, 2, 60


def turned(grid: Grid, clerk: Clerk) -> Iterator[Finding]:
    """One sentence at the row of the tasks, where the first cells of rows below it are headings."""
    rows = [(number, cells) for number, row in enumerate(grid.rows[:LAST_ROW]) if (cells := _filled(row))]
    for place, (number, cells) in enumerate(rows):
        first = cells[0][0]
        tasks = sum(_is_task(text, clerk.plan) for _, text in cells[1:])
        if tasks < FEWEST_TASKS or 2 * tasks < len(cells) - 1:
            continue
        below = {clerk.vocabulary.field_of(other[0][1]) for _, other in rows[place + 1 :] if other[0][0] == first}
        if len(below & {*REPORTED}) >= FEWEST_HEADINGS and below & {*ANSWERS}:
            yield clerk.wordings.finding(
                "table_turned", sheet=grid.name, cell=address(number, first), row=number + 1, got=f"{tasks}"
            )
            return


def _filled(row: Sequence[Any]) -> list[tuple[int, str]]:
    return [
        (column, text) for column, value in enumerate(row) if value != "" and (text := plain_text(value)) is not None
    ]


def _is_task(text: str, plan: Plan) -> bool:
    return task_coded(plan, text) is not None or task_texted(plan, text) is not None
