"""Questions people ask of the warehouse: status, scores, outbox, and where a figure comes from."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from commune_reports import inbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.period import ZONE
from commune_reports.scorecard import Score, Scorecard
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, open_desk, plan_period
from commune_reports.steps.opening import unit_of
from commune_reports.steps.publishing import scorecard_as_of


def status(settings: Settings, *, period: str, now: datetime, as_of: datetime | None = None) -> dict[str, Any]:
    """Where every unit stands in a period: verdict, on time, late or missing, and what it still owes by name."""
    desk, card = _card(settings, period, now=now, as_of=as_of)
    wanted = plan_period(desk.plan, period)
    units = []
    for standing in card.standings:
        unit = desk.plan.unit(standing.unit_code, wanted.window_end)
        units.append(
            {
                "unit": standing.unit_code,
                "name": unit.full_name if unit else standing.unit_code,
                "verdict": standing.verdict,
                "timeliness": standing.timeliness,
                "files": standing.files,
                "first_received_at": _local(standing.first_received_at),
                "last_received_at": _local(standing.last_received_at),
                "owed": standing.owed,
                "reported": standing.reported,
                "nil": standing.nil,
                "missing": [{"task": code, "text": desk.plan.tasks[code].text} for code in standing.missing_tasks],
            }
        )
    return {**_heading(desk, card), "units": units}


def aggregate(settings: Settings, *, period: str, now: datetime, as_of: datetime | None = None) -> dict[str, Any]:
    """Scores of a period as of a moment: per index and indicator, for the district and for each unit."""
    desk, card = _card(settings, period, now=now, as_of=as_of)
    codes = [standing.unit_code for standing in card.standings]
    wanted = plan_period(desk.plan, period)
    units = []
    for code in codes:
        unit = desk.plan.unit(code, wanted.window_end)
        units.append({"unit": code, "name": unit.full_name if unit else code, **_scores(desk, card, code)})
    return {**_heading(desk, card), "totals": _figures(card.totals), **_scores(desk, card, None), "units": units}


def outbox_state(settings: Settings) -> dict[str, Any]:
    """Every letter with its state and attempts."""
    desk = open_desk(settings)
    with desk.begin() as connection:
        return {"letters": warehouse.outbox(connection)}


def trace(
    settings: Settings,
    *,
    period: str,
    now: datetime,
    indicator: str | None = None,
    unit: str | None = None,
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """Every task row behind a figure, with file (SHA-256, archive path), sheet and cells; missing tasks included."""
    desk, card = _card(settings, period, now=now, as_of=as_of)
    if indicator is not None and indicator not in {one.code for one in desk.plan.indicators}:
        known = ", ".join(one.code for one in desk.plan.indicators)
        raise NeedsHuman(f"indicator {indicator} is not in plan {desk.plan.id}; it has {known}")
    if unit is not None:
        unit_of(desk, unit, plan_period(desk.plan, period))
    rows = []
    for state in card.tasks:
        task = desk.plan.tasks[state.task_code]
        if indicator not in (None, task.indicator_code) or unit not in (None, state.unit_code):
            continue
        row = asdict(state)
        row["received_at"] = _local(state.received_at)
        row["completed_on"] = state.completed_on.isoformat() if state.completed_on else None
        row["cells"] = dict(state.cells)
        row["archived"] = str(inbox.archived_path(settings.home, state.sha256)) if state.sha256 else None
        row["status"] = state.status or ("missing" if state.is_owed else None)
        rows.append({"indicator": task.indicator_code, **row})
    figures = _scores(desk, card, unit)
    figure = next((one for one in figures["indicators"] if one["code"] == indicator), None)
    return {**_heading(desk, card), "indicator": indicator, "unit": unit, "figure": figure, "rows": rows}


def _card(settings: Settings, period: str, *, now: datetime, as_of: datetime | None) -> tuple[Desk, Scorecard]:
    desk = open_desk(settings)
    wanted = plan_period(desk.plan, period)
    return desk, scorecard_as_of(desk, wanted, as_of or now)


def _heading(desk: Desk, card: Scorecard) -> dict[str, Any]:
    return {
        "plan": card.plan_id,
        "period": card.period_id,
        "label": plan_period(desk.plan, card.period_id).label,
        "as_of": _local(card.as_of),
        "unit_due_at": _local(card.unit_due_at),
        "cut_off_at": _local(card.cut_off_at),
        "deadline_at": _local(card.deadline_at),
    }


def _scores(desk: Desk, card: Scorecard, unit_code: str | None) -> dict[str, Any]:
    indices = {one.index_code: one for one in card.indices if one.unit_code == unit_code}
    indicators = {one.indicator_code: one for one in card.indicators if one.unit_code == unit_code}
    return {
        "indices": [
            {"code": index.code, "title": index.title, **_figures(indices[index.code].figures)}
            for index in desk.plan.indices
            if index.code in indices
        ],
        "indicators": [
            {
                "code": one.code,
                "index": one.index_code,
                "title": one.title,
                "weight": one.weight,
                **_figures(indicators[one.code].figures),
            }
            for one in desk.plan.indicators
            if one.code in indicators
        ],
    }


def _figures(score: Score) -> dict[str, Any]:
    return asdict(score)


def _local(moment: datetime | None) -> str | None:
    return moment.astimezone(ZONE).isoformat() if moment else None
