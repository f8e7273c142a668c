"""The 2024 plan file against the text of the commune's plan, task by task."""

import re
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from commune_reports.period import PeriodKind, ReportingPeriod
from commune_reports.plan import Plan, RecipientRole, Timing, load_plan
from commune_reports.spelling import fold

SOURCE = Path(__file__).parent / "ke-hoach-pci-pgi-xa-dai-lanh-2024.txt"
INCLUDE = Path(__file__).resolve().parents[2] / "include"


def _source_tasks() -> list[tuple[str, int, list[str]]]:
    """Section numeral, number and cells of every task row of the source, a continued row joined to its first part."""
    tasks: list[tuple[str, int, list[str]]] = []
    numeral, index = "", "PCI"
    for line in SOURCE.read_text(encoding="utf-8").splitlines():
        cells = [re.sub(r"</?p>", " ", cell).strip() for cell in line.split("\t")]
        if cells[0] == "B" and "XANH" in line:
            index = "PGI"
        section = re.match(r"([IVX]+)\b.*Trọng số", " ".join(cells))
        if section:
            numeral = f"{index} {section[1]}"
        elif numeral and re.fullmatch(r"\d+", cells[0]) and len(cells) > 3:
            tasks.append((numeral, int(cells[0]), cells[1:]))
        elif numeral and len(cells) > 3 and not cells[0] and cells[1] and not any(cells[2:]):
            tasks[-1][2][0] += " " + cells[1]
    return tasks


def test_the_plan_has_the_thirty_three_tasks_of_the_source_in_its_order(plan: Plan) -> None:
    source = [(numeral, number) for numeral, number, _ in _source_tasks()]
    ours = [
        (f"{indicator.index_code} {indicator.numeral}", task.number)
        for indicator in plan.indicators
        for task in indicator.tasks
    ]
    assert len(source) == 33
    assert ours == source


def test_every_task_says_what_the_source_says_but_for_its_scanning_errors(plan: Plan) -> None:
    for (_, _, cells), task in zip(_source_tasks(), plan.tasks.values(), strict=True):
        assert fuzz.ratio(fold(cells[0]), fold(task.text)) > 96, task.code
        assert fuzz.token_sort_ratio(fold(cells[1]), fold(task.performing_text)) > 95, task.code
        assert fold(cells[2]) == fold(task.timing_text), task.code
        assert fold(cells[3]) == fold(task.product_text), task.code


def test_the_scanning_errors_are_mended(plan: Plan) -> None:
    everything = " ".join(f"{task.text} {task.performing_text}" for task in plan.tasks.values())
    for wrong in ("những nhiễu", "những nhiều", "Công xã an", "liên chính", "dân trải", "<p>"):
        assert wrong not in everything


def test_weights_are_those_of_the_source(plan: Plan) -> None:
    source = re.findall(r"Trọng số (\d+)%", SOURCE.read_text(encoding="utf-8"))
    assert [indicator.weight for indicator in plan.indicators] == [float(weight) for weight in source]


def test_there_are_thirteen_units_with_successors_among_the_five_of_2025(plan: Plan) -> None:
    later = load_plan(INCLUDE / "plans" / "pci-pgi-2026.yaml")
    assert len(plan.units) == 13
    assert {code for unit in plan.units for code in unit.successors} == {unit.code for unit in later.units}


def test_recipients_keep_the_order_of_the_source(plan: Plan) -> None:
    text = fold(SOURCE.read_text(encoding="utf-8"))
    listed = text[text.rindex("noi nhan") :]
    places = [listed.find(fold(one.name)) for one in plan.recipients if fold(one.name) in listed]
    assert places == sorted(places)
    assert len(places) >= 6
    assert [one.role for one in plan.recipients].count(RecipientRole.TO) == 1


def test_what_is_owed_follows_the_timing_of_a_task(plan: Plan) -> None:
    month, year = ReportingPeriod.parse("2024-11"), ReportingPeriod.parse("2024")
    for task in plan.tasks.values():
        assert plan.is_owed(task, year)
        assert plan.is_owed(task, month) == (task.timing in (Timing.CONTINUOUS, Timing.MONTHLY))


def test_the_2026_plan_differs_by_configuration_alone(plan: Plan) -> None:
    later = load_plan(INCLUDE / "plans" / "pci-pgi-2026.yaml")
    assert [unit.name for unit in later.units] == ["Vạn Ninh", "Tu Bông", "Đại Lãnh", "Vạn Thắng", "Vạn Hưng"]
    assert [one.code for one in later.indicators] == [one.code for one in plan.indicators]
    assert later.receiving_office.name != plan.receiving_office.name
    november = ReportingPeriod.parse("2026-11")
    assert november in later.periods()
    assert later.unit("22504", november.window_end).name == "Đại Lãnh"  # type: ignore[union-attr]
    assert plan.unit("22504", ReportingPeriod.parse("2024-11").window_end).name == "Vạn Thọ"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("period", "due", "cut_off", "deadline"),
    [
        ("2024-11", "2024-11-18T17:00:00", "2024-11-19T08:00:00", "2024-11-21T17:00:00"),
        ("2024", "2024-12-17T17:00:00", "2024-12-18T08:00:00", "2024-12-19T23:59:59"),
    ],
)
def test_the_reference_calendar_gives_the_known_dates(
    plan: Plan, period: str, due: str, cut_off: str, deadline: str
) -> None:
    dates = plan.dates(ReportingPeriod.parse(period))
    found = [
        moment.replace(tzinfo=None).isoformat() for moment in (dates.unit_due_at, dates.cut_off_at, dates.deadline_at)
    ]
    assert found == [due, cut_off, deadline]


def test_publishing_moments_begin_with_the_cut_off_and_go_on_over_working_days(plan: Plan) -> None:
    month = plan.dates(ReportingPeriod.parse("2024-11"))
    moments = [month.cut_off_at]
    while len(moments) < 5:
        following = plan.publishing_moment_after(moments[-1])
        assert following is not None
        moments.append(following)
    assert [f"{moment:%d/%m %H:%M}" for moment in moments] == [
        "19/11 08:00", "20/11 08:00", "21/11 08:00", "22/11 08:00", "25/11 08:00",
    ]  # fmt: skip


def test_the_plan_lists_months_from_august_and_the_year(plan: Plan) -> None:
    assert [period.id for period in plan.periods()] == ["2024-08", "2024-09", "2024-10", "2024-11", "2024-12", "2024"]
    assert plan.periods()[-1].kind is PeriodKind.YEAR
