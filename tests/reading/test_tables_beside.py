"""Tables side by side on one sheet: both are read, each for itself, with the addresses their cells have."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.marking import Heading, mark
from commune_reports.period import ReportingPeriod
from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading, sheet_named
from commune_reports.validation import Submitted, assess, load_rules, validate

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"
HEADS = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",), ())
PCI = [(1, "PCI-01.1", "Hoàn thành", 100, "Niêm yết 12 thủ tục"), (2, "PCI-02.1", "Đang thực hiện", 40, "Họp 2 lần")]
PGI = [(1, "PGI-01.1", "Hoàn thành", 100, "Thu gom 3 tấn rác"), (2, "PGI-02.1", "Đang thực hiện", 30, "Họp 3 lần")]
Row = Sequence[object]


def _content(*rows: Row, finish: Callable[[Worksheet], None] | None = None) -> bytes:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    if finish is not None:
        finish(sheet)
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _read(clerk: Clerk, *rows: Row, finish: Callable[[Worksheet], None] | None = None) -> Reading:
    return read_submission(_content(*rows, finish=finish), clerk=clerk, unit_code="22492", period_id="2024-11")


def _beside(left: Sequence[Row], right: Sequence[Row], *titles: Row) -> list[Row]:
    heads: list[Row] = [(*HEADS, "", *HEADS)]
    return [*TOP, *titles, *heads, *((*one, "", *other) for one, other in zip(left, right, strict=True))]


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


@pytest.mark.parametrize("titles", [[], [("A. CHỈ SỐ PCI", "", "", "", "", "", "B. CHỈ SỐ PGI")]])
def test_both_tables_are_read_with_the_addresses_of_their_cells(clerk: Clerk, titles: list[Row]) -> None:
    reading = _read(clerk, *_beside(PCI, PGI, *titles))
    line = 5 + len(titles)
    assert [(row.task_code, row.progress_pct, row.row) for row in reading.rows] == [
        ("PCI-01.1", 100, line),
        ("PCI-02.1", 40, line + 1),
        ("PGI-01.1", 100, line),
        ("PGI-02.1", 30, line + 1),
    ]
    assert [row.cells["status"] for row in reading.rows] == [f"C{line}", f"C{line + 1}", f"I{line}", f"I{line + 1}"]
    assert _codes(reading) == []


def test_numbers_count_within_the_index_that_heads_their_own_table(clerk: Clerk) -> None:
    heads = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    plan = clerk.plan
    left, right = ([(n, plan.tasks[code].text, *told) for n, code, *told in some] for some in (PCI, PGI))
    titles = ("A. CHỈ SỐ PCI", "", "", "", "", "B. CHỈ SỐ PGI")
    pairs = ((*one, *other) for one, other in zip(left, right, strict=True))
    reading = _read(clerk, *TOP, titles, (*heads, *heads), *pairs)
    assert [row.task_code for row in reading.rows] == ["PCI-01.1", "PCI-02.1", "PGI-01.1", "PGI-02.1"]
    assert _codes(reading) == []


def test_a_mistake_in_one_table_keeps_no_task_of_the_other_from_counting(clerk: Clerk) -> None:
    wrong = [(1, "PGI-01.1", "??", 100, "Thu gom 3 tấn rác"), PGI[1]]
    reading = _read(clerk, *_beside(PCI, wrong))
    assert _codes(reading) == [("status_unreadable", "I5")]
    owed, period = frozenset(str(row.task_code) for row in reading.rows), ReportingPeriod.parse("2024-11")
    file = Submitted("a", "22492", period, reading, owed, frozenset(), datetime(2024, 12, 1, tzinfo=UTC))
    found = validate([file], plan=clerk.plan, rules=load_rules(EXPECTATIONS), wordings=clerk.wordings)
    accepted = assess(file, found.findings.get("a", ())).accepted
    assert [row.task_code for row in accepted] == ["PCI-01.1", "PCI-02.1", "PGI-02.1"]
    assert len({(row.sheet, row.row) for row in accepted}) == len(accepted)


def test_what_is_wrong_in_the_right_table_is_marked_on_the_sheet_both_stand_on(clerk: Clerk) -> None:
    content = _content(*_beside(PCI, [(1, "PGI-01.1", "??", 100, "Thu gom 3 tấn rác"), PGI[1]]))
    [finding] = read_submission(content, clerk=clerk, unit_code="22492", period_id="2024-11").findings
    marked = mark(content, [finding], heading=Heading("Có lỗi"))
    assert marked is not None
    sheet = load_workbook(BytesIO(marked.content))["Sheet"]
    assert sheet["I5"].comment is not None
    assert sheet_named(str(finding.sheet)) == "Sheet"


def test_percentages_of_the_right_table_are_read_as_they_are_shown(clerk: Clerk) -> None:
    def shown(sheet: Worksheet) -> None:
        sheet["J6"].number_format = "0%"

    told = [PGI[0], (2, "PGI-02.1", "Đang thực hiện", 0.3, "Họp 3 lần")]
    assert [row.progress_pct for row in _read(clerk, *_beside(PCI, told), finish=shown).rows] == [100, 40, 100, 30]


@pytest.mark.parametrize("column", [0, 6])
def test_of_two_months_side_by_side_that_of_the_file_is_read(clerk: Clerk, column: int) -> None:
    before = [(1, "PCI-01.1", "Đang thực hiện", 50, "Rà soát"), (2, "PCI-02.1", "Đang thực hiện", 20, "Họp 1 lần")]
    titles = ("THÁNG 11/2024", "", "", "", "", "", "THÁNG 10/2024")
    rows = _beside(before, PCI, (titles[6], *titles[1:6], titles[0])) if column else _beside(PCI, before, titles)
    reading = read_submission(
        _content(("UBND xã Đại Lãnh",), (), (), *rows[3:]), clerk=clerk, unit_code="22492", period_id="2024-11"
    )
    assert [(row.task_code, row.progress_pct) for row in reading.rows] == [("PCI-01.1", 100), ("PCI-02.1", 40)]
    assert [code for code, _ in _codes(reading)] == ["other_period_ignored"]


def test_a_right_table_that_only_tells_of_the_same_tasks_does_not_count_and_that_is_told(clerk: Clerk) -> None:
    before = [(1, "PCI-01.1", "Đang thực hiện", 50, "Rà soát"), (2, "PCI-02.1", "Đang thực hiện", 20, "Họp 1 lần")]
    reading = _read(clerk, *_beside(PCI, before))
    assert [(row.task_code, row.progress_pct) for row in reading.rows] == [("PCI-01.1", 100), ("PCI-02.1", 40)]
    assert _codes(reading) == [("table_beside", "G4")]


def test_one_task_in_both_tables_is_told_where_it_stands(clerk: Clerk) -> None:
    left = [*PCI, (3, "PCI-02.2", "Đang thực hiện", 10, "Họp 1 lần")]
    right = [*PGI, (3, "PCI-02.2", "Đang thực hiện", 60, "Họp 4 lần")]
    reading = _read(clerk, *_beside(left, right))
    assert [row.task_code for row in reading.rows].count("PCI-02.2") == 2


def test_a_sheet_of_another_month_stays_aside_with_both_its_tables(clerk: Clerk) -> None:
    workbook = Workbook()
    for number, month in enumerate((11, 10)):
        sheet = workbook.worksheets[0] if number == 0 else workbook.create_sheet()
        for row in (("UBND xã Đại Lãnh",), (f"BÁO CÁO THÁNG {month}/2024",), (), *_beside(PCI, PGI)[3:]):
            sheet.append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    reading = read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert {sheet_named(row.sheet) for row in reading.rows} == {"Sheet"}
    assert len(reading.rows) == 4


def test_a_second_column_of_tasks_begins_a_table_whatever_is_written_over_it(clerk: Clerk) -> None:
    heads = ("STT", "Nhiệm vụ PCI", "Tình trạng", "Tiến độ (%)", "Nhiệm vụ PGI", "Tình trạng", "Tiến độ (%)")
    text = {code: task.text for code, task in clerk.plan.tasks.items()}
    rows = [(one[0], text[one[1]], *one[2:4], text[other[1]], *other[2:4]) for one, other in zip(PCI, PGI, strict=True)]
    reading = _read(clerk, *TOP, heads, *rows)
    told = [(row.task_code, row.progress_pct) for row in reading.rows]
    assert told == [("PCI-01.1", 100), ("PCI-02.1", 40), ("PGI-01.1", 100), ("PGI-02.1", 30)]
    assert _codes(reading) == []


def test_a_second_progress_without_tasks_of_its_own_is_no_table(clerk: Clerk) -> None:
    heads = (*HEADS, "Đánh giá", "Tình trạng", "Tiến độ (%)")
    reading = _read(clerk, *TOP, heads, (*PCI[0], "Tốt", "Hoàn thành", 90), (*PCI[1], "Khá", "Đang thực hiện", 40))
    assert [code for code, _ in _codes(reading)] == ["column_twice"]


def test_tasks_right_of_the_table_without_a_heading_are_told(clerk: Clerk) -> None:
    reading = _read(clerk, *TOP, HEADS, *((*one, "", *other) for one, other in zip(PCI, PGI, strict=True)))
    assert [row.task_code for row in reading.rows] == ["PCI-01.1", "PCI-02.1"]
    assert _codes(reading) == [("heading_missing", "G5")]


@pytest.mark.parametrize("aside", [("PCI-01.1", "Hoàn thành"), ("Công chức Tư pháp", "Hoàn thành"), ("PGI-01.1", "x")])
def test_what_is_jotted_right_of_the_table_is_no_task_unread(clerk: Clerk, aside: Row) -> None:
    assert _codes(_read(clerk, *TOP, HEADS, (*PCI[0], "", *aside), PCI[1])) == []


def test_a_real_sheet_called_like_a_table_keeps_its_rows_its_marks_and_its_percentages(clerk: Clerk) -> None:
    workbook = Workbook()
    report, other = workbook.worksheets[0], workbook.create_sheet("BC (từ cột G)")
    for row in _beside(PCI, PGI):
        report.append(list(row))
    told = [(1, "PCI-03.1", "??", 0.8, "Mở 1 lớp"), (2, "PCI-02.1", "Đang thực hiện", 0.4, "Họp 2 lần")]
    for row in (*TOP, ("",) * 6, (*[""] * 6, *HEADS), *((*[""] * 6, *one) for one in told)):
        other.append(list(row))
    report.title = "BC"
    other["J6"].number_format = other["J7"].number_format = "0%"
    buffer = BytesIO()
    workbook.save(buffer)
    reading = read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert len({(row.sheet, row.row) for row in reading.rows}) == len(reading.rows) == 5
    assert [row.progress_pct for row in reading.rows if row.sheet == other.title] == [80]
    assert [(one.code, one.sheet) for one in reading.findings] == [
        ("status_unreadable", other.title),
        ("rows_repeated", other.title),
    ]
    marked = mark(buffer.getvalue(), reading.findings, heading=Heading("Có lỗi"))
    assert marked is not None
    assert load_workbook(BytesIO(marked.content))[other.title]["I6"].comment is not None


@pytest.mark.parametrize("line", [0, 1, 2])
def test_the_task_left_of_the_heading_of_a_right_table_is_read(clerk: Clerk, line: int) -> None:
    left = [*PCI, (3, "PCI-03.1", "Đang thực hiện", 20, "Mở lớp")]
    rows: list[list[object]] = [[*one] for one in left]
    for number, right in enumerate([HEADS, *PGI], start=line):
        if number >= len(rows):
            rows.append([""] * len(HEADS))
        rows[number] += ["", *right]
    reading = _read(clerk, *TOP, HEADS, *rows)
    assert [row.task_code for row in reading.rows] == ["PCI-01.1", "PCI-02.1", "PCI-03.1", "PGI-01.1", "PGI-02.1"]
    assert _codes(reading) == []


@pytest.mark.parametrize("heads", [HEADS, (*HEADS, "", *HEADS)])
def test_headings_merged_over_an_empty_row_are_no_task(clerk: Clerk, heads: Row) -> None:
    def merged(sheet: Worksheet) -> None:
        for column, text in enumerate(heads, start=1):
            if text:
                sheet.merge_cells(start_row=4, end_row=5, start_column=column, end_column=column)

    pairs = [(*one, "", *other)[: len(heads)] for one, other in zip(PCI, PGI, strict=True)]
    reading = _read(clerk, *TOP, heads, (), *pairs, finish=merged)
    assert [row.row for row in reading.rows] == [6, 7] * (len(heads) // len(HEADS))
    assert _codes(reading) == []
