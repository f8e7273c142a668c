"""Columns of several times beside each other: those of the period a file reports on count, and no other is read in silence."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

Row = Sequence[object]
TOP: Row = ("BÁO CÁO THÁNG 11/2024",)
HEADS, OTHER = ("STT", "Mã nhiệm vụ", "Tình trạng"), ("Kết quả thực hiện",)
ONE, TWO = (1, "PCI-01.1", "Đang thực hiện"), (2, "PCI-02.1", "Đang thực hiện")


def _read(clerk: Clerk, *rows: Row, period: str | None = "2024-11") -> Reading:
    workbook = Workbook()
    for row in (TOP, *rows):
        workbook.active.append(list(row))
    content = BytesIO()
    workbook.save(content)
    return read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id=period)


def _shares(clerk: Clerk, heads: Row, told: Row, parts: Row = (), period: str | None = "2024-11") -> list[object]:
    below: list[Row] = [("", "", "", *parts, "")] if parts else []
    rows = [(*one, *told, said) for one, said in ((ONE, "Niêm yết 12 thủ tục"), (TWO, "Tập huấn 2 lớp"))]
    reading = _read(clerk, (*HEADS, *heads, *OTHER), *below, *rows, period=period)
    return [*(row.progress_pct for row in reading.rows), *((one.code, one.cell) for one in reading.findings)]


@pytest.mark.parametrize("period", ["2024-11", None])
@pytest.mark.parametrize(
    ("heads", "told", "wanted"),
    [
        (("Thực hiện tháng 10 (%)", "Thực hiện tháng 11 (%)", "Ước tháng 12 (%)"), (40, 60, 90), 60),
        (("Tháng 11 (%)", "Tháng 12 (%)"), (60, 90), 60),
        (("Thực hiện tháng 10 (%)", "Ước thực hiện tháng 11 (%)", "Kế hoạch tháng 12 (%)"), (60, 70, 90), 70),
        (("Thực hiện tháng trước (%)", "Ước thực hiện tháng báo cáo (%)", "Cộng dồn từ đầu năm (%)"), (10, 20, 60), 60),
        (("Lũy kế đến tháng 10 (%)", "Thực hiện tháng 11 (%)", "Lũy kế đến tháng 11 (%)"), (60, 10, 70), 70),
        (("Lũy kế đến cuối tháng 10 (%)", "TH trong tháng (%)", "Lũy kế đến cuối tháng 11 (%)"), (60, 10, 70), 70),
        (("Tiến độ 6 tháng (%)", "Tiến độ tháng 11 (%)"), (40, 70), 70),
        (("Lũy kế 9 tháng (%)", "Tháng 11 (%)"), (40, 70), 70),
        (("Tháng 11 (%)", "Quý IV (%)"), (60, 90), 60),
        (("Tiến độ quý III (%)", "Tiến độ quý IV (%)"), (40, 60), 60),
        (("Tiến độ tháng 11 (%)", "Tiến độ đến hết tháng 12 (%)"), (60, 100), 60),
        (("Thực hiện tháng 11 (%)", "Thực hiện 12 tháng (%)"), (60, 100), 60),
        (("TH 10 tháng (%)", "Ước 11 tháng (%)", "KH cả năm (%)"), (50, 60, 100), 60),
        (("Tiến độ đến 31/12/2024 (%)", "Tiến độ hiện tại (%)"), (100, 60), 60),
        (("Tiến độ tháng này (%)", "Tiến độ cuối quý (%)"), (60, 100), 60),
        (("TH năm 2023 (%)", "TH 11 tháng 2024 (%)"), (100, 60), 60),
        (("Năm 2023 (%)", "Năm 2024 (%)"), (100, 60), 60),
        (("Tiến độ tháng mười (%)", "Tiến độ tháng mười một (%)"), (50, 60), 60),
        (("Tiến độ tháng 3 (%)", "Tiến độ tháng 11 (%)"), (10, 60), 60),
        (("Giao (%)", "Đạt (%)"), (90, 60), 60),
        (("Hiện tại (%)", "Mục tiêu (%)"), (60, 100), 60),
        (tuple(f"T{month} (%)" for month in range(1, 13)), tuple(5 * month for month in range(1, 13)), 55),
    ],
)
def test_the_share_of_the_period_counts_beside_those_of_other_times_and_of_plans(
    clerk: Clerk, heads: Row, told: Row, wanted: float, period: str | None
) -> None:
    assert _shares(clerk, heads, told, period=period) == [wanted, wanted]


@pytest.mark.parametrize(
    ("head", "parts", "told", "wanted"),
    [
        ("Tiến độ (%) tháng", (9, 10, 11), (30, 50, 80), 80),
        ("Tiến độ (%) tháng", ("9", "10", "11"), (30, 50, 80), 80),
        ("Tiến độ (%)", (10, 11, 12), (30, 50, 80), 50),
        ("Tiến độ (%)", (2023, 2024), (30, 50), 50),
        ("Tỷ lệ hoàn thành (%)", ("15/10", "14/11"), (40, 60), 60),
        ("Tiến độ (%)", (date(2024, 10, 31), date(2024, 11, 14)), (40, 60), 60),
    ],
)
def test_parts_of_a_wide_heading_may_be_bare_numbers_and_days(
    clerk: Clerk, head: str, parts: Row, told: Row, wanted: float
) -> None:
    heads = (head, *[""] * (len(parts) - 1))
    assert _shares(clerk, heads, told, parts) == [wanted, wanted]


def test_a_row_that_numbers_all_columns_names_no_months(clerk: Clerk) -> None:
    numbers = tuple(range(1, 7))
    heads = (*HEADS, "Tiến độ (%)", "Kết quả thực hiện", "Số văn bản")
    reading = _read(clerk, heads, numbers, (*ONE, 40, "Họp 2 lần", ""))
    assert ([row.progress_pct for row in reading.rows], reading.findings) == ([40], ())


@pytest.mark.parametrize(
    "head", ["Tiến độ tháng 12 (%)", "Tiến độ tháng 10 (%)", "Tiến độ đến 31/12 (%)", "Năm 2023 (%)"]
)
def test_a_share_under_the_only_heading_is_read_and_its_other_time_is_said(clerk: Clerk, head: str) -> None:
    assert _shares(clerk, (head,), (60,)) == [60, 60, ("column_of_other_time", "D2")]


@pytest.mark.parametrize(
    "head", ["Tiến độ tháng 11 (%)", "Tiến độ đến 30/11/2024 (%)", "Tiến độ trong kỳ (%)", "Tiến độ quý IV (%)"]
)
def test_nothing_is_said_of_a_heading_of_the_period(clerk: Clerk, head: str) -> None:
    assert _shares(clerk, (head,), (60,)) == [60, 60]


@pytest.mark.parametrize(
    "head", ["Tiến độ phấn đấu (%)", "Tiến độ yêu cầu (%)", "Khối lượng còn lại (%)", "Tiến độ toàn huyện (%)"]
)
def test_what_is_wanted_or_left_to_do_is_no_progress(clerk: Clerk, head: str) -> None:
    assert _shares(clerk, (head,), (60,))[:2] == [None, None]


def test_statuses_and_results_of_the_next_month_are_not_read(clerk: Clerk) -> None:
    parts = ("Tình trạng", "Tỷ lệ (%)", "Kết quả")
    heads = [("STT", "Mã nhiệm vụ", "Tháng 11", "", "", "Kế hoạch tháng 12", "", ""), ("", "", *parts, *parts)]
    reading = _read(clerk, *heads, (1, "PCI-01.1", "Đang thực hiện", 40, "Họp 2 lần", "Hoàn thành", 100, "Họp 3 lần"))
    told = [(row.status, row.progress_pct, row.result) for row in reading.rows]
    assert (told, reading.findings) == ([("in_progress", 40, "Họp 2 lần")], ())


def test_a_plan_is_not_joined_to_what_was_done(clerk: Clerk) -> None:
    heads = (
        (*HEADS, "Tháng 11/2024", "", "Kế hoạch tháng 12", ""),
        ("", "", "", "Tình hình triển khai", "Tỷ lệ (%)", "Kết quả", "Tỷ lệ (%)"),
    )
    reading = _read(clerk, *heads, (*ONE, "Họp 2 lần", 30, "Tổ chức 3 lớp tập huấn", 40))
    assert [(row.progress_pct, row.result) for row in reading.rows] == [(30, "Họp 2 lần")]


def test_ticks_of_the_next_months_plan_are_not_read(clerk: Clerk) -> None:
    parts = ("Hoàn thành", "Đang thực hiện", "Chưa thực hiện")
    heads = [("STT", "Mã nhiệm vụ", "Tháng 11", "", "", "Kế hoạch tháng 12", "", ""), ("", "", *parts, *parts)]
    reading = _read(clerk, *heads, (1, "PCI-01.1", "", "x", "", "x", "", ""))
    assert [row.status for row in reading.rows] == ["in_progress"]


def _told(clerk: Clerk, heads: Row, *rows: Row) -> list[object]:
    reading = _read(clerk, heads, *rows)
    return [
        *((row.status, row.progress_pct, row.result) for row in reading.rows),
        *(one.code for one in reading.findings),
    ]


def test_a_remark_on_what_comes_next_leaves_a_column_of_ticks_what_it_is(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Hoàn thành (tính đến 31/10)", "Đang thực hiện", "Chưa thực hiện (chuyển kỳ sau)")
    rows = [(1, "PCI-01.1", "x", "", ""), (2, "PCI-02.1", "", "", "x")]
    assert _told(clerk, heads, *rows) == [("completed", None, None), ("not_started", None, None)]


@pytest.mark.parametrize(
    "head",
    [
        "Tiến độ (%) (5=4/3)",
        "4.1 Tiến độ (%)",
        "Tiến độ (%) (VD: 0.5 = 50%)",
        "Tiến độ đến 31/10/2024 (%)",
        "Tiến độ tháng 11 (tăng so với tháng 10) (%)",
    ],
)
def test_formulas_numberings_examples_and_days_of_the_period_are_no_other_time(clerk: Clerk, head: str) -> None:
    assert _shares(clerk, (head,), (60,)) == [60, 60]


@pytest.mark.parametrize(
    ("heads", "told", "wanted"),
    [
        (
            ("Kết quả thực hiện Kế hoạch 2914/KH-UBND ngày 26/7/2024", "Tình hình triển khai"),
            ("Họp 2 lần", ""),
            "Họp 2 lần",
        ),
        (("Kết quả thực hiện trong tháng", "Tình hình triển khai quý IV"), ("", "Họp 2 lần"), "Họp 2 lần"),
        (
            ("Tình hình triển khai", "Kết quả (VD: Báo cáo số 15/BC-UBND ngày 10/10/2024)"),
            ("", "Họp 2 lần"),
            "Họp 2 lần",
        ),
    ],
)
def test_a_result_is_not_left_out_for_a_document_or_for_an_empty_column(
    clerk: Clerk, heads: Row, told: Row, wanted: str
) -> None:
    assert _told(clerk, (*HEADS, *heads), (*ONE, *told)) == [("in_progress", None, wanted)]


def test_a_reason_compared_with_another_month_stays_a_remark(clerk: Clerk) -> None:
    heads = (*HEADS, "Ghi chú", "Nguyên nhân chậm so với tháng 10")
    assert _read(clerk, heads, (*ONE, "x", "Thiếu kinh phí")).rows[0].note == "x; Thiếu kinh phí"


@pytest.mark.parametrize(("heads", "told"), [(("Tiến độ đến 14/10 (%)", "Tiến độ đến 31/10 (%)"), (40, 60))])
def test_the_latest_day_in_the_window_counts(clerk: Clerk, heads: Row, told: Row) -> None:
    assert _shares(clerk, heads, told) == [60, 60]


def test_in_the_report_of_a_year_the_share_of_the_year_counts(clerk: Clerk) -> None:
    heads = ("Tiến độ (%)", *[""] * 4)
    parts = ("Quý I", "Quý II", "Quý III", "Quý IV", "Năm 2024")
    assert _shares(clerk, heads, (10, 20, 30, 40, 90), parts, period="2024")[:2] == [90, 90]
