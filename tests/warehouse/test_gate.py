"""Every rule of the gate fires on a warehouse, statement or report that went wrong, and is silent beside it."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.findings import Wordings
from commune_reports.letters import Letter
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan, TaskChange
from commune_reports.scorecard import GateOutcome, Scorecard
from commune_reports.task_report import Assessment, RuleOutcome, TaskRow
from commune_reports.validation import Figures, check_gate, given_by, load_gate, verdict
from commune_reports.warehouse import Arrival, Assessed, Warehouse
from commune_reports.warehouse.views import drop_views

PROJECT = Path(__file__).resolve().parents[2]
PERIOD = ReportingPeriod.parse("2024-11")
OPENED = datetime(2024, 10, 15, 7, tzinfo=ZONE)
CAME = datetime(2024, 11, 15, 9, tzinfo=ZONE)
AS_OF = datetime(2024, 11, 19, 8, tzinfo=ZONE)


@dataclass
class Room:
    """A warehouse with two files of one unit, its statements, and the report about to be published."""

    url: str
    house: Warehouse
    plan: Plan
    tmp: Path
    bend: Callable[[Scorecard], Scorecard] = lambda card: card
    lost_bytes: frozenset[str] = frozenset()

    def execute(self, *statements: str) -> None:
        """Corrupt behind the constraints' back."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def unbind(self, table: str) -> None:
        """The same table without keys; the views, which are built on it, go."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            drop_views(connection)
        engine.dispose()
        cascade = " cascade" if self.url.startswith("postgresql") else ""
        self.execute(
            f"create table kept_{table} as select * from {table}",
            f"drop table {table}{cascade}",
            f"alter table kept_{table} rename to {table}",
        )

    def misstate(self, name: str, old: str, new: str) -> None:
        """A defect in a statement of include/sql."""
        folder = self.tmp / "sql"
        shutil.copytree(PROJECT / "include" / "sql", folder)
        path = folder / f"{name}.sql"
        assert old in path.read_text(encoding="utf-8")
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
        self.house = replace(self.house, sql=folder)

    def figures(self) -> Figures:
        with self.house.reading() as connection:
            card = warehouse.scorecard(connection, self.house, self.plan, period=PERIOD, as_of=AS_OF)
            len(card.tasks)
            answers = warehouse.gate_answers(connection, self.house, card)
        digests = {row["sha256"] for row in answers["submissions"] if row["sha256"]}
        return Figures(answers, self.bend(card), given_by(self.plan, PERIOD), frozenset(digests - self.lost_bytes))

    def outcomes(self) -> tuple[GateOutcome, ...]:
        return check_gate(load_gate(PROJECT / "expectations", PROJECT / "include"), self.figures())


def _row(number: int, task: str, status: str, progress: float | None) -> TaskRow:
    said = (None,) * 6
    return TaskRow("S", number, task, "code", status, progress, *said, {"status": f"F{number}"})


@pytest.fixture
def room(warehouse_url: str, plan: Plan, wordings: Wordings, tmp_path: Path) -> Room:
    house = warehouse.open_warehouse(warehouse_url, include=PROJECT / "include")
    first = [
        _row(10, "PCI-01.1", "completed", 100.0),
        _row(11, "PCI-02.1", "in_progress", 40.0),
        _row(12, "PCI-02.2", "nil", None),
        _row(13, "PCI-03.1", "not_started", 0.0),
    ]
    files: Sequence[tuple[str, str, list[TaskRow]]] = [
        ("a", "22492", first),
        ("b", "22492", [_row(10, "PCI-01.1", "in_progress", 80.0)]),
        ("c", "22489", [_row(10, "PCI-01.1", "completed", 100.0)]),
    ]
    with house.begin() as connection:
        warehouse.record_plan(connection, plan, now=OPENED)
        warehouse.open_period(connection, plan, PERIOD, now=OPENED)
        for name, unit, rows in files:
            arrival = Arrival(name, f"{name}-bytes", f"{name}.xlsx", f"{unit}-xa", unit, 100, CAME)
            said = (wordings.finding("evidence_missing", severity="warning", sheet="S", row=10),)
            letter = Letter(
                f"receipt:{name}", "receipt", "folder", PERIOD.id, unit, "s", "t", "h", folder="f", file_stem="p"
            )
            judged = Assessment(name, "accepted", 29, len(rows), len(rows), 0, tuple(rows), said)
            warehouse.record_arrivals(connection, [arrival], now=CAME)
            fared = (RuleOutcome("task_rows", "evidence_missing", "warning", name, len(rows), 1),)
            warehouse.store_assessments(
                connection, [Assessed(arrival, PERIOD.id, judged, fared, letter)], plan_id=plan.id, now=CAME
            )
    return Room(warehouse_url, house, plan, tmp_path)


def _failed(outcomes: Sequence[GateOutcome]) -> set[str]:
    return {one.rule for one in outcomes if one.failed}


def test_a_sound_warehouse_passes_every_rule_and_each_looked_at_something(room: Room) -> None:
    outcomes = room.outcomes()
    assert _failed(outcomes) == set()
    # No report was made before this one.
    assert [one.rule for one in outcomes if not one.checked] == ["published_otherwise"]
    assert verdict(outcomes) == (None, [])
    assert len(outcomes) == 31


def test_a_period_in_which_nothing_arrived_passes(room: Room) -> None:
    facts = ("finding", "rule_outcome", "task_report", "assessment", "submission")
    room.execute(*(f"delete from {name}" for name in facts))
    assert _failed(room.outcomes()) == set()


OBLIGED = "plan_id, period_id, plan_sha256, unit_code, task_code, is_owed, recorded_at"
DATA: list[tuple[str, tuple[str, ...], tuple[str, ...], set[str], str]] = [
    (
        "weights",
        (),
        ("update indicator set weight = weight + 1 where indicator_code = 'PCI-01'",),
        {"weights_not_100", "weights_otherwise"},
        "index PCI sum to 101",
    ),
    (
        "an obligation lost",
        (),
        ("delete from obligation where unit_code = '22525' and task_code = 'PCI-05.1'",),
        {"obligation_missing"},
        "unit 22525 has no obligation for task PCI-05.1 in period 2024-11",
    ),
    (
        "an obligation twice",
        ("obligation",),
        (
            f"insert into obligation ({OBLIGED}) select {OBLIGED} from obligation "
            "where unit_code = '22525' and task_code = 'PCI-05.1' and period_id = '2024-11'",
        ),
        {"counted_twice"},
        "task PCI-05.1 of unit 22525 is counted 2 times",
    ),
    (
        "a row lost",
        (),
        ("delete from task_report where submission_id = 'a' and task_code = 'PCI-02.1'",),
        {"rows_not_stored"},
        "4 rows were accepted and 3 are stored",
    ),
    (
        "a reported obligation lost",
        (),
        ("delete from obligation where unit_code = '22492' and task_code = 'PCI-02.1'",),
        {"rows_lost", "obligation_missing"},
        "4 rows are stored and 3 are scored",
    ),
    (
        "a task withdrawn",
        (),
        (
            "insert into task select 'older', 'OLD-01.1', indicator_code, position, text, recorded_at from task "
            "where task_code = 'PCI-02.1'",
            "update task_report set task_code = 'OLD-01.1' where submission_id = 'a' and task_code = 'PCI-02.1'",
        ),
        {"rows_dropped"},
        "1 rows are about units or tasks the plan no longer has",
    ),
    (
        "a row of nobody",
        ("task_report",),
        ("update task_report set submission_id = 'ghost' where submission_id = 'c'",),
        {"row_without_submission", "rows_not_stored"},
        "1 scored rows of unit 22489, period 2024-11, belong to submission ghost",
    ),
    (
        "a verdict on nothing",
        ("submission",),
        (
            "delete from finding where submission_id = 'b'",
            "delete from submission where submission_id = 'b'",
            "delete from task_report where submission_id = 'b'",
            "update assessment set rows_accepted = 0 where submission_id = 'b'",
        ),
        {"assessment_without_submission"},
        "the verdict on submission b, period 2024-11, has no submission",
    ),
    (
        "findings on nothing",
        ("submission",),
        (
            "delete from submission where submission_id = 'b'",
            "delete from task_report where submission_id = 'b'",
            "update assessment set rows_accepted = 0 where submission_id = 'b'",
        ),
        {"finding_without_submission", "assessment_without_submission"},
        "1 findings on submission b, period 2024-11, have no submission",
    ),
    (
        "progress beyond measure",
        (),
        ("update task_report set progress_pct = 900 where submission_id = 'b'",),
        {"score_out_of_range", "row_out_of_range"},
        "the score of PCI-01, unit 22492, period 2024-11, is 900",
    ),
    (
        "a row below nothing that its indicator hides",
        (),
        ("update task_report set status = 'in_progress', progress_pct = -5 where task_code = 'PCI-02.2'",),
        {"row_out_of_range"},
        "task PCI-02.2 of unit 22492 in period 2024-11 counts as -5 of 100",
    ),
    (
        "weights exchanged",
        (),
        (
            "update indicator set weight = weight + 5 where indicator_code = 'PCI-01'",
            "update indicator set weight = weight - 5 where indicator_code = 'PCI-02'",
        ),
        {"weights_otherwise"},
        "2 weights of index PCI in period 2024-11 are not those the plan gives",
    ),
    (
        "a task nobody owes any more",
        (),
        ("update obligation set is_owed = (1 = 0) where unit_code = '22525' and task_code = 'PCI-05.1'",),
        {"owed_otherwise"},
        "task PCI-05.1 of unit 22525 in period 2024-11 is owed in the warehouse and optional in the plan, or",
    ),
    (
        "a task under another indicator",
        (),
        ("update task set indicator_code = 'PCI-02' where task_code = 'PCI-05.1'",),
        {"task_elsewhere"},
        "task PCI-05.1 of unit 22489 in period 2024-11 is counted under indicator PCI-02, where the plan does not have it",
    ),
    (
        "a due date put off by hand",
        (),
        ("update reporting_period set unit_due_at = cut_off_at",),
        {"date_otherwise"},
        "the units' due date of period 2024-11 is 2024-11-19T08:00:00+07:00 in the warehouse and 2024-11-18T17:00:00+07:00",
    ),
    (
        "a data window that ends another day",
        (),
        ("update reporting_period set window_end = '2024-11-13'",),
        {"date_otherwise"},
        "the data window's end of period 2024-11 is 2024-11-13 in the warehouse and 2024-11-14 in the plan",
    ),
    (
        "rows given to another unit",
        (),
        ("update task_report set unit_code = '22525' where submission_id = 'c'",),
        {"row_of_another_file"},
        "1 scored rows of submission c, period 2024-11, say another unit or moment than their file",
    ),
    (
        "rows dated back",
        (),
        ("update task_report set received_at = (select min(recorded_at) from plan) where submission_id = 'c'",),
        {"row_of_another_file"},
        "1 scored rows of submission c",
    ),
    (
        "a row about a task no plan ever had",
        (),
        ("update task_report set task_code = 'OLD-01.1' where submission_id = 'a' and task_code = 'PCI-02.1'",),
        {"rows_lost"},
        "4 rows are stored and 3 are scored",
    ),
    (
        "a unit that is gone from the plan's version",
        (),
        ("delete from unit where unit_code = '22489'",),
        {"rows_lost", "obligation_not_counted"},
        "task PCI-01.1 of unit 22489 is owed in period 2024-11 but not counted",
    ),
    (
        "findings on a file nobody has",
        ("finding",),
        ("update finding set submission_id = 'gone'",),
        {"finding_without_submission"},
        "findings on submission gone, period 2024-11, have no submission",
    ),
    (
        "a verdict lost with its rows",
        (),
        ("delete from task_report where submission_id = 'c'", "delete from assessment where submission_id = 'c'"),
        {"verdict_lost"},
        "file c of unit 22489 was held against the rules, and its verdict is not kept",
    ),
    (
        "another body performs a task",
        (),
        ("update task_body set role = 'lead' where role = 'coordinating'",),
        {"bodies_otherwise"},
        "performing bodies of task",
    ),
    (
        "all obligations lost",
        (),
        ("delete from obligation",),
        {"obligation_missing", "rows_lost", "report_differs"},
        "has no obligation for task PCI-01.1 in period 2024-11 although the plan gives it",
    ),
    (
        "a row swapped for another task of its file",
        (),
        ("update task_report set task_code = 'PCI-01.1' where submission_id = 'a' and task_code = 'PCI-02.1'",),
        {"task_twice_in_file"},
        "has 1 accepted rows about tasks that another row of it is about",
    ),
    (
        "a status nobody knows",
        (),
        ("update task_report set status = 'gone' where submission_id = 'c'",),
        {"statuses_not_owed"},
        "1 nil + 268 missing are not the 273 owed",
    ),
]


@pytest.mark.parametrize(
    ("unbound", "statements", "rules", "words"), [one[1:] for one in DATA], ids=[d[0] for d in DATA]
)
def test_corrupted_facts_are_named(
    room: Room, unbound: tuple[str, ...], statements: tuple[str, ...], rules: set[str], words: str
) -> None:
    for table in unbound:
        room.unbind(table)
    room.execute(*statements)
    outcomes = room.outcomes()
    assert _failed(outcomes) == rules
    assert words in " ".join(line for one in outcomes for line in one.first_rows)


DEFECTS = [
    (
        "counted_tasks",
        "where\n    unit.",
        "where\n    task.task_code <> 'PCI-05.1'\n    and unit.",
        {"obligation_not_counted"},
    ),
    (
        "unit_indicator_scores",
        "* 100 / nullif(owed, 0) as coverage_pct",
        "* 900 / nullif(owed, 0) as coverage_pct",
        {"coverage_out_of_range"},
    ),
    (
        "unit_indicator_scores",
        "* 100 / nullif(owed, 0) as on_time_pct",
        "* 900 / nullif(owed, 0) as on_time_pct",
        {"on_time_out_of_range"},
    ),
    (
        "unit_indicator_scores",
        "status is null then 1 end) as missing",
        "status = 'nil' then 1 end) as missing",
        {"reported_and_missing_not_owed", "statuses_not_owed"},
    ),
    ("unit_indicator_scores", "avg(case when is_owed then counted_pct end)", "max(counted_pct)", {"score_not_mean"}),
    ("unit_index_scores", "sum(score * weight)", "0.5 * sum(score * weight)", {"score_not_mean"}),
    ("indicator_scores", "avg(score)", "min(score)", {"score_not_mean"}),
    (
        "indicator_scores",
        "sum(completed)",
        "max(completed + in_progress)",
        {"statuses_not_owed", "district_not_sum"},
    ),
    ("index_scores", "sum(nil)", "sum(nil) + 1", {"statuses_not_owed", "district_not_sum"}),
]


@pytest.mark.parametrize(("name", "old", "new", "rules"), DEFECTS, ids=[f"{d[0]}-{n}" for n, d in enumerate(DEFECTS)])
def test_a_defect_in_a_statement_is_caught(room: Room, name: str, old: str, new: str, rules: set[str]) -> None:
    room.misstate(name, old, new)
    assert _failed(room.outcomes()) == rules


def test_a_report_that_shows_other_figures_or_rows_is_caught(room: Room) -> None:
    def other_score(card: Scorecard) -> Scorecard:
        first, *rest = card.indicators
        return replace(card, indicators=(replace(first, figures=replace(first.figures, score=1.0)), *rest))

    room.bend = other_score
    assert _failed(room.outcomes()) == {"report_differs"}
    room.bend = lambda card: replace(card, indices=card.indices[1:])
    assert _failed(room.outcomes()) == {"report_differs"}
    room.bend = lambda card: replace(card, tasks=[one for one in card.tasks if one.unit_code != "22489"])
    assert _failed(room.outcomes()) == {"report_rows_differ"}


def test_warnings_are_said_and_do_not_stop(room: Room) -> None:
    room.plan = replace(room.plan, task_changes=(TaskChange("22525", removed=("PCI-05.1",)),))
    room.lost_bytes = frozenset({"a-bytes"})
    room.execute("update reporting_period set unit_due_at = cut_off_at")
    outcomes = room.outcomes()
    trouble, warnings = verdict(outcomes)
    assert trouble is None
    assert _failed(outcomes) == {"obligation_unexpected", "file_not_archived", "date_otherwise"}
    assert "a.xlsx of unit 22492" in " ".join(warnings)


def test_one_line_names_the_rule_how_many_rows_and_the_first(room: Room) -> None:
    room.execute("delete from obligation where task_code = 'PCI-05.1'")
    trouble, _ = verdict(room.outcomes())
    assert trouble is not None
    assert "\n" not in trouble
    assert trouble.startswith("rule obligation_missing failed for 13 of 429 rows: unit 22489 has no obligation")
    assert trouble.count("has no obligation") == 3


@pytest.fixture
def resources(tmp_path: Path) -> Path:
    for name in ("expectations", "include"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    return tmp_path


def _changed(resources: Path, suite: str, **change: object) -> None:
    path = resources / "expectations" / "warehouse" / f"{suite}.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    written["expectations"][0] |= change
    path.write_text(json.dumps(written), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "expect_column_values_to_be_lovely"}, "did not load"),
        ({"severity": "fatal"}, "severity is"),
        ({"kwargs": {"column": "no_such_column", "min_value": 0}}, "was not evaluated"),
        ({"meta": {"finding": "unheard_of"}}, "unheard_of has no sentence"),
    ],
)
def test_a_rule_that_cannot_speak_stops_publication(
    resources: Path, plan: Plan, migrated_sqlite: Path, change: dict[str, object], words: str
) -> None:
    _changed(resources, "weights", **change)
    house = warehouse.open_warehouse(f"sqlite:///{migrated_sqlite}", include=PROJECT / "include")
    with house.begin() as connection:
        warehouse.record_plan(connection, plan, now=OPENED)
        warehouse.open_period(connection, plan, PERIOD, now=OPENED)
        card = warehouse.scorecard(connection, house, plan, period=PERIOD, as_of=AS_OF)
        figures = Figures(warehouse.gate_answers(connection, house, card), card, None, frozenset())
        assert len(card.tasks) == 429
        connection.rollback()
    with pytest.raises(NeedsHuman, match=words):
        check_gate(load_gate(resources / "expectations", resources / "include"), figures)


def test_a_suite_that_is_gone_stops_publication(resources: Path) -> None:
    (resources / "expectations" / "warehouse" / "tasks.json").unlink()
    with pytest.raises(NeedsHuman, match="does not fit its frames: tasks"):
        load_gate(resources / "expectations", resources / "include")


def test_nothing_to_check_is_no_pass(room: Room) -> None:
    figures = room.figures()
    empty = replace(figures, answers={**figures.answers, "weights": []})
    with pytest.raises(NeedsHuman, match="nothing to check in weights"):
        check_gate(load_gate(PROJECT / "expectations", PROJECT / "include"), empty)


def test_every_sentence_of_the_gate_has_its_rule() -> None:
    gate = load_gate(PROJECT / "expectations", PROJECT / "include")
    used = {rule["meta"]["finding"] for suite in gate.rules.suites.values() for rule in suite["expectations"]}
    assert set(gate.sentences) == used
