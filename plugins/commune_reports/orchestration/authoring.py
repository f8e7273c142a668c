"""What a DAG file needs to say when, in what order and with which retries; importing it imports Airflow."""

from commune_reports.orchestration.running import TASK_DEFAULTS, news, run_step
from commune_reports.orchestration.schedules import (
    RUN_PARAMS,
    START_DATE,
    TASK_REPORTS,
    every,
    plan_moments,
    with_reports,
)
from commune_reports.orchestration.shared_tasks import answer, complain, deliver

__all__ = [
    "RUN_PARAMS",
    "START_DATE",
    "TASK_DEFAULTS",
    "TASK_REPORTS",
    "answer",
    "complain",
    "deliver",
    "every",
    "news",
    "plan_moments",
    "run_step",
    "with_reports",
]
