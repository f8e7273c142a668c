"""A file that hangs, crashes, swells or breaks its reader is answered; the others are read."""

import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread

import pytest
from openpyxl import Workbook

from commune_reports import workers
from commune_reports.errors import Transient
from commune_reports.reading import Clerk, Unread, read_submissions
from commune_reports.workers import Failed, Limits, Work, work_through

QUICK = Limits(seconds=1.0, stack_seconds=1.0)
TROUBLES: dict[str, Callable[[], object]] = {
    "hang": lambda: time.sleep(60),
    "crash": lambda: os._exit(3),
    "be killed": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "slow": lambda: time.sleep(0.2),
    "swell": lambda: bytearray(2**31),
    "break": lambda: {}["a defect of ours"],
    "kill the host": lambda: os.kill(os.getppid(), signal.SIGKILL),
    "answer too much": lambda: "a" * 2**27,
}


def _do(item: str) -> str:
    """What the workers do here: the trouble that is named, or nothing."""
    if item in TROUBLES:
        TROUBLES[item]()
    return f"{item} done by {os.getpid()}"


def _size_of_process(_: str) -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def _done(items: Sequence[str]) -> list[str | Failed]:
    return work_through(items, Work(_do, str, QUICK))


def _good(path: Path) -> Path:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active.append(("Mã nhiệm vụ", "Tình trạng", "Tiến độ"))
    workbook.active.append(("PCI-01.1", "Hoàn thành", 100))
    workbook.save(path)
    return path


@pytest.mark.parametrize("beside", [2, 80])
@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("hang", "quá 1 giây"),
        ("crash", "bị dừng"),
        ("be killed", "bị dừng"),
        ("swell", "300 MB"),
        ("break", "không theo chuẩn"),
    ],
)
def test_one_bad_file_takes_down_only_itself(trouble: str, words: str, beside: int) -> None:
    first, bad, *others = _done(["a", trouble, *["b"] * beside])
    assert isinstance(bad, Failed)
    assert words in bad.reason
    assert not [one for one in (first, *others) if isinstance(one, Failed)]


def test_many_bad_files_at_once_take_down_only_themselves() -> None:
    items = ["crash", "a", "break", "swell", "b", "be killed"] * 30
    assert [isinstance(one, Failed) for one in _done(items)] == [item in TROUBLES for item in items]


def test_a_defect_of_ours_is_shown_to_it_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    _done(["a", "break"])
    assert "'break' could not be worked on" in caplog.text
    assert "KeyError: 'a defect of ours'" in caplog.text


@pytest.mark.parametrize("beside", [2, 80])
def test_files_are_read_when_whatever_leads_the_readers_is_killed_meanwhile(beside: int) -> None:
    """As the system does when memory is short; a file beside which it happens twice is the one that is not read."""
    first, bad, *others = _done(["a", "kill the host", *["b"] * beside])
    assert isinstance(bad, Failed)
    assert not [one for one in (first, *others) if isinstance(one, Failed)]


def test_a_host_killed_between_two_batches_is_not_missed() -> None:
    assert not isinstance(_done(["a"])[0], Failed)
    host = workers._started
    assert host is not None
    os.kill(host.process.pid, signal.SIGKILL)
    assert not isinstance(_done(["a"])[0], Failed)


def test_readers_that_fall_silent_are_given_up() -> None:
    """As when a lock among them is lost with a killed one."""
    _done(["a"])
    stopped = Thread(target=_stop_host_soon)
    stopped.start()
    began = time.monotonic()
    results = work_through(["a", "hang", "a"], Work(_do, str, Limits(seconds=2.0, silence=6.0)))
    assert [isinstance(one, Failed) for one in results] == [False, True, False]
    assert time.monotonic() - began < 60
    stopped.join()


def _stop_host_soon() -> None:
    time.sleep(1.0)
    assert workers._started is not None
    os.kill(workers._started.process.pid, signal.SIGSTOP)


def test_where_no_process_can_be_had_the_work_waits_for_a_better_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setattr(workers, "_started", None)
    with pytest.raises(Transient, match="cannot be read now"):
        _done(["a"])


def test_work_that_cannot_be_loaded_where_files_are_read_waits_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone.py").write_text("def do(item): return item")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        gone = importlib.import_module("gone")
    with pytest.raises(Transient, match="No module named 'gone'"):
        work_through(["a"], Work(gone.do, str, QUICK))


