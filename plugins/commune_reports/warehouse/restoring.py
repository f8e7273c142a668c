"""Putting a warehouse back: the old one stays until the new one is whole, and longer where it is a file."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from commune_reports.errors import NeedsHuman, Transient
from commune_reports.warehouse.connecting import (
    BUSY,
    HEAD,
    HOPELESS,
    LOCK_WAIT_SECONDS,
    Warehouse,
    engine_at,
    revision_of,
    sorted_faults,
)
from commune_reports.warehouse.copying import (
    continue_numbers,
    copy_file,
    copy_rows,
    count_rows,
    drop_tables,
    known_tables,
    shape_of,
    unequal,
)
from commune_reports.warehouse.migrating import make_readable, make_tables, migration_lock, revisions
from commune_reports.warehouse.postgres_dump import DumpFailed, load_dump, restore_tool
from commune_reports.warehouse.snapshots import (
    POSTGRES_DUMP,
    Held,
    copy_pages,
    error_words,
    opened_copy,
    writing_copy,
)
from commune_reports.warehouse.views import drop_views

LOCK_TIMEOUT = "30s"
BROKEN_OFF = "broken off"


def load_snapshot(
    url: str, path: Path, held: Held, *, force: bool, now: datetime, include: Path | None = None
) -> Path | None:
    """Replace the warehouse by what a checked file holds, in one transaction; where the old SQLite file is kept.

    The views are made of the SQL in `include`, by default the one shipped. NeedsHuman if the warehouse has rows and `force`
    is not given; whatever fails, the old warehouse stays.
    """
    refuse_to_overwrite(url, force=force)
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        _replace(url, path, held, include, force=force)
        return None
    if held.file == POSTGRES_DUMP:
        raise NeedsHuman(
            "this backup was made with pg_dump and fits PostgreSQL only; back up with --portable for a SQLite warehouse"
        )
    live = Path(str(parts.database))
    live.parent.mkdir(parents=True, exist_ok=True)
    aside = _free_name(live, now)
    if not live.exists():
        with _moved_away(live, None):
            _replace(url, path, held, include, force=force)
        return None
    if damage_of(url) or _revision_at(url) not in (None, *revisions()):
        with _moved_away(live, aside):
            _replace(url, path, held, include, force=force)
        return aside
    holds_rows = _rows_at(url) > 0
    _replace(url, path, held, include, force=force, aside=aside if holds_rows else None)
    return aside if holds_rows else None


def refuse_to_overwrite(url: str, *, force: bool) -> None:
    """NeedsHuman if the warehouse has rows, is damaged, or is of a newer program, and that was not said to be known."""
    damage = damage_of(url)
    found = None if damage else _revision_at(url)
    is_newer = found not in (None, *revisions())
    if found == BROKEN_OFF and not force:
        raise NeedsHuman("a migration of the warehouse was broken off; --force replaces it by the backup")
    if is_newer and found != BROKEN_OFF and make_url(url).get_backend_name() != "sqlite":
        raise NeedsHuman(
            f"the warehouse is at revision {found}, this program knows {HEAD}; restore into a new database"
        )
    if force:
        return
    if damage:
        raise NeedsHuman(f"the warehouse is damaged ({damage}); --force puts it aside and restores")
    if is_newer:
        raise NeedsHuman(f"the warehouse is at revision {found}, newer than this program; --force puts it aside")
    if rows := _rows_at(url):
        raise NeedsHuman(f"the warehouse holds {rows} rows; nothing was changed; --force replaces them by the backup's")


def damage_of(url: str) -> str | None:
    """What is wrong with a SQLite file, in SQLite's words; None where nothing is, or the server looks after it."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not Path(str(parts.database)).exists():
        return None
    try:
        with closing(sqlite3.connect(str(parts.database), timeout=LOCK_WAIT_SECONDS)) as connection:
            said = [str(one) for (one,) in connection.execute("pragma quick_check(1)")]
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise Transient(BUSY) from error
        advice = next((f"; {advice}" for words, advice in HOPELESS.items() if words in str(error)), "")
        raise NeedsHuman(f"the warehouse cannot be used: {error}{advice}") from error
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if said == ["ok"] else said[0]


