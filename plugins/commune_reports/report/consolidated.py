"""The consolidated report of a period as a workbook: summary, matrix, detail, who is late, difficulties, sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.findings import STATUS_LABELS
from commune_reports.period import ReportingPeriod, moment_text
from commune_reports.plan import Plan, Unit
from commune_reports.report.page import (
    BOLD,
    CENTRED,
    ITALIC,
    LEFT,
    PLAIN,
    TITLE,
    TOP_CENTRED,
    Column,
    columns,
    head,
    line,
    page_setup,
    span,
    table_row,
)
from commune_reports.report.sources import write_sources
from commune_reports.scorecard import Score, Scorecard
from commune_reports.workbook import save_reproducibly

MISSING = "Chưa báo cáo"
TIMELINESS = {"on_time": "Đúng hạn", "late": "Nộp muộn", "missing": MISSING}
METHOD = (
    "Cách tính: nhiệm vụ hoàn thành = 100, đang thực hiện = tiến độ, chưa thực hiện = 0, không phát sinh không tính, "
    "chưa báo cáo = 0; chỉ số thành phần = trung bình các nhiệm vụ phải báo cáo; chỉ số = trung bình các chỉ số thành phần "
    "theo trọng số; điểm chung = trung bình các đơn vị. Đây là điểm thực hiện kế hoạch, không phải điểm PCI, PGI do VCCI công bố."
)


@dataclass(frozen=True)
class _Report:
    card: Scorecard
    plan: Plan
    period: ReportingPeriod
    revision: int
    previous: Scorecard | None
    units: Mapping[str, Unit]

    @property
    def footer(self) -> str:
        revision = f", bản điều chỉnh lần {self.revision}" if self.revision else ""
        return f"Báo cáo tổng hợp {self.period.label}{revision} – số liệu đến {moment_text(self.card.as_of)}"


def write_consolidated_report(
    card: Scorecard, plan: Plan, *, out: Path, revision: int, previous: Scorecard | None
) -> list[Path]:
    """Write the report's files into a folder; the same figures give the same bytes.

    `revision` 0 is the first report; a later one is shown beside `previous`, the figures of the one before it.
    """
    period = ReportingPeriod.parse(card.period_id)
    units = {unit.code: unit for unit in plan.units_on(period.window_end)}
    report = _Report(card, plan, period, revision, previous, units)
    workbook = Workbook()
    first = workbook.active
    assert first is not None
    first.title = "Tổng hợp"
    _summary(first, report)
    for title, write in (
        ("Đơn vị × chỉ số", _matrix),
        ("Chi tiết nhiệm vụ", _details),
        ("Chậm, thiếu báo cáo", _late_and_missing),
        ("Khó khăn, kiến nghị", _difficulties),
        ("Nguồn số liệu", _sources),
    ):
        write(workbook.create_sheet(title), report)
    workbook.properties.title = f"Báo cáo tổng hợp {period.label}"
    workbook.properties.creator = plan.sender.name
    suffix = f"-dieu-chinh-{revision}" if revision else ""
    path = out / f"bao-cao-tong-hop-{period.id}{suffix}.xlsx"
    save_reproducibly(workbook, path, moment=card.as_of)
    return [path]


def _summary(sheet: Worksheet, report: _Report) -> None:
    card, plan = report.card, report.plan
    layout = [
        Column("STT", 6, TOP_CENTRED),
        Column("Chỉ số thành phần", 44),
        Column("Trọng số (%)", 9, TOP_CENTRED, "0.##"),
        Column("Điểm thực hiện", 10, TOP_CENTRED, "0.0"),
        *([Column("Điểm bản trước", 10, TOP_CENTRED, "0.0")] if report.previous else []),
        Column("Phải báo cáo", 9, TOP_CENTRED),
        Column("Đã báo cáo", 9, TOP_CENTRED),
        Column("Chưa báo cáo", 9, TOP_CENTRED),
        Column("Hoàn thành", 9, TOP_CENTRED),
        Column("Đang thực hiện", 9, TOP_CENTRED),
        Column("Chưa thực hiện", 9, TOP_CENTRED),
        Column("Không phát sinh", 9, TOP_CENTRED),
        Column("Tỷ lệ báo cáo (%)", 10, TOP_CENTRED, "0.0"),
        Column("Tỷ lệ đúng hạn (%)", 10, TOP_CENTRED, "0.0"),
    ]
    last = len(layout)
    columns(sheet, layout)
    span(sheet, 1, 1, 2, plan.header.superior_body.upper(), font=PLAIN)
    span(sheet, 2, 1, 2, plan.header.issuing_body.upper(), font=BOLD)
    span(sheet, 1, 4, last, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", font=BOLD)
    span(sheet, 2, 4, last, "Độc lập - Tự do - Hạnh phúc", font=BOLD)
    title = f"BÁO CÁO TỔNG HỢP {report.period.label.upper()}"
    if report.revision:
        title += f" – BẢN ĐIỀU CHỈNH LẦN {report.revision}"
    line(sheet, 4, title, last=last, font=TITLE)
    line(sheet, 5, plan.title, last=last, font=BOLD)
    days = f"từ {report.period.window_start:%d/%m/%Y} đến {report.period.window_end:%d/%m/%Y}"
    window = f"Số liệu {days}; tổng hợp đến {moment_text(card.as_of)}"
    line(sheet, 6, window, last=last, font=ITALIC)
    row = 8
    for text in _standing_sentences(report):
        line(sheet, row, text, last=last, align=LEFT)
        row += 1
    row += 1
    head(sheet, row, layout)
    before = _scores(report.previous) if report.previous else {}
    now = _scores(card)
    for index in plan.indices:
        if index.code not in now:
            continue
        row += 1
        cells = _summary_cells((index.section, index.title, 100), now[index.code], before.get(index.code), report)
        table_row(sheet, row, layout, cells, strong=True)
        for indicator in index.indicators:
            if indicator.code in now:
                row += 1
                named = (indicator.numeral, indicator.title, indicator.weight)
                cells = _summary_cells(named, now[indicator.code], before.get(indicator.code), report)
                table_row(sheet, row, layout, cells)
    line(sheet, row + 2, METHOD, last=last, font=ITALIC, align=LEFT)
    span(sheet, row + 4, 2, 2, "NGƯỜI LẬP BIỂU", font=BOLD)
    span(sheet, row + 4, last - 6, last, plan.header.signature_authority, font=BOLD)
    span(sheet, row + 5, last - 6, last, plan.header.signature_title, font=BOLD)
    span(sheet, row + 9, last - 6, last, plan.header.signer or "", font=BOLD)
    page_setup(sheet, last_column=last, footer=report.footer, pages_high=1)


def _summary_cells(named: tuple[str, str, float], score: Score, before: Score | None, report: _Report) -> list[Any]:
    return [
        *named,
        _value(score.score),
        *([_value(before.score) if before else "–"] if report.previous else []),
        score.owed,
        score.reported,
        score.missing,
        score.completed,
        score.in_progress,
        score.not_started,
        score.nil,
        _value(score.coverage_pct),
        _value(score.on_time_pct),
    ]


def _standing_sentences(report: _Report) -> list[str]:
    standings = report.card.standings
    named = {
        state: [report.units[one.unit_code].name for one in standings if one.timeliness == state]
        for state in TIMELINESS
    }
    partial = [
        f"{report.units[one.unit_code].name} ({len(one.missing_tasks)})"
        for one in standings
        if one.missing_tasks and one.timeliness != "missing"
    ]
    sentences = [
        f"Đơn vị báo cáo đúng hạn ({moment_text(report.card.unit_due_at)}): {len(named['on_time'])}/{len(standings)}.",
        f"Nộp muộn: {', '.join(named['late']) or 'không có'}.  Chưa báo cáo: {', '.join(named['missing']) or 'không có'}.",
    ]
    if partial:
        sentences.append(f"Báo cáo thiếu (số nhiệm vụ): {', '.join(partial)}.")
    return sentences


def _matrix(sheet: Worksheet, report: _Report) -> None:
    indicators, indices = report.plan.indicators, report.plan.indices
    codes = [*(one.code for one in indices), *(one.code for one in indicators)]
    layout = [Column("Đơn vị", 18, LEFT)]
    layout += [Column(f"Điểm {index.code}", 9, CENTRED, "0.0") for index in indices]
    layout += [Column(f"{one.index_code} {one.numeral}", 8, CENTRED, "0.0") for one in indicators]
    columns(sheet, layout)
    last = len(layout)
    line(
        sheet,
        1,
        f"ĐIỂM THỰC HIỆN KẾ HOẠCH THEO ĐƠN VỊ VÀ CHỈ SỐ – {report.period.label.upper()}",
        last=last,
        font=TITLE,
    )
    head(sheet, 3, layout)
    row = 3
    for code, unit in report.units.items():
        scores = _scores(report.card, code)
        if scores:
            row += 1
            table_row(sheet, row, layout, [unit.name, *(_shown(scores.get(code)) for code in codes)])
    district = _scores(report.card)
    cells = [_shown(district.get(code)) for code in codes]
    table_row(sheet, row + 1, layout, ["Trung bình", *cells], strong=True)
    colours = ColorScaleRule(
        start_type="num", start_value=0, start_color="F4B6AE", mid_type="num", mid_value=60, mid_color="FFF2CC",
        end_type="num", end_value=100, end_color="B7DDB0",
    )  # fmt: skip
    sheet.conditional_formatting.add(f"B4:{get_column_letter(last)}{row}", colours)
    row += 3
    for index in indices:
        names = "; ".join(f"{one.numeral} – {one.title} ({one.weight:g}%)" for one in index.indicators)
        line(sheet, row, f"{index.code}: {names}.", last=last, font=ITALIC, align=LEFT)
        row += 1
    page_setup(sheet, last_column=last, footer=report.footer, pages_high=1)


def _details(sheet: Worksheet, report: _Report) -> None:
    """One block per task, so that its text stands once and the units stand beside each other."""
    layout = [
        Column("Mã nhiệm vụ", 11, TOP_CENTRED),
        Column("Đơn vị", 15),
        Column("Tình trạng", 15, TOP_CENTRED),
        Column("Tiến độ (%)", 9, TOP_CENTRED, "0.##"),
        Column("Kết quả thực hiện", 60),
        Column("Số, ký hiệu văn bản/sản phẩm", 26),
        Column("Ngày hoàn thành", 12, TOP_CENTRED),
        Column("Ghi chú", 30),
    ]
    columns(sheet, layout)
    last = len(layout)
    line(sheet, 1, f"CHI TIẾT NHIỆM VỤ – {report.period.label.upper()}", last=last, font=TITLE)
    head(sheet, 3, layout)
    row = 3
    for task in report.plan.tasks.values():
        states = [one for one in report.card.tasks if one.task_code == task.code and (one.is_owed or one.status)]
        if not states:
            continue
        row += 1
        line(sheet, row, f"{task.code}. {task.text} ({task.performing_text})", last=last, font=BOLD, align=LEFT)
        for state in states:
            row += 1
            cells = [
                state.task_code,
                report.units[state.unit_code].name,
                STATUS_LABELS[state.status] if state.status else MISSING,
                100 if state.status == "completed" and state.progress_pct is None else state.progress_pct,
                state.result,
                state.evidence,
                state.completed_on,
                state.note,
            ]
            table_row(sheet, row, layout, cells, alarm=state.status is None)
    sheet.auto_filter.ref = f"A3:{get_column_letter(last)}{row}"
    page_setup(sheet, last_column=last, footer=report.footer)


def _late_and_missing(sheet: Worksheet, report: _Report) -> None:
    layout = [
        Column("STT", 6, TOP_CENTRED),
        Column("Đơn vị", 18),
        Column("Tình hình nộp", 15, TOP_CENTRED),
        Column("Nhận lần đầu", 17, TOP_CENTRED),
        Column("Nhận gần nhất", 17, TOP_CENTRED),
        Column("Đã báo cáo", 11, TOP_CENTRED),
        Column("Nhiệm vụ chưa báo cáo", 70),
    ]
    columns(sheet, layout)
    last = len(layout)
    line(
        sheet,
        1,
        f"ĐƠN VỊ NỘP MUỘN, CHƯA BÁO CÁO HOẶC BÁO CÁO THIẾU – {report.period.label.upper()}",
        last=last,
        font=TITLE,
    )
    line(sheet, 2, f"Hạn nộp của đơn vị: {moment_text(report.card.unit_due_at)}", last=last, font=ITALIC)
    head(sheet, 4, layout)
    row = 4
    for standing in report.card.standings:
        if standing.timeliness == "on_time" and not standing.missing_tasks:
            continue
        row += 1
        names = ", ".join(standing.missing_tasks) if len(standing.missing_tasks) < standing.owed else "Tất cả nhiệm vụ"
        cells = [
            row - 4,
            report.units[standing.unit_code].full_name,
            TIMELINESS[standing.timeliness],
            standing.first_received_at or "–",
            standing.last_received_at or "–",
            f"{standing.reported}/{standing.owed}",
            names if standing.missing_tasks else "–",
        ]
        table_row(sheet, row, layout, cells, alarm=standing.timeliness == "missing")
    if row == 4:
        line(sheet, 5, "Tất cả các đơn vị đã báo cáo đủ và đúng hạn.", last=last)
    page_setup(sheet, last_column=last, footer=report.footer)


def _difficulties(sheet: Worksheet, report: _Report) -> None:
    layout = [
        Column("STT", 6, TOP_CENTRED),
        Column("Đơn vị", 16),
        Column("Nhiệm vụ, giải pháp", 46),
        Column("Khó khăn, vướng mắc", 44),
        Column("Đề xuất, kiến nghị", 44),
    ]
    columns(sheet, layout)
    last = len(layout)
    line(sheet, 1, f"KHÓ KHĂN, VƯỚNG MẮC VÀ ĐỀ XUẤT, KIẾN NGHỊ – {report.period.label.upper()}", last=last, font=TITLE)
    head(sheet, 3, layout)
    row = 3
    for state in report.card.tasks:
        if state.difficulty or state.proposal:
            row += 1
            task = report.plan.tasks[state.task_code]
            cells = [
                row - 3,
                report.units[state.unit_code].name,
                f"{task.code}: {task.text}",
                state.difficulty,
                state.proposal,
            ]
            table_row(sheet, row, layout, cells)
    if row == 3:
        line(sheet, 4, "Các đơn vị không nêu khó khăn, kiến nghị.", last=last)
    page_setup(sheet, last_column=last, footer=report.footer)


def _sources(sheet: Worksheet, report: _Report) -> None:
    write_sources(sheet, report.card, report.units, title=report.period.label, footer=report.footer)


def _scores(card: Scorecard, unit_code: str | None = None) -> dict[str, Score]:
    """Figures of one unit or of the district by index and indicator code."""
    scores = {one.index_code: one.figures for one in card.indices if one.unit_code == unit_code}
    return scores | {one.indicator_code: one.figures for one in card.indicators if one.unit_code == unit_code}


def _shown(figures: Score | None) -> float | str:
    return "–" if figures is None else _value(figures.score)


def _value(score: float | None) -> float | str:
    return "–" if score is None else score
