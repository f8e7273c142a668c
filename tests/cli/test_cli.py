"""The terminal as scripts use it: documented commands, JSON and exit codes."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from tests.cli.installation import Run, filled

from commune_reports.cli import running
from commune_reports.demo.mail_catcher import catch_mail
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan


def test_a_whole_month_from_the_terminal(
    run: Run, opened: Path, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(plan, opened, opened / plan.units[1].folder / "nop" / "bc.xlsx")
    with catch_mail(tmp_path / "letters") as port:
        monkeypatch.setenv("COMMUNE_REPORTS_SMTP", f"smtp://127.0.0.1:{port}?security=none")
        code, out, _ = run("collect", "--now", "2024-11-15T09:00", "--json")
        assert (code, json.loads(out)["accepted"]) == (0, 1)
        code, out, _ = run("status", "--period", "2024-11", "--now", "2024-11-18T18:00", "--json")
        units = {one["unit"]: one for one in json.loads(out)["units"]}
        assert (units["22492"]["verdict"], units["22489"]["timeliness"]) == ("accepted", "missing")
        assert len(units["22489"]["missing"]) == units["22489"]["owed"] == 29
        code, out, _ = run("remind", "--now", "2024-11-18T08:00", "--json")
        assert json.loads(out)["queued"] == 12
        code, out, _ = run("publish", "--period", "2024-11", "--now", "2024-11-19T08:00", "--json")
        assert (code, json.loads(out)["state"]) == (0, "published")
    code, out, _ = run("aggregate", "--period", "2024-11", "--as-of", "2024-11-19T08:00", "--json")
    figures = json.loads(out)
    assert [one["code"] for one in figures["indices"]] == ["PCI", "PGI"]
    assert len(figures["indicators"]) == 14
    code, out, _ = run("outbox", "--json")
    states = {(one["kind"], one["channel"], one["state"]) for one in json.loads(out)["letters"]}
    assert ("report", "email", "sent") in states
    code, out, _ = run("trace", "--period", "2024-11", "--indicator", "PCI-03", "--unit", "22492", "--json")
    assert {row["sheet"] for row in json.loads(out)["rows"]} == {"Báo cáo"}
    code, out, _ = run("report", "--period", "2024-11", "--out", tmp_path / "out", "--as-of", "2024-11-19T08:00")
    written = [Path(line) for line in out.splitlines()]
    assert (code, {one.parent for one in written}) == (0, {tmp_path / "out"})
    assert [one.suffix for one in written] == [".xlsx", ".txt", ".html"]
    sent = next((tmp_path / "home" / "reports").rglob("*.xlsx"))
    assert written[0].read_bytes() == sent.read_bytes()


@pytest.mark.parametrize("command", ["status", "aggregate", "trace"])
def test_tables_for_people_are_whole_when_written_to_a_file(run: Run, opened: Path, command: str) -> None:
    code, out, _ = run(command, "--period", "2024-11", "--now", "2024-11-15T09:00")
    assert code == 0
    assert "2024-11-15" in out
    assert "…" not in out.splitlines()[2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["status", "--period", "2031-01"], "2024-11"),
        (["status", "--period", "november"], "2024-Q4"),
        (["status"], "--period"),
        (["collect", "--now", "soon"], "2024-11-18T17:00:00"),
        (["collect", "--now", "9999-12-31T23:59"], "9999-12-31T23:59"),
        (["aggregate", "--period", "2024-11", "--as-of", "0001-01-01"], "0001-01-01"),
        (["template", "--unit", "1", "--period", "2024-11", "--out", "x.xlsx"], "22492"),
        (["publish", "--period", "2024-11", "--now", "2024-11-01T08:00"], "2024-11-19"),
        (["check", "nowhere.xlsx"], "nowhere.xlsx"),
        (["check", "x", "--unit", "1"], "22492"),
        (["plan", "check", "nowhere.yaml"], "nowhere.yaml"),
        (["no-such-command"], "no-such-command"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_two(run: Run, opened: Path, arguments: list[str], words: str) -> None:
    code, _, err = run(*arguments)
    assert code == 2
    assert words in err
    assert len(err.strip().splitlines()) == 1


def test_a_moment_that_has_not_come_yet_is_answered_with_a_word_about_it(run: Run, opened: Path) -> None:
    asked = ("aggregate", "--period", "2024-11", "--now", "2024-11-15T09:00", "--json")
    for as_of, word in (("2024-11-15T09:01", "2024-11-15T09:01"), ("2024-11-15T09:00", "")):
        code, out, err = run(*asked, "--as-of", as_of)
        assert (code, json.loads(out)["as_of"][:16]) == (0, as_of)
        assert (word in err, bool(err)) == (True, bool(word))


def test_what_is_stored_without_a_moment_is_dated_when_it_is_written(run: Run, opened: Path, plan: Plan) -> None:
    filled(plan, opened, opened / plan.units[1].folder / "nop" / "bc.xlsx")
    began = datetime.now(tz=UTC)
    assert run("collect", "--json")[0] == 0
    asked = ("aggregate", "--period", "2024-11", "--json", "--as-of")
    before, after = (json.loads(run(*asked, moment.isoformat())[1]) for moment in (began, datetime.now(tz=UTC)))
    assert (before["totals"]["reported"], after["totals"]["reported"] > 0) == (0, True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("COMMUNE_REPORTS_PLAN", "/nowhere/plan.yaml", "COMMUNE_REPORTS_PLAN"),
        ("COMMUNE_REPORTS_WAREHOUSE", "mysql://x", "COMMUNE_REPORTS_WAREHOUSE"),
        ("COMMUNE_REPORTS_SMTP", "mail.example", "COMMUNE_REPORTS_SMTP"),
        ("COMMUNE_REPORTS_SETTLE_SECONDS", "x", "COMMUNE_REPORTS_SETTLE_SECONDS"),
        ("COMMUNE_REPORTS_RESOURCES", "/nowhere", "COMMUNE_REPORTS_RESOURCES"),
    ],
)
def test_a_wrong_environment_is_one_line_and_exit_code_two(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    code, _, err = run("collect", "--now", "2024-11-15T09:00")
    assert (code, len(err.strip().splitlines())) == (2, 1)
    assert words in err


def test_trouble_that_passes_is_exit_code_three(run: Run, opened: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNE_REPORTS_SMTP", "smtp://127.0.0.1:1?security=none")
    code, _, err = run("deliver", "--now", "2024-11-15T09:00")
    assert code == 3
    assert "try again later" in err
    monkeypatch.setenv("COMMUNE_REPORTS_SHARE", "/nowhere/share")
    assert run("collect", "--now", "2024-11-15T09:00")[0] == 3


def test_a_report_published_without_a_mail_server_is_told_and_waits_in_the_outbox(run: Run, opened: Path) -> None:
    code, out, err = run("publish", "--period", "2024-11", "--now", "2024-11-19T08:00", "--json")
    told = json.loads(out)
    assert (code, told["state"], told["delivery"]) == (2, "published", None)
    assert "COMMUNE_REPORTS_SMTP is not set" in err
    letters = json.loads(run("outbox", "--json")[1])["letters"]
    assert [one["state"] for one in letters if one["kind"] == "report"] == ["waiting"]


def test_a_command_whose_output_is_closed_does_its_work_all_the_same(
    run: Run, opened: Path, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = filled(plan, opened, tmp_path / "good.xlsx")
    monkeypatch.setattr(sys, "stdout", None)
    assert run("check", file, "--unit", "22492", "--period", "2024-11", "--json")[0] == 0


def test_plan_commands_show_and_check_the_plan_in_use(run: Run) -> None:
    code, out, _ = run("plan", "show", "--json")
    shown = json.loads(out)
    assert (code, len(shown["indicators"]), len(shown["units"])) == (0, 14, 13)
    reference = Path(__file__).resolve().parents[2] / "include" / "plans" / "pci-pgi-2026.yaml"
    code, out, _ = run("plan", "check", reference)
    assert (code, "33 tasks" in out) == (0, True)


def test_the_plan_is_shown_as_it_held_at_a_moment(
    run: Run, opened: Path, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "plan.yaml"
    written = (Path(__file__).resolve().parents[2] / "include" / "plans" / f"{plan.id}.yaml").read_text()
    changed.write_text(written.replace("\ntitle: >-\n  ", "\ntitle: >-\n  Sửa: ", 1))
    monkeypatch.setenv("COMMUNE_REPORTS_PLAN", str(changed))
    now = ("--now", "2024-11-16T09:00")
    decision = ("--period", "2024-11", "--by", "Nguyễn Văn A", "--reason", "đổi tên")
    assert run("plan", "adopt", *decision, *now)[0] == 0
    assert run("reopen", *decision, "--until", "2024-12-31", "--now", "2024-11-17T09:00")[0] == 0

    def shown(*asked: str) -> tuple[str, str]:
        code, out, _ = run("plan", "show", "--json", *asked)
        [november] = [one for one in json.loads(out)["periods"] if one["period"] == "2024-11"]
        assert code == 0
        return json.loads(out)["title"], november["deadline_at"][:10]

    of_the_plan = plan.dates(ReportingPeriod.parse("2024-11")).deadline_at.astimezone(ZONE).date().isoformat()
    assert shown("--as-of", "2024-11-16T08:59") == (plan.title, of_the_plan)
    assert shown("--as-of", "2024-11-16T09:00") == (f"Sửa: {plan.title}", of_the_plan)
    assert shown("--as-of", "2024-11-17T09:00") == (f"Sửa: {plan.title}", "2024-12-31")
    assert shown() == (f"Sửa: {plan.title}", of_the_plan)
    code, _, wrong = run("plan", "show", "--as-of", "2024-01-01")
    assert (code, len(wrong.splitlines())) == (2, 1)
    assert "no period of plan" in wrong


def _lacking(option: str, group: click.Group, path: str = "") -> set[str]:
    """The commands without an option, with the groups they are in."""
    named = {f"{path}{name}": one for name, one in group.commands.items()}
    inner = {name: one for name, one in named.items() if isinstance(one, click.Group)}
    lacking = {name for name, one in named.items() if option not in {each.name for each in one.params}} - inner.keys()
    return lacking.union(*(_lacking(option, one, f"{name} ") for name, one in inner.items()))


def test_every_command_takes_a_moment_and_every_question_about_facts_another_one() -> None:
    acting = {"open", "collect", "publish", "remind", "deliver", "withdraw", "waive", "reopen", "plan adopt"}
    keeping = {f"db {name}" for name in ("upgrade", "downgrade", "backup", "restore", "reader")}
    about_no_facts = {"plan check", "db dictionary"}
    assert _lacking("now", running.commands) == set()
    assert _lacking("as_of", running.commands) == acting | keeping | about_no_facts


def test_every_command_explains_itself(run: Run) -> None:
    code, out, _ = run("--help")
    commands = (
        "template",
        "check",
        "collect",
        "status",
        "aggregate",
        "report",
        "publish",
        "remind",
        "deliver",
        "trace",
        "outbox",
        "plan",
        "db",
    )
    assert code == 0
    for command in commands:
        assert command in out
        assert run(command, "--help")[0] == 0


def test_the_terminal_starts_without_pandas_airflow_or_great_expectations() -> None:
    heavy = ("pandas", "airflow", "great_expectations")
    probe = f"import sys, commune_reports.cli.running; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_the_drivers_say_of_a_broken_connection_is_left_to_our_line(run: Run) -> None:
    assert run("plan", "show")[0] == 0
    assert not any(logging.getLogger(name).isEnabledFor(logging.ERROR) for name in running.DRIVERS)
