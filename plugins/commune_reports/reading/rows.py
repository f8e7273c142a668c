"""One row of a table → a task report, with everything in it that could not be understood."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from commune_reports.findings import FIELD_LABELS, STATUS_LABELS, Finding
from commune_reports.reading.both import kept_apart
from commune_reports.reading.cell_values import ALL, Misread, is_blank, is_ticked, plain_text, progress, words_and_share
from commune_reports.reading.dates import DAY_IN_TEXT, Span, completion_date, dates_in
from commune_reports.reading.documents import DIGIT, documents_in, own_documents_in
from commune_reports.reading.tables import NAMED_BY, REPORTED, TEXTS, UNFINISHED, Headings, Place
from commune_reports.reading.tasks import Clerk, said
from commune_reports.spelling import fold
from commune_reports.task_report import Document, TaskRow
from commune_reports.workbook import Spreadsheet, address

# Where "không có" and "-" only say that there is none.
MAY_BE_NOTHING = ("evidence", "difficulty", "proposal", "note")
# "Chưa có", which a result that names a document contradicts.
NOT_YET = "chua"
# "Ước đạt 100%" may be less.
ESTIMATED = "uoc"
LONGEST_SHARE = 200
STATUSES = ", ".join(STATUS_LABELS.values())
# What people write for the day of a task that goes on all the year.
WITHOUT_AN_END = {"thuong xuyen", "lien tuc", "hang thang", "hang quy", "hang nam", "ca nam"}
# "Hoàn thành ngày 5/11/2024", "Xong (5/11/2024)"; "trước hạn 30/11/2024" is when it was due.
BEFORE_DAY, OF_OTHER_DAYS = (
    re.compile(r"[\s(,:;–-]*(?:(?:vào|trong) )?(?:ngày )?$", re.IGNORECASE),
    re.compile(r"\b(?:hạn|họp|trước|sau|đến|kế hoạch|dự kiến)\b", re.IGNORECASE),
)
# "Hoàn thành ngày 5/11", of the plan's year; "Hoàn thành 3/5" is how many were done.
DAY_BEHIND = re.compile(
    r"[\s(,:;–-]+(?:(?:vào|trong) )?(?P<day>ngày \d{1,2}(?:/| tháng )\d{1,2})\)?\.?$", re.IGNORECASE
)

Read = TypeVar("Read")


def read_row(
    opened: Spreadsheet, place: Place, *, code: str | None, matched_by: str, clerk: Clerk
) -> tuple[TaskRow, list[Finding]]:
    """The task report in a row (or in the rows one task is merged over) and what is wrong with its cells."""
    findings = list(_formula_troubles(opened, place, clerk, code)) if opened.has_formulas else []
    troubled = {one.cell for one in findings}

    def read(field: str, value: Any, wanted: str) -> Any:
        if not isinstance(value, Misread):
            return value
        if place.cell(field) not in troubled:
            findings.append(said(clerk, place, value.code, field=field, got=value.got, wanted=wanted, task=code))
        return None

    status, troubles = _status(opened, place, clerk, code)
    read_progress = _said_anew(_progress(opened, place, clerk), status, clerk)
    progress_pct = read("progress_pct", read_progress, "một số từ 0 đến 100")
    if (troubles or (status == "in_progress" and progress_pct == ALL)) and (
        by_share := _status_by_share(opened, place, progress_pct, clerk)
    ):
        status, troubles = by_share, []
    span: Span | None = read("completed_on", _completed_on(opened, place, status, clerk), "ngày/tháng/năm")
    if span is None and status == "completed" and not place.is_filled("completed_on"):
        span = _named_by_status(place, clerk)
    if span is not None:
        findings += _imprecise(clerk, place, span, code)
    findings += troubles
    has_status = place.headings.has_status
    if status is None and not troubles and isinstance(progress_pct, float):
        # Beside ticks for what is done and what was not begun, a share stands for what goes on.
        goes_on = "status" not in place.headings.columns and "in_progress" not in place.headings.ticks.values()
        if not has_status or (goes_on and 0 < progress_pct < 100):
            status = status_of_progress(progress_pct)
    share = _share_told(opened, place, status, clerk) if status is not None else None
    if share is not None and progress_pct is None and not (has_status and place.is_filled("progress_pct")):
        progress_pct = share
    elif share is not None and isinstance(progress_pct, float) and not _is_rounded(progress_pct, share):
        got, wanted = _status_words(place, clerk), f"{progress_pct:g}"
        findings.append(said(clerk, place, "status_share_differs", field="status", got=got, wanted=wanted, task=code))
    if len(place.rows) > 1:
        disagreeing = list(_disagreements(opened, place, clerk, code))
        if any(one.column == FIELD_LABELS["status"] for one in disagreeing):
            status = None  # nobody knows what its texts are to be held against
        findings += disagreeing
    if place.headings.twins:
        doubts = list(_doubts(place, clerk, code))
        in_doubt = {one.column for one in doubts}
        # What nobody can know is held against nothing else.
        status = None if FIELD_LABELS["status"] in in_doubt else status
        progress_pct = None if FIELD_LABELS["progress_pct"] in in_doubt else progress_pct
        span = None if FIELD_LABELS["completed_on"] in in_doubt else span
        findings += doubts
    texts = {field: _text(place, field, clerk) for field in TEXTS}
    if place.headings.columns.get("difficulty", -1) == place.headings.columns.get("proposal"):
        texts["difficulty"], texts["proposal"] = kept_apart(place, clerk.vocabulary)
    row = TaskRow(
        sheet=place.grid.name,
        row=place.row + 1,
        task_code=code,
        matched_by=matched_by,
        status=status,
        progress_pct=progress_pct,
        completed_on=span.last if span else None,
        completed_since=span.first if span else None,
        documents=_documents(place, texts),
        cells=place.cells(),
        **texts,
    )
    return row, findings


def _documents(place: Place, texts: Mapping[str, str | None]) -> tuple[Document, ...]:
    """The documents of the evidence; without one the unit's own in other texts, unless it says that there is none yet."""
    if texts["evidence"]:
        return documents_in(texts["evidence"])
    if place.is_filled("evidence") and NOT_YET in fold(place.text("evidence")).split():
        return ()
    return own_documents_in(texts["result"], texts["note"])


