"""What every table, view and column means: said in one place, kept in the database where it has room, printed as the dictionary."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Float, Integer, Table
from sqlalchemy.schema import SetColumnComment, SetTableComment

from commune_reports.warehouse.tables import UtcDateTime, metadata

# By these words a view is known to be ours; SQLite keeps them in its text, PostgreSQL in its comment.
MARK = "made by commune-reports db upgrade"
INTRODUCTION = """\
# Data dictionary

Every view and table of the warehouse. Made by `commune-reports db dictionary`; change the headers in `include/sql/views/` or the
comments in `plugins/commune_reports/warehouse/tables.py` instead, then run `make dictionary`.

Views show what is known now: withdrawn files do not count in them, and of several answers the one that counts stands there.
They are for reading: see [reading-the-warehouse.md](reading-the-warehouse.md). Tables are facts, only ever inserted;
`recorded_at` is the moment each became known.

| kind | in PostgreSQL | in SQLite | exported to CSV |
|---|---|---|---|
| text | `varchar`, `text` | text | text |
| integer, number | `integer` or `bigint`, `double precision` | integer, real | 62.5 |
| flag | `boolean` in tables, `integer` in views | 0 or 1 | 0 or 1 |
| date | `date` | text | 2024-11-14 |
| moment in a table: `…_at` | `timestamp with time zone` | text, in UTC | 2024-11-18T17:00:00+07:00 |
| moment in a view: `…_local` | `timestamp`, Vietnam's time | text, Vietnam's time | 2024-11-18T17:00:00+07:00 |
| json | `json` | text | text |
"""
KINDS = (
    (UtcDateTime, "moment"),
    (Date, "date"),
    (Boolean, "flag"),
    (Integer, "integer"),
    (Float, "number"),
    (JSON, "json"),
)


@dataclass(frozen=True)
class Meaning:
    """A column: its name, its kind (text, integer, number, date, moment, flag, json), what it means."""

    name: str
    kind: str
    said: str
    is_nullable: bool = True
    refers_to: str | None = None


@dataclass(frozen=True)
class Described:
    """A table or view: what it is for, what one line of it stands for, by what a line is known."""

    name: str
    purpose: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Meaning, ...]
    is_table: bool = False


def described_tables() -> tuple[Described, ...]:
    """Every table, in the order they are declared."""
    return tuple(_described(one) for one in metadata.tables.values())


def comment_on_tables(connection: Connection) -> None:
    """Keep the meanings of tables and columns in the database, where it has room for them."""
    if connection.dialect.supports_comments:
        for table in metadata.tables.values():
            connection.execute(SetTableComment(table))
            for column in table.columns:
                connection.execute(SetColumnComment(column))


def comment_on(connection: Connection, view: Described) -> None:
    """Keep the meanings of a view and its columns in the database, where it has room for them."""
    if not connection.dialect.supports_comments:
        return
    whole = f"{view.purpose} Grain: {view.grain}. ({MARK})"
    statements = [f"comment on view {view.name} is {_literal(whole)}"]
    statements += [f"comment on column {view.name}.{one.name} is {_literal(one.said)}" for one in view.columns]
    for statement in statements:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def sentence(said: str) -> str:
    """One sentence, closed by its full stop."""
    return said if said.endswith(".") else f"{said}."


def dictionary(views: Iterable[Described]) -> str:
    """The data dictionary as Markdown: views first, because people read those."""
    tables = described_tables()
    known = tuple(views)
    lines = [INTRODUCTION, "## Views", "", *_contents(known), "", "## Tables", "", *_contents(tables), ""]
    for one in (*known, *tables):
        lines += ["", *_chapter(one)]
    return "\n".join(lines) + "\n"


def _described(table: Table) -> Described:
    purpose, _, grain = str(table.comment or "").partition(" Grain: ")
    return Described(
        name=table.name,
        purpose=purpose,
        grain=grain.removesuffix("."),
        key=tuple(one.name for one in table.primary_key),
        columns=tuple(_meaning(one) for one in table.columns),
        is_table=True,
    )


def _meaning(column: Column[object]) -> Meaning:
    return Meaning(
        column.name,
        next((kind for made, kind in KINDS if isinstance(column.type, made)), "text"),
        str(column.comment or ""),
        bool(column.nullable),
        next((key.target_fullname for key in column.foreign_keys), None),
    )


def _contents(described: Sequence[Described]) -> list[str]:
    lines = ["| name | one line is | what for |", "|---|---|---|"]
    return lines + [f"| [{one.name}](#{one.name}) | {one.grain} | {one.purpose} |" for one in described]


def _chapter(one: Described) -> list[str]:
    lines = [
        f"### {one.name}",
        "",
        f"{one.purpose} One line is: {one.grain}. Key: {', '.join(f'`{key}`' for key in one.key)}.",
        "",
    ]
    lines += ["| column | kind | meaning |", "|---|---|---|"]
    for column in one.columns:
        refers = f" Refers to `{column.refers_to}`." if column.refers_to else ""
        empty = " May be empty." if one.is_table and column.is_nullable else ""
        lines.append(f"| `{column.name}` | {column.kind} | {column.said}{refers}{empty} |")
    return lines


def _literal(said: str) -> str:
    return "'" + said.replace("'", "''") + "'"
