"""Every rule fires on its example, stays silent on its neighbour; a rule that cannot speak is our failure."""

import json
import shutil
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from commune_reports.errors import NeedsHuman
from commune_reports.findings import Finding, Severity, Wordings
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.task_report import Assessment, Reading, TaskRow
from commune_reports.validation import Rules, Submitted, assess, load_rules, running, validate

EXPECTATIONS = Path(__file__).resolve().parents[2] / "expectations"
PERIOD = ReportingPeriod.parse("2024-11")
OWED = frozenset({"PCI-01.1", "PCI-02.1"})
DONE = TaskRow(
    sheet="Báo cáo",
    row=12,
    task_code="PCI-01.1",
    matched_by="code",
    status="completed",
    progress_pct=100.0,
    result="Đã niêm yết 12 thủ tục",
    evidence="Số 12/BC-UBND",
    completed_on=date(2024, 11, 5),
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
        "note": "M12",
    },
)
GOING = replace(DONE, status="in_progress", progress_pct=40.0, completed_on=None, evidence=None)
IDLE = replace(
    DONE, status="not_started", progress_pct=0.0, result=None, evidence=None, completed_on=None, note="Chờ hướng dẫn"
)
NIL = replace(DONE, status="nil", progress_pct=None, result=None, evidence=None, completed_on=None)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(EXPECTATIONS)


def _submitted(*rows: TaskRow, name: str = "a", findings: tuple[Finding, ...] = ()) -> Submitted:
    return Submitted(name, "22492", PERIOD, Reading(rows=rows, findings=findings), OWED, frozenset({"PCI-09.1"}))


def _assessed(plan: Plan, rules: Rules, wordings: Wordings, *rows: TaskRow) -> Assessment:
    submitted = _submitted(*rows)
    found = validate([submitted], plan=plan, rules=rules, wordings=wordings)
    return assess(submitted, found.findings.get("a", ()))


@pytest.mark.parametrize(
    "row", [DONE, GOING, IDLE, NIL, replace(DONE, progress_pct=None), replace(IDLE, progress_pct=None)]
)
def test_a_row_in_order_is_not_blamed(plan: Plan, rules: Rules, wordings: Wordings, row: TaskRow) -> None:
    assessment = _assessed(plan, rules, wordings, row)
    assert (assessment.verdict, assessment.findings) == ("accepted", ())


BLAMED: list[tuple[TaskRow, str, str, str]] = [
    (replace(DONE, status=None), "status_missing", "F12", "critical"),
    (replace(GOING, progress_pct=101.0), "progress_out_of_range", "G12", "critical"),
    (replace(GOING, progress_pct=-1.0), "progress_out_of_range", "G12", "critical"),
    (replace(GOING, progress_pct=None), "progress_missing", "G12", "critical"),
    (replace(DONE, progress_pct=60.0), "progress_status_conflict", "G12", "critical"),
    (replace(IDLE, progress_pct=10.0), "progress_status_conflict", "G12", "critical"),
    (replace(NIL, progress_pct=10.0), "nil_with_content", "G12", "warning"),
    (replace(DONE, completed_on=None), "completed_on_missing", "J12", "warning"),
    (replace(DONE, completed_on=date(2024, 11, 15)), "completed_on_outside_window", "J12", "critical"),
    (replace(DONE, completed_on=date(2023, 12, 14)), "completed_on_outside_window", "J12", "critical"),
    # When an unfinished task is to be done is no reason to lose what is told of it.
    (replace(GOING, completed_on=date(2024, 12, 31)), "completed_on_without_completion", "J12", "warning"),
    (replace(GOING, completed_on=date(2024, 11, 5)), "completed_on_without_completion", "J12", "warning"),
    (replace(GOING, result=None), "result_missing", "H12", "warning"),
    (replace(DONE, evidence=None), "evidence_missing", "I12", "warning"),
    (replace(IDLE, note=None), "reason_missing", "M12", "warning"),
    (replace(DONE, task_code="PCI-05.1"), "task_not_owed", "B12", "critical"),
]


@pytest.fixture(scope="module")
def blamed(plan: Plan, rules: Rules, wordings: Wordings) -> list[tuple[Finding, ...]]:
    """What is found in each of them, each a file of its own, in one run."""
    batch = [_submitted(row, name=f"{number}") for number, (row, *_) in enumerate(BLAMED)]
    found = validate(batch, plan=plan, rules=rules, wordings=wordings).findings
    return [assess(one, found.get(one.submission_id, ())).findings for one in batch]


