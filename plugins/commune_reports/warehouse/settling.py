"""When a fact becomes known: a moment whose report was published never gets another one, however late its writer is."""

import logging
import sqlite3
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select, text

from commune_reports.warehouse import tables
from commune_reports.warehouse.connecting import lock_key, sorted_faults
from commune_reports.warehouse.named_sql import ask

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse

FACTS = "facts"
NOT_SETTLED = "facts may still be written that are known at %s: ask again for an answer that stays"
log = logging.getLogger("commune_reports")
NEXT = timedelta(microseconds=1)
# In seconds: what clocks may differ by, how long who asks waits for who writes, and after what time nobody writes any more.
CLOCKS_DIFFER, LONGEST_WAIT, PAUSE, LONGEST_WRITING = 10.0, 5.0, 0.05, 3600.0
# How long one that writes waits for one that publishes, and the other way round.
PATIENCE = "set local lock_timeout = '30s'"


def written_at(connection: Connection, now: datetime) -> datetime:
    """When a fact written in this transaction becomes known: as it is written, or at `now` where the clock does not count.

    Whoever settles what is known at a moment waits for the facts dated until then, so the first call comes before writing.
    """
    # SQLite lets only one of them write anyway.
    if connection.dialect.name == "postgresql":
        connection.execute(text(PATIENCE))
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

    A run that began before a report was published may write after it: its facts belong to the next revision. A report
    somebody made by mistake ahead of the clock does not take the facts of the days till then with it.
    """
    now = written_at(connection, now)
    wanted = set(period_ids)
    made = tables.report
    statement = (
        select(made.c.period_id, func.max(made.c.as_of, type_=made.c.as_of.type))
        .where(made.c.plan_id == plan_id, made.c.period_id.in_([one for one in wanted if one is not None]))
        .group_by(made.c.period_id)
    )
    if connection.get_execution_options().get("by_the_clock"):
        statement = statement.where(made.c.as_of <= now)
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
        connection.execute(text(PATIENCE))
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": lock_key(FACTS)})


def wait_for_facts(warehouse: "Warehouse", moment: datetime) -> None:
    """Wait a little for the facts being written at a moment, so that what is answered about it stays.

    Nobody who writes is kept waiting. Where a writer hangs, or this account may not know, a line says that it may not stay.
    """
    with warehouse.reading() as connection:
        ahead = (moment - _clock(connection)).total_seconds()
    if ahead < -LONGEST_WRITING:
        return
    if 0 < ahead <= CLOCKS_DIFFER:  # machines' clocks differ
        time.sleep(ahead)
    with sorted_faults(), warehouse.engine.connect() as connection:
        wait = _wait_for_transactions if connection.dialect.name == "postgresql" else _wait_for_lock
        is_settled = wait(connection)
    if not is_settled:
        log.warning(NOT_SETTLED, moment.isoformat(timespec="seconds"))


def _wait_for_transactions(connection: Connection) -> bool:
    """Wait for those that hold the facts now; who comes later dates its facts later."""
    statement = text(
        "select virtualtransaction from pg_locks where locktype = 'advisory' and granted and classid = 0 and objid = :key "
        "and pid <> pg_backend_pid() and database = (select oid from pg_database where datname = current_database())"
    )

    def holding() -> set[str]:
        return set(connection.execute(statement, {"key": lock_key(FACTS)}).scalars())

    wanted, give_up_at = holding(), time.monotonic() + LONGEST_WAIT
    while wanted and time.monotonic() < give_up_at:
        time.sleep(PAUSE)
        wanted &= holding()
    return not wanted


def _wait_for_lock(connection: Connection) -> bool:
    """Wait for the one that writes now to let go."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT * 1000:.0f}")
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    driver.execute("ROLLBACK")
    return True
