"""The warehouse's tables through time: to this program's revision and back, each way whole or not at all."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError

from commune_reports.errors import NeedsHuman
from commune_reports.settings import read_settings
from commune_reports.warehouse.connecting import (
    HEAD,
    HOPELESS,
    RESTORE,
    UNLIKE,
    engine_at,
    file_lock,
    lock_key,
    revision_of,
    sorted_faults,
)
from commune_reports.warehouse.describing import comment_on_tables
from commune_reports.warehouse.reader_role import let_readers_read
from commune_reports.warehouse.views import drop_views, made_views, make_views

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger("commune_reports")
MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def upgrade(url: str, *, include: Path | None = None) -> str:
    """Make or upgrade the tables, and the views anew; the revision reached.

    The views' SQL is in `include`, by default the one shipped. NeedsHuman if the tables are newer than this program or damaged.
    """
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite" and parts.database:
        try:
            Path(parts.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NeedsHuman(
                f"the folder of the warehouse {parts.database} cannot be made: {error.strerror}"
            ) from error

    def work(config: "Config", _found: str | None) -> None:
        from alembic import command

        command.upgrade(config, "head")

    return _migrate(url, HEAD, work, include)


def downgrade(url: str, revision: str, *, include: Path | None = None) -> str:
    """Take the tables back to an earlier revision, without views; the revision reached. What only later ones keep is lost."""
    if revision not in revisions():
        raise NeedsHuman(f"revision {revision} is not known; it must be one of {', '.join(revisions())}")

    def work(config: "Config", found: str | None) -> None:
        from alembic import command

        if found is None or found < revision:
            raise NeedsHuman(f"the warehouse is at revision {found or 'none'}; it cannot go down to {revision}")
        command.downgrade(config, revision)

    return _migrate(url, revision, work, include)


def losses(found: str, revision: str) -> dict[str, str]:
    """What going down from one revision to another loses, by the revision left behind, newest first, as its migration says."""
    from alembic.script import ScriptDirectory

    left = [
        one
        for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()
        if one.revision in revisions()[revisions().index(revision) + 1 : revisions().index(found) + 1]
    ]
    return {one.revision: " ".join((one.module.downgrade.__doc__ or "").split()) for one in left}


def make_tables(connection: Connection, revision: str) -> None:
    """Make the tables of a revision in the caller's transaction, in a database without any of them."""
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def make_readable(connection: Connection, include: Path | None) -> None:
    """Give tables of this program's revision their comments and views, and the accounts that may read what they may."""
    comment_on_tables(connection)
    make_views(connection, (include or read_settings({}).include) / "sql")
    let_readers_read(connection)


@lru_cache(maxsize=1)
def revisions() -> tuple[str, ...]:
    """The revisions this program knows, oldest first."""
    from alembic.script import ScriptDirectory

    return tuple(one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions())[::-1]


def _migrate(url: str, wanted: str, work: Callable[["Config", str | None], None], include: Path | None) -> str:
    config = _config()
    with sorted_faults(), engine_at(url, os.getpid()).connect() as connection, migration_lock(connection):
        found = revision_of(connection)
        if found is not None and found not in revisions():
            raise NeedsHuman(
                f"the warehouse is at revision {found}, this program knows {HEAD}; install the newer program"
            )
        config.attributes["connection"] = connection
        before = set(made_views(connection))
        drop_views(connection)
        with _whole(connection, found, wanted):
            work(config, found)
        reached = revision_of(connection) or wanted
        if reached == HEAD:
            make_readable(connection, include)
            for name in sorted(before - set(made_views(connection))):
                log.warning("the view %s is gone: include/sql/views does not have it", name)
        connection.commit()
        return reached


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


@contextmanager
def _whole(connection: Connection, found: str | None, wanted: str) -> Iterator[None]:
    """Tables that are not what their revision says stop the migration, and nothing of it stays."""
    try:
        yield
    except DBAPIError as error:
        connection.rollback()
        said = " ".join(str(error.orig).split())
        if any(words in said for words, advice in HOPELESS.items() if advice is UNLIKE):
            raise NeedsHuman(
                f"the warehouse cannot go from revision {found or 'none'} to {wanted}: {said}; {RESTORE}"
            ) from error
        raise


@contextmanager
def migration_lock(connection: Connection) -> Iterator[None]:
    """Only one process migrates; the transaction on the connection holds the lock or stands behind it."""
    if connection.dialect.name == "sqlite":
        with file_lock(Path(f"{connection.engine.url.database}.upgrade.lock"), "upgrade"):
            yield
    else:
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": lock_key("upgrade")})
        yield