def test_what_lies_in_the_callers_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pebble.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    monkeypatch.setattr(workers, "_started", None)
    assert not isinstance(_done(["a"])[0], Failed)
    assert not (tmp_path / "run").exists()


def test_a_worker_does_not_outlive_its_host() -> None:
    _done(["a"])
    sessions = []

    def kill_host() -> None:
        assert workers._started is not None
        sessions.append(workers._started.process.pid)
        time.sleep(1.0)
        os.kill(sessions[0], signal.SIGKILL)

    work_through(["hang"], Work(_do, str, QUICK), meanwhile=kill_host)
    assert _members(sessions[0]) == []


def test_files_that_are_all_slow_are_all_read() -> None:
    limits = Limits(seconds=5.0, stack_seconds=2.0, silence=5.0)
    results = work_through(["slow"] * 80, Work(_do, str, limits))
    assert not [one for one in results if isinstance(one, Failed)]


def test_a_host_that_stands_still_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "HANDING_SECONDS", 3.0)
    monkeypatch.setattr(workers, "_started", None)
    _done(["a"])
    assert workers._started is not None
    os.kill(workers._started.process.pid, signal.SIGSTOP)
    results = work_through([f"{n}" + "x" * 1000 for n in range(1000)], Work(_do, str, Limits(silence=10.0)))
    assert not [one for one in results if isinstance(one, Failed)]


def test_a_worker_weighs_little_whatever_the_caller_has_loaded() -> None:
    ballast = bytearray(os.urandom(1)) * (300 * 2**20)
    sizes = work_through(["a"] * 4, Work(_size_of_process, str))
    assert len(ballast) > 0
    assert max(size for size in sizes if not isinstance(size, Failed)) < 100 * 2**20


def test_nothing_of_the_readers_stays_when_their_caller_is_killed() -> None:
    program = (
        "import os\nfrom tests.reading.test_crew import _do\nfrom commune_reports import workers\n"
        "def tell(): print(workers._started.process.pid, flush=True)\n"
        "workers.work_through(['hang'], workers.Work(_do, str), meanwhile=tell)"
    )
    root = str(Path(__file__).resolve().parents[2])
    caller = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        cwd=root,
    )
    assert caller.stdout is not None
    host = int(caller.stdout.readline())
    caller.kill()
    caller.wait()
    caller.stdout.close()
    until = time.monotonic() + 30
    while _members(host) and time.monotonic() < until:
        time.sleep(0.2)
    assert _members(host) == []


def _members(session: int) -> list[str]:
    """The living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = stat.read_text().partition(" (")
        except OSError:
            continue
        state, _, _, of_session = rest.rpartition(") ")[2].split()[:4]
        if int(of_session) == session and state != "Z":
            found.append(pid)
    return found


def test_answers_come_in_the_order_of_the_files(clerk: Clerk, tmp_path: Path) -> None:
    (tmp_path / "empty.xlsx").touch()
    _good(tmp_path / "good.xlsx")
    names = ["good.xlsx" if number % 2 else "empty.xlsx" for number in range(80)]
    files = [Unread(tmp_path / name, name, "22492", None) for name in names]
    assert [bool(reading.rows) for reading in read_submissions(files, clerk=clerk)] == [False, True] * 40


def test_no_files_cost_nothing(clerk: Clerk) -> None:
    assert read_submissions([], clerk=clerk) == []


def test_files_larger_than_any_report_are_refused_and_the_others_are_read(clerk: Clerk, tmp_path: Path) -> None:
    good = _good(tmp_path / "good.xlsx")
    large, huge = tmp_path / "large.xlsx", tmp_path / "huge.xlsx"
    for path, size in ((large, 49 * 2**20), (huge, 2**40)):  # with holes: they take no room
        path.write_bytes(b"PK\x03\x04")
        os.truncate(path, size)
    paths = [good, huge, *[large, good] * 40]
    readings = read_submissions([Unread(path, path.name, "22492", None) for path in paths], clerk=clerk)
    assert [bool(one.rows) for one in readings] == [path == good for path in paths]
    assert readings[1].findings[0].code == "file_too_large"


def test_a_file_out_of_reach_is_no_fault_of_its_sender(clerk: Clerk, tmp_path: Path) -> None:
    with pytest.raises(Transient, match=r"gone\.xlsx\) cannot be read: No such file"):
        read_submissions([Unread(tmp_path / "a", "gone.xlsx", None, None)], clerk=clerk)
