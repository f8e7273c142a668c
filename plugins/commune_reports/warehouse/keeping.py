"""What the warehouse knows about the files kept beside it, and about its own state."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

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


def named_files(connection: Connection) -> list[NamedFile]:
    """Every file some row names, each once: what communes sent, what letters carry, what reports consist of."""
    came, sent, made = tables.submission, tables.letter, tables.report
    found: dict[tuple[str, str | None], NamedFile] = {}
    arrivals = select(came.c.sha256, came.c.file_name, came.c.unit_code).order_by(came.c.recorded_at)
    for row in connection.execute(arrivals):
        called = f"{row.file_name} of unit {row.unit_code or 'unknown'}"
        found.setdefault((row.sha256, None), NamedFile(row.sha256, None, called))
    attached = select(sent.c.letter_key.label("name"), sent.c.content["attachments"].label("files"))
    reports = select((made.c.plan_id + " " + made.c.period_id).label("name"), made.c.files)
    for statement in (attached.order_by(sent.c.number), reports):
        for name, files in connection.execute(statement):
            for one in files or ():
                key = (one["sha256"], one["path"])
                found.setdefault(key, NamedFile(*key, f"{one['name']} of {name}"))
    return list(found.values())


def state_of(connection: Connection, revision: str) -> State:
    """The warehouse's state, also where tables are missing."""
    shape = shape_of(revision)
    missing = lacking(connection, shape)
    whole = [name for name in sorted(shape.tables) if name not in missing]
    newest = None
    if not any(one.partition(".")[0] == "submission" for one in missing):
        newest = connection.execute(select(func.max(tables.submission.c.received_at))).scalar_one()
    return State(
        rows=count_rows(connection, shape, only=whole),
        lacking=tuple(missing),
        size=_size(connection, whole),
        last_submission=newest.isoformat() if newest else None,
    )


def _size(connection: Connection, names: list[str]) -> int:
    if connection.dialect.name == "sqlite":
        pages = connection.execute(text("pragma page_count")).scalar_one()
        return int(pages * connection.execute(text("pragma page_size")).scalar_one())
    size = text("select pg_total_relation_size(cast(:name as regclass))")
    return sum(int(connection.execute(size, {"name": f'"{name}"'}).scalar_one()) for name in names)
