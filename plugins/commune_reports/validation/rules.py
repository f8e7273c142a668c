"""A batch of files × every suite → findings; as many Great Expectations runs for a thousand files as for one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.utils import coordinate_to_tuple

from commune_reports.errors import NeedsHuman
from commune_reports.findings import FIELD_LABELS, STATUS_LABELS, Finding, Severity, Wordings
from commune_reports.plan import Plan
from commune_reports.task_report import RuleOutcome, cell_at
from commune_reports.validation.lines import Subject, Submitted, first_day, shown
from commune_reports.validation.running import run_suite
from commune_reports.validation.subjects import GRAINS, grain_of
from commune_reports.validation.suites import Rules

NOT_EMPTY = "expect_column_values_to_not_be_null"


@dataclass(frozen=True)
class Validation:
    """Findings of the rules by submission, and how every rule fared."""

    findings: Mapping[str, tuple[Finding, ...]]
    outcomes: tuple[RuleOutcome, ...]


def validate(batch: Sequence[Submitted], *, plan: Plan, rules: Rules, wordings: Wordings) -> Validation:
    """Run every suite once over all files of a batch; NeedsHuman if any rule could not be evaluated."""
    for name, suite in rules.suites.items():
        unworded = {rule["meta"]["finding"] for rule in suite["expectations"]} - wordings.by_code.keys()
        if unworded:
            raise NeedsHuman(f"suite {name}: {', '.join(sorted(unworded))} has no sentence in findings.yaml")
        grain_of(suite)
    findings: dict[str, list[Finding]] = defaultdict(list)
    outcomes: list[RuleOutcome] = []
    for name, suite in rules.suites.items():
        lines = GRAINS[grain_of(suite)](batch, plan)
        if not lines.submitted:
            continue
        checked = Counter(one.submission_id for one in lines.submitted)
        for rule, result in run_suite(suite, lines.frame()):
            meta = rule["meta"]
            severity = plan.severities.get(meta["finding"], rule["severity"])
            failed = [int(one["row_key"]) for one in result.get("unexpected_index_list") or ()]
            wrong = Counter(lines.submitted[number].submission_id for number in failed)
            outcomes += [
                RuleOutcome(name, meta["finding"], severity, key, count, wrong[key]) for key, count in checked.items()
            ]
            blamed = [one for number in failed for one in lines.about(number, meta["field"])]
            lacking = _without_a_column(blamed, meta) if _says_missing(rule, severity) else {}
            for (submission_id, sheet), count in lacking.items():
                label = FIELD_LABELS[meta["field"]]
                findings[submission_id].append(
                    wordings.finding("column_missing", severity=severity, sheet=sheet, column=label, got=str(count))
                )
            for subject in blamed:
                if (subject.submitted.submission_id, subject.sheet) not in lacking or _is_answerable(subject, meta):
                    findings[subject.submitted.submission_id].append(
                        _finding(subject, meta, severity=severity, plan=plan, wordings=wordings)
                    )
    return Validation({key: tuple(found) for key, found in findings.items()}, tuple(outcomes))


def _says_missing(rule: Mapping[str, Any], severity: str) -> bool:
    """Whether a rule only asks for something more; what keeps a row from counting is told of each row."""
    return rule["type"] == NOT_EMPTY and severity != Severity.CRITICAL


def _without_a_column(blamed: Sequence[Subject], meta: Mapping[str, Any]) -> Mapping[tuple[str, str | None], int]:
    """How many rows of a sheet lack what their table has no column for, where there are several: none of them is to be mended."""
    rows = (one for one in blamed if one.row is not None and not _is_answerable(one, meta))
    asked = (one for one in rows if meta["finding"] not in one.submitted.waived)
    counted = Counter((one.submitted.submission_id, one.sheet) for one in asked)
    return {place: count for place, count in counted.items() if count > 1}


def _is_answerable(subject: Subject, meta: Mapping[str, Any]) -> bool:
    """Whether its table has a column for what a rule asks."""
    return any(name in subject.cells for name in _fields(meta))


def _fields(meta: Mapping[str, Any]) -> Sequence[str]:
    """The fields any one of which may answer a rule."""
    fields: Sequence[str] = meta.get("fields") or (meta["field"],)
    return fields


def _finding(subject: Subject, meta: Mapping[str, Any], *, severity: str, plan: Plan, wordings: Wordings) -> Finding:
    field = next((name for name in _fields(meta) if name in subject.cells), meta["field"])
    words = {
        "window_end": f"{subject.submitted.period.window_end:%d/%m/%Y}",
        "year_start": f"{first_day(plan):%d/%m/%Y}",
        "statuses": ", ".join(STATUS_LABELS.values()),
        **subject.words,
    }
    wanted = str(meta.get("wanted", "")).format_map(words)
    got = str(meta["got"]).format_map(words) if "got" in meta else shown(subject.values.get(field))
    sheet, cell, row = _cell(subject, field)
    return wordings.finding(
        meta["finding"],
        severity=severity,
        sheet=sheet,
        cell=cell,
        row=row,
        column=subject.column or (FIELD_LABELS[field] if subject.row is not None else None),
        task=subject.task,
        got=got,
        wanted=wanted or None,
    )


def _cell(subject: Subject, field: str) -> tuple[str | None, str | None, int | None]:
    """The sheet, cell and row to mend; of a field that was read from another sheet, there."""
    cell = next((cell for name in (field, "task", "task_text") if (cell := subject.cells.get(name))), None)
    if cell is None or subject.sheet is None:
        return subject.sheet, cell, subject.row
    sheet, cell = cell_at(cell, seen_from=subject.sheet)
    return sheet, cell, subject.row if sheet == subject.sheet else coordinate_to_tuple(cell)[0]
