"""What stands in the columns decides where their headings leave a choice: periods side by side, texts of the plan, numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import Any

from commune_reports.plan import Plan
from commune_reports.reading.cell_values import Misread, plain_text, progress
from commune_reports.reading.codes import task_coded
from commune_reports.reading.dates import completion_date
from commune_reports.reading.tables import REPORTED, Head, Headings
from commune_reports.reading.vocabulary import Vocabulary, task_texted, task_worded
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

PERIOD = re.compile(r"\b(?:(?:thang|t|tuan(?: thu)?) ?(\d{1,2})|quy (iv|iii|ii|i|[1-4]))\b")
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
MONTHS_OF_YEAR, MONTHS_OF_QUARTER = 12, 3
PLANNED = re.compile(r"\b(?:ke hoach|kh|du kien)\b")
# What a wide heading says of columns that do not tell what was done: "Kế hoạch tháng 12/2024".
LOOKS_AHEAD = re.compile(r"^(?:theo )?(?:ke hoach|kh|du kien|dang ky)\b")
# Headings under which people write a status or what they did, a status or a percentage, a day or when it is due.
NARRATIVE, SHARE = "tinh hinh", "muc do"
DUE = re.compile(r"^thoi (?:gian|diem|han) (?:thuc hien )?(?:hoan thanh|ket thuc)")
DONE = re.compile(r"\b(?:thuc hien|trien khai)\b")
ACTUAL = re.compile(r"\bthuc te\b")
UNFINISHED = ("in_progress", "not_started")
FEWEST_WORDS, SHORTEST_TASK, LONGEST_LABEL, FEWEST_DUE, FEWEST_NAMED, FEWEST_ALIKE = 4, 12, 12, 2, 2, 6
MOST_ROWS, FIRST_ROWS = 400, 4


@dataclass(frozen=True)
class Titles:
    """What heads each column, and what a wider heading says over it."""

    texts: Sequence[str]
    over: Sequence[str]

    def whole(self, column: int) -> str:
        """All that is said over a column."""
        return f"{self.over[column]} {self.texts[column]}".strip()


def with_column_of_tasks(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary, plan: Plan) -> Head:
    """The heading with the column in which the plan's tasks stand, whatever is written over it."""
    headings = head.headings
    if not headings.has_status and "progress_pct" not in headings.columns:
        return head
    before = headings.columns.get("task_text")
    if len(headings.columns) < FEWEST_NAMED or (before is not None and _holds(grid, head, before, plan)):
        return head
    heading_rows = grid.rows[head.first_row : head.last_row + 1]
    if any(isinstance(cell, str) and names_task(cell, plan) for row in heading_rows for cell in row):
        return head
    taken = {*headings.columns.values(), *headings.besides.values(), *headings.ticks}
    width = max((len(row) for row in grid.rows[head.last_row + 1 : head.last_row + FIRST_ROWS]), default=0)
    for column in range(width):
        text = titles.texts[column] if column < len(titles.texts) else ""
        is_open = column not in taken and (not text or vocabulary.field_of(text) in (None, "task_text"))
        if is_open and _holds(grid, head, column, plan):
            columns = {**headings.columns, "task_text": column}
            if before is not None:
                columns.setdefault(_name_of(grid, head, before, titles), before)
            twins = {name: one for name, one in headings.twins.items() if name != "task_text"}
            return replace(head, headings=replace(headings, columns=columns, twins=twins))
    return head


def _name_of(grid: Grid, head: Head, column: int, titles: Titles) -> str:
    """What a column is that was headed as the tasks and holds none of them: numbers, codes, what was done, groups."""
    texts = list(_texts(grid, head, column))
    if all(text.strip(".)").isdecimal() for text in texts):
        return "number"
    if all(len(text) <= LONGEST_LABEL for text in texts):
        return "task"
    return "result" if DONE.search(fold(titles.texts[column])) else "indicator"


def counts_tasks(grid: Grid, head: Head) -> bool:
    """Whether several numbers stand in most rows under the headings of statuses: how many tasks there are of each."""
    ticks = head.headings.ticks
    if len(ticks) < FEWEST_NAMED:
        return False
    table = takewhile(lambda row: any(map(plain_text, row)), grid.rows[head.last_row + 1 : head.last_row + MOST_ROWS])
    filled = [[row[column] for column in ticks if column < len(row) and row[column] != ""] for row in table]
    numbers = (values for values in filled if all(isinstance(value, (int, float)) for value in values))
    counts = len([values for values in numbers if len(values) > 1 and sum(values) > 1])  # a 1 among zeros is a tick
    return counts > 0 and 2 * counts > sum(map(bool, filled))


