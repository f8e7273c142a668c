"""Every check of `make check` fails on a sample that breaks its rule: a check that cannot fail protects nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of what the checks look at."""
    for name in ("plugins", "dags"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def _ruff(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BIN / "ruff", *arguments, "."], cwd=house, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("place", "sample", "rule"),
    [
        ("outbox_too.py", '"""X."""\n\nimport smtplib\n\nsmtplib.SMTP()\n', "TID251"),
        ("steps/flying.py", '"""X."""\n\nfrom airflow.sdk import dag\n\ndag()\n', "TID251"),
        ("steps/heavy.py", '"""X."""\n\nimport pandas as pd\n\npd.DataFrame()\n', "TID253"),
        ("steps/heavy.py", '"""X."""\n\nimport great_expectations as gx\n\ngx.get_context()\n', "TID253"),
        ("steps/near.py", '"""X."""\n\nfrom .desk import Desk\n\nDesk\n', "TID252"),
        ("steps/naive.py", '"""X."""\n\nfrom datetime import datetime\n\nMOMENT = datetime.now()\n', "DTZ005"),
        ("steps/mute.py", '"""X."""\n\n\ndef promise() -> None:\n    pass\n', "D103"),
    ],
)
def test_lint_refuses_what_the_architecture_bans(house: Path, place: str, sample: str, rule: str) -> None:
    (house / "plugins" / "commune_reports" / place).write_text(sample)
    done = _ruff(house, "check", "--output-format", "concise")
    assert done.returncode == 1
    assert f"{Path(place).name}" in done.stdout
    assert rule in done.stdout


def test_format_refuses_another_format(house: Path) -> None:
    (house / "plugins" / "commune_reports" / "ugly.py").write_text('"""X."""\nVALUE = { "a":1 }\n')
    assert _ruff(house, "format", "--check").returncode == 1


def test_the_house_itself_passes_lint_and_format() -> None:
    for arguments in (("check",), ("format", "--check")):
        done = _ruff(PROJECT, *arguments)
        assert done.returncode == 0, done.stdout


def test_types_refuse_a_wrong_promise(house: Path) -> None:
    sample = '"""X."""\n\n\ndef promise() -> int:\n    """Promise a number."""\n    return "none"\n'
    (house / "plugins" / "commune_reports" / "liar.py").write_text(sample)
    done = subprocess.run(
        [
            BIN / "mypy",
            "--config-file",
            "pyproject.toml",
            "-m",
            "commune_reports.liar",
            "--cache-dir",
            PROJECT / ".mypy_cache",
        ],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "liar.py" in done.stdout


@pytest.mark.parametrize(
    ("place", "sample", "contract"),
    [
        ("plan/upward.py", "import commune_reports.warehouse\n", "Imports point down only BROKEN"),
        ("letters/sideways.py", "import commune_reports.report\n", "Imports point down only BROKEN"),
        ("newcomer.py", "VALUE = 1\n", "newcomer"),
        ("reading/flying.py", "import airflow\n", "Only orchestration knows Airflow BROKEN"),
        ("letters/judging.py", "import great_expectations\n", "Only validation knows Great Expectations BROKEN"),
    ],
)
def test_layers_refuse_an_import_that_points_up_and_a_room_nobody_placed(
    house: Path, place: str, sample: str, contract: str
) -> None:
    (house / "plugins" / "commune_reports" / place).write_text(f'"""X."""\n\n{sample}')
    done = subprocess.run(
        [BIN / "lint-imports", "--no-cache"],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": "plugins"},
    )
    assert done.returncode == 1
    assert contract in done.stdout + done.stderr
