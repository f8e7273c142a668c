"""Rules as data: rows × expectations/*.json → findings, and figures × expectations/warehouse/*.json before they leave.

The only room that knows Great Expectations, and only when something is checked.
"""

from commune_reports.validation.documents import Period, write_data_docs
from commune_reports.validation.gate import Figures, Gate, check_gate, load_gate, verdict
from commune_reports.validation.rows import Submitted, Validation, assess, load_rules, validate
from commune_reports.validation.running import Rules, prepare

__all__ = [
    "Figures",
    "Gate",
    "Period",
    "Rules",
    "Submitted",
    "Validation",
    "assess",
    "check_gate",
    "load_gate",
    "load_rules",
    "prepare",
    "validate",
    "verdict",
    "write_data_docs",
]