def _replace(url: str, path: Path, held: Held, include: Path | None, *, force: bool, aside: Path | None = None) -> None:
    shape = shape_of(held.revision)
    engine = engine_at(url, os.getpid())

    def fill(connection: Connection) -> None:
        if held.file == POSTGRES_DUMP:
            load_dump(connection, restore_tool(), path, shape)
        elif connection.dialect.name == "sqlite":
            copy_file(path, connection, shape)
        else:
            with opened_copy(path) as source:
                copy_rows(source, connection, shape)

    with sorted_faults(), engine.connect() as connection:
        try:
            _prepare(connection)
            with migration_lock(connection):
                if not force and _count_known(connection):
                    raise NeedsHuman("somebody wrote to the warehouse meanwhile; nothing was changed")
                if aside:
                    _keep_aside(engine, aside)
                _refill(connection, held, fill)
                if held.revision == HEAD:
                    make_readable(connection, include)
                connection.commit()
        except DumpFailed as error:
            raise NeedsHuman(f"the backup cannot be restored: {error}; nothing was changed") from error
        except (DBAPIError, psycopg.Error) as error:
            connection.rollback()
            if any(said in error_words(error) for said in ("lock timeout", "locked")):
                raise Transient("somebody is using the warehouse; pause the DAGs") from error
            raise NeedsHuman(f"the backup cannot be restored: {error_words(error)}; nothing was changed") from error


def _refill(connection: Connection, held: Held, fill: Callable[[Connection], None]) -> None:
    shape = shape_of(held.revision)
    drop_views(connection)
    drop_tables(connection)
    make_tables(connection, held.revision)
    fill(connection)
    continue_numbers(connection, shape)
    if wrong := unequal(held.rows, count_rows(connection, shape)):
        raise NeedsHuman(f"what was restored is not what was backed up: {wrong}; nothing was changed")


def _prepare(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text("set local client_encoding = 'UTF8'"))
    else:
        connection.execute(text("select 1"))  # from here on nobody else writes: what is kept aside is the last state


def _keep_aside(engine: Engine, aside: Path) -> None:
    """A copy of the old warehouse by a second connection; the caller's lets nobody write."""
    with writing_copy(aside.parent), Warehouse(engine, Path()).reading() as connection:
        try:
            copy_pages(connection, aside)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise


@contextmanager
def _moved_away(live: Path, aside: Path | None) -> Iterator[None]:
    """A file that is no warehouse of ours makes room for one, and comes back if that fails."""
    parts = ("", "-wal", "-shm")
    if aside:
        for part in parts:
            if Path(f"{live}{part}").exists():
                Path(f"{live}{part}").rename(f"{aside}{part}")
    try:
        yield
    except BaseException:
        for part in parts:
            Path(f"{live}{part}").unlink(missing_ok=True)
            if aside and Path(f"{aside}{part}").exists():
                Path(f"{aside}{part}").rename(f"{live}{part}")
        raise


def _free_name(live: Path, now: datetime) -> Path:
    name = f"{live.name}.before-restore-{now:%Y%m%dT%H%M%S}"
    tries = (live.with_name(f"{name}{suffix}") for suffix in ("", *(f"-{number}" for number in range(2, 1_000))))
    return next(one for one in tries if not one.exists())


def _revision_at(url: str) -> str | None:
    if not _is_there(url):
        return None
    with Warehouse(engine_at(url, os.getpid()), Path()).reading() as connection:
        try:
            return revision_of(connection)
        except NeedsHuman:  # it says that it is at two at once
            return BROKEN_OFF


def _rows_at(url: str) -> int:
    if not _is_there(url):
        return 0
    with Warehouse(engine_at(url, os.getpid()), Path()).reading() as connection:
        return _count_known(connection)


def _is_there(url: str) -> bool:
    parts = make_url(url)
    return parts.get_backend_name() != "sqlite" or Path(str(parts.database)).exists()


def _count_known(connection: Connection) -> int:
    there = set(inspect(connection).get_table_names()) & known_tables()
    return sum(connection.execute(text(f'select count(*) from "{name}"')).scalar_one() for name in there)
