"""Every kind of damage is found where it was done, nothing else is blamed, and clean reports pass without a word.

`python -m tests.damage` does the same with more files and prints a table.
"""

import pytest
from tests.damage.classes import DAMAGES
from tests.damage.clean import draw_clean, draw_converted
from tests.damage.examining import Compared, compare, draw_damaged, open_bench, shown
from tests.damage.history import HISTORIES, play
from tests.damage.report import traits
from tests.damage.writers import has_libreoffice

from commune_reports.plan import Plan
from commune_reports.steps.examining import Bench

CLEAN, PER_CLASS, SEED = 24, 1, 20241115


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Bench]:
    _, plan, bench = open_bench(tmp_path_factory.mktemp("plan"))
    return plan, bench


@pytest.fixture(scope="module")
def compared(office: tuple[Plan, Bench]) -> list[Compared]:
    """Clean and damaged files together, in the one batch that makes them cheap."""
    plan, bench = office
    files = list(draw_clean(plan, CLEAN, seed=SEED))
    for damage in DAMAGES.values():
        files += draw_damaged(plan, damage, PER_CLASS, seed=SEED)
    return compare(bench, files)


@pytest.fixture(scope="module")
def told(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Compared]:
    return {one.filed.name: one for one in play(plan, tmp_path_factory.mktemp("history"), seed=SEED)}


def test_clean_reports_give_no_finding(compared: list[Compared]) -> None:
    clean = [one for one in compared if not one.filed.wanted]
    assert len(clean) == CLEAN
    assert _alarms(clean) == []
    assert {one.verdict for one in clean} == {"accepted"}


@pytest.mark.skipif(not has_libreoffice(), reason="soffice is not installed")
def test_clean_reports_saved_in_other_formats_give_no_finding(office: tuple[Plan, Bench]) -> None:
    plan, bench = office
    converted = compare(bench, list(draw_converted(plan, 3, seed=SEED)))
    assert len(converted) == 6
    assert _alarms(converted) == []


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_where_it_was_done(compared: list[Compared], name: str) -> None:
    files = [one for one in compared if one.filed.name.rpartition("-")[0] == name]
    assert len(files) == PER_CLASS
    assert _missed(files) == []


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_brings_no_blame_on_what_is_right(compared: list[Compared], name: str) -> None:
    assert _alarms([one for one in compared if one.filed.name.rpartition("-")[0] == name]) == []


@pytest.mark.parametrize("name", HISTORIES)
def test_what_contradicts_an_earlier_report_is_found(told: dict[str, Compared], name: str) -> None:
    assert _missed([told[name]]) == []
    assert _alarms([told[name]]) == []


def _missed(files: list[Compared]) -> list[str]:
    return [
        f"{one.filed.name} [{traits(one.filed)}]: {wanted.code} at {sorted(wanted.cells or ()) or wanted.task or 'the file'}"
        for one in files
        for wanted in one.missed
    ]


def _alarms(files: list[Compared]) -> list[str]:
    return [f"{one.filed.name} [{traits(one.filed)}]: {shown(finding)}" for one in files for finding in one.extra]
