"""One sheet with a table for each of several months below each other: only the part of the file's own period is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from commune_reports.findings import Finding
from commune_reports.period import label_of
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.claims import period_headed
from commune_reports.reading.rows import is_touched
from commune_reports.reading.tables import REPORTED, Head, Place
from commune_reports.reading.tasks import Clerk
from commune_reports.workbook import Grid, address


@dataclass(frozen=True)
class Part:
    """The rows of a sheet from a line that names a period to the next such line, both zero-based."""

    title_row: int
    end: int
    period_id: str


def without_other_periods(
    grid: Grid, heads: Sequence[Head], clerk: Clerk, period_id: str | None
) -> tuple[Grid, list[Head], list[Finding]]:
    """A sheet with only the part of its period, and a warning for each part with answers that is left out.

    Its period is that the file was asked for, or the newest of those answered.
    """
    parts = list(_parts(grid, heads, clerk))
    if not parts:
        return grid, list(heads), []
    ends = {period.id: period.window_end for period in clerk.plan.periods()}
    answered = [part for part in parts if part.period_id in ends and _answers(grid, heads, part)]
    known = {part.period_id for part in answered}
    chosen = period_id or max(known, key=lambda one: (ends[one], one), default=None)
    if len(known) < 2 or chosen not in known:
        return grid, list(heads), []
    rows, left, findings = list(grid.rows), list(heads), []
    for part in (one for one in parts if one.period_id != chosen):
        has_other_head = any(head.first_row >= part.end for head in heads)
        gone = [head for head in left if part.title_row <= head.first_row < part.end and has_other_head]
        kept = {row for head in left if head not in gone for row in range(head.first_row, head.last_row + 1)}
        left = [head for head in left if head not in gone]
        for row in range(part.title_row, part.end):
            if row not in kept:
                rows[row] = []
        if part in answered:
            findings.append(_left_out(grid, part, str(chosen), clerk))
    return replace(grid, rows=rows), left, findings


def _parts(grid: Grid, heads: Sequence[Head], clerk: Clerk) -> Iterator[Part]:
    """The parts of a sheet; none where no line below its first heading names a period."""
    if not heads or not grid.visible:
        return
    columns = heads[0].headings.columns
    told = {columns[name] for name in REPORTED if name in columns}
    below = heads[0].last_row + 1
    titles = list(_titles(grid, range(below, len(grid.rows)), told, clerk))
    if not titles:
        return
    titles = [*list(_titles(grid, range(heads[0].first_row), set(), clerk))[-1:], *titles]
    ends = [row for row, _ in titles[1:]] + [len(grid.rows)]
    yield from (Part(row, end, period) for (row, period), end in zip(titles, ends, strict=True))


def _titles(grid: Grid, rows: range, told: set[int], clerk: Clerk) -> Iterator[tuple[int, str]]:
    """The rows with a single text, outside the columns of answers, that heads what was done in a period."""
    for number in rows:
        cells = grid.rows[number]
        if len(cells) - cells.count("") != 1:
            continue
        column, value = next((column, value) for column, value in enumerate(cells) if value != "")
        if column in told or not isinstance(value, str):
            continue
        period = period_headed(plain_text(value) or "", clerk.plan)
        if period is not None:
            yield number, period


def _answers(grid: Grid, heads: Sequence[Head], part: Part) -> bool:
    """Whether anything is answered in a part."""
    for row in range(part.title_row + 1, part.end):
        above = [head for head in heads if head.last_row < row]
        is_heading = any(head.first_row <= row <= head.last_row for head in heads)
        if above and not is_heading and is_touched(Place(grid, (row,), above[-1].headings)):
            return True
    return False


def _left_out(grid: Grid, part: Part, chosen: str, clerk: Clerk) -> Finding:
    column = next(column for column, value in enumerate(grid.rows[part.title_row]) if value != "")
    return clerk.wordings.finding(
        "other_period_below",
        sheet=grid.name,
        cell=address(part.title_row, column),
        row=part.title_row + 1,
        got=label_of(part.period_id),
        wanted=label_of(chosen),
    )
