"""Tables whose tasks are listed by status, and columns known by what stands in them."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.plan import Plan
from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",))
Row = Sequence[object]


def _read(clerk: Clerk, *sheets: Sequence[Row], merged: Sequence[str] = (), names: Sequence[str] = ()) -> Reading:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for number, rows in enumerate(sheets):
        sheet = workbook.create_sheet(names[number] if names else f"Trang {number + 1}")
        for row in rows:
            sheet.append(list(row))
        for area in merged if not number else ():
            sheet.merge_cells(area)
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


def _states(reading: Reading) -> list[tuple[str | None, str | None, float | None]]:
    return [(row.task_code, row.status, row.progress_pct) for row in reading.rows]


HEADS = ("TT", "Nhiệm vụ", "Kết quả thực hiện", "Số văn bản", "Ngày hoàn thành", "Khó khăn")
DONE = ("Đã niêm yết 12 thủ tục tại trụ sở", "12/BC-UBND", date(2024, 11, 5), "")
BEGUN = ("Đã tổ chức 2 hội nghị đối thoại", "", "", "")


@pytest.mark.parametrize(
    "headings",
    [
        (("I", "Nhiệm vụ đã hoàn thành"), ("II", "Nhiệm vụ đang thực hiện"), ("III", "Nhiệm vụ chưa thực hiện")),
        (("A", "CÁC NHIỆM VỤ HOÀN THÀNH"), ("B", "CÁC CÔNG VIỆC ĐANG TRIỂN KHAI"), ("C", "CHƯA TRIỂN KHAI")),
        (("I. Đã hoàn thành: 01 nhiệm vụ",), ("II. Đang thực hiện (1 nhiệm vụ)",), ("III. Chưa thực hiện: 1",)),
        (("1. Nội dung hoàn thành trong tháng 11",), ("2. Nội dung đang thực hiện",), ("3. Nội dung chưa thực hiện",)),
    ],
)
def test_tasks_below_a_status_have_that_status(clerk: Clerk, plan: Plan, headings: Sequence[Row]) -> None:
    rows: list[Row] = []
    tasks = ("PCI-01.1", "PCI-02.1", "PCI-03.1")
    for heading, code, told in zip(headings, tasks, (DONE, BEGUN, ("", "", "", "Thiếu kinh phí")), strict=True):
        rows += [heading, (1, plan.tasks[code].text, *told)]
    reading = _read(clerk, [*TOP, HEADS, *rows, ("", "", "TM. ỦY BAN NHÂN DÂN"), ("", "", "CHỦ TỊCH")])
    assert _states(reading) == [
        ("PCI-01.1", "completed", None),
        ("PCI-02.1", "in_progress", None),
        ("PCI-03.1", "not_started", None),
    ]
    assert _codes(reading) == []
    column = "B" if len(headings[0]) > 1 else "A"
    assert [row.cells["status"] for row in reading.rows] == [f"{column}4", f"{column}6", f"{column}8"]


def test_a_task_named_alone_below_a_status_is_told_by_it(clerk: Clerk, plan: Plan) -> None:
    listed = [("II", "Nhiệm vụ không phát sinh"), (2, plan.tasks["PCI-06.2"].text)]
    first = [("I", "Nhiệm vụ đã hoàn thành"), (1, plan.tasks["PCI-01.1"].text, *DONE)]
    reading = _read(clerk, [*TOP, HEADS, *first, *listed])
    assert _states(reading) == [("PCI-01.1", "completed", None), ("PCI-06.2", "nil", None)]


def test_a_share_that_is_not_the_status_above_is_kept_beside_it(clerk: Clerk, plan: Plan) -> None:
    heads = ("TT", "Nhiệm vụ", "Tiến độ (%)", "Kết quả thực hiện")
    rows = [
        ("I", "Nhiệm vụ đã hoàn thành"),
        ("III", "Chỉ số Tính minh bạch"),
        (1, plan.tasks["PCI-03.1"].text, 70, DONE[0]),
        ("II", "Nhiệm vụ đang thực hiện"),
        (2, plan.tasks["PCI-03.2"].text, 40, BEGUN[0]),
    ]
    reading = _read(clerk, [*TOP, heads, *rows])
    assert _states(reading) == [("PCI-03.1", "completed", 70), ("PCI-03.2", "in_progress", 40)]


def test_the_title_of_a_sheet_may_tell_the_status_of_its_tasks(clerk: Clerk, plan: Plan) -> None:
    done = [("CÁC NHIỆM VỤ HOÀN THÀNH - THÁNG 11/2024",), HEADS, (1, plan.tasks["PCI-01.1"].text, *DONE)]
    begun = [("CÁC NHIỆM VỤ ĐANG THỰC HIỆN - THÁNG 11/2024",), HEADS, (1, plan.tasks["PCI-02.1"].text, *BEGUN)]
    reading = _read(clerk, [*TOP, *done], begun)
    assert _states(reading) == [("PCI-01.1", "completed", None), ("PCI-02.1", "in_progress", None)]
    assert _codes(reading) == []


def test_counts_behind_the_statuses_in_a_table_with_statuses_are_no_sums_of_the_rows_above(
    clerk: Clerk, plan: Plan
) -> None:
    heads = ("TT", "Nhiệm vụ", "Tiến độ (%)", "Kết quả thực hiện")
    rows = [
        ("A", "Đã hoàn thành: 1 nhiệm vụ"),
        (1, plan.tasks["PCI-01.1"].text, 100, DONE[0]),
        ("B", "Đang thực hiện: 2 nhiệm vụ"),
        (2, plan.tasks["PCI-02.1"].text, 40, BEGUN[0]),
        (3, plan.tasks["PCI-03.1"].text, 50, BEGUN[0]),
    ]
    reading = _read(clerk, [*TOP, heads, *rows])
    assert [(total.cell, total.stated, total.difference) for total in reading.totals] == [("B4", 1, 0), ("B6", 2, 0)]
    wrong = _read(clerk, [*TOP, heads, ("A", "Đã hoàn thành: 5 nhiệm vụ"), *rows[1:]])
    assert [(total.cell, total.difference) for total in wrong.totals] == [("B4", 4), ("B6", 0)]
    below = _read(clerk, [*TOP, heads, *rows[1:2], ("", "Đã hoàn thành: 3 nhiệm vụ")])
    assert [total.stated for total in below.totals] == [3]


@pytest.mark.parametrize("title", ["TÌNH HÌNH THU, CHI NGÂN SÁCH XÃ QUÝ III/2024", "NHIỆM VỤ TRỌNG TÂM THÁNG 12/2024"])
def test_the_period_of_a_sheet_beside_the_report_is_not_that_of_the_file(clerk: Clerk, title: str) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)")
    beside = [(title,), (), ("TT", "Chỉ tiêu", "Dự toán"), (1, "Thu ngân sách xã ở xã Vạn Bình", 5116)]
    reading = _read(clerk, [*TOP, heads, (1, "PCI-02.1", "Đang thực hiện", 40)], beside)
    assert (reading.period_claimed, _codes(reading)) == ("2024-11", [])
    cover = _read(clerk, [("BÁO CÁO THÁNG 10/2024",)], [heads, (1, "PCI-02.1", "Đang thực hiện", 40)])
    assert cover.period_claimed == "2024-10"


@pytest.mark.parametrize("head", ["Đánh giá", "Mức độ thực hiện", "Kết quả xử lý", "Phân loại"])
def test_statuses_under_a_heading_nobody_knows_are_read_and_that_is_told(clerk: Clerk, head: str) -> None:
    heads = ("TT", "Mã nhiệm vụ", head, "Tiến độ (%)", "Kết quả thực hiện")
    rows = [(1, "PCI-01.1", "Hoàn thành", 60, DONE[0]), (2, "PCI-06.2", "Không phát sinh")]
    reading = _read(clerk, [*TOP, heads, *rows])
    assert _states(reading) == [("PCI-01.1", "completed", 60), ("PCI-06.2", "nil", None)]
    assert _codes(reading) == [("column_by_content", "C3")]
    ratings = [(1, "PCI-01.1", "Tốt", 60, DONE[0]), (2, "PCI-06.2", "Khá", 40, BEGUN[0])]
    assert [row.status for row in _read(clerk, [*TOP, heads, *ratings]).rows] == ["in_progress", "in_progress"]


@pytest.mark.parametrize(
    ("head", "name", "values"),
    [
        ("Văn bản, tài liệu kèm theo", "evidence", ("12/BC-UBND", "Báo cáo 14/BC-UBND ngày 4/11/2024")),
        ("Kết quả chi tiết", "result", (DONE[0], BEGUN[0])),
        ("Ngày báo cáo hoàn thành", "completed_on", (date(2024, 11, 5), "6/11/2024")),
    ],
)
def test_what_is_beyond_doubt_by_its_content_is_read_whatever_heads_it(
    clerk: Clerk, head: str, name: str, values: Row
) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Tình trạng", head)
    rows = [(1, "PCI-01.1", "Hoàn thành", values[0]), (2, "PCI-03.1", "Hoàn thành", values[1])]
    reading = _read(clerk, [*TOP, heads, *rows])
    assert all(getattr(row, name) is not None for row in reading.rows)
    assert _codes(reading) == [("column_by_content", "D3")]


@pytest.mark.parametrize(
    ("head", "values"),
    [
        ("Giải pháp thời gian tới", (DONE[0], BEGUN[0])),
        ("Thời hạn giao", ("15/12/2024", "31/12/2024")),
        ("Văn bản giao nhiệm vụ", ("12/KH-UBND", "15/KH-UBND")),
        ("Văn bản của huyện", ("12/KH-UBND", "15/KH-UBND")),
        ("Nội dung theo KH tỉnh", (DONE[0], BEGUN[0])),
        ("Nội dung chưa làm được", (DONE[0], BEGUN[0])),
        ("Việc cần làm", (DONE[0], BEGUN[0])),
        ("Ngày bắt đầu", ("5/11/2024", "6/11/2024")),
        ("Ngày phải xong", ("5/11/2024", "6/11/2024")),
    ],
)
def test_what_is_no_answer_is_not_read_by_its_content(clerk: Clerk, head: str, values: Row) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Tình trạng", head)
    rows = [(1, "PCI-01.1", "Hoàn thành", values[0]), (2, "PCI-03.1", "Hoàn thành", values[1])]
    reading = _read(clerk, [*TOP, heads, *rows])
    told = [(row.result, row.evidence, row.completed_on) for row in reading.rows]
    assert told == [(None, None, None)] * 2


@pytest.mark.parametrize(
    "head", ["Xếp loại công chức phụ trách", "Huyện đánh giá", "Kiểm tra nội bộ", "Hồ sơ trễ hạn", "Đánh giá tháng 10"]
)
def test_statuses_of_something_else_are_not_those_of_the_tasks(clerk: Clerk, head: str) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Tiến độ (%)", "Kết quả thực hiện", head)
    rows = [(1, "PCI-01.1", 40, BEGUN[0], "Hoàn thành"), (2, "PCI-02.1", 60, BEGUN[0], "Không có")]
    reading = _read(clerk, [*TOP, heads, *rows])
    assert [row.status for row in reading.rows] == ["in_progress", "in_progress"]


def test_columns_of_other_times_are_not_read_by_their_content_either(clerk: Clerk) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Tiến độ tháng 10", "Tiến độ tháng 11", "Kết quả thực hiện")
    rows = [(1, "PCI-01.1", "Chưa thực hiện", 100, DONE[0]), (2, "PCI-02.1", "Chưa thực hiện", 40, BEGUN[0])]
    reading = _read(clerk, [*TOP, heads, *rows])
    assert [row.status for row in reading.rows] == ["completed", "in_progress"]


def test_the_parts_of_a_wide_heading_are_taken_for_what_stands_in_them(clerk: Clerk) -> None:
    upper = ("TT", "Mã nhiệm vụ", "Kết quả thực hiện", "", "", "", "")
    lower = ("", "", "Đánh giá", "Tỷ lệ (%)", "Nội dung", "Sản phẩm", "Thời gian")
    rows = [
        (1, "PCI-01.1", "Hoàn thành", 100, DONE[0], "12/BC-UBND", "5/11/2024"),
        (2, "PCI-03.1", "Hoàn thành", 100, "Đã rà soát 5 thủ tục hành chính", "14/BC-UBND", "6/11/2024"),
        (3, "PCI-02.1", "Đang thực hiện", 40, BEGUN[0], "", ""),
    ]
    reading = _read(clerk, [*TOP, upper, lower, *rows], merged=("C3:G3", "A3:A4", "B3:B4"))
    assert _codes(reading) == []
    first, *_, last = reading.rows
    assert (first.status, first.progress_pct, first.result) == ("completed", 100, DONE[0])
    assert (first.evidence, first.completed_on) == ("12/BC-UBND", date(2024, 11, 5))
    assert (last.status, last.progress_pct, last.result) == ("in_progress", 40, BEGUN[0])


def test_the_plans_own_texts_are_the_tasks_below_what_may_head_results_too(clerk: Clerk, plan: Plan) -> None:
    for heads in (("TT", "Nội dung triển khai", "Tình trạng", "Kết quả thực hiện"), ("TT", "Diễn giải", "Tình trạng")):
        rows = [(1, plan.tasks[code].text, "Đang thực hiện", BEGUN[0]) for code in ("PCI-01.1", "PCI-02.1")]
        reading = _read(clerk, [*TOP, heads, *(row[: len(heads)] for row in rows)])
        assert [row.task_code for row in reading.rows] == ["PCI-01.1", "PCI-02.1"]
        assert [row.result for row in reading.rows] == [BEGUN[0] if len(heads) > 3 else None] * 2


def test_the_title_of_an_index_one_column_too_far_is_no_task(clerk: Clerk, plan: Plan) -> None:
    heads = ("Nhiệm vụ", "Tình trạng", "Kết quả thực hiện")
    first = (f"1. {plan.tasks['PCI-01.1'].text}", "Đang thực hiện", BEGUN[0])
    second = (f"1. {plan.tasks['PGI-01.1'].text}", "Đang thực hiện", BEGUN[0])
    reading = _read(clerk, [*TOP, heads, first, ("B", "Chỉ số xanh cấp tỉnh (PGI)"), second])
    assert ([row.task_code for row in reading.rows], _codes(reading)) == (["PCI-01.1", "PGI-01.1"], [])


def test_days_of_a_change_and_statuses_of_another_time_are_not_taken_for_the_answer(clerk: Clerk) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Ngày cập nhật")
    rows = [(1, "PCI-01.1", "Hoàn thành", 100, "14/11/2024"), (2, "PCI-02.1", "Đang thực hiện", 40, "13/11/2024")]
    assert [row.completed_on for row in _read(clerk, [*TOP, heads, *rows]).rows] == [None, None]
    heads = ("TT", "Mã nhiệm vụ", "Đánh giá đầu kỳ", "Đánh giá cuối kỳ", "Kết quả thực hiện")
    rows = [
        (1, "PCI-01.1", "Chưa thực hiện", "Đang thực hiện", BEGUN[0]),
        (2, "PCI-02.1", "Đang thực hiện", "Hoàn thành", DONE[0]),
    ]
    assert [row.status for row in _read(clerk, [*TOP, heads, *rows]).rows] == ["in_progress", "completed"]


@pytest.mark.parametrize(
    "title",
    [
        ("II", "Nhiệm vụ quá hạn"),
        ("II", "Nhiệm vụ khác"),
        ("B", "Chỉ số xanh cấp tỉnh (PGI)"),
        ("", "Tổng cộng"),
        ("", "Danh mục nhiệm vụ năm 2024 (tham khảo)"),
    ],
)
def test_a_status_ends_at_whatever_is_no_task_below_it(clerk: Clerk, plan: Plan, title: Row) -> None:
    first = (1, plan.tasks["PCI-01.1"].text, *DONE)
    second = (2, plan.tasks["PGI-01.1"].text, *BEGUN)
    above = [("A", "Chỉ số năng lực cạnh tranh cấp tỉnh (PCI)")]
    reading = _read(clerk, [*TOP, HEADS, *above, ("I", "Nhiệm vụ đã hoàn thành"), first, title, second])
    assert [(row.task_code, row.status) for row in reading.rows] == [("PCI-01.1", "completed"), ("PGI-01.1", None)]


def test_titles_of_sections_within_a_status_do_not_end_it(clerk: Clerk, plan: Plan) -> None:
    rows = [
        ("I", "Nhiệm vụ đã hoàn thành"),
        ("A", "Chỉ số năng lực cạnh tranh cấp tỉnh (PCI)"),
        (1, plan.tasks["PCI-01.1"].text, *DONE),
        ("B", "Chỉ số xanh cấp tỉnh (PGI)"),
        (1, plan.tasks["PGI-01.1"].text, *DONE),
        ("II", "Nhiệm vụ đang thực hiện", "", "bình quân 60%"),
        (1, plan.tasks["PGI-02.1"].text, *BEGUN),
    ]
    assert [row.status for row in _read(clerk, [*TOP, HEADS, *rows]).rows] == ["completed", "completed", "in_progress"]


@pytest.mark.parametrize(
    "above",
    [
        [("Số nhiệm vụ đang thực hiện: 2",), ("Số nhiệm vụ chưa thực hiện: 0",)],
        [("I. NỘI DUNG ĐÃ THỰC HIỆN",)],
        [("Các nhiệm vụ chưa thực hiện: 0",)],
    ],
)
def test_what_stands_above_a_table_of_shares_and_is_no_title_tells_no_status(
    clerk: Clerk, plan: Plan, above: Sequence[Row]
) -> None:
    heads = ("TT", "Nhiệm vụ", "Tiến độ (%)", "Kết quả thực hiện")
    rows = [(n, plan.tasks[code].text, 40, BEGUN[0]) for n, code in enumerate(("PCI-01.1", "PCI-02.1"), 1)]
    for sheet in ([*TOP, *above, heads, *rows], [*TOP, heads, ("I", "Công việc đã thực hiện trong tháng 11"), *rows]):
        assert [row.status for row in _read(clerk, sheet).rows] == ["in_progress", "in_progress"]


def test_tasks_above_the_first_status_keep_that_of_their_share(clerk: Clerk, plan: Plan) -> None:
    heads = ("TT", "Nhiệm vụ", "Tiến độ (%)", "Kết quả thực hiện")
    first, second = ((n, plan.tasks[code].text) for n, code in enumerate(("PCI-01.1", "PCI-02.1"), 1))
    rows = [(*first, 100, DONE[0]), ("II", "Công việc chưa thực hiện"), (*second, 0, "")]
    assert [row.status for row in _read(clerk, [*TOP, heads, *rows]).rows] == ["completed", "not_started"]


def test_words_of_a_status_in_a_result_stay_a_result(clerk: Clerk, plan: Plan) -> None:
    heads = ("TT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
    first = (1, plan.tasks["PCI-01.1"].text, "Đang thực hiện", 40, "Đã họp 2 lần")
    more = ("", "", "", "", "Đã hoàn thành 2 nội dung")
    second = (2, plan.tasks["PCI-02.1"].text, "Đang thực hiện", 40, BEGUN[0])
    [row, _] = _read(clerk, [*TOP, heads, first, more, second]).rows
    assert row.result == "Đã họp 2 lần; Đã hoàn thành 2 nội dung"


def test_tasks_completed_after_the_period_are_asked_about_wherever_that_is_told(clerk: Clerk, plan: Plan) -> None:
    rows = [("I", "Nhiệm vụ hoàn thành tháng 12/2024"), (1, plan.tasks["PCI-01.1"].text, *DONE)]
    reading = _read(clerk, [*TOP, HEADS, *rows])
    assert [row.status for row in reading.rows] == [None]
    assert _codes(reading) == [("status_unreadable", "B4")]
    heads = ("TT", "Mã nhiệm vụ", "Tình trạng")
    for said, status in (("Đã hoàn thành tháng 11 năm 2023", None), ("Đã hoàn thành tháng 12/2023", "completed")):
        assert [row.status for row in _read(clerk, [*TOP, heads, (1, "PCI-01.1", said)]).rows] == [status]


@pytest.mark.parametrize(
    "title", ["Thực hiện nhiệm vụ quý IV/2024", "Biểu mẫu ban hành tháng 3/2024", "Số liệu đến hết tháng 10/2024"]
)
def test_the_line_made_for_the_period_counts_wherever_it_stands(clerk: Clerk, title: str) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)")
    cover = [("UBND xã Đại Lãnh",), ("Kỳ báo cáo: tháng 11/2024",)]
    reading = _read(clerk, cover, [(title,), heads, (1, "PCI-02.1", "Đang thực hiện", 40)])
    assert (reading.period_claimed, _codes(reading)) == ("2024-11", [])


def test_a_cover_that_names_another_month_than_the_report_is_told(clerk: Clerk) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)")
    report = [("BÁO CÁO THÁNG 11/2024",), heads, (1, "PCI-02.1", "Đang thực hiện", 40)]
    reading = _read(clerk, [("BÁO CÁO THÁNG 10/2024",), ("xã Đại Lãnh",)], report)
    assert "period_contradiction" in [one.code for one in reading.findings]
