"""What goes into the warehouse: every function inserts facts under their keys, and a repeat finds them there."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from commune_reports.letters import Letter
from commune_reports.plan import Plan
from commune_reports.scorecard import Scorecard
from commune_reports.task_report import STATED, Assessment, RuleOutcome
from commune_reports.warehouse import tables
from commune_reports.warehouse.facts import Arrival, ReportRecord
from commune_reports.warehouse.settling import known_since, written_at


@dataclass(frozen=True)
class Assessed:
    """An arrival with its verdict and the receipt that answers it."""

    arrival: Arrival
    period_id: str | None
    assessment: Assessment
    outcomes: tuple[RuleOutcome, ...]
    receipt: Letter


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows whose key is not there yet; for a single row, whether it was (1 or 0)."""
    if not rows:
        return 0
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing()
    if len(rows) == 1:
        return len(connection.execute(statement.returning(*table.primary_key.columns), rows[0]).all())
    connection.execute(statement, rows)
    return len(rows)


def record_plan(connection: Connection, plan: Plan, *, now: datetime) -> None:
    """Keep this version of the plan, once; also what it says, for a version that was kept before that was."""
    now = written_at(connection, now)
    kept = {"plan_sha256": plan.sha256, "content": plan.content, "recorded_at": now}
    insert_new(connection, tables.plan_content, [kept])
    versions = select(tables.plan.c.plan_id).where(
        tables.plan.c.plan_id == plan.id, tables.plan.c.plan_sha256 == plan.sha256
    )
    version = {"plan_sha256": plan.sha256, "recorded_at": now}
    if connection.execute(versions).first():
        _record_bodies(connection, plan, version)
        _record_days(connection, plan, version)
        return
    tasks = [
        {"task_code": one.code, "indicator_code": one.indicator_code, "position": position, "text": one.text, **version}
        for position, one in enumerate(plan.tasks.values())
    ]
    indicators = [
        {
            "indicator_code": one.code,
            "index_code": one.index_code,
            "position": position,
            "title": one.title,
            "weight": one.weight,
            **version,
        }
        for position, one in enumerate(plan.indicators)
    ]
    units, successions = _units(plan, version), _successions(plan, version)
    insert_new(connection, tables.indicator, indicators)
    insert_new(connection, tables.task, tasks)
    insert_new(connection, tables.unit, units)
    insert_new(connection, tables.unit_succession, successions)
    _record_bodies(connection, plan, version)
    insert_new(connection, tables.plan, [{"plan_id": plan.id, "title": plan.title, "year": plan.year, **version}])


def _units(plan: Plan, version: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "unit_code": one.code,
            "valid_from": one.valid_from or date.min,
            "valid_to": one.valid_to or date.max,
            "position": position,
            "name": one.name,
            "kind": one.kind,
            **version,
        }
        for position, one in enumerate((*plan.units, *plan.later_units))
    ]


def _successions(plan: Plan, version: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "unit_code": one.code,
            "effective_on": one.valid_to + timedelta(days=1),
            "successor_code": successor,
            **version,
        }
        for one in (*plan.units, *plan.later_units)
        if one.valid_to is not None
        for successor in dict.fromkeys(one.successors)
    ]


def _record_days(connection: Connection, plan: Plan, version: dict[str, Any]) -> None:
    """Which units there are from when to when and what follows them, for a plan version that was kept before that was.

    Such a version has its units as if they were for good: their last days are the one thing that is written over.
    """
    unit, units = tables.unit, _units(plan, version)
    kept = connection.execute(
        select(func.count()).select_from(unit).where(unit.c.plan_sha256 == plan.sha256)
    ).scalar_one()
    succession = tables.unit_succession.c.plan_sha256
    successions = _successions(plan, version)
    followed = connection.execute(select(succession).where(succession == plan.sha256).limit(1)).first()
    if kept == len(units) and (followed or not successions):
        return
    insert_new(connection, unit, units)
    insert_new(connection, tables.unit_succession, successions)
    for one in units:
        of_one = [getattr(unit.c, name) == one[name] for name in ("plan_sha256", "unit_code", "valid_from")]
        connection.execute(
            update(unit).where(*of_one, unit.c.valid_to != one["valid_to"]).values(valid_to=one["valid_to"])
        )


def _record_bodies(connection: Connection, plan: Plan, version: dict[str, Any]) -> None:
    """Who performs what, once; also for a plan version that was kept before its bodies were."""
    column = tables.task_body.c.plan_sha256
    if connection.execute(select(column).where(column == plan.sha256).limit(1)).first():
        return
    bodies = [
        {"body_code": one.code, "position": position, "name": one.name, **version}
        for position, one in enumerate(plan.bodies)
    ]
    roles = [
        {"task_code": task.code, "body_code": body, "role": role, **version}
        for task in plan.tasks.values()
        for role, performing in (("lead", task.lead), ("coordinating", task.coordinating))
        for body in dict.fromkeys(performing)
    ]
    insert_new(connection, tables.body, bodies)
    insert_new(connection, tables.task_body, roles)


