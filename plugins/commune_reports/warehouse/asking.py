"""Questions to the warehouse about facts: what arrived, what counts now, what was published."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, func, select

from commune_reports.letters import Attachment
from commune_reports.warehouse import tables
from commune_reports.warehouse.facts import Arrival, ReportRecord


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


def assessed_submissions(connection: Connection, plan_id: str, period_id: str, *, as_of: datetime) -> list[Arrival]:
    """The arrivals on which a verdict for a period was known at a moment, oldest first."""
    came, judged = tables.submission, tables.assessment
    statement = (
        select(came)
        .join_from(judged, came, came.c.submission_id == judged.c.submission_id)
        .where(judged.c.plan_id == plan_id, judged.c.period_id == period_id, judged.c.recorded_at <= as_of)
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
