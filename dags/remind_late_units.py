"""
# Nhắc nộp · Remind late units

**When:** every day at 08:00; it acts only on working days from two working days before a period's due date to its deadline.

**What:** queues one reminder a day to each unit that still owes something, naming every task, by e-mail and as a note in
`phan-hoi/`. Units that have reported everything hear nothing.

**Again?** Yes: a unit is reminded once a day, however often this runs.

## When it is red
- *mail server …*: see the connection `commune_reports_smtp`; reminders wait in the outbox (`commune-reports outbox`).
- *the shared folder … cannot be reached*: mount it; the notes follow by themselves.
"""

from typing import Any

from airflow.sdk import dag, task

from commune_reports.orchestration.authoring import (
    RUN_PARAMS,
    START_DATE,
    TASK_DEFAULTS,
    answer,
    deliver,
    every,
    run_step,
)


@dag(
    schedule=every("0 8 * * *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=TASK_DEFAULTS,
    params=RUN_PARAMS,
    doc_md=__doc__,
    tags=["commune-reports"],
)
def remind_late_units() -> None:
    """Queue what is due today, then hand it over."""

    @task
    def remind() -> dict[str, Any]:
        from commune_reports import steps

        return run_step(steps.remind)

    remind() >> [answer(), deliver()]


remind_late_units()
