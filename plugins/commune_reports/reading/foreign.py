"""Rows of one table that report for another unit or of another period: a table of the whole district, or of the whole year."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from commune_reports.plan import Plan, Unit
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.claims import period_named
from commune_reports.reading.tables import REPORTED, Head, value_at, with_ends
from commune_reports.spelling import fold
from commune_reports.task_report import TaskRow
from commune_reports.workbook import Grid, address

# A column of communes or of periods whatever stands in it, and one that may as well tell who works or when: the latter is one
# only where a task is told under several.
UNIT_HEADINGS = frozenset(("xa", "xa thi tran", "xa phuong", "xa phuong thi tran", "ten xa", "dia phuong"))
MAY_BE_UNITS = frozenset(("don vi", "ten don vi", "don vi bao cao"))
PERIOD_HEADINGS = frozenset(("ky", "ky bao cao", "thang bao cao"))
MAY_BE_PERIODS = frozenset(("thang", "ky thang"))
UNIT_WORDS = re.compile(r"^(?:(?:[ivx]+|\d+|[a-d]) )?(?:(?:ubnd|uy ban nhan dan) )?(xa|x|thi tran|tt|phuong|p) ")
# "II. XÃ VẠN THỌ", with its number or in capitals; "- xã Vạn Thọ" and "Xã Vạn Thọ" are items of other lists.
NUMBERED = re.compile(r"(?:[IVX]+|\d{1,2}|[A-D])[.)/]? ?")


@dataclass(frozen=True)
class Foreign:
    """Rows, from 1, that are not the file's own, whose they are, and the first cell that says so."""

    of_whom: str
    rows: tuple[int, ...]
    cell: str


def rows_of_other_units(
    grid: Grid, heads: Sequence[Head], rows: Sequence[TaskRow], units: Sequence[Unit], own: str | None
) -> list[Foreign]:
    """The rows of other units, by a column of units or lines such as "II. XÃ VẠN THỌ"; none where the file's own is not named."""
    names = {fold(unit.name): unit.code for unit in units}

    def named(value: Any) -> str | None:
        return names.get(UNIT_WORDS.sub("", fold(plain_text(value) or "")))

    told = {row.row - 1: row.task_code for row in rows}
    found = _by_column(grid, heads, told, (UNIT_HEADINGS, MAY_BE_UNITS), named) or _by_line(grid, heads, told, named)
    return _foreign(found, own)


def rows_of_other_periods(
    grid: Grid, heads: Sequence[Head], rows: Sequence[TaskRow], plan: Plan, own: str | None
) -> list[Foreign]:
    """The rows of other periods, by a column of months; none where the file's own is not named."""

    def named(value: Any) -> str | None:
        if isinstance(value, date):  # what Excel makes of a typed 10/2024
            return f"{value.year}-{value.month:02d}" if value.day == 1 else None
        period = plan.period(period_named(plain_text(value) or "", plan))
        return period.id if period else None

    told = {row.row - 1: row.task_code for row in rows}
    return _foreign(_by_column(grid, heads, told, (PERIOD_HEADINGS, MAY_BE_PERIODS), named), own)


def _foreign(found: Mapping[int, tuple[str, str]], own: str | None) -> list[Foreign]:
    if own not in {whose for whose, _ in found.values()}:
        return []
    cells: dict[str, str] = {}
    rows: dict[str, list[int]] = {}
    for row, (whose, cell) in found.items():
        if whose != own:
            cells.setdefault(whose, cell)
            rows.setdefault(whose, []).append(row + 1)
    return [Foreign(whose, tuple(rows[whose]), cell) for whose, cell in cells.items()]


def _by_column(
    grid: Grid,
    heads: Sequence[Head],
    told: Mapping[int, str | None],
    headings: tuple[frozenset[str], frozenset[str]],
    named: Callable[[Any], str | None],
) -> Mapping[int, tuple[str, str]]:
    """The rows in which a task is told, from zero, with what a column headed so says of them, and where."""
    found: dict[int, tuple[str, str]] = {}
    is_sure = True
    for head, end in with_ends(heads, len(grid.rows)):
        titles = {
            column: fold(value)
            for row in grid.rows[head.first_row : head.last_row + 1]
            for column, value in enumerate(row)
            if isinstance(value, str) and value and fold(value) in headings[0] | headings[1]
        }
        if not titles:
            continue
        column = min(titles)
        is_sure = is_sure and titles[column] in headings[0]
        for number in (one for one in told if head.last_row < one < end):
            (row, left), value = value_at(grid, number, column)
            whose = named(value) if value != "" else None
            if whose is not None:
                found[number] = whose, address(row, left)
    if is_sure or len({told[number] for number in found}) < len(found):
        return found
    return {}


def _by_line(
    grid: Grid, heads: Sequence[Head], told: Mapping[int, str | None], named: Callable[[Any], str | None]
) -> Mapping[int, tuple[str, str]]:
    """The rows in which a task is told, from zero, below lines that say no more than whose they are."""
    columns = heads[0].headings.columns if heads else {}
    reported = {columns[name] for name in REPORTED if name in columns}
    found: dict[int, tuple[str, str]] = {}
    above: tuple[str, str] | None = None
    for number, cells in enumerate(grid.rows):
        if number in told:
            if above is not None:
                found[number] = above
        elif len(cells) - cells.count("") <= len(("II", "XÃ VẠN THỌ")):  # told before any is looked at: most hold more
            filled = [(column, plain_text(value) or "") for column, value in enumerate(cells) if value != ""]
            is_numbered = len(filled) > 1 and NUMBERED.fullmatch(filled[0][1]) is not None
            if not filled or (len(filled) > 1 and not is_numbered):
                continue
            column, text = filled[-1]
            is_title = text.isupper() or is_numbered or NUMBERED.match(text) is not None
            if column not in reported and is_title and UNIT_WORDS.match(fold(text)):
                whose = named(text)
                above = (whose, address(number, column)) if whose is not None else above
    return found
