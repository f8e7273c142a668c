"""`commune-reports check`: the pipeline's own answer to a file, on anybody's machine, changing nothing."""

import errno
import hashlib
import logging
import shutil
import stat
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
from commune_reports.findings import Finding
from commune_reports.letters import receipt_verdict
from commune_reports.marking import Heading
from commune_reports.plan import load_plan
from commune_reports.settings import Settings
from commune_reports.steps.comparing import Memory
from commune_reports.steps.desk import plan_period
from commune_reports.steps.examining import Bench, Examined, Incoming, examine
from commune_reports.steps.repeating import rows_counting, without_copies
from commune_reports.steps.returning import Unmarked, marked_copies, marked_name, wants_marks
from commune_reports.task_report import STATED, sheet_named
from commune_reports.warehouse import open_warehouse, wait_for_facts
from commune_reports.workbook import LARGEST_FILE

LARGEST_BATCH = 64
# What is named like a file and is none: reading it would wait for ever, or there is nothing to read.
NO_FILES = (
    (stat.S_ISFIFO, "đường ống dữ liệu (pipe)"),
    (stat.S_ISSOCK, "đầu nối dữ liệu (socket)"),
    (stat.S_ISCHR, "thiết bị"),
    (stat.S_ISBLK, "thiết bị"),
    (stat.S_ISLNK, "liên kết tới một tệp không có"),
)
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
    """Read and validate each file as the pipeline would; yields one answer per file as soon as it is known.

    A folder stands for the files in it and below; what is no file at all is answered as such.
    """
    plan = load_plan(settings.plan_file)
    if asked.period is not None:
        plan_period(plan, asked.period)
    if asked.unit is not None and asked.unit not in {one.code for one in plan.units}:
        raise NeedsHuman(
            f"unit {asked.unit} is not in plan {plan.id}; it has {', '.join(one.code for one in plan.units)}"
        )
    meant = [(path, _meant(path)) for path in files]  # a wrong name is said before any answer, not between two
    empty = [str(path) for path, named in meant if not named]
    if len(empty) == len(meant):
        raise NeedsHuman(f"no file in {', '.join(empty)}; name a file or a folder with files")
    if empty:
        log.warning("no file in %s", ", ".join(empty))
    named = [one for _, some in meant for one in some]
    bench, memory = Bench.load(settings, plan), _memory(settings, asked.as_of or asked.now)
    answers = _answers([path for path, no_file in named if no_file is None], bench, memory, asked)
    for path, no_file in named:
        yield next(answers) if no_file is None else _answer_to_no_file(path, no_file, bench, asked)


def _answers(files: Sequence[Path], bench: Bench, memory: Memory | None, asked: Asked) -> Iterator[dict[str, Any]]:
    done, size = 0, 1
    while done < len(files):
        with _folder_aside() as folder:
            taken = [_taken(path, folder / str(number)) for number, path in enumerate(files[done : done + size])]
            batch = [
                Incoming(f"{number}", one.path.name, one.kept, asked.unit, asked.now, asked.period)
                for number, one in enumerate(taken)
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


def _meant(path: Path) -> list[tuple[Path, str | None]]:
    """The files a name stands for, each with what it is if it is none."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) and path.exists():
            mode = path.stat().st_mode
        no_file = next((words for is_it, words in NO_FILES if is_it(mode)), None)
        named = [one for one, _ in inbox.files_below(path)] if stat.S_ISDIR(mode) else [path]
        for one in named if no_file is None else ():
            one.open("rb").close()
    except OSError as error:
        raise _unreadable(Path(error.filename or path), error.strerror) from error
    return [(one, no_file) for one in named]


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
        "findings": [_told(finding) for finding in assessment.findings],
    }


def _answer_to_no_file(path: Path, no_file: str, bench: Bench, asked: Asked) -> dict[str, Any]:
    """The same of what has neither bytes nor, by them, a SHA-256."""
    return {
        "file": str(path),
        "sha256": None,
        "unit": asked.unit,
        "period": asked.period,
        "verdict": "rejected",
        "rows": {"owed": 0, "read": 0, "accepted": 0, "nil": 0},
        "findings": [_told(bench.wordings.finding("wrong_format", got=no_file))],
        "tasks": [],
    } | ({"marked": None} if asked.marked_to else {})


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "sheet": sheet_named(finding.sheet) if finding.sheet else None,
        "cell": finding.cell,
        "row": finding.row,
        "column": finding.column,
        "task": finding.task,
        "got": finding.got,
        "wanted": finding.wanted,
        "message": finding.message,
    }


def _tasks(examined: Examined) -> list[dict[str, Any]]:
    """What was read of every task, and whether it is accepted."""
    accepted = {(row.sheet, row.row) for row in examined.assessment.accepted}
    return [
        {
            "task": row.task_code,
            "matched_by": row.matched_by,
            "sheet": sheet_named(row.sheet),
            "row": row.row,
            "accepted": (row.sheet, row.row) in accepted,
            **{name: getattr(row, name) for name in STATED},
            "completed_on": row.completed_on.isoformat() if row.completed_on else None,
        }
        for row in examined.rows
    ]
