"""Files made to hurt, or that only look so: refused by name within bounds, or read without what is dangerous in them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from commune_reports.workbook import Refusal, Spreadsheet, grids, open_spreadsheet
from commune_reports.workers import Failed, Work, work_through

SHEET = "xl/worksheets/sheet1.xml"
SAVED = Path(__file__).resolve().parents[1] / "corpus" / "saved"


def _xlsx(sheets: int = 1) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        workbook.add_worksheet("Sheet").write(0, 0, "Mã nhiệm vụ")
        for number in range(1, sheets):
            workbook.add_worksheet(f"Trang {number}")
    return buffer.getvalue()


def _repacked(content: bytes, change: dict[str, Callable[[bytes], bytes]], **add: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept,
    ):
        for name in archive.namelist():
            kept.writestr(name, change.get(name, bytes)(archive.read(name)))
        for name, part in add.items():
            kept.writestr(name.replace("__", "/"), part)
    return buffer.getvalue()


def _refused(content: bytes) -> Refusal:
    refused = open_spreadsheet(content)
    assert isinstance(refused, Refusal)
    return refused


@pytest.mark.parametrize("part", [SHEET, "xl/styles.xml", "xl/workbook.xml"])
def test_a_part_that_unpacks_to_a_hundred_times_its_size_is_refused(part: str) -> None:
    bomb = _repacked(_xlsx(), {part: lambda content: content + b" " * (30 * 2**20)})
    assert _refused(bomb).code == "suspicious_archive"


def test_a_bomb_of_many_parts_is_refused_before_any_is_unpacked() -> None:
    parts = {f"xl__media__{number}.bin": b"\0" * (60 * 2**20) for number in range(26)}
    assert _refused(_repacked(_xlsx(), {}, **parts)).code == "suspicious_archive"


def test_parts_lying_over_each_other_or_twice_under_one_name_are_refused() -> None:
    content = bytearray(_xlsx())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        directory = archive.start_dir
    entry = content.index(b"PK\x01\x02", directory)
    # The first entry of the directory once more, instead of the next one: the same bytes under one name twice.
    name_length = int.from_bytes(content[entry + 28 : entry + 30], "little")
    extra = int.from_bytes(content[entry + 30 : entry + 32], "little")
    size = 46 + name_length + extra
    doubled = bytes(content[: entry + size]) + bytes(content[entry : entry + size]) + bytes(content[entry + size :])
    end = doubled.rindex(b"PK\x05\x06")
    count = int.from_bytes(doubled[end + 8 : end + 10], "little") + 1
    length = int.from_bytes(doubled[end + 12 : end + 16], "little") + size
    doubled = doubled[: end + 8] + count.to_bytes(2, "little") * 2 + length.to_bytes(4, "little") + doubled[end + 16 :]
    assert _refused(doubled).code in {"suspicious_archive", "broken_file"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "bait",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_xml_with_a_document_type_is_refused(part: str, bait: str, encoding: str) -> None:
    def poisoned(content: bytes) -> bytes:
        body = content.decode().partition("?>")[2] if content.startswith(b"<?xml") else content.decode()
        return f'<?xml version="1.0" encoding="{encoding}"?>{bait}{body}'.encode(encoding)

    refused = _refused(_repacked(_xlsx(), {part: poisoned}))
    assert (refused.code, refused.got) == ("dangerous_content", part)


def test_an_opendocument_file_with_entities_is_refused() -> None:
    content = (SAVED / "da-dien.ods").read_bytes()
    bait = b'<!DOCTYPE x [<!ENTITY a "a">]>'
    poisoned = _repacked(content, {"content.xml": lambda part: part.replace(b"?>", b"?>" + bait, 1)})
    assert _refused(poisoned).code == "dangerous_content"


@pytest.mark.parametrize("sheets", [101, 2_500])
def test_more_sheets_than_anybody_reports_on_are_refused_with_their_number(sheets: int) -> None:
    refused = _refused(_xlsx(sheets))
    assert (refused.code, refused.got, refused.wanted) == ("too_many_sheets", str(sheets), "100")


def test_a_hundred_sheets_are_read() -> None:
    opened = open_spreadsheet(_xlsx(100))
    assert isinstance(opened, Spreadsheet)
    assert len(opened.grids) == 100


def test_macros_and_links_are_told_and_the_cells_are_read() -> None:
    relation = (
        b'<Relationships><Relationship Id="r" Target="file:///D:/B%C3%A1o%20c%C3%A1o%2010.xlsx"/></Relationships>'
    )
    content = _repacked(
        _xlsx(),
        {},
        xl__vbaProject_bin=b"macros",
        **{
            "xl__vbaProject.bin": b"macros",
            "xl__externalLinks__externalLink1.xml": b"<externalLink/>",
            "xl__externalLinks___rels__externalLink1.xml.rels": relation,
        },
    )
    opened = open_spreadsheet(content)
    assert isinstance(opened, Spreadsheet)
    assert [note.code for note in opened.notes] == ["macros_ignored", "external_links"]
    assert opened.grids[0].rows[0][0] == "Mã nhiệm vụ"


def _open(content: bytes) -> str:
    opened = open_spreadsheet(content)
    if isinstance(opened, Refusal):
        return opened.code
    return " ".join((f"{len(opened.grids)} sheets", *(note.code for note in opened.notes)))


def test_a_table_repeated_a_million_times_takes_down_one_file_at_most() -> None:
    def repeated(part: bytes) -> bytes:
        return part.replace(b"<table:table-row ", b'<table:table-row table:number-rows-repeated="1000000" ', 5)

    hostile = _repacked((SAVED / "da-dien.ods").read_bytes(), {"content.xml": repeated})
    results: list[Any] = work_through([hostile, _xlsx()], Work(_open, lambda _: "tệp"))
    assert isinstance(results[0], (str, Failed))
    assert results[1] == "1 sheets"


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("gap", [" ", "\n"])
def test_a_cell_far_out_takes_no_memory_however_its_address_is_written(quote: str, gap: str) -> None:
    far = f"<row{gap}r={quote}1048576{quote}><c{gap}r={quote}XFD1048576{quote}><v>1</v></c></row></sheetData>".encode()
    content = _repacked(_xlsx(), {"xl/worksheets/sheet1.xml": lambda part: part.replace(b"</sheetData>", far)})
    assert work_through([content], Work(_open, lambda _: "tệp")) == ["1 sheets sheet_too_long"]


@pytest.mark.parametrize("last", [9_000, 1_048_577])
def test_formulas_dragged_down_that_show_nothing_take_no_memory_and_make_no_remark(last: int) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d" t="str"><f>B1</f><v></v></c></row>' % (n, n) for n in range(40, last))
    content = _repacked(_xlsx(), {SHEET: lambda part: part.replace(b"</sheetData>", rows + b"</sheetData>")})
    assert work_through([content], Work(_open, lambda _: "tệp")) == ["1 sheets"]


def test_areas_merged_by_the_ten_thousand_below_the_table_take_no_memory() -> None:
    areas = b"".join(b'<mergeCell ref="A%d:J%d"/>' % (row, row + 60) for row in range(40, 1_040_000, 61))
    part = b"</sheetData><mergeCells>" + areas + b"</mergeCells>"
    content = _repacked(_xlsx(), {"xl/worksheets/sheet1.xml": lambda sheet: sheet.replace(b"</sheetData>", part)})
    opened = open_spreadsheet(content)
    assert isinstance(opened, Spreadsheet)
    assert len(opened.grids[0].merged_down) == 0


def test_a_million_merged_areas_are_refused_in_words() -> None:
    areas = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(2, 1_000_000))
    part = b"</sheetData><mergeCells>" + areas + b"</mergeCells>"
    content = _repacked(_xlsx(), {"xl/worksheets/sheet1.xml": lambda sheet: sheet.replace(b"</sheetData>", part)})
    assert _refused(content).code == "reading_failed"


def test_a_reader_that_panics_leaves_a_broken_file(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def give_up(_content: bytes) -> None:
        raise panic("no entry found for key")

    monkeypatch.setattr(grids, "_grids_of", give_up)
    assert isinstance(open_spreadsheet(_xlsx()), Spreadsheet), "the other reader of packages takes over"
    assert open_spreadsheet((SAVED / "da-dien.ods").read_bytes()) == Refusal("broken_file")


FAR_ROW = b'<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
FAR_COLUMN = b'<table:table-cell table:number-columns-repeated="16000"/>'
WORD = b'<table:table-cell office:value-type="string"><text:p>xa</text:p></table:table-cell>'


@pytest.mark.parametrize(
    ("rows", "is_said"),
    [
        (FAR_ROW + b"<table:table-row>" + WORD + b"</table:table-row>", True),
        (FAR_ROW + b"<table:table-row>" + FAR_COLUMN + WORD + b"</table:table-row>", True),
        (FAR_ROW.replace(b"<table:table-cell/>", WORD), True),
        (FAR_ROW.replace(b"1000000", b"9" * 30), False),
        (FAR_ROW, False),
    ],
)
def test_an_opendocument_sheet_with_cells_far_out_is_read_without_them(rows: bytes, is_said: bool) -> None:
    for end in (b"</table:table-row>", FAR_COLUMN + WORD + b"</table:table-row>"):
        _is_read_without_far_cells(end, rows, is_said=is_said)


def _is_read_without_far_cells(end: bytes, rows: bytes, *, is_said: bool) -> None:
    saved = (SAVED / "da-dien.ods").read_bytes()
    usual = open_spreadsheet(saved)

    def longer(part: bytes) -> bytes:
        return part.replace(b"</table:table-row>", end, 1).replace(b"</table:table>", rows + b"</table:table>", 1)

    opened = open_spreadsheet(_repacked(saved, {"content.xml": longer}))
    assert isinstance(opened, Spreadsheet)
    assert isinstance(usual, Spreadsheet)
    lines = [[value for value in row if value != ""] for row in usual.grids[0].rows]
    assert [[value for value in row if value != ""] for row in opened.grids[0].rows[: len(lines)]] == lines
    told = ["sheet_too_long"] * is_said + ["columns_beyond"] * (WORD in end)
    assert [note.code for note in opened.notes] == told


@pytest.mark.parametrize(("announced", "is_read"), [(b"7", True), (b"4294967295", False)])
def test_memory_is_not_set_aside_for_all_the_texts_a_file_announces(announced: bytes, is_read: bool) -> None:
    """What the reader sets aside at once would end the whole process."""
    said = {
        "xl/sharedStrings.xml": lambda content: content.replace(b'uniqueCount="1"', b'uniqueCount="%s"' % announced)
    }
    opened = open_spreadsheet(_repacked(_xlsx(), said))
    assert isinstance(opened, Spreadsheet) if is_read else opened == Refusal("broken_file")
