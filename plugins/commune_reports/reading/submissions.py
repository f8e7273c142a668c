"""Grids → task rows: walks through every table of a file as a careful clerk would."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from commune_reports.findings import Finding
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.claims import IDENTITY_SHEET, Claims, read_claims, units_in
from commune_reports.reading.rows import is_touched, read_row
from commune_reports.reading.tables import REPORTED, TEXTS, Head, Headings, Place, find_heads, value_at
from commune_reports.reading.tasks import Clerk, Section, blank_task, entered_section, named_task, said
from commune_reports.reading.totals import totals_in
from commune_reports.spelling import fold
from commune_reports.task_report import Blank, Reading, TaskRow, Total
from commune_reports.workbook import Grid, Refusal, Spreadsheet, is_mark_sheet, open_spreadsheet

WANTED_HEADINGS = "Mã nhiệm vụ, Tình trạng, Tiến độ (%), Kết quả thực hiện"
# What stands under a table without belonging to its last task.
SIGNATURE = re.compile(
    r"(nguoi (lap|bao cao|tong hop|ky)|chu tich|pho chu tich|tm |kt |ngay \d* ?thang|.*\bngay \d* ?thang \d* ?nam|noi nhan|"
    r"trang \d+( \d+)?$|ky ten|ky ghi ro|da ky|thu truong|xac nhan|ghi chu|luu y|tong|cong|ke toan|van phong|uy ban)"
)


def read_submission(content: bytes, *, clerk: Clerk, unit_code: str | None, period_id: str | None) -> Reading:
    """Read one file whole: its claims, its filled rows and everything that could not be understood.

    `unit_code` and `period_id` are what the folder and the caller say; None means that only the file can tell.
    """
    opened = open_spreadsheet(content)
    if isinstance(opened, Refusal):
        return Reading(findings=(clerk.wordings.finding(opened.code, got=opened.got, wanted=opened.wanted),))
    opened = replace(opened, grids=tuple(grid for grid in opened.grids if not is_mark_sheet(grid)))
    heads = {grid.name: find_heads(grid, clerk.vocabulary) for grid in opened.grids if grid.name != IDENTITY_SHEET}
    first_heads = {name: (found[0].first_row if found else None) for name, found in heads.items()}
    claims = read_claims(opened.grids, first_heads, clerk.plan)
    findings = list(_contradictions(claims, clerk, unit_code, period_id))
    sheets = [_Sheet(opened, grid, heads[grid.name], clerk) for grid in opened.grids if heads.get(grid.name)]
    for sheet in sheets:
        sheet.read()
    visible = [sheet for sheet in sheets if sheet.grid.visible]
    hidden = [sheet for sheet in sheets if not sheet.grid.visible and sheet.rows]
    findings += [
        clerk.wordings.finding("hidden_sheet_ignored", sheet=sheet.grid.name, got=sheet.grid.name) for sheet in hidden
    ]
    findings += [one for sheet in visible for one in sheet.findings]
    rows = tuple(row for sheet in visible for row in sheet.rows)
    if not visible:
        findings.append(clerk.wordings.finding("no_table", wanted=WANTED_HEADINGS))
    elif not rows and not findings:
        findings.append(clerk.wordings.finding("untouched_template"))
    return Reading(
        unit_claimed=claims.unit_code,
        period_claimed=claims.period_id,
        plan_claimed=claims.plan_id,
        template_version=claims.template_version,
        rows=rows,
        blanks=tuple(blank for sheet in visible for blank in sheet.blanks),
        totals=tuple(total for sheet in visible for total in sheet.totals),
        findings=(*findings, *_notes(opened, clerk)),
    )


def _notes(opened: Spreadsheet, clerk: Clerk) -> Iterator[Finding]:
    for note in opened.notes:
        place = {"sheet": note.sheet, "cell": note.cell, "got": note.got, "wanted": note.wanted}
        yield clerk.wordings.finding(note.code, **place)


def _contradictions(claims: Claims, clerk: Clerk, unit_code: str | None, period_id: str | None) -> Iterator[Finding]:
    plan, wordings = clerk.plan, clerk.wordings
    labels = {period.id: period.label for period in plan.periods()}
    units = units_in(plan, period_id or claims.period_id)
    names = {unit.code: unit.full_name for unit in units}
    if claims.plan_id is not None and claims.plan_id != plan.id:
        yield wordings.finding("plan_mismatch", got=claims.plan_id, wanted=plan.id)
    if unit_code is not None and claims.unit_code not in (None, unit_code):
        coded = {unit.code: f"{unit.full_name} (mã {unit.code})" for unit in units}
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


class _Sheet:
    """One sheet on its way through the clerk's hands, top to bottom."""

    def __init__(self, opened: Spreadsheet, grid: Grid, heads: Sequence[Head], clerk: Clerk) -> None:
        self.opened, self.grid, self.heads, self.clerk = opened, grid, heads, clerk
        self.section = Section()
        self.section_starts_at = 0
        self.rows: list[TaskRow] = []
        self.blanks: list[Blank] = []
        self.totals: list[Total] = []
        self.findings: list[Finding] = []

    def read(self) -> None:
        """Fill rows, blanks, totals and findings."""
        ends = [head.first_row for head in self.heads[1:]] + [len(self.grid.rows)]
        for head, end in zip(self.heads, ends, strict=True):
            number = head.last_row + 1
            while number < end:
                number = self._read_at(number, head.headings, end)

    def _read_at(self, number: int, headings: Headings, end: int) -> int:
        """Read the row at `number` with the rows that go on with it; the number of the next row to read."""
        place = Place(self.grid, _merged_rows(self.grid, number, headings, end), headings)
        if not self._is_answered(place):
            self._unanswered(place)
            return place.rows[-1] + 1
        named = named_task(place, self.section, self.clerk)
        if named is None:
            self._state_totals(place)
            return number + 1
        goes_on = _rows_going_on(self.grid, place.rows[-1], headings, end) if named.code else ()
        if goes_on:
            place = Place(self.grid, (*place.rows, *goes_on), headings)
        row, troubles = read_row(self.opened, place, code=named.code, matched_by=named.matched_by, clerk=self.clerk)
        self.rows.append(row)
        self.findings += [one for one in (named.remark, *troubles) if one is not None]
        for beside in (Place(self.grid, (one,), headings) for one in goes_on):
            field = next(name for name in TEXTS if beside.filled(name))
            self.findings.append(
                said(self.clerk, beside, "row_continued", field=field, got=named.code, task=named.code)
            )
        return place.rows[-1] + 1

    def _is_answered(self, place: Place) -> bool:
        if is_touched(place):
            return True
        if not self.opened.has_formulas:
            return False
        errors = {*self.opened.formula_errors(self.grid.name), *self.opened.formulas_without_value(self.grid.name)}
        return bool(errors) and any(place.cell(field) in errors for field in REPORTED)

    def _unanswered(self, place: Place) -> None:
        section = entered_section(place, self.section, self.clerk.plan)
        if section is not None:
            self.section, self.section_starts_at = section, len(self.rows)
            return
        code = blank_task(place, self.section, self.clerk)
        if code is not None:
            self.blanks.append(Blank(self.grid.name, place.row + 1, code, place.cell("status")))
        elif self.rows:
            self._state_totals(place)

    def _state_totals(self, place: Place) -> None:
        self.totals += totals_in(
            self.opened, place, self.rows, since=self.section_starts_at, vocabulary=self.clerk.vocabulary
        )


