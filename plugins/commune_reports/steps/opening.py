"""Opening a reporting period: obligations, folders, templates, announcement."""

from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from commune_reports import inbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.letters import announcement
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Unit
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, as_it_held, ensure_open, open_desk, plan_period, prepare_share
from commune_reports.template import PreviousState, load_layout, write_template


def open_periods(settings: Settings, *, now: datetime, period: str | None = None) -> dict[str, Any]:
    """Open the named period, or every period whose window has begun and whose deadline has not passed.

    Writes obligations once, puts a template with last period's state into every unit's bieu-mau/ and queues one
    announcement per unit that has an e-mail address.
    """
    desk = open_desk(settings)
    wanted = [plan_period(desk.plan, period)] if period else _open_now(desk, now)
    return {"opened": [_open(desk, one, now=now) for one in wanted]}


def write_unit_template(
    settings: Settings, *, unit: str, period: str, out: Path, now: datetime, as_of: datetime | None = None
) -> None:
    """Write the workbook one unit fills for a period, with the last accepted state; as of a moment, as it was then."""
    desk = open_desk(settings)
    wanted = plan_period(desk.plan, period)
    moment = desk.settled(as_of or now)
    if as_of is not None:
        desk = as_it_held(desk, wanted, as_of)
    inbox.write_whole(out, _template(desk, unit_of(desk, unit, wanted), wanted, now=moment))


def unit_of(desk: Desk, code: str, period: ReportingPeriod) -> Unit:
    """The unit with this code in a period; NeedsHuman with the codes that exist otherwise."""
    unit = desk.plan.unit(code, period.window_end)
    if unit is None:
        known = ", ".join(f"{one.code} {one.name}" for one in desk.plan.units_on(period.window_end))
        raise NeedsHuman(f"unit {code} is not in plan {desk.plan.id} for {period.id}; it has {known}")
    return unit


def _open_now(desk: Desk, now: datetime) -> list[ReportingPeriod]:
    def is_current(period: ReportingPeriod) -> bool:
        dates = desk.plan.dates(period)
        return dates.opens_at <= now <= dates.deadline_at

    return [period for period in desk.plan.periods() if is_current(period)]


def _open(desk: Desk, period: ReportingPeriod, *, now: datetime) -> dict[str, Any]:
    obligations = ensure_open(desk, period, now=now)
    prepare_share(desk, period)
    dates = desk.plan.dates(period)
    templates = queued = 0
    for unit in desk.plan.units_on(period.window_end):
        name = f"bieu-mau-{period.id}.xlsx"
        content = _template(desk, unit, period, now=now)
        inbox.give_back(desk.settings.share, unit.folder, inbox.TEMPLATES, name, content=content)
        templates += 1
        letter = announcement(desk.plan, unit, period, dates=dates, include=desk.settings.include)
        with desk.begin() as connection:
            queued += warehouse.queue_letter(connection, letter, now=now)
    return {"period": period.id, "obligations": obligations, "templates": templates, "announcements": queued}


def _template(desk: Desk, unit: Unit, period: ReportingPeriod, *, now: datetime) -> bytes:
    """The workbook a unit fills for a period, with what it last had accepted."""
    written = BytesIO()
    previous = _previous(desk, unit.code, period, now=now)
    layout = load_layout(desk.settings.include)
    write_template(written, plan=desk.plan, unit=unit, period=period, previous=previous, layout=layout)
    return written.getvalue()


def _previous(desk: Desk, unit_code: str, period: ReportingPeriod, *, now: datetime) -> dict[str, PreviousState]:
    with desk.reading() as connection:
        states = warehouse.previous_states(
            connection, desk.warehouse, plan_id=desk.plan.id, unit_code=unit_code, period=period, as_of=now
        )
    return {
        code: PreviousState(
            status=state.status,
            progress_pct=state.progress_pct,
            result=state.result,
            evidence=state.evidence,
            completed_on=state.completed_on,
            difficulty=state.difficulty,
            proposal=state.proposal,
            note=state.note,
        )
        for code, state in states.items()
    }
