"""Collecting: claim what was dropped, read, validate, store, answer. Bounded work per call, any call can be repeated."""

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from commune_reports import inbox, warehouse
from commune_reports.settings import Settings
from commune_reports.steps.answering import answer
from commune_reports.steps.assessing import assess_batch
from commune_reports.steps.desk import Desk, open_desk
from commune_reports.steps.examining import Bench
from commune_reports.warehouse import Arrival

SHARES = 4
# Each share is a process that first loads what it needs: some seconds, in which another has checked that many files.
FEWEST_TO_SHARE = 100
CLAIM_BATCH = 100
WAITING_AT_ONCE = 8
CHECK_BATCH = 1_000
Item = TypeVar("Item")


def claim_arrivals(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """Archive and record every settled file, then take it out of nop/; tells in which shares to check (None = all in one)."""
    desk = open_desk(settings)
    dropped = inbox.settled_files(settings.share, settle_seconds=settings.settle_seconds)
    now = desk.present(now)  # a call that is tried again must not date back what came meanwhile
    unreadable: list[inbox.Unreadable] = []
    claimed = 0
    for batch in _batches(dropped, CLAIM_BATCH):
        # Waiting for the disk to confirm each file is most of the work; several can wait at once.
        with ThreadPoolExecutor(WAITING_AT_ONCE) as crew:
            kept = list(crew.map(partial(inbox.archive, home=settings.home), batch))
        unreadable += [one for one in kept if isinstance(one, inbox.Unreadable)]
        archived = [one for one in kept if isinstance(one, inbox.Archived)]
        desk.warehouse.insist(partial(warehouse.record_arrivals, arrivals=_arrivals(archived, now), now=now))
        claimed += sum(inbox.leave_drop_folder(one) for one in archived)
    with desk.reading() as connection:
        waiting = warehouse.unchecked_submissions(connection)
    return {
        "claimed": claimed,
        "shares": _shares(waiting),
        "unreadable": [{"file": str(one.path), "reason": one.reason} for one in unreadable],
    }


def check_share(settings: Settings, *, share: int | None, now: datetime) -> dict[str, Any]:
    """Read, validate and store one share of the claimed files (None = all) with their receipts, batch by batch.

    `waiting` tells why files of some period could not be judged; they are tried again by every later call.
    """
    desk = open_desk(settings)
    bench = Bench.load(settings, desk.plan)
    totals = {"submissions": 0, "accepted": 0, "partly_accepted": 0, "rejected": 0, "rows": 0}
    periods: set[str] = set()
    waiting: list[str] = []
    for batch in _unchecked(desk, share):
        assessed, left = assess_batch(desk, bench, batch, now=now)
        waiting += left
        stored = desk.warehouse.insist(
            partial(warehouse.store_assessments, items=assessed, plan_id=desk.plan.id, now=now)
        )
        for one in stored:
            totals["submissions"] += 1
            totals[one.assessment.verdict] += 1
            totals["rows"] += len(one.assessment.accepted)
            if one.period_id and one.assessment.accepted:
                periods.add(one.period_id)
    return {**totals, "periods": sorted(periods), "waiting": waiting}


def collect(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """One whole pass in one process: claim, check every share, answer."""
    claim = claim_arrivals(settings, now=now)
    checked = check_share(settings, share=None, now=now)
    return {"claimed": claim["claimed"], "unreadable": claim["unreadable"], **checked, **answer(settings, now=now)}


def _shares(waiting: Sequence[Arrival]) -> list[int | None]:
    if len(waiting) < FEWEST_TO_SHARE:
        return [None] if waiting else []
    return [*sorted({share_of(one.submission_id) for one in waiting})]


def share_of(submission_id: str) -> int:
    """Which of the fixed number of shares a submission belongs to."""
    return zlib.crc32(submission_id.encode()) % SHARES


def _unchecked(desk: Desk, share: int | None) -> Iterator[list[Arrival]]:
    with desk.reading() as connection:
        waiting = warehouse.unchecked_submissions(connection)
    yield from _batches([one for one in waiting if share in (None, share_of(one.submission_id))], CHECK_BATCH)


def _arrivals(archived: Sequence[inbox.Archived], now: datetime) -> list[Arrival]:
    """Arrivals in the order the files reached the share; a unit's files that seem to have come at once keep that order."""
    latest_first = sorted(archived, key=lambda one: one.dropped.changed_ns, reverse=True)
    later: Counter[str] = Counter()
    arrivals = []
    for arrival in (_arrival(one, now) for one in latest_first):
        if arrival.received_at == now:
            arrival = replace(arrival, received_at=now - later[arrival.folder] * timedelta(microseconds=1))  # noqa: PLW2901
            later[arrival.folder] += 1
        arrivals.append(arrival)
    return arrivals[::-1]


def _arrival(archived: inbox.Archived, now: datetime) -> Arrival:
    dropped = archived.dropped
    return Arrival(
        submission_id=archived.submission_id,
        sha256=archived.sha256,
        file_name=dropped.path.name.encode("utf-8", "replace").decode(),
        folder=dropped.folder.encode("utf-8", "replace").decode(),
        unit_code=dropped.unit_code,
        size=dropped.size,
        received_at=inbox.received_at(dropped, now),
    )


def _batches(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
