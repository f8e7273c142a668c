"""A month's work is backed up and comes back elsewhere with every figure and every file, also while others write."""

import errno
import multiprocessing
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from commune_reports import backup, inbox, steps, warehouse
from commune_reports.demo.communes import honest_entries, spoil
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.period import ReportingPeriod
from commune_reports.settings import Settings
from commune_reports.warehouse import restoring

NOW = datetime(2024, 11, 20, 9, tzinfo=UTC)
DROPPERS, ROUNDS = 3, 6


def _elsewhere(settings: Settings, tmp_path: Path) -> Settings:
    """Another installation, with a SQLite warehouse."""
    home = tmp_path / "elsewhere"
    return replace(settings, home=home, share=home / "share", warehouse_url=f"sqlite:///{home / 'warehouse.sqlite'}")


def test_a_month_comes_back_elsewhere_with_every_figure_and_file(
    office: Any, moment: Callable[..., datetime], tmp_path: Path
) -> None:
    office.fill("22492")
    office.fill("22498")
    office.fill("22495", entries=spoil(_entries(office, "22495")))
    office.collect()
    steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    made = steps.back_up(office.settings, out=tmp_path, portable=True, now=NOW)
    assert (made["missing"], made["damaged"]) == ([], [])
    assert made["files"] >= 3 + 1 + 1  # workbooks, one of them marked, and the report
    there = _elsewhere(office.settings, tmp_path)
    told = steps.restore(there, Path(made["file"]), force=False, now=NOW)
    assert (told["files_put_back"], told["missing"], told["run_next"]) == (made["files"], [], None)
    assert dict(_kept(there)) == dict(_kept(office.settings))
    for question in (steps.status, steps.aggregate, steps.trace):
        answers = [question(one, period="2024-11", now=moment(11, 20)) for one in (office.settings, there)]
        text = str(answers[0]).replace(str(office.settings.home), str(there.home))
        assert text == str(answers[1])
    assert steps.outbox_state(office.settings) == steps.outbox_state(there)
    assert steps.warehouse_state(there)["trouble"] == []
    assert steps.warehouse_state(office.settings)["last_backup"]["is_there"]


def test_a_kept_file_that_lost_its_bytes_is_told(office: Any) -> None:
    office.fill("22492")
    steps.claim_arrivals(office.settings, now=NOW)
    [archived] = [path for name, path in backup.kept_files(office.settings.home) if name.startswith("archive/")]
    assert steps.warehouse_state(office.settings)["trouble"] == []
    archived.chmod(0o600)
    archived.write_bytes(b"")
    state = steps.warehouse_state(office.settings)
    assert (state["files"]["missing"], len(state["files"]["damaged"])) == ([], 1)
    assert [one.split(":")[0] for one in state["trouble"]] == ["damaged"]


def test_a_warehouse_between_two_revisions_is_replaced_by_a_backup_with_force(office: Any, tmp_path: Path) -> None:
    office.fill("22492")
    steps.claim_arrivals(office.settings, now=NOW)
    made = steps.back_up(office.settings, out=tmp_path, now=NOW)
    house = steps.desk.open_desk(office.settings).warehouse
    with house.begin() as connection:
        connection.execute(text("insert into alembic_version values ('0001')"))
    with pytest.raises(NeedsHuman, match="broken off; --force"):
        steps.restore(office.settings, Path(made["file"]), force=False, now=NOW)
    steps.restore(office.settings, Path(made["file"]), force=True, now=NOW)
    state = steps.warehouse_state(office.settings)
    assert (state["revision"], state["trouble"], state["rows"]["submission"]) == (warehouse.HEAD, [], 1)


def test_a_warehouse_that_is_gone_is_not_made_anew_where_reports_are_kept(office: Any, tmp_path: Path) -> None:
    if not office.settings.warehouse_url.startswith("sqlite"):
        pytest.skip("a server keeps its own files")
    office.fill("22492")
    steps.claim_arrivals(office.settings, now=NOW)
    (tmp_path / "warehouse.sqlite").rename(tmp_path / "elsewhere.sqlite")
    with pytest.raises(NeedsHuman, match="is not there although"):
        steps.publish_period(office.settings, period="2024-11", now=NOW)
    assert not (tmp_path / "warehouse.sqlite").exists()


