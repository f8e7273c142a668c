"""Workbooks of every format with broken bytes: always answered, never an exception, never silence."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.damage.drafts import Draft, draw_draft, draw_look
from tests.damage.examining import open_bench
from tests.damage.writers import write

from commune_reports.plan import Plan
from commune_reports.steps.examining import Bench, Incoming, examine

SAVED = Path(__file__).resolve().parents[1] / "corpus" / "saved"
FORMATS = ("openpyxl", "xlsxwriter", "template", "csv", "xls", "ods")
FILES_PER_FORMAT, SEED = 25, 7


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Bench]:
    _, plan, bench = open_bench(tmp_path_factory.mktemp("plan"))
    return plan, bench


@pytest.mark.parametrize("kind", FORMATS)
def test_broken_bytes_are_always_answered(office: tuple[Plan, Bench], tmp_path: Path, kind: str) -> None:
    plan, bench = office
    chance = Random(f"{kind} {SEED}")
    draft = draw_draft(plan, chance, draw_look(chance, writer=kind if kind not in ("xls", "ods") else "openpyxl"))
    content = next(SAVED.glob(f"*.{kind}")).read_bytes() if kind in ("xls", "ods") else write(draft)[0]
    batch = [_incoming(draft, tmp_path / f"{n}.xlsx", broken) for n, broken in enumerate(_broken(content, chance))]
    answers = examine(bench, batch)
    assert len(answers) == FILES_PER_FORMAT
    for answer in answers:
        assessment = answer.assessment
        assert assessment.verdict in ("accepted", "partly_accepted", "rejected")
        assert assessment.findings or assessment.rows_accepted, f"{kind} {answer.incoming.id}: silence"
        assert assessment.verdict == "accepted" or assessment.findings, f"{kind} {answer.incoming.id}: no reason given"


def _incoming(draft: Draft, path: Path, content: bytes) -> Incoming:
    path.write_bytes(content)
    return Incoming(
        id=path.stem,
        name=path.name,
        path=path,
        unit_code=draft.unit.code,
        received_at=draft.received_at,
        period_id=draft.period.id,
        folder=draft.unit.folder,
    )


def _broken(content: bytes, chance: Random) -> Iterator[bytes]:
    """Bytes changed, a piece cut out, a piece told twice, the end lost, zeros in the middle: one of them for each file."""
    for number in range(FILES_PER_FORMAT):
        start = chance.randrange(len(content))
        end = min(len(content), start + chance.randint(1, 400))
        match number % 5:
            case 0:
                damaged = bytearray(content)
                for _ in range(chance.randint(1, 30)):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
                yield bytes(damaged)
            case 1:
                yield content[:start] + content[end:]
            case 2:
                yield content[:end] + content[start:]
            case 3:
                yield content[:start]
            case _:
                yield content[:start] + bytes(end - start) + content[end:]
