"""Work of no task in the plan stays unknown, however many of its syllables some task has; few words that are a task's name it."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from openpyxl import Workbook

from commune_reports.plan import Plan
from commune_reports.reading import Clerk, read_submission
from commune_reports.reading.vocabulary import share_told, task_texted
from commune_reports.spelling import fold
from commune_reports.task_report import Reading

HEADS = ("Mã nhiệm vụ", "Nội dung nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện")
NUMBERED = ("STT", *HEADS[1:])
BEGUN = ("Đang thực hiện", 40, "Đã làm 3 việc")
Row = Sequence[object]
OTHER_WORK = """Công tác tuyển quân năm 2025
Công tác bảo hiểm xã hội, bảo hiểm y tế
Công tác tiếp công dân
Nhiệm vụ phát sinh khác
Nhiệm vụ trọng tâm của xã
Các nhiệm vụ khác của xã
Phối hợp thực hiện các nhiệm vụ khác
Phối hợp với Công an huyện tuần tra
Xây dựng kế hoạch đầu tư công năm 2025
Xây dựng kế hoạch sử dụng đất năm 2025
Tuyên truyền phòng chống ma túy
Xử lý vi phạm hành chính về đất đai
Thu gom rác thải tại bãi biển
Thăm hỏi gia đình chính sách
Đo đạc bản đồ địa chính
Tổ chức rà soát hộ nghèo năm 2024 và giai đoạn 2021-2025""".splitlines()


def _read(clerk: Clerk, *rows: Row) -> Reading:
    workbook = Workbook()
    for row in rows:
        workbook.active.append([None if cell == "" else cell for cell in row])
    content = BytesIO()
    workbook.save(content)
    return read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def _tasks(reading: Reading) -> list[str | None]:
    return [row.task_code for row in reading.rows]


@pytest.mark.parametrize("text", OTHER_WORK)
def test_other_work_is_no_task_though_a_task_has_its_syllables(clerk: Clerk, text: str) -> None:
    reading = _read(clerk, HEADS, ("", text, *BEGUN))
    assert _tasks(reading) == [None]
    assert [one.code for one in reading.findings] == ["task_unknown"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Thực hiện đấu thầu qua mạng", "PCI-03.4"),
        ("Thu gom, xử lý rác thải", "PGI-01.2"),
        ("Hỗ trợ tiếp cận đất đai", "PCI-02.1"),
        ("Công khai KH sử dụng đất", "PCI-02.2"),
        ("Đã niêm yết 2 thủ tục tại Bộ phận một cửa", "PCI-01.1"),
        ("Kỷ luật, kỷ cương hành chính", "PCI-07.1"),
    ],
)
def test_few_words_that_stand_in_one_task_as_they_are_name_it(clerk: Clerk, text: str, code: str) -> None:
    reading = _read(clerk, HEADS, ("", text, *BEGUN))
    assert _tasks(reading) == [code]
    assert [one.code for one in reading.findings] == ["task_matched_by_text"]


def test_a_task_with_other_work_below_it_is_no_duplicate(clerk: Clerk, plan: Plan) -> None:
    tasks = [(code, plan.tasks[code].text, *BEGUN) for code in ("PCI-08.3", "PGI-01.2", "PGI-04.1")]
    title = ("C", "NHIỆM VỤ PHÁT SINH KHÁC")
    others = ("Nhiệm vụ phát sinh khác", "Công tác tuyển quân năm 2025", "Thăm hỏi gia đình chính sách")
    reading = _read(clerk, HEADS, *tasks, title, *((n, text, *BEGUN) for n, text in enumerate(others, 1)))
    assert _tasks(reading) == ["PCI-08.3", "PGI-01.2", "PGI-04.1", None, None, None]
    assert [one.code for one in reading.findings] == ["task_unknown"] * 3


@pytest.mark.parametrize("written", ["PCI-11.1", "pci 11.1", "PCI-03.9"])
def test_a_code_of_no_task_is_not_overridden_by_a_few_words(clerk: Clerk, plan: Plan, written: str) -> None:
    few = _read(clerk, HEADS, (written, "Thực hiện đấu thầu qua mạng", *BEGUN))
    assert (_tasks(few), [one.code for one in few.findings]) == ([None], ["task_unknown"])
    in_front = _read(clerk, HEADS, ("", f"{written}: Thực hiện đấu thầu qua mạng", *BEGUN))
    assert _tasks(in_front) == [None]
    whole = _read(clerk, HEADS, (written, plan.tasks["PCI-03.4"].text, *BEGUN))
    assert (_tasks(whole), [one.code for one in whole.findings]) == (["PCI-03.4"], ["task_matched_by_text"])


@pytest.mark.parametrize(
    ("section", "number", "text", "task"),
    [
        ("III", 5, "Giải ngân vốn ĐTC", "PCI-03.5"),
        ("III", 2, "Công khai ngân sách", "PCI-03.2"),
        ("III", 1, "Công khai ngân sách", None),  # the second task has more of it
        ("III", 2, "Đo đạc bản đồ địa chính", None),
        ("IV", 1, "Đơn giản hóa TTHC", None),  # two tasks of the section have all of it
    ],
)
def test_half_of_an_own_short_name_is_enough_for_the_number_of_a_task_in_its_section(
    clerk: Clerk, section: str, number: int, text: str, task: str | None
) -> None:
    reading = _read(clerk, NUMBERED, ("A", "PCI"), (section,), (number, text, *BEGUN))
    assert _tasks(reading) == [task]


def test_the_words_of_a_task_tell_more_the_rarer_they_are_and_only_beside_their_neighbours(plan: Plan) -> None:
    def told(text: str, code: str) -> float:
        return share_told(plan, fold(text), code)

    assert told("Thu gom rác thải sinh hoạt", "PGI-01.2") == 1
    assert told("rác gom sinh thu thải hoạt", "PGI-01.2") == 0
    assert told("Thu gom tại bãi biển", "PGI-01.2") < told("Thu gom tại địa phương", "PGI-01.2") < 1
    # Numbers and abbreviations are no words, and without words nothing is told.
    assert told("Thu gom 30 tấn", "PGI-01.2") == told("Thu gom DN tấn", "PGI-01.2")
    assert told("2024", "PGI-01.2") == told("", "PGI-01.2") == 0


def test_a_few_words_are_no_match_where_all_of_a_text_is_asked_for(plan: Plan) -> None:
    assert task_texted(plan, "Thực hiện đấu thầu qua mạng") is None
    found = task_texted(plan, "Thực hiện đấu thầu qua mạng", may_be_short=True)
    assert found is not None
    assert (found.code, found.is_exact) == ("PCI-03.4", False)
