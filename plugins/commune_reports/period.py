"""Reporting periods of Decree 09/2019/NĐ-CP art. 12 and the working calendar that dates them."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


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


@dataclass(frozen=True)
class Cadence:
    """How a kind of period is dated: working days after the window, hours, and the deadline rule."""

    kind: PeriodKind
    due_working_days: int
    due_time: time
    consolidation_working_days: int
    consolidation_time: time
    deadline_working_days: int | None
    deadline_time: time | None
    deadline_before: str | None  # "MM-DD": the last moment is 23:59:59 of the day before


@dataclass(frozen=True)
class WorkingCalendar:
    """Working days: Monday to Friday without public holidays, plus make-up working days."""

    extra_holidays: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()


@dataclass(frozen=True)
class PeriodDates:
    """The four moments of a period, in local time: opening, unit due date, cut-off, deadline at the office."""

    opens_at: datetime
    unit_due_at: datetime
    cut_off_at: datetime
    deadline_at: datetime
