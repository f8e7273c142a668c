"""Where a figure comes from: its task rows, their files, sheets and cells, what was found on them, what people decided."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from commune_reports import inbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.plan import Plan
from commune_reports.scorecard import RowFinding, Scorecard, SuccessorScores, TaskState, findings_by_row
from commune_reports.settings import Settings
from commune_reports.steps.asking import card_of, figures_of, heading, local_moment, read_as_of
from commune_reports.steps.deciding import decisions
from commune_reports.steps.desk import Desk, plan_period
from commune_reports.steps.opening import unit_of
from commune_reports.task_report import sheet_named


@dataclass(frozen=True)
class Figure:
    """Which figure is asked for: of an index or an indicator (neither = totals), of a unit (None = district).

    With a day, `unit` is one of that day.
    """

    index: str | None = None
    indicator: str | None = None
    unit: str | None = None
    units_of: date | None = None


def trace(
    settings: Settings, *, period: str, now: datetime, as_of: datetime | None = None, **asked: Any
) -> dict[str, Any]:
    """A figure and every task row behind it, missing tasks included; takes what Figure names.

    A row has its file (folder, name, SHA-256, archive path), sheet, cells and what was found on it, a missing task what kept
    rows for it from counting; `files` tells how the rules fared on each of these files. Beside them what people decided:
    files withdrawn, rules waived, the period reopened.
    """
    wanted = Figure(**asked)
    desk, card = card_of(settings, period, now=now, as_of=as_of)
    tasks = _tasks_behind(desk.plan, wanted)
    read_as: SuccessorScores | None = None
    made_of: tuple[str, ...] | None = None
    if wanted.unit is not None and wanted.units_of is not None:
        read_as = read_as_of(desk, card, wanted.unit, wanted.units_of)
        made_of = read_as.made_of
    elif wanted.unit is not None:
        unit_of(desk, wanted.unit, plan_period(desk.plan, period))
        made_of = (wanted.unit,)
    states = [
        state for state in card.tasks if state.task_code in tasks and (made_of is None or state.unit_code in made_of)
    ]
    found = findings_by_row(states, card.findings)
    rows = [
        {"indicator": desk.plan.tasks[state.task_code].indicator_code, **_row(state, of_row, settings.home)}
        for state, of_row in zip(states, found, strict=True)
    ]
    return {
        **heading(desk, card),
        "index": wanted.index,
        "indicator": wanted.indicator,
        "unit": wanted.unit,
        **({"made_of": list(read_as.made_of)} if read_as else {}),
        "figure": _figure(desk, card, read_as, wanted),
        "rows": rows,
        "files": _files(desk, card, states, settings.home),
        **decisions(desk, period, units=made_of, as_of=card.as_of),
    }


def _tasks_behind(plan: Plan, wanted: Figure) -> Collection[str]:
    """The tasks an index or indicator is made of, or all; NeedsHuman names the codes there are."""
    if wanted.index is not None and wanted.indicator is not None:
        raise NeedsHuman("a figure is that of an index or of an indicator: give --index or --indicator, not both")
    for kind, code, parts in (
        ("index", wanted.index, plan.indices),
        ("indicator", wanted.indicator, plan.indicators),
    ):
        if code is not None and code not in {one.code for one in parts}:
            known = ", ".join(one.code for one in parts)
            raise NeedsHuman(f"{kind} {code} is not in plan {plan.id}; it has {known}")
    counting = {
        one.code
        for one in plan.indicators
        if wanted.indicator in (None, one.code) and wanted.index in (None, one.index_code)
    }
    return {task.code for task in plan.tasks.values() if task.indicator_code in counting}


def _figure(desk: Desk, card: Scorecard, read_as: SuccessorScores | None, wanted: Figure) -> dict[str, Any] | None:
    if wanted.index is None and wanted.indicator is None:
        unit_totals = card.totals if wanted.unit is None else card.unit_totals.get(wanted.unit)
        totals = read_as.totals if read_as else unit_totals
        return asdict(totals) if totals else None
    scores = figures_of(desk, card, read_as, wanted.unit)
    level, code = ("indices", wanted.index) if wanted.index else ("indicators", wanted.indicator)
    return next((one for one in scores.get(level, ()) if one["code"] == code), None)


def _row(state: TaskState, found: Sequence[RowFinding], home: Path) -> dict[str, Any]:
    return {
        **vars(state),
        "received_at": local_moment(state.received_at),
        "completed_on": state.completed_on.isoformat() if state.completed_on else None,
        "cells": dict(state.cells),
        "archived": str(inbox.archived_path(home, state.sha256)) if state.sha256 else None,
        "status": state.status or ("missing" if state.is_owed else None),
        "findings": [_finding(one) for one in found],
        "waived": any(one.waiver for one in found),
    }


def _finding(one: RowFinding) -> dict[str, Any]:
    waiver = one.waiver
    return {
        "code": one.code,
        "severity": one.severity,
        "file_name": one.file_name,
        "sheet": sheet_named(one.sheet) if one.sheet else None,
        "cell": one.cell,
        "message": one.message,
        "waiver": {"who": waiver.who, "until": local_moment(waiver.until_at), "reason": waiver.reason}
        if waiver
        else None,
    }


def _files(desk: Desk, card: Scorecard, states: Sequence[TaskState], home: Path) -> list[dict[str, Any]]:
    """The files the rows came in, each once, whether it is kept as it came, and how every rule fared on it."""
    behind = {state.submission_id: state for state in states if state.submission_id}
    with desk.reading() as connection:
        outcomes = warehouse.file_rules(
            connection, desk.warehouse, plan_id=card.plan_id, period_id=card.period_id, as_of=card.as_of
        )
    rules: dict[str, list[dict[str, Any]]] = {}
    for one in outcomes:
        if one.submission_id in behind:
            named = {"suite": one.suite, "rule": one.rule, "severity": one.severity}
            rules.setdefault(one.submission_id, []).append({**named, "checked": one.checked, "failed": one.failed})
    return [
        {
            "submission_id": key,
            "unit": state.unit_code,
            "folder": state.folder,
            "file_name": state.file_name,
            "sha256": state.sha256,
            "received_at": local_moment(state.received_at),
            "is_archived": state.sha256 is not None and inbox.is_archived(home, state.sha256),
            "rules": rules.get(key, []),
        }
        for key, state in behind.items()
    ]
