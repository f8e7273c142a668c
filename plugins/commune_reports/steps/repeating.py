"""Files whose bytes were received before: answered with their verdict, and not counted twice."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from commune_reports import warehouse
from commune_reports.period import moment_text
from commune_reports.steps.examining import Bench, Examined
from commune_reports.task_report import Counting
from commune_reports.warehouse import Warehouse

# The rows that count, by period and unit, then by task.
Counted = Mapping[tuple[str, str], Mapping[str, Counting]]


def rows_counting(
    connection: Connection, house: Warehouse, plan_id: str, examined: Iterable[Examined], *, as_of: datetime
) -> Counted:
    """The rows that count at a moment, for the units and periods of a batch."""
    units: dict[str, set[str]] = defaultdict(set)
    for one in examined:
        if one.period and one.unit_code:
            units[one.period.id].add(one.unit_code)
    return {
        (period_id, unit_code): dict(rows)
        for period_id, codes in units.items()
        for unit_code, rows in warehouse.counting_reports(
            connection, house, plan_id=plan_id, period_id=period_id, unit_codes=sorted(codes), as_of=as_of
        ).items()
    }


def without_copies(
    bench: Bench, examined: Sequence[Examined], digests: Mapping[str, str], counting: Counted
) -> list[Examined]:
    """The files in the order they came; one whose every row counts already, from identical bytes, adds no rows.

    `digests` are the SHA-256 of the files by their ids. The same bytes sent again after something newer are the unit's last
    word once more, and count.
    """
    answered = []
    from_file = {
        key: {task: (row.sha256, row.received_at) for task, row in rows.items()} for key, rows in counting.items()
    }
    for one in sorted(examined, key=lambda one: (one.incoming.received_at, one.incoming.id)):
        digest = digests[one.incoming.id]
        if not one.assessment.accepted or one.period is None:
            answered.append(one)
            continue
        now_counting = from_file.setdefault((one.period.id, str(one.unit_code)), {})
        tasks = [str(row.task_code) for row in one.assessment.accepted]
        earlier = [now_counting[task] for task in tasks if now_counting.get(task, ("", None))[0] == digest]
        if len(earlier) < len(tasks):
            now_counting.update(dict.fromkeys(tasks, (digest, one.incoming.received_at)))
            answered.append(one)
            continue
        when = min(moment for _, moment in earlier)
        remark = bench.wordings.finding("duplicate_file", got=moment_text(when))
        same = replace(one.assessment, accepted=(), findings=(remark, *one.assessment.findings))
        answered.append(replace(one, assessment=same))
    return answered
