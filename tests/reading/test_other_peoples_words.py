"""Words, numbers and codes as officers write them who never saw the template."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.plan import Plan
from commune_reports.reading import Clerk, read_submission
from commune_reports.reading.cell_values import progress
from commune_reports.reading.dates import Span, completion_date
from commune_reports.reading.documents import documents_in
from commune_reports.task_report import Reading


def _read(clerk: Clerk, *rows: Sequence[object], title: str = "Báo cáo") -> Reading:
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in rows:
        sheet.append([None if cell == "" else cell for cell in row])
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("TT", "number"),
        ("Nội dung công việc", "task_text"),
        ("Nội dung nhiệm vụ, giải pháp", "task_text"),
        ("ĐVTH", "performing_body"),
        ("Cán bộ phụ trách", "performing_body"),
        ("Tình trạng TH", "status"),
        ("%", "progress_pct"),
        ("% HT", "progress_pct"),
        ("Tỉ lệ (%)", "progress_pct"),
        ("Tiến độ TH (%)", "progress_pct"),
        ("KQ", "result"),
        ("KQ T11", "result"),
        ("Kết quả thực hiện đến ngày 14/11/2024", "result"),
        ("Số VB", "evidence"),
        ("Minh chứng", "evidence"),
        ("TG hoàn thành", "completed_on"),
        ("KK, VM", "difficulty"),
        ("KN-ĐX", "proposal"),
        ("G.chú", "note"),
        ("TĐ (%)", "progress_pct"),
        ("TLHT (%)", "progress_pct"),
        ("Tiến độ đến 14/11", "progress_pct"),
        ("Kết quả làm được", "result"),
        ("Mã CV", "task"),
        ("Khó khăn (nếu có) trong thực hiện", "difficulty"),
        ("Kiến nghị với UBND huyện", "proposal"),
        ("Ghi chú, nguyên nhân", "note"),
        # Their neighbours are about another time and are not read.
        ("Tiến độ kỳ trước (%)", ""),
        ("Kết quả tháng trước", ""),
        ("Ngày hoàn thành dự kiến", ""),
        ("Nhiệm vụ tháng sau", ""),
        ("Kiến nghị kỳ trước", ""),
        ("Kết quả cần đạt", ""),
    ],
)
def test_a_heading_is_known_by_abbreviations_and_other_words(clerk: Clerk, heading: str, field: str) -> None:
    assert clerk.vocabulary.field_of(heading) == field


@pytest.mark.parametrize(
    "sentence", ["Kiến nghị UBND huyện sớm bố trí kinh phí để xã thực hiện", "Tài liệu tham khảo", "Giải pháp"]
)
def test_a_sentence_is_no_heading_though_it_begins_like_one(clerk: Clerk, sentence: str) -> None:
    assert clerk.vocabulary.field_of(sentence) is None


def test_columns_of_the_previous_month_do_not_stand_for_this_one(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tiến độ kỳ trước (%)", "Kết quả tháng trước", "Tình trạng", "Tiến độ (%)", "Kết quả")
    reading = _read(clerk, heads, ("PCI-01.1", 30, "Đã làm 1 việc", "Đang thực hiện", 50, "Đã làm 3 việc"))
    [row] = reading.rows
    assert (row.progress_pct, row.result, reading.findings) == (50, "Đã làm 3 việc", ())


def test_reason_and_note_in_two_columns_are_both_read(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Lý do", "Ghi chú", "Đề xuất", "Kiến nghị")
    reading = _read(clerk, heads, ("PCI-01.1", "Chưa thực hiện", "Thiếu vốn", "Đã báo huyện", "Bố trí vốn", ""))
    [row] = reading.rows
    assert (row.note, row.proposal, reading.findings) == ("Thiếu vốn; Đã báo huyện", "Bố trí vốn", ())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("HT đúng hạn", "completed"),
        ("H/thành", "completed"),
        ("Đã hoàn thành ngày 5/11/2024", "completed"),
        ("Hoàn thành trước hạn", "completed"),
        ("Đang tổ chức thực hiện", "in_progress"),
        ("Đang thực hiện thường xuyên", "in_progress"),
        ("Chưa đến hạn", "not_started"),
        ("Chưa thực hiện được", "not_started"),
        ("Chưa thực hiện do thiếu kinh phí", "not_started"),
        ("Đang TH (chờ kinh phí)", "in_progress"),
        ("Đang thực hiện (đạt 70%)", "in_progress"),
        ("Hoàn thành (BC số 12)", "completed"),
        ("Hoàn thành (100%)", "completed"),
        ("Đã hoàn thành trong tháng 10", "completed"),
        ("Xong rồi", "completed"),
        ("Trong kỳ không phát sinh hồ sơ", "nil"),
        ("Không phát sinh hồ sơ nào", "nil"),
        ("Chưa có phát sinh", "nil"),
        ("không p/sinh", "nil"),
        ("Trong tháng không phát sinh", "nil"),
        # What can mean two things stays a question.
        ("Hoàn thành 80%", None),
        ("Hoàn thành (80%)", None),
        ("Hoàn thành cho 3 thôn", None),
        ("Cơ bản hoàn thành", None),
        ("Thường xuyên", None),
        ("Chưa", None),
        ("Hoàn thành 12/33", None),
        ("Không phát sinh khó khăn", None),
        ("☐ Hoàn thành", None),
        ("☑ Hoàn thành", "completed"),
        ("Hoàn thành ✗", None),
        ("[ ] Hoàn thành", None),
        ("Hoàn thành?", None),
        # In brackets beside it stands what is still missing, or that it was another month.
        ("Hoàn thành (một phần)", None),
        ("Hoàn thành (trừ thôn Cổ Mã)", None),
        ("Hoàn thành (đang chờ nghiệm thu)", None),
        ("Hoàn thành (kỳ trước)", None),
        ("Hoàn thành (đã nghiệm thu)", "completed"),
        ("Hoàn thành trễ hạn", "completed"),
        # That nothing was late is no confirmed nil.
        ("Không có hồ sơ trễ hạn", None),
        ("Không phát sinh hồ sơ quá hạn", None),
    ],
)
def test_a_status_is_known_in_other_words(clerk: Clerk, typed: str, meant: str | None) -> None:
    assert clerk.vocabulary.status_of(typed) == meant


def test_done_in_time_and_done_late_are_two_columns_of_one_status(clerk: Clerk) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Hoàn thành đúng hạn", "Hoàn thành trễ hạn", "Đang thực hiện", "Kết quả")
    reading = _read(
        clerk,
        heads,
        (1, "PCI-01.1", "x", "", "", "Xong 3 hồ sơ"),
        (2, "PCI-02.1", "", "x", "", "Xong 4 hồ sơ"),
        (3, "PCI-02.2", "", "", "x", "Đang làm"),
        ("", "Tổng cộng", 1, 1, 1),
    )
    assert [row.status for row in reading.rows] == ["completed", "completed", "in_progress"]
    assert all(total.difference == 0 for total in reading.totals)


@pytest.mark.parametrize(
    ("typed", "is_none"),
    [
        ("Không có khó khăn, vướng mắc gì", True),
        ("Trong kỳ không phát sinh", True),
        ("Không gặp khó khăn lớn", True),
        ("Kiến nghị: không có", True),
        ("ko đề xuất gì thêm", True),
        ("–", True),
        ("Có khó khăn", False),
        ("Chưa có kinh phí", False),
        ("Không có cán bộ", False),
        ("Chưa có ý kiến của huyện", False),
    ],
)
def test_a_text_that_only_says_there_is_none_is_no_difficulty(clerk: Clerk, typed: str, is_none: bool) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Khó khăn, vướng mắc")
    [row] = _read(clerk, heads, ("PCI-01.1", "Đang thực hiện", 50, "Họp 3 lần", typed)).rows
    assert (row.difficulty is None) is is_none


@pytest.mark.parametrize(
    ("status", "day", "told"),
    [
        ("Hoàn thành ngày 5/11/2024", "", date(2024, 11, 5)),
        ("Đã xong 05/11/2024", "", date(2024, 11, 5)),
        ("Hoàn thành ngày 5/11/2024", "06/11/2024", date(2024, 11, 6)),
        ("Hoàn thành", "", None),
        ("Hoàn thành (BC số 12)", "", None),
    ],
)
def test_the_day_a_status_names_is_the_day_of_completion(
    clerk: Clerk, status: str, day: str, told: date | None
) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Ngày hoàn thành", "Kết quả")
    reading = _read(clerk, heads, ("PCI-01.1", status, 100, day, "Họp 3 lần"))
    assert ([row.completed_on for row in reading.rows], reading.findings) == ([told], ())


def test_the_icelandic_letter_is_read_as_the_vietnamese_one_it_looks_like(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Số văn bản", "Ðề xuất")
    reading = _read(clerk, heads, ("PCI-01.1", "Ðang thực hiện", 50, "Ðã họp 3 lần", "12/QÐ-UBND", "Ðề nghị tập huấn"))
    [row] = reading.rows
    assert (row.status, row.result, row.proposal) == ("in_progress", "Đã họp 3 lần", "Đề nghị tập huấn")
    assert ([one.number for one in row.documents], reading.findings) == (["12/QĐ-UBND"], ())


@pytest.mark.parametrize(
    ("status", "progress_typed", "day_typed"),
    [
        ("Đang thực hiện", 50, "Chưa hoàn thành"),
        ("Đang thực hiện", 50, "đang th"),
        ("Đang thực hiện", 50, "Chưa"),
        ("Chưa thực hiện", "Chưa có", "Chưa triển khai"),
        ("Không phát sinh", "Không phát sinh", "Không"),
        ("Hoàn thành", "Hoàn thành", "05/11/2024"),
    ],
)
def test_words_that_only_say_the_status_again_are_no_wrong_number_or_day(
    clerk: Clerk, status: str, progress_typed: object, day_typed: str
) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Ngày hoàn thành", "Kết quả")
    assert _codes(_read(clerk, heads, ("PCI-01.1", status, progress_typed, day_typed, "Họp 3 lần"))) == []


@pytest.mark.parametrize(
    ("status", "progress_typed", "day_typed", "wrong"),
    [
        ("Đang thực hiện", "Hoàn thành", "", [("progress_unreadable", "C2")]),
        ("Đang thực hiện", "Đang thực hiện 50%", "", [("progress_unreadable", "C2")]),
        ("Hoàn thành", "Không", "", [("progress_unreadable", "C2")]),
        ("Hoàn thành", 100, "Chưa xong", [("date_unreadable", "D2")]),
        ("Hoàn thành", 100, "Hoàn thành ngày 31/11/2024", [("date_unreadable", "D2")]),
    ],
)
def test_words_that_say_something_else_than_the_status_are_named(
    clerk: Clerk, status: str, progress_typed: object, day_typed: str, wrong: list[tuple[str, str | None]]
) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Ngày hoàn thành", "Kết quả")
    assert _codes(_read(clerk, heads, ("PCI-01.1", status, progress_typed, day_typed, "Họp 3 lần"))) == wrong


@pytest.mark.parametrize("typed", ["-", "–", "…", "/", "..."])
def test_a_dash_in_the_cell_of_a_number_or_a_day_says_that_there_is_none(typed: str) -> None:
    assert progress(typed, lambda: False) is None
    assert completion_date(typed) is None


@pytest.mark.parametrize(
    "typed", ["Hoàn thành ngày 05/11/2024", "Ngày: 5/11/2024", "2024/11/05", "5-Nov-24", "05-Nov-2024"]
)
def test_a_day_is_read_among_words_and_as_excel_shows_it(typed: str) -> None:
    found = completion_date(typed)
    assert isinstance(found, Span)
    assert (f"{found.first}", f"{found.last}") == ("2024-11-05", "2024-11-05")


@pytest.mark.parametrize(
    ("typed", "last"), [("Trong tháng 11/2024", "2024-11-30"), ("Q.IV/2024", "2024-12-31"), ("Nov-24", "2024-11-30")]
)
def test_a_month_or_a_quarter_is_read_among_words(typed: str, last: str) -> None:
    found = completion_date(typed)
    assert isinstance(found, Span)
    assert (f"{found.last}", found.is_day) == (last, False)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("12/BC-UBND 45/QĐ-UBND", ["12/BC-UBND", "45/QĐ-UBND"]),
        ("QĐ số 45/QĐ-UBND, KH 67/KH-UBND", ["45/QĐ-UBND", "67/KH-UBND"]),
        ("12/bc-ubnd ngày 5/11/2024", ["12/BC-UBND"]),
        ("Nghị quyết số 30-NQ/TU", ["30-NQ/TU"]),
        ("Công văn 345", ["345"]),
        ("12/33 hộ đã ký", []),
    ],
)
def test_every_document_of_a_cell_is_found(typed: str, numbers: list[str]) -> None:
    assert [one.number for one in documents_in(typed)] == numbers


HEADS = ("STT", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
ANSWER = ("Đang thực hiện", 50, "Đã làm 3 việc")


@pytest.mark.parametrize(
    "written",
    ["PCI-03.2", "pci 3.2", "PCI-03-02", "PCI-III.2", "PCI.III.2", "A.III.2", "A.3.2", "PCI032", "NV PCI-03.2"],
)
def test_a_code_is_a_code_however_it_is_written(clerk: Clerk, written: str) -> None:
    reading = _read(clerk, HEADS, (written, "", *ANSWER))
    assert [row.task_code for row in reading.rows] == ["PCI-03.2"]
    assert reading.findings == ()


@pytest.mark.parametrize("written", ["PCI-99.2", "PCI-XV.2", "C.III.2", "III.2"])
def test_a_code_that_names_no_single_task_is_not_bent_into_one(clerk: Clerk, written: str) -> None:
    reading = _read(clerk, HEADS, (written, "", *ANSWER))
    assert _codes(reading) == [("task_unknown", "A2")]


@pytest.mark.parametrize("front", ["PCI-03.2: ", "[PCI-03.2] ", "2. ", "III.2. ", "2) ", "- ", "+ ", "b) "])
def test_a_code_a_number_or_a_bullet_may_stand_in_front_of_the_text(clerk: Clerk, plan: Plan, front: str) -> None:
    reading = _read(clerk, HEADS, (7, front + plan.tasks["PCI-03.2"].text, *ANSWER))
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-03.2"], ())


@pytest.mark.parametrize("text", ["Công khai (PCI-03.2)", "Công khai [PCI-III.2]", "2. Ngân sách xã ( pci 3.2 )"])
def test_a_code_may_stand_in_brackets_behind_a_few_words(clerk: Clerk, text: str) -> None:
    reading = _read(clerk, HEADS, (7, text, *ANSWER))
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-03.2"], ())


def test_a_code_beside_another_tasks_text_in_one_cell_is_told_at_that_cell(clerk: Clerk, plan: Plan) -> None:
    reading = _read(clerk, HEADS, (1, f"PCI-03.2: {plan.tasks['PCI-01.1'].text}", *ANSWER))
    assert _codes(reading) == [("task_contradiction", "B2")]


def test_a_text_cut_where_two_tasks_are_still_alike_is_not_guessed(clerk: Clerk, plan: Plan) -> None:
    cut = plan.tasks["PGI-01.2"].text[:45]
    assert plan.tasks["PGI-01.1"].text.startswith(cut)
    assert _codes(_read(clerk, HEADS, (1, cut, *ANSWER))) == [("task_unknown", "B2")]
    # Its number under its section decides.
    reading = _read(clerk, HEADS, ("I", "Giảm thiểu ô nhiễm môi trường và biến đổi khí hậu"), (2, cut, *ANSWER))
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PGI-01.2"], ())


@pytest.mark.parametrize(
    ("short", "code"),
    [
        ("Thực hiện đấu thầu qua mạng", "PCI-03.4"),
        ("Công khai quy hoạch, kế hoạch sử dụng đất", "PCI-02.2"),
        ("Niêm yết công khai các TTHC tại Bộ phận một cửa", "PCI-01.1"),
        ("Phân bổ vốn đầu tư công năm 2024", None),  # two tasks say so
    ],
)
def test_a_few_words_are_enough_where_only_one_task_has_them(clerk: Clerk, short: str, code: str | None) -> None:
    reading = _read(clerk, HEADS, (1, short, *ANSWER))
    assert [row.task_code for row in reading.rows] == [code]
    assert _codes(reading) == [("task_matched_by_text" if code else "task_unknown", "B2")]


@pytest.mark.parametrize(
    "title",
    [
        ("III", "Chỉ số Tính minh bạch (Trọng số 5%)"),
        ("3", "CHỈ SỐ THÀNH PHẦN 3: TÍNH MINH BẠCH"),
        ("", "Chỉ số thành phần III - Tính minh bạch"),
        ("III", "Nhóm nhiệm vụ về Tính minh bạch"),
        ("III", "CS Tính minh bạch (TS: 5%)"),
        ("PCI-03", ""),
        ("III", ""),
    ],
)
def test_a_section_is_known_by_its_title_or_its_number_alone(clerk: Clerk, title: Sequence[str]) -> None:
    reading = _read(clerk, HEADS, ("A", "Các nhiệm vụ cải thiện Chỉ số PCI"), title, (2, "", *ANSWER))
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-03.2"], ())


def test_a_line_above_the_table_or_the_name_of_the_sheet_is_a_section_too(clerk: Clerk) -> None:
    above = _read(clerk, ("A. CHỈ SỐ NĂNG LỰC CẠNH TRANH CẤP TỈNH (PCI)",), HEADS, ("III.2", "", *ANSWER))
    sheet = _read(clerk, HEADS, ("III.2", "", *ANSWER), title="PGI")
    both = _read(clerk, ("Kết quả thực hiện nhiệm vụ PCI, PGI",), HEADS, ("III.2", "", *ANSWER))
    assert [row.task_code for one in (above, sheet, both) for row in one.rows] == ["PCI-03.2", "PGI-03.2", None]


def test_an_indicator_in_a_column_of_its_own_is_the_section(clerk: Clerk) -> None:
    heads = ("Chỉ số thành phần", *HEADS)
    reading = _read(clerk, heads, ("Chỉ số Tính minh bạch", 1, "", *ANSWER), ("", 2, "", *ANSWER))
    assert [row.task_code for row in reading.rows] == ["PCI-03.1", "PCI-03.2"]


@pytest.mark.parametrize("numbers", [("A", "B", 1, 2, 3), ("(1)", "(2)", "(3)", "(4)=(3)/(2)", "(5)")])
def test_a_row_that_numbers_the_columns_is_no_report(clerk: Clerk, numbers: Sequence[object]) -> None:
    reading = _read(clerk, HEADS, numbers, ("PCI-03.2", "", *ANSWER))
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-03.2"], ())


@pytest.mark.parametrize("hints", [("", "(theo kế hoạch)", "(chọn 1 trong 4)", "(0-100)", "(nêu rõ số liệu)")])
def test_a_row_of_hints_in_brackets_is_no_report(clerk: Clerk, hints: Sequence[object]) -> None:
    reading = _read(clerk, HEADS, hints, ("(1)", "(2)", "(3)", "(4)", "(5)"), ("PCI-03.2", "", *ANSWER))
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-03.2"], ())


def test_a_table_out_of_word_has_a_row_for_every_line_and_loses_none(clerk: Clerk, plan: Plan) -> None:
    words = plan.tasks["PCI-03.2"].text.split()
    lines = [" ".join(words[start : start + 12]) for start in range(0, len(words), 12)]
    assert len(lines) == 4
    reading = _read(
        clerk,
        HEADS,
        (1, lines[0], *ANSWER[:2], "Công khai dự toán"),
        ("", lines[1], "", "", "Công khai tại trụ sở 2 lần"),
        ("", lines[2], "", "", "Ngày 5 tháng 11 tổ chức hội nghị"),
        ("", lines[3]),
        (2, plan.tasks["PCI-03.4"].text, *ANSWER),
    )
    first, second = reading.rows
    assert (first.task_code, second.task_code, reading.findings) == ("PCI-03.2", "PCI-03.4", ())
    assert first.result == "Công khai dự toán; Công khai tại trụ sở 2 lần; Ngày 5 tháng 11 tổ chức hội nghị"


def test_parts_of_a_task_in_rows_of_their_own_belong_to_it_and_that_is_said(clerk: Clerk, plan: Plan) -> None:
    reading = _read(
        clerk,
        HEADS,
        (1, plan.tasks["PCI-03.2"].text, *ANSWER[:2], "Công khai dự toán"),
        ("", "- Niêm yết tại trụ sở", "", "", "Đã niêm yết 2 lần"),
        (2, plan.tasks["PCI-03.4"].text, *ANSWER),
        ("", "Người lập biểu", "", "", "CÔNG CHỨC TÀI CHÍNH"),
        ("", "Trần Thị B", "", "", "Nguyễn Văn A"),
    )
    assert [row.result for row in reading.rows] == ["Công khai dự toán; Đã niêm yết 2 lần", "Đã làm 3 việc"]
    assert _codes(reading) == [("row_continued", "E3")]


def test_the_only_column_of_ticks_is_read_if_nothing_but_ticks_stand_in_it(clerk: Clerk) -> None:
    heads = ("TT", "Mã nhiệm vụ", "Hoàn thành", "Kết quả")
    ticked = _read(clerk, heads, (1, "PCI-01.1", "x", "Xong 3 hồ sơ"), (2, "PCI-02.1", "", "Đang làm"))
    assert [(row.status, row.cells["status"]) for row in ticked.rows] == [("completed", "C2"), (None, "C3")]
    dated = _read(clerk, heads, (1, "PCI-01.1", "5/11/2024", "Xong 3 hồ sơ"), (2, "PCI-02.1", "x", "Xong"))
    assert [row.status for row in dated.rows] == [None, None]


@pytest.mark.parametrize(
    "heads",
    [
        ("1. STT", "2. Nhiệm vụ", "3. Tình trạng", "4. Tiến độ (%)", "5. Kết quả"),
        (
            "STT",
            "Nội dung nhiệm vụ theo Kế hoạch của xã",
            "Tình trạng",
            "Tiến độ",
            "Kết quả thực hiện các nhiệm vụ được giao",
        ),
        ("STT", "Nhiệm vụ", "Tình trạng (" + "chọn một trong danh sách, " * 5 + ")", "Tiến độ", "Kết quả"),
    ],
)
def test_a_heading_may_be_numbered_go_on_or_carry_hints(clerk: Clerk, plan: Plan, heads: Sequence[str]) -> None:
    reading = _read(clerk, heads, (1, plan.tasks["PCI-03.2"].text, "Chưa thực hiện", 50, "Chờ vốn"))
    [row] = reading.rows
    assert (row.task_code, row.status, row.progress_pct, row.result) == ("PCI-03.2", "not_started", 50, "Chờ vốn")


def test_a_planned_figure_is_no_figure(clerk: Clerk) -> None:
    assert clerk.vocabulary.field_of("Tiến độ thực hiện theo kế hoạch năm") is None


def test_a_section_that_states_its_own_average_is_still_only_a_section(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        HEADS,
        ("", "II. Chỉ số Tiếp cận đất đai", "", 45),
        (2, "", *ANSWER),
        ("", "Phối hợp", "Đang thực hiện", 45),
    )
    assert [row.task_code for row in reading.rows] == ["PCI-02.2", None]
    assert _codes(reading) == [("task_unknown", "B4")]


def test_a_table_of_other_things_below_reports_no_task(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        HEADS,
        ("PCI-03.2", "", *ANSWER),
        ("Phụ lục: hồ sơ thủ tục hành chính",),
        ("STT", "Lĩnh vực", "Số hồ sơ", "Đã giải quyết"),
        (1, "Đất đai", 20, 18, 90),
        HEADS,
        ("PCI-03.4", "", *ANSWER),
    )
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-03.2", "PCI-03.4"], ())


@pytest.mark.parametrize(
    "below",
    [
        ("", "Tỷ lệ hoàn thành chung", "", 50),
        ("", "", "", "", "Hoàn thành: 0/1 nhiệm vụ"),
        ("", "", "", "", "TUQ. CHỦ TỊCH"),
        ("", "Người lập biểu", "", "", "Chủ tịch UBND xã"),
    ],
)
def test_what_sums_up_or_signs_below_the_last_task_is_not_its_result(clerk: Clerk, below: Sequence[object]) -> None:
    reading = _read(clerk, HEADS, ("PCI-03.2", "", *ANSWER), below)
    assert ([row.result for row in reading.rows], reading.findings) == (["Đã làm 3 việc"], ())
