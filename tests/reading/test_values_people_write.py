"""Statuses with their share, shares and days as careful clerks write them, each beside what must stay a question."""

from datetime import date

import pytest
from tests.reading.drawing import Row, codes_found, read_sheets

from commune_reports.reading import Clerk
from commune_reports.reading.cell_values import Misread, progress, words_and_share
from commune_reports.reading.dates import Span, completion_date
from commune_reports.task_report import Reading

TOP: Row = ("BÁO CÁO THÁNG 11/2024",)
DAY = date(2024, 11, 5)
UNREADABLE = [("status_unreadable", "B3")]


def _read(clerk: Clerk, *rows: Row) -> Reading:
    return read_sheets(clerk, [TOP, *rows])


@pytest.mark.parametrize(
    "heads",
    [
        ("Mã nhiệm vụ", "Tình trạng", "Kết quả"),
        ("Mã nhiệm vụ", "Tình trạng, tiến độ", "Kết quả"),
        ("Mã nhiệm vụ", "Tiến độ", "Kết quả"),
        ("Mã nhiệm vụ", "Tình trạng", "Kết quả", "Tiến độ (%)"),
    ],
)
@pytest.mark.parametrize(
    ("said", "status", "share"),
    [
        ("Hoàn thành - 100%", "completed", 100),
        ("Hoàn thành -100%", "completed", 100),
        ("HT - 100%", "completed", 100),
        ("100% - Hoàn thành", "completed", 100),
        ("100% hoàn thành", "completed", 100),
        ("Hoàn thành 100% khối lượng", "completed", 100),
        ("Đang thực hiện - 60%", "in_progress", 60),
        ("60% - Đang thực hiện", "in_progress", 60),
        ("60%, đang thực hiện", "in_progress", 60),
        ("(60%) Đang thực hiện", "in_progress", 60),
        ("60% (đang thực hiện)", "in_progress", 60),
        ("60%\nĐang thực hiện", "in_progress", 60),
        ("Đạt 60,5% - Đang thực hiện", "in_progress", 60.5),
        ("60% khối lượng - Đang thực hiện", "in_progress", 60),
        ("Đang thực hiện - đạt khoảng 40%", "in_progress", 40),
        ("Đang thực hiện (60%)", "in_progress", 60),
        ("Đang thực hiện ước đạt 60%", "in_progress", 60),
        ("Đang thực hiện (~60% khối lượng)", "in_progress", 60),
        ("Đang thực hiện, đạt 60% kế hoạch", "in_progress", 60),
        ("Đang thực hiện 60% (3/5 việc)", "in_progress", 60),
        ("Mới triển khai 20%", "in_progress", 20),
        ("Chưa hoàn thành - 60%", "in_progress", 60),
        ("Hoàn thành - 80%", "in_progress", 80),
        ("80% - Hoàn thành", "in_progress", 80),
        ("80% hoàn thành", "in_progress", 80),
        ("xong 80%", "in_progress", 80),
        ("Đã hoàn thành được khoảng 80% khối lượng", "in_progress", 80),
        ("0% - Chưa thực hiện", "not_started", None),
    ],
)
def test_a_share_is_read_on_either_side_of_its_status(
    clerk: Clerk, heads: Row, said: str, status: str, share: float | None
) -> None:
    reading = _read(clerk, heads, ("PCI-01.1", said, "Họp 2 lần"), ("PCI-02.1", "Chưa thực hiện", ""))
    assert codes_found(reading) == []
    # A column of progress tells the 0 of what was not begun; beside a status there is nothing to tell.
    assert [(row.status, row.progress_pct) for row in reading.rows] == [(status, share), ("not_started", None)]


