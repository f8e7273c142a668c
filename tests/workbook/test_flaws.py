"""Files with flaws: copies that broke off are said to be, and what only looks odd is read whole."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from commune_reports.workbook import Refusal, Spreadsheet, open_spreadsheet

SAVED = Path(__file__).resolve().parents[1] / "corpus" / "saved"
ROWS = [
    ["Mã nhiệm vụ", "Tình trạng", "Kết quả"],
    *([f"PCI-{n:02d}.1", "Hoàn thành", f"Việc {n}"] for n in range(1, 31)),
]
HTML = "<table>" + "".join(f"<tr>{''.join(f'<td>{one}</td>' for one in row)}</tr>" for row in ROWS) + "</table>"
EXCEL_XML = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a"><Table>'
    + "".join(f"<Row>{''.join(f'<Cell><Data>{one}</Data></Cell>' for one in row)}</Row>" for row in ROWS)
    + "</Table></Worksheet></Workbook>"
)


def _xlsx() -> bytes:
    workbook, buffer = Workbook(), io.BytesIO()
    for row in ROWS:
        workbook.worksheets[0].append(row)
    workbook.save(buffer)
    return buffer.getvalue()


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def _rows(content: bytes) -> list[list[Any]]:
    opened = open_spreadsheet(content)
    assert isinstance(opened, Spreadsheet), opened
    return [list(row) for row in opened.grids[0].rows]


def _flat_ods() -> bytes:
    body = _parts((SAVED / "da-dien.ods").read_bytes())["content.xml"].decode()
    body = body.replace("office:document-content", "office:document")
    kind = ' office:mimetype="application/vnd.oasis.opendocument.spreadsheet"'
    return re.sub(r"(<office:document\b)", rf"\1{kind}", body, count=1).encode()


def _cut_ods(share: float) -> bytes:
    parts = _parts((SAVED / "da-dien.ods").read_bytes())
    body = parts["content.xml"]
    return _packed(parts | {"content.xml": body[: int(len(body) * share)]})


@pytest.mark.parametrize("share", [0.3, 0.45, 0.6, 0.73, 0.9, 0.99])
@pytest.mark.parametrize(
    "cut",
    [
        _cut_ods,
        lambda share: _flat_ods()[: int(len(_flat_ods()) * share)],
        lambda share: EXCEL_XML.encode()[: int(len(EXCEL_XML.encode()) * share)],
        lambda share: f"<html><body>{HTML}".encode()[: int(len(HTML.encode()) * share)],
    ],
    ids=["ods", "fods", "Excel XML", "web page"],
)
def test_markup_that_was_cut_off_is_a_broken_file_and_no_shorter_report(
    cut: Callable[[float], bytes], share: float
) -> None:
    assert open_spreadsheet(cut(share)) == Refusal("broken_file")


@pytest.mark.parametrize("content", [_flat_ods(), EXCEL_XML.encode(), f"<html><body>{HTML}".encode()])
def test_the_same_markup_whole_is_read(content: bytes) -> None:
    assert isinstance(open_spreadsheet(content), Spreadsheet)
    assert isinstance(open_spreadsheet(content + b"\r\n\0\0"), Spreadsheet)


def test_a_quotation_mark_that_is_never_closed_costs_no_row() -> None:
    lines = [";".join(row) for row in ROWS]
    lines[3] = lines[3].replace("Việc", '"Việc')
    assert [row[0] for row in _rows("\n".join(lines).encode())] == [row[0] for row in ROWS]


def test_a_text_longer_than_any_cell_costs_no_row() -> None:
    lines = [";".join(row) for row in ROWS]
    lines[3] += "x" * 200_000
    assert len(_rows("\n".join(lines).encode())) == len(ROWS)


def test_a_million_rows_of_nothing_but_commas_are_no_rows() -> None:
    table = "\n".join(",".join(row) for row in ROWS)
    opened = open_spreadsheet((table + "\n,," * 1_000_000).encode())
    assert isinstance(opened, Spreadsheet)
    assert opened.notes == ()
    said = open_spreadsheet((table + "\n,," * 6_000 + "\nxong,,").encode())
    assert isinstance(said, Spreadsheet)
    assert [note.code for note in said.notes] == ["sheet_too_long"]


def test_a_workbook_whose_parts_have_other_names_is_read() -> None:
    parts = _parts(_xlsx())
    elsewhere = {
        name.replace("xl/workbook.xml", "book/main.xml").replace("xl/", "book/"): part for name, part in parts.items()
    }
    elsewhere["book/_rels/main.xml.rels"] = elsewhere.pop("book/_rels/workbook.xml.rels").replace(b"/xl/", b"/book/")
    for name in ("_rels/.rels", "[Content_Types].xml"):
        elsewhere[name] = elsewhere[name].replace(b"xl/workbook.xml", b"book/main.xml").replace(b"/xl/", b"/book/")
    assert _rows(_packed(elsewhere)) == ROWS


def test_capitals_in_the_names_of_parts_do_not_matter() -> None:
    parts = _parts(_xlsx())
    assert (
        _rows(_packed({name.upper() if name.startswith("xl/") else name: one for name, one in parts.items()})) == ROWS
    )


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (
            "xl/worksheets/sheet1.xml",
            b"</sheetData>",
            b'</sheetData><mergeCells count="1"><mergeCell ref="#REF!"/></mergeCells>',
        ),
        ("xl/styles.xml", b"</cellXfs>", b""),
    ],
)
def test_whole_cells_are_read_whatever_is_wrong_beside_them(part: str, old: bytes, new: bytes) -> None:
    parts = _parts(_xlsx())
    assert old in parts[part]
    assert _rows(_packed(parts | {part: parts[part].replace(old, new)})) == ROWS


def test_a_workbook_none_of_whose_sheets_is_there_is_broken() -> None:
    parts = _parts(_xlsx())
    del parts["xl/worksheets/sheet1.xml"]
    assert open_spreadsheet(_packed(parts)) == Refusal("broken_file")


def test_sheets_are_counted_even_where_all_of_them_show_one_part() -> None:
    parts = _parts(_xlsx())
    [sheet] = re.findall(rb"<sheet [^>]*/>", parts["xl/workbook.xml"])
    many = b"".join(re.sub(rb'name="[^"]*"', b'name="T%d"' % number, sheet) for number in range(101))
    refused = open_spreadsheet(_packed(parts | {"xl/workbook.xml": parts["xl/workbook.xml"].replace(sheet, many)}))
    assert refused == Refusal("too_many_sheets", got="101", wanted="100")


def test_what_is_odd_about_an_archive_is_said() -> None:
    parts = _parts(_xlsx())
    twice = _packed(parts | {"XL/WORKBOOK.XML": parts["xl/workbook.xml"]})
    many = _packed(parts | {f"xl/media/{number}.png": b"" for number in range(2_001)})
    told = [one.got for one in map(open_spreadsheet, (twice, many)) if isinstance(one, Refusal)]
    assert told == ["có các phần trùng tên", "hơn 2000 phần"]


def _ods() -> dict[str, bytes]:
    return _parts((SAVED / "da-dien.ods").read_bytes())


@pytest.mark.parametrize("lost", [["mimetype"], ["META-INF/manifest.xml"], ["mimetype", "META-INF/manifest.xml"]])
def test_an_opendocument_sheet_that_does_not_say_so_is_read_all_the_same(lost: list[str]) -> None:
    parts = _ods()
    usual = _rows(_packed(parts))
    assert _rows(_packed({name: part for name, part in parts.items() if name not in lost})) == usual
    assert _rows(_packed(parts | {"mimetype": b"\xef\xbb\xbfapplication/zip"})) == usual


def test_an_opendocument_text_is_no_spreadsheet_even_if_it_does_not_say_so() -> None:
    body = _ods()["content.xml"].replace(b"office:spreadsheet", b"office:text")
    assert open_spreadsheet(_packed({"content.xml": body})) == Refusal("packed_file", got="tệp nén .zip")
    told = open_spreadsheet(_packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": body}))
    assert told == Refusal("wrong_format", got="tệp văn bản OpenDocument")


@pytest.mark.parametrize("flat", [False, True])
def test_an_opendocument_sheet_with_other_prefixes_is_read_with_its_merged_cells(flat: bool) -> None:
    parts = _ods()
    body = _flat_ods() if flat else parts["content.xml"]
    other = body
    for prefix, own in ((b"table", b"bang"), (b"office", b"vp"), (b"text", b"chu")):
        other = re.sub(rb"(?<=[<\s/])%s:(?=[a-z-]+[\s=/>])" % prefix, own + b":", other)
        other = other.replace(b"xmlns:%s=" % prefix, b"xmlns:%s=" % own)
    assert b"table:table" not in other
    read = open_spreadsheet(other if flat else _packed(parts | {"content.xml": other}))
    usual = open_spreadsheet(body if flat else _packed(parts))
    assert isinstance(read, Spreadsheet)
    assert isinstance(usual, Spreadsheet)
    assert read.grids == usual.grids
    assert any(grid.merged for grid in read.grids)


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_part_with_wrong_bytes_is_broken_however_it_is_packed(packing: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        for name, part in _parts(_xlsx()).items():
            archive.writestr(name, part)
    content = bytearray(buffer.getvalue())
    assert isinstance(open_spreadsheet(bytes(content)), Spreadsheet)
    start = content.index(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml") + 20
    content[start : start + 40] = bytes(40)
    assert open_spreadsheet(bytes(content)) == Refusal("broken_file")
