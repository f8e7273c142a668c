"""What SQL computed, under names people use; no arithmetic here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar, overload

from commune_reports.garbage import garbage_left_lying
from commune_reports.task_report import cell_at, places_of

Part = TypeVar("Part")


@dataclass(frozen=True)
class Score:
    """The figures of one cell of a scorecard; counts are obligations (unit × task), rates and scores are 0–100.

    `reported` includes confirmed nil; `missing` = owed − reported. `score` is None where every owed task is nil;
    `coverage_pct` and `on_time_pct` are None where nothing is owed.
    """

    owed: int
    reported: int
    nil: int
    missing: int
    completed: int
    in_progress: int
    not_started: int
    score: float | None
    coverage_pct: float | None
    on_time_pct: float | None


@dataclass(frozen=True)
class IndicatorScore:
    """One indicator, of one unit (`unit_code`) or of the whole district (`unit_code` None)."""

    indicator_code: str
    unit_code: str | None
    weight: float
    figures: Score


@dataclass(frozen=True)
class IndexScore:
    """One index (PCI, PGI), of one unit or of the whole district (`unit_code` None)."""

    index_code: str
    unit_code: str | None
    figures: Score


@dataclass(frozen=True)
class SuccessorScores:
    """A period's figures read under a unit of another day: those of the units it is made of, together.

    A score is the mean over these units; `splits` are those of them that stand whole under other units as well.
    """

    unit_code: str
    name: str | None
    made_of: tuple[str, ...]
    splits: tuple[str, ...]
    indices: tuple[IndexScore, ...]
    indicators: tuple[IndicatorScore, ...]
    totals: Score


@dataclass(frozen=True)
class UnitStanding:
    """Where a unit stands in a period.

    `timeliness` is missing if nothing it owes was accepted, late if something was first accepted after the due moment,
    else on_time.
    """

    unit_code: str
    timeliness: str
    verdict: str | None
    first_received_at: datetime | None
    last_received_at: datetime | None
    files: int
    owed: int
    reported: int
    nil: int
    missing_tasks: tuple[str, ...]


@dataclass(frozen=True)
class TaskState:
    """The row that counts for one unit and task as of the moment, with the cell it came from; status None = missing."""

    unit_code: str
    task_code: str
    is_owed: bool
    status: str | None
    progress_pct: float | None
    result: str | None
    evidence: str | None
    completed_on: date | None
    difficulty: str | None
    proposal: str | None
    note: str | None
    submission_id: str | None
    sha256: str | None
    file_name: str | None
    folder: str | None
    received_at: datetime | None
    sheet: str | None
    row: int | None
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Waiver:
    """Who let a rule have no consequences for a unit's files, why, and until when."""

    who: str
    reason: str
    until_at: datetime


@dataclass(frozen=True)
class RowFinding:
    """What was found on one row of a file, and the waiver that left it without consequences, if one did.

    `task` is the task it is about, where that is known.
    """

    submission_id: str
    sheet: str
    row: int | None
    cell: str | None
    code: str
    severity: str
    message: str
    waiver: Waiver | None
    unit_code: str | None = None
    task: str | None = None
    file_name: str | None = None


@dataclass(frozen=True)
class FileRule:
    """How one rule fared on one file: rows it looked at, rows it failed."""

    submission_id: str
    suite: str
    rule: str
    severity: str
    checked: int
    failed: int


@dataclass(frozen=True)
class Decided:
    """What a person decided about a unit's files of the period: `kind` waivers (of the rule `about`) or withdrawals (of a file)."""

    kind: str
    unit_code: str | None
    about: str
    who: str
    reason: str
    decided_at: datetime
    until_at: datetime | None


