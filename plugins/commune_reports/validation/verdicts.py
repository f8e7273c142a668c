"""The verdict on one file, from everything that was found in it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from commune_reports.findings import Finding, Severity
from commune_reports.task_report import Assessment, TaskRow, places_of
from commune_reports.validation.lines import Submitted

# What cannot be understood, or not in one way, is said once: no rule may blame the same field of the row again.
MISREAD = ("_unreadable", "_ambiguous", "_unknown", "_error", "_without_value", "_twice", "_disagree")


def assess(submitted: Submitted, findings: Sequence[Finding]) -> Assessment:
    """Put reading and rule findings together: a critical one drops its row, or the whole file if it names no row."""
    reading = submitted.reading
    ruled = [replace(one, severity=Severity.INFO) if one.code in submitted.waived else one for one in findings]
    kept = _without_echoes(reading.findings, ruled)
    critical = [one for one in kept if one.severity is Severity.CRITICAL]
    is_hopeless = any(one.row is None and one.task is None for one in critical)
    bad = {(one.sheet, one.row) for one in critical}
    accepted = () if is_hopeless else tuple(row for row in reading.rows if bad.isdisjoint(_places(row)))
    whole_or_part = "partly_accepted" if bad else "accepted"
    return Assessment(
        submission_id=submitted.submission_id,
        verdict=whole_or_part if accepted else "rejected",
        rows_owed=len(submitted.owed),
        rows_read=len(reading.rows),
        rows_accepted=len(accepted),
        rows_nil=sum(row.status == "nil" for row in accepted),
        accepted=accepted,
        findings=tuple(sorted(kept, key=_place)),
    )


def _places(row: TaskRow) -> set[tuple[str, int]]:
    return places_of(row.sheet, row.row, row.cells)


def _without_echoes(read: Sequence[Finding], ruled: Sequence[Finding]) -> list[Finding]:
    """Each thing once, and nothing about a field that could not be understood."""
    misread = [one for one in read if one.row is not None and one.code.endswith(MISREAD)]
    fields, cells = {_field(one) for one in misread}, {(one.sheet, one.cell) for one in misread}
    told = [one for one in ruled if one.row is None or not (_field(one) in fields or (one.sheet, one.cell) in cells)]
    # Nobody knows what is to be told of a task nobody knows.
    unknown = {(one.sheet, one.row) for one in read if one.code == "task_unknown"}
    told = [one for one in told if not (one.code.endswith("_missing") and (one.sheet, one.row) in unknown)]
    if any(one.code == "progress_columns_missing" for one in read):
        told = [one for one in told if one.code != "status_missing"]
    if any(one.code == "copied_file" for one in told):
        told = [one for one in told if one.code != "text_same_as_other_unit"]
    kept: dict[tuple[Any, ...], Finding] = {}
    for one in chain(read, told):
        kept.setdefault((one.code, one.sheet, one.cell, one.row, one.task or one.column), one)
    return list(kept.values())


def _field(finding: Finding) -> tuple[str | None, int | None, str | None]:
    return finding.sheet, finding.row, finding.column


def _place(finding: Finding) -> tuple[Any, ...]:
    letters = (finding.cell or "").rstrip("0123456789")
    return finding.sheet or "", finding.row or 0, len(letters), letters, finding.task or "", finding.code
