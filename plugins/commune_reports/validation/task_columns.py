"""Task rows as typed columns: what every rule about a row can speak of, worked out for all rows of a batch at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import repeat
from operator import attrgetter
from typing import Any

from rapidfuzz import fuzz

from commune_reports.period import moment_text
from commune_reports.plan import Plan, Product, Task
from commune_reports.spelling import fold
from commune_reports.task_report import Document, TaskRow, counted_pct
from commune_reports.validation.lines import FLAGS, NUMBERS, TEXT, Columns, Submitted, first_day

# A rise this much above the usual one, and a distance this many deviations from the others, are worth a second look.
LARGE_RISE, TIMES_USUAL_RISE, FEWEST_PERIODS = 50.0, 4.0, 3
LARGE_DISTANCE, DEVIATIONS, FEWEST_PEERS = 50.0, 5.0, 8
# A longer part of the task's text, word for word, is still only the task's text.
SHORTEST_PART, SAME_PART = 40, 97.0
FIGURE, POINT = re.compile(r"\d+"), re.compile(r"\d{1,2}\b")
NO_SURPRISE: Mapping[str, None] = dict.fromkeys(
    ("earlier_pct", "rise", "largest_usual_rise", "peer_distance", "largest_usual_distance")
)


# What is taken from every row as it is, and from its texts in bare words.
OF_ROW = (
    "task_code", "status", "progress_pct", "result", "evidence", "completed_on", "completed_since", "difficulty", "proposal",
    "note", "documents", "bare",
)  # fmt: skip
OF_BARE = (
    "result", "difficulty", "proposal", "reason", "result_clauses", "doubtful_clauses", "difficulty_clauses",
    "evidence_clauses", "text_key",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """The rows of a batch, each with the file it stands in and how often the file tells of its task."""

    files: Sequence[Submitted]
    rows: Sequence[TaskRow]
    times_in_file: Sequence[int]
    plan: Plan

    @cached_property
    def of_row(self) -> Mapping[str, Sequence[Any]]:
        """By field, what the rows say: looking at each row once takes half as long as once for every field."""
        return _transposed(self.rows, OF_ROW)

    @cached_property
    def of_bare(self) -> Mapping[str, Sequence[Any]]:
        """By field, what the rows say in bare words."""
        return _transposed(self.of_row["bare"], OF_BARE)

    @cached_property
    def tasks(self) -> list[Task | None]:
        """The task of every row."""
        return [self.plan.tasks.get(code) if code else None for code in self.of_row["task_code"]]

    @cached_property
    def documents(self) -> list[tuple[Document, ...]]:
        """The documents named as evidence."""
        said = zip(self.of_row["evidence"], self.of_row["documents"], strict=True)
        return [documents if evidence else () for evidence, documents in said]

    @cached_property
    def counted(self) -> list[float | None]:
        """The progress every row counts with."""
        return [counted_pct(row) for row in self.rows]

    @cached_property
    def surprises(self) -> list[Mapping[str, float | None]]:
        """How far every row lies from what is usual."""
        return [
            _surprise(file, code or "", counted) if file.backdrop.earlier or file.backdrop.peers else NO_SURPRISE
            for file, code, counted in zip(self.files, self.of_row["task_code"], self.counted, strict=True)
        ]


def _transposed(things: Sequence[object], names: Sequence[str]) -> Mapping[str, Sequence[Any]]:
    values = zip(*map(attrgetter(*names), things), strict=True) if things else repeat(())
    return dict(zip(names, values, strict=False))


def columns_of(told: Told) -> Columns:
    """All columns of some rows."""
    return {name: (kind, values(told)) for name, (kind, values) in COLUMNS.items()}


Values = Callable[[Told], Sequence[Any]]


def _of_row(name: str) -> Values:
    return lambda told: told.of_row[name]


def _in_bare_words(name: str) -> Values:
    return lambda told: told.of_bare[name]


def _of_file(value: Callable[[Submitted], Any]) -> Values:
    def values(told: Told) -> list[Any]:
        known = {file.submission_id: value(file) for file in told.files}
        return [known[file.submission_id] for file in told.files]

    return values


def _surprising(name: str) -> Values:
    return lambda told: [surprise[name] for surprise in told.surprises]


def _day(day: date | None) -> int | None:
    return day.toordinal() if day is not None else None


def _progress_in_range(told: Told) -> list[float | None]:
    return [share if share is not None and 0 <= share <= 100 else None for share in told.of_row["progress_pct"]]


def _evidence(told: Told) -> list[str | None]:
    said = zip(told.of_row["evidence"], told.of_row["documents"], told.tasks, strict=True)
    return [evidence or (_elsewhere(documents, task) if documents else None) for evidence, documents, task in said]


def _elsewhere(documents: Sequence[Document], task: Task | None) -> str | None:
    """The unit's own documents that a row without evidence names in its other texts, as far as the task does not name them."""
    numbers = [one.number for one in documents if one.number and not (task and one.number in task.text)]
    return "; ".join(numbers) or None