class Lazily(Sequence[Part]):
    """Values that are made when somebody first looks at them; equal to any sequence of equal values."""

    def __init__(self, make: Callable[[], tuple[Part, ...]]) -> None:
        self._make = make

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        # A hundred thousand figures become values here, and none of them is garbage.
        with garbage_left_lying():
            return self._make()

    @overload
    def __getitem__(self, place: int) -> Part: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Part, ...]: ...

    def __getitem__(self, place: int | slice) -> Part | tuple[Part, ...]:
        return self._parts[place]

    def __len__(self) -> int:
        return len(self._parts)

    def __iter__(self) -> Iterator[Part]:
        return iter(self._parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._parts == tuple(other)

    def __hash__(self) -> int:
        return hash(self._parts)


@dataclass(frozen=True)
class Scorecard:
    """Everything a report shows about one period as of one moment."""

    plan_id: str
    period_id: str
    as_of: datetime
    unit_due_at: datetime
    cut_off_at: datetime
    deadline_at: datetime
    totals: Score
    indicators: Sequence[IndicatorScore]
    indices: Sequence[IndexScore]
    standings: tuple[UnitStanding, ...]
    tasks: Sequence[TaskState]
    findings: Sequence[RowFinding] = ()
    decided: Sequence[Decided] = ()
    unit_totals: Mapping[str, Score] = field(default_factory=dict)


@dataclass(frozen=True)
class ScoreChange:
    """A score beside that of the period before; `level` is indicator or index, `unit_code` None is the district.

    A change is now − before, in points; None where one of the two has no figure.
    """

    level: str
    code: str
    unit_code: str | None
    previous_period_id: str
    score: float | None
    previous_score: float | None
    score_change: float | None
    coverage_change: float | None
    on_time_change: float | None


@dataclass(frozen=True)
class PeriodTrend:
    """One period among the others of its plan: `totals` by unit code (None = district), `indices` of both."""

    period_id: str
    window_end: date
    totals: Mapping[str | None, Score]
    indices: tuple[IndexScore, ...]


@dataclass(frozen=True)
class BodyWork:
    """The owed tasks of all units that a body leads (`role` lead) or helps with (coordinating)."""

    body_code: str
    body_name: str
    role: str
    figures: Score


@dataclass(frozen=True)
class Remark:
    """A difficulty or proposal a unit stated for a task, with the cell of each in its file."""

    indicator_code: str
    unit_code: str
    task_code: str
    difficulty: str | None
    proposal: str | None
    submission_id: str
    sha256: str
    file_name: str
    sheet: str
    row: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class TaskCounts:
    """In how many units a task is owed and stands at each status."""

    task_code: str
    indicator_code: str
    figures: Score


@dataclass(frozen=True)
class GateOutcome:
    """How one rule of the gate fared on a period's figures: rows it looked at and failed, and sentences on the first."""

    suite: str
    rule: str
    severity: str
    checked: int
    failed: int
    first_rows: tuple[str, ...]


def findings_by_row(states: Sequence[TaskState], findings: Sequence[RowFinding]) -> list[tuple[RowFinding, ...]]:
    """For every state, what was found on its row or in a cell it was read from, each finding once.

    For a missing task: what kept rows for it, in any of the unit's files, from counting.
    """
    rows: dict[tuple[str | None, str | None, int], list[RowFinding]] = {}
    cells: dict[tuple[str | None, str | None, str], list[RowFinding]] = {}
    kept_out: dict[tuple[str | None, str], list[RowFinding]] = {}
    for one in findings:
        if one.row is not None:
            rows.setdefault((one.submission_id, one.sheet, one.row), []).append(one)
        elif one.cell is not None:
            cells.setdefault((one.submission_id, one.sheet, one.cell), []).append(one)
        if one.task is not None and one.severity == "critical":
            kept_out.setdefault((one.unit_code, one.task), []).append(one)
    found = []
    for state in states:
        if state.status is None:
            found.append(tuple(kept_out.get((state.unit_code, state.task_code), ())))
            continue
        if state.sheet is None or state.row is None:
            found.append(())
            continue
        places = sorted(places_of(state.sheet, state.row, state.cells), key=(state.sheet, state.row).__ne__)
        of_row = [one for sheet, row in places for one in rows.get((state.submission_id, sheet, row), ())]
        of_cells = [
            one
            for cell in dict.fromkeys(state.cells.values())
            for one in cells.get((state.submission_id, *cell_at(cell, seen_from=state.sheet)), ())
        ]
        found.append((*of_row, *of_cells))
    return found
