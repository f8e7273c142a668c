"""What a file says of itself: plan, unit, period and template version, from its hidden sheet or the lines above the table."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan, Unit
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.dates import QUARTERS
from commune_reports.spelling import fold
from commune_reports.task_report import sheet_named
from commune_reports.workbook import Grid

IDENTITY_SHEET = "_commune_reports"
LAST_TITLE_ROW = 30
# "Kết quả tháng 11 và phương hướng, nhiệm vụ tháng 12 năm 2024" reports on November.
AND_NEXT_MONTH = re.compile(
    r"\bthang (\d{1,2})\b(?: (?:nam )?(\d{4}))?\b.*\b(?:phuong huong|nhiem vu|ke hoach|giai phap|du kien)\b.*?"
    r"\bthang (\d{1,2}) (?:nam )?(\d{4})\b"
)
# What a report is compared with, goes on from or was planned in is not what it reports on.
COMPARED = re.compile(r"\b(?:so voi|so sanh|tiep theo|(?:so lieu )?tu (?:ngay )?\d).*")
SINCE = re.compile(r"\btu (?:thang|quy) (?:\d{1,2}|[iv]+) (?:(?:nam )?\d{4} )?(?=den\b)")
PLANNED_IN = re.compile(r"\bke hoach (?:so [a-z0-9 ]{,20})?thang \d{1,2} (?:nam )?\d{4}\b")
REFERS = re.compile(
    r"(?:can cu|thuc hien|trien khai|(?:kem )?theo) .*"
    r"\b(?:ke hoach|cong van|van ban|quyet dinh|thong bao|chi dao|chuong trinh|bao cao)\b"
)
# "Kế hoạch số 55/KH-UBND tháng 8 năm 2024": the month of a document that has a number, whatever it is.
DOCUMENT_OF = re.compile(
    r"\b(?:ke hoach|nghi quyet|quyet dinh|cong van|chi thi|thong bao|chuong trinh|van ban|de an) so \d+[a-z]?"
    r"(?: [a-z]{2,5}){0,3} (?:ngay \d{1,2} )?thang \d{1,2} (?:nam )?\d{4}\b"
)
COMPARING = re.compile(r"\b(?:so voi|so sanh|ky truoc|cung ky)\b")
# "Từ ngày 15/10/2024 đến ngày 14/11/2024".
WINDOW = re.compile(
    r"\b(?:tu )?(?:ngay )?(\d{1,2}) (?:thang )?(\d{1,2})(?: (?:nam )?(\d{4}))?(?: (?:den|toi))?(?: het)?(?: ngay)? "
    r"(\d{1,2}) (?:thang )?(\d{1,2}) (?:nam )?(\d{4})\b"
)
# "BÁO CÁO KẾT QUẢ THÁNG 11": a title that names one month, and nothing it is compared with, follows or looks ahead to.
WITHOUT_YEAR = re.compile(r"(?:bao cao|ket qua|tinh hinh)(?: [a-z]+)* thang (\d{1,2})")
OF_ANOTHER_TIME = re.compile(
    r"\b(?:ngay|so voi|so sanh|truoc|sau|luy ke|den|tu|phuong huong|ke hoach|du kien|cong van|quyet dinh|gui)\b"
)
# "Tháng 11 (quý IV/2024)": the month has the year of the quarter behind it.
MONTH_IN_QUARTER = re.compile(r"\b(thang \d{1,2}) (?:thuoc )?(quy (?:iv|iii|ii|i|[1-4]) (?:nam )?(\d{4}))\b")
NAMED_MONTH = re.compile(r"\b(?:thang|t) ?(\d{1,2}) (?:nam )?(\d{4})\b")
# A sheet named after its month: T11, Tháng 11, thang 11-2024, 11.2024, "T11 (2)", "Tháng 11 (sửa)".
MONTH_SHEET = re.compile(
    r"(?P<word>(?:bao cao |bc |(?:ke hoach|kh|du kien|phuong huong)(?: cong tac| nhiem vu| thuc hien)* )?(?:t|thang) ?)?"
    r"(?P<month>\d{1,2})(?: (?:nam )?(?P<year>\d{4}))?"
    r"(?: (?:[2-9]|da|sua|chinh sua|moi|bo sung|chinh thuc|dieu chinh|cuoi|ban|lan))*"
)
PERIOD_LABEL = re.compile(r"(?:.* )?(?:ky bao cao|bao cao thang|thang bao cao)|thang")
# A part of a report that looks ahead, to a month it names or to what comes next.
AHEAD = re.compile(
    r"(?:(?:phan )?(?:[ivx]+|\d{1,2}|[a-d]) )?(?:mot so |cac |nhung )?(?:phuong huong\b.*|"
    r"du kien(?: thuc hien)? (?:thang|quy|ky) .*|"
    r"(?:du kien )?(?:ke hoach|nhiem vu|chuong trinh|cong tac|cong viec|giai phap)"
    r"(?: cong tac| cong viec| nhiem vu| giai phap| trong tam| chu yeu| va| can| tiep tuc| thuc hien| trien khai)*"
    r" (?:trong |cua )?(?:thang|quy|ky|thoi gian) .*)"
)
NEXT = re.compile(r"\b(?:thang|quy|ky|thoi gian) (?:toi|sau|tiep theo)\b")
# A line that heads what was done in a period, and nothing that was done in it.
HEADS_PERIOD = re.compile(
    r"(?:(?:phan |bieu |bang )?(?:[ivx]+|\d{1,2}|[a-d]) )?"
    r"(?:(?:thang|quy) (?:\d{1,2}|[ivx]+)(?: (?:nam )?\d{4})?$|(?:bao cao|ket qua|tinh hinh|so lieu|ky bao cao)\b)"
)
LONGEST_TITLE = 160
COVER = re.compile(r"bao cao\b(?! cua)")
FEWEST_SHEETS = 2
# A form beside its number, the name of the office beside the motto.
MOST_BESIDE = 2
# No line that says whose report it is goes on for longer.
LONGEST_LINE = 1_000
UNIT_BEFORE = r"(?:xa|x|thi tran|tt|phuong|p|ubnd|uy ban nhan dan|don vi|don vi bao cao)"


@dataclass(frozen=True)
class Claims:
    """Identity as stated in the file; None where it says nothing. `other_…` is what another place of the file says instead."""

    plan_id: str | None = None
    unit_code: str | None = None
    period_id: str | None = None
    template_version: str | None = None
    other_unit_code: str | None = None
    other_period_id: str | None = None


@dataclass(frozen=True)
class Asked:
    """The period a file was asked for (None: only the file can tell), and the names of the sheets something is reported in."""

    period_id: str | None
    reported_in: Sequence[str]


def read_claims(
    grids: Sequence[Grid], heads: Mapping[str, int | None], plan: Plan, reported_in: Collection[str] = ()
) -> Claims:
    """What the hidden sheet says, and what stands above the tables (`heads`: zero-based header row by sheet).

    Other sheets than the cover and those a report was found in speak of other times too: they count where those say nothing.
    """
    hidden = next((_hidden(grid) for grid in grids if grid.name == IDENTITY_SHEET), Claims())
    lines = list(_title_lines(grids, heads))
    periods = _periods([_with_year(line, plan) for line in lines if "ky bao cao" in line])
    # Beside a hidden sheet only the line made for the period counts; a title may mention other months.
    if not periods and not hidden.period_id:
        own = [grid for grid in grids if grid.name in reported_in or _is_cover(grid)]
        own_lines = list(_title_lines(own, heads))
        periods = _periods(own_lines) or _roundabout(own_lines, plan) or _periods(lines) or _roundabout(lines, plan)
    period_id = hidden.period_id or next(iter(periods), None)
    sentences = [part for cells in _title_cells(grids, heads) for part in _sentences(cells)]
    units = _units(sentences, units_in(plan, period_id))
    unit_code = hidden.unit_code or (units[0] if len(units) == 1 else None)
    return replace(
        hidden,
        unit_code=unit_code,
        period_id=period_id,
        other_unit_code=units[0] if len(units) == 1 and units[0] != unit_code else None,
        other_period_id=next((period for period in periods if period != period_id), None),
    )


def _is_cover(grid: Grid) -> bool:
    """Whether a sheet has nothing but lines, one of them the title of a report."""
    if any(len(row) - row.count("") > MOST_BESIDE for row in grid.rows):
        return False
    return any(COVER.match(fold(text)) for row in grid.rows for text in _texts(row))


def sheets_aside(grids: Sequence[Grid], heads: Mapping[str, int | None], plan: Plan, asked: Asked) -> Mapping[str, str]:
    """The periods of sheets that report another period than the file is for: a workbook with a sheet for every month.

    The file is for the period it was asked for, for that of its hidden sheet, or for the newest one anything is reported in.
    Nothing is set aside where a sheet names several periods or none names that one.
    """
    tables = [grid for grid in grids if grid.visible and heads.get(grid.name) is not None]
    # Sheets named 1, 2, 3 are pages.
    are_pages = any(grid.name.strip() == "1" for grid in tables)
    stated = {grid.name: _sheet_periods(grid, heads, plan, may_be_bare=not are_pages) for grid in tables}
    if any(len(periods) > 1 for periods in stated.values()):
        return {}
    ends = {period.id: period.window_end for period in plan.periods()}
    one_each = {name: periods[0] for name, periods in stated.items() if periods}
    hidden = next((_hidden(grid).period_id for grid in grids if grid.name == IDENTITY_SHEET), None)
    reported = [one_each[name] for name in asked.reported_in if one_each.get(name) in ends]
    chosen = asked.period_id or hidden or max(reported, key=lambda period: (ends[period], period), default=None)
    if chosen not in one_each.values():
        return {}
    return {name: period for name, period in one_each.items() if period != chosen}


def sheets_of_others(
    grids: Sequence[Grid], heads: Mapping[str, int | None], units: Sequence[Unit], unit_code: str | None
) -> Mapping[str, str]:
    """The units of sheets headed with another unit's name than the file is of, where another sheet is headed with its own.

    The file is of the unit whose folder it lies in, or of the one its hidden sheet or its first headed sheet names.
    """
    tables = [grid for grid in grids if grid.visible and heads.get(grid.name) is not None]
    if len(tables) < FEWEST_SHEETS:
        return {}
    named = {}
    for grid in tables:
        found = _units([part for cells in _title_cells([grid], heads) for part in _sentences(cells)], units)
        if not found:
            found = [
                unit.code for unit in units if fold(sheet_named(grid.name)) in (fold(unit.name), fold(unit.full_name))
            ]
        if len(found) == 1:
            named[grid.name] = found[0]
    hidden = next((_hidden(grid).unit_code for grid in grids if grid.name == IDENTITY_SHEET), None)
    own = unit_code or hidden or next(iter(named.values()), None)
    return {name: code for name, code in named.items() if code != own} if own in named.values() else {}


def _sheet_periods(grid: Grid, heads: Mapping[str, int | None], plan: Plan, *, may_be_bare: bool) -> list[str]:
    lines = list(_title_lines([grid], heads))
    stated = [_with_year(line, plan) for line in lines if "ky bao cao" in line]
    periods = _periods(stated) or _periods(lines)
    named = MONTH_SHEET.fullmatch(fold(sheet_named(grid.name)))
    if not periods and named and (named["word"] or named["year"] or may_be_bare):
        periods = [f"{named['year'] or plan.year}-{int(named['month']):02d}"]
    return periods


def _with_year(line: str, plan: Plan) -> str:
    """The line made for the period, with the plan's year where only a month or a quarter is written."""
    line = line[max(line.find("ky bao cao"), 0) :]  # whatever it refers to before
    line = re.sub(r"\bky bao cao (?:thang )?(\d{1,2}) (\d{4})\b", r"ky bao cao thang \1 \2", line)
    line = re.sub(r"\bky bao cao (\d{4}) (\d{1,2})\b", r"ky bao cao thang \2 \1", line)
    return re.sub(r"\b((?:thang|quy) (?:\d{1,2}|[iv]+))$", rf"\1 {plan.year}", line)


