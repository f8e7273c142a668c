"""Columns known by what stands in them: under headings nobody knows, and under the parts of a wide heading."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from commune_reports.reading.cell_values import ALL, Misread, is_ticked, plain_text, progress
from commune_reports.reading.dates import Span, completion_date
from commune_reports.reading.documents import own_documents_in
from commune_reports.reading.rows import status_of_progress
from commune_reports.reading.tables import REPORTED, Head, Headings
from commune_reports.reading.times import LEFT_OUT
from commune_reports.reading.titles import Titles, below
from commune_reports.reading.vocabulary import Vocabulary, months_named
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

# A label or a name is shorter than what somebody did; a document beside a sentence is only mentioned.
FEWEST_WORDS, MOST_WORDS_WITH_DOCUMENT, FEWEST_TOLD = 5, 12, 2
LONGEST_HEADING = 80
# What speaks of others, of other times or of what is only to be.
NOT_OWN = re.compile(
    r"\b(?:huyen|tinh|thon|phong|cap tren|tw|trung uong|ke hoach|kh|du kien|muc tieu|yeu cau|phai|thang|quy|nam|truoc|sau|"
    r"toi|giao|chi dao|can|dau ky)\b"
)


class _Heading(NamedTuple):
    """How a heading of a field may begin that nobody knows, and the words it may go on with."""

    begins: tuple[str, ...]
    words: frozenset[str]

    def may_be(self, said: str) -> bool:
        """Whether all of a folded heading is such words."""
        return said.startswith(self.begins) and self.words.issuperset(said.split())


def _words(said: str) -> frozenset[str]:
    return frozenset(said.split())


# The fields a column under an unknown heading may be taken for.
MAY_HEAD: Mapping[str, _Heading] = {
    "status": _Heading(
        ("danh gia", "tu danh gia", "muc do", "ket qua", "tien do", "hoan thanh", "phan loai", "tinh", "trang thai"),
        _words(
            "tu danh gia muc do ket qua tien do thuc hien trien khai xu ly hoan thanh chua phan loai tinh hinh trang thai "
            "nhiem vu cong viec chung cua xa don vi ubnd cac cuoi ky nay hien tai"
        ),
    ),
    "progress_pct": _Heading(
        ("ty le", "dat", "muc", "tien do", "hoan thanh", "thuc hien", "ket qua", "khoi luong", "tinh hinh", "danh gia"),
        _words(
            "ty le dat duoc muc do tien thuc hien hoan thanh ket qua khoi luong cong viec nhiem vu tinh hinh danh gia tu so voi "
            "hien nay den cuoi ky chung cua xa"
        ),
    ),
    "evidence": _Heading(
        ("van ban", "tai lieu", "ho so minh chung", "minh chung", "san pham", "chung tu", "so van ban"),
        _words(
            "van ban tai lieu kem theo ho so minh chung san pham bao cao ket qua ky hieu dinh cac da va hoac chung tu ten "
            "ban hanh ngay cua xa ubnd chi dao dieu hanh huong dan trien khai thuc hien"
        ),
    ),
    "completed_on": _Heading(
        ("ngay", "thoi gian", "thoi diem"),
        _words("ngay thoi gian diem bao cao thuc te hien da hoan thanh ket thuc xong nhiem vu cong viec"),
    ),
    "result": _Heading(
        ("ket qua", "noi dung", "bao cao", "dien giai", "thuyet minh", "viec da lam", "cong viec da"),
        _words(
            "ket qua chi tiet noi dung bao cao trien khai thuc hien dien giai thuyet minh da lam cu the cong viec cua xa ubnd "
            "tinh hinh"
        ),
    ),
}
# Documents that direct a task may be the unit's own: each task has others then.
DIRECTS = re.compile(r"\bvan ban\b.*\b(?:chi dao|dieu hanh|huong dan)\b")
# A day that only is the beginning of something, or says nothing of an end, is none.
ENDS = re.compile(r"(?:ngay|thoi gian|thoi diem)|.*\b(?:hoan thanh|ket thuc|xong)\b.*")


def with_parts_by_content(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    """The heading where the parts of a wide one that only its words make known are taken for what stands in them.

    "Kết quả thực hiện" over "Đánh giá", "Nội dung" and "Sản phẩm" heads statuses, what was done, and documents.
    """
    headings = head.headings
    columns, spare = dict(headings.columns), {**headings.besides, **headings.twins}
    for name in REPORTED:
        if name not in columns or name not in spare:
            continue
        parts = _parts(titles, columns[name], name, vocabulary)
        wide = fold(_wide(titles, columns[name]))
        if any(NOT_OWN.search(fold(titles.texts[column]).removeprefix(wide)) for column in parts):
            continue
        kinds = {column: told_in(grid, head, column, vocabulary) for column in parts}
        if len({kind for kind in kinds.values() if kind is not None}) < FEWEST_TOLD:
            continue
        del columns[name]
        spare.pop(name)
        for column, kind in kinds.items():
            columns.setdefault(kind or name, column)
    if columns == headings.columns:
        return head
    kept = set(columns.values())
    besides, twins = (
        {name: column for name, column in some.items() if name in spare and column not in kept}
        for some in (headings.besides, headings.twins)
    )
    return replace(head, headings=replace(headings, columns=columns, besides=besides, twins=twins))


def with_columns_by_content(grid: Grid, head: Head, titles: Titles, vocabulary: Vocabulary) -> Head:
    """The heading with the columns under headings nobody knows, where what stands there is beyond doubt and told nowhere else."""
    headings = head.headings
    lacking = [name for name in MAY_HEAD if name not in headings.columns and not (name == "status" and headings.ticks)]
    if not lacking:
        return head
    taken = {*headings.columns.values(), *headings.besides.values(), *headings.twins.values(), *headings.ticks}
    found: dict[str, list[int]] = {}
    for column, text in enumerate(titles.texts):
        if not text or text == LEFT_OUT or column in taken:
            continue
        said = vocabulary.written_out(months_named(fold(titles.whole(column))))
        # What stands below is dear to look through: only where the heading lets it be one of them.
        may_be = {name for name in lacking if MAY_HEAD[name].may_be(said)}
        if not may_be or vocabulary.field_of(text) is not None or vocabulary.ticked_by(text):
            continue
        kind = told_in(grid, head, column, vocabulary)
        if kind == "evidence" and heads_directions(said) and not name_own_documents(below(grid, head, column)):
            continue
        if kind not in may_be or (kind == "completed_on" and not _tells_ends(grid, head, column, said, vocabulary)):
            continue
        found.setdefault(kind, []).append(column)
    found = {kind: some for kind, some in found.items() if len(some) == 1 or kind != "status"}
    if not found:
        return head
    columns = {**headings.columns, **{kind: some[0] for kind, some in found.items()}}
    return replace(head, headings=replace(headings, columns=columns, by_content=tuple(found)))


def _parts(titles: Titles, first: int, name: str, vocabulary: Vocabulary) -> list[int]:
    """The columns of a field that stand under the same wide heading as its first one."""
    wide = _wide(titles, first)
    return [
        column
        for column, text in enumerate(titles.texts)
        if text and _wide(titles, column) == wide and vocabulary.field_of(text) == name
    ]


def _wide(titles: Titles, column: int) -> str:
    """The wide heading over a column, which may be all that heads it."""
    return titles.over[column] or titles.texts[column]


def told_in(grid: Grid, head: Head, column: int, vocabulary: Vocabulary) -> str | None:
    """What stands in a column, if nearly all of it is of one kind: statuses, shares, days, documents, or else sentences."""
    values = list(below(grid, head, column))
    texts = list(filter(None, map(plain_text, values)))
    most = max(-(-2 * len(texts) // 3), FEWEST_TOLD)
    if sum(vocabulary.status_of(text) is not None for text in texts) >= most:
        return "status"
    texts = [text for text in texts if not vocabulary.says_none(text)]
    if len(texts) >= FEWEST_TOLD and all(_is_share(text) for text in texts):
        return "progress_pct"
    most = max(-(-2 * len(texts) // 3), FEWEST_TOLD)
    if sum(isinstance(completion_date(value), Span) for value in values) >= most:
        return "completed_on"
    if sum(_names_document(text) for text in texts) >= most:
        return "evidence"
    return "result" if sum(len(fold(text).split()) >= FEWEST_WORDS for text in texts) >= most else None


def _tells_ends(grid: Grid, head: Head, column: int, said: str, vocabulary: Vocabulary) -> bool:
    """Whether all days of a column stand beside tasks that are done: others tell of a change, or of a deadline."""
    told = beside_statuses(grid, head, column, vocabulary) if ENDS.fullmatch(said) else []
    return bool(told) and all(status == "completed" for status, day, _ in told if isinstance(day, Span))


def heads_directions(said: str) -> bool:
    """Whether a folded heading is of documents that direct a task, which others may have issued: "Văn bản chỉ đạo, triển khai"."""
    return MAY_HEAD["evidence"].may_be(said) and len(said) <= LONGEST_HEADING and DIRECTS.search(said) is not None


def name_own_documents(values: Iterable[Any]) -> bool:
    """Whether some values name the unit's own documents, each others than the next."""
    texts = [value for value in values if isinstance(value, str)]
    found = [document.number for text in texts for document in own_documents_in(text)[:1]]
    return bool(found) and len(set(found)) == len(found)


