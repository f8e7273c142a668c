"""A row for every month below each task: the row of the file's period counts, those of others are history."""

from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",), ())
HEADS = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
WITH_MONTH = (*HEADS[:2], "Tháng", *HEADS[2:])
BEFORE = {"PCI-01.1": ("Đang thực hiện", 50, "Rà soát"), "PCI-02.1": ("Đang thực hiện", 20, "Họp 1 lần")}
NOW = {"PCI-01.1": ("Hoàn thành", 100, "Niêm yết 12"), "PCI-02.1": ("Đang thực hiện", 40, "Họp 2 lần")}
READ = [("PCI-01.1", "completed", 100), ("PCI-02.1", "in_progress", 40)]
Row = Sequence[object]


def _read(clerk: Clerk, *rows: Row, finish: Callable[[Worksheet], None] | None = None) -> Reading:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in (*TOP, *rows):
        sheet.append(list(row))
    if finish is not None:
        finish(sheet)
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _told(reading: Reading) -> list[tuple[str | None, str | None, float | None]]:
    return [(row.task_code, row.status, row.progress_pct) for row in reading.rows]


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


@pytest.mark.parametrize(
    ("before", "now"), [("Tháng 10", "Tháng 11"), ("T10", "T11"), ("Tháng 10/2024", "Kết quả tháng 11/2024")]
)
@pytest.mark.parametrize("number", ["", "-", "a)"])
def test_the_row_of_the_period_below_a_task_tells_how_far_it_is(
    clerk: Clerk, before: str, now: str, number: str
) -> None:
    rows: list[Row] = []
    for count, code in enumerate(NOW, start=1):
        rows += [(count, clerk.plan.tasks[code].text), (number, before, *BEFORE[code]), (number, now, *NOW[code])]
    reading = _read(clerk, HEADS, *rows)
    assert _told(reading) == READ
    assert [(row.row, row.cells["status"], row.cells["task_text"]) for row in reading.rows] == [
        (7, "C7", "B5"),
        (10, "C10", "B8"),
    ]
    assert (_codes(reading), reading.blanks) == ([("other_period_rows", "B6")], ())


@pytest.mark.parametrize(
    ("before", "now"), [(10, 11), ("Tháng 10", "Tháng 11"), (date(2024, 10, 1), date(2024, 11, 1))]
)
@pytest.mark.parametrize("starts", ["in its own row", "below", "merged"])
def test_months_in_a_column_of_their_own_go_on_with_the_task(
    clerk: Clerk, before: object, now: object, starts: str
) -> None:
    rows: list[Row] = []
    for count, code in enumerate(NOW, start=1):
        names = (count, clerk.plan.tasks[code].text)
        if starts == "below":
            rows += [names, ("", "", before, *BEFORE[code]), ("", "", now, *NOW[code])]
        else:
            rows += [(*names, before, *BEFORE[code]), ("", "", now, *NOW[code])]

    def merged(sheet: Worksheet) -> None:
        for area in ("A5:A6", "B5:B6", "A7:A8", "B7:B8") if starts == "merged" else ():
            sheet.merge_cells(area)

    reading = _read(clerk, WITH_MONTH, *rows, finish=merged)
    assert _told(reading) == READ
    assert [code for code, _ in _codes(reading)] == ["other_period_rows"]


def test_a_task_that_is_answered_itself_has_only_its_history_below(clerk: Clerk) -> None:
    texts = {code: clerk.plan.tasks[code].text for code in NOW}
    rows: list[Row] = []
    for count, code in enumerate(NOW, start=1):
        rows += [(count, texts[code], *NOW[code]), ("", "Tháng 10", *BEFORE[code]), ("", "Tháng 11", *NOW[code])]
    reading = _read(clerk, HEADS, *rows)
    assert _told(reading) == READ
    assert _codes(reading) == [("part_not_counted", "B6"), ("part_not_counted", "B9")]
    assert [one.task for one in reading.findings] == list(NOW)


