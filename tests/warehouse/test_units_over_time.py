"""Units that merge, split, are renamed or hand their code on: every figure stays its unit's, and can be read as what it became."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.warehouse.test_scores import _file, _opened

from commune_reports import warehouse
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan, Unit
from commune_reports.scorecard import SuccessorScores
from commune_reports.warehouse import Warehouse

INCLUDE = Path(__file__).resolve().parents[2] / "include"
END = datetime(2025, 12, 31, tzinfo=ZONE)
NOVEMBER = ReportingPeriod.parse("2024-11")
DECEMBER = ReportingPeriod.parse("2024-12")
LAST_DAY, FIRST_DAY = date(2024, 11, 30), date(2024, 12, 1)
AFTERWARDS = ("Vạn Ninh", "Tu Bông", "Đại Lãnh", "Vạn Thắng", "Vạn Hưng")
TASK, INDICATOR, INDEX = "PCI-01.1", "PCI-01", "PCI"


@pytest.fixture
def house(warehouse_url: str) -> Warehouse:
    return warehouse.open_warehouse(warehouse_url, include=INCLUDE)


def _unit(code: str, name: str, first: date | None = None, last: date | None = None, *to: str) -> Unit:
    return Unit(code, name, "xã", name.lower(), None, first, last, to)


def _changed(plan: Plan, *units: Unit, later: Sequence[Unit] = (), **others: str) -> Plan:
    return replace(plan, units=tuple(units), later_units=tuple(later), **others)


def _read(house: Warehouse, plan: Plan, day: date, period: ReportingPeriod = NOVEMBER) -> dict[str, SuccessorScores]:
    with house.begin() as connection:
        found = warehouse.successor_scores(connection, house, plan, period=period, as_of=END, on_day=day)
    return {one.unit_code: one for one in found}


def _progress(one: SuccessorScores) -> float | None:
    return next(each.figures.score for each in one.indicators if each.indicator_code == INDICATOR)


def _reports(house: Warehouse, plan: Plan, period: ReportingPeriod = NOVEMBER, **progress: float) -> None:
    with _opened(house, plan, period) as connection:
        for unit, value in progress.items():
            rows = [(TASK, "in_progress", value)]
            _file(connection, plan, unit.removeprefix("u"), rows, name=f"{period.id}", period=period)


def test_figures_of_2024_are_read_under_the_merged_unit_of_2025(house: Warehouse, plan: Plan) -> None:
    _reports(house, plan, u22492=30.0, u22504=60.0, u22495=80.0)
    merged = _read(house, plan, date(2025, 7, 1))
    assert {code: one.name for code, one in merged.items()} == {
        "22489": "xã Vạn Ninh",
        "22498": "xã Tu Bông",
        "22504": "xã Đại Lãnh",
        "22516": "xã Vạn Thắng",
        "22525": "xã Vạn Hưng",
    }
    now = merged["22504"]
    assert (now.made_of, now.splits) == (("22492", "22504", "22519"), ())
    assert _progress(now) == pytest.approx((30 + 60 + 0) / 3)
    assert _progress(merged["22498"]) == pytest.approx((80 + 0 + 0) / 3)
    [pci] = [one.figures for one in now.indices if one.index_code == INDEX]
    with house.begin() as connection:
        card = warehouse.scorecard(connection, house, plan, period=NOVEMBER, as_of=END)
    parts = [one.figures for one in card.indices if one.index_code == INDEX and one.unit_code in now.made_of]
    assert (pci.owed, pci.reported, pci.missing) == (sum(one.owed for one in parts), 2, sum(o.missing for o in parts))
    assert pci.coverage_pct == pytest.approx(200 / pci.owed)
    assert pci.score == pytest.approx(sum(one.score or 0 for one in parts) / 3)


@pytest.mark.parametrize("revision", ["0003", "0005"])
def test_a_warehouse_from_before_units_had_days_learns_them_when_the_plan_is_next_kept(
    house: Warehouse, plan: Plan, warehouse_url: str, revision: str
) -> None:
    _reports(house, plan, u22492=30.0, u22504=60.0)
    warehouse.downgrade(warehouse_url, revision)
    warehouse.upgrade(warehouse_url)
    with house.begin() as connection:
        warehouse.record_plan(connection, plan, now=END)
    merged = _read(house, plan, date(2025, 7, 1))
    assert (merged["22504"].name, merged["22504"].made_of) == ("xã Đại Lãnh", ("22492", "22504", "22519"))
    assert {one.name for one in merged.values()} == {f"xã {name}" for name in AFTERWARDS}


def test_on_a_day_before_they_merged_units_are_themselves(house: Warehouse, plan: Plan) -> None:
    _reports(house, plan, u22492=30.0)
    before = _read(house, plan, date(2025, 6, 30))
    assert set(before) == {unit.code for unit in plan.units}
    assert before["22492"].made_of == ("22492",)
    assert before["22492"].name == "xã Đại Lãnh"
    assert _progress(before["22492"]) == 30.0


def test_a_split_unit_stands_whole_under_each_part_and_says_so(house: Warehouse, plan: Plan) -> None:
    later = [_unit("30003", "Bắc", FIRST_DAY), _unit("30004", "Nam", FIRST_DAY)]
    split = _changed(
        plan,
        _unit("30001", "Cũ", None, LAST_DAY, "30003", "30004"),
        _unit("30002", "Bên", None, LAST_DAY, "30004"),
        later=later,
    )
    _reports(house, split, u30001=40.0, u30002=80.0)
    parts = _read(house, split, FIRST_DAY)
    assert {code: (one.made_of, one.splits) for code, one in parts.items()} == {
        "30003": (("30001",), ("30001",)),
        "30004": (("30001", "30002"), ("30001",)),
    }
    assert _progress(parts["30003"]) == 40.0
    assert _progress(parts["30004"]) == pytest.approx(60.0)


def test_a_code_that_later_stands_for_another_unit_leads_nobody_to_that_units_successor(
    house: Warehouse, plan: Plan
) -> None:
    reused = _changed(
        plan,
        _unit("30001", "Cũ", None, LAST_DAY, "30002"),
        _unit("30002", "Mới", FIRST_DAY),
        _unit("30001", "Khác", date(2025, 3, 1), date(2025, 6, 30), "30010"),
        later=[_unit("30010", "Sau", date(2025, 7, 1))],
    )
    _reports(house, reused, u30001=40.0)
    now = _read(house, reused, date(2025, 7, 1))
    assert {code: (one.name, one.made_of, one.splits) for code, one in now.items()} == {
        "30002": ("xã Mới", ("30001",), ())
    }
    assert _progress(now["30002"]) == 40.0


def test_successors_of_successors_are_followed_as_far_as_the_day_and_through_other_plans(
    house: Warehouse, plan: Plan
) -> None:
    first = _changed(
        plan,
        _unit("30001", "Một", None, LAST_DAY, "30002"),
        later=[_unit("30002", "Hai", FIRST_DAY, date(2025, 5, 31), "30001")],
    )
    # The code 30001 comes back as another unit, which a later plan renames once more.
    other = _changed(
        plan,
        _unit("30001", "Ba", date(2025, 6, 1), date(2025, 8, 31), "30009"),
        later=[_unit("30009", "Bốn", date(2025, 9, 1))],
        id="another-plan",
        sha256="f" * 64,
    )
    _reports(house, first, u30001=50.0)
    with house.begin() as connection:
        warehouse.record_plan(connection, other, now=datetime(2025, 1, 1, tzinfo=ZONE))
    names = {}
    for day in (LAST_DAY, FIRST_DAY, date(2025, 6, 1), date(2025, 9, 1)):
        [(code, one)] = _read(house, first, day).items()
        assert (one.made_of, _progress(one)) == (("30001",), 50.0)
        names[day] = (code, one.name)
    assert names == {
        LAST_DAY: ("30001", "xã Một"),
        FIRST_DAY: ("30002", "xã Hai"),
        date(2025, 6, 1): ("30001", "xã Ba"),
        date(2025, 9, 1): ("30009", "xã Bốn"),
    }


def test_a_code_that_another_unit_bears_from_one_day_on_is_two_units(house: Warehouse, plan: Plan) -> None:
    handed_on = _changed(
        plan,
        _unit("30001", "Đại Lãnh", None, LAST_DAY, "30002"),
        _unit("30002", "Vạn Thọ", None, LAST_DAY, "30002"),
        _unit("30002", "Đại Lãnh", FIRST_DAY),
    )
    _reports(house, handed_on, u30001=30.0, u30002=60.0)
    _reports(house, handed_on, DECEMBER, u30002=90.0)
    with house.begin() as connection:
        asked = {"as_of": END}
        card = warehouse.scorecard(connection, house, handed_on, period=DECEMBER, **asked)
        changes = warehouse.score_changes(connection, house, handed_on, period=DECEMBER, **asked)
        before = warehouse.previous_states(
            connection, house, plan_id=plan.id, unit_code="30002", period=DECEMBER, as_of=END
        )
        named = connection.execute(
            text(
                "select period_id, unit_code, unit_name from v_unit_index_scores where index_code = 'PCI' order by 1, 2"
            )
        ).all()
    assert [one.unit_code for one in card.standings] == ["30002"]
    [of_unit] = [one for one in changes if (one.level, one.code, one.unit_code) == ("indicator", INDICATOR, "30002")]
    assert (of_unit.score, of_unit.previous_score, of_unit.score_change) == (90.0, None, None)
    [district] = [one for one in changes if (one.level, one.code, one.unit_code) == ("indicator", INDICATOR, None)]
    assert (district.previous_score, district.score_change) == (45.0, 45.0)
    assert before == {}
    assert [tuple(row) for row in named] == [
        ("2024-11", "30001", "Đại Lãnh"),
        ("2024-11", "30002", "Vạn Thọ"),
        ("2024-12", "30002", "Đại Lãnh"),
    ]
    merged = _read(house, handed_on, FIRST_DAY)
    assert {code: (one.name, one.made_of) for code, one in merged.items()} == {
        "30002": ("xã Đại Lãnh", ("30001", "30002"))
    }


def test_a_unit_that_stays_itself_keeps_its_past(house: Warehouse, plan: Plan) -> None:
    lasting = _changed(plan, _unit("30001", "Đại Lãnh", date(2020, 1, 1)))
    _reports(house, lasting, u30001=30.0)
    _reports(house, lasting, DECEMBER, u30001=90.0)
    with house.begin() as connection:
        changes = warehouse.score_changes(connection, house, lasting, period=DECEMBER, as_of=END)
        before = warehouse.previous_states(
            connection, house, plan_id=plan.id, unit_code="30001", period=DECEMBER, as_of=END
        )
    [of_unit] = [one for one in changes if (one.level, one.code, one.unit_code) == ("indicator", INDICATOR, "30001")]
    assert (of_unit.previous_score, of_unit.score_change) == (30.0, 60.0)
    assert list(before) == [TASK]


def test_the_view_shows_every_period_under_the_units_there_are_by_now(house: Warehouse, plan: Plan) -> None:
    _reports(house, plan, u22492=30.0, u22504=60.0)
    with house.begin() as connection:
        rows = connection.execute(
            text(
                "select successor_code, successor_name, units, splits, score from v_successor_scores"
                " where period_id = '2024-11' and level = 'indicator' and code = 'PCI-01' order by successor_code"
            )
        ).all()
    assert [row.successor_code for row in rows] == ["22489", "22498", "22504", "22516", "22525"]
    assert tuple(rows[2]) == ("22504", "xã Đại Lãnh", 3, 0, pytest.approx(30.0))
