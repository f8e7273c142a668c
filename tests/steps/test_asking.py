"""What IT and the office ask beside scores: changes, trend, bodies, remarks, rules over time, and the pages about rows."""

import errno
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from commune_reports import steps, warehouse
from commune_reports.demo.communes import honest_entries
from commune_reports.errors import NeedsHuman
from commune_reports.period import ReportingPeriod

Moment = Callable[..., datetime]
PERIOD = ReportingPeriod.parse("2024-11")


def _report(office: Any, unit: str, **changes: dict[str, Any]) -> None:
    """An honest workbook of a unit, with the entries of single tasks changed; keys are like PCI_01_1."""
    of_plan = next(one for one in office.plan.units if one.code == unit)
    entries = dict(honest_entries(office.plan, of_plan, PERIOD))
    for name, change in changes.items():
        index, indicator, task = name.split("_")
        code = f"{index}-{indicator}.{task}"
        entries[code] = replace(entries[code], **change)
    office.fill(unit, entries=entries)


def test_aggregate_tells_bodies_remarks_statuses_and_the_trend(office: Any, moment: Moment) -> None:
    said = {"difficulty": "Thiếu kinh phí", "proposal": "Đề nghị bổ sung"}
    _report(office, "22492", PCI_03_2=said)
    office.collect()
    figures = steps.aggregate(office.settings, period="2024-11", now=moment(11, 19))
    [[remark]] = [one["remarks"] for one in figures["remarks"] if one["indicator"] == "PCI-03"]
    assert (remark["unit"], remark["task"], remark["difficulty"]) == ("22492", "PCI-03.2", "Thiếu kinh phí")
    assert remark["difficulty_cell"] == f"K{remark['row']}"
    assert sum(one["owed"] for one in figures["tasks"]) == figures["totals"]["owed"] == 13 * 29
    lead = [one for one in figures["bodies"] if one["role"] == "lead"]
    assert {one["name"] for one in lead} <= {one.name for one in office.plan.bodies}
    owed = [task for task in office.plan.tasks.values() if office.plan.is_owed(task, PERIOD)]
    assert sum(one["owed"] for one in lead) == 13 * sum(len(task.lead) for task in owed)
    assert [one["period"] for one in figures["trend"]] == ["2024-11"]
    assert figures["trend"][0]["scores"]["PCI"] == figures["indices"][0]["score"]
    assert (figures["previous_period"], figures["changes"]) == (None, [])


def test_the_next_month_is_set_beside_this_one(office: Any, moment: Moment) -> None:
    _report(office, "22492")
    office.collect()
    steps.open_periods(office.settings, now=moment(11, 16), period="2024-12")
    figures = steps.aggregate(office.settings, period="2024-12", now=moment(11, 20))
    assert figures["previous_period"] == "2024-11"
    of_unit = {one["code"]: one for one in figures["changes"] if one["unit"] == "22492"}
    assert of_unit["PCI"]["score"] == 0
    assert of_unit["PCI"]["score_change"] == -of_unit["PCI"]["previous_score"] < 0
    assert [one["period"] for one in figures["trend"]] == ["2024-11", "2024-12"]


@pytest.mark.parametrize("period", ["2024-08", "2024"])
def test_a_period_nothing_of_its_kind_came_before_has_figures_all_the_same(
    office: Any, moment: Moment, period: str
) -> None:
    steps.open_periods(office.settings, now=moment(11, 16), period=period)
    figures = steps.aggregate(office.settings, period=period, now=moment(11, 16))
    assert (figures["previous_period"], figures["changes"]) == (None, [])
    assert figures["totals"]["owed"] > 0


