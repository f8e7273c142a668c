"""Statuses written as codes: read by the legend beside them, and by nothing else."""

from collections.abc import Sequence

import pytest
from tests.reading.drawing import Row, codes_found, read_sheets

from commune_reports.reading import Clerk
from commune_reports.task_report import Reading

TOP = (("UBND xã Đại Lãnh",), ("BÁO CÁO THÁNG 11/2024",), ())
HEADS = ("STT", "Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
CODED = (
    (1, "PCI-01.1", 1, 100, "Niêm yết 12 thủ tục"),
    (2, "PCI-02.1", 2, 40, "Họp 2 lần"),
    (3, "PCI-02.2", 3, 0, ""),
    (4, "PCI-03.1", "4", "", ""),
)
STATUSES = ["completed", "in_progress", "not_started", "nil"]
NOTE = "Ghi chú: 1 - Hoàn thành; 2 - Đang thực hiện; 3 - Chưa thực hiện; 4 - Không phát sinh"


def _statuses(reading: Reading) -> list[str | None]:
    return [row.status for row in reading.rows]


@pytest.mark.parametrize(
    "legend",
    [
        [(NOTE,)],
        [("Tình trạng: (1) Hoàn thành, (2) Đang thực hiện, (3) Chưa thực hiện, (4) Không phát sinh",)],
        [("1: hoàn thành, 2: đang, 3: chưa, 4: không phát sinh",)],
        [("", "Quy ước: 1=Hoàn thành; 2=Đang thực hiện; 3=Chưa thực hiện; 4=Không phát sinh")],
        [("Chú thích:",), *((f"{n}. {word}",) for n, word in enumerate(("HT", "Đang TH", "Chưa TH", "KPS"), start=1))],
        [("Ký hiệu", "Ý nghĩa"), (1, "Hoàn thành"), (2, "Đang làm"), (3, "Chưa thực hiện"), (4, "Không phát sinh")],
    ],
)
@pytest.mark.parametrize("place", ["above", "below", "elsewhere"])
def test_codes_are_read_by_the_legend_wherever_it_stands(clerk: Clerk, legend: list[Row], place: str) -> None:
    table = [HEADS, *CODED]
    sheets: dict[str, list[Sequence[Row]]] = {
        "above": [[*TOP, *legend, (), *table]],
        "below": [[*TOP, *table, (), *legend]],
        "elsewhere": [[*TOP, *table], legend],
    }
    reading = read_sheets(clerk, *sheets[place])
    assert (_statuses(reading), codes_found(reading)) == (STATUSES, [])
    assert [row.cells["status"][0] for row in reading.rows] == ["C"] * 4


def test_codes_are_read_by_the_heading_of_their_own_column(clerk: Clerk) -> None:
    heads = (*HEADS[:2], "Tình trạng (1: hoàn thành, 2: đang thực hiện, 3: chưa, 4: không phát sinh)", *HEADS[3:])
    reading = read_sheets(clerk, [*TOP, heads, *CODED])
    assert (_statuses(reading), codes_found(reading)) == (STATUSES, [])


def test_letters_are_read_by_a_small_table_beside(clerk: Clerk) -> None:
    words = ("Hoàn thành", "Đang thực hiện", "Chưa thực hiện", "Không phát sinh")
    rows = [
        (*row[:2], letter, *row[3:], "", letter, word) for row, letter, word in zip(CODED, "ABCD", words, strict=True)
    ]
    reading = read_sheets(clerk, [*TOP, (*HEADS, "", "Ký hiệu", "Ý nghĩa"), *rows])
    assert (_statuses(reading), codes_found(reading)) == (STATUSES, [])


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [("Ghi chú: 1 - Ưu tiên cao; 2 - Ưu tiên vừa; 3 - Ưu tiên thấp; 4 - Khác",)],
        [("Ghi chú: 1 - Tốt; 2 - Hoàn thành; 3 - Chưa thực hiện",)],
        [("Xếp loại: 1 - Hoàn thành xuất sắc; 2 - Hoàn thành tốt; 3 - Hoàn thành",)],
        [(NOTE,), ("Quy ước: 1 - Chưa thực hiện; 2 - Đang thực hiện; 3 - Hoàn thành",)],
        [("Hoàn thành", 1), ("Đang thực hiện", 1)],
        [("Trong đó: 1 nhiệm vụ hoàn thành; 2 nhiệm vụ đang thực hiện",)],
    ],
)
def test_codes_without_their_legend_stay_asked_about(clerk: Clerk, lines: list[Row]) -> None:
    reading = read_sheets(clerk, [*TOP, HEADS, *CODED, (), *lines])
    assert _statuses(reading) == [None] * 4
    assert codes_found(reading)[:4] == [("status_unreadable", f"C{row}") for row in range(5, 9)]


