"""What looks right cell by cell and is not, seen over a whole sheet: days and months exchanged, columns nobody recognises."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl.utils import coordinate_to_tuple

from commune_reports.findings import FIELD_LABELS, Finding
from commune_reports.period import ReportingPeriod
from commune_reports.reading.cell_values import plain_text, progress
from commune_reports.reading.contents import FEWEST_WORDS, heads_directions, name_own_documents
from commune_reports.reading.tables import ANSWERS, Head, value_at
from commune_reports.reading.tasks import Clerk
from commune_reports.reading.times import EARLIER, LATER, time_of
from commune_reports.reading.vocabulary import months_named
from commune_reports.spelling import fold
from commune_reports.task_report import TaskRow
from commune_reports.workbook import Grid, address

LAST_MONTH, ALL = 12, 100
LONGEST_SIGNING = 31
TWO_NUMBERS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](?:\d{4}|\d{2})")
TELLS_SHARES = re.compile(r"\b(?:thang \d{1,2}|tien do|ty le|muc do|phan tram|hoan thanh|thuc hien|ke hoach|kh)\b")


def days_exchanged(grid: Grid, rows: Sequence[TaskRow], period: ReportingPeriod, clerk: Clerk) -> Iterator[Finding]:
    """Days that only lie in the period with day and month exchanged, where the row's document or the other days say so.

    Excel set to American dates takes 5/11/2024 for 11 May and leaves 25/10/2024 a text.
    """
    exchanged = {row.row: meant for row in rows if (meant := _exchanged(row, period)) is not None}
    if not exchanged:
        return
    told = [(row, value_in(grid, row.cells["completed_on"])) for row in rows if "completed_on" in row.cells]
    texts = (plain_text(value) or "" for _, value in told if isinstance(value, str))
    typed = [found for found in map(TWO_NUMBERS.fullmatch, texts) if found is not None]
    is_american = any(int(one[2]) > LAST_MONTH >= int(one[1]) for one in typed)
    days = [value for _, value in told if isinstance(value, date)]
    are_mixed = any(int(one[1]) > LAST_MONTH for one in typed) and all(day.day <= LAST_MONTH for day in days)
    for row, value in told:
        meant = exchanged.get(row.row)
        if meant is None:
            continue
        is_likely = is_american or (are_mixed and isinstance(value, date))
        if is_likely or any(document.dated == meant for document in row.documents):
            yield clerk.wordings.finding(
                "date_exchanged",
                sheet=grid.name,
                cell=row.cells["completed_on"],
                row=row.row,
                column=FIELD_LABELS["completed_on"],
                task=row.task_code,
                got=f"{row.completed_on:%d/%m/%Y}",
                wanted=f"{meant:%d/%m/%Y}",
            )


def _exchanged(row: TaskRow, period: ReportingPeriod) -> date | None:
    """The day in the period that a day outside of it becomes with day and month exchanged."""
    day = row.completed_on
    if day is None or "completed_on" not in row.cells or row.completed_since != day or day.day > LAST_MONTH:
        return None
    if any(one.dated is not None and 0 <= (day - one.dated).days <= LONGEST_SIGNING for one in row.documents):
        return None  # a document signed then, or shortly before, says that it was that day
    meant = date(day.year, day.day, day.month)
    is_within = period.window_start <= day <= period.window_end
    return meant if not is_within and period.window_start <= meant <= period.window_end else None


def ones_among_fractions(grid: Grid, rows: Sequence[TaskRow]) -> list[TaskRow]:
    """Rows with a 1 that was read as 1 %, where others of the column hold fractions: it may be all of it as well."""
    if not any(row.progress_pct == 1 for row in rows):
        return []
    told = [(row, value_in(grid, row.cells["progress_pct"])) for row in rows if "progress_pct" in row.cells]
    numbers = [value for _, value in told if isinstance(value, (int, float)) and value]
    if not any(value < 1 for value in numbers) or any(value > 1 for value in numbers):
        return []
    return [row for row, value in told if row.progress_pct == 1 and value == 1]


def columns_unread(grid: Grid, heads: Sequence[Head], rows: Sequence[TaskRow], clerk: Clerk) -> Iterator[Finding]:
    """Columns that are not read and may hold what is to be reported.

    Those under a heading nobody knows, where the table has no column for what stands there: documents, shares, what was done; and
    those of difficulties or proposals of another time, or of documents that direct a task, beside a column for them.
    """
    head = heads[0]
    known = {*head.headings.columns.values(), *head.headings.besides.values(), *head.headings.twins.values()}
    known |= head.headings.ticks.keys()
    lacking = [name for name in MEANT_FOR if name not in head.headings.columns]
    lacking_evidence = "evidence" in lacking
    if not rows:
        return
    for column, heading in _headings(grid, head).items():
        if column in known:
            continue
        aside = _told_aside(heading, clerk)
        if aside is None and (not lacking or clerk.vocabulary.field_of(heading) is not None):
            continue
        told = [(row, _at(grid, row.row - 1, column)) for row in rows]
        likely = (
            name for name in lacking if name != "progress_pct" or TELLS_SHARES.search(months_named(fold(heading)))
        )
        if aside is None:
            meant = next((name for name in likely if MEANT_FOR[name](told)), None)
        elif aside == "evidence" and not lacking_evidence:
            # Beside a column for them, only documents of the unit's own are missed.
            meant = aside if name_own_documents(value for _, value in told) else None
        else:
            meant = aside if any(not clerk.vocabulary.says_none(plain_text(value) or "") for _, value in told) else None
        if meant is not None:
            yield clerk.wordings.finding(
                "column_unread",
                sheet=grid.name,
                cell=address(head.last_row, column),
                row=head.last_row + 1,
                got=heading,
                wanted=FIELD_LABELS[meant],
            )


def _told_aside(heading: str, clerk: Clerk) -> str | None:
    """The field of a heading that is known and not read: of remarks of another time, of documents that direct a task."""
    if clerk.vocabulary.field_of(heading) is None:
        return "evidence" if heads_directions(clerk.vocabulary.written_out(fold(heading))) else None
    return clerk.vocabulary.remark_of(heading)


def columns_by_content(grid: Grid, heads: Sequence[Head], clerk: Clerk) -> Iterator[Finding]:
    """Columns under headings nobody knows that are read as what stands in them."""
    told = ((head, name) for head in heads for name in head.headings.by_content)
    for head, name in told:
        column = head.headings.columns[name]
        yield clerk.wordings.finding(
            "column_by_content",
            sheet=grid.name,
            cell=address(head.last_row, column),
            row=head.last_row + 1,
            got=_headings(grid, head).get(column, ""),
            wanted=FIELD_LABELS[name],
        )


def columns_of_other_times(
    grid: Grid, heads: Sequence[Head], period: ReportingPeriod, clerk: Clerk
) -> Iterator[Finding]:
    """Columns that are read although their headings speak of another time than the period: a form of last month, or a slip."""
    head = heads[0]
    headings = _headings(grid, head)
    for name in ANSWERS:
        column = head.headings.columns.get(name, -1)
        time = time_of(headings.get(column, ""), period, clerk.vocabulary, name=name)
        if time is not None and time.kind in (EARLIER, LATER):
            yield clerk.wordings.finding(
                "column_of_other_time",
                sheet=grid.name,
                cell=address(head.last_row, column),
                row=head.last_row + 1,
                got=headings[column],
                wanted=period.label,
            )


def _are_documents(told: Sequence[tuple[TaskRow, Any]]) -> bool:
    """Whether the unit's own documents stand in a column, beside each task others than beside the next."""
    return name_own_documents(value for _, value in told)


