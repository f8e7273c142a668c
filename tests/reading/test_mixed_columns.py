"""Columns that hold something else than their heading says, or two things: words among shares, deadlines, days, proposals."""

from datetime import date

import pytest
from tests.reading.drawing import Row, codes_found, read_sheets

from commune_reports.reading import Clerk
from commune_reports.task_report import Reading, TaskRow

TOP: Row = ("BÁO CÁO THÁNG 11/2024",)
DAY = date(2024, 11, 5)


def _read(clerk: Clerk, *rows: Row) -> Reading:
    return read_sheets(clerk, [TOP, *rows])


def _answer(row: TaskRow) -> tuple[object, ...]:
    return row.status, row.progress_pct, row.completed_on


@pytest.mark.parametrize("heading", ["Tiến độ", "Tiến độ thực hiện", "Tiến độ (%)"])
def test_words_among_shares_are_statuses_where_there_is_no_column_for_them(clerk: Clerk, heading: str) -> None:
    words = ("Hoàn thành", "60%", "Đang thực hiện 75%", "Chưa thực hiện", "Không phát sinh")
    codes = ("PCI-01.1", "PCI-02.1", "PCI-02.2", "PCI-03.1", "PCI-03.2")
    rows = [(code, word, "Niêm yết 12 thủ tục") for code, word in zip(codes, words, strict=True)]
    reading = _read(clerk, ("Mã nhiệm vụ", heading, "Kết quả thực hiện"), *rows)
    assert codes_found(reading) == []
    assert [_answer(row)[:2] for row in reading.rows] == [
        ("completed", None),
        ("in_progress", 60),
        ("in_progress", 75),
        ("not_started", None),
        ("nil", None),
    ]


def test_shares_stand_for_statuses_where_there_is_no_column_for_them(clerk: Clerk) -> None:
    rows = [("PCI-01.1", "100%", "Niêm yết 12"), ("PCI-02.1", "60 %", "Họp 2 lần"), ("PCI-02.2", "Chưa thực hiện", "")]
    reading = _read(clerk, ("Mã nhiệm vụ", "Tình trạng", "Kết quả thực hiện"), *rows)
    assert codes_found(reading) == []
    assert [_answer(row)[:2] for row in reading.rows] == [
        ("completed", 100),
        ("in_progress", 60),
        ("not_started", None),
    ]


@pytest.mark.parametrize("said", ["Đang thực hiện, đạt 75%", "Đang thực hiện đạt 75%", "Đang thực hiện khoảng 75%"])
def test_a_share_behind_a_status_is_the_progress(clerk: Clerk, said: str) -> None:
    reading = _read(clerk, ("Mã nhiệm vụ", "Tình trạng", "Kết quả"), ("PCI-01.1", said, "Họp 2 lần"))
    assert (codes_found(reading), _answer(reading.rows[0])[:2]) == ([], ("in_progress", 75))


