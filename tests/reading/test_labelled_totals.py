"""What the label of a sum, an average or a count below the tasks says of whose it is, of when and of which kind."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import read_submission
from commune_reports.reading.tasks import Clerk
from commune_reports.task_report import Total

TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",), ())
HEADS = ("STT", "Mã nhiệm vụ", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
TASKS = (
    (1, "PCI-01.1", "", "Hoàn thành", 100, "Niêm yết 126 thủ tục"),
    (2, "PCI-02.1", "", "Đang thực hiện", 80, "Giải quyết 31 hồ sơ"),
    (3, "PCI-05.2", "", "Hoàn thành", 100, "Khảo sát 120 phiếu"),
    (4, "PGI-01.1", "", "Đang thực hiện", 40, "Kiểm tra 06 cơ sở"),
    (5, "PGI-02.1", "", "Chưa thực hiện", 0, "Chờ hướng dẫn"),
)


def _totals(clerk: Clerk, *foot: Sequence[object], percent: str | None = None) -> list[Total]:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for row in (*TOP, HEADS, *TASKS, *foot):
        sheet.append(list(row))
    if percent is not None:
        sheet[percent].number_format = "0%"
    content = BytesIO()
    workbook.save(content)
    return list(read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11").totals)


def _wrong(totals: Sequence[Total]) -> list[tuple[float, float]]:
    """What is stated wrongly, and what is told first to stand there instead."""
    return [(total.stated, total.counted[0][0]) for total in totals if total.difference > 0.5]


@pytest.mark.parametrize(
    "label",
    [
        "Bình quân tháng 10/2024",
        "Bình quân đến ngày 31/10/2024",
        "Bình quân tháng trước",
        "Bình quân cùng kỳ năm trước",
        "Trung bình 10 tháng",
        "Trung bình năm 2023",
        "Tổng cộng lũy kế",
        "Bình quân toàn huyện",
        "Bình quân của tỉnh",
        "Trung bình các xã",
        "Bình quân cả nước",
    ],
)
@pytest.mark.parametrize("column", [1, 2])
def test_an_average_of_another_time_or_place_is_compared_with_nothing(clerk: Clerk, label: str, column: int) -> None:
    assert _totals(clerk, [*[""] * column, label, *[""] * (3 - column), 61.5]) == []


@pytest.mark.parametrize(
    "label",
    [
        "Bình quân",
        "Bình quân tháng 11/2024",
        "Bình quân trong tháng 11 năm 2024",
        "Trung bình toàn xã",
        "Bình quân đến ngày 14/11/2024",
        "Tổng cộng (tính đến 14/11)",
        "Bình quân nhiệm vụ huyện giao",
    ],
)
def test_an_average_of_these_tasks_is_compared(clerk: Clerk, label: str) -> None:
    assert _wrong(_totals(clerk, ("", label, "", "", 64))) == []
    assert _wrong(_totals(clerk, ("", label, "", "", 61.5))) == [(61.5, 64)]


def test_an_average_of_one_index_is_that_of_its_tasks_wherever_it_stands(clerk: Clerk) -> None:
    right = ("", "Bình quân PCI", "", "", 93.3), ("", "Bình quân PGI", "", "", 20)
    assert [total.difference < 0.5 for total in _totals(clerk, *right)] == [True, True]
    assert _wrong(_totals(clerk, ("", "Bình quân PCI", "", "", 20))) == [(20, 64)]


@pytest.mark.parametrize(
    ("label", "count"),
    [
        ("Tổng số nhiệm vụ hoàn thành", 2),
        ("Tổng số nhiệm vụ đã hoàn thành", 2),
        ("Tổng số NV hoàn thành", 2),
        ("Trong đó: số nhiệm vụ hoàn thành", 2),
        ("Tổng nhiệm vụ hoàn thành", 2),
        ("Số lượng nhiệm vụ hoàn thành trong tháng 11/2024", 2),
        ("Tổng số nhiệm vụ đang thực hiện", 2),
        ("Tổng số nhiệm vụ chưa thực hiện", 1),
        ("Tổng số nhiệm vụ không phát sinh", 0),
        ("Tổng số nhiệm vụ được giao trong tháng 11", 5),
        ("Tổng số NV", 5),
    ],
)
@pytest.mark.parametrize("column", [3, 4])
def test_a_count_is_held_against_how_many_tasks_there_are_of_its_kind(
    clerk: Clerk, label: str, count: int, column: int
) -> None:
    for stated, wrong in ((count, []), (count + 4, [(count + 4, count)])):
        assert _wrong(_totals(clerk, ["", "", label, *[""] * (column - 3), stated])) == wrong


@pytest.mark.parametrize(
    "label",
    [
        "Tổng số nhiệm vụ hoàn thành tháng 10/2024",
        "Tổng số nhiệm vụ hoàn thành từ đầu năm",
        "Tổng số nhiệm vụ hoàn thành quá hạn",
        "Tổng số nhiệm vụ chưa hoàn thành",
        "Tổng số nhiệm vụ cần huyện hỗ trợ",
        "Số việc phát sinh ngoài kế hoạch",
    ],
)
def test_a_count_of_other_tasks_is_compared_with_nothing(clerk: Clerk, label: str) -> None:
    assert _totals(clerk, ("", "", label, "", 9)) == []


def test_a_share_beside_the_label_of_a_count_is_a_share(clerk: Clerk) -> None:
    label = "Tổng số nhiệm vụ hoàn thành"
    for share in (40, "40%", "2/5"):
        assert _wrong(_totals(clerk, ("", "", label, "", share))) == []
    row = f"E{len(TOP) + 1 + len(TASKS) + 1}"
    assert _wrong(_totals(clerk, ("", "", label, "", 0.4), percent=row)) == []
    assert _wrong(_totals(clerk, ("", "", label, "", 1), percent=row)) == [(100, 64)]
