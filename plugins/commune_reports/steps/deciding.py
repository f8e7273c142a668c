"""What people decide about facts: each decision is kept with its moment, who took it and why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.settings import Settings
from commune_reports.steps.asking import local_moment
from commune_reports.steps.desk import Desk, ensure_open, open_desk, plan_period
from commune_reports.steps.opening import unit_of
from commune_reports.validation import load_rules, waivable_rules
from commune_reports.warehouse import Arrival, Decision

MOST_SHOWN = 5


def withdraw(settings: Settings, *, submission: str, who: str, reason: str, now: datetime) -> dict[str, Any]:
    """Take a file out of every figure from now on; `submission` is its key or digest, or their beginning.

    The file stays in the archive, its rows in the warehouse: figures as of an earlier moment do not change.
    """
    desk = open_desk(settings)
    decision = _decision(Decision(who, reason))

    def write(connection: Connection) -> tuple[Arrival, bool]:
        arrival = _one_of(warehouse.find_submissions(connection, submission), submission)
        return arrival, warehouse.withdraw(connection, arrival.submission_id, decision, now=now)

    arrival, is_new = desk.warehouse.insist(write)
    return {
        "state": "withdrawn" if is_new else "already withdrawn",
        "submission": arrival.submission_id,
        "sha256": arrival.sha256,
        "file": arrival.file_name,
        "unit": arrival.unit_code,
    }


def waive(
    settings: Settings, *, unit: str, period: str, rule: str, decision: Decision, now: datetime
) -> dict[str, Any]:
    """From now on, what a rule finds in a unit's files of a period is said and has no consequences, until the decision ends."""
    desk = open_desk(settings)
    wanted = plan_period(desk.plan, period)
    unit_of(desk, unit, wanted)
    known = waivable_rules(load_rules(settings.expectations))
    if rule not in known:
        raise NeedsHuman(f"rule {rule} cannot be waived; these can: {', '.join(known)}")
    checked = _decision(decision, now=now)
    desk.warehouse.insist(
        lambda connection: warehouse.waive(
            connection, desk.plan.id, period, unit_code=unit, rule=rule, decision=checked, now=now
        )
    )
    return {"unit": unit, "period": period, "rule": rule, "until": local_moment(checked.until_at)}


def reopen(settings: Settings, *, period: str, decision: Decision, now: datetime) -> dict[str, Any]:
    """Collect a period until the decision ends: reminders go out, corrections make revisions; lateness is counted as before."""
    desk = open_desk(settings)
    plan_period(desk.plan, period)
    checked = _decision(decision, now=now)
    with desk.reading() as connection:
        if not warehouse.is_open(connection, desk.plan.id, period):
            raise NeedsHuman(f"period {period} was never open; run: commune-reports open --period {period}")
    desk.warehouse.insist(
        lambda connection: warehouse.reopen(connection, desk.plan.id, period, decision=checked, now=now)
    )
    return {"period": period, "until": local_moment(checked.until_at)}


def adopt_plan(settings: Settings, *, period: str, decision: Decision, now: datetime) -> dict[str, Any]:
    """Let the plan as its file is now hold for a period that was open already: its figures are counted by it from now on."""
    desk = open_desk(settings)
    wanted = plan_period(desk.plan, period)
    with desk.reading() as connection:
        earlier = warehouse.opening_of(connection, desk.plan.id, period)
        changes = list(warehouse.changed_figures(connection, desk.plan, wanted, earlier)) if earlier else []
    if earlier is None:
        raise NeedsHuman(f"period {period} was never open; run: commune-reports open --period {period}")
    ensure_open(desk, wanted, now=now, decision=_decision(decision))
    return {"period": period, "plan": desk.plan.id, "plan_sha256": desk.plan.sha256, "changes": changes}


def decisions(
    desk: Desk, period: str, *, units: Sequence[str] | None, as_of: datetime
) -> dict[str, list[dict[str, Any]]]:
    """What was decided about a period up to a moment, or about some units in it, as plain values."""
    with desk.reading() as connection:
        found = warehouse.decisions(connection, desk.plan.id, period, as_of=as_of)
    return {
        kind: [_plain(one) for one in rows if units is None or one.get("unit_code") in (None, *units)]
        for kind, rows in found.items()
    }


def _one_of(found: list[Arrival], wanted: str) -> Arrival:
    if not found:
        raise NeedsHuman(f"no file's key or SHA-256 begins with {wanted!r}; look with: commune-reports trace")
    if len(found) > 1:
        shown = "; ".join(f"{one.submission_id} {one.file_name}" for one in found[:MOST_SHOWN])
        raise NeedsHuman(f"{len(found)} files begin with {wanted!r}; give the whole key of one: {shown}")
    return found[0]


def _decision(decision: Decision, *, now: datetime | None = None) -> Decision:
    """A decision has a name and a reason, and does not end before it is taken."""
    who, reason = decision.who.strip(), decision.reason.strip()
    if not who or not reason:
        raise NeedsHuman("a decision needs a name (--by) and a reason (--reason)")
    if now is not None and decision.until_at is not None and decision.until_at <= now:
        raise NeedsHuman(f"--until is {local_moment(decision.until_at)}; it must lie after {local_moment(now)}")
    return Decision(who, reason, decision.until_at)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    renamed = {
        "unit_code": "unit",
        "until_at": "until",
        "recorded_at": "at",
        "file_name": "file",
        "submission_id": "submission",
    }
    left_out = ("number", "plan_sha256", "plan_id", "period_id")
    return {
        renamed.get(name, name): local_moment(value) if isinstance(value, datetime) else value
        for name, value in row.items()
        if name not in left_out
    }
