"""Task rows as a workbook states them, and the verdict on the file they came in."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from openpyxl.utils import coordinate_to_tuple, quote_sheetname

from commune_reports.findings import Finding, Severity
from commune_reports.spelling import fold

# Shorter texts are alike by chance.
SHORTEST_OWN_TEXT = 60
# Without one of these words (chưa, mới, chỉ, đang, chờ, sẽ, dự kiến, phát sinh, tạm dừng, chuẩn bị) no result tells that anything
# is left to do: nearly all are spared patterns it takes long to hold them against. "Đã đăng" is not "đang".
MAY_BE_UNDONE = frozenset(("chua", "moi", "chi", "dang", "cho", "se", "kien", "sinh", "tam", "chuan"))
POSTED = re.compile(r"\bda dang ")
# In a sheet's own name no program allows a colon.
BESIDE = re.compile(r": từ cột [A-Z]{1,3}$")
CLAUSE_ENDS = (",", ";", ":", "\n", " - ", " – ", " — ")


class Document(NamedTuple):
    """A document named as evidence; `number` is like 12/BC-UBND, None where only a day is written."""

    number: str | None
    dated: date | None = None
    is_dated_wrong: bool = False


class BareTexts(NamedTuple):
    """What a row says in bare words, None where there is no text; in `…_clauses` a stroke stands between the clauses.

    A result or a reason without a single word is "". `doubtful_clauses` are those of a result with a word that may say
    something is not done. `text_key` is the same for results that say the same in other spelling, and None for one too short
    to be anybody's own.
    """

    result: str | None
    difficulty: str | None
    proposal: str | None
    reason: str | None
    result_clauses: str | None
    doubtful_clauses: str | None
    difficulty_clauses: str | None
    evidence_clauses: str | None
    text_key: str | None


class CellsOfRow(Mapping[str, str]):
    """The A1 addresses of fields in one row, by their columns' letters: rows of a table share these, and travel light."""

    __slots__ = ("_letters", "_row")

    def __init__(self, letters: Mapping[str, str], row: int) -> None:
        self._letters, self._row = letters, row

    def __getitem__(self, name: str) -> str:
        return f"{self._letters[name]}{self._row}"

    def __contains__(self, name: object) -> bool:
        return name in self._letters

    def __iter__(self) -> Iterator[str]:
        return iter(self._letters)

    def __len__(self) -> int:
        return len(self._letters)

    def __repr__(self) -> str:
        return repr(dict(self))


def cell_on(sheet: str, cell: str, *, seen_from: str) -> str:
    """The address of a cell for whoever stands on a sheet; of one on another sheet it begins with that sheet's name."""
    return cell if sheet == seen_from else f"{quote_sheetname(sheet)}!{cell}"


def cell_at(address: str, *, seen_from: str) -> tuple[str, str]:
    """The sheet and the cell of an address written by `cell_on`."""
    sheet, _, cell = address.rpartition("!")
    return sheet[1:-1].replace("''", "'") if sheet else seen_from, cell


def beside_name(sheet: str, letters: str) -> str:
    """What a table that begins in a column, right of another, is called in place of its sheet: "Báo cáo: từ cột G"."""
    return f"{sheet}: từ cột {letters}"


def sheet_named(name: str) -> str:
    """The sheet a table stands on, whatever it is called by `beside_name`."""
    return BESIDE.sub("", name)


def places_of(sheet: str, row: int, cells: Mapping[str, str]) -> set[tuple[str, int]]:
    """The sheets and rows a task is read from: its own, and those of texts and days that stand below or on other sheets."""
    if isinstance(cells, CellsOfRow):
        return {(sheet, row)}
    read = (cell_at(one, seen_from=sheet) for name, one in cells.items() if name in TOLD_APART)
    return {(sheet, row), *((other, coordinate_to_tuple(cell)[0]) for other, cell in read)}


@dataclass(frozen=True)
class TaskRow:
    """One reported task. `cells` maps each field that has a column to the A1 address of the cell that holds its value.

    A field read from another sheet has its cell with the name of that sheet (`cell_on`).

    `status` is completed, in_progress, not_started or nil; `matched_by` is code, number or text. Where only a month or a
    quarter is written, `completed_since` is its first day and `completed_on` its last. `documents` are those of the evidence;
    of a row without evidence, the unit's own that its result and note name.
    """

    sheet: str
    row: int
    task_code: str | None
    matched_by: str
    status: str | None
    progress_pct: float | None
    result: str | None
    evidence: str | None
    completed_on: date | None
    difficulty: str | None
    proposal: str | None
    note: str | None
    cells: Mapping[str, str]
    completed_since: date | None = None
    documents: tuple[Document, ...] = ()

    @cached_property
    def bare(self) -> BareTexts:
        """Its texts as rules compare them; whoever reads the row works them out, and they travel with it."""
        result, difficulty, note = (fold(text or "") for text in (self.result, self.difficulty, self.note))
        clauses = _clauses(self.result)
        has_reason = bool(self.note or self.difficulty or self.result)
        return BareTexts(
            result=None if self.result is None else result,
            difficulty=difficulty or None,
            proposal=fold(self.proposal or "") or None,
            reason=" ".join(filter(None, (note, difficulty, result))) if has_reason else None,
            result_clauses=clauses,
            doubtful_clauses=clauses if clauses and _may_be_undone(clauses) else None,
            difficulty_clauses=_clauses(self.difficulty),
            evidence_clauses=_clauses(self.evidence),
            text_key=_digest(result) if result and len(result) >= SHORTEST_OWN_TEXT else None,
        )


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _may_be_undone(clauses: str) -> bool:
    return not MAY_BE_UNDONE.isdisjoint(POSTED.sub("", clauses).split())


