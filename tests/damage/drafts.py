"""A report before it is a file: its rows, its look, and the ways people write what they mean."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from tests.damage.answers import Answer, draw_answers

from commune_reports.findings import STATUS_LABELS
from commune_reports.period import PeriodKind, ReportingPeriod
from commune_reports.plan import Plan, Task, Unit

REPORTED = ("status", "progress_pct", "result", "evidence", "completed_on", "difficulty", "proposal", "note")
HEADINGS = {
    "number": ("STT", "TT", "Số TT"),
    "task": ("Mã nhiệm vụ", "Mã NV", "Mã số", "MÃ NHIỆM VỤ"),
    "task_text": ("Nhiệm vụ, giải pháp", "Nội dung nhiệm vụ", "Nhiệm vụ và giải pháp thực hiện", "Nội dung công việc"),
    "performing_body": ("Cơ quan thực hiện", "Đơn vị chủ trì", "Người thực hiện"),
    "timing": ("Thời gian thực hiện", "Thời hạn"),
    "status": ("Tình trạng", "Trạng thái", "Tình trạng thực hiện", "TÌNH TRẠNG"),
    "progress_pct": ("Tiến độ (%)", "Tiến độ", "Tỷ lệ hoàn thành (%)", "% hoàn thành", "Mức độ hoàn thành (%)"),
    "result": ("Kết quả thực hiện", "Kết quả", "Kết quả đạt được", "Kết quả thực hiện trong kỳ", "KẾT QUẢ THỰC HIỆN"),
    "evidence": ("Số, ký hiệu văn bản/sản phẩm", "Số văn bản", "Văn bản ban hành", "Số, ký hiệu văn bản"),
    "completed_on": ("Ngày hoàn thành", "Ngày HT", "Ngày, tháng hoàn thành"),
    "difficulty": ("Khó khăn, vướng mắc", "Khó khăn", "Tồn tại, vướng mắc"),
    "proposal": ("Đề xuất, kiến nghị", "Kiến nghị", "Đề xuất"),
    "note": ("Ghi chú",),
}
TWIN_HEADINGS = {"status": "Trạng thái", "progress_pct": "Tỷ lệ hoàn thành", "result": "Kết quả đạt được"}
PEOPLES_WORDS = {
    "completed": ("đã xong", "HT", "Đã hoàn thành", "Hoàn tất", "xong", "HOÀN THÀNH"),
    "in_progress": ("đang t/hiện", "Đang triển khai", "đang TH", "Đang làm", "đang thực hiện "),
    "not_started": ("chưa th", "Chưa triển khai", "chưa làm", "Chưa thực hiện."),
    "nil": ("ko phát sinh", "Không PS", "K phát sinh", "không phát  sinh"),
}
CSV_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1258")


@dataclass(frozen=True)
class Raw:
    """What stands in one cell: a value and how it is shown; `formula` is computed, `is_error` when its result is an error."""

    value: Any
    shown_as: str | None = None
    formula: str | None = None
    is_error: bool = False


@dataclass(frozen=True)
class Look:
    """How a report is laid out and typed."""

    writer: str = "openpyxl"
    names: str = "code_text"
    sheets: str = "one"
    order: tuple[str, ...] = REPORTED
    headings: Mapping[str, str] = field(default_factory=lambda: {name: some[0] for name, some in HEADINGS.items()})
    extra_columns: tuple[str, ...] = ("performing_body",)
    corner: tuple[int, int] = (0, 0)
    sections: bool = False
    two_rows: bool = False
    column_numbers: bool = False
    page_length: int = 0
    blank_rows: bool = False
    ticks: bool = False
    totals: str | None = None
    below: bool = False
    beside: bool = False
    hidden: bool = False
    merged_status: bool = False
    nfd: bool = False
    status_style: str = "canonical"
    progress_style: str = "number"
    date_style: str = "excel"
    since_1904: bool = False
    encoding: str = "utf-8-sig"
    delimiter: str = ","


@dataclass
class Row:
    """A row of the table: the task it is about, its answer, and what is typed otherwise than it follows from them.

    `key` tells rows apart; `typed` overrides cells by field, with `task`, `task_text` and `number` among them.
    """

    key: int
    task: Task
    answer: Answer | None
    typed: dict[str, Raw] = field(default_factory=dict)
    ticks: tuple[str, ...] | None = None


@dataclass
class Draft:
    """A whole report with its sender, still on the desk: everything about it may be changed before it is written."""

    plan: Plan
    unit: Unit
    period: ReportingPeriod
    rows: list[Row]
    look: Look
    titles: list[str]
    received_at: datetime
    chance: Random
    caller_period: str | None = None
    twin: str | None = None
    has_slip: bool = False
    workbook_changes: list[Callable[[Any], None]] = field(default_factory=list)
    book_changes: list[Callable[[Any], None]] = field(default_factory=list)
    byte_changes: list[Callable[[bytes], bytes]] = field(default_factory=list)
    font_encoding: Callable[[str], str] | None = None
    has_headings: bool = True

    def answered(self, *statuses: str) -> list[Row]:
        """The rows that are answered, with one of some statuses if any are given."""
        return [row for row in self.rows if row.answer and (not statuses or row.answer.status in statuses)]

    def add(self, row: Row) -> Row:
        """Put a row after a random one of the same indicator's section, under a key of its own."""
        row.key = 1 + max(one.key for one in self.rows)
        places = [n for n, one in enumerate(self.rows) if one.task.indicator_code == row.task.indicator_code]
        self.rows.insert(1 + (self.chance.choice(places) if places else len(self.rows) - 1), row)
        return row