def _hidden(grid: Grid) -> Claims:
    said = {plain_text(row[0]): plain_text(row[1]) for row in grid.rows if len(row) > 1}
    return Claims(said.get("plan"), said.get("unit"), said.get("period"), said.get("template_version"))


def _title_lines(grids: Sequence[Grid], heads: Mapping[str, int | None]) -> Iterator[str]:
    for cells in _title_cells(grids, heads):
        yield fold(" ".join(cells))


def _title_cells(grids: Sequence[Grid], heads: Mapping[str, int | None]) -> Iterator[list[str]]:
    """What is written in each row above the tables, cell by cell."""
    for grid in grids:
        if not grid.visible:
            continue
        head = heads.get(grid.name)
        for row in grid.rows[: LAST_TITLE_ROW if head is None else head]:
            cells = list(_texts(row))
            if cells:
                yield cells


def _texts(row: Sequence[Any]) -> Iterator[str]:
    """What a row says; a date beside "Kỳ báo cáo:" is the month that spreadsheet programs make of a typed 10/2024."""
    before = ""
    for cell in row:
        text = plain_text(cell[:LONGEST_LINE] if isinstance(cell, str) else cell) if cell != "" else None
        if text is None:
            continue
        if isinstance(cell, date) and PERIOD_LABEL.fullmatch(fold(before)):
            text = f"tháng {cell.month}/{cell.year}"
        yield text
        before = text