def is_touched(place: Place) -> bool:
    """Whether somebody wrote into a reported column."""
    if place.is_reported():
        return not _has_only_dashes(place)
    return any(is_ticked(value) is not False for column in place.headings.ticks for _, value in place.filled_in(column))


def _has_only_dashes(place: Place) -> bool:
    """Whether nothing but dashes and dots stands in the reported columns: who writes them has nothing to report."""
    first = place.text("status") or place.text("result")
    if (first and not is_blank(first)) or not place.headings.has_status:
        return False
    texts = [text for name in REPORTED if (text := place.text(name))]
    ticked = any(place.filled_in(column) for column in place.headings.ticks)
    return not ticked and bool(texts) and all(map(is_blank, texts))


def _progress(opened: Spreadsheet, place: Place, clerk: Clerk) -> float | None | Misread:
    cell = place.cell("progress_pct")
    if cell is None:
        filled = (one for column in place.headings.ticks for one in place.filled_in(column))
        shares = (_share(opened, place, where, value) for where, value in filled)
        return next((share for share in shares if share is not None), None)
    told = progress(place.value("progress_pct"), lambda: opened.is_percent(place.grid.name, cell))
    if isinstance(told, Misread) and not place.headings.has_status and _status_words(place, clerk):
        return None
    # "Đúng tiến độ" beside a status says whether a task is in time, not how far it has come.
    if isinstance(told, Misread) and place.headings.has_status and fold(told.got) in clerk.vocabulary.around_statuses:
        return None
    return told


def _completed_on(opened: Spreadsheet, place: Place, status: str | None, clerk: Clerk) -> Span | None | Misread:
    if place.headings.days_may_be_due and status in UNFINISHED:
        return None
    told = completion_date(place.value("completed_on"), is_1904=opened.is_1904, year=clerk.plan.year)
    return _said_anew(told, status, clerk)


def _said_anew(read: Read | Misread, status: str | None, clerk: Clerk) -> Read | Misread | None:
    """What a cell of a number or a day says; nothing where its words only say the status again, or that there is none yet."""
    if not isinstance(read, Misread) or status is None or DIGIT.search(read.got):
        return read
    is_none = status != "completed" and (clerk.vocabulary.says_none(read.got) or fold(read.got) in WITHOUT_AN_END)
    return None if is_none or clerk.vocabulary.status_of(read.got) == status else read


def _status_words(place: Place, clerk: Clerk) -> str:
    """What is written for the status: in a table without a column for it, words among the shares of progress."""
    if place.headings.has_status:
        return place.text("status")
    words = place.text("progress_pct")
    return words if clerk.vocabulary.status_of(words) is not None else ""


