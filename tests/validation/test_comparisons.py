"""Rules that look beyond the row: the unit's past, its other files, the other units, the file's own totals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from commune_reports.findings import Wordings
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.task_report import (
    Assessment,
    Backdrop,
    Blank,
    Counting,
    Document,
    Earlier,
    Peers,
    Reading,
    TaskRow,
    Total,
)
from commune_reports.validation import Rules, Submitted, assess, load_rules, validate

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"
PERIOD = ReportingPeriod.parse("2024-11")
RECEIVED = datetime(2024, 11, 18, 3, 0, tzinfo=UTC)
LONG = "Đã phối hợp niêm yết công khai 12 thủ tục hành chính tại bộ phận một cửa của xã"
ROW = TaskRow(
    sheet="Báo cáo",
    row=12,
    task_code="PCI-01.1",
    matched_by="code",
    status="in_progress",
    progress_pct=60.0,
    result=LONG,
    evidence=None,
    completed_on=None,
    difficulty=None,
    proposal=None,
    note=None,
    cells={
        "task": "B12",
        "status": "F12",
        "progress_pct": "G12",
        "result": "H12",
        "evidence": "I12",
        "completed_on": "J12",
        "difficulty": "K12",
        "proposal": "L12",
    },
)
DONE = replace(ROW, status="completed", progress_pct=100.0, completed_on=date(2024, 11, 5), evidence="12/BC-UBND")
IDLE = replace(ROW, status="not_started", progress_pct=0.0, result=None)
NIL = replace(ROW, status="nil", progress_pct=None, result=None)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(EXPECTATIONS)


def _submitted(plan: Plan, name: str, reading: Reading, backdrop: Backdrop | None = None, owed: int = 1) -> Submitted:
    codes = list(plan.tasks)
    return Submitted(
        submission_id=name,
        unit_code="22492",
        period=PERIOD,
        reading=reading,
        owed=frozenset(codes[:owed]),
        optional=frozenset(codes[owed:]),
        received_at=RECEIVED,
        backdrop=backdrop or Backdrop(),
    )


def _assessed(
    plan: Plan, rules: Rules, wordings: Wordings, reading: Reading, backdrop: Backdrop | None = None, owed: int = 1
) -> Assessment:
    submitted = _submitted(plan, "a", reading, backdrop, owed)
    found = validate([submitted], plan=plan, rules=rules, wordings=wordings)
    return assess(submitted, found.findings.get("a", ()))


def _earlier(pct: float, periods: int = 1, usual_rise: float = 0.0) -> Backdrop:
    return Backdrop(earlier={"PCI-01.1": Earlier("2024-10", pct, periods, usual_rise)})


def _peers(mean: float, spread: float, units: int = 12) -> Backdrop:
    return Backdrop(peers={"PCI-01.1": Peers(units, mean, spread)})


def _counting(**changes: object) -> Backdrop:
    counting = Counting("in_progress", 60.0, 60.0, LONG, "cu.xlsx", "0" * 64, RECEIVED)
    return Backdrop(counting={"PCI-01.1": replace(counting, **changes)}, answered=frozenset({"PCI-01.1"}))  # type: ignore[arg-type]


EXAMPLES: list[tuple[TaskRow, Backdrop, str, str, str]] = [
    (ROW, _earlier(70), "progress_fell", "G12", "70"),
    (replace(ROW, progress_pct=95.0), _earlier(10, 4, 5), "progress_outlier_history", "G12", "10"),
    (replace(ROW, progress_pct=5.0), _peers(90, 4), "progress_outlier_peers", "G12", "90"),
    (
        ROW,
        Backdrop(texts={str(ROW.bare.text_key): "UBND xã Vạn Bình"}),
        "text_same_as_other_unit",
        "H12",
        "Vạn Bình",
    ),
    (ROW, _counting(progress_pct=30.0), "task_replaced", "B12", "cu.xlsx"),
    (replace(ROW, progress_pct=100.0), Backdrop(), "in_progress_at_100", "G12", "100"),
    (replace(ROW, result="như trên"), Backdrop(), "text_says_nothing", "H12", "như trên"),
    (replace(ROW, result="…"), Backdrop(), "text_says_nothing", "H12", "…"),
    (replace(ROW, proposal="nt"), Backdrop(), "text_says_nothing", "L12", "nt"),
    (
        replace(ROW, difficulty="Kiến nghị cấp thêm kinh phí"),
        Backdrop(),
        "proposal_in_difficulty",
        "K12",
        "Kiến nghị",
    ),
    (
        replace(ROW, difficulty="Thiếu tiền", proposal="thiếu tiền."),
        Backdrop(),
        "proposal_in_difficulty",
        "K12",
        "Thiếu",
    ),
    (replace(ROW, proposal="Khó khăn: thiếu người"), Backdrop(), "difficulty_in_proposal", "L12", "Khó khăn"),
    *[
        (replace(ROW, result=said), Backdrop(), "text_says_nothing", "H12", said)
        for said in ("Đã triển khai thực hiện", "Như báo cáo tháng trước", "Giống mục 1", "100%", "xxx xxx", "n/t")
    ],
    *[
        (replace(ROW, difficulty=said), Backdrop(), "proposal_in_difficulty", "K12", said)
        for said in (
            *("Thiếu người. Đề nghị huyện bổ sung", "Ít tiền, kiến nghị cấp thêm", "UBND xã đề nghị cấp máy"),
            *("Xin bổ sung 1 biên chế", "Cần huyện hỗ trợ kinh phí", "Huyện cần tổ chức tập huấn"),
        )
    ],
    *[
        (replace(ROW, proposal=said), Backdrop(), "difficulty_in_proposal", "L12", said)
        for said in (
            *("Gặp khó khăn về mặt bằng", "Kinh phí còn hạn hẹp", "Thiếu cán bộ, thiếu máy"),
            *("Lực lượng mỏng, thiếu phương tiện", "Không đủ nhân lực", "Người dân chưa đồng thuận"),
            *("Cán bộ kiêm nhiệm nhiều việc", "Vướng giải phóng mặt bằng"),
        )
    ],
    (
        replace(DONE, documents=(Document("12/BC-UBND", None, is_dated_wrong=True),)),
        Backdrop(),
        "evidence_date_wrong",
        "I12",
        "12/BC-UBND",
    ),
    (
        replace(DONE, documents=(Document("12/BC-UBND", date(2024, 11, 19)),)),
        Backdrop(),
        "evidence_date_wrong",
        "I12",
        "12/BC-UBND",
    ),
]
NEIGHBOURS: list[tuple[TaskRow, Backdrop]] = [
    (ROW, _earlier(60)),
    (replace(ROW, note="Đính chính số liệu kỳ trước"), _earlier(70)),
    (NIL, _earlier(70)),
    (replace(ROW, progress_pct=60.0), _earlier(10, 4, 5)),
    (replace(ROW, progress_pct=95.0), _earlier(10, 2, 5)),
    (replace(ROW, progress_pct=95.0), _earlier(10, 4, 25)),
    (replace(ROW, progress_pct=55.0), _peers(90, 4)),
    (replace(ROW, progress_pct=5.0), _peers(90, 4, units=5)),
    (replace(ROW, progress_pct=5.0), _peers(60, 35)),
    (replace(ROW, result="Đã họp 2 lần"), Backdrop(texts={"x": "UBND xã Vạn Bình"})),
    (ROW, _counting()),
    (replace(ROW, progress_pct=99.0), Backdrop()),
    (replace(ROW, difficulty="Đề án chậm được duyệt", proposal="Đề nghị sớm phê duyệt"), Backdrop()),
    (replace(DONE, evidence=None, documents=(Document("45/BC-UBND"),)), Backdrop()),
    *[
        (replace(ROW, result=said), Backdrop())
        for said in (
            "Đã niêm yết 100% TTHC",
            "Thực hiện theo quy định",
            "Như Báo cáo số 45/BC-UBND",
            "Đạt 85% kế hoạch",
        )
    ],
    *[
        (replace(ROW, difficulty=said), Backdrop())
        for said in (
            *("Kiến nghị của người dân còn nhiều", "Đề nghị cấp vốn của xã chưa được phê duyệt"),
            *("Huyện chưa bố trí kinh phí", "Cần nhiều thời gian phối hợp", "Lực lượng mỏng"),
        )
    ],
    *[
        (replace(ROW, proposal=said), Backdrop())
        for said in (
            "Hạn chế tối đa việc yêu cầu bổ sung hồ sơ",
            "Khó khăn về vốn, đề nghị huyện quan tâm",
            "Hỗ trợ máy",
            "Mong huyện hỗ trợ lực lượng",
            "Vướng mặt bằng, đề nghị huyện tháo gỡ",
        )
    ],
    (replace(DONE, documents=(Document("12/BC-UBND", date(2024, 11, 18)),)), Backdrop()),
    (replace(DONE, task_code="PCI-04.2", evidence=None), Backdrop()),
    (replace(IDLE, task_code="PCI-09.1"), Backdrop()),
    (replace(DONE, completed_since=date(2024, 11, 1), completed_on=date(2024, 11, 14)), Backdrop()),
]


@pytest.fixture(scope="module")
def judged(plan: Plan, rules: Rules, wordings: Wordings) -> list[Assessment]:
    """What is said of every example and of every neighbour after them, each a file of its own, in one run."""
    files = [
        *((row, backdrop) for row, backdrop, *_ in EXAMPLES),
        *((row, replace(backdrop, answered=frozenset(plan.tasks))) for row, backdrop in NEIGHBOURS),
    ]
    batch = [_submitted(plan, f"{n}", Reading(rows=(row,)), backdrop) for n, (row, backdrop) in enumerate(files)]
    found = validate(batch, plan=plan, rules=rules, wordings=wordings).findings
    return [assess(one, found.get(one.submission_id, ())) for one in batch]


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=lambda number: f"{EXAMPLES[number][2]}-{number}")
def test_a_rule_fires_on_its_example(judged: list[Assessment], number: int) -> None:
    *_, code, cell, told = EXAMPLES[number]
    assessment = judged[number]
    [finding] = assessment.findings
    assert (finding.code, finding.cell, assessment.verdict) == (code, cell, "accepted")
    assert told in finding.message
    assert finding.wanted
    assert "{" not in finding.message


@pytest.mark.parametrize("number", range(len(NEIGHBOURS)))
def test_its_neighbour_is_not_blamed(judged: list[Assessment], number: int) -> None:
    assert judged[len(EXAMPLES) + number].findings == ()


def test_the_tasks_own_words_are_no_result(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    said = plan.tasks["PCI-01.1"].text
    pasted = _assessed(plan, rules, wordings, Reading(rows=(replace(ROW, result=said.upper()),)))
    assert [(one.code, one.cell) for one in pasted.findings] == [("text_repeats_task", "H12")]
    added = replace(ROW, result=f"{said[:60]}: đã tổ chức 3 hội nghị cho 120 người tại 5 thôn")
    assert _assessed(plan, rules, wordings, Reading(rows=(added,))).findings == ()
    green = plan.tasks["PGI-03.1"]
    counted = replace(ROW, task_code=green.code, result=f"Đã {green.text.replace('người dân', '350 người dân')}")
    assert _assessed(plan, rules, wordings, Reading(rows=(counted,))).findings == ()
    numbered = replace(ROW, result=f"1. {said}")
    assert [one.code for one in _assessed(plan, rules, wordings, Reading(rows=(numbered,))).findings] == [
        "text_repeats_task"
    ]


@pytest.mark.parametrize(
    ("note", "is_reason"),
    [
        ("Chưa thực hiện", False),
        ("chưa triển khai", False),
        ("x", False),
        ("Chưa có kinh phí", True),
        ("Chờ huyện", True),
    ],
)
def test_the_status_once_more_is_no_reason(
    plan: Plan, rules: Rules, wordings: Wordings, note: str, is_reason: bool
) -> None:
    row = replace(IDLE, note=note, cells=ROW.cells | {"note": "M12"})
    found = [(one.code, one.cell) for one in _assessed(plan, rules, wordings, Reading(rows=(row,))).findings]
    assert found == ([] if is_reason else [("reason_missing", "M12")])


def test_every_task_a_report_leaves_out_is_named_with_its_cell(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    codes = list(plan.tasks)[:5]
    rows = tuple(replace(ROW, row=12 + n, task_code=code, result=f"Đã họp {n} lần") for n, code in enumerate(codes[:3]))
    blank = Blank("Báo cáo", 15, codes[3], "F15")
    assessment = _assessed(plan, rules, wordings, Reading(rows=rows, blanks=(blank,)), owed=5)
    assert [(one.code, one.task, one.cell, one.row) for one in assessment.findings] == [
        ("task_missing", codes[4], None, None),
        ("task_missing", codes[3], "F15", 15),
    ]
    assert assessment.verdict == "accepted"
    known = Backdrop(answered=frozenset(codes[3:]))
    assert _assessed(plan, rules, wordings, Reading(rows=rows, blanks=(blank,)), known, owed=5).findings == ()


def test_a_correction_of_few_rows_is_not_blamed_for_the_rest(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    assert _assessed(plan, rules, wordings, Reading(rows=(ROW,)), owed=8).findings == ()


def test_a_file_copied_from_another_unit_is_told_once(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    rows = tuple(
        replace(ROW, row=12 + n, task_code=code, result=f"{LONG} trong đợt {n}") for n, code in enumerate(plan.tasks)
    )
    texts = {str(row.bare.text_key): "UBND xã Vạn Bình" for row in rows[:20]}
    assessment = _assessed(plan, rules, wordings, Reading(rows=rows), Backdrop(texts=texts))
    [finding] = assessment.findings
    assert (finding.code, finding.cell) == ("copied_file", None)
    assert "Vạn Bình" in finding.message


@pytest.mark.parametrize(("stated", "blamed"), [(70.0, False), (69.6, False), (140.0, False), (71.0, True)])
def test_a_total_that_disagrees_with_its_rows_is_blamed(
    plan: Plan, rules: Rules, wordings: Wordings, stated: float, blamed: bool
) -> None:
    total = Total("Báo cáo", 20, "G20", "Tiến độ (%)", stated, ((70.0, 70.0), (140.0, 140.0)))
    assessment = _assessed(plan, rules, wordings, Reading(rows=(ROW,), totals=(total,)))
    assert [(one.code, one.cell) for one in assessment.findings] == ([("total_mismatch", "G20")] if blamed else [])
    assert assessment.rows_accepted == 1


def _told_of(
    plan: Plan, rules: Rules, wordings: Wordings, rows: Sequence[TaskRow]
) -> list[list[tuple[str, str | None]]]:
    """The findings of many files of one row each, in one run."""
    backdrop = Backdrop(answered=frozenset(plan.tasks))
    batch = [
        Submitted(
            f"{number}", "22492", PERIOD, Reading(rows=(row,)), frozenset({"PCI-01.1"}), frozenset(), RECEIVED, backdrop
        )
        for number, row in enumerate(rows)
    ]
    found = validate(batch, plan=plan, rules=rules, wordings=wordings).findings
    return [[(one.code, one.cell) for one in found.get(f"{number}", ())] for number in range(len(rows))]


DOCUMENTS_WITHOUT_NUMBER = (
    "có văn bản kèm theo",
    "Có",
    "Báo cáo của UBND xã",
    "Đã ban hành kế hoạch",
    "Biên bản họp thôn",
    "Trang thông tin điện tử xã; báo cáo",
    "BC UBND xã",
    "như trên",
    "Như mục 1",
    "đang trình ký",
    "Số ....../QĐ-UBND ngày ..../11/2024",
    "12/11/2024",
)
PRODUCTS = (
    "Danh sách 30 hộ",
    "Bảng niêm yết",
    "Trang thông tin điện tử xã",
    "Biển hướng dẫn",
    "Video tuyên truyền",
    "Bảng thông báo tại bộ phận một cửa",
    "Tờ rơi, sổ theo dõi kế hoạch",
    "Thông báo trên loa truyền thanh",
    "Báo cáo số 12",
    "Biên bản ngày 5/11/2024",
    "Số 45/QĐ-UBND; số 46/QĐ-UBND",
    "Số BC: 45/BC-UBND ngày 05/11/2024",
    "Số CV 123/UBND-VP",
    "12/BC-UBND; số CV 15/UBND",
    "Báo cáo định kỳ tháng 11, số BC 45",
)


def test_a_document_without_number_is_asked_for_it_and_a_product_is_not(
    plan: Plan, rules: Rules, wordings: Wordings
) -> None:
    rows = [replace(DONE, evidence=said) for said in (*DOCUMENTS_WITHOUT_NUMBER, *PRODUCTS)]
    expected = [[("evidence_without_number", "I12")]] * len(DOCUMENTS_WITHOUT_NUMBER) + [[]] * len(PRODUCTS)
    assert _told_of(plan, rules, wordings, rows) == expected


WORK = (
    "Đã tổ chức 2 hội nghị",
    "Tiếp nhận 12 hồ sơ, trả đúng hạn",
    "Đã giải quyết 5 hồ sơ, không có hồ sơ trễ hạn",
    "UBND xã đã niêm yết công khai tại trụ sở",
    "Kiểm tra 3 cơ sở; phát 200 tờ rơi",
)
NO_WORK = (
    "Không phát sinh hồ sơ",
    "Chưa có chỉ đạo của cấp trên",
    "Dự kiến tháng 12",
    "Trong kỳ không có trường hợp nào",
    "Đã xây dựng kế hoạch, dự kiến tổ chức trong tháng 12",
    "Tổ chức 2 hội nghị vào tháng 12",
    "Đã rà soát 5 thôn, không phát sinh trường hợp nào",
    "Chờ hướng dẫn của huyện, đã gửi công văn xin ý kiến",
    "Đã hoàn thành trong tháng trước",
    "Thực hiện khi có chỉ đạo",
    "Đã tiếp nhận 0 hồ sơ",
    "Theo kế hoạch, thực hiện quý IV",
)


@pytest.mark.parametrize(("idle", "code"), [(NIL, "nil_with_work"), (IDLE, "not_started_with_work")])
def test_a_status_of_nothing_done_agrees_with_the_result(
    plan: Plan, rules: Rules, wordings: Wordings, idle: TaskRow, code: str
) -> None:
    rows = [replace(idle, result=said) for said in (*WORK, *NO_WORK)]
    assert _told_of(plan, rules, wordings, rows) == [[(code, "H12")]] * len(WORK) + [[]] * len(NO_WORK)


UNDONE = (
    "Chưa có kết quả",
    "UBND xã chưa tổ chức được",
    "Đến nay chưa triển khai do thiếu kinh phí",
    "Đang triển khai, sẽ xong vào tháng 12",
    "Dự kiến hoàn thành trong quý sau",
    "Chờ hướng dẫn của huyện",
    "Trong kỳ không phát sinh",
)
ALL_DONE = (
    "Không phát sinh đơn thư khiếu nại",
    "Chưa để xảy ra cháy nổ",
    "Chưa có trường hợp nào bị phản ánh; 45/45 hồ sơ đúng hạn",
    "Đang duy trì 2 điểm thu gom rác",
    "Tổ chức 3 buổi, sẽ tiếp tục trong tháng 12",
    "Chưa hoàn thành 2 hồ sơ của kỳ trước, nay đã trả đủ",
    "Kiểm tra 3 cơ sở chưa đăng ký",
    "Cho vay 12 hộ",
)


def test_completed_agrees_with_the_result(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    rows = [replace(DONE, result=said) for said in (*UNDONE, *ALL_DONE)]
    expected = [[("completed_not_done", "H12")]] * len(UNDONE) + [[]] * len(ALL_DONE)
    assert _told_of(plan, rules, wordings, rows) == expected


STOCK_PHRASES = (
    "Theo kế hoạch",
    "Thực hiện đầy đủ, kịp thời",
    "UBND xã đã thực hiện nghiêm túc",
    "Đảm bảo tiến độ",
    "Có báo cáo riêng kèm theo",
    "Xem file đính kèm",
    "Xem phụ lục 01",
    "Theo báo cáo",
    "Kết quả tốt",
)
WITH_CONTENT = (
    "Thực hiện theo Kế hoạch 12/KH-UBND",
    "Công khai đúng quy định tại trụ sở",
    "Đảm bảo vệ sinh 3 chợ",
    "Báo cáo số 12 kèm theo",
    "Lập danh sách đính kèm 12 hộ",
    "Kết quả tốt: 12 hộ được cấp giấy",
)


def test_phrases_any_report_could_hold_say_nothing(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    rows = [replace(DONE, result=said) for said in (*STOCK_PHRASES, *WITH_CONTENT)]
    expected = [[("text_says_nothing", "H12")]] * len(STOCK_PHRASES) + [[]] * len(WITH_CONTENT)
    assert _told_of(plan, rules, wordings, rows) == expected


def test_a_document_beside_nothing_done_is_asked_about(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    with_document = replace(NIL, evidence="Số 12/BC-UBND", documents=(Document("12/BC-UBND"),))
    only_named = replace(NIL, note="Theo Kế hoạch số 12/KH-UBND", documents=(Document("12/KH-UBND"),))
    assert _told_of(plan, rules, wordings, [with_document, only_named]) == [[("nil_with_work", "I12")], []]
