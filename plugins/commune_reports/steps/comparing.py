"""What each file of a batch is compared with: its unit's past, its other files, and the other units of the period."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commune_reports import warehouse
from commune_reports.plan import Plan
from commune_reports.task_report import Backdrop, Counting, Peers, counted_pct
from commune_reports.validation import Submitted
from commune_reports.warehouse import Comparison, Spread, Warehouse


@dataclass(frozen=True)
class Memory:
    """The warehouse as it was at a moment; `together`: the files of a batch know of each other too, as they do when collected."""

    warehouse: Warehouse
    as_of: datetime
    together: bool = True


def compared(batch: Sequence[Submitted], plan: Plan, known: Memory | None) -> list[Submitted]:
    """The files, oldest first, each with its backdrop; with nothing known, each is judged by itself."""
    if known is None:
        return list(batch)
    periods = {one.period.id: [other for other in batch if other.period == one.period] for one in batch}
    ready = {one.submission_id: one for files in periods.values() for one in _within_period(files, plan, known)}
    return [ready[one.submission_id] for one in batch]


def reopened_until(plan: Plan, known: Memory | None) -> dict[str, datetime]:
    """By period, until when it is collected again; with nothing known, no period is."""
    if known is None:
        return {}
    with known.warehouse.reading() as connection:
        return warehouse.reopened_until(connection, plan.id, as_of=known.as_of)


def _within_period(files: Sequence[Submitted], plan: Plan, known: Memory) -> list[Submitted]:
    period = files[0].period
    units = sorted({one.unit_code for one in files})
    keys = sorted({key for one in files for row in one.reading.rows if (key := row.bare.text_key) is not None})
    with known.warehouse.reading() as connection:
        found = warehouse.comparison(
            connection, known.warehouse, plan_id=plan.id, period=period, unit_codes=units, as_of=known.as_of
        )
        place = {"plan_id": plan.id, "period_id": period.id}
        owned = warehouse.text_owners(connection, known.warehouse, **place, keys=keys, as_of=known.as_of)
        waived = warehouse.waived_rules(connection, **place, unit_codes=units, as_of=known.as_of)
    owners = defaultdict(list, owned)
    names = {unit.code: f"UBND {unit.full_name}" for unit in plan.units_on(period.window_end)}
    spreads, adds = _stored_and_batch(files if known.together else (), found)
    # What a unit's files of this batch say, newest last: beside them stands what was stored before.
    told: dict[str, dict[str, Counting]] = defaultdict(dict)
    ready = []
    for one in files:
        if one.reading.is_hopeless:  # nothing in it counts, so that there is nothing to compare
            ready.append(replace(one, waived=waived.get(one.unit_code, frozenset())))
            continue
        counting = {**found.counting.get(one.unit_code, {}), **told[one.unit_code]}
        backdrop = Backdrop(
            earlier=found.earlier.get(one.unit_code, {}),
            counting=counting,
            peers=_peers(one, spreads, adds),
            texts=_texts(one, owners, names),
            answered=frozenset(counting),
        )
        ready.append(replace(one, backdrop=backdrop, waived=waived.get(one.unit_code, frozenset())))
        if not known.together:
            continue
        told[one.unit_code].update(_told(one))
        for row in one.reading.rows:
            key = row.bare.text_key
            if key is not None and one.unit_code not in owners[key]:
                owners[key].append(one.unit_code)
    return ready


def _told(one: Submitted) -> dict[str, Counting]:
    """What the rows of a file of this batch say, for the files of its unit that follow."""
    assert one.received_at is not None
    return {
        row.task_code: Counting(
            status=row.status or "",
            progress_pct=row.progress_pct,
            counted_pct=counted_pct(row),
            result=row.result,
            file_name=one.file_name,
            sha256="",
            received_at=one.received_at,
        )
        for row in one.reading.rows
        if row.task_code
    }


def _texts(one: Submitted, owners: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> dict[str, str]:
    """By text key, the first other unit that sent the same text before."""
    texts = {}
    for row in one.reading.rows:
        key = row.bare.text_key
        other = next((unit for unit in owners.get(key or "", ()) if unit != one.unit_code), None)
        if key is not None and other is not None:
            texts[key] = names.get(other, other)
    return texts


def _stored_and_batch(
    files: Sequence[Submitted], found: Comparison
) -> tuple[dict[str, Spread], dict[tuple[str, str], float]]:
    """How far all units are with each task, and what each unit of the batch adds to that: its stored row, else its new one."""
    adds = {
        (unit, task): row.counted_pct
        for unit, rows in found.counting.items()
        for task, row in rows.items()
        if row.counted_pct is not None
    }
    spreads = dict(found.spreads)
    for one in files:
        for row in one.reading.rows:
            value, key = counted_pct(row), (one.unit_code, row.task_code or "")
            if (
                row.task_code is None
                or value is None
                or row.task_code in found.counting.get(one.unit_code, {})
                or key in adds
            ):
                continue
            known = spreads.get(row.task_code, Spread(0, 0.0, 0.0))
            spreads[row.task_code] = Spread(known.units + 1, known.total + value, known.squares + value**2)
            adds[key] = value
    return spreads, adds


def _peers(one: Submitted, spreads: Mapping[str, Spread], adds: Mapping[tuple[str, str], float]) -> dict[str, Peers]:
    """How far the other units are with the tasks of a file."""
    peers = {}
    for task in {row.task_code for row in one.reading.rows if row.task_code in spreads}:
        known, own = spreads[str(task)], adds.get((one.unit_code, str(task)))
        units, total, squares = known.units, known.total, known.squares
        if own is not None:
            units, total, squares = units - 1, total - own, squares - own**2
        if units > 0:
            mean = total / units
            peers[str(task)] = Peers(units, mean, math.sqrt(max(squares / units - mean**2, 0.0)))
    return peers
