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


@pytest.mark.parametrize("below", ["UBND XÃ ĐẠI LÃNH", "CHỦ TỊCH", "Ngày 14 tháng 11 năm 2024", "Người lập biểu"])
@pytest.mark.parametrize("gap", [0, 1])
def test_a_signature_under_the_results_is_none_of_them(clerk: Clerk, plan: Plan, below: str, gap: int) -> None:
    rows = [*TOP, HEADS, (1, plan.tasks["PCI-01.1"].text, *BEGUN), *[()] * gap, ("", "", "", "", below)]
    reading = _read(clerk, rows)
    assert ([row.result for row in reading.rows], _told(reading)) == (["Đã tổ chức 2 hội nghị"], [])


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