@pytest.mark.parametrize(
    "said",
    [
        "Hoàn thành 0%",
        "80% hồ sơ hoàn thành",
        "Hoàn thành 80% hồ sơ",
        "Hoàn thành trên 80%",
        "Hoàn thành 80",
        "Hoàn thành, ước đạt 100%",
        "60% chưa thực hiện",
        "60% - Chưa thực hiện",
        "60% chưa hoàn thành",
        "Chưa thực hiện 60% khối lượng",
        "Chưa hoàn thành 60% khối lượng",
        "60% đang thực hiện",
        "60% còn lại đang thực hiện",
        "60% hộ dân - đang thực hiện",
        "Chưa đạt 60% - Đang thực hiện",
        "-60% - Đang thực hiện",
        "50-60% - Đang thực hiện",
        "60% - 70% Đang thực hiện",
        "Trên 50% - Đang thực hiện",
        "Đang thực hiện trên 50%",
        "Đang thực hiện, giải ngân 60%",
        "Đang thực hiện 60% khối lượng, 40% vốn",
        "Cơ bản hoàn thành - 100%",
        "100% - Cơ bản hoàn thành",
        "100% - Hoàn thành?",
        "100% - Không phát sinh",
    ],
)
def test_a_share_of_something_else_or_against_its_status_is_asked_about(clerk: Clerk, said: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    reading = _read(clerk, heads, ("PCI-01.1", said, "", "Họp 2 lần"))
    assert (codes_found(reading), [row.status for row in reading.rows]) == (UNREADABLE, [None])


def test_a_dash_behind_a_word_is_no_minus_where_a_share_stands_for_the_status(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng, tiến độ", "Kết quả")
    rows = [("PCI-01.1", "Hoàn thành - 80%", "Họp 2 lần"), ("PCI-02.1", "Hoàn thành 80%", "Họp 2 lần")]
    reading = _read(clerk, heads, *rows)
    assert (codes_found(reading), [(row.status, row.progress_pct) for row in reading.rows]) == (
        [],
        [("in_progress", 80)] * 2,
    )
    assert progress("-5%", lambda: False) == -5


@pytest.mark.parametrize("said", ["Đang thực hiện trên (60%)", "60", "Đang thực hiện 60", "Đang thực hiện (50-60%)"])
def test_a_number_that_is_no_share_beside_words_is_none(said: str) -> None:
    told = words_and_share(said)
    assert told is None or told[0] != "Đang thực hiện"


def test_the_share_before_a_status_is_held_against_the_progress_as_the_one_behind_it(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    for said in ("Đang thực hiện (60%)", "60% - Đang thực hiện"):
        assert codes_found(_read(clerk, heads, ("PCI-01.1", said, 40, "Họp 2 lần"))) == [("status_share_differs", "B3")]
        assert codes_found(_read(clerk, heads, ("PCI-01.1", said, 60, "Họp 2 lần"))) == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("60% khối lượng", 60),
        ("60% KL công việc", 60),
        ("đạt 60% công việc.", 60),
        ("60% kế hoạch vốn năm", 60),
        ("60% (3/5 việc)", 60),
        ("66% (2/3 nhiệm vụ)", 66),
        ("67% (2/3)", 67),
        ("66,7% khối lượng (2/3 hồ sơ)", 66.7),
        ("Ước 60%", 60),
        ("Ước tính 60%", 60),
        ("Ước đạt khoảng 60%", 60),
        ("Mới đạt 60%", 60),
        ("(60%)", 60),
        ("(khoảng 60%)", 60),
        ("~60%", 60),
        ("≈ 60%", 60),
        ("60 phần trăm", 60),
        ("45%%", 45),
        ("Hoàn thành - 100%", 100),
        ("Đã hoàn thành: 60%", 60),
        ("Đạt: 60%", 60),
        ("Tiến độ 60%", 60),
        ("Thực hiện đạt 60% KH giao", 60),
        ("60% hoàn thành", 60),
        ("Đến nay đạt 60%", 60),
        ("60% đến nay", 60),
        ("60% tiến độ", 60),
        ("60%, đúng tiến độ", 60),
        ("60% (chậm tiến độ)", 60),
        ("60% (tháng trước 30%)", 60),
        ("60% (cùng kỳ đạt 50%)", 60),
    ],
)
def test_a_share_is_read_among_words_that_do_not_change_it(typed: str, meant: float) -> None:
    assert progress(typed, lambda: False) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "3/5 việc",
        "60% (3/4 việc)",
        "60% (3/5 thôn chưa làm)",
        "60% (3/0 việc)",
        "60% (40% vốn)",
        "60% khối lượng, 40% vốn",
        "60% vốn",
        "60% hồ sơ",
        "50-60%",
        "60~70%",
        "khoảng 50-60%",
        "trên 50%",
        "dưới 50%",
        "gần 60%",
        "> 50%",
        "60% hoặc 70%",
        "60%, 70%",
        "gần xong",
        "chưa đạt 60%",
        "phải đạt 60%",
        "Dự kiến 60%",
        "~-60%",
        "(60)",
        "45%%%",
        "60% đang thực hiện",
        "Đến nay 60",
        "Thực hiện 60",
        "60% chưa hoàn thành",
        "60% (tháng sau 80%)",
        "60% tiến độ vốn",
        "60%, chậm 20%",
    ],
)
def test_a_share_among_words_that_may_change_it_is_asked_about(typed: str) -> None:
    found = progress(typed, lambda: False)
    assert isinstance(found, Misread)
    assert found.code == "progress_unreadable"


