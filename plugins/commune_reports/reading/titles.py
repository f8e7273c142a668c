"""What heads the columns of a table, and what stands below."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from commune_reports.reading.cell_values import is_blank, plain_text
from commune_reports.reading.tables import NAMED_BY, Head
from commune_reports.reading.tasks import SUM_ROW
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

MOST_ROWS = 400
# What numbers the columns of a form: A, B, 1, (2).
COLUMN_NUMBER = re.compile(r"\(?(?:\d{1,2}|[A-Ea-e])\)?")


@dataclass(frozen=True)
class Titles:
    """What heads each column, and what a wider heading says over it."""

    texts: Sequence[str]
    over: Sequence[str]

    def whole(self, column: int) -> str:
        """All that is said over a column."""
        return f"{self.over[column]} {self.texts[column]}".strip()


def below(grid: Grid, head: Head, column: int) -> Iterator[Any]:
    """What stands in a column below the heading, in the rows that name something: a signature or a sum tells nothing."""
    names = [head.headings.columns[name] for name in NAMED_BY if name in head.headings.columns]
    rows = grid.rows[head.last_row + 1 : head.last_row + MOST_ROWS]
    return (
        row[column]
        for row in rows
        if column < len(row) and row[column] != "" and (not names or column in names or _names_something(row, names))
    )


def _names_something(row: Sequence[Any], names: Sequence[int]) -> bool:
    """Whether a row has a number, a code or a text of its own, and neither sums up nor numbers the columns."""
    texts = [text for column in names if column < len(row) and (text := plain_text(row[column])) is not None]
    if not texts or any(SUM_ROW.match(fold(text)) for text in texts):
        return False
    return not (len(texts) > 1 and all(map(COLUMN_NUMBER.fullmatch, texts)))


def is_told(grid: Grid, head: Head, column: int) -> bool:
    """Whether anything stands in a column below the heading."""
    return any(plain_text(value) is not None and not is_blank(value) for value in below(grid, head, column))


def texts_below(grid: Grid, head: Head, column: int) -> Iterator[str]:
    """The texts in a column below the heading."""
    return filter(None, map(plain_text, below(grid, head, column)))
