"""Opening the warehouse: one behaviour on SQLite and PostgreSQL, its faults sorted into the two families."""

import fcntl
import os
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import NullPool

from commune_reports.errors import NeedsHuman, Transient

HEAD = "0007"
BUSY_SECONDS = 30
LOCK_WAIT_SECONDS = 10.0
# How long a piece of work that had to give way waits before each further try, in seconds.
PAUSES = (0.05, 0.2, 0.5, 1.0, 2.0)
# What the databases say when two processes wanted the same rows and this one lost.
LOST_RACES = ("deadlock detected", "could not serialize", "database is locked", "table is locked", "locking protocol")
# What they say when somebody else did not let go for as long as this one could wait, and what people read instead.
HELD = (*LOST_RACES, "lock timeout")
BUSY = "the warehouse is busy: another process has been writing to it for long"
Answer = TypeVar("Answer")
RESTORE = "restore the last backup: commune-reports db restore FILE"
LET_IN, MAKE_ROOM = "let this account write there", "look at its disk and make room on it"
UNLIKE = "it is not what it should be; look with: commune-reports db status"
# What the drivers say when the account, the tables or the disk have to be mended, not waited for, and what to do then.
HOPELESS = {
    "password authentication": "correct the account in COMMUNE_REPORTS_WAREHOUSE",
    'role "': "correct the account in COMMUNE_REPORTS_WAREHOUSE",
    "permission denied": "name an account that may do this in COMMUNE_REPORTS_WAREHOUSE",
    "must be owner": "run it as the account that owns the tables",
    "syntax error": "a statement in include/sql is not what it should be; install the program anew",
    "readonly database": LET_IN,
    "read-only transaction": LET_IN,
    "unable to open": LET_IN,
    'database "': "make the database, then run: commune-reports db upgrade",
    "does not exist": UNLIKE,
    "no such table": UNLIKE,
    "no such column": UNLIKE,
    "has no column": UNLIKE,
    "already exists": UNLIKE,
    "duplicate column": UNLIKE,
    "malformed": RESTORE,
    "not a database": RESTORE,
    "disk is full": MAKE_ROOM,
    "disk I/O error": MAKE_ROOM,
    "No space left": MAKE_ROOM,
}


@dataclass(frozen=True)
class Warehouse:
    """An opened warehouse, the folder of its named SQL, and whether its facts are dated by the clock."""

    engine: Engine
    sql: Path
    by_the_clock: bool = False

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction; a locked or unreachable database is Transient."""
        with sorted_faults(), self.engine.execution_options(by_the_clock=self.by_the_clock).begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One look at the facts: everything asked in it is answered from the same state, and nobody is kept waiting."""
        with sorted_faults(), self.engine.connect() as plain:
            options = {"by_the_clock": self.by_the_clock, **_reading_options(plain)}
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    def insist(self, work: Callable[[Connection], Answer]) -> Answer:
        """Do a piece of work in one transaction, and again if the database made it give way to another process."""
        for seconds in (*PAUSES, None):
            try:
                with self.begin() as connection:
                    return work(connection)
            except Transient as trouble:
                if seconds is None or not _gave_way(trouble):
                    raise
                time.sleep(seconds * (1 + os.getpid() % 7 / 7))
        raise AssertionError

    @contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        """Hold a name that only one process on any machine can hold; Transient if another one does not let go."""
        if self.engine.dialect.name == "sqlite":
            with file_lock(Path(f"{self.engine.url.database}.{name}.lock"), name):
                yield
        else:
            with sorted_faults(), self.engine.connect() as connection, _advisory_lock(connection, name):
                yield


