"""Whole files as communes fill and retype them: every row found, every wrong cell named, no right one blamed."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from commune_reports.demo.communes import Entry, fill_template, honest_entries, retype_table
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading
from commune_reports.template import load_layout, write_template

PERIOD = ReportingPeriod.parse("2024-11")
INCLUDE = Path(__file__).resolve().parents[2] / "include"
HEADS = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", "Ngày hoàn thành")


def _sheet(*rows: Sequence[object], first_row: int = 1, first_column: int = 1) -> bytes:
    workbook = Workbook()
    for r, row in enumerate(rows, start=first_row):
        for c, value in enumerate(row, start=first_column):
            workbook.active.cell(r, c, value)  # type: ignore[union-attr]
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _read(clerk: Clerk, content: bytes, unit: str | None = "22492", period: str | None = None) -> Reading:
    return read_submission(content, clerk=clerk, unit_code=unit, period_id=period)


def _codes(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.findings]


@pytest.fixture
def template(plan: Plan, tmp_path: Path) -> Path:
    path = tmp_path / "bieu-mau.xlsx"
    write_template(path, plan=plan, unit=plan.units[1], period=PERIOD, previous={}, layout=load_layout(INCLUDE))
    return path


def test_a_filled_template_gives_every_entry_and_no_finding(
    clerk: Clerk, plan: Plan, template: Path, tmp_path: Path
) -> None:
    entries = honest_entries(plan, plan.units[1], PERIOD)
    fill_template(template, tmp_path / "filled.xlsx", entries)
    reading = _read(clerk, (tmp_path / "filled.xlsx").read_bytes())
    assert reading.findings == ()
    assert (reading.unit_claimed, reading.period_claimed, reading.plan_claimed) == ("22492", "2024-11", "pci-pgi-2024")
    assert {row.task_code for row in reading.rows} == set(entries)
    for row in reading.rows:
        entry = entries[str(row.task_code)]
        assert (row.progress_pct, row.result, row.evidence, row.completed_on) == (
            entry.progress,
            entry.result,
            entry.evidence,
            entry.completed_on,
        )


def test_a_retyped_table_without_codes_gives_the_same_rows(clerk: Clerk, plan: Plan, tmp_path: Path) -> None:
    unit = plan.units[4]
    entries = honest_entries(plan, unit, PERIOD)
    retype_table(plan, unit, PERIOD, tmp_path / "typed.xlsx", entries=entries)
    reading = _read(clerk, (tmp_path / "typed.xlsx").read_bytes(), unit=unit.code)
    assert reading.findings == ()
    assert (reading.unit_claimed, reading.period_claimed) == (unit.code, "2024-11")
    assert {row.task_code: row.progress_pct for row in reading.rows} == {
        code: entry.progress for code, entry in entries.items()
    }


def test_an_untouched_template_is_no_report(clerk: Clerk, template: Path) -> None:
    assert _codes(_read(clerk, template.read_bytes())) == ["untouched_template"]


def test_a_file_of_another_unit_and_period_says_both(clerk: Clerk, template: Path) -> None:
    findings = _read(clerk, template.read_bytes(), unit="22489", period="2024-10").findings
    assert [finding.code for finding in findings] == ["unit_mismatch", "period_mismatch"]
    assert "xã Đại Lãnh" in findings[0].message
    assert "tháng 11/2024" in findings[1].message


def test_the_hidden_sheet_of_another_plan_is_noticed(clerk: Clerk, template: Path, tmp_path: Path) -> None:
    workbook = load_workbook(template)
    workbook["_commune_reports"]["B1"] = "pci-pgi-2023"
    workbook["_commune_reports"]["B4"] = "0"
    workbook.save(tmp_path / "old.xlsx")
    assert _codes(_read(clerk, (tmp_path / "old.xlsx").read_bytes())) == ["plan_mismatch", "template_outdated"]


def test_each_wrong_cell_is_named_with_its_address_and_what_was_typed(clerk: Clerk) -> None:
    content = _sheet(
        ("UBND xã Đại Lãnh",),
        ("Kỳ báo cáo: tháng 11/2024",),
        (),
        HEADS,
        ("PCI-01.1", "gần xong", 50, "x"),
        ("PCI-02.1", "Đang thực hiện", "năm mươi", "x"),
        ("PCI-02.2", "Hoàn thành", 100, "x", "30/02/2024"),
        ("PCI-99.1", "Hoàn thành", 100, "x"),
        first_row=3,
        first_column=2,
    )
    findings = _read(clerk, content).findings
    assert [(one.code, one.cell, one.got) for one in findings] == [
        ("status_unreadable", "C7", "gần xong"),
        ("progress_unreadable", "D8", "năm mươi"),
        ("date_unreadable", "F9", "30/02/2024"),
        ("task_unknown", "B10", "PCI-99.1"),
    ]
    assert all(one.cell in one.message and one.sheet == "Sheet" for one in findings)


@pytest.mark.parametrize(
    "heads",
    [
        ("MÃ NV", "TRẠNG THÁI", "Tỷ lệ hoàn thành", "Kết quả"),
        ("ma nhiem vu", "tinh trang", "tien do (%)", "ket qua thuc hien"),
        ("Mã  nhiệm\nvụ", " Tình trạng\n", "Tiến độ\n(%)", "Kết quả  đạt được"),
        tuple(unicodedata.normalize("NFD", one) for one in HEADS[:4]),
    ],
)
def test_headings_are_known_by_their_words(clerk: Clerk, heads: tuple[str, ...]) -> None:
    [row] = _read(clerk, _sheet(heads, ("pci 1.1", "đã xong", "100%", "xong"))).rows
    assert (row.task_code, row.status, row.progress_pct, row.result) == ("PCI-01.1", "completed", 100, "xong")


def test_columns_may_stand_in_any_order_among_others(clerk: Clerk) -> None:
    content = _sheet(
        ("Người lập", "Kết quả thực hiện", "Tiến độ", "Mã nhiệm vụ", "Tình trạng"),
        ("An", "a", 40, "PGI-04.2", "Đang TH"),
    )
    [row] = _read(clerk, content).rows
    assert (row.task_code, row.status, row.progress_pct, row.result) == ("PGI-04.2", "in_progress", 40, "a")
    assert row.cells["status"] == "E2"


def test_a_task_is_known_by_its_shortened_text_and_that_is_said(clerk: Clerk, plan: Plan) -> None:
    text = plan.tasks["PCI-02.1"].text
    heads = ("Nhiệm vụ", "Tình trạng", "Tiến độ")
    exact = _read(clerk, _sheet(heads, (text.upper(), "HT", 100)))
    assert ([row.task_code for row in exact.rows], _codes(exact)) == (["PCI-02.1"], [])
    cut = _read(clerk, _sheet(heads, (text[:90], "HT", 100)))
    assert ([row.task_code for row in cut.rows], _codes(cut)) == (["PCI-02.1"], ["task_matched_by_text"])


def test_numbers_mean_tasks_of_the_section_above_them(clerk: Clerk) -> None:
    content = _sheet(
        ("STT", "Nội dung", "Tình trạng", "Tiến độ"),
        ("A", "CHỈ SỐ NĂNG LỰC CẠNH TRANH CẤP TỈNH (PCI)"),
        ("III", "Chỉ số Tính minh bạch (Trọng số 5%)"),
        (4, None, "HT", 100),
        ("B", "CHỈ SỐ XANH CẤP TỈNH (PGI)"),
        ("IV", "Chính sách khuyến khích và dịch vụ hỗ trợ (Trọng số 25%)"),
        ("2.", None, "HT", 100),
    )
    assert [row.task_code for row in _read(clerk, content).rows] == ["PCI-03.4", "PGI-04.2"]


def test_signatures_and_notes_below_the_table_are_no_rows(clerk: Clerk) -> None:
    content = _sheet(
        HEADS,
        ("PCI-01.1", "HT", 100, "a", date(2024, 11, 1)),
        (),
        (None, None, None, "NGƯỜI LẬP BIỂU"),
        ("Ghi chú: số liệu đến 14/11", None, None, None),
    )
    reading = _read(clerk, content)
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-01.1"], ())


def test_a_date_of_signing_is_no_reporting_period(clerk: Clerk) -> None:
    content = _sheet(
        ("Đại Lãnh, ngày 18 tháng 11 năm 2024",), ("Báo cáo quý IV năm 2024",), HEADS, ("PCI-01.1", "HT", 100)
    )
    assert _read(clerk, content).period_claimed == "2024-Q4"


def test_a_sheet_without_a_table_says_which_headings_are_wanted(clerk: Clerk) -> None:
    [finding] = _read(clerk, _sheet(("Kính gửi UBND huyện",), ("Xã không có gì báo cáo",))).findings
    assert finding.code == "no_table"
    assert "Tình trạng" in finding.message


def test_formula_troubles_are_findings_of_their_own(clerk: Clerk) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(HEADS)
    sheet.append(("PCI-01.1", "Đang thực hiện", "=1/2", "a"))
    buffer = BytesIO()
    workbook.save(buffer)
    [finding] = _read(clerk, buffer.getvalue()).findings
    assert (finding.code, finding.cell, finding.got) == ("formula_without_value", "C2", "=1/2")


def test_tables_on_several_sheets_are_one_report(clerk: Clerk) -> None:
    workbook = Workbook()
    for title, code in (("PCI", "PCI-01.1"), ("PGI", "PGI-01.1")):
        sheet = workbook.create_sheet(title)
        sheet.append(HEADS)
        sheet.append((code, "HT", 100))
    buffer = BytesIO()
    workbook.save(buffer)
    assert [(row.sheet, row.task_code) for row in _read(clerk, buffer.getvalue()).rows] == [
        ("PCI", "PCI-01.1"),
        ("PGI", "PGI-01.1"),
    ]


def test_only_what_somebody_wrote_is_a_row(clerk: Clerk, template: Path, tmp_path: Path) -> None:
    fill_template(template, tmp_path / "one.xlsx", {"PCI-05.2": Entry(status="Không phát sinh")})
    [row] = _read(clerk, (tmp_path / "one.xlsx").read_bytes()).rows
    assert (row.task_code, row.status, row.progress_pct) == ("PCI-05.2", "nil", None)


def test_control_characters_never_reach_the_warehouse(clerk: Clerk) -> None:
    content = _sheet(HEADS, ("PCI-01.1", "Đang thực hiện", 50, "dòng _x0000_ và _x0007_ nul"))
    [row] = _read(clerk, content).rows
    assert row.result is not None
    assert all(ord(c) >= 32 for c in row.result)


def test_a_percent_sign_that_is_only_shown_does_not_multiply(clerk: Clerk) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(HEADS)
    for code, number_format in (("PCI-01.1", '0"%"'), ("PCI-02.1", "0\\%"), ("PCI-02.2", "0%")):
        sheet.append((code, "Đang thực hiện", 0.85 if number_format == "0%" else 85, "x"))
        sheet.cell(sheet.max_row, 3).number_format = number_format
    buffer = BytesIO()
    workbook.save(buffer)
    assert [row.progress_pct for row in _read(clerk, buffer.getvalue()).rows] == [85, 85, 85]


def test_a_visible_period_or_unit_that_contradicts_the_hidden_sheet_is_critical(
    clerk: Clerk, plan: Plan, template: Path, tmp_path: Path
) -> None:
    fill_template(template, tmp_path / "a.xlsx", honest_entries(plan, plan.units[1], PERIOD))
    workbook = load_workbook(tmp_path / "a.xlsx")
    workbook["Báo cáo"]["A6"] = "Kỳ báo cáo: tháng 12/2024"
    workbook["Báo cáo"]["A7"] = "Đơn vị: xã Vạn Thọ"
    workbook["Báo cáo"]["A2"] = "XÃ VẠN THỌ"
    workbook.save(tmp_path / "b.xlsx")
    assert _codes(_read(clerk, (tmp_path / "b.xlsx").read_bytes())) == ["unit_contradiction", "period_contradiction"]


@pytest.mark.parametrize(
    ("lines", "period"),
    [
        (["BÁO CÁO NĂM 2024", "ngày     tháng 12 năm 2024"], "2024"),
        (["BÁO CÁO TỔNG KẾT NĂM 2024"], "2024"),
        (["BÁO CÁO THÁNG 10 NĂM 2024", "Đại Lãnh, ngày    tháng 11 năm 2024"], "2024-10"),
        (["Kế hoạch trong năm 2024"], None),
    ],
)
def test_a_title_names_its_period_whatever_date_is_left_blank(
    clerk: Clerk, lines: list[str], period: str | None
) -> None:
    content = _sheet(*((line,) for line in lines), HEADS, ("PCI-01.1", "HT", 100))
    reading = _read(clerk, content)
    assert (reading.period_claimed, reading.findings) == (period, ())


def test_a_title_with_two_periods_is_not_guessed(clerk: Clerk) -> None:
    content = _sheet(("Báo cáo tháng 10/2024",), ("Số liệu quý IV/2024",), HEADS, ("PCI-01.1", "HT", 100))
    assert _codes(_read(clerk, content)) == ["period_contradiction"]


def test_an_answer_without_a_task_is_not_dropped(clerk: Clerk) -> None:
    findings = _read(clerk, _sheet(HEADS, (None, "Đang thực hiện", 60, "đang làm"), ("PCI-01.1", "HT", 100))).findings
    assert [(one.code, one.cell) for one in findings] == [("task_unknown", "A2")]


def test_a_code_beside_another_tasks_text_is_not_believed(clerk: Clerk, plan: Plan) -> None:
    heads = ("Mã nhiệm vụ", "Nhiệm vụ, giải pháp", "Tình trạng", "Tiến độ")
    rows = [
        ("PCI-01.1", plan.tasks["PCI-02.1"].text, "HT", 100),
        ("PCI-02.2", plan.tasks["PCI-02.2"].text[:60], "HT", 100),
    ]
    findings = _read(clerk, _sheet(heads, *rows)).findings
    assert [(one.code, one.cell, one.got, one.wanted) for one in findings] == [
        ("task_contradiction", "A2", "PCI-01.1", "PCI-02.1")
    ]


def test_column_numbers_sums_and_signatures_are_no_reports(clerk: Clerk) -> None:
    heads = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ", "Kết quả")
    content = _sheet(
        heads,
        ("(1)", "(2)", "(3)", "(4)", "(5)"),
        (1, 2, 3, 4, 5),
        (None, "Tổng cộng", None, 85, "33 nhiệm vụ"),
        ("Nơi nhận:", "- UBND huyện", "TM. ỦY BAN NHÂN DÂN", None, None),
        (None, "- Lưu: VT", "CHỦ TỊCH", None, "Nguyễn Văn A"),
    )
    assert _codes(_read(clerk, content)) == ["untouched_template"]


def test_a_status_merged_over_several_tasks_is_the_status_of_each(clerk: Clerk) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (HEADS, ("PCI-01.1", "Không phát sinh"), ("PCI-02.1",), ("PCI-02.2",)):
        sheet.append(row)
    sheet.merge_cells("B2:B4")
    buffer = BytesIO()
    workbook.save(buffer)
    assert [(row.task_code, row.status) for row in _read(clerk, buffer.getvalue()).rows] == [
        ("PCI-01.1", "nil"), ("PCI-02.1", "nil"), ("PCI-02.2", "nil"),
    ]  # fmt: skip


def test_a_heading_in_two_rows_is_one_heading(clerk: Clerk) -> None:
    content = _sheet(
        ("STT", "Mã nhiệm vụ", "Tình hình thực hiện", None, None),
        (None, None, "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện trong tháng 11"),
        (1, "PCI-01.1", "Đang thực hiện", 40, "đang làm"),
    )
    [row] = _read(clerk, content).rows
    assert (row.task_code, row.status, row.progress_pct, row.result) == ("PCI-01.1", "in_progress", 40, "đang làm")


def test_a_heading_with_a_percent_sign_is_a_number(clerk: Clerk) -> None:
    content = _sheet(
        ("Mã nhiệm vụ", "Mức độ hoàn thành (%)", "Tình trạng (hoàn thành/đang làm)"),
        ("PCI-01.1", 100, "Đã hoàn thành 100%"),
    )
    [row] = _read(clerk, content).rows
    assert (row.status, row.progress_pct) == ("completed", 100)


def test_two_columns_of_one_field_that_disagree_are_not_chosen_between(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ", "Kết quả", "Tiến độ (%)")
    rows = [
        ("PCI-01.1", "Đang thực hiện", 20, "x", 60),
        ("PCI-02.1", "Đang thực hiện", 30, "x", 30),
        ("PCI-02.2", "HT", 100, "x"),
    ]
    findings = _read(clerk, _sheet(heads, *rows)).findings
    assert [(one.code, one.cell, one.got, one.wanted) for one in findings] == [("column_twice", "E2", "60", "20")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_in_a_text_file_is_read_whatever_its_encoding_and_delimiter(
    clerk: Clerk, encoding: str, delimiter: str
) -> None:
    lines = (
        ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện"),
        ("PCI-01.1", "Hoàn thành", "100", '"Đã niêm yết 12 thủ tục, 3 lĩnh vực; xong"'),
        ("PCI-02.1", "Đang thực hiện", "40%", "đang làm"),
    )
    text = "\r\n".join(delimiter.join(line) for line in lines)
    if encoding == "cp1258":  # its tone marks stand alone
        text = _for_old_code_page(text)
    reading = _read(clerk, text.encode(encoding))
    assert [(row.task_code, row.status, row.progress_pct) for row in reading.rows] == [
        ("PCI-01.1", "completed", 100.0),
        ("PCI-02.1", "in_progress", 40.0),
    ]
    assert reading.rows[0].result == "Đã niêm yết 12 thủ tục, 3 lĩnh vực; xong"
    assert reading.findings == ()


def _for_old_code_page(text: str) -> str:
    """Windows-1258 has letters like ê and ô, and the five tones as marks of their own."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    spelt = []
    for c in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", c)
        tone = "".join(mark for mark in marks if mark in tones)
        spelt.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones)) + tone)
    return "".join(spelt)
