"""The statements in include/sql by name: put together from the ones they use, their parameters and columns typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import JSON, Connection, Date, String, bindparam, text

from commune_reports.errors import NeedsHuman
from commune_reports.garbage import garbage_left_lying
from commune_reports.warehouse.tables import UtcDateTime

USES = re.compile(r"^-- uses: (.+)$", re.MULTILINE)
# What PostgreSQL has to be told: on tables nobody has analyzed yet its planner takes every join for a single row, and with
# the memory it gives a sort by default it writes a large period to disk and reads it again.
SETTING = re.compile(r"^-- postgresql: ([a-z_]+ = \S+)$", re.MULTILINE)
# A part that is put in where it is used instead of being worked out whole before; both databases understand the words.
INLINED = re.compile(r"^-- inlined: .+$", re.MULTILINE)
ORDER = re.compile(r"^-- order: (.+)$", re.MULTILINE)
# Columns and parameters whose text or bytes in SQLite mean something else.
RESULTS: dict[str, Any] = {
    "received_at": UtcDateTime(),
    "first_received_at": UtcDateTime(),
    "last_received_at": UtcDateTime(),
    "unit_due_at": UtcDateTime(),
    "until_at": UtcDateTime(),
    "cut_off_at": UtcDateTime(),
    "deadline_at": UtcDateTime(),
    "completed_on": Date(),
    "window_end": Date(),
    "effective_from": Date(),
    "cells": JSON(),
}
PARAMETERS: dict[str, Any] = {"as_of": UtcDateTime(), "since": UtcDateTime(), "window_end": Date(), "on_day": Date()}
LISTS = ("period_ids", "unit_codes", "text_keys")

Value = TypeVar("Value")


def ask(connection: Connection, folder: Path, name: str, asked: Mapping[str, Any]) -> list[Any]:
    """The rows that include/sql/NAME.sql answers, with the statements it uses put before it, in the order it declares."""
    statement, settings = _named(folder, name)
    if connection.dialect.name != "postgresql":
        return _fetched(connection, statement, asked)
    for setting in settings:
        connection.execute(text(f"set local {setting}"))
    rows = _fetched(connection, statement, asked)
    for setting in settings:
        connection.execute(text(f"set local {setting.split('=')[0]} to default"))
    return rows


def _fetched(connection: Connection, statement: Any, asked: Mapping[str, Any]) -> list[Any]:
    # Rows hold no cycles, and looking for some among a hundred thousand of them costs as much as fetching them.
    with garbage_left_lying():
        return list(connection.execute(statement, asked).all())


def values_of(kind: type[Value], row: Any) -> Value:
    """A row as a value: each field from the column of its name."""
    return kind(**{field.name: row._mapping[field.name] for field in fields(kind)})  # type: ignore[arg-type]


@lru_cache(maxsize=64)
def _named(folder: Path, name: str) -> tuple[Any, tuple[str, ...]]:
    """The composed statement, and what PostgreSQL has to be told for it."""
    parts: dict[str, str] = {}
    gather(folder, name, parts)
    settings = tuple(dict.fromkeys(one for part in parts for one in SETTING.findall(_written(folder, part))))
    statement = parts.pop(name)
    needed = ",\n".join(
        f"{part} as {_how(folder, part, (*parts.values(), statement))}(\n{body}\n)" for part, body in parts.items()
    )
    order = ORDER.search(_written(folder, name))
    whole = f"select * from (\n{statement}\n) as answer" + (f"\norder by {order[1]}" if order else "")
    typed = text(f"with {needed}\n{whole}" if needed else whole)
    asked = set(re.findall(r"(?<!:):([a-z_]+)", typed.text))
    kinds = [bindparam(one, type_=kind) for one, kind in PARAMETERS.items() if one in asked]
    lists: list[Any] = [bindparam(one, expanding=True, type_=String()) for one in LISTS if one in asked]
    results = {one: kind for one, kind in RESULTS.items() if re.search(rf"\b{one}\b", statement)}
    return typed.bindparams(*kinds, *lists).columns(**results), settings


def _how(folder: Path, part: str, bodies: Sequence[str]) -> str:
    """Whether a part is worked out whole: newer SQLites work one that is used twice out twice, if they are not told."""
    if INLINED.search(_written(folder, part)):
        return "not materialized "
    uses = sum(len(re.findall(rf"\b(?:from|join) {part}\b", body)) for body in bodies)
    return "materialized " if uses > 1 else ""


def gather(folder: Path, name: str, parts: dict[str, str]) -> None:
    """Collect a statement after everything it uses, each once, without headers."""
    if name in parts:
        return
    written = _written(folder, name)
    uses = USES.search(written)
    for needed in uses[1].replace(",", " ").split() if uses else ():
        gather(folder, needed, parts)
    parts[name] = "\n".join(line for line in written.splitlines() if not line.startswith("--")).strip().rstrip(";")


def _written(folder: Path, name: str) -> str:
    try:
        return (folder / f"{name}.sql").read_text(encoding="utf-8")
    except OSError as error:
        raise NeedsHuman(f"include/sql/{name}.sql cannot be read: {error.strerror}") from error
