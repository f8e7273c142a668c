"""What the numbers of a table count: the tasks of a section, of an index, of the whole plan, or only the table's own rows."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from commune_reports.plan import Plan
from commune_reports.reading.sections import Section

IN_INDICATOR, IN_INDEX, IN_PLAN, OWN_ROWS = "indicator", "index", "plan", "rows"
# The order of two rows may be chance.
FEWEST_IN_A_ROW = 3


class Counted(NamedTuple):
    """A numbered row below a section: its number, and its task where a code or a text names that."""

    section: Section
    number: int
    task: str | None


def numberings_of(rows: Sequence[Counted], plan: Plan) -> tuple[str, ...]:
    """What the numbers of a table may count, judged by all its rows together.

    "3" may be the third task of its section or of the plan; where both may be meant, only a task both agree on counts.
    """
    placed = [row for row in rows if row.section.indicator is not None]
    sections = [list(some) for _, some in groupby(placed, key=lambda row: row.section.indicator)]
    # Nearly every file says which tasks its numbers mean: nothing else is worked out for it.
    fits_sections = all(_fits(row, IN_INDICATOR, plan) for row in placed)
    if fits_sections and (len(sections) < 2 or any(row.task for some in sections[1:] for row in some)):
        return (IN_INDICATOR,)
    others = tuple(one for one in (IN_INDEX, IN_PLAN) if all(_fits(row, one, plan) for row in placed))
    fitting = ((IN_INDICATOR,) if fits_sections else ()) + others
    steps = [(upper[-1].number, lower[0].number) for upper, lower in pairwise(sections)]
    if fits_sections:
        is_one_count = len(placed) >= FEWEST_IN_A_ROW and [row.number for row in placed] == [*range(1, len(placed) + 1)]
        return (*fitting, OWN_ROWS) if is_one_count else fitting
    goes_on = sum(above < below for above, below in steps)
    return fitting or ((OWN_ROWS,) if 2 * goes_on > len(steps) else (IN_INDICATOR,))


def task_counted(number: int, section: Section, numberings: Sequence[str], plan: Plan) -> str | None:
    """The task of a section that has a number, whatever of several things the numbers count."""
    meant = {_task_at(number, section, one, plan) for one in numberings}
    return meant.pop() if len(meant) == 1 else None


def _fits(row: Counted, numbering: str, plan: Plan) -> bool:
    task = _task_at(row.number, row.section, numbering, plan)
    return task is not None and row.task in (None, task)


def _task_at(number: int, section: Section, numbering: str, plan: Plan) -> str | None:
    """The task of the section with this number in one count; None if it has none."""
    if numbering == OWN_ROWS:
        return None
    if numbering == IN_INDICATOR:
        code = f"{section.indicator}.{number}"
        return code if code in plan.tasks else None
    inside = {one.code for one in plan.indicators if numbering == IN_PLAN or one.index_code == section.index}
    tasks = [task for task in plan.tasks.values() if task.indicator_code in inside]
    task = tasks[number - 1] if 0 < number <= len(tasks) else None
    return task.code if task is not None and task.indicator_code == section.indicator else None
