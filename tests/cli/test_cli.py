"""The terminal as scripts use it: documented commands, JSON and exit codes."""

import hashlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from openpyxl import load_workbook

from commune_reports import cli
from commune_reports.cli import running
from commune_reports.demo.communes import Entry, fill_template, honest_entries, spoil
from commune_reports.demo.mail_catcher import catch_mail
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.steps import checking
from commune_reports.workbook import MARK_SHEET

PERIOD = ReportingPeriod.parse("2024-11")
Answer = tuple[int, str, str]
Run = Callable[..., Answer]


def _settle_in(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Nothing of the user's settings, and this home."""
    for name in [one for one in os.environ if one.startswith("COMMUNE_REPORTS_")]:
        patch.delenv(name)
    patch.setenv("COMMUNE_REPORTS_HOME", str(home))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in an installation of its own; gives exit code, stdout and stderr."""
    _settle_in(monkeypatch, tmp_path / "home")
    monkeypatch.setenv("COMMUNE_REPORTS_SETTLE_SECONDS", "0")

    def run_command(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(one) for one in arguments])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run_command


@pytest.fixture(scope="module")
def once_opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation whose November was opened from the terminal; to be copied, never used."""
    home = tmp_path_factory.mktemp("opened") / "home"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        _settle_in(patch, home)
        cli.main(["open", "--period", "2024-11", "--now", "2024-10-15T07:00"])
    assert not ended.value.code
    return home


@pytest.fixture
def opened(run: Run, once_opened: Path, tmp_path: Path) -> Path:
    """The share of an installation whose November is open."""
    shutil.copytree(once_opened, tmp_path / "home")
    return tmp_path / "home" / "share"


def _filled(plan: Plan, share: Path, out: Path, entries: dict[str, Entry] | None = None) -> Path:
    unit = plan.units[1]
    template = share / unit.folder / "bieu-mau" / "bieu-mau-2024-11.xlsx"
    fill_template(template, out, honest_entries(plan, unit, PERIOD) if entries is None else entries)
    return out


def test_a_missing_file_is_named_before_any_answer(run: Run, opened: Path, plan: Plan, tmp_path: Path) -> None:
    good = _filled(plan, opened, tmp_path / "a.xlsx")
    code, out, error = run("check", good, tmp_path / "khong-co.xlsx", "--json")
    assert (code, out) == (2, "")
    assert "khong-co.xlsx" in error


def test_a_check_that_is_ended_leaves_no_copies(
    run: Run, opened: Path, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(copies))
    seen: list[Path] = []

    def be_ended(*_: object, **__: object) -> None:
        seen.extend(copies.rglob("*"))
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)

    monkeypatch.setattr(checking, "examine", be_ended)
    code, out, error = run("check", _filled(plan, opened, tmp_path / "a.xlsx"))
    assert (code, out) == (3, "")
    assert "run the same command again" in error
    assert seen
    assert list(copies.iterdir()) == []


def test_check_answers_in_the_documented_form(run: Run, opened: Path, plan: Plan, tmp_path: Path) -> None:
    bad = _filled(plan, opened, tmp_path / "a b.xlsx", spoil(honest_entries(plan, plan.units[1], PERIOD)))
    code, out, _ = run("check", bad, "--unit", "22492", "--period", "2024-11", "--json")
    answer = json.loads(out)
    assert code == 1
    assert list(answer) == ["file", "sha256", "unit", "period", "verdict", "rows", "findings", "tasks"]
    assert (answer["file"], answer["unit"], answer["period"], answer["verdict"]) == (
        str(bad),
        "22492",
        "2024-11",
        "partly_accepted",
    )
    assert set(answer["rows"]) == {"owed", "read", "accepted", "nil"}
    assert sum(one["severity"] == "critical" for one in answer["findings"]) == 5
    for finding in answer["findings"]:
        assert set(finding) == {
            "code",
            "severity",
            "sheet",
            "cell",
            "row",
            "column",
            "task",
            "got",
            "wanted",
            "message",
        }
        assert finding["cell"] in finding["message"]


