"""Lines of a frame: the files they come from, their columns with types, and whom a failed rule blames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from commune_reports.findings import STATUS_LABELS
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.task_report import Backdrop, Reading

if TYPE_CHECKING:
    import pandas as pd

NUMBERS, FLAGS, TEXT = "float64", "bool", "str"
# By name, the kind of a column and its values.
Columns = Mapping[str, tuple[str, Sequence[Any]]]


@dataclass(frozen=True)
class Submitted:
    """One read file with what its unit has to report: task codes `owed` and `optional` in this period.

    `waived` are the rules that have no consequences for it: what they find is said, and nothing follows.
    """

    submission_id: str
    unit_code: str
    period: ReportingPeriod
    reading: Reading
    owed: frozenset[str]
    optional: frozenset[str]
    received_at: datetime | None = None
    backdrop: Backdrop = field(default_factory=Backdrop)
    waived: frozenset[str] = frozenset()
    file_name: str = ""

    @cached_property
    def last_possible_day(self) -> date:
        """The day it was received, or the last one of its period: nothing it tells can be later than both."""
        last_day = self.period.window_end
        return max(self.received_at.astimezone(ZONE).date(), last_day) if self.received_at else last_day


@dataclass(frozen=True)
class Subject:
    """What a failed rule is told about: its place, and the words for its sentence."""

    submitted: Submitted
    sheet: str | None
    row: int | None
    task: str | None
    cells: Mapping[str, str]
    values: Mapping[str, Any]
    words: Mapping[str, str] = field(default_factory=dict)
    column: str | None = None


@dataclass(frozen=True)
class Lines:
    """A frame's columns by name, the file of every line, and `about`: whom a rule about a field blames for a line that fails it."""

    columns: Columns
    submitted: Sequence[Submitted]
    about: Callable[[int, str], list[Subject]]

    def frame(self) -> "pd.DataFrame":
        """The columns as a data frame."""
        import pandas as pd

        return pd.DataFrame({name: _typed(values, kind) for name, (kind, values) in self.columns.items()}, copy=False)


def _typed(values: Sequence[Any], kind: str) -> Any:
    """Values as pandas keeps them: it takes up to seven times as long to look through a list of them."""
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    if kind == TEXT:
        return pd.array(pa.array(values, type=pa.large_string()), dtype=kind)
    return np.array(values, dtype=kind)


def shown(value: Any) -> str | None:
    """A value as a Vietnamese reader writes it."""
    if value is None:
        return None
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return STATUS_LABELS.get(value, str(value))


def first_day(plan: Plan) -> date:
    """The plan year's data window begins on 15 December (Decree 09/2019/NĐ-CP, art. 12)."""
    return date(plan.year - 1, 12, 15)
