"""Openings of periods: each holds under one version of the plan, and another version never takes its place unsaid."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from commune_reports.period import ReportingPeriod, in_vietnam
from commune_reports.plan import Plan
from commune_reports.warehouse import tables
from commune_reports.warehouse.deciding import Decision
from commune_reports.warehouse.named_sql import ask
from commune_reports.warehouse.settling import known_since
from commune_reports.warehouse.storing import insert_new

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse

SHOWN_UNITS = 3
DATES = ("window_start", "window_end", "unit_due_at", "cut_off_at", "deadline_at")


@dataclass(frozen=True)
class Opening:
    """What holds for a period: the version of the plan its words and dates are from, and the one its obligations are."""

    number: int
    plan_sha256: str
    obligations_of: str
    dates: Mapping[str, Any]


def opening_of(connection: Connection, plan_id: str, period_id: str) -> Opening | None:
    """The newest opening of a period; None where it was never open."""
    opened = tables.reporting_period
    statement = (
        select(opened)
        .where(opened.c.plan_id == plan_id, opened.c.period_id == period_id)
        .order_by(opened.c.number.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    dates = {name: row._mapping[name] for name in DATES}
    return Opening(row.number, row.plan_sha256, row.obligations_of, dates)


def open_period(
    connection: Connection, plan: Plan, period: ReportingPeriod, *, now: datetime, like: Opening | None = None
) -> int:
    """Write that a period is open under this version of the plan, and who owes what; the number of new obligations.

    The obligations stay those of an opening that this one is `like`: the figures do not change, only the words do.
    """
    earlier = opening_of(connection, plan.id, period.id)
    if earlier and earlier.plan_sha256 == plan.sha256:
        return 0
    known_at = known_since(connection, plan.id, [period.id], now=now)[period.id]
    opening = {
        "plan_id": plan.id,
        "period_id": period.id,
        "number": earlier.number + 1 if earlier else 0,
        "plan_sha256": plan.sha256,
        "obligations_of": like.obligations_of if like else plan.sha256,
        **_dates(plan, period),
        "recorded_at": known_at,
    }
    if not insert_new(connection, tables.reporting_period, [opening]) or like:
        return 0
    rows = [
        {
            "plan_id": plan.id,
            "period_id": period.id,
            "plan_sha256": plan.sha256,
            "unit_code": unit_code,
            "task_code": task_code,
            "is_owed": is_owed,
            "recorded_at": known_at,
        }
        for (unit_code, task_code), is_owed in _obligations(plan, period).items()
    ]
    return insert_new(connection, tables.obligation, rows)


def adopt_plan(
    connection: Connection,
    plan: Plan,
    period: ReportingPeriod,
    *,
    changes: Sequence[str],
    decision: Decision,
    now: datetime,
) -> None:
    """Keep who took up a changed plan for a period, why, and what changed."""
    row = {
        "plan_id": plan.id,
        "period_id": period.id,
        "plan_sha256": plan.sha256,
        "changes": list(changes),
        "who": decision.who,
        "reason": decision.reason,
        "recorded_at": known_since(connection, plan.id, [period.id], now=now)[period.id],
    }
    connection.execute(insert(tables.plan_adoption), row)


def plan_content_as_of(
    connection: Connection, warehouse: "Warehouse", plan_id: str, period_id: str, *, as_of: datetime
) -> tuple[str, str | None] | None:
    """Digest and content of the plan version that held for a period at a moment; None where it was not open.

    The content of a version kept by an earlier program is not there.
    """
    asked = {"plan_id": plan_id, "period_ids": [period_id], "as_of": as_of}
    opened = ask(connection, warehouse.sql, "opened_periods", asked)
    if not opened:
        return None
    digest = str(opened[0].plan_sha256)
    kept = tables.plan_content
    return digest, connection.execute(select(kept.c.content).where(kept.c.plan_sha256 == digest)).scalar()


def plan_taken_up(connection: Connection, plan_id: str, *, as_of: datetime) -> tuple[str, str | None] | None:
    """Digest and content of the plan version under which a period was last opened by a moment; None if none was."""
    opened, kept = tables.reporting_period, tables.plan_content
    statement = (
        select(opened.c.plan_sha256, kept.c.content)
        .join_from(opened, kept, opened.c.plan_sha256 == kept.c.plan_sha256, isouter=True)
        .where(opened.c.plan_id == plan_id, opened.c.recorded_at <= as_of)
        .order_by(opened.c.recorded_at.desc(), opened.c.number.desc(), opened.c.window_end.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return None if row is None else (str(row.plan_sha256), row.content)


def dates_held(
    connection: Connection, warehouse: "Warehouse", plan_id: str, *, as_of: datetime
) -> dict[str, dict[str, datetime]]:
    """The dates that held at a moment for every period that was open by then, by period, then by name."""
    opened = tables.reporting_period
    statement = select(opened.c.period_id).where(opened.c.plan_id == plan_id, opened.c.recorded_at <= as_of).distinct()
    known = sorted(connection.execute(statement).scalars())
    if not known:
        return {}
    rows = ask(connection, warehouse.sql, "opened_periods", {"plan_id": plan_id, "period_ids": known, "as_of": as_of})
    return {row.period_id: {name: row._mapping[name] for name in DATES if name.endswith("_at")} for row in rows}


def changed_figures(connection: Connection, plan: Plan, period: ReportingPeriod, earlier: Opening) -> Iterator[str]:
    """What of this version of the plan makes figures of a period other than under its opening, one change at a time."""
    for name, wanted in _dates(plan, period).items():
        if earlier.dates[name] != wanted:
            yield f"{name} {in_vietnam(earlier.dates[name])} → {in_vietnam(wanted)}"
    yield from _changed_weights(connection, plan, earlier)
    yield from _changed_tasks(connection, plan, earlier)
    yield from _changed_obligations(connection, plan, period, earlier)


def _changed_weights(connection: Connection, plan: Plan, earlier: Opening) -> Iterator[str]:
    kept = tables.indicator
    rows = connection.execute(select(kept).where(kept.c.plan_sha256 == earlier.plan_sha256).order_by(kept.c.position))
    before = {row.indicator_code: row for row in rows}
    now = {one.code: one for one in plan.indicators}
    yield from (f"indicator {code} is gone" for code in before if code not in now)
    for code, one in now.items():
        if code not in before:
            yield f"indicator {code} is new"
        elif before[code].weight != one.weight:
            yield f"weight of {code} {before[code].weight:g} → {one.weight:g}"


def _changed_tasks(connection: Connection, plan: Plan, earlier: Opening) -> Iterator[str]:
    kept = tables.task
    rows = connection.execute(select(kept).where(kept.c.plan_sha256 == earlier.plan_sha256).order_by(kept.c.position))
    before = {row.task_code: row.indicator_code for row in rows}
    yield from (f"task {code} is gone" for code in before if code not in plan.tasks)
    yield from (f"task {code} is new" for code in plan.tasks if code not in before)
    performing = tables.task_body
    roles: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in connection.execute(select(performing).where(performing.c.plan_sha256 == earlier.plan_sha256)):
        roles[row.task_code].add((row.role, row.body_code))
    for code, task in plan.tasks.items():
        now = {("lead", body) for body in task.lead} | {("coordinating", body) for body in task.coordinating}
        # Versions kept by the first programs have no bodies to compare with.
        if roles and code in before and roles[code] != now:
            yield f"task {code} has other performing bodies"


def _changed_obligations(
    connection: Connection, plan: Plan, period: ReportingPeriod, earlier: Opening
) -> Iterator[str]:
    kept = tables.obligation
    statement = select(kept.c.unit_code, kept.c.task_code, kept.c.is_owed).where(
        kept.c.plan_id == plan.id, kept.c.period_id == period.id, kept.c.plan_sha256 == earlier.obligations_of
    )
    before = {(row.unit_code, row.task_code): bool(row.is_owed) for row in connection.execute(statement)}
    now = _obligations(plan, period)
    units = {unit for unit, _ in before} ^ {unit for unit, _ in now}
    for unit in sorted(units):
        yield f"unit {unit} is {'gone' if (unit in {one for one, _ in before}) else 'new'}"
    tasks: dict[tuple[str, str], list[str]] = defaultdict(list)
    for place in sorted(before.keys() | now.keys()):
        unit, task = place
        words = {True: "owed", False: "optional", None: "not asked"}
        was, is_now = words[before.get(place)], words[now.get(place)]
        if was != is_now and unit not in units and task in plan.tasks:
            tasks[task, f"{was} → {is_now}"].append(unit)
    for (task, change), of_units in tasks.items():
        of_whom = f"unit {', '.join(of_units)}" if len(of_units) <= SHOWN_UNITS else f"{len(of_units)} units"
        yield f"task {task} {change} for {of_whom}"


def _dates(plan: Plan, period: ReportingPeriod) -> dict[str, Any]:
    dates = plan.dates(period)
    return {
        "window_start": period.window_start,
        "window_end": period.window_end,
        "unit_due_at": dates.unit_due_at,
        "cut_off_at": dates.cut_off_at,
        "deadline_at": dates.deadline_at,
    }


def _obligations(plan: Plan, period: ReportingPeriod) -> dict[tuple[str, str], bool]:
    return {
        (unit.code, task.code): plan.is_owed(task, period)
        for unit in plan.units_on(period.window_end)
        for task in plan.tasks_of(unit.code)
    }