def _is_share(text: str) -> bool:
    share = progress(text, lambda: True) if "%" in text else None
    return isinstance(share, float) and 0 <= share <= ALL


def _names_document(text: str) -> bool:
    return bool(own_documents_in(text)) and len(text.split()) <= MOST_WORDS_WITH_DOCUMENT


class Beside(NamedTuple):
    """What stands in a column of days: the status beside it, the day it means, and its text."""

    status: str | None
    day: Span | Misread | None
    text: str


def beside_statuses(grid: Grid, head: Head, column: int, vocabulary: Vocabulary) -> list[Beside]:
    """What stands in a column, row by row, with the status beside it."""
    told = []
    for row in grid.rows[head.last_row + 1 :]:
        text = plain_text(row[column]) if column < len(row) else None
        if text is not None:
            told.append(Beside(_status_beside(row, head.headings, vocabulary), completion_date(row[column]), text))
    return told


def _status_beside(row: Sequence[Any], headings: Headings, vocabulary: Vocabulary) -> str | None:
    """The status in a row: in words, by a tick, or by how far the task is."""
    status, share = (headings.columns.get(name) for name in ("status", "progress_pct"))
    if status is not None:
        text = plain_text(row[status]) if status < len(row) else None
        return vocabulary.status_of(text) if text is not None else None
    if headings.ticks:
        return next(
            (one for column, one in headings.ticks.items() if column < len(row) and is_ticked(row[column])), None
        )
    told = progress(row[share], lambda: False) if share is not None and share < len(row) else None
    if isinstance(told, Misread):  # 0.6: whatever it is, it is not all
        return "in_progress" if told.code == "progress_ambiguous" else None
    return None if told is None else status_of_progress(told)
