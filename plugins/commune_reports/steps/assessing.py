"""From bytes to verdicts: the same road for the pipeline and for `commune-reports check`."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.findings import Finding, Severity, Wordings
from commune_reports.letters import Letter, receipt
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.reading import read_submission
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, ensure_open, prepare_share
from commune_reports.task_report import Reading
from commune_reports.validation import Assessment, RuleOutcome, Rules, Submitted, assess, load_rules, validate
from commune_reports.warehouse import Arrival, Assessed


@dataclass(frozen=True)
class Incoming:
    """A file on its way in: `unit_code` is what the folder says, `period_id` what the caller says (None = ask the file)."""

    id: str
    name: str
    content: bytes
    unit_code: str | None
    received_at: datetime
    period_id: str | None = None

    @property
    def sha256(self) -> str:
        """Digest of the bytes as they came."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Examined:
    """A read and validated file with its verdict."""

    incoming: Incoming
    unit_code: str | None
    period: ReportingPeriod | None
    assessment: Assessment
    outcomes: tuple[RuleOutcome, ...]


@dataclass(frozen=True)
class Bench:
    """What examining needs: plan, wordings and rules; the warehouse is not touched."""

    settings: Settings
    plan: Plan
    wordings: Wordings
    rules: Rules
    desk: Desk | None = None

    @classmethod
    def load(cls, desk: Desk) -> "Bench":
        """A bench for the pipeline, at an opened desk."""
        return cls(desk.settings, desk.plan, desk.wordings, load_rules(desk.settings.expectations), desk)


def examine(bench: Bench, batch: Sequence[Incoming]) -> list[Examined]:
    """Read every file and validate all of them in one run; the order is that of the batch."""
    readings = [
        read_submission(
            one.content,
            one.name,
            plan=bench.plan,
            unit_code=one.unit_code,
            period_id=one.period_id,
            wordings=bench.wordings,
        )
        for one in batch
    ]
    placed = [_place(bench, one, reading) for one, reading in zip(batch, readings, strict=True)]
    submitted = [place.submitted for place in placed if place.submitted is not None]
    validation = validate(submitted, plan=bench.plan, rules=bench.rules, wordings=bench.wordings)
    outcomes: dict[str, list[RuleOutcome]] = defaultdict(list)
    for outcome in validation.outcomes:
        outcomes[outcome.submission_id].append(outcome)
    return [
        Examined(
            place.incoming,
            place.unit_code,
            place.period,
            assess(place.submitted, validation.findings.get(place.incoming.id, ()))
            if place.submitted is not None
            else _rejected(place),
            tuple(outcomes[place.incoming.id]),
        )
        for place in placed
    ]


def assess_batch(bench: Bench, contents: Sequence[tuple[Arrival, bytes]], *, now: datetime) -> list[Assessed]:
    """Examine claimed files against what the warehouse already holds and write each one's receipt."""
    assert bench.desk is not None
    arrivals = {arrival.submission_id: arrival for arrival, _ in contents}
    examined = examine(
        bench,
        [
            Incoming(arrival.submission_id, arrival.file_name, content, arrival.unit_code, arrival.received_at)
            for arrival, content in contents
        ],
    )
    for period in {one.period for one in examined if one.period is not None}:
        if ensure_open(bench.desk, period, now=now):
            prepare_share(bench.desk, period)
    examined = _without_copies(bench, examined, arrivals)
    owed = _StillOwed(bench.desk, examined)
    return [
        Assessed(
            arrival=arrivals[one.incoming.id],
            period_id=one.period.id if one.period else None,
            assessment=one.assessment,
            outcomes=one.outcomes,
            receipt=_receipt(bench, one, arrivals[one.incoming.id], owed.after(one)),
        )
        for one in examined
    ]


@dataclass(frozen=True)
class _Place:
    incoming: Incoming
    unit_code: str | None
    period: ReportingPeriod | None
    reading: Reading
    submitted: Submitted | None


def _place(bench: Bench, one: Incoming, reading: Reading) -> _Place:
    """Find whose file it is and for which period; a file without either cannot be validated, only answered."""
    period, problem = _period(bench, one, reading)
    findings = [*reading.findings, *([problem] if problem else [])]
    unit_code = one.unit_code or (reading.unit_claimed if one.period_id else None)
    day = period.window_end if period else one.received_at.astimezone(ZONE).date()
    unit = bench.plan.unit(unit_code, day) if unit_code else None
    if unit is None:
        findings.append(bench.wordings.finding("unit_unknown", got=one.unit_code))
    reading = replace(reading, findings=tuple(findings))
    if period is None or unit is None:
        return _Place(one, unit_code, period, reading, None)
    tasks = bench.plan.tasks_of(unit.code)
    owed = frozenset(task.code for task in tasks if bench.plan.is_owed(task, period))
    optional = frozenset(task.code for task in tasks) - owed
    return _Place(
        one,
        unit.code,
        period,
        reading,
        Submitted(
            submission_id=one.id, unit_code=unit.code, period=period, reading=reading, owed=owed, optional=optional
        ),
    )


