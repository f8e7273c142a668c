"""Grids → task rows: finds the table, maps its columns, understands statuses, numbers and dates as a careful clerk would."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from commune_reports.findings import FIELD_LABELS, STATUS_LABELS, Finding, Wordings
from commune_reports.plan import Plan
from commune_reports.reading.cell_values import Misread, completion_date, plain_text, progress
from commune_reports.reading.claims import Claims, read_claims
from commune_reports.reading.vocabulary import Vocabulary, fold, index_titled, indicator_titled, task_texted
from commune_reports.task_report import Reading, TaskRow
from commune_reports.workbook import Grid, Refusal, Spreadsheet, address, open_spreadsheet

REPORTED = ("status", "progress_pct", "result", "evidence", "completed_on", "difficulty", "proposal", "note")
TEXTS = ("result", "evidence", "difficulty", "proposal", "note")
ANSWERS = ("status", "progress_pct", "result")
NAMED_BY = ("task", "task_text", "number")
FEWEST_HEADINGS = 3
SUM_ROW = re.compile(r"(tong cong|tong so|trung binh|cong)\b.{0,25}$|tong$|noi nhan\b")
CODE = re.compile(r"[a-z]{2,4} ?\d+ \d+")
WANTED_HEADINGS = "Mã nhiệm vụ, Tình trạng, Tiến độ (%), Kết quả thực hiện"


@dataclass(frozen=True)
class Clerk:
    """Whoever reads a file: with which plan, which words and which sentences in mind."""

    plan: Plan
    vocabulary: Vocabulary
    wordings: Wordings
    template_version: str
    optional_mark: str


@dataclass(frozen=True)
class _Table:
    """A heading row: the column of each field, and the second column of a field that has two."""

    sheet: str
    header_row: int
    columns: Mapping[str, int]
    twins: Mapping[str, int]


@dataclass
class _Section:
    index: str | None = None
    indicator: str | None = None


@dataclass(frozen=True)
class _Place:
    """A row of a table: its values by field and where they stand."""

    grid: Grid
    row: int
    columns: Mapping[str, int]

    def value(self, field: str) -> Any:
        column = self.columns.get(field)
        if column is None:
            return ""
        cells = self.grid.rows[self.row]
        value = cells[column] if column < len(cells) else ""
        if value == "" and self.grid.merged_down and field in REPORTED:
            top = self.grid.merged_down.get((self.row, column))
            return "" if top is None else self.grid.rows[top[0]][top[1]]
        return value

    def text(self, field: str) -> str:
        return plain_text(self.value(field)) or ""

    def cell(self, field: str) -> str | None:
        column = self.columns.get(field)
        return None if column is None else address(self.row, column)


def read_submission(content: bytes, *, clerk: Clerk, unit_code: str | None, period_id: str | None) -> Reading:
    """Read one file whole: its claims, its filled rows and everything that could not be understood.

    `unit_code` and `period_id` are what the folder and the caller say; None means that only the file can tell.
    """
    opened = open_spreadsheet(content)
    if isinstance(opened, Refusal):
        return Reading(findings=(clerk.wordings.finding(opened.code, got=opened.got, wanted=opened.wanted),))
    tables = {grid.name: _header_rows(grid, clerk.vocabulary) for grid in opened.grids if grid.visible}
    first_heads = {name: (heads[0].header_row if heads else None) for name, heads in tables.items()}
    claims = read_claims(opened.grids, first_heads, clerk.plan)
    findings = list(_contradictions(claims, clerk, unit_code, period_id))
    rows: list[TaskRow] = []
    for grid in opened.grids:
        if tables.get(grid.name):
            read = _read_table(opened, grid, tables[grid.name], clerk)
            rows += read.rows
            findings += read.findings
    if not any(tables.values()):
        findings.append(clerk.wordings.finding("no_table", wanted=WANTED_HEADINGS))
    elif not rows and not findings:
        findings.append(clerk.wordings.finding("untouched_template"))
    return Reading(
        unit_claimed=claims.unit_code,
        period_claimed=claims.period_id,
        plan_claimed=claims.plan_id,
        template_version=claims.template_version,
        rows=tuple(rows),
        findings=tuple(findings),
    )


def _contradictions(claims: Claims, clerk: Clerk, unit_code: str | None, period_id: str | None) -> Iterator[Finding]:
    plan, wordings = clerk.plan, clerk.wordings
    labels = {period.id: period.label for period in plan.periods()}
    names = {unit.code: unit.full_name for unit in plan.units}
    if claims.plan_id is not None and claims.plan_id != plan.id:
        yield wordings.finding("plan_mismatch", got=claims.plan_id, wanted=plan.id)
    if unit_code is not None and claims.unit_code not in (None, unit_code):
        coded = {unit.code: f"{unit.full_name} (mã {unit.code})" for unit in plan.units}
        got, wanted = (coded.get(str(code), str(code)) for code in (claims.unit_code, unit_code))
        yield wordings.finding("unit_mismatch", got=got, wanted=wanted)
    if period_id is not None and claims.period_id not in (None, period_id):
        got, wanted = (labels.get(str(one), str(one)) for one in (claims.period_id, period_id))
        yield wordings.finding("period_mismatch", got=got, wanted=wanted)
    if claims.other_unit_code is not None:
        one, other = (names.get(str(code), str(code)) for code in (claims.other_unit_code, claims.unit_code))
        yield wordings.finding("unit_contradiction", got=one, wanted=other)
    if claims.other_period_id is not None:
        one, other = (labels.get(str(key), str(key)) for key in (claims.other_period_id, claims.period_id))
        yield wordings.finding("period_contradiction", got=one, wanted=other)
    if claims.template_version not in (None, clerk.template_version):
        yield wordings.finding("template_outdated", got=claims.template_version, wanted=clerk.template_version)


def _header_rows(grid: Grid, vocabulary: Vocabulary) -> list[_Table]:
    """Every row that heads a table: it names the task in one column and an answer in another."""
    found: list[_Table] = []
    above: dict[str, int] = {}
    for number, cells in enumerate(grid.rows):
        here, twins = _headings(cells, vocabulary)
        if _is_header(here):
            found.append(_Table(grid.name, number, here, twins))
        elif above and here and not (found and found[-1].header_row == number - 1):
            # A heading over several columns has its parts in the row below.
            both = above | {field: column for field, column in here.items() if field not in above}
            if _is_header(both) and len(here) > 1:
                found.append(_Table(grid.name, number, both, twins))
        above = here
    return found


def _headings(cells: Sequence[Any], vocabulary: Vocabulary) -> tuple[dict[str, int], dict[str, int]]:
    """The first and the second column of each field."""
    columns: dict[str, int] = {}
    twins: dict[str, int] = {}
    for column, value in enumerate(cells):
        if isinstance(value, str) and 1 < len(value) < 80:
            field = vocabulary.field_of(value)
            if field and columns.setdefault(field, column) != column:
                twins.setdefault(field, column)
    return columns, twins


def _is_header(columns: Mapping[str, int]) -> bool:
    return (
        len(columns) >= FEWEST_HEADINGS
        and any(name in columns for name in ("task", "task_text"))
        and any(name in columns for name in ANSWERS)
    )


def _read_table(opened: Spreadsheet, grid: Grid, heads: Sequence[_Table], clerk: Clerk) -> Reading:
    by_row = {head.header_row: head for head in heads}
    columns: Mapping[str, int] = {}
    twins: Mapping[str, int] = {}
    section = _Section()
    rows: list[TaskRow] = []
    findings: list[Finding] = []
    for number in range(heads[0].header_row, len(grid.rows)):
        if number in by_row:
            columns, twins = by_row[number].columns, by_row[number].twins
            continue
        place = _Place(grid, number, columns)
        troubles = _formula_troubles(opened, place, clerk.wordings)
        if not troubles and not _is_touched(place):
            _enter_section(place, section, clerk.plan)
            continue
        code, matched_by, remark = _task_of(place, section, clerk)
        if code is None and remark is None:
            continue
        row, misread = _task_row(opened, place, code, matched_by, clerk)
        rows.append(row)
        doubts = _doubts(place, twins, clerk, code)
        findings += [one for one in (remark, *troubles, *misread, *doubts) if one is not None]
    return Reading(rows=tuple(rows), findings=tuple(findings))


def _is_touched(place: _Place) -> bool:
    """Whether somebody wrote into a reported column."""
    return any(plain_text(place.value(field)) for field in REPORTED if field in place.columns)


def _enter_section(place: _Place, section: _Section, plan: Plan) -> None:
    cells = place.grid.rows[place.row]
    for text in (plain_text(value) for value in cells):
        if text is None or len(text) < 3:
            continue
        index = index_titled(plan, text)
        if index is not None:
            section.index, section.indicator = index, None
            return
        indicator = indicator_titled(plan, text, section.index)
        if indicator is not None:
            section.indicator = indicator
            return


def _is_report_row(place: _Place, vocabulary: Vocabulary) -> bool:
    """Whether somebody meant a task by this row, though nobody can say which.

    Column numbers, sums, notes and signatures under the table are none: they answer with no status and no progress.
    """
    names = [fold(place.text(field)) for field in NAMED_BY]
    if any(SUM_ROW.match(name) for name in names) or _numbers_the_columns(place):
        return False
    pct = progress(place.value("progress_pct"), lambda: True)
    return (
        vocabulary.status_of(place.text("status")) is not None
        or isinstance(pct, float)
        or CODE.match(names[0]) is not None
    )


def _numbers_the_columns(place: _Place) -> bool:
    """A row (1) (2) (3) … under the headings."""
    said = [fold(text) for text in map(plain_text, place.grid.rows[place.row]) if text]
    return len(said) > 1 and all(one.isdigit() and len(one) < 3 for one in said)


def _task_of(place: _Place, section: _Section, clerk: Clerk) -> tuple[str | None, str, Finding | None]:
    """The task a row reports, how it was recognised, and what is to be said about that."""
    plan = clerk.plan
    written = place.text("task")
    by_code = _code(written, plan)
    text = place.text("task_text").removesuffix(clerk.optional_mark).strip()
    if by_code is not None:
        other = _other_task(plan, by_code, text)
        remark = None
        if other is not None:
            remark = _said(clerk, place, "task_contradiction", field="task", got=by_code, wanted=other, task=by_code)
        return by_code, "code", remark
    number = _number(place.text("number"))
    numbered = f"{section.indicator}.{number}" if section.indicator and number else None
    by_number = numbered if numbered in plan.tasks else None
    matched = task_texted(plan, text) if text else None
    if matched is not None and (matched.is_exact or by_number is None or matched.code == by_number):
        remark = None
        if written or not (matched.is_exact or matched.code == by_number):
            remark = _matched(clerk, place, text, matched.code)
        return matched.code, "text", remark
    if by_number is not None and matched is None and not text:
        return by_number, "number", None
    if matched is not None:
        remark = _matched(clerk, place, text, matched.code)
        return matched.code, "text", remark
    if not _is_report_row(place, clerk.vocabulary):
        return None, "code", None
    field = next((name for name in NAMED_BY if place.text(name)), "task")
    remark = _said(
        clerk, place, "task_unknown", field=field, got=place.text(field) or "trống", wanted=next(iter(plan.tasks))
    )
    return None, "code", remark


def _matched(clerk: Clerk, place: _Place, text: str, code: str) -> Finding:
    return _said(clerk, place, "task_matched_by_text", field="task_text", got=text, wanted=code, task=code)


def _other_task(plan: Plan, code: str, text: str) -> str | None:
    """The task a text clearly belongs to, if that is not the one its code names."""
    if not text or fold(text) == fold(plan.tasks[code].text):
        return None
    matched = task_texted(plan, text)
    return matched.code if matched is not None and matched.code != code else None


def _code(written: str, plan: Plan) -> str | None:
    if not written:
        return None
    found = re.fullmatch(r"([a-z]+) ?0*(\d+) 0*(\d+)", fold(written))
    if not found:
        return None
    code = f"{found[1].upper()}-{int(found[2]):02d}.{int(found[3])}"
    return code if code in plan.tasks else None


def _number(written: str) -> int | None:
    found = re.search(r"(\d+)\W*$", written)
    return int(found[1]) if found else None


def _task_row(
    opened: Spreadsheet, place: _Place, code: str | None, matched_by: str, clerk: Clerk
) -> tuple[TaskRow, list[Finding]]:
    findings: list[Finding] = []

    def complain(misread: Misread, field: str, wanted: str) -> None:
        findings.append(_said(clerk, place, misread.code, field=field, got=misread.got, wanted=wanted, task=code))

    def is_percent() -> bool | None:
        return opened.is_percent(place.grid.name, str(place.cell("progress_pct")))

    progress_pct: float | None = None
    completed_on: date | None = None
    read_progress = progress(place.value("progress_pct"), is_percent)
    if isinstance(read_progress, Misread):
        complain(read_progress, "progress_pct", "một số từ 0 đến 100")
    else:
        progress_pct = read_progress
    read_date = completion_date(place.value("completed_on"))
    if isinstance(read_date, Misread):
        complain(read_date, "completed_on", "ngày/tháng/năm")
    else:
        completed_on = read_date
    said = place.text("status")
    status = clerk.vocabulary.status_of(said) if said else None
    if said and status is None:
        complain(Misread("status_unreadable", said), "status", ", ".join(STATUS_LABELS.values()))
    if "status" not in place.columns and progress_pct is not None:
        status = _status_of_progress(progress_pct)
    texts = {field: plain_text(place.value(field)) for field in TEXTS}
    row = TaskRow(
        sheet=place.grid.name,
        row=place.row + 1,
        task_code=code,
        matched_by=matched_by,
        status=status,
        progress_pct=progress_pct,
        completed_on=completed_on,
        cells={field: address(place.row, column) for field, column in place.columns.items()},
        **texts,
    )
    return row, findings


def _doubts(place: _Place, twins: Mapping[str, int], clerk: Clerk, code: str | None) -> list[Finding]:
    """Fields with two columns that say different things: nobody can know which one counts."""
    doubts = []
    for field in set(twins) & set(REPORTED):
        other = _Place(place.grid, place.row, {field: twins[field]})
        first, second = place.text(field), other.text(field)
        if second and first != second:
            doubts.append(
                _said(clerk, other, "column_twice", field=field, got=second, wanted=first or "trống", task=code)
            )
    return doubts


def _status_of_progress(progress_pct: float) -> str:
    """The status of a row in a table that has no column for it."""
    if progress_pct >= 100:
        return "completed"
    return "in_progress" if progress_pct > 0 else "not_started"


def _formula_troubles(opened: Spreadsheet, place: _Place, wordings: Wordings) -> list[Finding]:
    if not opened.has_formulas:
        return []
    sheet = place.grid.name
    errors, without = opened.formula_errors(sheet), opened.formulas_without_value(sheet)
    findings = []
    for field in (*REPORTED, *NAMED_BY):
        cell = place.cell(field)
        for code, cells in (("formula_error", errors), ("formula_without_value", without)):
            if cell is not None and cell in cells:
                findings.append(
                    wordings.finding(
                        code,
                        sheet=sheet,
                        cell=cell,
                        row=place.row + 1,
                        column=FIELD_LABELS.get(field, "STT"),
                        got=cells[cell],
                    )
                )
    return findings


def _said(clerk: Clerk, place: _Place, code: str, *, field: str, **more: str | None) -> Finding:
    return clerk.wordings.finding(
        code,
        sheet=place.grid.name,
        cell=place.cell(field),
        row=place.row + 1,
        column=FIELD_LABELS.get(field, "STT"),
        **more,
    )
