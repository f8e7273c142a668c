"""Tables whose tasks are listed by status: what stands below "II. Nhiệm vụ đang thực hiện" goes on, whatever else it says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from commune_reports.findings import FIELD_LABELS
from commune_reports.reading.codes import task_coded
from commune_reports.reading.columns import names_task
from commune_reports.reading.rows import is_touched
from commune_reports.reading.sections import Section, section_of
from commune_reports.reading.tables import REPORTED, Head, Place, with_ends
from commune_reports.reading.tasks import Clerk, is_sum_row
from commune_reports.spelling import fold
from commune_reports.task_report import Total
from commune_reports.workbook import Grid, address

LONGEST_HEADING, MOST_CELLS = 90, 4
IN_FRONT = re.compile(r"^(?:phan |muc |nhom )?(?:[ivx]{1,4}|\d{1,2}|[a-e]) ")
WORK = r"(?:nhiem vu|cong viec|dau viec|noi dung|giai phap|chi tieu|cong tac)"
BEFORE = re.compile(rf"(?:(?:cac|nhung|danh muc|danh sach|nhom|{WORK}) )+")
COUNTED = re.compile(rf" (?:gom |co |tong so )?(?P<count>\d{{1,3}})(?: {WORK})*$")
WHEN = re.compile(
    r" (?:(?:trong|den|tinh den) )?(?:(?:het )?(?:ky(?: nay| bao cao)?|nay|thang \d{1,2}(?: (?:nam )?\d{4})?|"
    r"quy (?:[ivx]+|\d)(?: (?:nam )?\d{4})?|nam \d{4}))$"
)
# "Nội dung đã thực hiện" heads all that was done, and what is not completed may be begun or not.
BEYOND_DOUBT = re.compile(r"(?:da )?hoan thanh|da xong|dang .*|chua (?!hoan thanh|xong).*|khong (?:co )?phat sinh")
AROUND_SHARE = re.compile(r"[\d.,]+ ?%?|(?:bình quân|trung bình|đạt)\s*[\d.,]+ ?%")


@dataclass(frozen=True)
class Group:
    """A heading over tasks of one status: where it stands, the words for that status, and how many tasks it says there are."""

    place: tuple[int, int]
    words: str
    count: int | None
    tasks: tuple[int, ...] = ()

    def total(self, sheet: str) -> Total | None:
        """The count as a total of the tasks below."""
        if self.count is None:
            return None
        row, cell, found = self.place[0] + 1, address(*self.place), float(len(self.tasks))
        return Total(sheet, row, cell, FIELD_LABELS["task_text"], float(self.count), ((found, found),))


def by_status(grid: Grid, heads: Sequence[Head], clerk: Clerk) -> tuple[Grid, Sequence[Head], Mapping[int, Group]]:
    """The sheet with the status of every task where headings between the tasks, or the title above, tell it; those headings.

    Where the table has no column for the status it is seen in one of its own, whose cells are the headings.
    """
    if not any(map(_may_head, grid.rows)):
        return grid, heads, {}
    told: dict[tuple[int, int], tuple[tuple[int, int], str]] = {}
    groups: dict[int, Group] = {}
    width = max((len(row) for row in grid.rows), default=0)
    kept = []
    for head, end in with_ends(heads, len(grid.rows)):
        found, alone = _groups(grid, head, end, clerk)
        groups |= {group.place[0]: group for group in found}
        headings = head.headings
        if found and not headings.has_status and not (alone and "progress_pct" in headings.columns):
            told |= {(row, width): (group.place, group.words) for group in found for row in group.tasks}
            headings = replace(headings, columns={**headings.columns, "status": width})
        kept.append(replace(head, headings=headings))
    return (replace(grid, told_above={**grid.told_above, **told}) if told else grid), kept, groups


def _may_head(cells: Sequence[Any]) -> bool:
    """Whether a row has few cells and the words of a status in one of them, as hardly any sheet has."""
    if len(cells) - cells.count("") > MOST_CELLS:
        return False
    return any(isinstance(cell, str) and _status_named(cell) is not None for cell in cells if cell != "")


def _groups(grid: Grid, head: Head, end: int, clerk: Clerk) -> tuple[list[Group], int]:
    """The groups of a table with their tasks, and how many of its answered tasks stand in none.

    A group ends at the next one, at a title of the kind that stands above the first one, and at whatever is no task.
    """
    group = _titled(grid, head, clerk)
    found: list[Group] = [group] if group is not None else []
    alone, outer = 0, {"index": False, "indicator": False}
    for number in range(head.last_row + 1, end):
        place = Place(grid, (number,), head.headings)
        if not place.texts():
            continue
        if _lists_task(place, clerk):
            if group is not None:
                group = found[-1] = replace(group, tasks=(*group.tasks, number))
            elif is_touched(place):
                alone += 1
            continue
        section = section_of(grid.rows[number], Section(), clerk.plan)
        level = "indicator" if section is not None and section.indicator is not None else "index"
        heading = None if section is not None else _heading(place, clerk)
        if section is not None:
            outer[level] = outer[level] or not found
            group = None if outer[level] else group
        elif heading is not None:
            group = heading
            found.append(group)
        elif (not is_touched(place) and (place.text("number") or place.text("task_text"))) or is_sum_row(place):
            group = None
    return [one for one in found if one.tasks], alone


def _titled(grid: Grid, head: Head, clerk: Clerk) -> Group | None:
    """The status a title above a table tells of all its tasks; a count is none, nor is one of several such lines."""
    places = (Place(grid, (row,), head.headings) for row in range(head.first_row))
    found = [one for place in places if (one := _heading(place, clerk)) is not None]
    has_words = len(found) == 1 and found[0].count is None
    return found[0] if has_words and BEFORE.match(fold(str(_value(grid, found[0])))) else None


def _value(grid: Grid, group: Group) -> object:
    return grid.rows[group.place[0]][group.place[1]]


def _heading(place: Place, clerk: Clerk) -> Group | None:
    """The group a row heads that says nothing but a status, perhaps with a number in front and a share behind."""
    columns = place.headings.columns
    reported = {columns[name] for name in REPORTED if name in columns}
    texts = place.texts()
    title = next(((column, text) for column, text in texts if not IN_FRONT.fullmatch(f"{fold(text)} ")), None)
    if title is None or len(title[1]) > LONGEST_HEADING or title[0] in reported:
        return None
    if any(AROUND_SHARE.fullmatch(text) is None for column, text in texts if column > title[0]):
        return None
    named = _status_named(title[1])
    if named is None or named.words not in clerk.vocabulary.statuses or not (named.is_title or len(texts) > 1):
        return None
    return Group((place.row, title[0]), named.words, named.tasks)


class _Named(NamedTuple):
    """The words for a status in a text that says nothing else, a count behind them, and whether they are said of tasks."""

    words: str
    tasks: int | None
    is_title: bool


@lru_cache(maxsize=16_384)
def _status_named(text: str) -> _Named | None:
    whole = fold(text)
    said = IN_FRONT.sub("", whole)
    counted = COUNTED.search(WHEN.sub("", said))
    words = WHEN.sub("", COUNTED.sub("", WHEN.sub("", said)))
    if (before := BEFORE.match(f"{words} ")) is not None:
        words = words[before.end() :]
    if not BEYOND_DOUBT.fullmatch(words):
        return None
    is_title = before is not None or counted is not None or said != whole
    return _Named(words, int(counted["count"]) if counted else None, is_title)


def _lists_task(place: Place, clerk: Clerk) -> bool:
    """Whether a row lists a task: by its code or text, or by a number and a text that is no title of a section."""
    text = place.text("task_text")
    if task_coded(clerk.plan, place.text("task")) is not None or (text and names_task(text, clerk.plan)):
        return True
    is_numbered = any(map(str.isdigit, place.text("number") + place.text("task")))
    if not is_numbered or not text or _heading(place, clerk) is not None:
        return False
    return section_of(place.grid.rows[place.row], Section(), clerk.plan) is None
