"""Tables for several months below each other on one sheet, and more tables than two beside each other."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = ("Mã nhiệm vụ", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
UNIT = ("UBND xã Đại Lãnh",)
Row = Sequence[object]


def _read(clerk: Clerk, *rows: Row, period_id: str | None = "2024-11") -> Reading:
    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id=period_id)


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


def _told(code: str, progress: int) -> Row:
    return (code, "", "Đang thực hiện", progress, f"Đã làm {progress} việc")


@pytest.mark.parametrize("period_id", ["2024-11", None])
@pytest.mark.parametrize(
    ("first", "second", "kept", "cell"),
    [
        ("BÁO CÁO KẾT QUẢ THÁNG 10/2024", "BÁO CÁO KẾT QUẢ THÁNG 11/2024", 60, "A2"),
        ("BÁO CÁO KẾT QUẢ THÁNG 11/2024", "BÁO CÁO KẾT QUẢ THÁNG 10/2024", 30, "A6"),
        ("Tháng 10", "Tháng 11", 60, "A2"),
    ],
)
def test_a_table_of_another_month_below_or_above_is_left_out_and_that_is_said(
    clerk: Clerk, first: str, second: str, kept: int, cell: str, period_id: str | None
) -> None:
    first_table = [HEADS, _told("PCI-01.1", 30), ()]
    reading = _read(clerk, UNIT, (first,), *first_table, (second,), HEADS, _told("PCI-02.1", 60), period_id=period_id)
    assert [row.progress_pct for row in reading.rows] == [kept]
    assert _codes(reading) == [("other_period_below", cell)]


def test_rows_below_the_name_of_another_month_in_one_table_are_left_out(clerk: Clerk) -> None:
    rows = (("Tháng 10",), _told("PCI-01.1", 30), ("Tháng 11",), _told("PCI-02.1", 60))
    reading = _read(clerk, UNIT, HEADS, *rows)
    assert [row.task_code for row in reading.rows] == ["PCI-02.1"]
    assert _codes(reading) == [("other_period_below", "A3")]


@pytest.mark.parametrize(
    "line",
    [
        ("Kết quả thực hiện tháng 11/2024",),
        ("", "Rà soát hộ kinh doanh tháng 10/2024"),
        ("", "", "", "", "Kết quả tháng 10/2024 đã báo cáo huyện"),
        ("Ghi chú: so với tháng 10/2024",),
    ],
)
def test_a_line_that_heads_no_other_month_leaves_the_table_whole(clerk: Clerk, line: Row) -> None:
    titled = ("BÁO CÁO KẾT QUẢ THÁNG 11/2024",)
    reading = _read(clerk, UNIT, titled, HEADS, _told("PCI-01.1", 30), line, _told("PCI-02.1", 60))
    assert [row.task_code for row in reading.rows] == ["PCI-01.1", "PCI-02.1"]
    assert "other_period_below" not in [code for code, _ in _codes(reading)]


def test_three_tables_beside_each_other_are_read(clerk: Clerk) -> None:
    codes = list(clerk.plan.tasks)
    tables = [(HEADS, *(_told(code, 40) for code in codes[start : start + 4])) for start in (0, 4, 8)]
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet["A1"] = "UBND xã Đại Lãnh, tháng 11/2024"
    for step, table in enumerate(tables):
        for row, cells in enumerate(table, start=3 + step):
            for column, value in enumerate(cells, start=1 + 7 * step):
                sheet.cell(row, column, value)
    buffer = BytesIO()
    workbook.save(buffer)
    reading = read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert [row.task_code for row in reading.rows] == codes[:12]
    assert [row.cells["task"] for row in reading.rows[::4]] == ["A4", "H5", "O6"]
    assert _codes(reading) == []
