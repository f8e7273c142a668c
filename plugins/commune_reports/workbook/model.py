"""What an opened file is, or why it is not opened; and how much of a file anybody looks at."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from openpyxl.utils import get_column_letter

MOST_SHEETS = 100
# Excel allows 31; what LibreOffice and converters allow has no end, and a name is part of every cell's address.
LONGEST_SHEET_NAME = 64
MOST_ROWS = 5_000
MOST_COLUMNS = 256
TALLEST_MERGE = 60

# The sheet of findings a marked workbook comes back with, and the sign in it by which it is known under any name.
MARK_SHEET, MARK_SIGN = "Kết quả kiểm tra", "commune-reports:marks"
# The sign stands in the first row; rows somebody inserted above it are few.
MARK_SIGN_ROWS = 20

# Quoted or escaped, a percent sign in a number format is only text.
LITERAL = re.compile(r'"[^"]*"|\\.')
ERROR = re.compile(r"#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!)|Err:\d{3}")


@dataclass(frozen=True)
class Refusal:
    """Why a file cannot be read: the code of a finding and what it needs for its sentence."""

    code: str
    got: str | None = None
    wanted: str | None = None


@dataclass(frozen=True)
class Note:
    """Something about an opened file its sender should know: the code of a finding, its place and what it needs."""

    code: str
    sheet: str | None = None
    cell: str | None = None
    got: str | None = None
    wanted: str | None = None


@dataclass(frozen=True)
class Grid:
    """One sheet: `rows[r][c]` is the value of row r+1 and column c+1, "" where empty; merged areas as (r, c), (r, c).

    `is_cut` tells that something stands below the rows anybody looks at; `cut_column` is the first column with content
    right of the columns anybody looks at, counted from zero, as are `hidden_rows` and `hidden_columns`. At a place
    of `told_above` some words are seen that a cell above, which it names, says of it.
    """

    name: str
    visible: bool
    rows: Sequence[Sequence[Any]]
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()
    is_cut: bool = False
    cut_column: int | None = None
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    told_above: Mapping[tuple[int, int], tuple[tuple[int, int], str]] = field(default_factory=dict)

    @cached_property
    def merged_down(self) -> Mapping[tuple[int, int], tuple[int, int]]:
        """For every place covered by an area merged over several rows, the cell whose value it shows."""
        return {
            (row, column): (top, left)
            for (top, left), (bottom, right) in self.merged
            if 0 < bottom - top <= TALLEST_MERGE and right - left <= MOST_COLUMNS
            # Below the last row there are no values to show, however far the area reaches.
            for row in range(top + 1, min(bottom + 1, len(self.rows)))
            for column in range(left, right + 1)
        }


@dataclass(frozen=True)
class Stored:
    """What the values of a sheet do not tell, by cell: errors, formulas saved without their value, percentages."""

    errors: dict[str, str] = field(default_factory=dict)
    empty_formulas: dict[str, str] = field(default_factory=dict)
    percents: set[str] = field(default_factory=set)


def _nothing(_sheet: str) -> Stored | None:
    return None


@dataclass(frozen=True)
class Spreadsheet:
    """An opened file; `kind` names its format (xlsx, xlsb, xls, ods, csv, html, xml).

    `look` tells what is stored beside the values of a sheet; it is slower than reading them and only called when
    `has_formulas` or `has_percents` say that it can matter. `has_percents` None: the format does not let it be known.
    `otherwise` is what the file is if no table of tasks is found in it (None: a spreadsheet all the same).
    """

    kind: str
    grids: tuple[Grid, ...]
    notes: tuple[Note, ...] = ()
    is_1904: bool = False
    has_formulas: bool = False
    has_percents: bool | None = False
    look: Callable[[str], Stored | None] = field(default=_nothing, repr=False)
    otherwise: Refusal | None = None

    def is_percent(self, sheet: str, cell: str) -> bool | None:
        """Whether a cell is formatted as a percentage, so that its 0.85 is shown as 85 %; None if that is not to be known."""
        if not self.has_percents:
            return self.has_percents
        stored = self._of(sheet)
        return cell in stored.percents if stored else None

    def formula_errors(self, sheet: str) -> Mapping[str, str]:
        """Cells that hold an error such as #REF!, with the error."""
        stored = self._of(sheet) if self.has_formulas else None
        return stored.errors if stored else {}

    def formulas_without_value(self, sheet: str) -> Mapping[str, str]:
        """Cells whose formula was saved without its value, with the formula."""
        stored = self._of(sheet) if self.has_formulas else None
        return stored.empty_formulas if stored else {}

    def _of(self, sheet: str) -> Stored | None:
        if sheet not in self._looked_at:
            self._looked_at[sheet] = self.look(sheet)
        return self._looked_at[sheet]

    @cached_property
    def _looked_at(self) -> dict[str, Stored | None]:
        return {}


def is_mark_sheet(grid: Grid) -> bool:
    """Whether a sheet is the list of findings an earlier answer added; nobody's report."""
    return any(MARK_SIGN in row for row in grid.rows[:MARK_SIGN_ROWS])


@lru_cache(maxsize=65_536)
def address(row: int, column: int) -> str:
    """A1 address of a zero-based row and column."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def narrowed(rows: Sequence[Sequence[Any]]) -> tuple[Sequence[Sequence[Any]], int | None]:
    """Rows without what lies right of the columns anybody looks at, and the first column of it that says something."""
    if all(len(row) <= MOST_COLUMNS for row in rows):
        return rows, None
    beyond = (
        next((column for column in range(MOST_COLUMNS, len(row)) if str(row[column]).strip()), None) for row in rows
    )
    return [row[:MOST_COLUMNS] for row in rows], min((column for column in beyond if column is not None), default=None)


def is_percent_format(code: str) -> bool:
    """Whether a number format shows 0.85 as 85 %."""
    return "%" in LITERAL.sub("", code)


def with_errors_apart(grids: Sequence[Grid], stored: Mapping[str, Stored]) -> tuple[Grid, ...]:
    """The grids with errors written as text (#REF!) taken out of the values and put into what is stored."""
    cleaned = []
    for grid in grids:
        errors = stored[grid.name].errors
        rows = [list(row) for row in grid.rows]
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str) and value[:1] in ("#", "E") and ERROR.fullmatch(value.strip()):
                    errors[address(number, column)] = value.strip()
                    row[column] = ""
        cleaned.append(replace(grid, rows=rows))
    return tuple(cleaned)
