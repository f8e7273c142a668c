"""How a step runs as an Airflow task: with which settings, as of when, and what becomes of its failure."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from airflow.sdk import Connection, get_current_context
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException

from commune_reports.errors import NeedsHuman, Transient
from commune_reports.period import ZONE
from commune_reports.settings import SECURITIES, Settings, SmtpServer, parse_warehouse_url, read_settings

WAREHOUSE, SMTP = "commune_reports_warehouse", "commune_reports_smtp"
Answer = TypeVar("Answer")
log = logging.getLogger("commune_reports")


def run_step(step: Callable[..., Answer], **arguments: Any) -> Answer:
    """Call a step with the settings and the business date of this run.

    NeedsHuman fails the task at once, Transient lets Airflow try again; both say their one line in the log.
    """
    context = get_current_context()
    try:
        settings = replace(settings_from_airflow(), by_the_clock=not _is_drill(context))
        return step(settings, now=business_now(context), **arguments)
    except NeedsHuman as error:
        raise AirflowFailException(str(error)) from error
    except Transient as error:
        raise AirflowException(str(error)) from error


def business_now(context: Mapping[str, Any]) -> datetime:
    """The moment this run works at.

    The parameter `now` wins (drills, repeats); a run started by reports works at the latest moment they carry; a scheduled
    run at the later of its slot and its start, so that a delayed run never dates a file back; a run by hand at its logical date.
    """
    given = (context.get("params") or {}).get("now")
    if given:
        moment = datetime.fromisoformat(given)
        return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
    carried = [datetime.fromisoformat(told["now"]) for told in _told(context) if "now" in told]
    if carried:
        return max(carried).astimezone(ZONE)
    run = context["dag_run"]
    logical, started = run.logical_date, run.start_date
    if logical is None:
        return started.astimezone(ZONE)  # type: ignore[no-any-return]
    is_scheduled = str(run.run_type).endswith("scheduled")
    return (max(logical, started) if is_scheduled and started else logical).astimezone(ZONE)  # type: ignore[no-any-return]


def news(context: Mapping[str, Any], periods: Sequence[str]) -> dict[str, Any]:
    """What a run tells of the periods it stored rows of: at which moment all of them are known, and whether it is a drill."""
    is_drill = _is_drill(context)
    known_at = business_now(context) if is_drill else datetime.now(tz=ZONE)
    return {"now": known_at.isoformat(), "is_drill": is_drill, "periods": list(periods)}


def _is_drill(context: Mapping[str, Any]) -> bool:
    """Whether the run works at a moment somebody gave it, or was started by one that did."""
    return bool((context.get("params") or {}).get("now")) or any(told.get("is_drill") for told in _told(context))


def _told(context: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the runs that started this one told."""
    found = (context.get("triggering_asset_events") or {}).values()
    return [event.extra for events in found for event in events if event.extra]


def settings_from_airflow() -> Settings:
    """The environment's settings; the connections commune_reports_warehouse and commune_reports_smtp win over them."""
    settings = read_settings(os.environ)
    warehouse, smtp = _connection(WAREHOUSE), _connection(SMTP)
    if warehouse is not None:
        settings = replace(settings, warehouse_url=parse_warehouse_url(warehouse.get_uri()))
    if smtp is not None:
        settings = replace(settings, smtp=_smtp_server(smtp))
    return settings


def say_failure(context: Mapping[str, Any]) -> None:
    """One line for whoever reads the log: which run failed, at which business moment, why, and where to look."""
    task = context["task_instance"]
    log.error(
        "%s.%s failed in run %s: %s | what to do: open the DAG's documentation in Airflow, section 'When it is red'",
        task.dag_id,
        task.task_id,
        task.run_id,
        context.get("exception"),
    )


# Transient failures are tried again after 1, 2, 4 … minutes; COMMUNE_REPORTS_RETRY_SECONDS shortens that for drills.
TASK_DEFAULTS: dict[str, Any] = {
    "retries": 4,
    "retry_delay": timedelta(seconds=float(os.environ.get("COMMUNE_REPORTS_RETRY_SECONDS") or 60)),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=20),
    "execution_timeout": timedelta(minutes=30),
    "on_failure_callback": say_failure,
}


def _connection(name: str) -> Any:
    try:
        return Connection.get(name)
    except AirflowNotFoundException:
        return None


def _smtp_server(connection: Any) -> SmtpServer:
    extra = connection.extra_dejson
    security = extra.get("security") or ("tls" if extra.get("disable_ssl") is False else "starttls")
    if security not in SECURITIES:
        raise NeedsHuman(f"connection {SMTP}: extra security is {security!r}; it must be {', '.join(SECURITIES)}")
    return SmtpServer(
        host=connection.host,
        port=connection.port or SECURITIES[security],
        user=connection.login or None,
        password=connection.password or None,
        security=security,
    )
