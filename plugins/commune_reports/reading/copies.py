"""Rows a workbook holds twice, and tables that only look like a report: which rows of a file count."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from commune_reports.findings import FIELD_LABELS, Finding, Wordings
from commune_reports.plan import Plan
from commune_reports.spelling import fold
from commune_reports.task_report import TaskRow, first_difference, sheet_named

NAMES_PLAN = re.compile(
    r"(?:ke hoach|kh|du kien|phuong huong)(?: (?:cong tac|nhiem vu|thuc hien))*"
    r"(?: (?:thang|quy|ky|t) ?(?:sau|toi|\d{1,2}|[ivx]+)(?: (?:nam )?\d{4})?)?$"
)
PLANS_HAVE = ("progress_unreadable", "task_matched_by_text")
STATED = ("status", "progress_pct")
TOLD_BESIDE = ("difficulty", "proposal", "evidence")


def states_progress(row: TaskRow) -> bool:
    """Whether its table has a column for how far a task has come."""
    return any(name in row.cells for name in STATED)


def only_plans(rows: Sequence[TaskRow], told: set[str | None], findings: Sequence[Finding], plan: Plan) -> bool:
    """Whether a sheet has no column for the status, no number for a progress, and only tasks that other sheets tell of.

    That is a plan of work, whose "Tiến độ" says when a task is to be done. It may list more tasks where all it says of them
    is what the plan itself says.
    """
    says = any("status" in row.cells or row.progress_pct is not None for row in rows)
    is_damaged = any(one.code not in PLANS_HAVE for one in findings)
    if not rows or says or is_damaged or not told:
        return False
    timings = {one.row: one.got for one in findings if one.code == "progress_unreadable"}
    return all(row.task_code in told - {None} or _is_as_planned(row, timings.get(row.row), plan) for row in rows)


def headed_as_plans(tables: Sequence[tuple[str, Sequence[TaskRow]]]) -> set[str]:
    """The sheets, by name with their rows, that are named as a plan and nothing else, and mostly list tasks others report."""
    reported = {row.task_code for name, rows in tables if not NAMES_PLAN.match(fold(sheet_named(name))) for row in rows}
    return {
        name
        for name, rows in tables
        if any(map(states_progress, rows))
        and NAMES_PLAN.match(fold(sheet_named(name)))
        and 2 * sum(row.task_code in reported for row in rows) >= len(rows)
    }


def _is_as_planned(row: TaskRow, timing: str | None, plan: Plan) -> bool:
    """Whether a row says only when the plan wants its task done and what the result is to be."""
    task = plan.tasks.get(row.task_code or "")
    if (
        task is None
        or not timing
        or any(getattr(row, field) for field in ("evidence", "difficulty", "proposal", "note"))
    ):
        return False
    said = ((timing, task.timing_text), (row.result or "", task.product_text))
    return all(f" {fold(one)} " in f" {fold(own)} " for one, own in said if one)


def counted_once(
    rows: Sequence[TaskRow], findings: Sequence[Finding], wordings: Wordings
) -> tuple[list[TaskRow], list[Finding]]:
    """The rows without the copies of others; a warning for each copy on one sheet, a remark for each sheet that copies another.

    Of two that say the same the first counts, unless the other stands in a table with more of the columns.
    """
    misread = _misread(findings)
    kept: dict[str, list[TaskRow]] = {}
    left_out: dict[str, list[TaskRow]] = {}
    remarks = []
    for row in rows:
        known = kept.setdefault(row.task_code or "", [])
        # What could not be understood is the same only where it is written the same.
        faults = misread.get((row.sheet, row.row), frozenset())
        same = (
            other
            for other in known
            if row.task_code
            and faults == misread.get((other.sheet, other.row), frozenset())
            and not any(code == "task_contradiction" for code, *_ in faults)
            and first_difference(row, other) is None
        )
        other = next(same, None)
        if other is None:
            known.append(row)
            continue
        dropped = row
        if len(row.cells) > len(other.cells) and other.cells.keys() <= row.cells.keys():
            known[known.index(other)], dropped = row, other
        if row.sheet == other.sheet:
            remarks.append(_pasted_again(dropped, row if dropped is other else other, wordings))
        else:
            left_out.setdefault(dropped.sheet, []).append(dropped)
    counting = {(row.sheet, row.row) for same_task in kept.values() for row in same_task}
    remarks += [
        wordings.finding(
            "rows_repeated", sheet=sheet, got=f"{len(copies)}", wanted=row_numbers(row.row for row in copies)
        )
        for sheet, copies in left_out.items()
    ]
    return [row for row in rows if (row.sheet, row.row) in counting], remarks


def _pasted_again(dropped: TaskRow, counts: TaskRow, wordings: Wordings) -> Finding:
    column = "task" if "task" in dropped.cells else "task_text"
    return wordings.finding(
        "row_pasted_again",
        sheet=dropped.sheet,
        cell=dropped.cells.get(column),
        row=dropped.row,
        column=FIELD_LABELS.get(column),
        task=dropped.task_code,
        got=f"dòng {dropped.row}",
        wanted=f"dòng {counts.row}",
    )


def without_progress(rows: Sequence[TaskRow], answered: set[str | None], wordings: Wordings) -> Iterator[Finding]:
    """One sentence for each sheet whose table of tasks says nowhere how far they have come; `answered` are told elsewhere."""
    by_sheet: dict[str, list[TaskRow]] = {}
    for row in rows:
        if row.task_code not in answered or row.task_code is None:
            by_sheet.setdefault(row.sheet, []).append(row)
    for sheet, told in by_sheet.items():
        code = "progress_not_told" if answered else "progress_columns_missing"
        yield wordings.finding(code, sheet=sheet, got=f"{len(told)}", wanted=row_numbers(row.row for row in told))


def remarks_in(rows: Iterable[TaskRow]) -> frozenset[str]:
    """The difficulties, proposals and documents told in some rows, folded."""
    texts = (getattr(row, name) for row in rows for name in TOLD_BESIDE)
    return frozenset(fold(text) for text in texts if text)


def remarks_beside(
    rows: Sequence[TaskRow], known: Collection[str], wordings: Wordings, *, without_result: Collection[str | None] = ()
) -> Iterator[Finding]:
    """One sentence for each sheet left aside in which difficulties, proposals or documents are told that are not `known`.

    So are the results of tasks whose own table is `without_result`.
    """
    by_sheet: dict[str, list[tuple[TaskRow, str]]] = {}
    for row in rows:
        names = (*TOLD_BESIDE, "result") if row.task_code in without_result else TOLD_BESIDE
        name = next((one for one in names if (text := getattr(row, one)) and fold(text) not in known), None)
        if row.task_code is not None and name is not None:
            by_sheet.setdefault(row.sheet, []).append((row, name))
    for sheet, found in by_sheet.items():
        told, name = [row for row, _ in found], found[0][1]
        yield wordings.finding(
            "remarks_beside",
            sheet=sheet,
            cell=told[0].cells.get(name),
            row=told[0].row,
            got=row_numbers(row.row for row in told),
        )


def _misread(findings: Sequence[Finding]) -> Mapping[tuple[str | None, int | None], frozenset[tuple[object, ...]]]:
    faults: dict[tuple[str | None, int | None], frozenset[tuple[object, ...]]] = {}
    for one in findings:
        if one.row is not None and one.code not in ("task_matched_by_text", "row_continued"):
            place = one.sheet, one.row
            faults[place] = faults.get(place, frozenset()) | {(one.code, one.column, one.got)}
    return faults


def row_numbers(rows: Iterable[int]) -> str:
    """Row numbers as people write them: 4–12, 15."""
    runs: list[list[int]] = []
    for number in sorted(set(rows)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
