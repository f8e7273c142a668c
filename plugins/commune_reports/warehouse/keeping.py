"""What the warehouse knows about the files kept beside it, and about its own state."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from commune_reports.period import in_vietnam
from commune_reports.warehouse import tables
from commune_reports.warehouse.copying import count_rows, lacking, shape_of


@dataclass(frozen=True)
class NamedFile:
    """A file a row names: its digest, its path under home (None for what communes sent: the archive knows), and a word for it."""

    sha256: str
    path: str | None
    called: str


@dataclass(frozen=True)
class State:
    """A warehouse as it stands: rows by table, what its tables lack, bytes, and the newest submission."""

    rows: dict[str, int]
    lacking: tuple[str, ...]
    size: int
    last_submission: str | None


# The tables whose rows name files.
NAMING = ("submission", "letter", "report")


def named_files(connection: Connection, *, as_of: datetime | None = None) -> list[NamedFile]:
    """Every file some row names, or named at a moment, each once: what communes sent, letters carry, reports consist of."""
    came, sent, made = tables.submission, tables.letter, tables.report
    found: dict[tuple[str, str | None], NamedFile] = {}
    arrivals = select(came.c.sha256, came.c.file_name, came.c.unit_code).order_by(came.c.recorded_at)
    for row in connection.execute(tables.known_at(arrivals, came, as_of)):
        called = f"{row.file_name} of unit {row.unit_code or 'unknown'}"
        found.setdefault((row.sha256, None), NamedFile(row.sha256, None, called))
    attached = select(sent.c.letter_key.label("name"), sent.c.content["attachments"].label("files"))
    reports = select((made.c.plan_id + " " + made.c.period_id).label("name"), made.c.files)
    for statement, table in ((attached.order_by(sent.c.number), sent), (reports, made)):
        for name, files in connection.execute(tables.known_at(statement, table, as_of)):
            for one in files or ():
                key = (one["sha256"], one["path"])
                found.setdefault(key, NamedFile(*key, f"{one['name']} of {name}"))
    return list(found.values())


def state_of(connection: Connection, revision: str, *, as_of: datetime | None = None) -> State:
    """The warehouse's state, also where tables are missing; as of a moment, with the rows known then. Bytes are today's."""
    shape = shape_of(revision)
    missing = lacking(connection, shape)
    whole = [name for name in sorted(shape.tables) if name not in missing]
    newest = None
    if not any(one.partition(".")[0] == "submission" for one in missing):
        came = tables.submission
        newest = connection.execute(tables.known_at(select(func.max(came.c.received_at)), came, as_of)).scalar_one()
    return State(
        rows=count_rows(connection, shape, only=whole, as_of=as_of),
        lacking=tuple(missing),
        size=_size(connection, whole),
        last_submission=in_vietnam(newest) if newest else None,
    )


def _size(connection: Connection, names: list[str]) -> int:
    if connection.dialect.name == "sqlite":
        pages = connection.execute(text("pragma page_count")).scalar_one()
        return int(pages * connection.execute(text("pragma page_size")).scalar_one())
    size = text("select pg_total_relation_size(cast(:name as regclass))")
    return sum(int(connection.execute(size, {"name": f'"{name}"'}).scalar_one()) for name in names)