def record_arrivals(connection: Connection, arrivals: Sequence[Arrival], *, now: datetime) -> None:
    """Record that files arrived; arrivals already known are left as they are."""
    at = written_at(connection, now)
    in_one_order = sorted(arrivals, key=lambda one: one.submission_id)
    insert_new(connection, tables.submission, [{**vars(one), "recorded_at": at} for one in in_one_order])


def store_assessments(
    connection: Connection, items: Sequence[Assessed], *, plan_id: str, now: datetime
) -> list[Assessed]:
    """Store verdicts, rows that count, findings, rule outcomes and receipts; returns what was not known already."""
    known = _assessed(connection, [one.arrival.submission_id for one in items])
    fresh = [one for one in items if one.arrival.submission_id not in known]
    since = known_since(connection, plan_id, [one.period_id for one in fresh], now=now)
    # Another process may store the same verdicts at this moment: whoever's verdict is kept stores what belongs to it.
    won = _claim(connection, [_assessment_row(one, plan_id, since[one.period_id]) for one in fresh])
    fresh = [one for one in fresh if one.arrival.submission_id in won]
    dated = [(one, since[one.period_id]) for one in fresh]
    insert_new(connection, tables.task_report, [row for one, at in dated for row in _task_rows(one, plan_id, at)])
    insert_new(connection, tables.finding, [row for one, at in dated for row in _finding_rows(one, at)])
    insert_new(connection, tables.rule_outcome, [row for one, at in dated for row in _outcome_rows(one, at)])
    at = written_at(connection, now)
    insert_new(connection, tables.letter, [letter_row(one.receipt, at) for one in fresh])
    return fresh


def record_report(connection: Connection, record: ReportRecord, card: Scorecard, *, now: datetime) -> None:
    """Keep a report with its files and figures."""
    key = {"plan_id": record.plan_id, "period_id": record.period_id, "revision": record.revision, "recorded_at": now}
    files = [asdict(one) for one in record.files]
    insert_new(connection, tables.report, [{**key, "as_of": record.as_of, "files": files}])
    scores = [
        {
            **key,
            "level": "indicator",
            "code": one.indicator_code,
            "unit_code": one.unit_code or "",
            **asdict(one.figures),
        }
        for one in card.indicators
    ]
    scores += [
        {**key, "level": "index", "code": one.index_code, "unit_code": one.unit_code or "", **asdict(one.figures)}
        for one in card.indices
    ]
    insert_new(connection, tables.report_score, scores)


def letter_row(letter: Letter, now: datetime) -> dict[str, Any]:
    """A letter as its row."""
    return {
        "letter_key": letter.key,
        "kind": letter.kind,
        "channel": letter.channel,
        "period_id": letter.period_id,
        "unit_code": letter.unit_code,
        "folder": letter.folder,
        "content": letter.content(),
        "recorded_at": now,
    }


def _assessed(connection: Connection, keys: Sequence[str]) -> set[str]:
    column = tables.assessment.c.submission_id
    return {str(row[0]) for row in connection.execute(select(column).where(column.in_(keys)))}


def _claim(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Insert verdicts, in one order in every process so that none waits for the other; the keys that were new."""
    if not rows:
        return set()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    key = tables.assessment.c.submission_id
    statement = dialect.insert(tables.assessment).on_conflict_do_nothing().returning(key)
    found = connection.execute(statement, sorted(rows, key=lambda row: str(row["submission_id"])))
    return {str(row[0]) for row in found}


def _assessment_row(one: Assessed, plan_id: str, now: datetime) -> dict[str, Any]:
    verdict = one.assessment
    return {
        "submission_id": one.arrival.submission_id,
        "plan_id": plan_id,
        "period_id": one.period_id,
        "verdict": verdict.verdict,
        "rows_owed": verdict.rows_owed,
        "rows_read": verdict.rows_read,
        "rows_accepted": verdict.rows_accepted,
        "rows_nil": verdict.rows_nil,
        "recorded_at": now,
    }


def _task_rows(one: Assessed, plan_id: str, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "submission_id": one.arrival.submission_id,
            "sheet": row.sheet,
            "row": row.row,
            "plan_id": plan_id,
            "period_id": one.period_id,
            "unit_code": one.arrival.unit_code,
            "task_code": row.task_code,
            **{name: getattr(row, name) for name in STATED},
            "text_key": row.bare.text_key,
            "cells": dict(row.cells),
            "received_at": one.arrival.received_at,
            "recorded_at": now,
        }
        for row in one.assessment.accepted
    ]


def _finding_rows(one: Assessed, now: datetime) -> list[dict[str, Any]]:
    return [
        {"submission_id": one.arrival.submission_id, "number": number, **vars(finding), "recorded_at": now}
        for number, finding in enumerate(one.assessment.findings, start=1)
    ]


def _outcome_rows(one: Assessed, now: datetime) -> list[dict[str, Any]]:
    return [
        {**outcome._asdict(), "number": number, "recorded_at": now}
        for number, outcome in enumerate(one.outcomes, start=1)
    ]
