"""What rules are about: rows, whole files and totals as typed columns, each line with the cells a failed rule blames."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from commune_reports.errors import NeedsHuman
from commune_reports.findings import FIELD_LABELS, STATUS_LABELS
from commune_reports.period import ZONE, ReportingPeriod, moment_text
from commune_reports.plan import Plan, Product, Task
from commune_reports.spelling import fold
from commune_reports.task_report import Backdrop, Reading, Span, TaskRow, Total, counted_pct, first_difference

if TYPE_CHECKING:
    import pandas as pd

# A rise this much above the usual one, and a distance this many deviations from the others, are worth a second look.
LARGE_RISE, TIMES_USUAL_RISE, FEWEST_PERIODS = 50.0, 4.0, 3
LARGE_DISTANCE, DEVIATIONS, FEWEST_PEERS = 50.0, 5.0, 8
FEWEST_TEXTS = 5
# A longer part of the task's text, word for word, is still only the task's text.
SHORTEST_PART, SAME_PART = 40, 97.0
LONGEST_SAID = 36
FIGURE, POINT = re.compile(r"\d+"), re.compile(r"\d{1,2}\b")
NUMBERS, FLAGS, TEXT = "float64", "bool", "str"
NO_SURPRISE: Mapping[str, None] = dict.fromkeys(
    ("earlier_pct", "rise", "largest_usual_rise", "peer_distance", "largest_usual_distance")
)
# The typed columns of a task row, so that no rule can stumble over a text in a column of numbers.
TASK_ROW_TYPES = {
    **dict.fromkeys(("task_code", "status", "result", "evidence", "difficulty", "proposal", "note", "reason"), TEXT),
    **dict.fromkeys(("result_folded", "difficulty_folded", "proposal_folded", "difficulty_clauses"), TEXT),
    **dict.fromkeys(("result_clauses", "evidence_clauses", "evidence_numbers"), TEXT),
    **dict.fromkeys(("own_proposal", "reason_folded", "copied_from", "replaces"), TEXT),
    **dict.fromkeys(("progress_pct", "progress_in_range", "counted_pct", "completed_on", "completed_since"), NUMBERS),
    **dict.fromkeys(("first_day", "last_day", "received_on", "evidence_last_day", "result_task_likeness"), NUMBERS),
    **dict.fromkeys(NO_SURPRISE, NUMBERS),
    **dict.fromkeys(("nil_allowed", "is_given", "is_owed", "needs_document", "is_explained", "has_note"), FLAGS),
    **dict.fromkeys(("evidence_dates_exist", "difficulty_is_proposal"), FLAGS),
    "times_in_file": "int64",
}


@dataclass(frozen=True)
class Submitted:
    """One read file with what its unit has to report: task codes `owed` and `optional` in this period.

    `waived` are the rules that have no consequences for it: what they find is said, and nothing follows.
    """

    submission_id: str
    unit_code: str
    period: ReportingPeriod
    reading: Reading
    owed: frozenset[str]
    optional: frozenset[str]
    received_at: datetime | None = None
    backdrop: Backdrop = field(default_factory=Backdrop)
    waived: frozenset[str] = frozenset()
    file_name: str = ""

    @cached_property
    def last_possible_day(self) -> date:
        """The day it was received, or the last one of its period: nothing it tells can be later than both."""
        last_day = self.period.window_end
        return max(self.received_at.astimezone(ZONE).date(), last_day) if self.received_at else last_day


@dataclass(frozen=True)
class Subject:
    """What a failed rule is told about: its place, and the words for its sentence."""

    submitted: Submitted
    sheet: str | None
    row: int | None
    task: str | None
    cells: Mapping[str, str]
    values: Mapping[str, Any]
    words: Mapping[str, str] = field(default_factory=dict)
    column: str | None = None


@dataclass(frozen=True)
class Lines:
    """A frame's columns by name, and for each of its lines whom a rule about a field blames (asked only of lines that fail)."""

    columns: Mapping[str, tuple[str, Sequence[Any]]]
    submitted: Sequence[Submitted]
    subjects: Sequence[Callable[[str], list[Subject]]]

    def frame(self) -> "pd.DataFrame":
        """The columns as a data frame."""
        import pandas as pd

        return pd.DataFrame(
            {name: pd.Series(_typed(values, kind), dtype=kind) for name, (kind, values) in self.columns.items()}
        )


