"""Which rows of a table belong to one task: those it is merged over, and those that go on with its texts."""

import re
from functools import cache

from commune_reports.plan import Plan
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.sections import Section, section_of
from commune_reports.reading.tables import TEXTS, Headings, Place, value_at
from commune_reports.reading.tasks import is_sum_row
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
    r"(?:tong|cong)(?: cong| so| chung)?(?: \d+)*(?: nhiem vu)?|ke toan(?: truong)?|uy ban nhan dan(?: [a-z]+){0,4}"
)
MOST_TITLE_WORDS = 8


def merged_rows(grid: Grid, number: int, headings: Headings, end: int) -> tuple[int, ...]:
    """The rows one task's code or text is merged over, from `number` on."""
    rows = [number]
    columns = [headings.columns[name] for name in ("task", "task_text") if name in headings.columns]
    while grid.merged_down and rows[-1] + 1 < end:
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
        cells = enumerate(grid.rows[number])
        if any(column not in headings.text_columns and plain_text(value) is not None for column, value in cells):
            break
        place = Place(grid, (number,), headings)
        filled = [text for _, text in place.texts()]
        if not filled or any(map(_signs_off, filled)):
            break
        if is_sum_row(place) or section_of(filled, Section(), plan) is not None:
            break
        if place.text("task_text") and not _is_part(Place(grid, (*task.rows, *rows, number), headings), place, plan):
            break
        rows.append(number)
    while rows and not any(map(Place(grid, (rows[-1],), headings).is_filled, (*TEXTS, "task_text"))):
        rows.pop()
    return tuple(rows)


@cache
def _signature() -> re.Pattern[str]:
    """Compiled when the first table is read: it takes a tenth of a second, which no other command should wait for."""
    return re.compile(SIGNATURE)


def _signs_off(text: str) -> bool:
    """Whether a text is a signature, a date of signing, a page number or the like; titles in capitals are."""
    is_title = text.isupper() and not any(one.isdigit() for one in text) and 1 < len(text.split()) <= MOST_TITLE_WORDS
    return is_title or _signature().fullmatch(fold(text)) is not None


def _is_part(whole: Place, line: Place, plan: Plan) -> bool:
    """Whether a line's text goes on with the text of the task above, or at least is no other task's."""
    if is_start_of_task(plan, whole.text("task_text")):
        return True
    named = task_texted(plan, line.text("task_text"))
    return named is None or named == task_texted(plan, whole.text("task_text"))
