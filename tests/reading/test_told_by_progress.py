"""Words that are a status only together with a share, evidence that there is none yet, columns that tell of another time."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.reading.drawing import Row, codes_found, read_sheets

from commune_reports.period import ReportingPeriod
from commune_reports.reading import Clerk
from commune_reports.task_report import Reading
from commune_reports.validation import Submitted, load_rules, validate

TOP: Row = ("BÁO CÁO THÁNG 11/2024",)
HEADS = ("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả")
UNREADABLE = [("status_unreadable", "B3")]
DIFFERS = [("status_share_differs", "B3")]
EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"


def _read(clerk: Clerk, *rows: Row) -> Reading:
    return read_sheets(clerk, [TOP, *rows])


@pytest.mark.parametrize(
    "words",
    [
        "Cơ bản hoàn thành",
        "Hoàn thành cơ bản",
        "Đã cơ bản hoàn thành",
        "Cơ bản HT",
        "Thường xuyên",
        "TX",
        "Liên tục",
        "Thường xuyên, liên tục",
        "Nhiệm vụ thường xuyên",
        "Hàng tháng",
        "Thực hiện thường xuyên",
        "Duy trì thường xuyên",
        "Thường xuyên trong kỳ",
        "Đúng tiến độ",
        "Thực hiện đảm bảo tiến độ",
        "Chậm tiến độ",
        "Đã triển khai thực hiện",
        "Thực hiện theo kế hoạch",
        "Cơ bản đã xong",
        "Cơ bản hoàn thành các nội dung",
    ],
)
def test_the_progress_tells_how_far_what_is_done_again_and_again_or_mostly_has_come(clerk: Clerk, words: str) -> None:
    for share, status in ((60, "in_progress"), ("99,5%", "in_progress"), (100, "completed")):
        reading = _read(clerk, HEADS, ("PCI-01.1", words, share, "Họp 2 lần"))
        assert (codes_found(reading), reading.rows[0].status) == ([], status)


@pytest.mark.parametrize(
    "words", ["Cơ bản hoàn thành", "Thường xuyên", "Liên tục", "Hoàn thành cơ bản", "Đúng tiến độ"]
)
@pytest.mark.parametrize("share", ["", 0, 120, "khoảng một nửa"])
def test_without_a_progress_such_words_are_asked_about(clerk: Clerk, words: str, share: object) -> None:
    reading = _read(clerk, HEADS, ("PCI-01.1", words, share, "Họp 2 lần"))
    assert (UNREADABLE[0] in codes_found(reading), reading.rows[0].status) == (True, None)


@pytest.mark.parametrize("words", ["Đang thực hiện thường xuyên", "Đang thực hiện thường xuyên, liên tục"])
def test_what_is_called_going_on_goes_on_whatever_its_progress(clerk: Clerk, words: str) -> None:
    for share in (60, 100):
        reading = _read(clerk, HEADS, ("PCI-01.1", words, share, "Họp 2 lần"))
        assert (codes_found(reading), reading.rows[0].status) == ([], "in_progress")


@pytest.mark.parametrize(
    "words",
    [
        "Thường xuyên (chưa làm ở thôn Cổ Mã)",
        "Cơ bản hoàn thành (trừ thôn Cổ Mã)",
        "Thường xuyên?",
        "☐ Thường xuyên",
        "Không thường xuyên",
        "Chưa thường xuyên",
        "Gần xong",
        "Tốt",
        "Theo kế hoạch",
    ],
)
def test_other_words_beside_a_progress_are_asked_about(clerk: Clerk, words: str) -> None:
    for share in (60, 100):
        reading = _read(clerk, HEADS, ("PCI-01.1", words, share, "Họp 2 lần"))
        assert (codes_found(reading), reading.rows[0].status) == (UNREADABLE, None)


@pytest.mark.parametrize(
    ("words", "progress", "told", "found"),
    [
        ("Thường xuyên - 60%", "", ("in_progress", 60), []),
        ("Cơ bản hoàn thành (90%)", "", ("in_progress", 90), []),
        ("Cơ bản hoàn thành (90%)", 90, ("in_progress", 90), []),
        ("Cơ bản hoàn thành (90%)", 70, ("in_progress", 70), DIFFERS),
        ("Cơ bản hoàn thành (100%)", 100, ("completed", 100), []),
        ("Cơ bản hoàn thành (100%)", "", (None, None), UNREADABLE),
        ("80% hoàn thành", "", ("in_progress", 80), []),
        ("80% hoàn thành", 80, ("in_progress", 80), []),
        ("80% hoàn thành", 60, ("in_progress", 60), DIFFERS),
        ("Hoàn thành 80%", 0, ("in_progress", 0), DIFFERS),
        # All else in the row says that it is done: only the words are to be mended.
        ("Hoàn thành 80%", 100, ("completed", 100), DIFFERS),
        ("Hoàn thành 80%", 120, (None, 120), UNREADABLE),
        ("70% khối lượng", "", ("in_progress", 70), []),
        ("70% khối lượng", 70, ("in_progress", 70), []),
        ("70% khối lượng", 50, ("in_progress", 50), DIFFERS),
        ("70% khối lượng", 0, (None, 0), UNREADABLE),
        ("60%", 60, ("in_progress", 60), []),
        ("Đạt 60%", 60, ("in_progress", 60), []),
        ("Tiến độ: 60%", 60, ("in_progress", 60), []),
        ("Thực hiện đạt 60% kế hoạch đề ra", "", ("in_progress", 60), []),
        ("Đạt 100%", 100, ("completed", 100), []),
        ("Ước đạt 100%", "", (None, None), UNREADABLE),
        ("0%", 0, ("not_started", 0), []),
        ("0%", "", ("not_started", None), []),
        ("Chậm tiến độ 60%", "", ("in_progress", 60), []),
        ("100%", "", ("completed", 100), []),
        ("70% vốn", 70, (None, 70), UNREADABLE),
        ("120% khối lượng", "", (None, None), UNREADABLE),
    ],
)
def test_a_share_beside_words_of_completion_is_held_against_the_progress(
    clerk: Clerk,
    words: str,
    progress: object,
    told: tuple[str | None, float | None],
    found: list[tuple[str, str]],
) -> None:
    reading = _read(clerk, HEADS, ("PCI-01.1", words, progress, "Họp 2 lần"))
    assert (codes_found(reading), (reading.rows[0].status, reading.rows[0].progress_pct)) == (found, told)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Đang thực hiện, dự kiến hoàn thành trong tháng 12", "in_progress"),
        ("Chưa hoàn thành, phấn đấu xong trước 15/12", "in_progress"),
        ("Chưa thực hiện, sẽ làm trong quý I/2025", "not_started"),
        ("Đang thực hiện theo tiến độ", "in_progress"),
        ("Đang thực hiện từ ngày 05/11/2024", "in_progress"),
        ("Tiếp tục triển khai thực hiện", "in_progress"),
        ("Chưa đến thời hạn", "not_started"),
        ("Tháng này không phát sinh", "nil"),
        ("Không phát sinh hồ sơ, thủ tục", "nil"),
        ("Hoàn thành vượt mức kế hoạch", "completed"),
        ("Hoàn thành sớm, theo yêu cầu", "completed"),
        ("Hoàn thành từ tháng 10", None),
        ("Hoàn thành, dự kiến nghiệm thu tháng 12", None),
        ("Dự kiến hoàn thành tháng 12", None),
        ("Sẽ thực hiện", None),
    ],
)
def test_what_is_hoped_for_does_not_change_the_status_before_it(clerk: Clerk, words: str, status: str | None) -> None:
    assert clerk.vocabulary.status_of(words) == status


def _judged(clerk: Clerk, reading: Reading) -> list[tuple[str, str | None]]:
    submitted = Submitted(
        "a", "22492", ReportingPeriod.parse("2024-11"), reading, frozenset(), frozenset(clerk.plan.tasks)
    )
    found = validate([submitted], plan=clerk.plan, rules=load_rules(EXPECTATIONS), wordings=clerk.wordings)
    return [(one.code, one.cell) for one in (*reading.findings, *found.findings.get("a", ()))]


def test_evidence_that_there_is_none_yet_contradicts_only_what_is_completed(clerk: Clerk) -> None:
    heads = (*HEADS, "Số, ký hiệu văn bản", "Ngày hoàn thành")
    result = "Đã ban hành Báo cáo số 12/BC-UBND về kết quả niêm yết"
    done, going = ("PCI-01.1", "Hoàn thành", 100, result), ("PCI-01.1", "Đang thực hiện", 60, result)
    for told in ("Chưa có", "Chưa có văn bản", "Chưa ban hành", "Không có văn bản", "Không số"):
        found = _judged(clerk, _read(clerk, heads, (*done, told, date(2024, 11, 5))))
        assert found in ([("evidence_missing", "E3")], [("evidence_without_number", "E3")])
        assert _judged(clerk, _read(clerk, heads, (*going, told, ""))) == []
    # Where nothing says that it is still to come, the document in the result is the evidence.
    for told in ("", "-", "Không có", "12/BC-UBND"):
        assert _judged(clerk, _read(clerk, heads, (*done, told, date(2024, 11, 5)))) == []


TWO = (("PCI-01.1", "Hoàn thành", 100, "Niêm yết 12 thủ tục"), ("PCI-02.1", "Đang thực hiện", 40, "Rà soát 3 thôn"))


def _of_column(clerk: Clerk, *headed: tuple[str, str, str]) -> tuple[list[Mapping[str, str | None]], Reading]:
    """What is read of two tasks with some further columns, each with its heading and what stands below."""
    columns = list(zip(*headed, strict=True))
    rows = [(*task, *told) for task, told in zip(TWO, columns[1:], strict=True)]
    reading = _read(clerk, (*HEADS, *columns[0]), *rows)
    return [
        {"difficulty": row.difficulty, "proposal": row.proposal, "evidence": row.evidence} for row in reading.rows
    ], reading


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Khó khăn tháng tới", "difficulty"),
        ("Vướng mắc kỳ sau", "difficulty"),
        ("Đề xuất tháng tới", "proposal"),
        ("Kiến nghị kỳ tới", "proposal"),
        ("Đề xuất, kiến nghị cho kỳ sau", "proposal"),
    ],
)
def test_remarks_headed_with_another_time_are_read_where_no_others_are_and_else_told(
    clerk: Clerk, heading: str, name: str
) -> None:
    own = {"difficulty": "Khó khăn, vướng mắc", "proposal": "Đề xuất, kiến nghị"}[name]
    told, reading = _of_column(clerk, (heading, "Thiếu máy tính", "Hỏng loa"))
    assert ([one[name] for one in told], codes_found(reading)) == (["Thiếu máy tính", "Hỏng loa"], [])
    told, reading = _of_column(clerk, (heading, "Thiếu máy tính", "Hỏng loa"), (own, "", "Mưa lũ"))
    assert ([one[name] for one in told], codes_found(reading)) == ([None, "Mưa lũ"], [("column_unread", "E2")])
    told, reading = _of_column(clerk, (heading, "Không", ""), (own, "", "Mưa lũ"))
    assert ([one[name] for one in told], codes_found(reading)) == ([None, "Mưa lũ"], [])


@pytest.mark.parametrize(
    "heading", ["Kiến nghị kỳ trước", "Khó khăn kỳ trước đã khắc phục", "Tồn tại, hạn chế kỳ trước"]
)
def test_what_was_asked_for_or_overcome_before_is_told_and_not_read(clerk: Clerk, heading: str) -> None:
    told, reading = _of_column(clerk, (heading, "Cấp máy tính", "Sửa loa"))
    assert ([*told[0].values()], codes_found(reading)) == ([None] * 3, [("column_unread", "E2")])


@pytest.mark.parametrize("heading", ["Kết quả kỳ trước", "Kế hoạch tháng tới", "Đề xuất công việc tháng tới"])
def test_results_of_another_time_and_plans_are_left_without_a_word(clerk: Clerk, heading: str) -> None:
    told, reading = _of_column(clerk, (heading, "Họp 2 lần", "Họp 3 lần"))
    assert ([*told[0].values()], codes_found(reading)) == ([None] * 3, [])


@pytest.mark.parametrize("heading", ["Văn bản chỉ đạo, triển khai", "Văn bản chỉ đạo", "Văn bản chỉ đạo, hướng dẫn"])
def test_documents_that_direct_are_evidence_where_they_are_the_units_own(clerk: Clerk, heading: str) -> None:
    own = (heading, "45/KH-UBND ngày 05/11/2024", "Công văn 46/UBND")
    told, reading = _of_column(clerk, own)
    assert ([one["evidence"] for one in told], codes_found(reading)) == ([*own[1:]], [("column_by_content", "E2")])
    # Beside a column of evidence, and where others issued them or all tasks have the same, they are left, and that is said.
    told, reading = _of_column(clerk, own, ("Số, ký hiệu văn bản", "90/BC-UBND", ""))
    assert ([one["evidence"] for one in told], codes_found(reading)) == (
        ["90/BC-UBND", None],
        [("column_unread", "E2")],
    )
    for others in (
        ("2914/KH-UBND", "2914/KH-UBND"),
        ("12/CT-TTg", "13/CT-TTg"),
        ("45/KH-UBND của huyện", "46/KH-UBND của tỉnh"),
    ):
        told, reading = _of_column(clerk, (heading, *others))
        assert ([one["evidence"] for one in told], codes_found(reading)) == ([None, None], [("column_unread", "E2")])
    for nothing_missed in [
        [(heading, "", "")],
        [(heading, "2914/KH-UBND", "2914/KH-UBND"), ("Số, ký hiệu văn bản", "90/BC-UBND", "91/BC-UBND")],
    ]:
        assert codes_found(_of_column(clerk, *nothing_missed)[1]) == []