def test_restoring_twice_puts_back_only_what_is_gone(office: Any, tmp_path: Path) -> None:
    office.fill("22492")
    steps.claim_arrivals(office.settings, now=NOW)
    made = steps.back_up(office.settings, out=tmp_path, now=NOW)
    [archived] = [path for name, path in backup.kept_files(office.settings.home) if name.startswith("archive/")]
    assert steps.restore(office.settings, Path(made["file"]), force=True, now=NOW)["files_put_back"] == 0
    shutil.rmtree(archived.parent)
    assert len(steps.warehouse_state(office.settings)["files"]["missing"]) == 1
    assert steps.restore(office.settings, Path(made["file"]), force=True, now=NOW)["files_put_back"] == 1
    assert steps.warehouse_state(office.settings)["files"]["missing"] == []


def test_a_file_that_comes_after_the_rows_were_copied_does_no_harm(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.fill("22492")
    steps.claim_arrivals(office.settings, now=NOW)
    really = backup.kept_files

    def meanwhile(home: Path) -> Any:
        office.fill("22495")
        steps.claim_arrivals(office.settings, now=NOW)
        return really(home)

    monkeypatch.setattr(backup, "kept_files", meanwhile)
    made = steps.back_up(office.settings, out=tmp_path, now=NOW)
    assert (made["rows"]["submission"], made["files"], made["missing"]) == (1, 2, [])


def _drop_and_claim(settings: Settings, unit: str, said: Any) -> None:
    """An office of its own: drops files and claims whatever lies there, again and again."""
    folder = next(one for one in settings.share.iterdir() if one.name.startswith(unit)) / "nop"
    for number in range(ROUNDS):
        for part in range(5):
            (folder / f"{number}-{part}.xlsx").write_bytes(f"{unit} {number} {part}".encode() * 2000)
        steps.claim_arrivals(settings, now=NOW)
    said.put(unit)


def test_backups_made_while_several_processes_collect_have_the_bytes_of_every_row(office: Any, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    said = context.Queue()
    droppers = [
        context.Process(target=_drop_and_claim, args=(office.settings, unit.code, said))
        for unit in office.plan.units[:DROPPERS]
    ]
    for one in droppers:
        one.start()
    (tmp_path / "backups").mkdir()
    made: list[dict[str, Any]] = []
    while any(one.is_alive() for one in droppers) or not made:
        made.append(steps.back_up(office.settings, out=tmp_path / "backups" / f"{len(made)}.tar", now=NOW))
    for one in droppers:
        one.join(60)
    assert {said.get(timeout=60) for _ in droppers} == {unit.code for unit in office.plan.units[:DROPPERS]}
    assert all(one["missing"] == [] and one["damaged"] == [] for one in made)
    counts = [one["rows"]["submission"] for one in made]
    assert counts == sorted(counts)
    last = steps.back_up(office.settings, out=tmp_path, portable=True, now=NOW)
    assert last["rows"]["submission"] == DROPPERS * ROUNDS * 5
    there = _elsewhere(office.settings, tmp_path)
    assert steps.restore(there, Path(last["file"]), force=False, now=NOW)["missing"] == []
    with warehouse.looking(there.warehouse_url) as (connection, _):
        for one in warehouse.named_files(connection):
            assert backup.sha256_of(inbox.archived_path(there.home, one.sha256)) == one.sha256


def test_rows_written_while_a_restore_looked_are_not_lost_without_force(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = replace(_elsewhere(office.settings, tmp_path), share=office.settings.share)
    made = steps.back_up(office.settings, out=tmp_path, portable=True, now=NOW)
    warehouse.upgrade(there.warehouse_url)
    really = restoring.refuse_to_overwrite

    def meanwhile(url: str, *, force: bool) -> None:
        really(url, force=force)
        office.fill("22492")
        steps.claim_arrivals(there, now=NOW)

    monkeypatch.setattr(restoring, "refuse_to_overwrite", meanwhile)
    with pytest.raises(Exception, match="somebody wrote to the warehouse meanwhile; nothing was changed"):
        steps.restore(there, Path(made["file"]), force=False, now=NOW)
    assert steps.warehouse_state(there)["rows"]["submission"] == 1


def test_a_restore_that_fails_at_the_warehouse_leaves_every_file_as_it_was(
    office: Any, moment: Callable[..., datetime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.fill("22492")
    office.collect()
    published = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    made = steps.back_up(office.settings, out=tmp_path, now=NOW)
    home = office.settings.home
    report = home / published["report"][0]
    report.write_bytes(b"sent since")
    shutil.rmtree(home / "archive")
    before = _everything_below(home)

    def busy(*_: object) -> None:
        raise Transient("somebody is using the warehouse; pause the DAGs")

    with monkeypatch.context() as broken:
        broken.setattr(restoring, "_refill", busy)
        with pytest.raises(Transient, match="somebody is using the warehouse"):
            steps.restore(office.settings, Path(made["file"]), force=True, now=NOW)
    assert _everything_below(home) == before
    assert steps.restore(office.settings, Path(made["file"]), force=True, now=NOW)["missing"] == []
    assert report.read_bytes() != b"sent since"
    assert report.with_name(f"{report.name}.before-restore").read_bytes() == b"sent since"
    assert not list(home.rglob(".commune-reports-work-*"))


def test_a_file_that_cannot_take_its_place_after_the_warehouse_is_named(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.fill("22492")
    steps.claim_arrivals(office.settings, now=NOW)
    made = steps.back_up(office.settings, out=tmp_path, now=NOW)
    [kept] = (one for one in (office.settings.home / "archive").rglob("*") if one.is_file())
    kept.chmod(0o640)
    kept.write_bytes(b"rot")
    really = Path.replace

    def refuse(path: Path, target: Path) -> Path:
        if "archive" in Path(target).parts:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(target))
        return really(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", refuse)
        with pytest.raises(
            NeedsHuman, match=r"the warehouse is restored but .*/archive/.* is not: Read-only file system"
        ):
            steps.restore(office.settings, Path(made["file"]), force=True, now=NOW)
    assert steps.restore(office.settings, Path(made["file"]), force=True, now=NOW)["files_put_back"] == 1


def test_a_home_that_cannot_note_a_backup_is_told_and_the_backup_stays(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, removing = Path.open, Path.unlink

    def read_only(path: Path) -> None:
        if "last-backup" in path.name:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    def opened(path: Path, *given: Any, **named: Any) -> Any:
        read_only(path)
        return opening(path, *given, **named)

    def removed(path: Path, **named: Any) -> None:
        read_only(path)
        removing(path, **named)

    out = tmp_path / "x.tar"
    with monkeypatch.context() as broken:
        broken.setattr(Path, "open", opened)
        broken.setattr(Path, "unlink", removed)
        with pytest.raises(NeedsHuman, match=r"x\.tar is whole, but .*home cannot be written \(Read-only file system"):
            steps.back_up(office.settings, out=out, now=NOW)
    assert backup.examine(out).members


def _everything_below(folder: Path) -> dict[str, bytes | None]:
    """Every folder and file, but not the warehouse, which the database writes as it likes."""
    return {
        str(one.relative_to(folder)): one.read_bytes() if one.is_file() else None
        for one in folder.rglob("*")
        if "warehouse" not in one.name
    }


def _entries(office: Any, unit: str) -> Any:
    found = next(one for one in office.plan.units if one.code == unit)
    return honest_entries(office.plan, found, ReportingPeriod.parse("2024-11"))


def _kept(settings: Settings) -> list[tuple[str, bytes]]:
    return [(name, path.read_bytes()) for name, path in backup.kept_files(settings.home)]
