"""Damage to the sheets a report stands on: parts hidden, copied, cut off from their task, or far away from the table."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter
from tests.damage.answers import draw_answer
from tests.damage.damages import TABLES, Damage, Mark, looks, pick
from tests.damage.drafts import REPORTED, Draft, Look, Raw, Row
from tests.damage.layouts import Book, Sheet

XLSX = ("openpyxl", "xlsxwriter")
BESIDE, BELOW = -2, -3
IDENTIFYING = ("number", "task", "task_text")


def _place(book: Book, row: Row, name: str) -> tuple[Sheet, int, int]:
    """The sheet, row and column (from zero) of a row's field."""
    [(title, cell)] = book.places[row.key, name]
    line, column = coordinate_to_tuple(cell)
    return next(sheet for sheet in book.sheets if sheet.name == title), line - 1, column - 1


def _hidden_rows(draft: Draft) -> list[Mark]:
    row = pick(draft, "completed", "in_progress")

    def hide(book: Book) -> None:
        sheet, line, _ = _place(book, row, "status")
        sheet.hidden_rows.add(line)

    draft.book_changes.append(hide)
    return [Mark("")]


def _hidden_column(draft: Draft) -> list[Mark]:
    name = draft.chance.choice(("status", "progress_pct", "result"))
    rows = [row for row in draft.answered() if row.answer and getattr(row.answer, name) is not None]

    def hide(book: Book) -> None:
        sheet, _, column = _place(book, rows[0], name)
        sheet.hidden_columns.add(column)

    draft.book_changes.append(hide)
    return [Mark("")]


def _copied_to(
    title: str, *, visible: bool, change: Callable[[Draft, Any], Any] | None = None
) -> Callable[[Draft], list[Mark]]:
    """Put a second sheet with the same cells into the book, some of them changed."""

    def hurt(draft: Draft) -> list[Mark]:
        def copy(book: Book) -> None:
            first = book.sheets[0]
            cells = {
                at: Raw(change(draft, raw.value), raw.shown_as) if change else raw for at, raw in first.cells.items()
            }
            book.sheets.append(Sheet(title, cells, list(first.merges), visible=visible))

        draft.book_changes.append(copy)
        return [Mark("")]

    return hurt


def _other_period(draft: Draft, said: Any) -> Any:
    if said != _stated(draft):
        return said
    others = [one for one in draft.plan.periods() if one.id != draft.period.id]
    return f"Kỳ báo cáo: {draft.chance.choice(others).label}"


def _stated(draft: Draft) -> str:
    return f"Kỳ báo cáo: {draft.period.label}"


def _sheet_of_other_period(draft: Draft) -> list[Mark]:
    draft.titles, draft.caller_period = [f"UBND {draft.unit.full_name}", _stated(draft)], draft.period.id
    return _copied_to("Kỳ trước", visible=True, change=_other_period)(draft)


def _pasted_again(draft: Draft) -> list[Mark]:
    row = pick(draft, "completed", "in_progress")
    again = draft.add(Row(0, row.task, row.answer))
    later = max(row, again, key=draft.rows.index)
    return [Mark("", later, "id")]


def _beside(draft: Draft) -> list[Mark]:
    """The last rows of the table stand once more beside its first ones, under the same headings."""
    first = draft.rows[0]
    again = draft.rows[len(draft.rows) - draft.chance.randint(2, 12) :]

    def move(book: Book) -> None:
        sheet, top, _ = _place(book, first, "status")
        width = 2 + max(column for _, column in sheet.cells)
        lines = [_place(book, row, "status")[1] for row in again]
        left = min(column for (line, column) in sheet.cells if line == top - 1)
        head = {column: raw for (line, column), raw in sheet.cells.items() if line == top - 1}
        for column, raw in head.items():
            sheet.cells[top - 1, column + width] = raw
        for down, line in enumerate(lines):
            for column in range(left, width):
                raw = sheet.cells.get((line, column))
                if raw is not None:
                    sheet.cells[top + down, column + width] = raw
        book.places[BESIDE, "head"] = [(sheet.name, f"{get_column_letter(left + width + 1)}{top}")]

    draft.book_changes.append(move)
    return [Mark("", key=BESIDE, field="head")]


def _far_cell(draft: Draft) -> list[Mark]:
    line, column = draft.chance.randint(0, 40), draft.chance.choice((300, 1_000, 16_383))
    draft.book_changes.append(lambda book: book.sheets[0].cells.update({(line, column): Raw("xem thêm phụ lục")}))
    return [Mark("")]


def _deep_cell(draft: Draft) -> list[Mark]:
    line, column = draft.chance.choice((6_000, 65_535)), draft.chance.randint(0, 8)
    draft.book_changes.append(lambda book: book.sheets[0].cells.update({(line, column): Raw("xem thêm phụ lục")}))
    return [Mark("")]


def _told_below(draft: Draft) -> list[Mark]:
    """What troubles the unit as a whole, in a line of its own below the table."""
    label = draft.chance.choice(
        ("Khó khăn, vướng mắc", "Kiến nghị với UBND huyện", "Nhận xét chung", "2. Đề xuất, kiến nghị")
    )

    def write(book: Book) -> None:
        sheet, _, column = _place(book, draft.rows[0], "status")
        line = 2 + max(line for line, _ in sheet.cells)
        left = min(column for _, column in sheet.cells)
        at = draft.chance.randint(left, column)
        sheet.cells[line, at] = Raw(f"{label}: thiếu máy tính tại bộ phận một cửa")
        book.places[BELOW, "line"] = [(sheet.name, f"{get_column_letter(at + 1)}{line + 1}")]

    draft.book_changes.append(write)
    return [Mark("", key=BELOW, field="line")]


