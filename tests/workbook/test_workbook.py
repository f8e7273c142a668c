"""Bytes of every kind people drop: read, or refused with a reason."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from commune_reports.workbook import MOST_ROWS, Refusal, Spreadsheet, open_spreadsheet


def _xlsx(*cells: tuple[str, object]) -> bytes:
    workbook = Workbook()
    for address, value in cells:
        workbook.active[address] = value  # type: ignore[index]
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _zip(**parts: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _opened(content: bytes) -> Spreadsheet:
    opened = open_spreadsheet(content)
    assert isinstance(opened, Spreadsheet)
    return opened


def test_cells_stand_at_their_addresses_even_if_the_table_starts_far_from_the_corner() -> None:
    [grid] = _opened(_xlsx(("D17", "Mã"), ("E18", 85))).grids
    assert (grid.rows[16][3], grid.rows[17][4]) == ("Mã", 85)
    assert grid.rows[0][0] == ""


@pytest.mark.parametrize(
    ("content", "code", "kind"),
    [
        (b"", "empty_file", None),
        (b"%PDF-1.7 ...", "wrong_format", "PDF"),
        (b"\xff\xd8\xff\xe0 jpeg", "wrong_format", "ảnh"),
        (b"<html><table></table></html>", "wrong_format", "trang web"),
        ("Mã nhiệm vụ;Tình trạng".encode(), "wrong_format", "văn bản"),
        (b"\x00\x01\x02\x03", "wrong_format", "không rõ"),
        (_zip(**{"word/document.xml": b"<w/>"}), "wrong_format", "Word"),
        (_zip(**{"a.txt": b"x"}), "packed_file", "nén"),
        (b"PK\x03\x04 and then nothing", "broken_file", None),
        (_xlsx(("A1", "x"))[:-300], "broken_file", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "broken_file", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 9, "password_protected", None),
        (_zip(**{"xl/workbook.xml": b"not xml", "[Content_Types].xml": b"<x/>"}), "broken_file", None),
    ],
)
def test_what_is_no_readable_workbook_is_refused_with_its_reason(content: bytes, code: str, kind: str | None) -> None:
    refused = open_spreadsheet(content)
    assert isinstance(refused, Refusal)
    assert refused.code == code
    if kind:
        assert kind in str(refused.got)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    refused = open_spreadsheet(_zip(**{"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b" " * (60 * 2**20)}))
    assert isinstance(refused, Refusal)
    assert refused.code == "suspicious_archive"


def test_a_value_at_the_far_corner_of_the_sheet_costs_no_gigabytes() -> None:
    [grid] = _opened(_xlsx(("A1", "Mã"), ("XFD1048576", "x"))).grids
    assert grid.rows[0][0] == "Mã"
    assert len(grid.rows) <= MOST_ROWS


def test_a_percent_format_is_told_from_a_plain_number() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = 0.85, 0.85
    sheet["A1"].number_format = "0%"
    buffer = BytesIO()
    workbook.save(buffer)
    opened = _opened(buffer.getvalue())
    assert (opened.is_percent("Sheet", "A1"), opened.is_percent("Sheet", "A2")) == (True, False)


def test_a_formula_saved_without_its_value_and_an_error_are_found() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["B2"] = "=1+1"
    sheet["C3"] = "#REF!"
    sheet["C3"].data_type = "e"
    buffer = BytesIO()
    workbook.save(buffer)
    opened = _opened(buffer.getvalue())
    assert opened.formulas_without_value("Sheet") == {"B2": "=1+1"}
    assert opened.formula_errors("Sheet") == {"C3": "#REF!"}


@given(st.binary(max_size=400))
def test_no_bytes_make_it_crash(content: bytes) -> None:
    assert isinstance(open_spreadsheet(content), (Spreadsheet, Refusal))


WHOLE = _xlsx(("A1", "Mã nhiệm vụ"), ("B2", 85))


@given(st.data())
def test_no_damage_to_a_workbook_makes_it_crash(data: st.DataObject) -> None:
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(open_spreadsheet(bytes(content)), (Spreadsheet, Refusal))


@pytest.mark.filterwarnings("ignore:Title is more than 31 characters")
def test_sheets_with_endless_names_stay_apart_and_keep_what_is_stored_beside_their_values() -> None:
    workbook = Workbook()
    long = "Báo cáo của đơn vị " * 5
    workbook.active.title = f"{long}một"  # type: ignore[union-attr]
    sheet = workbook.create_sheet(f"{long}hai")
    sheet["B2"] = 0.85
    sheet["B2"].number_format = "0%"
    buffer = BytesIO()
    workbook.save(buffer)
    opened = _opened(buffer.getvalue())
    first, second = (grid.name for grid in opened.grids)
    assert (len(first), first[-5:], len(second), second[-5:]) == (64, "… (1)", 64, "… (2)")
    assert (opened.is_percent(first, "B2"), opened.is_percent(second, "B2")) == (False, True)


def test_no_sheet_has_a_name_that_tables_are_called_by() -> None:
    names = ("Báo cáo", "Báo cáo: từ cột G", "Báo cáo: từ cột H")
    cell = '<Row><Cell><Data ss:Type="String">Mã nhiệm vụ</Data></Cell></Row>'
    sheets = (f'<Worksheet ss:Name="{name}"><Table>{cell}</Table></Worksheet>' for name in names)
    uri = "urn:schemas-microsoft-com:office:spreadsheet"
    book = f'<?xml version="1.0"?><Workbook xmlns="{uri}" xmlns:ss="{uri}">{"".join(sheets)}</Workbook>'
    opened = _opened(book.encode())
    assert [grid.name for grid in opened.grids] == ["Báo cáo", "Báo cáo… (2)", "Báo cáo… (3)"]
