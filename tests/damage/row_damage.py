"""Damage to whole rows: tasks that are unknown, mistaken, told twice, not told, or summed up wrongly."""

from collections.abc import Callable
from random import Random
from typing import Any

from openpyxl.utils.cell import coordinate_to_tuple
from tests.damage.answers import draw_answer
from tests.damage.damages import TABLES, Damage, Mark, looks, pick
from tests.damage.drafts import Draft, Look, Raw, Row
from tests.damage.layouts import TOTAL, Book

CHANGED_UNIT = "22522"
STRANGE_CODES = ("PCI-11.4", "PGI-05.1", "XYZ-01.1", "PCI-02.9", "PCI 2 8")
STRANGE_TASKS = (
    "Tổ chức hội thao chào mừng ngày thành lập Đoàn Thanh niên",
    "Chuẩn bị Đại hội đại biểu Hội Nông dân xã nhiệm kỳ mới",
    "Tu bổ nghĩa trang liệt sĩ và nhà bia ghi danh",
)
REWORDED = (
    ("và", "cùng với"),
    ("thực hiện", "tiến hành"),
    ("các", "những"),
    ("trên địa bàn", "tại"),
    ("đối với", "cho"),
)


def _unknown_code(draft: Draft) -> list[Mark]:
    row = _extra(draft, pick(draft, "completed", "in_progress"))
    row.typed["task"] = Raw(draft.chance.choice(STRANGE_CODES))
    row.typed["task_text"], row.typed["number"] = Raw(draft.chance.choice(STRANGE_TASKS)), Raw(9)
    return [Mark("", row, "id")]


def _unknown_text(draft: Draft) -> list[Mark]:
    row = _extra(draft, pick(draft, "completed", "in_progress"))
    row.typed["task_text"], row.typed["number"] = Raw(draft.chance.choice(STRANGE_TASKS)), Raw("34")
    return [Mark("", row, "id")]


def _reworded(draft: Draft) -> list[Mark]:
    row = draft.chance.choice([row for row in draft.answered() if len(row.task.text) > 100])
    row.typed["task_text"] = Raw(reword(row.task.text, draft.chance))
    return [Mark("", row, "task_text")]


def reword(text: str, chance: Random) -> str:
    """A text somebody typed from memory: a word or two otherwise, or its end left out."""
    if chance.random() < 0.4:
        return text[: text.rfind(" ", 0, max(80, len(text) * 3 // 4))]
    known = [pair for pair in REWORDED if f" {pair[0]} " in text]
    for old, new in chance.sample(known, min(len(known), 2)):
        text = text.replace(f" {old} ", f" {new} ", 1)
    pieces = text.split(" ")
    del pieces[chance.randint(3, len(pieces) - 3)]
    return " ".join(pieces)


def _foreign_text(draft: Draft) -> list[Mark]:
    row = pick(draft, "completed", "in_progress")
    others = [task for task in draft.plan.tasks.values() if task.indicator_code != row.task.indicator_code]
    row.typed["task_text"] = Raw(draft.chance.choice(others).text)
    return [Mark("", row, "task", tolerated=("task_missing",))]


def _not_given(draft: Draft) -> list[Mark]:
    given = {task.code for task in draft.plan.tasks_of(draft.unit.code)}
    task = draft.chance.choice([task for code, task in draft.plan.tasks.items() if code not in given])
    row = draft.add(Row(0, task, draw_answer(task, draft.period, draft.chance, "completed")))
    return [Mark("", row, "id")]


def _told_twice(draft: Draft) -> list[Mark]:
    first = pick(draft, "completed", "in_progress")
    second = _extra(draft, first)
    return [Mark("", first, "id"), Mark("", second, "id")]


def _left_blank(draft: Draft) -> list[Mark]:
    row = draft.chance.choice([row for row in draft.answered() if draft.plan.is_owed(row.task, draft.period)])
    row.answer = None
    return [Mark("", row, "status")]


def _left_out(draft: Draft) -> list[Mark]:
    row = draft.chance.choice([row for row in draft.answered() if draft.plan.is_owed(row.task, draft.period)])
    draft.rows.remove(row)
    return [Mark("", task=row.task.code)]


def _miscounted(draft: Draft) -> list[Mark]:
    draft.has_slip = True
    return [Mark("", key=TOTAL, field="total")]


def _broken_total(draft: Draft) -> list[Mark]:
    def hurt(book: Book) -> None:
        [(title, cell)] = book.places[TOTAL, "total"]
        line, column = coordinate_to_tuple(cell)
        sheet = next(sheet for sheet in book.sheets if sheet.name == title)
        sheet.cells[line - 1, column - 1] = Raw(draft.chance.choice(("#REF!", "#DIV/0!", "#N/A")), is_error=True)

    draft.book_changes.append(hurt)
    return [Mark("", key=TOTAL, field="total")]


def _extra(draft: Draft, like: Row) -> Row:
    """Another row for the same task, with an answer of its own."""
    answer = draw_answer(like.task, draft.period, draft.chance, "in_progress")
    return draft.add(Row(0, like.task, answer))


def _summing(**fixed: Any) -> Callable[[Random], Look]:
    def draw(chance: Random) -> Look:
        return looks(*TABLES, sheets="one", totals=chance.choice(("average", "counts", "beside")), **fixed)(chance)

    return draw


ROW_DAMAGES = (
    Damage("task_unknown/code", _unknown_code, looks(*TABLES, names="code")),
    Damage("task_unknown/text", _unknown_text, looks(*TABLES, names="text")),
    Damage("task_matched_by_text", _reworded, looks(*TABLES, names="text", sections=False)),
    Damage("task_contradiction", _foreign_text, looks(*TABLES, names="code_text")),
    Damage("task_contradiction/template", _foreign_text, looks("template")),
    Damage("task_not_owed", _not_given, looks(*TABLES), unit=CHANGED_UNIT),
    Damage("duplicate_task", _told_twice, looks(*TABLES)),
    Damage("task_missing/blank", _left_blank, looks()),
    Damage("task_missing/deleted", _left_out, looks(*TABLES)),
    Damage("total_mismatch", _miscounted, _summing()),
    Damage("total_error", _broken_total, looks("openpyxl", "xlsxwriter", sheets="one", totals="average")),
)
