"""Figures of a period as of a moment. Arithmetic is in include/sql; here stand its parameters and the values it fills."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from commune_reports.errors import NeedsHuman
from commune_reports.garbage import garbage_left_lying
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.scorecard import (
    BodyWork,
    IndexScore,
    IndicatorScore,
    Lazily,
    PeriodTrend,
    Remark,
    Score,
    Scorecard,
    ScoreChange,
    SuccessorScores,
    TaskCounts,
    TaskState,
    UnitStanding,
)
from commune_reports.warehouse.lineage import decided_about_files, row_findings
from commune_reports.warehouse.named_sql import ask

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse

Part = TypeVar("Part")
FIGURES = tuple(field.name for field in fields(Score))
PLACE = itemgetter(3, 5)
NOTHING = Score(0, 0, 0, 0, 0, 0, 0, None, None, None)
MOVED = ("score", "previous_score", "score_change", "coverage_change", "on_time_change")
# The same rows must give the same bytes on both databases and after any growth, whatever plan their planners choose.
DECIMALS = 10
RATES = 3
STATE_FIELDS = tuple(field.name for field in fields(TaskState))


# Rows become figures without a cycle among them: looking for some takes a tenth of the time.
@garbage_left_lying()
def scorecard(
    connection: Connection, warehouse: "Warehouse", plan: Plan, *, period: ReportingPeriod, as_of: datetime
) -> Scorecard:
    """All figures of a period as of a moment; NeedsHuman if the period was not open then.

    Scores are counted at once and become values when first looked at; task rows, what was found on them and what people
    decided are also fetched then: on this connection while its transaction lasts, else anew.
    """
    asked = {"plan_id": plan.id, "period_ids": [period.id], "as_of": as_of}

    def run(name: str) -> list[Any]:
        return ask(connection, warehouse.sql, name, asked)

    def later(fetch: Callable[[Connection], tuple[Part, ...]]) -> Lazily[Part]:
        def fetched() -> tuple[Part, ...]:
            if not connection.closed and connection.in_transaction():
                return fetch(connection)
            with warehouse.reading() as again:
                return fetch(again)

        return Lazily(fetched)

    def tasks(on: Connection) -> tuple[TaskState, ...]:
        return tuple(_task_state(row) for row in ask(on, warehouse.sql, "task_states", asked))

    openings = run("opened_periods")
    opens_at = plan.dates(period).opens_at
    if not openings or as_of < opens_at:
        advice = (
            f"it opens at {opens_at.isoformat()}" if openings else f"run: commune-reports open --period {period.id}"
        )
        raise NeedsHuman(f"period {period.id} was not open at {as_of.isoformat()}; {advice}")
    [opening] = openings
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in run("period_figures"):
        rows[row[0]].append(row)
    totals = _score(rows["total"][0]) if "total" in rows else NOTHING
    units = list(_scored(_in_order(rows, "unit_total"), "unit_code", "timeliness"))
    missing: dict[str, list[str]] = {}
    silent = [unit_code for (unit_code, _), score in units if score.missing]
    if silent:
        for row in ask(connection, warehouse.sql, "missing_tasks", {**asked, "unit_codes": silent}):
            missing.setdefault(row.unit_code, []).append(row.task_code)
    files = {row.unit_code: row for row in run("unit_files")}
    return Scorecard(
        plan_id=plan.id,
        period_id=period.id,
        as_of=as_of,
        unit_due_at=opening.unit_due_at,
        cut_off_at=opening.cut_off_at,
        deadline_at=opening.deadline_at,
        totals=totals,
        indicators=Lazily(lambda: _indicator_scores(rows)),
        indices=Lazily(lambda: _index_scores(rows)),
        standings=tuple(
            _standing(unit_code, timeliness, score, files.get(unit_code), missing.get(unit_code, ()))
            for (unit_code, timeliness), score in units
        ),
        tasks=later(tasks),
        findings=later(lambda on: row_findings(on, warehouse, asked)),
        decided=later(lambda on: decided_about_files(on, plan.id, period.id, as_of=as_of)),
        unit_totals={unit_code: score for (unit_code, _), score in units},
    )


def score_changes(
    connection: Connection, warehouse: "Warehouse", plan: Plan, *, period: ReportingPeriod, as_of: datetime
) -> tuple[ScoreChange, ...]:
    """Every score beside that of the period before it, both as of the moment; none if no period of its kind came before.

    The period before is the latest earlier one of the same kind known at the moment.
    """
    before = _period_before(connection, warehouse, plan, period=period, as_of=as_of)
    if before is None:
        return ()
    asked = {"plan_id": plan.id, "period_id": period.id, "period_ids": [before, period.id], "as_of": as_of}
    return tuple(
        ScoreChange(
            level=row.level.removeprefix("unit_"),
            code=row.code,
            unit_code=row.unit_code,
            previous_period_id=before,
            **{name: _settled(row._mapping[name]) for name in MOVED},
        )
        for row in ask(connection, warehouse.sql, "score_changes", asked)
    )


def score_trend(
    connection: Connection, warehouse: "Warehouse", plan: Plan, *, period: ReportingPeriod, as_of: datetime
) -> tuple[PeriodTrend, ...]:
    """Scores, coverage and on-time rate of a period and every other known at the moment, in the order their windows end."""
    known = _known_periods(connection, warehouse, plan, among=[one.id for one in plan.periods()], as_of=as_of)
    asked = {"plan_id": plan.id, "period_ids": list({*known, period.id}), "as_of": as_of}
    rows = ask(connection, warehouse.sql, "score_trend", asked)
    trend = []
    for (period_id, window_end), found in groupby(rows, key=lambda row: (row.period_id, row.window_end)):
        of_period = list(found)
        trend.append(
            PeriodTrend(
                period_id=period_id,
                window_end=window_end,
                totals={row.unit_code: _score(row) for row in of_period if row.level in ("total", "unit_total")},
                indices=tuple(
                    IndexScore(row.code, row.unit_code, _score(row))
                    for row in of_period
                    if row.level in ("index", "unit_index")
                ),
            )
        )
    return tuple(trend)


def successor_scores(
    connection: Connection,
    warehouse: "Warehouse",
    plan: Plan,
    *,
    period: ReportingPeriod,
    as_of: datetime,
    on_day: date,
) -> tuple[SuccessorScores, ...]:
    """A period's figures under the units of a day, by code: merged, split and renamed ones as what they became."""
    asked = {"plan_id": plan.id, "period_ids": [period.id], "as_of": as_of, "on_day": on_day}
    made_of: dict[str, list[Any]] = defaultdict(list)
    for row in ask(connection, warehouse.sql, "succession", asked):
        made_of[row.successor_code].append(row)
    figures: dict[str, list[Any]] = defaultdict(list)
    for row in ask(connection, warehouse.sql, "successor_scores", asked):
        figures[row.successor_code].append(row)
    return tuple(
        SuccessorScores(
            unit_code=code,
            name=rows[0].successor_name,
            made_of=tuple(row.unit_code for row in rows),
            splits=tuple(row.unit_code for row in rows if row.parts > 1),
            indices=tuple(IndexScore(row.code, code, _score(row)) for row in figures[code] if row.level == "index"),
            indicators=tuple(
                IndicatorScore(row.code, code, row.weight, _score(row))
                for row in figures[code]
                if row.level == "indicator"
            ),
            totals=next((_score(row) for row in figures[code] if row.level == "total"), NOTHING),
        )
        for code, rows in made_of.items()
    )


