"""Export, dictionary and reader from a terminal: files whole or not at all, and the dictionary that is really there."""

import csv
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.warehouse.test_recomputed import Filed, store

from commune_reports import cli, warehouse
from commune_reports.flat_files import write_rows
from commune_reports.plan import Plan

PROJECT = Path(__file__).resolve().parents[2]
Answer = tuple[int, str, str]
Run = Callable[..., Answer]
ROWS = ((0, "completed", 100.0, "=1+1"), (1, "in_progress", 62.5, "- khó khăn, “vướng mắc”"), (2, "nil", 0.0, None))


@pytest.fixture
def run(tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command on a warehouse of its own, on each database; gives exit code, stdout and stderr."""
    monkeypatch.setenv("COMMUNE_REPORTS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COMMUNE_REPORTS_WAREHOUSE", warehouse_url)

    def run_command(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(one) for one in arguments])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run_command


@pytest.fixture
def filled(warehouse_url: str, plan: Plan) -> None:
    house = warehouse.open_warehouse(warehouse_url, include=PROJECT / "include")
    store(house, plan, (Filed(1, 0, 0, 0, ROWS), Filed(2, 0, 0, 5, ROWS), Filed(2, 1, 3, 0, ROWS)))


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.usefixtures("filled")
def test_a_view_as_csv_is_what_excel_reads(run: Run, plan: Plan, tmp_path: Path) -> None:
    out = tmp_path / "xuất" / "tasks.csv"
    code, said, _ = run("export", "v_report_tasks", "--out", out, "--period", "2024-11", "--plan", plan.id)
    rows = _csv(out)
    assert (code, said) == (0, f"{13 * 33} rows of v_report_tasks are in {out}\n")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(rows) == 13 * 33
    assert {row["period_id"] for row in rows} == {"2024-11"}
    keys = [(row["unit_code"], row["task_code"]) for row in rows]
    assert len(set(keys)) == len(keys)
    mine = [row for row in rows if row["file_name"] == "file-01.xlsx"]
    assert [row["difficulty"] for row in mine] == ["'=1+1", "'- khó khăn, “vướng mắc”", ""]
    assert [row["progress_pct"] for row in mine] == ["", "62.5", ""]
    assert {row["received_local"] for row in mine} == {"2024-11-18T17:00:00+07:00"}
    assert {row["status"] for row in rows} >= {"completed", "in_progress", "nil", "missing"}


@pytest.mark.usefixtures("filled")
def test_parquet_keeps_every_value_as_it_is(run: Run, tmp_path: Path) -> None:
    from pyarrow import parquet

    out = tmp_path / "rows.parquet"
    assert run("export", "task_report", "--format", "parquet", "--out", out, "--period", "2024-10")[0] == 0
    read = parquet.read_table(out).to_pylist()
    assert [row["difficulty"] for row in read] == [said for *_, said in ROWS]
    assert [row["progress_pct"] for row in read] == [None, 62.5, None]
    assert json.loads(read[0]["cells"]) == {"status": "F10"}
    assert isinstance(read[0]["received_at"], datetime)
    assert read[0]["received_at"].utcoffset() == timedelta(hours=7)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_every_table_and_view_can_be_exported(run: Run, tmp_path: Path, form: str) -> None:
    names = [one.name for one in warehouse.extracting.described(PROJECT / "include" / "sql")]
    assert len(names) > 30
    for name in names:
        code, said, wrong = run("export", name, "--format", form, "--out", tmp_path / name, "--json")
        assert code == 0, wrong
        assert json.loads(said)["name"] == name
    assert len(list(tmp_path.glob("v_*"))) == len([name for name in names if name.startswith("v_")])


@pytest.mark.usefixtures("filled")
def test_a_table_can_be_asked_as_of_a_moment(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    counts = []
    for moment in ("2024-11-18T16:59", "2024-11-18T22:00", "2024-12-01T00:00"):
        assert run("export", "submission", "--out", out, "--as-of", moment)[0] == 0
        counts.append(len(_csv(out)))
    assert counts == [1, 3, 3]


@pytest.mark.usefixtures("filled")
def test_every_view_as_of_a_moment_shows_what_it_showed_then(
    run: Run, plan: Plan, warehouse_url: str, tmp_path: Path
) -> None:
    names = [one.name for one in warehouse.described_views(PROJECT / "include" / "sql")]
    moment, before, then, now = "2024-11-18T23:00", tmp_path / "before", tmp_path / "then", tmp_path / "now"
    for name in names:
        assert run("export", name, "--out", before / name)[0] == 0
    store(
        warehouse.open_warehouse(warehouse_url, include=PROJECT / "include"),
        plan,
        (Filed(1, 0, 960, 20, ROWS[1:]), Filed(2, 0, 24, 0, ROWS[:1]), Filed(2, 3, 30, 0, ROWS)),
        prefix="later",
    )
    decision = ("--by", "Nguyễn Văn A", "--reason", "nộp nhầm", "--now", "2024-12-02T08:00")
    assert run("withdraw", "file-00", *decision)[0] == 0
    until = ("--until", "2024-12-31")
    assert run("reopen", "--period", "2024-11", *decision, *until)[0] == 0
    waived = ("--unit", plan.units[0].code, "--period", "2024-11", "--rule", "nil_not_allowed")
    assert run("waive", *waived, *decision, *until)[0] == 0
    for name in names:
        assert run("export", name, "--out", then / name, "--as-of", moment)[0] == 0
        assert run("export", name, "--out", now / name)[0] == 0
    changed = {name for name in names if (now / name).read_bytes() != (before / name).read_bytes()}
    assert changed >= {"v_decisions", "v_files", "v_index_scores", "v_indicator_scores", "v_report_tasks"}
    assert [name for name in names if (then / name).read_bytes() != (before / name).read_bytes()] == []


def test_wrong_use_is_one_line_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    for arguments, said in (
        (("no_such_view",), "there is no table or view no_such_view; there are v_decisions, "),
        (("finding", "--period", "2024-11"), "finding has no period_id; leave --period out"),
        (("letter", "--plan", "x"), "letter has no plan_id; leave --plan out"),
    ):
        code, printed, wrong = run("export", *arguments, "--out", out)
        assert (code, printed, len(wrong.splitlines())) == (2, "", 1)
        assert said in wrong
    (tmp_path / "file").write_text("")
    code, _, wrong = run("export", "unit", "--out", tmp_path / "file" / "a.csv")
    assert (code, len(wrong.splitlines())) == (2, 1)
    assert "cannot be written" in wrong
    assert [one.name for one in tmp_path.glob("*.csv")] == []


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_breaks_off_leaves_what_was_there_before(tmp_path: Path, form: str) -> None:
    out = tmp_path / "a"
    out.write_text("before")

    def batches():  # type: ignore[no-untyped-def]
        yield [("x",)] * 5
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        write_rows(out, {"name": "text"}, batches(), form=form)
    assert out.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("said", ["=1", "+84 258", "-", "@a", "\t=1", "\r=1", "\n=1", "＝1"])
def test_what_looks_like_a_formula_gets_an_apostrophe_and_numbers_stay_numbers(tmp_path: Path, said: str) -> None:
    out = tmp_path / "a.csv"
    write_rows(out, {"name": "text", "number": "number"}, [[(said, -1.5), ("a=1", 2.0)]], form="csv")
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["name", "number"], [f"'{said}", "-1.5"], ["a=1", "2.0"]]


def test_the_dictionary_is_what_the_schema_says(run: Run) -> None:
    code, said, _ = run("db", "dictionary")
    assert code == 0
    written = (PROJECT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == said, "run: make dictionary"


def test_a_reader_is_made_or_the_way_without_accounts_is_said(run: Run, warehouse_url: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    for content, said in ((None, "cannot be read"), ("\n", "has no password")):
        if content is not None:
            secret.write_text(content)
        code, _, wrong = run("db", "reader", "--role", "doc_cli", "--password-file", secret)
        assert (code, len(wrong.splitlines())) == (2, 1)
        assert said in wrong
    secret.write_text("mật khẩu\n")
    code, printed, wrong = run("db", "reader", "--role", "doc_cli", "--password-file", secret)
    if warehouse_url.startswith("sqlite"):
        assert (code, len(wrong.splitlines())) == (2, 1)
        assert "?mode=ro" in wrong
        return
    assert (code, printed) == (0, "doc_cli may read 15 views and nothing else\n")
