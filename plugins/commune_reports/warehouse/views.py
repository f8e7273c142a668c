"""The warehouse as known now, as views for people who bring their own tools: made anew by every migration, never data."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from commune_reports.errors import NeedsHuman
from commune_reports.warehouse.describing import MARK, Described, Meaning, comment_on, sentence
from commune_reports.warehouse.named_sql import USES, gather

HEADER = re.compile(r"^-- (grain|key): (.+)$", re.MULTILINE)
COLUMN = re.compile(r"^-- column ([a-z_0-9]+) \((text|integer|number|date|moment|flag)\): (.+)$", re.MULTILINE)
# What a named statement asks of its caller, a view leaves open: every plan and period, everything known.
LEFT_OPEN = re.compile(
    r"\b(?:[a-z_]+\.)?(?:plan_id = :plan_id|period_id in :period_ids|unit_code in :unit_codes|"
    r"recorded_at <= :as_of|recorded_at >= :since|effective_on <= :on_day)\b"
)
ASKED = re.compile(r"(?<!:):([a-z_]+)")
# What the two databases say differently: local(moment) without zone, in Vietnam's time; subject(letter).
SPOKEN = {
    "sqlite": {
        # Without the fraction, which SQLite would round up and PostgreSQL cuts off.
        "local": r"strftime('%Y-%m-%d %H:%M:%S', substr(\1, 1, 19), '+7 hours')",
        "subject": r"json_extract(\1, '$.subject')",
    },
    "postgresql": {
        "local": r"date_trunc('second', \1 at time zone 'Asia/Ho_Chi_Minh')",
        "subject": r"(\1 ->> 'subject')",
    },
}
STILL_USED = "2BP01"


@dataclass(frozen=True)
class View:
    """A view: what its file says of it, and its statement as written there."""

    described: Described
    uses: tuple[str, ...]
    body: str


def load_views(sql: Path) -> tuple[View, ...]:
    """Every view of the folder of named SQL, by name; NeedsHuman names what a header lacks."""
    return tuple(_view(path) for path in sorted((sql / "views").glob("*.sql")))


def view_of(sql: Path, name: str) -> View:
    """The view of a name that is known."""
    return _view(sql / "views" / f"{name}.sql")


def described_views(sql: Path) -> tuple[Described, ...]:
    """What every view is for, by name."""
    return tuple(one.described for one in load_views(sql))


def statement_of(view: View, sql: Path, dialect: str) -> str:
    """The view's select on a database, put together from the named statements it uses."""
    return _composed(_parts(view, sql, dialect), _said_on(view.body, dialect))


def statement_as_of(view: View, sql: Path, dialect: str, tables: Iterable[str]) -> str:
    """The view's select over no more than the rows of these tables that were recorded by the moment :as_of."""
    # A part of a table's name stands for it; inside, PostgreSQL still sees the table, SQLite if told where it lies.
    house = "main." if dialect == "sqlite" else ""
    known = {name: f"select * from {house}{name} where recorded_at <= :as_of" for name in tables}
    return _composed(known | _parts(view, sql, dialect), _said_on(view.body, dialect))


def _parts(view: View, sql: Path, dialect: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for name in view.uses:
        gather(sql, name, parts)
    opened = {name: LEFT_OPEN.sub("true", body) for name, body in parts.items()}
    for body in (*opened.values(), view.body):
        if asked := ASKED.search(re.sub(r"'[^']*'", "''", body)):
            raise NeedsHuman(
                f"view {view.described.name} cannot be made: it, or a statement it uses, asks for {asked[1]}"
            )
    return {name: _said_on(body, dialect) for name, body in opened.items()}


def _composed(parts: Mapping[str, str], body: str) -> str:
    # Nothing is worked out whole before the reader's filter is known: it goes down into every part.
    needed = ",\n".join(f"{name} as not materialized (\n{part}\n)" for name, part in parts.items())
    own = body.removeprefix("with ")
    return f"with {needed}{',' if own != body else ''}\n{own}" if needed else body


def _said_on(statement: str, dialect: str) -> str:
    for word, said in SPOKEN[dialect].items():
        statement = re.sub(rf"\b{word}\(([a-z_.]+)\)", said, statement)
    return statement


def make_views(connection: Connection, sql: Path) -> None:
    """Make every view, with comments where the database keeps them, for the accounts that may read; on SQLite each is tried."""
    dialect = connection.dialect.name
    for view in load_views(sql):
        name = view.described.name
        statement = statement_of(view, sql, dialect)
        _run(connection, f"create view {name} as\n-- {MARK}\n{statement}")
        _run(connection, f"select * from {name} limit 0")
        comment_on(connection, view.described)


def drop_views(connection: Connection) -> None:
    """Drop the views this or an earlier program made; NeedsHuman if somebody's own view is built on one."""
    for name in made_views(connection):
        try:
            _run(connection, f"drop view {name}")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != STILL_USED:
                raise
            connection.rollback()
            said = " ".join(str(error.orig).split())
            raise NeedsHuman(f"{said}; drop what is built on it, run this again, then make it anew") from error


def made_views(connection: Connection) -> Sequence[str]:
    """The views in the database that a program of ours made."""
    found = inspect(connection)
    if connection.dialect.name == "sqlite":
        return [name for name in found.get_view_names() if MARK in str(found.get_view_definition(name))]
    return [name for name in found.get_view_names() if MARK in str(found.get_table_comment(name)["text"])]


def _view(path: Path) -> View:
    written = path.read_text(encoding="utf-8")
    header = dict(HEADER.findall(written))
    columns = tuple(Meaning(name, kind, said) for name, kind, said in COLUMN.findall(written))
    if not columns or header.keys() != {"grain", "key"} or not written.startswith("-- "):
        raise NeedsHuman(f"include/sql/views/{path.name}: a view tells its purpose, its grain, its key and its columns")
    lines = written.splitlines()
    uses = USES.search(written)
    return View(
        Described(
            name=path.stem,
            purpose=sentence(lines[0].removeprefix("-- ")),
            grain=header["grain"],
            key=tuple(header["key"].split(", ")),
            columns=columns,
        ),
        tuple(uses[1].split(", ")) if uses else (),
        "\n".join(line for line in lines if not line.startswith("--")).strip(),
    )


def _run(connection: Connection, statement: str) -> None:
    """A statement exactly as written: neither % nor : mean anything in it."""
    connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
