"""Rules as data: rows × expectations/*.json → findings, and figures × expectations/warehouse/*.json before they leave.

The only room that imports Great Expectations, and only when something is checked. A suite whose rules did not all load, or a rule
that could not be evaluated, is our failure and is raised: never a pass.
"""

from commune_reports.validation.documents import Period, write_data_docs
from commune_reports.validation.gate import Figures, Gate, Given, check_gate, given_by, load_gate, verdict
from commune_reports.validation.lines import Submitted
from commune_reports.validation.rules import Validation, validate
from commune_reports.validation.running import prepare
from commune_reports.validation.suites import Rules, load_rules, waivable_rules
from commune_reports.validation.verdicts import assess

__all__ = [
    "Figures",
    "Gate",
    "Given",
    "Period",
    "Rules",
    "Submitted",
    "Validation",
    "assess",
    "check_gate",
    "given_by",
    "load_gate",
    "load_rules",
    "prepare",
    "validate",
    "verdict",
    "waivable_rules",
    "write_data_docs",
]
