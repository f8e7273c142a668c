"""Layouts people make by hand: merged tasks, ticks, sections, totals, hidden sheets, a heading on every page."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.plan import Plan
from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = ("Mã nhiệm vụ", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", "Khó khăn")
TOP = (("UBND xã Đại Lãnh",), ("Kỳ báo cáo: tháng 11/2024",))


def _book(*rows: Sequence[object], merged: Sequence[str] = (), title: str = "Báo cáo") -> Workbook:
    workbook = Workbook()
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in (*TOP, *rows):
        sheet.append(list(row))
    for area in merged:
        sheet.merge_cells(area)
    return workbook


def _read(clerk: Clerk, workbook: Workbook) -> Reading:
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


def test_a_task_merged_over_several_rows_is_one_report_of_all_its_lines(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        _book(
            HEADS,
            ("PCI-01.1", "", "Đang thực hiện", 40, "Tổ chức 2 hội nghị", ""),
            ("", "", "", "", "Phát 300 tờ rơi", "Thiếu kinh phí"),
            ("", "", "", "", "", "Thiếu người"),
            ("PCI-02.1", "", "Hoàn thành", 100, "Xong 5 hồ sơ", ""),
            merged=("A4:A6", "B4:B6", "C4:C6"),
        ),
    )
    assert reading.findings == ()
    first, second = reading.rows
    assert (first.task_code, first.result, first.difficulty) == (
        "PCI-01.1",
        "Tổ chức 2 hội nghị; Phát 300 tờ rơi",
        "Thiếu kinh phí; Thiếu người",
    )
    assert (first.row, first.cells["difficulty"], second.task_code, second.row) == (4, "F5", "PCI-02.1", 7)


def test_lines_of_one_task_that_answer_differently_are_not_chosen_between(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        _book(HEADS, ("PCI-01.1", "", "Đang thực hiện", 40), ("", "", "Đang thực hiện", 60), merged=("A4:A5",)),
    )
    assert _codes(reading) == [("merged_rows_disagree", "D5")]


def test_the_cell_of_a_merged_status_is_the_one_that_holds_it(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        _book(HEADS, ("PCI-01.1", "", "Đang thực hiện", 40), ("PCI-02.1", "", "", 60), merged=("C4:C5",)),
    )
    assert [(row.task_code, row.status, row.cells["status"]) for row in reading.rows] == [
        ("PCI-01.1", "in_progress", "C4"),
        ("PCI-02.1", "in_progress", "C4"),
    ]


def test_a_line_right_below_a_task_goes_on_with_it_and_that_is_said(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        _book(HEADS, ("PCI-01.1", "", "Hoàn thành", 100, "Tổ chức 2 hội nghị"), ("", "", "", "", "Phát 300 tờ rơi")),
    )
    assert reading.rows[0].result == "Tổ chức 2 hội nghị; Phát 300 tờ rơi"
    assert _codes(reading) == [("row_continued", "E5")]


@pytest.mark.parametrize("below", ["CHỦ TỊCH", "Đại Lãnh, ngày 15 tháng 11 năm 2024", "Người lập biểu", "TM. UBND XÃ"])
def test_a_signature_right_below_the_table_is_nobodys_result(clerk: Clerk, below: str) -> None:
    reading = _read(clerk, _book(HEADS, ("PCI-01.1", "", "Hoàn thành", 100, "Xong"), ("", "", "", "", below)))
    assert (reading.rows[0].result, reading.findings) == ("Xong", ())


TICKED = ("Mã nhiệm vụ", "Tình trạng", "", "", "", "Kết quả thực hiện")
STATUSES = ("", "Hoàn thành", "Đang thực hiện", "Chưa thực hiện", "Không phát sinh", "")


@pytest.mark.parametrize("merged", [("B3:E3", "A3:A4", "F3:F4"), ("B3:E3",), ()])
def test_a_tick_under_a_status_is_that_status(clerk: Clerk, merged: Sequence[str]) -> None:
    reading = _read(
        clerk,
        _book(
            TICKED,
            STATUSES,
            ("PCI-01.1", "x", "", "", "", "Xong 5 hồ sơ"),
            ("PCI-02.1", "", "X", "", "", "Đang làm"),
            ("PCI-02.2", "", "", "✓", "", ""),
            ("PCI-03.1", "", "", "", 1, ""),
            merged=merged,
        ),
    )
    assert [row.status for row in reading.rows] == ["completed", "in_progress", "not_started", "nil"]
    assert reading.findings == ()
    assert reading.rows[1].cells["status"] == "C6"


@pytest.mark.parametrize("top", [(), (("Mã nhiệm vụ", "Nhiệm vụ", "Tình trạng", "", "", "", "Kết quả thực hiện"),)])
def test_a_tick_under_either_part_of_a_status_is_that_status(clerk: Clerk, top: Sequence[Sequence[object]]) -> None:
    named = ("", "", "Hoàn thành", "", "Đang thực hiện", "Chưa thực hiện", "")
    heads = named if top else ("Mã nhiệm vụ", "Nhiệm vụ", *named[2:6], "Kết quả thực hiện")
    reading = _read(
        clerk,
        _book(
            *top,
            heads,
            ("", "", "Đúng hạn", "Quá hạn"),
            ("PCI-01.1", "", "x", "", "", "", "Xong 5 hồ sơ"),
            ("PCI-02.1", "", "", "x", "", "", "Xong 2 hồ sơ"),
            ("PCI-02.2", "", "", "", "x", "", "Họp 2 lần"),
        ),
    )
    assert [(row.task_code, row.status) for row in reading.rows] == [
        ("PCI-01.1", "completed"),
        ("PCI-02.1", "completed"),
        ("PCI-02.2", "in_progress"),
    ]
    assert reading.findings == ()


def test_a_row_of_other_words_below_the_ticks_is_no_part_of_the_heading(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Nhiệm vụ", "Hoàn thành", "", "Chưa thực hiện", "Kết quả thực hiện")
    reading = _read(clerk, _book(heads, ("", "", "Nhóm A", "Nhóm B"), ("PCI-01.1", "", "", "x", "", "Xong")))
    assert [(row.task_code, row.status) for row in reading.rows] == [("PCI-01.1", None)]


@pytest.mark.parametrize(
    ("cells", "status", "progress_pct"),
    [
        (("Đã hoàn thành", "", "", ""), "completed", None),
        (("", "31%", "", ""), "in_progress", 31),
        (("", 31, "", ""), "in_progress", 31),
        (("100%", "", "", ""), "completed", 100),
    ],
)
def test_the_status_or_a_share_under_a_status_is_a_tick(
    clerk: Clerk, cells: Sequence[object], status: str, progress_pct: float | None
) -> None:
    reading = _read(clerk, _book(TICKED, STATUSES, ("PCI-01.1", *cells, "Xong")))
    assert [(row.status, row.progress_pct) for row in reading.rows] == [(status, progress_pct)]
    assert _codes(reading) == []


@pytest.mark.parametrize("typed", ["Chưa thực hiện", "ba phần"])
def test_other_words_under_a_status_are_told(clerk: Clerk, typed: str) -> None:
    reading = _read(clerk, _book(TICKED, STATUSES, ("PCI-01.1", typed, "", "", "", "Xong")))
    assert _codes(reading) == [("status_unreadable", "B5")]


def test_two_ticks_in_a_row_are_not_chosen_between(clerk: Clerk) -> None:
    reading = _read(clerk, _book(TICKED, STATUSES, ("PCI-01.1", "x", "x", "", "", "Xong")))
    assert _codes(reading) == [("status_ticked_twice", "C5")]


def test_a_task_listed_without_an_answer_is_remembered_with_the_cell_of_its_status(clerk: Clerk) -> None:
    reading = _read(clerk, _book(HEADS, ("PCI-01.1", "", "Hoàn thành", 100, "Xong"), ("PCI-02.1", "", "", "", "")))
    assert [(one.task_code, one.row, one.cell) for one in reading.blanks] == [("PCI-02.1", 5, "C5")]


def test_a_heading_repeated_in_abbreviations_and_another_order_is_read(clerk: Clerk) -> None:
    heads, again = ("STT", *HEADS[:1], *HEADS[2:]), ("STT", "Mã", "KQ", "TĐ (%)", "T.trạng")
    rows = (1, "PCI-01.1", "Hoàn thành", 100, "Xong 5 hồ sơ"), (2, "PCI-02.1", "Họp 2 lần", 40, "Đang thực hiện")
    reading = _read(clerk, _book(heads, rows[0], again, rows[1]))
    assert [(row.task_code, row.status, row.progress_pct, row.result) for row in reading.rows] == [
        ("PCI-01.1", "completed", 100, "Xong 5 hồ sơ"),
        ("PCI-02.1", "in_progress", 40, "Họp 2 lần"),
    ]
    assert reading.findings == ()


def test_a_heading_repeated_on_every_page_is_no_row(clerk: Clerk) -> None:
    reading = _read(
        clerk,
        _book(HEADS, ("PCI-01.1", "", "Hoàn thành", 100, "Xong"), HEADS, ("PCI-02.1", "", "HT", 100, "Xong")),
    )
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-01.1", "PCI-02.1"], ())


def test_a_roman_and_a_plain_number_name_a_task(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tình trạng", "Kết quả")
    reading = _read(clerk, _book(heads, ("V.2", "", "HT", "Xong 3 buổi"), ("III.1", "", "HT", "Xong 3 buổi")))
    # III is an indicator of both indices, V only of the PCI.
    assert [row.task_code for row in reading.rows] == ["PCI-05.2", None]
    assert [one.code for one in reading.findings] == ["task_unknown"]


def test_a_section_title_without_the_words_chi_so_is_the_section(clerk: Clerk, plan: Plan) -> None:
    reading = _read(
        clerk,
        _book(
            ("STT", "Nhiệm vụ", "Tình trạng", "Kết quả"),
            ("A", "CHỈ SỐ NĂNG LỰC CẠNH TRANH CẤP TỈNH (PCI)"),
            ("III", "Tính minh bạch (5%)"),
            (2, "", "HT", "Xong 3 buổi"),
        ),
    )
    assert [row.task_code for row in reading.rows] == ["PCI-03.2"]


def test_a_hidden_sheet_with_answers_is_not_passed_over_in_silence(clerk: Clerk) -> None:
    workbook = _book(HEADS, ("PCI-01.1", "", "Hoàn thành", 100, "Xong"))
    hidden = workbook.create_sheet("Tháng trước")
    for row in (HEADS, ("PCI-02.1", "", "Hoàn thành", 100, "Xong")):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    reading = _read(clerk, workbook)
    assert [row.task_code for row in reading.rows] == ["PCI-01.1"]
    assert [(one.code, one.sheet) for one in reading.findings] == [("hidden_sheet_ignored", "Tháng trước")]


@pytest.mark.parametrize(
    ("label", "column", "stated", "counted"),
    [
        ("Trung bình", 4, 70, 70.0),
        ("Tổng cộng", 4, 140, 70.0),
        ("Tổng số: 2 nhiệm vụ; hoàn thành: 1; đang thực hiện: 1", 2, None, None),
    ],
)
def test_a_total_is_kept_beside_what_its_rows_mean(
    clerk: Clerk, label: str, column: int, stated: float | None, counted: float | None
) -> None:
    last: list[object] = [label, "", "", "", ""]
    if stated is not None:
        last[column - 1] = stated
    reading = _read(
        clerk,
        _book(
            HEADS,
            ("PCI-01.1", "", "Hoàn thành", 100, "Xong"),
            ("PCI-02.1", "", "Đang thực hiện", 40, "Làm"),
            tuple(last),
        ),
    )
    assert reading.findings == ()
    if stated is None:
        assert [(one.column, one.stated, one.counted) for one in reading.totals] == [
            ("Hoàn thành", 1.0, ((1.0, 1.0), (1.0, 1.0))),
            ("Đang thực hiện", 1.0, ((1.0, 1.0), (1.0, 1.0))),
        ]
    else:
        [total] = reading.totals
        assert (total.cell, total.stated, (counted, counted) in total.counted) == ("D6", stated, True)


@pytest.mark.parametrize(
    "note",
    [
        "Trong kỳ đã hoàn thành 12 hồ sơ đất đai",
        "Hoàn thành 85,5% kế hoạch",
        "chưa hoàn thành: 3",
        "Hoàn thành 12 ngày",
    ],
)
def test_a_note_about_other_things_is_no_count_of_tasks(clerk: Clerk, note: str) -> None:
    reading = _read(clerk, _book(HEADS, ("PCI-01.1", "", "Hoàn thành", 100, "Xong"), (), (note,)))
    assert reading.totals == ()


def test_nothing_to_say_is_no_difficulty(clerk: Clerk) -> None:
    rows = [("PCI-01.1", "", "HT", 100, "Xong", said) for said in ("Không có", "-", "không", "")]
    reading = _read(clerk, _book(HEADS, *rows))
    assert {row.difficulty for row in reading.rows} == {None}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("đã xong", "completed"),
        ("HT", "completed"),
        ("đang t/hiện", "in_progress"),
        ("chưa th", "not_started"),
        ("ko phát sinh", "nil"),
        ("Hoàn thnàh", "completed"),
        ("Đã hoàn thành 100%", "completed"),
        ("đangthực hiện", "in_progress"),
        ("gần hoàn thành", None),
        ("HT vượt tiến độ", "completed"),
        ("Đang trình UBND huyện", "in_progress"),
        ("Không phát sinh (tính đến 14/11)", "nil"),
        ("Không phát sinh (đã rà soát ngày 05/11/2024)", "nil"),
        ("Không phát sinh (kỳ trước đã thực hiện 3 hồ sơ)", "nil"),
        ("Không phát sinh (tiếp nhận 0 hồ sơ)", "nil"),
        ("Không phát sinh (đã thực hiện 3 hồ sơ)", None),
        ("dừng thực hiện", None),
        ("sắp xong", None),
    ],
)
def test_statuses_are_understood_in_the_words_people_use(clerk: Clerk, typed: str, meant: str | None) -> None:
    reading = _read(clerk, _book(HEADS, ("PCI-01.1", "", typed, 100, "Xong 3 hồ sơ")))
    assert reading.rows[0].status == meant
    assert [one.code for one in reading.findings] == ([] if meant else ["status_unreadable"])


@pytest.mark.parametrize(
    ("line", "stated"),
    [
        ("Ghi chú: trong tháng tiếp nhận 50 hồ sơ, đã hoàn thành 48", []),
        ("- Tổng số hồ sơ 50; hoàn thành 48; đang thực hiện 2", []),
        ("Tiếp nhận 50 hồ sơ; 12 nhiệm vụ hoàn thành", [12]),
        ("Đến ngày 14/11/2024, hoàn thành 12", [12]),
        ("Tổng số: 33, trong đó hoàn thành 12", [12]),
    ],
)
def test_a_number_of_anything_but_tasks_is_no_count_of_tasks(clerk: Clerk, line: str, stated: list[float]) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    reading = _read(clerk, _book(heads, ("PCI-01.1", "Hoàn thành", 100, "Xong"), (), (line,)))
    assert [one.stated for one in reading.totals] == stated


def test_the_share_of_tasks_done_is_a_sum_as_well(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    rows = [("PCI-01.1", "Hoàn thành", 100, "Xong"), ("PCI-02.1", "Đang thực hiện", 40, "2 hội nghị")]
    [total] = _read(clerk, _book(heads, *rows, ("Tổng cộng", "", 50))).totals
    assert (total.stated, total.difference) == (50, 0)


def test_a_task_answered_by_dashes_alone_is_left_blank(clerk: Clerk) -> None:
    told = ("PCI-02.1", "", "Hoàn thành", 100, "Xong 5 hồ sơ", "")
    reading = _read(clerk, _book(HEADS, ("PCI-01.1", "", "-", "…", "-", "-"), told))
    assert ([row.task_code for row in reading.rows], [one.task_code for one in reading.blanks]) == (
        ["PCI-02.1"],
        ["PCI-01.1"],
    )
    assert reading.findings == ()
    reading = _read(clerk, _book(HEADS, ("PCI-01.1", "", "-", 40, "-", "-"), told))
    assert _codes(reading) == [("status_unreadable", "C4")]


@pytest.mark.parametrize(
    "label",
    ["Cao nhất", "Thấp nhất", "Tăng so với tháng trước", "Ước cả năm", "TB", "Mang sang", "Kỳ trước", "Mức huyện giao"],
)
def test_a_number_below_the_table_is_no_task(clerk: Clerk, label: str) -> None:
    done = ("PCI-01.1", "", "Đang thực hiện", 40, "Họp 2 lần", "")
    reading = _read(
        clerk, _book(HEADS, done, ("PCI-02.1", "", "Hoàn thành", 100, "Xong", ""), ("", label, "", 100, "", ""))
    )
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-01.1", "PCI-02.1"], ())


@pytest.mark.parametrize(
    ("number", "title"),
    [
        ("I", "Công chức Địa chính – Xây dựng"),
        ("", "Công chức Địa chính – Xây dựng (2 nhiệm vụ)"),
        ("", "Chỉ số PCI (bình quân)"),
    ],
)
def test_what_a_group_of_tasks_comes_to_is_no_task(clerk: Clerk, number: str, title: str) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    tasks = [(1, "PCI-01.1", "", "Đang thực hiện", 30, "Họp 2 lần"), (2, "PCI-02.1", "", "Hoàn thành", 100, "Xong")]
    reading = _read(clerk, _book(heads, (number, "", title, "–", 65, ""), *tasks))
    assert ([row.task_code for row in reading.rows], reading.findings) == (["PCI-01.1", "PCI-02.1"], ())


def test_a_misnamed_task_with_a_status_is_asked_about_though_a_numeral_stands_beside(clerk: Clerk) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
    misnamed = ("I", "", "Công chức Địa chính – Xây dựng", "Hoàn thành", 65, "Xong")
    reading = _read(clerk, _book(heads, misnamed, (1, "PCI-01.1", "", "Đang thực hiện", 30, "Họp 2 lần")))
    assert _codes(reading) == [("task_unknown", "C4")]
