"""
# Tiếp nhận báo cáo · Collect submissions

**When:** every ten minutes from 06:00 to 21:50, Vietnamese time.

**What:** archives and records every settled file in `*/nop/`, reads and validates them at once, or in up to four shares where
there are a hundred or more, stores rows, findings and receipts in one transaction each, writes the receipts into `phan-hoi/`,
and announces new rows to `publish_consolidated_report`.

**Again?** Yes: a file is known by its bytes and its arrival, and what is done is found done.

## When it is red
- *the shared folder … cannot be reached*: mount it; the task tries again by itself, dropped files stay where they are.
- *expectation suite … / rule …*: a rule was not loaded or not evaluated; mend `expectations/*.json`, then clear the task.
- *the warehouse …*: `commune-reports db upgrade`, or free the disk; claimed files are safe in `archive/`.
- `complain`: *files of period … wait: plan … changed*: the others are stored and answered; adopt the change for that period, or put
  the plan back, and the files are taken up by the next run.
- A file that nobody can read is **not** a failure: its sender has a receipt that says why.
"""

from typing import Any

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from commune_reports.orchestration.authoring import (
    RUN_PARAMS,
    START_DATE,
    TASK_DEFAULTS,
    TASK_REPORTS,
    answer,
    complain,
    every,
    news,
    run_step,
)


@dag(
    schedule=every("*/10 6-21 * * *"),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=TASK_DEFAULTS,
    params=RUN_PARAMS,
    doc_md=__doc__,
    tags=["commune-reports"],
)
def collect_submissions() -> None:
    """Claim, check in shares, answer, announce."""

    @task
    def claim() -> list[int | None]:
        from commune_reports import steps

        return list(run_step(steps.claim_arrivals)["shares"])

    @task
    def check(share: int | None) -> dict[str, Any]:
        from commune_reports import steps

        return run_step(steps.check_share, share=share)

    @task(outlets=[TASK_REPORTS], trigger_rule="none_failed")
    def announce(checked: list[dict[str, Any]]) -> None:
        periods = sorted({period for one in checked or () for period in one["periods"]})
        if not periods:
            raise AirflowSkipException("no row was accepted")
        context = get_current_context()
        context["outlet_events"][TASK_REPORTS].extra = news(context, periods)

    checked = check.expand(share=claim())
    checked >> answer()
    announce(checked)  # type: ignore[arg-type]
    complain(checked)  # type: ignore[arg-type]


collect_submissions()