def test_check_tells_people_in_their_own_words_within_80_columns(
    run: Run, opened: Path, plan: Plan, tmp_path: Path
) -> None:
    entries = spoil(honest_entries(plan, plan.units[1], PERIOD))
    bad, good = _filled(plan, opened, tmp_path / "a.xlsx", entries), _filled(plan, opened, tmp_path / "b.xlsx")
    code, out, _ = run("check", bad, good, "--unit", "22492", "--period", "2024-11")
    said = " ".join(out.split())
    assert code == 1
    assert "Kết luận: nhận một phần – 26/31 nhiệm vụ được nhận" in said
    assert "Kết luận: nhận – 31/31 nhiệm vụ được nhận" in said
    for words in ("Mức độ", "Nhiệm vụ", "Nội dung", "Cần sửa", "Phát hiện: 5 cần sửa", "Không có gì phải sửa."):
        assert words in said
    assert not any(word in said for word in ("accepted", "critical", "severity", "message"))
    assert max(len(line) for line in out.splitlines() if not line.startswith("/")) <= 80


def test_check_writes_marked_copies_where_it_is_told_to(run: Run, opened: Path, plan: Plan, tmp_path: Path) -> None:
    honest = honest_entries(plan, plan.units[1], PERIOD)
    (tmp_path / "b").mkdir()
    files = [
        _filled(plan, opened, tmp_path / "bao cao.xlsx", spoil(honest)),
        _filled(
            plan, opened, tmp_path / "b" / "bao cao.xlsx", {**spoil(honest), next(iter(honest)): Entry("Xong rồi ạ")}
        ),
        _filled(plan, opened, tmp_path / "tot.xlsx"),
    ]
    code, out, _ = run(
        "check", *files, "--unit", "22492", "--period", "2024-11", "--json", "--marked", tmp_path / "marked"
    )
    marked = [json.loads(line)["marked"] for line in out.splitlines()]
    assert code == 1
    assert marked[2] is None
    assert len({*marked}) == 3, "files of one name have marked copies of their own"
    for path in marked[:2]:
        assert load_workbook(path).sheetnames[0] == MARK_SHEET


def test_check_changes_nothing_and_a_clean_file_yields_no_finding(
    run: Run, opened: Path, plan: Plan, tmp_path: Path
) -> None:
    good = _filled(plan, opened, tmp_path / "good.xlsx")
    before = (tmp_path / "home" / "warehouse.sqlite").read_bytes(), good.read_bytes()
    code, out, _ = run("check", good, "--unit", "22492", "--period", "2024-11", "--json")
    assert (code, json.loads(out)["findings"]) == (0, [])
    assert ((tmp_path / "home" / "warehouse.sqlite").read_bytes(), good.read_bytes()) == before


def test_check_tells_what_was_read_of_every_task_and_which_of_them_are_accepted(
    run: Run, opened: Path, plan: Plan, tmp_path: Path
) -> None:
    done = Entry("Hoàn thành", 100, "Niêm yết 12 thủ tục", "Số 12/BC-UBND", "05/11/2024")
    entries = {"PCI-01.1": done, "PCI-02.1": Entry("Đang thực hiện", "nhiều", "Tập huấn 2 lớp")}
    book = _filled(plan, opened, tmp_path / "a.xlsx", entries)
    out = run("check", book, "--unit", "22492", "--period", "2024-11", "--json")[1]
    [first, second] = json.loads(out)["tasks"]
    assert (first.pop("sheet"), first.pop("row")) == ("Báo cáo", 12)
    assert first == {
        "task": "PCI-01.1",
        "matched_by": "code",
        "accepted": True,
        "status": "completed",
        "progress_pct": 100.0,
        "result": "Niêm yết 12 thủ tục",
        "evidence": "Số 12/BC-UBND",
        "completed_on": "2024-11-05",
        "difficulty": None,
        "proposal": None,
        "note": None,
    }
    assert (second["task"], second["accepted"], second["progress_pct"]) == ("PCI-02.1", False, None)


