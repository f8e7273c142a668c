"""Excel's binary workbook, written here record by record: values, percentages and errors are told apart."""

import io
import struct
import zipfile
from collections.abc import Sequence

import pytest

from commune_reports.workbook import Refusal, Spreadsheet, open_spreadsheet

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REF_ERROR, PERCENT, GENERAL = 0x17, 10, 0


def _record(kind: int, content: bytes = b"") -> bytes:
    number = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(content), b""
    while size >= 0x80:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return number + length + bytes([size]) + content


def _text(said: str) -> bytes:
    return struct.pack("<I", len(said)) + said.encode("utf-16-le")


def _cell(column: int, value: object, style: int) -> bytes:
    place = struct.pack("<II", column, style)
    if isinstance(value, str):
        return _record(6, place + _text(value))
    if isinstance(value, bytes):
        return _record(3, place + value)
    assert isinstance(value, float)
    return _record(5, place + struct.pack("<d", value))


def _xlsb(
    rows: Sequence[Sequence[tuple[object, int]]],
    *,
    formats: Sequence[int],
    since_1904: bool = False,
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
    rows_at: Sequence[int] = (),
    far_right: tuple[int, str] | None = None,
) -> bytes:
    """Rows of (value, style); style n has the number format `formats[n]`; rows and columns count from zero.

    `rows_at` says where the rows stand if not one below the other; `far_right` is one more cell of the first.
    """
    width = max(map(len, rows))
    sheet = _record(129) + _record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1))
    for column in hidden_columns:
        sheet += _record(60, struct.pack("<IIIIH", column, column, 2304, 0, 1))
    sheet += _record(145)
    for number, row in enumerate(rows):
        flags = struct.pack("<HB", 0x1000 if number in hidden_rows else 0, 0)
        at = rows_at[number] if rows_at else number
        sheet += _record(0, struct.pack("<IIH", at, 0, 300) + flags + b"\0" * 4)
        sheet += b"".join(_cell(column, value, style) for column, (value, style) in enumerate(row))
        if far_right and number == 0:
            sheet += _cell(*far_right, 0)
    sheet += _record(146) + _record(130)
    styles = _record(278) + _record(617, struct.pack("<I", len(formats)))
    styles += b"".join(_record(47, struct.pack("<HH", 0, one) + b"\0" * 12) for one in formats)
    styles += _record(618) + _record(279)
    book = _record(131) + _record(153, struct.pack("<III", since_1904, 0, 0)) + _record(143)
    book += _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text("Báo cáo")) + _record(144) + _record(132)
    relations = (
        f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="rId1" Type="{KINDS}/worksheet" Target="worksheets/sheet1.bin"/>'
        f'<Relationship Id="rId2" Type="{KINDS}/styles" Target="styles.bin"/></Relationships>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/_rels/workbook.bin.rels", relations)
        archive.writestr("xl/styles.bin", styles)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return buffer.getvalue()


def _opened(content: bytes) -> Spreadsheet:
    opened = open_spreadsheet(content)
    assert isinstance(opened, Spreadsheet), opened
    return opened


def test_a_percentage_is_told_from_a_plain_number_by_its_format() -> None:
    opened = _opened(_xlsb([[("Tiến độ", 0), (0.85, 1), (0.85, 0), (1.0, 1)]], formats=[GENERAL, PERCENT]))
    assert opened.kind == "xlsb"
    assert list(opened.grids[0].rows[0]) == ["Tiến độ", 0.85, 0.85, 1.0]
    assert [opened.is_percent("Báo cáo", cell) for cell in ("B1", "C1", "D1")] == [True, False, True]


def test_an_error_is_no_empty_cell() -> None:
    opened = _opened(_xlsb([[("Mã", 0), (bytes([REF_ERROR]), 0)]], formats=[GENERAL]))
    assert opened.formula_errors("Báo cáo") == {"B1": "#REF!"}


def test_what_lies_far_out_is_told_and_the_rest_is_read() -> None:
    rows = [[("Mã", 0), ("Tình trạng", 0)], [("PCI-01.1", 0), ("Đã xong", 0)]]
    content = _xlsb(
        [*rows, [("xa quá", 0)]], formats=[GENERAL], rows_at=[0, 1, 1_048_575], far_right=(16_383, "rộng quá")
    )
    opened = _opened(content)
    assert [list(row) for row in opened.grids[0].rows] == [["Mã", "Tình trạng"], ["PCI-01.1", "Đã xong"]]
    assert [(note.code, note.got) for note in opened.notes] == [
        ("sheet_too_long", "1048576"),
        ("columns_beyond", "XFD"),
    ]


def test_hidden_rows_and_columns_are_known() -> None:
    rows = [[("Mã", 0), ("Tình trạng", 0)]] * 3
    [grid] = _opened(_xlsb(rows, formats=[GENERAL], hidden_rows=[1], hidden_columns=[1])).grids
    assert (grid.hidden_rows, grid.hidden_columns) == ({1}, {1})


@pytest.mark.parametrize("since_1904", [True, False])
def test_the_calendar_is_told(since_1904: bool) -> None:
    assert _opened(_xlsb([[("Mã", 0)]], formats=[GENERAL], since_1904=since_1904)).is_1904 is since_1904


@pytest.mark.parametrize("kept", range(10, 200, 17))
def test_a_sheet_that_breaks_off_still_answers(kept: int) -> None:
    content = _xlsb([[("Mã", 0), (0.5, 1)]] * 20, formats=[GENERAL, PERCENT])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(buffer, "w") as cut:
        for name in archive.namelist():
            part = archive.read(name)
            cut.writestr(name, part[:-kept] if name.startswith("xl/worksheets") else part)
    opened = open_spreadsheet(buffer.getvalue())
    if isinstance(opened, Spreadsheet):
        assert opened.is_percent("Báo cáo", "B1") is True


PLAIN = [[("Mã", 0), ("Tình trạng", 0)], [("PCI-01.1", 0), (0.85, 1)]]
WORKBOOK_TYPE = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"


def _changed(parts: dict[str, bytes | None], *, renamed: dict[str, str] | None = None) -> bytes:
    """The plain workbook with some parts said anew, added or (None) left out, and some renamed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_xlsb(PLAIN, formats=[GENERAL, PERCENT]))) as archive:
        whole: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(buffer, "w") as kept:
        for name, part in (whole | parts).items():
            if part is not None:
                kept.writestr((renamed or {}).get(name, name), part)
    return buffer.getvalue()


def _pointing(*targets: tuple[str, str], prefix: str = "") -> bytes:
    """Relationships of these kinds to these parts, rId1 and so on."""
    own = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    pointers = "".join(
        f'<{prefix}Relationship Id="rId{number}" Type="{KINDS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<{prefix}Relationships {own}="{RELATIONS}">{pointers}</{prefix}Relationships>'.encode()


def _is_read_whole(content: bytes) -> bool:
    opened = _opened(content)
    [grid] = opened.grids
    return [list(row) for row in grid.rows] == [["Mã", "Tình trạng"], ["PCI-01.1", 0.85]] and (
        opened.is_percent("Báo cáo", "B2") is True
    )


@pytest.mark.parametrize("prefix", ["", "ns0:"])
@pytest.mark.parametrize("folder", ["", "/xl/"])
def test_it_does_not_matter_how_the_parts_point_to_each_other(prefix: str, folder: str) -> None:
    targets = ("worksheet", f"{folder}worksheets/sheet1.bin"), ("styles", f"{folder}styles.bin")
    assert _is_read_whole(_changed({"xl/_rels/workbook.bin.rels": _pointing(*targets, prefix=prefix)}))


@pytest.mark.parametrize("is_said_of_one", [True, False])
def test_a_workbook_elsewhere_in_the_package_is_read(is_said_of_one: bool) -> None:
    said = f'PartName="/so/bao-cao.bin" ContentType="{WORKBOOK_TYPE}"'
    of_all = f'Extension="bin" ContentType="{WORKBOOK_TYPE}"'
    types = f"<Types><!-- x -->{f'<Override {said}/>' if is_said_of_one else f'<Default {of_all}/>'}</Types>"
    content = _changed(
        {
            "[Content_Types].xml": types.encode(),
            "_rels/.rels": _pointing(("officeDocument", "so/bao-cao.bin")),
            "xl/_rels/workbook.bin.rels": _pointing(("worksheet", "/trang/mot.bin"), ("styles", "kieu.bin")),
        },
        renamed={
            "xl/workbook.bin": "so/bao-cao.bin",
            "xl/_rels/workbook.bin.rels": "so/_rels/bao-cao.bin.rels",
            "xl/worksheets/sheet1.bin": "trang/mot.bin",
            "xl/styles.bin": "so/kieu.bin",
        },
    )
    assert _is_read_whole(content)


def test_a_sheet_that_is_no_table_or_is_not_there_does_not_keep_the_others_from_being_read() -> None:
    book = _record(131) + _record(143)
    for number, name in enumerate(("Báo cáo", "Macro1", "Mất"), start=1):
        book += _record(156, struct.pack("<II", 0, number) + _text(f"rId{number}") + _text(name))
    targets = [("worksheet", "worksheets/sheet1.bin"), ("xlMacrosheet", "macrosheets/sheet1.bin")]
    content = {
        "xl/workbook.bin": book + _record(144) + _record(132),
        "xl/macrosheets/sheet1.bin": b"",
        "xl/_rels/workbook.bin.rels": _pointing(
            *targets, ("worksheet", "worksheets/sheet3.bin"), ("styles", "styles.bin")
        ),
    }
    assert _is_read_whole(_changed({**content}))
    without = _changed({**content, "xl/worksheets/sheet1.bin": None})
    assert open_spreadsheet(without) == Refusal("broken_file")
