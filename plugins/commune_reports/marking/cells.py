"""Cells in the XML of a sheet: found, or put where they belong."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from openpyxl.utils import column_index_from_string, range_boundaries

from commune_reports.marking.package import q
from commune_reports.workbook import address

CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


class SheetCells:
    """The cells of one sheet, by address."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.data = root.find(q("sheetData"))
        self._rows: dict[int, Any] = {}
        last = 0
        for row in self.data.iterfind(q("row")) if self.data is not None else ():
            last = int(row.get("r") or last + 1)
            self._rows[last] = row
        merged = root.iterfind(f"{q('mergeCells')}/{q('mergeCell')}")
        self._areas = [range_boundaries(one.get("ref")) for one in merged if one.get("ref")]

    def anchor(self, cell: str) -> str:
        """The cell that shows: the first one of a merged area, else the cell itself."""
        row, column = position(cell)
        for left, top, right, bottom in self._areas:
            if left <= column <= right and top <= row <= bottom:
                return address(top - 1, left - 1)
        return cell

    def get(self, cell: str) -> Any:
        """The element of a cell, made if there is none."""
        number, column = position(cell)
        row = self._row(number)
        for place, element in _numbered(row):
            if place == column:
                return element
            if place > column:
                new = etree.Element(q("c"), r=cell)
                element.addprevious(new)
                return new
        # A row's span is a hint that would no longer be true.
        row.attrib.pop("spans", None)
        return etree.SubElement(row, q("c"), r=cell, **({"s": row.get("s")} if row.get("customFormat") == "1" else {}))

    def styled(self) -> Iterator[tuple[str, Any]]:
        """Every cell with a style of its own."""
        for number, row in self._rows.items():
            for column, element in _numbered(row):
                if element.get("s"):
                    yield address(number - 1, column - 1), element

    def drop_empty(self, cell: str) -> None:
        """Take a cell away that holds nothing and looks like nothing; its row goes with its last one if it says nothing."""
        number, column = position(cell)
        row = self._rows.get(number)
        if row is None:
            return
        for place, element in list(_numbered(row)):
            if place == column and not len(element) and element.get("s", "0") == "0":
                row.remove(element)
        if not len(row) and set(row.attrib) <= {"r"}:
            self.data.remove(row)
            del self._rows[number]

    def _row(self, number: int) -> Any:
        if number not in self._rows:
            row = etree.Element(q("row"), r=str(number))
            later = min((one for one in self._rows if one > number), default=None)
            if later is None:
                self.data.append(row)
            else:
                self._rows[later].addprevious(row)
            self._rows[number] = row
        return self._rows[number]


def position(cell: str) -> tuple[int, int]:
    """Row and column of an address, counted from 1."""
    found = CELL.fullmatch(cell)
    if found is None:
        raise ValueError(f"{cell!r} is no address of a cell")
    return int(found[2]), column_index_from_string(found[1])


def _numbered(row: Any) -> Iterator[tuple[int, Any]]:
    """The cells of a row with their columns; a cell without an address follows the one before it."""
    last = 0
    for element in row.iterfind(q("c")):
        reference = element.get("r")
        last = position(reference)[1] if reference else last + 1
        yield last, element
