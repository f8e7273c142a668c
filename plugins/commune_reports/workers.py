"""Work on files nobody can vouch for, each in a process that can be stopped: one that hangs, crashes or swells fails alone."""

import gc
import logging
import multiprocessing
import os
import resource
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as GaveUp
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

SECONDS = 10.0
# For the whole process, what it inherits included; a process that inherits much (Airflow's) still gets some for the file.
BYTES, FEWEST_BYTES = 300 * 2**20, 200 * 2**20
MOST_WORKERS = 4
# Handing a file to a worker costs half as much as reading it: many files go in stacks, usual ones take 0.1 s together.
STACK, STACK_SECONDS, FEWEST_FOR_STACKS = 16, 3.0, 64
log = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")
_work: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Failed:
    """Why a piece of work gave no result, in words for the sender of the file."""

    reason: str


@dataclass(frozen=True)
class Work(Generic[Item, Result]):
    """What is to be done with each item, and how an item is called in the log."""

    do: Callable[[Item], Result]
    name_of: Callable[[Item], str]


def work_through(
    items: Sequence[Item], work: Work[Item, Result], *, meanwhile: Callable[[], None] | None = None
) -> list[Result | Failed]:
    """Do the work on every item, in their order; each within ten seconds and 300 MB, or it is Failed.

    `meanwhile` is called once the workers are busy: something else that takes time and does not need them.
    """
    if not items:
        return []
    workers = min(len(items), MOST_WORKERS, len(os.sched_getaffinity(0)))
    context = multiprocessing.get_context("fork")
    with ProcessPool(max_workers=workers, context=context, initializer=_begin, initargs=(work.do,)) as pool:
        size = STACK if len(items) >= FEWEST_FOR_STACKS else 1
        stacks = [items[start : start + size] for start in range(0, len(items), size)]
        seconds = STACK_SECONDS if size > 1 else SECONDS
        coming = [pool.schedule(_do, args=(stack,), timeout=seconds) for stack in stacks]
        if meanwhile is not None:
            meanwhile()
        results: list[Result | Failed] = []
        for stack, one in zip(stacks, coming, strict=True):
            if size > 1 and one.exception() is not None:
                # Something in the stack is not as usual: each of its items has its own time and its own end.
                alone = [pool.schedule(_do, args=([item],), timeout=SECONDS) for item in stack]
                for item, its_own in zip(stack, alone, strict=True):
                    results += _results(its_own, work.name_of(item))
            else:
                results += _results(one, work.name_of(stack[0]))
        return results


def _begin(do: Callable[[Any], Any]) -> None:
    """Runs once in every worker: remembers what to do and keeps the worker from eating the machine."""
    global _work  # noqa: PLW0603  (one per process, set before its first item)
    _work = do
    gc.freeze()  # what was inherited stays; looking through it again and again for garbage costs a tenth of the time
    mapped, resident = (
        int(pages) * resource.getpagesize() for pages in Path("/proc/self/statm").read_text().split()[:2]
    )
    resource.setrlimit(resource.RLIMIT_AS, (mapped + max(BYTES - resident, FEWEST_BYTES),) * 2)


def _do(stack: Sequence[Any]) -> list[Any]:
    assert _work is not None
    return [_work(item) for item in stack]


def _results(coming: Any, name: str) -> list[Any]:
    try:
        return coming.result()  # type: ignore[no-any-return]
    except GaveUp:
        reason = f"đọc quá {SECONDS:.0f} giây"
    except MemoryError:
        reason = f"cần hơn {BYTES // 2**20} MB bộ nhớ"
    except ProcessExpired:
        reason = "chương trình đọc bị dừng"
    except Exception:
        # A defect of ours must not keep the other communes waiting; the log has it for IT.
        log.exception("file %r could not be worked on", name)
        reason = "nội dung không theo chuẩn bảng tính"
    return [Failed(reason)]
