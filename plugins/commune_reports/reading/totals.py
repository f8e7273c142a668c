"""Sums, averages and counts a file states about its own rows, beside what the rows say."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from commune_reports.findings import FIELD_LABELS, STATUS_LABELS, Finding
from commune_reports.reading.cell_values import plain_text, progress
from commune_reports.reading.tables import NAMED_BY, Place, value_at
from commune_reports.reading.tasks import Clerk, is_sum_row, tallied
from commune_reports.reading.vocabulary import Vocabulary
from commune_reports.spelling import fold
from commune_reports.task_report import Span, TaskRow, Total, counted_pct
from commune_reports.workbook import Spreadsheet, address

# "Hoàn thành: 12/33", "trong đó 12 nhiệm vụ đang thực hiện"; a number of anything but tasks is another matter.
STATUS = r"(hoan thanh|dang thuc hien|chua thuc hien|khong phat sinh)"
BEFORE = r"(?:trong do |tong so |tong cong |so |gom |co )*"
COUNTED = re.compile(
    rf"{BEFORE}(?:nhiem vu )?(?:da )?{STATUS}(?: la)? (\d{{1,3}})(?: nhiem vu)?(?: (\d{{1,3}}))?(?: nhiem vu)?|"
    rf"{BEFORE}(\d{{1,3}})(?: (\d{{1,3}}))? nhiem vu (?:da )?{STATUS}"
)
# How many tasks a sentence speaks of in all: "Tổng số 33 nhiệm vụ", "Số nhiệm vụ được giao: 33", before it counts any.
IN_ALL = re.compile(rf"(?!trong do |.*{STATUS}).*?\b(\d{{1,3}}) nhiem vu\b.*")
IN_ALL_TOLD = re.compile(
    rf"(?!.*{STATUS})(?:tong(?: so| cong)?|cong|so|tren)\b(?: [a-z]+)*? "
    r"(?:(\d{1,3}) nhiem vu\b.*|nhiem vu(?: [a-z]+){0,3} (\d{1,3}))"
)
# A number behind such a label and a colon is the label's; what else stands before a colon says of what the rest speaks.
LABEL = re.compile(
    rf"{BEFORE}(?:nhiem vu )?(?:da )?{STATUS}(?: la)?|(?:tong(?: so| cong)?|cong|so)(?: so)?(?: nhiem vu)?(?: duoc giao| la)?"
)
OF_THESE = re.compile(
    r"(?:(?:trong(?: do| ky| thang)?|(?:bao )?gom|cu the|nhu sau|ket qua|tinh hinh|thuc hien|hoan thanh|da|cac|nhiem vu|giai phap|"
    r"cua|toan|xa|thi tran|tong(?: so| cong| hop)?|cong|so|danh gia|chung|bao cao|ky|tien do|ty le|muc do|binh quan|trung binh|"
    r"dat|tinh|den(?: nay)?|ghi chu|thang \d+(?: (?:nam )?\d{4})?|ngay \d+ \d+(?: \d{4})?|\d+|[ivx]+|[a-e])(?: |$))*+"
)
STATES = re.compile(rf"{STATUS}|binh quan|trung binh|chung")
# What a commune says of itself as a whole below its tasks: "Tỷ lệ hoàn thành", "Toàn xã", "Điểm tự chấm".
OF_ALL = re.compile(
    r"(?:tong|cong|trung binh|binh quan|ty le|(?:trong do )?so (?:luong )?(?:nhiem vu|nv)|"
    r"diem|muc do|toan (?:xa|thi tran)|(?:ket qua|danh gia) chung)\b.*"
)
# The same where no number beside them tells tasks from it, and how a commune rates itself in words.
ONLY_OF_ALL = re.compile(
    r"(?:trung binh|binh quan|ty le (?:hoan thanh|thuc hien|chung|dat)|"
    r"(?:trong do )?so (?:luong )?(?:nhiem vu|nv)|diem (?:tu )?(?:cham|danh gia)|"
    r"toan (?:xa|thi tran)|(?:ket qua|danh gia|tien do|muc do hoan thanh) chung)\b.*"
)
RATED = re.compile(
    r"(?:(?:tu )?(?:danh gia|xep loai)(?: (?:chung|cua|toan|muc do)\b.*)?|(?:ket qua|muc do hoan thanh) chung\b.*)"
)
# What counts other tasks than those above: of another time, of one index, of whoever performs them.
OF_OTHER_TASKS = (
    r"\b(?:luy ke|(?:dau|ca|trong|cuoi|het) nam|phan dau|du kien|quy (?:\d|[ivx]+)|cung ky|"
    r"(?:tuan|thang|quy|ky|nam) (?:truoc|sau|toi|den|qua|tiep theo)|nam nay|chuong trinh cong tac|ngoai ke hoach|dot xuat|"
    r"nhiem vu phat sinh)\b|(?<!thang \d )(?<!thang \d\d )\bnam \d{4}\b|(?<!ngay )\b\d{1,2} thang\b(?! \d)"
)
OF_OTHERS = re.compile(
    rf"{OF_OTHER_TASKS}|\b(?:pci|pgi|chi so|nhom|linh vuc)\b|"
    r"^(?:bo phan|cong an|quan su|cong chuc|can bo|ban [a-z]+ [a-z]+|hoi [a-z]+|doan thanh nien|van phong)\b"
)
# The same in the label of a sum or an average, which may be of one index, but also of all communes.
LABELS_OTHERS = re.compile(
    rf"{OF_OTHER_TASKS}|\b(?:huyen|toan quoc|ca nuoc|(?:toan|cua|chung|binh quan|trung binh|muc) "
    r"(?:thi xa|thanh pho|tinh(?! (?:chung|den|theo|tu|ca)))|cac (?:xa|thi tran|dia phuong)|xa khac)\b(?! giao)"
)
# "Tổng số nhiệm vụ đã hoàn thành" beside a whole number is no average; what kind of tasks nobody knows is not compared.
COUNT_OF = re.compile(
    r"(?:(?:trong do|tong|cong|so) )*?(?:so (?:luong )?|(?:tong|cong) (?=nhiem vu|nv|dau viec|cong viec))"
    r"(?:cac )?(?P<tasks>(?:nhiem vu|nv|dau viec|cong viec|viec)\b)? ?(?P<kind>.*)"
)
IN_TIME = r"(?:(?: |\b)(?:trong|tinh|den|het|ngay|thang|ky|nay|bao cao))*"
OF_A_STATUS = re.compile(rf"(?:da |duoc )*{STATUS}{IN_TIME}")
OF_A_SHARE, ROUNDED = re.compile(r"\d|\b(?:binh quan|trung binh|ty le|tien do)\b"), 0.5
OF_ANY_STATUS = re.compile(
    rf"(?:(?:xa|thi tran|duoc|da|phai|can|giao|thuc hien|theo|cua|bang|ke hoach)(?: |$))*+{IN_TIME}"
)
# "Tiến độ bình quân toàn xã: 62,5%".
AVERAGE = re.compile(
    r"(?:tiến độ|(?:tỷ lệ|mức độ) (?:hoàn thành|thực hiện))(?: thực hiện| hoàn thành)?(?: nhiệm vụ| các nhiệm vụ)? "
    r"(?:bình quân|trung bình|chung)(?: của| toàn| xã| thị trấn| là| đạt)*\s*:?\s*(\d{1,3}(?:[.,]\d+)?)\s*%",
    re.IGNORECASE,
)
# A month, or a day and its month: "tháng 11", "đến ngày 14/11/2024". What holds on a day before the period ends is not its result.
OF_TIME = re.compile(r"\b(?:(?:ngay|den|toi|het|truoc) (?P<day>\d{1,2}) (?:thang )?|thang )(?P<month>\d{1,2})\b")
PERIOD_ENDS, OTHER_TIME, SENTENCES = 14, 0, re.compile(r"(?<!\d)\. ")
DATED = re.compile(r"\b(?:ngay|thang|quy|nam|ky) \d+(?: \d+)*")
OF_TASKS, DIGIT = re.compile(r".*\bnhiem vu\b.*|(?:tong(?: so| cong)?|cong|gom)? ?\d+"), re.compile(r"\d")
PERCENTAGE, CLAUSES, COLON = re.compile(r"(?<!\d)\d++(?:[.,]\d++)?\s*+%"), re.compile(r"[;,.()\n]"), re.compile("[:：]")
# How far above a row that speaks of all tasks is looked whether they are numbered.
ROWS_LOOKED_AT = 50
INDEX = re.compile(r"\b(?:pci|pgi)\b")
# What a status says of the progress beside it, in percent.
OF_STATUS = {"completed": (100.0, 100.0), "in_progress": (0.0, 99.9), "not_started": (0.0, 0.0), "nil": (0.0, 0.0)}


@dataclass(frozen=True)
class Above:
    """The tasks above a total, all of them or those of its section: the rows read, and how many were left blank.

    Whoever added up may have taken a row that nobody can read for anything: every figure is the least and the most it can be.
    """

    rows: Sequence[TaskRow]
    blanks: int

    @cached_property
    def doubtful(self) -> frozenset[int]:
        """Rows, by their place among all, whose task or status is not certain, or whose progress says something else."""
        times = Counter(row.task_code for row in self.rows)
        return frozenset(
            number
            for number, row in enumerate(self.rows)
            if row.task_code is None or times[row.task_code] > 1 or row.status is None or _contradicts_itself(row)
        )

    def number(self) -> Span:
        """How many tasks are reported."""
        certain = {row.task_code for row in self.rows if row.task_code is not None}
        return float(len(certain)), float(len(self.rows))

    def listed(self) -> Span:
        """How many there are with those left blank."""
        least, most = self.number()
        return least + self.blanks, most + self.blanks

    def of_status(self, status: str) -> Span:
        """How many tasks have a status."""
        certain = sum(row.status == status for number, row in enumerate(self.rows) if number not in self.doubtful)
        return float(certain), float(certain + len(self.doubtful))

    def progress(self) -> list[Span]:
        """The progress of every row that is not nil."""
        return [
            _progress_of(row, is_certain=number not in self.doubtful or _is_only_without_status(row))
            for number, row in enumerate(self.rows)
            if row.status != "nil"
        ]


def totals_in(opened: Spreadsheet, place: Place, above: Sequence[Above], vocabulary: Vocabulary) -> Iterator[Total]:
    """What a row below the tasks states about those above it: all of them, and those of its section."""
    parts = [part for part in above if part.rows]
    if not parts:
        return
    tally = tallied(place)
    if tally is not None:
        column, label, stated = tally
        status = vocabulary.statuses.get(fold(label))
        spans = [part.of_status(status) if status else part.number() for part in parts]
        if not status and "bao cao" not in fold(label):
            spans += [part.listed() for part in parts]
        yield _total(place, column, label, stated, tuple(spans))
        return
    label = _label(place)
    month = _time_in(label)
    if not LABELS_OTHERS.search(label) and month != OTHER_TIME:
        counts = _counts_of_label(opened, place, label, parts, vocabulary)
        numbers = (
            _sums(opened, place, [*parts, *_of_index(label, parts[0])])
            if counts is None and is_sum_row(place)
            else counts or ()
        )
        yield from (replace(total, of_month=month) for total in numbers)
    yield from totals_told(place, parts, vocabulary)


def states_something(place: Place) -> bool:
    """Whether a row has a sentence, a sum or a count that may be about tasks."""
    said = any(isinstance(text, str) and _states(text) for text in place.grid.rows[place.row])
    return said or is_sum_row(place) or tallied(place) is not None or COUNT_OF.fullmatch(_label(place)) is not None


def mean_stated(opened: Spreadsheet, place: Place, parts: Sequence[Above]) -> Total | None:
    """The progress a row states for all the tasks of some parts; None where it states none."""
    column = place.headings.columns.get("progress_pct")
    if column is None:
        return None
    cell = address(place.row, column)
    stated = progress(value_at(place.grid, place.row, column)[1], lambda: opened.is_percent(place.grid.name, cell))
    if not isinstance(stated, float):
        return None
    return _total(place, column, FIELD_LABELS["progress_pct"], stated, tuple(_meant(parts)))


def totals_told(place: Place, parts: Sequence[Above], vocabulary: Vocabulary) -> Iterator[Total]:
    """What sentences in a row say about the tasks: how many have a status, how far they are on an average."""
    for column, value in enumerate(place.grid.rows[place.row]):
        text = plain_text(value) if isinstance(value, str) else None
        if text is None or column in place.headings.ticks or not _states(text):
            continue
        in_all: set[int] = set()
        for sentence in SENTENCES.split(text):
            in_all = _stated_in_all(_clauses(sentence)) or in_all
            if _are_all(in_all, parts) and not OF_OTHERS.search(fold(sentence)):
                # "1/2 nhiệm vụ" is said of those parts that have two.
                meant = [part for part in parts if _are_all(in_all, [part])] or parts
                yield from _told_in(sentence, text, (place, column), meant, vocabulary)


def _told_in(
    sentence: str, text: str, where: tuple[Place, int], parts: Sequence[Above], vocabulary: Vocabulary
) -> Iterator[Total]:
    """What one sentence says of the tasks; nothing behind a colon that is led to by a name, nor of an earlier day."""
    place, column = where
    clauses = _clauses(sentence)
    months = _months_of(clauses)
    others = next((number for number, clause in enumerate(clauses) if clause.leads_to_others), len(clauses))
    for number, found in _counts_in(clauses, text):
        if months[number] != OTHER_TIME and number < others:
            status = vocabulary.statuses[found[1] or found[6]]
            counted = tuple(part.of_status(status) for part in parts)
            total = _total(place, column, STATUS_LABELS[status], float(found[2] or found[4]), counted)
            yield replace(total, of_month=months[number])
    if others == len(clauses) and len(set(months)) == 1 and months[0] != OTHER_TIME:
        for found in AVERAGE.finditer(sentence):
            stated = float(found[1].replace(",", "."))
            total = _total(place, column, FIELD_LABELS["progress_pct"], stated, tuple(_meant(parts)))
            yield replace(total, of_month=months[0])


def _stated_in_all(clauses: Sequence["Clause"]) -> set[int]:
    """How many tasks a sentence says it speaks of: "Tổng số 33 nhiệm vụ", "hoàn thành 12/33"."""
    stated: set[str | None] = set()
    has_counted = False
    for clause in clauses:
        counted, undated = COUNTED.fullmatch(clause.said), DATED.sub("", clause.said).strip()
        if counted is not None:
            has_counted = True
            stated.add(counted[3] or counted[5])
        elif found := IN_ALL_TOLD.fullmatch(undated):
            stated.add(found[2] or found[3])
        elif not has_counted and (found := IN_ALL.fullmatch(undated)):
            stated.add(found[2])
    return {int(number) for number in stated if number}


def _are_all(stated: Iterable[int], parts: Sequence[Above]) -> bool:
    """Whether numbers are how many tasks there are above: of other tasks a sentence may say what it likes."""
    spans = [span for part in parts for span in (part.number(), part.listed())] if stated else []
    return all(any(least <= number <= most for least, most in spans) for number in stated)


def _months_of(clauses: Sequence["Clause"]) -> Sequence[int | None]:
    """The month each clause is about: that named last, or the only one; OTHER_TIME where nobody can say or it is not yet over."""
    named = [_time_in(clause.said) for clause in clauses]
    different = {one for one in named if one is not None}
    if len(different) < 2:
        return [next(iter(different), None) for _ in clauses]
    return [*accumulate(named, lambda last, one: last if one is None else one, initial=OTHER_TIME)][1:]


def _time_in(folded: str) -> int | None:
    for found in reversed(list(OF_TIME.finditer(folded))):
        return OTHER_TIME if found["day"] and int(found["day"]) < PERIOD_ENDS else int(found["month"])
    return None


def broken_totals(opened: Spreadsheet, place: Place, clerk: Clerk) -> Iterator[Finding]:
    """The errors such as #REF! in a row below the tasks that reports none: there stand sums, averages and counts."""
    errors = opened.formula_errors(place.grid.name)
    if not errors:
        return
    for column in range(
        max(len(place.grid.rows[place.row]), *place.headings.columns.values(), *place.headings.ticks) + 1
    ):
        cell = address(place.row, column)
        if cell in errors:
            yield clerk.wordings.finding(
                "total_error", sheet=place.grid.name, cell=cell, row=place.row + 1, got=errors[cell]
            )


