"""What the gate looks at before a report is published, and what it found, kept."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from commune_reports.scorecard import GateOutcome, Scorecard
from commune_reports.warehouse import tables
from commune_reports.warehouse.named_sql import ask
from commune_reports.warehouse.settling import written_at

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse

ASKED = ("bodies", "facts", "figures", "periods", "published", "rows", "submissions", "tasks", "weights")


def gate_answers(connection: Connection, warehouse: "Warehouse", card: Scorecard) -> dict[str, list[dict[str, Any]]]:
    """The rows of every frame of the gate, by its name, as of the scorecard's moment."""
    asked = {"plan_id": card.plan_id, "period_ids": [card.period_id], "as_of": card.as_of}
    return {
        name: [dict(row._mapping) for row in ask(connection, warehouse.sql, f"gate/{name}", asked)] for name in ASKED
    }


def record_gate(
    connection: Connection, card: Scorecard, outcomes: Sequence[GateOutcome], *, revision: int, now: datetime
) -> None:
    """Keep how every rule of the gate fared, once per run of the gate."""
    key = {"plan_id": card.plan_id, "period_id": card.period_id, "revision": revision, "as_of": card.as_of}
    at = written_at(connection, now)
    rows = [{**key, **asdict(one), "first_rows": list(one.first_rows), "recorded_at": at} for one in outcomes]
    connection.execute(insert(tables.gate_outcome), rows)


def gate_outcomes(connection: Connection, plan_id: str, period_id: str) -> list[dict[str, Any]]:
    """How the rules of the gate fared whenever it was asked about a period, first to last."""
    kept = tables.gate_outcome
    statement = select(kept).where(kept.c.plan_id == plan_id, kept.c.period_id == period_id).order_by(kept.c.number)
    return [dict(row._mapping) for row in connection.execute(statement)]
