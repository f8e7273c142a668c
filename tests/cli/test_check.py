"""`commune-reports check` as scripts and people use it."""

import hashlib
import json
import os
import signal
import tempfile
import time
import tracemalloc
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from tests.cli.installation import PERIOD, Run, filled

from commune_reports.demo.communes import Entry, honest_entries, spoil
from commune_reports.plan import Plan
from commune_reports.steps import checking
from commune_reports.workbook import MARK_SHEET


def test_a_missing_file_is_named_before_any_answer(run: Run, opened: Path, plan: Plan, tmp_path: Path) -> None:
    good = filled(plan, opened, tmp_path / "a.xlsx")
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
    code, out, error = run("check", filled(plan, opened, tmp_path / "a.xlsx"))
    assert (code, out) == (3, "")
    assert "run the same command again" in error
    assert seen
    assert list(copies.iterdir()) == []


def test_check_answers_in_the_documented_form(run: Run, opened: Path, plan: Plan, tmp_path: Path) -> None:
    bad = filled(plan, opened, tmp_path / "a b.xlsx", spoil(honest_entries(plan, plan.units[1], PERIOD)))
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


def test_check_names_the_sheet_that_holds_two_tables_side_by_side(run: Run, opened: Path, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Báo cáo"
    head = ["Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả"]
    sheet.append([*head, None, *head])
    sheet.append(
        ["PCI-01.1", "Hoàn thành", 100, "Họp 2 lần", None, "PGI-01.1", "Xong một nửa", 40, "Thu gom 3 tấn rác"]
    )
    book.save(path := tmp_path / "a.xlsx")
    answer = json.loads(run("check", path, "--unit", "22492", "--period", "2024-11", "--json")[1])
    assert {one["sheet"] for one in answer["tasks"]} == {"Báo cáo"}
    assert ("Báo cáo", "G2") in {
        (one["sheet"], one["cell"]) for one in answer["findings"] if one["code"] == "status_unreadable"
    }


def test_a_remark_beside_a_task_not_yet_asked_for_is_no_report_of_it(run: Run, opened: Path, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Ghi chú"])
    sheet.append(["PCI-02.1", "Đang thực hiện", 40, "Họp 2 lần"])
    sheet.append(["PCI-04.2", None, None, None, "Báo cáo năm"])
    sheet.append(["PCI-01.1", None, None, None, "Báo cáo sau"])
    book.save(path := tmp_path / "a.xlsx")
    answer = json.loads(run("check", path, "--unit", "22492", "--period", "2024-11", "--json")[1])
    assert [one["task"] for one in answer["tasks"]] == ["PCI-02.1", "PCI-01.1"]
    assert ("status_missing", "B4") in {(one["code"], one["cell"]) for one in answer["findings"]}
    assert "PCI-04.2" not in {one["task"] for one in answer["findings"]}


def test_check_tells_people_in_their_own_words_within_80_columns(
    run: Run, opened: Path, plan: Plan, tmp_path: Path
) -> None:
    entries = spoil(honest_entries(plan, plan.units[1], PERIOD))
    bad, good = filled(plan, opened, tmp_path / "a.xlsx", entries), filled(plan, opened, tmp_path / "b.xlsx")
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
        filled(plan, opened, tmp_path / "bao cao.xlsx", spoil(honest)),
        filled(
            plan, opened, tmp_path / "b" / "bao cao.xlsx", {**spoil(honest), next(iter(honest)): Entry("Xong rồi ạ")}
        ),
        filled(plan, opened, tmp_path / "tot.xlsx"),
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
    good = filled(plan, opened, tmp_path / "good.xlsx")
    before = (tmp_path / "home" / "warehouse.sqlite").read_bytes(), good.read_bytes()
    code, out, _ = run("check", good, "--unit", "22492", "--period", "2024-11", "--json")
    assert (code, json.loads(out)["findings"]) == (0, [])
    assert ((tmp_path / "home" / "warehouse.sqlite").read_bytes(), good.read_bytes()) == before


def test_check_tells_what_was_read_of_every_task_and_which_of_them_are_accepted(
    run: Run, opened: Path, plan: Plan, tmp_path: Path
) -> None:
    done = Entry("Hoàn thành", 100, "Niêm yết 12 thủ tục", "Số 12/BC-UBND", "05/11/2024")
    entries = {"PCI-01.1": done, "PCI-02.1": Entry("Đang thực hiện", "nhiều", "Tập huấn 2 lớp")}
    book = filled(plan, opened, tmp_path / "a.xlsx", entries)
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
    link.symlink_to(filled(plan, opened, tmp_path / "good.xlsx"))
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
    good = filled(plan, opened, folder / "b" / "good.xlsx")
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
    files = [filled(plan, opened, tmp_path / "good.xlsx"), tmp_path / "empty.xlsx", tmp_path / "word.docx"]
    files[1].write_bytes(b"")
    files[2].write_bytes(b"some text")
    code, out, _ = run("check", *files, "--unit", "22492", "--period", "2024-11", "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [answer["verdict"] for answer in answers] == ["accepted", "rejected", "rejected"]
    assert [[one["code"] for one in answer["findings"]] for answer in answers] == [[], ["empty_file"], ["wrong_format"]]
    assert answers[1]["findings"][0]["cell"] is None


def test_check_believes_a_file_that_names_its_unit_and_period(
    run: Run, opened: Path, plan: Plan, tmp_path: Path
) -> None:
    good = filled(plan, opened, tmp_path / "good.xlsx")
    code, out, _ = run("check", good, "--now", "2024-11-15T09:00", "--json")
    answer = json.loads(out)
    assert (code, answer["unit"], answer["period"], answer["verdict"]) == (0, "22492", "2024-11", "accepted")
