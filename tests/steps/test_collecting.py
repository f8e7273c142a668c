"""From a dropped file to its receipt, whatever was dropped."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from commune_reports import inbox, steps, warehouse
from commune_reports.demo.communes import Entry, honest_entries, retype_table, spoil
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.period import ReportingPeriod
from commune_reports.workbook import MARK_SHEET

PERIOD = ReportingPeriod.parse("2024-11")
pytestmark = pytest.mark.usefixtures("all_rules")
Moment = Callable[..., datetime]
# What is read and answered is the same on either database; what is stored and counted is tried on both.
ON_SQLITE = pytest.mark.parametrize("office", ["sqlite"], indirect=True)


def test_a_filled_template_is_counted_answered_and_gone_from_the_drop_folder(office: Any) -> None:
    path = office.fill("22492")
    content = path.read_bytes()
    result = office.collect()
    assert (result["claimed"], result["accepted"], result["answers"], result["periods"]) == (1, 1, 1, ["2024-11"])
    assert not path.exists()
    [receipt] = office.receipts("22492")
    assert "ĐÃ TIẾP NHẬN" in receipt
    standing = office.standing("22492")
    assert (standing["timeliness"], standing["verdict"], standing["missing"]) == ("on_time", "accepted", [])
    rows = steps.trace(office.settings, period="2024-11", now=datetime.now().astimezone(), unit="22492")["rows"]
    [sha256] = {row["sha256"] for row in rows if row["sha256"]}
    assert inbox.archived_path(office.settings.home, sha256).read_bytes() == content


def test_collecting_again_finds_nothing_to_do(office: Any) -> None:
    office.fill("22492")
    office.collect()
    again = office.collect()
    assert (again["claimed"], again["submissions"], again["answers"]) == (0, 0, 0)
    assert len(office.receipts("22492")) == 1


@ON_SQLITE
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("trong.xlsx", b"", "không có nội dung"),
        ("hong.xlsx", b"PK\x03\x04" + b"x" * 50, "bị hỏng"),
        ("bao cao.pdf", b"%PDF-1.4", "tệp PDF"),
        ("bao cao.docx", b"text only", "tệp văn bản"),
        ("khoa.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
    ],
)
def test_what_cannot_be_read_is_rejected_answered_and_kept(office: Any, name: str, content: bytes, words: str) -> None:
    office.drop("22492", name, content)
    office.fill("22489")
    result = office.collect()
    assert (result["rejected"], result["accepted"]) == (1, 1)
    [receipt] = office.receipts("22492")
    assert "CHƯA TIẾP NHẬN" in receipt
    assert words in receipt
    assert office.standing("22492")["timeliness"] == "missing"
    archived = [path.read_bytes() for path in (office.settings.home / "archive").rglob("*") if path.is_file()]
    assert content in archived


@ON_SQLITE
def test_a_table_of_something_else_is_rejected(office: Any) -> None:
    workbook = Workbook()
    workbook.active.append(("Họ tên", "Số điện thoại"))  # type: ignore[union-attr]
    path = office.folder("22492") / "nop" / "danh ba.xlsx"
    workbook.save(path)
    office.collect()
    assert "Không tìm thấy bảng" in office.receipts("22492")[0]


@ON_SQLITE
def test_an_untouched_template_is_rejected(office: Any) -> None:
    office.fill("22492", entries={})
    office.collect()
    assert "chưa được điền" in office.receipts("22492")[0]


def test_another_units_file_is_rejected_and_counts_for_nobody(office: Any) -> None:
    content = office.fill("22489", "x.xlsx").read_bytes()
    (office.folder("22489") / "nop" / "x.xlsx").unlink()
    office.drop("22492", "cua xa khac.xlsx", content)
    assert office.collect()["rejected"] == 1
    [receipt] = office.receipts("22492")
    assert "thị trấn Vạn Giã" in receipt
    assert "vẫn được tính" not in receipt
    assert [office.standing(unit)["reported"] for unit in ("22492", "22489")] == [0, 0]


def test_a_task_that_two_files_of_one_batch_report_differently_is_told(office: Any) -> None:
    office.fill("22492", "a.xlsx")
    path = office.fill("22492", "b.xlsx")
    workbook = load_workbook(path)
    sheet = workbook.worksheets[0]
    [heading] = [cell for row in sheet.iter_rows() for cell in row if cell.value == "Kết quả thực hiện"]
    below = [sheet.cell(number, heading.column) for number in range(heading.row + 1, sheet.max_row)]
    next(cell for cell in below if cell.value).value = "Kết quả khác: 7 hồ sơ"
    workbook.save(path)
    office.collect()
    assert sum("thay số liệu trong tệp" in one for one in office.receipts("22492")) == 1
    assert all(".xlsx nhận lúc" in one for one in office.receipts("22492") if "thay số liệu" in one)


def test_a_file_for_a_period_that_is_not_open_yet_is_told_when_it_will_be(office: Any, moment: Moment) -> None:
    path = office.fill("22492")
    workbook = load_workbook(path)
    workbook["_commune_reports"]["B3"] = "2024-12"
    workbook.save(path)
    office.collect(moment(11, 14))
    [receipt] = office.receipts("22492")
    assert "chưa mở" in receipt
    assert "15/11/2024" in receipt


@ON_SQLITE
@pytest.mark.parametrize(
    ("period", "words"), [("2031-01", "Không xác định được kỳ"), ("2024-Q3", "Không xác định được kỳ")]
)
def test_a_period_the_plan_does_not_know_is_rejected_with_those_it_knows(office: Any, period: str, words: str) -> None:
    path = office.fill("22492")
    workbook = load_workbook(path)
    workbook["_commune_reports"]["B3"] = period
    workbook.save(path)
    office.collect()
    [receipt] = office.receipts("22492")
    assert words in receipt
    assert "tháng 11/2024" in receipt


def test_a_folder_of_no_unit_is_answered_in_that_folder(office: Any) -> None:
    content = office.fill("22492").read_bytes()
    (office.folder("22492") / "nop" / "bao cao.xlsx").unlink()
    stranger = office.settings.share / "99999-la" / "nop"
    stranger.mkdir(parents=True)
    (stranger / "a.xlsx").write_bytes(content)
    assert office.collect()["rejected"] == 1
    [receipt] = (office.settings.share / "99999-la" / "phan-hoi").glob("*.txt")
    assert "99999" in receipt.read_text(encoding="utf-8-sig")


@pytest.mark.filterwarnings("ignore:Title is more than 31 characters")
def test_a_folder_or_sheet_whose_name_has_no_end_keeps_nobody_waiting(office: Any) -> None:
    path = office.fill("22492")
    workbook = load_workbook(path)
    for sheet in workbook.worksheets:
        sheet.title = f"{sheet.title} " * 10
    workbook.save(path)
    stranger = office.settings.share / "20241115093000123456-scan" / "nop"
    stranger.mkdir(parents=True)
    (stranger / "a.xlsx").write_bytes(path.read_bytes())
    office.fill("22498")
    result = office.collect()
    assert (result["accepted"], result["rejected"], result["waiting"]) == (2, 1, [])
    rows = steps.trace(office.settings, period="2024-11", now=datetime.now().astimezone(), unit="22492")["rows"]
    assert {len(row["sheet"]) for row in rows if row["sheet"]} == {64}


@ON_SQLITE
def test_wrong_cells_are_named_and_the_good_rows_count(office: Any, moment: Moment) -> None:
    entries = honest_entries(office.plan, office.plan.units[7], PERIOD)
    office.fill("22510", entries=spoil(entries))
    result = office.collect()
    assert result["partly_accepted"] == 1
    [receipt] = office.receipts("22510")
    assert "CẦN SỬA (5)" in receipt
    missing = {one["task"] for one in office.standing("22510")["missing"]}
    assert len(missing) == 5
    only_mended = {code: entry for code, entry in entries.items() if code in missing}
    office.fill("22510", "sua.xlsx", entries=only_mended)
    office.collect(moment(11, 16))
    standing = office.standing("22510")
    assert (standing["missing"], standing["files"], standing["verdict"]) == ([], 2, "accepted")


@ON_SQLITE
def test_wrong_cells_come_back_marked_in_the_units_own_file_and_the_receipt_names_it(
    office: Any, moment: Moment
) -> None:
    office.fill("22492", entries=_overdone(office, 140))
    office.collect(moment(11, 15))
    [marked] = _marked(office, "22492")
    assert marked.name in office.receipts("22492")[0]
    workbook = load_workbook(marked)
    assert workbook.sheetnames[0] == MARK_SHEET
    [wrong] = [cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row if cell.value == 140]
    assert "140" in wrong.comment.text

    wrong.value = 80
    workbook.save(office.folder("22492") / "nop" / marked.name)
    result = office.collect(moment(11, 16))
    assert (result["accepted"], result["partly_accepted"], result["rejected"]) == (1, 0, 0)
    assert office.standing("22492")["missing"] == []
    assert len(_marked(office, "22492")) == 1, "a file in order is not sent back"


@ON_SQLITE
def test_a_file_nobody_can_open_gets_its_receipt_and_no_marks(office: Any) -> None:
    office.drop("22492", "hong.xlsx", b"PK\x03\x04" + b"x" * 50)
    office.collect()
    assert len(office.receipts("22492")) == 1
    assert _marked(office, "22492") == []


def test_a_marked_file_that_was_lost_or_altered_on_our_disk_does_not_hold_back_the_receipt(
    office: Any, moment: Moment
) -> None:
    office.fill("22492", entries=_overdone(office, 140))
    office.fill("22489", entries=_overdone(office, 150))
    steps.claim_arrivals(office.settings, now=moment(11, 15))
    steps.check_share(office.settings, share=None, now=moment(11, 15))
    lost, altered = sorted(path for path in (office.settings.home / "answers").rglob("*") if path.is_file())
    lost.unlink()
    altered.write_bytes(b"something else")
    office.collect(moment(11, 15, 10))
    for unit in ("22492", "22489"):
        assert len(office.receipts(unit)) == 1
        assert _marked(office, unit) == []


def _overdone(office: Any, progress: int) -> dict[str, Entry]:
    entries = honest_entries(office.plan, office.plan.units[7], PERIOD)
    code = next(iter(entries))
    return {**entries, code: replace(entries[code], status="Đang thực hiện", progress=progress, completed_on=None)}


def _marked(office: Any, unit: str) -> list[Path]:
    return sorted((office.folder(unit) / "phan-hoi").glob("*-da-danh-dau.xlsx"))


def test_an_invalid_later_file_displaces_nothing(office: Any, moment: Moment) -> None:
    office.fill(
        "22492",
        entries={
            "PCI-01.1": Entry(
                status="Hoàn thành", progress=100, result="xong", evidence="1/BC", completed_on="05/11/2024"
            )
        },
    )
    office.collect()
    office.fill("22492", "sai.xlsx", entries={"PCI-01.1": Entry(status="Đang thực hiện", progress="nhiều", result="x")})
    assert office.collect(moment(11, 16))["rejected"] == 1
    rows = steps.trace(office.settings, period="2024-11", now=moment(11, 17), unit="22492", indicator="PCI-01")["rows"]
    assert rows[0]["status"] == "completed"


def test_the_same_file_again_is_recognised_and_adds_nothing(office: Any, moment: Moment) -> None:
    content = office.fill("22492").read_bytes()
    office.collect()
    office.drop("22492", "lan nua.xlsx", content)
    office.collect(moment(11, 16))
    receipts = office.receipts("22492")
    assert any("giống hệt tệp đã nhận" in receipt for receipt in receipts)
    rows = steps.trace(office.settings, period="2024-11", now=moment(11, 17), unit="22492")["rows"]
    assert {row["file_name"] for row in rows if row["file_name"]} == {"bao cao.xlsx"}


def test_check_says_of_a_file_that_it_was_received_already(office: Any, moment: Moment, tmp_path: Path) -> None:
    kept = tmp_path / "bao cao.xlsx"
    kept.write_bytes(office.fill("22492").read_bytes())
    changed = tmp_path / "khac.xlsx"
    changed.write_bytes(office.fill("22492", "khac.xlsx").read_bytes())
    (office.folder("22492") / "nop" / "khac.xlsx").unlink()
    asked = steps.Asked(unit="22492", period="2024-11", now=moment(11, 17))

    def told(*files: Path) -> list[list[str]]:
        answers = steps.check(office.settings, files, asked)
        return [[one["message"] for one in answer["findings"] if one["code"] == "duplicate_file"] for answer in answers]

    assert told(kept, kept) == [[], []]  # neither was received, and files that are checked know nothing of each other
    office.collect()
    [[said], others] = told(kept, changed)
    assert "giống hệt tệp đã nhận lúc 09:00 ngày 15/11/2024" in said
    assert others == []


def test_parts_sent_by_several_officers_add_up(office: Any) -> None:
    entries = honest_entries(office.plan, office.plan.units[1], PERIOD)
    for index in ("PCI", "PGI"):
        office.fill(
            "22492", f"{index}.xlsx", entries={code: one for code, one in entries.items() if code.startswith(index)}
        )
    office.collect()
    assert office.standing("22492")["missing"] == []
    assert office.standing("22492")["files"] == 2


@ON_SQLITE
def test_a_retyped_table_is_read_for_the_period_its_title_names(office: Any) -> None:
    unit = office.plan.units[4]
    out = office.folder(unit.code) / "nop" / "tu go.xlsx"
    retype_table(office.plan, unit, PERIOD, out, entries=honest_entries(office.plan, unit, PERIOD))
    assert office.collect()["accepted"] == 1
    assert office.standing(unit.code)["missing"] == []


@pytest.mark.parametrize(
    ("arrival", "timeliness"), [((11, 18, 17, 0), "on_time"), ((11, 18, 17, 1), "late"), ((11, 25, 9, 0), "late")]
)
def test_lateness_is_told_by_the_due_moment(
    office: Any, moment: Moment, arrival: tuple[int, ...], timeliness: str
) -> None:
    office.fill("22492")
    office.collect(moment(*arrival))
    assert office.standing("22492", moment(12, 1))["timeliness"] == timeliness


@ON_SQLITE
def test_lock_files_and_hidden_files_stay_where_they_are(office: Any) -> None:
    for name in ("~$bao cao.xlsx", ".DS_Store", "bao cao.xlsx.part"):
        office.drop("22492", name, b"x")
    assert office.collect()["claimed"] == 0
    assert len(list((office.folder("22492") / "nop").iterdir())) == 3


@ON_SQLITE
def test_a_share_out_of_reach_is_worth_another_try(office: Any, tmp_path: Path, moment: Moment) -> None:
    gone = replace(office.settings, share=tmp_path / "not-mounted")
    with pytest.raises(Transient, match="not-mounted"):
        steps.collect(gone, now=moment(11, 15))


def test_a_crash_between_claim_and_check_loses_nothing(
    office: Any, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.fill("22492")

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(warehouse, "store_assessments", die)
        with pytest.raises(KeyboardInterrupt):
            office.collect()
    assert office.receipts("22492") == []
    result = office.collect(moment(11, 15, 10))
    assert (result["claimed"], result["accepted"], result["answers"]) == (0, 1, 1)
    assert office.standing("22492")["missing"] == []


def test_a_crash_before_the_file_left_the_drop_folder_does_not_count_it_twice(
    office: Any, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.fill("22492")

    def die(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "leave_drop_folder", die)
        with pytest.raises(KeyboardInterrupt):
            office.collect()
    result = office.collect(moment(11, 15, 10))
    assert (result["submissions"], result["answers"]) == (1, 1)
    assert not list((office.folder("22492") / "nop").iterdir())


def test_an_unwritable_answer_folder_is_tried_again_and_the_others_are_answered(office: Any, moment: Moment) -> None:
    office.fill("22492")
    office.fill("22489")
    blocked = office.folder("22492") / "phan-hoi"
    blocked.rmdir()
    blocked.write_text("a file where the folder should be")
    with pytest.raises(Transient, match="1 answers could not be written"):
        office.collect()
    assert len(office.receipts("22489")) == 1
    blocked.unlink()
    assert steps.answer(office.settings, now=moment(11, 15, 10)) == {"answers": 1}
    assert len(office.receipts("22492")) == 1


def test_a_broken_rule_stops_the_pass_loudly_and_the_files_wait(office: Any, tmp_path: Path, moment: Moment) -> None:
    office.fill("22492")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "broken.json").write_text("{}")
    with pytest.raises(NeedsHuman, match=r"broken\.json"):
        steps.collect(replace(office.settings, expectations=tmp_path / "rules"), now=moment(11, 15))
    assert office.collect(moment(11, 15, 10))["accepted"] == 1


@ON_SQLITE
@pytest.mark.parametrize(("files", "fewest", "most"), [(0, 0, 0), (30, 1, 1), (120, 2, 4)])
def test_many_files_are_checked_in_at_most_four_shares_and_few_in_one(
    office: Any, moment: Moment, files: int, fewest: int, most: int
) -> None:
    for number in range(files):
        office.drop("22492", f"{number}.xlsx", os.urandom(40))
    shares = steps.claim_arrivals(office.settings, now=moment(11, 15))["shares"]
    assert fewest <= len(shares) <= most
    checked = [steps.check_share(office.settings, share=share, now=moment(11, 15)) for share in shares]
    assert sum(one["submissions"] for one in checked) == files


def test_the_same_bytes_after_something_newer_are_the_last_word_again(office: Any, moment: Moment) -> None:
    def entry(progress: int) -> dict[str, Entry]:
        return {"PCI-01.1": Entry(status="Đang thực hiện", progress=progress, result="đang làm")}

    first = office.fill("22492", "a.xlsx", entries=entry(10)).read_bytes()
    office.collect(moment(11, 15, 9))
    office.fill("22492", "b.xlsx", entries=entry(20))
    office.collect(moment(11, 15, 10))
    office.drop("22492", "a.xlsx", first)
    assert office.collect(moment(11, 15, 11))["rows"] == 1
    rows = steps.trace(office.settings, period="2024-11", now=moment(11, 16), unit="22492", indicator="PCI-01")["rows"]
    assert rows[0]["progress_pct"] == 10
    office.drop("22492", "a again.xlsx", first)
    assert office.collect(moment(11, 15, 12))["rows"] == 0


def test_of_two_files_in_one_pass_the_one_dropped_later_counts(office: Any, moment: Moment) -> None:
    for number in range(6):
        entries = {"PCI-01.1": Entry(status="Đang thực hiện", progress=10 + number, result="đang làm")}
        office.fill("22492", f"{9 - number}.xlsx", entries=entries)
    office.collect()
    rows = steps.trace(office.settings, period="2024-11", now=moment(11, 16), unit="22492", indicator="PCI-01")["rows"]
    assert rows[0]["progress_pct"] == 15


def test_a_period_nobody_named_is_assumed_aloud(office: Any, moment: Moment) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(("Mã nhiệm vụ", "Tình trạng", "Tiến độ", "Kết quả"))
    sheet.append(("PCI-01.1", "Đang thực hiện", 50, "đang làm"))
    workbook.save(office.folder("22492") / "nop" / "khong ky.xlsx")
    office.collect()
    assert "được hiểu là kỳ tháng 11/2024" in office.receipts("22492")[0]


def test_asking_for_figures_opens_no_period(office: Any, moment: Moment) -> None:
    with pytest.raises(NeedsHuman, match="open --period 2024-12"):
        steps.aggregate(office.settings, period="2024-12", now=moment(12, 1))
    assert steps.open_periods(office.settings, now=moment(12, 1), period="2024-12")["opened"][0]["obligations"] == 429
    assert (
        steps.aggregate(office.settings, period="2024-12", now=moment(12, 2), as_of=moment(11, 16))["period"]
        == "2024-12"
    )
