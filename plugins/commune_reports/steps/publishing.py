"""Publishing: the consolidated report of a period, once as of its cut-off, then at most one revision a day."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from commune_reports import backup, warehouse
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.findings import load_wordings
from commune_reports.letters import Attachment, Letter, ReportIssue, report_letter
from commune_reports.period import ZONE, ReportingPeriod, in_vietnam
from commune_reports.report import write_consolidated_report
from commune_reports.scorecard import Scorecard
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, as_it_held, deadline_of, ensure_open, open_desk, plan_period
from commune_reports.steps.gating import pass_gate
from commune_reports.warehouse import ReportRecord

# Corrections are taken up for this long after the collection ends; later ones wait for a person to publish by hand.
REVISION_DAYS = timedelta(days=14)
MOST_TRIES = 5
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def periods_to_publish(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """The opened periods whose report is due: never published since their cut-off, or changed since an earlier day."""
    desk = open_desk(settings)
    now = desk.present(now)
    return {"periods": [period.id for period in desk.plan.periods() if _is_due(desk, period, now)]}


def publish_period(settings: Settings, *, period: str, now: datetime) -> dict[str, Any]:
    """Aggregate, check, render, record and queue the report of one period; a second call finds it done.

    Report 0 shows the facts as of the cut-off, whenever it is made; a revision shows them as of `now`.
    """
    desk = open_desk(settings)
    now = desk.present(now)
    wanted = plan_period(desk.plan, period)
    cut_off = desk.plan.dates(wanted).cut_off_at
    if now < cut_off:
        raise NeedsHuman(f"period {period} is published from {cut_off.isoformat()} on; it is {now.isoformat()} now")
    ensure_open(desk, wanted, now=now)
    with desk.warehouse.exclusive(f"publish-{desk.plan.id}-{period}"):
        with desk.reading() as connection:
            earlier = warehouse.reports(connection, desk.plan.id, period)
        if earlier and not _facts_between(desk, wanted, earlier[-1].as_of, now):
            return {**_outcome("already_published", earlier[-1]), "warnings": []}
        if earlier:
            return _publish(desk, wanted, earlier, as_of=now, now=now)
        return _publish(desk, wanted, (), as_of=cut_off, now=now)


def render_report(settings: Settings, *, period: str, as_of: datetime, out: Path) -> list[Path]:
    """Write the consolidated report's files and the letter's text as of a moment, as they were or would have been sent then."""
    desk = open_desk(settings)
    wanted = plan_period(desk.plan, period)
    desk.settled(as_of)
    with desk.reading() as connection:
        reports = warehouse.reports(connection, desk.plan.id, period)
    # A report of an earlier moment that was only made later was not there yet.
    known = [one for one in reports if one.as_of == as_of or max(one.as_of, one.created_at) <= as_of]
    desk = as_it_held(desk, wanted, as_of)
    sent_then = known and known[-1].as_of == as_of
    revision = known[-1].revision if sent_then else len(known)
    before = known[:-1] if sent_then else known
    card, previous, *_ = _cards(desk, wanted, before, as_of)
    with backup.writing_whole(out) as work:
        paths = _write(desk, card, previous, revision=revision, out=work)
        letter = _letter(desk, card, previous, revision=revision, files=_attached(paths, out))
        bodies = {work / f"{paths[0].stem}-thu.txt": letter.text, work / f"{paths[0].stem}-thu.html": letter.html}
        for path, body in bodies.items():
            path.write_text(body, encoding="utf-8", newline="\n")
    return [out / path.name for path in (*paths, *bodies)]


def scorecard_as_of(desk: Desk, period: ReportingPeriod, as_of: datetime) -> Scorecard:
    """The figures of a period as they stood at a moment."""
    with desk.reading() as connection:
        return warehouse.scorecard(connection, desk.warehouse, desk.plan, period=period, as_of=as_of)


def _is_due(desk: Desk, period: ReportingPeriod, now: datetime) -> bool:
    if now < desk.plan.dates(period).cut_off_at or now > deadline_of(desk, period, now=now) + REVISION_DAYS:
        return False
    with desk.reading() as connection:
        if not warehouse.is_open(connection, desk.plan.id, period.id):
            return False
        earlier = warehouse.reports(connection, desk.plan.id, period.id)
    if not earlier:
        return True
    last = earlier[-1].as_of
    is_later_day = now.astimezone(ZONE).date() > last.astimezone(ZONE).date()
    return is_later_day and _facts_between(desk, period, last, now) > 0


def _facts_between(desk: Desk, period: ReportingPeriod, after: datetime, until: datetime) -> int:
    with desk.reading() as connection:
        return warehouse.facts_since(connection, desk.warehouse, desk.plan.id, period.id, after=after, until=until)


def _publish(
    desk: Desk, period: ReportingPeriod, earlier: Sequence[ReportRecord], *, as_of: datetime, now: datetime
) -> dict[str, Any]:
    """The report of a moment nothing was added to while it was made; what is written later is of a later moment."""
    for _ in range(MOST_TRIES):
        made = _publish_once(as_it_held(desk, period, as_of), period, earlier, as_of=as_of, now=now)
        if made is not None:
            return made
    raise Transient(f"facts of period {period.id} as of {as_of.isoformat()} were still coming in; publish it again")


def _publish_once(
    desk: Desk, period: ReportingPeriod, earlier: Sequence[ReportRecord], *, as_of: datetime, now: datetime
) -> dict[str, Any] | None:
    """One report, recorded and queued; None if a fact of its moment was written meanwhile."""
    revision = len(earlier)
    folder = Path("reports") / desk.plan.id / period.id / f"r{revision}"
    card, previous, answers, known = _cards(desk, period, earlier, as_of)
    warnings = pass_gate(desk, card, previous, answers, revision=revision, now=now)
    paths = _render(desk, card, previous, revision=revision, out=desk.settings.home / folder)
    files = _attached(paths, folder)
    record = ReportRecord(
        plan_id=desk.plan.id, period_id=period.id, revision=revision, as_of=as_of, created_at=now, files=files
    )
    letter = _letter(desk, card, previous, revision=revision, files=files)

    def write(connection: Connection) -> bool:
        warehouse.settle(connection)
        if warehouse.facts_known(connection, desk.warehouse, desk.plan.id, period.id, as_of=as_of) != known:
            return False
        warehouse.record_report(connection, record, card, now=warehouse.written_at(connection, now))
        warehouse.queue_letter(connection, letter, now=now)
        return True

    if not desk.warehouse.insist(write):
        return None
    return {**_outcome("published", record), "warnings": warnings}


def _cards(
    desk: Desk, period: ReportingPeriod, earlier: Sequence[ReportRecord], as_of: datetime
) -> tuple[Scorecard, Scorecard | None, dict[str, list[dict[str, Any]]], int]:
    """The figures of a report, those of the one before it, what the gate looks at, how many facts: all from one state."""
    with desk.reading() as connection:

        def card_of(moment: datetime) -> Scorecard:
            card = warehouse.scorecard(connection, desk.warehouse, desk.plan, period=period, as_of=moment)
            for behind in (card.tasks, card.findings, card.decided):
                len(behind)  # fetched now, from the state the figures were counted from
            return card

        card = card_of(as_of)
        previous = card_of(earlier[-1].as_of) if earlier else None
        known = warehouse.facts_known(connection, desk.warehouse, desk.plan.id, period.id, as_of=as_of)
        return card, previous, warehouse.gate_answers(connection, desk.warehouse, card), known


def _render(desk: Desk, card: Scorecard, previous: Scorecard | None, *, revision: int, out: Path) -> list[Path]:
    with backup.writing_whole(out) as work:
        paths = _write(desk, card, previous, revision=revision, out=work)
    return [out / path.name for path in paths]


def _write(desk: Desk, card: Scorecard, previous: Scorecard | None, *, revision: int, out: Path) -> list[Path]:
    return write_consolidated_report(_in_words(desk, card), desk.plan, out=out, revision=revision, previous=previous)


def _in_words(desk: Desk, card: Scorecard) -> Scorecard:
    """What people decided, with the rules by their titles instead of their codes."""
    known = load_wordings(desk.settings.include).by_code
    decided = (
        replace(one, about=known[one.about].title) if one.kind == "waivers" and one.about in known else one
        for one in card.decided
    )
    return replace(card, decided=tuple(decided))


def _attached(paths: Sequence[Path], folder: Path) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            name=path.name,
            media_type=SPREADSHEET,
            path=str(folder / path.name),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in paths
    )


def _letter(
    desk: Desk, card: Scorecard, previous: Scorecard | None, *, revision: int, files: tuple[Attachment, ...]
) -> Letter:
    issue = ReportIssue(card=card, revision=revision, files=files, previous=previous)
    return report_letter(desk.plan, issue, include=desk.settings.include)


def _outcome(state: str, record: ReportRecord) -> dict[str, Any]:
    return {
        "state": state,
        "period": record.period_id,
        "revision": record.revision,
        "as_of": in_vietnam(record.as_of),
        "report": [file.path for file in record.files],
    }
