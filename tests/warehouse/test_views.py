"""The views give exactly the figures of the named statements as of now, for every plan and period at once, on both databases."""

import math
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, inspect, text
from tests.warehouse.test_recomputed import OPENED, PERIODS, Filed, emptied, store, stories

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.period import ZONE
from commune_reports.plan import Plan
from commune_reports.warehouse import Decision, Warehouse, connecting, tables
from commune_reports.warehouse.describing import MARK, described_tables
from commune_reports.warehouse.named_sql import ask
from commune_reports.warehouse.views import load_views, made_views, statement_of

__all__ = ["emptied"]  # a fixture

INCLUDE = Path(__file__).resolve().parents[2] / "include"
VIEWS = {one.described.name: one for one in load_views(INCLUDE / "sql")}
NOW = datetime(2040, 1, 1, tzinfo=UTC)
# Each view beside the statement whose rows it must have, none more and none less.
SAME = {
    "v_periods": "opened_periods",
    "v_report_units": "unit_totals",
    "v_report_tasks": "task_states",
    "v_report_missing": "missing_tasks",
    "v_unit_indicator_scores": "unit_indicator_scores",
    "v_unit_index_scores": "unit_index_scores",
    "v_indicator_scores": "indicator_scores",
    "v_index_scores": "index_scores",
}
MOMENTS = {
    "due_local": "unit_due_at",
    "cut_off_local": "cut_off_at",
    "deadline_local": "deadline_at",
    "received_local": "received_at",
    "first_received_local": "first_received_at",
    "last_received_local": "last_received_at",
}
Told = tuple[Plan, tuple[Filed, ...], tuple[tuple[int, int], ...]]


@pytest.fixture
def house(warehouse_url: str) -> Warehouse:
    return warehouse.open_warehouse(warehouse_url, include=INCLUDE)


def _rows(connection: Connection, name: str, where: str = "true") -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(text(f"select * from {name} where {where}"))]


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S") if moment else None


def _same(found: object, wanted: object) -> bool:
    if isinstance(wanted, float) and isinstance(found, (int, float)):
        return math.isclose(found, wanted, rel_tol=0, abs_tol=1e-9)
    return str(found) == str(wanted) if found is not None and wanted is not None else found is wanted


def _hold(connection: Connection, house: Warehouse, plan: Plan) -> None:
    everybody = [unit.code for unit in plan.units]
    asked = {"plan_id": plan.id, "period_ids": [one.id for one in PERIODS], "unit_codes": everybody, "as_of": NOW}
    for name, statement in SAME.items():
        key = VIEWS[name].described.key
        wanted = {
            tuple(row._mapping[one] for one in key): dict(row._mapping)
            for row in ask(connection, house.sql, statement, asked)
        }
        found = {tuple(row[one] for one in key): row for row in _rows(connection, name, f"plan_id = '{plan.id}'")}
        assert found.keys() == wanted.keys(), name
        for one, row in found.items():
            of_statement = wanted[one]
            for column, value in row.items():
                if column in MOMENTS and MOMENTS[column] in of_statement:
                    moment = of_statement[MOMENTS[column]]
                    assert (value and str(value)) == _local(moment), (name, one, column)
                elif name == "v_report_tasks" and column == "status":
                    said = of_statement["status"] or ("missing" if of_statement["is_owed"] else "not_owed")
                    assert value == said, (name, one)
                elif column in ("is_owed", "is_on_time"):
                    assert value == int(of_statement[column]), (name, one, column)
                elif column in of_statement:
                    assert _same(value, of_statement[column]), (name, one, column, value, of_statement[column])
    files = {
        (row.period_id, row.unit_code): (row.files, row.verdict, _local(row.first_received_at))
        for row in ask(connection, house.sql, "unit_files", asked)
    }
    for row in _rows(connection, "v_report_units", f"plan_id = '{plan.id}'"):
        said = (row["files"], row["verdict"], row["first_received_local"] and str(row["first_received_local"]))
        assert said == files.get((row["period_id"], row["unit_code"]), (0, None, None))
        missing = f"plan_id = '{plan.id}' and period_id = '{row['period_id']}' and unit_code = '{row['unit_code']}'"
        assert len(_rows(connection, "v_report_tasks", f"{missing} and status = 'missing'")) == row["missing"]


