"""What SQL computed, under names people use; no arithmetic here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


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
    received_at: datetime | None
    sheet: str | None
    row: int | None
    cells: Mapping[str, str]


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
    indicators: tuple[IndicatorScore, ...]
    indices: tuple[IndexScore, ...]
    standings: tuple[UnitStanding, ...]
    tasks: tuple[TaskState, ...]