def draw_draft(plan: Plan, chance: Random, look: Look, **fixed: Any) -> Draft:
    """A clean report of a random unit for a random period (`fixed` may name `unit` or `period`), received when it is due."""
    period = fixed.get("period") or chance.choice(plan.periods())
    unit = fixed.get("unit") or chance.choice(plan.units_on(period.window_end))
    answers = draw_answers(plan, unit, period, chance)
    rows = [Row(n, plan.tasks[code], answer) for n, (code, answer) in enumerate(answers.items())]
    is_titled = look.writer == "template" or chance.random() < 0.8
    return Draft(
        plan=plan,
        unit=unit,
        period=period,
        rows=rows,
        look=look,
        titles=draw_titles(unit, period, chance) if is_titled else [],
        received_at=plan.dates(period).unit_due_at - timedelta(hours=chance.randint(1, 30)),
        chance=chance,
        caller_period=None if is_titled and chance.random() < 0.7 else period.id,
    )


def draw_titles(unit: Unit, period: ReportingPeriod, chance: Random) -> list[str]:
    """The lines above a table that say whose report it is and for when, in one of the ways people do."""
    month = f"{period.window_end.month}"
    named = (
        ("BÁO CÁO NĂM {y}", "Kỳ báo cáo: năm {y}", "BÁO CÁO TỔNG KẾT NĂM {y}")
        if period.kind is PeriodKind.YEAR
        else ("BÁO CÁO THÁNG {m} NĂM {y}", "Kỳ báo cáo: tháng {m}/{y}", "(Kỳ báo cáo: tháng {m} năm {y})")
    )
    when = chance.choice(named).format(m=month, y=period.year)
    who = chance.choice(("ỦY BAN NHÂN DÂN {u}", "UBND {u}", "Đơn vị: {u}")).format(
        u=unit.full_name.upper() if chance.random() < 0.5 else unit.full_name
    )
    lines = [who, chance.choice(("", "Độc lập - Tự do - Hạnh phúc")), when]
    if not when.startswith("BÁO CÁO"):
        lines.insert(2, "BÁO CÁO KẾT QUẢ THỰC HIỆN NHIỆM VỤ CẢI THIỆN CHỈ SỐ PCI, PGI")
    if chance.random() < 0.3:
        lines.append(f"(Số liệu từ ngày {period.window_start:%d/%m/%Y} đến ngày {period.window_end:%d/%m/%Y})")
    if chance.random() < 0.4:
        lines.insert(1, f"{unit.name}, ngày {period.window_end:%d} tháng {period.window_end:%m} năm {period.year}")
    return lines


