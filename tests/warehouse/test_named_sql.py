"""Every statement in include/sql says what it is for, at which grain, with which parameters — and means it."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "include" / "sql"
FILES = sorted(FOLDER.rglob("*.sql"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_header_tells_purpose_grain_and_parameters(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    header = [line for line in text.splitlines() if line.startswith("--")]
    assert header[0].endswith(".")
    assert any(line.startswith("-- grain: ") for line in header)
    declared = next(line for line in header if line.startswith("-- parameters: "))
    used = set(
        re.findall(r"(?<!:):([a-z_]+)", "\n".join(line for line in text.splitlines() if not line.startswith("--")))
    )
    assert used <= set(re.findall(r"[a-z_]+", declared.removeprefix("-- parameters: ")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_one_statement_that_only_reads(path: Path) -> None:
    body = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("--"))
    assert ";" not in body
    assert re.match(r"\s*(with|select)\b", body)
    assert not re.search(r"\b(insert|update|delete|drop|alter|create)\b", body)


def test_a_used_statement_exists() -> None:
    for path in FILES:
        for uses in re.findall(r"^-- uses: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            for name in uses.replace(",", " ").split():
                assert (FOLDER / f"{name}.sql").exists()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_figures_are_always_asked_as_of_a_moment(path: Path) -> None:
    if path.parent.name == "views":
        pytest.skip("views show what is known now")
    text = path.read_text(encoding="utf-8")
    uses = re.search(r"^-- uses: (.+)$", text, re.MULTILINE)
    assert ":as_of" in text or uses
    for used in uses[1].split(", ") if uses else ():
        assert (FOLDER / f"{used}.sql").exists()
