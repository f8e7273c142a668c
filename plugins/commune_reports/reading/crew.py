"""Many files at once, each read where it can do no harm."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from commune_reports.reading.submissions import read_submission
from commune_reports.reading.tasks import Clerk
from commune_reports.task_report import Reading
from commune_reports.workbook import too_large
from commune_reports.workers import Failed, Work, work_through


@dataclass(frozen=True)
class Unread:
    """A file to read, and what its folder and the caller say of it (None = nothing)."""

    content: bytes = field(repr=False)
    name: str
    unit_code: str | None
    period_id: str | None


def read_submissions(
    files: Sequence[Unread], *, clerk: Clerk, meanwhile: Callable[[], None] | None = None
) -> list[Reading]:
    """Read files in their order; each within ten seconds and 300 MB, or it becomes a finding."""
    work: Work[Unread, Reading] = Work(partial(_read, clerk), lambda file: file.name)
    # A worker dies of a file it has no memory to receive, before its time is counted, and the others wait for ever: what is
    # too large is refused here, at once.
    handed = [file for file in files if not too_large(file.content)]
    done = work_through(handed, work, meanwhile=meanwhile)
    coming = iter(done)
    return [_read(clerk, file) if too_large(file.content) else _reading(next(coming), clerk) for file in files]


def _reading(done: Reading | Failed, clerk: Clerk) -> Reading:
    if isinstance(done, Failed):
        return Reading(findings=(clerk.wordings.finding("reading_failed", got=done.reason),))
    return done


def _read(clerk: Clerk, file: Unread) -> Reading:
    return read_submission(file.content, clerk=clerk, unit_code=file.unit_code, period_id=file.period_id)
