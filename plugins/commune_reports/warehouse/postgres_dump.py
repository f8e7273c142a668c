"""PostgreSQL's own dump of the warehouse's tables, where its tools are installed; its account never stands on a command line."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, MetaData, text

from commune_reports.errors import NeedsHuman
from commune_reports.warehouse.copying import VERSION_TABLE

LOCK_WAIT = "30s"
CHUNK = 1 << 20
END_OF_COPY = b"\\."
COPY_HEAD = re.compile(rb'COPY [^(]+ \(([\w", ]*)\) FROM stdin;')


@dataclass(frozen=True)
class Tools:
    """Where pg_dump and pg_restore are."""

    dump: str
    restore: str


class DumpFailed(Exception):
    """One of the tools said no; what it said."""


def tools_for(server_major: int) -> Tools | None:
    """pg_dump and pg_restore from PATH, if both are there, run, and are not older than the server."""
    dump, restore = shutil.which("pg_dump"), shutil.which("pg_restore")
    if not dump or not restore:
        return None
    return Tools(dump, restore) if min(_major(dump), _major(restore)) >= server_major else None


def restore_tool() -> str:
    """pg_restore from PATH; NeedsHuman if it is not there."""
    found = shutil.which("pg_restore")
    if not found:
        raise NeedsHuman("this backup was made with pg_dump; put PostgreSQL's pg_restore on PATH and run it again")
    return found


def server_major(connection: Connection) -> int:
    """The major version of the server."""
    return int(connection.execute(text("show server_version_num")).scalar_one()) // 10_000


def dump(connection: Connection, tools: Tools, shape: MetaData, *, out: Path) -> None:
    """Write the tables as this transaction sees them, in pg_dump's custom format; DumpFailed says why not."""
    snapshot = connection.execute(text("select pg_export_snapshot()")).scalar_one()
    schema = connection.execute(text("select current_schema()")).scalar_one()
    command = [tools.dump, "--format=custom", "--no-owner", "--no-privileges", "--encoding=UTF8", "--no-password"]
    command += [f"--lock-wait-timeout={LOCK_WAIT}", f"--snapshot={snapshot}", f"--file={out}"]
    command += [f'--table="{schema}"."{name}"' for name in (*sorted(shape.tables), VERSION_TABLE)]
    _run(command, _account(connection))


def dumped_rows(restore: str, path: Path, shape: MetaData) -> dict[str, int]:
    """How many rows of each table a dump holds, read to its end."""
    listed = _run([restore, "--list", str(path)], {})
    counts = {}
    for name in sorted(shape.tables):
        if not re.search(rf" TABLE DATA \S+ {re.escape(name)}( |$)", listed, re.MULTILINE):
            raise DumpFailed(f"the dump has no table {name}")
        with _copied(restore, path, name) as (_, lines):
            counts[name] = sum(1 for _ in lines)
    return counts


def load_dump(connection: Connection, restore: str, path: Path, shape: MetaData) -> None:
    """Fill the empty tables of a shape from a dump, in the caller's transaction."""
    quoted = connection.dialect.identifier_preparer.quote_identifier
    driver: Any = connection.connection.driver_connection
    for table in shape.sorted_tables:
        with _copied(restore, path, table.name) as (columns, lines):
            unknown = [one for one in columns if one not in table.columns]
            if unknown:
                raise DumpFailed(f"the dump's table {table.name} has a column {unknown[0]}")
            statement = f"copy {quoted(table.name)} ({', '.join(map(quoted, columns))}) from stdin"
            if columns:
                with closing(driver.cursor()) as cursor, cursor.copy(statement) as copy:
                    for line in lines:
                        copy.write(line)


@contextmanager
def _copied(restore: str, path: Path, table: str) -> Iterator[tuple[Sequence[str], Iterator[bytes]]]:
    """The columns and the rows (as COPY's text) of a table in a dump."""
    command = [restore, "--data-only", f"--table={table}", "--file=-", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            yield _columns(process.stdout), _rows(process.stdout)
            process.stdout.read()
            said = process.stderr.read()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise DumpFailed(_words(said))


def _columns(out: IO[bytes]) -> list[str]:
    for line in out:
        found = COPY_HEAD.fullmatch(line.rstrip(b"\n"))
        if found:
            return [one.strip().strip('"') for one in found[1].decode().split(",")]
    return []


def _rows(out: IO[bytes]) -> Iterator[bytes]:
    for line in out:
        if line.rstrip(b"\n") == END_OF_COPY:
            return
        yield line


def _account(connection: Connection) -> dict[str, str]:
    """How this connection was made, in the variables the tools read."""
    from psycopg.pq import Conninfo

    named = {one.keyword.decode(): one.envvar.decode() for one in Conninfo.get_defaults() if one.envvar}
    _, arguments = connection.dialect.create_connect_args(connection.engine.url)
    return {named[name]: str(value) for name, value in arguments.items() if name in named and value is not None}


def _run(command: Sequence[str], account: dict[str, str]) -> str:
    done = subprocess.run(command, env={**os.environ, **account}, capture_output=True, check=False)
    if done.returncode:
        raise DumpFailed(_words(done.stderr))
    return done.stdout.decode(errors="replace")


def _words(said: bytes) -> str:
    return " ".join(said.decode(errors="replace").split()) or "it ended without a word"


def _major(tool: str) -> int:
    """0 if it does not run."""
    try:
        said = subprocess.run([tool, "--version"], capture_output=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(rb"\(PostgreSQL\) (\d+)", said.stdout)
    return int(found[1]) if found and not said.returncode else 0
