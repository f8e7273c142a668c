"""Counts of other tasks, of other times and of single officers are compared with nothing, those of these tasks are."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import SupportsIndex, overload

import pytest
from openpyxl import Workbook

from commune_reports.reading import read_submission
from commune_reports.reading.tables import Headings, Place
from commune_reports.reading.tasks import Clerk
from commune_reports.reading.totals import ROWS_LOOKED_AT, speaks_of_all, states_totals
from commune_reports.task_report import TaskRow, Total
from commune_reports.workbook import Grid

HEADS = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
TASKS = (
    ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12 thủ tục"),
    ("PCI-02.1", "Đang thực hiện", 40, "Tập huấn 2 lớp"),
)
BLANK = ("PCI-03.1", "", "", "")


def _totals(clerk: Clerk, *rows: Sequence[object], above: Sequence[object] = ()) -> list[Total]:
    workbook = Workbook()
    for row in (above, HEADS, *rows):
        workbook.active.append(list(row))
    content = BytesIO()
    workbook.save(content)
    return list(read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11").totals)


def _below_and_above(clerk: Clerk, sentence: str) -> Iterator[list[Total]]:
    yield _totals(clerk, *TASKS, (sentence,))
    yield _totals(clerk, *TASKS, above=(sentence,))


@pytest.mark.parametrize(
    "sentence",
    [
        # Other tasks: as many as are not in the file.
        "Tổng số 33 nhiệm vụ; trong đó hoàn thành 20, đang thực hiện 13",
        "Tổng số 33 nhiệm vụ. Trong đó: hoàn thành 20 nhiệm vụ. Đang thực hiện 13 nhiệm vụ",
        "Tổng số nhiệm vụ được giao: 33; hoàn thành 20",
        "Hoàn thành 20/33 nhiệm vụ, đang thực hiện 13/33 nhiệm vụ",
        "Hoàn thành 20 nhiệm vụ, đang thực hiện 13 nhiệm vụ, trên tổng số 33 nhiệm vụ",
        "UBND huyện giao xã 45 nhiệm vụ trên phần mềm; đã hoàn thành 40 nhiệm vụ, đang thực hiện 5 nhiệm vụ",
        "Nhiệm vụ đột xuất: 4 nhiệm vụ, hoàn thành 4 nhiệm vụ",
        "Nhiệm vụ đột xuất, hoàn thành 4 nhiệm vụ",
        # Other times.
        "11 tháng đầu năm, hoàn thành 20 nhiệm vụ, đang thực hiện 13 nhiệm vụ",
        "Trong năm 2024, hoàn thành 20 nhiệm vụ",
        "Cả năm, hoàn thành 20 nhiệm vụ",
        "Tháng tới, hoàn thành 5 nhiệm vụ",
        "Năm trước, hoàn thành 30 nhiệm vụ",
        "Đến 15/10, hoàn thành 9 nhiệm vụ",
        "Đến ngày 05/11/2024, hoàn thành 9 nhiệm vụ",
        "Hoàn thành 9 nhiệm vụ (tháng 10), đang thực hiện 9 nhiệm vụ (tháng 11)",
        # Whoever a colon leads to.
        "Địa chính - Xây dựng: 2 nhiệm vụ, hoàn thành 2 nhiệm vụ",
        "Bà Nguyễn Thị Lan: hoàn thành 4 nhiệm vụ",
        "Tài chính - Kế toán: tiến độ bình quân: 20%",
    ],
)
def test_what_is_said_of_others_is_compared_with_nothing(clerk: Clerk, sentence: str) -> None:
    assert list(_below_and_above(clerk, sentence)) == [[], []]


@pytest.mark.parametrize(
    ("sentence", "stated", "wrong"),
    [
        ("Tổng số 2 nhiệm vụ: hoàn thành 2, đang thực hiện 1", [2, 1], [2]),
        ("Tổng số nhiệm vụ: 2; trong đó: hoàn thành: 1, đang thực hiện: 2", [1, 2], [2]),
        ("Tổng số 2 nhiệm vụ. Hoàn thành: 2 nhiệm vụ", [2], [2]),
        ("Hoàn thành 2/2 nhiệm vụ", [2], [2]),
        ("Kết quả: hoàn thành 2 nhiệm vụ, đang thực hiện 1 nhiệm vụ", [2, 1], [2]),
        ("Tình hình thực hiện: hoàn thành 2 nhiệm vụ", [2], [2]),
        ("Tháng 11/2024: hoàn thành 2 nhiệm vụ", [2], [2]),
        ("- Tháng 11 năm 2024: Hoàn thành 2 nhiệm vụ", [2], [2]),
        ("Đến ngày 14/11/2024, hoàn thành 2 nhiệm vụ", [2], [2]),
        ("Từ 15/10 đến 14/11, hoàn thành 2 nhiệm vụ", [2], [2]),
        ("Tháng 11, hoàn thành 2 nhiệm vụ; tháng 12, hoàn thành 9 nhiệm vụ", [2], [2]),
        ("Tháng 10, hoàn thành 9 nhiệm vụ; tháng 11, hoàn thành 1 nhiệm vụ", [1], []),
        ("Hoàn thành 2 nhiệm vụ; bà Lan: hoàn thành 7", [2], [2]),
        ("Tiến độ bình quân: 20%", [20], [20]),
    ],
)
def test_what_is_said_of_these_tasks_is_compared(
    clerk: Clerk, sentence: str, stated: list[float], wrong: list[float]
) -> None:
    for totals in _below_and_above(clerk, sentence):
        assert [total.stated for total in totals] == stated
        assert [total.stated for total in totals if total.difference > 0.5] == wrong


def test_tasks_left_blank_may_be_counted_in_all_or_not(clerk: Clerk) -> None:
    for number, is_compared in ((2, True), (3, True), (4, False)):
        sentence = f"Tổng số {number} nhiệm vụ, hoàn thành 2"
        assert bool(_totals(clerk, *TASKS, BLANK, (sentence,))) == is_compared


@pytest.mark.parametrize(
    "text",
    ["tổng số " * 4_000 + "x: 5", "hoàn thành 1 việc, " * 1_500, "hoàn thành 1" * 2_500, "chung " + "1" * 32_000],
)
def test_a_cell_as_long_as_excel_allows_is_looked_through_at_once(text: str) -> None:
    assert not states_totals(text)


class _Rows(list[TaskRow]):
    """Rows that may not be gone through from the first on."""

    def __iter__(self) -> Iterator[TaskRow]:
        raise AssertionError("all rows above were looked at")

    @overload
    def __getitem__(self, place: SupportsIndex) -> TaskRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[TaskRow]: ...
    def __getitem__(self, place: SupportsIndex | slice) -> TaskRow | list[TaskRow]:
        assert place == slice(-ROWS_LOOKED_AT, None)
        return super().__getitem__(place)


@pytest.mark.parametrize(
    ("label", "code", "is_of_all"),
    [
        ("Tỷ lệ hoàn thành", "", True),
        ("Tỷ lệ hoàn thành", "PCI-01.1", True),
        # "Mức độ hài lòng" below tasks that are not numbered may be one of them.
        ("Mức độ hài lòng", "PCI-01.1", True),
        ("Mức độ hài lòng", "", False),
        ("Trồng cây", "PCI-01.1", False),
    ],
)
def test_whether_a_row_speaks_of_all_is_asked_of_the_last_rows_only(
    clerk: Clerk, label: str, code: str, *, is_of_all: bool
) -> None:
    headings = Headings({"task": 0, "task_text": 1, "progress_pct": 2})
    count = ROWS_LOOKED_AT + 10
    grid = Grid("Báo cáo", True, [*([code, "Niêm yết", 50] for _ in range(count)), ["", label, 5]])
    row = TaskRow(grid.name, 1, code or None, "code", "in_progress", 50.0, None, None, None, None, None, None, {})
    rows = _Rows(replace(row, row=number) for number in range(1, count + 1))
    assert speaks_of_all(Place(grid, (count,), headings), rows, clerk.vocabulary) == is_of_all
