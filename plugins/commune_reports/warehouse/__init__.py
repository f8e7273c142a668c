"""The warehouse: append-only facts, asked as of a moment, on SQLite and PostgreSQL alike."""

from commune_reports.warehouse.asking import (
    assessed_submissions,
    facts_since,
    is_open,
    reports,
    unchecked_submissions,
)
from commune_reports.warehouse.comparing import Comparison, Spread, comparison, counting_reports, text_owners
from commune_reports.warehouse.connecting import HEAD, Warehouse, open_warehouse
from commune_reports.warehouse.copying import rows_lost
from commune_reports.warehouse.deciding import (
    Decision,
    decisions,
    find_submissions,
    reopen,
    reopened_until,
    waive,
    waived_rules,
    withdraw,
)
from commune_reports.warehouse.describing import Described, dictionary
from commune_reports.warehouse.extracting import Wanted, extracted, find_described
from commune_reports.warehouse.facts import Arrival, ReportRecord
from commune_reports.warehouse.gating import gate_answers, gate_outcomes, record_gate
from commune_reports.warehouse.keeping import NAMING, NamedFile, State, named_files, state_of
from commune_reports.warehouse.lineage import file_rules
from commune_reports.warehouse.mailing import (
    QueuedLetter,
    finish_attempts,
    outbox,
    pending_letters,
    queue_letter,
    start_attempts,
)
from commune_reports.warehouse.migrating import downgrade, losses, revisions, upgrade
from commune_reports.warehouse.opening import (
    Opening,
    adopt_plan,
    changed_figures,
    dates_held,
    open_period,
    opening_of,
    plan_content_as_of,
    plan_taken_up,
)
from commune_reports.warehouse.reader_role import make_reader
from commune_reports.warehouse.restoring import damage_of, load_snapshot, refuse_to_overwrite
from commune_reports.warehouse.rule_statistics import RULE_GRAINS, rule_statistics
from commune_reports.warehouse.scoring import (
    body_work,
    previous_states,
    remarks,
    score_changes,
    score_trend,
    scorecard,
    successor_scores,
    task_counts,
)
from commune_reports.warehouse.settling import facts_known, present, settle, wait_for_facts, written_at
from commune_reports.warehouse.snapshots import Held, check_snapshot, looking, take_snapshot
from commune_reports.warehouse.storing import (
    Assessed,
    record_arrivals,
    record_plan,
    record_report,
    store_assessments,
)
from commune_reports.warehouse.views import described_views

__all__ = [
    "HEAD",
    "NAMING",
    "RULE_GRAINS",
    "Arrival",
    "Assessed",
    "Comparison",
    "Decision",
    "Described",
    "Held",
    "NamedFile",
    "Opening",
    "QueuedLetter",
    "ReportRecord",
    "Spread",
    "State",
    "Wanted",
    "Warehouse",
    "adopt_plan",
    "assessed_submissions",
    "body_work",
    "changed_figures",
    "check_snapshot",
    "comparison",
    "counting_reports",
    "damage_of",
    "dates_held",
    "decisions",
    "described_views",
    "dictionary",
    "downgrade",
    "extracted",
    "facts_known",
    "facts_since",
    "file_rules",
    "find_described",
    "find_submissions",
    "finish_attempts",
    "gate_answers",
    "gate_outcomes",
    "is_open",
    "load_snapshot",
    "looking",
    "losses",
    "make_reader",
    "named_files",
    "open_period",
    "open_warehouse",
    "opening_of",
    "outbox",
    "pending_letters",
    "plan_content_as_of",
    "plan_taken_up",
    "present",
    "previous_states",
    "queue_letter",
    "record_arrivals",
    "record_gate",
    "record_plan",
    "record_report",
    "refuse_to_overwrite",
    "remarks",
    "reopen",
    "reopened_until",
    "reports",
    "revisions",
    "rows_lost",
    "rule_statistics",
    "score_changes",
    "score_trend",
    "scorecard",
    "settle",
    "start_attempts",
    "state_of",
    "store_assessments",
    "successor_scores",
    "take_snapshot",
    "task_counts",
    "text_owners",
    "unchecked_submissions",
    "upgrade",
    "wait_for_facts",
    "waive",
    "waived_rules",
    "withdraw",
    "written_at",
]
