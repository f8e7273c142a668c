"""Workbooks people could have sent: one month of one commune, in many hands; what must be found stands in expected.yaml.

The plain table: STT, Mã NV, Nhiệm vụ, Tình trạng, Tiến độ (%), Kết quả, Số văn bản, Ngày hoàn thành, Khó khăn, Kiến nghị, Ghi chú
in the columns A to K, its heads in row 5, and the 29 tasks owed in a month in the rows 6 to 34, in the order of the plan.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, time
from random import Random
from typing import Any

from openpyxl.utils.cell import coordinate_to_tuple
from tests.damage.answers import draw_answer
from tests.damage.drafts import Draft, Look, Raw, Row
from tests.damage.layouts import Sheet, lay_out
from tests.damage.writers import by_openpyxl, by_xlsxwriter, to_text, write

from commune_reports.period import ReportingPeriod, local
from commune_reports.plan import Plan

UNIT, PERIOD = "22492", ReportingPeriod.parse("2024-11")
RECEIVED_AT = local(date(2024, 11, 15), time(9))
TITLES = [
    "UBND xã Đại Lãnh",
    "BÁO CÁO KẾT QUẢ THỰC HIỆN NHIỆM VỤ CẢI THIỆN CHỈ SỐ PCI, PGI",
    "Kỳ báo cáo: tháng 11/2024",
]
IN_PROGRESS, NOT_STARTED, NIL = (1, 6, 11, 16, 21, 26), (3, 13), (9, 23)
HEADINGS = {
    **Look().headings,
    "task": "Mã NV",
    "task_text": "Nhiệm vụ",
    "result": "Kết quả",
    "evidence": "Số văn bản",
    "difficulty": "Khó khăn",
    "proposal": "Kiến nghị",
}
PLAIN = Look(headings=HEADINGS, extra_columns=())
Changes = Mapping[str, Any]
Maker = Callable[[Plan], bytes]


def draft_of(plan: Plan, look: Look = PLAIN) -> Draft:
    """The month of xã Đại Lãnh: whoever lays it out, the answers are the same."""
    unit = plan.unit(UNIT, PERIOD.window_end)
    assert unit is not None
    owed = [task for task in plan.tasks_of(UNIT) if plan.is_owed(task, PERIOD)]
    chance = Random("Đại Lãnh 2024-11")
    rows = []
    for number, task in enumerate(owed):
        status = "in_progress" if number in IN_PROGRESS else "not_started" if number in NOT_STARTED else "completed"
        answer = draw_answer(task, PERIOD, chance, "nil" if number in NIL else status)
        rows.append(
            Row(number, task, replace(answer, difficulty=None, proposal=None) if status != "not_started" else answer)
        )
    return Draft(plan, unit, PERIOD, rows, look, list(TITLES), RECEIVED_AT, chance)


def laid_out(**look: Any) -> Maker:
    """The month in another look."""
    return lambda plan: write(draft_of(plan, replace(PLAIN, **look)))[0]


def typed_over(changes: Changes, **look: Any) -> Maker:
    """The plain table with some of its cells typed over (None empties one)."""

    def make(plan: Plan) -> bytes:
        draft = draft_of(plan, replace(PLAIN, **look))
        sheet = changed(lay_out(draft).sheets[0], changes)
        if draft.look.writer == "csv":
            return to_text(sheet, encoding=draft.look.encoding, delimiter=draft.look.delimiter)
        return by_xlsxwriter([sheet]) if draft.look.writer == "xlsxwriter" else by_openpyxl([sheet])

    return make


def changed(sheet: Sheet, changes: Changes) -> Sheet:
    """A sheet with some of its cells typed over."""
    for name, value in changes.items():
        row, column = coordinate_to_tuple(name)
        sheet.cells[row - 1, column - 1] = value if isinstance(value, Raw) else Raw(value)
    return sheet


def without_row(code: str) -> Maker:
    """The plain table without a task's row, and with the next one left blank."""

    def make(plan: Plan) -> bytes:
        draft = draft_of(plan)
        place = next(n for n, row in enumerate(draft.rows) if row.task.code == code)
        draft.rows[place + 1].answer = None
        del draft.rows[place]
        return write(draft)[0]

    return make


def template(*, is_filled: bool) -> Maker:
    """The project's own template, filled or as it was issued."""

    def make(plan: Plan) -> bytes:
        draft = draft_of(plan, Look("template"))
        if not is_filled:
            draft.rows.clear()
        return write(draft)[0]

    return make


def old_font(encoded: Callable[[str], str]) -> Maker:
    """The plain table typed in a font of the nineties."""

    def make(plan: Plan) -> bytes:
        draft = draft_of(plan)
        draft.font_encoding = encoded
        return write(draft)[0]

    return make


def html(plan: Plan) -> bytes:
    """What "Save as web page" and many portals give under the name of an .xls file."""
    sheet = lay_out(draft_of(plan)).sheets[0]
    height, width = (1 + max(place[n] for place in sheet.cells) for n in (0, 1))
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{sheet.cells[r, c].value if (r, c) in sheet.cells else ''}</td>" for c in range(width))
        + "</tr>"
        for r in range(height)
    )
    return f'<html><head><meta charset="utf-8"></head><body><table>{rows}</table></body></html>'.encode()


def with_sum(label: str, *, off: float) -> Maker:
    """The plain table with the mean of its progress below it, or `off` from it."""

    def make(plan: Plan) -> bytes:
        known = [
            row.answer.progress_pct for row in draft_of(plan).rows if row.answer and row.answer.progress_pct is not None
        ]
        return typed_over({"C36": label, "E36": round(sum(known) / len(known), 1) + off})(plan)

    return make


def after(make: Maker, change: Callable[[bytes], bytes]) -> Maker:
    """A file changed once more when it was saved."""
    return lambda plan: change(make(plan))
