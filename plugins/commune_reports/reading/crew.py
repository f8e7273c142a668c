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
    # A worker dies of a file it has no memory to receive, before its time is counted, and the others wait for ever.
    refused = {number: found for number, file in enumerate(files) if (found := too_large(file.content))}
    handed = [file for number, file in enumerate(files) if number not in refused]
    done = work_through(handed, work, meanwhile=meanwhile)
    coming = iter(done)
    readings: list[Reading] = []
    for number in range(len(files)):
        if number in refused:
            one = refused[number]
            readings.append(Reading(findings=(clerk.wordings.finding(one.code, got=one.got, wanted=one.wanted),)))
            continue
        read = next(coming)
        if isinstance(read, Failed):
            readings.append(Reading(findings=(clerk.wordings.finding("reading_failed", got=read.reason),)))
        else:
            readings.append(read)
    return readings


def _read(clerk: Clerk, file: Unread) -> Reading:
    return read_submission(file.content, clerk=clerk, unit_code=file.unit_code, period_id=file.period_id)