def _clauses(text: str | None) -> str | None:
    if not text:
        return None
    for end in CLAUSE_ENDS:
        text = text.replace(end, ".")
    return " / ".join(filter(None, map(fold, text.split(".")))) or None


@dataclass(frozen=True)
class Blank:
    """A task that stands in the file without an answer, and the cell of its status (None without such a column)."""

    sheet: str
    row: int
    task_code: str
    cell: str | None


# The least and the most a figure can be.
Span = tuple[float, float]


@dataclass(frozen=True)
class Total:
    """A sum, an average or a count the file states about its rows, and the values its rows can mean by it.

    Each value is the least and the most it can be: the same where every row can be read. `of_month` is the month a sentence
    speaks of, None where it names none.
    """

    sheet: str
    row: int
    cell: str
    column: str
    stated: float
    counted: tuple[Span, ...]
    of_month: int | None = None

    @property
    def difference(self) -> float:
        """How far it lies from the nearest value its rows can mean."""
        return min(max(least - self.stated, self.stated - most, 0.0) for least, most in self.counted)


@dataclass(frozen=True)
class Reading:
    """What one file says of itself, its rows in which something was written, and what could not be understood."""

    unit_claimed: str | None = None
    period_claimed: str | None = None
    plan_claimed: str | None = None
    template_version: str | None = None
    rows: tuple[TaskRow, ...] = ()
    blanks: tuple[Blank, ...] = ()
    totals: tuple[Total, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def is_hopeless(self) -> bool:
        """Whether something is wrong with the file as a whole, so that its rows cannot count."""
        return any(one.severity is Severity.CRITICAL and one.row is None for one in self.findings)


class RuleOutcome(NamedTuple):
    """How one rule fared on one file: rows it looked at, rows it failed."""

    suite: str
    rule: str
    severity: str
    submission_id: str
    checked: int
    failed: int


@dataclass(frozen=True)
class Assessment:
    """The verdict on one file: accepted, partly_accepted or rejected; `accepted` holds the rows that count."""

    submission_id: str
    verdict: str
    rows_owed: int
    rows_read: int
    rows_accepted: int
    rows_nil: int
    accepted: tuple[TaskRow, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Earlier:
    """What a unit last had accepted for a task before this period, and by how much its progress used to rise (points)."""

    period_id: str
    progress_pct: float | None
    periods: int
    usual_rise: float


@dataclass(frozen=True)
class Counting:
    """The row that counts for a task of the unit in this period so far, and the file it came in."""

    status: str
    progress_pct: float | None
    counted_pct: float | None
    result: str | None
    file_name: str
    sha256: str
    received_at: datetime


@dataclass(frozen=True)
class Peers:
    """The progress other units report for a task in this period: how many, their mean and standard deviation."""

    units: int
    mean: float
    spread: float


@dataclass(frozen=True)
class Backdrop:
    """What is known about a unit and a period when a file is judged: by task code, and `texts` by text_key (→ unit name).

    `answered` are the tasks some earlier file answers, `counting` the rows of those that are stored already.
    """

    earlier: Mapping[str, Earlier] = field(default_factory=dict)
    counting: Mapping[str, Counting] = field(default_factory=dict)
    peers: Mapping[str, Peers] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    answered: frozenset[str] = frozenset()


def counted_pct(row: TaskRow) -> float | None:
    """The progress a row adds to its indicator: completed 100 and not started 0 where none is written, nil none."""
    if row.status == "nil":
        return None
    if row.progress_pct is not None and 0 <= row.progress_pct <= 100:
        return row.progress_pct
    return {"completed": 100.0, "not_started": 0.0}.get(row.status or "")


# What two rows about one task must agree on to be the same report; a note is anybody's own remark.
SAYING = ("status", "progress_pct", "result", "evidence", "completed_on", "difficulty", "proposal")
STATED = (*SAYING, "note")
# What a table may tell apart from the one with the statuses.
TOLD_APART = tuple(name for name in STATED if name not in ("status", "progress_pct"))


def first_difference(one: TaskRow, other: TaskRow) -> str | None:
    """The first field two rows about one task state differently; a field only one of them has a column for is none."""
    both = one.cells.keys() & other.cells.keys()
    return next(
        (name for name in SAYING if (name in both or name in SAYING[:2]) and _said(one, name) != _said(other, name)),
        None,
    )


def _said(row: TaskRow, name: str) -> object:
    value = getattr(row, name)
    if name == "progress_pct" and value is None:
        return {"completed": 100.0, "not_started": 0.0, "nil": 0.0}.get(row.status or "")
    return fold(value) if isinstance(value, str) else value
