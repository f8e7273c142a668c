"""What stands in the columns decides where their headings leave a choice: texts of the plan, numbers, statuses, days."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, takewhile

from commune_reports.plan import Plan
from commune_reports.reading.cell_values import Misread, plain_text, progress
from commune_reports.reading.codes import task_coded
from commune_reports.reading.contents import (
    Beside,
    beside_statuses,
    told_in,
    with_columns_by_content,
    with_parts_by_content,
)
from commune_reports.reading.dates import Span, completion_date
from commune_reports.reading.months_beside import with_progress_in_all, with_the_latest_period
from commune_reports.reading.tables import ANSWERS, UNFINISHED, Head, Headings, left_of, without
from commune_reports.reading.titles import MOST_ROWS, Titles, below, is_told, texts_below
from commune_reports.reading.vocabulary import Vocabulary, task_texted, task_worded
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

# Headings under which people write a status or what they did, a status or a percentage, a day or when it is due.
NARRATIVE, SHARE = "tinh hinh", "muc do"
DUE = re.compile(r"^thoi (?:gian|diem|han) (?:thuc hien )?(?:hoan thanh|ket thuc)|\bdu kien\b")
DONE = re.compile(r"\b(?:thuc hien|trien khai)\b")
# What heads the tasks left of their statuses, and what was done right of them.
CONTENT = "noi dung"
ACTUAL = re.compile(r"\bthuc te\b")
FEWEST_WORDS, SHORTEST_TASK, LONGEST_LABEL, FEWEST_DUE, FEWEST_NAMED, FEWEST_ALIKE = 4, 12, 12, 2, 2, 6
FIRST_ROWS, MOST_TASKS = 4, 33
# Tasks are due in the middle or at the end of a month.
MIDDLE, LAST_DAYS = 15, 28


def with_column_of_tasks(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary, plan: Plan) -> Head:
    """The heading with the column in which the plan's tasks stand, whatever is written over it."""
    headings = head.headings
    if not headings.has_status and "progress_pct" not in headings.columns:
        return head
    is_unnamed = not {"task", "task_text"} & headings.columns.keys()
    if is_unnamed and (coded := _column_of_codes(grid, head, titles, plan)) is not None:
        columns = {name: column for name, column in headings.columns.items() if column != coded}
        return replace(head, headings=replace(headings, columns={**columns, "task": coded}))
    before = headings.columns.get("task_text")
    if len(headings.columns) < FEWEST_NAMED or (before is not None and _holds(grid, head, before, plan)):
        return head
    heading_rows = grid.rows[head.first_row : head.last_row + 1]
    if any(isinstance(cell, str) and names_task(cell, plan) for row in heading_rows for cell in row):
        return head
    result = headings.columns.get("result")
    if not {"task", "task_text"} & headings.columns.keys() and result is not None and _holds(grid, head, result, plan):
        return _with_tasks_headed_as_results(head)
    taken = {*headings.columns.values(), *headings.besides.values(), *headings.ticks}
    width = max((len(row) for row in grid.rows[head.last_row + 1 : head.last_row + FIRST_ROWS]), default=0)
    for column in range(width):
        text = titles.texts[column] if column < len(titles.texts) else ""
        is_open = column not in taken and (not text or vocabulary.field_of(text) in (None, "task_text"))
        if is_open and _holds(grid, head, column, plan):
            columns = {**headings.columns, "task_text": column}
            if before is not None:
                columns.setdefault(_name_of(grid, head, before, titles), before)
            twins = without(headings.twins, "task_text")
            return replace(head, headings=replace(headings, columns=columns, twins=twins))
    return head


def _column_of_codes(grid: Grid, head: Head, titles: Titles, plan: Plan) -> int | None:
    """The column of the numbers, or the first one without a heading, where the codes of tasks stand in it."""
    number = head.headings.columns.get("number")
    bare = (column for column, text in enumerate(titles.texts) if not text)
    column = number if number is not None else next(bare, None)
    if column is None:
        return None
    codes = [value for value in below(grid, head, column) if isinstance(value, str) and task_coded(plan, value)]
    return column if len(codes) >= FEWEST_NAMED else None


def without_second_tasks(grid: Grid, head: Head, plan: Plan) -> Head:
    """The heading up to a second column of tasks, whatever is written over it, that answers of its own follow."""
    headings = head.headings
    again = [column for name, column in headings.twins.items() if name in ANSWERS]
    first = [headings.columns[name] for name in ANSWERS if name in headings.columns]
    if not again or "task_text" not in headings.columns:
        return head
    start = next((one for one in range(min(first) + 1, min(again)) if _holds(grid, head, one, plan)), None)
    if start is None:
        return head
    behind = {name for some in (headings.columns, headings.twins) for name, one in some.items() if one >= start}
    if behind.issuperset(ANSWERS) and sum(one < start for one in first) == 1:
        return head  # what stands left of the tasks is asked about: only what is right of them reports on them
    left = left_of(headings, start)
    return replace(head, headings=left) if left.head_a_table else head