def test_every_view_gives_the_figures_of_its_statement_as_of_now(emptied: Callable[[], Warehouse], plan: Plan) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(first=stories(plan), second=stories(plan), gone=st.sets(st.integers(0, 7)), later=st.booleans())
    def hold(first: Told, second: Told, gone: set[int], later: bool) -> None:
        house = emptied()
        one, files, _ = first
        other = replace(second[0], id="another-plan", sha256="e" * 64)
        store(house, one, files)
        store(house, other, second[1], prefix="other")
        with house.begin() as connection:
            for number in sorted(gone & set(range(len(files)))):
                warehouse.withdraw(connection, f"file-{number:02d}", Decision("A", "nhầm"), now=NOW)
            if later:
                until = one.dates(PERIODS[0]).deadline_at + timedelta(days=9)
                warehouse.reopen(connection, one.id, PERIODS[0].id, decision=Decision("A", "bão", until), now=OPENED)
                index = one.indices[0]
                heavier = tuple(replace(each, weight=each.weight * 2) for each in index.indicators)
                changed = replace(one, sha256="f" * 64, indices=(replace(index, indicators=heavier), one.indices[1]))
                warehouse.record_plan(connection, changed, now=NOW)
                warehouse.open_period(connection, changed, PERIODS[1], now=NOW)
        with house.reading() as connection:
            _hold(connection, house, one)
            _hold(connection, house, other)

    hold()


def test_withdrawn_files_are_shown_and_do_not_count(house: Warehouse, plan: Plan) -> None:
    rows = ((0, "completed", 100.0, None),)
    store(house, plan, (Filed(2, 0, -4, 0, rows), Filed(2, 0, 3, 0, rows), Filed(2, 1, 3, 0, rows)))
    unit = plan.units[0].code
    with house.begin() as connection:
        warehouse.withdraw(connection, "file-00", Decision("Chị A", "gửi nhầm"), now=NOW)
    with house.reading() as connection:
        files = {row["submission_id"]: row for row in _rows(connection, "v_files")}
        [decision] = _rows(connection, "v_decisions")
        [counting] = _rows(connection, "v_report_tasks", f"submission_id is not null and unit_code = '{unit}'")
        units = {row["unit_code"]: row for row in _rows(connection, "v_report_units", "period_id = '2024-11'")}
    assert [(files[key]["is_withdrawn"], files[key]["is_late"]) for key in sorted(files)] == [(1, 0), (0, 1), (0, 1)]
    assert (files["file-00"]["withdrawn_by"], files["file-00"]["withdrawn_because"]) == ("Chị A", "gửi nhầm")
    assert (decision["kind"], decision["submission_id"], decision["who"]) == ("withdrawal", "file-00", "Chị A")
    assert (counting["submission_id"], counting["is_on_time"], counting["sheet_row"]) == ("file-01", 0, 10)
    assert (units[unit]["timeliness"], units[unit]["files"]) == ("late", 1)


def test_the_newest_waiver_and_reopening_are_marked(house: Warehouse, plan: Plan) -> None:
    store(house, plan, ())
    with house.begin() as connection:
        for day in (1, 2):
            decision = Decision("A", "bão", NOW + timedelta(days=day))
            warehouse.reopen(connection, plan.id, "2024-11", decision=decision, now=OPENED)
            for unit in ("22492", "22495"):
                warehouse.waive(
                    connection,
                    plan.id,
                    "2024-11",
                    unit_code=unit,
                    rule="nil_not_allowed",
                    decision=decision,
                    now=OPENED,
                )
    with house.reading() as connection:
        newest = _rows(connection, "v_decisions", "is_newest = 1")
        assert len(_rows(connection, "v_decisions")) == 6
    assert sorted((row["kind"], row["unit_code"] or "") for row in newest) == [
        ("reopening", ""),
        ("waiver", "22492"),
        ("waiver", "22495"),
    ]
    assert {str(row["until_local"]) for row in newest} == {_local(NOW + timedelta(days=2))}


def test_letters_and_deliveries_tell_how_far_they_came(house: Warehouse, plan: Plan) -> None:
    store(house, plan, (Filed(2, 0, 0, 0, ()), Filed(2, 1, 0, 0, ())))
    with house.begin() as connection:
        warehouse.start_attempts(connection, ["receipt:file-00"], now=NOW)
    with house.reading() as connection:
        letters = {row["letter_key"]: row for row in _rows(connection, "v_letters")}
        [delivery] = _rows(connection, "v_deliveries")
    assert [
        (letters[key]["last_outcome"], letters[key]["attempts"], letters[key]["subject"]) for key in sorted(letters)
    ] == [
        ("interrupted", 1, "s"),
        ("waiting", 0, "s"),
    ]
    assert (delivery["outcome"], delivery["ended_local"], str(delivery["began_local"])) == (
        "interrupted",
        None,
        _local(NOW),
    )


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_the_columns_its_header_tells_of_the_kinds_it_tells(house: Warehouse, name: str) -> None:
    told = {one.name: one.kind for one in VIEWS[name].described.columns}
    with house.reading() as connection:
        found = inspect(connection).get_columns(name)
    assert [one["name"] for one in found] == list(told)
    assert set(VIEWS[name].described.key) <= set(told)
    if house.engine.dialect.name == "postgresql":
        kinds = {
            "text": "VARCHAR|TEXT",
            "integer": "INTEGER|BIGINT",
            "number": "DOUBLE",
            "date": "DATE",
            "moment": "TIMESTAMP",
            "flag": "INTEGER",
        }
        for one in found:
            assert re.match(kinds[told[one["name"]]], str(one["type"])), (one["name"], one["type"])
            assert getattr(one["type"], "timezone", False) is False