def _share_told(opened: Spreadsheet, place: Place, status: str, clerk: Clerk) -> float | None:
    """The progress told in place of a status or right behind it, in percent."""
    words = _status_words(place, clerk)
    if not DIGIT.search(words) or len(words) > LONGEST_SHARE or status == "not_started":
        return None
    alone = _share_for_status(opened, place, place.value("status"))
    if isinstance(alone, float):
        return alone
    told, share = words_and_share(words) or ("", None)
    if share is None or share > ALL:
        return None
    meant = clerk.vocabulary.status_of(told)
    is_of_status = (
        meant == status or (meant == "completed" and share < ALL) or clerk.vocabulary.depends_on_progress(told)
    )
    return share if is_of_status else None


def _is_rounded(progress_pct: float, share: float) -> bool:
    """Whether a share beside a status is the progress, perhaps with fewer decimals."""
    return abs(progress_pct - share) <= (0.5 if share.is_integer() else 0.05)


def _share(opened: Spreadsheet, place: Place, where: tuple[int, int], value: Any) -> float | None:
    """The progress in a cell for a tick, where the table has no column for it: 31% under "Đang thực hiện"."""
    if "progress_pct" in place.headings.columns or is_ticked(value) is not None:
        return None
    told = progress(value, lambda: opened.is_percent(place.grid.name, address(*where)))
    return told if isinstance(told, float) else None


def _status(opened: Spreadsheet, place: Place, clerk: Clerk, code: str | None) -> tuple[str | None, list[Finding]]:
    """The status a row names in words or by a tick; what it says besides is a finding."""
    if not place.headings.has_status:
        return clerk.vocabulary.status_of(_status_words(place, clerk)), []
    value = place.value("status")
    typed = plain_text(value)
    if typed is not None:
        status = clerk.vocabulary.status_of(typed)
        if status is None and "progress_pct" not in place.headings.columns:
            share = _share_for_status(opened, place, value)
            status = status_of_progress(share) if isinstance(share, float) else None
        if status is None:
            return None, [
                said(clerk, place, "status_unreadable", field="status", got=typed, wanted=STATUSES, task=code)
            ]
        return status, []
    ticked = []
    for column, status in place.headings.ticks.items():
        for where, value in place.filled_in(column):
            tick = is_ticked(value)
            if tick is None and clerk.vocabulary.status_of(plain_text(value) or "") == status:
                tick = True
            if tick is None and _share(opened, place, where, value) is not None:
                tick = True
            if tick is None and status == "completed" and isinstance(_day_of(value), Span):
                tick = True
            if tick is None:
                got = plain_text(value)
                trouble = said(
                    clerk,
                    place,
                    "status_unreadable",
                    field="status",
                    cell=address(*where),
                    got=got,
                    wanted="x, hoặc để trống",
                    task=code,
                )
                return None, [trouble]
            if tick:
                ticked.append((status, address(*where)))
    if len(ticked) > 1:
        got = " và ".join(STATUS_LABELS[status] for status, _ in ticked)
        return None, [
            said(
                clerk,
                place,
                "status_ticked_twice",
                field="status",
                cell=ticked[-1][1],
                got=got,
                wanted="một ô",
                task=code,
            )
        ]
    return (ticked[0][0], []) if ticked else (None, [])


def _status_by_share(opened: Spreadsheet, place: Place, progress_pct: float | None, clerk: Clerk) -> str | None:
    """The status of words that tell it by a share, their own or the progress: "Thường xuyên" beside 60, "80% hoàn thành"."""
    value = place.value("status")
    words = plain_text(value)
    if words is None:
        return None
    told, share = words_and_share(words) or (words, None)
    meant = clerk.vocabulary.status_of(told)
    is_part = share is not None and 0 < share < ALL
    if clerk.vocabulary.depends_on_progress(told):
        # "Cơ bản hoàn thành 100%" says two things, and nobody says which counts.
        counted = (share if is_part else None) if progress_pct is None else progress_pct
    elif meant == "completed" and is_part:
        counted = progress_pct or share
    elif meant is None and isinstance(alone := _share_for_status(opened, place, value), float) and 0 <= alone <= ALL:
        counted = alone if progress_pct is None else progress_pct
        if alone == counted == 0:
            return "not_started"
        if alone == ALL and ESTIMATED in fold(words).split():
            return None
    else:
        return None
    return status_of_progress(counted) if counted is not None and 0 < counted <= ALL else None


def _share_for_status(opened: Spreadsheet, place: Place, value: Any) -> float | None | Misread:
    """The percentage somebody wrote for a status, "60%" or 0.6 in a cell that shows it so."""
    cell = place.cell("status")
    is_share = "%" in value if isinstance(value, str) else cell and opened.is_percent(place.grid.name, cell)
    return progress(value, lambda: True) if is_share else None


