"""The gate: nothing is published that does not reconcile; what it found is kept either way."""

import logging
from datetime import datetime
from typing import Any

from commune_reports import inbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.plan import Plan
from commune_reports.scorecard import Scorecard
from commune_reports.steps.desk import Desk, plan_period
from commune_reports.validation import Figures, Given, check_gate, given_by, load_gate, verdict

log = logging.getLogger("commune_reports")


def pass_gate(
    desk: Desk,
    card: Scorecard,
    previous: Scorecard | None,
    answers: dict[str, list[dict[str, Any]]],
    *,
    revision: int,
    now: datetime,
) -> list[str]:
    """Check the figures before they are published; what the gate warns of. NeedsHuman if a critical rule fails."""
    gate = load_gate(desk.settings.expectations, desk.settings.include)
    named = {row["sha256"] for row in answers["submissions"] if row["sha256"]}
    archived = frozenset(one for one in named if inbox.is_archived(desk.settings.home, one))
    figures = Figures(answers, card, _given(desk.plan, card, answers), archived, previous)
    outcomes = check_gate(gate, figures)
    desk.warehouse.insist(
        lambda connection: warehouse.record_gate(connection, card, outcomes, revision=revision, now=now)
    )
    trouble, warnings = verdict(outcomes)
    for warning in warnings:
        log.warning("period %s: %s", card.period_id, warning)
    if trouble:
        raise NeedsHuman(f"period {card.period_id} not published: {trouble}; the warehouse needs checking")
    return warnings


def _given(plan: Plan, card: Scorecard, answers: dict[str, list[dict[str, Any]]]) -> Given | None:
    """What this plan file gives, if it is the version that held at the moment; an older one's file is not at hand."""
    if {row["plan_sha256"] for row in answers["weights"]} != {plan.sha256}:
        return None
    return given_by(plan, plan_period(plan, card.period_id))
