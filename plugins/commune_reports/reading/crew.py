"""Many files at once, each read in a process of its own kind: one that hangs or crashes its reader takes down only itself."""

import gc
import logging
import multiprocessing
import os
import resource
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as GaveUp
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from commune_reports.reading.submissions import read_submission
from commune_reports.reading.tasks import Clerk
from commune_reports.task_report import Reading

READ_SECONDS = 10.0
READ_BYTES = 300 * 2**20
MOST_READERS = 4
# Handing a file to a reader costs half as much as reading it: many files go in stacks, usual ones take 0.1 s together.
STACK, STACK_SECONDS, FEWEST_FOR_STACKS = 16, 3.0, 64
log = logging.getLogger(__name__)
_clerk: Clerk | None = None


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
    """Read files in their order; each within ten seconds and 300 MB, or it becomes a finding.

    `meanwhile` is called once the readers are at work: something else that takes time and does not need them.
    """
    if not files:
        return []
    readers = min(len(files), MOST_READERS, len(os.sched_getaffinity(0)))
    context = multiprocessing.get_context("fork")
    with ProcessPool(max_workers=readers, context=context, initializer=_begin, initargs=(clerk,)) as pool:
        size = STACK if len(files) >= FEWEST_FOR_STACKS else 1
        stacks = [files[start : start + size] for start in range(0, len(files), size)]
        seconds = STACK_SECONDS if size > 1 else READ_SECONDS
        coming = [pool.schedule(_read, args=(stack,), timeout=seconds) for stack in stacks]
        if meanwhile is not None:
            meanwhile()
        readings: list[Reading] = []
        for stack, one in zip(stacks, coming, strict=True):
            if size > 1 and one.exception() is not None:
                # Something in the stack is not as usual: each of its files has its own time and its own end.
                again = [pool.schedule(_read, args=([file],), timeout=READ_SECONDS) for file in stack]
                readings += [_reading(alone, file, clerk) for alone, file in zip(again, stack, strict=True)]
            elif size > 1:
                readings += one.result()
            else:
                readings.append(_reading(one, stack[0], clerk))
        return readings


def _begin(clerk: Clerk) -> None:
    """Runs once in every reader: remembers the clerk and keeps the reader from eating the machine."""
    global _clerk  # noqa: PLW0603  (one per process, set before its first file)
    _clerk = clerk
    gc.freeze()  # what was inherited stays; looking through it again and again for garbage costs a tenth of the time
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + READ_BYTES,) * 2)


def _read(stack: Sequence[Unread]) -> list[Reading]:
    assert _clerk is not None
    return [
        read_submission(file.content, clerk=_clerk, unit_code=file.unit_code, period_id=file.period_id)
        for file in stack
    ]


def _reading(coming: Any, file: Unread, clerk: Clerk) -> Reading:
    try:
        [reading] = coming.result()
        return reading  # type: ignore[no-any-return]
    except GaveUp:
        reason = f"đọc quá {READ_SECONDS:.0f} giây"
    except MemoryError:
        reason = f"cần hơn {READ_BYTES // 2**20} MB bộ nhớ"
    except ProcessExpired:
        reason = "chương trình đọc bị dừng"
    except Exception:
        # A defect of ours must not keep the other communes waiting; the log has it for IT.
        log.exception("file %r could not be read", file.name)
        reason = "nội dung không theo chuẩn bảng tính"
    return Reading(findings=(clerk.wordings.finding("reading_failed", got=reason),))
