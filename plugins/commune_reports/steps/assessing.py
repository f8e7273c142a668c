"""Verdicts on claimed files, told apart from copies, each with the receipt that answers it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from commune_reports import inbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.letters import ReceiptFacts, answer_stem, receipt, receipt_lines, receipt_verdict
from commune_reports.marking import Heading
from commune_reports.period import ZONE, ReportingPeriod, moment_text
from commune_reports.steps.comparing import Memory
from commune_reports.steps.desk import Desk, ensure_open, prepare_share
from commune_reports.steps.examining import Bench, Examined, Incoming, examine
from commune_reports.steps.returning import Unmarked, marked_workbooks, wants_marks
from commune_reports.task_report import Counting
from commune_reports.warehouse import Arrival, Assessed

# The rows that count, by period and unit, then by task.
Counted = Mapping[tuple[str, str], Mapping[str, Counting]]


def assess_batch(
    desk: Desk, bench: Bench, claimed: Sequence[Arrival], *, now: datetime
) -> tuple[list[Assessed], list[str]]:
    """Examine claimed files against what the warehouse already holds and write each one's receipt.

    Files of a period that cannot be used as the plan stands are left for later; why, in a sentence for IT for each period.
    """
    arrivals = {arrival.submission_id: arrival for arrival in claimed}
    examined = examine(
        bench,
        [
            Incoming(
                id=arrival.submission_id,
                name=arrival.file_name,
                path=inbox.archived_path(desk.settings.home, arrival.sha256),
                unit_code=arrival.unit_code,
                received_at=arrival.received_at,
                folder=arrival.folder,
            )
            for arrival in claimed
        ],
        memory=Memory(desk.warehouse, desk.present(now)),
    )
    refused: dict[ReportingPeriod, str] = {}
    for period in {one.period for one in examined if one.period is not None}:
        try:
            if ensure_open(desk, period, now=now):
                prepare_share(desk, period)
        except NeedsHuman as error:
            refused[period] = str(error)
    waiting = Counter(one.period for one in examined if one.period in refused)
    examined = [one for one in examined if one.period not in refused]
    with desk.reading() as connection:
        counting = _counting(connection, desk, examined, warehouse.present(connection, now))
    examined = _without_copies(bench, examined, arrivals, counting)
    owed = _StillOwed(desk, counting)
    facts = {one.incoming.id: _facts(desk, one, arrivals[one.incoming.id], owed.after(one)) for one in examined}
    marked = marked_workbooks(
        desk.settings.home,
        [
            Unmarked(
                submission_id=one.incoming.id,
                path=one.incoming.path,
                findings=one.assessment.findings,
                heading=_heading(facts[one.incoming.id], desk),
                stem=answer_stem(facts[one.incoming.id]),
            )
            for one in examined
            if wants_marks(one.assessment.findings)
        ],
    )
    told = [f"{waiting[period]} files of period {period.id} wait: {refused[period]}" for period in refused]
    return [
        Assessed(
            arrival=arrivals[one.incoming.id],
            period_id=one.period.id if one.period else None,
            assessment=one.assessment,
            outcomes=one.outcomes,
            receipt=receipt(
                replace(facts[one.incoming.id], marked=marked.get(one.incoming.id)),
                plan=desk.plan,
                include=desk.settings.include,
            ),
        )
        for one in examined
    ], told


def _heading(facts: ReceiptFacts, desk: Desk) -> Heading:
    sender = desk.plan.sender
    contact = ", ".join(filter(None, (sender.name, sender.phone and f"điện thoại {sender.phone}", sender.email)))
    return Heading(receipt_verdict(facts.assessment), (*receipt_lines(facts, desk.plan), ("Hỗ trợ", contact)))


def _facts(desk: Desk, one: Examined, arrival: Arrival, still_owed: Sequence[str]) -> ReceiptFacts:
    day = one.period.window_end if one.period else arrival.received_at.astimezone(ZONE).date()
    return ReceiptFacts(
        submission_id=arrival.submission_id,
        folder=arrival.folder,
        file_name=arrival.file_name,
        received_at=arrival.received_at,
        unit=desk.plan.unit(arrival.unit_code, day) if arrival.unit_code else None,
        period=one.period,
        assessment=one.assessment,
        still_owed=still_owed,
    )


def _counting(connection: Connection, desk: Desk, examined: Iterable[Examined], as_of: datetime) -> Counted:
    """The rows that count now, by period and unit, for the units of a batch."""
    units: dict[str, set[str]] = defaultdict(set)
    for one in examined:
        if one.period and one.unit_code:
            units[one.period.id].add(one.unit_code)
    return {
        (period_id, unit_code): dict(rows)
        for period_id, codes in units.items()
        for unit_code, rows in warehouse.counting_reports(
            connection, desk.warehouse, plan_id=desk.plan.id, period_id=period_id, unit_codes=sorted(codes), as_of=as_of
        ).items()
    }


def _without_copies(
    bench: Bench, examined: Sequence[Examined], arrivals: Mapping[str, Arrival], counting: Counted
) -> list[Examined]:
    """A file whose every row counts already, from identical bytes, is answered with its verdict and adds no rows.

    The same bytes sent again after something newer are the unit's last word once more, and count.
    """
    answered = []
    from_file = {
        key: {task: (row.sha256, row.received_at) for task, row in rows.items()} for key, rows in counting.items()
    }
    for one in sorted(examined, key=lambda one: (one.incoming.received_at, one.incoming.id)):
        arrival = arrivals[one.incoming.id]
        if not one.assessment.accepted or one.period is None:
            answered.append(one)
            continue
        now_counting = from_file.setdefault((one.period.id, str(one.unit_code)), {})
        tasks = [str(row.task_code) for row in one.assessment.accepted]
        earlier = [now_counting[task] for task in tasks if now_counting.get(task, ("", None))[0] == arrival.sha256]
        if len(earlier) < len(tasks):
            now_counting.update(dict.fromkeys(tasks, (arrival.sha256, arrival.received_at)))
            answered.append(one)
            continue
        when = min(moment for _, moment in earlier)
        remark = bench.wordings.finding("duplicate_file", got=moment_text(when))
        same = replace(one.assessment, accepted=(), findings=(remark, *one.assessment.findings))
        answered.append(replace(one, assessment=same))
    return answered


class _StillOwed:
    """Which owed tasks a unit has not reported yet, before and after each file of a batch."""

    def __init__(self, desk: Desk, counting: Counted) -> None:
        self.plan = desk.plan
        self.reported = defaultdict(set, {key: set(rows) for key, rows in counting.items()})

    def after(self, one: Examined) -> list[str]:
        """Codes of the tasks still owed once this file counts, in the order of the plan."""
        if one.period is None or one.unit_code is None:
            return []
        reported = self.reported[one.period.id, one.unit_code]
        reported |= {row.task_code for row in one.assessment.accepted if row.task_code}
        tasks = self.plan.tasks_of(one.unit_code)
        return [task.code for task in tasks if self.plan.is_owed(task, one.period) and task.code not in reported]