def _sentences(cells: Sequence[str]) -> Iterator[str]:
    """Each cell for itself, "Số: /BC-UBND" apart from "Đại Lãnh, ngày …" beside it; a label together with its value."""
    for before, cell in zip(["", *cells], cells, strict=False):
        yield fold(f"{before} {cell}" if before.endswith(":") else cell)


def _periods(lines: Sequence[str]) -> list[str]:
    """The periods some lines name, in their order, each once; the date of signing never, not even with its day left blank."""
    own = dict.fromkeys(period for line in lines if not REFERS.match(line) for period in _periods_in(line))
    # A line about another document counts where no other line names a period, and it names one only.
    return list(own) or list(
        dict.fromkeys(
            period
            for line in lines
            if REFERS.match(line) and len(set(NAMED_MONTH.findall(line))) < 2
            for period in _periods_in(DOCUMENT_OF.sub("", line))
        )
    )


def _roundabout(lines: Sequence[str], plan: Plan) -> list[str]:
    """The period whose data window some lines spell out; else that of a month without its year."""
    windows = {(period.window_start, period.window_end): period.id for period in plan.periods()}
    own = (line for line in lines if not COMPARING.search(line))
    spelled = [window for line in own for found in WINDOW.finditer(line) if (window := _window(found)) in windows]
    if spelled:
        return [windows[spelled[0]]] if len(set(spelled)) == 1 else []
    months = {
        f"{plan.year}-{int(found[1]):02d}"
        for line in lines
        if (found := WITHOUT_YEAR.fullmatch(line)) and not OF_ANOTHER_TIME.search(line)
    }
    return [month for month in months if plan.period(month) is not None] if len(months) == 1 else []


