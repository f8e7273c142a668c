"""`commune-reports check`: the pipeline's own answer to a file, on anybody's machine, changing nothing."""

import errno
import hashlib
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import make_url

from commune_reports import inbox
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.letters import receipt_verdict
from commune_reports.marking import Heading
from commune_reports.plan import load_plan
from commune_reports.settings import Settings
from commune_reports.steps.comparing import Memory
from commune_reports.steps.desk import plan_period
from commune_reports.steps.examining import Bench, Examined, Incoming, examine
from commune_reports.steps.repeating import rows_counting, without_copies
from commune_reports.steps.returning import Unmarked, marked_copies, marked_name, wants_marks
from commune_reports.task_report import STATED
from commune_reports.warehouse import open_warehouse, wait_for_facts
from commune_reports.workbook import LARGEST_FILE

LARGEST_BATCH = 64
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What a check is to suppose, and the folder for marked workbooks (None: none are wanted).

    Files are held against what was known `as_of` a moment, `now` if None.
    """

    unit: str | None
    period: str | None
    now: datetime
    as_of: datetime | None = None
    marked_to: Path | None = None


def check(settings: Settings, files: Sequence[Path], asked: Asked) -> Iterator[dict[str, Any]]:
    """Read and validate each file as the pipeline would; yields one answer per file as soon as it is known."""
    unit, period, now = asked.unit, asked.period, asked.now
    plan = load_plan(settings.plan_file)
    if period is not None:
        plan_period(plan, period)
    if unit is not None and unit not in {one.code for one in plan.units}:
        raise NeedsHuman(f"unit {unit} is not in plan {plan.id}; it has {', '.join(one.code for one in plan.units)}")
    for path in files:  # a wrong name is said before any answer, not between two
        _readable(path)
    bench, memory = Bench.load(settings, plan), _memory(settings, asked.as_of or now)
    done, size = 0, 1
    while done < len(files):
        with _folder_aside() as folder:
            taken = [_taken(path, folder / str(number)) for number, path in enumerate(files[done : done + size])]
            batch = [
                Incoming(f"{number}", one.path.name, one.kept, unit, now, period) for number, one in enumerate(taken)
            ]
            examined = examine(bench, batch, memory=memory)
            judged = _told_of_copies(examined, taken, bench, memory)
            marked = _marked(judged, taken, asked.marked_to) if asked.marked_to else {}
        for file, before, one in zip(taken, examined, judged, strict=True):
            answer = _answer(file, one) | {"tasks": _tasks(before)}
            yield answer | ({"marked": marked.get(one.incoming.id)} if asked.marked_to else {})
        # One validation run costs the same for one file as for fifty: the first answer comes at once, the rest in bulk.
        done, size = done + size, min(size * 8, LARGEST_BATCH)


def _told_of_copies(
    judged: Sequence[Examined], taken: Sequence["_Taken"], bench: Bench, memory: Memory | None
) -> list[Examined]:
    """The files, each said to be known if it was received before; they know nothing of each other."""
    if memory is None:
        return [*judged]
    with memory.warehouse.reading() as connection:
        counting = rows_counting(connection, memory.warehouse, bench.plan.id, judged, as_of=memory.as_of)
    digests = {one.incoming.id: file.sha256 for one, file in zip(judged, taken, strict=True)}
    return [same for one in judged for same in without_copies(bench, [one], digests, counting)]


@contextmanager
def _folder_aside() -> Iterator[Path]:
    try:
        made = TemporaryDirectory(prefix="commune-reports-")
    except OSError as error:
        raise NeedsHuman(
            f"no temporary folder can be made ({error.strerror}); set TMPDIR to a folder with room"
        ) from error
    with made as folder:
        yield Path(folder)


@dataclass(frozen=True)
class _Taken:
    """A file that was asked about, and its bytes at that moment, where nobody changes them."""

    path: Path
    kept: Path
    sha256: str


def _taken(path: Path, kept: Path) -> _Taken:
    try:
        if path.stat().st_size <= LARGEST_FILE:
            shutil.copyfile(path, kept)
        else:
            kept = path  # it is answered by its size alone
        with kept.open("rb") as file:
            return _Taken(path, kept, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Transient(
                f"no room left in {kept.parent}; free disk space or set TMPDIR to a folder with room"
            ) from error
        raise _unreadable(path, error.strerror) from error


def _marked(judged: Sequence[Examined], taken: Sequence[_Taken], folder: Path) -> dict[str, str]:
    """The workbooks with their wrong cells marked, written into a folder; their paths by file."""
    wanted = [
        Unmarked(
            submission_id=one.incoming.id,
            path=one.incoming.path,
            findings=one.assessment.findings,
            heading=Heading(receipt_verdict(one.assessment), (("Tệp", one.incoming.name),)),
            stem=f"{file.path.stem}-{file.sha256[:6]}",
        )
        for one, file in zip(judged, taken, strict=True)
        if wants_marks(one.assessment.findings)
    ]
    written = {}
    for file, marked in marked_copies(wanted):
        path = folder / marked_name(file.stem, marked)
        inbox.write_whole(path, marked.content)
        written[file.submission_id] = str(path)
    return written


def _memory(settings: Settings, now: datetime) -> Memory | None:
    """What the warehouse knows, where there is one: on a commune's own machine there is none."""
    try:
        url = make_url(settings.warehouse_url)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
            return None
        house = open_warehouse(settings.warehouse_url, include=settings.include)
        wait_for_facts(house, now)
        return Memory(house, now, together=False)
    except (NeedsHuman, Transient) as error:
        log.warning("checking without what was reported before: %s", error)
        return None


def _readable(path: Path) -> None:
    try:
        if path.exists() and not path.is_dir() and not path.is_file():  # a pipe or device would be waited for
            raise _unreadable(path, "not a file")
        path.open("rb").close()
    except OSError as error:
        raise _unreadable(path, error.strerror) from error


def _unreadable(path: Path, reason: str | None) -> NeedsHuman:
    return NeedsHuman(f"{path} cannot be read: {reason}")


def _answer(taken: _Taken, examined: Examined) -> dict[str, Any]:
    assessment = examined.assessment
    return {
        "file": str(taken.path),
        "sha256": taken.sha256,
        "unit": examined.unit_code,
        "period": examined.period.id if examined.period else None,
        "verdict": assessment.verdict,
        "rows": {
            "owed": assessment.rows_owed,
            "read": assessment.rows_read,
            "accepted": assessment.rows_accepted,
            "nil": assessment.rows_nil,
        },
        "findings": [
            {
                "code": finding.code,
                "severity": str(finding.severity),
                "sheet": finding.sheet,
                "cell": finding.cell,
                "row": finding.row,
                "column": finding.column,
                "task": finding.task,
                "got": finding.got,
                "wanted": finding.wanted,
                "message": finding.message,
            }
            for finding in assessment.findings
        ],
    }


def _tasks(examined: Examined) -> list[dict[str, Any]]:
    """What was read of every task, and whether it is accepted."""
    accepted = {(row.sheet, row.row) for row in examined.assessment.accepted}
    return [
        {
            "task": row.task_code,
            "matched_by": row.matched_by,
            "sheet": row.sheet,
            "row": row.row,
            "accepted": (row.sheet, row.row) in accepted,
            **{name: getattr(row, name) for name in STATED},
            "completed_on": row.completed_on.isoformat() if row.completed_on else None,
        }
        for row in examined.rows
    ]
