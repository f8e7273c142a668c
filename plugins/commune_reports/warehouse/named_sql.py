"""The statements in include/sql by name: put together from the ones they use, their parameters and columns typed."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Date, bindparam, text

from commune_reports.errors import NeedsHuman
from commune_reports.warehouse.tables import UtcDateTime

USES = re.compile(r"^-- uses: (.+)$", re.MULTILINE)
ORDER = re.compile(r"^-- order: (.+)$", re.MULTILINE)
# Columns and parameters whose text or bytes in SQLite mean something else.
RESULTS: dict[str, Any] = {
    "received_at": UtcDateTime(),
    "first_received_at": UtcDateTime(),
    "last_received_at": UtcDateTime(),
    "unit_due_at": UtcDateTime(),
    "cut_off_at": UtcDateTime(),
    "deadline_at": UtcDateTime(),
    "completed_on": Date(),
    "window_end": Date(),
    "cells": JSON(),
}
PARAMETERS: dict[str, Any] = {"as_of": UtcDateTime(), "since": UtcDateTime(), "window_end": Date()}
LISTS = ("period_ids",)


def named(folder: Path, name: str) -> Any:
    """The statement in include/sql/NAME.sql with the ones it uses put before it, in the order it declares."""
    return _named(folder, name)


@lru_cache(maxsize=64)
def _named(folder: Path, name: str) -> Any:
    parts: dict[str, str] = {}
    _gather(folder, name, parts)
    statement = parts.pop(name)
    needed = ",\n".join(f"{part} as (\n{body}\n)" for part, body in parts.items())
    order = ORDER.search(_written(folder, name))
    whole = f"select * from (\n{statement}\n) as answer" + (f"\norder by {order[1]}" if order else "")
    typed = text(f"with {needed}\n{whole}" if needed else whole)
    asked = set(re.findall(r"(?<!:):([a-z_]+)", typed.text))
    kinds = [bindparam(one, type_=kind) for one, kind in PARAMETERS.items() if one in asked]
    lists: list[Any] = [bindparam(one, expanding=True) for one in LISTS if one in asked]
    typed = typed.bindparams(*kinds, *lists)
    return typed.columns(**{one: kind for one, kind in RESULTS.items() if re.search(rf"\b{one}\b", statement)})


def _gather(folder: Path, name: str, parts: dict[str, str]) -> None:
    """Collect a statement after everything it uses."""
    if name in parts:
        return
    written = _written(folder, name)
    uses = USES.search(written)
    for needed in uses[1].replace(",", " ").split() if uses else ():
        _gather(folder, needed, parts)
    parts[name] = "\n".join(line for line in written.splitlines() if not line.startswith("--")).strip().rstrip(";")


def _written(folder: Path, name: str) -> str:
    try:
        return (folder / f"{name}.sql").read_text(encoding="utf-8")
    except OSError as error:
        raise NeedsHuman(f"include/sql/{name}.sql cannot be read: {error.strerror}") from error
