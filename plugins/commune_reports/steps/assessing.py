"""Verdicts on claimed files, told apart from copies, each with the receipt that answers it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from commune_reports import inbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.letters import ReceiptFacts, answer_stem, receipt, receipt_lines, receipt_verdict
from commune_reports.marking import Heading
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.steps.comparing import Memory
from commune_reports.steps.desk import Desk, ensure_open, prepare_share
from commune_reports.steps.examining import Bench, Examined, Incoming, examine
from commune_reports.steps.repeating import Counted, rows_counting, without_copies
from commune_reports.steps.returning import Unmarked, marked_workbooks, wants_marks
from commune_reports.warehouse import Arrival, Assessed


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
        present = warehouse.present(connection, now)
        counting = rows_counting(connection, desk.warehouse, desk.plan.id, examined, as_of=present)
    digests = {arrival.submission_id: arrival.sha256 for arrival in claimed}
    examined = without_copies(bench, examined, digests, counting)
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
