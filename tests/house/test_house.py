"""What the documents say is there is there, and what is forbidden is not."""

import re
import subprocess
from pathlib import Path

import click
import pytest
import yaml

from commune_reports.cli import running
from commune_reports.findings import Wordings

PROJECT = Path(__file__).resolve().parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True
).stdout.splitlines()
CODE = [PROJECT / name for name in TRACKED if name.endswith(".py")]


def _commands(group: click.Group, before: str = "") -> set[str]:
    found = set()
    for name, command in group.commands.items():
        found |= _commands(command, f"{before}{name} ") if isinstance(command, click.Group) else {f"{before}{name}"}
    return found


def test_the_readme_knows_every_command_and_no_other() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    commands = readme[readme.index("## Commands") : readme.index("## When a DAG is red")]
    shown = set(
        re.findall(
            r"^\| `([a-z]+(?: (?:check|show|adopt|upgrade|reader|dictionary|backup|restore|status|downgrade))?)[ `]",
            commands,
            re.MULTILINE,
        )
    )
    assert shown == _commands(running.commands)


def test_the_readme_maps_every_room_and_no_other() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| `commune_reports/([a-z_]+)(?:\.py|/)`", readme, re.MULTILINE))
    package = PROJECT / "plugins" / "commune_reports"
    rooms = {one.stem for one in package.iterdir() if one.suffix == ".py" or (one / "__init__.py").exists()}
    assert shown == rooms - {"__init__"}


def test_every_make_target_of_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"`make ([a-z]+)", (PROJECT / name).read_text(encoding="utf-8")):
            assert target in targets, f"{name} speaks of make {target}"


def test_every_link_between_the_documents_leads_somewhere() -> None:
    for document in [one for one in TRACKED if one.endswith(".md")]:
        text = (PROJECT / document).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
            if "://" not in link:
                assert ((PROJECT / document).parent / link).exists(), f"{document}: {link}"


def test_every_environment_variable_is_documented() -> None:
    used = {
        name
        for path in CODE
        if "tests" not in path.parts
        for name in re.findall(r"COMMUNE_REPORTS_[A-Z_]+[A-Z]", path.read_text())
    }
    shown = set(re.findall(r"COMMUNE_REPORTS_[A-Z_]+[A-Z]", (PROJECT / ".env.example").read_text()))
    assert used == shown


def test_no_module_is_longer_than_five_hundred_lines() -> None:
    for path in CODE:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500, path


@pytest.mark.parametrize("name", ["utils", "common", "helpers", "base", "manager", "hooks", "operators"])
def test_rooms_carry_names_of_the_domain(name: str) -> None:
    assert not [path for path in CODE if path.stem == name]


def test_the_lock_has_hashes_and_no_address() -> None:
    lock = (PROJECT / "requirements.lock").read_text()
    assert "://" not in lock
    assert "--index" not in lock
    assert lock.count("--hash=sha256:") >= len(re.findall(r"^[a-z0-9][^ ]*==", lock, re.MULTILINE))


def test_every_rule_has_its_sentence_and_every_sentence_its_user(wordings: Wordings) -> None:
    used = set()
    for path in CODE:
        if "tests" not in path.parts:
            used |= set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', path.read_text(encoding="utf-8")))
    for path in (PROJECT / "expectations").glob("*.json"):
        used |= set(re.findall(r'"finding": "([a-z0-9_]+)"', path.read_text(encoding="utf-8")))
    assert set(wordings.by_code) <= used, set(wordings.by_code) - used


def test_compose_keeps_no_secret() -> None:
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    for name, service in compose["services"].items():
        for key, value in (service.get("environment") or {}).items():
            if re.search("(PASSWORD|SECRET|KEY)$", key):
                assert str(value).startswith("${"), f"{name}: {key}"
