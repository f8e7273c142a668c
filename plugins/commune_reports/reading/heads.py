"""Where the table is: heading rows, the column of each field, columns of ticks."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise, takewhile, zip_longest
from typing import Any, NamedTuple

from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.reading.cell_values import is_ticked, plain_text
from commune_reports.reading.columns import (
    counts_tasks,
    names_task,
    settled,
    with_column_of_tasks,
    without_second_tasks,
)
from commune_reports.reading.tables import (
    ANSWERS,
    FEWEST_HEADINGS,
    NAMED_BY,
    REPORTED,
    TOLD_IN_TWO,
    Head,
    Headings,
    begins_task,
    left_of,
    value_at,
)
from commune_reports.reading.times import BRACKETS, DAY, LOOKS_AHEAD, MONTHS_OF_YEAR, in_period, names_times
from commune_reports.reading.titles import Titles, is_told
from commune_reports.reading.vocabulary import Vocabulary
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

FEWEST_TICKS, FEWEST_ROWS, FIRST_ROWS = 2, 2, 3
MOST_HEADING_ROWS, MOST_WORDS_BELOW = 3, 8
WHOLE_DAY = re.compile(DAY)
LONGEST_HEADING, LONGEST_HINTS = 80, 400
LAST_FIRST_HEAD, LONGEST_TABLE = 300, 100
OF_WHAT = frozenset(("thang", "quy", "nam", "ngay", "cac thang", "trong do"))
YEARS, LONGEST_YEAR = range(2000, 2100), 4
VAGUE = re.compile(r"\b(?:luy ke|da thuc hien|da hoan thanh|so voi ke hoach)\b")
RESULT, FOR_PROPOSALS = "ket qua", re.compile(r"\b(?:kien nghi|de xuat|dxkn|kn)\b")
# What a share tells that is not how far a task is.
OF_NOTHING_DONE = re.compile(
    r"\b(?:(?<!thuc hien )(?<!hoan thanh )(?<!dat )(?<!so voi )(?:phan dau|muc tieu|yeu cau)|con lai|toan (?:huyen|tinh))\b"
)


class Words(NamedTuple):
    """What headings are understood by: the words people use, the plan, and the period of the file as far as it is known."""

    vocabulary: Vocabulary
    plan: Plan
    period: ReportingPeriod | None


def find_heads(grid: Grid, vocabulary: Vocabulary, plan: Plan, period: ReportingPeriod | None = None) -> list[Head]:
    """Every heading of a sheet; one that is repeated on each printed page is found each time.

    Of columns for several times those of the `period` count; where it is not known, the latest in which anything stands.
    """
    heads: list[Head] = []
    words = Words(vocabulary, plan, period)
    for number, cells in enumerate(grid.rows):
        if heads and (heads[-1].last_row >= number or _is_of_table(cells, heads[-1].headings, plan)):
            continue
        # Nearness is dear to work out: it counts near the top, further down a heading is one that is known by its words.
        if heads or number > LAST_FIRST_HEAD:
            is_head = _is_known(cells, vocabulary) and not (heads and _is_task(cells, heads[-1].headings, words))
            head = _head_at(grid, number, words) if is_head else None
            if head is None and heads and _heads_another_table(grid, number, heads[0], vocabulary, plan):
                head = Head(number, number, Headings())
        else:
            head = _head_at(grid, number, words)
        left = _side_by_side(grid, heads[-1], head) if head is not None and heads else None
        if left is not None:
            heads[-1] = left
        elif head is not None:
            heads.append(_with_rows_merged(grid, head))
    return heads


def _with_rows_merged(grid: Grid, head: Head) -> Head:
    """The heading with the rows below that all its cells are merged over."""
    last, columns = head.last_row, (*head.headings.columns.values(), *head.headings.ticks)
    tops = range(head.first_row, last + 1)
    while columns and all(grid.merged_down.get((last + 1, column), (-1, 0))[0] in tops for column in columns):
        last += 1
    return head if last == head.last_row else replace(head, last_row=last)


def _is_of_table(cells: Sequence[Any], headings: Headings, plan: Plan) -> bool:
    """Whether a row is a task of the table above and nothing else: no second table is headed beside it."""
    return begins_task(cells, headings, plan) and _has_nothing_beside(cells, headings)


def _is_task(cells: Sequence[Any], headings: Headings, words: Words) -> bool:
    """The same of a row without a code whose own cells are those of a task: "Báo cáo số 66/BC-UBND" beside "70%" heads nothing."""
    named = (headings.columns.get(name, len(cells)) for name in ("task", "task_text"))
    texts = [cells[column] for column in named if column < len(cells) and isinstance(cells[column], str)]
    status = headings.columns.get("status", len(cells))
    told = cells[status] if status < len(cells) else None
    is_told = isinstance(told, str) and words.vocabulary.status_of(told) is not None
    is_task = any(names_task(text, words.plan) for text in texts)
    return (is_task or (is_told and not any(map(words.vocabulary.knows, texts)))) and _has_nothing_beside(
        cells, headings
    )


def _has_nothing_beside(cells: Sequence[Any], headings: Headings) -> bool:
    columns = (*headings.columns.values(), *headings.ticks)
    beside = [*cells[: min(columns)], *cells[max(columns) + 1 :]]
    return beside.count("") == len(beside)


def _side_by_side(grid: Grid, upper: Head, lower: Head) -> Head | None:
    """The left one of two headings whose tables stand in the same rows, with where the other begins; None for any others."""
    first, second = ({*one.headings.columns.values(), *one.headings.ticks} for one in (upper, lower))
    if not first or not second or not (max(first) < min(second) or max(second) < min(first)):
        return None
    names = [column for name, column in upper.headings.columns.items() if name in NAMED_BY]
    rows = grid.rows[lower.first_row : lower.last_row + 1 + FIRST_ROWS]
    named = [row for row in rows if any(column < len(row) and plain_text(row[column]) for column in names)]
    answers = [column for name, column in upper.headings.columns.items() if name in ANSWERS] + list(
        upper.headings.ticks
    )
    is_task = rows[0] in named and any(column < len(rows[0]) and plain_text(rows[0][column]) for column in answers)
    if len(named) < FEWEST_ROWS and not is_task:
        return None
    left, right, start = (upper, lower, min(second)) if min(first) < min(second) else (lower, upper, min(first))
    known = upper.headings.beside
    if known is not None and known <= start:
        return upper  # a third table, or one more
    return replace(left, headings=replace(left.headings, beside=start), row_beside=right.first_row)


def _is_known(cells: Sequence[Any], vocabulary: Vocabulary) -> bool:
    """Whether a row has so many headings, by their very words or abbreviated after one in full, that it may head a table."""
    if len(cells) - cells.count("") < FEWEST_HEADINGS:
        return False
    texts = [cell for cell in cells if isinstance(cell, str) and 1 < len(cell) < LONGEST_HEADING]
    if len(texts) < FEWEST_HEADINGS:
        return False
    known = sum(map(vocabulary.knows, texts))
    return known >= FEWEST_HEADINGS or (
        vocabulary.knows(texts[0]) and sum(map(vocabulary.spells, texts)) >= FEWEST_HEADINGS
    )


def _head_at(grid: Grid, number: int, words: Words) -> Head | None:
    """The heading that begins in a row, if one does."""
    vocabulary, plan = words.vocabulary, words.plan
    titles = Titles(list(map(_heading_text, grid.rows[number])), [""] * len(grid.rows[number]))
    here = _headings(titles, vocabulary)
    if not (here.columns or here.ticks):
        return None
    if any(name in here.columns for name in NAMED_BY):  # "Nhiệm vụ | 10 | 11 | 12"
        parts = _parts_named(grid.rows[number], may_be_wide=True)
        month = f"Tháng {words.period.window_end.month}" if words.period is not None else None
        # "1 | 2" may be anything; with the month of the file among them they are months.
        if month is None or month in parts:
            titles = replace(titles, texts=parts)
    several = _with_rows_below(grid, number, (titles, here), vocabulary)
    alone = (number, titles, _with_one_tick(grid, number, here, vocabulary))
    for last, joined, headings in filter(None, (several, alone)):
        found = Head(number, last, headings, names_times=words.period is None and names_times(joined, vocabulary))
        own = joined
        if words.period is not None:
            own = in_period(joined, words.period, vocabulary, partial(is_told, grid, found))
        if own is not joined:
            found = replace(found, headings=_headings(own, vocabulary))
        head = with_column_of_tasks(grid, found, own, vocabulary, plan)
        head = without_second_tasks(grid, head, plan)
        if head.headings.head_a_table and not counts_tasks(grid, head):
            return settled(grid, _with_row_of_terms(grid, head, vocabulary), own, vocabulary, plan)
    return None


def _heads_another_table(grid: Grid, number: int, first: Head, vocabulary: Vocabulary, plan: Plan) -> bool:
    """Whether a row heads a table of other things, below which nobody reports a task."""
    cells, first_head = grid.rows[number], grid.rows[first.first_row]
    filled = [cell for cell in cells if cell != ""]
    if len(filled) < FEWEST_HEADINGS or not all(map(_heading_text, filled)):
        return False
    texts = [text for text in map(plain_text, filled) if text is not None]
    if vocabulary.field_of(texts[0]) != "number" or texts == [text for text in map(plain_text, first_head) if text]:
        return False
    table = takewhile(lambda row: not _is_known(row, vocabulary), grid.rows[number + 1 : number + LONGEST_TABLE])
    return not any(names_task(cell, plan) for row in table for cell in row if isinstance(cell, str))


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


def _with_rows_below(
    grid: Grid, number: int, first: tuple[Titles, Headings], vocabulary: Vocabulary
) -> tuple[int, Titles, Headings] | None:
    """The headings of two or three rows together, with the last of the rows: the lower ones tell the parts of a wide heading."""
    (titles, joined), last = first, number
    while last + 1 < min(number + MOST_HEADING_ROWS, len(grid.rows)):
        more = _with_row(grid, (number, last + 1), (titles, joined), vocabulary)
        if more is None:
            break
        (titles, joined), last = more, last + 1
    return (last, titles, joined) if last > number else None


def _with_row(
    grid: Grid, rows: tuple[int, int], above: tuple[Titles, Headings], vocabulary: Vocabulary
) -> tuple[Titles, Headings] | None:
    """Headings, as texts and as fields, together with the row below that names parts of them; `rows` are the first and that."""
    (number, below), (upper, first) = rows, above
    said = [text for text in map(plain_text, grid.rows[below]) if text is not None]
    if said and all(fold(text) in OF_WHAT for text in said):
        return above  # "Tháng", over the numbers of months
    words = _with_words_below(upper, grid.rows[below], vocabulary)
    if words is not None:
        return words, _headings(words, vocabulary)
    lower = _parts_named(grid.rows[below])
    second = _headings(Titles(lower, [""] * len(lower)), vocabulary)
    names = [column for name, column in first.columns.items() if name in NAMED_BY]
    if any(column < len(lower) and plain_text(grid.rows[below][column]) for column in names):
        return None
    is_merged_down = any(grid.merged_down.get((below, column), (below,))[0] == number for column in names)
    # The parts of a wide heading may look like a heading of their own: "Nội dung" beside "Tình trạng".
    if second.head_a_table and not (is_merged_down or first.head_a_table or len(names) > 1):
        return None
    known = {
        column
        for column, text in enumerate(lower)
        if text and not vocabulary.ticked_by(text) and vocabulary.field_of(text)
    }
    titles, parted = _joined(upper, lower, known | set(second.ticks), vocabulary)
    found = len(known) + len(second.ticks) + parted
    if not found and _are_months(lower, grid.rows[below]):  # "Tháng" over 10, 11 and 12, and what is told of each below
        return Titles([low or up for up, low in zip_longest(upper.texts, lower, fillvalue="")], titles.over), first
    is_next = below == number + 1 or any(
        upper.texts[one] == f"Tháng {cell}" for one, cell in _cells_above(grid, below, known)
    )
    is_sure = is_merged_down or (found >= FEWEST_TICKS and is_next)
    return (titles, _headings(titles, vocabulary)) if found and is_sure else None


def _cells_above(grid: Grid, row: int, columns: Iterable[int]) -> list[tuple[int, str]]:
    """The columns with bare numbers in the row above."""
    cells = grid.rows[row - 1]
    return [(one, number) for one in columns if one < len(cells) and (number := _whole_number(cells[one]))]


def _are_months(named: Sequence[str], cells: Sequence[Any]) -> bool:
    """Whether a row has nothing but bare numbers of months in a row."""
    filled = [column for column, cell in enumerate(cells) if cell != ""]
    return len(filled) >= FEWEST_TICKS and all(named[column] and _whole_number(cells[column]) for column in filled)


def _parts_named(cells: Sequence[Any], *, may_be_wide: bool = False) -> list[str]:
    """The parts of wide headings a row names, also by bare numbers of months or years in a row and by days.

    Those that `may_be_wide` have empty cells behind them.
    """
    lower = list(map(_heading_text, cells))
    days = {column: day for column, cell in enumerate(cells) if (day := _day_shown(cell))}
    if len(days) > 1:
        for column, day in days.items():
            lower[column] = f"Đến {day}"
    numbers = {column: int(text) for column, cell in enumerate(cells) if (text := _whole_number(cell))}
    for (column, number), (beside, other) in pairwise(numbers.items()):
        is_next = column + 1 == beside or (may_be_wide and not any(map(plain_text, cells[column + 1 : beside])))
        if is_next and number + 1 == other and (other <= MONTHS_OF_YEAR or number in YEARS):
            for one, value in ((column, number), (beside, other)):
                lower[one] = f"Năm {value}" if value in YEARS else f"Tháng {value}"
    return lower


def _day_shown(cell: Any) -> str:
    """A day that is all of a cell, as it is written; "" for anything else. The first of a month is how a month is stored."""
    if isinstance(cell, date):
        return "" if cell.day == 1 else f"{cell.day}/{cell.month}/{cell.year}"
    return cell.strip() if isinstance(cell, str) and WHOLE_DAY.fullmatch(cell.strip()) else ""


def _whole_number(cell: Any) -> str:
    """A bare number without its decimals, "" for anything else."""
    if isinstance(cell, bool) or not isinstance(cell, (int, float, str)):
        return ""
    text = plain_text(cell) or ""
    return text if text.isdecimal() and len(text) <= LONGEST_YEAR else ""


def _with_words_below(upper: Titles, cells: Sequence[Any], vocabulary: Vocabulary) -> Titles | None:
    """The headings with the further words of each in the row below: a heading of several lines out of Word; None for other rows."""
    texts, found = list(upper.texts), 0
    for column, cell in enumerate(cells):
        if cell == "":
            continue
        above = texts[column] if isinstance(cell, str) and column < len(texts) else ""
        is_answer = (
            vocabulary.field_of(above) == "status" and vocabulary.status_of(cell) is not None if above else False
        )
        if not above or is_answer or _answers(cell) or vocabulary.field_of(f"{above} {cell}") is None:
            return None
        texts[column], found = f"{above} {cell}", found + 1
    return Titles(texts, upper.over) if found >= FEWEST_TICKS else None


def _answers(text: str) -> bool:
    """Whether a text is an answer rather than some words of a heading: it has a number, or is a sentence."""
    return any(map(str.isdigit, text)) or len(text.split()) > MOST_WORDS_BELOW


def _joined(upper: Titles, lower: Sequence[str], known: set[int], vocabulary: Vocabulary) -> tuple[Titles, int]:
    """Each lower heading with the wide one it parts, and how many are only known together: "Tiến độ (%)" over "Thực hiện".

    A wide heading stands in the first of its columns, whether those are merged or not.
    """
    width = max(len(upper.texts), len(lower))
    ups = [*upper.texts, *[""] * (width - len(upper.texts))]
    lows = [*lower, *[""] * (width - len(lower))]
    overs = [*upper.over, *[""] * (width - len(upper.over))]
    texts, over, parted, wide, wide_over = [], [], 0, "", ""
    for column, (up, low) in enumerate(zip(ups, lows, strict=True)):
        if up or not low:
            wide, wide_over = up, overs[column]
        is_wide = bool(wide and low) and (
            not up or (column + 1 < width and bool(lows[column + 1]) and not ups[column + 1])
        )
        text = low if column in known else up
        if column in known and vocabulary.field_of(low) == "task_text" and vocabulary.field_of(wide) in REPORTED:
            text = wide
        elif (
            column not in known and is_wide and LOOKS_AHEAD.search(fold(low)) and vocabulary.field_of(wide) in REPORTED
        ):
            text = low
            parted += 1
        elif column not in known and is_wide and vocabulary.field_of(f"{wide} {low}") is not None:
            text = f"{wide} {low}"
            parted += 1
        texts.append(text)
        over.append(f"{wide_over} {wide}".strip() if low and text != wide else overs[column])
    return Titles(texts, over), parted


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
    return replace(head, last_row=below, headings=replace(head.headings, ticks=ticks))


def _heading_text(value: Any) -> str:
    """A cell as a heading, "" if it is none; hints in brackets do not make it too long for one."""
    if isinstance(value, date) and value.day == 1:  # what spreadsheet programs make of a typed 11/2024
        return f"Tháng {value.month}/{value.year}"
    text = plain_text(value) if isinstance(value, str) else None
    if text is None or len(text) > LONGEST_HINTS:
        return ""
    return text if text == "%" or 1 < len(BRACKETS.sub("", text)) < LONGEST_HEADING else ""


def _headings(titles: Titles, vocabulary: Vocabulary) -> Headings:
    texts = titles.texts
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
        if name == "progress_pct" and OF_NOTHING_DONE.search(vocabulary.written_out(fold(text))):
            continue
        before = texts[columns[name]] if name in columns else ""
        if name == "progress_pct" and before and _is_less(text, before, vocabulary):
            continue
        if name == "progress_pct" and before and _is_less(before, text, vocabulary):
            columns[name] = column
        elif name and columns.setdefault(name, column) != column:
            (besides if _goes_on(name, texts[columns[name]], text) else twins).setdefault(name, column)
    both = columns.get("difficulty")
    if both is not None and "proposal" not in columns and FOR_PROPOSALS.search(fold(texts[both])):
        columns["proposal"] = both
    for column, text in enumerate(texts):
        other = vocabulary.stands_for(text) if text else None
        if other is not None:
            columns.setdefault(other, column)
    if len(set(ticks.values())) < FEWEST_TICKS:
        ticks = {}
    if ticks and columns.get("status") in ticks:
        del columns["status"]
    return _of_first_table(Headings(columns, twins, ticks, besides))


def _goes_on(name: str, first: str, second: str) -> bool:
    """Whether a second column of a field only tells more: "Lý do" and "Ghi chú", "Tình hình triển khai" and "Kết quả"."""
    one, other = fold(first), fold(second)
    is_told_in_two = name == "result" and not (one.startswith(RESULT) and other.startswith(RESULT))
    return one != other and (is_told_in_two or name in TOLD_IN_TWO)


def _is_less(one: str, other: str, vocabulary: Vocabulary) -> bool:
    """Whether of two headings of a progress the first counts only where the second is not: "Lũy kế" beside "Tiến độ"."""
    return _is_vague(one, vocabulary) and not _is_vague(other, vocabulary)


def _is_vague(heading: str, vocabulary: Vocabulary) -> bool:
    """Whether a heading is the progress only where no other column is: "Lũy kế (%)", "Tiến độ giải ngân (%)"."""
    return VAGUE.search(fold(heading)) is not None or not vocabulary.spells(heading)


def _of_first_table(headings: Headings) -> Headings:
    """The headings without those of a second table beside: from there on both a task and an answer are headed again."""
    again = headings.twins
    if not again or not {"task", "task_text"} & again.keys() or not {*ANSWERS} & again.keys():
        return headings
    first = left_of(headings, min(again.values()))
    return first if first.head_a_table else headings
