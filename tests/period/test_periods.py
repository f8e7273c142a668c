"""Periods of Decree 09/2019/NĐ-CP art. 12 and working days, over the years 2019 to 2030."""

import itertools
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_reports.errors import NeedsHuman
from commune_reports.period import (
    Cadence,
    PeriodKind,
    ReportingPeriod,
    WorkingCalendar,
    label_of,
    period_dates,
    periods_of_year,
)

YEARS = st.integers(2019, 2030)
DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))
CALENDAR = WorkingCalendar()


def _cadence(kind: PeriodKind, **changes: object) -> Cadence:
    usual: dict[str, object] = {
        "kind": kind,
        "due_working_days": 2,
        "due_time": time(17),
        "consolidation_working_days": 1,
        "consolidation_time": time(8),
        "deadline_working_days": 2,
        "deadline_time": time(17),
        "deadline_before": None,
    }
    return Cadence(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("period", "start", "end", "label"),
    [
        ("2024-01", "2023-12-15", "2024-01-14", "tháng 1/2024"),
        ("2024-11", "2024-10-15", "2024-11-14", "tháng 11/2024"),
        ("2024-Q1", "2023-12-15", "2024-03-14", "quý I/2024"),
        ("2024-Q4", "2024-09-15", "2024-12-14", "quý IV/2024"),
        ("2024-H1", "2023-12-15", "2024-06-14", "6 tháng đầu năm 2024"),
        ("2024-H2", "2024-06-15", "2024-12-14", "6 tháng cuối năm 2024"),
        ("2024-9M", "2023-12-15", "2024-09-14", "9 tháng đầu năm 2024"),
        ("2024", "2023-12-15", "2024-12-14", "năm 2024"),
    ],
)
def test_data_windows_are_those_of_the_decree(period: str, start: str, end: str, label: str) -> None:
    parsed = ReportingPeriod.parse(period)
    assert (parsed.window_start.isoformat(), parsed.window_end.isoformat(), parsed.label) == (start, end, label)


def test_a_period_is_called_as_people_call_it_even_if_no_plan_has_it() -> None:
    assert [label_of(one) for one in ("2023-11", "2031-Q4", "tháng này")] == [
        "tháng 11/2023",
        "quý IV/2031",
        "tháng này",
    ]


@pytest.mark.parametrize(
    "wrong", ["2024-13", "2024-00", "2024-Q5", "2024-H3", "24-11", "", "2024-1", "2024-6M", "tháng 11"]
)
def test_an_id_nobody_knows_is_refused_with_the_valid_forms(wrong: str) -> None:
    with pytest.raises(NeedsHuman, match="2024-Q4"):
        ReportingPeriod.parse(wrong)


@given(YEARS, st.sampled_from([PeriodKind.MONTH, PeriodKind.QUARTER]))
def test_months_and_quarters_cover_the_year_without_gap_or_overlap(year: int, kind: PeriodKind) -> None:
    periods = periods_of_year(year, [kind])
    assert periods[0].window_start == date(year - 1, 12, 15)
    assert periods[-1].window_end == date(year, 12, 14)
    for before, after in itertools.pairwise(periods):
        assert after.window_start == before.window_end + timedelta(days=1)


@given(YEARS)
def test_every_id_of_a_year_is_read_back_and_its_predecessor_ends_before_it(year: int) -> None:
    for period in periods_of_year(year, list(PeriodKind)):
        assert ReportingPeriod.parse(period.id) == period
        before = period.previous()
        assert before.kind is period.kind
        assert before.window_end < period.window_end
        assert period.contains(period.window_start)
        assert not period.contains(period.window_end + timedelta(days=1))


@given(DAYS, st.integers(1, 25))
def test_working_days_are_counted_strictly_after_the_day(day: date, count: int) -> None:
    later = CALENDAR.add_working_days(day, count)
    between = [day + timedelta(days=n) for n in range(1, (later - day).days + 1)]
    assert sum(map(CALENDAR.is_working_day, between)) == count
    assert CALENDAR.is_working_day(later)


@given(DAYS)
def test_no_working_days_means_the_day_itself_or_the_next_open_one(day: date) -> None:
    found = CALENDAR.add_working_days(day, 0)
    assert CALENDAR.is_working_day(found)
    assert (found == day) == CALENDAR.is_working_day(day)
    assert all(not CALENDAR.is_working_day(day + timedelta(days=n)) for n in range((found - day).days))


@given(YEARS)
def test_national_holidays_are_free_in_every_year(year: int) -> None:
    for month, day in ((1, 1), (4, 30), (5, 1), (9, 2)):
        assert not CALENDAR.is_working_day(date(year, month, day))


def test_a_make_up_saturday_is_a_working_day_and_its_traded_monday_is_not() -> None:
    assert CALENDAR.is_working_day(date(2024, 5, 4))
    assert not CALENDAR.is_working_day(date(2024, 4, 29))


def test_what_the_plan_says_of_a_day_wins() -> None:
    monday, sunday = date(2024, 11, 18), date(2024, 11, 17)
    local = WorkingCalendar(extra_holidays=frozenset({monday}), extra_working_days=frozenset({sunday}))
    assert (local.is_working_day(monday), local.is_working_day(sunday)) == (False, True)


@given(YEARS, st.sampled_from(list(PeriodKind)), st.integers(0, 5), st.integers(0, 5), st.integers(1, 5))
def test_moments_follow_each_other_with_a_working_day_between_window_and_deadline(
    year: int, kind: PeriodKind, due: int, consolidation: int, deadline: int
) -> None:
    cadence = _cadence(
        kind, due_working_days=due, consolidation_working_days=max(1, consolidation), deadline_working_days=deadline
    )
    for period in periods_of_year(year, [kind]):
        dates = period_dates(period, cadence, CALENDAR)
        assert dates.opens_at < dates.unit_due_at < dates.cut_off_at < dates.deadline_at
        assert CALENDAR.is_working_day(dates.deadline_at.date())
        between = (dates.deadline_at.date() - period.window_end).days
        assert any(CALENDAR.is_working_day(period.window_end + timedelta(days=n)) for n in range(1, between + 1))
        assert dates.deadline_at.utcoffset() == timedelta(hours=7)


@given(YEARS)
def test_before_the_twentieth_means_the_last_second_of_the_nineteenth(year: int) -> None:
    cadence = _cadence(PeriodKind.YEAR, deadline_before="12-20", deadline_working_days=None, deadline_time=None)
    deadline = period_dates(ReportingPeriod.parse(str(year)), cadence, CALENDAR).deadline_at
    assert deadline.isoformat() == f"{year}-12-19T23:59:59+07:00"


def test_a_deadline_that_falls_before_the_cut_off_is_refused() -> None:
    cadence = _cadence(PeriodKind.YEAR, deadline_before="12-16", deadline_working_days=None, deadline_time=None)
    with pytest.raises(NeedsHuman, match="not after the cut-off"):
        period_dates(ReportingPeriod.parse("2024"), cadence, CALENDAR)
