"""The reader's account reads the views, and neither tables nor anything that changes something."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.warehouse import Warehouse
from commune_reports.warehouse.connecting import engine_at

INCLUDE = Path(__file__).resolve().parents[2] / "include"
ROLE = "so_tai_chinh_doc"
Say = Callable[[str], Any]


@pytest.fixture
def house(warehouse_url: str) -> Iterator[Warehouse]:
    house = warehouse.open_warehouse(warehouse_url, include=INCLUDE)
    yield house
    if house.engine.dialect.name == "postgresql":
        with house.begin() as connection:
            if connection.execute(text(f"select 1 from pg_roles where rolname = '{ROLE}'")).scalar():
                connection.execute(text(f"drop owned by {ROLE}"))
                connection.execute(text(f"drop role {ROLE}"))


@pytest.fixture
def served(house: Warehouse) -> Warehouse:
    """A warehouse on a database that has accounts."""
    if house.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no accounts")
    return house


@pytest.fixture
def reader(served: Warehouse, warehouse_url: str) -> Iterator[Say]:
    """Say something as the reader."""
    engine = create_engine(make_url(warehouse_url).set(username=ROLE), poolclass=NullPool)

    def say(statement: str) -> Any:
        with engine.begin() as connection:
            return connection.execute(text(statement))

    yield say
    engine.dispose()


def _views(house: Warehouse) -> list[str]:
    return sorted(path.stem for path in (house.sql / "views").glob("*.sql"))


def test_sqlite_has_no_accounts_and_says_how_to_read_without_one(house: Warehouse) -> None:
    if house.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has accounts")
    with pytest.raises(NeedsHuman, match=r"^a SQLite warehouse has no accounts; .*file:/.*warehouse\.sqlite\?mode=ro$"):
        warehouse.make_reader(house, ROLE, password=None)


def test_the_reader_reads_every_view(served: Warehouse, reader: Say) -> None:
    assert sorted(warehouse.make_reader(served, ROLE, password=None)) == _views(served)
    for view in _views(served):
        reader(f"select * from {view} limit 1")


@pytest.mark.parametrize(
    "statement",
    [
        "select * from task_report",
        "select * from letter",
        "insert into withdrawal values ('a', 'b', 'c', now())",
        "update v_files set verdict = 'accepted'",
        "update v_deliveries set outcome = 'sent'",
        "delete from v_decisions",
        "delete from submission",
        "truncate submission",
        "create table mine (one integer)",
        "create view mine as select 1",
        "create role another",
        "drop view v_files",
    ],
)
def test_the_reader_does_nothing_else(served: Warehouse, reader: Say, statement: str) -> None:
    warehouse.make_reader(served, ROLE, password=None)
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner|cannot (update|delete)"):
        reader(statement)


def test_the_reader_reads_after_an_upgrade_and_after_a_way_back(
    served: Warehouse, reader: Say, warehouse_url: str
) -> None:
    warehouse.make_reader(served, ROLE, password=None)
    warehouse.upgrade(warehouse_url)
    reader("select * from v_report_units")
    warehouse.downgrade(warehouse_url, "0001")
    warehouse.upgrade(warehouse_url)
    for view in _views(served):
        reader(f"select * from {view} limit 1")
    with pytest.raises(DBAPIError, match="permission denied"):
        reader("select * from withdrawal")


def test_a_reader_who_was_given_too_much_is_brought_back_to_reading(served: Warehouse, reader: Say) -> None:
    warehouse.make_reader(served, ROLE, password=None)
    with served.begin() as connection:
        connection.execute(text(f"grant all on all tables in schema public to {ROLE}"))
        connection.execute(text(f"grant create on schema public to {ROLE}"))
    reader("delete from finding")
    warehouse.make_reader(served, ROLE, password=None)
    for statement in ("delete from finding", "create table mine (one integer)", "select * from finding"):
        with pytest.raises(DBAPIError, match="permission denied"):
            reader(statement)
    reader("select * from v_findings")


def test_what_everybody_may_do_is_named_before_a_reader_is_promised(served: Warehouse) -> None:
    with served.begin() as connection:
        connection.execute(text("grant insert on finding to public"))
    with pytest.raises(NeedsHuman, match=r"could do more than read: it may change table finding; take that"):
        warehouse.make_reader(served, ROLE, password=None)
    with served.reading() as connection:
        assert connection.execute(text(f"select 1 from pg_roles where rolname = '{ROLE}'")).scalar() is None


@pytest.mark.parametrize(
    "role", ["postgres", "Public", "public", "pg_reader", "a b", 'x"; drop table letter; --', "", "a" * 64]
)
def test_a_name_that_is_no_readers_is_refused(served: Warehouse, role: str) -> None:
    with pytest.raises(NeedsHuman, match=r"is no name for a reader|may do more than read"):
        warehouse.make_reader(served, role, password=None)


def test_the_password_is_kept_scrambled_and_stays_when_none_is_given(served: Warehouse) -> None:
    kept = text(f"select rolpassword from pg_authid where rolname = '{ROLE}'")
    warehouse.make_reader(served, ROLE, password="mật khẩu 'rất' dài")
    with served.reading() as connection:
        first = connection.execute(kept).scalar()
    assert str(first).startswith("SCRAM-SHA-256$")
    warehouse.make_reader(served, ROLE, password=None)
    with served.reading() as connection:
        assert connection.execute(kept).scalar() == first
    warehouse.make_reader(served, ROLE, password="khác")
    with served.reading() as connection:
        assert connection.execute(kept).scalar() != first


def test_an_account_that_may_not_make_accounts_says_who_can(served: Warehouse, reader: Say, warehouse_url: str) -> None:
    warehouse.make_reader(served, ROLE, password=None)
    with served.begin() as connection:
        connection.execute(text(f"grant select on alembic_version to {ROLE}"))
    url = str(make_url(warehouse_url).set(username=ROLE))
    house = warehouse.open_warehouse(url, include=INCLUDE)
    with pytest.raises(NeedsHuman, match=r"may not make accounts; .* create role another_one login"):
        warehouse.make_reader(house, "another_one", password=None)
    engine_at(url, os.getpid()).dispose()
