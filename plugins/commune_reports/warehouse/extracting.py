"""Any table or view, row by row, for whoever takes it elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    Select,
    Text,
    bindparam,
    column,
    inspect,
    select,
    table,
    text,
)

from commune_reports.errors import NeedsHuman
from commune_reports.period import ZONE
from commune_reports.warehouse import tables
from commune_reports.warehouse.describing import Described, described_tables
from commune_reports.warehouse.scoring import DECIMALS
from commune_reports.warehouse.views import described_views, statement_as_of, view_of

BATCH = 5_000
VIEW_TYPES: dict[str, Any] = {
    "text": Text,
    "integer": Integer,
    "number": Float,
    "date": Date,
    "moment": DateTime,
    "flag": Integer,
}


@dataclass(frozen=True)
class Wanted:
    """Which rows of a table or view: of a plan, of a period, recorded by a moment; all if nothing is said."""

    plan: str | None = None
    period: str | None = None
    as_of: datetime | None = None


def described(sql: Path) -> tuple[Described, ...]:
    """Every view, then every table."""
    return (*described_views(sql), *described_tables())


def find_described(sql: Path, name: str) -> Described:
    """The table or view of a name; NeedsHuman lists the known ones."""
    known = {one.name: one for one in described(sql)}
    if name not in known:
        raise NeedsHuman(f"there is no table or view {name}; there are {', '.join(known)}")
    return known[name]


def extracted(connection: Connection, sql: Path, found: Described, wanted: Wanted) -> Iterator[Sequence[Sequence[Any]]]:
    """The rows of a table or view in batches, ordered by its key; moments are aware.

    As of a moment a table has the rows recorded by it, and a view shows what it would have shown then. NeedsHuman where it has
    no plan or period to choose by.
    """
    statement = _statement(_source(connection, sql, found, wanted.as_of), found, wanted)
    if not found.is_table and wanted.as_of is None and not inspect(connection).has_table(found.name):
        raise NeedsHuman(f"view {found.name} is not in the warehouse yet; run: commune-reports db upgrade")
    return _batches(connection, found, statement)


def _batches(connection: Connection, found: Described, statement: Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    # A view's moments are Vietnam's time and do not say so; how its numbers end hangs on the order in which they were added.
    local, numbers = (
        [place for place, one in enumerate(found.columns) if one.kind == kind and not found.is_table]
        for kind in ("moment", "number")
    )
    rows = connection.execute(statement, execution_options={"yield_per": BATCH})
    for batch in rows.partitions():
        yield [_settled(row, local, numbers) for row in batch] if local or numbers else batch


def _settled(row: Sequence[Any], local: Sequence[int], numbers: Sequence[int]) -> Sequence[Any]:
    values = list(row)
    for place in local:
        if values[place] is not None:
            values[place] = values[place].replace(tzinfo=ZONE)
    for place in numbers:
        if values[place] is not None:
            values[place] = round(values[place], DECIMALS)
    return values


def _source(connection: Connection, sql: Path, found: Described, as_of: datetime | None) -> Any:
    if found.is_table:
        return tables.metadata.tables[found.name]
    columns = [column(one.name, VIEW_TYPES[one.kind]()) for one in found.columns]
    if as_of is None:
        return table(found.name, *columns)
    dated = [name for name, one in tables.metadata.tables.items() if "recorded_at" in one.c]
    statement = statement_as_of(view_of(sql, found.name), sql, connection.dialect.name, dated)
    moment = bindparam("as_of", as_of, type_=tables.UtcDateTime())
    return text(statement).bindparams(moment).columns(*columns).subquery(found.name)


def _statement(source: Any, found: Described, wanted: Wanted) -> Select[Any]:
    statement = select(source).order_by(*(source.c[name] for name in found.key))
    for name, value, option in (("plan_id", wanted.plan, "--plan"), ("period_id", wanted.period, "--period")):
        if value is None:
            continue
        if name not in source.c:
            raise NeedsHuman(f"{found.name} has no {name}; leave {option} out")
        statement = statement.where(source.c[name] == value)
    return tables.known_at(statement, source, wanted.as_of) if found.is_table else statement