def body_work(
    connection: Connection, warehouse: "Warehouse", plan: Plan, *, period: ReportingPeriod, as_of: datetime
) -> tuple[BodyWork, ...]:
    """What every performing body owes and has done over all units, as lead and as coordinating body."""
    asked = {"plan_id": plan.id, "period_ids": [period.id], "as_of": as_of}
    rows = ask(connection, warehouse.sql, "body_work", asked)
    return tuple(BodyWork(row.body_code, row.body_name, row.role, _score(row)) for row in rows)


def remarks(
    connection: Connection, warehouse: "Warehouse", plan: Plan, *, period: ReportingPeriod, as_of: datetime
) -> tuple[Remark, ...]:
    """The difficulties and proposals that count, by indicator and task."""
    asked = {"plan_id": plan.id, "period_ids": [period.id], "as_of": as_of}
    names = [field.name for field in fields(Remark)]
    rows = ask(connection, warehouse.sql, "remarks", asked)
    return tuple(Remark(**{name: row._mapping[name] for name in names}) for row in rows)


def task_counts(
    connection: Connection, warehouse: "Warehouse", plan: Plan, *, period: ReportingPeriod, as_of: datetime
) -> tuple[TaskCounts, ...]:
    """In how many units each task stands at each status."""
    asked = {"plan_id": plan.id, "period_ids": [period.id], "as_of": as_of}
    rows = ask(connection, warehouse.sql, "status_counts", asked)
    return tuple(TaskCounts(row.task_code, row.indicator_code, _score(row)) for row in rows)


