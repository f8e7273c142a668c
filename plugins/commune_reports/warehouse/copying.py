"""Rows carried from one database to another, whichever kind each of them is, by the shape a revision gives its tables."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    MetaData,
    Select,
    Table,
    create_engine,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.pool import StaticPool

from commune_reports.warehouse.migrating import make_tables, revisions
from commune_reports.warehouse.tables import UtcDateTime, known_at

BATCH = 2_000
VERSION_TABLE = "alembic_version"


@lru_cache(maxsize=16)
def shape_of(revision: str) -> MetaData:
    """The tables of a revision as its migrations make them, in types that mean the same on both databases."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    shape = MetaData()
    event.listen(shape, "column_reflect", _same_everywhere)
    with engine.connect() as connection:
        make_tables(connection, revision)
        shape.reflect(connection, only=lambda name, _: name != VERSION_TABLE)
    engine.dispose()
    return shape


def _same_everywhere(_inspector: Any, _table: Table, column: dict[str, Any]) -> None:
    generic = column["type"].as_generic()
    if isinstance(generic, DateTime):
        generic = UtcDateTime()
    elif isinstance(generic, JSON):
        generic = JSON(none_as_null=column["nullable"])
    column["type"] = generic


def known_tables() -> frozenset[str]:
    """Every table any revision of this program has or had."""
    return frozenset(name for revision in revisions() for name in shape_of(revision).tables)


def copy_rows(source: Connection, target: Connection, shape: MetaData) -> None:
    """Insert every row of the source's tables into the target's empty ones, a batch in memory at a time."""
    for table in shape.sorted_tables:
        found = source.execute(select(table), execution_options={"yield_per": BATCH})
        if target.dialect.name == "postgresql":
            _copy_in(target, table, found)
            continue
        for batch in found.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in batch])


def copy_file(path: Path, target: Connection, shape: MetaData) -> None:
    """Insert every row of a SQLite file into the empty tables of a SQLite database; the values stay as they lie there."""
    quoted = target.dialect.identifier_preparer.quote_identifier
    target.exec_driver_sql("pragma trusted_schema = off")
    target.exec_driver_sql("attach database ? as copied", (str(path),))
    for table in shape.sorted_tables:
        name, columns = quoted(table.name), ", ".join(quoted(one.name) for one in table.columns)
        target.exec_driver_sql(f"insert into main.{name} ({columns}) select {columns} from copied.{name}")
    target.exec_driver_sql("pragma trusted_schema = on")  # our own views use functions that one forbids


def _copy_in(target: Connection, table: Table, rows: Iterable[Any]) -> None:
    """PostgreSQL's COPY, a row at a time: several times faster than inserting."""
    from psycopg.types.json import Json

    quoted = target.dialect.identifier_preparer.quote_identifier
    columns = list(table.columns)
    nested = [place for place, one in enumerate(columns) if isinstance(one.type, JSON)]
    statement = f"copy {quoted(table.name)} ({', '.join(quoted(one.name) for one in columns)}) from stdin"
    driver: Any = target.connection.driver_connection
    with closing(driver.cursor()) as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = list(row)
            for place in nested:
                values[place] = None if values[place] is None else Json(values[place])
            copy.write_row(values)


def continue_numbers(connection: Connection, shape: MetaData) -> None:
    """Let numbers the database gives go on after the highest one there is; SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in shape.sorted_tables:
        numbered = table.autoincrement_column
        if numbered is None:
            continue
        sequence = func.pg_get_serial_sequence(table.name, numbered.name)
        highest = select(func.max(numbered)).scalar_subquery()
        found = connection.execute(select(sequence, highest)).one()
        if None not in found:
            connection.execute(text("select setval(:sequence, :highest)"), {"sequence": found[0], "highest": found[1]})


def count_rows(
    connection: Connection, shape: MetaData, only: Iterable[str] | None = None, *, as_of: datetime | None = None
) -> dict[str, int]:
    """How many rows each table holds, or held at a moment, by name; of some tables only if they are named."""
    return {
        name: connection.execute(known_at(_counted(shape.tables[name]), shape.tables[name], as_of)).scalar_one()
        for name in sorted(shape.tables if only is None else only)
    }


def _counted(table: Table) -> Select[Any]:
    return select(func.count()).select_from(table)


def rows_lost(connection: Connection, found: str, revision: str) -> dict[str, int]:
    """How many rows the tables hold that an earlier revision has not, and in how many a column is filled it has not."""
    now, then = shape_of(found), shape_of(revision)
    gone = [name for name in now.tables if name not in then.tables]
    lost = count_rows(connection, now, only=sorted(gone))
    for name, table in sorted(then.tables.items()):
        for column in now.tables[name].columns:
            if column.name not in table.columns:
                filled = select(func.count(column)).select_from(now.tables[name])
                lost[f"{name}.{column.name}"] = connection.execute(filled).scalar_one()
    return lost


def drop_tables(connection: Connection) -> None:
    """Drop every table of ours, whatever its shape; views and tables of others stay, or stop it."""
    there = set(inspect(connection).get_table_names()) & (known_tables() | {VERSION_TABLE})
    found = MetaData()
    found.reflect(connection, only=sorted(there), resolve_fks=False)
    found.drop_all(connection)


def lacking(connection: Connection, shape: MetaData) -> list[str]:
    """Tables, and columns as table.column, that the shape has and the database has not."""
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    missing = [name for name in sorted(shape.tables) if name not in there]
    for name in sorted(set(shape.tables) & there):
        columns = {one["name"] for one in inspector.get_columns(name)}
        missing += [f"{name}.{one.name}" for one in shape.tables[name].columns if one.name not in columns]
    return missing


def unequal(wanted: Mapping[str, int], found: Mapping[str, int]) -> str:
    """Where two counts of rows differ, in words; empty if nowhere."""
    names = sorted(wanted.keys() | found.keys())
    return ", ".join(
        f"{name}: {found.get(name, 0)} rows, wanted {wanted.get(name, 0)}"
        for name in names
        if wanted.get(name, 0) != found.get(name, 0)
    )
