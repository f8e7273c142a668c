"""When a fact becomes known: a moment whose report was published never gets another one, however late its writer is."""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select, text

from commune_reports.errors import NeedsHuman
from commune_reports.warehouse import tables
from commune_reports.warehouse.connecting import lock_key
from commune_reports.warehouse.named_sql import ask

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse

FACTS = "facts"
NEXT = timedelta(microseconds=1)
CLOCKS_DIFFER = 10.0


def written_at(connection: Connection, now: datetime) -> datetime:
    """When a fact written in this transaction becomes known: as it is written, or at `now` where the clock does not count.

    Whoever settles what is known at a moment waits for the facts dated until then, so the first call comes before writing.
    """
    # SQLite lets only one of them write anyway.
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock_shared(:key)"), {"key": lock_key(FACTS)})
    return present(connection, now)


def present(connection: Connection, now: datetime) -> datetime:
    """The present of who uses this connection: what the clock shows, or `now` where it does not count."""
    return max(now, _clock(connection)) if connection.get_execution_options().get("by_the_clock") else now


def _clock(connection: Connection) -> datetime:
    # With PostgreSQL it is one for all machines.
    if connection.dialect.name == "postgresql":
        return connection.execute(select(func.clock_timestamp())).scalar_one()  # type: ignore[no-any-return]
    return datetime.now(tz=UTC)


def known_since(
    connection: Connection, plan_id: str, period_ids: Iterable[str | None], *, now: datetime
) -> dict[str | None, datetime]:
    """By period, the moment at which facts written in this transaction become known: now, or just after the last report's.

    A run that began before a report was published may write after it: its facts belong to the next revision.
    """
    now = written_at(connection, now)
    wanted = set(period_ids)
    made = tables.report
    statement = (
        select(made.c.period_id, func.max(made.c.as_of, type_=made.c.as_of.type))
        .where(made.c.plan_id == plan_id, made.c.period_id.in_([one for one in wanted if one is not None]))
        .group_by(made.c.period_id)
    )
    published = {row[0]: row[1] + NEXT for row in connection.execute(statement)}
    return {period_id: max(now, published.get(period_id, now)) for period_id in wanted}


def facts_known(
    connection: Connection, warehouse: "Warehouse", plan_id: str, period_id: str, *, as_of: datetime
) -> int:
    """How many facts a report of a period as of a moment rests on."""
    asked = {"plan_id": plan_id, "period_id": period_id, "as_of": as_of}
    [row] = ask(connection, warehouse.sql, "known_facts", asked)
    return int(row.facts)


def settle(connection: Connection) -> None:
    """Until this transaction ends nobody else writes facts; those already under way are waited for."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": lock_key(FACTS)})


def wait_for_facts(warehouse: "Warehouse", moment: datetime) -> None:
    """Return when every fact known at a moment that is not ahead of the clock is there to be read.

    Machines' clocks differ: a moment a little ahead of the warehouse's clock is waited for as well.
    """
    ahead = 0.0
    with suppress(NeedsHuman), warehouse.begin() as connection:  # what cannot be written has no writers
        settle(connection)
        ahead = (moment - _clock(connection)).total_seconds()
    if 0 < ahead <= CLOCKS_DIFFER:
        time.sleep(ahead)
        wait_for_facts(warehouse, moment)
