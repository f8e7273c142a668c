"""Tables with a column for each task and a row for each heading: nobody reads them, whoever made one is told how to turn it."""

from collections.abc import Container, Iterator, Sequence
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


def turned(grid: Grid, clerk: Clerk, told: Container[str | None] = ()) -> Iterator[Finding]:
    """One sentence at the row of the tasks, some of them not `told` elsewhere, where the first cells of rows below are headings."""
    rows = [(number, cells) for number, row in enumerate(grid.rows[:LAST_ROW]) if (cells := _filled(row))]
    # Known words first: what tasks are called is dear to look for.
    headed = [(cells[0][0], clerk.vocabulary.field_of(cells[0][1])) for _, cells in rows]
    if sum(name in REPORTED for _, name in headed) < FEWEST_HEADINGS:
        return
    for place, (number, cells) in enumerate(rows):
        first = cells[0][0]
        below = {name for column, name in headed[place + 1 :] if column == first}
        if len(below & {*REPORTED}) < FEWEST_HEADINGS or not below & {*ANSWERS}:
            continue
        codes = [code for _, text in cells[1:] if (code := _task(text, clerk.plan)) is not None]
        tasks = len(codes)
        if tasks >= FEWEST_TASKS and 2 * tasks >= len(cells) - 1 and any(code not in told for code in codes):
            yield clerk.wordings.finding(
                "table_turned", sheet=grid.name, cell=address(number, first), row=number + 1, got=f"{tasks}"
            )
            return


def _filled(row: Sequence[Any]) -> list[tuple[int, str]]:
    return [
        (column, text) for column, value in enumerate(row) if value != "" and (text := plain_text(value)) is not None
    ]


def _task(text: str, plan: Plan) -> str | None:
    texted = None if (code := task_coded(plan, text)) else task_texted(plan, text)
    return texted.code if texted is not None else code