def speaks_of_all(place: Place, rows: Sequence[TaskRow], vocabulary: Vocabulary) -> bool:
    """Whether a row without a number, below tasks, is only a number for all of them or rates them together."""
    filled = place.texts()
    if len(filled) != 2 or _is_numbered(place) or not rows:
        return False
    label, value = fold(filled[0][1]), place.grid.rows[place.row][filled[1][0]]
    is_of_all, is_surely_of_all = OF_ALL.fullmatch(label) is not None, ONLY_OF_ALL.fullmatch(label) is not None
    if vocabulary.status_of(filled[1][1]) is not None:
        return RATED.fullmatch(label) is not None
    if not (is_of_all or is_surely_of_all) or not isinstance(progress(value, lambda: True), float):
        return False
    if is_of_all == is_surely_of_all:
        return True
    above = (
        Place(place.grid, (row.row - 1,), place.headings)
        for row in rows[-ROWS_LOOKED_AT:]
        if row.sheet == place.grid.name
    )
    return is_of_all == all(map(_is_numbered, above))


def states_totals(text: str) -> bool:
    """Whether a text counts tasks: "Tổng cộng: 3 nhiệm vụ; hoàn thành: 2"."""
    return _may_state(text) and next(_counts_in(_clauses(text), text), None) is not None