def draw_look(chance: Random, *, writer: str | None = None) -> Look:
    """A way of laying out a report that a careful clerk takes without a remark."""
    writer = writer or chance.choice(("openpyxl",) * 5 + ("xlsxwriter",) * 4 + ("csv",) * 2 + ("template",) * 2)
    if writer == "template":
        return Look("template", since_1904=False, date_style=_of(chance, "excel", "slashes"), progress_style="number")
    names = _of(chance, "code", "code_text", "code_text", "number_text", "number_short", "text")
    order = list(REPORTED)
    if chance.random() < 0.4:
        chance.shuffle(order)
    ticks = chance.random() < 0.12
    is_book = writer != "csv"
    return Look(
        writer=writer,
        names=names,
        sheets=_of(chance, "one", "one", "one", "indices", "officers") if is_book else "one",
        order=tuple(order),
        headings={name: _wobbled(chance.choice(some), chance) for name, some in HEADINGS.items()},
        extra_columns=_of(chance, (), ("performing_body",), ("performing_body", "timing")),
        corner=_of(chance, (0, 0), (0, 0), (0, 1), (16, 3), (2, 2)) if is_book else (0, 0),
        sections=names.startswith("number") or chance.random() < 0.5,
        two_rows=ticks or chance.random() < 0.2,
        column_numbers=chance.random() < 0.2,
        page_length=_of(chance, 0, 0, 0, 9, 12),
        blank_rows=chance.random() < 0.25,
        ticks=ticks,
        totals=_of(chance, None, None, None, "average", "counts", "beside"),
        below=chance.random() < 0.5,
        beside=chance.random() < 0.15,
        hidden=is_book and chance.random() < 0.2,
        merged_status=is_book and not ticks and chance.random() < 0.1,
        nfd=writer != "csv" and chance.random() < 0.1,
        status_style=_of(chance, "canonical", "people"),
        progress_style=_of(chance, "number", "text", "spaced", "decimals", "fraction"),
        date_style=_of(chance, "excel", "slashes", "dashes", "words"),
        since_1904=is_book and chance.random() < 0.1,
        encoding=chance.choice(CSV_ENCODINGS),
        delimiter=chance.choice(",;\t"),
    )


def typed_cell(row: Row, name: str, look: Look, chance: Random) -> Raw | None:
    """What stands in a reported cell of a row, as its author is used to write it."""
    if name in row.typed:
        return row.typed[name]
    value = getattr(row.answer, name) if row.answer else None
    if value is None:
        return None
    if name == "status":
        label = STATUS_LABELS[value]
        return Raw(chance.choice(PEOPLES_WORDS[value]) if look.status_style == "people" else label)
    if name == "progress_pct":
        return shown_progress(value, look)
    if name == "completed_on":
        return shown_date(value, look)
    return Raw(unicodedata.normalize("NFD", value) if look.nfd else value)


def shown_progress(value: float, look: Look) -> Raw:
    """A percentage in the style of a report."""
    plain = f"{value:g}".replace(".", ",")
    match look.progress_style:
        case "text":
            return Raw(f"{plain}%")
        case "spaced":
            return Raw(f"{plain if ',' in plain else plain + ',0'} %")
        case "decimals":
            return Raw(plain)
        case "fraction":
            return Raw(round(value / 100, 6), "0.0%" if value % 1 else "0%")
    return Raw(int(value) if value == int(value) else value)


def shown_date(value: date, look: Look) -> Raw:
    """A day in the style of a report."""
    match look.date_style:
        case "slashes":
            return Raw(f"{value.day}/{value.month}/{value.year}")
        case "dashes":
            return Raw(f"{value.day}-{value.month}-{value:%y}")
        case "words":
            return Raw(f"ngày {value.day} tháng {value.month} năm {value.year}")
    return Raw(value, "dd/mm/yyyy")


def _wobbled(heading: str, chance: Random) -> str:
    """A heading as it comes out of a narrow column or another keyboard."""
    draw = chance.random()
    if draw < 0.1:
        return heading.replace(" ", "\n", 1)
    if draw < 0.2:
        return f" {heading.replace(' ', '  ', 1)} "
    if draw < 0.3:
        return unicodedata.normalize("NFD", heading)
    return heading


def _of(chance: Random, *choices: Any) -> Any:
    return chance.choice(choices)
