"""Every figure, held against pandas, which is given what was drawn and nothing the warehouse answered."""

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from commune_reports import warehouse
from commune_reports.letters import Letter
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Body, Index, Indicator, Plan, Product, Task, Timing, Unit
from commune_reports.scorecard import Score
from commune_reports.task_report import Assessment, TaskRow
from commune_reports.warehouse import Arrival, Assessed, Warehouse, tables

INCLUDE = Path(__file__).resolve().parents[2] / "include"
PERIODS = tuple(ReportingPeriod.parse(one) for one in ("2024-09", "2024-10", "2024-11"))
OPENED = datetime(2024, 8, 15, 7, tzinfo=ZONE)
STATUSES = ("completed", "in_progress", "not_started", "nil")
COUNTS = ("owed", "reported", "nil", "missing", "completed", "in_progress", "not_started")
KEY = ["received_at", "recorded_at", "submission", "row"]
BODIES = (Body("mot", "Một"), Body("hai", "Hai"), Body("ba", "Ba"))


@dataclass(frozen=True)
class Filed:
    """One drawn file: hours after the due moment it came and became known, and its rows (place of task, status, progress)."""

    period: int
    unit: int
    came: int
    known_after: int
    rows: tuple[tuple[int, str, float, str | None], ...]


@st.composite
def plans(draw: st.DrawFn, reference: Plan) -> Plan:
    """Two indices with drawn weights and tasks; timings decide which tasks are owed in a month."""
    indices = []
    for name in ("PCI", "PGI"):
        shares = draw(st.lists(st.integers(1, 20), min_size=1, max_size=3))
        indicators = []
        for number, share in enumerate(shares, start=1):
            code = f"{name}-{number:02d}"
            tasks = tuple(
                Task(
                    code=f"{code}.{place}",
                    indicator_code=code,
                    number=place,
                    text=f"việc {place}",
                    performing_text="",
                    lead=(lead,),
                    coordinating=tuple(helping - {lead}),
                    timing=timing,
                    timing_text="",
                    product=Product.PERIODIC_REPORT,
                    product_text="",
                )
                for place, (timing, lead, helping) in enumerate(
                    draw(
                        st.lists(
                            st.tuples(
                                st.sampled_from([Timing.CONTINUOUS, Timing.MONTHLY, Timing.YEARLY]),
                                st.sampled_from([one.code for one in BODIES]),
                                st.sets(st.sampled_from([one.code for one in BODIES])),
                            ),
                            min_size=1,
                            max_size=3,
                        )
                    ),
                    start=1,
                )
            )
            indicators.append(Indicator(code, name, "I", code, 100 * share / sum(shares), tasks))
        indices.append(Index(name, name, name, tuple(indicators)))
    count = draw(st.integers(1, 2))
    units = tuple(Unit(f"{number:05d}", f"Xã {number}", "xã", f"xa-{number}") for number in range(count))
    return replace(reference, indices=tuple(indices), units=units, bodies=BODIES, task_changes=(), sha256="d" * 64)


@st.composite
def stories(draw: st.DrawFn, reference: Plan) -> tuple[Plan, tuple[Filed, ...], tuple[tuple[int, int], ...]]:
    """A plan, the files its units sent, and moments (period, hours after its due moment) to ask at."""
    plan = draw(plans(reference))
    places = st.integers(0, len(plan.tasks) - 1)
    row = st.tuples(
        places,
        st.sampled_from(STATUSES),
        st.floats(0, 100, width=16),
        st.sampled_from([None, "", "khó khăn", "xin thêm"]),
    )
    files = draw(
        st.lists(
            st.builds(
                Filed,
                period=st.integers(0, len(PERIODS) - 1),
                unit=st.integers(0, len(plan.units) - 1),
                came=st.integers(-4, 4),
                known_after=st.integers(0, 6),
                rows=st.lists(row, max_size=6, unique_by=lambda one: one[0]).map(tuple),
            ),
            min_size=2,
            max_size=8,
        )
    )
    moments = draw(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([-5, 0, 1, 3, 12])), min_size=2, max_size=3))
    return plan, tuple(files), tuple(moments)


