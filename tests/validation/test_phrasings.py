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
from commune_reports.validation import Rules, Submitted, assess, load_rules, validate

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
    """What each of some files is told and where, in one run; two rules of the same finding tell it once."""
    owed = frozenset({"PCI-01.1", "PCI-02.1"})
    batch = [
        Submitted(f"{n}", "22492", PERIOD, Reading(rows=tuple(rows)), owed, frozenset()) for n, rows in enumerate(files)
    ]
    found = validate(batch, plan=plan, rules=rules, wordings=wordings).findings
    told = [assess(one, found.get(one.submission_id, ())).findings for one in batch]
    return [[(one.code, one.cell or one.column or "") for one in some if one.code != "task_missing"] for some in told]


WORK = ("Mở 02 lớp tập huấn", "Ban hành 01 kế hoạch", "Tổ chức 03 buổi tuyên truyền", "Tiếp nhận 05 hồ sơ")
NO_WORK = ("Tiếp nhận 00 hồ sơ", "Tiếp nhận 0 hồ sơ", "Tổ chức 00 buổi", "Mở 000 lớp")


@pytest.mark.parametrize(("idle", "code"), [(NIL, "nil_with_work"), (IDLE, "not_started_with_work")])
def test_a_number_counts_with_zeros_before_it_and_zeros_alone_do_not(
    plan: Plan, rules: Rules, wordings: Wordings, idle: TaskRow, code: str
) -> None:
    files = [[replace(idle, result=said)] for said in (*WORK, *NO_WORK)]
    assert _found(plan, rules, wordings, *files) == [[(code, "H12")]] * len(WORK) + [[]] * len(NO_WORK)