def _go_on_with_shares(told: Sequence[tuple[TaskRow, Any]]) -> bool:
    """Whether a percentage stands beside most of the tasks that go on."""
    going_on = [value for row, value in told if row.status == "in_progress"]
    shares = [one for value in going_on if isinstance(one := progress(value, lambda: False), float) and 0 < one <= ALL]
    return len(shares) > 0 and 2 * len(shares) > len(going_on)


def _are_sentences(told: Sequence[tuple[TaskRow, Any]]) -> bool:
    return any(len(fold(value).split()) >= FEWEST_WORDS for _, value in told if isinstance(value, str))


# What a column nobody recognises may have been meant for, where the table has none for it.
MEANT_FOR: Mapping[str, Callable[[Sequence[tuple[TaskRow, Any]]], bool]] = {
    "evidence": _are_documents,
    "progress_pct": _go_on_with_shares,
    "result": _are_sentences,
}


def _headings(grid: Grid, head: Head) -> Mapping[int, str]:
    """The lowest text over each column."""
    return {
        column: text
        for row in grid.rows[head.first_row : head.last_row + 1]
        for column, value in enumerate(row)
        if isinstance(value, str) and (text := plain_text(value)) is not None
    }


def _at(grid: Grid, row: int, column: int) -> Any:
    return value_at(grid, row, column)[1]


def value_in(grid: Grid, cell: str) -> Any:
    """What is seen in a cell by its address."""
    row, column = coordinate_to_tuple(cell)
    return _at(grid, row - 1, column - 1)