def settled(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary, plan: Plan) -> Head:
    """The heading after a look at what stands below it."""
    if head.headings.twins or head.headings.besides or len(head.headings.ticks) > 1:
        head = _without_a_table_beside(grid, head, titles)
        head = _with_the_latest_period(grid, head, titles, vocabulary)
    head = _with_values_beside(grid, head, titles)
    head = _with_numbers(grid, head, titles, vocabulary)
    head = _with_results_headed_as_tasks(grid, head, titles, plan)
    head = _without_the_plans_products(grid, head, plan)
    head = _with_statuses(grid, head, titles, vocabulary)
    return _without_deadlines(grid, head, titles, vocabulary)


def _with_values_beside(grid: Grid, head: Head, titles: Titles) -> Head:
    """The heading where all that stands below a heading over two columns stands in the second of them."""
    columns = dict(head.headings.columns)
    last = max((column for column, text in enumerate(titles.texts) if text), default=0)
    for name, column in columns.items():
        beside = column + 1
        is_titled = beside < len(titles.texts) and bool(titles.whole(beside))
        if is_titled or (beside > last and not _is_merged_over(grid, head, column)):
            continue
        if not _is_told(grid, head, column) and _is_told(grid, head, beside):
            columns[name] = beside
    return head if columns == head.headings.columns else replace(head, headings=replace(head.headings, columns=columns))


def _is_merged_over(grid: Grid, head: Head, column: int) -> bool:
    """Whether a heading is merged over its column and the next."""
    return any(
        top <= head.last_row and head.first_row <= bottom and left <= column < right
        for (top, left), (bottom, right) in grid.merged
    )


def _without_a_table_beside(grid: Grid, head: Head, titles: Titles) -> Head:
    """The heading without what only repeats it behind an empty column: the counts of a summary."""
    headings = head.headings
    if not headings.twins:
        return head
    last = max(headings.columns.values())
    table = list(takewhile(lambda row: any(map(plain_text, row)), grid.rows[head.first_row :]))
    for gap in range(last + 1, min(headings.twins.values())):
        if any(gap < len(row) and plain_text(row[gap]) is not None for row in table):
            continue
        ticks = {column: status for column, status in headings.ticks.items() if column < gap}
        return replace(head, headings=replace(headings, twins={}, ticks=ticks))
    return head