def test_a_task_without_a_row_of_the_period_is_not_reported(clerk: Clerk) -> None:
    (first, second), text = NOW, {code: clerk.plan.tasks[code].text for code in NOW}
    rows = [
        *((1, text[first]), ("", "Tháng 10", *BEFORE[first]), ("", "Tháng 11", *NOW[first])),
        *((2, text[second]), ("", "Tháng 10", *BEFORE[second]), ("", "Tháng 11", "", "", "")),
    ]
    reading = _read(clerk, HEADS, *rows)
    assert _told(reading) == READ[:1]
    assert _codes(reading) == [("other_period_rows", "B6")]


def test_rows_of_other_months_only_stay_as_they_are(clerk: Clerk) -> None:
    rows = [
        (1, clerk.plan.tasks["PCI-01.1"].text),
        ("", "Tháng 9", *BEFORE["PCI-01.1"]),
        ("", "Tháng 10", *NOW["PCI-01.1"]),
    ]
    assert {code for code, _ in _codes(_read(clerk, HEADS, *rows))} == {"task_unknown"}


def test_a_mistake_in_the_row_of_the_period_is_told_at_its_cell(clerk: Clerk) -> None:
    rows = [
        (1, clerk.plan.tasks["PCI-01.1"].text),
        ("", "Tháng 10", *BEFORE["PCI-01.1"]),
        ("", "Tháng 11", "??", 60, "Họp"),
    ]
    assert ("status_unreadable", "C7") in _codes(_read(clerk, HEADS, *rows))


def test_months_still_empty_head_nothing(clerk: Clerk) -> None:
    rows: list[Row] = []
    for count, code in enumerate(NOW, start=1):
        rows += [(count, clerk.plan.tasks[code].text), ("", "THÁNG 11", *NOW[code]), ("", "THÁNG 12")]
    rows += [(3, clerk.plan.tasks["PCI-02.2"].text), ("", "THÁNG 11"), ("", "THÁNG 12")]
    reading = _read(clerk, HEADS, *rows)
    assert (_told(reading), _codes(reading)) == (READ, [])
    assert [blank.task_code for blank in reading.blanks] == ["PCI-02.2"]


def test_lines_that_head_the_tasks_of_a_month_stay_what_they_are(clerk: Clerk) -> None:
    texts = {code: clerk.plan.tasks[code].text for code in NOW}
    before = [(count, texts[code], *BEFORE[code]) for count, code in enumerate(NOW, start=1)]
    now = [(count, texts[code], *NOW[code]) for count, code in enumerate(NOW, start=1)]
    reading = _read(clerk, HEADS, ("", "Tháng 10"), *before, ("", "Tháng 11"), *now)
    assert (_told(reading), _codes(reading)) == (READ, [("other_period_below", "B5")])


def test_a_month_told_twice_of_a_task_is_read_twice(clerk: Clerk) -> None:
    text = clerk.plan.tasks["PCI-01.1"].text
    rows = [(1, text), ("", "Tháng 11", *BEFORE["PCI-01.1"]), ("", "Tháng 11", *NOW["PCI-01.1"])]
    assert [row.task_code for row in _read(clerk, HEADS, *rows).rows] == ["PCI-01.1", "PCI-01.1"]


def test_a_task_that_begins_with_another_month_and_has_none_of_the_period_is_blank(clerk: Clerk) -> None:
    (first, second), text = NOW, {code: clerk.plan.tasks[code].text for code in NOW}
    rows = [
        *((1, text[first], 10, *BEFORE[first]), ("", "", 11, *NOW[first])),
        *((2, text[second], 10, *BEFORE[second]), ("", "", 11)),
    ]
    reading = _read(clerk, WITH_MONTH, *rows)
    assert (_told(reading), [blank.task_code for blank in reading.blanks]) == (READ[:1], [second])
    assert _codes(reading) == [("other_period_rows", "C5")]


def test_a_task_with_a_remark_alone_is_told_in_the_row_of_the_period(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        (*HEADS, "Ghi chú"),
        (1, clerk.plan.tasks["PCI-01.1"].text, "", "", "", "Trọng tâm"),
        ("", "Tháng 10", "Đang thực hiện", 30, "Họp 1 lần"),
        ("", "Tháng 11", "Đang thực hiện", 60, "Họp 2 lần"),
    )
    assert [(row.task_code, row.status, row.progress_pct) for row in reading.rows] == [
        ("PCI-01.1", "in_progress", 60.0)
    ]