def test_comments_are_kept_where_the_database_has_room_for_them(house: Warehouse) -> None:
    if house.engine.dialect.name == "sqlite":
        pytest.skip("SQLite keeps no comments")
    with house.reading() as connection:
        found = inspect(connection)
        for name in (*tables.metadata.tables, *VIEWS):
            assert found.get_table_comment(name)["text"], name
            for one in found.get_columns(name):
                assert one["comment"], (name, one["name"])


def test_every_table_and_column_has_a_meaning() -> None:
    for one in (*described_tables(), *(view.described for view in VIEWS.values())):
        assert one.purpose.endswith("."), one.name
        assert one.grain, one.name
        assert one.key, one.name
        for column in one.columns:
            assert column.said.endswith("."), (one.name, column.name)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_view_asks_its_reader_for_nothing(dialect: str) -> None:
    for view in VIEWS.values():
        assert not re.search(r"(?<!:):[a-z]", re.sub("'[^']*'", "", statement_of(view, INCLUDE / "sql", dialect)))


def test_a_view_over_a_statement_that_asks_for_more_is_refused() -> None:
    view = replace(VIEWS["v_report_tasks"], uses=("text_owners",))
    with pytest.raises(NeedsHuman, match=r"asks for (period_id|text_keys)"):
        statement_of(view, INCLUDE / "sql", "sqlite")


@contextmanager
def _begin(url: str) -> Iterator[Connection]:
    with connecting.engine_at(url, os.getpid()).begin() as connection:
        yield connection


def test_an_upgrade_makes_the_views_anew_and_leaves_other_peoples_alone(warehouse_url: str) -> None:
    with _begin(warehouse_url) as connection:
        connection.execute(text("drop view v_files"))
        connection.execute(text("create view v_mine as select 1 as one"))
        if connection.dialect.name == "postgresql":
            connection.execute(text("create view v_old as select 1 as one"))
            connection.execute(text(f"comment on view v_old is '{MARK}'"))
        else:
            connection.execute(text(f"create view v_old as\n-- {MARK}\nselect gone from nowhere"))
    warehouse.upgrade(warehouse_url)
    with _begin(warehouse_url) as connection:
        assert sorted(made_views(connection)) == sorted(VIEWS)
        assert _rows(connection, "v_mine") == [{"one": 1}]


def test_an_upgrade_says_which_view_it_could_not_make_anew(
    warehouse_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(INCLUDE, tmp_path / "include")
    (tmp_path / "include" / "sql" / "views" / "v_files.sql").unlink()
    warehouse.upgrade(warehouse_url, include=tmp_path / "include")
    assert [one.message for one in caplog.records if one.levelname == "WARNING"] == [
        "the view v_files is gone: include/sql/views does not have it"
    ]


def test_a_view_cuts_a_moment_off_at_its_second(house: Warehouse) -> None:
    at = datetime(2024, 11, 15, 1, 59, 59, 999_999, tzinfo=UTC)
    kept = {"submission_id": "a", "sha256": "a" * 64, "file_name": "a.xlsx", "folder": "x", "unit_code": "22492"}
    with house.begin() as connection:
        connection.execute(tables.submission.insert(), [{**kept, "size": 1, "received_at": at, "recorded_at": at}])
        [row] = _rows(connection, "v_files")
    assert str(row["received_local"]) == "2024-11-15 08:59:59"


def test_a_downgrade_leaves_no_view(warehouse_url: str) -> None:
    warehouse.downgrade(warehouse_url, "0003")
    with _begin(warehouse_url) as connection:
        assert inspect(connection).get_view_names() == []
    warehouse.upgrade(warehouse_url)
    with _begin(warehouse_url) as connection:
        assert sorted(made_views(connection)) == sorted(VIEWS)


def test_a_view_somebody_built_on_ours_stops_the_upgrade_and_stays(warehouse_url: str) -> None:
    with _begin(warehouse_url) as connection:
        connection.execute(text("create view mine as select submission_id from v_files"))
    if warehouse_url.startswith("sqlite"):
        warehouse.upgrade(warehouse_url)
    else:
        with pytest.raises(NeedsHuman, match=r"view mine depends on view v_files.*drop what is built on it"):
            warehouse.upgrade(warehouse_url)
    with _begin(warehouse_url) as connection:
        assert _rows(connection, "mine") == []
