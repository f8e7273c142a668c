"""Whatever program wrote it and whatever it is called: cells come with their values, addresses and what is stored beside."""

import base64
import io
import quopri
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt
from openpyxl import Workbook
from openpyxl.styles import Border, Side
from tests.damage.writers import for_old_code_page

from commune_reports.workbook import Refusal, Spreadsheet, open_spreadsheet
from commune_reports.workbook.grids import grids_of
from commune_reports.workbook.records import patient_xls_grids

LINES = [
    ["Mã nhiệm vụ", "Tình trạng", "Ghi chú"],
    ["PCI-01.1", "Hoàn thành", "đã nộp; đủ, đúng"],
    ["PCI-01.2", "Đang", ""],
]


def _opened(content: bytes) -> Spreadsheet:
    opened = open_spreadsheet(content)
    assert isinstance(opened, Spreadsheet), opened
    return opened


def _rows(content: bytes) -> list[list[Any]]:
    return [list(row) for row in _opened(content).grids[0].rows]


def _xlsx(fill: Callable[[Any], None]) -> bytes:
    workbook = Workbook()
    fill(workbook.active)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _changed(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kept:
        for part in archive.namelist():
            kept.writestr(part, change(archive.read(part)) if part == name else archive.read(part))
    return buffer.getvalue()


def _text(delimiter: str) -> str:
    return "\r\n".join(delimiter.join(f'"{value}"' for value in line) for line in LINES) + "\r\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_delimited_text_is_read_whatever_its_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    assert _rows(_text(delimiter).encode(encoding)) == LINES


def test_quotation_marks_may_stand_behind_a_space() -> None:
    text = _text(",").replace('","', '", "')
    assert ', "' in text
    assert _rows(text.encode()) == LINES


def test_text_of_the_old_windows_code_page_keeps_its_tones() -> None:
    said = [["Mã nhiệm vụ", "Tình trạng", "Kết quả"], ["PCI-01.1", "Hoàn thành", "Đã xong"]]
    text = "\r\n".join(";".join(line) for line in said)
    assert _rows(for_old_code_page(text).encode("cp1258")) == said


@pytest.mark.parametrize("written", [r"\"", '""'])
def test_quotation_marks_in_a_cell_are_read_doubled_or_after_a_backslash(written: str) -> None:
    said = 'Hội nghị "Một cửa", 50 người "dự"'
    lines = [["Mã", "Kết quả", "Ghi chú"], ["PCI-01.1", said, "x"]]
    text = "\r\n".join(",".join('"' + cell.replace('"', written) + '"' for cell in line) for line in lines)
    assert _rows(text.encode()) == lines


def test_a_backslash_at_the_end_of_a_cell_is_only_a_backslash() -> None:
    lines = [["Mã", "Tệp", "Ghi chú"], ["PCI-01.1", "D:\\bao-cao\\", "x"], ["PCI-01.2", "E:\\", "y"]]
    text = "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    assert _rows(text.encode()) == lines


def test_excels_line_about_the_delimiter_is_no_row() -> None:
    assert _rows(b"sep=;\r\n" + _text(";").encode()) == LINES


def test_a_line_break_inside_quotes_stays_in_its_cell() -> None:
    assert _rows('a;b;c\r\n1;"hai\ndòng";3\r\n'.encode())[1] == ["1", "hai\ndòng", "3"]


@pytest.mark.parametrize("start", ["", "<!DOCTYPE html>\n", "\ufeff", '<?xml version="1.0" encoding="utf-8"?>\n'])
def test_a_web_page_under_the_name_of_a_workbook_is_read_with_its_merged_cells(start: str) -> None:
    page = (
        f"{start}<html><body><h1>Báo cáo</h1><table><tr><th>Mã</th><th colspan=2>Kết&nbsp;quả<br>trong kỳ</th></tr>"
        "<tr><td rowspan=2>PCI-01.1</td><td>một</td><td>#N/A</td></tr><tr><td> hai </td><td>ba</td></tr></table></body></html>"
    )
    opened = _opened(page.encode())
    grid, above = opened.grids
    assert above.rows == [["Báo cáo"]]
    assert [list(row) for row in grid.rows] == [
        ["Mã", "Kết quả\ntrong kỳ", ""],
        ["PCI-01.1", "một", ""],
        ["", "hai", "ba"],
    ]
    assert grid.merged_down[2, 0] == (1, 0)
    assert opened.formula_errors(grid.name) == {"C2": "#N/A"}


def test_what_a_web_page_hides_in_a_cell_or_remarks_on_it_is_not_its_text() -> None:
    page = (
        "<table><tr><th>Mã</th><th>Tình trạng</th><th>Ngày</th></tr><tr><td><!-- 1 -->PCI-01.1</td>"
        "<td>Hoàn <b>thành</b><a class=comment-indicator></a><comment>Chưa <i>xong</i></comment> rồi</td>"
        "<td><span style='display:none'>20241105</span>05/11/2024<script>x</script></td></tr></table>"
    )
    assert _rows(page.encode())[1] == ["PCI-01.1", "Hoàn thành rồi", "05/11/2024"]
    titled = f"<p><!-- 1 -->UBND xã</p><p>Kỳ báo cáo: <?xml:namespace prefix = o />tháng <!-- 2 -->11/2024</p>{page}"
    assert _opened(titled.encode()).grids[1].rows == [["UBND xã"], ["Kỳ báo cáo: tháng 11/2024"]]


def test_a_web_page_without_a_table_is_no_spreadsheet() -> None:
    refused = open_spreadsheet(b"<html><body><p>Xin ch\xc3\xa0o</p><table><tr><td>1</td></tr></table></body></html>")
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.got) == ("wrong_format", "trang web")