@pytest.mark.parametrize(
    "said", ["Đạt 75 % kế hoạch", "75% KH", "75% (tăng 5%)", "Khoảng 75%", "75% so với kế hoạch năm"]
)
def test_words_around_a_share_do_not_change_it(clerk: Clerk, said: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    reading = _read(clerk, heads, ("PCI-01.1", "Đang thực hiện", said, "Họp 2 lần"))
    assert (codes_found(reading), reading.rows[0].progress_pct) == ([], 75)


def test_a_share_under_what_goes_on_is_its_tick(clerk: Clerk) -> None:
    wide = ("Mã nhiệm vụ", "Tiến độ thực hiện", "", "", "Kết quả")
    parts = ("", "Hoàn thành", "Đang thực hiện (%)", "Chưa thực hiện")
    rows = [("PCI-01.1", "", 60, "", "Họp 2 lần"), ("PCI-02.1", "x", "", "", "Niêm yết 12")]
    reading = _read(clerk, wide, parts, *rows)
    assert codes_found(reading) == []
    assert [_answer(row)[:2] for row in reading.rows] == [("in_progress", 60), ("completed", None)]


def test_a_day_in_the_column_of_what_is_done_is_its_tick(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Hoàn thành", "Đang thực hiện", "Chưa thực hiện", "Kết quả")
    reading = _read(clerk, heads, ("PCI-01.1", DAY, "", "", "Niêm yết 12"), ("PCI-02.1", "", "x", "", "Họp 2 lần"))
    assert codes_found(reading) == []
    assert [_answer(row) for row in reading.rows] == [("completed", None, DAY), ("in_progress", None, None)]


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("done", ["Ngày hoàn thành", "Ngày hoàn thành thực tế"])
def test_a_deadline_beside_the_day_of_completion_is_not_read(clerk: Clerk, done: str, is_first: bool) -> None:
    step = 1 if is_first else -1
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", *("Thời gian hoàn thành", done)[::step])
    rows = [
        ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12", *("31/12/2024", DAY)[::step]),
        ("PCI-02.1", "Đang thực hiện", 60, "Họp 2 lần", *("31/12/2024", None)[::step]),
    ]
    reading = _read(clerk, heads, *rows)
    assert (codes_found(reading), [row.completed_on for row in reading.rows]) == ([], [DAY, None])


@pytest.mark.parametrize("word", ["Thường xuyên", "Chưa", "Đang thực hiện"])
def test_words_beside_what_goes_on_do_not_make_days_deadlines(clerk: Clerk, word: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Thời gian hoàn thành")
    going_on = [(code, "Đang thực hiện", 60, "Họp 2 lần", word) for code in ("PCI-02.1", "PCI-02.2", "PCI-03.1")]
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12", DAY), *going_on)
    assert (codes_found(reading), [row.completed_on for row in reading.rows]) == ([], [DAY, None, None, None])


@pytest.mark.parametrize("heading", ["Thời gian hoàn thành", "Ngày hoàn thành/dự kiến hoàn thành"])
@pytest.mark.parametrize("due", ["31/12/2024", "Quý IV/2024", "Hàng quý", date(2024, 12, 31)])
def test_days_no_task_is_due_on_are_those_of_completion_beside_what_is_done(
    clerk: Clerk, heading: str, due: object
) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", heading)
    going_on = [(code, "Đang thực hiện", 60, "Họp 2 lần", due) for code in ("PCI-02.1", "PCI-02.2", "PCI-03.1")]
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12", DAY), *going_on)
    assert (codes_found(reading), [row.completed_on for row in reading.rows]) == ([], [DAY, None, None, None])


def test_days_beside_what_goes_on_are_still_deadlines(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Thời gian hoàn thành")
    going_on = [
        (code, "Đang thực hiện", 60, "Họp 2 lần", "31/12/2024") for code in ("PCI-02.1", "PCI-02.2", "PCI-03.1")
    ]
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12", "30/09/2024"), *going_on)
    assert (codes_found(reading), [row.completed_on for row in reading.rows]) == ([], [None] * 4)


def test_days_under_what_is_done_are_read_beside_the_status(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Kết quả", "Hạn", "Hoàn thành")
    rows = [
        ("PCI-01.1", "Hoàn thành", "Niêm yết 12", "31/12/2024", DAY),
        ("PCI-02.1", "Chưa thực hiện", "Chờ kinh phí", "31/12/2024"),
    ]
    reading = _read(clerk, heads, *rows)
    assert (codes_found(reading), [row.completed_on for row in reading.rows]) == ([], [DAY, None])


@pytest.mark.parametrize(
    ("said", "day", "found"),
    [
        ("5/11", DAY, [("date_without_year", "E3")]),
        ("27/10", date(2024, 10, 27), [("date_without_year", "E3")]),
        ("20/12", None, [("date_unreadable", "E3")]),
        ("11/24", None, [("date_unreadable", "E3")]),
        ("5/11/2024 (đã ký)", DAY, []),
    ],
)
def test_a_day_without_its_year_is_of_the_plans_year(
    clerk: Clerk, said: str, day: date | None, found: list[tuple[str, str]]
) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Ngày hoàn thành")
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12", said))
    assert (codes_found(reading), reading.rows[0].completed_on) == (found, day)


@pytest.mark.parametrize(
    "said", ["Đã hoàn thành (05/11/2024)", "Hoàn thành, ngày 05/11/2024", "Hoàn thành ngày 5/11/2024"]
)
def test_the_day_beside_the_status_is_that_of_completion(clerk: Clerk, said: str) -> None:
    reading = _read(clerk, ("Mã nhiệm vụ", "Tình trạng", "Kết quả"), ("PCI-01.1", said, "Niêm yết 12"))
    assert (codes_found(reading), _answer(reading.rows[0])) == ([], ("completed", None, DAY))


@pytest.mark.parametrize(
    "heading", ["Khó khăn, vướng mắc; kiến nghị", "Khó khăn - Kiến nghị", "Khó khăn, vướng mắc, đề xuất"]
)
def test_difficulties_and_proposals_of_one_column_are_kept_apart(clerk: Clerk, heading: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Kết quả", heading)
    said = (
        "Thiếu kinh phí; đề nghị huyện hỗ trợ",
        "Thiếu người",
        "Kiến nghị cấp 2 máy tính.",
        "Mưa bão, đề nghị gia hạn",
    )
    codes = ("PCI-01.1", "PCI-02.1", "PCI-02.2", "PCI-03.1")
    rows = [(code, "Chưa thực hiện", "", text) for code, text in zip(codes, said, strict=True)]
    reading = _read(clerk, heads, *rows)
    assert [(row.difficulty, row.proposal) for row in reading.rows] == [
        ("Thiếu kinh phí", "đề nghị huyện hỗ trợ"),
        ("Thiếu người", None),
        (None, "Kiến nghị cấp 2 máy tính."),
        ("Mưa bão", "đề nghị gia hạn"),
    ]


@pytest.mark.parametrize("heading", ["Nội dung thực hiện trong tháng", "Công việc đã triển khai", "Đã làm được"])
@pytest.mark.parametrize("status", ["Tình trạng", "Kết quả"])
def test_what_was_done_is_read_under_other_words_also_where_the_results_are_statuses(
    clerk: Clerk, plan: object, heading: str, status: str
) -> None:
    text = clerk.plan.tasks["PCI-01.1"].text
    heads = ("STT", "Nội dung nhiệm vụ theo KH", status, heading)
    reading = _read(clerk, heads, (1, text, "Hoàn thành", "Niêm yết 128 thủ tục tại Bộ phận Một cửa"))
    assert codes_found(reading) == []
    assert [(row.status, row.result) for row in reading.rows] == [
        ("completed", "Niêm yết 128 thủ tục tại Bộ phận Một cửa")
    ]


@pytest.mark.parametrize(
    "heading", ["Văn bản UBND xã ban hành", "VB của xã", "Số BC/KH", "Sản phẩm (số, ngày văn bản)"]
)
def test_documents_are_read_under_other_words(clerk: Clerk, heading: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Kết quả", heading)
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", "Niêm yết 12", "12/BC-UBND"))
    assert (codes_found(reading), reading.rows[0].evidence) == ([], "12/BC-UBND")


def test_an_unknown_column_of_documents_is_named_for_what_it_holds(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Kết quả", "Căn cứ nghiệm thu")
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", "Niêm yết 12", "12/BC-UBND ngày 05/11/2024"))
    assert codes_found(reading) == [("column_unread", "D2")]
    assert "Số, ký hiệu văn bản" in reading.findings[0].message


def test_the_first_task_below_the_heading_is_no_second_heading(clerk: Clerk) -> None:
    texts = [clerk.plan.tasks[code].text for code in ("PGI-01.1", "PGI-01.2")]
    heads = ("Nhiệm vụ", "Kết quả thực hiện", "Tỷ lệ hoàn thành (%)")
    reading = _read(clerk, heads, (texts[0], "", "60%"), (texts[1], "Thu gom 84 tấn rác", "90%"))
    assert [(row.task_code, row.progress_pct) for row in reading.rows] == [("PGI-01.1", 60), ("PGI-01.2", 90)]


def test_nothing_is_held_against_a_status_that_two_columns_tell_otherwise(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Tình trạng")
    reading = _read(clerk, heads, ("PCI-01.1", "Đang thực hiện", 100, "Niêm yết 12", "Hoàn thành"))
    assert (codes_found(reading), reading.rows[0].status) == ([("column_twice", "E3")], None)


@pytest.mark.parametrize(
    ("number", "text", "section", "code"),
    [
        (
            2,
            "Công khai quy hoạch, kế hoạch sử dụng đất trên Trang thông tin điện tử xã",
            "II. Chỉ số Tiếp cận đất đai",
            "PCI-02.2",
        ),
        (2, "Công bố đầy đủ", "III. Chỉ số Tính minh bạch", "PCI-03.2"),
        (2, "Mua máy tính mới", "II. Chỉ số Tiếp cận đất đai", None),
    ],
)
def test_few_words_that_fit_no_other_task_better_do_not_contradict_the_number(
    clerk: Clerk, number: int, text: str, section: str, code: str | None
) -> None:
    heads = ("TT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    reading = _read(clerk, heads, ("", section), (number, text, "Đang thực hiện", 60, "Đăng 3 tin"))
    assert [row.task_code for row in reading.rows] == [code]


def test_two_columns_of_results_of_which_one_holds_statuses_are_told_apart(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Kết quả thực hiện", "Tiến độ (%)", "Kết quả")
    reading = _read(clerk, heads, ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 128 thủ tục"))
    assert codes_found(reading) == []
    assert [(row.status, row.result) for row in reading.rows] == [("completed", "Niêm yết 128 thủ tục")]


def test_a_count_is_no_tick_and_the_day_of_a_plan_none_of_completion(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Hoàn thành", "Đang thực hiện", "Chưa thực hiện", "Kết quả")
    assert codes_found(_read(clerk, heads, ("PCI-01.1", "3/5", "", "", "Niêm yết 12"))) == [("status_unreadable", "B3")]
    said = "Hoàn thành (KH 12/KH-UBND ngày 05/02/2024)"
    reading = _read(clerk, ("Mã nhiệm vụ", "Tình trạng", "Kết quả"), ("PCI-01.1", said, "Niêm yết 12"))
    assert _answer(reading.rows[0]) == ("completed", None, None)


@pytest.mark.parametrize(
    "said", ["Mỏng lực lượng, thiếu người", "Kiến nghị của cử tri nhiều", "Đề nghị bồi thường của dân chưa giải quyết"]
)
def test_a_difficulty_that_speaks_of_others_proposals_stays_one(clerk: Clerk, said: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Kết quả", "Khó khăn, kiến nghị")
    [row] = _read(clerk, heads, ("PCI-01.1", "Chưa thực hiện", "", said)).rows
    assert (row.difficulty, row.proposal) == (said, None)
