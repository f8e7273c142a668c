"""Which task a row reports: by its code, its number under an indicator, or its text."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from commune_reports.findings import FIELD_LABELS, Finding, Wordings
from commune_reports.plan import Plan
from commune_reports.reading.cell_values import is_blank, progress
from commune_reports.reading.codes import bare_number, is_task_number, taken_apart, task_coded, task_numbered
from commune_reports.reading.numbering import IN_INDICATOR, task_counted
from commune_reports.reading.sections import Section
from commune_reports.reading.tables import NAMED_BY, REPORTED, Place
from commune_reports.reading.vocabulary import (
    FEWEST_WORDS,
    TaskMatch,
    Vocabulary,
    is_likeliest,
    share_told,
    task_texted,
)
from commune_reports.spelling import fold

# "Cộng" and the "Công" of "Công khai" are folded into one word: only what is added up may follow.
SUM_ROW = re.compile(
    r"(tien do )?(tong cong|tong so|trung binh|binh quan)\b.{0,25}$|tong( chung)?$|noi nhan\b|"
    r"cong( (so|chung|muc|phan|nhom|trang|toan|tat ca|cac|luy ke|nhiem vu|chi so|[ivx]+|[a-e]|\d+)\b.{0,20})?$|"
    r"(ty le|tien do|diem|muc do)( [a-z]+){0,3} (chung|trung binh|binh quan)\b.{0,15}$|tb( chung)?$|"
    r"(cao|thap) nhat\b.{0,20}$|(tang|giam) so voi\b.{0,30}$|uoc (ca |thuc hien )?(nam|thang|quy)\b.{0,20}$|"
    r"(cong )?mang sang\b.{0,20}$|(so voi )?(cung ky|(ky|thang|quy|nam) truoc)\b.{0,20}$|so (nhiem vu|nv)\b.{0,30}$|"
    r"(muc|chi tieu) (huyen|tinh|xa) giao\b.{0,20}$"
)
# What stands over the columns of a form: A, B, 1, "(10)=(3)+(4)+(5)".
LETTER, COLUMN_NUMBER = re.compile(r"[a-e]"), re.compile(r"\d{1,2}( \d{1,2})*")
LIKE_A_CODE = re.compile(r"[a-z]{2,4} ?\d+ \d+")
CODE_OF_AN_INDEX = re.compile(r"(?:nv |nhiem vu |ma )?([a-z]{1,4}) ?(?:\d{1,2}|[ivx]+) \d{1,2}\b")
# "I | Công chức Địa chính | – | 65": what a group of tasks comes to stands over them.
NUMERAL = re.compile(r"[IVX]{1,5}|[A-D]")
GROUP = re.compile(r"\b\d+ (?:nhiem vu|nv|viec)$|\b(?:trung binh|binh quan)$")
LEGEND = re.compile(r"^(?:(?:ky hieu|ghi chu|chu thich|viet tat)(?: |$))+")
# A row that tells so much means a task, even where neither status nor progress can be read.
FEWEST_TEXTS, MANY_ANSWERS = 2, 3
# How much of its own words the task with a row's number has to have.
HALF = 0.5
TALLY = re.compile(
    r"(?:hoan thanh|dang thuc hien|chua thuc hien|khong phat sinh|(?:tong )?so nhiem vu(?: da bao cao| bao cao| trong bang)?)"
)


@dataclass(frozen=True)
class Clerk:
    """Whoever reads a file: with which plan, which words and which sentences in mind."""

    plan: Plan
    vocabulary: Vocabulary
    wordings: Wordings
    template_version: str
    optional_mark: str


class Named(NamedTuple):
    """The task of a row (None: nobody can say which), how it was recognised, and what is to be said about that."""

    code: str | None
    matched_by: str = "code"
    remark: Finding | None = None

    @property
    def is_guessed(self) -> bool:
        """Whether only some of its words name the task."""
        return self.remark is not None and self.remark.code == "task_matched_by_text"


def named_task(place: Place, section: Section, clerk: Clerk, *, is_next: bool = False) -> Named | None:
    """The task a filled row reports; None if it reports none at all (a sum, a note, a signature).

    A row that `is_next` stands right below one that was read, and need not say much to be one of that list.
    """
    plan, written = clerk.plan, place.text("task")
    listed = plan.tasks.get(written)
    if listed is not None and place.text("task_text") == listed.text:  # as the template has it
        return Named(listed.code)
    if _explains_the_columns(place) or tallied(place) is not None:
        return None
    by_code, number, text = _coded(place, clerk)
    if by_code is not None:
        other = _other_task(plan, by_code, text)
        if other is None:
            return Named(by_code)
        field = "task" if place.is_filled("task") else "task_text"
        return Named(
            by_code,
            "code",
            said(clerk, place, "task_contradiction", field=field, got=by_code, wanted=other, task=by_code),
        )
    by_number = _numbered(place, number, section, plan)
    if text and is_task_number(text):
        in_text = _task_at(place, text, section, plan)
        if in_text is not None and by_number in (None, in_text):
            by_number, text = in_text, ""
    is_miscoded = _is_miscoded(place, plan)
    matched = _texted(text, section, by_number, clerk, may_be_short=not is_miscoded) if text else None
    if matched is not None:
        is_sure = matched.is_exact or matched.code == by_number
        remark = None
        if (written and not is_task_number(written)) or not is_sure:
            remark = said(
                clerk,
                place,
                "task_matched_by_text",
                field="task_text",
                got=text,
                wanted=matched.code,
                task=matched.code,
            )
        return Named(matched.code, "text", remark)
    if by_number is not None and not text:
        return Named(by_number, "number")
    in_few_words = None if is_miscoded else _told_in_few_words(text, section, by_number, clerk)
    if in_few_words is not None:
        remark = said(
            clerk, place, "task_matched_by_text", field="task_text", got=text, wanted=in_few_words, task=in_few_words
        )
        return Named(in_few_words, "number" if in_few_words == by_number else "text", remark)
    if not _is_report_row(place, clerk.vocabulary, is_next=is_next):
        return None
    return Named(None, "code", unknown_task(place, clerk))


def unknown_task(place: Place, clerk: Clerk) -> Finding:
    """That nobody can say which task a row reports; where nothing names one, the first cell that could is to be filled in."""
    here = [name for name in NAMED_BY if place.cell(name) is not None]
    field = next((name for name in NAMED_BY if place.text(name)), here[0] if here else "task")
    wanted = next(iter(clerk.plan.tasks))
    return said(clerk, place, "task_unknown", field=field, got=place.text(field) or "trống", wanted=wanted)


def blank_task(place: Place, section: Section, clerk: Clerk) -> str | None:
    """The task an unanswered row asks for; only what is beyond doubt."""
    by_code, number, text = _coded(place, clerk)
    if by_code is not None:
        return by_code
    by_number = _numbered(place, number, section, clerk.plan)
    if not text:
        return by_number
    matched = task_texted(clerk.plan, text)
    return matched.code if matched is not None and (matched.is_exact or matched.code == by_number) else None


def row_number(place: Place, clerk: Clerk) -> int | None:
    """The number a row has in its own column, in that of the code or, in a table without them, in front of the text."""
    numbers = map(bare_number, (place.text("number"), place.text("task")))
    number = next((one for one in numbers if one is not None), None)
    return number if number is not None or place.headings.numbers_rows else bare_number(_coded(place, clerk)[1])


def is_sum_row(place: Place) -> bool:
    """Whether a row sums up or signs off other rows."""
    return any(SUM_ROW.match(fold(place.text(name))) for name in (*NAMED_BY, "status"))


def tallied(place: Place) -> tuple[int, str, float] | None:
    """The column of the number, the label and the number of a row that only says how many tasks there are of a kind."""
    filled = place.texts()
    if len(filled) != 2 or not isinstance(place.grid.rows[place.row][filled[0][0]], str):
        return None
    label, number = filled[0][1], filled[1][1]
    if not TALLY.fullmatch(fold(label)) or not number.isdigit():
        return None
    return filled[1][0], label.rstrip(" :"), float(number)


def said(clerk: Clerk, place: Place, code: str, *, field: str, **more: str | None) -> Finding:
    """A finding about one field of one row."""
    place_of = {"sheet": place.grid.name, "cell": place.cell(field), "column": FIELD_LABELS.get(field, "STT"), **more}
    return clerk.wordings.finding(code, row=place.row + 1, **place_of)


def _coded(place: Place, clerk: Clerk) -> tuple[str | None, str, str]:
    """The code of a row, in its own column, in that of the number or with the text; the number in front of the text; the text."""
    written = place.text("task_text").removesuffix(clerk.optional_mark).strip()
    beside, number, text = taken_apart(written, clerk.plan)
    by_code = task_coded(clerk.plan, place.text("task")) or task_coded(clerk.plan, place.text("number"))
    return by_code or beside, number, text


def _is_miscoded(place: Place, plan: Plan) -> bool:
    """Whether a row has a code of the plan's, but of a task that is not in it ("PCI-11.1"): a few words are no better."""
    codes = {fold(index.code) for index in plan.indices}
    typed = (fold(place.text(name)) for name in NAMED_BY)
    has_code = any((found := CODE_OF_AN_INDEX.match(one)) is not None and found[1] in codes for one in typed)
    return has_code or LIKE_A_CODE.match(fold(place.text("task"))) is not None


