"""A table: its headings, and the cells of one task in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from openpyxl.utils import get_column_letter

from commune_reports.plan import Plan
from commune_reports.reading.cell_values import cleaned, is_ticked, plain_text
from commune_reports.reading.numbering import IN_INDICATOR
from commune_reports.task_report import CellsOfRow
from commune_reports.workbook import Grid, address

REPORTED = ("status", "progress_pct", "result", "evidence", "completed_on", "difficulty", "proposal", "note")
TEXTS = ("result", "evidence", "difficulty", "proposal", "note")
# Fields whose two columns people head differently and mean both: "Lý do" and "Ghi chú", "Đề xuất" and "Kiến nghị".
TOLD_IN_TWO = ("evidence", "difficulty", "proposal", "note")
ANSWERS = ("status", "progress_pct", "result")
NAMED_BY = ("task", "task_text", "number")
UNFINISHED = ("in_progress", "not_started")
FEWEST_HEADINGS = 3
# The row and the column of a cell, and what it holds.
Filled = tuple[tuple[int, int], Any]


@dataclass(frozen=True)
class Headings:
    """The column of each field, the second column of a field that has two, and the status each column of ticks stands for.

    A second column that is headed in other words and holds text only goes on with the first (`besides`); any other is a twin.
    `beside` is the first column of a second table that stands beside the first; `numberings` are what its numbers may count.
    Where `days_may_be_due`, the days beside unfinished tasks are when those are due. The columns of the fields `by_content` are
    known by what stands in them alone.
    """

    columns: Mapping[str, int] = field(default_factory=dict)
    twins: Mapping[str, int] = field(default_factory=dict)
    ticks: Mapping[int, str] = field(default_factory=dict)
    besides: Mapping[str, int] = field(default_factory=dict)
    beside: int | None = None
    numberings: tuple[str, ...] = (IN_INDICATOR,)
    days_may_be_due: bool = False
    by_content: tuple[str, ...] = ()

    @cached_property
    def text_columns(self) -> frozenset[int]:
        """The columns of the fields that are texts, with those of the task's text and of who performs it."""
        names = (*TEXTS, "task_text", "performing_body")
        return frozenset(columns[name] for columns in (self.columns, self.besides) for name in names if name in columns)

    @cached_property
    def told_columns(self) -> frozenset[int]:
        """The columns of the fields that are texts."""
        return frozenset(self.columns[name] for name in TEXTS if name in self.columns)

    @cached_property
    def reported_columns(self) -> frozenset[int]:
        """The columns of all that is reported of a task."""
        columns = (*self.columns.items(), *self.besides.items())
        return frozenset(column for name, column in columns if name in REPORTED)

    @cached_property
    def letters(self) -> Mapping[str, str]:
        """The column of each field by its letters."""
        return {name: get_column_letter(column + 1) for name, column in self.columns.items()}

    @property
    def has_status(self) -> bool:
        """Whether there is a column for the status, or columns to tick it in."""
        return "status" in self.columns or bool(self.ticks)

    @property
    def numbers_rows(self) -> bool:
        """Whether there is a column for the number or the code of a task."""
        return "number" in self.columns or "task" in self.columns

    @property
    def head_a_table(self) -> bool:
        """Whether they name the task in one column and an answer in another."""
        answers = [name for name in ANSWERS if name in self.columns] + list(self.ticks.values())
        named = any(name in self.columns for name in ("task", "task_text"))
        return named and bool(answers) and len(self.columns) + len(self.ticks) >= FEWEST_HEADINGS


@dataclass(frozen=True)
class Head:
    """One heading of a table: from `first_row` to `last_row`, both zero-based.

    `row_beside` is the row in which a table beside is headed, where that is another one; `names_times` tells whether what is
    reported is headed with times or plans, so that the period of the file may decide about its columns.
    """

    first_row: int
    last_row: int
    headings: Headings
    row_beside: int | None = None
    names_times: bool = False


def left_of(headings: Headings, start: int) -> Headings:
    """The headings of the first of two tables, the second of which begins in a column."""
    columns, besides = (
        {name: column for name, column in one.items() if column < start} for one in (headings.columns, headings.besides)
    )
    ticks = {column: status for column, status in headings.ticks.items() if column < start}
    return Headings(columns, {}, ticks, besides, beside=start)


def with_ends(heads: Sequence[Head], rows: int) -> Iterator[tuple[Head, int]]:
    """Every heading of a sheet of so many rows with the row at which its table ends: the next heading, or the last row."""
    return zip(heads, [*(head.first_row for head in heads[1:]), rows], strict=True)


def without(columns: Mapping[str, int], name: str) -> dict[str, int]:
    """Columns by field, but for one."""
    return {other: column for other, column in columns.items() if other != name}