def test_a_code_the_legend_does_not_have_is_asked_about(clerk: Clerk) -> None:
    reading = read_sheets(clerk, [*TOP, HEADS, *CODED[:3], (4, "PCI-03.1", 7, 20, "Họp"), (), (NOTE,)])
    assert _statuses(reading) == [*STATUSES[:3], None]
    assert codes_found(reading) == [("status_unreadable", "C8")]


def test_words_beside_a_legend_are_read_as_words(clerk: Clerk) -> None:
    rows = [(1, "PCI-01.1", "Hoàn thành", 100, "Niêm yết 12 thủ tục"), (2, "PCI-02.1", "2", 40, "Họp 2 lần")]
    assert _statuses(read_sheets(clerk, [*TOP, HEADS, *rows, (), (NOTE,)])) == ["completed", "in_progress"]


@pytest.mark.parametrize(
    "note", ["Ký hiệu: + Hoàn thành; o Đang thực hiện; x Chưa thực hiện", "+: đã xong\no: đang làm\nx: chưa làm"]
)
def test_signs_are_read_by_their_legend(clerk: Clerk, note: str) -> None:
    rows = [(*row[:2], sign, *row[3:]) for row, sign in zip(CODED, "+ox", strict=False)]
    assert _statuses(read_sheets(clerk, [*TOP, HEADS, *rows, (), (note,)])) == STATUSES[:3]
    assert _statuses(read_sheets(clerk, [*TOP, HEADS, *rows])) == [None] * 3


@pytest.mark.parametrize(
    "note", ["Hoàn thành: 1; Đang thực hiện: 2; Chưa thực hiện: 3", "1 hoàn thành, 2 đang thực hiện"]
)
def test_counts_are_no_legend(clerk: Clerk, note: str) -> None:
    assert _statuses(read_sheets(clerk, [*TOP, HEADS, *CODED, (), (note,)])) == [None] * 4


def test_a_status_with_its_number_in_the_legend_is_read_by_its_words(clerk: Clerk) -> None:
    rows = [(1, "PCI-01.1", "1 - Hoàn thành", 100, "Niêm yết"), (2, "PCI-02.1", "2. Đang thực hiện", 40, "Họp 2 lần")]
    assert _statuses(read_sheets(clerk, [*TOP, HEADS, *rows, (), (NOTE,)])) == ["completed", "in_progress"]


@pytest.mark.parametrize(
    "statistic",
    [
        [("Số nhiệm vụ", "Tình trạng"), (1, "Chưa thực hiện"), (2, "Đang thực hiện"), (3, "Hoàn thành")],
        [
            ("STT", "Tình trạng", "Số nhiệm vụ"),
            (1, "Chưa thực hiện", 4),
            (2, "Đang thực hiện", 5),
            (3, "Hoàn thành", 9),
        ],
    ],
)
@pytest.mark.parametrize("is_apart", [False, True])
def test_a_statistic_of_statuses_is_no_legend(clerk: Clerk, statistic: list[Row], is_apart: bool) -> None:
    table = [(*row[:3], row[4]) for row in (HEADS, *CODED[:3])]
    sheets = [[*TOP, *table], statistic] if is_apart else [[*TOP, *table, (), *statistic]]
    assert not {"completed", "in_progress", "not_started"} & {*_statuses(read_sheets(clerk, *sheets))}


def test_a_legend_that_the_progress_contradicts_is_none(clerk: Clerk) -> None:
    legend = [(1, "Chưa thực hiện"), (2, "Đang thực hiện"), (3, "Hoàn thành")]
    assert "not_started" not in _statuses(read_sheets(clerk, [*TOP, HEADS, *CODED[:3], (), *legend]))
