"""What a file says of itself: plan, unit, period and template version, from its hidden sheet or the lines above the table."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from commune_reports.plan import Plan
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.vocabulary import fold
from commune_reports.workbook import Grid

IDENTITY_SHEET = "_commune_reports"
LAST_TITLE_ROW = 30
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True)
class Claims:
    """Identity as stated in the file; None where it says nothing."""

    plan_id: str | None = None
    unit_code: str | None = None
    period_id: str | None = None
    template_version: str | None = None


def read_claims(grids: Sequence[Grid], heads: Mapping[str, int | None], plan: Plan) -> Claims:
    """The hidden sheet wins; what it lacks is looked for above the tables (`heads`: zero-based header row by sheet)."""
    hidden = next((_hidden(grid) for grid in grids if grid.name == IDENTITY_SHEET), Claims())
    if hidden.unit_code and hidden.period_id:
        return hidden
    lines = list(_title_lines(grids, heads))
    return replace(
        hidden,
        unit_code=hidden.unit_code or _unit(lines, plan),
        period_id=hidden.period_id or _period(lines),
    )


def _hidden(grid: Grid) -> Claims:
    said = {plain_text(row[0]): plain_text(row[1]) for row in grid.rows if len(row) > 1}
    return Claims(said.get("plan"), said.get("unit"), said.get("period"), said.get("template_version"))


def _title_lines(grids: Sequence[Grid], heads: Mapping[str, int | None]) -> Iterator[str]:
    for grid in grids:
        if not grid.visible:
            continue
        head = heads.get(grid.name)
        for row in grid.rows[: LAST_TITLE_ROW if head is None else head]:
            line = " ".join(text for text in map(plain_text, row) if text)
            if line:
                yield fold(line)


def _period(lines: Sequence[str]) -> str | None:
    """The one period the title names; lines that say "kỳ báo cáo" before all others, the date of signing never."""
    for chosen in ([line for line in lines if "ky bao cao" in line], lines):
        found = {period for line in chosen for period in _periods_in(line)}
        if len(found) == 1:
            return found.pop()
    return None


def _periods_in(line: str) -> Iterator[str]:
    line = re.sub(r"\b(so lieu )?tu (ngay )?\d.*", "", line)
    line = re.sub(r"\bngay \d{1,2} thang \d{1,2} nam \d{4}\b", "", line)
    if found := re.search(r"\bthang (\d{1,2}) (?:nam )?(\d{4})\b", line):
        yield f"{found[2]}-{int(found[1]):02d}"
    elif found := re.search(r"\bquy (iv|iii|ii|i|[1-4]) (?:nam )?(\d{4})\b", line):
        yield f"{found[2]}-Q{QUARTERS[found[1]]}"
    elif found := re.search(r"\b([69]) thang (dau|cuoi)? ?nam (\d{4})\b", line):
        part = "9M" if found[1] == "9" else ("H2" if found[2] == "cuoi" else "H1")
        yield f"{found[3]}-{part}"
    elif found := re.search(r"\b(?:ky bao cao|bao cao)(?: ca)? nam (\d{4})\b", line):
        yield found[1]


def _unit(lines: Sequence[str], plan: Plan) -> str | None:
    found = {code for line in lines for code, name in _unit_names(plan) if re.search(rf"\b{name}\b", line)}
    return found.pop() if len(found) == 1 else None


def _unit_names(plan: Plan) -> tuple[tuple[str, str], ...]:
    return _folded_names(tuple((unit.code, unit.full_name) for unit in plan.units))


@lru_cache(maxsize=8)
def _folded_names(names: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((code, fold(name)) for code, name in names)