@pytest.mark.parametrize("number", range(len(BLAMED)), ids=lambda number: f"{BLAMED[number][1]}-{number}")
def test_a_rule_names_its_cell(blamed: list[tuple[Finding, ...]], number: int) -> None:
    _, code, cell, severity = BLAMED[number]
    [finding] = blamed[number]
    assert (finding.code, finding.cell, finding.severity) == (code, cell, severity)
    assert cell in finding.message
    assert "{" not in finding.message
    assert finding.wanted


@pytest.mark.parametrize("day", [date(2024, 11, 14), date(2023, 12, 15)])
def test_the_last_and_first_day_of_the_window_count(plan: Plan, rules: Rules, wordings: Wordings, day: date) -> None:
    assert _assessed(plan, rules, wordings, replace(DONE, completed_on=day)).findings == ()


def test_a_task_that_always_occurs_cannot_be_nil(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    index = plan.indices[0]
    first = index.indicators[0]
    strict = replace(first, tasks=(replace(first.tasks[0], nil_allowed=False),))
    changed = replace(plan, indices=(replace(index, indicators=(strict, *index.indicators[1:])), plan.indices[1]))
    [finding] = _assessed(changed, rules, wordings, NIL).findings
    assert (finding.code, finding.cell) == ("nil_not_allowed", "F12")
    assert _assessed(plan, rules, wordings, NIL).findings == ()


def test_a_task_reported_twice_counts_in_neither_row(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    other = replace(DONE, row=13, cells={"task": "B13"})
    good = replace(DONE, row=14, task_code="PCI-02.1", cells={"task": "B14"})
    assessment = _assessed(plan, rules, wordings, DONE, other, good)
    assert [(one.code, one.cell) for one in assessment.findings] == [
        ("duplicate_task", "B12"),
        ("duplicate_task", "B13"),
    ]
    assert [row.row for row in assessment.accepted] == [14]
    assert assessment.verdict == "partly_accepted"


def test_the_same_task_in_two_files_is_no_duplicate(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    batch = [_submitted(DONE, name="a"), _submitted(DONE, name="b")]
    assert validate(batch, plan=plan, rules=rules, wordings=wordings).findings == {}


def test_findings_reach_the_file_they_belong_to(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    batch = [
        _submitted(DONE, name="good"),
        _submitted(replace(DONE, progress_pct=60.0), name="bad"),
        _submitted(name="empty"),
    ]
    validation = validate(batch, plan=plan, rules=rules, wordings=wordings)
    assert set(validation.findings) == {"bad"}
    failed = {(one.submission_id, one.rule) for one in validation.outcomes if one.failed}
    assert failed == {("bad", "progress_status_conflict")}
    assert {one.checked for one in validation.outcomes} == {1}


def test_a_cell_nobody_could_read_is_not_blamed_twice(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    misread = wordings.finding("status_unreadable", sheet="Báo cáo", cell="F12", row=12, got="gần xong")
    submitted = _submitted(replace(DONE, status=None), findings=(misread,))
    found = validate([submitted], plan=plan, rules=rules, wordings=wordings)
    assessment = assess(submitted, found.findings.get("a", ()))
    assert [one.code for one in assessment.findings] == ["status_unreadable"]


def test_a_finding_about_the_whole_file_rejects_it(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    submitted = _submitted(DONE, findings=(wordings.finding("unit_mismatch", got="a", wanted="b"),))
    assessment = assess(submitted, ())
    assert (assessment.verdict, assessment.rows_read, assessment.rows_accepted) == ("rejected", 1, 0)


def test_the_plan_may_change_a_severity(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    strict = replace(plan, severities={"evidence_missing": "critical"})
    [finding] = _assessed(strict, rules, wordings, replace(DONE, evidence=None)).findings
    assert finding.severity is Severity.CRITICAL


def _suite(tmp_path: Path, *rules: dict[str, object], name: str = "drawn") -> Path:
    """A folder with rules about task rows of one's own, and those about files and totals as they are."""
    for other in ("submissions.json", "totals.json"):
        shutil.copy(EXPECTATIONS / other, tmp_path)
    (tmp_path / f"{name}.json").write_text(json.dumps({"name": name, "meta": {}, "expectations": list(rules)}))
    return tmp_path


RULE = {
    "type": "expect_column_values_to_not_be_null",
    "kwargs": {"column": "status"},
    "severity": "critical",
    "meta": {"finding": "status_missing", "field": "status", "wanted": "x"},
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "expect_column_values_to_be_lovely"}, "did not load"),
        ({"kwargs": {"column": "no_such_column"}}, "was not evaluated"),
        (
            {"kwargs": {"column": "status", "row_condition": "status ==== 1", "condition_parser": "pandas"}},
            "was not evaluated",
        ),
        (
            {"kwargs": {"column": "no_such_column", "row_condition": "status=='nil'", "condition_parser": "pandas"}},
            "no column 'no_such_column'",
        ),
        (
            {"kwargs": {"column": "status", "row_condition": "status==@condition", "condition_parser": "pandas"}},
            "was not evaluated",
        ),
        (
            {
                "type": "expect_column_values_to_be_of_type",
                "kwargs": {
                    "column": "status",
                    "type_": "str",
                    "row_condition": "status=='nil'",
                    "condition_parser": "pandas",
                },
            },
            "no count of rows",
        ),
        ({"kwargs": {"colunm": "status"}}, "was not understood"),
    ],
)
def test_a_rule_that_cannot_speak_is_loud(
    plan: Plan, wordings: Wordings, tmp_path: Path, change: dict[str, object], words: str
) -> None:
    rules = load_rules(_suite(tmp_path, RULE | change))
    with pytest.raises(NeedsHuman, match=words) as raised:
        validate([_submitted(DONE)], plan=plan, rules=rules, wordings=wordings)
    assert "drawn" in str(raised.value)


def test_what_is_kept_during_a_run_changes_no_answer(
    plan: Plan, rules: Rules, wordings: Wordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [replace(row, row=12 + place) for place, row in enumerate((DONE, GOING, IDLE, NIL))]
    rows += [replace(GOING, row=16, progress_pct=140.0), replace(DONE, row=17, completed_on=None, evidence=None)]
    kept = validate([_submitted(*rows)], plan=plan, rules=rules, wordings=wordings)
    monkeypatch.setattr(running, "configurations_kept", nullcontext)
    assert validate([_submitted(*rows)], plan=plan, rules=rules, wordings=wordings) == kept
    assert any(one.failed for one in kept.outcomes)


def test_rules_about_several_columns_and_about_rows_there_are_none_of_are_answered_too(
    plan: Plan, wordings: Wordings, tmp_path: Path
) -> None:
    pair = {
        "type": "expect_compound_columns_to_be_unique",
        "kwargs": {
            "column_list": ["task_code", "status"],
            "row_condition": "status=='completed'",
            "condition_parser": "pandas",
        },
    }
    none = {
        "type": "expect_column_values_to_be_null",
        "kwargs": {"column": "note", "row_condition": "status=='nil'", "condition_parser": "pandas"},
    }
    rules = load_rules(_suite(tmp_path, RULE | pair, RULE | none))
    twice = replace(DONE, row=DONE.row + 1)
    found = validate([_submitted(DONE, twice)], plan=plan, rules=rules, wordings=wordings)
    assert [(one.rule, one.checked, one.failed) for one in found.outcomes if one.suite == "drawn"] == [
        ("status_missing", 2, 2),
        ("status_missing", 2, 0),
    ]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (RULE | {"severity": "fatal"}, "severity"),
        (RULE | {"meta": {"field": "status"}}, "meta.finding"),
        (RULE | {"meta": {"finding": "status_missing", "field": "colour"}}, "meta.field"),
        (RULE | {"kwargs": {"column": "result_folded", "regex": "(unclosed"}}, "kwargs.regex is no pattern"),
        (
            RULE | {"kwargs": {"column": "status", "row_condition": "x", "condition_parser": "great_expectations"}},
            "condition_parser",
        ),
        ({"type": "x"}, "needs type, kwargs, severity and meta"),
    ],
)
def test_a_rule_without_severity_or_finding_is_refused_with_file_and_number(
    tmp_path: Path, rule: dict[str, object], words: str
) -> None:
    with pytest.raises(NeedsHuman, match=r"drawn\.json, rule 2") as raised:
        load_rules(_suite(tmp_path, RULE, rule))
    assert words in str(raised.value)


def test_a_rule_whose_finding_has_no_sentence_is_refused(plan: Plan, wordings: Wordings, tmp_path: Path) -> None:
    rules = load_rules(_suite(tmp_path, RULE | {"meta": {"finding": "unheard_of", "field": "status"}}))
    with pytest.raises(NeedsHuman, match="unheard_of"):
        validate([_submitted(DONE)], plan=plan, rules=rules, wordings=wordings)


@pytest.mark.parametrize("content", ["", "{}", "[1]"])
def test_a_suite_that_is_no_suite_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "odd.json").write_text(content)
    with pytest.raises(NeedsHuman, match=r"odd\.json"):
        load_rules(tmp_path)


@pytest.mark.parametrize("lost", ["task_rows", "submissions", "totals"])
def test_a_suite_that_got_lost_is_no_pass(tmp_path: Path, lost: str) -> None:
    for path in EXPECTATIONS.glob("*.json"):
        shutil.copy(path, tmp_path)
    (tmp_path / f"{lost}.json").unlink()
    with pytest.raises(NeedsHuman, match=f"no suite about {lost} in .*; nothing may be accepted unchecked"):
        load_rules(tmp_path)


def test_an_empty_folder_is_no_pass(tmp_path: Path) -> None:
    with pytest.raises(NeedsHuman, match="nothing would be checked"):
        load_rules(tmp_path)


def test_a_task_told_in_two_ways_is_shown_both_with_their_cells(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    other = replace(DONE, sheet="Tổng hợp", row=4, result="Đã niêm yết 9 thủ tục", cells={"task": "B4", "result": "D4"})
    here, there = _assessed(plan, rules, wordings, DONE, other).findings
    for cell in ("H12", "D4 trang Tổng hợp", "Đã niêm yết 12 thủ tục", "Đã niêm yết 9 thủ tục"):
        assert cell in here.message
    assert (there.cell, there.code) == ("B4", "duplicate_task")


def _without(row: TaskRow, *fields: str, at: int, code: str) -> TaskRow:
    """The row in a table that has no column for some fields."""
    cells = {name: f"{cell[0]}{at}" for name, cell in row.cells.items() if name not in fields}
    return replace(row, row=at, task_code=code, cells=cells, **dict.fromkeys(fields))  # type: ignore[arg-type]


def test_a_column_the_table_has_not_is_told_once_and_not_of_every_row(
    plan: Plan, rules: Rules, wordings: Wordings
) -> None:
    lacking = ("result", "completed_on")
    rows = [_without(DONE, *lacking, at=12, code="PCI-01.1"), _without(DONE, *lacking, at=13, code="PCI-02.1")]
    assessment = _assessed(plan, rules, wordings, *rows)
    told = [(one.code, one.sheet, one.cell, one.column, one.got) for one in assessment.findings]
    assert sorted(told, key=str) == [
        ("column_missing", "Báo cáo", None, "Kết quả thực hiện", "2"),
        ("column_missing", "Báo cáo", None, "Ngày hoàn thành", "2"),
    ]
    assert (assessment.verdict, assessment.rows_accepted) == ("accepted", 2)
    alone = _assessed(plan, rules, wordings, rows[0]).findings
    assert {(one.code, one.cell) for one in alone} == {("completed_on_missing", "B12"), ("result_missing", "B12")}
    critical = [
        _without(GOING, "progress_pct", at=12, code="PCI-01.1"),
        _without(GOING, "progress_pct", at=13, code="PCI-02.1"),
    ]
    found = _assessed(plan, rules, wordings, *critical)
    assert [(one.code, one.cell) for one in found.findings] == [
        ("progress_missing", "B12"),
        ("progress_missing", "B13"),
    ]
    assert found.verdict == "rejected"


def test_what_a_waiver_is_about_is_still_told_of_every_row(plan: Plan, rules: Rules, wordings: Wordings) -> None:
    rows = [_without(DONE, "result", at=12, code="PCI-01.1"), _without(DONE, "result", at=13, code="PCI-02.1")]
    submitted = replace(_submitted(*rows), waived=frozenset({"result_missing"}))
    found = assess(submitted, validate([submitted], plan=plan, rules=rules, wordings=wordings).findings["a"])
    assert [(one.code, one.severity, one.row) for one in found.findings] == [
        ("result_missing", Severity.INFO, 12),
        ("result_missing", Severity.INFO, 13),
    ]