def _period(bench: Bench, one: Incoming, reading: Reading) -> tuple[ReportingPeriod | None, Finding | None]:
    known = {period.id: period for period in bench.plan.periods()}
    if one.period_id is not None:
        return known.get(one.period_id) or ReportingPeriod.parse(one.period_id), None
    if reading.period_claimed is not None:
        claimed = known.get(reading.period_claimed)
        if claimed is None:
            wanted = ", ".join(period.label for period in known.values())
            return None, bench.wordings.finding("period_unknown", got=reading.period_claimed, wanted=wanted)
        opens_at = bench.plan.dates(claimed).opens_at
        if one.received_at < opens_at:
            opening = f"{opens_at.astimezone(ZONE):%d/%m/%Y}"
            return None, bench.wordings.finding("period_not_open", got=claimed.label, wanted=opening)
        return claimed, None
    due = [period for period in known.values() if _is_being_collected(bench.plan, period, one.received_at)]
    if due:
        return min(due, key=lambda period: (period.window_end - period.window_start, period.id)), None
    return None, bench.wordings.finding("period_unknown", got=None, wanted=None)


def _is_being_collected(plan: Plan, period: ReportingPeriod, moment: datetime) -> bool:
    return period.window_end < moment.astimezone(ZONE).date() and moment <= plan.dates(period).deadline_at


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


def _without_copies(bench: Bench, examined: Sequence[Examined], arrivals: Mapping[str, Arrival]) -> list[Examined]:
    """A file identical to one already counted is answered with that one's verdict and adds no rows."""
    assert bench.desk is not None
    answered = []
    here: dict[tuple[str, str | None, str], tuple[str, datetime]] = {}
    for one in examined:
        arrival = arrivals[one.incoming.id]
        if not one.assessment.accepted or one.period is None:
            answered.append(one)
            continue
        key = (arrival.sha256, arrival.unit_code, one.period.id)
        with bench.desk.begin() as connection:
            earlier = warehouse.earlier_copy(connection, arrival.sha256, unit_code=arrival.unit_code, period_id=one.period.id)
        when = earlier.received_at if earlier else here.get(key, (None, None))[1]
        here.setdefault(key, (one.incoming.id, arrival.received_at))
        if when is None:
            answered.append(one)
            continue
        remark = bench.wordings.finding("duplicate_file", got=f"{when.astimezone(ZONE):%H:%M ngày %d/%m/%Y}")
        same = replace(one.assessment, accepted=(), findings=(remark, *one.assessment.findings))
        answered.append(replace(one, assessment=same))
    return answered


class _StillOwed:
    """Which owed tasks a unit has not reported yet, before and after each file of a batch."""

    def __init__(self, desk: Desk, examined: Iterable[Examined]) -> None:
        self.plan = desk.plan
        self.reported: dict[tuple[str, str], set[str]] = defaultdict(set)
        units: dict[str, set[str]] = defaultdict(set)
        for one in examined:
            if one.period and one.incoming.unit_code:
                units[one.period.id].add(one.incoming.unit_code)
        with desk.begin() as connection:
            for period_id, codes in units.items():
                found = warehouse.reported_tasks(connection, desk.plan.id, period_id, unit_codes=sorted(codes))
                for code, tasks in found.items():
                    self.reported[period_id, code] |= tasks

    def after(self, one: Examined) -> list[str]:
        """Codes of the tasks still owed once this file counts, in the order of the plan."""
        if one.period is None or one.incoming.unit_code is None:
            return []
        reported = self.reported[one.period.id, one.incoming.unit_code]
        reported |= {row.task_code for row in one.assessment.accepted if row.task_code}
        tasks = self.plan.tasks_of(one.incoming.unit_code)
        return [task.code for task in tasks if self.plan.is_owed(task, one.period) and task.code not in reported]


def _receipt(bench: Bench, one: Examined, arrival: Arrival, still_owed: Sequence[str]) -> Letter:
    raise NeedsHuman("pending")


def has_trouble(findings: Iterable[Finding]) -> bool:
    """Whether a person has something to mend."""
    return any(finding.severity is Severity.CRITICAL for finding in findings)
