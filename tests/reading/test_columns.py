"""Columns nobody drew like the form: wide headings over parts, several periods, words of one's own over a field."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.plan import Plan
from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading, TaskRow

TOP = (("UBND xã Đại Lãnh",), ("Kỳ báo cáo: tháng 11/2024",))
DOING, DONE = "Đang thực hiện", "Hoàn thành"
Row = Sequence[object]


def _read(clerk: Clerk, *rows: Row, merged: Sequence[str] = ()) -> Reading:
    """The heading begins in row 3."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in (*TOP, *rows):
        sheet.append([None if value == "" else value for value in row])
    for area in merged:
        sheet.merge_cells(area)
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


def _told(row: TaskRow) -> tuple[str | None, str | None, float | None, str | None]:
    return row.task_code, row.status, row.progress_pct, row.result


@pytest.mark.parametrize("merged", [("A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4"), ()])
@pytest.mark.parametrize(
    ("wide", "parts"),
    [
        ("Tiến độ (%)", ("Kế hoạch", "Thực hiện")),
        ("Tiến độ", ("Theo kế hoạch", "Thực tế")),
        ("Tiến độ thực hiện (%)", ("Kế hoạch", "Thực hiện")),
        ("Tiến độ (%)", ("Kỳ trước", "Kỳ này")),
        ("Tiến độ thực hiện (%)", ("Trong tháng", "Lũy kế từ đầu năm")),
        ("Tiến độ (%)", ("Tháng 10", "Tháng 11")),
    ],
)
def test_of_the_parts_of_a_wide_heading_the_one_that_tells_what_is_done_is_read(
    clerk: Clerk, wide: str, parts: tuple[str, str], merged: Sequence[str]
) -> None:
    heads = [("STT", "Mã nhiệm vụ", "Tình trạng", wide, "", "Kết quả"), ("", "", "", *parts, "")]
    reading = _read(clerk, *heads, (1, "PCI-02.1", DOING, 80, 60, "2 hội nghị"), merged=merged)
    assert _codes(reading) == []
    assert _told(reading.rows[0]) == ("PCI-02.1", "in_progress", 60, "2 hội nghị")


def test_parts_of_a_wide_heading_in_the_other_order_are_read_the_same(clerk: Clerk) -> None:
    heads = [
        ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "", "Kết quả"),
        ("", "", "", "Thực hiện", "Kế hoạch", ""),
    ]
    reading = _read(clerk, *heads, (1, "PCI-02.1", DOING, 60, 80, "2 hội nghị"), merged=("D3:E3", "B3:B4"))
    assert (_codes(reading), reading.rows[0].progress_pct) == ([], 60)


@pytest.mark.parametrize("merged", [("A3:A4", "B3:B4", "C3:E3", "F3:H3"), ()])
@pytest.mark.parametrize(
    "periods", [("Tháng 10/2024", "Tháng 11/2024"), ("Quý III", "Quý IV"), ("Tháng 12", "Tháng 1")]
)
def test_of_periods_side_by_side_the_latest_is_the_reports(
    clerk: Clerk, periods: tuple[str, str], merged: Sequence[str]
) -> None:
    parts = ("Tình trạng", "Tiến độ (%)", "Kết quả")
    heads = [("STT", "Mã nhiệm vụ", periods[0], "", "", periods[1], "", ""), ("", "", *parts, *parts)]
    told = (1, "PCI-02.1", DOING, 40, "1 hội nghị", DOING, 60, "2 hội nghị")
    reading = _read(clerk, *heads, told, (2, "PCI-02.2", DOING, 30, "1 buổi", DONE, 100, "3 buổi"), merged=merged)
    assert _codes(reading) == []
    assert _told(reading.rows[0]) == ("PCI-02.1", "in_progress", 60, "2 hội nghị")
    assert _told(reading.rows[1]) == ("PCI-02.2", "completed", 100, "3 buổi")


