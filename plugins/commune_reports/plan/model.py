"""The plan as data: indices, indicators, tasks, performing bodies, units, recipients, calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import product

from commune_reports.period import (
    Cadence,
    PeriodDates,
    PeriodKind,
    ReportingPeriod,
    WorkingCalendar,
    local,
    period_dates,
    periods_of_year,
)

# How long after the last cut-off the publishing DAG still looks for late facts, in working days.
PUBLISHING_TAIL = 10


class Timing(StrEnum):
    """When the source plan wants a task done; decides in which periods it is owed."""

    CONTINUOUS = "continuous"
    MONTHLY = "monthly"
    YEARLY = "yearly"
    BY_PLAN = "by_plan"


class Product(StrEnum):
    """What the source plan expects as the result of a task."""

    PERIODIC_REPORT = "periodic_report"
    YEARLY_REPORT = "yearly_report"
    BY_PLAN = "by_plan"


@dataclass(frozen=True)
class Body:
    """A performing body (cơ quan thực hiện) and the other spellings people use for it."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """One numbered task (nhiệm vụ, giải pháp) of an indicator; `code` is like PCI-03.4."""

    code: str
    indicator_code: str
    number: int
    text: str
    performing_text: str
    lead: tuple[str, ...]
    coordinating: tuple[str, ...]
    timing: Timing
    timing_text: str
    product: Product
    product_text: str
    nil_allowed: bool = True


@dataclass(frozen=True)
class Indicator:
    """A component indicator (chỉ số thành phần); `code` is like PCI-03, `numeral` as printed in the plan (III)."""

    code: str
    index_code: str
    numeral: str
    title: str
    weight: float
    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class Index:
    """An index (PCI or PGI) with its indicators; their weights sum to 100."""

    code: str
    section: str
    title: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Unit:
    """A commune-level unit, valid from one date to another (both inclusive, None = open)."""

    code: str
    name: str
    kind: str
    slug: str
    email: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Name of the unit's folder in the shared folder, like 22492-dai-lanh."""
        return f"{self.code}-{self.slug}"

    @property
    def full_name(self) -> str:
        """Kind and name as written in a letter, like "xã Đại Lãnh"."""
        return f"{self.kind} {self.name}"

    def is_valid_on(self, day: date) -> bool:
        """Whether the unit exists on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class RecipientRole(StrEnum):
    """How the consolidated report reaches a recipient: addressee, copy, or listed only (paper, radio, archive)."""

    TO = "to"
    CC = "cc"
    LISTED = "listed"


@dataclass(frozen=True)
class Recipient:
    """One line of "Nơi nhận", in the order of the plan."""

    name: str
    role: RecipientRole
    email: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class DocumentHeader:
    """Heads of the official document and the signature block."""

    superior_body: str
    issuing_body: str
    place: str
    symbol: str
    signature_authority: str
    signature_title: str
    signer: str | None = None


@dataclass(frozen=True)
class Office:
    """The office that receives the consolidated report, or the one that sends it."""

    name: str
    email: str
    phone: str | None = None


@dataclass(frozen=True)
class TaskChange:
    """Tasks that single units owe in addition to, or are freed from, the common ones."""

    unit_code: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """One plan file, whole and checked; `sha256` identifies its `content`: what it says as JSON, without its layout."""

    id: str
    title: str
    number: str
    issued: str
    year: int
    sha256: str
    content: str = field(repr=False, compare=False)
    legal_basis: tuple[str, ...]
    header: DocumentHeader
    sender: Office
    receiving_office: Office
    indices: tuple[Index, ...]
    bodies: tuple[Body, ...]
    units: tuple[Unit, ...]
    recipients: tuple[Recipient, ...]
    calendar: Mapping[PeriodKind, Cadence]
    working_calendar: WorkingCalendar
    task_changes: tuple[TaskChange, ...] = ()
    severities: Mapping[str, str] = field(default_factory=dict)
    later_units: tuple[Unit, ...] = ()

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators in the order of the plan."""
        return tuple(indicator for index in self.indices for indicator in index.indicators)

    @cached_property
    def tasks(self) -> Mapping[str, Task]:
        """All tasks by code, in the order of the plan."""
        return {task.code: task for indicator in self.indicators for task in indicator.tasks}

    @cached_property
    def numbered_indicators(self) -> Mapping[tuple[str | None, str], tuple[str, ...]]:
        """Codes of indicators by index (None: any of them) and number: the numeral in small letters, or Arabic."""
        found: dict[tuple[str | None, str], tuple[str, ...]] = {}
        for index in self.indices:
            for number, one in enumerate(index.indicators, start=1):
                for key in product((None, index.code), {one.numeral.casefold(), str(number)}):
                    found[key] = (*found.get(key, ()), one.code)
        return found

    @cached_property
    def indicator_titles(self) -> tuple[tuple[str, str, str], ...]:
        """Index, code and title of every indicator, in the order of the plan."""
        return tuple((one.index_code, one.code, one.title) for one in self.indicators)

    @cached_property
    def index_titles(self) -> tuple[tuple[str, str], ...]:
        """Code and title of every index, in the order of the plan."""
        return tuple((one.code, one.title) for one in self.indices)

    @cached_property
    def task_texts(self) -> tuple[tuple[str, str], ...]:
        """Code and text of every task, in the order of the plan."""
        return tuple((task.code, task.text) for task in self.tasks.values())

    def period(self, period_id: str | None) -> ReportingPeriod | None:
        """The period of the plan with this id; None where it has no such period."""
        return next((one for one in self.periods() if one.id == period_id), None)

    def units_on(self, day: date) -> tuple[Unit, ...]:
        """The units that exist on a day, in the order of the plan."""
        return tuple(unit for unit in self.units if unit.is_valid_on(day))

    def unit(self, code: str, day: date) -> Unit | None:
        """The unit that bears a code on a day (a code can change its meaning)."""
        return next((unit for unit in self._units_by_code.get(code, ()) if unit.is_valid_on(day)), None)

    def units_in(self, folder: str) -> Sequence[Unit]:
        """The units whose files lie in a folder, one after the other in time."""
        return self._units_by_folder.get(folder, ())

    @cached_property
    def _units_by_code(self) -> Mapping[str, Sequence[Unit]]:
        return _grouped((unit.code, unit) for unit in self.units)

    @cached_property
    def _units_by_folder(self) -> Mapping[str, Sequence[Unit]]:
        return _grouped((unit.folder, unit) for unit in self.units)

    def tasks_of(self, unit_code: str) -> tuple[Task, ...]:
        """The tasks the plan gives to a unit, in the order of the plan."""
        removed = {code for change in self.task_changes if change.unit_code == unit_code for code in change.removed}
        only_others = {code for change in self.task_changes for code in change.added} - {
            code for change in self.task_changes if change.unit_code == unit_code for code in change.added
        }
        return tuple(task for task in self.tasks.values() if task.code not in removed | only_others)

    def periods(self) -> tuple[ReportingPeriod, ...]:
        """All periods the plan asks for, in the order their windows end."""
        return self._periods

    @cached_property
    def _periods(self) -> tuple[ReportingPeriod, ...]:
        def exists(period: ReportingPeriod) -> bool:
            first = self.calendar[period.kind].first_period
            return first is None or period.window_end >= ReportingPeriod.parse(first).window_end

        return tuple(period for period in periods_of_year(self.year, self.calendar) if exists(period))

    @cached_property
    def _dates(self) -> Mapping[str, PeriodDates]:
        return {
            period.id: period_dates(period, self.calendar[period.kind], self.working_calendar)
            for period in self.periods()
        }

    def dates(self, period: ReportingPeriod) -> PeriodDates:
        """Opening, unit due date, cut-off and deadline of one of the plan's periods."""
        return self._dates[period.id]

    def opening_moment_after(self, moment: datetime) -> datetime | None:
        """The next moment strictly after `moment` at which a period opens; None when all have."""
        return min((dates.opens_at for dates in self._dates.values() if dates.opens_at > moment), default=None)

    def publishing_moment_after(self, moment: datetime) -> datetime | None:
        """The next moment strictly after `moment` at which a report may be due; None after the plan's last one.

        These are all cut-offs and, in between, every working day at the hour of the cut-offs, for revisions.
        """
        cut_offs = sorted(dates.cut_off_at for dates in self._dates.values())
        last_day = self.working_calendar.add_working_days(cut_offs[-1].date(), PUBLISHING_TAIL)
        candidates = [cut_off for cut_off in cut_offs if cut_off > moment][:1]
        if moment >= cut_offs[0]:
            at, day = cut_offs[0].timetz().replace(tzinfo=None), moment.astimezone(cut_offs[0].tzinfo).date()
            while local(day, at) <= moment or not self.working_calendar.is_working_day(day):
                day += timedelta(days=1)
            if day <= last_day:
                candidates.append(local(day, at))
        return min(candidates, default=None)

    def is_owed(self, task: Task, period: ReportingPeriod) -> bool:
        """Whether a task must be reported in a period: yearly and by-plan tasks are optional before the yearly one."""
        return period.kind is PeriodKind.YEAR or task.timing in (Timing.CONTINUOUS, Timing.MONTHLY)

    def asked_of(self, unit_code: str, period: ReportingPeriod) -> tuple[frozenset[str], frozenset[str]]:
        """The codes of the tasks a unit owes in a period, and of those it may report besides."""
        key = unit_code, period.kind is PeriodKind.YEAR
        if key not in self._asked:
            tasks = self.tasks_of(unit_code)
            owed = frozenset(task.code for task in tasks if self.is_owed(task, period))
            self._asked[key] = owed, frozenset(task.code for task in tasks) - owed
        return self._asked[key]

    @cached_property
    def _asked(self) -> dict[tuple[str, bool], tuple[frozenset[str], frozenset[str]]]:
        return {}


def _grouped(units: Iterable[tuple[str, Unit]]) -> Mapping[str, Sequence[Unit]]:
    groups: dict[str, list[Unit]] = {}
    for key, unit in units:
        groups.setdefault(key, []).append(unit)
    return groups