def _evidence_numbers(told: Told) -> list[str | None]:
    return ["; ".join(one.number for one in some if one.number) or None if some else None for some in told.documents]


def _evidence_last_day(told: Told) -> list[int | None]:
    days = [[one.dated for one in some if one.dated] if some else () for some in told.documents]
    return [max(some).toordinal() if some else None for some in days]


def _evidence_dates_exist(told: Told) -> list[bool]:
    return [not some or not any(one.is_dated_wrong for one in some) for some in told.documents]


def _is_given(told: Told) -> list[bool]:
    return [
        code is None or code in file.owed or code in file.optional
        for file, code in zip(told.files, told.of_row["task_code"], strict=True)
    ]


def _is_owed(told: Told) -> list[bool]:
    return [code in file.owed for file, code in zip(told.files, told.of_row["task_code"], strict=True)]


def _completed_since(told: Told) -> list[int | None]:
    days = zip(told.of_row["completed_since"], told.of_row["completed_on"], strict=True)
    return [_day(since or last) for since, last in days]


def _is_explained(told: Told) -> list[bool]:
    return [bool(note or told_of) for note, told_of in zip(told.of_row["note"], told.of_row["difficulty"], strict=True)]


def _own_proposals(told: Told) -> list[str | None]:
    both = zip(told.of_bare["proposal"], told.of_bare["difficulty"], strict=True)
    return [proposal if proposal != difficulty else None for proposal, difficulty in both]


def _are_the_same(told: Told) -> list[bool]:
    both = zip(told.of_bare["proposal"], told.of_bare["difficulty"], strict=True)
    return [difficulty is not None and difficulty == proposal for proposal, difficulty in both]


def _likenesses(told: Told) -> list[float | None]:
    return [_likeness(said, task) for said, task in zip(told.of_bare["result"], told.tasks, strict=True)]


def _likeness(said: str | None, task: Task | None) -> float | None:
    """How much the result is only the task's own words, 0–100; with figures of its own it is more than that."""
    if task is None or said is None:
        return None
    words = fold(task.text)
    figures = FIGURE.findall(said)
    # A number at the very beginning only counts points.
    if figures and not _figures(words).issuperset(figures[1:] if POINT.match(said) else figures):
        return 0.0
    if SHORTEST_PART <= len(said) < len(words) and fuzz.partial_ratio(said, words) >= SAME_PART:
        return 100.0
    return float(fuzz.ratio(said, words))


@lru_cache(maxsize=1024)
def _figures(words: str) -> frozenset[str]:
    """The numbers in the task's own words."""
    return frozenset(FIGURE.findall(words))


def _copied_from(told: Told) -> list[str | None]:
    return [
        file.backdrop.texts.get(key) if key else None
        for file, key in zip(told.files, told.of_bare["text_key"], strict=True)
    ]


def _replaced(told: Told) -> list[str | None]:
    """The file whose row each one takes the place of, if that says something else."""
    return [
        _displaced(file, row) if file.backdrop.counting else None
        for file, row in zip(told.files, told.rows, strict=True)
    ]


def _displaced(file: Submitted, row: TaskRow) -> str | None:
    counting = file.backdrop.counting.get(row.task_code or "")
    if counting is None:
        return None
    is_same = (counting.status, counting.progress_pct, counting.result) == (row.status, row.progress_pct, row.result)
    return None if is_same else f"{counting.file_name} nhận lúc {moment_text(counting.received_at)}"


