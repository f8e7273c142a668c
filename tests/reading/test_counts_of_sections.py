"""What the row of a section counts may be its own tasks, which stand below it, or those above."""

from collections.abc import Iterator, Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.reading import read_submission
from commune_reports.reading.tasks import Clerk
from commune_reports.task_report import Total

TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",), ())
HEADS = ("STT", "Mã nhiệm vụ", "Nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
# Indicators with how far their tasks are.
TABLE = (
    ("I", "PCI-01", "Chỉ số Gia nhập thị trường", (100,)),
    ("II", "PCI-02", "Chỉ số Tiếp cận đất đai", (80, 50)),
    ("I", "PGI-01", "Giảm thiểu ô nhiễm môi trường và biến đổi khí hậu", (72, 100)),
    ("II", "PGI-02", "Đảm bảo tuân thủ tiêu chuẩn môi trường tối thiểu", (60,)),
)
COUNTS = ("1/1", "0/2", "1/2", "0/1")
Row = Sequence[object]


def _rows(counts: Sequence[str], of_indices: Sequence[str]) -> Iterator[Row]:
    for number, ((numeral, code, title, shares), count) in enumerate(zip(TABLE, counts, strict=True)):
        if of_indices and number % 2 == 0:
            letter, name = ("A", "Chỉ số PCI") if number == 0 else ("B", "Chỉ số xanh PGI")
            yield (
                letter,
                "",
                name,
                "",
                "",
                f"Hoàn thành {of_indices[number // 2]} nhiệm vụ" if of_indices[number // 2] else "",
            )
        yield numeral, "", title, "", "", f"Đã hoàn thành {count} nhiệm vụ" if count else ""
        for task, share in enumerate(shares, start=1):
            status = "Hoàn thành" if share == 100 else "Đang thực hiện"
            yield task, f"{code}.{task}", "", status, share, f"Họp {share} lần"


def _totals(clerk: Clerk, counts: Sequence[str], of_indices: Sequence[str] = ()) -> list[Total]:
    workbook = Workbook()
    for row in (*TOP, HEADS, *_rows(counts, of_indices)):
        workbook.worksheets[0].append(list(row))
    content = BytesIO()
    workbook.save(content)
    reading = read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert len(reading.rows) == sum(len(shares) for *_, shares in TABLE)
    return list(reading.totals)


def _wrong(totals: Sequence[Total]) -> list[tuple[float, float]]:
    return [(total.stated, total.counted[0][0]) for total in totals if total.difference > 0.5]


@pytest.mark.parametrize("of_indices", [(), ("", ""), ("1/3", "1/3"), ("1", "1")])
def test_counts_of_the_tasks_below_are_right(clerk: Clerk, of_indices: Sequence[str]) -> None:
    totals = _totals(clerk, COUNTS, of_indices)
    assert len(totals) >= 2
    assert _wrong(totals) == []
    assert _wrong(_totals(clerk, ["1", "0", "1", "0"], of_indices)) == []


@pytest.mark.parametrize("number", range(4))
def test_a_wrong_count_is_told_with_that_of_the_tasks_below(clerk: Clerk, number: int) -> None:
    counts = list(COUNTS)
    right, of = map(int, counts[number].split("/"))
    counts[number] = f"{of - right + (2 * right == of)}/{of}"
    assert _wrong(_totals(clerk, counts)) == [(int(counts[number].split("/")[0]), right)]


def test_a_wrong_count_of_an_index_is_told(clerk: Clerk) -> None:
    assert _wrong(_totals(clerk, COUNTS, ("2/3", "1/3"))) == [(2, 1)]


def test_counts_of_the_tasks_above_are_right_too(clerk: Clerk) -> None:
    assert _wrong(_totals(clerk, ["", "1/1", "0/2", "1/2"])) == []