def open_warehouse(url: str, *, include: Path, by_the_clock: bool = False) -> Warehouse:
    """The warehouse at a URL; NeedsHuman if its tables are missing, older or newer than this program."""
    engine = engine_at(url, os.getpid())
    house = Warehouse(engine, include / "sql", by_the_clock)
    with house.reading() as connection:
        found = revision_of(connection)
    if found is None or found < HEAD:
        raise NeedsHuman(
            f"the warehouse is at revision {found or 'none'}, wanted {HEAD}; run: commune-reports db upgrade"
        )
    if found > HEAD:
        raise NeedsHuman(f"the warehouse is at revision {found}, this program knows {HEAD}; install the newer program")
    return house


@lru_cache(maxsize=8)
def engine_at(url: str, _process: int) -> Engine:
    """The engine of a URL in a process: connections do not survive a fork."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        engine = create_engine(parts, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(parts, pool_pre_ping=True, pool_size=2, connect_args={"connect_timeout": 10})


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions of its own: a late lock cannot be waited for.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "cache_size = -65536",  # the default of 2 MB reads the index of a large period again and again
        "mmap_size = 268435456",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # Who writes takes the lock at once, because one taken later cannot be waited for; who reads takes none.
    is_reading = connection.get_execution_options().get("is_reading", False)
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _reading_options(connection: Connection) -> dict[str, Any]:
    if connection.dialect.name == "sqlite":
        return {"is_reading": True}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _gave_way(trouble: Transient) -> bool:
    return any(said in str(trouble.__cause__) for said in LOST_RACES)


def revision_of(connection: Connection) -> str | None:
    """The revision of a warehouse's tables; None where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = [str(one) for one in connection.execute(text("select version_num from alembic_version")).scalars()]
    if len(found) > 1:
        raise NeedsHuman(
            f"the warehouse says it is at {' and '.join(sorted(found))} at once: a migration was broken off; {RESTORE}"
        )
    return found[0] if found else None


@contextmanager
def file_lock(path: Path, name: str) -> Iterator[None]:
    """A lock the system releases when its holder dies, however it dies; Transient if its holder does not let go."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise NeedsHuman(f"the warehouse's folder {path.parent} cannot be written: {error.strerror}") from error
    try:
        give_up_at = time.monotonic() + LOCK_WAIT_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up_at:
                    raise Transient(f"another process is busy with {name}") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(connection: Connection, name: str) -> Iterator[None]:
    key = {"key": lock_key(name)}
    give_up_at = time.monotonic() + LOCK_WAIT_SECONDS
    while not connection.execute(text("select pg_try_advisory_lock(:key)"), key).scalar():
        connection.rollback()
        if time.monotonic() > give_up_at:
            raise Transient(f"another process is busy with {name}")
        time.sleep(0.05)
    connection.commit()
    try:
        yield
    finally:
        connection.execute(text("select pg_advisory_unlock(:key)"), key)
        connection.commit()


def lock_key(name: str) -> int:
    """The number under which PostgreSQL knows a name."""
    return zlib.crc32(f"commune-reports {name}".encode())


@contextmanager
def sorted_faults() -> Iterator[None]:
    """A database out of reach is Transient; an account, disk, table or value that is wrong needs a person."""
    try:
        yield
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        advice = next((advice for words, advice in HOPELESS.items() if words in said), None)
        if advice:
            raise NeedsHuman(f"the warehouse cannot be used: {said}; {advice}") from error
        if any(words in said for words in HELD):
            raise Transient(BUSY) from error
        if isinstance(error, DataError):
            raise NeedsHuman(f"the warehouse cannot hold what it was given: {said}") from error
        if error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError)):
            raise Transient(f"the warehouse cannot be reached: {said}") from error
        raise
    except (ValueError, TypeError) as error:
        if not _came_from_a_row(error):
            raise
        said = " ".join(str(error).split())
        raise NeedsHuman(f"the warehouse holds a value that cannot be read: {said}; {RESTORE}") from error


def _came_from_a_row(error: Exception) -> bool:
    """Whether a value was refused on its way from the database: SQLite lets anything be written into any column by hand."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(str(frame.f_globals.get("__name__")).startswith("sqlalchemy.engine") for frame in frames)
