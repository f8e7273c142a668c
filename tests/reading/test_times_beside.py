"""Of tables side by side those count that tell of the file's own period; plans and other times are left out and told."""

from collections.abc import Callable, Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
PLANNED = ("STT", "Mã nhiệm vụ", "Tiến độ (%)", "Kết quả")
TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",))
ONE, TWO = (1, "PCI-01.1", "Hoàn thành", 100, "Niêm yết"), (2, "PCI-02.1", "Đang thực hiện", 40, "Họp 2 lần")
THREE, FOUR = (1, "PCI-03.1", 60, "Mở lớp"), (2, "PCI-03.2", 70, "Họp dân")
Row = Sequence[object]


def _read(
    clerk: Clerk, *rows: Row, finish: Callable[[Worksheet], None] | None = None, period: str | None = "2024-11"
) -> Reading:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    if finish is not None:
        finish(sheet)
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id=period)


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


def _tasks(reading: Reading) -> list[str | None]:
    return [row.task_code for row in reading.rows]


@pytest.mark.parametrize(
    "title",
    [
        "II. KẾ HOẠCH THÁNG TỚI",
        "KẾ HOẠCH THÁNG 12/2024",
        "NHIỆM VỤ THÁNG SAU",
        "PHƯƠNG HƯỚNG NHIỆM VỤ TRỌNG TÂM THÁNG 12",
        "CHỈ TIÊU GIAO NĂM 2024",
        "Kết quả tháng 10/2024",
        "Kết quả tháng trước",
        "Lũy kế đến tháng 10",
    ],
)
def test_a_right_table_headed_as_a_plan_or_as_of_another_time_is_left_out_and_told(clerk: Clerk, title: str) -> None:
    titles = ("I. KẾT QUẢ", "", "", "", "", "", title)
    reading = _read(clerk, *TOP, titles, (*HEADS, "", *PLANNED), (*ONE, "", *THREE), (*TWO, "", *FOUR))
    assert _tasks(reading) == ["PCI-01.1", "PCI-02.1"]
    assert _codes(reading) == [("table_of_other_time", "G3")]


@pytest.mark.parametrize(
    "title",
    [
        "II. KẾT QUẢ THỰC HIỆN CHỈ TIÊU",
        "NHIỆM VỤ CHUYỂN TIẾP TỪ THÁNG TRƯỚC",
        "Kết quả kế hoạch tháng 11/2024",
        "Giao thông nông thôn",
        "Đăng ký doanh nghiệp",
        "Kế hoạch số 55/KH-UBND",
        "Lũy kế đến tháng 11",
    ],
)
def test_a_right_table_headed_in_words_like_those_of_a_plan_is_read(clerk: Clerk, title: str) -> None:
    titles = ("I. KẾT QUẢ", "", "", "", "", "", title)
    reading = _read(clerk, *TOP, titles, (*HEADS, "", *PLANNED), (*ONE, "", *THREE), (*TWO, "", *FOUR))
    assert _tasks(reading) == ["PCI-01.1", "PCI-02.1", "PCI-03.1", "PCI-03.2"]
    assert _codes(reading) == []


def test_a_right_table_whose_progress_is_headed_as_what_was_ordered_is_left_out_and_told(clerk: Clerk) -> None:
    def merged(sheet: Worksheet) -> None:
        for area in ("A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:E4", "G3:G4", "H3:H4", "I3:J3"):
            sheet.merge_cells(area)

    heads = ((*HEADS, "", "STT", "Mã nhiệm vụ", "Chỉ tiêu giao", ""), (*[""] * 8, "Tiến độ (%)", "Kết quả"))
    reading = _read(clerk, *TOP, *heads, (*ONE, "", *THREE), (*TWO, "", *FOUR), finish=merged)
    assert _tasks(reading) == ["PCI-01.1", "PCI-02.1"]
    assert _codes(reading) == [("table_of_other_time", "I3")]


@pytest.mark.parametrize(
    "left", [("STT", "Nhiệm vụ, giải pháp", "Cơ quan thực hiện", "Tiến độ", "Sản phẩm")], ids=["plan of work"]
)
@pytest.mark.parametrize("right", [HEADS, PLANNED], ids=["status", "progress"])
def test_of_a_plan_and_the_report_right_of_it_the_report_counts(clerk: Clerk, left: Row, right: Row) -> None:
    def planned(number: int, code: str) -> Row:
        return number, clerk.plan.tasks[code].text, "Văn phòng", "Thường xuyên", "Báo cáo", ""

    told = [ONE, TWO] if right is HEADS else [(*ONE[:2], *ONE[3:]), (*TWO[:2], *TWO[3:])]
    rows = [(*planned(number, str(one[1])), *one) for number, one in enumerate(told, start=1)]
    reading = _read(clerk, *TOP, (), (*left, "", *right), *rows)
    assert [(row.task_code, row.progress_pct) for row in reading.rows] == [("PCI-01.1", 100), ("PCI-02.1", 40)]
    assert _codes(reading) == []


