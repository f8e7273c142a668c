"""Rows × expectations/*.json → findings. The only importer of Great Expectations, and only when something is validated.

A suite whose rules did not all load, or a rule that could not be evaluated, is our failure and is raised: never a pass.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commune_reports.errors import NeedsHuman
from commune_reports.findings import FIELD_LABELS, STATUS_LABELS, Finding, Severity, Wordings
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.task_report import Assessment, Reading, RuleOutcome, TaskRow

if TYPE_CHECKING:
    import pandas as pd

INDEX_COLUMNS = ("submission_id", "row_key")


@dataclass(frozen=True)
class Rules:
    """The checked text of every suite, by suite name."""

    suites: Mapping[str, Mapping[str, Any]]


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
    """Every suite in a folder, checked for shape; NeedsHuman names the file and rule that is not right."""
    suites = {}
    for path in sorted(expectations.glob("*.json")):
        try:
            suite = json.loads(path.read_text(encoding="utf-8"))
            name, rules = suite["name"], suite["expectations"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NeedsHuman(f"expectation suite {path.name} is not right: {error!r}") from error
        for number, rule in enumerate(rules, start=1):
            _check_rule(rule, f"{path.name}, rule {number}")
        suites[name] = suite
    if not suites:
        raise NeedsHuman(f"no expectation suite in {expectations}; nothing would be checked")
    return Rules(suites)


def prepare() -> None:
    """Import Great Expectations now, at a moment that suits the caller; it takes seconds."""
    import great_expectations  # noqa: F401


def validate(batch: Sequence[Submitted], *, plan: Plan, rules: Rules, wordings: Wordings) -> Validation:
    """Run every suite once over the rows of all files of a batch; NeedsHuman if any rule could not be evaluated."""
    for name, suite in rules.suites.items():
        unworded = {rule["meta"]["finding"] for rule in suite["expectations"]} - wordings.by_code.keys()
        if unworded:
            raise NeedsHuman(f"suite {name}: {', '.join(sorted(unworded))} has no sentence in findings.yaml")
    rows = [(submitted, row) for submitted in batch for row in submitted.reading.rows]
    if not rows:
        return Validation({}, ())
    frame = _frame(rows, plan)
    findings: dict[str, list[Finding]] = defaultdict(list)
    outcomes: list[RuleOutcome] = []
    for suite in rules.suites.values():
        for rule, result in _run(suite, frame):
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


def _check_rule(rule: Any, where: str) -> None:
    if not isinstance(rule, dict) or not {"type", "kwargs", "severity", "meta"} <= rule.keys():
        raise NeedsHuman(f"{where}: a rule needs type, kwargs, severity and meta")
    if rule["severity"] not in list(Severity):
        raise NeedsHuman(f"{where}: severity is {rule['severity']!r}; it must be {', '.join(Severity)}")
    meta = rule["meta"]
    if not isinstance(meta, dict) or not meta.get("finding"):
        raise NeedsHuman(f"{where}: meta.finding is missing; it names the wording in include/wordings/findings.yaml")
    if meta.get("field") not in FIELD_LABELS:
        raise NeedsHuman(f"{where}: meta.field is {meta.get('field')!r}; it must be one of {', '.join(FIELD_LABELS)}")


def _frame(rows: Sequence[tuple[Submitted, TaskRow]], plan: Plan) -> "pd.DataFrame":
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


def _run(suite: Mapping[str, Any], frame: "pd.DataFrame") -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """One Great Expectations run: every rule of a suite with its result, in the order of the file."""
    import great_expectations as gx

    try:
        built = gx.ExpectationSuite(**json.loads(json.dumps(dict(suite))))
    except Exception as error:
        # Great Expectations raises many kinds here, all of which mean that our file is wrong.
        raise NeedsHuman(f"expectation suite {suite['name']} was not understood: {_one_line(error)}") from error
    if len(built.expectations) != len(suite["expectations"]):
        loaded = Counter(one.expectation_type for one in built.expectations)
        lost = Counter(rule["type"] for rule in suite["expectations"]) - loaded
        raise NeedsHuman(
            f"expectation suite {suite['name']}: {sum(lost.values())} rules did not load ({', '.join(lost)}); "
            "their type or severity is not known"
        )
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = context.data_sources.pandas_default.read_dataframe(frame)
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": list(INDEX_COLUMNS)}
    # Each rule carries its number, because results come back in an order of their own.
    for number, expectation in enumerate(built.expectations):
        expectation.meta = {**(expectation.meta or {}), "number": number}
    outcome = batch.validate(built, result_format=wanted)
    results = {result.expectation_config.meta["number"]: result for result in outcome.results}
    for number, rule in enumerate(suite["expectations"]):
        result = results.get(number)
        trouble = _trouble(result)
        if trouble:
            raise NeedsHuman(
                f"rule {rule['meta']['finding']} ({rule['type']}) of suite {suite['name']} was not evaluated: {trouble}"
            )
        assert result is not None
        yield rule, result.result


def _trouble(result: Any) -> str | None:
    """Why a result cannot be believed: an exception inside the rule, or no count of rows."""
    if result is None:
        return "it gave no result"
    raised = result.exception_info or {}
    details = [raised] if "raised_exception" in raised else list(raised.values())
    for detail in details:
        if detail.get("raised_exception"):
            return _one_line(detail.get("exception_message"))
    if "element_count" not in result.result:
        return "it gave no count of rows"
    if not result.success and not result.result.get("unexpected_index_list"):
        return "it failed without naming rows"
    return None


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


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300]