def _texted(
    text: str, section: Section, by_number: str | None, clerk: Clerk, *, may_be_short: bool
) -> TaskMatch | None:
    """The task of a text: by all of it, by its abbreviations written out, among those of its section, or by some words."""
    plan = clerk.plan
    written_out = clerk.vocabulary.written_out(fold(text))
    matched = task_texted(plan, text) or task_texted(plan, written_out)
    if matched is None and section.indicator is not None:
        matched = task_texted(plan, written_out, _tasks_of(section.indicator, plan))
    if matched is None and by_number is not None:
        matched = task_texted(plan, written_out, [by_number])
    return matched or (task_texted(plan, written_out, may_be_short=True) if may_be_short else None)


def _told_in_few_words(text: str, section: Section, by_number: str | None, clerk: Clerk) -> str | None:
    """The task of the row's number, if no other of its indicator has as much of the words or any; that of the section."""
    tasks, written_out = clerk.plan.tasks, clerk.vocabulary.written_out(fold(text))
    words = written_out.split()
    if by_number is not None and len(words) >= FEWEST_TEXTS:
        among = _tasks_of(tasks[by_number].indicator_code, clerk.plan)
        having = [one for one in among if set(words) <= set(fold(tasks[one].text).split())]
        if having == [by_number] or is_likeliest(clerk.plan, written_out, by_number):
            return by_number
        if by_number in having:
            return None
        shares = {one: share_told(clerk.plan, written_out, one) for one in among}
        if shares[by_number] >= HALF and all(
            share < shares[by_number] for one, share in shares.items() if one != by_number
        ):
            return by_number
    if section.indicator is None or len(words) < FEWEST_WORDS:
        return None
    among = _tasks_of(section.indicator, clerk.plan)
    found = [one for one in among if f" {written_out} " in f" {fold(tasks[one].text)} "]
    return found[0] if len(found) == 1 else None


