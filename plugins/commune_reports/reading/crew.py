"""Many files at once, each read where it can do no harm."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from commune_reports.errors import Transient
from commune_reports.reading.submissions import read_submission, refused
from commune_reports.reading.tasks import Clerk
from commune_reports.task_report import Reading
from commune_reports.workbook import Refusal, whole_file
from commune_reports.workers import Failed, Work, work_through


@dataclass(frozen=True)
class Unread:
    """A file to read that nobody changes meanwhile, and what its folder and the caller say of it (None = nothing)."""

    path: Path
    name: str
    unit_code: str | None
    period_id: str | None


def read_submissions(
    files: Sequence[Unread], *, clerk: Clerk, meanwhile: Callable[[], None] | None = None
) -> list[Reading]:
    """Read files in their order; each within ten seconds and 300 MB, or it becomes a finding.

    Transient if a file is out of reach, or there is nothing to read with.
    """
    work = Work[Unread, Reading | OSError](partial(_read, clerk), lambda file: file.name)
    done = work_through(files, work, meanwhile=meanwhile)
    return [_reading(file, one, clerk) for file, one in zip(files, done, strict=True)]


def _reading(file: Unread, done: Reading | OSError | Failed, clerk: Clerk) -> Reading:
    if isinstance(done, OSError):
        raise Transient(f"{file.path} ({file.name}) cannot be read: {done.strerror}") from done
    if isinstance(done, Failed):
        return Reading(findings=(clerk.wordings.finding("reading_failed", got=done.reason),))
    return done


def _read(clerk: Clerk, file: Unread) -> Reading | OSError:
    try:
        content = whole_file(file.path)
    except OSError as error:  # no fault of the file's
        return error
    if isinstance(content, Refusal):
        return refused(content, clerk)
    reading = read_submission(content, clerk=clerk, unit_code=file.unit_code, period_id=file.period_id)
    for row in reading.rows:
        _ = row.bare  # worked out here, where several files are read at once
    return reading
