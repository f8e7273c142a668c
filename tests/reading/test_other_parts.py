"""What stands beside a report: a table that goes on, plans of work, the month to come, legends, averages, text above a page."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.plan import Plan
from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = (
    "STT",
    "Mã nhiệm vụ",
    "Nhiệm vụ",
    "Tình trạng",
    "Tiến độ (%)",
    "Kết quả thực hiện",
    "Số văn bản",
    "Ngày hoàn thành",
)
TOP = (("UBND xã Đại Lãnh",), ("Kỳ báo cáo: tháng 11/2024",))
DONE = (1, "PCI-01.1", "", "Hoàn thành", 100, "Đã niêm yết công khai", "12/BC-UBND", date(2024, 11, 5))
BEGUN = (2, "PCI-02.1", "", "Đang thực hiện", 40, "Đã tổ chức 2 hội nghị")
Row = Sequence[object]


def _read(clerk: Clerk, *sheets: Sequence[Row], period: str | None = "2024-11", names: Sequence[str] = ()) -> Reading:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = workbook.create_sheet(names[number] if names else f"Trang {number + 1}")
        for row in rows:
            sheet.append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id=period)


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


def _tasks(reading: Reading) -> list[str | None]:
    return [row.task_code for row in reading.rows]


@pytest.mark.parametrize("above", [[], [("Phần việc của chị Lan",), ()]])
def test_a_sheet_that_goes_on_with_the_table_before_is_read_by_its_heading(clerk: Clerk, above: list[Row]) -> None:
    more = (3, "PCI-03.1", "", "Hoàn thành", 100, "Đã rà soát 5 thủ tục")
    reading = _read(clerk, [*TOP, HEADS, DONE], [*above, BEGUN, more])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1", "PCI-03.1"], [])
    assert (reading.rows[1].sheet, reading.rows[1].progress_pct) == ("Trang 2", 40)


def test_a_sheet_that_goes_on_is_known_by_the_texts_and_numbers_of_its_tasks_too(clerk: Clerk, plan: Plan) -> None:
    texts = {code: plan.tasks[code].text for code in ("PCI-01.1", "PCI-02.1", "PCI-03.1", "PCI-03.2")}
    heads = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
    begun = ("Đang thực hiện", 40, "Đã tổ chức 2 hội nghị")
    first = [*TOP, heads, (1, texts["PCI-01.1"], *begun)]
    by_text = [(2, texts["PCI-03.1"], *begun), (3, texts["PCI-03.2"], *begun)]
    by_number = [("III", "Chỉ số Tính minh bạch"), (1, "Niêm yết", *begun), (2, "Cập nhật", *begun)]
    for more in (by_text, by_number):
        reading = _read(clerk, first, more)
        assert [row.sheet for row in reading.rows] == ["Trang 1", "Trang 2", "Trang 2"]
    assert _tasks(_read(clerk, first, by_text)) == ["PCI-01.1", "PCI-03.1", "PCI-03.2"]


def test_a_wrong_cell_on_a_sheet_that_goes_on_is_named(clerk: Clerk) -> None:
    wrong = (3, "PCI-03.1", "", "gần xong", 50, "Đã rà soát 5 thủ tục", "", "31/11/2024")
    reading = _read(
        clerk, [*TOP, HEADS, DONE], [BEGUN, wrong, (4, "PCI-03.2", *BEGUN[2:]), ("", "", "", "", "", "", "", "", "x")]
    )
    assert _tasks(reading) == ["PCI-01.1", "PCI-02.1", "PCI-03.1", "PCI-03.2"]
    assert _codes(reading) == [("date_unreadable", "H2"), ("status_unreadable", "D2")]


@pytest.mark.parametrize("title", ["BÁO CÁO THÁNG 10/2024", "Nhiệm vụ trọng tâm tháng 12/2024"])
def test_a_sheet_without_a_heading_that_names_another_period_is_left_aside(clerk: Clerk, title: str) -> None:
    more = (3, "PCI-03.1", "", "Hoàn thành", 100, "Đã rà soát 5 thủ tục")
    reading = _read(clerk, [*TOP, HEADS, DONE], [(title,), BEGUN, more])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1"], [("other_period_ignored", None)])


def test_results_told_once_more_in_a_table_of_their_own_say_nothing_new(clerk: Clerk) -> None:
    results = [(1, "PCI-01.1", "Báo cáo định kỳ kết quả thực hiện"), (2, "PCI-02.1", "Đã tổ chức 2 hội nghị")]
    assert _codes(_read(clerk, [*TOP, HEADS, DONE, BEGUN], [HEADS[:2] + HEADS[5:6], *results])) == []


@pytest.mark.parametrize("between", [("Tiến độ",)])
def test_difficulties_told_on_another_sheet_are_not_lost_unsaid(clerk: Clerk, between: tuple[str, ...]) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Nhiệm vụ", *between, "Khó khăn, vướng mắc", "Đề xuất")
    blank = ("",) * len(between)
    told = [heads, (1, "PCI-01.1", "", *blank, "Thiếu kinh phí", "Hỗ trợ"), (2, "PCI-02.1", "", *blank, "Không", "")]
    reading = _read(clerk, [*TOP, HEADS, DONE, BEGUN], told)
    assert _tasks(reading) == ["PCI-01.1", "PCI-02.1"]
    assert _codes(reading) == [("remarks_beside", f"{'DE'[len(between)]}2")]
    wide = (*HEADS, "Khó khăn, vướng mắc")
    both = [*TOP, wide, (*DONE, "Thiếu kinh phí"), BEGUN]
    assert _codes(_read(clerk, both, [heads, (1, "PCI-01.1", "", *blank, "Thiếu kinh phí", "-")])) == []
    nothing = [heads, (1, "PCI-01.1", "", *blank, "Không", "-")]
    assert _codes(_read(clerk, [*TOP, HEADS, DONE, BEGUN], nothing)) == []


def test_tasks_on_a_sheet_nobody_can_read_are_told(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        [*TOP, HEADS, DONE],
        [("Mã nhiệm vụ", "Kết quả"), ("PCI-02.1", "Đã tổ chức 2 hội nghị với doanh nghiệp"), ("PCI-02.2", "Xong")],
    )
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1"], [("heading_missing", "A2")])


def test_a_list_of_the_tasks_beside_a_report_says_nothing(clerk: Clerk, plan: Plan) -> None:
    listed = [(task.code, task.text, task.performing_text, task.timing_text) for task in plan.tasks.values()]
    assert _codes(_read(clerk, [*TOP, HEADS, DONE], listed)) == []


def test_a_plan_of_work_on_a_sheet_of_its_own_is_no_second_report(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Nhiệm vụ", "Cơ quan thực hiện", "Tiến độ", "Kết quả")
    planned = [
        (1, "PCI-01.1", "", "Công chức", "Thường xuyên", "Báo cáo"),
        (2, "PCI-02.1", "", "Công chức", "Quý IV", ""),
    ]
    reading = _read(clerk, [*TOP, HEADS, DONE, BEGUN], [heads, *planned])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1"], [])


@pytest.mark.parametrize(
    ("result", "tasks"),
    [
        ("Báo cáo định kỳ", ["PCI-01.1", "PCI-02.1"]),
        ("Đã cấp 12 giấy", ["PCI-01.1", "PCI-02.1", "PCI-01.1", "PCI-02.2"]),
    ],
)
def test_a_plan_of_work_may_list_tasks_told_nowhere_else(clerk: Clerk, result: str, tasks: list[str]) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Nhiệm vụ", "Cơ quan thực hiện", "Tiến độ", "Kết quả")
    planned = [(1, "PCI-01.1", "", "", "Thường xuyên", ""), (2, "PCI-02.2", "", "", "Nhiệm vụ thường xuyên", result)]
    assert _tasks(_read(clerk, [*TOP, HEADS, DONE, BEGUN], [heads, *planned])) == tasks


def test_a_sheet_whose_statuses_cannot_be_read_is_no_plan_of_work(clerk: Clerk) -> None:
    reading = _read(clerk, [*TOP, HEADS, DONE], [HEADS, (1, "PCI-01.1", "", "Gần xong", "", "Đã niêm yết")])
    assert _codes(reading) == [("status_unreadable", "D2")]


@pytest.mark.parametrize("repeated", [True, False])
def test_the_tasks_of_the_month_to_come_below_a_report_are_left_and_that_is_said(clerk: Clerk, repeated: bool) -> None:
    ahead = (1, "PCI-01.1", "", "Chưa thực hiện", 0)
    below = [("II. NHIỆM VỤ TRỌNG TÂM THÁNG 12/2024",), *([HEADS] if repeated else []), ahead]
    reading = _read(clerk, [*TOP, HEADS, DONE, BEGUN, (), *below])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1"], [("plan_ahead", "A7")])


@pytest.mark.parametrize(
    "line",
    [
        "II. Phương hướng, nhiệm vụ thời gian tới",
        "II. Nhiệm vụ trọng tâm tháng tới",
        "II/ Những nhiệm vụ trọng tâm cần thực hiện trong tháng 12/2024",
        "II. Nhiệm vụ, giải pháp trọng tâm tháng 12/2024",
    ],
)
def test_a_part_that_looks_ahead_leaves_what_is_told_or_not_begun(clerk: Clerk, line: str) -> None:
    below = [
        (1, "PCI-01.1", "", "Đang thực hiện", 10),
        (2, "PCI-03.1", "", "Chưa thực hiện", 0, "Công khai quy hoạch"),
        (3, "PCI-03.2", "", "Đang thực hiện", 40, "Công khai 3 quý"),
        (4, "", "Đón đoàn kiểm tra", "Chưa thực hiện", 0),
    ]
    reading = _read(clerk, [*TOP, HEADS, DONE, BEGUN, (line,), HEADS, *below])
    assert _tasks(reading) == ["PCI-01.1", "PCI-02.1", "PCI-03.2"]
    assert _codes(reading) == [("plan_ahead", "A6")]


@pytest.mark.parametrize(
    "line",
    [
        "II. Kế hoạch công tác tháng sau",
        "II. KẾ HOẠCH THÁNG 12/2024",
        "II. Dự kiến công việc tháng 12/2024",
        "DỰ KIẾN THÁNG 12",
    ],
)
def test_of_a_plan_nothing_counts_and_what_is_told_only_there_is_said(clerk: Clerk, line: str) -> None:
    above, below = [*TOP, HEADS, DONE, BEGUN, (line,)], (1, "PCI-01.1", "", "Đang thực hiện", 80)
    reading = _read(clerk, [*above, below, (2, "PCI-03.2", "", "Đang thực hiện", 40, "Công khai 3 quý")])
    assert _tasks(reading) == ["PCI-01.1", "PCI-02.1"]
    assert _codes(reading) == [("planned_rows_ignored", "A6")]
    assert _codes(_read(clerk, [*above, below])) == [("plan_ahead", "A6")]
    only_there = (1, "PCI-03.2", "", "Chưa thực hiện", 0)
    reading = _read(clerk, [*above, ("STT", "Mã nhiệm vụ", "Nội dung", "Thời gian"), only_there])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1"], [("planned_rows_ignored", "A6")])


@pytest.mark.parametrize("line", ["II. Nhiệm vụ tháng 11/2024", "II. Nhiệm vụ thời gian qua", "II. Nhiệm vụ khác"])
def test_a_task_told_twice_below_a_line_that_does_not_look_ahead_is_read_twice(clerk: Clerk, line: str) -> None:
    reading = _read(clerk, [*TOP, HEADS, DONE, (line,), (1, "PCI-01.1", "", "Đang thực hiện", 10)])
    assert _tasks(reading) == ["PCI-01.1", "PCI-01.1"]


def test_a_part_about_the_reported_month_is_read(clerk: Clerk) -> None:
    reading = _read(clerk, [*TOP, HEADS, DONE, ("Nhiệm vụ phát sinh trong tháng 11/2024",), BEGUN])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1"], [])


@pytest.mark.parametrize("said", ["Hoàn thành trong tháng 12", "Hoàn thành trong tháng 12/2024", "HT tháng 12"])
def test_a_task_completed_in_a_month_still_to_come_is_asked_about(clerk: Clerk, said: str) -> None:
    reading = _read(clerk, [*TOP, HEADS, DONE, (2, "PCI-02.1", "", said, 100)])
    assert ("status_unreadable", "D5") in _codes(reading)
    assert [row.status for row in reading.rows] == ["completed", None]


@pytest.mark.parametrize(
    "said", ["Hoàn thành trong tháng 11", "Hoàn thành trong tháng 10", "Hoàn thành trong quý 4", "Hoàn thành trong kỳ"]
)
def test_a_task_completed_in_this_period_or_before_is_completed(clerk: Clerk, said: str) -> None:
    reading = _read(clerk, [*TOP, HEADS, DONE, (2, "PCI-02.1", "", said, 100)])
    assert (_codes(reading), [row.status for row in reading.rows]) == ([], ["completed", "completed"])


def test_of_columns_for_two_months_the_later_one_is_the_reports(clerk: Clerk) -> None:
    heads = (
        "Mã nhiệm vụ",
        "Tình trạng",
        "Tiến độ tháng 11 (%)",
        "Tiến độ tháng 10 (%)",
        "Kết quả tháng 10",
        "Kết quả tháng 11",
    )
    reading = _read(
        clerk, [*TOP, heads, ("PCI-02.1", "Đang thực hiện", 40, 25, "Tháng trước 1 hội nghị", "2 hội nghị")]
    )
    assert _codes(reading) == []
    assert (reading.rows[0].progress_pct, reading.rows[0].result) == (40, "2 hội nghị")
    turned = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ tháng 12 (%)", "Tiến độ tháng 1 (%)", "Kết quả")
    assert _read(clerk, [*TOP, turned, ("PCI-02.1", "Đang thực hiện", 40, 55, "")]).rows[0].progress_pct == 55


def test_a_column_of_deadlines_headed_tien_do_is_not_the_percentage(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tiến độ thực hiện", "Tình trạng", "Tiến độ (%)", "Kết quả")
    reading = _read(clerk, [*TOP, heads, ("PCI-02.1", "Thường xuyên", "Đang thực hiện", 40, "2 hội nghị")])
    assert (_codes(reading), reading.rows[0].progress_pct) == ([], 40)
    doubtful = _read(clerk, [*TOP, heads, ("PCI-02.1", 60, "Đang thực hiện", 40, "2 hội nghị")])
    assert _codes(doubtful) == [("column_twice", "D4")]


@pytest.mark.parametrize(
    "head", ["Tiến độ thực tế (%)", "Tiến độ lũy kế (%)", "Phần trăm hoàn thành", "Đã hoàn thành (%)", "Lũy kế (%)"]
)
def test_other_words_for_the_percentage_are_known(clerk: Clerk, head: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", head, "Kết quả")
    assert _read(clerk, [*TOP, heads, ("PCI-02.1", "Đang thực hiện", 40, "")]).rows[0].progress_pct == 40


@pytest.mark.parametrize(
    "head",
    [
        "Tiến độ thực hiện đến nay (%)",
        "Tiến độ tính đến 14/11 (%)",
        "Phần trăm (%)",
        "% đạt được",
        "% hoàn thành so với KH",
        "Tỷ lệ đạt được (%)",
        "Tỷ lệ hoàn thành nhiệm vụ (%)",
        "Tỷ lệ thực hiện so với kế hoạch năm (%)",
        "Mức độ đạt (%)",
        "Ước tiến độ (%)",
        "Khối lượng hoàn thành (%)",
    ],
)
def test_a_heading_with_a_percent_sign_and_words_of_progress_is_the_percentage(clerk: Clerk, head: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", head, "Kết quả")
    assert _read(clerk, [*TOP, heads, ("PCI-02.1", "Đang thực hiện", 40, "")]).rows[0].progress_pct == 40


@pytest.mark.parametrize(
    "head", ["Tỷ lệ giải ngân (%)", "Tiến độ giải ngân (%)", "Tiến độ theo kế hoạch (%)", "Tỷ lệ hồ sơ đúng hạn (%)"]
)
def test_a_percentage_of_something_else_does_not_contradict_the_progress(clerk: Clerk, head: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", head, "Tiến độ (%)", "Kết quả")
    reading = _read(clerk, [*TOP, heads, ("PCI-02.1", "Đang thực hiện", 90, 40, "2 hội nghị")])
    assert (_codes(reading), reading.rows[0].progress_pct) == ([], 40)


def test_a_heading_of_three_rows_is_read_whole(clerk: Clerk) -> None:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    heads = (
        ("Mã nhiệm vụ", "Nhiệm vụ", "Tình hình thực hiện", None, None, None, "Ghi chú"),
        (None, None, "Mức độ", None, "Kết quả", None, None),
        (None, None, "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", "Ngày hoàn thành", None),
    )
    for row in (*TOP, *heads, ("PCI-01.1", "", "Hoàn thành", 100, "Đã niêm yết", date(2024, 11, 5), "gấp")):
        sheet.append(list(row))
    for area in ("A3:A5", "B3:B5", "C3:F3", "C4:D4", "E4:F4", "G3:G5"):
        sheet.merge_cells(area)
    buffer = BytesIO()
    workbook.save(buffer)
    reading = read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")
    [row] = reading.rows
    assert _codes(reading) == []
    assert (row.status, row.progress_pct, row.completed_on, row.note) == ("completed", 100, date(2024, 11, 5), "gấp")


@pytest.mark.parametrize(
    "row",
    [
        (3, "", "Việc khác do huyện giao", "Gần xong", "khoảng 80%"),
        (3, "PCI-6.l", "", "Gần xong", "", "Đã giải quyết 12 hồ sơ", "15/BC-UBND"),
        (3, "PCI 6", "", "", "", "Đã giải quyết 12 hồ sơ", "15/BC-UBND", date(2024, 11, 5)),
    ],
)
def test_a_filled_row_of_no_known_task_is_told_whatever_else_is_wrong_in_it(clerk: Clerk, row: Row) -> None:
    assert "task_unknown" in [code for code, _ in _codes(_read(clerk, [*TOP, HEADS, DONE, row]))]


@pytest.mark.parametrize(
    "row",
    [
        ("", "", "", "", 70),
        ("", "", "", "Trung bình:", 70),
        ("", "", "Ký hiệu: HT", "Hoàn thành"),
        ("", "", "ĐTH", "Đang thực hiện"),
    ],
)
def test_an_average_and_a_legend_below_the_table_are_no_tasks(clerk: Clerk, row: Row) -> None:
    reading = _read(clerk, [*TOP, HEADS, DONE, BEGUN, (), row])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1"], [])


@pytest.mark.parametrize(
    "label",
    [
        "Tỷ lệ hoàn thành",
        "Số nhiệm vụ hoàn thành",
        "Tổng nhiệm vụ",
        "TỔNG HỢP",
        "Toàn xã",
        "Tổng mục A",
        "Điểm tự chấm",
        "Trung bình cộng toàn bộ các nhiệm vụ trong tháng",
        "Mức độ hoàn thành PCI",
        "Kết quả chung toàn xã",
    ],
)
def test_a_number_for_all_tasks_is_no_task(clerk: Clerk, label: str) -> None:
    reading = _read(clerk, [*TOP, HEADS, DONE, BEGUN, ("", "", label, "", 70)])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1"], [])


@pytest.mark.parametrize("label", ["Xếp loại", "Tự đánh giá chung", "Kết quả chung toàn xã", "Đánh giá của UBND xã"])
@pytest.mark.parametrize("rating", ["Hoàn thành tốt", "Hoàn thành"])
def test_a_rating_of_all_tasks_is_no_task(clerk: Clerk, label: str, rating: str) -> None:
    reading = _read(clerk, [*TOP, HEADS, DONE, BEGUN, ("", "", label, rating)])
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1"], [])


@pytest.mark.parametrize(
    ("label", "told"), [("Tỷ lệ hoàn thành", []), ("Toàn xã", []), ("Tổng vệ sinh", ["task_unknown"])]
)
def test_a_number_for_all_tasks_is_known_by_its_words_alone_where_tasks_have_no_numbers(
    clerk: Clerk, plan: Plan, label: str, told: list[str]
) -> None:
    text = plan.tasks["PCI-02.1"].text
    reading = _read(clerk, [*TOP, HEADS[2:], (text, *BEGUN[3:]), (label, "", 70)])
    assert [code for code, _ in _codes(reading)] == told


@pytest.mark.parametrize(
    "row",
    [
        (3, "", "Tổng kết hội nghị", "", 70),
        ("", "", "Đánh giá cán bộ", "Hoàn thành"),
        ("", "", "Tổng kết hội nghị", "Đang thực hiện", 70),
        ("", "", "Trực lễ", "", 70),
        ("", "", "Tổng kết hội nghị", "", 70, "40 người"),
    ],
)
def test_a_row_that_may_be_a_task_is_no_number_for_all(clerk: Clerk, row: Row) -> None:
    assert [code for code, _ in _codes(_read(clerk, [*TOP, HEADS, DONE, BEGUN, row]))] == ["task_unknown"]


def test_an_average_named_in_the_column_of_statuses_is_compared_with_its_rows(clerk: Clerk) -> None:
    [total] = _read(clerk, [*TOP, HEADS, DONE, BEGUN, ("", "", "", "Trung bình:", 55)]).totals
    assert (total.cell, total.stated, (70.0, 70.0) in total.counted) == ("E6", 55, True)


def test_a_month_that_became_a_date_is_the_period(clerk: Clerk) -> None:
    top = (("UBND xã Đại Lãnh",), ("Kỳ báo cáo:", date(2024, 10, 1)))
    assert _read(clerk, [*top, HEADS, DONE], period=None).period_claimed == "2024-10"


def test_the_text_above_a_web_pages_table_says_whose_and_when(clerk: Clerk) -> None:
    cells = "".join(f"<td>{value}</td>" for value in HEADS[:6])
    row = "".join(f"<td>{value}</td>" for value in BEGUN)
    page = (
        "<html><head><title>Sheet1</title><meta charset=utf-8></head><body><p>UBND <b>xã Vạn Thọ</b></p>"
        "<table><tr><td><p>Kỳ báo cáo: tháng 10/2024</p>"
        f"<table><tr>{cells}</tr><tr>{row}</tr></table></td></tr></table><p>UBND xã Đại Lãnh</p></body></html>"
    )
    reading = read_submission(page.encode(), clerk=clerk, unit_code="22492", period_id=None)
    assert (reading.unit_claimed, reading.period_claimed, _tasks(reading)) == ("22504", "2024-10", ["PCI-02.1"])


def test_the_cell_of_a_ticked_status_is_the_ticked_one(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Hoàn thành", "Đang thực hiện", "Chưa thực hiện", "Tiến độ (%)", "Kết quả")
    rows = [
        ("PCI-01.1", "x", "", "", 100, "Xong"),
        ("PCI-02.1", "", "x", "", 40, "2 hội nghị"),
        ("PCI-02.2", "", "", "", "", "?"),
    ]
    read = _read(clerk, [*TOP, heads, *rows]).rows
    assert [(row.status, row.cells["status"]) for row in read] == [
        ("completed", "B4"),
        ("in_progress", "C5"),
        (None, "B6"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        ("", "", "", "", "", "Kế hoạch tháng 12/2024: tiếp tục tuyên truyền"),
        ("B. Nhiệm vụ có thời hạn hoàn thành tháng 12/2024",),
        ("II. Nhiệm vụ tháng 12/2024",),
    ],
)
def test_tasks_told_nowhere_else_are_read_whatever_line_stands_above_them(clerk: Clerk, line: Row) -> None:
    assert _tasks(_read(clerk, [*TOP, HEADS, DONE, line, BEGUN])) == ["PCI-01.1", "PCI-02.1"]


def test_a_second_sheet_with_other_results_is_not_left_out_unsaid(clerk: Clerk) -> None:
    other = (1, "PCI-01.1", "", "", "", "Đã phát 500 tờ rơi", "15/BC-UBND")
    assert _tasks(_read(clerk, [*TOP, HEADS, DONE], [HEADS, other])) == ["PCI-01.1", "PCI-01.1"]


def test_the_day_of_signing_is_not_the_period(clerk: Clerk) -> None:
    top = (("UBND xã Đại Lãnh",), ("Ngày ký:", date(2024, 12, 5)), ("Ký", date(2024, 12, 5)))
    assert _read(clerk, [*top, HEADS, DONE], period=None).period_claimed is None


@pytest.mark.parametrize(
    "above",
    [
        "<p>Thực hiện Công văn số 12/UBND tháng 10/2024</p><a>Báo cáo tháng 9/2024</a>",
        '<div style="display:none">Kỳ báo cáo: tháng 9/2024</div>',
    ],
)
def test_what_a_web_page_refers_to_or_hides_is_not_its_period(clerk: Clerk, above: str) -> None:
    rows = "".join("<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>" for row in (HEADS[:6], BEGUN))
    page = (
        f"<html><body>{above}<p>Báo cáo tháng 11/2024</p><table>{rows}</table>"
        "<p>Phương hướng tháng 12/2024</p><table><tr><td>x</td></tr></table></body></html>"
    )
    reading = read_submission(page.encode(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert (reading.period_claimed, _codes(reading)) == ("2024-11", [])


@pytest.mark.parametrize(("november", "told"), [("Tiến độ tháng 11 (%)", ""), ("Tiến độ tháng 11 (kế hoạch) (%)", 60)])
def test_where_the_column_of_the_month_is_empty_or_only_planned_the_one_before_is_read_and_that_is_said(
    clerk: Clerk, november: str, told: object
) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ tháng 10 (%)", november)
    reading = _read(clerk, [*TOP, heads, ("PCI-02.1", "Đang thực hiện", 40, told)])
    assert (reading.rows[0].progress_pct, _codes(reading)) == (40, [("column_of_other_time", "C3")])


@pytest.mark.parametrize("beside", ["Lũy kế (%)", "Đã thực hiện (%)", "Tỷ lệ hoàn thành so với kế hoạch (%)"])
def test_a_second_share_beside_the_progress_is_no_doubt_about_it(clerk: Clerk, beside: str) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", beside, "Tiến độ (%)")
    reading = _read(clerk, [*TOP, heads, ("PCI-02.1", "Đang thực hiện", 90, 40)])
    assert (_codes(reading), reading.rows[0].progress_pct) == ([], 40)


def test_signatures_over_several_columns_are_no_tasks(clerk: Clerk) -> None:
    below = [
        ("", "", "", "NGƯỜI LẬP BIỂU", "", "CÔNG CHỨC PHỤ TRÁCH", "", "CHỦ TỊCH"),
        ("", "", "Nguyễn Văn A", "Trần Thị B", "Lê Văn C", "Phạm D", "", ""),
    ]
    assert _codes(_read(clerk, [*TOP, HEADS, DONE, BEGUN, (), *below])) == []


@pytest.mark.parametrize(
    "row", [(30, "", "", "Chưa thực hiện"), ("", "NV31", "", "Đang thực hiện"), ("", "", "", "Hoàn thành")]
)
def test_a_status_without_a_known_task_is_told(clerk: Clerk, row: Row) -> None:
    assert [code for code, _ in _codes(_read(clerk, [*TOP, HEADS, DONE, row]))] == ["task_unknown"]


def test_a_sheet_with_other_columns_does_not_go_on_with_the_table_before(clerk: Clerk) -> None:
    swapped = [(2, "PCI-02.1", "", "Đang thực hiện", "2 hội nghị", 40), (3, "PCI-03.1", "", "Hoàn thành", "Xong", 100)]
    assert _codes(_read(clerk, [*TOP, HEADS, DONE], swapped)) == [("heading_missing", "A1")]
    again = [("", "PCI-01.1", "", "Hoàn thành"), ("", "PCI-02.1", "", "Hoàn thành")]
    assert _tasks(_read(clerk, [*TOP, HEADS, DONE, BEGUN], again)) == ["PCI-01.1", "PCI-02.1"]
