"""Task rows as a workbook states them, and the verdict on the file they came in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from commune_reports.findings import Finding


@dataclass(frozen=True)
class TaskRow:
    """One reported task. `cells` maps each field that has a column to its A1 address in the file.

    `status` is completed, in_progress, not_started or nil; `matched_by` is code, number or text.
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


@dataclass(frozen=True)
class Reading:
    """What one file says of itself, its rows in which something was written, and what could not be understood."""

    unit_claimed: str | None = None
    period_claimed: str | None = None
    plan_claimed: str | None = None
    template_version: str | None = None
    rows: tuple[TaskRow, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class RuleOutcome:
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
