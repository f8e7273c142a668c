"""What nobody sees in the sheet, or the reader does not see, is told."""

from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

ROWS = (
    ("Kỳ báo cáo: tháng 11/2024",),
    ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", "Ghi chú"),
    ("PCI-01.1", "Đang thực hiện", 40, "Tổ chức 2 hội nghị"),
    ("PCI-02.1", "Hoàn thành", 100, "Xong 5 hồ sơ"),
    ("PCI-02.2", "Đang thực hiện", 60, "Xong 3 hồ sơ"),
    (None, None, None, None, None),
)


@pytest.fixture
def sheet() -> Worksheet:
    sheet = Workbook().active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Báo cáo"
    for row in ROWS:
        sheet.append(list(row))
    return sheet


def _read(clerk: Clerk, sheet: Worksheet) -> Reading:
    buffer = BytesIO()
    assert sheet.parent is not None
    sheet.parent.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def test_hidden_rows_and_columns_are_read_and_told_once(clerk: Clerk, sheet: Worksheet) -> None:
    sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    reading = _read(clerk, sheet)
    assert len(reading.rows) == 3
    assert [(one.code, one.severity, one.sheet, one.got) for one in reading.findings] == [
        ("hidden_rows_read", "info", "Báo cáo", "3–4"),
        ("hidden_columns_read", "info", "Báo cáo", "D"),
    ]


def test_hidden_places_without_a_report_are_not_told(clerk: Clerk, sheet: Worksheet) -> None:
    sheet.row_dimensions[1].hidden = sheet.row_dimensions[6].hidden = True
    for column in ("E", "H"):
        sheet.column_dimensions[column].hidden = True
    assert _read(clerk, sheet).findings == ()
