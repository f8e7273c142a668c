"""Which index and which indicator a row stands under: titles in other words, titles nobody knows, titles with answers."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

HEADS = ("STT", "Nội dung", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO KẾT QUẢ THỰC HIỆN CHỈ SỐ PCI, PGI THÁNG 11/2024",))
LAND = (("A", "CHỈ SỐ PCI"), ("II", "Tiếp cận đất đai"))
Row = Sequence[object]


def _read(clerk: Clerk, *rows: Row, heads: Row = HEADS) -> Reading:
    workbook = Workbook()
    for row in (*TOP, heads, *rows):
        workbook.worksheets[0].append(list(row))
    buffer = BytesIO()
    workbook.save(buffer)
    return read_submission(buffer.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _codes(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.code, one.cell) for one in reading.findings]


def _tasks(reading: Reading) -> list[str | None]:
    return [row.task_code for row in reading.rows]


def _begun(number: int, result: str, text: str = "") -> Row:
    return (number, text, "Đang thực hiện", 40, result)


@pytest.mark.parametrize(
    ("above", "task"),
    [
        ([("III", "Tính minh bạch và tiếp cận thông tin")], "PCI-03.2"),
        ([("III", "Minh bạch")], "PCI-03.2"),
        ([("III. Tính minh bạch và tiếp cận thông tin",)], "PCI-03.2"),
        ([("", "III/ Tính minh bạch, tiếp cận thông tin")], "PCI-03.2"),
        ([("V", "Các chi phí không chính thức phải trả")], "PCI-05.2"),
        ([("", "PCI-03: Chỉ số Tính minh bạch")], "PCI-03.2"),
        ([("", "PCI 3 - Tính minh bạch")], "PCI-03.2"),
        ([("", "Chỉ số Tính minh bạch: 5 nhiệm vụ")], "PCI-03.2"),
        ([("", "Tính minh bạch (gồm 5 nhiệm vụ)")], "PCI-03.2"),
        ([("", "Chỉ số Tính minh bạch - Công chức Tài chính phụ trách")], "PCI-03.2"),
        ([("I", "Tính minh bạch và tiếp cận thông tin")], "PCI-03.2"),
        ([("B", "Chỉ số PGI 2024"), ("II", "Tuân thủ tiêu chuẩn môi trường")], "PGI-02.2"),
        ([("", "CHỈ SỐ XANH"), ("II",)], "PGI-02.2"),
        ([("", "XANH CẤP TỈNH"), ("II",)], "PGI-02.2"),
        ([("II. Bảo đảm tuân thủ tiêu chuẩn môi trường tối thiểu - PGI",)], "PGI-02.2"),
        ([("B", "Xanh cấp tỉnh"), ("II", "Bảo đảm tuân thủ tiêu chuẩn môi trường")], "PGI-02.2"),
    ],
)
def test_a_section_is_known_by_its_numeral_and_words_of_its_title(clerk: Clerk, above: list[Row], task: str) -> None:
    reading = _read(clerk, *LAND, _begun(1, "Cấp 12 giấy"), *above, _begun(2, "Đã làm 3 việc"))
    assert (_tasks(reading), _codes(reading)) == (["PCI-02.1", task], [])


@pytest.mark.parametrize(
    "opened",
    [
        ("III", "Công tác khác"),
        ("III. Công tác khác",),
        ("", "III. Công tác khác"),
        ("C", "Nhiệm vụ khác"),
        ("XI", "Chỉ số khác"),
        ("III", "Công tác khác", "Đang thực hiện", 50),
    ],
)
def test_a_number_below_a_section_nobody_knows_is_told_and_no_task_of_the_section_above(
    clerk: Clerk, opened: Row
) -> None:
    reading = _read(clerk, *LAND, _begun(1, "Cấp 12 giấy"), opened, _begun(2, "Đã làm 3 việc"))
    assert [task for task in _tasks(reading) if task] == ["PCI-02.1"]
    assert _codes(reading)[-1] == ("task_unknown", "A8")


def test_a_task_below_a_section_nobody_knows_is_known_by_its_text(clerk: Clerk) -> None:
    text = clerk.plan.tasks["PCI-03.2"].text
    reading = _read(clerk, *LAND, ("III", "Công tác khác"), _begun(1, "Công khai 3 quý", text))
    assert (_tasks(reading), _codes(reading)) == (["PCI-03.2"], [])


@pytest.mark.parametrize(
    "between",
    [
        ("", "Công tác khác"),
        ("", "Bà A phụ trách"),
        ("(1)", "(2)", "(3)", "(4)", "(5)"),
        ("a)", "Việc khác"),
        (3, "Việc khác"),
    ],
)
def test_a_line_without_a_numeral_and_a_title_leaves_the_section(clerk: Clerk, between: Row) -> None:
    reading = _read(clerk, *LAND, _begun(1, "Cấp 12 giấy"), between, _begun(2, "Công khai 2 quy hoạch"))
    assert (_tasks(reading), _codes(reading)) == (["PCI-02.1", "PCI-02.2"], [])


def test_a_task_that_speaks_of_an_index_is_no_section(clerk: Clerk) -> None:
    heads = (*HEADS[:4], "Ghi chú")
    for number in (2, ""):
        spoken = (number, "Tuyên truyền nâng cao chỉ số PCI", "Hoàn thành", 100)
        reading = _read(clerk, *LAND, _begun(1, ""), spoken, heads=heads)
        assert (_tasks(reading), _codes(reading)) == (["PCI-02.1", None], [("task_unknown", "B7")])


def test_an_unanswered_task_that_speaks_of_an_index_leaves_the_section(clerk: Clerk) -> None:
    reading = _read(clerk, *LAND, (1, "Tuyên truyền nâng cao chỉ số PCI"), _begun(2, "Công khai 2 quy hoạch"))
    assert _tasks(reading) == ["PCI-02.2"]


def test_answers_for_indicators_alone_are_told_and_no_empty_template(clerk: Clerk) -> None:
    reading = _read(clerk, ("I", "Chỉ số Gia nhập thị trường", "Hoàn thành", 100), ("II", "Tiếp cận đất đai", "", 60))
    assert _codes(reading) == [("task_unknown", "B4"), ("task_unknown", "B5")]


def test_a_task_called_like_its_indicator_is_read_in_its_section(clerk: Clerk) -> None:
    title = "Đảm bảo tuân thủ các tiêu chuẩn môi trường tối thiểu"
    reading = _read(clerk, ("B", "PGI"), ("II", title), (1, title, "Đang thực hiện", 40))
    assert (_tasks(reading), _codes(reading)) == (["PGI-02.1"], [])


@pytest.mark.parametrize(
    "told",
    [
        ("II", "Chỉ số Tiếp cận đất đai", "", 60, "Đã làm 2 nhiệm vụ"),
        ("II", "Tiếp cận đất đai và sự ổn định trong sử dụng đất", "Đang thực hiện", 60, "Khá"),
        ("", "II. Tiếp cận đất đai", "", "", "Đã làm 2 nhiệm vụ"),
    ],
)
def test_a_section_may_tell_of_its_tasks_together(clerk: Clerk, told: Row) -> None:
    index = ("A", "Chỉ số năng lực cạnh tranh cấp tỉnh (PCI)", "Đang thực hiện", 50, "Toàn xã đạt 50%")
    reading = _read(clerk, index, told, _begun(1, "Cấp 12 giấy"), _begun(2, "Công khai 2 quy hoạch"))
    assert (_tasks(reading), _codes(reading)) == (["PCI-02.1", "PCI-02.2"], [])


def test_results_of_sections_without_tasks_are_not_lost(clerk: Clerk) -> None:
    market = ("I", "Gia nhập thị trường", "Đang thực hiện", 40, "Niêm yết 3 thủ tục")
    land = ("II", "Hỗ trợ tiếp cận đất đai", "Đang thực hiện", 40, "Cấp 12 giấy")
    reading = _read(clerk, market, land)
    assert _tasks(reading) == [None, "PCI-02.1"]
    assert _codes(reading) == [("task_unknown", "B4"), ("task_matched_by_text", "B5")]


@pytest.mark.parametrize(
    ("section", "number", "text", "task"),
    [
        ("III", 4, "Đấu thầu qua mạng", "PCI-03.4"),
        ("III", 5, "Giải ngân vốn đầu tư công năm 2024", "PCI-03.5"),
        ("III", 1, "Đấu thầu qua mạng", None),
        ("III", 4, "Việc khác", None),
        ("IV", 1, "Đơn giản hóa TTHC", None),
    ],
)
def test_a_few_words_count_for_the_task_with_the_rows_number_that_alone_has_them(
    clerk: Clerk, section: str, number: int, text: str, task: str | None
) -> None:
    reading = _read(clerk, ("A", "PCI"), (section,), _begun(number, "Đã làm 3 việc", text))
    assert _tasks(reading) == [task]
    assert _codes(reading) == [("task_matched_by_text" if task else "task_unknown", "B6")]


@pytest.mark.parametrize(
    ("section", "text", "task"),
    [
        ("III", "Phân bổ vốn đầu tư công năm 2024", "PCI-03.5"),
        ("VI", "Phân bổ vốn đầu tư công năm 2024", "PCI-06.3"),
        ("III", "3. Tuyên truyền về thuế", "PCI-03.3"),
        ("II", "Công tác tuyên truyền chung của xã", None),
    ],
)
def test_a_few_words_count_for_the_task_of_their_section_that_alone_has_them(
    clerk: Clerk, section: str, text: str, task: str | None
) -> None:
    reading = _read(clerk, ("A", "PCI"), (section,), _begun(9, "Đã làm 3 việc", text))
    assert _tasks(reading) == [task]
    assert _codes(reading) == [("task_matched_by_text" if task else "task_unknown", "B6")]


@pytest.mark.parametrize(("number", "task"), [(2, "PCI-03.2"), ("", "PCI-03.2"), (3, None)])
def test_a_text_that_is_only_a_number_is_the_number(clerk: Clerk, number: object, task: str | None) -> None:
    row = (number, "Nhiệm vụ 2", "Đang thực hiện", 40, "Đã làm 3 việc")
    assert _tasks(_read(clerk, ("A", "PCI"), ("III",), row)) == [task]


def test_a_numeral_alone_that_goes_back_may_begin_another_index(clerk: Clerk) -> None:
    reading = _read(
        clerk, *LAND, _begun(1, "Cấp 12 giấy"), ("V",), _begun(2, "Đã làm 3 việc"), ("I",), _begun(1, "Trồng cây")
    )
    assert (_tasks(reading), _codes(reading)) == (["PCI-02.1", "PCI-05.2", None], [("task_unknown", "A10")])


@pytest.mark.parametrize("head", ["CSTP", "Nhóm", "Lĩnh vực"])
def test_numerals_in_a_column_of_their_own_are_the_sections(clerk: Clerk, head: str) -> None:
    rows = [("I", 1), ("II", 1), ("II", 2)]
    told = [(numeral, *_begun(number, "Đã làm 3 việc")) for numeral, number in rows]
    reading = _read(clerk, ("A", "", "CHỈ SỐ PCI"), *told, heads=(head, *HEADS))
    assert (_tasks(reading), _codes(reading)) == (["PCI-01.1", "PCI-02.1", "PCI-02.2"], [])


def test_a_line_of_text_below_a_bare_number_names_no_task(clerk: Clerk) -> None:
    line = ("", "Hỗ trợ các doanh nghiệp tiếp cận đất đai, mở rộng mặt bằng")
    reading = _read(clerk, *LAND, _begun(9, "Trồng cây"), line, _begun(2, "Thu gom rác"))
    assert (_tasks(reading), _codes(reading)) == ([None, "PCI-02.2"], [("task_unknown", "A6")])