def _typed(values: Sequence[Any], kind: str) -> Any:
    """Values for a series; texts as pandas keeps them, for it takes seven times as long to look through a list of them."""
    import pandas as pd
    import pyarrow as pa

    return pd.array(pa.array(values, type=pa.large_string()), dtype=kind) if kind == TEXT else list(values)


def task_rows(batch: Sequence[Submitted], plan: Plan) -> Lines:
    """One line per task row of every file."""
    pairs = [(submitted, row) for submitted in batch for row in submitted.reading.rows]
    doubtful = _doubtful(batch)
    named = [
        (submitted.submission_id, None if (submitted.submission_id, row.sheet, row.row) in doubtful else row.task_code)
        for submitted, row in pairs
    ]
    times = Counter(named)
    told: dict[tuple[str, str | None], list[TaskRow]] = {}
    for task, (_, row) in zip(named, pairs, strict=True):
        told.setdefault(task, []).append(row)
    days = {submitted.submission_id: _days(submitted, plan) for submitted in batch}
    facts = [
        _facts(submitted, row, plan, times[task] if task[1] else 1) | days[submitted.submission_id]
        for (submitted, row), task in zip(pairs, named, strict=True)
    ]
    return Lines(
        columns=_columns(facts, TASK_ROW_TYPES),
        submitted=[submitted for submitted, _ in pairs],
        subjects=[
            _about_row(submitted, row, facts[number], told[named[number]])
            for number, (submitted, row) in enumerate(pairs)
        ],
    )


def _doubtful(batch: Sequence[Submitted]) -> set[tuple[str, str | None, int | None]]:
    """Rows whose code and text name two tasks: each blames itself, never the row that rightly has its code."""
    return {
        (submitted.submission_id, one.sheet, one.row)
        for submitted in batch
        for one in submitted.reading.findings
        if one.code == "task_contradiction"
    }


def submissions(batch: Sequence[Submitted], plan: Plan) -> Lines:
    """One line per file that can be judged as a whole."""
    judged = [one for one in batch if one.reading.rows and not one.reading.is_hopeless]
    missing = [_missing(one, plan) for one in judged]
    copied = [_copied(one) for one in judged]
    facts = [
        {"missing_tasks": len(subjects), "answered_share": _answered_share(one), "copied_share": share}
        for one, subjects, (share, _) in zip(judged, missing, copied, strict=True)
    ]
    return Lines(
        columns=_columns(facts, dict.fromkeys(("missing_tasks", "answered_share", "copied_share"), NUMBERS)),
        submitted=judged,
        subjects=[
            _about_file(one, subjects, name) for one, subjects, (_, name) in zip(judged, missing, copied, strict=True)
        ],
    )


def totals(batch: Sequence[Submitted], _plan: Plan) -> Lines:
    """One line per total, average or count a file states about its rows."""
    pairs = [(submitted, total) for submitted in batch for total in submitted.reading.totals]
    facts = [{"difference": total.difference} for _, total in pairs]
    return Lines(
        columns=_columns(facts, {"difference": NUMBERS}),
        submitted=[submitted for submitted, _ in pairs],
        subjects=[_about_total(submitted, total) for submitted, total in pairs],
    )


GRAINS: Mapping[str, Callable[[Sequence[Submitted], Plan], Lines]] = {
    "task_rows": task_rows,
    "submissions": submissions,
    "totals": totals,
}


def grain_of(suite: Mapping[str, Any]) -> str:
    """What one line of the frame a suite looks at stands for; NeedsHuman if nothing of the kind exists."""
    grain = str((suite.get("meta") or {}).get("grain", "task_rows"))
    if grain not in GRAINS:
        raise NeedsHuman(f"suite {suite['name']}: meta.grain is {grain!r}; it must be one of {', '.join(GRAINS)}")
    return grain


