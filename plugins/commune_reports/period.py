"""Reporting periods of Decree 09/2019/NĐ-CP art. 12 and the working calendar that dates them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from commune_reports.errors import NeedsHuman

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
OPENING_TIME = time(7, 0)
END_OF_DAY = time(23, 59, 59)
VALID_FORMS = "2024-11 (month), 2024-Q4 (quarter), 2024-H1 or 2024-H2 (half year), 2024-9M (nine months), 2024 (year)"
ROMAN = ("", "I", "II", "III", "IV")


class PeriodKind(StrEnum):
    """The six kinds of period."""

    MONTH = "month"
    QUARTER = "quarter"
    FIRST_HALF = "first_half"
    NINE_MONTHS = "nine_months"
    SECOND_HALF = "second_half"
    YEAR = "year"


@dataclass(frozen=True)
class ReportingPeriod:
    """One period; the data window runs from window_start to window_end, both days included."""

    id: str
    kind: PeriodKind
    window_start: date
    window_end: date

    @classmethod
    def parse(cls, period_id: str) -> "ReportingPeriod":
        """The period an id names; NeedsHuman lists the valid forms for anything else."""
        found = re.fullmatch(r"(20\d\d)(?:-(0[1-9]|1[0-2]|Q[1-4]|H[12]|9M))?", period_id)
        if found is None:
            raise NeedsHuman(f"period {period_id!r} is not understood; write it as {VALID_FORMS}")
        year, part = int(found.group(1)), found.group(2)
        if part is None:
            return cls(period_id, PeriodKind.YEAR, _the_15th(year, 0), _the_14th(year, 12))
        if part == "9M":
            return cls(period_id, PeriodKind.NINE_MONTHS, _the_15th(year, 0), _the_14th(year, 9))
        if part.startswith("Q"):
            last = 3 * int(part[1])
            return cls(period_id, PeriodKind.QUARTER, _the_15th(year, last - 3), _the_14th(year, last))
        if part == "H1":
            return cls(period_id, PeriodKind.FIRST_HALF, _the_15th(year, 0), _the_14th(year, 6))
        if part == "H2":
            return cls(period_id, PeriodKind.SECOND_HALF, _the_15th(year, 6), _the_14th(year, 12))
        return cls(period_id, PeriodKind.MONTH, _the_15th(year, int(part) - 1), _the_14th(year, int(part)))

    @property
    def year(self) -> int:
        """The year in the id (a window begins on 15 December of the year before)."""
        return int(self.id[:4])

    @property
    def label(self) -> str:
        """The period as a letter names it."""
        part = self.id[5:]
        match self.kind:
            case PeriodKind.MONTH:
                return f"tháng {int(part)}/{self.year}"
            case PeriodKind.QUARTER:
                return f"quý {ROMAN[int(part[1])]}/{self.year}"
            case PeriodKind.FIRST_HALF:
                return f"6 tháng đầu năm {self.year}"
            case PeriodKind.NINE_MONTHS:
                return f"9 tháng đầu năm {self.year}"
            case PeriodKind.SECOND_HALF:
                return f"6 tháng cuối năm {self.year}"
        return f"năm {self.year}"

    def contains(self, day: date) -> bool:
        """Whether a day lies in the data window."""
        return self.window_start <= day <= self.window_end

    def previous(self) -> "ReportingPeriod":
        """The period of the same kind before this one."""
        part = self.id[5:]
        match self.kind:
            case PeriodKind.MONTH:
                before = f"{self.year - 1}-12" if part == "01" else f"{self.year}-{int(part) - 1:02d}"
            case PeriodKind.QUARTER:
                before = f"{self.year - 1}-Q4" if part == "Q1" else f"{self.year}-Q{int(part[1]) - 1}"
            case PeriodKind.YEAR:
                before = f"{self.year - 1}"
            case _:
                before = f"{self.year - 1}-{part}"
        return ReportingPeriod.parse(before)


def label_of(period_id: str) -> str:
    """What people call the period an id names; the id itself where it names none."""
    try:
        return ReportingPeriod.parse(period_id).label
    except NeedsHuman:
        return period_id


def periods_of_year(year: int, kinds: Iterable[PeriodKind]) -> tuple[ReportingPeriod, ...]:
    """All periods of some kinds in a year, in the order their windows end, shorter ones first."""
    parts = ["", "-9M", "-H1", "-H2", *(f"-Q{n}" for n in range(1, 5)), *(f"-{n:02d}" for n in range(1, 13))]
    wanted = set(kinds)
    periods = [ReportingPeriod.parse(f"{year}{part}") for part in parts]
    return tuple(
        sorted(
            (period for period in periods if period.kind in wanted),
            key=lambda period: (period.window_end, period.window_end - period.window_start),
        )
    )


@dataclass(frozen=True)
class Cadence:
    """How a kind of period is dated after its window: working days, hours, and the deadline rule.

    The deadline is either `deadline_working_days` after the cut-off at `deadline_time`, or `deadline_before` ("MM-DD"):
    the last moment is then 23:59:59 of the day before. Periods before `first_period` do not exist in the plan.
    """

    kind: PeriodKind
    due_working_days: int
    due_time: time
    consolidation_working_days: int
    consolidation_time: time
    deadline_working_days: int | None
    deadline_time: time | None
    deadline_before: str | None
    first_period: str | None = None


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days: Monday to Friday without public holidays and their substitutes, plus make-up working days."""

    extra_holidays: frozenset[date] = field(default_factory=frozenset)
    extra_working_days: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on a day; what the plan file says of a day wins over the public calendar."""
        if day in self.extra_working_days:
            return True
        if day in self.extra_holidays:
            return False
        holidays, make_up_days = _public_calendar(day.year)
        return day in make_up_days or (day.weekday() < 5 and day not in holidays)

    def add_working_days(self, day: date, count: int) -> date:
        """The count-th working day after a day; with 0 the day itself or, if offices are closed, the next open one."""
        if count == 0:
            while not self.is_working_day(day):
                day += timedelta(days=1)
            return day
        while count:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day


@dataclass(frozen=True)
class PeriodDates:
    """The four moments of a period, in local time: opening, unit due date, cut-off, deadline at the office."""

    opens_at: datetime
    unit_due_at: datetime
    cut_off_at: datetime
    deadline_at: datetime


def period_dates(period: ReportingPeriod, cadence: Cadence, calendar: WorkingCalendar) -> PeriodDates:
    """Date a period; NeedsHuman if the deadline would fall before the cut-off."""
    due_day = calendar.add_working_days(period.window_end, cadence.due_working_days)
    cut_off_day = calendar.add_working_days(due_day, cadence.consolidation_working_days)
    cut_off_at = local(cut_off_day, cadence.consolidation_time)
    if cadence.deadline_before is not None:
        month, day = map(int, cadence.deadline_before.split("-"))
        deadline_at = local(date(period.year, month, day) - timedelta(days=1), END_OF_DAY)
    else:
        assert cadence.deadline_working_days is not None and cadence.deadline_time is not None
        deadline_at = local(
            calendar.add_working_days(cut_off_day, cadence.deadline_working_days), cadence.deadline_time
        )
    if deadline_at <= cut_off_at:
        raise NeedsHuman(
            f"period {period.id}: the deadline {deadline_at.isoformat()} is not after the cut-off "
            f"{cut_off_at.isoformat()}; shorten the working days of its cadence in the plan file"
        )
    return PeriodDates(
        opens_at=local(period.window_start, OPENING_TIME),
        unit_due_at=local(due_day, cadence.due_time),
        cut_off_at=cut_off_at,
        deadline_at=deadline_at,
    )


def local(day: date, at: time) -> datetime:
    """A moment in Vietnamese time."""
    return datetime.combine(day, at, tzinfo=ZONE)


def in_vietnam(day: date) -> str:
    """A day, or a moment in Vietnam's time, for scripts: ISO 8601."""
    return (day.astimezone(ZONE) if isinstance(day, datetime) else day).isoformat()


def moment_text(moment: datetime) -> str:
    """A moment as letters and documents write it: 17:00 ngày 18/11/2024, in Vietnamese time."""
    return f"{moment.astimezone(ZONE):%H:%M ngày %d/%m/%Y}"


def _the_15th(year: int, month: int) -> date:
    return date(year, month, 15) if month else date(year - 1, 12, 15)


def _the_14th(year: int, month: int) -> date:
    return date(year, month, 14)


@cache
def _public_calendar(year: int) -> tuple[frozenset[date], frozenset[date]]:
    # Imported here: the package costs 0.1 s and reading a plan needs no holidays.
    from holidays.countries import Vietnam

    known = Vietnam(years=year)
    return frozenset(known), frozenset(day for day in known.weekend_workdays if day.year == year)
