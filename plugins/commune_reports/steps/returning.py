"""The senders' own workbooks, marked where something is wrong, kept under home until they are given back."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from commune_reports import inbox
from commune_reports.findings import Finding, Severity
from commune_reports.letters import Attachment
from commune_reports.marking import Heading, Marked, mark
from commune_reports.workbook import Refusal, whole_file
from commune_reports.workers import Failed, Work, work_through

MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Unmarked:
    """A file that was judged: where it lies, what was found, what stands above the findings, and how its answer is called."""

    submission_id: str
    path: Path
    findings: tuple[Finding, ...]
    heading: Heading
    stem: str


def wants_marks(findings: Sequence[Finding]) -> bool:
    """Whether there is something to show on a workbook: a file in order is not sent back."""
    return any(one.severity is not Severity.INFO for one in findings)


def marked_workbooks(home: Path, files: Sequence[Unmarked]) -> dict[str, Attachment]:
    """By submission, its marked workbook kept under home; a file that cannot be opened or takes too long has none."""
    return {file.submission_id: _keep(home, file.stem, marked) for file, marked in marked_copies(files)}


def marked_copies(files: Sequence[Unmarked]) -> list[tuple[Unmarked, Marked]]:
    """Every file that can be marked, with its marked workbook; each is made in a process that can be stopped."""
    work = Work[Unmarked, Marked | None](_mark, lambda file: file.stem)
    worked = work_through(files, work)
    made = []
    for file, marked in zip(files, worked, strict=True):
        if isinstance(marked, Failed):
            log.warning("%s was not marked: %s", file.stem, marked.reason)
        elif marked is not None:
            made.append((file, marked))
    return made


def marked_name(stem: str, marked: Marked) -> str:
    """What a marked workbook is called."""
    return inbox.plain_file_name(f"{stem}-da-danh-dau{marked.suffix}")


def _mark(file: Unmarked) -> Marked | None:
    content = whole_file(file.path)
    return None if isinstance(content, Refusal) else mark(content, file.findings, heading=file.heading)


def _keep(home: Path, stem: str, marked: Marked) -> Attachment:
    sha256 = hashlib.sha256(marked.content).hexdigest()
    path = Path("answers") / sha256[:2] / f"{sha256}{marked.suffix}"
    if not (home / path).exists():
        inbox.write_whole(home / path, marked.content)
    return Attachment(
        name=marked_name(stem, marked), media_type=MEDIA_TYPES[marked.suffix], path=str(path), sha256=sha256
    )
