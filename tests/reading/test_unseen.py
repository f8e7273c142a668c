"""What nobody sees in the sheet, or the reader does not see, is told."""

from collections.abc import Callable, Sequence
from io import BytesIO

import pytest
import xlwt
from openpyxl import Workbook
from openpyxl.styles import Font
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


def _as_xls() -> bytes:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Báo cáo")
    for number, row in enumerate(ROWS):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value)
    sheet.row(2).hidden = sheet.row(3).hidden = sheet.col(3).hidden = True
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _as_fods() -> bytes:
    def cell(value: object) -> str:
        kind = f'float" office:value="{value}' if isinstance(value, int) else "string"
        return (
            f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'
            if value is not None
            else "<table:table-cell/>"
        )

    hidden = {2: ' table:visibility="filter"', 3: ' table:visibility="collapse"'}
    rows = (
        f"<table:table-row{hidden.get(number, '')}>{''.join(map(cell, row))}</table:table-row>"
        for number, row in enumerate(ROWS)
    )
    spaces = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in ("office", "table", "text")
    )
    return (
        f'<?xml version="1.0"?><office:document {spaces} office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
        '<office:body><office:spreadsheet><table:table table:name="Báo cáo">'
        '<table:table-column table:number-columns-repeated="3"/><table:table-column table:visibility="collapse"/>'
        f"<table:table-column/>{''.join(rows)}</table:table></office:spreadsheet></office:body></office:document>"
    ).encode()


@pytest.mark.parametrize("write", [_as_xls, _as_fods])
def test_they_are_told_in_other_formats_too(clerk: Clerk, write: Callable[[], bytes]) -> None:
    reading = read_submission(write(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert len(reading.rows) == 3
    assert [(one.code, one.got) for one in reading.findings] == [
        ("hidden_rows_read", "3–4"),
        ("hidden_columns_read", "D"),
    ]


def test_hidden_places_without_a_report_are_not_told(clerk: Clerk, sheet: Worksheet) -> None:
    sheet.row_dimensions[1].hidden = sheet.row_dimensions[6].hidden = True
    for column in ("E", "H"):
        sheet.column_dimensions[column].hidden = True
    assert _read(clerk, sheet).findings == ()


@pytest.mark.parametrize(("cell", "told"), [("IW4", "IW"), ("XFD4", "XFD")])
def test_what_stands_too_far_right_is_told_with_its_column(
    clerk: Clerk, sheet: Worksheet, cell: str, told: str
) -> None:
    sheet[cell] = "ghi ở rất xa"
    assert [(one.code, one.got, one.wanted) for one in _read(clerk, sheet).findings] == [
        ("columns_beyond", told, "256")
    ]


def test_blank_cells_far_right_are_not_told(clerk: Clerk, sheet: Worksheet) -> None:
    sheet["IV4"], sheet["IW4"] = "trong giới hạn", " "
    assert _read(clerk, sheet).findings == ()


def test_formatted_cells_far_right_are_not_told(clerk: Clerk, sheet: Worksheet) -> None:
    sheet["XFD5"].font = Font(bold=True)
    assert _read(clerk, sheet).findings == ()


def _as_csv(result: bytes) -> bytes:
    lines = [",".join("" if value is None else str(value) for value in row).encode() for row in ROWS]
    return b"\r\n".join(lines).replace("Xong 5 hồ sơ".encode(), result)


def test_letters_lost_in_a_text_file_are_told_with_their_cell(clerk: Clerk) -> None:
    content = _as_csv("Xong 5 hồ s".encode() + b"\xff\xfe h\xc6")
    reading = read_submission(content, clerk=clerk, unit_code="22492", period_id="2024-11")
    assert [(one.code, one.wanted) for one in reading.findings] == [("letters_lost", "D4")]
    assert len(reading.rows) == 3


def test_a_text_file_with_all_its_letters_is_not_blamed(clerk: Clerk) -> None:
    content = _as_csv("Xong 5 hồ sơ".encode())
    assert read_submission(content, clerk=clerk, unit_code="22492", period_id="2024-11").findings == ()


HEADS = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")


def _beside(clerk: Clerk, heads: Sequence[Sequence[str | None]], *rows: Sequence[object]) -> Reading:
    sheet = Workbook().active
    assert isinstance(sheet, Worksheet)
    for row in (("Kỳ báo cáo: tháng 11/2024",), *heads, *rows):
        sheet.append(list(row))
    return _read(clerk, sheet)


def test_of_two_tables_side_by_side_the_right_one_has_columns_of_its_own(clerk: Clerk) -> None:
    heads = [("TT", *HEADS, None, "TT", *HEADS, "Ghi chú")]
    left, right = ("PCI-01.1", "HT", 100, "Xong 5 hồ sơ"), ("PGI-01.1", "Đang làm", 40, "Họp 2 lần", "Chờ vốn")
    reading = _beside(clerk, heads, (1, *left, None, 1, *right))
    told = [(row.task_code, row.status, row.note) for row in reading.rows]
    assert told == [("PCI-01.1", "completed", None), ("PGI-01.1", "in_progress", "Chờ vốn")]
    assert reading.findings == ()


def test_a_second_column_for_a_result_is_no_second_table(clerk: Clerk) -> None:
    heads = [("Mã nhiệm vụ", "Nhiệm vụ", "Nội dung công việc", "Tình trạng", "Kết quả", "Kết quả đạt được")]
    reading = _beside(clerk, heads, ("PCI-01.1", None, None, "HT", "Xong 5 hồ sơ", "Xong 6 hồ sơ"))
    assert [one.code for one in reading.findings] == ["column_twice"]
