"""The workbook a commune fills, as it finds it."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.findings import FIELD_LABELS, STATUS_LABELS
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.template import PreviousState, load_layout, write_template

LAYOUT = load_layout(Path(__file__).resolve().parents[2] / "include")
MONTH = ReportingPeriod.parse("2024-11")


def _written(plan: Plan, out: Path, period: ReportingPeriod = MONTH, **previous: PreviousState) -> Worksheet:
    states = {code.replace("_", "."): state for code, state in previous.items()}
    write_template(out, plan=plan, unit=plan.units[1], period=period, previous=states, layout=LAYOUT)
    return load_workbook(out)[LAYOUT.sheet]


def _rows(sheet: Worksheet) -> dict[str, int]:
    return {str(row[1].value): row[0].row for row in sheet.iter_rows(min_row=10) if str(row[1].value or "")[3:4] == "-"}


def test_owed_tasks_stand_in_the_order_of_the_plan_and_optional_ones_are_marked(plan: Plan, tmp_path: Path) -> None:
    sheet = _written(plan, tmp_path / "t.xlsx")
    rows = _rows(sheet)
    assert list(rows) == list(plan.tasks)
    marked = {code for code, row in rows.items() if LAYOUT.optional_mark in str(sheet.cell(row, 3).value)}
    assert marked == {code for code, task in plan.tasks.items() if not plan.is_owed(task, MONTH)}


def test_indicators_head_their_tasks_as_in_the_source(plan: Plan, tmp_path: Path) -> None:
    sheet = _written(plan, tmp_path / "t.xlsx")
    row = _rows(sheet)["PCI-03.1"]
    assert (sheet.cell(row - 1, 1).value, sheet.cell(row - 1, 2).value) == (
        "III",
        "Chỉ số Tính minh bạch (Trọng số 5%)",
    )


def test_only_the_communes_own_cells_are_open(plan: Plan, tmp_path: Path) -> None:
    sheet = _written(plan, tmp_path / "t.xlsx")
    assert sheet.protection.sheet
    row = _rows(sheet)["PGI-02.1"]
    is_open = {
        column.field: not sheet.cell(row, number).protection.locked for number, column in enumerate(LAYOUT.columns, 1)
    }
    assert {field for field, opened in is_open.items() if opened} == {
        column.field for column in LAYOUT.columns if column.kind == "open"
    }
    assert sheet["A6"].protection.locked


def test_status_progress_and_date_are_checked_while_typing(plan: Plan, tmp_path: Path) -> None:
    sheet = _written(plan, tmp_path / "t.xlsx")
    row = _rows(sheet)["PCI-01.1"]
    rules = {rule.type: rule for rule in sheet.data_validations.dataValidation}
    assert rules["list"].formula1 == '"' + ",".join(STATUS_LABELS.values()) + '"'
    assert (rules["decimal"].formula1, rules["decimal"].formula2) == ("0", "100")
    assert rules["date"].formula2 == "DATE(2024,11,14)"
    for kind, field in (("list", "status"), ("decimal", "progress_pct"), ("date", "completed_on")):
        assert f"{LAYOUT.letter(field)}{row}" in rules[kind].sqref


def test_last_periods_state_is_shown_beside_the_open_cells_not_in_them(plan: Plan, tmp_path: Path) -> None:
    state = PreviousState("in_progress", 60, "Đã niêm yết 12 thủ tục", None, None, None, None, None)
    done = PreviousState("completed", 100, "Xong", "12/BC", date(2024, 10, 3), None, None, None)
    sheet = _written(plan, tmp_path / "t.xlsx", **{"PCI-01_1": state, "PCI-02_1": done})
    rows = _rows(sheet)
    assert (
        sheet[f"{LAYOUT.letter('previous')}{rows['PCI-01.1']}"].value == "Đang thực hiện, 60%: Đã niêm yết 12 thủ tục"
    )
    assert sheet[f"{LAYOUT.letter('previous')}{rows['PCI-02.1']}"].value == "Hoàn thành ngày 03/10/2024: Xong"
    assert sheet[f"{LAYOUT.letter('status')}{rows['PCI-01.1']}"].value is None


def test_it_prints_on_a4_landscape_one_page_wide_with_the_heading_on_every_page(plan: Plan, tmp_path: Path) -> None:
    sheet = _written(plan, tmp_path / "t.xlsx")
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize or 0)) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$9:$9"


def test_the_hidden_sheet_says_whose_it_is(plan: Plan, tmp_path: Path) -> None:
    _written(plan, tmp_path / "t.xlsx")
    identity = load_workbook(tmp_path / "t.xlsx")[LAYOUT.identity_sheet]
    assert identity.sheet_state == "hidden"
    assert {row[0]: row[1] for row in identity.iter_rows(values_only=True)} == {
        "plan": "pci-pgi-2024",
        "unit": "22492",
        "period": "2024-11",
        "template_version": LAYOUT.version,
    }


def test_the_title_block_names_unit_period_and_due_date(plan: Plan, tmp_path: Path) -> None:
    sheet = _written(plan, tmp_path / "t.xlsx")
    block = " ".join(str(cell.value) for row in sheet["A1:M8"] for cell in row if cell.value)
    for words in ("XÃ ĐẠI LÃNH", "tháng 11/2024", "15/10/2024", "14/11/2024", "17:00 ngày 18/11/2024"):
        assert words in block


def test_headings_are_the_official_labels(plan: Plan, tmp_path: Path) -> None:
    heads = [cell.value for cell in _written(plan, tmp_path / "t.xlsx")[9]]
    assert set(FIELD_LABELS.values()) <= set(heads)


@pytest.mark.parametrize("period", ["2024-11", "2024"])
def test_the_same_input_gives_the_same_bytes(plan: Plan, tmp_path: Path, period: str) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        _written(plan, tmp_path / name, ReportingPeriod.parse(period))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
