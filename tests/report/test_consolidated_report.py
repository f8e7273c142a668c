"""The consolidated report as its reader opens it."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.report import write_consolidated_report
from commune_reports.scorecard import (
    Decided,
    IndexScore,
    IndicatorScore,
    RowFinding,
    Score,
    Scorecard,
    TaskState,
    UnitStanding,
    Waiver,
)

PERIOD = ReportingPeriod.parse("2024-11")
AS_OF = datetime(2024, 11, 19, 8, tzinfo=ZONE)


def _score(score: float | None, owed: int = 13) -> Score:
    return Score(owed, owed - 1, 1, 1, 8, 2, 1, score, 100 * (owed - 1) / owed if owed else None, 84.6)


def _state(unit: str, task: str, **said: object) -> TaskState:
    blank: dict[str, object] = dict.fromkeys(
        ("status", "progress_pct", "result", "evidence", "completed_on", "difficulty", "proposal", "note", "submission_id",
         "sha256", "file_name", "folder", "received_at", "sheet", "row")
    )  # fmt: skip
    return TaskState(unit_code=unit, task_code=task, is_owed=True, cells={"status": "F12"}, **(blank | said))  # type: ignore[arg-type]


def _card(plan: Plan, *states: TaskState, score: float | None = 61.25, as_of: datetime = AS_OF) -> Scorecard:
    codes = [unit.code for unit in plan.units]
    indicators = [IndicatorScore(one.code, None, one.weight, _score(score)) for one in plan.indicators]
    indicators += [
        IndicatorScore(one.code, code, one.weight, _score(score, 1)) for one in plan.indicators for code in codes
    ]
    indices = [IndexScore(one.code, unit, _score(score)) for one in plan.indices for unit in (None, *codes)]
    standings = [UnitStanding(code, "on_time", "accepted", AS_OF, AS_OF, 1, 29, 29, 0, ()) for code in codes[:-2]]
    standings.append(UnitStanding(codes[-2], "missing", None, None, None, 0, 29, 0, 0, tuple(list(plan.tasks)[:29])))
    standings.append(UnitStanding(codes[-1], "late", "accepted", AS_OF, AS_OF, 1, 29, 28, 0, ("PCI-01.1",)))
    dates = plan.dates(PERIOD)
    return Scorecard(
        plan_id=plan.id,
        period_id=PERIOD.id,
        as_of=as_of,
        unit_due_at=dates.unit_due_at,
        cut_off_at=dates.cut_off_at,
        deadline_at=dates.deadline_at,
        totals=_score(score),
        indicators=tuple(indicators),
        indices=tuple(indices),
        standings=tuple(standings),
        tasks=states,
    )


def _written(plan: Plan, out: Path, card: Scorecard, revision: int = 0, previous: Scorecard | None = None) -> Path:
    out.mkdir(exist_ok=True)
    [path] = write_consolidated_report(card, plan, out=out, revision=revision, previous=previous)
    return path


def _said(sheet: Worksheet) -> list[list[object]]:
    return [[value for value in row if value is not None] for row in sheet.iter_rows(values_only=True)]


def test_it_has_a_sheet_for_every_question(plan: Plan, tmp_path: Path) -> None:
    workbook = load_workbook(_written(plan, tmp_path, _card(plan)))
    assert workbook.sheetnames == [
        "Tổng hợp", "Đơn vị × chỉ số", "Chi tiết nhiệm vụ", "Chậm, thiếu báo cáo", "Khó khăn, kiến nghị", "Nguồn số liệu",
    ]  # fmt: skip


def test_the_summary_lists_both_indices_and_all_fourteen_indicators_with_their_scores(
    plan: Plan, tmp_path: Path
) -> None:
    rows = _said(load_workbook(_written(plan, tmp_path, _card(plan)))["Tổng hợp"])
    by_title = {row[1]: row for row in rows if len(row) > 5}
    for one in (*plan.indices, *plan.indicators):
        assert by_title[one.title][3] == 61.25
    assert by_title[plan.indicators[0].title][4:7] == [13, 12, 1]


def test_late_and_missing_units_stand_by_name_with_what_they_owe(plan: Plan, tmp_path: Path) -> None:
    rows = _said(load_workbook(_written(plan, tmp_path, _card(plan)))["Chậm, thiếu báo cáo"])
    shown = {row[1]: (row[2], row[-1]) for row in rows if len(row) > 5}
    assert shown["xã Xuân Sơn"] == ("Chưa báo cáo", "Tất cả nhiệm vụ")
    assert shown["xã Vạn Hưng"] == ("Nộp muộn", "PCI-01.1")
    assert "xã Đại Lãnh" not in shown


def test_difficulties_and_sources_name_unit_task_and_cell(plan: Plan, tmp_path: Path) -> None:
    state = _state(
        "22492", "PCI-03.4", status="in_progress", progress_pct=40.0, difficulty="Thiếu người", proposal="Thêm người",
        file_name="bc.xlsx", folder="22492-dai-lanh", sheet="S", row=12, sha256="a" * 64, received_at=AS_OF, submission_id="k",
    )  # fmt: skip
    workbook = load_workbook(_written(plan, tmp_path, _card(plan, state)))
    assert ["Thiếu người", "Thêm người"] in [row[-2:] for row in _said(workbook["Khó khăn, kiến nghị"])]
    source = next(row for row in _said(workbook["Nguồn số liệu"]) if "bc.xlsx" in row)
    place = ["22492-dai-lanh", "bc.xlsx", "08:00 19/11/2024", "S", 12, "F12", "–"]
    assert source == ["Đại Lãnh", "PCI-03.4", *place, "Đạt", "a" * 64]


def _found(row: int | None, message: str, **more: object) -> RowFinding:
    said: dict[str, object] = {"sheet": "S", "cell": None, "code": "x", "severity": "warning", "waiver": None}
    return RowFinding(submission_id="k", row=row, message=message, **said | more)  # type: ignore[arg-type]


def test_sources_say_what_was_found_on_the_row_and_who_waived_it(plan: Plan, tmp_path: Path) -> None:
    until = datetime(2024, 11, 20, 17, tzinfo=ZONE)
    where: dict[str, object] = {"file_name": "bc.xlsx", "sheet": "S", "submission_id": "k", "status": "completed"}
    cells = {"status": "F12", "result": "H11", "note": "M12"}
    states = (
        replace(_state("22492", "PCI-01.1", row=12, result="Xong", **where), cells=cells),
        _state("22492", "PCI-02.1", row=13, **where),
        _state("22492", "PCI-02.2", row=14, **where),
    )
    findings = (
        _found(12, "Dòng 12 lạ."),
        _found(None, "Ô H11 lạ.", cell="H11", severity="info"),
        _found(14, "Ô G14 lạ.", waiver=Waiver("Trần Văn Bình", "Đã có giải trình", until)),
        _found(13, "Ở trang khác.", sheet="S2"),
        _found(13, "Thay số liệu cũ.", severity="info"),
    )
    decided = (
        Decided("waivers", "22492", "Tiến độ lạ", "Trần Văn Bình", "Đã có giải trình", AS_OF, until),
        Decided("withdrawals", "22489", "cũ.xlsx", "Lê Thị Cúc", "Nhầm tệp", AS_OF, None),
    )
    card = replace(_card(plan, *states), findings=findings, decided=decided)
    rows = _said(load_workbook(_written(plan, tmp_path, card))["Nguồn số liệu"])
    first, second, third = (row for row in rows if "bc.xlsx" in row)
    assert first[-2:] == ["kết quả H11", "Cảnh báo: Dòng 12 lạ.\nLưu ý: Ô H11 lạ."]
    assert second[-1] == "Đạt\nLưu ý: Thay số liệu cũ."
    assert third[-1] == "Được miễn (Trần Văn Bình, đến 17:00 ngày 20/11/2024; lý do: Đã có giải trình): Ô G14 lạ."
    assert [row[0] for row in rows[-2:]] == [
        "– Miễn áp dụng quy tắc “Tiến độ lạ” cho xã Đại Lãnh đến 17:00 ngày 20/11/2024: "
        "Trần Văn Bình quyết định lúc 08:00 ngày 19/11/2024; lý do: Đã có giải trình.",
        "– Rút tệp “cũ.xlsx” của thị trấn Vạn Giã: Lê Thị Cúc quyết định lúc 08:00 ngày 19/11/2024; lý do: Nhầm tệp.",
    ]


@pytest.mark.parametrize("typed", ['=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "x\x0by"])
def test_what_a_commune_typed_is_text_and_never_a_formula(plan: Plan, tmp_path: Path, typed: str) -> None:
    state = _state("22492", "PCI-01.1", status="completed", result=typed)
    sheet = load_workbook(_written(plan, tmp_path, _card(plan, state)))["Chi tiết nhiệm vụ"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value and typed[:3] in str(cell.value)]
    assert [cell.data_type for cell in cells] == ["s"] or typed == "x\x0by"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_same_figures_give_the_same_bytes_and_others_do_not(plan: Plan, tmp_path: Path) -> None:
    one = _written(plan, tmp_path / "a", _card(plan)).read_bytes()
    assert one == _written(plan, tmp_path / "b", _card(plan)).read_bytes()
    assert one != _written(plan, tmp_path / "c", _card(plan, score=61.3)).read_bytes()


def test_a_revision_says_so_and_shows_the_score_before(plan: Plan, tmp_path: Path) -> None:
    before = _card(plan, score=50.0)
    path = _written(plan, tmp_path, _card(plan, as_of=AS_OF + timedelta(days=1)), 1, before)
    assert path.name == "bao-cao-tong-hop-2024-11-dieu-chinh-1.xlsx"
    rows = _said(load_workbook(path)["Tổng hợp"])
    assert any("BẢN ĐIỀU CHỈNH LẦN 1" in str(row[0]) for row in rows if row)
    assert next(row for row in rows if len(row) > 5 and row[1] == plan.indicators[0].title)[3:5] == [61.25, 50]


def test_a_missing_score_is_a_dash_not_a_zero(plan: Plan, tmp_path: Path) -> None:
    rows = _said(load_workbook(_written(plan, tmp_path, _card(plan, score=None)))["Tổng hợp"])
    assert next(row for row in rows if len(row) > 5 and row[1] == plan.indicators[0].title)[3] == "–"


def test_every_sheet_prints_on_a4_landscape_one_page_wide(plan: Plan, tmp_path: Path) -> None:
    for sheet in load_workbook(_written(plan, tmp_path, _card(plan))):
        setup = sheet.page_setup
        assert (setup.orientation, int(setup.paperSize), setup.fitToWidth) == ("landscape", 9, 1)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_nobody_is_late_is_said_too(plan: Plan, tmp_path: Path) -> None:
    card = _card(plan)
    prompt = replace(
        card, standings=tuple(replace(one, timeliness="on_time", missing_tasks=()) for one in card.standings)
    )
    rows = _said(load_workbook(_written(plan, tmp_path, prompt))["Chậm, thiếu báo cáo"])
    assert ["Tất cả các đơn vị đã báo cáo đủ và đúng hạn."] in rows
