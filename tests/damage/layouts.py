"""Draft → sheets of cells, and where every row's fields have come to stand."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from openpyxl.utils import get_column_letter
from tests.damage.drafts import TWIN_HEADINGS, Draft, Raw, Row, shown_progress, typed_cell

from commune_reports.findings import STATUS_LABELS

GROUPED = ("status", "progress_pct", "result", "evidence", "completed_on")
TOTAL = -1
MARKS = ("x", "X", "✓", "v")
WIDTHS = {"task_text": 46, "result": 40, "performing_body": 22, "number": 6}


@dataclass
class Sheet:
    """One sheet; rows and columns count from zero, merges are (first row, first column, last row, last column)."""

    name: str
    cells: dict[tuple[int, int], Raw] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    widths: dict[int, int] = field(default_factory=dict)
    visible: bool = True


@dataclass
class Book:
    """The sheets of a file and, by row key and field, the cells that hold them (several where any of them would do)."""

    sheets: list[Sheet] = field(default_factory=list)
    places: dict[tuple[int, str], list[tuple[str, str]]] = field(default_factory=dict)


@dataclass
class _Page:
    draft: Draft
    book: Book
    sheet: Sheet
    columns: Sequence[str]
    row: int
    mark: str

    def column(self, name: str) -> int:
        return self.draft.look.corner[1] + self.columns.index(name)

    def write(self, column: int, raw: Raw | None) -> None:
        if raw is not None and (raw.value not in (None, "") or raw.formula):
            self.sheet.cells[self.row, column] = raw

    def place(self, key: int, name: str, column: int) -> None:
        spot = (self.sheet.name, f"{get_column_letter(column + 1)}{self.row + 1}")
        self.book.places.setdefault((key, name), []).append(spot)


def lay_out(draft: Draft) -> Book:
    """Put a draft on sheets, as its look wants it."""
    book = Book()
    for name, rows in _sheets(draft):
        columns = tuple(_columns(draft))
        sheet = Sheet(name)
        book.sheets.append(sheet)
        page = _Page(draft, book, sheet, columns, draft.look.corner[0], draft.chance.choice(MARKS))
        if draft.look.writer == "csv":
            page.mark = "x"
        _write_titles(page)
        _write_head(page)
        _write_rows(page, rows)
        if draft.look.totals and draft.look.sheets == "one":
            _write_totals(page)
        if draft.look.below:
            _write_below(page)
        _hide(page)
        for number, column in enumerate(columns):
            sheet.widths[draft.look.corner[1] + number] = WIDTHS.get(column, 16)
    if draft.look.hidden:
        lists = Sheet("DanhMuc", visible=False)
        lists.cells = {(n, 0): Raw(label) for n, label in enumerate(STATUS_LABELS.values())}
        book.sheets.append(lists)
    if draft.font_encoding is not None:
        _retype(book, draft)
    return book


def _sheets(draft: Draft) -> Iterator[tuple[str, list[Row]]]:
    match draft.look.sheets:
        case "indices":
            for code in dict.fromkeys(row.task.indicator_code[:3] for row in draft.rows):
                yield code, [row for row in draft.rows if row.task.indicator_code.startswith(code)]
        case "officers":
            names = {body.code: body.name for body in draft.plan.bodies}
            for code in dict.fromkeys(row.task.lead[0] for row in draft.rows):
                yield names[code][:31], [row for row in draft.rows if row.task.lead[0] == code]
        case _:
            yield "Sheet1" if draft.look.writer != "csv" else "csv", draft.rows


def _columns(draft: Draft) -> Iterator[str]:
    look = draft.look
    yield "number"
    if look.names.startswith("code"):
        yield "task"
    if look.names != "code":
        yield "task_text"
    yield from look.extra_columns
    for name in look.order:
        if name == "status" and look.ticks:
            yield from (f"tick:{status}" for status in STATUS_LABELS)
        else:
            yield name
    if draft.twin:
        yield "twin"


def _write_titles(page: _Page) -> None:
    for line in page.draft.titles:
        if line:
            page.write(page.draft.look.corner[1], Raw(line))
            last = page.draft.look.corner[1] + len(page.columns) - 1
            page.sheet.merges.append((page.row, page.draft.look.corner[1], page.row, last))
        page.row += 1
    page.row += bool(page.draft.titles)


def _write_head(page: _Page) -> None:
    draft, look = page.draft, page.draft.look
    if not draft.has_headings:
        return
    top, deep = page.row, look.two_rows
    grouped = _group(page)
    if deep and grouped:
        name = look.headings["status"] if look.ticks else "Tình hình thực hiện"
        page.write(page.column(grouped[0]), Raw(name))
        page.sheet.merges.append((top, page.column(grouped[0]), top, page.column(grouped[-1])))
    for name in page.columns:
        column = page.column(name)
        if deep and name in grouped:
            page.sheet.cells[top + 1, column] = Raw(_heading(draft, name))
        else:
            page.sheet.cells[top, column] = Raw(_heading(draft, name))
            if deep:
                page.sheet.merges.append((top, column, top + 1, column))
    page.row += 1 + deep
    if look.column_numbers:
        for number in range(len(page.columns)):
            page.write(look.corner[1] + number, Raw(f"({number + 1})"))
        page.row += 1


def _group(page: _Page) -> list[str]:
    """The columns that stand under one heading: the ticks, or the longest run of answers."""
    if page.draft.look.ticks:
        return [name for name in page.columns if name.startswith("tick:")]
    runs = [list(run) for is_in, run in groupby(page.columns, key=GROUPED.__contains__) if is_in]
    longest = max(runs, key=len)
    return longest if len(longest) > 1 else []


def _heading(draft: Draft, name: str) -> str:
    if name.startswith("tick:"):
        return STATUS_LABELS[name[5:]]
    if name == "twin":
        return TWIN_HEADINGS[str(draft.twin)]
    return draft.look.headings[name]


def _write_rows(page: _Page, rows: Sequence[Row]) -> None:
    draft, look = page.draft, page.draft.look
    index = indicator = None
    running = 0
    statuses: list[tuple[int, Raw | None]] = []
    for written, row in enumerate(rows):
        if look.page_length and written and written % look.page_length == 0:
            page.write(look.corner[1] + len(page.columns) // 2, Raw(f"Trang {1 + written // look.page_length}"))
            page.row += 1
            _write_head(page)
        if look.sections:
            index, indicator = _write_sections(page, row, index, indicator)
        elif look.blank_rows and draft.chance.random() < 0.1:
            if look.hidden:
                page.sheet.hidden_rows.add(page.row)
            page.row += 1
        running = row.task.number if look.sections else running + 1
        _write_row(page, row, running)
        if look.merged_status:
            statuses.append((page.row, page.sheet.cells.get((page.row, page.column("status")))))
        page.row += 1
    _merge_statuses(page, statuses)


def _write_sections(page: _Page, row: Row, index: str | None, indicator: str | None) -> tuple[str, str]:
    plan = page.draft.plan
    ours = next(one for one in plan.indicators if one.code == row.task.indicator_code)
    whole = next(one for one in plan.indices if one.code == ours.index_code)
    column = page.column("number")
    if whole.code != index:
        page.write(column, Raw(whole.section))
        page.write(column + 1, Raw(whole.title.upper()))
        page.row += 1
    if ours.code != indicator:
        page.write(column, Raw(ours.numeral))
        page.write(column + 1, Raw(f"{ours.title} (Trọng số {ours.weight:g}%)"))
        page.row += 1
    return whole.code, ours.code


def _write_row(page: _Page, row: Row, number: int) -> None:
    draft, look = page.draft, page.draft.look
    named = {
        "number": Raw(number),
        "task": Raw(row.task.code),
        "task_text": Raw(_task_text(row, draft)),
        "performing_body": Raw(row.task.performing_text),
        "timing": Raw(row.task.timing_text),
    }
    for name in page.columns:
        column = page.column(name)
        if name.startswith("tick:"):
            status = row.answer.status if row.answer else None
            ticked = row.ticks if row.ticks is not None else (status,)
            page.write(column, Raw(page.mark) if name[5:] in ticked else None)
            page.place(row.key, "status", column)
        elif name == "twin":
            said = row.typed.get("twin") or page.sheet.cells.get((page.row, page.column(str(draft.twin))))
            page.write(column, said)
            page.place(row.key, "twin", column)
        else:
            raw = row.typed.get(name, named[name]) if name in named else typed_cell(row, name, look, draft.chance)
            page.write(column, raw)
            page.place(row.key, name, column)
    page.place(row.key, "id", page.column("task" if "task" in page.columns else "task_text"))
    if look.beside and draft.chance.random() < 0.1:
        page.write(look.corner[1] + len(page.columns) + 1, Raw("đã nhắc công chức phụ trách"))


def _task_text(row: Row, draft: Draft) -> str:
    text, look = row.task.text, draft.look
    if look.names == "number_short" and len(text) > 110:
        return text[: text.rfind(" ", 0, 100)] + "…"
    if look.names == "text" and draft.chance.random() < 0.3:
        text = draft.chance.choice((text.upper(), text.rstrip(".;"), text.replace(", ", ",\n", 1), f"  {text}"))
    return unicodedata.normalize("NFD", text) if look.nfd else text


def _merge_statuses(page: _Page, statuses: Sequence[tuple[int, Raw | None]]) -> None:
    """One merged cell where the same status stands several times below itself."""
    column = page.column("status") if "status" in page.columns else 0
    for _, run in groupby(enumerate(statuses), key=lambda one: (one[1][0] - one[0], one[1][1])):
        rows = [(row, raw) for _, (row, raw) in run]
        if len(rows) > 1 and rows[0][1] is not None:
            page.sheet.merges.append((rows[0][0], column, rows[-1][0], column))
            for row, _ in rows[1:]:
                del page.sheet.cells[row, column]


def _write_totals(page: _Page) -> None:
    """What stands below the rows and sums them up; with a slip, one of the figures is wrong."""
    draft, look, chance = page.draft, page.draft.look, page.draft.chance
    answered = draft.answered()
    label_at = page.column("task_text" if "task_text" in page.columns else "task")
    if look.totals == "average":
        known = [row.answer.progress_pct for row in answered if row.answer and row.answer.progress_pct is not None]
        average = round(sum(known) / len(known), 1)
        if draft.has_slip:
            # The means over all rows that are answered or over all tasks, the others counted as zero, are right answers, too.
            slips = (-17, -9, 6, 11) if average < 85 else (-13, -21)
            others = [sum(known) / count for count in (len(answered), len(draft.rows))]
            average += chance.choice([one for one in slips if all(abs(average + one - other) > 1 for other in others)])
        page.write(label_at, Raw(chance.choice(("Trung bình", "Tiến độ trung bình", "Bình quân chung"))))
        page.write(page.column("progress_pct"), shown_progress(average, look))
        page.place(TOTAL, "total", page.column("progress_pct"))
        page.row += 1
        return
    counts: dict[str, int] = {
        label: len(draft.answered(status)) for status, label in STATUS_LABELS.items() if draft.answered(status)
    }
    wrong = chance.choice(list(counts)) if draft.has_slip else None
    counts = {"Số nhiệm vụ đã báo cáo": len(answered), **counts}
    page.row += 1
    for label, count in counts.items():
        said = count + chance.choice((1, 2, 5)) if label == wrong else count
        if look.totals == "counts":
            page.write(label_at, Raw(f"{label}: {said}{chance.choice(('', ' nhiệm vụ'))}"))
            at = label_at
        else:
            page.write(label_at, Raw(label))
            page.write(label_at + 1, Raw(said))
            at = label_at + 1
        if label == wrong:
            page.place(TOTAL, "total", at)
        page.row += 1


def _write_below(page: _Page) -> None:
    left, right = page.draft.look.corner[1] + 1, page.draft.look.corner[1] + len(page.columns) - 2
    day = page.draft.period.window_end
    lines: tuple[tuple[int, int, Any], ...] = (
        (1, left, f"Ghi chú: số liệu tính đến hết ngày {day:%d/%m/%Y}."),
        (3, left, "NGƯỜI LẬP BIỂU"), (3, right, "TM. ỦY BAN NHÂN DÂN"), (4, left, "(Ký, ghi rõ họ tên)"),
        (4, right, "CHỦ TỊCH"), (8, left, "Nguyễn Thị Thu Hà"), (8, right, "Trần Văn Bảy"),
        (10, left, "Nơi nhận:"), (11, left, "- Như trên;"), (12, left, "- Lưu: VT, VP."),
    )  # fmt: skip
    start = page.row
    for down, column, text in lines:
        page.row = start + down
        page.write(column, Raw(text))


def _hide(page: _Page) -> None:
    """Hide columns in which nothing is reported."""
    if page.draft.look.hidden:
        page.sheet.hidden_columns |= {
            page.column(name) for name in page.columns if name in ("performing_body", "timing")
        }


def _retype(book: Book, draft: Draft) -> None:
    """Every text as an old font stores it."""
    assert draft.font_encoding is not None
    for sheet in book.sheets:
        for place, raw in sheet.cells.items():
            if isinstance(raw.value, str):
                sheet.cells[place] = Raw(draft.font_encoding(raw.value), raw.shown_as)