def _without_progress(chance: Random) -> Look:
    order = tuple(name for name in REPORTED if name not in ("status", "progress_pct"))
    return looks(*TABLES, order=order, two_rows=False)(chance)


def _no_columns(draft: Draft) -> list[Mark]:
    return [Mark("", tolerated=("task_missing",))]


def _told_elsewhere(draft: Draft) -> list[Mark]:
    """A task is only in a second table, which has no column for how far it has come."""
    row = draft.chance.choice([row for row in draft.answered() if draft.plan.is_owed(row.task, draft.period)])
    row.answer = draw_answer(row.task, draft.period, draft.chance, "in_progress")

    def move(book: Book) -> None:
        first, line, left = _place(book, row, "status")
        _, _, right = _place(book, row, "progress_pct")
        cells = {at: raw for at, raw in first.cells.items() if at[1] not in (left, right)}
        book.sheets.append(Sheet("Phân công", cells))
        for at in [at for at in first.cells if at[0] == line]:
            del first.cells[at]

    draft.book_changes.append(move)
    return [Mark(""), Mark("task_missing", task=row.task.code)]


def _merged_over(draft: Draft) -> list[Mark]:
    """The cells that name a task are merged down over the row of the next one, which has another status."""
    first, second = _neighbours(draft)
    first.answer = draw_answer(first.task, draft.period, draft.chance, "completed")
    second.answer = draw_answer(second.task, draft.period, draft.chance, "in_progress")

    def merge(book: Book) -> None:
        sheet, line, _ = _place(book, second, "status")
        _, top, _ = _place(book, first, "status")
        for name in IDENTIFYING:
            if (second.key, name) in book.places:
                _, _, column = _place(book, second, name)
                sheet.cells.pop((line, column), None)
                sheet.merges.append((top, column, line, column))

    draft.book_changes.append(merge)
    others = Mark("merged_rows_disagree", second, "progress_pct", tolerated=("merged_rows_disagree",))
    return [Mark("", second, "status"), others, Mark("task_missing", task=second.task.code)]


def _goes_on(draft: Draft) -> list[Mark]:
    """A result goes on in the next row, which names no task."""
    first, second = _neighbours(draft)
    first.answer = draw_answer(first.task, draft.period, draft.chance, "in_progress")
    second.answer = first.answer

    def blank(book: Book) -> None:
        sheet, line, _ = _place(book, second, "status")
        _, _, kept = _place(book, second, "result")
        for at in [at for at in sheet.cells if at[0] == line and at[1] != kept]:
            del sheet.cells[at]

    draft.book_changes.append(blank)
    second.typed["result"] = Raw("và tiếp tục rà soát các hồ sơ còn lại trong quý sau")
    return [Mark("", second, "result"), Mark("task_missing", task=second.task.code)]


def _neighbours(draft: Draft) -> tuple[Row, Row]:
    """Two rows of one indicator, one below the other, both owed."""
    pairs = [
        (one, other)
        for one, other in zip(draft.rows, draft.rows[1:], strict=False)
        if one.answer and other.answer and one.task.indicator_code == other.task.indicator_code
        and draft.plan.is_owed(other.task, draft.period)
    ]  # fmt: skip
    return draft.chance.choice(pairs)


def _letters_lost(draft: Draft) -> list[Mark]:
    row = pick(draft, "completed", "in_progress", result=True)
    assert row.answer is not None
    said = str(row.answer.result)
    place = draft.chance.randint(len(said) // 3, len(said) - 1)
    row.typed["result"] = Raw(f"{said[:place]}\ufffd{said[place + 1 :]}")
    return [Mark("")]


def _one_sheet(*writers: str, **fixed: Any) -> Callable[[Random], Look]:
    calm = {"sheets": "one", "page_length": 0, "blank_rows": False, "hidden": False, "beside": False, "below": False}
    return looks(*writers, **calm | fixed)


BOOK_DAMAGES: Sequence[Damage] = (
    Damage("hidden_rows_read", _hidden_rows, _one_sheet(*XLSX)),
    Damage("hidden_columns_read", _hidden_column, _one_sheet(*XLSX)),
    Damage("hidden_sheet_ignored", _copied_to("Nháp", visible=False), _one_sheet(*XLSX)),
    Damage("rows_repeated", _copied_to("Bản sao", visible=True), _one_sheet(*XLSX)),
    Damage("other_period_ignored", _sheet_of_other_period, _one_sheet(*XLSX)),
    Damage("row_pasted_again", _pasted_again, looks(*TABLES)),
    Damage(
        "table_beside",
        _beside,
        _one_sheet(*XLSX, two_rows=False, column_numbers=False, sections=False, names="code_text"),
    ),
    Damage("columns_beyond", _far_cell, _one_sheet(*XLSX)),
    Damage("sheet_too_long", _deep_cell, _one_sheet(*XLSX)),
    Damage("progress_columns_missing", _no_columns, _without_progress),
    Damage("progress_not_told", _told_elsewhere, _one_sheet(*XLSX, two_rows=False)),
    Damage("merged_rows_disagree", _merged_over, _one_sheet(*XLSX)),
    Damage("row_continued", _goes_on, _one_sheet(*XLSX)),
    Damage("remark_aside", _told_below, _one_sheet(*XLSX)),
    Damage("letters_lost", _letters_lost, looks("csv", encoding="utf-8")),
)