def store(house: Warehouse, plan: Plan, files: tuple[Filed, ...], *, prefix: str = "file") -> pd.DataFrame:
    """Store the story through the real functions; the drawn rows as a frame."""
    drawn: list[dict[str, Any]] = []
    codes = list(plan.tasks)
    with house.begin() as connection:
        warehouse.record_plan(connection, plan, now=OPENED)
        for period in PERIODS:
            warehouse.open_period(connection, plan, period, now=OPENED)
        for number, one in enumerate(files):
            period, unit = PERIODS[one.period], plan.units[one.unit]
            received = plan.dates(period).unit_due_at + timedelta(hours=one.came)
            known = received + timedelta(hours=one.known_after)
            key = f"{prefix}-{number:02d}"
            rows = tuple(
                TaskRow(
                    sheet="S",
                    row=10 + place,
                    task_code=codes[task],
                    matched_by="code",
                    status=status,
                    progress_pct=progress if status == "in_progress" else None,
                    result=None,
                    evidence=None,
                    completed_on=None,
                    difficulty=said,
                    proposal=None,
                    note=None,
                    cells={"status": f"F{10 + place}"},
                )
                for place, (task, status, progress, said) in enumerate(one.rows)
            )
            arrival = Arrival(key, key, f"{key}.xlsx", unit.folder, unit.code, 1, received)
            verdict = Assessment(key, "accepted" if rows else "rejected", 0, len(rows), len(rows), 0, rows, ())
            letter = Letter(
                f"receipt:{key}", "receipt", "folder", period.id, unit.code, "s", "t", "h", folder="f", file_stem="p"
            )
            warehouse.record_arrivals(connection, [arrival], now=known)
            assessed = Assessed(arrival, period.id, verdict, (), letter)
            warehouse.store_assessments(connection, [assessed], plan_id=plan.id, now=known)
            drawn += [
                {
                    "period": period.id,
                    "unit": unit.code,
                    "task": row.task_code,
                    "status": row.status,
                    "progress": row.progress_pct,
                    "said": row.difficulty,
                    "submission": key,
                    "row": row.row,
                    "received_at": received,
                    "recorded_at": known,
                }
                for row in rows
            ]
    names = ["period", "unit", "task", "status", "progress", "said", *KEY]
    return pd.DataFrame(drawn, columns=names)


def _counting(plan: Plan, drawn: pd.DataFrame, period: ReportingPeriod, as_of: datetime) -> pd.DataFrame:
    """One line per unit and task that counts: whether owed, status, what it adds, whether it was in time."""
    owing = pd.DataFrame(
        [
            {"unit": unit.code, "task": task.code, "indicator": task.indicator_code, "owed": plan.is_owed(task, period)}
            for unit in plan.units
            for task in plan.tasks.values()
        ]
    )
    known = drawn[(drawn["period"] == period.id) & (drawn["recorded_at"] <= as_of)].sort_values(KEY)
    newest = known.drop_duplicates(["unit", "task"], keep="last")
    first = known.groupby(["unit", "task"])["received_at"].min().rename("first")
    lines = owing.merge(newest, how="left", on=["unit", "task"]).merge(first, how="left", on=["unit", "task"])
    values = {"completed": 100.0, "not_started": 0.0}
    lines["adds"] = [
        math.nan if status == "nil" else progress if status == "in_progress" else values.get(status, 0.0)
        for status, progress in zip(lines["status"], lines["progress"], strict=True)
    ]
    lines["in_time"] = [
        isinstance(moment, datetime) and not pd.isna(moment) and moment <= plan.dates(period).unit_due_at
        for moment in lines["first"]
    ]
    index_of = {one.code: one.index_code for one in plan.indicators}
    return lines.assign(index=lines["indicator"].map(index_of))


