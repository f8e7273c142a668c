"""Reminders: to the units that still owe something, before and after the due date, never to the others."""

from datetime import datetime
from typing import Any

from commune_reports import warehouse
from commune_reports.letters import reminder
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, as_it_held, deadline_of, open_desk
from commune_reports.steps.publishing import scorecard_as_of

DAYS_AHEAD = 2


def remind(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """Queue one reminder per unit, opened period and day, from two working days before the due date to the deadline."""
    desk = open_desk(settings)
    reminded: dict[str, list[str]] = {}
    for period in desk.plan.periods():
        if _is_reminding_day(desk, period, now):
            units = _remind_period(desk, period, now)
            if units:
                reminded[period.id] = units
    return {"queued": sum(map(len, reminded.values())), "units": reminded}


def _remind_period(desk: Desk, period: ReportingPeriod, now: datetime) -> list[str]:
    with desk.begin() as connection:
        if not warehouse.is_open(connection, desk.plan.id, period.id):
            return []
    desk = as_it_held(desk, period, now)
    card = scorecard_as_of(desk, period, now)
    reminded = []
    for standing in card.standings:
        unit = desk.plan.unit(standing.unit_code, period.window_end)
        if unit is None or not standing.missing_tasks:
            continue
        letters = reminder(
            desk.plan,
            unit,
            period,
            standing=standing,
            now=now,
            include=desk.settings.include,
        )
        with desk.begin() as connection:
            queued = [warehouse.queue_letter(connection, letter, now=now) for letter in letters]
        if any(queued):
            reminded.append(unit.code)
    return reminded


def _is_reminding_day(desk: Desk, period: ReportingPeriod, now: datetime) -> bool:
    """Working days from shortly before the due date to the deadline, or the end of a reopening."""
    calendar, dates = desk.plan.working_calendar, desk.plan.dates(period)
    today = now.astimezone(ZONE).date()
    if not calendar.is_working_day(today) or now > deadline_of(desk, period, now=now):
        return False
    due_day = dates.unit_due_at.astimezone(ZONE).date()
    return due_day <= calendar.add_working_days(today, DAYS_AHEAD)
