"""What stands below a table or beside a status: taken for what it says, and for nothing else."""

from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

Row = Sequence[object]
DOCUMENT = ("12/BC-UBND", "05/11/2024")
HEADED = ("Số văn bản", "Ngày hoàn thành")
SIGNED: Row = ("", "", "", "", "CHỦ TỊCH")


def _read(clerk: Clerk, *rows: Row, finish: Callable[[Worksheet], None] | None = None) -> Reading:
    workbook = Workbook()
    sheet = workbook.active
    for row in (("BÁO CÁO THÁNG 11/2024",), *rows):
        sheet.append(list(row))
    if finish is not None:
        finish(sheet)
    content = BytesIO()
    workbook.save(content)
    return read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


@pytest.mark.parametrize(
    ("words", "share"),
    [
        ("Đang thực hiện 50%", 50),
        ("Đang thực hiện (đạt 70,5%)", 70.5),
        ("Đang thực hiện, khoảng 60%", 60),
        ("Đang thực hiện đạt 60", 60),
        ("Đang thực hiện (còn 30%)", None),
        ("Đang thực hiện (tháng trước 45%)", None),
        ("Đang thực hiện (phấn đấu 100%)", None),
        ("Đang thực hiện (dự kiến 31/12 đạt 100%)", None),
        ("Đang thực hiện 60-70%", None),
        ("Đang thực hiện (giải ngân 45%)", None),
        ("Hoàn thành 100% (tăng 5%)", 100),
    ],
)
def test_a_share_counts_only_right_behind_the_status(clerk: Clerk, words: str, share: float | None) -> None:
    reading = _read(clerk, ("Mã nhiệm vụ", "Tình trạng", "Kết quả thực hiện"), ("PCI-01.1", words, "Niêm yết 12"))
    assert ([row.progress_pct for row in reading.rows], _codes(reading)) == ([share], [])


def test_what_is_left_to_do_does_not_contradict_the_progress(clerk: Clerk) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
    reading = _read(clerk, heads, ("PCI-01.1", "Đang thực hiện (còn 30%)", 70, "Niêm yết 12"))
    assert ([row.progress_pct for row in reading.rows], _codes(reading)) == ([70], [])


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Hoàn thành ngày 5/11/2024", date(2024, 11, 5)),
        ("Đã xong (5/11/2024)", date(2024, 11, 5)),
        ("Hoàn thành (trước hạn 30/11/2024)", None),
        ("Hoàn thành (hạn 31/12/2024)", None),
        ("Hoàn thành (họp ngày 20/11/2024)", None),
    ],
)
def test_a_day_beside_the_status_counts_where_it_is_that_of_completion(
    clerk: Clerk, words: str, day: date | None
) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", "Số văn bản")
    [row] = _read(clerk, heads, ("PCI-01.1", words, 100, "Niêm yết 12 thủ tục", "12/BC-UBND")).rows
    assert row.completed_on == day


def test_a_percent_cell_for_a_status_is_read_as_it_is_shown(clerk: Clerk) -> None:
    def shown(sheet: Worksheet) -> None:
        sheet["B3"].number_format = "0%"

    heads = ("Mã nhiệm vụ", "Tình trạng", "Kết quả thực hiện")
    reading = _read(clerk, heads, ("PCI-01.1", 0.6, "Niêm yết 12 thủ tục"), finish=shown)
    assert [(row.status, row.progress_pct) for row in reading.rows] == [("in_progress", 60)]
    assert _codes(reading) == []


@pytest.mark.parametrize(("first", "second"), [("5/11", "05/11"), ("5/11", "05/11/2024")])
def test_a_day_with_and_without_its_year_is_one_day(clerk: Clerk, first: str, second: str) -> None:
    def merged(sheet: Worksheet) -> None:
        sheet.merge_cells("A3:A4")

    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", *HEADED)
    told = ("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12 thủ tục", "12/BC-UBND", first)
    reading = _read(clerk, heads, told, ("", "", "", "Đăng 3 tin", "", second), finish=merged)
    assert [code for code, _ in _codes(reading)] == ["date_without_year"]


@pytest.mark.parametrize("last", [(), SIGNED, ("", "Tổng cộng", 75, "1 hoàn thành")])
def test_signatures_and_sums_do_not_tell_what_a_column_holds(clerk: Clerk, last: Row) -> None:
    heads = ("STT", "Mã nhiệm vụ", "Tiến độ (%)", "Kết quả thực hiện", "Kết quả", *HEADED)
    done = (1, "PCI-01.1", 100, "Hoàn thành", "Niêm yết 128 thủ tục", *DOCUMENT)
    reading = _read(clerk, heads, done, (2, "PCI-02.1", 50, "Đang thực hiện", "Họp 2 lần"), (), last)
    assert ([row.status for row in reading.rows], _codes(reading)) == (["completed", "in_progress"], [])


@pytest.mark.parametrize("last", [(), ("", "", "CHỦ TỊCH")])
def test_a_signature_below_does_not_take_the_cumulative_share_away(clerk: Clerk, last: Row) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Trong tháng (%)", "Lũy kế (%)", "Kết quả")
    rows = [("PCI-01.1", "Đang thực hiện", 10, 70, "Niêm yết 128"), ("PCI-02.1", "Đang thực hiện", 5, 50, "Họp 2 lần")]
    assert [row.progress_pct for row in _read(clerk, heads, *rows, (), last).rows] == [70, 50]


