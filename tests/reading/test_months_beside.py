"""Columns for several months, or for one month and all of them, beside each other: how far a task is by now counts."""

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


def _read(clerk: Clerk, *rows: Row) -> Reading:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(list(row))
    content = BytesIO()
    workbook.save(content)
    return read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _shares(reading: Reading) -> list[object]:
    return [row.progress_pct for row in reading.rows] + [(one.code, one.cell) for one in reading.findings]


@pytest.mark.parametrize(
    ("month", "in_all"),
    [
        ("TH tháng 11 (%)", "Lũy kế (%)"),
        ("Thực hiện trong tháng (%)", "Lũy kế từ đầu năm (%)"),
        ("Ước thực hiện tháng 11 (%)", "Lũy kế 11 tháng (%)"),
        ("TH trong kỳ (%)", "LK (%)"),
        ("% thực hiện tháng", "% so với KH năm"),
        ("Tiến độ đầu kỳ (%)", "Tiến độ cuối kỳ (%)"),
        ("Đến 14/10 (%)", "Đến 14/11 (%)"),
        ("Tiến độ tháng này (%)", "Tiến độ đến nay (%)"),
    ],
)
@pytest.mark.parametrize("is_turned", [False, True])
def test_the_share_in_all_counts_beside_that_of_one_month(
    clerk: Clerk, month: str, in_all: str, is_turned: bool
) -> None:
    step = -1 if is_turned else 1
    rows = [(*one, *shares[::step], "Niêm yết 12 thủ tục") for one, shares in ((ONE, (10, 70)), (TWO, (5, 45)))]
    assert _shares(_read(clerk, TOP, (*HEADS, *(month, in_all)[::step], *OTHER), *rows)) == [70, 45]


def test_the_share_in_all_counts_where_wide_headings_say_so(clerk: Clerk) -> None:
    wide = ("STT", "Mã nhiệm vụ", "Tháng 11/2024", "", "", "Lũy kế từ đầu năm")
    parts = ("", "", "Tình trạng", "Tỷ lệ (%)", "Kết quả", "Tỷ lệ (%)")
    rows = [(*ONE, 10, "Niêm yết 12 thủ tục", 70), (*TWO, 5, "Tập huấn 2 lớp", 45)]
    assert _shares(_read(clerk, TOP, wide, parts, *rows)) == [70, 45]


def test_the_month_counts_where_nothing_stands_under_all_of_them(clerk: Clerk) -> None:
    heads = (*HEADS, "Trong tháng (%)", "Lũy kế (%)", *OTHER)
    assert _shares(_read(clerk, TOP, heads, (*ONE, 10, "", "Niêm yết 12 thủ tục"))) == [10]


def test_a_progress_that_names_no_month_stays_what_it_is_beside_what_adds_up(clerk: Clerk) -> None:
    heads = (*HEADS, "Tiến độ (%)", "Lũy kế (%)", *OTHER)
    assert _shares(_read(clerk, TOP, heads, (*ONE, 10, 70, "Niêm yết 12 thủ tục"))) == [10]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("10/2024", "11/2024"),
        (date(2024, 10, 1), date(2024, 11, 1)),
        ("Th10", "Th11"),
        ("T.10", "T.11"),
        ("Tháng 10", "Tháng 11"),
    ],
)
def test_the_latest_of_the_months_below_a_wide_heading_counts_however_they_are_written(
    clerk: Clerk, earlier: object, later: object
) -> None:
    wide, parts = (*HEADS, "Tiến độ (%)", "", *OTHER), ("", "", "", earlier, later)
    rows = [(*ONE, 10, 70, "Niêm yết 12 thủ tục"), (*TWO, 5, 45, "Tập huấn 2 lớp")]
    assert _shares(_read(clerk, TOP, wide, parts, *rows)) == [70, 45]


@pytest.mark.parametrize(
    "heads",
    [
        ("T9 (%)", "T10 (%)", "T11 (%)"),
        ("% T9", "% T10", "% T11"),
        ("Tiến độ 9/2024", "Tiến độ 10/2024", "Tiến độ 11/2024"),
    ],
)
def test_the_latest_of_the_months_in_short_counts(clerk: Clerk, heads: Row) -> None:
    assert _shares(_read(clerk, TOP, (*HEADS, *heads, *OTHER), (*ONE, 10, 40, 70, "Niêm yết 12 thủ tục"))) == [70]


def test_months_that_nothing_says_are_shares_are_named(clerk: Clerk) -> None:
    reading = _read(clerk, TOP, (*HEADS, "T10", "T11", *OTHER), (*ONE, 10, 70, "Niêm yết 12 thủ tục"))
    assert _shares(reading) == [None, ("column_unread", "D2"), ("column_unread", "E2")]
    assert "Tiến độ (%)" in reading.findings[0].message


