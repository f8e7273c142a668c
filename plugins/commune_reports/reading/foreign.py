"""Rows of one table that report for another unit or of another period: a table of the whole district, or of the whole year."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from commune_reports.plan import Plan, Unit
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.claims import period_named
from commune_reports.reading.tables import Head, value_at
from commune_reports.spelling import fold
from commune_reports.workbook import Grid, address

UNIT_HEADINGS = frozenset(
    (
        "xa",
        "xa thi tran",
        "xa phuong",
        "xa phuong thi tran",
        "ten xa",
        "don vi",
        "ten don vi",
        "don vi bao cao",
        "dia phuong",
    )
)
PERIOD_HEADINGS = frozenset(("thang", "ky", "ky bao cao", "thang bao cao", "ky thang"))
UNIT_WORDS = re.compile(r"^(?:(?:[ivx]+|\d+|[a-d]) )?(?:(?:ubnd|uy ban nhan dan) )?(xa|x|thi tran|tt|phuong|p) ")


@dataclass(frozen=True)
class Foreign:
    """Rows, from 1, that are not the file's own, whose they are, and the first cell that says so."""

    of_whom: str
    rows: tuple[int, ...]
    cell: str


def rows_of_other_units(grid: Grid, heads: Sequence[Head], units: Sequence[Unit], own: str | None) -> list[Foreign]:
    """The rows of other units, by a column of units or lines such as "II. XÃ VẠN THỌ"; none where the file's own is not named."""
    names = {fold(unit.name): unit.code for unit in units}

    def named(text: str, *, is_line: bool = False) -> str | None:
        said = fold(text)
        return names.get(UNIT_WORDS.sub("", said)) if not is_line or UNIT_WORDS.match(said) else None

    found = dict(_by_column(grid, heads, UNIT_HEADINGS, named)) or dict(_by_line(grid, heads, named))
    return _foreign(found, own)


def rows_of_other_periods(grid: Grid, heads: Sequence[Head], plan: Plan, own: str | None) -> list[Foreign]:
    """The rows of other periods, by a column of months; none where the file's own is not named."""

    def named(text: str) -> str | None:
        period = plan.period(period_named(text, plan))
        return period.id if period else None

    return _foreign(dict(_by_column(grid, heads, PERIOD_HEADINGS, named)), own)


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
    grid: Grid, heads: Sequence[Head], headings: frozenset[str], named: Callable[[str], str | None]
) -> Iterator[tuple[int, tuple[str, str]]]:
    """Rows, from zero, with what a column headed so says of them, and where."""
    ends = [head.first_row for head in heads[1:]] + [len(grid.rows)]
    for head, end in zip(heads, ends, strict=True):
        titles = {
            column
            for row in grid.rows[head.first_row : head.last_row + 1]
            for column, value in enumerate(row)
            if isinstance(value, str) and value and fold(value) in headings
        }
        for column in sorted(titles)[:1]:
            for number in range(head.last_row + 1, end):
                (row, left), value = value_at(grid, number, column)
                whose = named(text) if value != "" and (text := plain_text(value)) is not None else None
                if whose is not None:
                    yield number, (whose, address(row, left))


def _by_line(
    grid: Grid, heads: Sequence[Head], named: Callable[..., str | None]
) -> Iterator[tuple[int, tuple[str, str]]]:
    """Rows, from zero, below lines that say no more than whose they are."""
    above: tuple[str, str] | None = None
    for number in range(heads[0].last_row + 1 if heads else 0, len(grid.rows)):
        cells = grid.rows[number]
        if len(cells) - cells.count("") <= len(
            ("II", "XÃ VẠN THỌ")
        ):  # told before any is looked at: most rows hold more
            column, text = max(
                ((column, value) for column, value in enumerate(cells) if isinstance(value, str)),
                key=lambda one: len(one[1]),
                default=(0, ""),
            )
            whose = named(text, is_line=True) if text else None
            above = (whose, address(number, column)) if whose is not None else above
        if above is not None:
            yield number, above