def test_a_formula_of_an_opendocument_sheet_that_gives_an_empty_text_has_a_value() -> None:
    names = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in ("office", "table", "text")
    )
    cells = (
        '<table:table-cell table:formula="of:=IF(1;&quot;&quot;)"><text:p/></table:table-cell>',
        '<table:table-cell table:formula="of:=1+1"/>',
    )
    opened = _opened(
        f'<?xml version="1.0"?><office:document {names} office:mimetype="application/vnd.oasis.opendocument.spreadsheet">'
        f'<office:body><office:spreadsheet><table:table table:name="S"><table:table-row>{"".join(cells)}</table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document>".encode()
    )
    assert opened.formulas_without_value("S") == {"B1": "=1+1"}


def test_excels_xml_of_2003_is_read_with_its_types() -> None:
    content = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
    <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
    <Styles><Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style></Styles>
    <Worksheet ss:Name="Báo cáo"><Table>
     <Row ss:Index="3"><Cell ss:Index="2" ss:MergeDown="1"><Data ss:Type="String">Mã</Data></Cell>
      <Cell ss:StyleID="p"><Data ss:Type="Number">0.85</Data></Cell><Cell><Data ss:Type="Number">85</Data></Cell></Row>
     <Row ss:Index="5"><Cell><Data ss:Type="DateTime">2024-11-05T00:00:00.000</Data></Cell>
      <Cell ss:Formula="=1/0"><Data ss:Type="Error">#DIV/0!</Data></Cell><Cell ss:Formula="=1+1"/></Row>
    </Table></Worksheet></Workbook>"""
    opened = _opened(content.encode())
    [grid] = opened.grids
    assert (grid.rows[2][1], grid.rows[2][2], grid.rows[2][3]) == ("Mã", 0.85, 85)
    assert grid.rows[4][0] == datetime(2024, 11, 5)  # noqa: DTZ001  (a cell has no zone)
    assert (opened.is_percent("Báo cáo", "C3"), opened.is_percent("Báo cáo", "D3")) == (True, False)
    assert opened.formula_errors("Báo cáo") == {"B5": "#DIV/0!"}
    assert opened.formulas_without_value("Báo cáo") == {"C5": "=1+1"}
    assert grid.merged_down[3, 1] == (2, 1)


def test_another_programs_prefixes_and_missing_addresses_do_not_matter() -> None:
    def fill(sheet: Any) -> None:
        for line in LINES:
            sheet.append(line)

    plain = _xlsx(fill)

    def without_addresses(part: bytes) -> bytes:
        return re.sub(rb' r="[A-Z]*\d+"', b"", part)

    assert [row[:2] for row in _rows(_changed(plain, "xl/worksheets/sheet1.xml", without_addresses))] == [
        line[:2] for line in LINES
    ]


def test_a_million_formatted_rows_cost_no_more_than_the_rows_that_say_something() -> None:
    def formatted(part: bytes) -> bytes:
        rows = (f'<row r="{row}"><c r="A{row}" s="1"/><c r="B{row}" s="1"/></row>' for row in range(3, 1_048_577))
        return part.replace(b"</sheetData>", "".join(rows).encode() + b"</sheetData>")

    def fill(sheet: Any) -> None:
        for line in LINES[:2]:
            sheet.append(line)
        sheet["A2"].border = Border(left=Side(style="thin"))

    assert _rows(_changed(_xlsx(fill), "xl/worksheets/sheet1.xml", formatted)) == LINES[:2]


def test_what_stands_too_far_down_is_said_and_the_rest_is_read() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(LINES[0])
        sheet["A1048576"] = "xa quá"
        sheet["XFD2"] = "rộng quá"

    opened = _opened(_xlsx(fill))
    assert list(opened.grids[0].rows[0]) == LINES[0]
    assert [(note.code, note.got) for note in opened.notes] == [
        ("sheet_too_long", "1048576"),
        ("columns_beyond", "XFD"),
    ]


def test_the_calendar_of_1904_is_told() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"date_1904": True}) as workbook:
        workbook.add_worksheet().write(0, 0, 1)
    assert _opened(buffer.getvalue()).is_1904
    assert not _opened(_xlsx(lambda sheet: sheet.append([1]))).is_1904


def test_a_formula_whose_stored_text_is_empty_has_a_value() -> None:
    def fill(sheet: Any) -> None:
        sheet.title, sheet["B2"], sheet["B3"] = "S", '=IF(1=1,"","x")', "=1+1"

    def stored(part: bytes) -> bytes:
        return part.replace(b'<c r="B2">', b'<c r="B2" t="str">')

    opened = _opened(_changed(_xlsx(fill), "xl/worksheets/sheet1.xml", stored))
    assert opened.formulas_without_value("S") == {"B3": "=1+1"}


@pytest.mark.parametrize("formula", ["<f>1+1</f>", '<f t="shared" si="0"/>', "<f/>"])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_formula_without_value_is_noticed_however_it_is_written(formula: str, prefix: str) -> None:
    def fill(sheet: Any) -> None:
        sheet.title, sheet["A1"], sheet["B2"] = "S", "Mã", "=1+1"

    def written(part: bytes) -> bytes:
        part = re.sub(rb"<f>.*?</f><v */>|<f>.*?</f><v></v>", formula.encode(), part)
        named = re.sub(rb"<(/?)(\w)", rb"<\1%s\2" % prefix.encode(), part)
        return named.replace(b"xmlns=", b"xmlns:x=") if prefix else part

    opened = _opened(_changed(_xlsx(fill), "xl/worksheets/sheet1.xml", written))
    assert list(opened.formulas_without_value("S")) == ["B2"]


def _xls(fill: Callable[[Any], None]) -> bytes:
    workbook, buffer = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    sheet = workbook.add_sheet("BC")
    for number, line in enumerate(LINES):
        for column, value in enumerate(line):
            sheet.write(number, column, value)
    fill(sheet)
    workbook.save(buffer)
    return buffer.getvalue()


def test_an_old_workbook_with_a_cell_far_out_is_read_and_the_cell_is_said() -> None:
    opened = _opened(_xls(lambda sheet: sheet.write(65_535, 255, ".")))
    assert [list(row[:3]) for row in opened.grids[0].rows[:3]] == [[*LINES[0]], [*LINES[1]], LINES[2][:2]]
    assert [note.code for note in opened.notes] == ["sheet_too_long"]
    assert _opened(_xls(lambda _: None)).notes == ()


@pytest.mark.parametrize("reader", ["calamine", "xlrd"])
def test_both_readers_of_old_workbooks_say_the_same(reader: str) -> None:
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")

    def fill(sheet: Any) -> None:
        sheet.write(3, 0, date(2024, 11, 5), day)
        sheet.write(3, 1, 85)
        sheet.write(3, 2, True)

    content = _xls(fill)
    [grid] = grids_of(content) if reader == "calamine" else patient_xls_grids(content)
    [when, number, tick] = grid.rows[3]
    assert (when.day, when.month, when.year, number, tick) == (5, 11, 2024, 85, True)
    assert [list(filter(None, row)) for row in grid.rows[:3]] == [list(filter(None, line)) for line in LINES]


def test_a_workbook_before_compound_files_is_read() -> None:
    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    cells = (
        record(0x0004, struct.pack("<HH3sB", row, column, b"\0\0\0", len(text)) + text)
        for row, line in enumerate([(b"Ma nhiem vu", b"Tinh trang"), (b"PCI-01.1", b"Hoan thanh")])
        for column, text in enumerate(line)
    )
    excel_2 = record(0x0009, struct.pack("<HH", 2, 0x10)) + b"".join(cells) + record(0x000A, b"")
    assert _rows(excel_2)[1] == ["PCI-01.1", "Hoan thanh"]


@pytest.mark.parametrize("filling", [b"\0\0\0", b"\x1a", b"\xe1\xba"])
def test_bytes_left_over_at_the_end_do_not_change_the_encoding_of_a_text(filling: bytes) -> None:
    assert _rows(_text(";").encode() + filling)[:3] == LINES


def test_a_copy_that_broke_off_before_its_first_byte_is_a_broken_file() -> None:
    assert open_spreadsheet(bytes(5_000)) == Refusal("broken_file")


@pytest.mark.parametrize("rows", [5_000, 5_001])
def test_rows_nobody_looks_at_are_said_in_every_format(rows: int) -> None:
    lines = [*LINES, *(["PCI-01.3", "Đang", f"{number}"] for number in range(rows - len(LINES)))]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    page = "".join(f"<tr>{''.join(f'<td>{value}</td>' for value in line)}</tr>" for line in lines)
    said = "\n".join(";".join(line) for line in lines)
    for content in (buffer.getvalue(), f"<html><table>{page}</table></html>".encode(), said.encode()):
        opened = _opened(content)
        assert len(opened.grids[0].rows) == 5_000
        assert [note.code for note in opened.notes] == ["sheet_too_long"] * (rows > 5_000)


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_a_web_page_saved_as_one_file_is_read(encoding: str) -> None:
    cells = "".join(f"<tr>{''.join(f'<td>{value}</td>' for value in line)}</tr>" for line in LINES)
    page = f"<html><body><table>{cells}</table></body></html>".encode()
    packed = quopri.encodestring(page) if encoding == "quoted-printable" else base64.encodebytes(page)
    head = (
        "From: <Saved by Excel>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=X\r\n\r\n--X\r\n"
        f"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    assert _rows(head.encode() + packed + b"\r\n--X--\r\n") == LINES


def test_excels_xml_of_2003_in_two_bytes_a_letter_is_read_and_a_wrong_number_stays_text() -> None:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    cells = "".join(f'<Cell><Data ss:Type="Number">{said}</Data></Cell>' for said in ("85", "tám lăm", "NaN"))
    page = (
        f'<?xml version="1.0" encoding="UTF-16"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f'<Worksheet ss:Name="BC"><Table><Row>{cells}</Row></Table></Worksheet></Workbook>'
    )
    assert _rows(b"\xff\xfe" + page.encode("utf-16-le")) == [[85, "tám lăm", "NaN"]]


HIDING_PAGE = (
    "<table><col span=2><col style='display:none;mso-width-source:userset'><tr><td>Mã<td>Tình trạng<td>Tiến độ</tr>"
    "<tr style='display: none'><td>PCI-01.1<td>Hoàn thành<td>100</tr><tr hidden><td>PCI-01.2<td>Hoàn thành<td>100</tr></table>"
)
HIDING_XML = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="BC"><Table><Column/>'
    '<Column ss:Index="3" ss:Hidden="1"/><Row><Cell><Data ss:Type="String">Mã</Data></Cell></Row>'
    '<Row ss:Hidden="1" ss:Span="1"><Cell><Data ss:Type="String">PCI-01.1</Data></Cell></Row>'
    '<Row><Cell><Data ss:Type="String">PCI-01.2</Data></Cell></Row></Table></Worksheet></Workbook>'
)


@pytest.mark.parametrize("content", [HIDING_PAGE, HIDING_XML])
def test_rows_and_columns_hidden_in_markup_are_known(content: str) -> None:
    [grid] = _opened(content.encode()).grids
    assert (grid.hidden_rows, grid.hidden_columns) == ({1, 2}, {2})


def _wide_page(column: int) -> bytes:
    cells = "".join(f"<td>{'xa' if number == column else ''}</td>" for number in range(column + 1))
    return f"<table><tr><td>Mã<td>Tình trạng<td>Tiến độ</tr><tr>{cells}</tr><tr><td>x</tr></table>".encode()


def _wide_ods(column: int) -> bytes:
    far = (
        f'<table:table-row><table:table-cell table:number-columns-repeated="{column}"/>'
        '<table:table-cell office:value-type="string"><text:p>xa</text:p></table:table-cell></table:table-row><table:table-row'
    )
    saved = (Path(__file__).resolve().parents[1] / "corpus" / "saved" / "da-dien.ods").read_bytes()
    return _changed(saved, "content.xml", lambda part: part.replace(b"<table:table-row", far.encode(), 1))


@pytest.mark.parametrize("wide", [_wide_page, _wide_ods])
def test_columns_nobody_looks_at_are_said_in_every_format(wide: Callable[[int], bytes]) -> None:
    assert [(one.code, one.got) for one in _opened(wide(300)).notes] == [("columns_beyond", "KO")]
    assert _opened(wide(255)).notes == ()


def test_a_hundred_sheets_are_read_and_one_more_is_too_many_in_old_workbooks_too() -> None:
    def more(count: int) -> Callable[[Any], None]:
        return lambda sheet: [sheet.get_parent().add_sheet(f"Trang {number}") for number in range(count)]

    assert len(_opened(_xls(more(99))).grids) == 100
    assert open_spreadsheet(_xls(more(100))) == Refusal("too_many_sheets", got="hơn 100", wanted="100")
