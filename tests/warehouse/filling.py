"""A warehouse of any revision with rows in every table: nulls, Vietnamese, what COPY must escape, microseconds, nesting."""

import os
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, select

from commune_reports.warehouse import connecting
from commune_reports.warehouse.copying import continue_numbers, shape_of
from commune_reports.warehouse.tables import UtcDateTime

Rows = dict[str, list[dict[str, Any]]]
MOMENT = datetime(2024, 11, 15, 2, 30, 0, 123456, tzinfo=UTC)
TEXTS = ("Đại Lãnh: “nhiệm vụ”", "one\ttwo\\N\n\\.\nthree", "'; drop table plan; --", "")


def fill(url: str, revision: str, *, count: int = 5, start: int = 1) -> Rows:
    """Put so many rows into every table of a revision; what each holds then."""
    shape = shape_of(revision)
    with connecting.engine_at(url, os.getpid()).begin() as connection:
        for table in shape.sorted_tables:
            rows = [
                {one.name: _value(table, one, number) for one in table.columns}
                for number in range(start, start + count)
            ]
            connection.execute(insert(table), rows)
        continue_numbers(connection, shape)
    return rows_of(url, revision)


def rows_of(url: str, revision: str) -> Rows:
    """Everything a warehouse holds in the tables and columns of a revision, in the order of the keys."""
    with connecting.engine_at(url, os.getpid()).begin() as connection:
        return {one.name: _rows(connection, one) for one in shape_of(revision).sorted_tables}


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    found = [dict(row._mapping) for row in connection.execute(select(table))]
    return sorted(found, key=lambda row: [str(row[one.name]) for one in table.primary_key.columns])


def _value(table: Table, column: Column[Any], number: int) -> Any:
    name = (table.name, column.name)
    digest = f"{number:064x}"
    special = {
        ("submission", "sha256"): digest,
        ("letter", "content"): {"subject": TEXTS[number % 4], "attachments": []},
        ("report", "files"): [],
    }
    if name in special:
        return special[name]
    if column.nullable and number % 2:
        return None
    kind = datetime if isinstance(column.type, UtcDateTime) else column.type.python_type
    if kind is str:
        limit = getattr(column.type, "length", None)
        return f"key-{number}" if limit else f"{number} {TEXTS[number % 4]}"
    values: dict[type, Any] = {
        int: number,
        float: number / 3,
        bool: bool(number % 2),
        date: date(2024, 11, 14) + timedelta(days=number),
        datetime: MOMENT + timedelta(microseconds=number),
    }
    return values.get(kind, {"status": f"E{number}", "sâu": [1.5, None, {"a": TEXTS[number % 4]}]})