@pytest.mark.parametrize(
    "typed",
    [
        "05\\11\\2024",
        "5/XI/2024",
        "05-xi-2024",
        "Từ 01/11 đến 05/11/2024",
        "từ ngày 1/11/2024 đến ngày 5/11/2024",
        "01/11/2024 - 05/11/2024",
        "01/11/2024-05/11/2024",
        "30/10 - 5/11/2024",
        "30/10/2024, 05/11/2024",
        "05/11/2024; 30/10/2024.",
        "30/10, 1/11 và 5/11/2024",
        "30/10/2024\n05/11/2024",
        "1 tháng 11 và 5 tháng 11 năm 2024",
        "30-10-2024, 05-11-2024",
        "01/11->05/11/2024",
        "01.11-05.11.2024",
        "01-05/11/2024",
        "01–05.11.2024",
        "ngày 1 - 5/11/24",
        "01-05 tháng 11/2024",
        "từ 1 đến 5/11/2024",
        "từ ngày 1 đến ngày 5/11/2024",
        "1 - 5 tháng 11 năm 2024",
        "1, 3, 5/11/2024",
        "1 và 5/11/2024",
        "hoàn thành ngày 1-5/11/2024",
    ],
)
def test_of_several_days_the_last_is_that_of_completion(typed: str) -> None:
    found = completion_date(typed)
    assert found == Span(DAY, DAY)
    assert found.names_year


@pytest.mark.parametrize(
    "typed",
    [
        "5/XIII/2024",
        "5/IIII/2024",
        "Từ 05/11/2024 đến 01/11/2024",
        "từ 30/12 đến 05/01/2024",
        "30/12, 05/01/2024",
        "01/11/2024 - 31/11/2024",
        "31/11/2024, 05/11/2024",
        "30/10/2024, 05/11",
        "5-1/11/2024",
        "5-5/11/2024",
        "0-5/11/2024",
        "28-31/11/2024",
        "1-5/13/2024",
        "1,5/11/2024",
        "10-11/2024",
        "10-11/24",
        "05, 11/2024",
        "15-20/12",
        "1-5.11",
        "Hoàn thành 3-5/11",
        "Dự kiến 01-05/11/2024",
        "5.10, 05/11/2024",
        "10/2024 - 11/2024",
        "05/11/2024 hoặc 06/11/2024",
        "05/11/2024 sửa thành 20/11/2024",
        "dự kiến từ 01/11 đến 05/11/2024",
        "01/11/2024 - 05/11/2024 (dự kiến)",
        "Từ 05/11/2024",
        "trước 05/11/2024",
        "T3, 05/11/2024",
    ],
)
def test_days_in_another_order_or_with_other_words_between_them_are_asked_about(typed: str) -> None:
    assert isinstance(completion_date(typed, year=2024), Misread)


