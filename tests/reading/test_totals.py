"""Totals, averages and counts below the tasks: never blamed where they may be right."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import read_submission
from commune_reports.reading.tasks import Clerk
from commune_reports.task_report import Total

HEADS = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
DONE = ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12 thủ tục")
BEGUN = ("PCI-02.1", "Đang thực hiện", 40, "Tập huấn 2 lớp")
BLANK = ("PCI-03.1", "", "", "")
UNREAD = ("PCI-02.2", "gần xong", 70, "Rà soát 5 hồ sơ")
Row = Sequence[object]


def _totals(clerk: Clerk, *rows: Row, above: Sequence[Row] = ()) -> list[Total]:
    workbook = Workbook()
    for row in (*above, HEADS, *rows):
        workbook.active.append(list(row))
    content = BytesIO()
    workbook.save(content)
    return list(read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11").totals)


@pytest.mark.parametrize(
    ("more", "label", "stated", "is_right"),
    [
        # A status nobody can read may have been counted as any.
        (UNREAD, "Hoàn thành", 1, True),
        (UNREAD, "Hoàn thành", 2, True),
        (UNREAD, "Hoàn thành", 3, False),
        (UNREAD, "Hoàn thành", 0, False),
        # A task left blank is in the table, but nobody has said anything about it.
        (BLANK, "Chưa thực hiện", 1, False),
        (BLANK, "Hoàn thành", 2, False),
        (BLANK, "Tổng số nhiệm vụ", 3, True),
        (BLANK, "Tổng số nhiệm vụ", 2, True),
        (BLANK, "Tổng số nhiệm vụ", 4, False),
        (BLANK, "Số nhiệm vụ đã báo cáo", 3, False),
        # Of two rows for one task, or of one that says two things, nobody knows which was counted.
        (("PCI-01.1", "Đang thực hiện", 30, "Niêm yết 3 thủ tục"), "Hoàn thành", 0, True),
        (("PCI-01.1", "Đang thực hiện", 30, "Niêm yết 3 thủ tục"), "Số nhiệm vụ", 2, True),
        (("PCI-02.2", "Hoàn thành", 60, "Rà soát 5 hồ sơ"), "Đang thực hiện", 2, True),
        (("PCI-02.2", "Đang thực hiện", 100, "Rà soát 5 hồ sơ"), "Hoàn thành", 2, True),
        (("PCI-02.2", "Hoàn thành", 60, "Rà soát 5 hồ sơ"), "Chưa thực hiện", 2, False),
        # All of them can be read.
        (("PCI-02.2", "Hoàn thành", 100, "Rà soát 5 hồ sơ"), "Hoàn thành", 2, True),
        (("PCI-02.2", "Hoàn thành", 100, "Rà soát 5 hồ sơ"), "Hoàn thành", 1, False),
    ],
)
def test_a_count_is_right_wherever_a_reading_of_its_rows_makes_it_so(
    clerk: Clerk, more: Row, label: str, stated: int, is_right: bool
) -> None:
    [total] = _totals(clerk, DONE, BEGUN, more, ("", label, stated))
    assert (total.stated, total.difference == 0) == (stated, is_right)


@pytest.mark.parametrize("rows_between", [0, 1])
@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("Tổng cộng: 03 nhiệm vụ; hoàn thành: 01, đang thực hiện: 02", []),
        ("Tổng cộng: 03 nhiệm vụ; hoàn thành: 02, đang thực hiện: 01", [2, 1]),
    ],
)
def test_a_total_told_in_one_cell_is_compared_wherever_it_stands_below(
    clerk: Clerk, line: str, wrong: list[float], rows_between: int
) -> None:
    more = ("PCI-02.2", "Đang thực hiện", 40, "Rà soát 5 hồ sơ")
    totals = _totals(clerk, DONE, BEGUN, more, *[()] * rows_between, (line,))
    assert totals
    assert [total.stated for total in totals if total.difference > 0.5] == wrong


@pytest.mark.parametrize(
    ("more", "stated", "is_right"),
    [
        # The average of 100, 40 and anything.
        (("PCI-02.2", "Đang thực hiện", "tám mươi", "Rà soát 5 hồ sơ"), 73.3, True),
        (("PCI-02.2", "Đang thực hiện", 850, "Rà soát 5 hồ sơ"), 75, True),
        (("PCI-02.2", "Đang thực hiện", "tám mươi", "Rà soát 5 hồ sơ"), 20, False),
        # The status is unclear, the progress is not.
        (UNREAD, 70, True),
        (UNREAD, 90, False),
        # A formula passes over what is empty; a person may take it for 0.
        (BLANK, 70, True),
        (BLANK, 46.7, True),
        (BLANK, 60, False),
        (("PCI-02.2", "Chưa thực hiện", "", "Chờ hướng dẫn"), 70, True),
        (("PCI-02.2", "Chưa thực hiện", "", "Chờ hướng dẫn"), 46.7, True),
    ],
)
def test_an_average_is_right_wherever_a_reading_of_its_rows_makes_it_so(
    clerk: Clerk, more: Row, stated: float, is_right: bool
) -> None:
    [total] = _totals(clerk, DONE, BEGUN, more, ("Trung bình", "", stated))
    assert (total.stated, total.difference < 0.5) == (stated, is_right)


def test_a_line_of_a_result_is_no_total(clerk: Clerk) -> None:
    assert _totals(clerk, DONE, ("", "", "", "Tỷ lệ hoàn thành: 96%"), BEGUN) == []


TWO_DONE = (DONE, BEGUN, ("PCI-02.2", "Hoàn thành", 100, "Rà soát 5 hồ sơ"))


@pytest.mark.parametrize(
    "sentence",
    [
        "Lũy kế từ đầu năm, hoàn thành 20 nhiệm vụ, đang thực hiện 13 nhiệm vụ",
        "Lũy kế 11 tháng: hoàn thành 20 nhiệm vụ, đang thực hiện 13 nhiệm vụ",
        "Tháng 10/2024: hoàn thành 5 nhiệm vụ, đang thực hiện 20 nhiệm vụ.",
        "Trong tháng 12, hoàn thành 5 nhiệm vụ, đang thực hiện 4 nhiệm vụ",
        "Quý III/2024: hoàn thành 10 nhiệm vụ, đang thực hiện 19 nhiệm vụ",
        "Năm 2023: hoàn thành 30 nhiệm vụ, đang thực hiện 3 nhiệm vụ",
        "Chỉ số PCI: 21 nhiệm vụ (hoàn thành 8, đang thực hiện 13)",
        "- PCI: 2 nhiệm vụ, hoàn thành 9; PGI: 2 nhiệm vụ, hoàn thành 7",
        "Công an xã: 2 nhiệm vụ (hoàn thành 1, đang thực hiện 1)",
        "Tiến độ bình quân quý III: 35%",
        "Tỷ lệ giải ngân trung bình 70%",
        "Mức độ hài lòng trung bình: 90%",
        "Tiến độ chung tăng 5% so với tháng trước",
        "Theo chương trình công tác, hoàn thành 45 nhiệm vụ, đang thực hiện 12 nhiệm vụ",
        "Tiếp nhận 50 hồ sơ. Đã hoàn thành: 48",
    ],
)
def test_sentences_about_other_times_or_some_tasks_are_compared_with_nothing(clerk: Clerk, sentence: str) -> None:
    assert _totals(clerk, *TWO_DONE, (sentence,)) == []
    assert _totals(clerk, *TWO_DONE, above=[(sentence,)]) == []


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("Trong tháng 11/2024, hoàn thành 5 nhiệm vụ", [5]),
        ("Trong tháng 11 năm 2024, hoàn thành 5 nhiệm vụ", [5]),
        ("Tổng số 3 nhiệm vụ. Hoàn thành: 3 nhiệm vụ. Đang thực hiện: 1 nhiệm vụ", [3]),
        ("Tổng số 3 nhiệm vụ, trong đó: hoàn thành 2, đang thực hiện 1, chưa thực hiện 0", []),
        ("Tiến độ bình quân: 99%", [99]),
        ("Tiến độ thực hiện trung bình toàn xã đạt 80 %", []),
        ("Mức độ hoàn thành chung của xã: 66,7%", []),
    ],
)
def test_sentences_about_all_tasks_are_compared_below_and_above_the_table(
    clerk: Clerk, sentence: str, wrong: list[float]
) -> None:
    for totals in (_totals(clerk, *TWO_DONE, (sentence,)), _totals(clerk, *TWO_DONE, above=[(sentence,)])):
        assert totals
        assert [total.stated for total in totals if total.difference > 0.5] == wrong


def test_a_sentence_above_one_of_several_tables_is_compared_with_nothing(clerk: Clerk) -> None:
    workbook = Workbook()
    for sheet, row in ((workbook.active, DONE), (workbook.create_sheet("Hai"), BEGUN)):
        for line in (("Tổng số 9 nhiệm vụ, hoàn thành 7",), HEADS, row):
            sheet.append(list(line))
    content = BytesIO()
    workbook.save(content)
    reading = read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert (len(reading.rows), reading.totals) == (2, ())