def _surprise(file: Submitted, code: str, counted: float | None) -> Mapping[str, float | None]:
    """How far a progress lies from the unit's own past and from its peers, beside what is usual."""
    backdrop = file.backdrop
    earlier, peers = backdrop.earlier.get(code), backdrop.peers.get(code)
    if earlier is None and peers is None:
        return NO_SURPRISE
    last = earlier.progress_pct if earlier else None
    rise = counted - last if counted is not None and last is not None else None
    knows_rise = earlier is not None and earlier.periods >= FEWEST_PERIODS
    knows_peers = peers is not None and peers.units >= FEWEST_PEERS
    return {
        "earlier_pct": last,
        "rise": rise if knows_rise else None,
        "largest_usual_rise": max(LARGE_RISE, TIMES_USUAL_RISE * earlier.usual_rise)
        if earlier and knows_rise
        else None,
        "peer_distance": abs(counted - peers.mean) if peers and knows_peers and counted is not None else None,
        "largest_usual_distance": max(LARGE_DISTANCE, DEVIATIONS * peers.spread) if peers and knows_peers else None,
    }


# Typed, so that no rule can stumble over a text in a column of numbers; days are ordinals.
COLUMNS: Mapping[str, tuple[str, Values]] = {
    "row_key": ("int64", lambda told: range(len(told.rows))),
    **{name: (TEXT, _of_row(name)) for name in ("task_code", "status", "result", "difficulty", "proposal", "note")},
    "evidence": (TEXT, _evidence),
    "reason_folded": (TEXT, _in_bare_words("reason")),
    "result_folded": (TEXT, _in_bare_words("result")),
    "difficulty_folded": (TEXT, _in_bare_words("difficulty")),
    "proposal_folded": (TEXT, _in_bare_words("proposal")),
    "result_clauses": (TEXT, _in_bare_words("result_clauses")),
    "doubtful_clauses": (TEXT, _in_bare_words("doubtful_clauses")),
    "difficulty_clauses": (TEXT, _in_bare_words("difficulty_clauses")),
    "evidence_clauses": (TEXT, _in_bare_words("evidence_clauses")),
    "evidence_numbers": (TEXT, _evidence_numbers),
    "own_proposal": (TEXT, _own_proposals),
    "copied_from": (TEXT, _copied_from),
    "replaces": (TEXT, _replaced),
    "progress_pct": (NUMBERS, _of_row("progress_pct")),
    "progress_in_range": (NUMBERS, _progress_in_range),
    "counted_pct": (NUMBERS, lambda told: told.counted),
    "completed_on": (NUMBERS, lambda told: list(map(_day, told.of_row["completed_on"]))),
    "completed_since": (NUMBERS, _completed_since),
    "first_day": (NUMBERS, lambda told: [first_day(told.plan).toordinal()] * len(told.rows)),
    "last_day": (NUMBERS, _of_file(lambda file: file.period.window_end.toordinal())),
    "received_on": (NUMBERS, _of_file(lambda file: file.last_possible_day.toordinal())),
    "evidence_last_day": (NUMBERS, _evidence_last_day),
    "result_task_likeness": (NUMBERS, _likenesses),
    **{name: (NUMBERS, _surprising(name)) for name in NO_SURPRISE},
    "nil_allowed": (FLAGS, lambda told: [task is None or task.nil_allowed for task in told.tasks]),
    "is_given": (FLAGS, _is_given),
    "is_owed": (FLAGS, _is_owed),
    "needs_document": (
        FLAGS,
        lambda told: [task is not None and task.product is not Product.BY_PLAN for task in told.tasks],
    ),
    "is_explained": (FLAGS, _is_explained),
    "has_note": (FLAGS, lambda told: list(map(bool, told.of_row["note"]))),
    "evidence_dates_exist": (FLAGS, _evidence_dates_exist),
    "difficulty_is_proposal": (FLAGS, _are_the_same),
    "times_in_file": ("int64", lambda told: told.times_in_file),
}
