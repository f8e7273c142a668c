"""Workbooks people could have sent: each gets the verdict and exactly the findings a careful clerk would give it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.corpus.files import REPORTS, SAVED, files
from tests.corpus.reports import RECEIVED_AT, UNIT

from commune_reports.findings import Finding
from commune_reports.plan import Plan
from commune_reports.settings import read_settings
from commune_reports.steps.examining import Bench, Examined, Incoming, examine

EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "expected.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def answers(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Examined]:
    """Every file of the corpus, dropped by xã Đại Lãnh the day after the window closed."""
    folder = next(unit.folder for unit in plan.units if unit.code == UNIT)
    dropped = tmp_path_factory.mktemp("dropped")
    for name, content in files(plan).items():
        (dropped / name).write_bytes(content)
    batch = [Incoming(one.name, one.name, one, UNIT, RECEIVED_AT, folder=folder) for one in sorted(dropped.iterdir())]
    return {one.incoming.name: one for one in examine(Bench.load(read_settings({}), plan), batch)}


def test_every_file_has_its_expectation_and_the_other_way_round() -> None:
    assert set(EXPECTED) == {*REPORTS, *(path.name for path in SAVED.iterdir())}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_file_gets_the_verdict_and_the_findings_a_clerk_would_give(answers: dict[str, Examined], name: str) -> None:
    wanted, assessment = EXPECTED[name], answers[name].assessment
    anywhere = {one.removesuffix("@*") for one in wanted["findings"] if one.endswith("@*")}
    found = {_place(one) if one.code not in anywhere else f"{one.code}@*" for one in assessment.findings}
    assert sorted(found - set(wanted.get("may", ()))) == sorted(wanted["findings"]), wanted["what"]
    assert assessment.verdict == wanted["verdict"], wanted["what"]


def _place(finding: Finding) -> str:
    where = finding.cell or finding.task
    return f"{finding.code}@{where}" if where else finding.code
