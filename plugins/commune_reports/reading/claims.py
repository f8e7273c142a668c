"""What a file says of itself: plan, unit, period and template version, from its hidden sheet or the lines above the table."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from commune_reports.plan import Plan, Unit
from commune_reports.reading.cell_values import plain_text
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

IDENTITY_SHEET = "_commune_reports"
LAST_TITLE_ROW = 30
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True)
class Claims:
    """Identity as stated in the file; None where it says nothing. `other_…` is what another place of the file says instead."""

    plan_id: str | None = None
    unit_code: str | None = None
    period_id: str | None = None
    template_version: str | None = None
    other_unit_code: str | None = None
    other_period_id: str | None = None


def read_claims(grids: Sequence[Grid], heads: Mapping[str, int | None], plan: Plan) -> Claims:
    """What the hidden sheet says, and what stands above the tables (`heads`: zero-based header row by sheet)."""
    hidden = next((_hidden(grid) for grid in grids if grid.name == IDENTITY_SHEET), Claims())
    lines = list(_title_lines(grids, heads))
    stated = [line for line in lines if "ky bao cao" in line]
    # Beside a hidden sheet only the line made for the period counts; a title may mention other months.
    periods = list(_periods(stated)) or ([] if hidden.period_id else list(_periods(lines)))
    period_id = hidden.period_id or next(iter(periods), None)
    units = _units(lines, units_in(plan, period_id))
    unit_code = hidden.unit_code or (units[0] if len(units) == 1 else None)
    return replace(
        hidden,
        unit_code=unit_code,
        period_id=period_id,
        other_unit_code=units[0] if len(units) == 1 and units[0] != unit_code else None,
        other_period_id=next((period for period in periods if period != period_id), None),
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


def _periods(lines: Sequence[str]) -> Iterator[str]:
    """The periods some lines name, in their order, each once; the date of signing never, not even with its day left blank."""
    yield from dict.fromkeys(period for line in lines for period in _periods_in(line))


def _periods_in(line: str) -> Iterator[str]:
    line = re.sub(r"\b(so lieu )?tu (ngay )?\d.*", "", line)
    line = re.sub(r"\bngay (\d{1,2} )?thang (\d{1,2} )?nam \d{4}\b", "", line)
    if found := re.search(r"\bthang (\d{1,2}) (?:nam )?(\d{4})\b", line):
        yield f"{found[2]}-{int(found[1]):02d}"
    elif found := re.search(r"\bquy (iv|iii|ii|i|[1-4]) (?:nam )?(\d{4})\b", line):
        yield f"{found[2]}-Q{QUARTERS[found[1]]}"
    elif found := re.search(r"\b([69]) thang (dau|cuoi)? ?nam (\d{4})\b", line):
        part = "9M" if found[1] == "9" else ("H2" if found[2] == "cuoi" else "H1")
        yield f"{found[3]}-{part}"
    elif found := re.search(r"\b(?:ky bao cao|bao cao|tong ket|bao cao tong hop)(?: ca)? nam (\d{4})\b", line):
        yield found[1]


def units_in(plan: Plan, period_id: str | None) -> tuple[Unit, ...]:
    """The units of a period of the plan: a name or code may be another unit's later; all of them where it names none."""
    period = next((one for one in plan.periods() if one.id == period_id), None)
    return plan.units_on(period.window_end) if period else plan.units


def _units(lines: Sequence[str], units: Sequence[Unit]) -> list[str]:
    found = (code for line in lines for code, name in _unit_names(units) if re.search(rf"\b{name}\b", line))
    return list(dict.fromkeys(found))


def _unit_names(units: Sequence[Unit]) -> tuple[tuple[str, str], ...]:
    return _folded_names(tuple((unit.code, unit.full_name) for unit in units))


@lru_cache(maxsize=8)
def _folded_names(names: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((code, fold(name)) for code, name in names)
