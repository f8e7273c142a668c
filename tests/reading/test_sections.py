"""Which index and which indicator a row stands under: titles in other words, titles nobody knows, titles with answers."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = ("STT", "Nội dung", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO KẾT QUẢ THỰC HIỆN CHỈ SỐ PCI, PGI THÁNG 11/2024",))
LAND = (("A", "CHỈ SỐ PCI"), ("II", "Tiếp cận đất đai"))
Row = Sequence[object]


def _read(clerk: Clerk, *rows: Row, heads: Row = HEADS) -> Reading:
    workbook = Workbook()
    for row in (*TOP, heads, *rows):
        workbook.worksheets[0].append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


def _tasks(reading: Reading) -> list[str | None]:
    return [row.task_code for row in reading.rows]


def _begun(number: int, result: str, text: str = "") -> Row:
    return (number, text, "Đang thực hiện", 40, result)


@pytest.mark.parametrize(
    ("above", "task"),
    [
        ([("III", "Tính minh bạch và tiếp cận thông tin")], "PCI-03.2"),
        ([("III", "Minh bạch")], "PCI-03.2"),
        ([("III. Tính minh bạch và tiếp cận thông tin",)], "PCI-03.2"),
        ([("", "III/ Tính minh bạch, tiếp cận thông tin")], "PCI-03.2"),
        ([("V", "Các chi phí không chính thức phải trả")], "PCI-05.2"),
        ([("I", "Tính minh bạch và tiếp cận thông tin")], "PCI-03.2"),
        ([("B", "Chỉ số PGI 2024"), ("II", "Tuân thủ tiêu chuẩn môi trường")], "PGI-02.2"),
        ([("B", "Xanh cấp tỉnh"), ("II", "Bảo đảm tuân thủ tiêu chuẩn môi trường")], "PGI-02.2"),
    ],
)
def test_a_section_is_known_by_its_numeral_and_words_of_its_title(clerk: Clerk, above: list[Row], task: str) -> None:
    reading = _read(clerk, *LAND, _begun(1, "Cấp 12 giấy"), *above, _begun(2, "Đã làm 3 việc"))
    assert (_tasks(reading), _codes(reading)) == (["PCI-02.1", task], [])


@pytest.mark.parametrize(
    "opened",
    [
        ("III", "Công tác khác"),
        ("III. Công tác khác",),
        ("", "III. Công tác khác"),
        ("C", "Nhiệm vụ khác"),
        ("XI", "Chỉ số khác"),
        ("III", "Công tác khác", "Đang thực hiện", 50),
    ],
)
def test_a_number_below_a_section_nobody_knows_is_told_and_no_task_of_the_section_above(
    clerk: Clerk, opened: Row
) -> None:
    reading = _read(clerk, *LAND, _begun(1, "Cấp 12 giấy"), opened, _begun(2, "Đã làm 3 việc"))
    assert [task for task in _tasks(reading) if task] == ["PCI-02.1"]
    assert _codes(reading)[-1] == ("task_unknown", "A8")


def test_a_task_below_a_section_nobody_knows_is_known_by_its_text(clerk: Clerk) -> None:
    text = clerk.plan.tasks["PCI-03.2"].text
    reading = _read(clerk, *LAND, ("III", "Công tác khác"), _begun(1, "Công khai 3 quý", text))
    assert (_tasks(reading), _codes(reading)) == (["PCI-03.2"], [])


@pytest.mark.parametrize(
    "between",
    [
        ("", "Công tác khác"),
        ("", "Bà A phụ trách"),
        ("(1)", "(2)", "(3)", "(4)", "(5)"),
        ("a)", "Việc khác"),
        (3, "Việc khác"),
    ],
)
def test_a_line_without_a_numeral_and_a_title_leaves_the_section(clerk: Clerk, between: Row) -> None:
    reading = _read(clerk, *LAND, _begun(1, "Cấp 12 giấy"), between, _begun(2, "Công khai 2 quy hoạch"))
    assert (_tasks(reading), _codes(reading)) == (["PCI-02.1", "PCI-02.2"], [])