def _figures(lines: pd.DataFrame, score: float | None) -> Score:
    owed = lines[lines["owed"]]
    statuses = owed["status"].value_counts()
    reported = int(owed["status"].notna().sum())
    count = len(owed)
    return Score(
        owed=count,
        reported=reported,
        nil=int(statuses.get("nil", 0)),
        missing=count - reported,
        completed=int(statuses.get("completed", 0)),
        in_progress=int(statuses.get("in_progress", 0)),
        not_started=int(statuses.get("not_started", 0)),
        score=score,
        coverage_pct=100 * reported / count if count else None,
        on_time_pct=100 * int(owed["in_time"].sum()) / count if count else None,
    )


def _mean(values: pd.Series) -> float | None:
    kept = values.dropna()
    return float(kept.mean()) if len(kept) else None


def _expected(plan: Plan, lines: pd.DataFrame) -> dict[tuple[str, str | None], Score]:
    """Figures by code (indicator or index) and unit, None the district."""
    expected: dict[tuple[str, str | None], Score] = {}
    weights = {one.code: one.weight for one in plan.indicators}
    for unit, of_unit in lines.groupby("unit"):
        for code, of_indicator in of_unit.groupby("indicator"):
            score = _mean(of_indicator[of_indicator["owed"]]["adds"])
            expected[str(code), str(unit)] = _figures(of_indicator, score)
        for code, of_index in of_unit.groupby("index"):
            parts = [
                (expected[one, str(unit)].score, weights[one])
                for one in of_index["indicator"].unique()
                if expected[one, str(unit)].score is not None
            ]
            total = sum(weight for _, weight in parts)
            score = sum(part * weight for part, weight in parts) / total if parts else None  # type: ignore[operator, misc]
            expected[str(code), str(unit)] = _figures(of_index, score)
    for level in ("indicator", "index"):
        for code, of_code in lines.groupby(level):
            scores = pd.Series([expected[str(code), unit.code].score for unit in plan.units], dtype="float64")
            expected[str(code), None] = _figures(of_code, _mean(scores))
    return expected


def _same(found: Score, wanted: Score) -> bool:
    if any(getattr(found, name) != getattr(wanted, name) for name in COUNTS):
        return False
    return all(_close(getattr(found, one), getattr(wanted, one)) for one in ("score", "coverage_pct", "on_time_pct"))


def _close(found: float | None, wanted: float | None) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return math.isclose(found, wanted, rel_tol=0, abs_tol=1e-9)


