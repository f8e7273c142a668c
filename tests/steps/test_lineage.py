"""What stands behind a figure: its folder, its file, what was found on each row, what people decided, the number itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from openpyxl import load_workbook

from commune_reports import steps
from commune_reports.demo.communes import honest_entries
from commune_reports.errors import NeedsHuman
from commune_reports.period import ReportingPeriod
from commune_reports.steps import Decision

pytestmark = pytest.mark.usefixtures("all_rules")
Moment = Callable[..., datetime]
PERIOD = ReportingPeriod.parse("2024-11")
WHO = {"who": "Trần Văn Bình, Phòng TC-KH", "reason": "Đã có giải trình bằng văn bản"}
CONFLICT = "progress_status_conflict"


def _fill(office: Any, unit: str, name: str, **changes: Any) -> None:
    """An honest workbook of a unit, with PCI-01.1 changed."""
    entries = dict(honest_entries(office.plan, next(one for one in office.plan.units if one.code == unit), PERIOD))
    entries["PCI-01.1"] = replace(entries["PCI-01.1"], **changes)
    office.fill(unit, name, entries=entries)


def _trace(office: Any, now: datetime, **asked: Any) -> dict[str, Any]:
    return steps.trace(office.settings, period="2024-11", now=now, **asked)


def _row(office: Any, now: datetime, unit: str = "22492", **asked: Any) -> dict[str, Any]:
    rows = _trace(office, now, unit=unit, **asked)["rows"]
    return next(one for one in rows if one["task_code"] == "PCI-01.1")


def _counted(row: dict[str, Any]) -> float | None:
    return {"completed": 100.0, "in_progress": row["progress_pct"], "nil": None}.get(row["status"], 0.0)


def _recomputed(office: Any, rows: list[dict[str, Any]], index: str) -> float:
    """The index from nothing but the traced rows: units' weighted means of their indicators' means, and their mean."""
    scores = []
    for unit in dict.fromkeys(row["unit_code"] for row in rows):
        parts = []
        for one in office.plan.indicators:
            of_indicator = [
                _counted(row) for row in rows if (row["unit_code"], row["indicator"]) == (unit, one.code) and row["is_owed"]
            ]  # fmt: skip
            values = [value for value in of_indicator if value is not None]
            if values and one.index_code == index:
                parts.append((fmean(values), one.weight))
        scores.append(sum(score * weight for score, weight in parts) / sum(weight for _, weight in parts))
    return fmean(scores)


def test_a_missing_task_leads_to_what_kept_its_row_from_counting_until_a_row_counts(
    office: Any, moment: Moment
) -> None:
    _fill(office, "22492", "sai.xlsx", status="Hoàn thành", progress=60)
    office.collect()
    row = _row(office, moment(11, 18))
    assert (row["status"], row["file_name"]) == ("missing", None)
    [found] = row["findings"]
    assert (found["code"], found["severity"]) == (CONFLICT, "critical")
    assert (found["file_name"], found["sheet"]) == ("sai.xlsx", "Báo cáo")
    assert found["cell"] in found["message"]
    other = _row(office, moment(11, 18), unit="22489")
    assert (other["status"], other["findings"]) == ("missing", [])
    _fill(office, "22492", "dung.xlsx", status="Đang thực hiện", progress=60)
    office.collect(moment(11, 16))
    assert _row(office, moment(11, 18))["findings"] == []


def test_a_figure_of_an_index_of_an_indicator_and_totals_are_what_their_rows_give(office: Any, moment: Moment) -> None:
    for unit in office.plan.units[:2]:
        office.fill(unit.code)
    office.collect()
    now, day = moment(11, 18), date(2025, 7, 1)
    for asked in ({}, {"unit": "22492"}, {"unit": "22504", "units_of": day}):
        traced = _trace(office, now, index="PCI", **asked)
        assert (traced["index"], traced["figure"]["code"]) == ("PCI", "PCI")
        assert {row["indicator"].split("-")[0] for row in traced["rows"]} == {"PCI"}
        assert traced["figure"]["score"] == pytest.approx(_recomputed(office, traced["rows"], "PCI"))
        totals = _trace(office, now, **asked)
        owed = [row for row in totals["rows"] if row["is_owed"]]
        counts = {name: totals["figure"][name] for name in ("owed", "missing", "completed")}
        statuses = [row["status"] for row in owed]
        assert counts == {"owed": len(owed), **{name: statuses.count(name) for name in ("missing", "completed")}}
    assert totals["made_of"] == ["22492", "22504", "22519"]
    with pytest.raises(NeedsHuman, match="index PAPI is not in plan pci-pgi-2024; it has PCI, PGI"):
        _trace(office, now, index="PAPI")
    with pytest.raises(NeedsHuman, match="not both"):
        _trace(office, now, index="PCI", indicator="PCI-03")


def test_a_row_tells_its_folder_and_what_was_found_on_it_and_its_neighbour_nothing(office: Any, moment: Moment) -> None:
    _fill(office, "22492", "bao cao.xlsx", status="Hoàn thành", progress=100, evidence=None)
    office.fill("22489")
    office.collect()
    row, clean = _row(office, moment(11, 18)), _row(office, moment(11, 18), "22489")
    assert row["folder"] == next(one.folder for one in office.plan.units if one.code == "22492")
    assert row["findings"]
    for one in row["findings"]:
        assert set(one) == {"code", "severity", "file_name", "sheet", "cell", "message", "waiver"}
        assert (one["severity"], one["waiver"]) == ("warning", None)
        assert one["cell"] is not None
        assert one["cell"] in row["cells"].values()
    assert (clean["findings"], clean["waived"], row["waived"]) == ([], False, False)
    [file] = _trace(office, moment(11, 18), unit="22492")["files"]
    assert (file["folder"], file["sha256"]) == (row["folder"], row["sha256"])
    failed = {one["rule"] for one in file["rules"] if one["failed"]}
    assert {one["code"] for one in row["findings"]} <= failed
    assert len(file["rules"]) > len(failed)


def test_a_waived_finding_names_who_waived_it_also_when_the_waiver_has_ended(office: Any, moment: Moment) -> None:
    steps.waive(
        office.settings,
        unit="22492",
        period="2024-11",
        rule=CONFLICT,
        decision=Decision(**WHO, until_at=moment(11, 16)),
        now=moment(11, 14),
    )
    _fill(office, "22492", "bao cao.xlsx", status="Hoàn thành", progress=60)
    office.collect(moment(11, 15))
    for now in (moment(11, 15, 10), moment(11, 18)):
        row = _row(office, now)
        found = {one["code"]: one for one in row["findings"]}[CONFLICT]
        assert row["waived"]
        assert found["severity"] == "info"
        assert found["waiver"] == {**WHO, "until": "2024-11-16T09:00:00+07:00"}
    assert not _row(office, moment(11, 14, 12))["waived"]


def test_a_corrected_row_has_its_own_findings_and_a_withdrawn_file_gives_the_earlier_ones_back(
    office: Any, moment: Moment
) -> None:
    _fill(office, "22492", "cũ.xlsx", status="Hoàn thành", progress=100, evidence=None)
    office.collect(moment(11, 15))
    _fill(office, "22492", "mới.xlsx")
    office.collect(moment(11, 16))
    old, new = _row(office, moment(11, 15, 12)), _row(office, moment(11, 17))
    assert old["findings"]
    assert (new["file_name"], [one["code"] for one in new["findings"]]) == ("mới.xlsx", ["task_replaced"])
    steps.withdraw(office.settings, submission=new["submission_id"], now=moment(11, 17, 10), **WHO)
    back = _row(office, moment(11, 18))
    assert (back["file_name"], back["findings"]) == ("cũ.xlsx", old["findings"])
    assert _row(office, moment(11, 18), as_of=moment(11, 17)) == new


def test_the_workbook_carries_the_lineage_and_is_the_same_as_of_its_moment_after_later_decisions(
    office: Any, moment: Moment, tmp_path: Path
) -> None:
    waiver = {"unit": "22492", "period": "2024-11", "rule": CONFLICT}
    until = Decision(**WHO, until_at=moment(11, 20))
    steps.waive(office.settings, **waiver, decision=until, now=moment(11, 14))
    _fill(office, "22492", "bao cao.xlsx", status="Hoàn thành", progress=60)
    office.collect(moment(11, 15))
    first, *_ = steps.render_report(office.settings, period="2024-11", as_of=moment(11, 17), out=tmp_path / "a")
    steps.waive(office.settings, **waiver, decision=replace(until, who="Lê Thị Cúc"), now=moment(11, 18))
    steps.withdraw(office.settings, submission=_row(office, moment(11, 18))["sha256"], now=moment(11, 18), **WHO)
    again, *_ = steps.render_report(office.settings, period="2024-11", as_of=moment(11, 17), out=tmp_path / "b")
    assert first.read_bytes() == again.read_bytes()
    rows = [
        [str(value) for value in row if value is not None]
        for row in load_workbook(first)["Nguồn số liệu"].iter_rows(values_only=True)
    ]
    said = next(row for row in rows if "PCI-01.1" in row)
    assert "22492-dai-lanh" in said
    assert any(
        one.startswith("Được miễn (Trần Văn Bình, Phòng TC-KH, đến 09:00 ngày 20/11/2024; lý do: ") for one in said
    )
    assert any(row[-2] == "Đạt" for row in rows if len(row) > 9)
    assert rows[-1][0].startswith("– Miễn áp dụng quy tắc “")
    assert CONFLICT not in rows[-1][0]


def test_what_is_wrong_on_a_sheet_with_an_odd_name_is_known_of_its_row(office: Any, moment: Moment) -> None:
    for unit, name in (("22492", "Báo cáo "), ("22489", "Báo  cáo"), ("22495", "Báo cáo")):
        _fill(office, unit, "bao cao.xlsx", status="Hoàn thành", progress=60)
        path = office.folder(unit) / "nop" / "bao cao.xlsx"
        book = load_workbook(path)
        book["Báo cáo"].title = name
        book.save(path)
    assert office.collect()["partly_accepted"] == 3
    assert {_row(office, moment(11, 18), unit)["status"] for unit in ("22492", "22489", "22495")} == {"missing"}
