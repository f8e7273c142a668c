"""Which rows of a table belong to one task: those it is merged over, and those that go on with its texts."""

import re
from functools import cache

from commune_reports.plan import Plan
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.sections import Section, section_of
from commune_reports.reading.tables import TEXTS, Headings, Place, begins_task, value_at
from commune_reports.reading.tasks import is_sum_row
from commune_reports.reading.totals import states_totals
from commune_reports.reading.vocabulary import is_start_of_task, task_texted
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

# What stands under a table without belonging to its last task. Only what is nothing else: "Công khai tại trụ sở" and
# "Ngày 5 tháng 11 tổ chức hội nghị" are results.
SIGNATURE = (
    r"(?:tm|kt|tl|tuq|t m|k t)(?: .{0,40})?|(?:pho )?chu tich(?: ubnd| uy ban nhan dan)?(?: xa| thi tran)?(?: [a-z]+){0,2}|"
    r"(?:nguoi|can bo|cong chuc|bo phan) (?:lap|bao cao|tong hop|ky|theo doi|phu trach)(?: [a-z]+){0,3}|"
    r"(?:cong chuc )?(?:dia chinh|tai chinh|van phong|tu phap|van hoa) (?:xay dung|ke toan|thong ke|ho tich|xa hoi)|"
    r"(?:[a-z]+ ){0,3}(?:[a-z]+ )?ngay (?:\d+ )?thang (?:\d+ )?nam(?: \d{4})?|noi nhan\b.*|trang \d+(?: \d+)?|"
    r"ky ten.*|ky (?:va )?ghi ro.*|da ky|thu truong(?: [a-z]+){0,3}|xac nhan(?: cua [a-z ]+)?|(?:ghi chu|luu y)\b.*|"
    r"(?:tong so |trong do |so )*(?:nhiem vu )?(?:da )?(?:hoan thanh|dang thuc hien|chua thuc hien|khong phat sinh) \d+(?: \d+)?"
    r"(?: nhiem vu)?|"
    r"(?:tong|cong)(?: cong| so| chung)?(?: \d+)*(?: nhiem vu)?|ke toan(?: truong)?|"
    r"(?:ubnd|uy ban nhan dan)(?: [a-z]+){0,4}"
)
MOST_TITLE_WORDS = 8
BULLETS = frozenset("-–—+*•·")
PLACE_AND_DAY = re.compile(r"(\D{2,40}), ngày \d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
PART, PART_IN_FRONT = re.compile(r"[-–—+*•·]|[a-zđ] ?[.)/]?"), re.compile(r"[-–—+*•·] ?\w|[a-zđ][.)] ?\w")


def merged_rows(grid: Grid, number: int, headings: Headings, end: int) -> tuple[int, ...]:
    """The rows one task's code or text is merged over, from `number` on."""
    if not grid.merged_down:
        return (number,)
    rows = [number]
    columns = [headings.columns[name] for name in ("task", "task_text") if name in headings.columns]
    while rows[-1] + 1 < end:
        below = rows[-1] + 1
        tops = [value_at(grid, below, column)[0] for column in columns]
        is_own = any(
            top[0] == below and plain_text(value_at(grid, below, column)[1])
            for top, column in zip(tops, columns, strict=True)
        )
        if is_own or not any(number <= top[0] < below and plain_text(grid.rows[top[0]][top[1]]) for top in tops):
            break
        rows.append(below)
    return tuple(rows)


def rows_going_on(task: Place, end: int, plan: Plan) -> tuple[int, ...]:
    """The rows right below a task that only go on with its texts: without a number, a code or an answer of their own.

    A line of the task's own text, or of a part of it, may stand beside (a table out of Word has a row for every paragraph).
    """
    grid, headings = task.grid, task.headings
    rows: list[int] = []
    for number in range(task.rows[-1] + 1, end):
        if begins_task(grid.rows[number], headings, plan):
            break
        place = Place(grid, (number,), headings)
        if not place.texts() and not _is_gap(place, end):
            break
        if not _only_tells_more(place, task) or is_sum_row(place) or _heads_section(place, plan):
            break
        if any(states_totals(text) for column, text in place.texts() if column not in headings.told_columns):
            break
        if place.text("task_text") and not task.text("task_text") and not place.tells():
            break  # a title of what comes next
        if place.text("task_text") and not _is_part(Place(grid, (*task.rows, *rows, number), headings), place, plan):
            break
        rows.append(number)
    while rows and not any(map(Place(grid, (rows[-1],), headings).is_filled, (*TEXTS, "task_text"))):
        rows.pop()
    return tuple(rows)


def is_part_of(line: Place, task: Place) -> bool:
    """Whether a line is numbered as a part of the task above: 1.1 below 1, PCI-03.1.1 below PCI-03.1, a) or - below any number."""
    is_numbered = False
    for name in ("number", "task"):
        own = line.text(name)
        if own.isdecimal():
            return False
        whole = task.text(name).rstrip(".)") if own else ""
        if whole and own.startswith(f"{whole}.") and len(own) > len(whole) + 1 and any(map(str.isdigit, whole)):
            return True
        is_numbered = is_numbered or (bool(own) and PART.fullmatch(own) is None)
    if is_numbered or not any(map(str.isdigit, task.text("number") + task.text("task"))):
        return False
    return any(map(line.is_filled, ("number", "task"))) or PART_IN_FRONT.match(line.text("task_text")) is not None


def _only_tells_more(line: Place, task: Place) -> bool:
    """Whether a line has nothing but texts, a bullet or the number of a part in front of them, and the day they tell of."""
    columns = line.headings.columns
    for column, text in line.texts():
        if column not in line.headings.text_columns and column != columns.get("completed_on") and text not in BULLETS:
            is_number = column in (columns.get("number"), columns.get("task"))
            if not is_number or not is_part_of(line, task):
                return False
        if signs_off(text, is_told=column in line.headings.told_columns):
            return False
    return True


def _is_gap(place: Place, end: int) -> bool:
    """Whether an empty line stands between two lines of one task: tasks are still to come below."""
    grid, headings = place.grid, place.headings
    below = (Place(grid, (number,), headings) for number in range(place.row + 1, end))
    nearest = next(below, None)
    if nearest is None or not nearest.tells() or not headings.numbers_rows:
        return False
    if nearest.text("task_text"):
        return False
    return any(line.text("task") or line.text("number") for line in below)


def _heads_section(place: Place, plan: Plan) -> bool:
    """What is told of a task may name an index without being its title."""
    told = place.headings.told_columns
    return section_of([text for column, text in place.texts() if column not in told], Section(), plan) is not None


@cache
def _signature() -> re.Pattern[str]:
    """Compiled when the first table is read: it takes a tenth of a second, which no other command should wait for."""
    return re.compile(SIGNATURE)


def signs_off(text: str, *, is_told: bool) -> bool:
    """Whether a text is a signature, a date of signing, a page number or the like; titles in capitals are.

    What `is_told` stands under a heading for results and the like, where people write in capitals, too.
    """
    is_title = (
        not is_told
        and text.isupper()
        and not any(one.isdigit() for one in text)
        and 1 < len(text.split()) <= MOST_TITLE_WORDS
    )
    return is_title or _is_place_and_day(text) or _signature().fullmatch(fold(text)) is not None


def _is_place_and_day(text: str) -> bool:
    """Whether a text is "Đại Lãnh, ngày 15/11/2024"; "Họp giao ban, ngày 15/11/2024" is a result."""
    found = PLACE_AND_DAY.fullmatch(text) if text[-1:].isdigit() else None
    return found is not None and all(word[:1].isupper() for word in found[1].split())


def _is_part(whole: Place, line: Place, plan: Plan) -> bool:
    """Whether a line's text goes on with the text of the task above, or at least is no other task's."""
    if is_start_of_task(plan, whole.text("task_text")):
        return True
    named = task_texted(plan, line.text("task_text"), may_be_short=True)
    if named is None and not line.headings.numbers_rows:
        return not line.tells()  # without numbers, a text and an answer are a task of their own
    above = task_texted(plan, whole.text("task_text"))
    return named is None or (above is not None and named.code == above.code)
