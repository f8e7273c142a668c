"""Tables whose tasks are listed by status: what stands below "II. Nhiệm vụ đang thực hiện" goes on, whatever else it says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.codes import task_coded
from commune_reports.reading.columns import names_task
from commune_reports.reading.sections import Section, section_of
from commune_reports.reading.tables import Head, Headings, Place
from commune_reports.reading.tasks import Clerk
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

LONGEST_HEADING, MOST_CELLS = 90, 2
IN_FRONT = re.compile(r"^(?:phan |muc |nhom )?(?:[ivx]{1,4}|\d{1,2}|[a-e]) ")
WORK = r"(?:nhiem vu|cong viec|dau viec|noi dung|giai phap|chi tieu|cong tac)"
BEFORE = re.compile(rf"(?:(?:cac|nhung|danh muc|danh sach|nhom|so|{WORK}|da duoc|duoc) )+")
COUNTED = re.compile(rf" (?:gom |co |tong so )?\d{{1,3}}(?: \d{{1,3}})?(?: {WORK}(?: {WORK})*)?$")
WHEN = re.compile(
    r" (?:(?:trong|den|tinh den) )?(?:(?:het )?(?:ky(?: nay| bao cao)?|nay|thang \d{1,2}(?: (?:nam )?\d{4})?|"
    r"quy (?:[ivx]+|\d)(?: (?:nam )?\d{4})?|nam \d{4}))$"
)


def by_status(grid: Grid, heads: Sequence[Head], clerk: Clerk) -> tuple[Grid, Sequence[Head]]:
    """The sheet with the status of every task where headings between the tasks, or the title of the table, tell it.

    The status is seen in a column of its own, whose cells are those headings. Where the table has a column for the status,
    the headings only lose the counts behind them, which no sum below is to be taken for.
    """
    groups = dict(_groups(grid, heads, clerk))
    if not groups:
        return grid, heads
    rows = [list(row) for row in grid.rows]
    for (row, column), status in groups.items():
        rows[row][column] = status
    width = max(map(len, rows))
    told = {}
    for number, headings in _lines(grid, heads):
        above = max((place for place in groups if place[0] < number), default=None)
        if above is not None and not headings.has_status and _lists_task(Place(grid, (number,), headings), clerk):
            told[number, width] = above
    if told:
        rows = [[*row, *[""] * (width + 1 - len(row))] for row in rows]
        heads = [
            head
            if head.headings.has_status
            else replace(head, headings=replace(head.headings, columns={**head.headings.columns, "status": width}))
            for head in heads
        ]
    return replace(grid, rows=rows, told_above=told), heads


def _groups(grid: Grid, heads: Sequence[Head], clerk: Clerk) -> Iterator[tuple[tuple[int, int], str]]:
    """The cells that head tasks of one status, with the words for it; those above the table if none stands within."""
    lines = list(_lines(grid, heads))
    within = [
        (place, words)
        for at, (number, headings) in enumerate(lines)
        if (found := _heading(grid, number, clerk)) is not None
        for place, words in [found]
        if place[1] != headings.columns.get("status") and _is_followed(grid, lines[at + 1 :], clerk)
    ]
    if within:
        yield from within
    elif not any(head.headings.has_status for head in heads):
        above = [found for number in range(heads[0].first_row) if (found := _heading(grid, number, clerk)) is not None]
        yield from above[-1:]


def _lines(grid: Grid, heads: Sequence[Head]) -> Iterator[tuple[int, Headings]]:
    """The rows below the headings, with the headings over them."""
    ends = [head.first_row for head in heads[1:]] + [len(grid.rows)]
    for head, end in zip(heads, ends, strict=True):
        yield from ((number, head.headings) for number in range(head.last_row + 1, end))


def _heading(grid: Grid, number: int, clerk: Clerk) -> tuple[tuple[int, int], str] | None:
    """The cell of a row that says nothing but the status of what stands below, and the words for it."""
    texts = [
        (column, text)
        for column, value in enumerate(grid.rows[number])
        if value != "" and (text := plain_text(value)) is not None
    ]
    if not 0 < len(texts) <= MOST_CELLS or len({text for _, text in texts[-1:]}) != 1:
        return None
    column, text = texts[-1]
    if len(text) > LONGEST_HEADING or not isinstance(grid.rows[number][column], str):
        return None
    if len(texts) == MOST_CELLS and not IN_FRONT.fullmatch(f"{fold(texts[0][1])} "):
        return None
    said = IN_FRONT.sub("", fold(text), count=1)
    words = said = WHEN.sub("", COUNTED.sub("", WHEN.sub("", said)))
    if (found := BEFORE.match(f"{said} ")) is not None:
        words = said[found.end() :]
    status = clerk.vocabulary.statuses.get(words)
    is_titled = found is not None or len(texts) == MOST_CELLS or text != words
    return ((number, column), words) if status is not None and is_titled else None


def _is_followed(grid: Grid, lines: Sequence[tuple[int, Headings]], clerk: Clerk) -> bool:
    """Whether a task is the next thing that stands below, but for the titles of its section."""
    section = Section()
    for number, headings in lines:
        place = Place(grid, (number,), headings)
        if not place.texts():
            continue
        if _lists_task(place, clerk):
            return True
        if section_of(grid.rows[number], section, clerk.plan) is None:
            return False
    return False


def _lists_task(place: Place, clerk: Clerk) -> bool:
    """Whether a row lists a task: by its code or text, or by a number and a text that is no title of a section."""
    text = place.text("task_text")
    if task_coded(clerk.plan, place.text("task")) is not None or (text and names_task(text, clerk.plan)):
        return True
    is_numbered = any(map(str.isdigit, place.text("number") + place.text("task")))
    return is_numbered and bool(text) and section_of(place.grid.rows[place.row], Section(), clerk.plan) is None
