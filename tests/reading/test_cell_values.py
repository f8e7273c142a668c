"""Numbers, dates and texts as people type them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_reports.reading.cell_values import Misread, completion_date, plain_text, progress


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


@pytest.mark.parametrize("typed", ["một nửa", "85/100%", "8 5 phần", "%", True, "12a"])
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
        "Ngày 05/11/2024",
        "2024-11-05",
        " 5 / 11 / 2024 ",
    ],
)
def test_a_date_is_read_however_it_is_written(typed: object) -> None:
    assert completion_date(typed) == date(2024, 11, 5)


@pytest.mark.parametrize("typed", ["31/11/2024", "29/02/2023", "5/13/2024", "hôm qua", "2024", 17, "11/2024"])
def test_an_impossible_date_is_not_bent_into_a_possible_one(typed: object) -> None:
    assert isinstance(completion_date(typed), Misread)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_survives_being_typed(day: date) -> None:
    assert completion_date(f"{day:%d/%m/%Y}") == day
    assert completion_date((day - date(1899, 12, 30)).days) == day


@given(st.text())
def test_text_is_always_text(typed: str) -> None:
    text = plain_text(typed)
    assert text is None or (text == text.strip() and "\u200b" not in text)