@pytest.mark.parametrize("headed", ["Tiến độ tháng {} (%)", "Tỷ lệ hoàn thành T{} (%)"])
@pytest.mark.parametrize(
    ("figures", "wanted", "said"),
    [
        ((20, 40, 60, ""), 60, []),
        ((20, 40, "", ""), 40, [("column_of_other_time", "E3")]),
        ((20, 40, 60, 70), 60, []),
    ],
)
def test_of_many_months_that_of_the_period_is_read_or_with_a_warning_the_latest_before(
    clerk: Clerk, headed: str, figures: Row, wanted: float, said: Row
) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", *(headed.format(month) for month in (9, 10, 11, 12)), "Kết quả")
    reading = _read(clerk, heads, (1, "PCI-02.1", DOING, *figures, "2 hội nghị"))
    assert (_codes(reading), reading.rows[0].progress_pct) == (said, wanted)


def test_two_columns_of_one_field_and_period_still_contradict(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ tháng 11 (%)", "Tiến độ tháng 11 (%)", "Kết quả")
    assert _codes(_read(clerk, heads, (1, "PCI-02.1", DOING, 40, 60, "2 hội nghị"))) == [("column_twice", "E4")]


@pytest.mark.parametrize(
    ("wide", "parts", "field"),
    [
        ("Kết quả thực hiện", ("Nội dung", "Số văn bản"), "result"),
        ("Tồn tại, hạn chế", ("Nội dung", "Nguyên nhân"), "difficulty"),
    ],
)
def test_a_lower_noi_dung_belongs_to_the_heading_over_it(
    clerk: Clerk, plan: Plan, wide: str, parts: Row, field: str
) -> None:
    heads = [("STT", "Nhiệm vụ", wide, "", "Tình trạng", "Tiến độ (%)"), ("", "", *parts, "", "")]
    row = (1, plan.tasks["PCI-02.1"].text, "Thiếu mẫu phiếu khảo sát", "", DOING, 40)
    reading = _read(clerk, *heads, row, merged=("A3:A4", "B3:B4", "C3:D3"))
    assert _codes(reading) == []
    assert (reading.rows[0].task_code, getattr(reading.rows[0], field)) == ("PCI-02.1", "Thiếu mẫu phiếu khảo sát")


@pytest.mark.parametrize("merged", [("A3:A4", "B3:B4", "G3:G4", "C3:F3"), ("C3:F3",), ()])
@pytest.mark.parametrize("above", ["Kết quả thực hiện", "Kết quả thực hiện trong kỳ"])
def test_parts_that_would_head_a_table_alone_are_parts_below_the_heading_of_the_tasks(
    clerk: Clerk, above: str, merged: Sequence[str]
) -> None:
    heads = [
        ("STT", "Mã nhiệm vụ", above, "", "", "", "Ghi chú"),
        ("", "", "Tình trạng", "Tiến độ (%)", "Nội dung", "Số văn bản", ""),
    ]
    row = (1, "PCI-02.1", DOING, 60, "Đã niêm yết công khai các thủ tục hành chính", "", "Chờ vốn")
    reading = _read(clerk, *heads, row, merged=merged)
    assert _codes(reading) == []
    assert _told(reading.rows[0]) == ("PCI-02.1", "in_progress", 60, "Đã niêm yết công khai các thủ tục hành chính")
    assert reading.rows[0].note == "Chờ vốn"


def test_a_lower_noi_dung_under_a_heading_of_its_own_is_the_task(clerk: Clerk, plan: Plan) -> None:
    heads = [
        ("STT", "Kế hoạch", "", "Tình trạng", "Tiến độ (%)", "Kết quả"),
        ("", "Nội dung", "Cơ quan thực hiện", "", "", ""),
    ]
    row = (1, plan.tasks["PCI-02.1"].text, "Công chức", DOING, 40, "2 hội nghị")
    reading = _read(clerk, *heads, row, merged=("A3:A4", "B3:C3"))
    assert (_codes(reading), reading.rows[0].task_code) == ([], "PCI-02.1")


@pytest.mark.parametrize(
    ("wide", "parts"),
    [
        ("Thời gian hoàn thành", ("Theo kế hoạch", "Thực tế")),
        ("Thời gian thực hiện", ("Bắt đầu", "Hoàn thành")),
        ("Thời gian", ("Bắt đầu", "Hoàn thành")),
    ],
)
def test_a_day_planned_or_begun_is_not_the_day_of_completion(clerk: Clerk, wide: str, parts: Row) -> None:
    heads = [("STT", "Mã nhiệm vụ", wide, "", "Tình trạng", "Tiến độ (%)", "Kết quả"), ("", "", *parts, "", "", "")]
    done = (1, "PCI-01.1", date(2024, 12, 31), date(2024, 11, 5), DONE, 100, "2 hội nghị")
    doing = (2, "PCI-02.1", date(2024, 12, 31), "", DOING, 40, "2 hội nghị")
    reading = _read(clerk, *heads, done, doing, merged=("A3:A4", "B3:B4", "C3:D3"))
    assert _codes(reading) == []
    assert [row.completed_on for row in reading.rows] == [date(2024, 11, 5), None]


@pytest.mark.parametrize(
    "head", ["Nhiệm vụ được phân công", "Đầu việc", "Hạng mục", "Việc cần làm trong kỳ", "Những việc đã đăng ký"]
)
def test_a_column_of_the_plans_own_texts_is_the_task_whatever_heads_it(clerk: Clerk, plan: Plan, head: str) -> None:
    row = (1, plan.tasks["PCI-02.1"].text, DOING, 40, "2 hội nghị")
    reading = _read(clerk, ("TT", head, "Tình trạng", "Tiến độ (%)", "Kết quả"), row)
    assert (_codes(reading), [_told(one) for one in reading.rows]) == (
        [],
        [("PCI-02.1", "in_progress", 40, "2 hội nghị")],
    )


def test_a_column_of_other_texts_heads_no_table(clerk: Clerk) -> None:
    row = (1, "Hội nghị đối thoại với doanh nghiệp", DOING, 40, "2 hội nghị")
    reading = _read(clerk, ("TT", "Điều mong đợi ở ta", "Tình trạng", "Tiến độ (%)", "Kết quả"), row)
    assert _codes(reading) == [("no_table", None)]


def test_a_heading_over_the_number_and_the_text_is_that_of_the_text(clerk: Clerk, plan: Plan) -> None:
    rows = [
        (number, plan.tasks[code].text, DOING, 40, "2 hội nghị")
        for number, code in enumerate(("PCI-01.1", "PCI-02.1"), 1)
    ]
    reading = _read(clerk, ("Nhiệm vụ", "", "Tình trạng", "Tiến độ (%)", "Kết quả"), *rows, merged=("A3:B3",))
    assert (_codes(reading), [row.task_code for row in reading.rows]) == ([], ["PCI-01.1", "PCI-02.1"])


def test_what_was_done_headed_noi_dung_thuc_hien_beside_the_plans_texts_is_the_result(clerk: Clerk, plan: Plan) -> None:
    row = (1, plan.tasks["PCI-02.1"].text, "Đã tổ chức 2 hội nghị", DOING, 40)
    reading = _read(clerk, ("TT", "Danh sách việc", "Nội dung thực hiện", "Tình trạng", "Tiến độ (%)"), row)
    assert (_codes(reading), _told(reading.rows[0])) == ([], ("PCI-02.1", "in_progress", 40, "Đã tổ chức 2 hội nghị"))


@pytest.mark.parametrize(
    ("heads", "values"),
    [
        (("Tình hình thực hiện", "Tiến độ (%)"), ("Đã niêm yết 25 thủ tục", 60)),
        (("Tình hình thực hiện", "Trạng thái", "Tiến độ (%)"), ("Đã niêm yết 25 thủ tục", DOING, 60)),
        (("Kết quả thực hiện", "Mức độ hoàn thành"), ("Đã niêm yết 25 thủ tục", "60%")),
        (("Kết quả thực hiện", "Tiến độ", "Mức độ hoàn thành"), ("Đã niêm yết 25 thủ tục", DOING, "60%")),
        (("Tiến độ", "Tỷ lệ đạt được (%)", "Tình trạng", "Kết quả"), ("Quý IV", 60, DOING, "Đã niêm yết 25 thủ tục")),
        (("Tiến độ thực hiện", "Tiến độ (%)", "Kết quả"), (DOING, 60, "Đã niêm yết 25 thủ tục")),
    ],
)
def test_a_column_is_what_stands_in_it_where_its_heading_leaves_a_choice(clerk: Clerk, heads: Row, values: Row) -> None:
    reading = _read(clerk, ("STT", "Mã nhiệm vụ", *heads), (1, "PCI-02.1", *values))
    assert (_codes(reading), _told(reading.rows[0])) == (
        [],
        ("PCI-02.1", "in_progress", 60, "Đã niêm yết 25 thủ tục"),
    )


def test_statuses_headed_tien_do_are_the_status_where_no_other_column_is(clerk: Clerk) -> None:
    reading = _read(clerk, ("STT", "Mã nhiệm vụ", "Tiến độ thực hiện", "Kết quả"), (1, "PCI-02.1", DONE, "2 hội nghị"))
    assert (_codes(reading), _told(reading.rows[0])) == ([], ("PCI-02.1", "completed", None, "2 hội nghị"))


@pytest.mark.parametrize("head", ["Tình trạng", "Mức độ hoàn thành", "Tình hình thực hiện"])
def test_a_wrong_status_among_right_ones_is_still_told(clerk: Clerk, head: str) -> None:
    heads = ("STT", "Mã nhiệm vụ", head, "Tiến độ (%)", "Kết quả")
    rows = [(1, "PCI-01.1", DOING, 40, "2 hội nghị"), (2, "PCI-02.1", "Mới làm được một phần", 40, "2 hội nghị")]
    assert _codes(_read(clerk, heads, *rows)) == [("status_unreadable", "C5")]


@pytest.mark.parametrize("product", ["Báo cáo định kỳ kết quả thực hiện", "Báo cáo kết quả", "Theo kế hoạch"])
@pytest.mark.parametrize("head", ["Kết quả thực hiện", "Nội dung đã thực hiện"])
def test_the_plans_product_headed_ket_qua_is_not_the_result(clerk: Clerk, head: str, product: str) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Kết quả", "Tình trạng", "Tiến độ (%)", head)
    rows = [(1, "PCI-02.1", product, DOING, 40, "2 hội nghị"), (2, "PCI-02.2", product, DOING, 40, "")]
    reading = _read(clerk, heads, *rows)
    assert (_codes(reading), [row.result for row in reading.rows]) == ([], ["2 hội nghị", None])


def test_of_two_results_the_one_that_says_the_same_everywhere_is_not_the_result(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Kết quả", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
    codes = ("PCI-01.1", "PCI-02.1", "PCI-02.2", "PCI-03.1", "PCI-03.2", "PCI-03.3")
    rows = [(n, code, "Văn bản", DOING, 40, f"{n} hội nghị") for n, code in enumerate(codes)]
    reading = _read(clerk, heads, *rows)
    assert (_codes(reading), reading.rows[3].result) == ([], "3 hội nghị")
    other = [(n, code, f"{n} cuộc họp", DOING, 40, f"{n} hội nghị") for n, code in enumerate(codes)]
    assert _codes(_read(clerk, heads, *other)) == [("column_twice", f"F{n}") for n in range(4, 10)]


def test_a_time_of_completion_beside_unfinished_tasks_is_when_they_are_due(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Thời gian hoàn thành", "Tình trạng", "Tiến độ (%)", "Kết quả")
    due = ("Thường xuyên", "Quý IV/2024", date(2024, 12, 31))
    rows = [(number, f"PCI-03.{number}", day, DOING, 40, "2 hội nghị") for number, day in enumerate(due, 1)]
    reading = _read(clerk, heads, *rows, (4, "PCI-03.4", date(2024, 12, 31), DONE, 100, "Đã xong 2 việc"))
    assert (_codes(reading), {row.completed_on for row in reading.rows}) == ([], {None})


@pytest.mark.parametrize("head", ["Thời gian hoàn thành", "Ngày hoàn thành"])
def test_a_wrong_day_of_completion_among_right_ones_is_still_told(clerk: Clerk, head: str) -> None:
    heads = ("STT", "Mã nhiệm vụ", head, "Tình trạng", "Tiến độ (%)", "Kết quả")
    days = (date(2024, 11, 5), date(2024, 11, 6), "hôm qua")
    rows = [(number, f"PCI-03.{number}", day, DONE, 100, "2 hội nghị") for number, day in enumerate(days, 1)]
    assert _codes(_read(clerk, heads, *rows)) == [("date_unreadable", "C6")]


def test_counts_beside_the_table_are_no_second_status(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "", "Tình trạng", "Số lượng")
    reading = _read(clerk, heads, (1, "PCI-02.1", DOING, 40, "2 hội nghị", "", DONE, 0))
    assert (_codes(reading), reading.rows[0].status) == ([], "in_progress")
    joined = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Tình trạng")
    twice = _read(clerk, joined, (1, "PCI-02.1", DOING, 40, "2 hội nghị", DONE))
    assert _codes(twice) == [("column_twice", "F4")]


@pytest.mark.parametrize("result", ["Tình hình triển khai", "Công việc đã thực hiện"])
def test_what_was_done_told_in_two_columns_is_one_result(clerk: Clerk, result: str) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", result, "Kết quả")
    reading = _read(clerk, heads, (1, "PCI-02.1", DOING, 40, "Đã phát 30 phiếu", "2 hội nghị"))
    assert (_codes(reading), reading.rows[0].result) == ([], "Đã phát 30 phiếu; 2 hội nghị")


@pytest.mark.parametrize(
    ("heads", "row"),
    [
        (
            ("STT", "Chỉ số thành phần", "Số nhiệm vụ", "Tiến độ bình quân (%)", "Đánh giá"),
            (1, "Đất đai", 2, 85, "Khá"),
        ),
        (("STT", "Tên hội nghị", "Tình trạng", "Số người", "Ghi chú"), (1, "Hội nghị đối thoại", DONE, 40, "")),
    ],
)
def test_a_table_of_other_things_below_is_not_read_by_the_heading_above(clerk: Clerk, heads: Row, row: Row) -> None:
    own = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    task = (1, "PCI-02.1", DOING, 40, "2 hội nghị")
    assert _codes(_read(clerk, own, task, (), heads, row)) == []


@pytest.mark.parametrize("gap", [[], [()]])
def test_tasks_below_an_odd_heading_are_read_by_the_heading_above(clerk: Clerk, gap: list[Row]) -> None:
    own = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    odd = ("STT", "Phần của chị Lan", "Tình trạng", "Mức", "Ghi chú")
    rows = [(number, f"PCI-0{number}.1", DOING, 40, "2 hội nghị") for number in (1, 2)]
    reading = _read(clerk, own, rows[0], (), odd, *gap, rows[1])
    assert "PCI-02.1" in [row.task_code for row in reading.rows]


@pytest.mark.parametrize(("left_starts", "right_starts"), [(3, 4), (4, 3), (3, 6), (7, 3)])
@pytest.mark.parametrize("gap", [None, 2])
def test_of_two_tables_side_by_side_both_are_read_wherever_they_are_headed(
    clerk: Clerk, left_starts: int, right_starts: int, gap: int | None
) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    left, right = (
        [heads, *((number, f"{index}.{number}", DOING, 40, "2 hội nghị") for index in indices for number in (1, 2))]
        for indices in (("PCI-02", "PCI-03", "PCI-04"), ("PGI-01", "PGI-02", "PGI-03"))
    )
    if gap is not None:
        left.insert(gap, ())
    nothing: Row = ("",) * len(heads)
    by_row = {}
    for start, table in ((left_starts, left), (right_starts, right)):
        by_row |= {(start + number, start == left_starts): row for number, row in enumerate(table)}
    rows = [(*(by_row.get((n, True)) or nothing), "", *by_row.get((n, False), ())) for n in range(3, 15)]
    reading = _read(clerk, *rows)
    assert [row.task_code for row in reading.rows] == [row[1] for row in (*left[1:], *right[1:]) if row]
    assert _codes(reading) == []


@pytest.mark.parametrize("indents", [(0, 6), (6, 0)])
def test_a_table_below_and_to_a_side_is_read_as_well(clerk: Clerk, indents: Sequence[int]) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    rows = [(number, f"PCI-03.{number}", DOING, 40, "2 hội nghị") for number in (1, 2)]
    tables = [[("",) * indent + heads, ("",) * indent + row] for indent, row in zip(indents, rows, strict=True)]
    reading = _read(clerk, *tables[0], (), *tables[1])
    assert ([row.task_code for row in reading.rows], _codes(reading)) == (["PCI-03.1", "PCI-03.2"], [])


@pytest.mark.parametrize("words", ["Đúng tiến độ", "Chậm tiến độ", "đúng hạn", "Theo kế hoạch"])
def test_words_on_time_headed_tien_do_beside_a_status_are_no_wrong_number(clerk: Clerk, words: str) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ", "Kết quả")
    reading = _read(
        clerk, heads, (1, "PCI-02.1", DONE, words, "2 hội nghị"), (2, "PCI-02.2", DOING, "mấy việc", "3 hồ sơ")
    )
    assert _codes(reading) == [("progress_unreadable", "D5")]
    assert _told(reading.rows[0]) == ("PCI-02.1", "completed", None, "2 hội nghị")
    assert reading.rows[0].cells["progress_pct"] == "D4"


@pytest.mark.parametrize("head", ["Nội dung thực hiện", "Nội dung công việc thực hiện"])
def test_what_was_done_beside_the_codes_is_the_result_and_the_tasks_own_words_are_not(
    clerk: Clerk, plan: Plan, head: str
) -> None:
    heads = ("STT", "Mã nhiệm vụ", head, "Tình trạng", "Tiến độ (%)")
    done = {"PCI-01.1": "Đã niêm yết 2 thủ tục tại Bộ phận một cửa", "PCI-02.1": "Cấp 12 giấy", "PCI-02.2": "Họp 3 lần"}
    reading = _read(clerk, heads, *((1, code, told, DOING, 40) for code, told in done.items()))
    assert (_codes(reading), [row.result for row in reading.rows]) == ([], list(done.values()))
    text = plan.tasks["PCI-02.1"].text
    for told in (text, " ".join(text.split()[:9])):
        reading = _read(clerk, heads, (1, "PCI-02.1", told, DOING, 40))
        assert (_codes(reading), _told(reading.rows[0])[3]) == ([], None)


@pytest.mark.parametrize("merged", [("C3:D3", "F3:G3"), ()])
def test_what_stands_in_the_second_of_two_columns_below_one_heading_is_read(
    clerk: Clerk, merged: Sequence[str]
) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "", "Tiến độ (%)", "Kết quả", "", "Ghi chú")
    reading = _read(clerk, heads, (1, "PCI-02.1", "", DOING, 40, "", "2 hội nghị", ""), merged=merged)
    assert (_codes(reading), _told(reading.rows[0])) == ([], ("PCI-02.1", "in_progress", 40, "2 hội nghị"))
    assert reading.rows[0].cells["result"] == "G4"


def test_what_is_written_right_of_a_table_is_no_note(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Ghi chú")
    reading = _read(clerk, heads, (1, "PCI-02.1", DOING, 40, "2 hội nghị", "", "hỏi lại anh Ba"))
    assert (_codes(reading), reading.rows[0].note) == ([], None)


@pytest.mark.parametrize("over", [("Tháng 9", "Tháng 10", "Tháng 11"), ("Tuần 1", "Tuần 2", "Tuần 3")])
@pytest.mark.parametrize("merged", [("A3:A4", "B3:B4", "C3:C4", "G3:G4"), ()])
def test_periods_over_the_percentages_are_read_like_periods_below_them(
    clerk: Clerk, over: Row, merged: Sequence[str]
) -> None:
    row = (1, "PCI-02.1", DOING, 10, 20, 40, "2 hội nghị")
    beside = ("STT", "Mã nhiệm vụ", "Tình trạng"), ("Kết quả",)
    above = [(*beside[0], *over, *beside[1]), ("", "", "", *["Tiến độ (%)"] * 3, "")]
    below = [(*beside[0], "Tiến độ (%)", "", "", *beside[1]), ("", "", "", *over, "")]
    for heads in (above, below):
        reading = _read(clerk, *heads, row, merged=merged)
        assert (_codes(reading), _told(reading.rows[0])) == ([], ("PCI-02.1", "in_progress", 40, "2 hội nghị"))


def test_a_table_that_counts_tasks_by_officer_reports_none(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    counts = ("STT", "Công việc", "Hoàn thành", "Đang thực hiện", "Chưa thực hiện", "Tỷ lệ (%)")
    officers = [(1, "Địa chính", 4, 3, 1, 50), (2, "Tài chính", 3, "", 2, 60)]
    for rows in ([counts, *officers, (), heads], [heads]):
        reading = _read(clerk, *rows, (1, "PCI-02.1", DOING, 40, "2 hội nghị"))
        assert ([row.task_code for row in reading.rows], _codes(reading)) == (["PCI-02.1"], [])


def test_a_one_among_zeros_is_a_tick(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Hoàn thành", "Đang thực hiện", "Chưa thực hiện", "Tiến độ (%)", "Kết quả")
    rows = [
        (1, "PCI-02.1", 0, 1, 0, 40, "2 hội nghị"),
        (2, "PCI-02.2", 1, 0, 0, 100, "3 hồ sơ"),
        ("", "Tổng cộng", 1, 1, 0),
    ]
    reading = _read(clerk, heads, *rows)
    assert ([row.status for row in reading.rows], _codes(reading)) == (["in_progress", "completed"], [])


@pytest.mark.parametrize(
    "heads",
    [
        [
            ("STT", "Mã", "Nhiệm vụ,", "Tình", "Tiến độ", "Kết quả", "Ngày"),
            ("", "nhiệm vụ", "giải pháp", "trạng", "(%)", "thực hiện", "hoàn thành"),
        ],
        [
            ("STT", "Mã", "Nội dung", "Tình", "Tiến", "Kết", "Ngày"),
            ("", "", "nhiệm vụ,", "trạng", "độ", "quả", "hoàn thành"),
            ("", "", "giải pháp", "", "(%)", "thực hiện", ""),
        ],
    ],
)
def test_a_heading_out_of_word_has_a_row_for_every_line(clerk: Clerk, heads: list[Row]) -> None:
    reading = _read(clerk, *heads, (1, "PCI-02.1", "", DONE, 100, "2 hội nghị", date(2024, 11, 5)))
    assert (_codes(reading), _told(reading.rows[0])) == ([], ("PCI-02.1", "completed", 100, "2 hội nghị"))
    assert reading.rows[0].completed_on == date(2024, 11, 5)


def test_a_first_row_of_words_is_no_part_of_the_heading(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Khó khăn", "Ghi chú")
    reading = _read(clerk, heads, ("PCI-02.1", DONE, "100%", "thực hiện tốt", "thiếu vốn", "không"))
    assert [_told(row) for row in reading.rows] == [("PCI-02.1", "completed", 100, "thực hiện tốt")]


@pytest.mark.parametrize("heading", ["Tỷ trọng (%)", "Điểm (%)", "Trọng số (%)"])
def test_a_weight_or_a_mark_is_no_progress(clerk: Clerk, heading: str) -> None:
    for heads, values in (((heading,), (10,)), ((heading, "Mức đạt (%)"), (10, 60))):
        row = (1, "PCI-02.1", DOING, *values, "2 hội nghị")
        reading = _read(clerk, ("STT", "Mã nhiệm vụ", "Tình trạng", *heads, "Kết quả"), row)
        assert (_codes(reading), reading.rows[0].progress_pct) == ([], values[1] if len(values) > 1 else None)


@pytest.mark.parametrize("heading", ["Thời gian phải hoàn thành", "Hạn hoàn thành", "Thời hạn hoàn thành"])
def test_the_day_by_which_a_task_is_to_be_done_is_not_the_day_it_was_done(clerk: Clerk, heading: str) -> None:
    due, done = date(2024, 11, 10), date(2024, 11, 5)
    for heads, days in (((heading,), (due,)), ((heading, "Ngày hoàn thành"), (due, done))):
        row = (1, "PCI-01.1", DONE, "Niêm yết 12 thủ tục", *days)
        reading = _read(clerk, ("STT", "Mã nhiệm vụ", "Tình trạng", "Kết quả", *heads), row)
        assert (_codes(reading), reading.rows[0].completed_on) == ([], done if len(days) > 1 else None)


def test_a_task_answered_in_words_that_head_columns_is_no_heading(clerk: Clerk, plan: Plan) -> None:
    head = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Văn bản", "Khó khăn")
    first, second = plan.tasks["PCI-01.1"].text, plan.tasks["PCI-02.1"].text
    reading = _read(
        clerk,
        head,
        (1, f"{first[:60]}...", DOING, "40 %", "Kết quả", "Văn bản", "Vướng mắc"),
        (2, second, DOING, 60, "Họp 2 lần", "", ""),
    )
    assert [(row.status, row.progress_pct) for row in reading.rows] == [("in_progress", 40.0), ("in_progress", 60.0)]


@pytest.mark.parametrize("heading", ["Đạt", "Tỷ lệ", "Mức độ đạt được", "TH/KH", "Tiến độ đạt được"])
def test_shares_under_a_heading_nobody_knows_are_the_progress(clerk: Clerk, heading: str) -> None:
    reading = _read(
        clerk,
        ("Mã nhiệm vụ", "Kế hoạch", "Thực hiện", heading, "Tình trạng", "Kết quả"),
        ("PCI-01.1", 200, 120, "60%", DOING, "Niêm yết 12 thủ tục"),
        ("PCI-02.1", 100, 35, "35%", DOING, "Họp 2 lần"),
    )
    assert [row.progress_pct for row in reading.rows] == [60.0, 35.0]


@pytest.mark.parametrize("heading", ["Đạt", "Mức độ đạt được"])
def test_numbers_without_a_percent_sign_under_such_a_heading_are_not_taken_for_it(clerk: Clerk, heading: str) -> None:
    reading = _read(
        clerk,
        ("Mã nhiệm vụ", heading, "Tình trạng", "Kết quả"),
        ("PCI-01.1", 12, DOING, "Niêm yết 12 thủ tục"),
        ("PCI-02.1", 35, DOING, "Họp 2 lần"),
    )
    assert [row.progress_pct for row in reading.rows] == [None, None]


@pytest.mark.parametrize("heading", ["STT", "TT", ""])
def test_codes_under_a_heading_for_numbers_or_none_name_the_tasks(clerk: Clerk, heading: str) -> None:
    rows = [("PCI-01.1", DOING, 40, "Họp 2 lần"), ("PCI-02.1", DONE, 100, "Họp 3 lần")]
    reading = _read(clerk, (heading, "Tình trạng", "Tiến độ (%)", "Kết quả"), *rows)
    assert [_told(row)[0] for row in reading.rows] == ["PCI-01.1", "PCI-02.1"]
    numbers = [(1, *rows[0][1:]), (2, *rows[1][1:])]
    assert _read(clerk, (heading, "Tình trạng", "Tiến độ (%)", "Kết quả"), *numbers).rows == ()
