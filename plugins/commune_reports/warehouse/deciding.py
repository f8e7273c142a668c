"""What people decide about facts: files withdrawn, rules waived, periods reopened. Decisions are facts too."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select

from commune_reports.warehouse import tables
from commune_reports.warehouse.facts import Arrival
from commune_reports.warehouse.named_sql import values_of
from commune_reports.warehouse.settling import known_since, written_at
from commune_reports.warehouse.storing import insert_new


@dataclass(frozen=True)
class Decision:
    """Who decided something, why, and until when it holds where it ends by itself."""

    who: str
    reason: str
    until_at: datetime | None = None


def find_submissions(connection: Connection, beginning: str) -> list[Arrival]:
    """The arrivals whose key or digest begins so, oldest first."""
    came = tables.submission
    begins = or_(
        came.c.submission_id.startswith(beginning, autoescape=True),
        came.c.sha256.startswith(beginning, autoescape=True),
    )
    statement = select(came).where(begins).order_by(came.c.received_at, came.c.submission_id)
    return [values_of(Arrival, row) for row in connection.execute(statement)]


def withdraw(connection: Connection, submission_id: str, decision: Decision, *, now: datetime) -> bool:
    """Take a file's rows out of every figure from now on; False if it is withdrawn already."""
    judged = tables.assessment
    place = select(judged.c.plan_id, judged.c.period_id).where(judged.c.submission_id == submission_id)
    found = connection.execute(place).first()
    at = _known(connection, found.plan_id, found.period_id, now) if found else written_at(connection, now)
    row = {"submission_id": submission_id, "who": decision.who, "reason": decision.reason, "recorded_at": at}
    return insert_new(connection, tables.withdrawal, [row]) == 1


def waive(
    connection: Connection,
    plan_id: str,
    period_id: str,
    *,
    unit_code: str,
    rule: str,
    decision: Decision,
    now: datetime,
) -> None:
    """From now until the decision's end, a rule has no consequences for a unit's files of a period."""
    at = _known(connection, plan_id, period_id, now)
    row = {"plan_id": plan_id, "period_id": period_id, "unit_code": unit_code, "rule": rule, "recorded_at": at}
    connection.execute(insert(tables.waiver), row | vars(decision))


def reopen(connection: Connection, plan_id: str, period_id: str, *, decision: Decision, now: datetime) -> None:
    """Collect a period until the decision's end; what was late stays late."""
    row = {"plan_id": plan_id, "period_id": period_id, "recorded_at": _known(connection, plan_id, period_id, now)}
    connection.execute(insert(tables.reopening), row | vars(decision))


def waived_rules(
    connection: Connection, plan_id: str, period_id: str, *, unit_codes: Sequence[str], as_of: datetime
) -> dict[str, frozenset[str]]:
    """By unit, the rules that have no consequences for its files of a period at a moment."""
    made = tables.waiver
    statement = (
        select(made)
        .where(made.c.plan_id == plan_id, made.c.period_id == period_id, made.c.unit_code.in_(unit_codes))
        .where(made.c.recorded_at <= as_of)
        .order_by(made.c.recorded_at, made.c.number)
    )
    newest = {(row.unit_code, row.rule): row.until_at for row in connection.execute(statement)}
    waived: dict[str, set[str]] = defaultdict(set)
    for (unit_code, rule), until_at in newest.items():
        if as_of <= until_at:
            waived[unit_code].add(rule)
    return {unit_code: frozenset(rules) for unit_code, rules in waived.items()}


def reopened_until(connection: Connection, plan_id: str, *, as_of: datetime) -> dict[str, datetime]:
    """By period, until when it is collected by the newest reopening known at a moment."""
    made = tables.reopening
    statement = select(made).where(made.c.plan_id == plan_id, made.c.recorded_at <= as_of)
    ordered = statement.order_by(made.c.recorded_at, made.c.number)
    return {row.period_id: row.until_at for row in connection.execute(ordered)}


def decisions(
    connection: Connection, plan_id: str, period_id: str, *, as_of: datetime
) -> dict[str, list[dict[str, Any]]]:
    """By kind, everything decided about a period up to a moment: withdrawals, waivers, reopenings, plan adoptions."""
    gone, judged, came = tables.withdrawal, tables.assessment, tables.submission
    withdrawals = (
        select(gone, came.c.unit_code, came.c.file_name, came.c.sha256)
        .join_from(gone, judged, gone.c.submission_id == judged.c.submission_id)
        .join(came, gone.c.submission_id == came.c.submission_id)
        .where(judged.c.plan_id == plan_id, judged.c.period_id == period_id, gone.c.recorded_at <= as_of)
        .where(judged.c.recorded_at <= as_of)  # until it was judged, nobody could say which period it is about
        .order_by(gone.c.recorded_at, gone.c.submission_id)
    )
    found = {"withdrawals": [dict(row._mapping) for row in connection.execute(withdrawals)]}
    kinds = {"waivers": tables.waiver, "reopenings": tables.reopening, "plan_adoptions": tables.plan_adoption}
    for kind, made in kinds.items():
        statement = select(made).where(
            made.c.plan_id == plan_id, made.c.period_id == period_id, made.c.recorded_at <= as_of
        )
        found[kind] = [dict(row._mapping) for row in connection.execute(statement.order_by(made.c.number))]
    return found


def _known(connection: Connection, plan_id: str, period_id: str | None, now: datetime) -> datetime:
    return known_since(connection, plan_id, [period_id], now=now)[period_id]