@pytest.mark.parametrize(
    ("heads", "shares", "read"),
    [
        (("Thực hiện tháng 11 (%)", "Ước thực hiện 12 tháng (%)"), (60, 100), 60),
        (("Tỷ lệ tháng 11 (%)", "Ước hoàn thành đến tháng 12 (%)"), (60, 100), 60),
        (("Tiến độ tháng 11 (%)", "Tiến độ phấn đấu cuối tháng 12 (%)"), (60, 90), 60),
        (("Tiến độ đến tháng 10 (%)", "Tiến độ tháng 11 (%)"), (40, 60), 60),
        (("% KH giao", "% đã thực hiện"), (100, 60), 60),
        (("% KH năm", "Tiến độ tháng (%)"), (100, 60), 60),
        (("Đầu năm (%)", "Đến nay (%)"), (40, 60), 60),
    ],
)
def test_what_is_hoped_for_planned_or_older_is_no_progress(clerk: Clerk, heads: Row, shares: Row, read: float) -> None:
    assert _shares(_read(clerk, TOP, (*HEADS, *heads, *OTHER), (*ONE, *shares, "Niêm yết 12 thủ tục"))) == [read]


@pytest.mark.parametrize(
    ("heads", "read"), [(("Đến 14/11 (%)", "Đến 31/12 (%)"), 60), (("Đến 31/12/2023 (%)", "Đến 14/11/2024 (%)"), 90)]
)
def test_of_shares_until_several_days_that_of_the_period_counts(clerk: Clerk, heads: Row, read: float) -> None:
    reading = _read(clerk, TOP, (*HEADS, *heads, *OTHER), (*ONE, 60, 90, "Niêm yết 12 thủ tục"))
    assert _shares(reading) == [read]


def test_one_slip_does_not_turn_a_column_and_beside_a_blank_one_both_are_asked_about(clerk: Clerk) -> None:
    heads = (*HEADS, "Trong tháng (%)", "Lũy kế (%)", *OTHER)
    rows = [
        (number, code, "Đang thực hiện", 10, share, "Họp 2 lần")
        for number, code, share in ((1, "PCI-01.1", 800), (2, "PCI-02.1", 70), (3, "PCI-02.2", 50))
    ]
    assert _shares(_read(clerk, TOP, heads, *rows)) == [800, 70, 50]
    assert _shares(_read(clerk, TOP, heads, (*ONE, 10, "", "Họp 2 lần"), (*TWO, 20, 80, "Họp 3 lần"))) == [
        *(10, None),
        ("column_twice", "E4"),
    ]


NAMES = ("STT", "Mã nhiệm vụ")
BOTH = ("Tình trạng", "Tiến độ (%)")
IN_TWO_MONTHS = [
    (1, "PCI-01.1", "Đang thực hiện", 50, "Hoàn thành", 100),
    (2, "PCI-02.1", "Đang thực hiện", 30, "Đang thực hiện", 40),
]
SHARES = [(1, "PCI-01.1", 50, 100, "", "Niêm yết 12"), (2, "PCI-02.1", 30, 40, "", "Họp 2 lần")]


@pytest.mark.parametrize(
    ("heads", "rows"),
    [
        ([(*NAMES, 10, "", 11, "", 12), ("", "", *BOTH, *BOTH, *BOTH)], IN_TWO_MONTHS),
        ([(*NAMES, "10", "", "11"), ("", "", *BOTH, *BOTH)], IN_TWO_MONTHS),
        ([(*NAMES, 10, 11, 12, "Kết quả"), ("", "", "Tiến độ", "Tiến độ", "Tiến độ")], SHARES),
        ([(*NAMES, "Tháng", "", "", "Kết quả"), ("", "", 10, 11, 12), ("", "", *["Tiến độ"] * 3)], SHARES),
    ],
)
def test_bare_numbers_of_months_head_what_stands_below_them(clerk: Clerk, heads: list[Row], rows: list[Row]) -> None:
    reading = _read(clerk, *heads, *rows)
    assert [(row.status, row.progress_pct) for row in reading.rows] == [("completed", 100), ("in_progress", 40)]
    assert [one.code for one in reading.findings] == []


def test_numbers_that_are_no_months_head_nothing(clerk: Clerk) -> None:
    heads = [(*NAMES, 20, 30, "Kết quả"), ("", "", "Tiến độ", "Tiến độ")]
    reading = _read(clerk, *heads, (1, "PCI-01.1", 50, 100, "Niêm yết 12"))
    assert [one.code for one in reading.findings] == ["column_twice"]


def test_bare_numbers_without_the_month_of_the_file_are_no_months(clerk: Clerk) -> None:
    rows: list[Row] = [
        (1, "PCI-01.1", "Đang thực hiện", 50, "Hoàn thành", 100),
        (2, "PCI-02.1", "Đang thực hiện", 30, "", 40),
    ]
    reading = _read(clerk, (*NAMES, 1, "", 2, ""), ("", "", *BOTH, *BOTH), *rows)
    assert "column_twice" in [one.code for one in reading.findings]
