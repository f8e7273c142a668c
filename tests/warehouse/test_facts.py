"""Facts are written once, nothing is lost by repeating, and a database in trouble is told apart from one to wait for."""

import multiprocessing
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.exc import IntegrityError

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.letters import Address, Letter
from commune_reports.outbox import Delivery
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.warehouse import HEAD, Arrival, Warehouse, connecting, settling, tables

INCLUDE = Path(__file__).resolve().parents[2] / "include"
NOW = datetime(2024, 11, 15, 9, tzinfo=ZONE)
LATER = NOW + timedelta(days=9)
PERIOD = ReportingPeriod.parse("2024-11")
LETTER = Letter(
    key="report:x",
    kind="report",
    channel="email",
    period_id="2024-11",
    unit_code=None,
    subject="s",
    text="t",
    html="h",
    to=(Address("A", "a@x.example"),),
    cc=(Address("B", "b@x.example"),),
)


@pytest.fixture
def house(warehouse_url: str) -> Warehouse:
    return warehouse.open_warehouse(warehouse_url, include=INCLUDE)


def test_opening_a_period_twice_writes_its_obligations_once(house: Warehouse, plan: Plan) -> None:
    with house.begin() as connection:
        warehouse.record_plan(connection, plan, now=NOW)
        first = warehouse.open_period(connection, plan, PERIOD, now=NOW)
        assert (first, warehouse.open_period(connection, plan, PERIOD, now=NOW)) == (13 * 33, 0)
        assert warehouse.is_open(connection, plan.id, PERIOD.id)
        assert not warehouse.is_open(connection, plan.id, "2024-12")
        assert len(connection.execute(select(tables.indicator)).all()) == 14


def test_an_arrival_is_recorded_once_and_waits_until_it_is_assessed(house: Warehouse) -> None:
    arrival = Arrival("k", "s", "a.xlsx", "22492-x", "22492", 1, NOW)
    with house.begin() as connection:
        warehouse.record_arrivals(connection, [arrival], now=NOW)
        warehouse.record_arrivals(connection, [arrival], now=NOW + timedelta(hours=1))
        assert warehouse.unchecked_submissions(connection) == [arrival]
        assert [row.recorded_at for row in connection.execute(select(tables.submission))] == [NOW]


def test_an_arrival_of_several_gigabytes_is_recorded_as_large_as_it_is(house: Warehouse) -> None:
    arrival = Arrival("k", "s", "phim.mp4", "22492-x", "22492", 5 * 2**30, NOW)
    with house.begin() as connection:
        warehouse.record_arrivals(connection, [arrival], now=NOW)
    with house.reading() as connection:
        assert warehouse.unchecked_submissions(connection) == [arrival]


def test_a_value_no_column_holds_needs_a_person_in_one_line(house: Warehouse) -> None:
    if house.engine.dialect.name == "sqlite":
        pytest.skip("a column of SQLite holds everything")
    with pytest.raises(NeedsHuman, match="cannot hold what it was given: value too long"), house.begin() as connection:
        warehouse.record_arrivals(connection, [Arrival("k" * 65, "s", "a.xlsx", "22492-x", "22492", 1, NOW)], now=NOW)


def test_a_failed_transaction_leaves_nothing_behind(house: Warehouse) -> None:
    with pytest.raises(RuntimeError), house.begin() as connection:
        warehouse.record_arrivals(connection, [Arrival("k", "s", "a", "f", None, 1, NOW)], now=NOW)
        raise RuntimeError
    with house.begin() as connection:
        assert warehouse.unchecked_submissions(connection) == []


def test_a_moment_without_a_zone_is_refused(house: Warehouse) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Exception, match="without a zone"), house.begin() as connection:
        warehouse.record_arrivals(connection, [Arrival("k", "s", "a", "f", None, 1, naive)], now=NOW)


def test_a_letter_is_queued_once_and_comes_back_character_for_character(house: Warehouse) -> None:
    with house.begin() as connection:
        assert warehouse.queue_letter(connection, LETTER, now=NOW)
        assert not warehouse.queue_letter(connection, LETTER, now=NOW)
        [queued] = warehouse.pending_letters(connection, channel="email")
        assert warehouse.pending_letters(connection, channel="folder") == []
    assert queued.letter == LETTER
    assert queued.recipients == ("a@x.example", "b@x.example")


def _attempt(house: Warehouse, outcome: str | None, **refused: str) -> None:
    with house.begin() as connection:
        attempt = warehouse.start_attempts(connection, [LETTER.key], now=NOW)[LETTER.key]
        if outcome:
            names = refused or (dict.fromkeys("ab", "550") if outcome == "refused" else {})
            addresses = {f"{name}@x.example": said for name, said in names.items()}
            warehouse.finish_attempts(connection, {attempt: Delivery(outcome, "d", addresses)}, now=NOW)


@pytest.mark.parametrize(
    ("outcomes", "state", "is_waiting"),
    [
        ([], "waiting", True),
        (["sent"], "sent", False),
        ([None], "waiting", True),
        (["deferred"] * 5, "waiting", True),
        (["refused"] * 2, "waiting", True),
        (["refused"] * 3, "refused", False),
        (["refused", "deferred", "sent"], "sent", False),
    ],
)
def test_a_letter_waits_until_it_is_sent_or_refused_three_times(
    house: Warehouse, outcomes: list[str | None], state: str, is_waiting: bool
) -> None:
    with house.begin() as connection:
        warehouse.queue_letter(connection, LETTER, now=NOW)
    for outcome in outcomes:
        _attempt(house, outcome)
    with house.begin() as connection:
        [shown] = warehouse.outbox(connection)
        assert (shown["state"], len(shown["attempts"])) == (state, len(outcomes))
        assert bool(warehouse.pending_letters(connection, channel="email")) == is_waiting


