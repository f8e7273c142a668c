"""What is seen only over a whole sheet: rows of other communes or months, days and months exchanged, unknown columns."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

TOP = (("BÁO CÁO THÁNG 11/2024",), ())
HEADS = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", "Số văn bản", "Ngày hoàn thành")
ONE = (1, "PCI-01.1", "Đang thực hiện", 50, "Niêm yết 12 thủ tục")
TWO = (2, "PCI-02.1", "Đang thực hiện", 40, "Tập huấn 2 lớp")
Row = Sequence[object]


def _read(clerk: Clerk, *rows: Row, unit: str | None = "22492", period: str | None = "2024-11") -> Reading:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(list(row))
    content = BytesIO()
    workbook.save(content)
    return read_submission(content.getvalue(), clerk=clerk, unit_code=unit, period_id=period)


def _seen(reading: Reading) -> tuple[list[str | None], list[tuple[str, str | None]]]:
    return [row.task_code for row in reading.rows], [(one.code, one.cell) for one in reading.findings]


DONE = (3, "PCI-03.1", "Đang thực hiện", 70, "Công khai 3 quy hoạch")
AGAIN = (4, "PCI-01.1", "Đang thực hiện", 30, "Niêm yết 5 thủ tục")


@pytest.mark.parametrize("heading", ["Xã, thị trấn", "Tên xã", "Địa phương"])
@pytest.mark.parametrize(("own", "other"), [("Đại Lãnh", "Vạn Thọ"), ("UBND xã Đại Lãnh", "Xã Vạn Thọ")])
def test_rows_of_other_communes_in_a_column_of_communes_do_not_count(
    clerk: Clerk, heading: str, own: str, other: str
) -> None:
    rows = [(*HEADS, heading), (*ONE, "", "", own), (*TWO, "", "", other)]
    reading = _read(clerk, *TOP, *rows)
    assert _seen(reading) == (["PCI-01.1"], [("other_unit_rows", "H5")])
    assert "xã Vạn Thọ" in reading.findings[0].message


def test_a_column_of_anybody_tells_of_other_communes_only_where_a_task_is_told_twice(clerk: Clerk) -> None:
    rows = [(*HEADS, "Đơn vị"), (*ONE, "", "", "Xã Đại Lãnh"), (*TWO, "", "", "Xã Vạn Thọ")]
    assert _seen(_read(clerk, *TOP, *rows)) == (["PCI-01.1", "PCI-02.1"], [])
    reading = _read(clerk, *TOP, *rows, (*AGAIN, "", "", "Xã Vạn Thọ"))
    assert _seen(reading) == (["PCI-01.1"], [("other_unit_rows", "H5")])


@pytest.mark.parametrize(
    ("first", "second"),
    [(("I", "XÃ ĐẠI LÃNH"), ("II", "XÃ VẠN THỌ")), (("I. Xã Đại Lãnh",), ("II. Xã Vạn Thọ",))],
)
@pytest.mark.parametrize("is_above_the_heading", [False, True])
def test_rows_below_the_name_of_another_commune_do_not_count(
    clerk: Clerk, first: Row, second: Row, is_above_the_heading: bool
) -> None:
    own = [first, HEADS] if is_above_the_heading else [HEADS, first]
    reading = _read(clerk, *TOP, *own, ONE, second, TWO, ("Khó khăn của xã Đại Lãnh: thiếu máy tính",))
    cell = f"{'B' if len(second) > 1 else 'A'}6"
    assert _seen(reading) == (["PCI-01.1"], [("remark_aside", "A8"), ("other_unit_rows", cell)])


@pytest.mark.parametrize(
    "rows",
    [
        # Who works with whom is not whose report it is.
        [(*HEADS, "Đơn vị thực hiện"), (*ONE, "", "", "UBND xã Đại Lãnh"), (*TWO, "", "", "UBND xã Vạn Thọ")],
        # A column of other communes only, or of offices, tells nothing of the file's own.
        [(*HEADS, "Đơn vị"), (*ONE, "", "", "Công chức Tư pháp"), (*TWO, "", "", "Công chức Địa chính")],
        [HEADS, ONE, TWO, (), ("", "Nơi nhận: UBND xã Vạn Thọ")],
        [HEADS, ONE, TWO, (), ("Nơi nhận:",), ("- UBND xã Đại Lãnh",), ("- UBND xã Vạn Thọ",)],
        [HEADS, ONE, TWO, (), ("1. Xã Đại Lãnh",), ("2. Xã Vạn Thọ",)],
    ],
)
def test_other_communes_that_are_only_named_take_no_row_away(clerk: Clerk, rows: list[Row]) -> None:
    assert _seen(_read(clerk, *TOP, *rows)) == (["PCI-01.1", "PCI-02.1"], [])


def test_communes_named_in_lines_of_a_result_take_no_row_away(clerk: Clerk) -> None:
    lines = [("", "", "", "", "Xã Đại Lãnh"), ("", "", "", "", "Xã Vạn Thọ")]
    reading = _read(clerk, *TOP, HEADS, ONE, lines[0], TWO, lines[1], DONE)
    assert [row.task_code for row in reading.rows] == ["PCI-01.1", "PCI-02.1", "PCI-03.1"]
    assert {one.code for one in reading.findings} == {"row_continued"}


@pytest.mark.parametrize(
    ("own", "other"), [("11/2024", "10/2024"), ("Tháng 11", "Tháng 10"), (date(2024, 11, 1), date(2024, 10, 1))]
)
def test_rows_of_other_months_in_a_column_of_months_do_not_count(clerk: Clerk, own: object, other: object) -> None:
    rows = [("STT", "Kỳ báo cáo", *HEADS[1:]), (1, own, *ONE[1:]), (2, other, *TWO[1:])]
    assert _seen(_read(clerk, *TOP, *rows)) == (["PCI-01.1"], [("other_period_rows", "B5")])


def test_a_column_of_months_may_tell_when_something_was_done_unless_a_task_is_told_twice(clerk: Clerk) -> None:
    rows = [("STT", "Tháng", *HEADS[1:]), (1, 11, *ONE[1:]), (2, 10, *TWO[1:])]
    assert _seen(_read(clerk, *TOP, *rows)) == (["PCI-01.1", "PCI-02.1"], [])
    reading = _read(clerk, *TOP, *rows, (4, 10, *AGAIN[1:]))
    assert _seen(reading) == (["PCI-01.1"], [("other_period_rows", "B5")])


def _done(code: str, day: object, document: str = "") -> Row:
    return (1, code, "Hoàn thành", 100, "Niêm yết 12 thủ tục", document, day)


@pytest.mark.parametrize(
    ("rows", "doubted"),
    [
        ([_done("PCI-01.1", date(2024, 5, 11), "12/BC-UBND ngày 05/11/2024")], ["G4"]),
        ([_done("PCI-01.1", date(2024, 5, 11)), _done("PCI-02.1", "25/10/2024")], ["G4"]),
        ([_done("PCI-01.1", "11/5/2024"), _done("PCI-02.1", "10/25/2024")], ["G4"]),
        # A document of that day, or shortly before, speaks for the day as it is written.
        ([_done("PCI-01.1", date(2024, 5, 11), "5/BC-UBND ngày 10/5/2024"), _done("PCI-02.1", "25/10/2024")], []),
        # In May something may well have been done, if nothing speaks against it.
        ([_done("PCI-01.1", date(2024, 5, 11)), _done("PCI-02.1", date(2024, 10, 25))], []),
        ([_done("PCI-01.1", date(2024, 5, 11), "12/BC-UBND ngày 11/05/2024")], []),
        ([_done("PCI-01.1", "11/05/2024"), _done("PCI-02.1", "25/10/2024")], []),
        ([_done("PCI-01.1", date(2024, 11, 5)), _done("PCI-02.1", "25/10/2024")], []),
    ],
)
def test_a_day_whose_month_was_exchanged_is_asked_about(clerk: Clerk, rows: list[Row], doubted: list[str]) -> None:
    found = [one.cell for one in _read(clerk, *TOP, HEADS, *rows).findings if one.code == "date_exchanged"]
    assert found == doubted


def test_a_column_nobody_recognises_is_named_where_that_of_the_results_is_lacking(clerk: Clerk) -> None:
    heads, said = ("STT", "Mã nhiệm vụ", "Tình trạng", "Chuyện đã qua"), "Niêm yết 12 thủ tục tại trụ sở"
    rows = [(1, "PCI-01.1", "Đang thực hiện", said), (2, "PCI-02.1", "Đang thực hiện", "")]
    assert _seen(_read(clerk, *TOP, heads, *rows)) == (["PCI-01.1", "PCI-02.1"], [("column_unread", "D3")])


@pytest.mark.parametrize(
    ("heading", "value"),
    [
        ("Mong muốn gửi gắm", "Hỗ trợ xã 50 triệu đồng mua máy tính"),
        ("Cơ quan phối hợp", "Công chức Tư pháp – hộ tịch xã"),
        ("Ngày giao", "05/11/2024"),
    ],
)
def test_a_column_of_ones_own_beside_the_results_is_not(clerk: Clerk, heading: str, value: str) -> None:
    reading = _read(clerk, *TOP, (*HEADS, heading), (*ONE, "", "", value), (*TWO, "", "", value))
    assert _seen(reading) == (["PCI-01.1", "PCI-02.1"], [])


def test_one_percent_in_a_cell_of_percentages_is_one_percent(clerk: Clerk) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in (*TOP, HEADS, (*ONE[:3], 0.01, ONE[4]), (*TWO[:3], 0.5, TWO[4])):
        sheet.append(list(row))
    for cell in ("D4", "D5"):
        sheet[cell].number_format = "0%"
    content = BytesIO()
    workbook.save(content)
    reading = read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert ([row.progress_pct for row in reading.rows], reading.findings) == ([1.0, 50.0], ())


@pytest.mark.parametrize(
    ("beside", "progress", "codes"),
    [(0.85, None, ["progress_ambiguous"] * 2), (40, 1, []), (1, 1, [])],
)
def test_a_one_among_fractions_is_asked_about_and_one_among_whole_numbers_is_not(
    clerk: Clerk, beside: float, progress: float | None, codes: list[str]
) -> None:
    rows = [(1, "PCI-01.1", "Đang thực hiện", 1, "Niêm yết"), (2, "PCI-02.1", "Đang thực hiện", beside, "Tập huấn")]
    reading = _read(clerk, *TOP, HEADS, *rows)
    assert (reading.rows[0].progress_pct, [one.code for one in reading.findings]) == (progress, codes)
