"""The records of Excel's old workbooks (xls), for what calamine cannot do: cells far out, versions before 1993, odd files."""

import struct
from collections.abc import Iterator
from io import StringIO
from typing import Any

import xlrd
from xlrd.compdoc import CompDoc

from commune_reports.workbook.model import MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, Grid

# The first record of a workbook that lies in no compound file: Excel 2, 3, 4, and 5 as some programs write it.
BARE = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
# Streams and the root of a compound file; names are found whatever their capitals.
STREAMS, STREAM, ROOT = ("workbook", "book"), 2, 0
# Records of cells that hold something; each begins with row and column.
CELLS = frozenset((0x0006, 0x0206, 0x0406, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E))
SHEET_STARTS = 0x0809
# Sectors have 2 to the power of 9 or 12 bytes ([MS-CFB] 2.2).
LARGEST_SHIFT = 12
# Sectors of the table of sectors whose places stand in the header.
IN_HEADER = 109
# Calamine lays a sheet out whole, 32 bytes a cell.
WIDEST_AREA = 2_000_000


def is_beyond_calamine(content: bytes) -> bool:
    """Whether calamine would take another workbook for this one, or more memory than a file may have.

    It takes the first stream of the name, which may be a workbook somebody put into a sheet as an object; it lays a sheet
    out whole, up to the cell farthest out; and it follows a chain of sectors that runs in a circle for ever.
    """
    try:
        if _is_endless(content):
            return True
        document = CompDoc(content, logfile=StringIO())
        books = [node for node in document.dirlist if node.etype == STREAM and node.name.lower() in STREAMS]
        if any(node.parent != ROOT for node in books):
            return True
        found = (document.locate_named_stream(name) for name in STREAMS)
        stream, start, length = next((one for one in found if one[0] is not None), (b"", 0, 0))
    except MemoryError:
        raise
    except Exception:  # nothing is known of it: whoever reads it says what is wrong
        return False
    return any(rows * columns > WIDEST_AREA for rows, columns in _areas(stream[start : start + length]))


def _is_endless(content: bytes) -> bool:
    """Whether a compound file has a chain of sectors that comes back to itself, or claims more of them than it has bytes for."""
    (shift,) = struct.unpack_from("<H", content, 30)
    size = 1 << min(shift, LARGEST_SHIFT)
    most = len(content) // size + 1
    tables = [*struct.unpack_from(f"<{IN_HEADER}I", content, 76)]
    (claimed,), (further,) = struct.unpack_from("<I", content, 44), struct.unpack_from("<I", content, 68)
    if claimed > most:
        return True
    while further < most:
        if len(tables) > most + IN_HEADER:
            return True
        *more, further = struct.unpack_from(f"<{size // 4}I", content, (further + 1) * size)
        tables += more
    table = b"".join(content[(one + 1) * size : (one + 2) * size] for one in tables if one < most)
    after = struct.unpack_from(f"<{len(table) // 4}I", table)
    walks: dict[int, int] = {}
    for start in range(len(after)):
        sector = start
        while sector < len(after) and sector not in walks:
            walks[sector] = start
            sector = after[sector]
        if walks.get(sector) == start:
            return True
    return False


def patient_xls_grids(content: bytes) -> tuple[Grid, ...]:
    """Every sheet by xlrd, which is slow but minds neither far cells nor odd code pages; ValueError if it fails too."""
    try:
        book = xlrd.open_workbook(file_contents=content, ragged_rows=True, logfile=StringIO())
        return tuple(
            Grid(
                name=sheet.name,
                visible=sheet.visibility == 0,
                rows=_rows(sheet, book.datemode),
                is_cut=sheet.nrows > MOST_ROWS,
            )
            for sheet in book.sheets()[: MOST_SHEETS + 1]
        )
    except MemoryError:
        raise
    except Exception as error:
        raise ValueError("neither reader can read it") from error


def _areas(stream: bytes) -> Iterator[tuple[int, int]]:
    """Rows and columns from the first cell of each sheet to its last ones."""
    at, rows, columns = 0, 0, 0
    while at + 8 <= len(stream):
        kind, length, row, column = struct.unpack_from("<4H", stream, at)
        if kind in CELLS:
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif kind == SHEET_STARTS:
            yield rows, columns
            rows = columns = 0
        at += 4 + length
    yield rows, columns


def _rows(sheet: xlrd.sheet.Sheet, datemode: int) -> list[list[Any]]:
    return [
        [
            _value(kind, value, datemode)
            for kind, value in zip(
                sheet.row_types(row)[:MOST_COLUMNS], sheet.row_values(row, 0, MOST_COLUMNS), strict=False
            )
        ]
        for row in range(min(sheet.nrows, MOST_ROWS))
    ]


def _value(kind: int, value: Any, datemode: int) -> Any:
    if kind == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate.xldate_as_datetime(value, datemode)
        except (ValueError, OverflowError):
            return value
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    return value if kind in (xlrd.XL_CELL_TEXT, xlrd.XL_CELL_NUMBER) else ""