def _columns(facts: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> dict[str, tuple[str, Sequence[Any]]]:
    columns: dict[str, tuple[str, Sequence[Any]]] = {"row_key": ("int64", range(len(facts)))}
    return columns | {name: (kind, [one[name] for one in facts]) for name, kind in types.items()}


def _facts(submitted: Submitted, row: TaskRow, plan: Plan, times_in_file: int) -> dict[str, Any]:
    task = plan.tasks.get(row.task_code) if row.task_code else None
    code = row.task_code or ""
    in_range = row.progress_pct if row.progress_pct is not None and 0 <= row.progress_pct <= 100 else None
    counted = counted_pct(row)
    since = row.completed_since or row.completed_on
    documents = row.documents if row.evidence else ()
    evidence_days = [one.dated for one in documents if one.dated]
    bare = row.bare
    key = bare.text_key
    return {
        "task_code": row.task_code,
        "status": row.status,
        "result": row.result,
        "evidence": row.evidence or _named_elsewhere(row, task),
        "difficulty": row.difficulty,
        "proposal": row.proposal,
        "note": row.note,
        "reason": row.reason or None,
        "reason_folded": bare.reason,
        "result_folded": bare.result,
        "difficulty_folded": bare.difficulty,
        "difficulty_clauses": bare.difficulty_clauses,
        "result_clauses": bare.result_clauses,
        "evidence_clauses": bare.evidence_clauses,
        "evidence_numbers": "; ".join(one.number for one in documents if one.number) or None,
        "proposal_folded": bare.proposal,
        "own_proposal": bare.proposal if bare.proposal != bare.difficulty else None,
        "progress_pct": row.progress_pct,
        "progress_in_range": in_range,
        "counted_pct": counted,
        "completed_on": row.completed_on.toordinal() if row.completed_on else None,
        "completed_since": since.toordinal() if since else None,
        "evidence_last_day": max(evidence_days).toordinal() if evidence_days else None,
        "evidence_dates_exist": not any(one.is_dated_wrong for one in documents),
        "nil_allowed": task is None or task.nil_allowed,
        "needs_document": task is not None and task.product is not Product.BY_PLAN,
        "is_given": row.task_code is None or row.task_code in submitted.owed or row.task_code in submitted.optional,
        "is_owed": row.task_code in submitted.owed,
        "is_explained": bool(row.note or row.difficulty),
        "has_note": bool(row.note),
        "times_in_file": times_in_file,
        "difficulty_is_proposal": bare.difficulty is not None and bare.difficulty == bare.proposal,
        "result_task_likeness": _likeness(row, task),
        "copied_from": submitted.backdrop.texts.get(key) if key else None,
        "replaces": _replaced(submitted, row),
        **_surprise(submitted.backdrop, code, counted),
    }


def _days(submitted: Submitted, plan: Plan) -> dict[str, int]:
    """The days between which everything a file tells of lies."""
    return {
        "first_day": first_day(plan).toordinal(),
        "last_day": submitted.period.window_end.toordinal(),
        "received_on": submitted.last_possible_day.toordinal(),
    }


def _surprise(backdrop: Backdrop, code: str, counted: float | None) -> Mapping[str, float | None]:
    """How far a progress lies from the unit's own past and from its peers, beside what is usual."""
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


def _likeness(row: TaskRow, task: Task | None) -> float | None:
    """How much the result is only the task's own words, 0–100; with figures of its own it is more than that."""
    if task is None or row.bare.result is None:
        return None
    said, words = row.bare.result, fold(task.text)
    if _own_figures(said, words):
        return 0.0
    if SHORTEST_PART <= len(said) < len(words) and fuzz.partial_ratio(said, words) >= SAME_PART:
        return 100.0
    return float(fuzz.ratio(said, words))


def _own_figures(said: str, words: str) -> set[str]:
    """The numbers a text has and the task's words have not; one at the very beginning only counts points."""
    return {*FIGURE.findall(said)[bool(POINT.match(said)) :]} - _figures(words)


@lru_cache(maxsize=1024)
def _figures(words: str) -> frozenset[str]:
    return frozenset(FIGURE.findall(words))


def _named_elsewhere(row: TaskRow, task: Task | None) -> str | None:
    """The unit's own documents that a row without evidence names in its other texts, as far as the task does not name them."""
    numbers = [one.number for one in row.documents if one.number and not (task and one.number in task.text)]
    return "; ".join(numbers) or None


def _replaced(submitted: Submitted, row: TaskRow) -> str | None:
    """The file whose row this one takes the place of, if it says something else."""
    counting = submitted.backdrop.counting.get(row.task_code or "")
    if counting is None:
        return None
    is_same = (counting.status, counting.progress_pct, counting.result) == (row.status, row.progress_pct, row.result)
    return None if is_same else f"{counting.file_name} nhận lúc {moment_text(counting.received_at)}"


def _missing(submitted: Submitted, plan: Plan) -> list[Subject]:
    """The owed tasks neither this file nor an earlier one answers, in plan order, each with its blank row if it has one."""
    answered = {row.task_code for row in submitted.reading.rows} | submitted.backdrop.answered
    blanks = {blank.task_code: blank for blank in submitted.reading.blanks}
    subjects = []
    for code in plan.tasks:
        if code not in submitted.owed or code in answered:
            continue
        blank = blanks.get(code)
        cells = {"status": blank.cell} if blank is not None and blank.cell is not None else {}
        subjects.append(
            Subject(submitted, blank.sheet if blank else None, blank.row if blank else None, code, cells, {})
        )
    return subjects


def _answered_share(submitted: Submitted) -> float:
    answered = {row.task_code for row in submitted.reading.rows} & submitted.owed
    return len(answered) / len(submitted.owed) if submitted.owed else 1.0


def _copied(submitted: Submitted) -> tuple[float, str | None]:
    """The share of a file's longer texts that another unit has too, and that unit's name."""
    keys = [key for row in submitted.reading.rows if (key := row.bare.text_key) is not None]
    if len(keys) < FEWEST_TEXTS:
        return 0.0, None
    names = Counter(name for key in keys if (name := submitted.backdrop.texts.get(key)) is not None)
    if not names:
        return 0.0, None
    name, count = names.most_common(1)[0]
    return count / len(keys), name


def _about_row(
    submitted: Submitted, row: TaskRow, facts: Mapping[str, Any], told: Sequence[TaskRow]
) -> Callable[[str], list[Subject]]:
    def about(_field: str) -> list[Subject]:
        peers = submitted.backdrop.peers.get(row.task_code or "")
        earlier = submitted.backdrop.earlier.get(row.task_code or "")
        words = {
            "earlier": shown(facts["earlier_pct"]) or "",
            "earlier_period": ReportingPeriod.parse(earlier.period_id).label if earlier else "",
            "peer_mean": shown(round(peers.mean, 1)) or "" if peers else "",
            "copied_from": facts["copied_from"] or "",
            "replaces": facts["replaces"] or "",
            **_said_twice(row, told),
        }
        values = {name: getattr(row, name, None) for name in row.cells} | {"task": row.task_code}
        return [Subject(submitted, row.sheet, row.row, row.task_code, row.cells, values, words)]

    return about


def _said_twice(row: TaskRow, told: Sequence[TaskRow]) -> dict[str, str]:
    """What a row says otherwise than another one about its task, and where both stand."""
    others = [other for other in told if other is not row]
    if not others:
        return {}
    other = next((one for one in others if first_difference(row, one)), others[0])
    name = first_difference(row, other) or "task"

    def said(one: TaskRow) -> str:
        value = shown(one.task_code if name == "task" else getattr(one, name)) or "trống"
        value = value if len(value) <= LONGEST_SAID else value[: LONGEST_SAID - 1] + "…"
        cell = one.cells.get(name) or one.cells.get("task") or one.cells.get("task_text")
        place = f"ô {cell}" if cell else f"dòng {one.row}"
        return f"{value} ở {place}" + ("" if one.sheet == row.sheet else f" trang {one.sheet}")

    return {"said_here": f"{FIELD_LABELS[name]}: {said(row)}", "said_there": said(other)}


def _about_file(
    submitted: Submitted, missing: list[Subject], copied_from: str | None
) -> Callable[[str], list[Subject]]:
    """A rule about answers blames every task left out, one about texts the file once."""
    whole = Subject(submitted, None, None, None, {}, {"result": copied_from}, {"copied_from": copied_from or ""})
    return lambda field: missing if field == "status" else [whole]


def _about_total(submitted: Submitted, total: Total) -> Callable[[str], list[Subject]]:
    words = {"counted": " hoặc ".join(dict.fromkeys(map(_span_shown, total.counted[:2])))}
    values = {"progress_pct": total.stated}
    cells = {"progress_pct": total.cell}
    return lambda _field: [Subject(submitted, total.sheet, total.row, None, cells, values, words, total.column)]


def _span_shown(span: Span) -> str:
    least, most = (shown(round(value, 1)) or "" for value in span)
    return least if least == most else f"{least} đến {most}"


def shown(value: Any) -> str | None:
    """A value as a Vietnamese reader writes it."""
    if value is None:
        return None
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return STATUS_LABELS.get(value, str(value))


def first_day(plan: Plan) -> date:
    """The plan year's data window begins on 15 December (Decree 09/2019/NĐ-CP, art. 12)."""
    return date(plan.year - 1, 12, 15)
