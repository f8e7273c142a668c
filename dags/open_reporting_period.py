"""
# Mở kỳ báo cáo · Open reporting periods

**When:** at the moment the plan opens a period (window start, 07:00), or by hand with `period`.

**What:** writes who owes what, makes the units' folders, puts each unit's template with last period's state into
`bieu-mau/`, announces the period by e-mail (or a note in `phan-hoi/` for units without an address).

**Again?** Yes, at any time: obligations and announcements are written once, templates are written anew.

## When it is red
- *plan file …*: mend the line it names (`commune-reports plan check FILE`), then clear the task.
- *the shared folder … cannot be reached*: mount it; the task tries again by itself.
- *mail server …*: see the connection `commune_reports_smtp`; letters wait in the outbox (`commune-reports outbox`).
"""

from typing import Any

from airflow.sdk import dag, get_current_context, task

from commune_reports.orchestration.authoring import (
    RUN_PARAMS,
    START_DATE,
    TASK_DEFAULTS,
    answer,
    deliver,
    plan_moments,
    run_step,
)


@dag(
    schedule=plan_moments("opening"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=TASK_DEFAULTS,
    params=RUN_PARAMS,
    doc_md=__doc__,
    tags=["commune-reports"],
)
def open_reporting_period() -> None:
    """Open what is due, then tell the units."""

    @task
    def open_periods() -> dict[str, Any]:
        from commune_reports import steps

        return run_step(steps.open_periods, period=get_current_context()["params"].get("period"))

    open_periods() >> [answer(), deliver()]


open_reporting_period()
