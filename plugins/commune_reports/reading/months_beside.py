"""Columns for several months beside each other, or for one month beside all of them: which of them tells how far a task is."""

import re
from collections.abc import Sequence
from dataclasses import replace

from commune_reports.reading.cell_values import Misread, progress
from commune_reports.reading.dates import QUARTERS
from commune_reports.reading.tables import REPORTED, Head, without
from commune_reports.reading.times import LOOKS_AHEAD, MONTHS_OF_QUARTER, MONTHS_OF_YEAR, YEAR, is_hoped_for
from commune_reports.reading.titles import Titles, below, is_told
from commune_reports.reading.vocabulary import Vocabulary, months_named
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

PERIOD = re.compile(r"\b(?:(?:thang|t|tuan(?: thu)?) ?(\d{1,2})|quy (iv|iii|ii|i|[1-4]))\b")
# "Đến 14/11 (%)"; the share of one month only, and beside it how far the task is by now.
UNTIL = re.compile(r"\bden (?:het )?(?:ngay )?(\d{1,2}) (\d{1,2})\b")
IN_ALL = re.compile(
    r"\b(?:luy ke|cong don|tu dau nam|ke hoach nam|\d{1,2} thang(?! \d)|cuoi (?:ky|thang|quy)|den (?:het ky|nay))\b"
)
OF_ONE_PERIOD = re.compile(r"\b(?:thang|ky|quy|tuan)\b")
FIRST_MONTHS, LAST_MONTHS = (1, 2), (10, 11, 12)
PLANNED = re.compile(r"\b(?:ke hoach|kh|du kien)\b")
LARGEST_SHARE, LAST_DAY = 100, ("31", "12")


def with_the_latest_period(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    """The heading with the latest of several months or quarters in which anything stands; the others were reported before."""
    headings = head.headings
    alike: dict[str, list[int]] = {}
    for column, text in enumerate(titles.texts):
        name = vocabulary.field_of(text) if text and column not in headings.ticks else None
        if name in REPORTED:
            alike.setdefault(name, []).append(column)
    done = {name: _not_ahead(columns, titles, vocabulary) for name, columns in alike.items() if len(columns) > 1}
    periods = {column: _period(titles.whole(column)) for columns in done.values() for column in columns}
    periods |= {column: _period(titles.whole(column)) for column in headings.ticks}
    dated = {name: columns for name, columns in done.items() if _tell_periods_apart(columns, periods, titles)}
    ticks = headings.ticks
    if not all(periods[column] is not None for column in ticks):
        ticks = {}
    columns, twins, besides = dict(headings.columns), dict(headings.twins), dict(headings.besides)
    for name, left in done.items():
        if len(left) < len(alike[name]) and (len(left) == 1 or columns[name] not in left):
            columns[name] = left[0]
            twins = without(twins, name)
            if len(left) > 1:
                twins[name] = left[1]
    named = [(column, periods[column] or 0) for some in (*dated.values(), ticks) for column in some]
    order = _latest_first([period for _, period in named])
    told = next((one for one in order if any(is_told(grid, head, c) for c, period in named if period == one)), None)
    if told is None:
        return replace(head, headings=replace(headings, columns=columns, twins=twins))
    for name, some in dated.items():
        by_period = {periods[column] or 0: column for column in some}
        columns[name] = next((by_period[one] for one in order[order.index(told) :] if one in by_period), some[-1])
        twins.pop(name, None)
        besides.pop(name, None)
    kept = {
        column: status for column, status in headings.ticks.items() if column not in ticks or periods[column] == told
    }
    return replace(head, headings=replace(headings, columns=columns, twins=twins, ticks=kept, besides=besides))


def with_progress_in_all(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    """The heading with the "Lũy kế" or "Cuối kỳ" beside the share of one month, where shares stand in it."""
    columns, twins = head.headings.columns, head.headings.twins
    first, second = columns.get("progress_pct"), twins.get("progress_pct")
    if first is None:
        return head
    shares = [
        column
        for column, text in enumerate(titles.texts)
        if text and column not in head.headings.ticks and vocabulary.field_of(text) in ("progress_pct", None)
    ]
    in_all = [
        one
        for one in shares
        if _is_in_all(one, titles, vocabulary)
        and not is_hoped_for(titles.whole(one), vocabulary)
        and _are_shares(grid, head, one, beside=first)
    ]
    if first not in in_all:
        if not in_all or _is_in_all(first, titles, vocabulary) is not False:
            return head
        first = in_all[0]
    elif second is None:
        return head
    if second is not None and (second == first or _is_in_all(second, titles, vocabulary) is False):
        twins = without(twins, "progress_pct")
    return replace(head, headings=replace(head.headings, columns={**columns, "progress_pct": first}, twins=twins))


def _is_in_all(column: int, titles: Titles, vocabulary: Vocabulary) -> bool | None:
    """Whether a share tells how far the task is by now (True), or what one period brought (False); None where nobody can tell."""
    for words in (titles.texts[column], titles.over[column]):
        said = vocabulary.written_out(months_named(fold(words)))
        if IN_ALL.search(said):
            return True
        if OF_ONE_PERIOD.search(said):
            return False
    return None


def _are_shares(grid: Grid, head: Head, column: int, *, beside: int) -> bool:
    """Whether most of a column are shares, and no fewer stand there than in the other column."""
    told = [progress(value, lambda: False) for value in below(grid, head, column)]
    fractions = sum(isinstance(one, Misread) and one.code == "progress_ambiguous" for one in told)
    shares = fractions + sum(isinstance(one, float) and one <= LARGEST_SHARE for one in told)
    return 2 * shares > len(told) and len(told) >= sum(1 for _ in below(grid, head, beside))


def _not_ahead(columns: Sequence[int], titles: Titles, vocabulary: Vocabulary) -> list[int]:
    """The columns of one field that do not stand under a plan or another period; all if none is left."""
    left = [
        column
        for column in columns
        if not LOOKS_AHEAD.search(fold(titles.over[column])) and vocabulary.field_of(titles.over[column]) != ""
    ]
    return left or list(columns)


def _tell_periods_apart(columns: Sequence[int], periods: dict[int, int | None], titles: Titles) -> bool:
    told = {periods[column] for column in columns}
    if len({year for column in columns for year in YEAR.findall(fold(titles.whole(column)))}) > 1:
        return False
    is_planned = any(PLANNED.search(fold(titles.texts[column])) for column in columns)
    return len(columns) > 1 and None not in told and len(told) == len(columns) and not is_planned


def _period(heading: str) -> int | None:
    """The last month of the period a heading names, None if it names none."""
    said = months_named(fold(heading))
    if until := UNTIL.search(said):
        return None if until.groups() == LAST_DAY else int(until[2])
    found = PERIOD.findall(said)
    if not found:
        return None
    month, quarter = found[-1]
    return int(month) if month else MONTHS_OF_QUARTER * QUARTERS[quarter]


def _latest_first(months: Sequence[int]) -> list[int]:
    """Months from the latest back; beside the last months of a year, its first are those of the next."""
    known = set(months)
    turns = known <= {*FIRST_MONTHS, *LAST_MONTHS} and MONTHS_OF_YEAR in known
    return sorted(known, key=lambda one: one + MONTHS_OF_YEAR * (turns and one in FIRST_MONTHS), reverse=True)
