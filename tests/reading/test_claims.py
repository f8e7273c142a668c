"""Unit and period as titles and sheet names say them."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")


def _read(clerk: Clerk, sheets: dict[str, Sequence[Sequence[object]]], *, period_id: str | None = None) -> Reading:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id=period_id)


def _done(code: str, result: str) -> tuple[object, ...]:
    return (code, "Đang thực hiện", 50, result)


@pytest.mark.parametrize(
    ("line", "period"),
    [
        ("BÁO CÁO T11/2024", "2024-11"),
        ("Kỳ báo cáo: 11/2024", "2024-11"),
        ("Kỳ báo cáo: 2024-11", "2024-11"),
        ("Kỳ báo cáo: tháng 11", "2024-11"),
        ("Kết quả tháng 11 và phương hướng, nhiệm vụ tháng 12 năm 2024", "2024-11"),
        ("Kết quả tháng 12 năm 2024, nhiệm vụ tháng 01 năm 2025", "2024-12"),
        ("Kết quả thực hiện nhiệm vụ tháng 12 năm 2024", "2024-12"),
        ("Đại Lãnh, ngày    tháng 11 năm 2024", None),
    ],
)
def test_a_title_names_the_period_it_reports_on(clerk: Clerk, line: str, period: str | None) -> None:
    reading = _read(clerk, {"Báo cáo": [(line,), HEADS, _done("PCI-01.1", "x")]})
    assert (reading.period_claimed, reading.findings) == (period, ())


@pytest.mark.parametrize(
    "beside",
    [
        "So sánh với tháng 10/2024",
        "Kết quả đạt được so với kế hoạch tháng 10/2024 như sau:",
        "(Tiếp theo báo cáo tháng 10 năm 2024)",
        "Số liệu lũy kế từ tháng 8/2024 đến tháng 11/2024",
        "Triển khai Kế hoạch tháng 8 năm 2024 của UBND xã về PCI, PGI",
        "Thực hiện Kế hoạch số 12/KH-UBND, tháng 8 năm 2024",
        "Thực hiện Công văn số 15/UBND của UBND huyện về báo cáo tháng 10/2024 và tháng 11/2024",
    ],
)
def test_a_month_a_report_is_compared_with_or_was_planned_in_is_not_its_period(clerk: Clerk, beside: str) -> None:
    for lines in ([("BÁO CÁO THÁNG 11/2024",), (beside,)], [(beside,), ("KẾT QUẢ THÁNG 11 NĂM 2024",)]):
        reading = _read(clerk, {"Báo cáo": [*lines, HEADS, _done("PCI-01.1", "x")]}, period_id="2024-11")
        assert (reading.period_claimed, reading.findings) == ("2024-11", ())


@pytest.mark.parametrize(
    ("line", "period"),
    [
        ("Kết quả thực hiện kế hoạch tháng 11/2024", "2024-11"),
        ("Kết quả thực hiện Kế hoạch tháng 8 năm 2024, tháng 11 năm 2024", "2024-11"),
        ("Thực hiện Công văn số 15/UBND về việc báo cáo tháng 11/2024", "2024-11"),
        ("Báo cáo lũy kế từ tháng 8 đến tháng 11/2024", "2024-11"),
        ("Thực hiện Công văn số 15/UBND về báo cáo tháng 10/2024 và tháng 11/2024", None),
    ],
)
def test_a_line_about_a_plan_tells_the_period_where_no_other_line_does(
    clerk: Clerk, line: str, period: str | None
) -> None:
    assert _read(clerk, {"Báo cáo": [(line,), HEADS, _done("PCI-01.1", "x")]}).period_claimed == period


@pytest.mark.parametrize(
    ("line", "period"),
    [
        ("Từ ngày 15/10/2024 đến ngày 14/11/2024", "2024-11"),
        ("(Số liệu từ 15/9 đến hết 14/10/2024)", "2024-10"),
        ("Từ ngày 15/12/2023 đến ngày 14/11/2024", None),
        ("Từ ngày 00/10/2024 đến ngày 31/11/2024", None),
        ("(so với kỳ từ ngày 15/9/2024 đến 14/10/2024)", None),
        ("BÁO CÁO THÁNG 13", None),
        ("BÁO CÁO KẾT QUẢ THÁNG 11 VÀ NHIỆM VỤ TRỌNG TÂM THÁNG 12", None),
        ("BÁO CÁO KẾT QUẢ THỰC HIỆN THÁNG 11, PHƯƠNG HƯỚNG NHIỆM VỤ THÁNG 12", None),
        ("Ghi chú: kết quả tính từ ngày 15 tháng 10", None),
        ("Đề nghị gửi báo cáo trước ngày 05 tháng 12", None),
        ("Kỳ trước đã gửi báo cáo tháng 10", None),
        ("BÁO CÁO TÌNH HÌNH THỰC HIỆN SO VỚI THÁNG 10", None),
        ("BÁO CÁO KẾT QUẢ THỰC HIỆN KẾ HOẠCH SỐ 2914/KH-UBND THÁNG 10 NĂM 2024", "2024-10"),
        ("BÁO CÁO THÁNG 12", "2024-12"),
        ("Kết quả thực hiện nhiệm vụ tháng 10", "2024-10"),
        ("Thực hiện Kế hoạch số 55/KH-UBND tháng 8 năm 2024 của UBND xã", None),
        ("Thực hiện Nghị quyết tháng 7/2024 - kỳ báo cáo tháng 11/2024", "2024-11"),
    ],
)
def test_a_period_is_told_by_its_window_or_its_month_and_never_by_the_day_of_a_document(
    clerk: Clerk, line: str, period: str | None
) -> None:
    assert _read(clerk, {"Báo cáo": [(line,), HEADS, _done("PCI-01.1", "x")]}).period_claimed == period


def test_a_sheet_named_after_another_commune_is_left_out(clerk: Clerk) -> None:
    own, other = [HEADS, _done("PCI-01.1", "x")], [HEADS, _done("PCI-02.1", "y")]
    reading = _read(clerk, {"Đại Lãnh": own, "Xã Vạn Thọ": other})
    assert [row.task_code for row in reading.rows] == ["PCI-01.1"]
    assert [(one.code, one.sheet) for one in reading.findings] == [("other_unit_ignored", "Xã Vạn Thọ")]


def test_two_months_in_titles_contradict_each_other(clerk: Clerk) -> None:
    top = [("BÁO CÁO THÁNG 11/2024",), ("Tháng 10 năm 2024",)]
    reading = _read(clerk, {"Báo cáo": [*top, HEADS, _done("PCI-01.1", "x")]}, period_id="2024-11")
    assert [one.code for one in reading.findings] == ["period_contradiction"]


def test_where_no_table_is_known_no_line_contradicts_the_title(clerk: Clerk) -> None:
    lines = [("BÁO CÁO THÁNG 11/2024",), ("Việc", "Làm đến đâu"), ("Niêm yết", "Công khai dự toán quý III/2024")]
    reading = _read(clerk, {"Báo cáo": lines}, period_id="2024-11")
    assert [one.code for one in reading.findings] == ["no_table"]


@pytest.mark.parametrize("line", ["Đơn vị: Vạn Thọ", "UBND X. VẠN THỌ", "UBND Vạn Thọ", "Mã đơn vị: 22504"])
def test_another_unit_is_noticed_however_it_is_named(clerk: Clerk, line: str) -> None:
    reading = _read(clerk, {"Báo cáo": [(line,), HEADS, _done("PCI-01.1", "x")]})
    assert [one.code for one in reading.findings] == ["unit_mismatch"]


@pytest.mark.parametrize(
    "line", ["Đơn vị: Đại Lãnh", "Kính gửi: UBND huyện Vạn Ninh", "Vạn Thọ, ngày 5 tháng 11 năm 2024"]
)
def test_the_own_unit_the_district_and_a_place_of_signing_are_no_other_unit(clerk: Clerk, line: str) -> None:
    assert _read(clerk, {"Báo cáo": [(line,), HEADS, _done("PCI-01.1", "x")]}).findings == ()


TITLED = {
    "Trang 1": [("Kỳ báo cáo: tháng 10/2024",), HEADS, _done("PCI-01.1", "Việc của tháng 10")],
    "Trang 2": [("Kỳ báo cáo: tháng 11/2024",), HEADS, _done("PCI-01.1", "Việc của tháng 11")],
    "Trang 3": [("Kỳ báo cáo: tháng 12/2024",), HEADS, ("PCI-01.1", "", "", "")],
}
NAMED = {"T10": TITLED["Trang 1"][1:], "T11": TITLED["Trang 2"][1:], "Tháng 12": TITLED["Trang 3"][1:]}


@pytest.mark.parametrize("sheets", [TITLED, NAMED])
@pytest.mark.parametrize("period_id", ["2024-11", None])
def test_a_workbook_with_a_sheet_for_every_month_reports_the_newest_and_says_so(
    clerk: Clerk, sheets: dict[str, Sequence[Sequence[object]]], period_id: str | None
) -> None:
    reading = _read(clerk, sheets, period_id=period_id)
    assert [row.result for row in reading.rows] == ["Việc của tháng 11"]
    assert [(one.code, one.sheet) for one in reading.findings] == [("other_period_ignored", next(iter(sheets)))]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("T10", "T11 (2)"),
        ("10.2024", "11.2024"),
        ("10", "11"),
        ("Tháng 10", "Tháng 11 (sửa)"),
        ("BC thang 10", "BC thang 11 moi"),
    ],
)
def test_a_sheet_is_named_after_its_month_in_many_ways(clerk: Clerk, earlier: str, later: str) -> None:
    reading = _read(clerk, {earlier: TITLED["Trang 1"][1:], later: TITLED["Trang 2"][1:]}, period_id="2024-11")
    assert [row.result for row in reading.rows] == ["Việc của tháng 11"]
    assert [(one.code, one.sheet) for one in reading.findings] == [("other_period_ignored", earlier)]


@pytest.mark.parametrize("names", [("1", "10", "11"), ("Tổ 1", "Tổ 10", "Tổ 11")])
def test_a_sheet_named_after_its_page_is_of_no_month(clerk: Clerk, names: Sequence[str]) -> None:
    codes = ("PCI-01.1", "PCI-02.1", "PCI-02.2")
    sheets = {name: [HEADS, _done(code, f"Việc {code}")] for name, code in zip(names, codes, strict=True)}
    reading = _read(clerk, sheets, period_id="2024-11")
    assert ([row.task_code for row in reading.rows], reading.findings) == (list(codes), ())


def test_the_month_that_is_asked_for_counts_though_a_newer_one_is_there(clerk: Clerk) -> None:
    reading = _read(clerk, TITLED, period_id="2024-10")
    assert [row.result for row in reading.rows] == ["Việc của tháng 10"]
    assert [(one.code, one.sheet) for one in reading.findings] == [("other_period_ignored", "Trang 2")]


def test_sheets_of_other_months_only_are_not_taken_for_the_month_asked_for(clerk: Clerk) -> None:
    reading = _read(clerk, {"Báo cáo": TITLED["Trang 1"]}, period_id="2024-11")
    assert [one.code for one in reading.findings] == ["period_mismatch"]


def test_a_symbol_and_the_place_of_signing_beside_it_are_no_unit(clerk: Clerk) -> None:
    top = [("UBND XÃ VẠN THỌ", "CỘNG HÒA XÃ HỘI"), ("Số: 12/BC-UBND", "Đại Lãnh, ngày 14 tháng 11 năm 2024")]
    reading = _read(clerk, {"Báo cáo": [*top, HEADS, _done("PCI-01.1", "x")]})
    assert [one.code for one in reading.findings] == ["unit_mismatch"]
    labelled = _read(clerk, {"Báo cáo": [("Đơn vị:", "Vạn Thọ"), HEADS, _done("PCI-01.1", "x")]})
    assert [one.code for one in labelled.findings] == ["unit_mismatch"]


@pytest.mark.parametrize("heads", [[HEADS], []])
def test_a_sheet_headed_with_another_units_name_is_left_aside(clerk: Clerk, heads: list[Sequence[object]]) -> None:
    own = [("UBND xã Đại Lãnh",), HEADS, _done("PCI-01.1", "Đã làm 2 việc"), _done("PCI-02.1", "Đã làm 3 việc")]
    other = [("UBND xã Vạn Thọ",), *heads, _done("PCI-03.1", "Đã làm 4 việc"), _done("PCI-03.2", "Đã làm 5 việc")]
    reading = _read(clerk, {"Đại Lãnh": own, "Vạn Thọ": other}, period_id="2024-11")
    assert [row.sheet for row in reading.rows] == ["Đại Lãnh", "Đại Lãnh"]
    assert [(one.code, one.sheet) for one in reading.findings] == [("other_unit_ignored", "Vạn Thọ")]
    both = [("UBND xã Đại Lãnh phối hợp UBND xã Vạn Thọ",), *heads, *other[-2:]]
    told = _read(clerk, {"Phần 1": own, "Phần 2": both}, period_id="2024-11")
    assert [row.sheet for row in told.rows] == ["Phần 1"] * 2 + ["Phần 2"] * 2
