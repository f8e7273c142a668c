"""One function per orchestrated step: plain values in, small JSON out. They keep the order of things, not the rules."""

from commune_reports.steps.answering import answer
from commune_reports.steps.asking import aggregate, outbox_state, rules, status
from commune_reports.steps.checking import Asked, check
from commune_reports.steps.collecting import check_share, claim_arrivals, collect
from commune_reports.steps.deciding import adopt_plan, reopen, waive, withdraw
from commune_reports.steps.delivering import deliver, deliver_or_say
from commune_reports.steps.documenting import write_docs
from commune_reports.steps.keeping import back_up, go_down, restore, warehouse_state
from commune_reports.steps.opening import open_periods, write_unit_template
from commune_reports.steps.planning import show_plan
from commune_reports.steps.publishing import periods_to_publish, publish_period, render_report
from commune_reports.steps.reading_out import data_dictionary, export, make_reader
from commune_reports.steps.reminding import remind
from commune_reports.steps.tracing import trace
from commune_reports.warehouse import Decision, Wanted

__all__ = [
    "Asked",
    "Decision",
    "Wanted",
    "adopt_plan",
    "aggregate",
    "answer",
    "back_up",
    "check",
    "check_share",
    "claim_arrivals",
    "collect",
    "data_dictionary",
    "deliver",
    "deliver_or_say",
    "export",
    "go_down",
    "make_reader",
    "open_periods",
    "outbox_state",
    "periods_to_publish",
    "publish_period",
    "remind",
    "render_report",
    "reopen",
    "restore",
    "rules",
    "show_plan",
    "status",
    "trace",
    "waive",
    "warehouse_state",
    "withdraw",
    "write_docs",
    "write_unit_template",
]