def _window(found: re.Match[str]) -> tuple[date, date] | None:
    first_day, first_month, first_year, day, month, year = (int(one or 0) for one in found.groups())
    try:
        return date(first_year or year - (first_month > month), first_month, first_day), date(year, month, day)
    except ValueError:
        return None


def _periods_in(line: str) -> Iterator[str]:
    line = MONTH_IN_QUARTER.sub(r"\1 \3", SINCE.sub("", COMPARED.sub("", line)))
    line = re.sub(r"\bngay (\d{1,2} )?thang (\d{1,2} )?nam \d{4}\b", "", line)
    next_month = AND_NEXT_MONTH.search(line)
    if next_month and int(next_month[3]) == int(next_month[1]) % 12 + 1:
        year = int(next_month[2] or next_month[4]) - (next_month[2] is None and next_month[3] in ("1", "01"))
        yield f"{year}-{int(next_month[1]):02d}"
    elif found := NAMED_MONTH.search(PLANNED_IN.sub("", line)) or NAMED_MONTH.search(line):
        yield f"{found[2]}-{int(found[1]):02d}"
    elif found := re.search(r"\bquy (iv|iii|ii|i|[1-4]) (?:nam )?(\d{4})\b", line):
        yield f"{found[2]}-Q{QUARTERS[found[1]]}"
    elif found := re.search(r"\b([69]) thang (dau|cuoi)? ?nam (\d{4})\b", line):
        part = "9M" if found[1] == "9" else ("H2" if found[2] == "cuoi" else "H1")
        yield f"{found[3]}-{part}"
    elif found := re.search(r"\b(?:ky bao cao|bao cao|tong ket|bao cao tong hop)(?: ca)? nam (\d{4})\b", line):
        yield found[1]