@pytest.mark.parametrize("last", [("PCI-02.1", "Đang thực hiện 50%", "Họp", "", "-"), SIGNED])
def test_a_dash_or_a_signature_takes_no_day_away(clerk: Clerk, last: Row) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Kết quả", "Số văn bản", "Hoàn thành")
    done = ("PCI-01.1", "Hoàn thành", "Niêm yết 128 thủ tục", "12/BC-UBND", date(2024, 11, 5))
    assert _read(clerk, heads, done, last).rows[0].completed_on == date(2024, 11, 5)


@pytest.mark.parametrize("other", ["", 0])
def test_shares_under_statuses_count_with_zeros_in_the_other_columns(clerk: Clerk, other: object) -> None:
    heads = ("Mã nhiệm vụ", "Hoàn thành", "Đang thực hiện", "Chưa thực hiện", "Kết quả")
    rows = [("PCI-01.1", other, 60, other, "Niêm yết 128"), ("PCI-02.1", other, 75, other, "Họp 2 lần")]
    told = [(row.status, row.progress_pct) for row in _read(clerk, heads, *rows).rows]
    assert told == [("in_progress", 60), ("in_progress", 75)]


@pytest.mark.parametrize("heads", [("Đang thực hiện", "Hoàn thành", "Tiến độ (%)"), ("Tiến độ (%)",)])
def test_deadlines_beside_ticks_and_shares_are_no_days_of_completion(clerk: Clerk, heads: Row) -> None:
    told = ("x", "", 60) if len(heads) > 1 else (60,)
    rows = [(code, *told, f"Họp {code}", "31/12/2024") for code in ("PCI-01.1", "PCI-02.1", "PCI-02.2")]
    reading = _read(clerk, ("Mã nhiệm vụ", *heads, "Kết quả", "Thời gian hoàn thành"), *rows)
    assert [row.completed_on for row in reading.rows] == [None, None, None]


def test_a_first_task_in_few_words_is_no_part_of_the_heading(clerk: Clerk) -> None:
    heads = ("Nội dung nhiệm vụ", "Tình trạng", "Kết quả thực hiện")
    reading = _read(clerk, heads, ("Thực hiện đấu thầu qua mạng", "Đang thực hiện", "Đã triển khai đầy đủ"))
    assert [row.status for row in reading.rows] == ["in_progress"]


@pytest.mark.parametrize(
    ("told", "difficulty", "proposal"),
    [
        ("Thiếu kinh phí\nĐề nghị huyện hỗ trợ", "Thiếu kinh phí", "Đề nghị huyện hỗ trợ"),
        ("Thiếu máy; đề nghị cấp 2 máy do xã chưa có", "Thiếu máy", "đề nghị cấp 2 máy do xã chưa có"),
        ("Thiếu kinh phí, cần huyện hỗ trợ", "Thiếu kinh phí", "cần huyện hỗ trợ"),
        ("Thiếu kinh phí. Mong Phòng Tài chính hỗ trợ", "Thiếu kinh phí.", "Mong Phòng Tài chính hỗ trợ"),
        ("Thiếu kinh phí: đề nghị huyện hỗ trợ", "Thiếu kinh phí", "đề nghị huyện hỗ trợ"),
        ("1. Thiếu kinh phí. 2. Đề nghị huyện hỗ trợ", "1. Thiếu kinh phí.", "2. Đề nghị huyện hỗ trợ"),
        ("Không; đề nghị cấp kinh phí", None, "đề nghị cấp kinh phí"),
        ("Thiếu kinh phí. Kiến nghị: không", "Thiếu kinh phí.", None),
        ("Khó khăn:\n- Thiếu người\nKiến nghị:\n- Cấp máy\n- Mở lớp", "- Thiếu người", "- Cấp máy - Mở lớp"),
        ("Khó khăn, vướng mắc: Không có\nĐề xuất, kiến nghị: Không có", None, None),
        ("Đề nghị huyện:\n- cấp máy in\n- mở lớp", None, "Đề nghị huyện: - cấp máy in - mở lớp"),
        ("Đề nghị huyện: 1. Cấp máy in. 2. Mở lớp.", None, "Đề nghị huyện: 1. Cấp máy in. 2. Mở lớp."),
        ("Xã đề nghị tỉnh sớm duyệt, tránh để chậm tiến độ", None, "Xã đề nghị tỉnh sớm duyệt, tránh để chậm tiến độ"),
        (123, "123", None),
        ("Đề nghị của xã chưa được giải quyết", "Đề nghị của xã chưa được giải quyết", None),
    ],
)
def test_difficulties_and_proposals_of_one_column_are_kept_apart(
    clerk: Clerk, told: object, difficulty: str | None, proposal: str | None
) -> None:
    heads = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện", "Khó khăn, kiến nghị")
    [row] = _read(clerk, heads, ("PCI-01.1", "Đang thực hiện", 60, "Niêm yết 12 thủ tục", told)).rows
    assert (row.difficulty, row.proposal) == (difficulty, proposal)
