"""One sheet → task rows, blanks, totals: read from top to bottom as a careful clerk would."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from openpyxl.utils import coordinate_to_tuple

from commune_reports.findings import STATUS_LABELS, Finding
from commune_reports.period import ReportingPeriod, label_of
from commune_reports.plan import Unit
from commune_reports.reading.asides import Asides
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.claims import is_of_another_time, looks_ahead
from commune_reports.reading.copies import row_numbers
from commune_reports.reading.doubts import (
    columns_by_content,
    columns_of_other_times,
    columns_unread,
    days_exchanged,
    ones_among_fractions,
    value_in,
)
from commune_reports.reading.foreign import Foreign, rows_of_other_periods, rows_of_other_units
from commune_reports.reading.grouped import Group, by_status
from commune_reports.reading.joining import Joining
from commune_reports.reading.legends import by_legend
from commune_reports.reading.lines import is_part_of, merged_rows, rows_going_on
from commune_reports.reading.means import Opened, means_told
from commune_reports.reading.numbering import IN_INDICATOR, Counted, numberings_of
from commune_reports.reading.parts import Listed, answer_below, told_of_parts
from commune_reports.reading.rows import is_touched, read_row
from commune_reports.reading.sections import Section, section_of, section_opened
from commune_reports.reading.tables import REPORTED, TEXTS, Head, Headings, Place, with_ends
from commune_reports.reading.tasks import Clerk, Named, blank_task, named_task, row_number, said, unknown_task
from commune_reports.reading.totals import Above, broken_totals, speaks_of_all, states_something, totals_in, totals_told
from commune_reports.reading.vocabulary import is_start_of_task
from commune_reports.spelling import fold
from commune_reports.task_report import Blank, TaskRow, Total, sheet_named
from commune_reports.workbook import Grid, Spreadsheet, address

LONGEST_NUMERAL, MOST_TITLES = 4, 2
IS_PLAN = re.compile(r"\b(?:ke hoach|du kien)\b")


def _is_begun(row: TaskRow) -> bool:
    return row.status in ("completed", "in_progress", "nil") or bool(row.progress_pct)


class Sheet:
    """One sheet on its way through the clerk's hands, top to bottom."""

    def __init__(
        self, opened: Spreadsheet, grid: Grid, heads: Sequence[Head], clerk: Clerk, groups: Mapping[int, Group]
    ) -> None:
        self.opened, self.grid, self.heads, self.clerk, self.groups = opened, grid, heads, clerk, groups
        self.section = section_of([sheet_named(grid.name)], Section(), clerk.plan) or Section()
        self.section_starts_at = (0, 0)  # rows and blanks above it
        self.sections: list[Opened] = []
        # The row below the last one that was read or the last title, that one's number, and the task listed above.
        self.next_row, self.number = 0, ""
        self.task: Listed | None = None
        self.rows: list[TaskRow] = []
        self.blanks: list[Blank] = []
        self.totals: list[Total] = []
        self.findings: list[Finding] = []
        # Which sections, counted from 1, have a row that states something, and which are an index or one nobody knows.
        self.headed: dict[int, Place] = {}
        self.indexes: list[int] = []
        self.told_of_sections: list[Finding] = []
        self.counted: list[Counted] = []
        self.asides = Asides(clerk)

    def read(self) -> None:
        """Fill rows, blanks, totals and findings."""
        for cells in self.grid.rows[: self.heads[0].first_row]:
            self.section = section_of(cells, self.section, self.clerk.plan) or self.section
        for head, end in with_ends(self.heads, len(self.grid.rows)):
            number = head.last_row + 1
            while number < end:
                number = self._read_at(number, head.headings, end)
        self._leave_task()
        self.totals += means_told(self.opened, self.sections, self.rows, len(self.blanks))
        self._state_totals_of_sections()
        if self.rows:
            self.findings += self.asides.said()
            self.findings += columns_by_content(self.grid, self.heads, self.clerk)
            self.findings += columns_unread(self.grid, self.heads, self.rows, self.clerk)
            self._doubt_ones()

    def look_above(self) -> None:
        """Compare what is told above the table with all its rows; a file with several tables may speak of all of them there."""
        parts = [Above(self.rows, len(self.blanks))]
        for row in range(self.heads[0].first_row):
            place = Place(self.grid, (row,), self.heads[0].headings)
            self.totals += totals_told(place, parts, self.clerk.vocabulary)

    def hold_to(self, period: ReportingPeriod | None) -> None:
        """Leave, or ask about, what is told of another time than the period of the file."""
        month = period.window_end.month if period is not None else None
        self.totals = [total for total in self.totals if total.of_month in (None, month)]
        if period is not None:
            foreign = rows_of_other_periods(self.grid, self.heads, self.rows, self.clerk.plan, period.id)
            self._leave_foreign(foreign, "other_period_rows", label_of, period.label)
            self._leave_what_is_ahead(period)
            self._doubt_what_is_to_come(period)
            self.findings += days_exchanged(self.grid, self.rows, period, self.clerk)
            if self.rows:
                self.findings += columns_of_other_times(self.grid, self.heads, period, self.clerk)

    def keep_to(self, own: str | None, units: Sequence[Unit]) -> None:
        """Leave what is told of other units than the file's own."""
        names = {unit.code: unit.full_name for unit in units}
        foreign = rows_of_other_units(self.grid, self.heads, self.rows, units, own)
        self._leave_foreign(foreign, "other_unit_rows", names.__getitem__, names.get(own or "", ""))

    def _leave_foreign(self, foreign: Sequence[Foreign], code: str, label: Callable[[str], str], wanted: str) -> None:
        for one in foreign:
            self._leave(set(one.rows))
            # What their indicators come to stands between the line that says whose they are and the last of them.
            first = coordinate_to_tuple(one.cell)[0]
            self.totals = [total for total in self.totals if not first <= total.row <= one.rows[-1]]
            got = f"{row_numbers(one.rows)} ({label(one.of_whom)})"
            self.findings.append(
                self.clerk.wordings.finding(
                    code, sheet=self.grid.name, cell=one.cell, row=one.rows[0], got=got, wanted=wanted
                )
            )

    def _leave_what_is_ahead(self, period: ReportingPeriod) -> None:
        """Forget what stands below a line that looks ahead to a later period, and say so if anything was read there."""
        for number, cells in enumerate(self.grid.rows):
            if number <= self.heads[0].last_row or not looks_ahead(cells, period, self.clerk.plan):
                continue
            column, got = next((column, plain_text(value)) for column, value in enumerate(cells) if plain_text(value))
            columns = self.heads[0].headings.columns
            if column in (columns[name] for name in REPORTED if name in columns):
                continue
            above = {row.task_code for row in self.rows if row.row <= number}
            below = [row for row in self.rows if row.row > number]
            # What is told nowhere else is the report, whatever stands above it, but for a plan; a task not yet begun is only
            # planned.
            says_plan = bool(above and below) and IS_PLAN.search(fold(got or "")) is not None
            if says_plan or any(row.task_code in above for row in below):
                told = {row.row for row in below if row.task_code not in above and (_is_begun(row) or says_plan)}
                is_plan = bool(told) and says_plan
                self._leave(set(range(number + 1, len(self.grid.rows) + 1)) - (set() if is_plan else told))
                self.findings.append(
                    self.clerk.wordings.finding(
                        "planned_rows_ignored" if is_plan else "plan_ahead",
                        sheet=self.grid.name,
                        cell=address(number, column),
                        row=number + 1,
                        got=got,
                        wanted=period.label,
                    )
                )
            return

    def _doubt_what_is_to_come(self, period: ReportingPeriod) -> None:
        """Ask about a task that is completed only after the period: "Hoàn thành trong tháng 12" in the report for November."""
        for number, row in enumerate(self.rows):
            if row.status != "completed" or "status" not in row.cells:
                continue
            said_there = plain_text(value_in(self.grid, row.cells["status"])) or ""
            if is_of_another_time(said_there, period, self.clerk.plan):
                self.rows[number] = replace(row, status=None)
                place = Place(self.grid, (row.row - 1,), self.heads[0].headings)
                self.findings.append(
                    said(
                        self.clerk,
                        place,
                        "status_unreadable",
                        field="status",
                        cell=row.cells["status"],
                        got=said_there,
                        wanted=", ".join(STATUS_LABELS.values()),
                        task=row.task_code,
                    )
                )

    def _doubt_ones(self) -> None:
        for row in ones_among_fractions(self.grid, self.rows):
            self.rows[self.rows.index(row)] = replace(row, progress_pct=None)
            place = Place(self.grid, (row.row - 1,), self.heads[0].headings)
            more: dict[str, str | None] = {"cell": row.cells["progress_pct"], "task": row.task_code}
            wanted = "1% hoặc 100%"
            self.findings.append(
                said(self.clerk, place, "progress_ambiguous", field="progress_pct", got="1", wanted=wanted, **more)
            )

    def titles_over(self, row: int) -> list[str]:
        """The name of the sheet and the lines right above the table a row stands in."""
        head = max((one for one in self.heads if one.last_row < row), key=lambda one: one.last_row)
        lines: list[str] = []
        for number in range(head.first_row - 1, -1, -1):
            texts = [text for text in map(plain_text, self.grid.rows[number]) if text is not None]
            if len(texts) > MOST_TITLES or (lines and not texts and head is not self.heads[0]):
                break
            lines += texts
        return [sheet_named(self.grid.name), *lines]

    def leave_tables_without_progress(self, joining: Joining) -> None:
        """Forget what was read in tables that have no column for status or progress, but for what was joined."""
        left = {
            number + 1
            for head, end in with_ends(self.heads, len(self.grid.rows))
            if not head.headings.has_status and "progress_pct" not in head.headings.columns
            for number in range(head.last_row, end)
        }
        kept = [one for one in self.findings if one.row in left and joining.keeps(one)]
        self._leave(left)
        self.findings += kept

    def _leave(self, left: set[int]) -> None:
        self.rows = [one for one in self.rows if one.row not in left]
        self.blanks = [one for one in self.blanks if one.row not in left]
        self.totals = [one for one in self.totals if one.row not in left]
        self.findings = [one for one in self.findings if one.row not in left]

    def _read_at(self, number: int, headings: Headings, end: int) -> int:
        """Read the row at `number` with the rows that go on with it; the number of the next row to read."""
        place = Place(self.grid, merged_rows(self.grid, number, headings, end), headings)
        if number in self.groups:  # what it counts stands below, and not above as what a sum counts
            total = self.groups[number].total(self.grid.name)
            self.totals += [total] if total is not None else []
            self._close_section(place)
            return number + 1
        below: tuple[int, ...] = ()
        if not self._is_answered(place):
            below = self._unanswered(place, end)
            if not below:
                return place.rows[-1] + 1
        section = self._headed_by(place, end)
        if section is not None:
            if states_something(place):
                self.headed[len(self.sections) + 1] = place
            self._enter(section, place if section.indicator is not None else None)
            self.told_of_sections.append(unknown_task(place, self.clerk))
            return place.rows[-1] + 1
        if place.text("indicator"):
            self.section = section_of([place.text("indicator")], self.section, self.clerk.plan) or self.section
        whole = self._with_rows_going_on(place, below, end)
        is_part = self.task is not None and is_part_of(place, self.task.place)
        named = self._named(place, whole, is_part=is_part)
        # A part is not told by a few words of another task: "1.2 Niêm yết tại trụ sở" below the task 1.
        if self.task is not None and is_part and named is not None and (named.code is None or named.is_guessed):
            self.task.parts.append(whole)
            self.next_row = whole.rows[-1] + 1
        elif named is None or (named.code is None and speaks_of_all(place, self.rows, self.clerk.vocabulary)):
            self._look_below(place)
            self._close_section(place)
            return number + 1
        elif named.code is None:
            self._close_section(place)
            self._take(place, named)
        else:
            self._leave_task()
            self.task = Listed(named.code, place, is_answered=True)
            self._take(whole, named)
            self._tell_of_rows_going_on(whole, whole.rows[len(place.rows) :], named.code)
        return self.next_row

    def _with_rows_going_on(self, place: Place, below: tuple[int, ...], end: int) -> Place:
        """A task with the rows below that hold its answer, and those that go on with its texts."""
        grid, headings = place.grid, place.headings
        answered = Place(grid, (*place.rows, *below), headings) if below else place
        further = rows_going_on(answered, end, self.clerk.plan)
        goes_on = tuple(takewhile(lambda row: not self._opens_section(row, headings), further))
        return Place(grid, (*answered.rows, *goes_on), headings) if goes_on else answered

    def _named(self, place: Place, whole: Place, *, is_part: bool) -> Named | None:
        """The task of a row, or of it and the rows that go on with it where they tell more."""
        section = Section() if is_part else self.section  # the number of a part is that of no task
        is_next = self.next_row == place.row or self._counts_on(place)
        named = named_task(place, section, self.clerk, is_next=is_next)
        if named is not None and not is_part:
            self._count(place, None if named.matched_by == "number" else named.code)
        if whole is not place and (named is None or named.code is None or named.remark is not None):
            by_all = named_task(whole, section, self.clerk, is_next=is_next)
            if by_all is not None and by_all.code and (by_all.remark is None or named is None or not named.code):
                return by_all
        return named

    def _take(self, place: Place, named: Named) -> None:
        row, troubles = read_row(self.opened, place, code=named.code, matched_by=named.matched_by, clerk=self.clerk)
        self.rows.append(row)
        self.findings += [one for one in (named.remark, *troubles) if one is not None]
        self.next_row, self.number = place.rows[-1] + 1, place.text("number")

    def _count(self, place: Place, task: str | None) -> None:
        number = row_number(place, self.clerk)
        if number is not None:
            self.counted.append(Counted(self.section, number, task))

    def _counts_on(self, place: Place) -> bool:
        """Whether the number of a row is the one after that of the last row that was read, whatever stands between."""
        number = place.text("number")
        return number.isdecimal() and self.number.isdecimal() and int(number) == int(self.number) + 1

    def _tell_of_rows_going_on(self, whole: Place, rows: tuple[int, ...], code: str) -> None:
        for line in (Place(self.grid, (row,), whole.headings) for row in rows):
            field = next((name for name in (*TEXTS, "status") if line.is_filled(name)), None)
            # The text of the task itself shows that a row belongs to it.
            if field is None or (
                line.is_filled("task_text") and is_start_of_task(self.clerk.plan, whole.text("task_text"))
            ):
                continue
            self.findings.append(said(self.clerk, line, "row_continued", field=field, got=code, task=code))

    def _leave_task(self) -> None:
        """Say what is to be said of the parts of the last task that was listed."""
        if self.task is not None and self.task.parts:
            self.findings.append(told_of_parts(self.task, self.clerk))
        self.task = None

    def _enter(self, section: Section, answered: Place | None = None) -> None:
        self._leave_task()
        self.sections.append(Opened(answered, len(self.rows), len(self.blanks)))
        self.indexes += [] if section.indicator is not None else [len(self.sections)]
        self.section, self.section_starts_at = section, (len(self.rows), len(self.blanks))

    def _is_answered(self, place: Place) -> bool:
        if is_touched(place):
            return True
        if not self.opened.has_formulas:
            return False
        errors = {*self.opened.formula_errors(self.grid.name), *self.opened.formulas_without_value(self.grid.name)}
        return bool(errors) and any(place.cell(field) in errors for field in REPORTED)

    def _headed_by(self, place: Place, end: int) -> Section | None:
        """The section a row opens that also states the section's own progress, status or result."""
        plan, title, is_counted = self.clerk.plan, place.value("task_text"), place.text("number").isdigit()
        if len(place.text("task_text")) <= LONGEST_NUMERAL and len(alone := place.texts()) == MOST_TITLES:
            title = alone[-1][1]  # "B | Chỉ số xanh", one column too far
        if not place.tells():
            section = section_of([title], self.section, plan, is_answered=True)
            if section is not None:
                # A task may be called like its indicator.
                is_task = is_counted and section.indicator == self.section.indicator is not None
                return None if is_task else section
        if is_counted:
            return None
        cells = [place.value("number"), title]
        if section_opened(cells, self.section, plan) is None:
            return None
        section = section_of(cells, self.section, plan)
        return section if section is not None and self._is_followed(section, place, end) else None

    def _is_followed(self, section: Section, place: Place, end: int) -> bool:
        """Whether a task stands below a section or an indicator below an index: what is told of one stands above its parts."""
        below = next((row for row in self.grid.rows[place.rows[-1] + 1 : end] if any(map(plain_text, row))), None)
        if below is None:
            return False
        next_one = section_of(below, section, self.clerk.plan) or section_opened(below, section, self.clerk.plan)
        return next_one is None or (section.indicator is None and next_one.indicator is not None)

    def _unanswered(self, place: Place, end: int) -> tuple[int, ...]:
        """Take note of a row without an answer; the rows below it if a task is answered there."""
        section = section_of(self.grid.rows[place.row], self.section, self.clerk.plan)
        if section is not None:
            self._enter(section)
            if section.indicator is not None:
                self.next_row = place.rows[-1] + 1
            return ()
        code, is_worded = blank_task(place, self.section, self.clerk), place.is_filled("task_text")
        if code is not None or not is_worded:
            self._count(place, code if is_worded else None)
        if code is not None:
            below = answer_below(place, end, self.clerk.plan)
            if not below:
                self._leave_task()
                self.task = Listed(code, place, is_answered=False)
                self.blanks.append(Blank(self.grid.name, place.row + 1, code, place.cell("status")))
            return below
        if self.rows:
            self._look_below(place)
        self._close_section(place)
        return ()

    def _opens_section(self, row: int, headings: Headings) -> bool:
        place = Place(self.grid, (row,), headings)
        return section_opened([place.value("task_text")], self.section, self.clerk.plan) is not None

    def _close_section(self, place: Place) -> None:
        """Leave the section at a row that opens another one, though nobody knows which."""
        section = section_opened(self.grid.rows[place.row], self.section, self.clerk.plan)
        if section is not None:
            self._enter(section)

    def _look_below(self, place: Place) -> None:
        """A row that reports no task may add tasks up, or tell what troubles the unit as a whole."""
        self._state_totals(place)
        self.findings += broken_totals(self.opened, place, self.clerk)
        self.asides.look_at(place)

    def _state_totals(self, place: Place) -> None:
        rows, blanks = self.section_starts_at
        of_section = Above(self.rows[rows:], len(self.blanks) - blanks)
        above = Above(self.rows, len(self.blanks)), of_section
        self.totals += totals_in(self.opened, place, above, self.clerk.vocabulary)

    def _state_totals_of_sections(self) -> None:
        """What the row of a section states may be about the tasks below it, for an index all of its indicators', or above it."""
        at = [Opened(None, 0, 0), *self.sections, Opened(None, len(self.rows), len(self.blanks))]
        last = len(at) - 1
        for number, place in self.headed.items():
            if number in self.indexes:
                ends = min((one for one in self.indexes if one > number), default=last), last
            else:
                ends = number + 1, min((one for one in self.headed if one > number), default=last)
            parts = [
                Above(self.rows[at[first].rows : at[end].rows], at[end].blanks - at[first].blanks)
                for first, end in ((number, ends[0]), (number, ends[1]), (number - 1, number), (0, number))
            ]
            self.totals += totals_in(self.opened, place, parts, self.clerk.vocabulary)


def sheet_read(opened: Spreadsheet, grid: Grid, heads: Sequence[Head], clerk: Clerk) -> Sheet:
    """A sheet that has been read; once more where only all rows together show what their numbers count."""
    grid = by_legend(grid, heads, (one for one in opened.grids if one.visible), clerk.vocabulary)
    grid, heads, groups = by_status(grid, heads, clerk)
    sheet = Sheet(opened, grid, heads, clerk, groups)
    sheet.read()
    numberings = numberings_of(sheet.counted, clerk.plan) if sheet.counted else (IN_INDICATOR,)
    if numberings == (IN_INDICATOR,):
        return sheet
    heads = [replace(head, headings=replace(head.headings, numberings=numberings)) for head in heads]
    sheet = Sheet(opened, grid, heads, clerk, groups)
    sheet.read()
    return sheet
