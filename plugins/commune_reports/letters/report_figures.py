"""The figures a cover note shows, in the words and number format of its readers."""

from collections.abc import Iterator
from typing import Any

from commune_reports.period import ZONE, ReportingPeriod, moment_text
from commune_reports.plan import Plan
from commune_reports.scorecard import Score, Scorecard

METHOD = (
    "Điểm thực hiện kế hoạch được tính từ tiến độ nhiệm vụ các xã báo cáo (hoàn thành = 100, không phát sinh không tính, "
    "chưa báo cáo = 0; chỉ số thành phần là trung bình các nhiệm vụ, chỉ số chung là trung bình theo trọng số, điểm chung là "
    "trung bình các đơn vị); đây không phải điểm PCI, PGI do VCCI công bố."
)


def report_figures(plan: Plan, card: Scorecard, previous: Scorecard | None) -> dict[str, Any]:
    """What the templates of the cover note need; `previous` is the scorecard of the report that is corrected."""
    district = [one for one in card.indicators if one.unit_code is None]
    known = {one.code: one for one in plan.indicators}
    indices = {one.index_code: one.figures for one in card.indices if one.unit_code is None}
    return {
        "indices": [
            {"code": index.code, "score": number(indices[index.code].score)}
            for index in plan.indices
            if index.code in indices
        ],
        "coverage": percent(card.totals.coverage_pct),
        "on_time": percent(card.totals.on_time_pct),
        "owed": card.totals.owed,
        "reported": card.totals.reported,
        "due": f"{card.unit_due_at.astimezone(ZONE):%H:%M %d/%m}",
        "standing_lines": list(_standing_lines(plan, card)),
        "indicators": [
            {
                "index": known[one.indicator_code].index_code,
                "numeral": known[one.indicator_code].numeral,
                "title": known[one.indicator_code].title,
                "weight": f"{one.weight:g}%",
                "score": number(one.figures.score),
                "owed": one.figures.owed,
                "reported": one.figures.reported,
                "completed": one.figures.completed,
                "missing": one.figures.missing,
            }
            for one in district
        ],
        "changes": _changes(plan, card, previous) if previous else None,
        "method": METHOD,
    }


def number(value: float | None) -> str:
    """One decimal, with the comma of Vietnamese documents; a dash where there is no value."""
    return "–" if value is None else f"{value:.1f}".replace(".", ",")


def percent(value: float | None) -> str:
    """A rate with its sign."""
    return "–" if value is None else f"{number(value)}%"


def unit_names(plan: Plan, period_id: str) -> dict[str, str]:
    """Names of a period's units by code, without their kind."""
    day = ReportingPeriod.parse(period_id).window_end
    return {unit.code: unit.name for unit in plan.units_on(day)}


def _standing_lines(plan: Plan, card: Scorecard) -> Iterator[tuple[str, str, str | None]]:
    names = unit_names(plan, card.period_id)
    by_state: dict[str, list[str]] = {"on_time": [], "late": [], "missing": []}
    for standing in card.standings:
        by_state[standing.timeliness].append(names[standing.unit_code])
    partial = [
        f"{names[one.unit_code]} ({len(one.missing_tasks)} nhiệm vụ)"
        for one in card.standings
        if one.missing_tasks and one.timeliness != "missing"
    ]
    total = len(card.standings)
    yield "Đúng hạn", f"{len(by_state['on_time'])}/{total} đơn vị", None
    if by_state["late"]:
        yield "Nộp muộn", ", ".join(by_state["late"]), "#8a5a00"
    yield (
        "Chưa báo cáo",
        ", ".join(by_state["missing"]) or "không có đơn vị nào",
        "#a3261d" if by_state["missing"] else None,
    )
    if partial:
        yield "Báo cáo thiếu", ", ".join(partial), "#8a5a00"
    yield "Số liệu đến", moment_text(card.as_of), None


def _changes(plan: Plan, card: Scorecard, previous: Scorecard) -> dict[str, Any]:
    names = unit_names(plan, card.period_id)
    before = {(one.unit_code, one.task_code): one for one in previous.tasks}
    changed: dict[str, int] = {}
    for state in (one for one in card.tasks if one.is_owed):
        if state.submission_id != getattr(before.get((state.unit_code, state.task_code)), "submission_id", None):
            changed[state.unit_code] = changed.get(state.unit_code, 0) + 1
    lines = [f"{names[code]}: {count} nhiệm vụ bổ sung hoặc sửa đổi" for code, count in changed.items()]
    earlier = {one.index_code: one.figures for one in previous.indices if one.unit_code is None}
    for one in card.indices:
        if one.unit_code is None and one.index_code in earlier:
            lines.append(f"Điểm thực hiện {one.index_code}: {_moved(earlier[one.index_code], one.figures)}")
    when = moment_text(previous.as_of)
    return {"headline": f"Thay đổi so với bản số liệu đến {when}:", "lines": lines}


def _moved(before: Score, after: Score) -> str:
    return f"{number(before.score)} → {number(after.score)}"