def _with_tasks_headed_as_results(head: Head) -> Head:
    """The heading with the tasks in its "Nội dung triển khai", and what was done in a second column of the kind."""
    headings = head.headings
    columns = {**without(headings.columns, "result"), "task_text": headings.columns["result"]}
    others = {**headings.twins, **headings.besides}
    if "result" in others:
        columns["result"] = others["result"]
    twins, besides = (without(some, "result") for some in (headings.twins, headings.besides))
    return replace(head, headings=replace(headings, columns=columns, twins=twins, besides=besides))


def _name_of(grid: Grid, head: Head, column: int, titles: Titles) -> str:
    """What a column is that was headed as the tasks and holds none of them: numbers, codes, what was done, groups."""
    texts = list(texts_below(grid, head, column))
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
    numbers = [values for values in filled if all(isinstance(value, (int, float)) for value in values)]
    counts = len([values for values in numbers if len(values) > 1 and sum(values) > 1])  # a 1 among zeros is a tick
    if all(len(values) - values.count(0) <= 1 for values in numbers) and any(
        sum(values) > MOST_TASKS for values in numbers
    ):
        return False  # one number in each row, too large to count tasks: shares among zeros
    return counts > 0 and 2 * counts > sum(map(bool, filled))


def settled(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary, plan: Plan) -> Head:
    """The heading after a look at what stands below it."""
    if head.headings.twins or head.headings.besides:
        head = with_parts_by_content(grid, head, titles, vocabulary)
    if head.headings.twins or head.headings.besides or len(head.headings.ticks) > 1:
        head = _without_a_table_beside(grid, head, titles)
        head = with_the_latest_period(grid, head, titles, vocabulary)
    head = with_progress_in_all(grid, head, titles, vocabulary)
    head = _with_values_beside(grid, head, titles)
    head = _with_numbers(grid, head, titles, vocabulary)
    head = _with_statuses_headed_as_results(grid, head, vocabulary)
    head = _with_results_headed_as_tasks(grid, head, titles, vocabulary, plan)
    head = _without_the_plans_products(grid, head, plan)
    head = _with_statuses(grid, head, titles, vocabulary)
    head = _with_days_headed_as_status(grid, head, titles, vocabulary)
    head = _without_deadlines(grid, head, titles, vocabulary)
    return with_columns_by_content(grid, head, titles, vocabulary)


def _with_values_beside(grid: Grid, head: Head, titles: Titles) -> Head:
    """The heading where all that stands below a heading over two columns stands in the second of them."""
    columns = dict(head.headings.columns)
    last = max((column for column, text in enumerate(titles.texts) if text), default=0)
    for name, column in columns.items():
        beside = column + 1
        is_titled = beside < len(titles.texts) and bool(titles.whole(beside))
        if is_titled or (beside > last and not _is_merged_over(grid, head, column)):
            continue
        if not is_told(grid, head, column) and is_told(grid, head, beside):
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


def _with_results_headed_as_tasks(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary, plan: Plan) -> Head:
    """The heading with the result in a "Nội dung thực hiện" beside the codes that holds other words than those of the tasks."""
    columns, twins = head.headings.columns, head.headings.twins
    second = twins.get("task_text")
    if second is not None and "result" not in columns:
        answers = [columns[name] for name in ("status", "progress_pct") if name in columns]
        tells = DONE.search(fold(titles.texts[second])) or (
            fold(titles.texts[second]) == CONTENT
            and any(column < second for column in answers)
            and told_in(grid, head, second, vocabulary) == "result"
        )
        if not tells or _holds(grid, head, second, plan):
            return head
        twins = without(twins, "task_text")
        return replace(head, headings=replace(head.headings, columns={**columns, "result": second}, twins=twins))
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
    turned = without(columns, "task_text")
    return replace(head, headings=replace(head.headings, columns={**turned, "result": texts}))


def _without_the_plans_products(grid: Grid, head: Head, plan: Plan) -> Head:
    """The heading without a second "Kết quả" that only tells what the plan wants as one, or the same few words in most rows."""
    columns, twins, besides = head.headings.columns, head.headings.twins, head.headings.besides
    second = twins.get("result", besides.get("result"))
    if second is None:
        return head
    products = [frozenset(fold(task.product_text).split()) for task in plan.tasks.values()]
    told = {column: list(map(fold, texts_below(grid, head, column))) for column in (columns["result"], second)}
    left = [column for column, texts in told.items() if not _tell_products(texts, products)]
    if len(left) != 1:
        left = [column for column, texts in told.items() if not _say_the_same(texts)]
    if len(left) != 1:
        return head
    twins, besides = (without(some, "result") for some in (twins, besides))
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
    twins = without(headings.twins, "status")
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


