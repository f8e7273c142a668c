"""Task rows × expectations/*.json → findings, and the verdict on each file."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commune_reports.errors import NeedsHuman
from commune_reports.findings import FIELD_LABELS, STATUS_LABELS, Finding, Severity, Wordings
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.task_report import Assessment, Reading, RuleOutcome, TaskRow
from commune_reports.validation.running import Rules, load_suites, run_suite

if TYPE_CHECKING:
    import pandas as pd
INDEX_COLUMNS = ("submission_id", "row_key")


@dataclass(frozen=True)
class Submitted:
    """One read file with what its unit has to report: task codes `owed` and `optional` in this period."""

    submission_id: str
    unit_code: str
    period: ReportingPeriod
    reading: Reading
    owed: frozenset[str]
    optional: frozenset[str]


@dataclass(frozen=True)
class Validation:
    """Findings of the rules by submission, and how every rule fared."""

    findings: Mapping[str, tuple[Finding, ...]]
    outcomes: tuple[RuleOutcome, ...]


def load_rules(expectations: Path) -> Rules:
    """Every suite about task rows, checked for shape; NeedsHuman names the file and rule that is not right."""
    return load_suites(expectations, check=_check_field)


def validate(batch: Sequence[Submitted], *, plan: Plan, rules: Rules, wordings: Wordings) -> Validation:
    """Run every suite once over the rows of all files of a batch; NeedsHuman if any rule could not be evaluated."""
    for name, suite in rules.suites.items():
        unworded = {rule["meta"]["finding"] for rule in suite["expectations"]} - wordings.by_code.keys()
        if unworded:
            raise NeedsHuman(f"suite {name}: {', '.join(sorted(unworded))} has no sentence in findings.yaml")
    rows = [(submitted, row) for submitted in batch for row in submitted.reading.rows]
    if not rows:
        return Validation({}, ())
    frame = frame_of(rows, plan)
    findings: dict[str, list[Finding]] = defaultdict(list)
    outcomes: list[RuleOutcome] = []
    for suite in rules.suites.values():
        for rule, result in run_suite(suite, frame, index_columns=INDEX_COLUMNS):
            meta = rule["meta"]
            severity = plan.severities.get(meta["finding"], rule["severity"])
            failed = [rows[int(one["row_key"])] for one in result.get("unexpected_index_list") or ()]
            outcomes += _outcomes(suite["name"], meta["finding"], severity, rows, failed)
            for submitted, row in failed:
                findings[submitted.submission_id].append(
                    _finding(submitted, row, meta, severity=severity, plan=plan, wordings=wordings)
                )
    return Validation({key: tuple(found) for key, found in findings.items()}, tuple(outcomes))


def assess(submitted: Submitted, findings: Sequence[Finding]) -> Assessment:
    """Put reading and rule findings together: a critical one drops its row, or the whole file if it names no row."""
    reading = submitted.reading
    kept = _without_echoes([*reading.findings, *findings])
    is_hopeless = any(one.severity is Severity.CRITICAL and one.row is None for one in kept)
    bad = {(one.sheet, one.row) for one in kept if one.severity is Severity.CRITICAL}
    accepted = () if is_hopeless else tuple(row for row in reading.rows if (row.sheet, row.row) not in bad)
    whole_or_part = "partly_accepted" if bad else "accepted"
    return Assessment(
        submission_id=submitted.submission_id,
        verdict=whole_or_part if accepted else "rejected",
        rows_owed=len(submitted.owed),
        rows_read=len(reading.rows),
        rows_accepted=len(accepted),
        rows_nil=sum(row.status == "nil" for row in accepted),
        accepted=accepted,
        findings=tuple(sorted(kept, key=lambda one: (one.sheet or "", one.row or 0, _column_of(one), one.code))),
    )


def _check_field(meta: Mapping[str, Any], where: str) -> None:
    if meta.get("field") not in FIELD_LABELS:
        raise NeedsHuman(f"{where}: meta.field is {meta.get('field')!r}; it must be one of {', '.join(FIELD_LABELS)}")


def frame_of(rows: Sequence[tuple[Submitted, TaskRow]], plan: Plan) -> "pd.DataFrame":
    """The rows as typed columns, so that no rule can stumble over a text in a column of numbers."""
    import pandas as pd

    times = Counter((submitted.submission_id, row.task_code) for submitted, row in rows)
    columns: dict[str, Any] = {
        "submission_id": pd.Series([submitted.submission_id for submitted, _ in rows], dtype="str"),
        "row_key": pd.Series(range(len(rows)), dtype="int64"),
        "progress_pct": pd.Series([row.progress_pct for _, row in rows], dtype="float64"),
        "progress_in_range": pd.Series(
            [
                row.progress_pct if row.progress_pct is not None and 0 <= row.progress_pct <= 100 else None
                for _, row in rows
            ],
            dtype="float64",
        ),
        "completed_on": pd.Series(
            [row.completed_on.toordinal() if row.completed_on else None for _, row in rows], dtype="float64"
        ),
        "first_day": pd.Series([_first_day(plan).toordinal()] * len(rows), dtype="float64"),
        "last_day": pd.Series([submitted.period.window_end.toordinal() for submitted, _ in rows], dtype="float64"),
        "nil_allowed": pd.Series([_nil_allowed(plan, row) for _, row in rows], dtype="bool"),
        "is_given": pd.Series(
            [row.task_code is None or row.task_code in submitted.owed | submitted.optional for submitted, row in rows],
            dtype="bool",
        ),
        "times_in_file": pd.Series(
            [times[submitted.submission_id, row.task_code] if row.task_code else 1 for submitted, row in rows],
            dtype="int64",
        ),
        "reason": pd.Series([row.note or row.difficulty or row.result for _, row in rows], dtype="str"),
    }
    for name in ("task_code", "status", "result", "evidence", "difficulty", "proposal", "note"):
        columns[name] = pd.Series([getattr(row, name) for _, row in rows], dtype="str")
    return pd.DataFrame(columns)


def _first_day(plan: Plan) -> date:
    """The plan year's data window begins on 15 December (Decree 09/2019/NĐ-CP, art. 12)."""
    return date(plan.year - 1, 12, 15)


