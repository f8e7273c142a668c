"""How the rules about task rows fared over time: which fails most, which unit improves."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from commune_reports.warehouse.named_sql import ask

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse

RULE_GRAINS = ("rule", "unit", "period")


def rule_statistics(
    connection: Connection, warehouse: "Warehouse", plan_id: str, *, by: str, since: datetime, as_of: datetime
) -> list[dict[str, Any]]:
    """Files and rows looked at and failed, between two moments, by rule, unit or period; the worst rule or unit first."""
    asked = {"plan_id": plan_id, "since": since, "as_of": as_of}
    return [dict(row._mapping) for row in ask(connection, warehouse.sql, f"rules_by_{by}", asked)]