def test_check_takes_no_file_into_memory_that_is_larger_than_any_report(run: Run, tmp_path: Path) -> None:
    huge = tmp_path / "huge.xlsx"
    huge.write_bytes(b"PK\x03\x04")
    os.truncate(huge, 300 * 2**20)
    tracemalloc.start()
    code, out, _ = run("check", huge, "--json", "--marked", tmp_path / "marked")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer = json.loads(out)
    assert (code, [one["code"] for one in answer["findings"]]) == (1, ["file_too_large", "unit_unknown"])
    assert answer["sha256"] == hashlib.file_digest(huge.open("rb"), "sha256").hexdigest()
    assert peak < 250 * 2**20


def test_what_is_no_file_is_told_so_and_not_waited_for(run: Run, opened: Path, plan: Plan, tmp_path: Path) -> None:
    pipe, gone, link = (tmp_path / f"{name}.xlsx" for name in ("pipe", "gone", "link"))
    os.mkfifo(pipe)
    gone.symlink_to(gone)
    link.symlink_to(_filled(plan, opened, tmp_path / "good.xlsx"))
    files = [pipe, gone, "/dev/zero", link]
    code, out, err = run("check", *files, "--unit", "22492", "--period", "2024-11", "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, err, [one["file"] for one in answers]) == (1, "", [*map(str, files)])
    assert [one["verdict"] for one in answers] == ["rejected"] * 3 + ["accepted"]
    assert [one["got"] for answer in answers for one in answer["findings"]] == [
        "đường ống dữ liệu (pipe)",
        "liên kết tới một tệp không có",
        "thiết bị",
    ]
    assert list(answers[0]) == list(answers[3])
    assert "không phải bảng tính" in " ".join(run("check", pipe)[1].split())


def test_a_folder_stands_for_the_files_in_it_and_below(run: Run, opened: Path, plan: Plan, tmp_path: Path) -> None:
    folder = tmp_path / "nop"
    (folder / "b").mkdir(parents=True)
    good = _filled(plan, opened, folder / "b" / "good.xlsx")
    (folder / "a.xlsx").write_bytes(b"")
    (folder / "~$good.xlsx").write_bytes(b"lock")
    os.mkfifo(folder / "pipe.xlsx")
    code, out, err = run("check", folder, good, "--unit", "22492", "--period", "2024-11", "--json")
    assert (code, err.count("\n")) == (1, 0)
    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(folder / "a.xlsx"), str(good), str(good)]


def test_a_name_without_a_file_ends_the_call_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "nowhere.xlsx", tmp_path / "empty"):
        code, out, err = run("check", path, "--json")
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert path.name in err


def test_several_files_give_one_line_each_in_their_order(run: Run, opened: Path, plan: Plan, tmp_path: Path) -> None:
    files = [_filled(plan, opened, tmp_path / "good.xlsx"), tmp_path / "empty.xlsx", tmp_path / "word.docx"]
    files[1].write_bytes(b"")
    files[2].write_bytes(b"some text")
    code, out, _ = run("check", *files, "--unit", "22492", "--period", "2024-11", "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer["verdict"] for answer in answers] == ["accepted", "rejected", "rejected"]
    assert [[one["code"] for one in answer["findings"]] for answer in answers] == [[], ["empty_file"], ["wrong_format"]]
    assert answers[1]["findings"][0]["cell"] is None


def test_a_whole_month_from_the_terminal(
    run: Run, opened: Path, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(plan, opened, opened / plan.units[1].folder / "nop" / "bc.xlsx")
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
    _filled(plan, opened, opened / plan.units[1].folder / "nop" / "bc.xlsx")
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
    file = _filled(plan, opened, tmp_path / "good.xlsx")
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


def test_check_believes_a_file_that_names_its_unit_and_period(
    run: Run, opened: Path, plan: Plan, tmp_path: Path
) -> None:
    good = _filled(plan, opened, tmp_path / "good.xlsx")
    code, out, _ = run("check", good, "--now", "2024-11-15T09:00", "--json")
    answer = json.loads(out)
    assert (code, answer["unit"], answer["period"], answer["verdict"]) == (0, "22492", "2024-11", "accepted")


def test_what_the_drivers_say_of_a_broken_connection_is_left_to_our_line(run: Run) -> None:
    assert run("plan", "show")[0] == 0
    assert not any(logging.getLogger(name).isEnabledFor(logging.ERROR) for name in running.DRIVERS)
