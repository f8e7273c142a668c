"""What a file is compared with when it is judged: the unit's own past, its rows that count so far, and the other units."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from commune_reports.period import ReportingPeriod
from commune_reports.task_report import Counting, Earlier
from commune_reports.warehouse.named_sql import ask, values_of

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
    counting = counting_reports(
        connection, warehouse, plan_id=plan_id, period_id=period.id, unit_codes=unit_codes, as_of=as_of
    )
    spreads = {row.task_code: Spread(row.units, row.total, row.squares) for row in run("peer_progress")}
    return Comparison(earlier, counting, spreads)


def counting_reports(
    connection: Connection,
    warehouse: "Warehouse",
    *,
    plan_id: str,
    period_id: str,
    unit_codes: Sequence[str],
    as_of: datetime,
) -> dict[str, dict[str, Counting]]:
    """By unit and task, the row that counts in a period."""
    asked = {"plan_id": plan_id, "period_id": period_id, "unit_codes": list(unit_codes), "as_of": as_of}
    counting: dict[str, dict[str, Counting]] = defaultdict(dict)
    for row in ask(connection, warehouse.sql, "counting_reports", asked):
        counting[row.unit_code][row.task_code] = values_of(Counting, row)
    return counting


def text_owners(
    connection: Connection,
    warehouse: "Warehouse",
    *,
    plan_id: str,
    period_id: str,
    keys: Sequence[str],
    as_of: datetime,
) -> dict[str, list[str]]:
    """By text key, the units that have an accepted row with this text in the period, first come first."""
    owners: dict[str, list[str]] = defaultdict(list)
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = list(keys[start : start + KEYS_AT_ONCE])
        asked = {"plan_id": plan_id, "period_id": period_id, "text_keys": some, "as_of": as_of}
        for row in ask(connection, warehouse.sql, "text_owners", asked):
            owners[row.text_key].append(row.unit_code)
    return owners
