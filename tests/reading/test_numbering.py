"""What the numbers of a table count where no code and no text says it: never a task that only may be meant."""

from collections.abc import Callable, Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.plan import Plan, Task
from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = ("STT", "Nội dung", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
Row = Sequence[object]


def _read(clerk: Clerk, rows: Sequence[Row]) -> Reading:
    workbook = Workbook()
    for row in (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",), HEADS, *rows):
        workbook.worksheets[0].append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _all_tasks(plan: Plan, row_of: Callable[[int, Task], Row], *, in_index: bool = False) -> list[Row]:
    """Every task below its sections, numbered through the plan or through its index."""
    rows: list[Row] = []
    number = 0
    for index in plan.indices:
        number = 0 if in_index else number
        rows.append((index.section, f"Chỉ số {index.code}"))
        for indicator in index.indicators:
            rows.append((indicator.numeral, indicator.title))
            for task in indicator.tasks:
                number += 1
                rows.append(row_of(number, task))
    return rows


def _told(number: object, result: str, text: str = "") -> Row:
    return (number, text, "Đang thực hiện", 40, result)


def _below(*sections: tuple[str, Sequence[int]]) -> list[Row]:
    rows: list[Row] = [("A", "CHỈ SỐ PCI")]
    for numeral, numbers in sections:
        rows += [(numeral,), *(_told(number, f"Đã làm {number} việc") for number in numbers)]
    return rows


def _tasks(reading: Reading) -> list[str | None]:
    return [row.task_code for row in reading.rows]


@pytest.mark.parametrize("in_index", [False, True])
def test_numbers_that_go_on_over_the_sections_count_the_tasks_of_the_plan_or_the_index(
    clerk: Clerk, plan: Plan, in_index: bool
) -> None:
    reading = _read(clerk, _all_tasks(plan, lambda number, task: _told(number, task.code), in_index=in_index))
    assert (_tasks(reading), reading.findings) == ([row.result for row in reading.rows], ())


def test_numbers_of_unanswered_rows_show_what_is_counted_and_which_tasks_they_are(clerk: Clerk, plan: Plan) -> None:
    rows = _all_tasks(plan, lambda number, task: _told(number, task.code) if number % 3 else (number,))
    reading = _read(clerk, rows)
    assert (_tasks(reading), reading.findings) == ([row.result for row in reading.rows], ())
    every = list(plan.tasks)
    assert [blank.task_code for blank in reading.blanks] == every[2::3]


def test_numbers_that_go_on_but_count_other_rows_too_name_no_task(clerk: Clerk, plan: Plan) -> None:
    reading = _read(clerk, _all_tasks(plan, lambda number, task: _told(number + (number > 2), task.code)))
    assert set(_tasks(reading)) == {None}
    assert {one.code for one in reading.findings} == {"task_unknown"}


@pytest.mark.parametrize(
    ("sections", "tasks"),
    [
        ([("III", [4]), ("V", [12, 13])], ["PCI-03.1", "PCI-05.1", "PCI-05.2"]),
        ([("I", [1]), ("II", [2, 3])], ["PCI-01.1", "PCI-02.1", "PCI-02.2"]),
        ([("I", [1]), ("II", [2])], ["PCI-01.1", None]),
        ([("II", [2]), ("III", [4, 5])], [None, None, None]),
        ([("II", [1, 2]), ("III", [3, 4, 5])], [None] * 5),
        # Numbers of each section, as the plan has them.
        ([("II", [1, 2]), ("III", [1, 4, 5])], ["PCI-02.1", "PCI-02.2", "PCI-03.1", "PCI-03.4", "PCI-03.5"]),
        ([("III", [4, 5])], ["PCI-03.4", "PCI-03.5"]),
        ([("II", [1]), ("III", [2])], ["PCI-02.1", "PCI-03.2"]),
    ],
)
def test_a_number_that_may_mean_two_tasks_names_none(
    clerk: Clerk, sections: Sequence[tuple[str, Sequence[int]]], tasks: Sequence[str | None]
) -> None:
    reading = _read(clerk, _below(*sections))
    assert _tasks(reading) == tasks
    assert [one.code for one in reading.findings] == ["task_unknown"] * list(tasks).count(None)


def test_texts_of_other_rows_show_what_the_numbers_count(clerk: Clerk, plan: Plan) -> None:
    named = _told(3, "Đã làm 3 việc", plan.tasks["PCI-03.3"].text)
    rows = [*_below(("II", [1, 2]), ("III", [])), named, *_below(("III", [4, 5]))[2:]]
    reading = _read(clerk, rows)
    assert _tasks(reading) == ["PCI-02.1", "PCI-02.2", "PCI-03.3", "PCI-03.4", "PCI-03.5"]
    assert reading.findings == ()