# The hints of a form stand in every file.
@lru_cache(maxsize=4_096)
def _states(text: str) -> bool:
    """Whether a text counts tasks or tells their average, whatever it speaks of."""
    return _may_state(text) and (AVERAGE.search(text) is not None or any(map(states_totals, SENTENCES.split(text))))


def _may_state(text: str) -> bool:
    """Whether a text has a number and words that are in every sentence about all tasks, which nearly no other text has."""
    return DIGIT.search(text) is not None and STATES.search(fold(text)) is not None


def _counts_in(clauses: Sequence["Clause"], text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Which clauses of a sentence of a text say how many tasks have a status."""
    for number, clause in enumerate(clauses):
        found = COUNTED.fullmatch(clause.said)
        if found is not None and ("nhiem vu" in clause.said or not _counts_other_things(text)):
            yield number, found


class Clause(NamedTuple):
    """A part of a sentence, folded, and whether it leads with a colon to what is said of others: "Địa chính - Xây dựng:"."""

    said: str
    leads_to_others: bool


def _clauses(text: str) -> list[Clause]:
    clauses = []
    for piece in CLAUSES.split(PERCENTAGE.sub("", text)):
        parts, label = list(map(fold, COLON.split(piece))), ""
        for lead, behind in pairwise(parts):
            said, label = f"{label} {lead}".strip(), ""
            if LABEL.fullmatch(said) and behind[:1].isdigit():
                label = said
            else:
                is_known = any(known.fullmatch(said) for known in (OF_THESE, COUNTED, IN_ALL))
                clauses.append(Clause(said, leads_to_others=not is_known))
        clauses.append(Clause(f"{label} {parts[-1]}".strip(), leads_to_others=False))
    return clauses


def _is_numbered(place: Place) -> bool:
    return any(letter.isdigit() for name in ("number", "task") for letter in place.text(name))


@lru_cache(maxsize=256)
def _counts_other_things(text: str) -> bool:
    """Whether a text says of something else than tasks how much there is: "tiếp nhận 50 hồ sơ, đã hoàn thành 48"."""
    return any(
        DIGIT.search(DATED.sub("", clause)) and not COUNTED.fullmatch(clause) and not OF_TASKS.fullmatch(clause)
        for clause, _ in _clauses(text)
    )


def _label(place: Place) -> str:
    """What a row below the tasks says, folded, that the numbers beside it are."""
    columns = {place.headings.columns.get(name) for name in (*NAMED_BY, "status")}
    worded = [(column, fold(text)) for column, text in place.texts() if not text.isdigit()]
    return " ".join([text for column, text in worded if column in columns] or [text for _, text in worded[:1]])


def _of_index(label: str, above: Above) -> Sequence[Above]:
    """The tasks of the index a sum or an average names, wherever they stand: "Bình quân PCI" below those of PGI."""
    named = {*INDEX.findall(label)}
    rows = [row for row in above.rows if row.task_code is not None and {*INDEX.findall(fold(row.task_code))} == named]
    return [Above(rows, 0)] if rows else []


def _counts_of_label(
    opened: Spreadsheet, place: Place, label: str, parts: Sequence[Above], vocabulary: Vocabulary
) -> Sequence[Total] | None:
    """How many tasks of a kind a row says there are, as far as it can be compared; None where it says something else."""
    found = COUNT_OF.fullmatch(" ".join(DATED.sub("", label).split()))
    numbers = [(column, float(text)) for column, text in place.texts() if text.isdigit()]
    if found is None or OF_A_SHARE.search(found["kind"]) or len(numbers) != 1:
        return None
    [(column, stated)] = numbers
    kind = OF_A_STATUS.fullmatch(found["kind"])
    is_percent = bool(opened.is_percent(place.grid.name, address(place.row, column)))
    if is_percent or (kind is None and (not found["tasks"] or column in place.headings.ticks)):
        return None
    if kind is not None:
        status = vocabulary.statuses[kind[1]]
        counted = _total(place, column, STATUS_LABELS[status], stated, tuple(part.of_status(status) for part in parts))
        return [] if counted.difference and _is_share(counted, parts) else [counted]
    if OF_ANY_STATUS.fullmatch(found["kind"]):
        spans = tuple(span for part in parts for span in (part.number(), part.listed()))
        return [_total(place, column, "Số nhiệm vụ", stated, spans)]
    return []


def _is_share(counted: Total, parts: Sequence[Above]) -> bool:
    """Whether a number is how many of a hundred tasks have a status, and not how many have it."""
    pairs = zip(counted.counted, parts, strict=True)
    shares = tuple((100 * least / len(part.rows), 100 * most / len(part.rows)) for (least, most), part in pairs)
    return counted.stated > 1 and replace(counted, counted=shares).difference <= ROUNDED


def _sums(opened: Spreadsheet, place: Place, parts: Sequence[Above]) -> Iterator[Total]:
    mean = mean_stated(opened, place, parts)
    if mean is not None:
        yield mean
    for column, status in place.headings.ticks.items():
        if list(place.headings.ticks.values()).count(status) > 1:
            continue  # done in time and done late: each column holds only a part of the tasks that are done
        stated = _number(value_at(place.grid, place.row, column)[1])
        if stated is not None:
            yield _total(place, column, STATUS_LABELS[status], stated, tuple(part.of_status(status) for part in parts))


def _meant(parts: Sequence[Above]) -> Iterator[Span]:
    """Averages and shares of tasks done first, then sums and numbers of rows: what people put under a column of percentages."""
    for part in parts:
        values, rows = part.progress(), len(part.rows)
        if values:
            yield from (_shared(values, among) for among in dict.fromkeys((len(values), rows, rows + part.blanks)))
            written = [(row.progress_pct, row.progress_pct) for row in part.rows if row.progress_pct is not None]
            if 0 < len(written) < len(values):  # a formula passes over empty cells
                yield _shared(written, len(written))
            least, most = part.of_status("completed")
            if most:
                yield 100 * least / rows, 100 * most / rows
    for part in parts:
        yield _shared(part.progress(), 1)
        yield from dict.fromkeys((part.number(), part.listed()))


def _shared(values: Sequence[Span], among: int) -> Span:
    return sum(least for least, _ in values) / among, sum(most for _, most in values) / among


def _progress_of(row: TaskRow, *, is_certain: bool) -> Span:
    pct = counted_pct(row)
    return (pct, pct) if pct is not None and is_certain else (0.0, 100.0)


def _is_only_without_status(row: TaskRow) -> bool:
    return row.status is None and row.task_code is not None


def _contradicts_itself(row: TaskRow) -> bool:
    least, most = OF_STATUS[row.status] if row.status is not None else (0.0, 100.0)
    return row.progress_pct is not None and not least <= row.progress_pct <= most


def _total(place: Place, column: int, label: str, stated: float, counted: tuple[Span, ...]) -> Total:
    return Total(
        sheet=place.grid.name,
        row=place.row + 1,
        cell=address(place.row, column),
        column=label,
        stated=stated,
        counted=counted,
    )


def _number(value: Any) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    text = plain_text(value)
    return float(text) if text is not None and text.isdigit() else None
