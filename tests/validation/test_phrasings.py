"""Rules about words tell what people wrote from what only resembles it, and ask in a column the table has."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from commune_reports.errors import NeedsHuman
from commune_reports.findings import FIELD_LABELS, Wordings
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.task_report import Reading, TaskRow
from commune_reports.validation import Rules, Submitted, load_rules, validate

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"
PERIOD = ReportingPeriod.parse("2024-11")
LETTERS = {
    "task": "B",
    "status": "F",
    "progress_pct": "G",
    "result": "H",
    "evidence": "I",
    "completed_on": "J",
    "difficulty": "K",
    "proposal": "L",
    "note": "M",
}
GOING = TaskRow(
    sheet="Báo cáo",
    row=12,
    task_code="PCI-01.1",
    matched_by="code",
    status="in_progress",
    progress_pct=60.0,
    result="Niêm yết 12 thủ tục",
    evidence=None,
    completed_on=None,
    difficulty=None,
    proposal=None,
    note=None,
    cells={name: f"{letter}12" for name, letter in LETTERS.items()},
)
DONE = replace(GOING, status="completed", progress_pct=100.0, evidence="Số 12/BC-UBND", completed_on=date(2024, 11, 5))
IDLE = replace(GOING, status="not_started", progress_pct=0.0, result=None, note="Chờ hướng dẫn")
NIL = replace(GOING, status="nil", progress_pct=None, result=None)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(EXPECTATIONS)


def _found(plan: Plan, rules: Rules, wordings: Wordings, *files: Sequence[TaskRow]) -> list[list[tuple[str, str]]]:
    """What is found in each of some files and where, in one run."""
    owed = frozenset({"PCI-01.1", "PCI-02.1"})
    batch = [
        Submitted(f"{n}", "22492", PERIOD, Reading(rows=tuple(rows)), owed, frozenset()) for n, rows in enumerate(files)
    ]
    found = validate(batch, plan=plan, rules=rules, wordings=wordings).findings
    return [
        [(one.code, one.cell or one.column or "") for one in found.get(f"{n}", ()) if one.code != "task_missing"]
        for n in range(len(files))
    ]


WORK = ("Mở 02 lớp tập huấn", "Ban hành 01 kế hoạch", "Tổ chức 03 buổi tuyên truyền", "Tiếp nhận 05 hồ sơ")
NO_WORK = ("Tiếp nhận 00 hồ sơ", "Tiếp nhận 0 hồ sơ", "Tổ chức 00 buổi", "Mở 000 lớp")


@pytest.mark.parametrize(("idle", "code"), [(NIL, "nil_with_work"), (IDLE, "not_started_with_work")])
def test_a_number_counts_with_zeros_before_it_and_zeros_alone_do_not(
    plan: Plan, rules: Rules, wordings: Wordings, idle: TaskRow, code: str
) -> None:
    files = [[replace(idle, result=said)] for said in (*WORK, *NO_WORK)]
    assert _found(plan, rules, wordings, *files) == [[(code, "H12")]] * len(WORK) + [[]] * len(NO_WORK)


UNDONE = (
    "Đang chờ huyện phê duyệt",
    "Đang chờ Phòng TCKH thẩm định",
    "Mới thực hiện được 50% khối lượng",
    "Mới thực hiện được 50%, còn lại chuyển kỳ sau",
    "Mới hoàn thành 50,5% khối lượng",
    "Mới đạt 50% kế hoạch",
    "Mới chỉ làm được một phần",
    "Còn vướng, chưa triển khai được",
    "Còn vướng mắc về mặt bằng nên chưa triển khai",
    "Thiếu kinh phí, chưa tổ chức",
    "Mới dừng ở bước lập kế hoạch",
    "Đang trong giai đoạn khảo sát",
)
ALL_DONE = (
    "Mới ban hành kế hoạch số 12",
    "Không còn vướng mắc, đã hoàn thành 100% khối lượng",
    "Mới hoàn thành 100% khối lượng",
    "Mới hoàn thành 12 km đường",
    "Mới thành lập 2 tổ hợp tác",
    "Mới đạt chuẩn nông thôn mới",
    "Đang cho vay 12 hộ",
    "Thiếu 2 hồ sơ, nay đủ",
    "Mới dùng ở thôn 3",
)


def test_a_completed_task_is_not_told_as_half_done(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    files = [[replace(DONE, result=said)] for said in (*UNDONE, *ALL_DONE)]
    expected = [[("completed_not_done", "H12")]] * len(UNDONE) + [[]] * len(ALL_DONE)
    assert _found(plan, rules, wordings, *files) == expected


NO_PROPOSALS = (
    "Kinh phí còn khó khăn",
    "Hệ thống hay lỗi",
    "Phần mềm thường xuyên bị lỗi",
    "Đường truyền internet còn chậm",
    "Chưa có máy scan",
    "Vẫn còn thiếu người",
    "Lực lượng mỏng, chưa điều động được người",
    "Cán bộ kiêm nhiệm chưa được hưởng phụ cấp",
    "Thiếu kinh phí đã xin nhưng chưa được",
    "Thiếu kinh phí thì công trình chậm",
    "Cơ sở vật chất xuống cấp",
    "Chưa được cấp trên xử lý",
)
PROPOSALS = (
    "Hộ dân nào chưa chấp hành thì xử lý nghiêm",
    "Cán bộ kiêm nhiệm được hưởng phụ cấp 30%",
    "Không đủ biên chế thì cho hợp đồng lao động",
    "Thiếu người, xin thêm 1 biên chế",
    "Lực lượng mỏng, điều động thêm 2 người từ huyện",
    "Thiếu kinh phí, xin huyện cấp 50 triệu",
    "Vướng ở khâu đo đạc: Phòng TNMT đo lại",
    "Vướng mặt bằng thì huyện chủ trì giải quyết",
    "Vướng mặt bằng: huyện chủ trì giải quyết",
    "Xin thêm kinh phí nhưng chưa có",
    "Khó khăn về vốn, xin cấp thêm",
    "Hệ thống hay lỗi: nâng cấp đường truyền",
    "Hệ thống mang lại nhiều lợi ích",
    "Kinh phí khó khăn thì huyện hỗ trợ",
    "Kinh phí cho hộ khó khăn theo chuẩn mới",
    "Thiếu máy, mua thêm 2 bộ",
)


def test_a_proposal_that_begins_with_its_reason_is_one(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    files = [[replace(GOING, proposal=said)] for said in (*NO_PROPOSALS, *PROPOSALS)]
    expected = [[("difficulty_in_proposal", "L12")]] * len(NO_PROPOSALS) + [[]] * len(PROPOSALS)
    assert _found(plan, rules, wordings, *files) == expected


NO_DIFFICULTIES = (
    "Thiếu kinh phí, đề nghị huyện hỗ trợ",
    "Đề nghị huyện hỗ trợ, hiện chưa có kinh phí",
    "Đề nghị huyện xem lại hồ sơ bị trả lại",
    "Đề nghị rút ngắn thủ tục vì mất nhiều thời gian",
    "Đề nghị huyện giải quyết kiến nghị của cử tri",
    "Có kiến nghị huyện bổ sung kinh phí",
    "Kiến nghị về việc bổ sung kinh phí",
    "Xin cấp phép khai thác đất cho xã",
    "Các sở cần bổ sung kinh phí",
    "Tỉnh cần cấp phép sớm",
)
DIFFICULTIES = (
    "Có kiến nghị về đất đai của 3 hộ dân",
    "Đề xuất mua máy tính bị huyện từ chối",
    "Đề xuất của xã bị từ chối",
    "Đề xuất gửi huyện từ tháng 9 đến nay không có phản hồi",
    "Đề xuất gửi huyện từ tháng 9, đến nay chưa có phản hồi",
    "Xin ý kiến chỉ đạo mất nhiều thời gian",
    "Xin cấp phép xây dựng của dân nhiều, cán bộ ít",
    "Các sở cần bổ sung nhiều hồ sơ, dân phải đi lại",
    "Tỉnh cần cấp phép nên mất 3 tháng",
)


def test_a_difficulty_about_somebodys_proposal_is_one(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    files = [[replace(GOING, difficulty=said)] for said in (*NO_DIFFICULTIES, *DIFFICULTIES)]
    expected = [[("proposal_in_difficulty", "K12")]] * len(NO_DIFFICULTIES) + [[]] * len(DIFFICULTIES)
    assert _found(plan, rules, wordings, *files) == expected


def _unreasoned(row: int, code: str, lacking: Sequence[str], result: str | None = None) -> TaskRow:
    """A task not begun, without a reason, in a table that lacks some columns."""
    cells = {name: f"{letter}{row}" for name, letter in LETTERS.items() if name not in lacking}
    return replace(IDLE, row=row, task_code=code, note=None, result=result, cells=cells)


@pytest.mark.parametrize(
    ("lacking", "letter"),
    [((), "M"), (("note",), "K"), (("note", "difficulty"), "H"), (("difficulty", "result"), "M")],
)
@pytest.mark.parametrize("result", [None, "Chưa thực hiện"])
def test_a_missing_reason_is_asked_for_in_the_first_column_it_can_be_written_into(
    plan: Plan, rules: Rules, wordings: Wordings, lacking: Sequence[str], letter: str, result: str | None
) -> None:
    rows = [_unreasoned(12, "PCI-01.1", lacking, result), _unreasoned(13, "PCI-02.1", lacking, result)]
    told = [("reason_missing", f"{letter}12"), ("reason_missing", f"{letter}13")]
    assert _found(plan, rules, wordings, rows, rows[:1]) == [told, told[:1]]


def test_a_column_for_reasons_is_missing_only_where_there_is_none_at_all(
    plan: Plan, rules: Rules, wordings: Wordings
) -> None:
    lacking = ("note", "difficulty", "result")
    rows = [_unreasoned(12, "PCI-01.1", lacking), _unreasoned(13, "PCI-02.1", lacking)]
    missing, alone = _found(plan, rules, wordings, rows, rows[:1])
    assert missing == [("column_missing", FIELD_LABELS["note"])]
    assert alone == [("reason_missing", "B12")]


@pytest.mark.parametrize("fields", ["note", [], ["result"], ["note", "colour"], ["note", 7]])
def test_fields_that_do_not_answer_a_rule_are_refused(tmp_path: Path, fields: object) -> None:
    suite = json.loads((EXPECTATIONS / "task_rows.json").read_text(encoding="utf-8"))
    meta = next(rule["meta"] for rule in suite["expectations"] if rule["meta"]["finding"] == "reason_missing")
    meta["fields"] = fields
    (tmp_path / "task_rows.json").write_text(json.dumps(suite), encoding="utf-8")
    with pytest.raises(NeedsHuman, match=r"task_rows\.json, rule \d+: meta\.fields is"):
        load_rules(tmp_path)
