"""The whole warehouse as one file, as of one moment: nobody waits meanwhile, and what was written is read again."""

import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from commune_reports.errors import NeedsHuman
from commune_reports.warehouse import tables
from commune_reports.warehouse.connecting import HEAD, RESTORE, UNLIKE, Warehouse, engine_at, revision_of
from commune_reports.warehouse.copying import copy_rows, count_rows, shape_of, unequal
from commune_reports.warehouse.keeping import NamedFile, named_files
from commune_reports.warehouse.migrating import make_tables, revisions
from commune_reports.warehouse.postgres_dump import (
    DumpFailed,
    dump,
    dumped_rows,
    restore_tool,
    server_major,
    tools_for,
)

SQLITE_COPY, POSTGRES_DUMP = "warehouse.sqlite", "warehouse.dump"
log = logging.getLogger("commune_reports")


@dataclass(frozen=True)
class Held:
    """What a file of the warehouse holds: the kind it came from, its revision, and the rows of each table."""

    kind: str
    file: str
    revision: str
    rows: dict[str, int]

    def stated(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def take_snapshot(url: str, into: Path, *, portable: bool = False) -> tuple[Held, list[NamedFile]]:
    """Write the warehouse as it is now into a folder; what it holds, and the files its rows name.

    SQLite becomes a SQLite file; PostgreSQL a dump, or a SQLite file if asked for one or without usable tools.
    """
    with looking(url) as (connection, revision), writing_copy(into):
        shape = shape_of(revision)
        rows = count_rows(connection, shape)
        named = named_files(connection)
        kind = connection.dialect.name
        if kind == "sqlite":
            copy_pages(connection, into / SQLITE_COPY)
            held = Held(kind, SQLITE_COPY, revision, rows)
        elif not portable and _dumped(connection, revision, into / POSTGRES_DUMP):
            held = Held(kind, POSTGRES_DUMP, revision, rows)
        else:
            _copy_to_sqlite(connection, revision, into / SQLITE_COPY)
            held = Held(kind, SQLITE_COPY, revision, rows)
    return held, named


def check_snapshot(path: Path, held: Held) -> None:
    """Read a file of the warehouse to its end; NeedsHuman if it does not hold what it should."""
    if held.revision not in revisions():
        raise NeedsHuman(
            f"the backup's warehouse is at revision {held.revision}, this program knows {HEAD}; install the newer program"
        )
    shape = shape_of(held.revision)
    try:
        if held.file == POSTGRES_DUMP:
            found = dumped_rows(restore_tool(), path, shape)
        else:
            with opened_copy(path) as connection:
                for check in ("integrity_check", "foreign_key_check"):
                    said = connection.execute(text(f"pragma {check}")).all()
                    if said and said != [("ok",)]:
                        raise NeedsHuman(f"the copy of the warehouse is damaged: {check} says {said[0]}")
                if revision_of(connection) != held.revision:
                    raise NeedsHuman(f"the copy of the warehouse is not at revision {held.revision}")
                found = count_rows(connection, shape)
    except (DBAPIError, DumpFailed) as error:
        raise NeedsHuman(f"the copy of the warehouse cannot be read: {error_words(error)}") from error
    if wrong := unequal(held.rows, found):
        raise NeedsHuman(f"the copy of the warehouse is not whole: {wrong}")


@contextmanager
def looking(url: str) -> Iterator[tuple[Connection, str]]:
    """One look at a warehouse of any revision this program knows, and which one it is; NeedsHuman if it is none."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite" and not Path(str(parts.database)).exists():
        raise NeedsHuman(f"there is no warehouse at {parts.database}; run: commune-reports db upgrade")
    with Warehouse(engine_at(url, os.getpid()), Path()).reading() as connection:
        found = revision_of(connection)
        if found is None:
            if inspect(connection).has_table(tables.submission.name):
                raise NeedsHuman(f"the warehouse does not say at which revision it is; {RESTORE}")
            raise NeedsHuman("the warehouse has no tables; run: commune-reports db upgrade")
        if found not in revisions():
            raise NeedsHuman(
                f"the warehouse is at revision {found}, this program knows {HEAD}; install the newer program"
            )
        yield connection, found


def copy_pages(connection: Connection, out: Path) -> None:
    """SQLite's online backup, in one step inside the reading transaction: writers go on meanwhile."""
    driver: Any = connection.connection.driver_connection
    with closing(sqlite3.connect(out)) as copy:
        copy.execute("pragma synchronous = off")
        driver.backup(copy)
        copy.execute("pragma journal_mode = delete")


def _dumped(connection: Connection, revision: str, out: Path) -> bool:
    tools = tools_for(server_major(connection))
    if tools is None:
        return False
    try:
        dump(connection, tools, shape_of(revision), out=out)
    except DumpFailed as error:
        log.warning("pg_dump failed, the rows are copied instead: %s", error)
        out.unlink(missing_ok=True)
        return False
    return True


def _copy_to_sqlite(connection: Connection, revision: str, out: Path) -> None:
    with opened_copy(out) as target:
        make_tables(target, revision)
        copy_rows(connection, target, shape_of(revision))
        target.commit()


@contextmanager
def opened_copy(path: Path) -> Iterator[Connection]:
    """A SQLite file of our own making; what it may have been taught to do on reading is not done."""
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    event.listen(
        engine,
        "connect",
        lambda driver, _: driver.executescript(
            "pragma trusted_schema = off; pragma synchronous = off; pragma journal_mode = delete;"
        ),
    )
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing_copy(folder: Path) -> Iterator[None]:
    """A copy is written to a folder: what goes wrong there is the folder's fault or the warehouse's, and says so."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        said = error_words(error)
        if "malformed" in said or "not a database" in said:
            raise NeedsHuman(f"the warehouse cannot be used: {said}; {RESTORE}") from error
        if "no such table" in said:
            raise NeedsHuman(f"the warehouse cannot be used: {said}; {UNLIKE}") from error
        if isinstance(error, DBAPIError) and not isinstance(error.orig, sqlite3.Error):
            raise
        free = shutil.disk_usage(folder).free // 1_000_000
        raise NeedsHuman(f"the copy of the warehouse cannot be written to {folder} ({free} MB free): {said}") from error


def error_words(error: Exception) -> str:
    """What the database said, on one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())
