"""A file that cannot be marked in place comes back as a marked copy that says the same when it is sent again."""

import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import pytest
import xlwt
from openpyxl import load_workbook

from commune_reports.findings import Finding, Severity
from commune_reports.marking import Heading, mark, unmark
from commune_reports.marking.copying import copied, titles
from commune_reports.marking.styles import RED
from commune_reports.workbook import Grid, Spreadsheet, open_spreadsheet

LONG = "Báo cáo kết quả thực hiện nhiệm vụ tháng 11 năm 2024"
# A value, and whether it is formatted as a percentage.
Cell = tuple[object, bool]
SHOWN: Sequence[Cell] = [(1, True), (0.25, True), (0.125, True), (1 / 3, True), (0.58, True), (85, False)]


def _as_xls(cells: Sequence[Cell]) -> bytes:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Báo cáo")
    for row, (value, is_percent) in enumerate(cells):
        sheet.write(row, 0, value, xlwt.easyxf(num_format_str="0%" if is_percent else "General"))
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _as_fods(cells: Sequence[Cell]) -> bytes:
    return _fods({"Báo cáo": cells})


def _fods(sheets: Mapping[str, Sequence[Cell]]) -> bytes:
    def row(value: object, is_percent: bool) -> str:
        kind = "string" if isinstance(value, str) else "percentage" if is_percent else "float"
        said = f'office:value-type="{kind}"' + ("" if kind == "string" else f' office:value="{value}"')
        return (
            f"<table:table-row><table:table-cell {said}><text:p>{value}</text:p></table:table-cell></table:table-row>"
        )

    tables = (
        f'<table:table table:name="{name}"><table:table-column/>{"".join(row(*cell) for cell in cells)}</table:table>'
        for name, cells in sheets.items()
    )
    spaces = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in ("office", "table", "text")
    )
    return (
        f'<?xml version="1.0"?><office:document {spaces} office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
        f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body></office:document>"
    ).encode()


def _wrong(cell: str, sheet: str = "Báo cáo", says: str = "Sai") -> Finding:
    return Finding("progress_out_of_range", Severity.CRITICAL, says, sheet, cell, int(cell[1:]))


def _copy(content: bytes, *findings: Finding) -> bytes:
    marked = mark(content, findings, heading=Heading("TIẾP NHẬN MỘT PHẦN"))
    assert marked is not None
    assert marked.suffix == ".xlsx"
    return marked.content


@pytest.mark.parametrize("write", [_as_xls, _as_fods])
def test_percentages_stay_percentages(write: Callable[[Sequence[Cell]], bytes]) -> None:
    content = _copy(write(SHOWN), _wrong("A2"))
    sheet: Any = load_workbook(BytesIO(content))["Báo cáo"]
    formats = ["0%", "0%", "0.##%", "0.##%", "0%", "General"]
    assert [cell.number_format for (cell,) in sheet.iter_rows()] == formats
    assert sheet["A2"].fill.start_color.rgb == RED
    again = open_spreadsheet(content)
    assert isinstance(again, Spreadsheet)
    assert [again.is_percent("Báo cáo", f"A{row}") for row in range(1, 7)] == [is_percent for _, is_percent in SHOWN]


def test_where_percentages_are_not_to_be_known_none_is_made_up() -> None:
    opened = Spreadsheet("xlsx", (Grid("Báo cáo", visible=True, rows=[[0.25]]),), has_percents=None)
    assert load_workbook(BytesIO(copied(opened)))["Báo cáo"]["A1"].number_format == "General"


def test_a_copy_shows_every_text_and_is_printed_with_all_columns_beside_each_other() -> None:
    long = "Phối hợp với các phòng ban thuộc huyện tuyên truyền vận động người dân; " * 4
    title = "BÁO CÁO KẾT QUẢ THỰC HIỆN NHIỆM VỤ CẢI THIỆN CHỈ SỐ THÁNG 11/2024"
    rows = [[title, "", ""], ["STT", "Nhiệm vụ", "Kết quả"], [1, long, "dòng một\ndòng hai"], [2, "ngắn", "ngắn"]]
    copy = copied(Spreadsheet("csv", (Grid("csv", visible=True, rows=rows),)))
    sheet: Any = load_workbook(BytesIO(copy)).worksheets[0]
    widths = [sheet.column_dimensions[letter].width for letter in "ABC"]
    assert widths[0] < widths[2] < widths[1] < 40  # neither the title nor the long text makes its column wide
    assert not sheet["A1"].alignment.wrap_text
    heights = [sheet.row_dimensions[row].height for row in range(1, 5)]
    assert heights[2] * widths[1] > len(long) * heights[3] / 1.3
    assert heights[0] == heights[1] == heights[3] < heights[2]
    page = sheet.page_setup
    assert (page.orientation, page.fitToWidth or 1, page.fitToHeight) == ("landscape", 1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_empty_cells_between_far_ones_take_no_memory_in_a_copy() -> None:
    rows = [["Mã"], *([[""] * 250] * 4_998), [""] * 249 + ["xa"]]
    tracemalloc.start()
    copied(Spreadsheet("xls", (Grid("Báo cáo", visible=True, rows=rows),)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 2**20


def test_a_sheet_whose_name_excel_does_not_allow_is_marked_under_its_new_name() -> None:
    names = [LONG, f"{LONG} (bổ sung)", "PCI/PGI"]
    findings = [_wrong(f"A{row}", name, says=name) for row, name in enumerate(names, start=1)]
    content = _copy(_fods({name: [(120, False), (130, False), (140, False)] for name in names}), *findings)
    first, *sheets = load_workbook(BytesIO(content)).worksheets
    assert [sheet.title for sheet in sheets] == [LONG[:31], f"{LONG[:27]} (2)", "PCI-PGI"]
    for row, (sheet, name) in enumerate(zip(sheets, names, strict=True), start=1):
        marked = {cell.coordinate: cell.comment for (cell,) in sheet.iter_rows() if cell.fill.start_color.rgb == RED}
        assert marked.keys() == {f"A{row}"}
        assert name in marked[f"A{row}"].text
    links = [cell.hyperlink.location for line in first.iter_rows() for cell in line if cell.hyperlink]
    assert links == [f"'{sheet.title}'!A{row}" for row, sheet in enumerate(sheets, start=1)]
    assert unmark(content) != content
    assert load_workbook(BytesIO(unmark(content))).sheetnames == [sheet.title for sheet in sheets]


def test_a_sheet_keeps_its_name_beside_a_longer_one_that_is_cut_to_it() -> None:
    assert titles([LONG, LONG[:31], LONG.upper(), "Sổ"]) == {
        LONG: f"{LONG[:27]} (2)",
        LONG[:31]: LONG[:31],
        LONG.upper(): f"{LONG[:27].upper()} (3)",
        "Sổ": "Sổ",
    }