def _with_the_latest_period(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
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
            twins = {one: column for one, column in twins.items() if one != name}
            if len(left) > 1:
                twins[name] = left[1]
    named = [(column, periods[column] or 0) for some in (*dated.values(), ticks) for column in some]
    order = _latest_first([period for _, period in named])
    told = next((one for one in order if any(_is_told(grid, head, c) for c, period in named if period == one)), None)
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
    is_planned = any(PLANNED.search(fold(titles.texts[column])) for column in columns)
    return len(columns) > 1 and None not in told and len(told) == len(columns) and not is_planned


def _period(heading: str) -> int | None:
    """The last month of the period a heading names, None if it names none."""
    found = PERIOD.findall(fold(heading))
    if not found:
        return None
    month, quarter = found[-1]
    return int(month) if month else MONTHS_OF_QUARTER * (QUARTERS.get(quarter) or int(quarter))


def _latest_first(months: Sequence[int]) -> list[int]:
    """Months from the latest back; after December comes January, so the latest is the one least far from all others."""
    known = sorted(set(months), reverse=True)
    if not known:
        return []
    latest = min(known, key=lambda one: max((one - other) % MONTHS_OF_YEAR for other in known))
    return sorted(known, key=lambda one: (latest - one) % MONTHS_OF_YEAR)


def _with_numbers(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    """The heading with the progress where numbers stand: a column headed "Tiến độ" may tell when a task is to be done."""
    columns, twins = head.headings.columns, head.headings.twins
    first = columns.get("progress_pct")
    second = None if first is None else twins.get("progress_pct", _other_percentage(first, titles, vocabulary))
    if first is None or second is None:
        return head
    numbers = _numbers(grid, head, first)
    if numbers > 1 or numbers >= _numbers(grid, head, second):  # one may be the number of the column
        return head
    turned = replace(head.headings, columns={**columns, "progress_pct": second}, twins={**twins, "progress_pct": first})
    return replace(head, headings=turned)


def _other_percentage(first: int, titles: Titles, vocabulary: Vocabulary) -> int | None:
    """The column headed as a percentage in less usual words than a "Tiến độ" that says nothing of one."""
    if "%" in titles.texts[first]:
        return None
    others = (column for column, text in enumerate(titles.texts) if "%" in text and not titles.over[column])
    return next((one for one in others if vocabulary.field_of(titles.texts[one]) == "progress_pct"), None)


def _with_results_headed_as_tasks(grid: Grid, head: Head, titles: Titles, plan: Plan) -> Head:
    """The heading with the result in a "Nội dung thực hiện" beside the codes that holds other words than those of the tasks."""
    columns = head.headings.columns
    codes, texts = columns.get("task"), columns.get("task_text")
    if codes is None or texts is None or "result" in columns or not DONE.search(fold(titles.texts[texts])):
        return head
    rows = (row for row in grid.rows[head.last_row + 1 : head.last_row + MOST_ROWS] if max(codes, texts) < len(row))
    told = ((task_coded(plan, plain_text(row[codes]) or ""), plain_text(row[texts])) for row in rows)
    named = list(islice(((code, text) for code, text in told if code and text), FIRST_ROWS))
    found = [task_texted(plan, text, [code]) or task_texted(plan, text, may_be_short=True) for code, text in named]
    own = sum(match is not None and match.code == code for match, (code, _) in zip(found, named, strict=True))
    if 2 * own >= len(named):
        return head
    turned = {name: column for name, column in columns.items() if name != "task_text"}
    return replace(head, headings=replace(head.headings, columns={**turned, "result": texts}))


def _without_the_plans_products(grid: Grid, head: Head, plan: Plan) -> Head:
    """The heading without a second "Kết quả" that only tells what the plan wants as one, or the same few words in most rows."""
    columns, twins, besides = head.headings.columns, head.headings.twins, head.headings.besides
    second = twins.get("result", besides.get("result"))
    if second is None:
        return head
    products = [frozenset(fold(task.product_text).split()) for task in plan.tasks.values()]
    told = {column: list(map(fold, _texts(grid, head, column))) for column in (columns["result"], second)}
    left = [column for column, texts in told.items() if not _tell_products(texts, products)]
    if len(left) != 1:
        left = [column for column, texts in told.items() if not _say_the_same(texts)]
    if len(left) != 1:
        return head
    twins, besides = ({name: one for name, one in some.items() if name != "result"} for some in (twins, besides))
    return replace(
        head, headings=replace(head.headings, columns={**columns, "result": left[0]}, twins=twins, besides=besides)
    )


def _tell_products(texts: Sequence[str], products: Sequence[frozenset[str]]) -> bool:
    """Whether every text is words of a product the plan wants: "Báo cáo kết quả"."""
    return bool(texts) and all(any(product.issuperset(text.split()) for product in products) for text in set(texts))


def _say_the_same(texts: Sequence[str]) -> bool:
    return len(texts) >= FEWEST_ALIKE and 3 * len(set(texts)) <= len(texts)


def _with_statuses(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    """The heading with the status where statuses stand: "Tình hình" may tell what was done, "Mức độ" and "Tiến độ" either."""
    if not head.headings.has_status:
        return _with_statuses_headed_as_progress(grid, head, titles, vocabulary)
    pair = [place["status"] for place in (head.headings.columns, head.headings.twins) if "status" in place]
    said = next((one for one in pair if any(word in fold(titles.texts[one]) for word in (NARRATIVE, SHARE))), None)
    if said is None or _statuses(grid, head, said, vocabulary):
        return head
    is_share = SHARE in fold(titles.texts[said])
    headings = (_with_share if is_share else _with_narrative)(grid, head, said)
    if headings is None:
        return head
    columns = dict(headings.columns)
    others = [one for one in pair if one != said]
    left = head.headings.columns.get("progress_pct")
    if others:
        columns["status"] = others[0]
    elif is_share and left is not None and _statuses(grid, head, left, vocabulary):
        columns["status"] = left
    else:
        del columns["status"]
    twins = {name: column for name, column in headings.twins.items() if name != "status"}
    return replace(head, headings=replace(headings, columns=columns, twins=twins))


def _with_statuses_headed_as_progress(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    columns, twins = dict(head.headings.columns), dict(head.headings.twins)
    for place in (columns, twins):
        column = place.get("progress_pct")
        if column is None or "%" in titles.texts[column] or _numbers(grid, head, column):
            continue
        if _statuses(grid, head, column, vocabulary):
            columns["status"] = place.pop("progress_pct")
            if place is columns and "progress_pct" in twins:
                columns["progress_pct"] = twins.pop("progress_pct")
            return replace(head, headings=replace(head.headings, columns=columns, twins=twins))
    return head


def _with_share(grid: Grid, head: Head, column: int) -> Headings | None:
    """The headings with the progress in a "Mức độ" that holds only numbers; None where it does not, or another column does."""
    headings, texts = head.headings, list(_texts(grid, head, column))
    told = headings.columns.get("progress_pct")
    if not texts or _numbers(grid, head, column) < len(texts) or (told is not None and _numbers(grid, head, told)):
        return None
    return replace(headings, columns={**headings.columns, "progress_pct": column})


def _with_narrative(grid: Grid, head: Head, column: int) -> Headings | None:
    """The headings with a result in a "Tình hình" that tells in words what was done; None where it does not."""
    headings = head.headings
    if not any(len(text.split()) >= FEWEST_WORDS for text in _texts(grid, head, column)):
        return None
    if "result" in headings.columns:
        return replace(headings, besides={"result": column, **headings.besides})
    return replace(headings, columns={**headings.columns, "result": column})


def _without_deadlines(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    """The heading without a "Thời gian hoàn thành" that tells when the tasks are due: most stand beside unfinished ones."""
    columns = head.headings.columns
    column, status = columns.get("completed_on"), columns.get("status")
    words = "" if column is None else fold(titles.texts[column])
    if column is None or not DUE.search(words) or ACTUAL.search(words):
        return head
    filled = due = 0
    for row in grid.rows[head.last_row + 1 :]:
        text = plain_text(row[column]) if column < len(row) else None
        if text is None:
            continue
        beside = plain_text(row[status]) if status is not None and status < len(row) else None
        is_word = isinstance(completion_date(row[column]), Misread) and not any(map(str.isdigit, text))
        filled += 1
        due += is_word or (beside is not None and vocabulary.status_of(beside) in UNFINISHED)
    if due < FEWEST_DUE or 2 * due <= filled:
        return head
    left = {name: one for name, one in columns.items() if name != "completed_on"}
    return replace(head, headings=replace(head.headings, columns=left))


def names_task(text: str, plan: Plan) -> bool:
    """Whether a cell is a task's own text or code."""
    return task_worded(plan, text) is not None or task_coded(plan, text) is not None


def _below(grid: Grid, head: Head, column: int) -> Iterator[Any]:
    """What stands in a column below the heading."""
    rows = grid.rows[head.last_row + 1 : head.last_row + MOST_ROWS]
    return (row[column] for row in rows if column < len(row) and row[column] != "")


def _is_told(grid: Grid, head: Head, column: int) -> bool:
    return any(plain_text(value) is not None for value in _below(grid, head, column))


def _texts(grid: Grid, head: Head, column: int) -> Iterator[str]:
    return filter(None, map(plain_text, _below(grid, head, column)))


def _statuses(grid: Grid, head: Head, column: int, vocabulary: Vocabulary) -> int:
    """How many statuses stand in a column."""
    return sum(vocabulary.status_of(text) is not None for text in _texts(grid, head, column))


def _numbers(grid: Grid, head: Head, column: int) -> int:
    """How many percentages stand in a column."""
    return sum(isinstance(progress(value, lambda: True), float) for value in _below(grid, head, column))


def _holds(grid: Grid, head: Head, column: int, plan: Plan) -> bool:
    return any(
        isinstance(value, str) and len(value) >= SHORTEST_TASK and task_worded(plan, value) is not None
        for value in _below(grid, head, column)
    )