UNDONE = (
    "Dự án Honda đang thi công",
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


# Clauses that as a whole say the unit's own work is not done, and what only resembles them.
UNDER_WAY = (
    "Đang hoàn thiện hồ sơ trình huyện",
    "Đang thi công",
    "Đang lấy ý kiến",
    "Hiện nay đang khảo sát địa điểm",
    "Đang rà soát 31 thủ tục",
    "Đang vướng mặt bằng",
    "Tạm dừng do bão",
    "Hồ sơ mời thầu đang trình thẩm định",
    "Công trình đang thi công, dự kiến xong trong tháng 12",
    "Do thiếu kinh phí, đang trình huyện bổ sung",
    "Đang lập hồ sơ, chưa có trong kế hoạch",
    "Chuẩn bị tổ chức đấu thầu 01 gói sửa chữa nhà văn hóa",
    "Mới khởi công",
    "Chưa giải ngân",
    "Chưa nghiệm thu",
    "Chưa có kinh phí thực hiện",
    "Chưa được huyện phê duyệt",
    "Kế hoạch chưa được phê duyệt",
)
SAID_BESIDE = (
    "Đã lập hồ sơ mời thầu, đang trình thẩm định, chưa tổ chức lựa chọn nhà thầu",
    "Hồ sơ đã gửi, đang trình huyện phê duyệt, chưa tổ chức lựa chọn nhà thầu",
    "Chưa lựa chọn được nhà thầu",
    "Giải ngân 1.200 triệu đồng; số vốn còn lại chưa giải ngân",
    "Còn 04 thủ tục chưa công khai",
    "Đã công khai 123 thủ tục, còn 04 thủ tục chưa công khai",
    "Hoàn thành 5/6 công trình, còn 01 công trình chưa hoàn thành",
    "02/05 nhiệm vụ chưa hoàn thành",
    "Tổ chức 2 buổi tại thôn 3, chưa hoàn thành",
    "Mới giải ngân 45% kế hoạch vốn",
    "Mới giải ngân được 45,5% tổng vốn",
    "Mới thực hiện được 2/6 thôn",
    "Đã ban hành kế hoạch, mới thực hiện được 2/6 thôn",
    "Chỉ hoàn thành 12/15 nhiệm vụ",
    "Mới hoàn thành 98/127 thủ tục",
    "Mới làm được 3/5",
)
DONE_AFTER_ALL = (
    "Đã xử lý dứt điểm, không còn hồ sơ nào đang chờ",
    "Đang lập hồ sơ quyết toán",
    "Mới thực hiện 12/15 điểm theo phân kỳ năm 2024",
    "Giải ngân 100% kế hoạch vốn, mới bàn giao ngày 5/11",
    "Giải ngân 100% kế hoạch vốn, đang hoàn thiện hồ sơ quyết toán",
    "Đã giải ngân 100% vốn giao; vốn bổ sung chưa giải ngân",
    "Vốn năm 2024 giải ngân xong, vốn năm 2025 chưa giải ngân",
    "Đã mở mới 03 lớp",
    "Công khai 04 thủ tục mới",
    "Hoàn thành 6/6 thôn",
    "Mới hoàn thành 6/6 thôn",
    "Mới hoàn thành 15/15 nhiệm vụ",
    "Mới hoàn thành 5/11/2024",
    "Mới thực hiện được 2/6 thôn, đã làm nốt 4 thôn ngày 5/11",
    "Còn 0 thủ tục chưa công khai",
    "Còn 04 thủ tục chưa công khai, đã bổ sung ngày 5/11",
    "Không còn thủ tục chưa công khai",
    "Không có hồ sơ chưa giải quyết",
    "Hoàn thành: 15, chưa hoàn thành: 0",
    "Tổ chức 03/03 hội nghị, kế hoạch quý IV còn 02 hội nghị chưa tổ chức",
    "Niêm yết kế hoạch 2024; kế hoạch 2025 chưa được phê duyệt",
    "Tiếp nhận 312 hồ sơ, trả 300 hồ sơ, đang giải quyết 12 hồ sơ trong hạn",
    "Tiếp nhận 45 hồ sơ, giải quyết 41 hồ sơ, còn 04 hồ sơ chưa đến hạn",
    "Đã gửi thư ngỏ đến 120 hộ, đang tổng hợp ý kiến",
    "Đang duy trì 06 tổ công nghệ số cộng đồng",
    "Đang khảo sát thì phát hiện và xử lý xong 02 vụ",
    "Cho vay 12 hộ, đang lập hồ sơ 3 hộ",
    "Chưa có kinh phí riêng nhưng đã lồng ghép tổ chức 02 lớp",
    "Chỉ có 2/6 thôn có chợ, đã kiểm tra cả 2",
)
OF_OTHERS = (
    "Hỗ trợ 12 hộ đang kinh doanh hoàn thiện hồ sơ",
    "Hướng dẫn 12 hộ đang lập hồ sơ vay vốn",
    "Đã tuyên truyền cho người dân đang thi công công trình ven biển",
    "Kiểm tra các công trình đang xây dựng",
    "Bàn giao mặt bằng 12/12 hộ, công trình đang thi công",
    "Giám sát 3 công trình; còn 01 công trình chưa khởi công",
    "Kiểm tra 6 thôn, phát hiện còn 2 thôn chưa thực hiện, đã nhắc nhở",
    "Kiểm tra 12 cơ sở, 3 cơ sở chưa thực hiện",
    "Công khai danh mục 03 dự án chậm, 03 dự án chưa khởi công",
    "Công khai 12 dự án kêu gọi đầu tư, còn 03 dự án chưa triển khai",
    "Xử lý 2 cơ sở còn vi phạm",
    "Đã nhắc nhở 3 hộ chưa chấp hành",
    "Huyện chưa ban hành quy hoạch mới, xã đã công khai quy hoạch hiện có",
)
NOTHING_WRONG = (
    "Rà soát 14 thủ tục, chưa phát hiện vi phạm",
    "Chưa có đơn thư khiếu nại",
    "Chưa có ý kiến phản ánh",
    "Chưa phát sinh vướng mắc",
    "Đang duy trì 06 tổ, chưa phát sinh vướng mắc",
    "Đang quản lý 12 hộ, chưa có trường hợp vi phạm",
)
# Without their marks đăng and Đảng are đang, and sửa chữa ends in chưa.
SPELT_ALIKE = (
    "Đăng tải 2 gói thầu, chưa có kiến nghị",
    "Đăng 12 tin bài, sẽ tiếp tục đăng",
    "Đảng ủy đã họp, sẽ giám sát tiếp",
    "Đang vận hành 2 tuyến mương vừa sửa chữa",
    "Đang duy trì đội phòng cháy, chữa cháy",
    "Công trình sửa chữa hoàn thành",
)


def test_a_completed_task_is_blamed_only_for_clauses_that_leave_it_undone(
    plan: Plan, rules: Rules, wordings: Wordings
) -> None:
    undone = (*UNDER_WAY, *SAID_BESIDE)
    done = (*DONE_AFTER_ALL, *OF_OTHERS, *NOTHING_WRONG, *SPELT_ALIKE)
    files = [[replace(DONE, result=said)] for said in (*undone, *done)]
    expected = [[("completed_not_done", "H12")]] * len(undone) + [[]] * len(done)
    assert _found(plan, rules, wordings, *files) == expected


NO_EVIDENCE = (
    "Đã ban hành",
    "UBND xã đã ban hành",
    "Chưa có",
    "Kèm theo",
    "Có kèm theo",
    "Đính kèm",
    "Xem file đính kèm",
    "Đang soạn thảo",
    "Đang cập nhật",
    "Sẽ bổ sung sau",
)
EVIDENCE = (
    "Đã ban hành Kế hoạch số 12/KH-UBND",
    "Đã ban hành 12/KH-UBND",
    "Kèm theo Báo cáo 12",
    "QĐ 15",
    "Biên bản họp ngày 5/11/2024",
    "Ảnh chụp kèm theo",
    "Kèm theo ảnh chụp",
    "Có danh sách kèm theo",
    "Đã đăng trên trang thông tin điện tử xã",
    "Cập nhật trên hệ thống",
)


def test_evidence_that_names_nothing_is_asked_for_its_document(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    files = [[replace(DONE, evidence=said)] for said in (*NO_EVIDENCE, *EVIDENCE)]
    expected = [[("evidence_without_number", "I12")]] * len(NO_EVIDENCE) + [[]] * len(EVIDENCE)
    assert _found(plan, rules, wordings, *files) == expected


AS_PLANNED = (
    "Thực hiện theo kế hoạch",
    "UBND xã triển khai thực hiện đúng kế hoạch",
    "Hoàn thành đúng tiến độ",
    "Thực hiện tốt",
)
BY_THE_RULES = (
    "Thực hiện đúng quy định",
    "Triển khai theo quy định",
    "Thực hiện nghiêm túc theo quy định của pháp luật",
)
TOLD = (
    "Thực hiện theo kế hoạch 12/KH-UBND, niêm yết 14 thủ tục",
    "Thực hiện theo kế hoạch, tổ chức 2 lớp",
    "Thực hiện tốt công tác tiếp dân: 12 lượt",
    "Niêm yết theo quy định",
    "Thực hiện đúng quy định về niêm yết giá tại chợ",
)


def test_that_all_went_by_the_rules_is_an_answer_only_while_a_task_goes_on(
    plan: Plan, rules: Rules, wordings: Wordings
) -> None:
    done = [[replace(DONE, result=said)] for said in (*AS_PLANNED, *BY_THE_RULES, *TOLD)]
    going = [[replace(GOING, result=said)] for said in (*AS_PLANNED, *BY_THE_RULES)]
    nothing = [("text_says_nothing", "H12")]
    expected = [nothing] * (len(AS_PLANNED) + len(BY_THE_RULES)) + [[]] * len(TOLD)
    expected += [nothing] * len(AS_PLANNED) + [[]] * len(BY_THE_RULES)
    assert _found(plan, rules, wordings, *done, *going) == expected


NEEDS_PROPOSED = (
    "Cần được tập huấn thêm về phần mềm",
    "Cán bộ xã cần được tập huấn",
    "Cần bổ sung kinh phí cho công tác tuyên truyền",
    "Cần bổ sung thêm 02 máy tính",
    "Cần được cấp trên hỗ trợ kinh phí",
    "Cần nâng cấp đường truyền",
    "Đề nghị cấp trên hỗ trợ kinh phí",
)
NEEDS_FELT = (
    "Cần nhiều thời gian để xử lý",
    "Cần nhiều kinh phí",
    "Thiếu kinh phí, cần bổ sung",
    "Người dân cần đi lại nhiều lần",
    "Người dân cần được hướng dẫn nhiều lần",
    "Cần bổ sung hồ sơ",
    "Cần bổ sung kinh phí nhưng chưa được cấp",
    "Cần bổ sung kinh phí, hiện chưa được bố trí",
    "Cần tập huấn nhiều lần mới sử dụng được",
    "Cần được cấp phép mới khai thác được",
    "Chưa có thiết bị đo nhanh nước thải, cần có máy đo",
    "Cán bộ sung sức còn ít",
)


def test_a_need_that_asks_for_something_is_a_proposal(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    files = [[replace(GOING, difficulty=said)] for said in (*NEEDS_PROPOSED, *NEEDS_FELT)]
    expected = [[("proposal_in_difficulty", "K12")]] * len(NEEDS_PROPOSED) + [[]] * len(NEEDS_FELT)
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
