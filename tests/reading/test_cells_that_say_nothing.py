"""Cells that only look like a share, a status or a heading."""

import pytest

from commune_reports.reading.cell_values import Misread, progress
from commune_reports.reading.tasks import Clerk


@pytest.mark.parametrize("typed", ["3 kế hoạch", "3 KH", "12 kế hoạch năm", "5²", "5² %", "85¹", "10₂"])
def test_a_number_of_something_is_no_percentage(typed: str) -> None:
    assert progress(typed, lambda: False) == Misread("progress_unreadable", typed)


@pytest.mark.parametrize("typed", ["85% kế hoạch", "85 % KH", "đạt 85% so với kế hoạch năm", "85%", "８５％"])
def test_a_percentage_of_the_plan_is_one(typed: str) -> None:
    assert progress(typed, lambda: False) == 85


def test_a_status_is_no_essay(clerk: Clerk) -> None:
    said = clerk.vocabulary.status_of
    assert said("Đang thực hiện (" + "chờ ý kiến, " * 20 + ")") == "in_progress"
    assert said("Đang thực hiện (" + "chờ ý kiến, " * 40 + ")") is None
    assert said("1 " * 16_000 + "x") is None


def test_a_heading_is_no_essay(clerk: Clerk) -> None:
    words = clerk.vocabulary
    long = "Tình trạng (" + "ghi rõ lý do, " * 60 + ")"
    longer = "Tình trạng (" + "ghi rõ lý do, " * 80 + ")"
    assert (words.field_of(long), words.spells(long)) == ("status", True)
    assert (words.field_of(longer), words.spells(longer), words.ticked_by(longer)) == (None, False, None)
