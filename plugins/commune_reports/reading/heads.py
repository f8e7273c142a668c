"""Where the table is: heading rows, the column of each field, columns of ticks."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from commune_reports.reading.cell_values import is_ticked, plain_text, progress
from commune_reports.reading.tables import (
    ANSWERS,
    FEWEST_HEADINGS,
    NAMED_BY,
    TOLD_IN_TWO,
    Head,
    Headings,
    value_at,
)
from commune_reports.reading.vocabulary import Vocabulary
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

FEWEST_TICKS = 2
MOST_HEADING_ROWS = 3
LONGEST_HEADING, LONGEST_HINTS = 80, 400
LAST_FIRST_HEAD = 300
MONTH, HALF_A_YEAR = re.compile(r"\b(?:thang|t) ?(\d{1,2})\b"), 6
PLANNED = re.compile(r"\b(?:ke hoach|kh|du kien)\b")
VAGUE = re.compile(r"\b(?:luy ke|da thuc hien|da hoan thanh|so voi ke hoach)\b")
BRACKETS = re.compile(r"\([^)]*\)")


def find_heads(grid: Grid, vocabulary: Vocabulary) -> list[Head]:
    """Every heading of a sheet; one that is repeated on each printed page is found each time."""
    heads: list[Head] = []
    for number, cells in enumerate(grid.rows):
        if heads and heads[-1].last_row >= number:
            continue
        # Nearness is dear to work out: it counts near the top, further down a heading is one that is known by its words.
        if heads or number > LAST_FIRST_HEAD:
            known = sum(
                vocabulary.knows(cell) for cell in cells if isinstance(cell, str) and 1 < len(cell) < LONGEST_HEADING
            )
            if known < FEWEST_HEADINGS:
                if heads and _heads_another_table(cells, grid.rows[heads[0].first_row], vocabulary):
                    heads.append(Head(number, number, Headings()))
                continue
        here = _headings(list(map(_heading_text, cells)), vocabulary)
        several = _with_rows_below(grid, number, here, vocabulary)
        if several is not None and several[1].head_a_table:
            heads.append(_settled(grid, Head(number, *several), vocabulary))
        else:
            ticked = _with_one_tick(grid, number, here, vocabulary) if here.columns else here
            if ticked.head_a_table:
                heads.append(_settled(grid, Head(number, number, ticked), vocabulary))
    return heads


def _heads_another_table(cells: Sequence[Any], first_head: Sequence[Any], vocabulary: Vocabulary) -> bool:
    """Whether a row heads a table of other things, below which nobody reports a task."""
    filled = [cell for cell in cells if cell != ""]
    if len(filled) < FEWEST_HEADINGS or not all(map(_heading_text, filled)):
        return False
    texts = [text for text in map(plain_text, filled) if text is not None]
    return vocabulary.field_of(texts[0]) == "number" and texts != [text for text in map(plain_text, first_head) if text]


def _with_one_tick(grid: Grid, number: int, here: Headings, vocabulary: Vocabulary) -> Headings:
    """The headings with the only column that is headed by a status, where nothing but ticks stands below it."""
    if here.has_status:
        return here
    for column, text in enumerate(map(_heading_text, grid.rows[number])):
        status = vocabulary.ticked_by(text) if text else None
        if status is None:
            continue
        # Up to the first empty row: what stands below it is a signature.
        table = takewhile(lambda row: any(map(plain_text, grid.rows[row])), range(number + 1, len(grid.rows)))
        below = [is_ticked(value_at(grid, row, column)[1]) for row in table]
        if True in below and None not in below:
            return replace(here, ticks={column: status})
    return here


def _with_rows_below(grid: Grid, number: int, here: Headings, vocabulary: Vocabulary) -> tuple[int, Headings] | None:
    """The headings of two or three rows together, with the last of the rows: the lower ones tell the parts of a wide heading."""
    texts, joined, last = list(map(_heading_text, grid.rows[number])), here, number
    while last + 1 < min(number + MOST_HEADING_ROWS, len(grid.rows)):
        more = _with_row(grid, (number, last + 1), (texts, joined), vocabulary)
        if more is None:
            break
        texts, joined, last = *more, last + 1
    return (last, joined) if last > number else None


def _with_row(
    grid: Grid, rows: tuple[int, int], above: tuple[list[str], Headings], vocabulary: Vocabulary
) -> tuple[list[str], Headings] | None:
    """Headings, as texts and as fields, together with the row below that names parts of them; `rows` are the first and that."""
    (number, below), (upper, first) = rows, above
    if not (first.columns or first.ticks):
        return None
    lower = list(map(_heading_text, grid.rows[below]))
    second = _headings(lower, vocabulary)
    if second.head_a_table:
        return None
    found = len(second.columns) + len(second.ticks)
    names = [column for name, column in first.columns.items() if name in NAMED_BY]
    is_named = any(column < len(lower) and plain_text(grid.rows[below][column]) for column in names)
    is_merged_down = any(grid.merged_down.get((below, column), (below,))[0] == number for column in names)
    is_sure = is_merged_down or (found >= FEWEST_TICKS and below == number + 1)
    if not found or is_named or not is_sure:
        return None
    known = {*second.columns.values(), *second.twins.values(), *second.besides.values(), *second.ticks}
    width = max(len(upper), len(lower))
    pairs = zip(upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower)), strict=True)
    texts = [low if column in known else up for column, (up, low) in enumerate(pairs)]
    return texts, _headings(texts, vocabulary)


def _settled(grid: Grid, head: Head, vocabulary: Vocabulary) -> Head:
    """The heading after a look at what stands below it."""
    whole = _with_row_of_terms(grid, head, vocabulary)
    return _with_numbers(grid, _with_the_later_month(grid, whole, vocabulary) if whole.headings.twins else whole)


def _with_the_later_month(grid: Grid, head: Head, vocabulary: Vocabulary) -> Head:
    """The heading with the later month of two columns alike, if anything stands in it; the other one is a month reported before."""
    heading_rows = grid.rows[head.first_row : head.last_row + 1]
    texts = [
        " ".join(filter(None, (_heading_text(row[column]) for row in heading_rows if column < len(row))))
        for column in range(max(map(len, heading_rows)))
    ]
    columns, twins = dict(head.headings.columns), dict(head.headings.twins)
    for name, second in head.headings.twins.items():
        first = columns[name]
        is_later = _later_month(texts[first], texts[second])
        alike = sum(vocabulary.field_of(text) == name for text in texts if text)
        if (
            is_later is None
            or alike != FEWEST_TICKS
            or any(PLANNED.search(fold(texts[one])) for one in (first, second))
        ):
            continue
        later, earlier = (second, first) if is_later else (first, second)
        is_told = any(later < len(row) and plain_text(row[later]) for row in grid.rows[head.last_row + 1 :])
        columns[name] = later if is_told else earlier
        del twins[name]
    return replace(head, headings=replace(head.headings, columns=columns, twins=twins))


def _with_numbers(grid: Grid, head: Head) -> Head:
    """The heading with the progress where numbers stand: a column headed "Tiến độ" may tell when a task is to be done."""
    columns, twins = head.headings.columns, head.headings.twins
    if "progress_pct" not in twins:
        return head

    def numbers(column: int) -> int:
        values = (row[column] for row in grid.rows[head.last_row + 1 :] if column < len(row))
        return sum(isinstance(progress(value, lambda: True), float) for value in values)

    first, second = columns["progress_pct"], twins["progress_pct"]
    if numbers(first) > 1 or numbers(first) >= numbers(second):  # one may be the number of the column
        return head
    turned = replace(head.headings, columns={**columns, "progress_pct": second}, twins={**twins, "progress_pct": first})
    return replace(head, headings=turned)


def _with_row_of_terms(grid: Grid, head: Head, vocabulary: Vocabulary) -> Head:
    """The heading with a row below it that parts a column of ticks into "Đúng hạn" and "Quá hạn": the status is the same."""
    below = head.last_row + 1
    if not head.headings.ticks or below >= len(grid.rows):
        return head
    terms = {column: text for column, text in enumerate(map(plain_text, grid.rows[below])) if text is not None}
    if len(terms) < FEWEST_TICKS or not all(fold(text) in vocabulary.around_statuses for text in terms.values()):
        return head
    above = grid.rows[head.last_row]
    ticks = dict(head.headings.ticks)
    for column in terms:
        # A heading over several columns stands in the first of them.
        first = next((one for one in range(min(column, len(above) - 1), -1, -1) if plain_text(above[one])), column)
        if first in head.headings.ticks:
            ticks[column] = head.headings.ticks[first]
    return Head(head.first_row, below, replace(head.headings, ticks=ticks))


def _heading_text(value: Any) -> str:
    """A cell as a heading, "" if it is none; hints in brackets do not make it too long for one."""
    text = plain_text(value) if isinstance(value, str) else None
    if text is None or len(text) > LONGEST_HINTS:
        return ""
    return text if text == "%" or 1 < len(BRACKETS.sub("", text)) < LONGEST_HEADING else ""


def _headings(texts: Sequence[str], vocabulary: Vocabulary) -> Headings:
    columns: dict[str, int] = {}
    twins: dict[str, int] = {}
    besides: dict[str, int] = {}
    ticks: dict[int, str] = {}
    for column, text in enumerate(texts):
        if not text:
            continue
        status = vocabulary.ticked_by(text)
        if status is not None:
            ticks[column] = status
            continue
        name = vocabulary.field_of(text)
        before = texts[columns[name]] if name in columns else ""
        if name == "progress_pct" and before and _is_vague(text, vocabulary) != _is_vague(before, vocabulary):
            columns[name] = column if _is_vague(before, vocabulary) else columns[name]
        elif name and columns.setdefault(name, column) != column:
            goes_on = name in TOLD_IN_TWO and fold(texts[columns[name]]) != fold(text)
            (besides if goes_on else twins).setdefault(name, column)
    if len(set(ticks.values())) < FEWEST_TICKS:
        ticks = {}
    if ticks and columns.get("status") in ticks:
        del columns["status"]
    return _of_first_table(Headings(columns, twins, ticks, besides))


def _later_month(one: str, other: str) -> bool | None:
    """Whether the second of two headings alike names the later month, which the report is about; None if they name no two."""
    months = [MONTH.search(fold(text)) for text in (one, other)]
    if not all(months):
        return None
    first, second = (int(found[1]) for found in months if found)
    return None if first == second else (second - first) % 12 <= HALF_A_YEAR


def _is_vague(heading: str, vocabulary: Vocabulary) -> bool:
    """Whether a heading is the progress only where no other column is: "Lũy kế (%)", "Tiến độ giải ngân (%)"."""
    return VAGUE.search(fold(heading)) is not None or not vocabulary.spells(heading)


def _of_first_table(headings: Headings) -> Headings:
    """The headings without those of a second table beside: from there on both a task and an answer are headed again."""
    again = headings.twins
    if not again or not {"task", "task_text"} & again.keys() or not {*ANSWERS} & again.keys():
        return headings
    start = min(again.values())
    columns, besides = (
        {name: column for name, column in one.items() if column < start} for one in (headings.columns, headings.besides)
    )
    ticks = {column: status for column, status in headings.ticks.items() if column < start}
    first = Headings(columns, {}, ticks, besides, beside=start)
    return first if first.head_a_table else headings
