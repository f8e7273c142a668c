"""Work on files nobody can vouch for, each in a process that can be stopped: one that hangs, crashes or swells fails alone.

The processes are forked from a small interpreter of their own (the host): a caller that has loaded much, or runs threads,
neither weighs on what a file may take nor leaves a lock held in them. What passes between them is small: items name files,
they do not carry them.
"""

import atexit
import fcntl
import gc
import logging
import multiprocessing
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as GaveUp
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from commune_reports.errors import Transient

MOST_WORKERS = 4
# Handing a file to a worker costs half as much as reading it: many files go in stacks, usual ones take 0.1 s together.
STACK, FEWEST_FOR_STACKS = 16, 64
PROGRAM_SIZE = 32 * 2**20
STARTING_SECONDS, HANDING_SECONDS, LOOK_SECONDS = 60.0, 60.0, 5.0
log = logging.getLogger(__name__)
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Limits:
    """What one item may take: time, and memory of the whole process that works on it."""

    seconds: float = 10.0
    stack_seconds: float = 3.0
    size: int = 300 * 2**20
    silence: float = 60.0  # seconds without any result: the fault is not a file's


@dataclass(frozen=True)
class Failed:
    """Why a piece of work gave no result, in words for the sender of the file; for IT, where in the program it broke."""

    reason: str
    trace: str | None = None


@dataclass(frozen=True)
class Work(Generic[Item, Result]):
    """What is to be done with each item (a function of a module), and how an item is called in the log."""

    do: Callable[[Item], Result]
    name_of: Callable[[Item], str]
    limits: Limits = Limits()


def work_through(
    items: Sequence[Item], work: Work[Item, Result], *, meanwhile: Callable[[], None] | None = None
) -> list[Result | Failed]:
    """Do the work on every item, in their order; each within ten seconds and 300 MB, or it is Failed.

    `meanwhile` is called once the workers are busy: something else that takes time and does not need them.
    Transient if the machine gives no process or memory to work with.
    """
    done: dict[int, Any] = {}
    for attempt in (meanwhile, None):
        # The host may end before its time, by whatever hand: what it left is asked of another, then piece by piece.
        if left := {number: item for number, item in enumerate(items) if number not in done}:
            done |= _asked_of_host(left, work, attempt)
    for number, item in enumerate(items):
        if number not in done:
            done |= _asked_of_host({number: item}, work, None)
        if number not in done:
            done[number] = Failed("chương trình đọc bị dừng")
        if isinstance(done[number], Failed) and done[number].trace:
            log.error("%r could not be worked on:\n%s", work.name_of(item), done[number].trace)
    return [done[number] for number in range(len(items))]


def _asked_of_host(
    items: dict[int, Item], work: Work[Item, Result], meanwhile: Callable[[], None] | None
) -> dict[int, Result | Failed]:
    """What the host answers; less than was asked if it ended meanwhile."""
    with _hosting:
        host = _host()
        try:
            host.ask(_Request(work.do, tuple(items.values()), work.limits))
            if meanwhile is not None:
                meanwhile()
            numbers = list(items)
            return {numbers[place]: result for place, result in host.answers(len(items), work.limits.silence)}
        except BaseException:
            host.end()  # what it still answers belongs to nobody
            raise


@dataclass(frozen=True)
class _Request:
    do: Callable[[Any], Any]
    items: tuple[Any, ...]
    limits: Limits


class _Host:
    """The caller's end of a host; it belongs to the process that started it."""

    def __init__(self) -> None:
        self.owner, self.is_ready = os.getpid(), False
        self.ours, theirs = multiprocessing.Pipe()
        package = str(Path(__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        _let_give_up(self.ours.fileno())
        # Where the caller's own input or output is closed, the pipe may have taken its number.
        handle = fcntl.fcntl(theirs.fileno(), fcntl.F_DUPFD_CLOEXEC, 3)
        theirs.close()
        try:
            self.process = subprocess.Popen(
                # -P: whatever lies in the folder the caller stands in is not the program's.
                [sys.executable, "-P", "-c", f"from commune_reports.workers import serve; serve({handle})"],
                pass_fds=[handle],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},  # each sets 40 MB aside
                start_new_session=True,  # Ctrl-C is for the caller, who ends the host
            )
        except OSError as error:
            raise Transient(f"files cannot be read now: {error}") from error
        finally:
            os.close(handle)

    @property
    def is_there(self) -> bool:
        """Whether this process can ask it something."""
        return self.owner == os.getpid() and not self.ours.closed and self.process.poll() is None

    def ask(self, request: _Request) -> None:
        """Hand the work over; where to import from goes first."""
        try:
            self.ours.send([one for one in sys.path if Path(one).is_absolute()])
            self.ours.send(request)
        except OSError as error:
            log.warning("the host of the readers went away: %s", error)
            self.ours.close()  # nothing is to be waited for

    def answers(self, count: int, silence: float) -> Iterator[tuple[int, Any]]:
        """Results with their places as they come; where they stop coming, the host is ended."""
        try:
            self._wait_until_ready()
            waits = STARTING_SECONDS  # until what the work needs is loaded
            while count:
                place, answer = self._heard(waits)
                waits = silence
                if place is None:
                    raise Transient(f"files cannot be read now: {answer}")
                if answer is not None:
                    count -= 1
                    yield place, pickle.loads(answer)
        except (EOFError, OSError) as error:
            log.warning("the host of the readers ended before its time: %s", error)
            self.end()

    def end(self) -> None:
        """Stop it with all its workers."""
        if self.owner != os.getpid():
            return
        self.ours.close()
        with suppress(ProcessLookupError):  # its workers may be left although it is gone
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _wait_until_ready(self) -> None:
        if not self.is_ready:
            try:
                self._heard(STARTING_SECONDS)
            except (EOFError, OSError) as error:
                raise Transient("files cannot be read now: the process for it does not start") from error
        self.is_ready = True

    def _heard(self, silence: float) -> Any:
        if not self.ours.poll(silence):
            raise EOFError(f"nothing was heard for {silence:.0f} seconds")
        return self.ours.recv()


def _let_give_up(handle: int) -> None:
    """Neither writing to a host that stands still nor reading half an answer may last for ever."""
    seconds = struct.pack("ll", int(HANDING_SECONDS), 0)
    with socket.socket(fileno=os.dup(handle)) as end:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)