def _nil_allowed(plan: Plan, row: TaskRow) -> bool:
    task = plan.tasks.get(row.task_code) if row.task_code else None
    return task is None or task.nil_allowed


def _outcomes(
    suite: str,
    rule: str,
    severity: str,
    rows: Sequence[tuple[Submitted, TaskRow]],
    failed: Sequence[tuple[Submitted, TaskRow]],
) -> list[RuleOutcome]:
    checked = Counter(submitted.submission_id for submitted, _ in rows)
    wrong = Counter(submitted.submission_id for submitted, _ in failed)
    return [RuleOutcome(suite, rule, severity, key, count, wrong[key]) for key, count in checked.items()]


def _finding(
    submitted: Submitted, row: TaskRow, meta: Mapping[str, Any], *, severity: str, plan: Plan, wordings: Wordings
) -> Finding:
    field = meta["field"]
    wanted = str(meta.get("wanted", "")).format(
        window_end=f"{submitted.period.window_end:%d/%m/%Y}",
        year_start=f"{_first_day(plan):%d/%m/%Y}",
        statuses=", ".join(STATUS_LABELS.values()),
    )
    return wordings.finding(
        meta["finding"],
        severity=severity,
        sheet=row.sheet,
        cell=row.cells.get(field) or row.cells.get("task") or row.cells.get("task_text"),
        row=row.row,
        column=FIELD_LABELS[field],
        task=row.task_code,
        got=_shown(row, field),
        wanted=wanted,
    )


def _shown(row: TaskRow, field: str) -> str | None:
    if field == "task":
        return row.task_code
    value = getattr(row, field)
    if value is None:
        return None
    if field == "status":
        return STATUS_LABELS[value]
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


def _without_echoes(findings: Sequence[Finding]) -> list[Finding]:
    """Each thing once: no rule may blame a cell that could not be understood, nor two rules say the same of one cell."""
    misread = {
        (one.sheet, one.cell)
        for one in findings
        if one.cell and one.code.endswith(("_unreadable", "_ambiguous", "_unknown", "_error", "_without_value"))
    }
    kept: dict[tuple[Any, ...], Finding] = {}
    for one in findings:
        is_rule_on_misread = (one.sheet, one.cell) in misread and one.code.endswith(
            ("_missing", "_conflict", "_out_of_range", "_outside_window", "_without_completion", "_not_owed")
        )
        if not is_rule_on_misread:
            kept.setdefault((one.code, one.sheet, one.cell, one.row, one.task), one)
    return list(kept.values())


def _column_of(finding: Finding) -> tuple[int, str]:
    letters = (finding.cell or "").rstrip("0123456789")
    return len(letters), letters
