"""What rules are about: rows, whole files and totals as lines of a frame, each with the cells a failed rule blames."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from commune_reports.errors import NeedsHuman
from commune_reports.findings import FIELD_LABELS
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.task_report import Span, TaskRow, Total, first_difference
from commune_reports.validation.lines import NUMBERS, Columns, Lines, Subject, Submitted, shown
from commune_reports.validation.task_columns import Told, columns_of

FEWEST_TEXTS = 5
LONGEST_SAID = 36
# The columns sentences about a row quote.
IN_WORDS = ("earlier_pct", "copied_from", "replaces")


def task_rows(batch: Sequence[Submitted], plan: Plan) -> Lines:
    """One line per task row of every file."""
    files = [submitted for submitted in batch for _ in submitted.reading.rows]
    rows = [row for submitted in batch for row in submitted.reading.rows]
    doubtful = _doubtful(batch)
    named = [
        (file.submission_id, row.task_code if not doubtful or _place(file, row) not in doubtful else None)
        for file, row in zip(files, rows, strict=True)
    ]
    times = Counter(named)
    columns = columns_of(
        Told(files=files, rows=rows, times_in_file=[times[task] if task[1] else 1 for task in named], plan=plan)
    )

    told: dict[tuple[str, str | None], list[TaskRow]] = {}

    def about(number: int, _field: str) -> list[Subject]:
        if not told:
            for task, row in zip(named, rows, strict=True):
                told.setdefault(task, []).append(row)
        said = {name: shown(columns[name][1][number]) or "" for name in IN_WORDS}
        return [_about_row(files[number], rows[number], said, told[named[number]])]

    return Lines(columns, files, about)


def _place(submitted: Submitted, row: TaskRow) -> tuple[str, str | None, int | None]:
    return submitted.submission_id, row.sheet, row.row


def _doubtful(batch: Sequence[Submitted]) -> set[tuple[str, str | None, int | None]]:
    """Rows whose code and text name two tasks: each blames itself, never the row that rightly has its code."""
    return {
        (submitted.submission_id, one.sheet, one.row)
        for submitted in batch
        for one in submitted.reading.findings
        if one.code == "task_contradiction"
    }


def submissions(batch: Sequence[Submitted], plan: Plan) -> Lines:
    """One line per file that can be judged as a whole."""
    judged = [one for one in batch if one.reading.rows and not one.reading.is_hopeless]
    answered = [frozenset(row.task_code for row in one.reading.rows) for one in judged]
    missing = [_missing(one, codes, plan) for one, codes in zip(judged, answered, strict=True)]
    copied = [_copied(one) for one in judged]

    def about(number: int, field: str) -> list[Subject]:
        """A rule about answers blames every task left out, one about texts the file once."""
        name = copied[number][1]
        whole = Subject(judged[number], None, None, None, {}, {"result": name}, {"copied_from": name or ""})
        return missing[number] if field == "status" else [whole]

    columns = _keyed(
        len(judged),
        missing_tasks=[len(subjects) for subjects in missing],
        answered_share=[
            len(codes & one.owed) / len(one.owed) if one.owed else 1.0
            for one, codes in zip(judged, answered, strict=True)
        ],
        copied_share=[share for share, _ in copied],
    )
    return Lines(columns, judged, about)


def totals(batch: Sequence[Submitted], _plan: Plan) -> Lines:
    """One line per total, average or count a file states about its rows."""
    files = [submitted for submitted in batch for _ in submitted.reading.totals]
    stated = [total for submitted in batch for total in submitted.reading.totals]
    columns = _keyed(len(stated), difference=[total.difference for total in stated])
    return Lines(columns, files, lambda number, _field: [_about_total(files[number], stated[number])])


GRAINS: Mapping[str, Callable[[Sequence[Submitted], Plan], Lines]] = {
    "task_rows": task_rows,
    "submissions": submissions,
    "totals": totals,
}


def grain_of(suite: Mapping[str, Any]) -> str:
    """What one line of the frame a suite looks at stands for; NeedsHuman if nothing of the kind exists."""
    grain = str((suite.get("meta") or {}).get("grain", "task_rows"))
    if grain not in GRAINS:
        raise NeedsHuman(f"suite {suite['name']}: meta.grain is {grain!r}; it must be one of {', '.join(GRAINS)}")
    return grain


def _keyed(count: int, **numbers: Sequence[float | None]) -> Columns:
    return {"row_key": ("int64", range(count)), **{name: (NUMBERS, values) for name, values in numbers.items()}}


def _missing(submitted: Submitted, told: frozenset[str | None], plan: Plan) -> list[Subject]:
    """The owed tasks neither this file nor an earlier one answers, in plan order, each with its blank row if it has one."""
    left = submitted.owed - told - submitted.backdrop.answered
    if not left:
        return []
    blanks = {blank.task_code: blank for blank in submitted.reading.blanks}
    subjects = []
    for code in filter(left.__contains__, plan.tasks):
        blank = blanks.get(code)
        cells = {"status": blank.cell} if blank is not None and blank.cell is not None else {}
        subjects.append(
            Subject(submitted, blank.sheet if blank else None, blank.row if blank else None, code, cells, {})
        )
    return subjects


def _copied(submitted: Submitted) -> tuple[float, str | None]:
    """The share of a file's longer texts that another unit has too, and that unit's name."""
    if not submitted.backdrop.texts:
        return 0.0, None
    keys = [key for row in submitted.reading.rows if (key := row.bare.text_key) is not None]
    if len(keys) < FEWEST_TEXTS:
        return 0.0, None
    names = Counter(name for key in keys if (name := submitted.backdrop.texts.get(key)) is not None)
    if not names:
        return 0.0, None
    name, count = names.most_common(1)[0]
    return count / len(keys), name


def _about_row(submitted: Submitted, row: TaskRow, said: Mapping[str, str], told: Sequence[TaskRow]) -> Subject:
    peers = submitted.backdrop.peers.get(row.task_code or "")
    earlier = submitted.backdrop.earlier.get(row.task_code or "")
    words = {
        "earlier": said["earlier_pct"],
        "earlier_period": ReportingPeriod.parse(earlier.period_id).label if earlier else "",
        "peer_mean": shown(round(peers.mean, 1)) or "" if peers else "",
        "copied_from": said["copied_from"],
        "replaces": said["replaces"],
        **_said_twice(row, told),
    }
    values = {name: getattr(row, name, None) for name in row.cells} | {"task": row.task_code}
    return Subject(submitted, row.sheet, row.row, row.task_code, row.cells, values, words)


def _said_twice(row: TaskRow, told: Sequence[TaskRow]) -> dict[str, str]:
    """What a row says otherwise than another one about its task, and where both stand."""
    others = [other for other in told if other is not row]
    if not others:
        return {}
    other = next((one for one in others if first_difference(row, one)), others[0])
    name = first_difference(row, other) or "task"

    def said(one: TaskRow) -> str:
        value = shown(one.task_code if name == "task" else getattr(one, name)) or "trống"
        value = value if len(value) <= LONGEST_SAID else value[: LONGEST_SAID - 1] + "…"
        cell = one.cells.get(name) or one.cells.get("task") or one.cells.get("task_text")
        place = f"ô {cell}" if cell else f"dòng {one.row}"
        return f"{value} ở {place}" + ("" if one.sheet == row.sheet else f" trang {one.sheet}")

    return {"said_here": f"{FIELD_LABELS[name]}: {said(row)}", "said_there": said(other)}


def _about_total(submitted: Submitted, total: Total) -> Subject:
    words = {"counted": " hoặc ".join(dict.fromkeys(map(_span_shown, total.counted[:2])))}
    values, cells = {"progress_pct": total.stated}, {"progress_pct": total.cell}
    return Subject(submitted, total.sheet, total.row, None, cells, values, words, total.column)


def _span_shown(span: Span) -> str:
    least, most = (shown(round(value, 1)) or "" for value in span)
    return least if least == most else f"{least} đến {most}"
