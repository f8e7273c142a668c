"""
# Tổng hợp và gửi báo cáo · Publish the consolidated report

**When:** at each period's cut-off, on later working days at the same hour, and whenever new rows were accepted.

**What:** for each period whose report is due: aggregates as of the cut-off, lets the gate (`expectations/warehouse/`) look at the
figures and stops if a critical rule fails, writes the workbook, queues the letter in the same transaction, sends it. Facts that
came later make one revision a day at most.

**Again?** Yes: a report is made once per revision and its letter has one Message-ID.

## When it is red
- *… not published: rule … failed for … rows: …*: do not send by hand; the line names the first rows, the table `gate_outcome`
  keeps every run; look with `commune-reports trace`, ask the maintainers, clear `publish` when mended.
- *rule … was not evaluated*, *suite … did not load*: mend the suite or include/sql/gate; nothing leaves unchecked in the meantime.
- *mail server … / refused …*: mend the connection `commune_reports_smtp` or the address in the plan file, clear `deliver`.
  The report's files lie in `reports/` under the home folder, should it have to go by hand before the deadline.
- A run that finds no period due is green and ends with skipped tasks.
"""

from typing import Any

from airflow.sdk import dag, get_current_context, task

from commune_reports.orchestration.authoring import (
    RUN_PARAMS,
    START_DATE,
    TASK_DEFAULTS,
    deliver,
    plan_moments,
    run_step,
    with_reports,
)


@dag(
    schedule=with_reports(plan_moments("publishing")),
    start_date=START_DATE,
    catchup=False,
    max_active_runs=1,
    default_args=TASK_DEFAULTS,
    params=RUN_PARAMS,
    doc_md=__doc__,
    tags=["commune-reports"],
)
def publish_consolidated_report() -> None:
    """Find what is due, publish each period, send."""

    @task
    def find_periods() -> list[str]:
        from commune_reports import steps

        wanted = get_current_context()["params"].get("period")
        return [wanted] if wanted else list(run_step(steps.periods_to_publish)["periods"])

    @task
    def publish(period: str) -> dict[str, Any]:
        from commune_reports import steps

        return run_step(steps.publish_period, period=period)

    publish.expand(period=find_periods()) >> deliver()


publish_consolidated_report()
