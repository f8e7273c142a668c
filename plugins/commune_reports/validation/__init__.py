"""Rows × expectations/*.json → findings. The only room that imports Great Expectations, and only when something is validated.

A suite whose rules did not all load, or a rule that could not be evaluated, is our failure and is raised: never a pass.
"""

from commune_reports.validation.rules import Validation, validate
from commune_reports.validation.running import prepare
from commune_reports.validation.subjects import Submitted
from commune_reports.validation.suites import Rules, load_rules
from commune_reports.validation.verdicts import assess

__all__ = ["Rules", "Submitted", "Validation", "assess", "load_rules", "prepare", "validate"]