def _difference(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


def _hold_moment(house: Warehouse, plan: Plan, drawn: pd.DataFrame, period: ReportingPeriod, as_of: datetime) -> None:
    lines = {one.id: _counting(plan, drawn, one, as_of) for one in PERIODS}
    wanted = {name: _expected(plan, of_period) for name, of_period in lines.items()}
    mine, of_mine = lines[period.id], wanted[period.id]
    asked: dict[str, Any] = {"period": period, "as_of": as_of}
    with house.reading() as connection:
        card = warehouse.scorecard(connection, house, plan, **asked)
        tasks = {(one.unit_code, one.task_code): one for one in card.tasks}
        changes = warehouse.score_changes(connection, house, plan, **asked)
        trend = warehouse.score_trend(connection, house, plan, **asked)
        bodies = warehouse.body_work(connection, house, plan, **asked)
        remarks = warehouse.remarks(connection, house, plan, **asked)
        counts = warehouse.task_counts(connection, house, plan, **asked)

    found = {(one.indicator_code, one.unit_code): one.figures for one in card.indicators}
    found |= {(one.index_code, one.unit_code): one.figures for one in card.indices}
    assert found.keys() == of_mine.keys()
    assert [key for key in found if not _same(found[key], of_mine[key])] == []
    assert _same(card.totals, _figures(mine, None))
    assert len(tasks) == len(mine) == len(card.tasks)
    for line in mine.itertuples():
        state = tasks[line.unit, line.task]
        assert (state.status, state.is_owed) == (None if pd.isna(line.status) else line.status, line.owed)
        assert state.submission_id == (None if pd.isna(line.submission) else line.submission)
    for standing in card.standings:
        owed = mine[(mine["unit"] == standing.unit_code) & mine["owed"]]
        reported = owed[owed["status"].notna()]
        timeliness = "missing" if reported.empty else "on_time" if reported["in_time"].all() else "late"
        assert (standing.timeliness, standing.reported) == (timeliness, len(reported))
        assert sorted(standing.missing_tasks) == sorted(owed[owed["status"].isna()]["task"])

    place = PERIODS.index(period)
    if place == 0:
        assert changes == ()
    else:
        before = wanted[PERIODS[place - 1].id]
        assert {(one.code, one.unit_code) for one in changes} == of_mine.keys()
        for one in changes:
            now, then = of_mine[one.code, one.unit_code], before[one.code, one.unit_code]
            assert _close(one.score_change, _difference(now.score, then.score))
            assert _close(one.coverage_change, _difference(now.coverage_pct, then.coverage_pct))
            assert _close(one.on_time_change, _difference(now.on_time_pct, then.on_time_pct))
    assert [one.period_id for one in trend] == [one.id for one in PERIODS]
    for of_period in trend:
        for index in of_period.indices:
            assert _same(index.figures, wanted[of_period.period_id][index.index_code, index.unit_code])
        for unit, totals in of_period.totals.items():
            whole = lines[of_period.period_id]
            assert _same(totals, _figures(whole if unit is None else whole[whole["unit"] == unit], None))

    roles = pd.DataFrame(
        [
            {"task": task.code, "body": body, "role": role}
            for task in plan.tasks.values()
            for role, named in (("lead", task.lead), ("coordinating", task.coordinating))
            for body in named
        ]
    )
    performed = mine.merge(roles, on="task")
    by_body = {(one.body_code, one.role): one.figures for one in bodies}
    assert by_body.keys() == set(performed.groupby(["body", "role"]).groups)
    for key, work in performed.groupby(["body", "role"]):
        assert _same(by_body[key], _figures(work, _mean(work[work["owed"]]["adds"])))  # type: ignore[index]
    said = mine[mine["said"].notna() & (mine["said"] != "")]
    assert sorted((one.unit_code, one.task_code, one.difficulty, one.row) for one in remarks) == sorted(
        (line.unit, line.task, line.said, int(line.row)) for line in said.itertuples()
    )
    for one in counts:
        of_task = mine[mine["task"] == one.task_code]
        assert _same(one.figures, _figures(of_task, _mean(of_task[of_task["owed"]]["adds"])))
    assert len(counts) == len(plan.tasks)


@pytest.fixture
def emptied(warehouse_url: str, tmp_path: Path) -> Callable[[], Warehouse]:
    """A migrated warehouse that is empty whenever it is asked for."""
    house = warehouse.open_warehouse(warehouse_url, include=INCLUDE)
    path = tmp_path / "warehouse.sqlite"
    if path.exists():
        shutil.copy(path, tmp_path / "clean.sqlite")

    def empty() -> Warehouse:
        if path.exists():
            for one in tmp_path.glob("warehouse.sqlite*"):
                one.unlink()
            shutil.copy(tmp_path / "clean.sqlite", path)
        else:
            engine = create_engine(warehouse_url)
            with engine.begin() as connection:
                connection.execute(text(f"truncate {', '.join(tables.metadata.tables)}"))
            engine.dispose()
        return house

    return empty


def test_every_figure_agrees_with_pandas_at_every_moment(emptied: Callable[[], Warehouse], plan: Plan) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(story=stories(plan))
    def hold(story: tuple[Plan, tuple[Filed, ...], tuple[tuple[int, int], ...]]) -> None:
        drawn_plan, files, moments = story
        house = emptied()
        drawn = store(house, drawn_plan, files)
        for place, hours in moments:
            as_of = drawn_plan.dates(PERIODS[place]).unit_due_at + timedelta(hours=hours)
            _hold_moment(house, drawn_plan, drawn, PERIODS[place], as_of)

    hold()
