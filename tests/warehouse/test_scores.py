"""Scores by the rules of the plan, from rows drawn in the test, the same on both databases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.letters import Letter
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.scorecard import Score, Scorecard
from commune_reports.task_report import Assessment, TaskRow
from commune_reports.warehouse import Arrival, Assessed, Warehouse

INCLUDE = Path(__file__).resolve().parents[2] / "include"
PERIOD = ReportingPeriod.parse("2024-11")
OPENED = datetime(2024, 10, 15, 7, tzinfo=ZONE)
IN_TIME = datetime(2024, 11, 15, 9, tzinfo=ZONE)
LATE = datetime(2024, 11, 18, 17, 0, 1, tzinfo=ZONE)
END = datetime(2024, 11, 30, tzinfo=ZONE)
Row = tuple[str, str, float | None]


@pytest.fixture
def house(warehouse_url: str) -> Warehouse:
    return warehouse.open_warehouse(warehouse_url, include=INCLUDE)


@contextmanager
def _opened(house: Warehouse, plan: Plan, period: ReportingPeriod = PERIOD) -> Iterator[Connection]:
    with house.begin() as connection:
        warehouse.record_plan(connection, plan, now=OPENED)
        warehouse.open_period(connection, plan, period, now=OPENED)
        yield connection


def _file(
    connection: Connection,
    plan: Plan,
    unit: str,
    rows: Sequence[Row],
    *,
    at: datetime = IN_TIME,
    known: datetime | None = None,
    name: str = "a",
    period: ReportingPeriod = PERIOD,
) -> str:
    """One submitted file of a unit with rows (task, status, progress)."""
    key = f"{unit}-{name}"
    arrival = Arrival(key, f"{key}-bytes", f"{name}.xlsx", f"{unit}-xa", unit, 100, at)
    kept = tuple(
        TaskRow(
            "S",
            number,
            task,
            "code",
            status,
            progress,
            f"kết quả {name}",
            None,
            None,
            None,
            None,
            None,
            {"status": f"F{number}"},
        )
        for number, (task, status, progress) in enumerate(rows, start=10)
    )
    verdict = Assessment(key, "accepted" if kept else "rejected", 29, len(kept), len(kept), 0, kept, ())
    letter = Letter(
        f"receipt:{key}", "receipt", "folder", period.id, unit, "s", "t", "h", folder=f"{unit}-xa", file_stem="p"
    )
    now = known or at
    warehouse.record_arrivals(connection, [arrival], now=now)
    warehouse.store_assessments(
        connection, [Assessed(arrival, period.id, verdict, (), letter)], plan_id=plan.id, now=now
    )
    return key


def _card(house: Warehouse, plan: Plan, *, as_of: datetime = END, period: ReportingPeriod = PERIOD) -> Scorecard:
    with house.begin() as connection:
        return warehouse.scorecard(connection, house, plan, period=period, as_of=as_of)


def _indicator(card: Scorecard, code: str, unit: str | None) -> Score:
    return next(one.figures for one in card.indicators if (one.indicator_code, one.unit_code) == (code, unit))


def _index(card: Scorecard, code: str, unit: str | None) -> Score:
    return next(one.figures for one in card.indices if (one.index_code, one.unit_code) == (code, unit))


def test_an_indicator_is_the_mean_of_its_owed_tasks_missing_counting_nothing(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan) as connection:
        _file(
            connection,
            plan,
            "22492",
            [("PCI-03.1", "completed", None), ("PCI-03.2", "in_progress", 40.0), ("PCI-03.3", "not_started", 0.0)],
        )
    score = _indicator(_card(house, plan), "PCI-03", "22492")
    assert score.score == pytest.approx((100 + 40 + 0 + 0 + 0) / 5)
    assert (score.owed, score.reported, score.missing, score.completed, score.in_progress, score.not_started) == (
        5,
        3,
        2,
        1,
        1,
        1,
    )
    assert score.coverage_pct == pytest.approx(60)


def test_nil_leaves_the_denominator_but_counts_as_reported(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan) as connection:
        _file(
            connection,
            plan,
            "22492",
            [("PCI-02.1", "nil", None), ("PCI-02.2", "in_progress", 50.0), ("PCI-01.1", "nil", None)],
        )
    card = _card(house, plan)
    second, first = _indicator(card, "PCI-02", "22492"), _indicator(card, "PCI-01", "22492")
    assert (second.score, second.nil, second.reported, second.missing) == (50, 1, 2, 0)
    assert (first.score, first.coverage_pct) == (None, 100)


def test_an_index_weighs_its_indicators_and_one_without_score_takes_its_weight_along(
    house: Warehouse, plan: Plan
) -> None:
    with _opened(house, plan) as connection:
        tasks = [task.code for task in plan.tasks.values() if plan.is_owed(task, PERIOD)]
        rows: list[Row] = [
            (code, "nil", None)
            if code == "PCI-01.1"
            else (code, "completed", 100.0)
            if code.startswith("PCI-02")
            else (code, "not_started", 0.0)
            for code in tasks
        ]
        _file(connection, plan, "22492", rows)
    card = _card(house, plan)
    # PCI-01 (5) is nil, PCI-09 (10) owes nothing in a month: 85 of the weights remain, PCI-02 has 10 of them.
    assert _index(card, "PCI", "22492").score == pytest.approx(100 * 10 / 85)
    assert _index(card, "PGI", "22492").score == 0


def test_the_district_is_the_mean_over_its_units_and_its_counts_are_their_sums(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan) as connection:
        _file(connection, plan, "22492", [("PCI-01.1", "completed", 100.0)])
        _file(connection, plan, "22489", [("PCI-01.1", "in_progress", 30.0)])
        _file(connection, plan, "22495", [("PCI-01.1", "nil", None)])
    district = _indicator(_card(house, plan), "PCI-01", None)
    assert district.score == pytest.approx((100 + 30 + 0 * 10) / 12)  # the unit that is nil has no score to average
    assert (district.owed, district.reported, district.nil, district.missing) == (13, 3, 1, 10)


def test_every_count_of_the_district_is_the_sum_of_its_units(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan) as connection:
        _file(connection, plan, "22492", [("PCI-05.1", "completed", 100.0), ("PGI-01.1", "nil", None)])
        _file(connection, plan, "22525", [("PCI-05.1", "in_progress", 10.0)])
    card = _card(house, plan)
    for name in ("owed", "reported", "nil", "missing", "completed", "in_progress", "not_started"):
        for code in (one.code for one in plan.indicators):
            parts = sum(
                getattr(one.figures, name) for one in card.indicators if one.unit_code and one.indicator_code == code
            )
            assert getattr(_indicator(card, code, None), name) == parts


def test_an_indicator_without_an_owed_task_is_shown_with_nothing_owed(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan) as connection:
        _file(connection, plan, "22492", [("PCI-09.1", "completed", 100.0)])
    score = _indicator(_card(house, plan), "PCI-09", "22492")
    assert (score.owed, score.reported, score.score, score.coverage_pct, score.on_time_pct) == (0, 0, None, None, None)


def test_a_unit_is_on_time_only_if_nothing_it_owes_came_late(house: Warehouse, plan: Plan) -> None:
    due = plan.dates(PERIOD).unit_due_at
    with _opened(house, plan) as connection:
        _file(connection, plan, "22492", [("PCI-01.1", "completed", 100.0)], at=due)
        _file(connection, plan, "22492", [("PCI-01.1", "in_progress", 50.0)], at=LATE, name="corrected")
        _file(connection, plan, "22489", [("PCI-01.1", "completed", 100.0)], at=due)
        _file(connection, plan, "22489", [("PCI-02.1", "completed", 100.0)], at=LATE, name="b")
        _file(connection, plan, "22495", [], at=IN_TIME)
    card = _card(house, plan)
    standing = {one.unit_code: one for one in card.standings}
    assert [standing[code].timeliness for code in ("22492", "22489", "22495", "22525")] == [
        "on_time",
        "late",
        "missing",
        "missing",
    ]
    assert (standing["22495"].verdict, standing["22495"].files, standing["22525"].verdict) == ("rejected", 1, None)
    assert standing["22492"].first_received_at == due
    assert "PCI-03.1" in standing["22492"].missing_tasks
    assert "PCI-01.1" not in standing["22492"].missing_tasks
    assert _indicator(card, "PCI-01", None).on_time_pct == pytest.approx(200 / 13)
    assert _indicator(card, "PCI-02", "22489").on_time_pct == 0


def test_the_newest_accepted_row_counts_and_a_rejected_file_displaces_nothing(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan) as connection:
        _file(connection, plan, "22492", [("PCI-01.1", "in_progress", 40.0)], name="a")
        _file(connection, plan, "22492", [("PCI-01.1", "completed", 100.0)], at=IN_TIME + timedelta(hours=1), name="b")
        _file(connection, plan, "22492", [], at=IN_TIME + timedelta(hours=2), name="c")
    [state] = [one for one in _card(house, plan).tasks if (one.unit_code, one.task_code) == ("22492", "PCI-01.1")]
    assert (state.status, state.file_name, state.sha256, state.row, state.cells) == (
        "completed",
        "b.xlsx",
        "22492-b-bytes",
        10,
        {"status": "F10"},
    )


def test_a_file_that_came_first_but_was_known_later_does_not_displace_a_newer_one(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan) as connection:
        _file(
            connection, plan, "22492", [("PCI-01.1", "completed", 100.0)], at=IN_TIME + timedelta(hours=1), name="new"
        )
        _file(
            connection,
            plan,
            "22492",
            [("PCI-01.1", "in_progress", 10.0)],
            at=IN_TIME,
            known=IN_TIME + timedelta(hours=5),
            name="old",
        )
    [state] = [one for one in _card(house, plan).tasks if (one.unit_code, one.task_code) == ("22492", "PCI-01.1")]
    assert state.status == "completed"


def test_a_row_that_came_in_time_but_became_known_later_did_not_count_as_in_time_before(
    house: Warehouse, plan: Plan
) -> None:
    due = plan.dates(PERIOD).unit_due_at
    with _opened(house, plan) as connection:
        _file(connection, plan, "22492", [("PCI-01.1", "completed", 100.0)], at=due, known=END, name="in time")
        _file(connection, plan, "22492", [("PCI-01.1", "completed", 100.0)], at=LATE, name="late")
    before = _card(house, plan, as_of=END - timedelta(seconds=1))
    assert _indicator(before, "PCI-01", "22492").on_time_pct == 0
    assert _indicator(_card(house, plan, as_of=END), "PCI-01", "22492").on_time_pct == 100


def test_the_past_stays_what_it_was(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan) as connection:
        _file(connection, plan, "22492", [("PCI-01.1", "in_progress", 40.0)])
    before = _card(house, plan, as_of=LATE)
    with house.begin() as connection:
        _file(connection, plan, "22492", [("PCI-01.1", "completed", 100.0)], at=END, name="b")
        _file(connection, plan, "22489", [("PCI-01.1", "completed", 100.0)], at=END)
    assert _card(house, plan, as_of=LATE) == before
    assert _card(house, plan, as_of=END) != before


def test_a_changed_plan_file_does_not_change_a_period_already_counted(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan) as connection:
        _file(connection, plan, "22492", [("PCI-02.1", "completed", 100.0)])
    before = _card(house, plan, as_of=LATE)
    index = plan.indices[0]
    heavier = tuple(
        replace(one, weight=one.weight + (5 if n == 0 else -5 if n == 1 else 0))
        for n, one in enumerate(index.indicators)
    )
    changed = replace(plan, sha256="f" * 64, indices=(replace(index, indicators=heavier), plan.indices[1]))
    with house.begin() as connection:
        warehouse.record_plan(connection, changed, now=END)
        assert warehouse.open_period(connection, changed, PERIOD, now=END) == 13 * 33
    assert _card(house, changed, as_of=LATE) == before
    assert _index(_card(house, changed), "PCI", "22492").score != _index(before, "PCI", "22492").score


def test_last_periods_state_is_the_latest_earlier_one_of_each_task(house: Warehouse, plan: Plan) -> None:
    september, october = ReportingPeriod.parse("2024-09"), ReportingPeriod.parse("2024-10")
    with _opened(house, plan, september) as connection:
        warehouse.open_period(connection, plan, october, now=OPENED)
        warehouse.open_period(connection, plan, PERIOD, now=OPENED)
        _file(
            connection,
            plan,
            "22492",
            [("PCI-01.1", "in_progress", 20.0), ("PCI-02.1", "in_progress", 30.0)],
            name="sep",
            period=september,
        )
        _file(
            connection,
            plan,
            "22492",
            [("PCI-01.1", "completed", 100.0)],
            name="oct",
            period=october,
            at=IN_TIME - timedelta(days=20),
        )
        _file(connection, plan, "22492", [("PCI-01.1", "nil", None)], name="nov")
        _file(connection, plan, "22489", [("PCI-03.1", "completed", 100.0)], name="oct", period=october)
        states = warehouse.previous_states(
            connection, house, plan_id=plan.id, unit_code="22492", period=PERIOD, as_of=END
        )
    assert {code: (state.status, state.progress_pct) for code, state in states.items()} == {
        "PCI-01.1": ("completed", 100.0),
        "PCI-02.1": ("in_progress", 30.0),
    }


def test_what_was_stored_comes_back_unchanged(house: Warehouse, plan: Plan) -> None:
    row = TaskRow(
        sheet="Báo cáo ½",
        row=7,
        task_code="PCI-01.1",
        matched_by="text",
        status="completed",
        progress_pct=99.5,
        result="=1+1 ‘x’ 🙂",
        evidence="12/BC",
        completed_on=date(2024, 11, 5),
        difficulty="khó",
        proposal="đề xuất",
        note="ghi",
        cells={"task": "B7"},
    )
    arrival = Arrival("k", "s" * 64, "tên lạ '\".xlsx", "22492-dai-lanh", "22492", 5, IN_TIME)
    letter = Letter("receipt:k", "receipt", "folder", PERIOD.id, "22492", "s", "t", "h", folder="f", file_stem="p")
    with _opened(house, plan) as connection:
        warehouse.record_arrivals(connection, [arrival], now=IN_TIME)
        verdict = Assessment("k", "accepted", 29, 1, 1, 0, (row,), ())
        warehouse.store_assessments(
            connection, [Assessed(arrival, PERIOD.id, verdict, (), letter)], plan_id=plan.id, now=IN_TIME
        )
    [state] = [one for one in _card(house, plan).tasks if one.status]
    for name in (
        "status",
        "progress_pct",
        "result",
        "evidence",
        "completed_on",
        "difficulty",
        "proposal",
        "note",
        "sheet",
        "row",
        "cells",
    ):
        assert getattr(state, name) == getattr(row, name)
    assert (state.file_name, state.received_at) == (arrival.file_name, IN_TIME)


def test_a_period_that_was_not_open_yet_is_no_empty_report(house: Warehouse, plan: Plan) -> None:
    with _opened(house, plan):
        pass
    with pytest.raises(NeedsHuman, match="was not open"):
        _card(house, plan, as_of=OPENED - timedelta(seconds=1))
