"""What a file is compared with when it is judged: the unit's own past, its rows that count so far, and the other units."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from commune_reports.period import ReportingPeriod
from commune_reports.task_report import Counting, Earlier
from commune_reports.warehouse import tables
from commune_reports.warehouse.named_sql import ask

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse

# How many text keys one question names; SQLite takes 32,766 at most.
KEYS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Spread:
    """How many units count for a task, the sum of their progress and of its squares."""

    units: int
    total: float
    squares: float


@dataclass(frozen=True)
class Comparison:
    """What the warehouse knows about some units and a period; first by unit code, then by task."""

    earlier: dict[str, dict[str, Earlier]]
    counting: dict[str, dict[str, Counting]]
    spreads: dict[str, Spread]


def comparison(
    connection: Connection,
    warehouse: "Warehouse",
    *,
    plan_id: str,
    period: ReportingPeriod,
    unit_codes: Sequence[str],
    as_of: datetime,
) -> Comparison:
    """Everything the files of some units in a period are compared with."""
    asked: dict[str, Any] = {
        "plan_id": plan_id,
        "period_id": period.id,
        "window_end": period.window_end,
        "as_of": as_of,
        "unit_codes": list(unit_codes),
    }

    def run(name: str) -> list[Any]:
        return ask(connection, warehouse.sql, name, asked)

    earlier: dict[str, dict[str, Earlier]] = defaultdict(dict)
    for row in run("earlier_progress"):
        earlier[row.unit_code][row.task_code] = Earlier(row.period_id, row.progress_pct, row.periods, row.usual_rise)
    counting: dict[str, dict[str, Counting]] = defaultdict(dict)
    for row in run("counting_reports"):
        counting[row.unit_code][row.task_code] = Counting(
            status=row.status,
            progress_pct=row.progress_pct,
            counted_pct=row.counted_pct,
            result=row.result,
            file_name=row.file_name,
            received_at=row.received_at,
        )
    spreads = {row.task_code: Spread(row.units, row.total, row.squares) for row in run("peer_progress")}
    return Comparison(earlier, counting, spreads)


def text_owners(connection: Connection, *, plan_id: str, period_id: str, keys: Sequence[str]) -> dict[str, list[str]]:
    """By text key, the units that have an accepted row with this text in the period, first come first."""
    rows = tables.task_report
    owners: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(keys), KEYS_AT_ONCE):
        statement = (
            select(rows.c.text_key, rows.c.unit_code)
            .where(
                rows.c.text_key.in_(keys[start : start + KEYS_AT_ONCE]),
                rows.c.plan_id == plan_id,
                rows.c.period_id == period_id,
            )
            .order_by(rows.c.received_at, rows.c.unit_code)
        )
        for row in connection.execute(statement):
            if row.unit_code not in owners[row.text_key]:
                owners[row.text_key].append(row.unit_code)
    return owners
