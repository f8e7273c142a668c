"""The progress in the row of an indicator: held against the mean of its tasks where the file shows that it is one."""

from collections.abc import Sequence

import pytest
from tests.reading.drawing import Row, read_sheets

from commune_reports.reading import Clerk
from commune_reports.task_report import Reading

TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",), ())
HEADS = ("STT", "Mã nhiệm vụ", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
TITLES = (
    ("II", "Chỉ số Tiếp cận đất đai"),
    ("III", "Chỉ số Tính minh bạch"),
    ("IV", "Chỉ số Chi phí thời gian"),
    ("V", "Chỉ số Chi phí không chính thức"),
)
SHARES = ((100, 40), (60, 20, 70), (90, 30), (80, 50))
MEANS = (70, 50, 60, 65)


def _read(clerk: Clerk, means: Sequence[object], shares: Sequence[Sequence[int]] = SHARES) -> Reading:
    return read_sheets(clerk, [*TOP, HEADS, *_rows(means, shares)])


def _rows(means: Sequence[object], shares: Sequence[Sequence[int]] = SHARES) -> list[Row]:
    rows: list[Row] = []
    for indicator, ((numeral, title), own, mean) in enumerate(zip(TITLES, shares, means, strict=False), start=2):
        rows.append((numeral, "", title, "", mean, ""))
        for number, share in enumerate(own, start=1):
            status = "Hoàn thành" if share == 100 else "Đang thực hiện"
            rows.append((number, f"PCI-{indicator:02}.{number}", "", status, share, f"Họp {number} lần"))
    return rows


def _mistaken(reading: Reading) -> list[tuple[str, float]]:
    return [(one.cell, one.stated) for one in reading.totals if one.difference > 0.5]


def test_a_mean_that_is_not_that_of_its_tasks_is_told_beside_others_that_are(clerk: Clerk) -> None:
    assert _mistaken(_read(clerk, (70, 85, 60, 65))) == [("E8", 85)]


@pytest.mark.parametrize("means", [MEANS, (70, 50.4, 60, "65%"), (70, "", 60, 65)])
def test_right_means_are_compared_and_not_blamed(clerk: Clerk, means: Sequence[object]) -> None:
    reading = _read(clerk, means)
    assert len(reading.totals) == len([one for one in means if one != ""])
    assert _mistaken(reading) == []


@pytest.mark.parametrize("means", [(85,), (70, 85), (75, 55, 62, 70), (70, 50, 80, 90), (5, 10, 15, 20)])
def test_where_the_file_does_not_show_that_they_are_means_nobody_is_blamed(
    clerk: Clerk, means: Sequence[object]
) -> None:
    assert _read(clerk, means).totals == ()


def test_indicators_whose_tasks_are_all_equally_far_show_nothing(clerk: Clerk) -> None:
    assert _read(clerk, (50, 50, 80, 90), ((50, 50), (50, 50), (90, 30), (80, 50))).totals == ()


def test_the_means_of_another_unit_on_the_same_sheet_are_not_held_against_anything(clerk: Clerk) -> None:
    rows = [*TOP, HEADS, ("I. XÃ ĐẠI LÃNH",), *_rows(MEANS), ("II. XÃ VẠN THỌ",), *_rows((70, 50, 60, 77))]
    reading = read_sheets(clerk, rows)
    assert "other_unit_rows" in [one.code for one in reading.findings]
    assert (len(reading.totals), _mistaken(reading)) == (4, [])
