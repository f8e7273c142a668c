"""Numbers, dates and texts as people type them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_reports.reading.cell_values import Misread, is_ticked, plain_text, progress
from commune_reports.reading.dates import Span, completion_date
from commune_reports.reading.documents import documents_in, own_documents_in
from commune_reports.task_report import Document


@pytest.mark.parametrize(
    ("typed", "is_percent", "meant"),
    [
        (85, False, 85),
        (85.0, False, 85),
        ("85", False, 85),
        ("85%", False, 85),
        ("85 %", False, 85),
        ("85,5%", False, 85.5),
        ("85.5", False, 85.5),
        (0.85, True, 85),
        (1, True, 100),
        (1, False, 1),
        (0, False, 0),
        (0, True, 0),
        ("0,5%", False, 0.5),
        (120, False, 120),
        ("-5", False, -5),
        ("\u00a085\u200b", False, 85),
        ("\u202a85%\u202c\u200e", False, 85),
        ("đạt 85%", False, 85),
        ("85 phần trăm", False, 85),
        ("85/100", False, 85),
        ("85%.", False, 85),
        ("85*", False, 85),
        ("85 (%)", False, 85),
        ("'45", False, 45),
        ("- 5 %", False, -5),
        ("1 000", False, 1000),
        ("1.000", False, 1000),
        ("85,000", False, 85),
        ("1.234,5", False, 1234.5),
        ("８５％", False, 85),
        ("", False, None),
        (None, False, None),
    ],
)
def test_a_percentage_is_read_as_it_is_meant(typed: object, is_percent: bool, meant: float | None) -> None:
    assert progress(typed, lambda: is_percent) == meant


@pytest.mark.parametrize("typed", [0.85, "0.85", "0,85"])
def test_a_fraction_outside_a_percent_cell_is_not_guessed(typed: object) -> None:
    found = progress(typed, lambda: False)
    assert isinstance(found, Misread)
    assert found.code == "progress_ambiguous"


@pytest.mark.parametrize("typed", ["một nửa", "85/100%", "8 5 phần", "%", True, "12a", "5\n8", "8 5"])
def test_words_are_no_percentage(typed: object) -> None:
    found = progress(typed, lambda: False)
    assert isinstance(found, Misread)
    assert found.code == "progress_unreadable"


@pytest.mark.parametrize(
    "typed",
    [
        date(2024, 11, 5),
        datetime(2024, 11, 5, 13, 0),  # noqa: DTZ001  (a cell knows no zone)
        45601,
        "5/11/2024",
        "05-11-2024",
        "5.11.24",
        "ngày 5 tháng 11 năm 2024",
        "5 Tháng 11 2024",
        "05-Thg11-24",
        "05 thg 11 2024",
        "45601",
        "Ngày 05/11/2024",
        "2024-11-05",
        " 5 / 11 / 2024 ",
        "thứ ba, 5/11/2024",
        "5/11/2024 16:30",
        "16h30 ngày 5/11/2024",
        "5/11/2024.",
        "05/11/2024 (BC số 12)",
        "05/11/2024 (thực hiện đúng hạn)",
        "(05/11/2024)",
        "05/11/2024*",
        "5/11/2024 8:00:00 AM",
        "5/11/2024 - 17h00",
        "05/11/2024 (17h)",
        "5/11/2024, 17 giờ",
        "Sáng ngày 05/11/2024",
        "Chiều 5/11/2024",
    ],
)
def test_a_date_is_read_however_it_is_written(typed: object) -> None:
    assert completion_date(typed) == Span(date(2024, 11, 5), date(2024, 11, 5))


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("11/2024", date(2024, 11, 1), date(2024, 11, 30)),
        ("tháng 2 năm 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("T9/2024", date(2024, 9, 1), date(2024, 9, 30)),
        ("Quý IV/2024", date(2024, 10, 1), date(2024, 12, 31)),
        ("quý 1 năm 2024", date(2024, 1, 1), date(2024, 3, 31)),
    ],
)
def test_a_month_or_a_quarter_is_its_first_to_its_last_day(typed: str, first: date, last: date) -> None:
    assert completion_date(typed) == Span(first, last)


def test_a_serial_number_counts_from_the_workbook_s_own_epoch() -> None:
    assert completion_date(44139, is_1904=True) == completion_date(45601)


@pytest.mark.parametrize(
    "typed",
    [
        "05/12/2024 (dự kiến)",
        "31/11/2024 (BC số 12)",
        "(5/11/2024",
        "05/11/2024 (sửa thành 20/11/2024)",
        "05/11/2024 (chưa xong)",
        "05/11/2024 (ước)",
    ],
)
def test_a_day_that_is_only_expected_or_none_at_all_is_asked_about(typed: str) -> None:
    assert isinstance(completion_date(typed), Misread)


@pytest.mark.parametrize("typed", ["10-11/2024", "9–10/2024", "05-11/24", "10-11.2024"])
def test_two_months_or_a_day_of_a_month_are_asked_about(typed: str) -> None:
    assert isinstance(completion_date(typed), Misread)


@pytest.mark.parametrize("typed", ["15-11/2024", "15/11-2024"])
def test_a_day_no_month_can_be_is_a_day(typed: str) -> None:
    day = date(2024, 11, 15)
    assert completion_date(typed) == Span(day, day)


@pytest.mark.parametrize(
    "typed", ["31/11/2024", "29/02/2023", "5/13/2024", "hôm qua", "2024", 17, "13/2024", "Quý V/2024", "5/11", True]
)
def test_an_impossible_date_is_not_bent_into_a_possible_one(typed: object) -> None:
    assert isinstance(completion_date(typed), Misread)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_survives_being_typed(day: date) -> None:
    assert completion_date(f"{day:%d/%m/%Y}") == Span(day, day)
    assert completion_date((day - date(1899, 12, 30)).days) == Span(day, day)


@pytest.mark.parametrize(
    ("typed", "documents"),
    [
        ("12/BC-UBND", [Document("12/BC-UBND")]),
        ("Số 12/BC-UBND ngày 5/11/2024", [Document("12/BC-UBND", date(2024, 11, 5))]),
        ("Số: 12 / BC-UBND ngày 05 tháng 11 năm 2024", [Document("12/BC-UBND", date(2024, 11, 5))]),
        ("12/2024/QĐ-UBND", [Document("12/QĐ-UBND")]),
        ("Công văn số 345 ngày 3/9/2024", [Document("345", date(2024, 9, 3))]),
        (
            "BC số 12/BC-UBND ngày 5/11/2024; 45/QĐ-UBND ngày 1/9/2024, 7/KH-UBND",
            [
                Document("12/BC-UBND", date(2024, 11, 5)),
                Document("45/QĐ-UBND", date(2024, 9, 1)),
                Document("7/KH-UBND"),
            ],
        ),
        ("12/BC-UBND ngày 31/11/2024", [Document("12/BC-UBND", None, is_dated_wrong=True)]),
        ("Biên bản họp ngày 3/9/2024", [Document(None, date(2024, 9, 3))]),
        ("có văn bản kèm theo", []),
        ("Danh sách 30 hộ", []),
    ],
)
def test_documents_are_found_with_their_numbers_and_days(typed: str, documents: list[Document]) -> None:
    assert list(documents_in(typed)) == documents


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("x", True),
        ("X ", True),
        ("✓", True),
        ("✔️", True),
        ("ü", True),  # a tick of the font Wingdings
        ("+", True),
        (1, True),
        (True, True),
        ("có", True),
        ("", False),
        ("-", False),
        (0, False),
        ("đang làm", None),
        (85, None),
    ],
)
def test_a_tick_is_a_tick_however_it_is_made(typed: object, meant: bool | None) -> None:
    assert is_ticked(typed) is meant


@given(st.text())
def test_text_is_always_text(typed: str) -> None:
    text = plain_text(typed)
    assert text is None or (text == text.strip() and "\u200b" not in text)


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("Đã ban hành Báo cáo số 45/BC-UBND ngày 05/11/2024, 12 hồ sơ", ["45/BC-UBND"]),
        ("UBND xã có Thông báo số 31 niêm yết tại trụ sở", ["31"]),
        ("Thực hiện Kế hoạch số 2914/KH-UBND, đã mở 2 lớp", []),
        ("Phổ biến Kế hoạch số 2914/KH-UBND ngày 26/7/2024 của UBND huyện", []),
        ("Phổ biến Nghị định số 55/2019/NĐ-CP cho 18 doanh nghiệp", []),
        ("Tiếp nhận 12/15 hồ sơ", []),
        ("Họp thôn (Giấy mời số 33/GM-UBND ngày 01/11/2024)", ["33/GM-UBND"]),
        ("Ban hành Chương trình số 7/CTr-UBND", ["7/CTr-UBND"]),
        ("Phổ biến Nghị quyết số 02/NQ-CP, Chỉ thị số 5/CT-TTg", []),
    ],
)
def test_a_sentence_names_the_units_own_documents_only(said: str, numbers: list[str]) -> None:
    assert [one.number for one in own_documents_in(said, None)] == numbers


def test_what_formulas_leave_behind_the_sixth_decimal_is_no_share() -> None:
    assert progress(100.00000000000001, lambda: False) == 100
    assert progress(59.99999999999999, lambda: False) == 60
    assert progress(1.0000000000000002, lambda: True) == 100
    assert progress(100.5, lambda: False) == 100.5
