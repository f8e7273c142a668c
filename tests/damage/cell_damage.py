"""Damage to single cells: what is typed where a status, a number, a day or a sentence should stand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.damage.answers import DIFFICULTIES, PROPOSALS, document, draw_answer, words
from tests.damage.damages import BOOKS, TABLES, Damage, Mark, looks, pick
from tests.damage.drafts import TWIN_HEADINGS, Draft, Raw, Row

from commune_reports.findings import STATUS_LABELS
from commune_reports.plan import Product

ANSWERED = ("completed", "in_progress")
NO_STATUS = ("Gần xong rồi", "Hoàn thành một phần", "Theo kế hoạch", "?", "Đã/đang thực hiện", "Hoàn thành 3/5", "Tốt")
NO_NUMBER = ("khoảng một nửa", "trên 50", "gần xong", "80-90%", "năm mươi", "đạt", "7/10")
NO_DAY = ("31/11/2024", "30/02/2024", "sắp xong", "5/13/2024", "đang chờ ký", "00/10/2024")
NO_DOCUMENT_NUMBER = ("có văn bản kèm theo", "Có", "Đã ban hành văn bản", "Báo cáo của UBND xã", "Văn bản lưu tại VP")
NOT_DONE = (
    "Chưa có kết quả",
    "Đến nay chưa triển khai",
    "Dự kiến hoàn thành trong tháng tới",
    "Đang rà soát, sẽ xong sau",
    "Không phát sinh",
)
SAYS_NOTHING = ("…", "...", "như trên", "nt", "-", "Như trên.", "......")
WORK_DONE = (
    "Tổ chức {a} buổi tuyên truyền tại thôn {h} với {b} lượt người tham dự",
    "Đã niêm yết công khai thủ tục lĩnh vực {w} tại trụ sở UBND xã",
    "UBND xã đã kiểm tra {a} cơ sở tại thôn {h}",
    "Rà soát {b} hồ sơ lĩnh vực {w}; trả đúng hạn {a} hồ sơ",
)
ERRORS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?")
FORMULAS = {
    "progress_pct": "=100/2",
    "result": '=CONCATENATE("Đã xong ",12," hồ sơ")',
    "status": '=IF(1>0,"Hoàn thành","")',
}


def _typed(draft: Draft, row: Row, name: str, value: Any, shown_as: str | None = None) -> Row:
    row.typed[name] = Raw(value, shown_as)
    return row


def _bound(draft: Draft, name: str, statuses: Sequence[str]) -> Row:
    """A random row that has to fill a field: a document is asked for only where the plan's product is one."""
    row = pick(draft, *statuses)
    while name == "evidence" and row.task.product is Product.BY_PLAN:
        row = pick(draft, *statuses)
    return row


def _typing(name: str, statuses: Sequence[str], values: Sequence[Any]) -> Callable[[Draft], list[Mark]]:
    """Type one of some values into a field of a row with one of some statuses (the class's code blames that field)."""

    def hurt(draft: Draft) -> list[Mark]:
        row = _typed(draft, _bound(draft, name, statuses), name, draft.chance.choice(values))
        return [Mark("", row, name)]

    return hurt


def _status_missing(draft: Draft) -> list[Mark]:
    row = pick(draft, *ANSWERED)
    row.typed["status"], row.ticks = Raw(None), ()
    return [Mark("", row, "status")]


def _ticked_twice(draft: Draft) -> list[Mark]:
    row = pick(draft, *ANSWERED)
    row.ticks = ("completed", "in_progress")
    return [Mark("", row, "status")]


def _column_twice(draft: Draft) -> list[Mark]:
    draft.twin = draft.chance.choice(list(TWIN_HEADINGS))
    row = pick(draft, "in_progress")
    assert row.answer is not None
    other = {
        "status": "Hoàn thành",
        "progress_pct": 3 if row.answer.progress_pct != 3 else 4,
        "result": "Đã giải quyết 7 hồ sơ.",
    }
    _typed(draft, row, "twin", other[draft.twin])
    return [
        Mark("", row, "twin"),
    ]


def _fraction(draft: Draft) -> list[Mark]:
    row = pick(draft, "in_progress")
    value = draft.chance.choice((0.85, 0.4, 0.5))
    as_text = draft.look.writer == "csv" or draft.chance.random() < 0.4
    _typed(draft, row, "progress_pct", f"{value}".replace(".", ",") if as_text else value)
    return [Mark("", row, "progress_pct")]


