"""What heads the columns of a table, and what stands below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.tables import Head
from commune_reports.workbook import Grid

MOST_ROWS = 400


@dataclass(frozen=True)
class Titles:
    """What heads each column, and what a wider heading says over it."""

    texts: Sequence[str]
    over: Sequence[str]

    def whole(self, column: int) -> str:
        """All that is said over a column."""
        return f"{self.over[column]} {self.texts[column]}".strip()


def below(grid: Grid, head: Head, column: int) -> Iterator[Any]:
    """What stands in a column below the heading."""
    rows = grid.rows[head.last_row + 1 : head.last_row + MOST_ROWS]
    return (row[column] for row in rows if column < len(row) and row[column] != "")


def is_told(grid: Grid, head: Head, column: int) -> bool:
    """Whether anything stands in a column below the heading."""
    return any(plain_text(value) is not None for value in below(grid, head, column))


def texts_below(grid: Grid, head: Head, column: int) -> Iterator[str]:
    """The texts in a column below the heading."""
    return filter(None, map(plain_text, below(grid, head, column)))