def previous_states(
    connection: Connection,
    warehouse: "Warehouse",
    *,
    plan_id: str,
    unit_code: str,
    period: ReportingPeriod,
    as_of: datetime,
) -> dict[str, TaskState]:
    """By task, the newest accepted row of a unit in the latest earlier period that has one."""
    asked = {"plan_id": plan_id, "unit_code": unit_code, "window_end": period.window_end, "as_of": as_of}
    rows = ask(connection, warehouse.sql, "previous_task_states", asked)
    return {row.task_code: _task_state(row) for row in rows}


def _period_before(
    connection: Connection, warehouse: "Warehouse", plan: Plan, *, period: ReportingPeriod, as_of: datetime
) -> str | None:
    earlier = [one.id for one in plan.periods() if one.kind is period.kind and one.window_end < period.window_end]
    known = _known_periods(connection, warehouse, plan, among=earlier, as_of=as_of)
    return known[-1] if known else None


def _known_periods(
    connection: Connection, warehouse: "Warehouse", plan: Plan, *, among: Sequence[str], as_of: datetime
) -> list[str]:
    """In the order their windows end; a period somebody opens later was not there at the moment."""
    asked = {"plan_id": plan.id, "period_ids": among, "as_of": as_of}
    return [str(row.period_id) for row in ask(connection, warehouse.sql, "known_periods", asked)]


def _standing(unit: str, timeliness: str, score: Score, files: Any, missing: Sequence[str]) -> UnitStanding:
    return UnitStanding(
        unit_code=unit,
        timeliness=timeliness,
        verdict=files.verdict if files else None,
        first_received_at=files.first_received_at if files else None,
        last_received_at=files.last_received_at if files else None,
        files=files.files if files else 0,
        owed=score.owed,
        reported=score.reported,
        nil=score.nil,
        missing_tasks=tuple(missing),
    )


def _in_order(rows: Mapping[str, Sequence[Any]], level: str) -> list[Any]:
    return sorted(rows.get(level, ()), key=PLACE)


def _indicator_scores(rows: Mapping[str, Sequence[Any]]) -> tuple[IndicatorScore, ...]:
    """The district's, then each unit's."""
    return tuple(
        IndicatorScore(code, unit_code, weight, score)
        for level in ("indicator", "unit_indicator")
        for (code, unit_code, weight), score in _scored(_in_order(rows, level), "code", "unit_code", "weight")
    )


def _index_scores(rows: Mapping[str, Sequence[Any]]) -> tuple[IndexScore, ...]:
    return tuple(
        IndexScore(code, unit_code, score)
        for level in ("index", "unit_index")
        for (code, unit_code), score in _scored(_in_order(rows, level), "code", "unit_code")
    )


def _scored(rows: Sequence[Any], *beside: str) -> Iterator[tuple[tuple[Any, ...], Score]]:
    """The figures of each row with some of its other columns; found by place, not by name, because there may be very many."""
    if rows:
        columns = tuple(rows[0]._fields)
        others, figures = (itemgetter(*map(columns.index, names)) for names in (beside, FIGURES))
        for row in rows:
            yield others(row), _score_of(figures(row))


def _score(row: Any) -> Score:
    return _score_of([row._mapping[name] for name in FIGURES])


def _score_of(figures: Sequence[Any]) -> Score:
    return Score(*figures[:-RATES], *map(_settled, figures[-RATES:]))


def _settled(figure: float | None) -> float | None:
    """A figure without the binary digits that only tell in which order a database added up."""
    return None if figure is None else round(figure, DECIMALS)


def _task_state(row: Any) -> TaskState:
    found = {name: row._mapping[name] for name in STATE_FIELDS}
    return TaskState(**found | {"is_owed": bool(found["is_owed"]), "cells": found["cells"] or {}})
