"""From files to verdicts without a warehouse: the same road for the pipeline and for `commune-reports check`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from commune_reports.findings import Finding, Wordings, load_wordings
from commune_reports.garbage import garbage_left_lying
from commune_reports.period import ZONE, ReportingPeriod, label_of
from commune_reports.plan import Plan
from commune_reports.reading import Clerk, Unread, load_vocabulary, read_submissions
from commune_reports.settings import Settings
from commune_reports.steps.comparing import Memory, compared, reopened_until
from commune_reports.task_report import STATED, Assessment, Reading, RuleOutcome, TaskRow
from commune_reports.template import load_layout
from commune_reports.validation import Rules, Submitted, assess, load_rules, prepare, validate


@dataclass(frozen=True)
class Incoming:
    """A file on its way in: `unit_code` is what its folder or the caller says, `period_id` what the caller says.

    Nobody changes what lies at `path` meanwhile. A file without a folder (`folder` None) is believed when it names its unit.
    """

    id: str
    name: str
    path: Path
    unit_code: str | None
    received_at: datetime
    period_id: str | None = None
    folder: str | None = None


@dataclass(frozen=True)
class Examined:
    """A read and validated file with its verdict; `rows` are all that were read, accepted or not."""

    incoming: Incoming
    unit_code: str | None
    period: ReportingPeriod | None
    rows: tuple[TaskRow, ...]
    assessment: Assessment
    outcomes: tuple[RuleOutcome, ...]


@dataclass(frozen=True)
class Bench:
    """What examining needs: plan, wordings and rules; the warehouse is not touched."""

    clerk: Clerk
    rules: Rules

    @classmethod
    def load(cls, settings: Settings, plan: Plan) -> "Bench":
        """Rules, words and sentences of an installation; NeedsHuman if one of their files is not right."""
        layout = load_layout(settings.include)
        clerk = Clerk(
            plan=plan,
            vocabulary=load_vocabulary(settings.include),
            wordings=load_wordings(settings.include),
            template_version=layout.version,
            optional_mark=layout.optional_mark,
        )
        return cls(clerk, load_rules(settings.expectations))

    @property
    def plan(self) -> Plan:
        """The plan in use."""
        return self.clerk.plan

    @property
    def wordings(self) -> Wordings:
        """The sentences in use."""
        return self.clerk.wordings


def examine(bench: Bench, batch: Sequence[Incoming], *, memory: Memory | None = None) -> list[Examined]:
    """Read every file and validate all of them in one run; the order is that of the batch.

    Files are compared with each other, and with what was known of their units and periods.
    """
    # A thousand files are a hundred thousand values that all stay: looking for garbage among them takes a tenth of the time.
    with garbage_left_lying():
        return _examined(bench, batch, memory)


def _examined(bench: Bench, batch: Sequence[Incoming], memory: Memory | None) -> list[Examined]:
    placed = _read(bench, batch, memory)
    submitted = _submitted(bench, placed, memory)
    validation = validate(submitted, plan=bench.plan, rules=bench.rules, wordings=bench.wordings)
    judged = {one.submission_id: one for one in submitted}
    outcomes: dict[str, list[RuleOutcome]] = defaultdict(list)
    for outcome in validation.outcomes:
        outcomes[outcome.submission_id].append(outcome)
    return [
        Examined(
            place.incoming,
            place.unit_code,
            place.period,
            place.reading.rows,
            assess(judged[place.incoming.id], validation.findings.get(place.incoming.id, ()))
            if place.incoming.id in judged
            else _rejected(place),
            tuple(outcomes[place.incoming.id]),
        )
        for place in placed
    ]


def submitted_files(bench: Bench, batch: Sequence[Incoming], *, memory: Memory | None = None) -> list[Submitted]:
    """What the rules are asked about: the files of a batch that name unit and period, read again."""
    return _submitted(bench, _read(bench, batch, memory), memory)


@dataclass(frozen=True)
class _Place:
    incoming: Incoming
    unit_code: str | None
    period: ReportingPeriod | None
    reading: Reading
    submitted: Submitted | None


def _read(bench: Bench, batch: Sequence[Incoming], memory: Memory | None) -> list[_Place]:
    unread = [Unread(one.path, one.name, one.unit_code, one.period_id) for one in batch]
    readings = read_submissions(unread, clerk=bench.clerk, meanwhile=prepare)
    reopened = reopened_until(bench.plan, memory)
    return [_place(bench, one, reading, reopened) for one, reading in zip(batch, readings, strict=True)]


def _submitted(bench: Bench, placed: Sequence[_Place], memory: Memory | None) -> list[Submitted]:
    return compared([place.submitted for place in placed if place.submitted is not None], bench.plan, memory)


def _place(bench: Bench, one: Incoming, reading: Reading, reopened: Mapping[str, datetime]) -> _Place:
    """Find whose file it is and for which period; a file without either cannot be validated, only answered."""
    plan = bench.plan
    period, problem = _period(bench, one, reading, reopened)
    findings = [*reading.findings]
    if problem is not None and (reading.rows or not reading.is_hopeless):
        findings.append(problem)
    unit_code = one.unit_code or (reading.unit_claimed if one.folder is None else None)
    day = period.window_end if period else one.received_at.astimezone(ZONE).date()
    unit = plan.unit(unit_code, day) if unit_code else None
    in_folder = plan.units_in(one.folder) if one.folder is not None else ()
    ended = next((other for other in in_folder if other != unit), None)
    if unit is not None and ended is not None:  # the folder of a unit whose code another one bears now
        wanted = f"{unit.folder} ({unit.full_name})"
        findings.append(bench.wordings.finding("unit_ended", got=ended.full_name, wanted=wanted))
        unit = None
    elif unit is None:
        findings.append(bench.wordings.finding("unit_unknown", got=one.folder or unit_code))
    reading = replace(reading, findings=tuple(findings), rows=tuple(_within(row, period) for row in reading.rows))
    if period is None or unit is None:
        return _Place(one, unit_code, period, reading, None)
    owed, optional = plan.asked_of(unit.code, period)
    # A remark beside a task nobody asks for yet ("Báo cáo năm") is no report of it.
    rows = [row for row in reading.rows if row.task_code not in optional or _reports(row)]
    reading = replace(reading, rows=tuple(rows)) if len(rows) < len(reading.rows) else reading
    return _Place(
        one,
        unit.code,
        period,
        reading,
        Submitted(
            submission_id=one.id,
            unit_code=unit.code,
            period=period,
            reading=reading,
            owed=owed,
            optional=optional,
            received_at=one.received_at,
            file_name=one.name,
        ),
    )


def _reports(row: TaskRow) -> bool:
    return any(getattr(row, name) is not None for name in STATED if name != "note")


def _within(row: TaskRow, period: ReportingPeriod | None) -> TaskRow:
    """A day known only by its month lies within the data window if it can."""
    if period is None or row.completed_on is None or row.completed_since is None:
        return row
    if row.completed_since <= period.window_end < row.completed_on:
        return replace(row, completed_on=period.window_end)
    return row


def _period(
    bench: Bench, one: Incoming, reading: Reading, reopened: Mapping[str, datetime]
) -> tuple[ReportingPeriod | None, Finding | None]:
    if one.period_id is not None:
        return bench.plan.period(one.period_id) or ReportingPeriod.parse(one.period_id), None
    known = {period.id: period for period in bench.plan.periods()}
    wanted = ", ".join(period.label for period in known.values())
    if reading.period_claimed is not None:
        claimed = known.get(reading.period_claimed)
        if claimed is None:
            return None, bench.wordings.finding("period_unknown", got=label_of(reading.period_claimed), wanted=wanted)
        opens_at = bench.plan.dates(claimed).opens_at
        if one.received_at < opens_at:
            opening = f"{opens_at.astimezone(ZONE):%d/%m/%Y}"
            return None, bench.wordings.finding("period_not_open", got=claimed.label, wanted=opening)
        return claimed, None
    due = [period for period in known.values() if _is_being_collected(bench.plan, period, one.received_at, reopened)]
    if due:
        assumed = min(due, key=partial(_unlikeliness, bench.plan, one.received_at))
        return assumed, bench.wordings.finding("period_assumed", got=assumed.label)
    return None, bench.wordings.finding("period_unknown", got="không có", wanted=wanted)


def _is_being_collected(
    plan: Plan, period: ReportingPeriod, moment: datetime, reopened: Mapping[str, datetime]
) -> bool:
    deadline = plan.dates(period).deadline_at
    until = max(deadline, reopened.get(period.id, deadline))
    return period.window_end < moment.astimezone(ZONE).date() and moment <= until


def _unlikeliness(plan: Plan, moment: datetime, period: ReportingPeriod) -> tuple[bool, timedelta, str]:
    """A file that names no period is the current one's before a reopened one's, a month's before a year's."""
    is_over = moment > plan.dates(period).deadline_at
    return is_over, period.window_end - period.window_start, period.id


def _rejected(place: _Place) -> Assessment:
    return Assessment(
        submission_id=place.incoming.id,
        verdict="rejected",
        rows_owed=0,
        rows_read=len(place.reading.rows),
        rows_accepted=0,
        rows_nil=0,
        accepted=(),
        findings=place.reading.findings,
    )