@pytest.mark.parametrize("column", [0, 6])
def test_of_a_table_of_the_period_before_and_one_of_this_the_latter_counts(clerk: Clerk, column: int) -> None:
    before = (1, "PCI-01.1", "Đang thực hiện", 30, "Rà soát"), (2, "PCI-02.1", "Đang thực hiện", 10, "Họp 1 lần")
    tables = [(("Kỳ trước",), before), (("Kỳ này",), (ONE, TWO))]
    (first, left), (second, right) = tables if column == 0 else tables[::-1]
    titles = (*first, *[""] * 5, *second)
    reading = _read(
        clerk, *TOP, titles, (*HEADS, "", *HEADS), *((*a, "", *b) for a, b in zip(left, right, strict=True))
    )
    assert [(row.task_code, row.progress_pct) for row in reading.rows] == [("PCI-01.1", 100), ("PCI-02.1", 40)]
    assert _codes(reading) == [("table_of_other_time", f"{'AG'[column // 6]}3")]


def test_a_share_left_of_the_tasks_is_no_table_of_its_own(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tiến độ (%)", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    rows = [(*one[:2], 30, clerk.plan.tasks[str(one[1])].text, *one[2:]) for one in (ONE, TWO)]
    assert [code for code, _ in _codes(_read(clerk, *TOP, (), heads, *rows))] == ["column_twice", "column_twice"]


def test_a_mistyped_code_in_a_table_of_two_tasks_drops_no_other_task(clerk: Clerk) -> None:
    right = [(1, "PCI-01.1", "Đang thực hiện", 90, "Thu gom"), (2, "PGI-02.1", "Đang thực hiện", 30, "Họp 3 lần")]
    pairs = ((*one, "", *other) for one, other in zip((ONE, TWO), right, strict=True))
    assert _tasks(_read(clerk, *TOP, (), (*HEADS, "", *HEADS), *pairs))[2:] == ["PCI-01.1", "PGI-02.1"]


def test_a_section_merged_over_both_tables_is_one_of_both(clerk: Clerk) -> None:
    def merged(sheet: Worksheet) -> None:
        sheet.merge_cells("A5:K5")
        sheet.merge_cells("A7:K7")

    heads = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    reading = _read(
        clerk,
        *TOP,
        (),
        (*heads, "", *heads),
        ("II. Chỉ số Tiếp cận đất đai",),
        (1, "", "Đang thực hiện", 40, "Họp", "", 2, "", "Đang thực hiện", 50, "Họp dân"),
        ("III. Chỉ số Tính minh bạch",),
        (1, "", "Đang thực hiện", 20, "Rà soát", "", 2, "", "Đang thực hiện", 30, "Mở lớp"),
        finish=merged,
    )
    assert _tasks(reading) == ["PCI-02.1", "PCI-03.1", "PCI-02.2", "PCI-03.2"]
    assert _codes(reading) == []


@pytest.mark.parametrize("right", ["Mẫu số 2", "KẾ HOẠCH CẢI THIỆN PGI"])
def test_the_plan_both_tables_report_on_keeps_neither_from_counting(clerk: Clerk, right: str) -> None:
    titles = ("KẾ HOẠCH CẢI THIỆN PCI", "", "", "", "", "", right)
    reading = _read(clerk, *TOP, titles, (*HEADS, "", *PLANNED), (*ONE, "", *THREE), (*TWO, "", *FOUR))
    assert _tasks(reading) == ["PCI-01.1", "PCI-02.1", "PCI-03.1", "PCI-03.2"]
    assert _codes(reading) == []


@pytest.mark.parametrize("column", [0, 6])
def test_the_month_of_a_plan_beside_is_not_that_of_the_file(clerk: Clerk, column: int) -> None:
    top = (("UBND xã Đại Lãnh",), ("BÁO CÁO KẾT QUẢ CẢI THIỆN CHỈ SỐ PCI THÁNG 11/2024",))
    titles = ["KẾT QUẢ", "", "", "", "", "", "KẾT QUẢ"]
    titles[column] = "KẾ HOẠCH THÁNG 12/2024"
    other = [(1, "PGI-01.1", "Đang thực hiện", 90, "Thu gom"), (2, "PGI-02.1", "Đang thực hiện", 30, "Họp 3 lần")]
    pairs = ((*one, "", *another) for one, another in zip((ONE, TWO), other, strict=True))
    reading = _read(clerk, *top, titles, (*HEADS, "", *HEADS), *pairs, period=None)
    assert reading.period_claimed == "2024-11"
    assert _tasks(reading) == (["PCI-01.1", "PCI-02.1"] if column else ["PGI-01.1", "PGI-02.1"])
    assert _codes(reading) == [("table_of_other_time", f"{'AG'[column // 6]}3")]
