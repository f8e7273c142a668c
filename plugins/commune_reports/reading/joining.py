"""What a workbook tells of a task in a second table: results, documents or days beside a table of statuses."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from commune_reports.findings import FIELD_LABELS, Finding, Wordings
from commune_reports.period import PeriodKind, ReportingPeriod
from commune_reports.reading.copies import row_numbers
from commune_reports.reading.documents import documents_in, own_documents_in
from commune_reports.spelling import fold
from commune_reports.task_report import TOLD_APART, TaskRow, cell_on

# A product to come is called by a word or two: Báo cáo, Kế hoạch của UBND xã.
SHORTEST_RESULT = 20
# What heads a table of another time, of others, or of what is only to be done.
STRANGE = re.compile(
    r"^(?:(?:[ivx]+|\d+|[a-e]) )?(?:ke hoach|du kien|phuong huong|phan cong|giao)\b|"
    r"\b(?:thang|ky|quy|nam) (?:truoc|ngoai|toi|sau)\b|\btruoc do\b|\bda bao cao\b|\bcu tri\b|\b(?:thon|to dan pho) [a-z]|"
    r"\b(?:gop y|y kien|nhan xet|kien nghi|ket luan|kiem tra|thanh tra)\b.*\bcua\b"
)
QUARTER = re.compile(r"\bquy (?:[ivx]+|\d)\b")
MONTH_OR_YEAR = re.compile(r"\b(?:thang |t)(\d{1,2})\b|\b(?:nam )?(20\d\d)\b")


@dataclass(frozen=True)
class Joining:
    """Which fields of which rows beside the report belong to rows that count: by task, then by field."""

    parts: Mapping[str, Mapping[str, TaskRow]]

    @cached_property
    def fields(self) -> Mapping[tuple[str | None, int | None], Sequence[str]]:
        """By sheet and row, the fields that are joined."""
        fields: dict[tuple[str | None, int | None], list[str]] = {}
        for part in self.parts.values():
            for name, row in part.items():
                fields.setdefault((row.sheet, row.row), []).append(name)
        return fields

    def keeps(self, finding: Finding) -> bool:
        """Whether something found in a table that is left aside is about what is joined."""
        names = self.fields.get((finding.sheet, finding.row), ())
        return finding.column in {FIELD_LABELS[name] for name in names}

    def joined(self, row: TaskRow) -> TaskRow:
        """A row that counts with what the other table says of its task."""
        part = self.parts.get(row.task_code or "")
        if not part:
            return row
        values: dict[str, Any] = {name: getattr(other, name) for name, other in part.items()}
        if "completed_on" in part:
            values["completed_since"] = part["completed_on"].completed_since
        cells = {name: cell_on(other.sheet, other.cells[name], seen_from=row.sheet) for name, other in part.items()}
        whole = replace(row, **values, cells={**row.cells, **cells})
        own = documents_in(whole.evidence) if whole.evidence else own_documents_in(whole.result, whole.note)
        return replace(whole, documents=own)

    def left(self, row: TaskRow) -> TaskRow:
        """A row of the other table without what is joined."""
        nothing: dict[str, Any] = dict.fromkeys(self.fields.get((row.sheet, row.row), ()))
        return replace(row, **nothing) if nothing else row

    def said(self, wordings: Wordings) -> Iterator[Finding]:
        """One remark for each sheet something was taken from."""
        for sheet in dict.fromkeys(sheet for sheet, _ in self.fields):
            rows = {row: names for (one, row), names in self.fields.items() if one == sheet and row is not None}
            told = {name for names in rows.values() for name in names}
            labels = ", ".join(FIELD_LABELS[name] for name in TOLD_APART if name in told)
            yield wordings.finding("table_joined", sheet=sheet, row=None, got=labels, wanted=row_numbers(rows))


def is_of_others(titles: Sequence[str], period: ReportingPeriod | None) -> bool:
    """Whether the lines above a table, or the name of its sheet, say that it is of another time or of others."""
    said = list(map(fold, titles))
    own = {period.window_end.month, period.window_end.year} if period is not None else set()
    named = {int(month or year) for line in said for month, year in MONTH_OR_YEAR.findall(line)}
    is_month = period is not None and period.kind is PeriodKind.MONTH
    return any(map(STRANGE.search, said)) or not named <= own or (is_month and any(map(QUARTER.search, said)))


def joining_of(
    counted: Sequence[TaskRow], beside: Sequence[TaskRow], found: Sequence[Finding], own_words: Collection[str]
) -> Joining:
    """What rows `beside` a report, in whose tables something was `found`, say in fields its own table has no column for.

    Nothing is joined where two rows may be meant, or from a column that tells nothing but `own_words` (folded), those of the
    plan, and products to come.
    """
    if not beside:
        return Joining({})
    blamed = {(one.sheet, one.row, one.column) for one in found}
    tasks = Counter(row.task_code for row in counted)
    lacking = {row.task_code: [name for name in TOLD_APART if name not in row.cells] for row in counted}
    telling = {
        (row.sheet, name)
        for row in beside
        for name in TOLD_APART
        if _tells(row, name, own_words) or (row.sheet, row.row, FIELD_LABELS[name]) in blamed
    }
    by_task: dict[str, list[TaskRow]] = {}
    for row in beside:
        if row.task_code is not None and tasks[row.task_code] == 1:
            by_task.setdefault(row.task_code, []).append(row)
    parts: dict[str, dict[str, TaskRow]] = {}
    for code, rows in by_task.items():
        for name in lacking[code]:
            having = [row for row in rows if name in row.cells and (row.sheet, name) in telling]
            if len(having) == 1:
                parts.setdefault(code, {})[name] = having[0]
    return Joining(parts)


def _tells(row: TaskRow, name: str, own_words: Collection[str]) -> bool:
    """Whether a row beside a report says in a field what only somebody can say who did the task."""
    value = getattr(row, name)
    if not isinstance(value, str):
        return value is not None
    if name == "evidence":
        return any(one.number for one in row.documents)
    return fold(value) not in own_words and (name != "result" or len(value) >= SHORTEST_RESULT)
