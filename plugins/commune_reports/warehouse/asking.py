"""Questions to the warehouse. Arithmetic is in include/sql; here stand only its parameters and the values it fills."""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Connection, Date, bindparam, func, select, text

from commune_reports.errors import NeedsHuman
from commune_reports.letters import Attachment
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.scorecard import IndexScore, IndicatorScore, Score, Scorecard, TaskState, UnitStanding
from commune_reports.warehouse import tables
from commune_reports.warehouse.facts import Arrival, ReportRecord
from commune_reports.warehouse.tables import UtcDateTime

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse

USES = re.compile(r"^-- uses: (.+)$", re.MULTILINE)
ORDER = re.compile(r"^-- order: (.+)$", re.MULTILINE)
# Columns and parameters whose text or bytes in SQLite mean something else.
RESULTS: dict[str, Any] = {
    "received_at": UtcDateTime(),
    "first_received_at": UtcDateTime(),
    "last_received_at": UtcDateTime(),
    "completed_on": Date(),
    "cells": JSON(),
}
PARAMETERS: dict[str, Any] = {"as_of": UtcDateTime(), "unit_due_at": UtcDateTime(), "window_end": Date()}
SCORE_FIELDS = tuple(field.name for field in fields(Score))


def scorecard(
    connection: Connection, warehouse: "Warehouse", plan: Plan, *, period: ReportingPeriod, as_of: datetime
) -> Scorecard:
    """All figures of a period as of a moment; NeedsHuman if the period was not open then."""
    opening = _opening(connection, plan.id, period.id, as_of)
    asked = {
        "plan_id": plan.id,
        "period_id": period.id,
        "plan_sha256": opening.plan_sha256,
        "as_of": as_of,
        "unit_due_at": opening.unit_due_at,
    }

    def run(name: str) -> list[Any]:
        return list(connection.execute(named(warehouse.sql, name), asked))

    states = [_task_state(row) for row in run("task_states")]
    missing: dict[str, list[str]] = {}
    for state in states:
        if state.is_owed and state.status is None:
            missing.setdefault(state.unit_code, []).append(state.task_code)
    indicators = [
        IndicatorScore(row.indicator_code, None, row.weight, _score(row)) for row in run("indicator_scores")
    ] + [
        IndicatorScore(row.indicator_code, row.unit_code, row.weight, _score(row))
        for row in run("unit_indicator_scores")
    ]
    indices = [IndexScore(row.index_code, None, _score(row)) for row in run("index_scores")] + [
        IndexScore(row.index_code, row.unit_code, _score(row)) for row in run("unit_index_scores")
    ]
    standings = [
        UnitStanding(
            unit_code=row.unit_code,
            timeliness=row.timeliness,
            verdict=row.verdict,
            first_received_at=row.first_received_at,
            last_received_at=row.last_received_at,
            files=row.files,
            owed=row.owed,
            reported=row.reported,
            nil=row.nil,
            missing_tasks=tuple(missing.get(row.unit_code, ())),
        )
        for row in run("unit_standings")
    ]
    return Scorecard(
        plan_id=plan.id,
        period_id=period.id,
        as_of=as_of,
        unit_due_at=opening.unit_due_at,
        cut_off_at=opening.cut_off_at,
        deadline_at=opening.deadline_at,
        totals=_score(run("period_totals")[0]),
        indicators=tuple(indicators),
        indices=tuple(indices),
        standings=tuple(standings),
        tasks=tuple(states),
    )


def previous_states(
    connection: Connection,
    warehouse: "Warehouse",
    *,
    plan_id: str,
    unit_code: str,
    period: ReportingPeriod,
    as_of: datetime,
) -> dict[str, TaskState]:
    """By task, the newest accepted row of a unit in the latest earlier period that has one."""
    asked = {"plan_id": plan_id, "unit_code": unit_code, "window_end": period.window_end, "as_of": as_of}
    rows = connection.execute(named(warehouse.sql, "previous_task_states"), asked)
    return {row.task_code: _task_state(row) for row in rows}


def is_open(connection: Connection, plan_id: str, period_id: str) -> bool:
    """Whether the period's obligations were written."""
    opened = tables.reporting_period
    statement = select(opened.c.period_id).where(opened.c.plan_id == plan_id, opened.c.period_id == period_id)
    return connection.execute(statement.limit(1)).first() is not None


def unchecked_submissions(connection: Connection) -> list[Arrival]:
    """Arrivals that were recorded but not assessed yet, oldest first."""

    came, judged = tables.submission, tables.assessment
    statement = (
        select(came)
        .join_from(came, judged, came.c.submission_id == judged.c.submission_id, isouter=True)
        .where(judged.c.submission_id.is_(None))
        .order_by(came.c.received_at, came.c.submission_id)
    )
    names = [field.name for field in fields(Arrival)]
    return [Arrival(**{name: row._mapping[name] for name in names}) for row in connection.execute(statement)]


