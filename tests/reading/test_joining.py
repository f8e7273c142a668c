"""Results, documents and days that stand in a table of their own beside a table of statuses."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook

from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Assessment, Reading
from commune_reports.validation import Submitted, assess, load_rules, validate

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"
TOP = (("UBND xã Đại Lãnh",), ("Kỳ báo cáo: tháng 11/2024",))
STATES = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)")
DONE, BEGUN = (1, "PCI-01.1", "Hoàn thành", 100), (2, "PCI-02.1", "Đang thực hiện", 40)
RESULTS = ("STT", "Mã nhiệm vụ", "Kết quả thực hiện", "Số văn bản", "Ngày hoàn thành")
OF_DONE = (1, "PCI-01.1", "Đã niêm yết 12 thủ tục tại trụ sở", "12/BC-UBND", date(2024, 11, 5))
OF_BEGUN = (2, "PCI-02.1", "Đã tổ chức 2 hội nghị đối thoại", "", "")
Row = Sequence[object]


def _read(clerk: Clerk, *sheets: Sequence[Row], names: Sequence[str] = ("Tiến độ", "Kết quả", "Khác")) -> Reading:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in zip(names, sheets, strict=False):
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _codes(reading: Reading) -> list[tuple[str, str | None, str | None]]:
    return [(one.code, one.sheet, one.cell) for one in reading.findings]


def _judged(reading: Reading, clerk: Clerk) -> Assessment:
    owed = frozenset(str(row.task_code) for row in reading.rows)
    period, moment = ReportingPeriod.parse("2024-11"), datetime(2024, 12, 1, tzinfo=UTC)
    file = Submitted("a", "22492", period, reading, owed, frozenset(), moment)
    found = validate([file], plan=clerk.plan, rules=load_rules(EXPECTATIONS), wordings=clerk.wordings)
    return assess(file, found.findings.get("a", ()))


@pytest.mark.parametrize("is_below", [True, False])
def test_what_a_second_table_tells_of_a_task_is_read_with_its_status(clerk: Clerk, is_below: bool) -> None:
    first, second = [*TOP, STATES, DONE, BEGUN], [RESULTS, OF_DONE, OF_BEGUN]
    reading = _read(clerk, [*first, (), *second]) if is_below else _read(clerk, first, second)
    done, begun = reading.rows
    assert (done.status, done.result, done.evidence) == ("completed", OF_DONE[2], "12/BC-UBND")
    assert (done.completed_on, [one.number for one in done.documents]) == (date(2024, 11, 5), ["12/BC-UBND"])
    assert (begun.progress_pct, begun.result, begun.evidence) == (40, OF_BEGUN[2], None)
    assert done.cells["result"] == ("C8" if is_below else "'Kết quả'!C2")
    assert [code for code, *_ in _codes(reading)] == ["table_joined"]
    assert _judged(reading, clerk).findings == reading.findings


def test_a_rule_about_what_was_joined_names_the_cell_on_its_own_sheet(clerk: Clerk) -> None:
    early, empty = (*OF_DONE[:4], date(2023, 1, 5)), (2, "PCI-02.1", "…", "", "")
    reading = _read(clerk, [*TOP, STATES, DONE, BEGUN], [RESULTS, early, empty])
    judged = _judged(reading, clerk)
    told = {(one.code, one.sheet, one.cell, one.row) for one in judged.findings if one.cell is not None}
    assert told == {
        ("completed_on_outside_window", "Kết quả", "E2", 2),
        ("text_says_nothing", "Kết quả", "C3", 3),
    }
    assert [row.task_code for row in judged.accepted] == ["PCI-02.1"]


def test_a_cell_that_cannot_be_read_on_the_second_sheet_keeps_its_task_from_counting(clerk: Clerk) -> None:
    reading = _read(clerk, [*TOP, STATES, DONE, BEGUN], [RESULTS, (*OF_DONE[:4], "31/11/2024"), OF_BEGUN])
    assert ("date_unreadable", "Kết quả", "E2") in _codes(reading)
    assert [row.task_code for row in _judged(reading, clerk).accepted] == ["PCI-02.1"]


def test_products_to_come_are_no_results(clerk: Clerk, plan: Plan) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Nhiệm vụ", "Cơ quan thực hiện", "Kết quả")
    products = [plan.tasks[code].product_text for code in ("PCI-01.1", "PCI-02.1")]
    for texts in (products, ["Báo cáo", "Kế hoạch"]):
        listed = [(number, code, "", "", text) for (number, code, *_), text in zip((DONE, BEGUN), texts, strict=True)]
        reading = _read(clerk, [*TOP, STATES, DONE, BEGUN], [heads, *listed])
        assert [row.result for row in reading.rows] == [None, None]
    named = _read(clerk, [*TOP, STATES, DONE, BEGUN], [RESULTS, OF_DONE, OF_BEGUN], names=("Báo cáo", "Kế hoạch T12"))
    assert [row.result for row in named.rows] == [None, None]


def test_where_two_other_rows_may_be_meant_none_is_taken_and_that_is_told(clerk: Clerk) -> None:
    again = (1, "PCI-01.1", "Đã rà soát 30 thủ tục hành chính", "15/BC-UBND", date(2024, 11, 6))
    reading = _read(clerk, [*TOP, STATES, DONE, BEGUN], [RESULTS, OF_DONE, OF_BEGUN], [RESULTS, again])
    assert [row.result for row in reading.rows] == [None, OF_BEGUN[2]]
    assert [(code, sheet) for code, sheet, _ in _codes(reading)] == [
        ("table_joined", "Kết quả"),
        ("remarks_beside", "Kết quả"),
        ("remarks_beside", "Khác"),
    ]


def test_difficulties_beside_results_already_told_are_read_too(clerk: Clerk) -> None:
    states = (*STATES, "Kết quả thực hiện")
    heads = ("STT", "Mã nhiệm vụ", "Kết quả", "Khó khăn, vướng mắc", "Đề xuất")
    told = [heads, (1, "PCI-01.1", "", "Thiếu kinh phí", "Hỗ trợ"), (2, "PCI-02.1", "", "Không", "")]
    reading = _read(clerk, [*TOP, states, (*DONE, OF_DONE[2]), (*BEGUN, OF_BEGUN[2])], told)
    said = [(row.result, row.difficulty, row.proposal) for row in reading.rows]
    assert said == [(OF_DONE[2], "Thiếu kinh phí", "Hỗ trợ"), (OF_BEGUN[2], None, None)]
    assert _codes(reading) == [("table_joined", "Kết quả", None)]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Kết quả", "KẾT QUẢ THÁNG TRƯỚC"),
        ("Kết quả", "II. Kết quả đã báo cáo kỳ trước"),
        ("Kết quả", "KẾT QUẢ NĂM 2023"),
        ("Kết quả", "KẾT QUẢ QUÝ III"),
        ("Kết quả", "GÓP Ý CỦA PHÒNG NỘI VỤ HUYỆN"),
        ("Kết quả", "KIẾN NGHỊ CỦA CỬ TRI"),
        ("Kết quả", "PHÂN CÔNG NHIỆM VỤ"),
        ("Kỳ trước", ""),
        ("KQ T10", ""),
        ("Thôn Vĩnh Yên", ""),
    ],
)
def test_tables_of_other_times_or_of_others_are_not_joined(clerk: Clerk, name: str, title: str) -> None:
    reading = _read(clerk, [*TOP, STATES, DONE, BEGUN], [(title,), RESULTS, OF_DONE, OF_BEGUN], names=("Báo cáo", name))
    assert [row.result for row in reading.rows] == [None, None]
    below = _read(clerk, [*TOP, STATES, DONE, BEGUN, (), (title,), RESULTS, OF_DONE, OF_BEGUN], names=("Báo cáo",))
    assert [row.result for row in below.rows] == [None if title else told[2] for told in (OF_DONE, OF_BEGUN)]


@pytest.mark.parametrize("title", ["KẾT QUẢ THỰC HIỆN NHIỆM VỤ THÁNG 11/2024", "Biểu 2. Kết quả, văn bản (tháng 11)"])
def test_the_title_of_the_period_itself_keeps_nothing_from_being_joined(clerk: Clerk, title: str) -> None:
    reading = _read(clerk, [*TOP, STATES, DONE, BEGUN], [(title,), RESULTS, OF_DONE, OF_BEGUN])
    assert [row.result for row in reading.rows] == [OF_DONE[2], OF_BEGUN[2]]


def test_a_cell_that_cannot_be_read_in_a_table_below_keeps_its_task_from_counting(clerk: Clerk) -> None:
    reading = _read(clerk, [*TOP, STATES, DONE, BEGUN, (), RESULTS, (*OF_DONE[:4], "31/11/2024"), OF_BEGUN])
    assert ("date_unreadable", "Tiến độ", "E8") in _codes(reading)
    assert [row.task_code for row in _judged(reading, clerk).accepted] == ["PCI-02.1"]


def test_documents_and_difficulties_alone_on_another_sheet_are_read_too(clerk: Clerk) -> None:
    states = (*STATES, "Kết quả thực hiện")
    report = [*TOP, states, (*DONE, OF_DONE[2]), (*BEGUN, OF_BEGUN[2])]
    heads = ("STT", "Mã nhiệm vụ", "Số văn bản", "Ngày hoàn thành", "Khó khăn, vướng mắc")
    told = [heads, (1, "PCI-01.1", "12/BC-UBND", "5/11/2024", ""), (2, "PCI-02.1", "", "", "Thiếu kinh phí")]
    first, second = _read(clerk, report, told, names=("Báo cáo", "Văn bản")).rows
    assert (first.evidence, first.completed_on) == ("12/BC-UBND", date(2024, 11, 5))
    assert second.difficulty == "Thiếu kinh phí"
    own = [*TOP, (*states, "Khó khăn"), (*DONE, OF_DONE[2], ""), (*BEGUN, OF_BEGUN[2], "Thiếu người")]
    reading = _read(clerk, own, told, names=("Báo cáo", "Văn bản"))
    assert reading.rows[1].difficulty == "Thiếu người"
    assert ("remarks_beside", "Văn bản", "E3") in _codes(reading)


def test_a_list_of_who_does_what_by_when_is_not_joined(clerk: Clerk) -> None:
    listed = [
        ("STT", "Mã nhiệm vụ", "Người thực hiện", "Thời gian hoàn thành"),
        (1, "PCI-01.1", "Công chức Tư pháp", "20/12/2024"),
    ]
    reading = _read(clerk, [*TOP, STATES, DONE, BEGUN], listed, names=("Báo cáo", "Danh sách"))
    assert [row.completed_on for row in reading.rows] == [None, None]
    assert _codes(reading) == []
