"""A filled warehouse of every earlier revision comes to this one and back with its facts; a broken-off migration leaves nothing."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, Table, inspect, make_url, select, text
from tests.warehouse.filling import fill, rows_of

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.warehouse import HEAD, connecting, migrating, tables

INCLUDE = Path(__file__).resolve().parents[2] / "include"
EARLIER = warehouse.revisions()[:-1]
MOMENT = datetime(2024, 11, 15, 9, 30, tzinfo=UTC)
SAMPLES: dict[type, Any] = {
    str: "22492",
    int: 1,
    float: 62.5,
    bool: True,
    date: date(2024, 11, 14),
    datetime: MOMENT,
    object: {"status": "E7"},
}


@pytest.fixture
def empty_url(warehouse_url: str, tmp_path: Path, postgres: Callable[[str], str]) -> Iterator[str]:
    """A database without tables, on each kind."""
    if warehouse_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'old' / 'warehouse.sqlite'}"
        return
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    yield warehouse_url
    connecting.engine_at(warehouse_url, os.getpid()).dispose()


def _migrate_to(url: str, revision: str) -> None:
    """As an earlier program made it."""
    if make_url(url).database and url.startswith("sqlite"):
        Path(str(make_url(url).database)).parent.mkdir(exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(migrating.MIGRATIONS))
    with connecting.engine_at(url, os.getpid()).connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def _tables(url: str) -> list[Table]:
    found = MetaData()
    found.reflect(connecting.engine_at(url, os.getpid()))
    return [one for one in found.sorted_tables if one.name != "alembic_version"]


def _fill(url: str) -> dict[str, list[dict[str, Any]]]:
    """A row in every table; what each table holds then."""
    found = _tables(url)
    with connecting.engine_at(url, os.getpid()).begin() as connection:
        for table in found:
            row = {one.name: SAMPLES[one.type.python_type] for one in table.columns}
            connection.execute(table.insert(), row)
    return _rows(url, found)


def _rows(url: str, wanted: list[Table]) -> dict[str, list[dict[str, Any]]]:
    with connecting.engine_at(url, os.getpid()).begin() as connection:
        return {one.name: [dict(row._mapping) for row in connection.execute(select(one))] for one in wanted}


def _shape(url: str) -> dict[str, Any]:
    found = inspect(connecting.engine_at(url, os.getpid()))
    return {
        name: (
            {(one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(name)},
            {(one["name"], tuple(one["column_names"])) for one in found.get_indexes(name)},
        )
        for name in found.get_table_names()
    }


@pytest.mark.parametrize("revision", EARLIER)
def test_a_filled_warehouse_of_an_earlier_revision_keeps_every_fact_when_upgraded(
    empty_url: str, revision: str
) -> None:
    _migrate_to(empty_url, revision)
    old = _tables(empty_url)
    before = _fill(empty_url)
    assert set(before) >= {"submission", "task_report", "letter"}
    assert all(before.values())
    assert warehouse.upgrade(empty_url) == HEAD
    assert _rows(empty_url, old) == before
    warehouse.open_warehouse(empty_url, include=INCLUDE)


@pytest.mark.parametrize("revision", EARLIER)
def test_a_filled_warehouse_goes_back_to_an_earlier_revision_with_what_that_one_keeps(
    empty_url: str, revision: str
) -> None:
    _migrate_to(empty_url, revision)
    old, shape = _tables(empty_url), _shape(empty_url)
    warehouse.upgrade(empty_url)
    _fill(empty_url)
    before = _rows(empty_url, old)
    assert warehouse.downgrade(empty_url, revision) == revision
    assert _shape(empty_url) == shape
    assert _rows(empty_url, old) == before
    with pytest.raises(NeedsHuman, match="db upgrade"):
        warehouse.open_warehouse(empty_url, include=INCLUDE)
    assert warehouse.upgrade(empty_url) == HEAD


@pytest.mark.parametrize(("earlier", "later"), [*itertools.pairwise(warehouse.revisions()), ("0001", HEAD)])
def test_every_row_of_a_revision_survives_the_way_to_any_later_one_and_back(
    empty_url: str, earlier: str, later: str
) -> None:
    _migrate_to(empty_url, earlier)
    before = fill(empty_url, earlier, count=40)
    assert all(len(rows) == 40 for rows in before.values())
    _migrate_to(empty_url, later)
    assert rows_of(empty_url, earlier) == before
    fill(empty_url, later, start=1_000)
    both = rows_of(empty_url, earlier)
    assert warehouse.downgrade(empty_url, earlier) == earlier
    assert rows_of(empty_url, earlier) == both
    warehouse.upgrade(empty_url)
    assert rows_of(empty_url, earlier) == both
    assert all(row in both[name] for name, rows in before.items() for row in rows)


@pytest.mark.parametrize("revision", EARLIER)
def test_what_goes_lost_on_the_way_down_is_what_is_said(warehouse_url: str, revision: str) -> None:
    held = fill(warehouse_url, HEAD, count=4)
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        said = warehouse.rows_lost(connection, HEAD, revision)
    words = warehouse.losses(HEAD, revision)
    warehouse.downgrade(warehouse_url, revision)
    warehouse.upgrade(warehouse_url)
    left = rows_of(warehouse_url, HEAD)
    gone = {name: len(rows) for name, rows in held.items() if len(left[name]) < len(rows)}
    emptied = {
        f"{name}.{column}": sum(row[column] is not None for row in rows)
        for name, rows in held.items()
        if left[name]
        for column in rows[0]
        if [row[column] for row in rows] != [row[column] for row in left[name]]
    }
    assert said.items() >= (gone | emptied).items()
    derived = {"obligation.plan_sha256", "reporting_period.obligations_of"}  # the way up writes them anew
    assert said.keys() - (gone | emptied).keys() <= derived
    assert list(words) == list(reversed(warehouse.revisions()[warehouse.revisions().index(revision) + 1 :]))
    assert all(len(one) > 20 for one in words.values())


def test_the_migrations_make_the_declared_indices(warehouse_url: str) -> None:
    declared = {
        name: {(str(one.name), tuple(column.name for column in one.columns)) for one in table.indexes}
        for name, table in tables.metadata.tables.items()
    }
    made = {
        name: {one for one in indices if not one[0].startswith("uq_")}
        for name, (_, indices) in _shape(warehouse_url).items()
        if name != "alembic_version"
    }
    assert made == declared


def test_nobody_goes_back_to_a_revision_that_is_not_there_or_lies_ahead(empty_url: str) -> None:
    _migrate_to(empty_url, "0001")
    with pytest.raises(NeedsHuman, match=f"revision 0042 is not known; it must be one of 0001, .*{HEAD}"):
        warehouse.downgrade(empty_url, "0042")
    with pytest.raises(NeedsHuman, match=f"is at revision 0001; it cannot go down to {HEAD}"):
        warehouse.downgrade(empty_url, HEAD)


def test_a_newer_warehouse_is_neither_upgraded_nor_taken_back(warehouse_url: str) -> None:
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    for migrate in (warehouse.upgrade, lambda url: warehouse.downgrade(url, "0001")):
        with pytest.raises(NeedsHuman, match=r"is at revision 9999, .* install the newer program"):
            migrate(warehouse_url)


def test_a_migration_that_breaks_off_leaves_nothing(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _migrate_to(empty_url, "0001")
    before, shape = _fill(empty_url), _shape(empty_url)
    broken = tmp_path / "migrations"
    shutil.copytree(migrating.MIGRATIONS, broken)
    last = next((broken / "versions").glob(f"{HEAD}_*.py"))
    written = last.read_text().replace("def downgrade", "    raise OSError('power cut')\n\n\ndef downgrade")
    last.write_text(written)
    monkeypatch.setattr(migrating, "MIGRATIONS", broken)
    with pytest.raises(OSError, match="power cut"):
        warehouse.upgrade(empty_url)
    assert _shape(empty_url) == shape
    assert _rows(empty_url, _tables(empty_url)) == before
    monkeypatch.undo()
    assert warehouse.upgrade(empty_url) == HEAD


def test_a_warehouse_migrated_by_halves_is_named_and_left_as_it_is(empty_url: str) -> None:
    _migrate_to(empty_url, "0001")
    with connecting.engine_at(empty_url, os.getpid()).begin() as connection:
        connection.execute(text("create table body (body_code varchar(32))"))
    shape = _shape(empty_url)
    with pytest.raises(NeedsHuman, match=f"cannot go from revision 0001 to {HEAD}: .*body.*already exists.*db restore"):
        warehouse.upgrade(empty_url)
    assert _shape(empty_url) == shape


def test_a_warehouse_at_two_revisions_at_once_is_not_opened(warehouse_url: str) -> None:
    with connecting.engine_at(warehouse_url, os.getpid()).begin() as connection:
        connection.execute(text("insert into alembic_version values ('0001')"))
    with pytest.raises(NeedsHuman, match=f"at 0001 and {HEAD} at once: .*db restore"):
        warehouse.open_warehouse(warehouse_url, include=INCLUDE)
    with pytest.raises(NeedsHuman, match="at once"):
        warehouse.upgrade(warehouse_url)
