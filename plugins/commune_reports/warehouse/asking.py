"""Questions to the warehouse about facts: what arrived, what counts now, what was published."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from commune_reports.letters import Attachment
from commune_reports.warehouse import tables
from commune_reports.warehouse.facts import Arrival, ReportRecord
from commune_reports.warehouse.named_sql import ask, values_of

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse


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
    return [values_of(Arrival, row) for row in connection.execute(statement)]


def assessed_submissions(connection: Connection, plan_id: str, period_id: str, *, as_of: datetime) -> list[Arrival]:
    """The arrivals on which a verdict for a period was known at a moment, oldest first."""
    came, judged = tables.submission, tables.assessment
    statement = (
        select(came)
        .join_from(judged, came, came.c.submission_id == judged.c.submission_id)
        .where(judged.c.plan_id == plan_id, judged.c.period_id == period_id, judged.c.recorded_at <= as_of)
        .order_by(came.c.received_at, came.c.submission_id)
    )
    return [values_of(Arrival, row) for row in connection.execute(statement)]


def facts_since(
    connection: Connection, warehouse: "Warehouse", plan_id: str, period_id: str, *, after: datetime, until: datetime
) -> int:
    """How many rows of the period became known, or were withdrawn, after one moment and up to another."""
    asked = {"plan_id": plan_id, "period_id": period_id, "since": after, "as_of": until}
    [row] = ask(connection, warehouse.sql, "changes_since", asked)
    return int(row.changes)


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
