"""Grids → task rows: walks through every table of a file as a careful clerk would."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from commune_reports.findings import Finding
from commune_reports.period import ReportingPeriod, label_of
from commune_reports.reading.below import without_other_periods
from commune_reports.reading.beside import (
    first_table,
    tables_unread,
    with_tables_apart,
    without_headings,
    without_other_times,
    without_plans_beside,
    without_repeating,
)
from commune_reports.reading.claims import (
    Asked,
    Claims,
    read_claims,
    sheets_aside,
    sheets_of_others,
    units_in,
)
from commune_reports.reading.copies import (
    counted_once,
    headed_as_plans,
    only_plans,
    remarks_beside,
    remarks_in,
    states_progress,
    without_progress,
)
from commune_reports.reading.garbled import letters_lost
from commune_reports.reading.hidden import read_unseen
from commune_reports.reading.joining import Joining, is_of_others, joining_of
from commune_reports.reading.months_of_task import names_months, with_own_months
from commune_reports.reading.sheets import Sheet, sheet_read
from commune_reports.reading.tables import Head
from commune_reports.reading.tasks import Clerk
from commune_reports.reading.turned import turned
from commune_reports.reading.unheaded import heads_of, right_of_tables, unheaded
from commune_reports.spelling import fold
from commune_reports.task_report import Reading, TaskRow, sheet_named
from commune_reports.workbook import Refusal, Spreadsheet, is_mark_sheet, open_spreadsheet

CONTRADICTIONS = ("period_contradiction", "unit_contradiction")
WANTED_HEADINGS = "Mã nhiệm vụ, Tình trạng, Tiến độ (%), Kết quả thực hiện"


def refused(refusal: Refusal, clerk: Clerk) -> Reading:
    """A file that is not even opened, and why."""
    return Reading(findings=(clerk.wordings.finding(refusal.code, got=refusal.got, wanted=refusal.wanted),))


def read_submission(content: bytes, *, clerk: Clerk, unit_code: str | None, period_id: str | None) -> Reading:
    """Read one file whole: its claims, its filled rows and everything that could not be understood.

    `unit_code` and `period_id` are what the folder and the caller say; None means that only the file can tell.
    """
    opened = open_spreadsheet(content)
    if isinstance(opened, Refusal):
        return refused(opened, clerk)
    opened = replace(opened, grids=tuple(grid for grid in opened.grids if not is_mark_sheet(grid)))
    opened, heads, findings = _of_one_period(opened, clerk, period_id)
    if opened.otherwise is not None and not any(heads.values()):
        return refused(opened.otherwise, clerk)
    claims, sheets, left_out = _own_sheets(opened, heads, clerk, unit_code, period_id)
    findings += left_out
    visible = [sheet for sheet in sheets if sheet.grid.visible]
    hidden = [sheet for sheet in sheets if not sheet.grid.visible and sheet.rows]
    findings += [
        clerk.wordings.finding("hidden_sheet_ignored", sheet=sheet.grid.name, got=sheet.grid.name) for sheet in hidden
    ]
    by_progress = {
        row.task_code for sheet in visible for row in sheet.rows if (row.status, row.progress_pct) != (None, None)
    }
    plans = [sheet for sheet in visible if only_plans(sheet.rows, by_progress, sheet.findings, clerk.plan)]
    named = headed_as_plans([(sheet.grid.name, sheet.rows) for sheet in visible if sheet not in plans])
    findings += [clerk.wordings.finding("plan_sheet_ignored", sheet=name, got=name) for name in sorted(named)]
    visible = [sheet for sheet in visible if sheet not in plans and sheet.grid.name not in named]
    counted: list[TaskRow] = []
    apart: list[tuple[Sheet, TaskRow]] = [(sheet, row) for sheet in plans for row in sheet.rows]
    for sheet in visible:
        for row in sheet.rows:
            if states_progress(row):
                counted.append(row)
            else:
                apart.append((sheet, row))
    told = {row.task_code for row in counted}
    findings += without_progress([row for sheet, row in apart if sheet not in plans], told, clerk.wordings)
    joining = Joining({})
    if told and apart:  # beside a report, a table without status and progress is a plan of work or the like
        joining, found = _told_beside(counted, apart, clerk, clerk.plan.period(period_id or claims.period_id))
        findings += found
        findings += [one for sheet in plans for one in sheet.findings if joining.keeps(one)]
        for sheet in visible:
            sheet.leave_tables_without_progress(joining)
    findings += [one for sheet in visible for one in (*tables_unread(sheet.grid, sheet.heads, clerk), *sheet.findings)]
    unseen = [one for sheet in visible for one in read_unseen(sheet.grid, sheet.rows, clerk.wordings)]
    told |= {row.task_code for sheet in visible for row in sheet.rows}
    if visible:
        without_heads = [grid for grid in opened.grids if not heads.get(grid.name)]
        beside = (right_of_tables(sheet.grid, sheet.heads) for sheet in visible)
        findings += unheaded([*without_heads, *(grid for grid in beside if grid is not None)], told, clerk)
    rows, remarks = counted_once([row for sheet in visible for row in sheet.rows], findings, clerk.wordings)
    if not visible:
        # Where no table is known, any line was taken for a title.
        findings = [one for one in findings if one.code not in CONTRADICTIONS]
        findings += letters_lost(opened.grids, clerk.wordings)
        as_columns = [one for grid in opened.grids if grid.visible for one in turned(grid, clerk)]
        findings += as_columns or [clerk.wordings.finding("no_table", wanted=WANTED_HEADINGS)]
    elif not rows and not findings:
        told_of_sections = [one for sheet in visible for one in sheet.told_of_sections]
        findings += told_of_sections or [clerk.wordings.finding("untouched_template")]
    return Reading(
        unit_claimed=claims.unit_code,
        period_claimed=claims.period_id,
        plan_claimed=claims.plan_id,
        template_version=claims.template_version,
        rows=tuple(map(joining.joined, rows) if joining.parts else rows),
        blanks=tuple(blank for sheet in visible for blank in sheet.blanks),
        totals=tuple(total for sheet in visible for total in sheet.totals),
        findings=(*findings, *remarks, *unseen, *_notes(opened, clerk)),
    )


def _told_beside(
    counted: Sequence[TaskRow], apart: Sequence[tuple[Sheet, TaskRow]], clerk: Clerk, period: ReportingPeriod | None
) -> tuple[Joining, list[Finding]]:
    """What tables without statuses say of the tasks that count and is joined with them, and what is to be said of the rest."""
    told = {row.task_code for row in counted}
    beside = [row for sheet, row in apart if not is_of_others(sheet.titles_over(row.row), period)]
    found = [one for sheet in {id(sheet): sheet for sheet, _ in apart}.values() for one in sheet.findings]
    own_words = {fold(text) for task in clerk.plan.tasks.values() for text in (task.product_text, task.text)}
    joining = joining_of(counted, [row for row in beside if not states_progress(row)], found, own_words)
    aside = [joining.left(row) for _, row in apart if row.task_code in told]
    without_result = {row.task_code for row in map(joining.joined, counted) if "result" not in row.cells}
    known = remarks_in(counted) | own_words
    remarks = remarks_beside(aside, known, clerk.wordings, without_result=without_result)
    return joining, [*joining.said(clerk.wordings), *remarks]


def _heads(opened: Spreadsheet, clerk: Clerk, period_id: str | None) -> Mapping[str, Sequence[Head]]:
    """The headings of every sheet; where they speak of times, those of the period the file is for."""
    heads = heads_of(opened.grids, clerk)
    if not any(head.names_times for some in heads.values() for head in some):
        return heads
    claimed = period_id or read_claims(opened.grids, _first_rows(heads), clerk.plan).period_id
    period = clerk.plan.period(claimed)
    return heads_of(opened.grids, clerk, period) if period is not None else heads


def _first_rows(heads: Mapping[str, Sequence[Head]]) -> dict[str, int | None]:
    return {name: (found[0].first_row if found else None) for name, found in heads.items()}


def _period_claimed(opened: Spreadsheet, heads: Mapping[str, Sequence[Head]], clerk: Clerk) -> str | None:
    """The period a file claims where nothing right of another table is heard."""
    first = [grid for grid in opened.grids if sheet_named(grid.name) == grid.name]
    return read_claims(first, _first_rows(heads), clerk.plan).period_id


def _of_one_period(
    opened: Spreadsheet, clerk: Clerk, period_id: str | None
) -> tuple[Spreadsheet, Mapping[str, Sequence[Head]], list[Finding]]:
    """The workbook without the parts of sheets that stand below the title of another period, its headings, what is left out."""
    told = _heads(opened, clerk, period_id)
    opened, told = with_tables_apart(opened, told, lambda one: _heads(one, clerk, period_id), clerk.plan)
    heads: dict[str, Sequence[Head]] = dict(told)
    findings: list[Finding] = []
    if any(names_months(grid, heads.get(grid.name, ()), clerk.plan) for grid in opened.grids):
        period = clerk.plan.period(period_id or read_claims(opened.grids, _first_rows(heads), clerk.plan).period_id)
        told_by_month = [with_own_months(grid, heads.get(grid.name, ()), period, clerk) for grid in opened.grids]
        opened = replace(opened, grids=tuple(grid for grid, _ in told_by_month))
        findings += [one for _, some in told_by_month for one in some]
    for grid in opened.grids:
        part, found, left_out = without_other_periods(grid, heads.get(grid.name, ()), clerk, period_id)
        if left_out:
            opened = replace(opened, grids=tuple(part if one is grid else one for one in opened.grids))
            heads[grid.name] = found
            findings += left_out
    return opened, heads, findings


def _own_sheets(
    opened: Spreadsheet,
    heads: Mapping[str, Sequence[Head]],
    clerk: Clerk,
    unit_code: str | None,
    period_id: str | None,
) -> tuple[Claims, list[Sheet], list[Finding]]:
    """What the file says of itself, its sheets that report for its own unit and period, and what is said of the others."""
    first_heads = _first_rows(heads)
    sheets = [
        sheet_read(opened, first_table(grid, heads[grid.name]), heads[grid.name], clerk)
        for grid in opened.grids
        if heads.get(grid.name)
    ]
    sheets, planned = without_plans_beside(sheets, clerk, lambda: period_id or _period_claimed(opened, heads, clerk))
    grids = without_headings(opened.grids, planned) if planned else opened.grids
    kept = {sheet.grid.name for sheet in sheets}
    headed = [grid for grid in grids if grid.name in kept or not heads.get(grid.name)]
    reported_in = [sheet.grid.name for sheet in sheets if sheet.rows]
    aside = sheets_aside(headed, first_heads, clerk.plan, Asked(period_id, reported_in))
    units = units_in(clerk.plan, period_id)
    of_others = sheets_of_others([grid for grid in headed if grid.name not in aside], first_heads, units, unit_code)
    left = {*aside, *of_others}
    own = [grid for grid in grids if grid.name not in left]
    telling = [sheet.grid.name for sheet in sheets if any(map(states_progress, sheet.rows))]
    claims = read_claims(own, first_heads, clerk.plan, telling)
    sheets = [sheet for sheet in sheets if sheet.grid.name not in left]
    sheets, of_other_times = without_other_times(sheets, clerk.plan.period(period_id or claims.period_id), clerk)
    if of_other_times:
        own = without_headings(own, of_other_times)
        claims = read_claims(own, first_heads, clerk.plan, telling)
    names = {unit.code: unit.full_name for unit in units}
    findings = [
        *_contradictions(claims, clerk, unit_code, period_id),
        *_set_aside(aside, reported_in, clerk, period_id or claims.period_id),
        *(
            clerk.wordings.finding("other_unit_ignored", sheet=name, got=names[code], wanted=name)
            for name, code in of_others.items()
        ),
    ]
    if len(sheets) == 1:
        sheets[0].look_above()
    for sheet in sheets:
        sheet.hold_to(clerk.plan.period(period_id or claims.period_id))
        sheet.keep_to(unit_code or claims.unit_code, units)
    sheets, repeating = without_repeating(sheets, clerk)
    return claims, sheets, [*findings, *planned, *of_other_times, *repeating]


def _notes(opened: Spreadsheet, clerk: Clerk) -> Iterator[Finding]:
    for note in opened.notes:
        place = {"sheet": note.sheet, "cell": note.cell, "got": note.got, "wanted": note.wanted}
        yield clerk.wordings.finding(note.code, **place)


def _set_aside(
    aside: Mapping[str, str], reported_in: Sequence[str], clerk: Clerk, period_id: str | None
) -> Iterator[Finding]:
    for name, period in aside.items():
        if name in reported_in:
            wanted = label_of(str(period_id))
            yield clerk.wordings.finding(
                "other_period_ignored", sheet=name, got=f"{name}: {label_of(period)}", wanted=wanted
            )


def _contradictions(claims: Claims, clerk: Clerk, unit_code: str | None, period_id: str | None) -> Iterator[Finding]:
    plan, wordings = clerk.plan, clerk.wordings
    units = units_in(plan, period_id or claims.period_id)
    names = {unit.code: unit.full_name for unit in units}
    if claims.plan_id is not None and claims.plan_id != plan.id:
        yield wordings.finding("plan_mismatch", got=claims.plan_id, wanted=plan.id)
    if unit_code is not None and claims.unit_code not in (None, unit_code):
        coded = {unit.code: f"{unit.full_name} (mã {unit.code})" for unit in units}
        got, wanted = (coded.get(str(code), str(code)) for code in (claims.unit_code, unit_code))
        yield wordings.finding("unit_mismatch", got=got, wanted=wanted)
    if period_id is not None and claims.period_id not in (None, period_id):
        got, wanted = (label_of(str(one)) for one in (claims.period_id, period_id))
        yield wordings.finding("period_mismatch", got=got, wanted=wanted)
    if claims.other_unit_code is not None:
        one, other = (names.get(str(code), str(code)) for code in (claims.other_unit_code, claims.unit_code))
        yield wordings.finding("unit_contradiction", got=one, wanted=other)
    if claims.other_period_id is not None:
        one, other = (label_of(str(key)) for key in (claims.other_period_id, claims.period_id))
        yield wordings.finding("period_contradiction", got=one, wanted=other)
    if claims.template_version not in (None, clerk.template_version):
        yield wordings.finding("template_outdated", got=claims.template_version, wanted=clerk.template_version)