def counting_rows(
    connection: Connection, plan_id: str, period_id: str, *, unit_code: str
) -> dict[str, tuple[str, datetime]]:
    """By task, the digest and arrival of the file whose row counts for a unit in a period now."""
    rows, came = tables.task_report, tables.submission
    statement = (
        select(rows.c.task_code, came.c.sha256, came.c.received_at)
        .join_from(rows, came, rows.c.submission_id == came.c.submission_id)
        .where(rows.c.plan_id == plan_id, rows.c.period_id == period_id, rows.c.unit_code == unit_code)
        .order_by(rows.c.received_at, rows.c.recorded_at, rows.c.submission_id, rows.c.row)
    )
    return {row.task_code: (row.sha256, row.received_at) for row in connection.execute(statement)}


def reported_tasks(
    connection: Connection, plan_id: str, period_id: str, *, unit_codes: Sequence[str]
) -> dict[str, set[str]]:
    """By unit, the tasks of the period for which a row was accepted."""
    rows = tables.task_report
    statement = (
        select(rows.c.unit_code, rows.c.task_code)
        .distinct()
        .where(rows.c.plan_id == plan_id, rows.c.period_id == period_id, rows.c.unit_code.in_(unit_codes))
    )
    found: dict[str, set[str]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.unit_code, set()).add(row.task_code)
    return found


def facts_since(connection: Connection, plan_id: str, period_id: str, *, after: datetime, until: datetime) -> int:
    """How many rows of the period became known after one moment and up to another."""
    rows = tables.task_report
    statement = select(func.count()).where(
        rows.c.plan_id == plan_id,
        rows.c.period_id == period_id,
        rows.c.recorded_at > after,
        rows.c.recorded_at <= until,
    )
    return int(connection.execute(statement).scalar_one())


def reports(connection: Connection, plan_id: str, period_id: str) -> list[ReportRecord]:
    """The reports made of a period, first to last."""
    made = tables.report
    statement = select(made).where(made.c.plan_id == plan_id, made.c.period_id == period_id).order_by(made.c.revision)
    return [
        ReportRecord(
            plan_id=row.plan_id,
            period_id=row.period_id,
            revision=row.revision,
            as_of=row.as_of,
            created_at=row.recorded_at,
            files=tuple(Attachment(**one) for one in row.files),
        )
        for row in connection.execute(statement)
    ]


def _opening(connection: Connection, plan_id: str, period_id: str, as_of: datetime) -> Any:
    opened = tables.reporting_period
    statement = (
        select(opened)
        .where(opened.c.plan_id == plan_id, opened.c.period_id == period_id, opened.c.recorded_at <= as_of)
        .order_by(opened.c.recorded_at.desc(), opened.c.plan_sha256)
    )
    row = connection.execute(statement.limit(1)).first()
    if row is None:
        raise NeedsHuman(
            f"period {period_id} was not open at {as_of.isoformat()}; run: commune-reports open --period {period_id}"
        )
    return row


@lru_cache(maxsize=64)
def named(folder: Path, name: str) -> Any:
    """The statement in include/sql/NAME.sql, with the ones it uses put before it, its order and its types declared."""
    parts: dict[str, str] = {}
    _gather(folder, name, parts)
    statement = parts.pop(name)
    needed = ",\n".join(f"{part} as (\n{body}\n)" for part, body in parts.items())
    order = ORDER.search((folder / f"{name}.sql").read_text(encoding="utf-8"))
    whole = f"select * from (\n{statement}\n) as answer" + (f"\norder by {order[1]}" if order else "")
    typed = text(f"with {needed}\n{whole}" if needed else whole)
    parameters = {one: kind for one, kind in PARAMETERS.items() if f":{one}" in typed.text}
    typed = typed.bindparams(*(bindparam(one, type_=kind) for one, kind in parameters.items()))
    if ":unit_codes" in typed.text:
        typed = typed.bindparams(bindparam("unit_codes", expanding=True))
    return typed.columns(**{one: kind for one, kind in RESULTS.items() if re.search(rf"\b{one}\b", statement)})


def _gather(folder: Path, name: str, parts: dict[str, str]) -> None:
    """Collect a statement after everything it uses."""
    if name in parts:
        return
    try:
        written = (folder / f"{name}.sql").read_text(encoding="utf-8")
    except OSError as error:
        raise NeedsHuman(f"include/sql/{name}.sql cannot be read: {error.strerror}") from error
    uses = USES.search(written)
    for needed in uses[1].replace(",", " ").split() if uses else ():
        _gather(folder, needed, parts)
    parts[name] = "\n".join(line for line in written.splitlines() if not line.startswith("--")).strip().rstrip(";")


def _score(row: Any) -> Score:
    return Score(**{name: row._mapping[name] for name in SCORE_FIELDS})


def _task_state(row: Any) -> TaskState:
    found = row._mapping
    cells = found["cells"] or {}
    return TaskState(
        unit_code=found["unit_code"],
        task_code=found["task_code"],
        is_owed=bool(found["is_owed"]),
        status=found["status"],
        progress_pct=found["progress_pct"],
        result=found["result"],
        evidence=found["evidence"],
        completed_on=found["completed_on"],
        difficulty=found["difficulty"],
        proposal=found["proposal"],
        note=found["note"],
        submission_id=found["submission_id"],
        sha256=found["sha256"],
        file_name=found["file_name"],
        received_at=found["received_at"],
        sheet=found["sheet"],
        row=found["row"],
        cells=cells,
    )
