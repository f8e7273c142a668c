"""A plan whose units change within its year: folders, letters and figures stay with the unit that bore the code then."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
import yaml

from commune_reports import steps
from commune_reports.demo.communes import fill_template, honest_entries
from commune_reports.errors import NeedsHuman
from commune_reports.letters import Letter, addressed_by
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan, load_plan
from commune_reports.settings import Settings

Moment = Callable[..., datetime]
PLANS = Path(__file__).resolve().parents[2] / "include" / "plans"
NOVEMBER, DECEMBER = ReportingPeriod.parse("2024-11"), ReportingPeriod.parse("2024-12")
UNITS = [
    {"code": "22492", "name": "Đại Lãnh", "kind": "xã", "slug": "dai-lanh", "email": "cu@xa.example"}
    | {"valid_to": date(2024, 11, 30), "successors": ["22504"]},
    {"code": "22504", "name": "Vạn Thọ", "kind": "xã", "slug": "van-tho", "email": "van-tho@xa.example"}
    | {"valid_to": date(2024, 11, 30), "successors": ["22504"]},
    {"code": "22504", "name": "Đại Lãnh", "kind": "xã", "slug": "dai-lanh", "email": "moi@xa.example"}
    | {"valid_from": date(2024, 12, 1)},
]


@pytest.fixture
def merging(settings: Settings, tmp_path: Path) -> tuple[Settings, Plan]:
    shutil.copy(PLANS / "pci-pgi-2024.yaml", tmp_path / "base.yaml")
    path = tmp_path / "plan.yaml"
    path.write_text(yaml.safe_dump({"extends": "base.yaml", "units": UNITS}, allow_unicode=True), encoding="utf-8")
    changed = replace(settings, plan_file=path)
    return changed, load_plan(path)


def _report(
    settings: Settings, plan: Plan, unit_number: int, period: ReportingPeriod, folder: str | None = None
) -> None:
    unit = plan.units[unit_number]
    template = settings.share / unit.folder / "bieu-mau" / f"bieu-mau-{period.id}.xlsx"
    out = settings.share / (folder or unit.folder) / "nop" / f"{unit.slug}-{period.id}.xlsx"
    fill_template(template, out, honest_entries(plan, unit, period))


def _receipt(settings: Settings, folder: str) -> str:
    [path] = (settings.share / folder / "phan-hoi").glob("phieu-*.txt")
    return path.read_text(encoding="utf-8-sig")


def _two_months(settings: Settings, plan: Plan, moment: Moment, *, reporting_in_november: Sequence[int]) -> None:
    """November, reported by some of the old units, and December by the one they became."""
    steps.open_periods(settings, now=moment(10, 15, 7), period="2024-11")
    for unit_number in reporting_in_november:
        _report(settings, plan, unit_number, NOVEMBER)
    steps.collect(settings, now=moment(11, 15))
    steps.open_periods(settings, now=moment(11, 15, 7), period="2024-12")
    _report(settings, plan, 2, DECEMBER)
    steps.collect(settings, now=moment(12, 10))


def test_each_period_asks_the_units_there_were_and_reads_them_as_what_they_became(
    merging: tuple[Settings, Plan], moment: Moment
) -> None:
    settings, plan = merging
    _two_months(settings, plan, moment, reporting_in_november=(0, 1))
    now = moment(12, 17)
    names = {
        period: [
            (one["unit"], one["name"], one["reported"] > 0)
            for one in steps.status(settings, period=period, now=now)["units"]
        ]
        for period in ("2024-11", "2024-12")
    }
    assert names == {
        "2024-11": [("22492", "xã Đại Lãnh", True), ("22504", "xã Vạn Thọ", True)],
        "2024-12": [("22504", "xã Đại Lãnh", True)],
    }
    figures = steps.aggregate(settings, period="2024-11", now=now, units_of=date(2024, 12, 1))
    [merged] = figures["successors"]
    assert (merged["unit"], merged["name"], merged["made_of"]) == ("22504", "xã Đại Lãnh", ["22492", "22504"])
    by_unit = [[one["score"] for one in unit["indicators"]] for unit in figures["units"]]
    pairs = [[score for score in pair if score is not None] for pair in zip(*by_unit, strict=True)]
    means = [fmean(pair) if pair else None for pair in pairs]
    assert [one["score"] for one in merged["indicators"]] == pytest.approx(means)
    later = steps.aggregate(settings, period="2024-12", now=now)
    assert all(one["previous_score"] is None for one in later["changes"] if one["unit"] == "22504")
    assert [unit["name"] for one in later["trend"] for unit in one["units"]] == [
        "xã Đại Lãnh",
        "xã Vạn Thọ",
        "xã Đại Lãnh",
    ]


def test_a_merged_units_figure_leads_to_the_cells_of_all_it_is_made_of(
    merging: tuple[Settings, Plan], moment: Moment
) -> None:
    settings, plan = merging
    steps.open_periods(settings, now=moment(10, 15, 7), period="2024-11")
    _report(settings, plan, 0, NOVEMBER)
    steps.collect(settings, now=moment(11, 15))
    asked: dict[str, Any] = {"period": "2024-11", "now": moment(12, 17), "indicator": "PCI-03"}
    traced = steps.trace(settings, **asked, unit="22504", units_of=date(2024, 12, 1))
    assert traced["made_of"] == ["22492", "22504"]
    assert {row["unit_code"] for row in traced["rows"]} == {"22492", "22504"}
    counted = {"completed": 100.0, "not_started": 0.0, "missing": 0.0}
    by_unit = [
        [
            counted.get(row["status"], row["progress_pct"])
            for row in traced["rows"]
            if row["unit_code"] == unit and row["status"] != "nil"
        ]
        for unit in traced["made_of"]
    ]
    assert traced["figure"]["score"] == pytest.approx(sum(sum(one) / len(one) for one in by_unit) / 2)
    alone = steps.trace(settings, **asked, unit="22504")
    assert {row["unit_code"] for row in alone["rows"]} == {"22504"}
    with pytest.raises(
        NeedsHuman, match="no unit of period 2024-11 became 22492 by 2024-12-01; there are 22504 xã Đại Lãnh"
    ):
        steps.trace(settings, **asked, unit="22492", units_of=date(2024, 12, 1))


def test_the_folder_of_a_unit_that_ended_is_not_the_one_that_bears_its_code_now(
    merging: tuple[Settings, Plan], moment: Moment
) -> None:
    settings, plan = merging
    steps.open_periods(settings, now=moment(10, 15, 7), period="2024-11")
    steps.open_periods(settings, now=moment(11, 15, 7), period="2024-12")
    _report(settings, plan, 2, DECEMBER, folder="22504-van-tho")
    steps.collect(settings, now=moment(12, 10))
    answered = _receipt(settings, "22504-van-tho")
    assert "xã Vạn Thọ, đơn vị không tồn tại trong kỳ" in answered
    assert "22504-dai-lanh (xã Đại Lãnh)" in answered
    [unit] = steps.status(settings, period="2024-12", now=moment(12, 17))["units"]
    assert unit["reported"] == 0


def test_a_letter_goes_to_the_unit_that_bore_the_code_in_its_period(merging: tuple[Settings, Plan]) -> None:
    _, plan = merging
    for period_id, address in (("2024-11", "van-tho@xa.example"), ("2024-12", "moi@xa.example")):
        letter = Letter("k", "reminder", "email", period_id, "22504", "s", "t", "h")
        assert [one.email for one in addressed_by(plan, letter).to] == [address]


def test_what_rules_found_under_a_code_is_counted_for_the_unit_that_bore_it(
    merging: tuple[Settings, Plan], moment: Moment
) -> None:
    settings, plan = merging
    _two_months(settings, plan, moment, reporting_in_november=(1,))
    rows = steps.rules(settings, by="unit", now=moment(12, 17))["rows"]
    assert [(one["unit"], one["first_period"], one["last_period"], one["files"]) for one in rows] == [
        ("22504", "2024-11", "2024-11", 1),
        ("22504", "2024-12", "2024-12", 1),
    ]