def _tasks_of(indicator: str, plan: Plan) -> list[str]:
    return [code for code, task in plan.tasks.items() if task.indicator_code == indicator]


def _is_report_row(place: Place, vocabulary: Vocabulary, *, is_next: bool) -> bool:
    """Whether somebody meant a task by this row, though nobody can say which.

    Column numbers, sums, notes, signatures and legends under the table are none, nor is a number nobody says anything about.
    """
    if is_sum_row(place) or _explains_a_status(place, vocabulary) or _heads_a_group(place):
        return False
    pct = progress(place.value("progress_pct"), lambda: True)
    is_numbered = place.is_filled("task") or any(letter.isdigit() for letter in place.text("number"))
    answers = sum(map(place.is_filled, REPORTED))
    return (
        vocabulary.status_of(place.text("status")) is not None
        or (isinstance(pct, float) and len(place.texts()) >= FEWEST_TEXTS)
        or LIKE_A_CODE.match(fold(place.text("task"))) is not None
        or (is_numbered and place.is_filled("status") and place.is_filled("progress_pct"))
        or (is_numbered and answers >= MANY_ANSWERS)
        or (
            is_next
            and answers > 0
            and place.is_filled("task_text")
            and (is_numbered or not place.headings.numbers_rows)
        )
    )


def _heads_a_group(place: Place) -> bool:
    """Whether a row without a task's number tells no status and nothing in words, but perhaps how far a group of tasks is."""
    number = place.text("number") or place.text("task")
    if NUMERAL.fullmatch(number) is None and GROUP.search(fold(place.text("task_text"))) is None:
        return False
    return not place.tells() and is_blank(place.text("status") or "-") and is_blank(place.text("task") or "-")


def _explains_a_status(place: Place, vocabulary: Vocabulary) -> bool:
    """A line such as "Ký hiệu: HT | Hoàn thành" of a legend."""
    texts = [text for _, text in place.texts()]
    if len(texts) != FEWEST_TEXTS or vocabulary.status_of(texts[1]) is None:
        return False
    label = LEGEND.sub("", fold(texts[0]))
    return label.isalpha() or vocabulary.status_of(label) is not None


def _explains_the_columns(place: Place) -> bool:
    """A row (1) (2) (3) … under the headings, also A B 1 2 3 and (4)=(3)/(2), or one that has nothing but hints in brackets."""
    numbers: list[int] = []
    texts = [text for _, text in place.texts()]
    if texts and texts[0].startswith("(") and all(text.startswith("(") and text.endswith(")") for text in texts):
        return True
    for text in texts:
        word = fold(text)
        if not numbers and LETTER.fullmatch(word):
            continue
        if not COLUMN_NUMBER.fullmatch(word):
            return False
        numbers.append(int(word.split()[0]))
    return len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _other_task(plan: Plan, code: str, text: str) -> str | None:
    """The task a text clearly belongs to, if that is not the one its code names."""
    if not text or fold(text) == fold(plan.tasks[code].text):
        return None
    matched = task_texted(plan, text)
    return matched.code if matched is not None and matched.code != code else None


def _numbered(place: Place, in_front: str, section: Section, plan: Plan) -> str | None:
    """The task with the row's number under the indicator announced above, or under the one its own first part names."""
    codes = (_task_at(place, one, section, plan) for one in (place.text("number"), place.text("task"), in_front))
    return next((code for code in codes if code is not None), None)


def _task_at(place: Place, written: str, section: Section, plan: Plan) -> str | None:
    """The task with a number, which counts what the numbers of the table count."""
    numberings = place.headings.numberings
    number = None if numberings == (IN_INDICATOR,) else bare_number(written)
    if number is None:
        return task_numbered(plan, written, section.index, section.indicator)
    return task_counted(number, section, numberings, plan)