def test_after_a_partial_refusal_only_the_refused_address_is_tried_again(house: Warehouse) -> None:
    with house.begin() as connection:
        warehouse.queue_letter(connection, LETTER, now=NOW)
    _attempt(house, "partly_refused", b="550 unknown")
    with house.begin() as connection:
        [queued] = warehouse.pending_letters(connection, channel="email")
    assert (queued.recipients, queued.refusals, queued.is_last_try) == (("b@x.example",), 1, False)


def test_an_interrupted_attempt_stays_visible(house: Warehouse) -> None:
    with house.begin() as connection:
        warehouse.queue_letter(connection, LETTER, now=NOW)
    _attempt(house, None)
    with house.begin() as connection:
        [attempt] = warehouse.outbox(connection)[0]["attempts"]
    assert attempt["outcome"] is None
    assert "interrupted" in attempt["detail"]


def _hold(url: str, name: str, held: object, release: object) -> None:
    house = warehouse.open_warehouse(url, include=INCLUDE)
    with house.exclusive(name):
        held.set()  # type: ignore[attr-defined]
        release.wait(30)  # type: ignore[attr-defined]


def test_a_name_is_held_by_one_process_only(
    house: Warehouse, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "LOCK_WAIT_SECONDS", 0.3)
    context = multiprocessing.get_context("fork")
    held, release = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(warehouse_url, "outbox", held, release))
    other.start()
    try:
        assert held.wait(60)
        with pytest.raises(Transient, match="busy with outbox"), house.exclusive("outbox"):
            pass
        with house.exclusive("answers"):
            pass
    finally:
        release.set()
        other.join(30)
    with house.exclusive("outbox"):
        pass


def test_facts_are_counted_between_two_moments(house: Warehouse, plan: Plan) -> None:
    with house.begin() as connection:
        assert warehouse.facts_since(connection, house, plan.id, PERIOD.id, after=NOW, until=LATER) == 0


def test_a_warehouse_without_tables_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman, match="db upgrade"):
        warehouse.open_warehouse(f"sqlite:///{tmp_path / 'new.sqlite'}", include=INCLUDE)


def test_a_newer_warehouse_is_not_touched(warehouse_url: str) -> None:
    engine = create_engine(warehouse_url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(NeedsHuman, match="install the newer program"):
        warehouse.open_warehouse(warehouse_url, include=INCLUDE)


def test_upgrading_twice_changes_nothing(warehouse_url: str) -> None:
    assert warehouse.upgrade(warehouse_url) == HEAD


def test_the_migrations_make_exactly_the_declared_tables(house: Warehouse) -> None:
    found = inspect(house.engine)
    assert set(found.get_table_names()) == {*tables.metadata.tables, "alembic_version"}
    for name, table in tables.metadata.tables.items():
        columns = {one["name"]: one["nullable"] for one in found.get_columns(name)}
        assert columns == {column.name: column.nullable for column in table.columns}


def test_every_submitted_row_needs_its_submission(house: Warehouse) -> None:
    orphan = {"submission_id": "nobody", "plan_id": "p", "verdict": "accepted", "recorded_at": NOW}
    counts = dict.fromkeys(("rows_owed", "rows_read", "rows_accepted", "rows_nil"), 0)
    with pytest.raises(IntegrityError), house.begin() as connection:
        connection.execute(tables.assessment.insert(), orphan | counts)


def test_a_locked_sqlite_file_is_worth_another_try(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0)
    path = tmp_path / "w.sqlite"
    path.write_bytes(migrated_sqlite.read_bytes())
    house = warehouse.open_warehouse(f"sqlite:///{path}", include=INCLUDE)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    with pytest.raises(Transient, match="the warehouse is busy: another process has"), house.begin():
        pass
    holder.close()


def test_a_server_that_goes_while_facts_are_waited_for_is_worth_another_try(
    house: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    if house.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server")
    end = text("select pg_terminate_backend(pg_backend_pid())")
    monkeypatch.setattr(settling, "_wait_for_transactions", lambda connection: connection.execute(end))
    with pytest.raises(Transient, match="cannot be reached"):
        warehouse.wait_for_facts(house, datetime.now(tz=ZONE))


def test_a_file_that_is_no_database_needs_a_person(tmp_path: Path) -> None:
    path = tmp_path / "w.sqlite"
    path.write_bytes(b"not a database at all, but long enough to have a header" * 20)
    with pytest.raises(NeedsHuman, match="not a database"):
        warehouse.open_warehouse(f"sqlite:///{path}", include=INCLUDE)


def test_an_absent_server_is_worth_another_try_and_an_absent_database_is_not(postgres: Callable[[str], str]) -> None:
    with pytest.raises(Transient, match="cannot be reached"):
        warehouse.open_warehouse("postgresql+psycopg://u:p@127.0.0.1:1/x", include=INCLUDE)
    with pytest.raises(NeedsHuman, match="does not exist"):
        warehouse.open_warehouse(postgres("no_such_database"), include=INCLUDE)