def _named_by_status(place: Place, clerk: Clerk) -> Span | None:
    """The day in "Hoàn thành ngày 5/11/2024", or in the cell of a tick."""
    words = _status_words(place, clerk)
    days = list(DAY_IN_TEXT.finditer(words))
    before = words[: days[0].start()] if days else ""
    if len(days) == 1 and not OF_OTHER_DAYS.search(before) and not any(one.number for one in documents_in(words)):
        [day] = dates_in(words)
        if day is not None and clerk.vocabulary.status_of(BEFORE_DAY.sub("", before)) == "completed":
            return Span(day, day)
    behind = None if days else DAY_BEHIND.search(words)
    if behind is not None and clerk.vocabulary.status_of(words[: behind.start()]) == "completed":
        told = completion_date(behind["day"], year=clerk.plan.year)
        if isinstance(told, Span):
            return told
    done = (column for column, status in place.headings.ticks.items() if status == "completed")
    ticked = (_day_of(value) for column in done for _, value in place.filled_in(column))
    return next((day for day in ticked if isinstance(day, Span) and day.is_day), None)


def _day_of(value: Any) -> Span | None | Misread:
    """The day in a cell for a tick; a 1 is a tick."""
    return None if is_ticked(value) is not None else completion_date(value)


def status_of_progress(progress_pct: float) -> str:
    """The status of a row in a table that has no column for it."""
    if progress_pct >= 100:
        return "completed"
    return "in_progress" if progress_pct > 0 else "not_started"


def _text(place: Place, field: str, clerk: Clerk) -> str | None:
    text = place.text(field)
    if not text or (field in MAY_BE_NOTHING and clerk.vocabulary.says_none(text)):
        return None
    return text


def _imprecise(clerk: Clerk, place: Place, span: Span, code: str | None) -> Iterator[Finding]:
    """That only a month, or a day without its year is written."""
    if span.is_day and span.names_year:
        return
    told_in = next(filter(place.is_filled, ("completed_on", "status")), "progress_pct")
    got = plain_text(place.value("completed_on")) or _status_words(place, clerk)
    if not span.is_day:
        wanted = f"đủ ngày/tháng/năm, từ {span.first:%d/%m/%Y} đến {span.last:%d/%m/%Y}"
        yield said(clerk, place, "date_without_day", field=told_in, got=got, wanted=wanted, task=code)
    else:
        wanted = f"{span.first:%d/%m/%Y}"
        yield said(clerk, place, "date_without_year", field=told_in, got=got, wanted=wanted, task=code)


def _disagreements(opened: Spreadsheet, place: Place, clerk: Clerk, code: str | None) -> Iterator[Finding]:
    """A task merged over several rows has one status, one progress and one day."""
    for field in ("status", "progress_pct", "completed_on"):
        filled = place.filled(field)
        meant = {_meaning(opened, place, field, address(*where), value, clerk) for where, value in filled}
        if len(meant) > 1:
            first, last = (plain_text(value) for _, value in (filled[0], filled[-1]))
            yield said(
                clerk,
                place,
                "merged_rows_disagree",
                field=field,
                cell=address(*filled[-1][0]),
                got=last,
                wanted=first,
                task=code,
            )


def _meaning(opened: Spreadsheet, place: Place, field: str, cell: str, value: Any, clerk: Clerk) -> object:
    if field == "status":
        return clerk.vocabulary.status_of(plain_text(value) or "")
    if field == "completed_on":
        return completion_date(value, is_1904=opened.is_1904, year=clerk.plan.year)
    return progress(value, lambda: opened.is_percent(place.grid.name, cell))


def _doubts(place: Place, clerk: Clerk, code: str | None) -> Iterator[Finding]:
    """Fields with two columns that say different things: nobody can know which one counts."""
    for field, column in place.headings.twins.items():
        if field not in REPORTED:
            continue
        other = Place(place.grid, place.rows, Headings({field: column}))
        first, second = place.text(field), other.text(field)
        if field == "progress_pct" and isinstance(progress(other.value(field), lambda: True), Misread):
            continue  # the other column headed "Tiến độ" tells when the task is to be done
        if second and first != second:
            yield said(clerk, other, "column_twice", field=field, got=second, wanted=first or "trống", task=code)


def _formula_troubles(opened: Spreadsheet, place: Place, clerk: Clerk, code: str | None) -> Iterator[Finding]:
    sheet = place.grid.name
    errors, without = opened.formula_errors(sheet), opened.formulas_without_value(sheet)
    for field in (*REPORTED, *NAMED_BY):
        cell = place.cell(field)
        for kind, cells in (("formula_error", errors), ("formula_without_value", without)):
            if cell is not None and cell in cells:
                yield said(
                    clerk, place, kind, field=field, got=cells[cell], wanted=FIELD_LABELS.get(field, "STT"), task=code
                )
