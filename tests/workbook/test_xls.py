"""Excel before 2007 (xls): objects in a sheet, merged areas, and what only one of the two readers understands."""

import io
import struct
from collections.abc import Callable
from typing import Any

import pytest
import xlwt
from xlrd.compdoc import CompDoc

from commune_reports.workbook import Refusal, Spreadsheet, open_spreadsheet
from commune_reports.workbook.records import patient_xls_grids

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
SECTOR = 512


def _xls(fill: Callable[[Any], None]) -> bytes:
    workbook, buffer = xlwt.Workbook(encoding="utf-8"), io.BytesIO()
    fill(workbook.add_sheet("BC"))
    workbook.save(buffer)
    return buffer.getvalue()


def _stream(content: bytes) -> bytes:
    whole, start, length = CompDoc(content, logfile=io.StringIO()).locate_named_stream("Workbook")
    return bytes(whole[start : start + length])


def _entry(name: str, kind: int, *, beside: int = FREE, child: int = FREE, start: int = END, size: int = 0) -> bytes:
    letters = f"{name}\0".encode("utf-16-le")
    links = struct.pack("<BBIII", kind, 1, FREE, beside, child)
    return (
        letters.ljust(64, b"\0") + struct.pack("<H", len(letters)) + links + bytes(36) + struct.pack("<IQ", start, size)
    )


def _with_object(own: bytes, embedded: bytes, name: str) -> bytes:
    """A compound file that names the workbook in one of its objects before its own."""
    streams = [one + bytes(-len(one) % SECTOR) for one in (embedded, own)]
    counts = [len(one) // SECTOR for one in streams]
    first = [2, 2 + counts[0]]  # behind the table of sectors and the directory
    chains = [FAT, END]
    for start, count in zip(first, counts, strict=True):
        chains += [*range(start + 1, start + count), END]
    assert len(chains) <= SECTOR // 4
    table = struct.pack(f"<{len(chains)}I", *chains).ljust(SECTOR, b"\xff")
    directory = [
        _entry("Root Entry", 5, child=1),
        _entry("MBD00002b54", 1, beside=3, child=2),
        _entry("Workbook", 2, start=first[0], size=len(streams[0])),
        _entry(name, 2, start=first[1], size=len(streams[1])),
    ]
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    return head + struct.pack("<I", 0).ljust(SECTOR - len(head), b"\xff") + table + b"".join([*directory, *streams])


@pytest.mark.parametrize("name", ["Workbook", "WORKBOOK"])
def test_a_workbook_that_is_an_object_in_a_sheet_is_not_taken_for_the_file(name: str) -> None:
    own, other = _xls(lambda sheet: sheet.write(0, 0, "của xã")), _xls(lambda sheet: sheet.write(0, 0, "nhúng"))
    opened = open_spreadsheet(_with_object(_stream(own), _stream(other), name))
    assert isinstance(opened, Spreadsheet)
    assert [list(row) for row in opened.grids[0].rows] == [["của xã"]]


def test_merged_areas_are_known_whichever_reader_reads_the_values() -> None:
    def fill(sheet: Any) -> None:
        sheet.write_merge(1, 3, 0, 1, "PCI-01.1")
        sheet.write(1, 2, "a")
        sheet.write(3, 2, "b")

    near, far = _xls(fill), _xls(lambda sheet: (fill(sheet), sheet.write(65_000, 200, "xa")))
    for content in (near, far):
        opened = open_spreadsheet(content)
        assert isinstance(opened, Spreadsheet)
        assert list(opened.grids[0].merged) == [((1, 0), (3, 1))]
        assert opened.grids[0].merged_down[2, 0] == (1, 0)
    assert patient_xls_grids(far)[0].rows[1][:3] == ["PCI-01.1", "", "a"]


def _patched(content: bytes, at: int, *numbers: int) -> bytes:
    return content[:at] + struct.pack(f"<{len(numbers)}I", *numbers) + content[at + 4 * len(numbers) :]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (SECTOR + 4 * 1, 1),  # the directory goes on with itself
        (SECTOR + 4 * 5, 3),  # the workbook goes on with what stands before
        (44, 0x20000000),  # more tables of sectors than there are bytes
        (68, 1),  # a list of tables that never ends
        (30, 0xFFFF),
        (30, 0),
    ],
)
def test_a_compound_file_that_runs_in_a_circle_or_claims_too_much_is_broken_or_read_all_the_same(
    at: int, said: int
) -> None:
    content = _stream(_xls(lambda sheet: sheet.write(0, 0, "của xã")))
    whole = _with_object(content, content, "Workbook")
    opened = open_spreadsheet(_patched(whole, at, said))
    assert opened == Refusal("broken_file") or (
        isinstance(opened, Spreadsheet) and [list(row) for row in opened.grids[0].rows] == [["của xã"]]
    )
