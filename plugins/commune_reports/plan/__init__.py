"""The plan as data: indices, indicators, tasks, performing bodies, units, recipients, calendar."""

from commune_reports.plan.loading import load_plan, plan_of
from commune_reports.plan.model import (
    Body,
    DocumentHeader,
    Index,
    Indicator,
    Office,
    Plan,
    Product,
    Recipient,
    RecipientRole,
    Task,
    TaskChange,
    Timing,
    Unit,
)

__all__ = [
    "Body",
    "DocumentHeader",
    "Index",
    "Indicator",
    "Office",
    "Plan",
    "Product",
    "Recipient",
    "RecipientRole",
    "Task",
    "TaskChange",
    "Timing",
    "Unit",
    "load_plan",
    "plan_of",
]
