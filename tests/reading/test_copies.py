"""What a workbook holds twice counts once; what it says in two ways, or only plans, is told and not guessed."""

from collections.abc import Mapping, Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", "Ghi chú")
ONE = ("PCI-01.1", "Đang thực hiện", 40, "Tổ chức 2 hội nghị", "")
TWO = ("PCI-02.1", "Hoàn thành", 100, "Xong 5 hồ sơ", "")


def _read(clerk: Clerk, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Reading:
    workbook, buffer = Workbook(), BytesIO()
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in (("Kỳ báo cáo: tháng 11/2024",), *rows):
            sheet.append(list(row))
    del workbook["Sheet"]
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _told(reading: Reading) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(one.code, one.sheet, one.got, one.wanted) for one in reading.findings]


def test_a_sheet_that_gathers_the_officers_rows_adds_none(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        {
            "Địa chính": [HEADS, ONE],
            "Tư pháp": [HEADS, TWO],
            "Tổng hợp": [HEADS, ONE, ("PCI-02.1", "HT", 100, "XONG 5 hồ sơ.", "chép từ trang 2")],
        },
    )
    assert [(row.sheet, row.task_code) for row in reading.rows] == [("Địa chính", "PCI-01.1"), ("Tư pháp", "PCI-02.1")]
    assert _told(reading) == [("rows_repeated", "Tổng hợp", "2", "3–4")]


def test_a_row_pasted_twice_counts_once(clerk: Clerk) -> None:
    reading = _read(clerk, {"Báo cáo": [HEADS, ONE, TWO, ONE]})
    assert [row.row for row in reading.rows] == [3, 4]
    assert _told(reading) == [("row_pasted_again", "Báo cáo", "dòng 5", "dòng 3")]
    [told] = reading.findings
    assert (told.cell, told.row, told.task) == ("A5", 5, "PCI-01.1")


@pytest.mark.parametrize(
    "other",
    [
        ("PCI-01.1", "Đang thực hiện", 60, "Tổ chức 2 hội nghị", ""),
        ("PCI-01.1", "Đang thực hiện", 40, "Tổ chức 3 hội nghị", ""),
        ("PCI-01.1", "Đang thực hiện", "bốn mươi", "Tổ chức 2 hội nghị", ""),
    ],
)
def test_rows_that_say_different_things_are_no_copies(clerk: Clerk, other: Sequence[object]) -> None:
    reading = _read(clerk, {"Báo cáo": [HEADS, ONE], "Tổng hợp": [HEADS, other]})
    assert len(reading.rows) == 2
    assert "rows_repeated" not in [one.code for one in reading.findings]


def test_of_two_copies_the_one_with_more_columns_counts(clerk: Clerk) -> None:
    short = [("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)"), ("PCI-01.1", "Đang thực hiện", 40)]
    reading = _read(clerk, {"Tổng hợp": short, "Báo cáo": [HEADS, ONE]})
    assert [(row.sheet, row.result) for row in reading.rows] == [("Báo cáo", "Tổ chức 2 hội nghị")]
    assert _told(reading) == [("rows_repeated", "Tổng hợp", "1", "3")]


PLANNED = [
    ("Mã nhiệm vụ", "Cơ quan thực hiện", "Kết quả"),
    ("PCI-01.1", "Văn phòng", "Báo cáo"),
    ("PCI-02.1", "", "Báo cáo"),
]


def test_a_sheet_of_planned_products_is_no_second_report(clerk: Clerk) -> None:
    reading = _read(clerk, {"Kế hoạch": PLANNED, "Báo cáo": [HEADS, ONE, TWO]})
    assert [row.sheet for row in reading.rows] == ["Báo cáo", "Báo cáo"]
    assert reading.findings == ()


def test_tasks_that_only_such_a_sheet_names_are_told_once(clerk: Clerk) -> None:
    reading = _read(clerk, {"Kế hoạch": PLANNED, "Báo cáo": [HEADS, ONE]})
    assert [row.task_code for row in reading.rows] == ["PCI-01.1"]
    assert _told(reading) == [("progress_not_told", "Kế hoạch", "1", "4")]


@pytest.mark.parametrize("name", ["Kế hoạch", "KH T12", "Dự kiến", "Kế hoạch tháng 12"])
def test_a_sheet_named_as_a_plan_of_tasks_that_are_reported_does_not_count(clerk: Clerk, name: str) -> None:
    planned = ("PCI-01.1", "Đang thực hiện", 90, "Sẽ niêm yết", "")
    reading = _read(clerk, {"Báo cáo": [HEADS, ONE], name: [HEADS, planned]})
    assert len(reading.rows) == 1
    assert {one.code for one in reading.findings} <= {"plan_sheet_ignored", "other_period_ignored"}
    assert len(reading.findings) == 1


@pytest.mark.parametrize("name", ["KH-TC", "KH 2914", "Kế hoạch 2914"])
def test_a_sheet_named_after_an_officer_or_the_plans_number_is_a_report(clerk: Clerk, name: str) -> None:
    reading = _read(clerk, {"Tư pháp": [HEADS, ONE], name: [HEADS, ONE, TWO]})
    assert {row.task_code for row in reading.rows} == {"PCI-01.1", "PCI-02.1"}


def test_a_report_without_status_and_progress_is_told_so_in_one_sentence(clerk: Clerk) -> None:
    reading = _read(clerk, {"Báo cáo": PLANNED})
    assert _told(reading) == [("progress_columns_missing", "Báo cáo", "2", "3–4")]
    assert reading.is_hopeless