_hosting = threading.Lock()
_started: _Host | None = None


def _host() -> _Host:
    """The host of this process; starting one takes half a second, so it stays."""
    global _started  # noqa: PLW0603
    if _started is None or not _started.is_there:
        _started = _Host()
    return _started


@atexit.register
def _end_host() -> None:
    if _started is not None:
        _started.end()


def _forget_host() -> None:
    """A forked process starts a host of its own; a lock another thread held is held for ever in it."""
    global _hosting, _started
    _hosting, _started = threading.Lock(), None


os.register_at_fork(after_in_child=_forget_host)

# What follows runs in the host and its workers.
_caller: Connection | None = None
_do: Callable[[Any], Any] | None = None


def serve(handle: int) -> None:
    """Do what is asked through this end of a pipe until the asking process is gone."""
    global _caller  # noqa: PLW0603
    caller = _caller = Connection(handle)
    threading.stack_size(2**19)  # what is set aside for threads is lost for files
    asking = os.getppid()
    caller.send("ready")
    while os.getppid() == asking:
        try:
            if not caller.poll(LOOK_SECONDS):
                continue
            sys.path[:] = caller.recv()
            request = caller.recv()
            caller.send((0, None))  # what the work needs is loaded
            for place, answer in _worked_through(request):
                caller.send((place, answer))
        except (EOFError, ConnectionError, BrokenProcessPool) as error:
            if isinstance(error.__cause__, OSError):  # the machine has no process to give
                caller.send((None, str(error.__cause__)))
            return
        except Exception:
            caller.send((None, traceback.format_exc()))
            return


def _worked_through(request: _Request) -> Iterator[tuple[int, bytes | None]]:
    """Answers, ready to be sent on, with the places of their items, as they come; None where there is only progress."""
    items, limits = request.items, request.limits
    size = STACK if len(items) >= FEWEST_FOR_STACKS else 1
    pool = ProcessPool(
        max_workers=min(len(items), MOST_WORKERS, len(os.sched_getaffinity(0))),
        context=multiprocessing.get_context("fork"),
        initializer=_begin,
        initargs=(request.do, limits),
    )

    def begun(places: range) -> tuple[Future[list[bytes]], range]:
        seconds = limits.seconds if len(places) == 1 else limits.stack_seconds
        return pool.schedule(_work, args=(items[places.start : places.stop],), timeout=seconds), places

    again: set[int] = set()
    try:
        coming = dict(begun(range(len(items))[start : start + size]) for start in range(0, len(items), size))
        while coming:
            for one in wait(coming, return_when=FIRST_COMPLETED).done:
                places, error = coming.pop(one), one.exception()
                if error is None:
                    yield from zip(places, one.result(), strict=True)
                elif isinstance(error, BrokenProcessPool):
                    raise error
                elif len(places) > 1 or (isinstance(error, ProcessExpired) and places.start not in again):
                    # Something in the stack is not as usual: each of its items has its own time and its own end. What
                    # stopped a process may not have been its item, but a machine short of memory.
                    again |= set(places) if len(places) == 1 else set()
                    coming |= dict(begun(range(place, place + 1)) for place in places)
                    yield places.start, None
                else:
                    yield places.start, pickle.dumps(_failed(error, limits))
        pool.close()  # type: ignore[no-untyped-call]
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _begin(do: Callable[[Any], Any], limits: Limits) -> None:
    """Runs once in every worker: remembers what to do and keeps the worker from eating the machine."""
    global _do  # noqa: PLW0603  (one per process, set before its first item)
    _do = do
    if _caller is not None:
        _caller.close()  # the caller is to notice when the host is gone, whoever else still lives
    # What a reader written in another language says on its way out is in the answer already.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    # What was inherited stays, and what a file leaves goes by itself: looking for garbage costs a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # Of what a process has in memory, all but the program files is data: so much is left for it, the inherited included.
    resource.setrlimit(resource.RLIMIT_DATA, (limits.size - PROGRAM_SIZE,) * 2)
    resource.setrlimit(resource.RLIMIT_AS, (mapped + limits.size,) * 2)


def _work(stack: Sequence[Any]) -> list[bytes]:
    assert _do is not None
    return [pickle.dumps(_do(item)) for item in stack]


def _failed(error: BaseException, limits: Limits) -> Failed:
    if isinstance(error, GaveUp):
        return Failed(f"đọc quá {limits.seconds:.0f} giây")
    if isinstance(error, MemoryError):
        return Failed(f"cần hơn {limits.size // 2**20} MB bộ nhớ")
    if isinstance(error, ProcessExpired):
        return Failed("chương trình đọc bị dừng")
    # A defect of ours must not keep the other communes waiting; the log has it for IT.
    return Failed("nội dung không theo chuẩn bảng tính", trace="".join(traceback.format_exception(error)))
