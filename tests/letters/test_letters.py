"""What communes and recipients read: verdict first, every cell named, the right figures on the first screen."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from commune_reports.findings import Wordings
from commune_reports.letters import (
    Attachment,
    Letter,
    ReceiptFacts,
    ReportIssue,
    announcement,
    receipt,
    reminder,
    report_letter,
)
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.scorecard import IndexScore, IndicatorScore, Score, Scorecard, TaskState, UnitStanding
from commune_reports.task_report import Assessment

INCLUDE = Path(__file__).resolve().parents[2] / "include"
PERIOD = ReportingPeriod.parse("2024-11")
IN_TIME = datetime(2024, 11, 15, 9, tzinfo=ZONE)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def _visible(html: str) -> str:
    parser = _Text()
    parser.feed(re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))
    return " ".join(" ".join(parser.said).split())


def _receipt(plan: Plan, wordings: Wordings, verdict: str = "partly_accepted", **changes: object) -> Letter:
    finding = wordings.finding(
        "progress_out_of_range", sheet="Báo cáo", cell="G15", row=15, task="PCI-02.1", got="120 <b>", wanted="một số từ 0 đến 100"
    )  # fmt: skip
    remark = wordings.finding(
        "evidence_missing", sheet="Báo cáo", cell="I16", row=16, task="PCI-02.2", wanted="số văn bản"
    )
    assessment = Assessment("abc123def", verdict, 29, 31, 30, 2, (), (finding, remark))
    facts = ReceiptFacts(
        submission_id="abc123def",
        folder="22492-dai-lanh",
        file_name="Báo cáo tháng 11.xlsx",
        received_at=IN_TIME,
        unit=plan.units[1],
        period=PERIOD,
        assessment=assessment,
        still_owed=["PCI-02.1"],
    )
    return receipt(replace(facts, **changes), plan=plan, include=INCLUDE)  # type: ignore[arg-type]


def test_a_receipt_says_verdict_cells_owed_tasks_date_and_whom_to_ask(plan: Plan, wordings: Wordings) -> None:
    letter = _receipt(plan, wordings)
    for text in (letter.text, _visible(letter.html)):
        assert "TIẾP NHẬN MỘT PHẦN: 30/31" in text
        assert "Ô G15: Tiến độ 120 <b>" in text
        assert "Ô I16" in text
        assert plan.tasks["PCI-02.1"].text in text
        assert "17:00 ngày 18/11/2024" in text
        assert plan.sender.email in text
    assert letter.text.index("TIẾP NHẬN") < letter.text.index("Đơn vị") < letter.text.index("G15")
    assert "<b>" not in letter.html  # what a commune typed never becomes markup


def test_a_receipt_names_the_sheet_beside_every_cell_and_no_text_is_too_long_for_its_page(
    plan: Plan, wordings: Wordings
) -> None:
    word = "x" * 60
    wrong = wordings.finding(
        "status_unreadable", sheet="Phần PGI", cell="E9", row=9, task="PGI-01.1", got=word, wanted="a"
    )
    assessment = Assessment("abc123def", "partly_accepted", 2, 2, 1, 0, (), (wrong,))
    letter = _receipt(plan, wordings, assessment=assessment)
    assert "Phần PGI" in letter.text
    assert "Phần PGI" in _visible(letter.html)
    [cell] = [one for one in letter.html.split("<td ") if "xxx" in one]
    assert "overflow-wrap:anywhere" in cell


def test_a_receipt_goes_to_the_folder_the_file_came_from_under_one_key(plan: Plan, wordings: Wordings) -> None:
    letter = _receipt(plan, wordings)
    assert (letter.channel, letter.folder, letter.key) == ("folder", "22492-dai-lanh", "receipt:abc123def")
    assert letter.file_stem == "phieu-tiep-nhan-20241115-0900-Báo cáo tháng 11-abc123"


@pytest.mark.parametrize(
    ("received", "words"),
    [
        (IN_TIME, "(đúng hạn)"),
        (datetime(2024, 11, 18, 17, 0, 1, tzinfo=ZONE), "(nộp muộn)"),
        (datetime(2024, 11, 19, 8, tzinfo=ZONE), "bản điều chỉnh"),
    ],
)
def test_a_late_file_is_told_what_lateness_means(
    plan: Plan, wordings: Wordings, received: datetime, words: str
) -> None:
    assert words in _receipt(plan, wordings, received_at=received).text


def test_a_file_of_nobody_is_answered_too(plan: Plan, wordings: Wordings) -> None:
    letter = _receipt(plan, wordings, "rejected", unit=None, period=None, still_owed=[], folder="la")
    assert "CHƯA TIẾP NHẬN" in letter.text
    assert "chưa xác định (thư mục la)" in letter.text


def test_an_accepted_file_with_nothing_owed_asks_for_nothing(plan: Plan, wordings: Wordings) -> None:
    accepted = Assessment("abc123def", "accepted", 29, 29, 29, 2, (), ())
    letter = _receipt(plan, wordings, assessment=accepted, still_owed=[])
    assert "ĐÃ TIẾP NHẬN: 29/29" in letter.text
    assert "không phải làm gì thêm" in letter.text
    assert "CẦN SỬA" not in letter.text


def test_doubts_are_to_be_looked_at_and_said_to_count_only_where_they_do(plan: Plan, wordings: Wordings) -> None:
    doubt = wordings.finding(
        "evidence_missing", sheet="Báo cáo", cell="I16", row=16, task="PCI-02.1", wanted="số văn bản"
    )
    for verdict, counts in (("accepted", True), ("rejected", False)):
        assessment = Assessment("abc123def", verdict, 29, 29, 29 * counts, 0, (), (doubt,))
        letter = _receipt(plan, wordings, assessment=assessment, still_owed=[])
        for text in (letter.text, _visible(letter.html)):
            assert ("số liệu vẫn được tính" in text) is counts
            assert ("xem lại những điểm nêu trên" in text) is counts


@pytest.mark.parametrize(
    ("name", "has_cells", "told"),
    [
        ("Báo cáo.XLSX", True, "chính tệp đã nộp, các ô cần sửa được tô đỏ"),
        ("Báo cáo.csv", True, "bản Excel của tệp đã nộp, các ô cần sửa được tô đỏ"),
        ("Biểu mẫu.xlsx", False, "chính tệp đã nộp, có thêm trang đầu ghi những điểm nêu trên"),
    ],
)
def test_a_receipt_says_what_the_marked_file_is(
    plan: Plan, wordings: Wordings, name: str, has_cells: bool, told: str
) -> None:
    wrong = wordings.finding("progress_missing", sheet="Báo cáo", cell="F6", row=6, task="PCI-02.1", wanted="một số")
    found = wrong if has_cells else wordings.finding("untouched_template")
    letter = _receipt(
        plan,
        wordings,
        file_name=name,
        assessment=Assessment("abc", "rejected", 29, 0, 0, 0, (), (found,)),
        marked=Attachment("bao-cao-da-danh-dau.xlsx", "application/xlsx", "answers/a", "a" * 64),
    )
    for text in (letter.text, _visible(letter.html)):
        assert told in text
        assert "làm theo hướng dẫn nêu trên và nộp lại báo cáo trước 17:00 ngày 18/11/2024" in text


def test_an_announcement_says_where_the_template_lies_and_until_when(plan: Plan) -> None:
    letter = announcement(plan, plan.units[1], PERIOD, dates=plan.dates(PERIOD), include=INCLUDE)
    assert [one.email for one in letter.to] == [plan.units[1].email]
    for text in (letter.text, _visible(letter.html)):
        assert "22492-dai-lanh/bieu-mau" in text
        assert "17:00 ngày 18/11/2024" in text
    without = announcement(plan, replace(plan.units[1], email=None), PERIOD, dates=plan.dates(PERIOD), include=INCLUDE)
    assert (without.channel, without.folder) == ("folder", "22492-dai-lanh")


def _standing(timeliness: str = "missing", missing: tuple[str, ...] = ("PCI-01.1",)) -> UnitStanding:
    return UnitStanding("22492", timeliness, None, None, None, 0, 29, 28, 0, missing)


@pytest.mark.parametrize(("now", "word"), [(IN_TIME, "Nhắc nộp"), (IN_TIME + timedelta(days=4), "Quá hạn")])
def test_a_reminder_names_every_task_and_knows_whether_it_is_overdue(plan: Plan, now: datetime, word: str) -> None:
    mail, note = reminder(plan, plan.units[1], PERIOD, standing=_standing(), now=now, include=INCLUDE)
    assert word in mail.subject
    assert (mail.channel, note.channel, note.folder) == ("email", "folder", "22492-dai-lanh")
    assert f"PCI-01.1: {plan.tasks['PCI-01.1'].text}" in mail.text
    assert mail.key != note.key
    assert f"{now:%Y-%m-%d}" in mail.key


def test_a_unit_without_an_address_is_reminded_in_its_folder_alone(plan: Plan) -> None:
    letters = reminder(
        plan, replace(plan.units[1], email=None), PERIOD, standing=_standing(), now=IN_TIME, include=INCLUDE
    )
    assert [letter.channel for letter in letters] == ["folder"]


def _card(plan: Plan, as_of: datetime, score: float | None = 61.25, by: str | None = "s1") -> Scorecard:
    figures = Score(13, 12, 1, 1, 8, 2, 1, score, 92.3, 84.6)
    codes = [unit.code for unit in plan.units]
    standings = [UnitStanding(code, "on_time", "accepted", as_of, as_of, 1, 29, 29, 0, ()) for code in codes[:-2]]
    standings.append(UnitStanding(codes[-2], "missing", None, None, None, 0, 29, 0, 0, ("PCI-01.1",)))
    standings.append(UnitStanding(codes[-1], "late", "accepted", as_of, as_of, 1, 29, 28, 0, ("PCI-01.1",)))
    state = TaskState(codes[0], "PCI-01.1", True, "completed" if by else None, 100, None, None, None, None, None, None, by, None, None, None, None, None, None, {})  # fmt: skip # noqa: E501
    dates = plan.dates(PERIOD)
    return Scorecard(
        plan_id=plan.id,
        period_id=PERIOD.id,
        as_of=as_of,
        unit_due_at=dates.unit_due_at,
        cut_off_at=dates.cut_off_at,
        deadline_at=dates.deadline_at,
        totals=figures,
        indicators=tuple(IndicatorScore(one.code, None, one.weight, figures) for one in plan.indicators),
        indices=tuple(IndexScore(one.code, None, figures) for one in plan.indices),
        standings=tuple(standings),
        tasks=(state,),
    )


FILES = (Attachment("bao-cao.xlsx", "application/x", "reports/bao-cao.xlsx", "0" * 64),)


def test_the_cover_note_carries_figures_and_names_before_its_table(plan: Plan) -> None:
    card = _card(plan, plan.dates(PERIOD).cut_off_at)
    letter = report_letter(plan, ReportIssue(card, 0, FILES, None), include=INCLUDE)
    assert [one.email for one in letter.to] == ["tckh@vanninh.khanhhoa.example"]
    assert [one.email for one in letter.cc] == ["ubnd@vanninh.khanhhoa.example"]
    assert letter.attachments == FILES
    for text in (letter.text, _visible(letter.html)):
        first = text[: re.search("theo chỉ số thành phần|Chỉ số thành phần", text, re.IGNORECASE).start()]  # type: ignore[union-attr]
        assert "61,2" in first
        assert "92,3%" in first
        assert "84,6%" in first
        assert "Xuân Sơn" in first
        assert "Vạn Hưng" in first
        assert "không phải điểm PCI" in text
    assert "Điểm PCI" not in letter.text


def test_a_revision_says_what_changed(plan: Plan) -> None:
    cut_off = plan.dates(PERIOD).cut_off_at
    before, after = _card(plan, cut_off, 50.0, None), _card(plan, cut_off + timedelta(days=1))
    letter = report_letter(plan, ReportIssue(after, 1, FILES, before), include=INCLUDE)
    assert "bản điều chỉnh lần 1" in letter.subject
    assert "Vạn Giã: 1 nhiệm vụ bổ sung hoặc sửa đổi" in letter.text
    assert "Điểm thực hiện PCI: 50,0 → 61,2" in letter.text


def test_a_score_nobody_has_is_a_dash(plan: Plan) -> None:
    card = _card(plan, plan.dates(PERIOD).cut_off_at, None)
    letter = report_letter(plan, ReportIssue(card, 0, FILES, None), include=INCLUDE)
    assert "Điểm thực hiện kế hoạch - PCI: –/100" in letter.text
    assert "None" not in letter.text + letter.html


def test_the_same_key_always_gives_the_same_message_id(plan: Plan) -> None:
    card = _card(plan, plan.dates(PERIOD).cut_off_at)
    letters = [report_letter(plan, ReportIssue(card, revision, FILES, None), include=INCLUDE) for revision in (0, 0, 1)]
    ids = [letter.message_id("x.example") for letter in letters]
    assert ids[0] == ids[1] != ids[2]


def test_a_letter_survives_being_kept(plan: Plan, wordings: Wordings) -> None:
    letter = _receipt(plan, wordings)
    columns = {name: getattr(letter, name) for name in ("key", "kind", "channel", "period_id", "unit_code", "folder")}
    assert Letter.restored(columns, letter.content()) == letter
