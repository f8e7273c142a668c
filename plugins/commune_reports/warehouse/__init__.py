"""The warehouse: append-only facts, asked as of a moment, on SQLite and PostgreSQL alike."""

from commune_reports.warehouse.asking import (
    counting_rows,
    facts_since,
    is_open,
    previous_states,
    reported_tasks,
    reports,
    scorecard,
    unchecked_submissions,
)
from commune_reports.warehouse.comparing import Comparison, Spread, comparison, text_owners
from commune_reports.warehouse.connecting import HEAD, Warehouse, open_warehouse, upgrade
from commune_reports.warehouse.facts import Arrival, ReportRecord
from commune_reports.warehouse.mailing import (
    QueuedLetter,
    finish_attempts,
    outbox,
    pending_letters,
    queue_letter,
    start_attempts,
)
from commune_reports.warehouse.storing import (
    Assessed,
    open_period,
    record_arrivals,
    record_plan,
    record_report,
    store_assessments,
)

__all__ = [
    "HEAD",
    "Arrival",
    "Assessed",
    "Comparison",
    "QueuedLetter",
    "ReportRecord",
    "Spread",
    "Warehouse",
    "comparison",
    "counting_rows",
    "facts_since",
    "finish_attempts",
    "is_open",
    "open_period",
    "open_warehouse",
    "outbox",
    "pending_letters",
    "previous_states",
    "queue_letter",
    "record_arrivals",
    "record_plan",
    "record_report",
    "reported_tasks",
    "reports",
    "scorecard",
    "start_attempts",
    "store_assessments",
    "text_owners",
    "unchecked_submissions",
    "upgrade",
]
