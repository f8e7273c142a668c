"""Tasks that DAGs end with."""

from typing import Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowFailException

from commune_reports.orchestration.running import run_step


@task(trigger_rule="none_failed")
def answer() -> dict[str, Any]:
    """Write queued receipts and notes into the communes' folders."""
    from commune_reports import steps

    return run_step(steps.answer)


@task(trigger_rule="none_failed")
def complain(checked: list[dict[str, Any]]) -> None:
    """Fail with what waits for a person, once everything else is stored."""
    waiting = [line for one in checked or () for line in one["waiting"]]
    if waiting:
        raise AirflowFailException("; ".join(waiting))


@task(trigger_rule="none_failed")
def deliver() -> dict[str, Any]:
    """Send queued letters; deferred and refused ones are tried again, a letter refused three times fails the task."""
    from commune_reports import steps

    return run_step(steps.deliver_or_say)