def looks_ahead(cells: Sequence[Any], period: ReportingPeriod, plan: Plan) -> bool:
    """Whether a line such as "II. Nhiệm vụ trọng tâm tháng 12/2024" looks ahead to what comes after a period."""
    if len(cells) - cells.count("") != 1:
        return False
    line = fold(plain_text(next(cell for cell in cells if cell != "")) or "")
    if not AHEAD.fullmatch(line):
        return False
    periods = _periods([_with_year(line, plan)])
    later = plan.period(periods[0]) if len(periods) == 1 else None
    return later.window_end > period.window_end if later else not periods and NEXT.search(line) is not None


def is_of_another_time(status: str, period: ReportingPeriod, plan: Plan) -> bool:
    """Whether a status speaks of a time after a period ("Hoàn thành trong tháng 12") or before the plan's year."""
    if not any(map(str.isdigit, status)):
        return False
    said = fold(status)
    months = [(int(year), int(month)) for month, year in NAMED_MONTH.findall(said)]
    if any(month < (plan.year - 1, 12) for month in months):  # the year's window begins in December
        return True
    named = plan.period(_only_period(said, plan))
    return named is not None and named.window_start > period.window_end


def period_headed(line: str, plan: Plan) -> str | None:
    """The only period a title such as "II. Kết quả thực hiện tháng 11/2024" heads; None for any other text."""
    said = fold(line) if len(line) <= LONGEST_TITLE else ""
    if not HEADS_PERIOD.match(said) or AHEAD.fullmatch(said) or REFERS.match(said):
        return None
    return _only_period(said, plan)


def period_named(text: str, plan: Plan) -> str | None:
    """The period that all of a cell names: 11/2024, "Tháng 11", 11; None for any other text."""
    said = fold(text)
    month = re.fullmatch(r"(?:thang |t)?(\d{1,2})(?: (?:nam )?(\d{4}))?", said)
    if month:
        return f"{month[2] or plan.year}-{int(month[1]):02d}"
    return _only_period(said, plan)


def _only_period(said: str, plan: Plan) -> str | None:
    """The one period a folded line names; None where it names none or several."""
    periods = _periods([_with_year(said, plan)])
    return periods[0] if len(periods) == 1 else None


def units_in(plan: Plan, period_id: str | None) -> tuple[Unit, ...]:
    """The units of a period of the plan: a name or code may be another unit's later; all of them where it names none."""
    period = plan.period(period_id)
    return plan.units_on(period.window_end) if period else plan.units


def _units(lines: Sequence[str], units: Sequence[Unit]) -> list[str]:
    names = _unit_names(tuple((unit.code, unit.name) for unit in units))
    found = (
        code
        for line in lines
        for code, name, named in names
        # Plain words first: a pattern takes a hundred times as long to find nothing.
        if (name in line or code in line) and named.search(line)
    )
    return list(dict.fromkeys(found))


@lru_cache(maxsize=8)
def _unit_names(units: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """How a line names each unit, by code and name: by the name after a word such as "xã" or "UBND", or by the code."""
    folded = ((code, fold(name)) for code, name in units)
    return tuple(
        (code, name, re.compile(rf"\b(?:{UNIT_BEFORE} {name}|ma (?:don vi|xa|dvhc) {code})\b")) for code, name in folded
    )
