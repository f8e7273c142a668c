"""When the DAGs run: at the plan's own moments, every few minutes, or when reports have come in."""

import os
from datetime import datetime
from typing import Any

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, Param

from commune_reports.orchestration.timetable import PlanMoments
from commune_reports.period import ZONE

TASK_REPORTS = Asset(name="task_reports", uri="commune-reports://task-reports", group="commune_reports")
START_DATE = datetime(2024, 1, 1, tzinfo=ZONE)
RUN_PARAMS = {
    "now": Param(None, type=["null", "string"], description="Business moment (ISO 8601); the run's own if empty."),
    "period": Param(
        None, type=["null", "string"], description="Only this period, like 2024-11; all that are due if empty."
    ),
}


def every(cron: str) -> Any:
    """A cron schedule in Vietnamese time."""
    return None if _by_hand_only() else CronTriggerTimetable(cron, timezone="Asia/Ho_Chi_Minh")


def plan_moments(which: str) -> Any:
    """The plan's opening or publishing moments."""
    return None if _by_hand_only() else PlanMoments(which)


def with_reports(timetable: Any) -> Any:
    """At the timetable's moments, and whenever accepted reports have come in."""
    return [TASK_REPORTS] if timetable is None else AssetOrTimeSchedule(timetable=timetable, assets=[TASK_REPORTS])


def _by_hand_only() -> bool:
    """COMMUNE_REPORTS_SCHEDULES=manual keeps the clock out of it: for drills at a simulated date."""
    return os.environ.get("COMMUNE_REPORTS_SCHEDULES") == "manual"