@pytest.mark.usefixtures("all_rules")
def test_rules_are_counted_by_rule_unit_and_period(office: Any, moment: Moment) -> None:
    _report(
        office,
        "22492",
        PCI_01_1={"evidence": None, "status": "Hoàn thành", "progress": 100, "completed_on": date(2024, 11, 5)},
    )
    _report(office, "22489")
    office.collect()
    ask: dict[str, Any] = {"now": moment(11, 19)}
    worst, *others = steps.rules(office.settings, by="rule", **ask)["rows"]
    assert (worst["rule"], worst["files_failed"]) == ("evidence_missing", 1)
    assert all(one["failed"] <= worst["failed"] for one in others)
    by_unit = {one["unit"]: one for one in steps.rules(office.settings, by="unit", **ask)["rows"]}
    assert by_unit["22492"]["failed"] > by_unit["22489"]["failed"] == 0
    assert (by_unit["22492"]["first_period"], by_unit["22492"]["failed_pct_change"]) == ("2024-11", 0)
    [period] = steps.rules(office.settings, by="period", **ask)["rows"]
    assert (period["period"], period["files"]) == ("2024-11", 2)
    assert steps.rules(office.settings, by="rule", since=moment(11, 18), **ask)["rows"] == []


# What is shown comes from the archive; both databases only name the files.
@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("all_rules")
def test_pages_about_the_rows_name_the_failed_ones(office: Any, moment: Moment, tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman, match="no file of period 2024-11"):
        steps.write_docs(office.settings, period="2024-11", out=tmp_path / "none", now=moment(11, 19))
    _report(office, "22492", PCI_01_1={"status": "Hoàn thành", "progress": 60})
    office.collect()
    written = steps.write_docs(office.settings, period="2024-11", out=tmp_path / "pages", now=moment(11, 19))
    assert written["files"] == 1
    pages = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "pages").rglob("*.html")}
    assert "index.html" in pages
    assert any("progress_in_range" in page and "22492" in page and "60" in page for page in pages.values())
    assert "progress_status_conflict" in pages["index.html"]
    for name, page in pages.items():
        assert not re.search(r'(src|href)="https?://[^"]*\.(js|css|png)', page), name
        assert "<script" not in page, name


@pytest.mark.parametrize("office", ["sqlite"], indirect=True)
def test_a_page_that_cannot_be_written_is_one_line_and_no_page_is_left(
    office: Any, moment: Moment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from great_expectations.data_context.store import html_site_store

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    office.fill("22492")
    office.collect()
    monkeypatch.setattr(html_site_store.HtmlSiteStore, "set", refuse)
    with pytest.raises(NeedsHuman, match=r"Great Expectations cannot write its pages: .*No space left on device$"):
        steps.write_docs(office.settings, period="2024-11", out=tmp_path / "pages", now=moment(11, 19))
    assert not (tmp_path / "pages").exists()
    assert capfd.readouterr().err == ""


def test_what_the_gate_found_is_kept_and_a_failure_leaves_no_letter(office: Any, moment: Moment) -> None:
    _report(office, "22492")
    office.collect()
    desk = steps.desk.open_desk(office.settings)
    with desk.begin() as connection:
        tables = warehouse.tables
        connection.execute(tables.obligation.delete().where(tables.obligation.c.task_code == "PCI-05.1"))
    with pytest.raises(NeedsHuman, match=r"not published: rule rows_lost failed for 1 of 1 rows: file bao cao\.xlsx"):
        steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    letters = steps.outbox_state(office.settings)["letters"]
    assert not [one for one in letters if one["kind"] == "report"]
    with desk.reading() as connection:
        kept = warehouse.gate_outcomes(connection, office.plan.id, "2024-11")
        assert warehouse.reports(connection, office.plan.id, "2024-11") == []
    failed = {one["rule"]: one for one in kept if one["failed"]}
    assert set(failed) == {"obligation_missing", "rows_lost"}
    assert (failed["obligation_missing"]["failed"], failed["obligation_missing"]["recorded_at"]) == (
        13,
        moment(11, 19, 8),
    )


def test_a_file_gone_from_the_archive_is_said_and_stops_nothing(office: Any, moment: Moment) -> None:
    _report(office, "22492")
    office.collect()
    traced = steps.trace(office.settings, period="2024-11", now=moment(11, 16), unit="22492")
    Path(traced["rows"][0]["archived"]).unlink()
    published = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    assert published["state"] == "published"
    [warning] = published["warnings"]
    assert "is not in the archive" in warning
