"""Drafts through the product: written, examined in one batch, and compared with what had to be found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import yaml
from tests.damage.damages import Damage, Wanted, resolve
from tests.damage.drafts import Draft, draw_draft
from tests.damage.row_damage import CHANGED_UNIT
from tests.damage.writers import write

from commune_reports.findings import Finding
from commune_reports.plan import Plan, load_plan
from commune_reports.settings import Settings, read_settings
from commune_reports.steps.examining import Bench, Incoming, examine

NEVER_NIL = ("PCI-01.1", "PCI-05.3", "PCI-10.1", "PGI-02.1")
TAKEN_AWAY = ("PCI-08.1", "PCI-03.4", "PGI-04.2")


@dataclass(frozen=True)
class Filed:
    """A file on its way in, the draft it was written from, and what must be found in it."""

    name: str
    draft: Draft
    content: bytes
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True)
class Compared:
    """What became of one file: the wanted findings that are missing, and those that nobody should have raised."""

    filed: Filed
    verdict: str
    findings: tuple[Finding, ...]
    missed: tuple[Wanted, ...]
    extra: tuple[Finding, ...]


def changed_plan(folder: Path) -> Path:
    """The reference plan with tasks that always occur and a unit that is freed from some, as a file."""
    reference = read_settings({}).plan_file
    values = yaml.safe_load(reference.read_text(encoding="utf-8"))
    for index in values["indices"]:
        for indicator in index["indicators"]:
            for task in indicator["tasks"]:
                if task["code"] in NEVER_NIL:
                    task["nil_allowed"] = False
    values["task_changes"] = [{"unit_code": CHANGED_UNIT, "removed": list(TAKEN_AWAY)}]
    path = folder / "changed-plan.yaml"
    path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def open_bench(folder: Path) -> tuple[Settings, Plan, Bench]:
    """A bench for the changed plan; `folder` takes the plan file."""
    settings = replace(read_settings({"COMMUNE_REPORTS_HOME": str(folder / "home")}), plan_file=changed_plan(folder))
    plan = load_plan(settings.plan_file)
    return settings, plan, Bench.load(settings, plan)


def draw_damaged(plan: Plan, damage: Damage, count: int, *, seed: int) -> Iterator[Filed]:
    """Files with this damage, each from a seed of its own, with what must be found in them."""
    for number in range(count):
        chance = Random(f"{damage.name} {seed} {number}")
        unit = next((one for one in plan.units if one.code == damage.unit), None)
        draft = draw_draft(plan, chance, damage.look(chance), unit=unit)
        marks = [replace(mark, code=mark.code or damage.code) for mark in damage.hurt(draft)]
        content, book = write(draft)
        yield Filed(f"{damage.name}-{number}", draft, content, tuple(resolve(mark, book) for mark in marks))


def compare(bench: Bench, files: Sequence[Filed]) -> list[Compared]:
    """Examine files in one batch and hold each one's findings against what was wanted."""
    with TemporaryDirectory() as folder:
        batch = []
        for number, one in enumerate(files):
            path = Path(folder) / str(number)
            path.write_bytes(one.content)
            batch.append(
                Incoming(
                    id=one.name,
                    name=f"{one.name}.xlsx",
                    path=path,
                    unit_code=one.draft.unit.code,
                    received_at=one.draft.received_at,
                    period_id=one.draft.caller_period,
                    folder=one.draft.unit.folder,
                )
            )
        answers = examine(bench, batch)
    return [
        held_against(one, answer.assessment.verdict, answer.assessment.findings)
        for one, answer in zip(files, answers, strict=True)
    ]


def held_against(filed: Filed, verdict: str, findings: Sequence[Finding]) -> Compared:
    """The comparison of one file's findings with what was wanted of it."""
    missed = tuple(wanted for wanted in filed.wanted if not any(_is_said(wanted, one) for one in findings))
    extra = tuple(
        one for one in findings if not any(_is_said(wanted, one) or _is_borne(wanted, one) for wanted in filed.wanted)
    )
    return Compared(filed, verdict, tuple(findings), missed, extra)


def shown(finding: Finding) -> str:
    """A finding in a line for whoever mends the product."""
    place = f"{finding.sheet}!{finding.cell}" if finding.cell else (finding.task or "file")
    return f"{finding.code}@{place} ({finding.got!r})"


def _is_said(wanted: Wanted, finding: Finding) -> bool:
    if finding.code != wanted.code:
        return False
    if wanted.cells is None:
        return True
    if not wanted.cells:
        return finding.cell is None and wanted.task in (None, finding.task)
    return (finding.sheet, finding.cell) in wanted.cells


def _is_borne(wanted: Wanted, finding: Finding) -> bool:
    """Whether a finding says something else that is true of the same row, task or file."""
    if finding.code not in wanted.tolerated:
        return False
    here = wanted.row_cells is None or (finding.sheet, finding.cell) in wanted.row_cells
    return here or finding.cell is None or finding.task == wanted.task
