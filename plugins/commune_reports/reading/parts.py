"""Where a task is answered below the row it is listed in: in a row without a name, or in rows for its parts."""

from dataclasses import dataclass, field

from commune_reports.findings import Finding
from commune_reports.plan import Plan
from commune_reports.reading.copies import row_numbers
from commune_reports.reading.lines import is_part_of, rows_going_on, signs_off
from commune_reports.reading.tables import NAMED_BY, TEXTS, Place
from commune_reports.reading.tasks import Clerk, is_sum_row, said, tallied
from commune_reports.spelling import fold

TOLD_OF_ALL = "Tình trạng, Tiến độ (%) và kết quả chung của nhiệm vụ"
AT_STATUS = {"hoan thanh": 100, "chua thuc hien": 0, "khong phat sinh": 0}


@dataclass
class Listed:
    """A task where it is listed, and the rows below it that report parts of it on their own."""

    code: str
    place: Place
    is_answered: bool
    parts: list[Place] = field(default_factory=list)


def answer_below(task: Place, end: int, plan: Plan) -> tuple[int, ...]:
    """The rows right below a task without an answer that hold it: one that names nothing, or lines that tell of its parts."""
    start = task.rows[-1] + 1
    lines = [Place(task.grid, (number,), task.headings) for number in range(start, min(start + 2, end))]
    answers = [_only_answers(line) for line in lines]
    # Several such rows below each other are counts of the tasks above.
    if answers and answers[0] and not is_sum_row(lines[0]) and not _only_counts(lines[0]):
        return () if answers[1:] == [True] else (start,)
    below = rows_going_on(task, end, plan)
    parts = [Place(task.grid, (number,), task.headings) for number in below]
    return below if any(is_part_of(part, task) and any(map(part.is_filled, TEXTS)) for part in parts) else ()


def told_of_parts(task: Listed, clerk: Clerk) -> Finding:
    """That the parts of a task do not count beside its own answer, or that it has none of its own."""
    rows = row_numbers(row + 1 for part in task.parts for row in part.rows)
    if not task.is_answered:
        return said(clerk, task.place, "parts_only", field="status", got=rows, wanted=TOLD_OF_ALL, task=task.code)
    first = task.parts[0]
    field = next(one for one in ("task_text", "task", "number") if first.is_filled(one))
    wanted = f"dòng {task.place.row + 1}"
    return said(clerk, first, "part_not_counted", field=field, got=rows, wanted=wanted, task=task.code)


def _only_counts(line: Place) -> bool:
    """Whether a line such as "Hoàn thành | 12" counts tasks: a task that is done would stand at 100."""
    tally = tallied(line)
    label = fold(tally[1]) if tally is not None else ""
    return tally is not None and label != "dang thuc hien" and AT_STATUS.get(label) != tally[2]


def _only_answers(line: Place) -> bool:
    """Whether a line tells a status or a progress, names nothing and is not the number of a page."""
    told = [text for text in map(line.text, ("status", "progress_pct")) if text]
    return bool(told) and not any(map(line.is_filled, NAMED_BY)) and not signs_off(told[0], is_told=True)
