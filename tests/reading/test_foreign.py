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


@pytest.mark.parametrize("heading", ["Xã, thị trấn", "Đơn vị", "Tên xã", "Địa phương"])
@pytest.mark.parametrize(("own", "other"), [("Đại Lãnh", "Vạn Thọ"), ("UBND xã Đại Lãnh", "Xã Vạn Thọ")])
def test_rows_of_other_communes_in_a_column_of_communes_do_not_count(
    clerk: Clerk, heading: str, own: str, other: str
) -> None:
    rows = [(*HEADS, heading), (*ONE, "", "", own), (*TWO, "", "", other)]
    reading = _read(clerk, *TOP, *rows)
    assert _seen(reading) == (["PCI-01.1"], [("other_unit_rows", "H5")])
    assert "xã Vạn Thọ" in reading.findings[0].message


def test_rows_below_the_name_of_another_commune_do_not_count(clerk: Clerk) -> None:
    reading = _read(clerk, *TOP, HEADS, ("I", "XÃ ĐẠI LÃNH"), ONE, ("II", "XÃ VẠN THỌ"), TWO)
    assert _seen(reading) == (["PCI-01.1"], [("other_unit_rows", "B6")])


@pytest.mark.parametrize(
    "rows",
    [
        # Who works with whom is not whose report it is.
        [(*HEADS, "Đơn vị thực hiện"), (*ONE, "", "", "UBND xã Đại Lãnh"), (*TWO, "", "", "UBND xã Vạn Thọ")],
        # A column of other communes only, or of offices, tells nothing of the file's own.
        [(*HEADS, "Đơn vị"), (*ONE, "", "", "Công chức Tư pháp"), (*TWO, "", "", "Công chức Địa chính")],
        [HEADS, ONE, TWO, (), ("", "Nơi nhận: UBND xã Vạn Thọ")],
    ],
)
def test_other_communes_that_are_only_named_take_no_row_away(clerk: Clerk, rows: list[Row]) -> None:
    assert _seen(_read(clerk, *TOP, *rows)) == (["PCI-01.1", "PCI-02.1"], [])


@pytest.mark.parametrize(("own", "other"), [("11/2024", "10/2024"), ("Tháng 11", "Tháng 10"), (11, 10)])
@pytest.mark.parametrize("heading", ["Tháng", "Kỳ báo cáo"])
def test_rows_of_other_months_in_a_column_of_months_do_not_count(
    clerk: Clerk, heading: str, own: object, other: object
) -> None:
    rows = [("STT", heading, *HEADS[1:]), (1, own, *ONE[1:]), (2, other, *TWO[1:])]
    assert _seen(_read(clerk, *TOP, *rows)) == (["PCI-01.1"], [("other_period_rows", "B5")])


def _done(code: str, day: object, document: str = "") -> Row:
    return (1, code, "Hoàn thành", 100, "Niêm yết 12 thủ tục", document, day)


@pytest.mark.parametrize(
    ("rows", "doubted"),
    [
        ([_done("PCI-01.1", date(2024, 5, 11), "12/BC-UBND ngày 05/11/2024")], ["G4"]),
        ([_done("PCI-01.1", date(2024, 5, 11)), _done("PCI-02.1", "25/10/2024")], ["G4"]),
        ([_done("PCI-01.1", "11/5/2024"), _done("PCI-02.1", "10/25/2024")], ["G4"]),
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


def test_a_column_nobody_recognises_is_named_where_one_is_lacking(clerk: Clerk) -> None:
    heads, said = (*HEADS, "Mong muốn gửi gắm"), "Hỗ trợ xã 50 triệu đồng mua máy tính"
    reading = _read(clerk, *TOP, heads, (*ONE, "", "", said), (*TWO, "", "", ""))
    assert _seen(reading) == (["PCI-01.1", "PCI-02.1"], [("column_unread", "H3")])


@pytest.mark.parametrize(
    ("heading", "value"), [("Mong muốn gửi gắm", "Lê Văn Tám"), ("Cơ quan thực hiện", "Công chức Tư pháp – hộ tịch xã")]
)
def test_a_column_of_names_or_one_that_is_known_is_not(clerk: Clerk, heading: str, value: str) -> None:
    reading = _read(clerk, *TOP, (*HEADS, heading), (*ONE, "", "", value), (*TWO, "", "", value))
    assert _seen(reading) == (["PCI-01.1", "PCI-02.1"], [])


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