@pytest.mark.parametrize(
    "typed",
    [
        "5/11",
        "5 tháng 11",
        "ngày 5/11",
        "Ngày 5 tháng 11",
        "5\\11",
        "05-Thg11",
        "thứ ba, 5/11",
        "5/11 (đã ký)",
        "1/11 - 5/11",
        "1-5/11",
        "từ 1 đến 5 tháng 11",
    ],
)
def test_a_day_without_its_year_is_one_however_it_is_written(clerk: Clerk, typed: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Ngày hoàn thành")
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12", typed))
    assert (codes_found(reading), reading.rows[0].completed_on) == ([("date_without_year", "E3")], DAY)
    assert isinstance(completion_date(typed), Misread)


@pytest.mark.parametrize("typed", ["Tháng 10", "T10", "T.10", "trong tháng 10", "Đã hoàn thành tháng 10", "10/2024"])
def test_a_month_without_its_year_is_one_of_the_plans_year(clerk: Clerk, typed: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Ngày hoàn thành")
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12", typed))
    [row] = reading.rows
    assert codes_found(reading) == [("date_without_day", "E3")]
    assert (row.completed_since, row.completed_on) == (date(2024, 10, 1), date(2024, 10, 31))


@pytest.mark.parametrize("typed", ["quý IV", "Quý 4", "Q4", "Q.IV", "trong quý IV", "Quý IV/2024"])
def test_a_quarter_without_its_year_is_one_of_the_plans_year(clerk: Clerk, typed: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Ngày hoàn thành")
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12", typed))
    [row] = reading.rows
    assert codes_found(reading) == [("date_without_day", "E3")]
    assert (row.completed_since, row.completed_on) == (date(2024, 10, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    "typed",
    [
        "20 tháng 12",
        "Tháng 12",
        "T13",
        "10 tháng",
        "10",
        "5.11",
        "5-11",
        "31 tháng 11",
        "hoàn thành 3/5",
        "cuối tháng 10",
        "cuối quý IV",
        "quý V",
        "IV",
        "4",
    ],
)
def test_a_day_or_a_month_of_another_year_or_none_at_all_is_asked_about(typed: str) -> None:
    assert isinstance(completion_date(typed, year=2024), Misread)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Đang lấy ý kiến", "in_progress"),
        ("Mới triển khai", "in_progress"),
        ("Mới bắt đầu", "in_progress"),
        ("Đã hoàn thành tháng 10", "completed"),
        ("Đã hoàn thành tháng 10/2024", "completed"),
        ("Đã hoàn thành ngày 5 tháng 11 năm 2024", "completed"),
        ("Hoàn thành ngày 5/11", "completed"),
        ("Hoàn thành ngày 5 tháng 11", "completed"),
        ("0 phát sinh", "nil"),
        ("Phát sinh: 0 hồ sơ", "nil"),
        ("Không có phát sinh trong kỳ", "nil"),
        ("Đã lấy ý kiến", None),
        ("Đang tạm dừng", None),
        ("Mới", None),
        ("Mới ban hành kế hoạch", None),
        ("Mới triển khai xong", None),
        ("Hoàn thành tháng 12", None),
        ("Sẽ hoàn thành tháng 10", None),
        ("Đã trình tháng 10", None),
        ("Đã hoàn thành tháng 13", None),
        ("Hoàn thành 5/11", None),
        ("Hoàn thành trước ngày 5 tháng 11", None),
        ("10 phát sinh", None),
        ("0,5 phát sinh", None),
        ("Phát sinh 05", None),
        ("Cơ bản hoàn thành", None),
        ("Thường xuyên", None),
        ("TX", None),
    ],
)
def test_a_status_is_known_in_the_words_of_clerks(clerk: Clerk, typed: str, meant: str | None) -> None:
    assert clerk.vocabulary.status_of(typed) == meant


def test_what_is_said_to_be_done_in_a_month_to_come_is_asked_about(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    assert codes_found(_read(clerk, heads, ("PCI-01.1", "Đã hoàn thành tháng 12", 100, "Họp 2 lần"))) == UNREADABLE
    assert codes_found(_read(clerk, heads, ("PCI-01.1", "Đã hoàn thành tháng 10", 100, "Họp 2 lần"))) == []


@pytest.mark.parametrize(
    ("said", "day", "found"),
    [
        ("Hoàn thành ngày 5/11", DAY, [("date_without_year", "B3")]),
        ("Hoàn thành (ngày 5 tháng 11)", DAY, [("date_without_year", "B3")]),
        ("Đã hoàn thành ngày 5 tháng 11 năm 2024", DAY, []),
        ("Hoàn thành ngày 20/12", None, []),
        ("Hoàn thành ngày 31/11", None, []),
        ("Hoàn thành (họp ngày 5/11)", None, []),
    ],
)
def test_the_day_behind_a_status_may_lack_its_year(
    clerk: Clerk, said: str, day: date | None, found: list[tuple[str, str]]
) -> None:
    reading = _read(clerk, ("Mã nhiệm vụ", "Tình trạng", "Kết quả"), ("PCI-01.1", said, "Niêm yết 12"))
    assert (codes_found(reading), reading.rows[0].status, reading.rows[0].completed_on) == (found, "completed", day)


def test_the_day_in_its_own_column_counts_before_the_one_behind_the_status(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Kết quả", "Ngày hoàn thành")
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành ngày 4/11", "Niêm yết 12", DAY))
    assert (codes_found(reading), reading.rows[0].completed_on) == ([], DAY)
