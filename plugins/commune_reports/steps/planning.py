"""The plan in use, or the one that held at a moment, as people ask for it."""

from datetime import datetime
from typing import Any

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.period import in_vietnam
from commune_reports.plan import Plan, load_plan, plan_of
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, open_desk

MOMENTS = ("opens_at", "unit_due_at", "cut_off_at", "deadline_at")


def show_plan(settings: Settings, *, as_of: datetime | None = None) -> dict[str, Any]:
    """The plan file's indicators, units and periods; as of a moment, those of the version last taken up by then.

    Periods that were open at the moment have the dates that held for them, a reopening included. NeedsHuman where none was
    open yet, or where the program of then did not keep what the version says.
    """
    if as_of is None:
        return _shown(load_plan(settings.plan_file), {})
    desk = open_desk(settings)
    desk.settled(as_of)
    return _shown(*_held(desk, as_of))


def _held(desk: Desk, as_of: datetime) -> tuple[Plan, dict[str, dict[str, datetime]]]:
    with desk.reading() as connection:
        taken_up = warehouse.plan_taken_up(connection, desk.plan.id, as_of=as_of)
        held = warehouse.dates_held(connection, desk.warehouse, desk.plan.id, as_of=as_of)
    if taken_up is None:
        raise NeedsHuman(f"no period of plan {desk.plan.id} had been opened at {as_of.isoformat()}")
    digest, content = taken_up
    if digest == desk.plan.sha256:
        return desk.plan, held
    if content is None:
        raise NeedsHuman(
            f"what the plan said at {as_of.isoformat()} (SHA-256 {digest}) was not kept by the program of then"
        )
    return plan_of(content, digest), held


def _shown(plan: Plan, held: dict[str, dict[str, datetime]]) -> dict[str, Any]:
    periods = []
    for period in plan.periods():
        dates = plan.dates(period)
        moments = {name: getattr(dates, name) for name in MOMENTS} | held.get(period.id, {})
        shown = {name: in_vietnam(moment) for name, moment in moments.items()}
        periods.append({"period": period.id, "label": period.label, **shown})
    return {
        "plan": plan.id,
        "title": plan.title,
        "sha256": plan.sha256,
        "indicators": [
            {"code": one.code, "title": one.title, "weight": one.weight, "tasks": len(one.tasks)}
            for one in plan.indicators
        ],
        "units": [{"unit": one.code, "name": one.full_name, "folder": one.folder} for one in plan.units],
        "periods": periods,
    }
