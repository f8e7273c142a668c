"""One month in thirteen workbooks: who drops what when, and which DAG runs at which moment."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from commune_reports.demo.communes import fill_template, honest_entries, retype_table, spoil
from commune_reports.errors import NeedsHuman
from commune_reports.orchestration.local_airflow import LocalAirflow
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan, Unit

PERIOD = ReportingPeriod.parse("2024-11")
RETYPED, SPOILED, LATE, SILENT = "Vạn Bình", "Vạn Phú", "Vạn Thạnh", "Xuân Sơn"
DAGS = ("open_reporting_period", "collect_submissions", "remind_late_units", "publish_consolidated_report")
RUN_SECONDS = 90.0
FINISHED = ("success", "failed")


@dataclass(frozen=True)
class Scene:
    """One moment of the story: what people do first, then which DAG runs."""

    moment: datetime
    dag_id: str
    title: str
    before: Callable[[], object] = lambda: None


def scenes(plan: Plan, share: Path) -> list[Scene]:
    """The month from the opening of the period to the late file."""
    units = {unit.name: unit for unit in plan.units_on(PERIOD.window_end)}
    prompt = [unit for name, unit in units.items() if name not in (LATE, SILENT)]
    return [
        Scene(_at(10, 15, 7), DAGS[0], "the period opens: templates go out to 13 units"),
        Scene(
            _at(11, 15, 9),
            DAGS[1],
            "eleven workbooks lie in the drop folders: filled templates, a retyped table, one with wrong cells",
            before=lambda: _drop_all(plan, prompt, share),
        ),
        Scene(_at(11, 18, 8), DAGS[2], "on the due date, units that still owe something are reminded"),
        Scene(
            _at(11, 18, 10),
            DAGS[1],
            f"{SPOILED} sends its corrected workbook",
            before=lambda: _fill(plan, units[SPOILED], share, "Bao cao da sua"),
        ),
        Scene(_at(11, 19, 8), DAGS[3], "cut-off: the consolidated report is published and sent"),
        Scene(
            _at(11, 20, 9),
            DAGS[1],
            f"{LATE} is late; its workbook makes a revision; {SILENT} sends nothing",
            before=lambda: _fill(plan, units[LATE], share, "Báo cáo nộp muộn"),
        ),
    ]


def play(airflow: LocalAirflow, story: list[Scene]) -> Iterator[tuple[Scene, float]]:
    """Act the scenes out in order; yields each with the seconds it took. NeedsHuman if a run fails."""
    for number, scene in enumerate(story, start=1):
        began = time.monotonic()
        scene.before()
        run_id = f"scene-{number}"
        airflow.trigger(
            scene.dag_id, run_id=run_id, conf={"now": scene.moment.isoformat(), "period": _period_of(scene)}
        )
        wait_for(airflow, partial(_has_finished, airflow, scene.dag_id, run_id), scene.title)
        if airflow.state(scene.dag_id, run_id) != "success":
            raise NeedsHuman(f"{scene.dag_id} failed; see {airflow.home}/logs/tasks/dag_id={scene.dag_id}")
        yield scene, time.monotonic() - began


def wait_for(airflow: LocalAirflow, condition: Callable[[], bool], what: str) -> None:
    """Wait until something has happened; NeedsHuman if it does not or a component of Airflow has died."""
    give_up_at = time.monotonic() + RUN_SECONDS
    while not condition():
        airflow.check_alive()
        if time.monotonic() > give_up_at:
            raise NeedsHuman(f"not finished after {RUN_SECONDS:.0f} s: {what}; see {airflow.home}/logs")
        time.sleep(0.25)


def _has_finished(airflow: LocalAirflow, dag_id: str, run_id: str) -> bool:
    return airflow.state(dag_id, run_id) in FINISHED


def _at(month: int, day: int, hour: int) -> datetime:
    return datetime(2024, month, day, hour, tzinfo=ZONE)


def _period_of(scene: Scene) -> str | None:
    return PERIOD.id if scene.dag_id in (DAGS[0], DAGS[3]) else None


def _drop_all(plan: Plan, units: list[Unit], share: Path) -> None:
    for unit in units:
        _drop(plan, unit, share)


def _drop(plan: Plan, unit: Unit, share: Path) -> None:
    if unit.name == RETYPED:
        out = share / unit.folder / "nop" / "bao cao thang 11.xlsx"
        retype_table(plan, unit, PERIOD, out, entries=honest_entries(plan, unit, PERIOD))
    else:
        _fill(plan, unit, share, f"Báo cáo {unit.name}", is_spoiled=unit.name == SPOILED)


def _fill(plan: Plan, unit: Unit, share: Path, name: str, *, is_spoiled: bool = False) -> None:
    entries = honest_entries(plan, unit, PERIOD)
    folder = share / unit.folder
    fill_template(
        folder / "bieu-mau" / f"bieu-mau-{PERIOD.id}.xlsx",
        folder / "nop" / f"{name}.xlsx",
        spoil(entries) if is_spoiled else entries,
    )
