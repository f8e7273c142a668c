"""Difficulties, proposals and remarks in lines of their own, outside the tasks."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = (
    "STT",
    "Mã nhiệm vụ",
    "Nhiệm vụ",
    "Tình trạng",
    "Tiến độ (%)",
    "Kết quả thực hiện",
    "Số văn bản",
    "Ngày hoàn thành",
)
TOP = (("UBND xã Đại Lãnh",), ("Kỳ báo cáo: tháng 11/2024",))
DONE = (1, "PCI-01.1", "", "Hoàn thành", 100, "Đã niêm yết công khai", "12/BC-UBND", date(2024, 11, 5))
BEGUN = (2, "PCI-02.1", "", "Đang thực hiện", 40, "Đã tổ chức 2 hội nghị")
Row = Sequence[object]


def _read(clerk: Clerk, rows: Sequence[Row]) -> Reading:
    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


def _tasks(reading: Reading) -> list[str | None]:
    return [row.task_code for row in reading.rows]


@pytest.mark.parametrize(
    "lines",
    [
        [("", "", "Nhận xét: tiến độ chung còn chậm")],
        [("Khó khăn, vướng mắc của xã: thiếu máy tính tại bộ phận một cửa",)],
        [("", "2. Kiến nghị với UBND huyện: cấp thêm kinh phí")],
        [("", "", "Kiến nghị huyện cấp thêm kinh phí tập huấn")],
        [("II. Khó khăn, vướng mắc:",), ("- Đường truyền chậm",)],
    ],
)
def test_a_difficulty_in_a_line_of_its_own_is_not_passed_over_in_silence(clerk: Clerk, lines: list[Row]) -> None:
    more = (3, "PCI-03.1", "", "Hoàn thành", 100, "Đã rà soát 5 thủ tục")
    for rows, first in ([DONE, *lines, BEGUN, more], 5), ([DONE, BEGUN, more, *lines], 7):
        reading = _read(clerk, [*TOP, HEADS, *rows])
        assert _tasks(reading) == ["PCI-01.1", "PCI-02.1", "PCI-03.1"]
        [finding] = reading.findings
        assert (finding.code, finding.severity) == ("remark_aside", "info")
        assert f"dòng {first + len(lines) - 1} " in finding.message


@pytest.mark.parametrize(
    "lines",
    [
        [("Khó khăn, vướng mắc: không có",)],
        [("Khó khăn, vướng mắc:",), ("- Không",)],
        [("Kiến nghị, đề xuất",)],
        [("Kiến nghị, đề xuất:",), ("", "", "", "NGƯỜI LẬP BIỂU")],
        [("Kiến nghị, đề xuất:",), (), ("Đại Lãnh, ngày 15 tháng 11 năm 2024",)],
        [("Ghi chú: số liệu tính đến hết ngày 14/11/2024",)],
        [
            (
                "",
                "",
                "Đề nghị các bộ phận gửi số liệu trước ngày 12",
            )
        ],
    ],
)
def test_what_tells_of_nothing_below_the_tasks_is_no_remark(clerk: Clerk, lines: list[Row]) -> None:
    reading = _read(clerk, [*TOP, HEADS, DONE, BEGUN, *lines])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1"], [])