class Place:
    """The rows of a table that report one task: its values by field and where they stand."""

    __slots__ = ("_alone", "_columns", "_seen", "grid", "headings", "rows")

    def __init__(self, grid: Grid, rows: tuple[int, ...], headings: Headings) -> None:
        self.grid, self.rows, self.headings = grid, rows, headings
        self._seen: dict[int, list[Filled]] = {}
        # Nearly every task stands in one row without merged cells: by column, what is in each of its cells.
        self._alone: dict[int, tuple[Any, str]] | None = None
        if len(rows) == 1 and not grid.merged_down and not grid.told_above:
            self._alone = {
                column: (value, text)
                for column, value in enumerate(grid.rows[rows[0]])
                if value != "" and (text := cleaned(value) if type(value) is str else plain_text(value)) is not None
            }
        # The column of each field, where each of its fields stands in one cell of that row.
        self._columns = headings.columns if self._alone is not None and not headings.besides else None

    @property
    def row(self) -> int:
        """The first of the rows, zero-based."""
        return self.rows[0]

    def texts(self) -> list[tuple[int, str]]:
        """What stands in the first of the rows, with its column, whether a field is read there or not."""
        if self._alone is not None:
            return [(column, text) for column, (_, text) in self._alone.items()]
        cells = enumerate(map(plain_text, self.grid.rows[self.row]))
        return [(column, text) for column, text in cells if text is not None]

    def filled(self, name: str) -> list[Filled]:
        """Every non-empty cell of a field with its row and column; an area merged over several rows is one cell."""
        column = self.headings.columns.get(name)
        filled = [] if column is None else self.filled_in(column)
        if name not in self.headings.besides:
            return filled
        return [*filled, *self.filled_in(self.headings.besides[name])]

    def filled_in(self, column: int) -> list[Filled]:
        """Every non-empty cell of a column with its row and column."""
        if self._alone is not None:
            return [((self.rows[0], column), self._alone[column][0])] if column in self._alone else []
        seen = self._seen.get(column)
        if seen is None:
            seen = self._seen[column] = self._look(column)
        return seen

    def is_reported(self) -> bool:
        """Whether anything stands in a cell of what is reported of a task."""
        if self._alone is not None:
            return not self.headings.reported_columns.isdisjoint(self._alone)
        return any(map(self.is_filled, REPORTED))

    def tells(self) -> bool:
        """Whether anything stands in a cell of a field that is a text."""
        if self._columns is not None and self._alone is not None:
            return not self.headings.told_columns.isdisjoint(self._alone)
        return any(map(self.is_filled, TEXTS))

    def is_filled(self, name: str) -> bool:
        """Whether anything stands in a cell of a field."""
        if self._columns is not None and self._alone is not None:
            return self._columns.get(name) in self._alone
        return bool(self.filled(name))

    def value(self, name: str) -> Any:
        """The first value of a field, "" if it has none."""
        filled = self.filled(name)
        return filled[0][1] if filled else ""

    def text(self, name: str) -> str:
        """What is written for a field, over all rows, each text once."""
        if self._columns is not None and self._alone is not None:
            found = self._alone.get(self._columns.get(name, -1))
            return found[1] if found is not None else ""
        filled = self.filled(name)
        if len(filled) < 2:
            return plain_text(filled[0][1]) or "" if filled else ""
        texts = ((plain_text(value) or "").rstrip(";") for _, value in filled)
        return "; ".join(dict.fromkeys(texts))

    def cell(self, name: str) -> str | None:
        """The address of the cell that holds or would hold a field; None where the table has no column for it."""
        column = self.headings.columns.get(name)
        if column is None:
            return self._ticked() if name == "status" else None
        if self._alone is not None and name not in self.headings.besides:
            return address(self.rows[0], column)
        filled = self.filled(name)
        return address(*(filled[0][0] if filled else value_at(self.grid, self.row, column)[0]))

    def _ticked(self) -> str | None:
        """The first ticked cell, or the one where ticks begin."""
        columns = sorted(self.headings.ticks)
        ticked = (place for one in columns for place, value in self.filled_in(one) if is_ticked(value) is not False)
        return address(*next(ticked, (self.row, columns[0]))) if columns else None

    def cells(self) -> Mapping[str, str]:
        """The address of every field the table has a column for, and of the status wherever it is told."""
        if self._alone is None or self.headings.besides or "status" not in self.headings.columns:
            named = ((field, self.cell(field)) for field in (*self.headings.columns, "status"))
            return {field: cell for field, cell in named if cell is not None}
        return CellsOfRow(self.headings.letters, self.rows[0] + 1)

    def _look(self, column: int) -> list[Filled]:
        found = {}
        for row in self.rows:
            top, value = value_at(self.grid, row, column)
            if value != "" and top not in found and plain_text(value) is not None:
                found[top] = value
        return list(found.items())


def value_at(grid: Grid, row: int, column: int) -> tuple[tuple[int, int], Any]:
    """What is seen at a place, and the row and column of the cell that holds it: the first one of a merged area."""
    if grid.told_above and (row, column) in grid.told_above:
        return grid.told_above[row, column]
    top = grid.merged_down.get((row, column), (row, column)) if grid.merged_down else (row, column)
    cells = grid.rows[top[0]]
    return top, cells[top[1]] if top[1] < len(cells) else ""


def begins_task(cells: Sequence[Any], headings: Headings, plan: Plan) -> bool:
    """Whether a row has the code of a task in its place: nearly every row of the template, told before any of it is read."""
    column = headings.columns.get("task")
    code = cells[column] if column is not None and column < len(cells) else None
    return isinstance(code, str) and code in plan.tasks
