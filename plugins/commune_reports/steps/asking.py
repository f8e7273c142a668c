"""Questions people ask of the warehouse: status, scores, outbox."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.period import ZONE, in_vietnam
from commune_reports.scorecard import PeriodTrend, Remark, Score, Scorecard, SuccessorScores
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, as_it_held, open_desk, plan_period
from commune_reports.steps.publishing import scorecard_as_of
from commune_reports.task_report import sheet_named


def status(settings: Settings, *, period: str, now: datetime, as_of: datetime | None = None) -> dict[str, Any]:
    """Where every unit stands in a period: verdict, on time, late or missing, and what it still owes by name."""
    desk, card = card_of(settings, period, now=now, as_of=as_of)
    wanted = plan_period(desk.plan, period)
    units = []
    for standing in card.standings:
        units.append(
            {
                "unit": standing.unit_code,
                "name": _unit_name(desk, standing.unit_code, wanted.window_end),
                "verdict": standing.verdict,
                "timeliness": standing.timeliness,
                "files": standing.files,
                "first_received_at": local_moment(standing.first_received_at),
                "last_received_at": local_moment(standing.last_received_at),
                "owed": standing.owed,
                "reported": standing.reported,
                "nil": standing.nil,
                "missing": [{"task": code, "text": desk.plan.tasks[code].text} for code in standing.missing_tasks],
            }
        )
    return {**heading(desk, card), "units": units}


def aggregate(
    settings: Settings, *, period: str, now: datetime, as_of: datetime | None = None, units_of: date | None = None
) -> dict[str, Any]:
    """Scores of a period as of a moment: per index and indicator, for the district and for each unit.

    Beside them: changes against the period before, the trend over the plan's periods, the work of each performing body,
    difficulties and proposals by indicator, how many units stand where with each task, and, if a day is named, the figures
    under the units of that day. All from one state.
    """
    desk = open_desk(settings)
    wanted = plan_period(desk.plan, period)
    moment = desk.settled(as_of or now)
    desk = as_it_held(desk, wanted, moment)
    asked: dict[str, Any] = {"period": wanted, "as_of": moment}
    with desk.reading() as connection:
        card = warehouse.scorecard(connection, desk.warehouse, desk.plan, **asked)
        changes = warehouse.score_changes(connection, desk.warehouse, desk.plan, **asked)
        trend = warehouse.score_trend(connection, desk.warehouse, desk.plan, **asked)
        bodies = warehouse.body_work(connection, desk.warehouse, desk.plan, **asked)
        remarks = warehouse.remarks(connection, desk.warehouse, desk.plan, **asked)
        counts = warehouse.task_counts(connection, desk.warehouse, desk.plan, **asked)
        read_as = (
            warehouse.successor_scores(connection, desk.warehouse, desk.plan, **asked, on_day=units_of)
            if units_of
            else ()
        )
    scores = _scores_by_unit(desk, card)
    units = []
    for standing in card.standings:
        name = _unit_name(desk, standing.unit_code, wanted.window_end)
        units.append({"unit": standing.unit_code, "name": name, **scores[standing.unit_code]})
    none: dict[str, Any] = {"indices": [], "indicators": []}
    return {
        **heading(desk, card),
        "totals": _figures(card.totals),
        **scores.get(None, none),
        "units": units,
        **(
            {"units_of": units_of.isoformat(), "successors": [_successor(desk, one) for one in read_as]}
            if units_of
            else {}
        ),
        "previous_period": changes[0].previous_period_id if changes else None,
        "changes": [
            {"unit": one.unit_code, **_without(asdict(one), "unit_code", "previous_period_id")} for one in changes
        ],
        "trend": [_trend(desk, one) for one in trend],
        "bodies": [
            {"body": one.body_code, "name": one.body_name, "role": one.role, **_figures(one.figures)} for one in bodies
        ],
        "remarks": _remarks(desk, remarks),
        "tasks": [{"task": one.task_code, "indicator": one.indicator_code, **_figures(one.figures)} for one in counts],
    }


def rules(
    settings: Settings, *, by: str, now: datetime, since: datetime | None = None, as_of: datetime | None = None
) -> dict[str, Any]:
    """How the rules about task rows fared: which fails most, which unit improves, and from period to period."""
    desk = open_desk(settings)
    start, end = since or datetime(desk.plan.year - 1, 1, 1, tzinfo=ZONE), desk.settled(as_of or now)
    with desk.reading() as connection:
        rows = warehouse.rule_statistics(connection, desk.warehouse, desk.plan.id, by=by, since=start, as_of=end)
    renamed = {
        "unit_code": "unit",
        "period_id": "period",
        "first_period_id": "first_period",
        "last_period_id": "last_period",
    }
    answers = [{renamed.get(name, name): value for name, value in row.items() if name != "window_end"} for row in rows]
    return {"plan": desk.plan.id, "by": by, "since": local_moment(start), "as_of": local_moment(end), "rows": answers}


def outbox_state(settings: Settings, *, as_of: datetime | None = None) -> dict[str, Any]:
    """Every letter with its state and attempts, as of a moment where one is given."""
    desk = open_desk(settings)
    if as_of is not None:
        desk.settled(as_of)
    with desk.reading() as connection:
        return {"letters": warehouse.outbox(connection, as_of=as_of)}


def card_of(settings: Settings, period: str, *, now: datetime, as_of: datetime | None) -> tuple[Desk, Scorecard]:
    """The desk as it was laid at a moment, and the figures of a period as of it."""
    desk = open_desk(settings)
    wanted = plan_period(desk.plan, period)
    moment = desk.settled(as_of or now)
    desk = as_it_held(desk, wanted, moment)
    return desk, scorecard_as_of(desk, wanted, moment)


def heading(desk: Desk, card: Scorecard) -> dict[str, Any]:
    """Which period of which plan, as of when, with its dates."""
    return {
        "plan": card.plan_id,
        "period": card.period_id,
        "label": plan_period(desk.plan, card.period_id).label,
        "as_of": local_moment(card.as_of),
        "unit_due_at": local_moment(card.unit_due_at),
        "cut_off_at": local_moment(card.cut_off_at),
        "deadline_at": local_moment(card.deadline_at),
    }


def _scores_by_unit(desk: Desk, card: Scorecard) -> dict[str | None, dict[str, Any]]:
    """Figures by unit (None = district) in the order of the plan, each row of the scorecard touched once."""
    indices: dict[str | None, dict[str, Score]] = defaultdict(dict)
    indicators: dict[str | None, dict[str, Score]] = defaultdict(dict)
    for index in card.indices:
        indices[index.unit_code][index.index_code] = index.figures
    for one in card.indicators:
        indicators[one.unit_code][one.indicator_code] = one.figures
    return {unit: _scores(desk, of_unit, indicators[unit]) for unit, of_unit in indices.items()}


def figures_of(desk: Desk, card: Scorecard, read_as: SuccessorScores | None, unit: str | None) -> dict[str, Any]:
    """The figures by index and indicator of the district (None), of a unit, or of a unit of another day."""
    return _successor(desk, read_as) if read_as else _scores_by_unit(desk, card).get(unit, {})


def _scores(desk: Desk, indices: Mapping[str, Score], indicators: Mapping[str, Score]) -> dict[str, Any]:
    """Figures by index and indicator, in the order and the words of the plan."""
    return {
        "indices": [
            {"code": index.code, "title": index.title, **_figures(indices[index.code])}
            for index in desk.plan.indices
            if index.code in indices
        ],
        "indicators": [
            {
                "code": one.code,
                "index": one.index_code,
                "title": one.title,
                "weight": one.weight,
                **_figures(indicators[one.code]),
            }
            for one in desk.plan.indicators
            if one.code in indicators
        ],
    }


def _successor(desk: Desk, one: SuccessorScores) -> dict[str, Any]:
    scores = _scores(
        desk,
        {index.index_code: index.figures for index in one.indices},
        {indicator.indicator_code: indicator.figures for indicator in one.indicators},
    )
    return {"unit": one.unit_code, "name": one.name, "made_of": list(one.made_of), "splits": list(one.splits), **scores}


def read_as_of(desk: Desk, card: Scorecard, unit: str, day: date) -> SuccessorScores:
    """A unit of another day; NeedsHuman names those there are."""
    period = plan_period(desk.plan, card.period_id)
    with desk.reading() as connection:
        there = warehouse.successor_scores(
            connection, desk.warehouse, desk.plan, period=period, as_of=card.as_of, on_day=day
        )
    found = next((one for one in there if one.unit_code == unit), None)
    if found is None:
        known = ", ".join(f"{one.unit_code} {one.name or ''}".strip() for one in there)
        raise NeedsHuman(f"no unit of period {card.period_id} became {unit} by {day}; there are {known}")
    return found


def _trend(desk: Desk, one: PeriodTrend) -> dict[str, Any]:
    indices: dict[str | None, dict[str, Any]] = defaultdict(dict)
    for index in one.indices:
        indices[index.unit_code][index.index_code] = index.figures.score

    def shown(unit: str | None, totals: Score) -> dict[str, Any]:
        rates = {"coverage_pct": totals.coverage_pct, "on_time_pct": totals.on_time_pct}
        return {"scores": indices[unit], "owed": totals.owed, "reported": totals.reported, **rates}

    return {
        "period": one.period_id,
        "label": plan_period(desk.plan, one.period_id).label,
        **shown(None, one.totals[None]),
        "units": [
            {"unit": unit, "name": _unit_name(desk, unit, one.window_end), **shown(unit, totals)}
            for unit, totals in one.totals.items()
            if unit is not None
        ],
    }


def _remarks(desk: Desk, remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    """By indicator in the order of the plan; the cell of each remark as a commune sees it in its file."""
    by_indicator: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in remarks:
        by_indicator[one.indicator_code].append(
            {
                "unit": one.unit_code,
                "task": one.task_code,
                "difficulty": one.difficulty,
                "difficulty_cell": one.cells.get("difficulty"),
                "proposal": one.proposal,
                "proposal_cell": one.cells.get("proposal"),
                "file": one.file_name,
                "sha256": one.sha256,
                "sheet": sheet_named(one.sheet),
                "row": one.row,
            }
        )
    return [
        {"indicator": one.code, "title": one.title, "remarks": by_indicator[one.code]}
        for one in desk.plan.indicators
        if one.code in by_indicator
    ]


def _unit_name(desk: Desk, code: str, day: date) -> str:
    unit = desk.plan.unit(code, day)
    return unit.full_name if unit else code


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def _figures(score: Score) -> dict[str, Any]:
    return asdict(score)


def local_moment(moment: datetime | None) -> str | None:
    """A moment as people here read it."""
    return in_vietnam(moment) if moment else None