def _conflict(draft: Draft) -> list[Mark]:
    row = pick(draft, draft.chance.choice(("completed", "not_started")))
    assert row.answer is not None
    value = draft.chance.choice((20, 60, 99))
    _typed(draft, row, "progress_pct", f"{value}%" if draft.chance.random() < 0.3 else value)
    return [Mark("", row, "progress_pct")]


def _month_only(draft: Draft) -> list[Mark]:
    row = pick(draft, "completed")
    end = draft.period.window_end
    month, quarter = end.month - 1, ("I", "II", "III", "IV")[(end.month - 2) // 3]
    said = draft.chance.choice(
        (
            f"{month}/{end.year}",
            f"tháng {month}/{end.year}",
            f"Quý {quarter}/{end.year}",
            f"tháng {month} năm {end.year}",
        )
    )
    _typed(draft, row, "completed_on", said)
    return [Mark("", row, "completed_on")]


def _outside(draft: Draft) -> list[Mark]:
    row = pick(draft, "completed")
    assert row.answer is not None
    end, days = draft.period.window_end, draft.chance.randint(1, 200)
    first = end.replace(year=draft.plan.year - 1, month=12, day=15)
    wrong = draft.chance.choice((end + timedelta(days), first - timedelta(days)))
    row.answer = replace(row.answer, completed_on=wrong)
    return [Mark("", row, "completed_on")]


def _early_day(draft: Draft) -> list[Mark]:
    row = pick(draft, "in_progress", "not_started")
    assert row.answer is not None
    row.answer = replace(row.answer, completed_on=draft.period.window_end - timedelta(draft.chance.randint(1, 20)))
    return [Mark("", row, "completed_on")]


def _without(name: str, *statuses: str) -> Callable[[Draft], list[Mark]]:
    def hurt(draft: Draft) -> list[Mark]:
        row = _bound(draft, name, statuses)
        assert row.answer is not None
        row.answer = replace(row.answer, **{name: None})
        return [Mark("", row, name)]

    return hurt


def _without_reason(draft: Draft) -> list[Mark]:
    # What is not due yet needs no reason for not being begun.
    row = draft.chance.choice([one for one in draft.answered() if draft.plan.is_owed(one.task, draft.period)])
    answer = draw_answer(row.task, draft.period, draft.chance, "not_started")
    row.answer = replace(answer, note=None, difficulty=None, result=None)
    return [Mark("", row, "note")]


def _impossible_document(draft: Draft) -> list[Mark]:
    row = pick(draft, "completed")
    end, number = draft.period.window_end, draft.chance.randint(2, 300)
    later = end + timedelta(draft.chance.randint(60, 300))
    day = draft.chance.choice(
        (f"31/{(2, 4, 6, 9, 11)[draft.chance.randint(0, 4)]}/{end.year}", f"{later:%d/%m/%Y}", "12/15/2024")
    )
    _typed(
        draft,
        row,
        "evidence",
        draft.chance.choice(("{n}/BC-UBND ngày {d}", "Báo cáo số {n}/BC-UBND ngày {d}")).format(n=number, d=day),
    )
    return [Mark("", row, "evidence")]


def _forbidden_nil(draft: Draft) -> list[Mark]:
    row = draft.chance.choice([one for one in draft.answered() if not one.task.nil_allowed])
    row.answer = draw_answer(row.task, draft.period, draft.chance, "nil")
    return [Mark("", row, "status")]


def _busy_nil(draft: Draft) -> list[Mark]:
    row = pick(draft, "nil")
    _typed(draft, row, "progress_pct", draft.chance.choice((30, 50, 100)))
    return [Mark("", row, "progress_pct")]


def _working(status: str) -> Callable[[Draft], list[Mark]]:
    def hurt(draft: Draft) -> list[Mark]:
        row = pick(draft, status)
        _typed(draft, row, "result", words(WORK_DONE, draft.period, draft.chance))
        return [Mark("", row, "result")]

    return hurt


def _numbered_nil(draft: Draft) -> list[Mark]:
    row = pick(draft, "nil")
    _typed(draft, row, "evidence", document(draft.period, draft.chance))
    return [Mark("", row, "evidence")]


def _repeated_task(draft: Draft) -> list[Mark]:
    row = pick(draft, *ANSWERED)
    text = row.task.text
    shorter = text[: text.rfind(" ", 0, max(70, len(text) * 4 // 5))] if len(text) > 90 else text
    _typed(draft, row, "result", draft.chance.choice((text, text.lower(), shorter)))
    return [Mark("", row, "result")]


def _said_elsewhere(name: str, sentences: tuple[str, ...], heads: Sequence[str]) -> Callable[[Draft], list[Mark]]:
    def hurt(draft: Draft) -> list[Mark]:
        row = pick(draft, *ANSWERED)
        text = words(sentences, draft.period, draft.chance)
        _typed(draft, row, name, draft.chance.choice(heads) + text)
        return [Mark("", row, name)]

    return hurt


def _broken_formula(draft: Draft) -> list[Mark]:
    row = pick(draft, "in_progress")
    name = draft.chance.choice(("progress_pct", "result", "status"))
    row.typed[name] = Raw(draft.chance.choice(ERRORS), is_error=True)
    return [Mark("", row, name)]


def _hollow_formula(draft: Draft) -> list[Mark]:
    row = pick(draft, "in_progress")
    name = draft.chance.choice(list(FORMULAS))
    row.typed[name] = Raw(None, formula=FORMULAS[name])
    return [Mark("", row, name)]


CELL_DAMAGES = (
    Damage("column_twice", _column_twice, looks(*TABLES)),
    Damage("status_missing", _status_missing, looks()),
    Damage("status_missing/ticks", _status_missing, looks(*TABLES, ticks=True, two_rows=True)),
    Damage("status_unreadable", _typing("status", tuple(STATUS_LABELS), NO_STATUS), looks()),
    Damage("status_ticked_twice", _ticked_twice, looks(*TABLES, ticks=True, two_rows=True)),
    Damage("progress_unreadable", _typing("progress_pct", ("in_progress",), NO_NUMBER), looks()),
    Damage("progress_ambiguous", _fraction, looks()),
    Damage("progress_out_of_range", _typing("progress_pct", ANSWERED, (120, -5, "150%", 8500, "101")), looks()),
    Damage("progress_missing", _without("progress_pct", "in_progress"), looks()),
    Damage("progress_status_conflict", _conflict, looks()),
    Damage("in_progress_at_100", _typing("progress_pct", ("in_progress",), (100, "100%", "100,0 %")), looks()),
    Damage("date_unreadable", _typing("completed_on", ("completed",), NO_DAY), looks()),
    Damage("date_without_day", _month_only, looks()),
    Damage("completed_on_missing", _without("completed_on", "completed"), looks()),
    Damage("completed_on_outside_window", _outside, looks()),
    Damage("completed_on_without_completion", _early_day, looks()),
    Damage("result_missing", _without("result", *ANSWERED), looks()),
    Damage("evidence_missing", _without("evidence", "completed"), looks()),
    Damage("evidence_without_number", _typing("evidence", ("completed",), NO_DOCUMENT_NUMBER), looks()),
    Damage("evidence_date_wrong", _impossible_document, looks()),
    Damage("reason_missing", _without_reason, looks()),
    Damage("nil_not_allowed", _forbidden_nil, looks()),
    Damage("nil_with_content", _busy_nil, looks()),
    Damage("nil_with_work", _working("nil"), looks()),
    Damage("nil_with_work/document", _numbered_nil, looks()),
    Damage("not_started_with_work", _working("not_started"), looks()),
    Damage("completed_not_done", _typing("result", ("completed",), NOT_DONE), looks()),
    Damage("text_says_nothing", _typing("result", ANSWERED, SAYS_NOTHING), looks()),
    Damage("text_repeats_task", _repeated_task, looks()),
    Damage("proposal_in_difficulty", _said_elsewhere("difficulty", PROPOSALS, ("",)), looks()),
    Damage("difficulty_in_proposal", _said_elsewhere("proposal", DIFFICULTIES, ("Khó khăn: ", "Vướng mắc: ")), looks()),
    Damage("formula_error", _broken_formula, looks(*BOOKS)),
    Damage("formula_without_value", _hollow_formula, looks("openpyxl", "template")),
)
