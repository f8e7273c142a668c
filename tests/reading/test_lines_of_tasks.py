"""Which lines of a table are tasks, which go on with one, and which add up: no line that says something is lost."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.plan import Plan
from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

TOP = (("UBND xã Đại Lãnh",), ("Kỳ báo cáo: tháng 11/2024",))
HEADS = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", "Số văn bản", "Ngày hoàn thành")
BEGUN = ("Đang thực hiện", 40, "Đã tổ chức 2 hội nghị")
Row = Sequence[object]


def _read(clerk: Clerk, rows: Sequence[Row]) -> Reading:
    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _told(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings if one.severity == "critical"]


@pytest.mark.parametrize("text", ["Công khai quy hoạch", "Công khai ngân sách 2024", "Cong khai ngan sach"])
def test_a_task_whose_text_begins_with_cong_is_no_sum(clerk: Clerk, text: str) -> None:
    reading = _read(clerk, [*TOP, HEADS, (1, text, *BEGUN)])
    assert [row.progress_pct for row in reading.rows] == [40]
    assert _told(reading) == [("task_unknown", "B4")]


@pytest.mark.parametrize("text", ["Cộng", "Cộng mục III", "CỘNG:", "Cộng (3 nhiệm vụ)", "Tổng cộng", "Cong chung"])
def test_what_adds_up_is_no_task(clerk: Clerk, plan: Plan, text: str) -> None:
    reading = _read(clerk, [*TOP, HEADS, (1, plan.tasks["PCI-01.1"].text, *BEGUN), ("", text, "", 40)])
    assert ([row.task_code for row in reading.rows], _told(reading)) == (["PCI-01.1"], [])


def test_a_line_of_the_list_that_only_tells_a_result_is_told_though_nobody_knows_its_task(
    clerk: Clerk, plan: Plan
) -> None:
    known = (1, plan.tasks["PCI-01.1"].text, *BEGUN)
    reading = _read(
        clerk, [*TOP, HEADS, known, (2, "Trực lễ", "", "", "Đã trực 5 buổi"), (3, "Đấu thầu", "", "", "3 gói")]
    )
    assert _told(reading) == [("task_unknown", "B5"), ("task_unknown", "B6")]
    officers = [(), ("Danh sách cán bộ",), (1, "Nguyễn Văn An", "", "", "0912 345 678")]
    assert _told(_read(clerk, [*TOP, HEADS, known, *officers])) == []


@pytest.mark.parametrize(
    ("between", "number"), [([()], 2), ([("", "Việc đột xuất")], 2), ([("IV", "Chỉ số Chi phí thời gian")], 1)]
)
def test_such_a_line_is_told_below_a_gap_where_it_is_counted_on_and_below_a_title(
    clerk: Clerk, plan: Plan, between: list[Row], number: int
) -> None:
    known, other = (1, plan.tasks["PCI-01.1"].text, *BEGUN), (number, "Trực lễ", "", "", "Đã trực 5 buổi")
    reading = _read(clerk, [*TOP, HEADS, known, *between, other])
    assert _told(reading) == [("task_unknown", "B6")]


def test_in_a_table_without_numbers_a_text_with_a_result_is_a_task_of_its_own(clerk: Clerk, plan: Plan) -> None:
    known = (plan.tasks["PCI-01.1"].text, *BEGUN)
    reading = _read(clerk, [*TOP, HEADS[1:], known, ("Đón đoàn kiểm tra", "", "", "Đã đón 1 đoàn", "15/BC-UBND")])
    assert _told(reading) == [("task_unknown", "A5")]
    assert reading.rows[0].result == "Đã tổ chức 2 hội nghị"


@pytest.mark.parametrize(
    ("lines", "result", "evidence"),
    [
        ([("-", "", "", "", "Phát 300 tờ rơi", "15/BC-UBND")], "Phát 300 tờ rơi", "15/BC-UBND"),
        ([("", "", "", "", "Phát 300 tờ rơi", "15/BC-UBND", date(2024, 11, 5))], "Phát 300 tờ rơi", "15/BC-UBND"),
        ([(), ("", "", "", "", "Phát 300 tờ rơi", "15/BC-UBND")], "Phát 300 tờ rơi", "15/BC-UBND"),
        ([("", "", "", "", "Ban hành kế hoạch nâng cao chỉ số PCI")], "Ban hành kế hoạch nâng cao chỉ số PCI", None),
        ([("", "", "", "", "PHÁT TỜ RƠI TUYÊN TRUYỀN")], "PHÁT TỜ RƠI TUYÊN TRUYỀN", None),
    ],
    ids=["bullet", "day", "gap", "index", "capitals"],
)
def test_whatever_is_told_on_further_lines_belongs_to_the_task_above(
    clerk: Clerk, plan: Plan, lines: list[Row], result: str, evidence: str | None
) -> None:
    tasks = plan.tasks["PCI-01.1"].text, plan.tasks["PCI-02.1"].text
    reading = _read(clerk, [*TOP, HEADS, (1, tasks[0], *BEGUN), *lines, (2, tasks[1], *BEGUN)])
    assert [row.task_code for row in reading.rows] == ["PCI-01.1", "PCI-02.1"]
    first = reading.rows[0]
    assert (first.result, first.evidence) == (f"Đã tổ chức 2 hội nghị; {result}", evidence)
    assert _told(reading) == []


def test_counts_under_the_table_are_held_against_its_rows(clerk: Clerk, plan: Plan) -> None:
    heads = ("STT", "Nhiệm vụ", "Cơ quan thực hiện", *HEADS[2:])
    known = (1, plan.tasks["PCI-01.1"].text, "Công chức", *BEGUN)
    counts = [(), ("", "Số nhiệm vụ đã báo cáo", 3), ("", "Đang thực hiện", 1), (), ("Nơi nhận:",)]
    reading = _read(clerk, [*TOP, heads, known, *counts])
    assert [(one.cell, one.stated) for one in reading.totals] == [("C6", 3), ("C7", 1)]


@pytest.mark.parametrize(
    "below",
    ["UBND XÃ ĐẠI LÃNH", "CHỦ TỊCH", "Ngày 14 tháng 11 năm 2024", "Đại Lãnh, ngày 15/11/2024", "Người lập biểu"],
)
@pytest.mark.parametrize("gap", [0, 1])
def test_a_signature_under_the_results_is_none_of_them(clerk: Clerk, plan: Plan, below: str, gap: int) -> None:
    rows = [*TOP, HEADS, (1, plan.tasks["PCI-01.1"].text, *BEGUN), *[()] * gap, ("", "", "", "", below)]
    reading = _read(clerk, rows)
    assert ([row.result for row in reading.rows], _told(reading)) == (["Đã tổ chức 2 hội nghị"], [])


def test_a_result_of_a_day_is_no_signature(clerk: Clerk, plan: Plan) -> None:
    told = ("", "", "", "", "Họp giao ban, ngày 15/11/2024")
    [row] = _read(clerk, [*TOP, HEADS, (1, plan.tasks["PCI-01.1"].text, *BEGUN), told]).rows
    assert row.result == "Đã tổ chức 2 hội nghị; Họp giao ban, ngày 15/11/2024"


@pytest.mark.parametrize(
    ("status", "typed", "meant", "told"),
    [
        ("Đang thực hiện 50%", 25, 25, ["status_share_differs"]),
        ("Đang thực hiện (đạt 70,5%)", 70, 70, ["status_share_differs"]),
        ("Đang thực hiện 50%", 50, 50, []),
        ("Đang thực hiện 50%", "", 50, []),
        ("Đang thực hiện", 25, 25, []),
        ("Hoàn thành 100%", 100, 100, []),
    ],
)
def test_a_share_told_with_the_status_is_the_progress_or_contradicts_it(
    clerk: Clerk, plan: Plan, status: str, typed: object, meant: float, told: list[str]
) -> None:
    row = (1, plan.tasks["PCI-01.1"].text, status, typed, "Đã tổ chức 2 hội nghị")
    reading = _read(clerk, [*TOP, HEADS, row])
    assert ([row.progress_pct for row in reading.rows], [one.code for one in reading.findings]) == ([meant], told)


DONE, DOING = ("Hoàn thành", 100, "Phát 3 lượt"), ("Đang thực hiện", 50, "Rà 5 hồ sơ")
SECTION: Row = ("III", "Chỉ số Tính minh bạch")


def _found(reading: Reading) -> list[tuple[str, str | None, str | None]]:
    return [(one.code, one.cell, one.got) for one in reading.findings]


@pytest.mark.parametrize("marks", [("2.1", "2.2"), (2.1, 2.2), ("a", "b"), ("a)", "b)"), ("-", "-"), ("", "")])
def test_parts_of_a_task_that_report_on_their_own_do_not_count_beside_its_answer_and_that_is_said(
    clerk: Clerk, plan: Plan, marks: Sequence[object]
) -> None:
    front = "" if any(marks) else "- "
    parts = [
        (mark, f"{front}{text}", *told)
        for mark, text, told in zip(marks, ("Phát loa", "Rà soát"), (DONE, DOING), strict=True)
    ]
    rows = [(number, plan.tasks[f"PCI-03.{number}"].text, *BEGUN) for number in (2, 3)]
    reading = _read(clerk, [*TOP, HEADS, SECTION, rows[0], *parts, rows[1]])
    assert [(row.task_code, row.progress_pct) for row in reading.rows] == [("PCI-03.2", 40), ("PCI-03.3", 40)]
    assert _found(reading) == [("part_not_counted", "B6", "6–7")]


def test_a_part_told_in_a_few_words_of_another_task_is_still_a_part(clerk: Clerk, plan: Plan) -> None:
    parts = [("1.1", "Đăng Trang thông tin điện tử", *DONE), ("1.2", "Niêm yết tại trụ sở", *BEGUN)]
    reading = _read(clerk, [*TOP, HEADS, SECTION, (1, plan.tasks["PCI-03.1"].text, *BEGUN), *parts])
    assert [(row.task_code, row.progress_pct) for row in reading.rows] == [("PCI-03.1", 40)]
    assert _found(reading) == [("part_not_counted", "B6", "6–7")]


def test_a_task_that_is_answered_only_in_its_parts_is_told_at_its_status(clerk: Clerk, plan: Plan) -> None:
    rows = [(2, plan.tasks["PCI-03.2"].text), ("2.1", "Phát loa", *DONE), ("2.2", "Rà soát", *DOING)]
    reading = _read(clerk, [*TOP, HEADS, SECTION, *rows, (3, plan.tasks["PCI-03.3"].text, *BEGUN)])
    assert [row.task_code for row in reading.rows] == ["PCI-03.3"]
    assert _found(reading) == [("parts_only", "C5", "6–7")]


@pytest.mark.parametrize("marks", [("a", "b"), ("2.1", "2.2"), ("-", "+")])
@pytest.mark.parametrize("answer", [BEGUN, ("", "", "")])
def test_results_told_for_parts_only_belong_to_the_task(
    clerk: Clerk, plan: Plan, marks: Sequence[str], answer: Row
) -> None:
    parts = [(mark, "Phần việc", "", "", told[2]) for mark, told in zip(marks, (DONE, DOING), strict=True)]
    reading = _read(clerk, [*TOP, HEADS, SECTION, (2, plan.tasks["PCI-03.2"].text, *answer), *parts])
    results = [one for one in (answer[2], "Phát 3 lượt", "Rà 5 hồ sơ") if one]
    assert [(row.task_code, row.result) for row in reading.rows] == [("PCI-03.2", "; ".join(map(str, results)))]
    assert _found(reading) == [("row_continued", "E6", "PCI-03.2"), ("row_continued", "E7", "PCI-03.2")]


def test_a_part_whose_text_is_a_tasks_own_is_that_task(clerk: Clerk, plan: Plan) -> None:
    texts = [plan.tasks[code].text for code in ("PCI-03.2", "PCI-03.3")]
    reading = _read(clerk, [*TOP, HEADS, SECTION, (1, texts[0], *BEGUN), ("-", texts[1], *BEGUN)])
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-03.2", "PCI-03.3"], ())


def test_rows_with_letters_in_a_list_of_letters_are_tasks_nobody_knows(clerk: Clerk, plan: Plan) -> None:
    reading = _read(clerk, [*TOP, HEADS, ("a", plan.tasks["PCI-03.2"].text, *BEGUN), ("b", "Trực lễ", *BEGUN)])
    assert _told(reading) == [("task_unknown", "B5")]


def test_a_row_without_a_name_below_a_task_without_an_answer_is_its_answer(clerk: Clerk, plan: Plan) -> None:
    tasks = [(number, plan.tasks[f"PCI-03.{number}"].text) for number in (2, 3)]
    reading = _read(clerk, [*TOP, HEADS, SECTION, tasks[0], ("", "", *DONE), tasks[1], ("", "", *DOING)])
    assert [(row.task_code, row.status, row.progress_pct, row.result) for row in reading.rows] == [
        ("PCI-03.2", "completed", 100, "Phát 3 lượt"),
        ("PCI-03.3", "in_progress", 50, "Rà 5 hồ sơ"),
    ]
    assert _found(reading) == [("row_continued", "E6", "PCI-03.2"), ("row_continued", "E8", "PCI-03.3")]
    assert not reading.blanks


@pytest.mark.parametrize("foot", ["Trang 2", "Trang 2/5", "NGƯỜI LẬP BIỂU", "Ngày 15 tháng 11 năm 2024"])
@pytest.mark.parametrize("column", [2, 3])
def test_the_foot_of_a_page_below_a_task_without_an_answer_is_not_its_answer(
    clerk: Clerk, plan: Plan, foot: str, column: int
) -> None:
    tasks = [(number, plan.tasks[f"PCI-03.{number}"].text) for number in (2, 3)]
    reading = _read(clerk, [*TOP, HEADS, SECTION, (*tasks[0], *DONE), tasks[1], (*[""] * column, foot), HEADS])
    assert ([row.task_code for row in reading.rows], [one.task_code for one in reading.blanks]) == (
        ["PCI-03.2"],
        ["PCI-03.3"],
    )
    assert reading.findings == ()


def test_counts_below_a_task_without_an_answer_are_not_its_answer(clerk: Clerk, plan: Plan) -> None:
    tasks = [(number, plan.tasks[f"PCI-03.{number}"].text) for number in (2, 3)]
    counts = [("", "", "Hoàn thành", 1), ("", "", "Đang thực hiện", 0)]
    reading = _read(clerk, [*TOP, HEADS, SECTION, (*tasks[0], *DONE), tasks[1], *counts])
    assert ([row.task_code for row in reading.rows], [one.task_code for one in reading.blanks]) == (
        ["PCI-03.2"],
        ["PCI-03.3"],
    )
    assert [total.stated for total in reading.totals] == [1, 0]


def test_what_is_signed_below_a_table_is_no_part_of_its_last_task(clerk: Clerk, plan: Plan) -> None:
    below = [("", "Nơi nhận:", "", "", "TM. ỦY BAN NHÂN DÂN"), ("", "- Như trên;", "", "", "CHỦ TỊCH")]
    for gap in ([], [()]):
        reading = _read(clerk, [*TOP, HEADS, SECTION, (2, plan.tasks["PCI-03.2"].text, *DONE), *gap, *below])
        assert ([row.result for row in reading.rows], reading.findings) == (["Phát 3 lượt"], ())


@pytest.mark.parametrize("text", ["Công khai toàn bộ các quy hoạch", "Công khai KH sử dụng đất"])
def test_a_line_with_words_of_another_task_is_no_part_of_the_one_above(clerk: Clerk, plan: Plan, text: str) -> None:
    above = (1, plan.tasks["PCI-02.1"].text, *BEGUN)
    reading = _read(clerk, [*TOP, HEADS, above, ("", text, "", "", "Công khai 2 quy hoạch")])
    told = [(row.task_code, row.result) for row in reading.rows]
    assert told == [("PCI-02.1", BEGUN[2]), ("PCI-02.2", "Công khai 2 quy hoạch")]


def test_a_line_with_words_of_the_task_above_goes_on_with_it(clerk: Clerk, plan: Plan) -> None:
    above = (1, plan.tasks["PCI-02.1"].text, *BEGUN)
    line = ("", "Hỗ trợ các doanh nghiệp tiếp cận đất đai, mở rộng mặt bằng", "", "", "Hỗ trợ 3 hộ")
    reading = _read(clerk, [*TOP, HEADS, above, line])
    assert [(row.task_code, row.result) for row in reading.rows] == [("PCI-02.1", f"{BEGUN[2]}; Hỗ trợ 3 hộ")]