def _with_statuses_headed_as_results(grid: Grid, head: Head, vocabulary: Vocabulary) -> Head:
    """The heading with the status in a "Kết quả" that holds nothing but statuses; what was done stands elsewhere then."""
    headings = head.headings
    column = headings.columns.get("result")
    if headings.has_status or column is None:
        return head
    texts = list(texts_below(grid, head, column))
    if not texts or _statuses(grid, head, column, vocabulary) < len(texts):
        return head
    columns, besides, twins = {**headings.columns, "status": column}, dict(headings.besides), dict(headings.twins)
    del columns["result"]
    for others in (besides, twins):
        if "result" in others and "result" not in columns:
            columns["result"] = others.pop("result")
    return replace(head, headings=replace(headings, columns=columns, besides=besides, twins=twins))


def _with_share(grid: Grid, head: Head, column: int) -> Headings | None:
    """The headings with the progress in a "Mức độ" that holds only numbers; None where it does not, or another column does."""
    headings, texts = head.headings, list(texts_below(grid, head, column))
    told = headings.columns.get("progress_pct")
    if not texts or _numbers(grid, head, column) < len(texts) or (told is not None and _numbers(grid, head, told)):
        return None
    return replace(headings, columns={**headings.columns, "progress_pct": column})


def _with_narrative(grid: Grid, head: Head, column: int) -> Headings | None:
    """The headings with a result in a "Tình hình" that tells in words what was done; None where it does not."""
    headings = head.headings
    if not any(len(text.split()) >= FEWEST_WORDS for text in texts_below(grid, head, column)):
        return None
    if "result" in headings.columns:
        return replace(headings, besides={"result": column, **headings.besides})
    return replace(headings, columns={**headings.columns, "result": column})


def _without_deadlines(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    """The heading without a "Thời gian hoàn thành" that tells when the tasks are due.

    So it is beside a column headed as the day a task was done, and where most of it stands beside unfinished tasks. It is kept,
    with `days_may_be_due`, where the days beside tasks that are done are such as nobody sets a task, or its heading names both.
    """
    columns, twins = head.headings.columns, head.headings.twins
    pair = [place["completed_on"] for place in (columns, twins) if "completed_on" in place]
    due = [one for one in pair if heads_deadlines(titles.texts[one])]
    if not due:
        return head
    others = [one for one in pair if one not in due and is_told(grid, head, one)]
    if not others:
        told = beside_statuses(grid, head, due[0], vocabulary)
        says_both = "du kien" in fold(titles.texts[due[0]])
        if not says_both and not _tell_deadlines(told):
            return head
        if says_both or _tell_days_done(told):
            return replace(head, headings=replace(head.headings, days_may_be_due=True))
    columns, twins = (without(some, "completed_on") for some in (columns, twins))
    if others:
        columns["completed_on"] = others[0]
    return replace(head, headings=replace(head.headings, columns=columns, twins=twins))


def _with_days_headed_as_status(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    """The heading with the day in a "Hoàn thành" beside the status that holds nothing but days."""
    columns = head.headings.columns
    if "completed_on" in columns or "status" not in columns:
        return head
    for column, text in enumerate(titles.texts):
        if not text or column in columns.values() or vocabulary.ticked_by(text) != "completed":
            continue
        days = [day for value in below(grid, head, column) if (day := completion_date(value)) is not None]
        if days and all(isinstance(day, Span) for day in days):
            return replace(head, headings=replace(head.headings, columns={**columns, "completed_on": column}))
    return head


def heads_deadlines(heading: str) -> bool:
    """Whether a heading of days says when tasks are due."""
    words = fold(heading)
    return DUE.search(words) is not None and ACTUAL.search(words) is None


def _tell_days_done(told: Sequence[Beside]) -> bool:
    """Whether most days beside tasks that are done are no ends of a month, to which tasks are due."""
    days = [day.first.day for status, day, _ in told if status == "completed" and isinstance(day, Span) and day.is_day]
    return 2 * sum(day < LAST_DAYS and day != MIDDLE for day in days) > len(days)


def _tell_deadlines(told: Sequence[Beside]) -> bool:
    """Whether most of a column of days stands beside unfinished tasks, or is words."""
    due = sum(
        status in UNFINISHED or (isinstance(day, Misread) and not any(map(str.isdigit, text)))
        for status, day, text in told
    )
    return due >= FEWEST_DUE and 2 * due > len(told)


def names_task(text: str, plan: Plan) -> bool:
    """Whether a cell is a task's own text or code."""
    return task_worded(plan, text) is not None or task_coded(plan, text) is not None


def _statuses(grid: Grid, head: Head, column: int, vocabulary: Vocabulary) -> int:
    """How many statuses stand in a column."""
    return sum(vocabulary.status_of(text) is not None for text in texts_below(grid, head, column))


def _numbers(grid: Grid, head: Head, column: int) -> int:
    """How many percentages stand in a column."""
    return sum(isinstance(progress(value, lambda: True), float) for value in below(grid, head, column))


def _holds(grid: Grid, head: Head, column: int, plan: Plan) -> bool:
    return any(
        isinstance(value, str) and len(value) >= SHORTEST_TASK and task_worded(plan, value) is not None
        for value in below(grid, head, column)
    )
