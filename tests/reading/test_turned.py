"""Tables with a column for each task: one sentence says how to turn them, and no other table is taken for one."""

import pytest
from tests.reading.drawing import Row, codes_found, read_sheets

from commune_reports.reading import Clerk

TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",), ())
CODES = ("PCI-01.1", "PCI-02.1", "PCI-02.2")
STATES = (
    ("Tình trạng", "Hoàn thành", "Đang thực hiện", "Chưa thực hiện"),
    ("Tiến độ (%)", 100, 40, 0),
    ("Kết quả thực hiện", "Niêm yết 12 thủ tục", "Họp 2 lần", ""),
)


@pytest.mark.parametrize("heading", ["Nhiệm vụ", "Mã nhiệm vụ", "Nội dung", "Tên"])
@pytest.mark.parametrize("by_text", [True, False])
def test_a_table_with_a_column_for_each_task_is_told_once(clerk: Clerk, heading: str, by_text: bool) -> None:
    names = [clerk.plan.tasks[code].text if by_text else code for code in CODES]
    reading = read_sheets(clerk, [*TOP, (heading, *names), *STATES])
    assert (reading.rows, codes_found(reading)) == ((), [("table_turned", "A4")])


def test_beside_a_report_the_tasks_of_a_turned_table_are_told_as_well(clerk: Clerk) -> None:
    report = [
        *TOP,
        ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả"),
        ("PGI-01.1", "Đang thực hiện", 30, "Thu gom 3 tấn rác"),
    ]
    reading = read_sheets(clerk, report, [("Mã nhiệm vụ", *CODES), *STATES])
    assert [row.task_code for row in reading.rows] == ["PGI-01.1"]
    assert [(one.code, one.sheet, one.cell) for one in reading.findings] == [("table_turned", "Sheet1", "A1")]


@pytest.mark.parametrize(
    "rows",
    [
        [("Họ và tên", "Nguyễn Văn An", "Trần Thị Bình"), *STATES],
        [("Mã nhiệm vụ", *CODES)],
        [("Mã nhiệm vụ", *CODES), ("Cơ quan thực hiện", "Công an xã", "Công an xã", "Công an xã")],
    ],
)
def test_what_is_no_turned_table_is_not_called_one(clerk: Clerk, rows: list[Row]) -> None:
    assert codes_found(read_sheets(clerk, [*TOP, *rows])) == [("no_table", None)]


def test_a_helper_sheet_that_repeats_the_tasks_of_the_report_by_columns_is_left_without_a_word(clerk: Clerk) -> None:
    states = list(zip(*STATES, strict=True))
    report = [*TOP, ("Mã nhiệm vụ", *states[0]), *((code, *told) for code, told in zip(CODES, states[1:], strict=True))]
    reading = read_sheets(clerk, report, [("Mã nhiệm vụ", *CODES), *STATES])
    assert ([row.task_code for row in reading.rows], codes_found(reading)) == ([*CODES], [])