def _merged_rows(grid: Grid, number: int, headings: Headings, end: int) -> tuple[int, ...]:
    """The rows one task's code or text is merged over, from `number` on."""
    rows = [number]
    columns = [headings.columns[name] for name in ("task", "task_text") if name in headings.columns]
    while grid.merged_down and rows[-1] + 1 < end:
        below = rows[-1] + 1
        tops = [value_at(grid, below, column)[0] for column in columns]
        is_own = any(
            top[0] == below and plain_text(value_at(grid, below, column)[1])
            for top, column in zip(tops, columns, strict=True)
        )
        if is_own or not any(number <= top[0] < below and plain_text(grid.rows[top[0]][top[1]]) for top in tops):
            break
        rows.append(below)
    return tuple(rows)


def _rows_going_on(grid: Grid, last: int, headings: Headings, end: int) -> tuple[int, ...]:
    """The rows right below a task that only go on with its texts, without naming a task or giving an answer."""
    texts = {headings.columns[name] for name in TEXTS if name in headings.columns}
    rows: list[int] = []
    for number in range(last + 1, end):
        filled = {
            column: text for column, value in enumerate(grid.rows[number]) if (text := plain_text(value)) is not None
        }
        if not filled or not filled.keys() <= texts or any(SIGNATURE.match(fold(text)) for text in filled.values()):
            break
        rows.append(number)
    return tuple(rows)
