"""A warehouse in trouble is one line that says what to do and exit code 2 or 3; nothing half-written stays behind."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from commune_reports import cli
from commune_reports.warehouse import connecting

PROJECT = Path(__file__).resolve().parents[2]
Answer = tuple[int, str, str]
Run = Callable[..., Answer]
NOW = ("--now", "2024-11-15T09:00")
READING = ("status", "--period", "2024-11", *NOW)
WRITING = ("open", "--period", "2024-11", *NOW)
COMMANDS = pytest.mark.parametrize("command", [READING, WRITING, ("collect", *NOW), ("db", "upgrade")], ids=" ".join)


@pytest.fixture
def run(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command on a warehouse of its own, on each database; gives exit code, stdout and stderr."""
    (tmp_path / "home" / "share").mkdir(parents=True)
    monkeypatch.setenv("COMMUNE_REPORTS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", warehouse_url)
    monkeypatch.setenv("COMMUNE_REPORTS_SETTLE_SECONDS", "0")

    def run_command(*arguments: str) -> Answer:
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run_command


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of the test's own: two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=False).returncode
    ):
        pytest.skip("only root may mount a disk here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def on_disk(disk: Path, migrated_sqlite: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A SQLite warehouse on that disk, in use by `run`."""
    path = disk / "warehouse.sqlite"
    path.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", f"sqlite:///{path}")
    return path


def _one_line(answer: Answer, *words: str, code: int = 2) -> None:
    assert answer[0] == code, answer
    assert answer[1] == ""
    assert len(answer[2].splitlines()) == 1
    assert answer[2].startswith("commune-reports: ")
    for word in words:
        assert word in answer[2]


def test_check_says_where_there_is_no_room_for_its_copies(
    run: Run, disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report.xlsx"
    report.write_bytes(bytes(100_000))
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    _fill(disk, 20_000)
    _one_line(run("check", str(report)), "no room left in", "TMPDIR", code=3)
    assert [one.name for one in disk.iterdir()] == ["ballast"]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    _one_line(run("check", str(report)), "TMPDIR")


def test_a_template_on_a_full_disk_leaves_the_one_that_was_there(run: Run, disk: Path) -> None:
    asked = ("template", "--unit", "22492", "--period", "2024-11", "--out", disk / "mau.xlsx")
    assert run(*asked)[0] == 0
    before = (disk / "mau.xlsx").read_bytes()
    _fill(disk)
    _one_line(run(*asked), "no room left under")
    assert sorted(one.name for one in disk.iterdir()) == ["ballast", "mau.xlsx"]
    assert (disk / "mau.xlsx").read_bytes() == before


def _fill(disk: Path, but: int = 0) -> None:
    """Leave no more than some bytes free."""
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "ballast").write_bytes(b"x" * (free - but))


def _counts(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as connection:
        [[verdict]] = connection.execute("pragma integrity_check")
        assert verdict == "ok"
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        return {name: connection.execute(f'select count(*) from "{name}"').fetchone()[0] for name in names}


@COMMANDS
def test_a_warehouse_newer_than_the_program(run: Run, warehouse_url: str, command: tuple[str, ...]) -> None:
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    _one_line(run(*command), "is at revision 9999", "install the newer program")


@COMMANDS
def test_a_migration_broken_off_long_ago(run: Run, warehouse_url: str, command: tuple[str, ...]) -> None:
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
    _one_line(run(*command), "db restore" if command[0] == "db" else "run: commune-reports db upgrade")


@COMMANDS
def test_a_table_that_is_gone(run: Run, warehouse_url: str, command: tuple[str, ...]) -> None:
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        for table in ("task_report", "delivery_outcome", "delivery_attempt", "letter", "reporting_period"):
            with_views = " cascade" if connection.dialect.name == "postgresql" else ""
            connection.execute(text(f"drop table {table}{with_views}"))
    answer = run(*command)
    _one_line(answer, "the warehouse cannot be used: ")
    assert "no such table" in answer[2] or "does not exist" in answer[2]


def test_a_warehouse_that_may_only_be_read(
    run: Run, warehouse_url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if warehouse_url.startswith("sqlite"):
        path = request.getfixturevalue("on_disk")
        subprocess.run(["mount", "-o", "remount,ro", path.parent], check=True)
    else:
        with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
            connection.execute(text("drop role if exists reader"))
            connection.execute(text("create role reader login"))
            connection.execute(text("grant select on all tables in schema public to reader"))
        monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", str(make_url(warehouse_url).set(username="reader")))
    is_sqlite = warehouse_url.startswith("sqlite")
    advice = (
        "let this account write there" if is_sqlite else "name an account that may do this in COMMUNE_REPORTS_WAREHOUSE"
    )
    _one_line(run(*WRITING), "the warehouse cannot be used: ", advice)
    _one_line(run("publish", "--period", "2024-11", "--now", "2024-11-20T09:00"), advice)


def test_a_statement_that_got_lost_or_emptied_is_no_database_out_of_reach(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("include", "expectations"):
        shutil.copytree(PROJECT / folder, tmp_path / "resources" / folder)
    monkeypatch.setenv("COMMUNE_REPORTS_RESOURCES", str(tmp_path / "resources"))
    assert run(*WRITING)[0] == 0
    for path in (tmp_path / "resources" / "include" / "sql").glob("*_totals.sql"):
        path.write_text("")
    _one_line(
        run("aggregate", "--period", "2024-11", "--now", "2024-11-20T09:00"), "include/sql", "install the program"
    )


def test_an_account_that_does_not_own_the_tables_cannot_upgrade_them(
    run: Run, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if warehouse_url.startswith("sqlite"):
        pytest.skip("SQLite has no accounts")
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        connection.execute(text("drop role if exists other"))
        connection.execute(text("create role other login"))
        connection.execute(text("grant all on all tables in schema public to other"))
        connection.execute(text("grant all on schema public to other"))
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", str(make_url(warehouse_url).set(username="other")))
    _one_line(run("db", "upgrade"), "must be owner", "run it as the account that owns the tables")


def test_a_folder_nothing_can_be_written_to(run: Run, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", f"sqlite:///{disk}/new/warehouse.sqlite")
    _one_line(run("db", "upgrade"), "cannot be made: Read-only file system")
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", f"sqlite:///{disk}/warehouse.sqlite")
    _one_line(run("db", "upgrade"))
    assert list(disk.iterdir()) == []


def test_a_full_disk_leaves_the_facts_as_they_were(run: Run, on_disk: Path) -> None:
    before = _counts(on_disk)
    _fill(on_disk.parent)
    _one_line(run(*WRITING), "make room")
    (on_disk.parent / "ballast").unlink()
    assert _counts(on_disk) == before
    assert run(*WRITING)[0] == 0
    assert _counts(on_disk)["obligation"] == 13 * 33


def test_a_full_disk_under_a_new_warehouse(run: Run, disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", f"sqlite:///{disk}/warehouse.sqlite")
    _fill(disk, but=16_384)
    _one_line(run(*WRITING))
    (disk / "ballast").unlink()
    assert run("db", "upgrade")[0] == 0
    assert run(*WRITING)[0] == 0


@COMMANDS
def test_a_damaged_file(
    run: Run, migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    path = tmp_path / "damaged.sqlite"
    whole = migrated_sqlite.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * 3996 + whole[4096:])
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", f"sqlite:///{path}")
    _one_line(run(*command), "the warehouse cannot be used: ", "malformed")


@COMMANDS
def test_a_file_that_is_cut_off(
    run: Run, migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    path = tmp_path / "cut.sqlite"
    path.write_bytes(migrated_sqlite.read_bytes()[:8192])
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", f"sqlite:///{path}")
    _one_line(run(*command), "the warehouse cannot be used: ", "malformed")


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        ("update reporting_period set unit_due_at = 'zzz'", READING),
        ("update letter set content = '{'", ("outbox", "--json")),
        ("update unit set valid_to = '0'", ("export", "unit", "--out", "unit.csv")),
        ("update indicator set weight = 'x'", ("publish", "--period", "2024-11", "--now", "2024-11-20T09:00")),
    ],
    ids=["moment", "json", "day", "number"],
)
def test_a_value_somebody_wrote_that_cannot_be_one(
    run: Run,
    migrated_sqlite: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    command: tuple[str, ...],
) -> None:
    path = tmp_path / "altered.sqlite"
    path.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", f"sqlite:///{path}")
    monkeypatch.chdir(tmp_path)
    assert run(*WRITING)[0] == 0
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    _one_line(run(*command), "the warehouse holds a value", "that cannot be read")


def test_a_plan_version_that_is_not_kept_as_it_was(
    run: Run, migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "altered.sqlite"
    path.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", f"sqlite:///{path}")
    assert run(*WRITING)[0] == 0
    plan = (PROJECT / "include" / "plans" / "pci-pgi-2024.yaml").read_text(encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(plan.replace("\ntitle: >-\n  ", "\ntitle: >-\n  Sửa: ", 1), encoding="utf-8")
    monkeypatch.setenv("COMMUNE_REPORTS_PLAN", str(tmp_path / "plan.yaml"))
    then = "2024-11-15T09:00"
    assert run("plan", "show", "--as-of", then)[0] == 0
    with sqlite3.connect(path) as connection:
        connection.execute("update plan_content set content = replace(content, 'PCI', 'PCX')")
    for command in (("plan", "show"), ("report", "--period", "2024-11", "--out", str(tmp_path / "out"))):
        _one_line(run(*command, "--as-of", then), "does not hold plan version", "as it was kept")
