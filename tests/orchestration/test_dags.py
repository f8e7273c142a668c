"""The DAGs as the team wants them; each message names the fix."""

import ast
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from commune_reports.settings import read_settings

PROJECT = Path(__file__).resolve().parents[2]
FILES = sorted((PROJECT / "dags").glob("*.py"))
WANTED = {"open_reporting_period", "collect_submissions", "remind_late_units", "publish_consolidated_report"}


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow sees of dags/, told by a process of its own with an AIRFLOW_HOME of its own."""
    probe = """
import json, os, sys
from airflow.dag_processing.dagbag import DagBag
from airflow import plugins_manager
bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
print("@@" + json.dumps({
    "errors": bag.import_errors,
    "heavy": [m for m in ("pandas", "great_expectations", "openpyxl", "yagmail") if m in sys.modules],
    "modules": [m for m in sys.modules if m in ("plan", "period", "reading", "warehouse", "settings", "errors", "cli", "workbook")],
    "calendar": __import__("calendar").__file__,
    "dags": {d.dag_id: {
        "timetable": type(d.timetable).__name__, "summary": getattr(d.timetable, "summary", ""), "catchup": d.catchup,
        "active": d.max_active_runs, "doc": d.doc_md or "", "tags": sorted(d.tags),
        "mapped": [t.task_id for t in d.tasks if t.is_mapped],
        "tasks": {
            t.task_id: {
                "retries": t.retries, "timeout": bool(t.execution_timeout), "outlets": [str(o.name) for o in t.outlets],
            } for t in d.tasks
        },
    } for d in bag.dags.values()},
}))
"""
    home = tmp_path_factory.mktemp("airflow")
    environment = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }
    environment.pop("COMMUNE_REPORTS_SCHEDULES", None)
    done = subprocess.run([sys.executable, "-c", probe], env=environment, capture_output=True, text=True, check=False)
    assert "@@" in done.stdout, done.stderr[-2000:]
    import json

    return json.loads(done.stdout.split("@@")[1])  # type: ignore[no-any-return]


def test_the_four_dags_are_there_and_import_cleanly(bag: dict[str, Any]) -> None:
    assert bag["errors"] == {}, "mend the import error; the file does not reach the scheduler"
    assert set(bag["dags"]) == WANTED


def test_parsing_imports_nothing_heavy(bag: dict[str, Any]) -> None:
    assert bag["heavy"] == [], "import it inside the task: every task process parses its DAG file again"


def test_the_plugins_manager_leaves_the_package_alone(bag: dict[str, Any]) -> None:
    assert bag["modules"] == [], "plugins/.airflowignore must name commune_reports/"
    assert "plugins" not in bag["calendar"]


def test_no_dag_catches_up_or_runs_beside_itself(bag: dict[str, Any]) -> None:
    for dag_id, dag in bag["dags"].items():
        assert (dag["catchup"], dag["active"]) == (False, 1), f"{dag_id}: set catchup=False and max_active_runs=1"


def test_every_dag_carries_its_runbook(bag: dict[str, Any]) -> None:
    for dag_id, dag in bag["dags"].items():
        for part in ("**When:**", "**What:**", "**Again?**", "## When it is red"):
            assert part in dag["doc"], f"{dag_id}: the docstring lacks {part}"


def test_every_task_retries_and_has_an_end(bag: dict[str, Any]) -> None:
    for dag_id, dag in bag["dags"].items():
        for task_id, task in dag["tasks"].items():
            assert task["retries"] >= 2, f"{dag_id}.{task_id}: use TASK_DEFAULTS"
            assert task["timeout"], f"{dag_id}.{task_id}: use TASK_DEFAULTS"


def test_collecting_hands_over_to_publishing_by_the_asset(bag: dict[str, Any]) -> None:
    assert bag["dags"]["collect_submissions"]["tasks"]["announce"]["outlets"] == ["task_reports"]
    assert bag["dags"]["publish_consolidated_report"]["timetable"] == "AssetOrTimeSchedule"
    assert bag["dags"]["collect_submissions"]["mapped"] == ["check"]


def test_opening_follows_the_plan(bag: dict[str, Any]) -> None:
    assert bag["dags"]["open_reporting_period"]["summary"] == "plan: opening"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dag_file_is_short_and_decides_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert 40 <= len(text.splitlines()) <= 80, "a DAG says when and in what order; move the rest into steps/"
    imported = {node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
    assert imported <= {
        "typing",
        "airflow.sdk",
        "airflow.sdk.exceptions",
        "commune_reports",
        "commune_reports.orchestration.authoring",
    }


def test_the_plugin_file_is_thin() -> None:
    assert len((PROJECT / "plugins" / "commune_reports_plugin.py").read_text().splitlines()) <= 60


# --- what needs Airflow in this process ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def orchestration(tmp_path_factory: pytest.TempPathFactory) -> Any:
    os.environ.setdefault("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow-here")))
    from commune_reports.orchestration import running

    return running


def _context(orchestration: Any, **run: Any) -> dict[str, Any]:
    params, events = run.pop("params", {}), run.pop("events", {})
    dag_run = SimpleNamespace(**({"logical_date": None, "start_date": None, "run_type": "manual"} | run))
    return {"params": params, "triggering_asset_events": events, "dag_run": dag_run}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (
            {"params": {"now": "2024-11-19T08:00"}, "logical_date": _at("2026-01-01T00:00+00:00")},
            "2024-11-19T08:00+07:00",
        ),
        ({"params": {"now": "2024-11-19T08:00+00:00"}}, "2024-11-19T15:00+07:00"),
        (
            {"logical_date": _at("2024-11-19T01:00+00:00"), "start_date": _at("2024-11-19T04:00+00:00")},
            "2024-11-19T08:00+07:00",
        ),
        (
            {
                "run_type": "scheduled",
                "logical_date": _at("2024-11-19T01:00+00:00"),
                "start_date": _at("2024-11-19T04:00+00:00"),
            },
            "2024-11-19T11:00+07:00",
        ),
        ({"start_date": _at("2024-11-19T04:00+00:00")}, "2024-11-19T11:00+07:00"),
        (
            {
                "events": {
                    "a": [SimpleNamespace(extra={"now": "2024-11-20T09:00+07:00"}), SimpleNamespace(extra={})],
                    "b": [SimpleNamespace(extra={"now": "2024-11-20T10:00+07:00"})],
                },
                "start_date": _at("2026-01-01T00:00+00:00"),
            },
            "2024-11-20T10:00+07:00",
        ),
    ],
)
def test_the_business_moment_of_a_run(orchestration: Any, run: dict[str, Any], expected: str) -> None:
    assert orchestration.business_now(_context(orchestration, **run)) == _at(expected)


@pytest.mark.parametrize(
    ("run", "is_drill"),
    [
        ({"params": {"now": "2024-11-19T08:00"}}, True),
        ({"run_type": "scheduled", "logical_date": _at("2024-11-19T01:00+00:00")}, False),
        ({"events": {"a": [SimpleNamespace(extra={"now": "2024-11-20T09:00+07:00", "is_drill": True})]}}, True),
        ({"events": {"a": [SimpleNamespace(extra={"now": "2024-11-20T09:00+07:00", "is_drill": False})]}}, False),
    ],
)
def test_a_run_dates_what_it_stores_by_the_clock_unless_it_is_a_drill_or_was_started_by_one(
    orchestration: Any, monkeypatch: pytest.MonkeyPatch, run: dict[str, Any], is_drill: bool
) -> None:
    started = datetime.now(tz=UTC)
    context = _context(orchestration, **{"start_date": started, **run})
    monkeypatch.setattr(orchestration, "settings_from_airflow", lambda: read_settings({}))
    monkeypatch.setattr(orchestration, "get_current_context", lambda: context)
    assert orchestration.run_step(lambda settings, now: settings.by_the_clock) is not is_drill
    told = orchestration.news(context, ["2024-11"])
    assert (told["is_drill"], told["periods"]) == (is_drill, ["2024-11"])
    # Whoever is started by it sees everything that was stored.
    assert (_at(told["now"]) == orchestration.business_now(context)) is is_drill
    assert (_at(told["now"]) >= started) is not is_drill


def test_the_timetable_walks_the_plans_moments(orchestration: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import pendulum
    from airflow.timetables.base import TimeRestriction

    from commune_reports.orchestration.timetable import PlanMoments

    monkeypatch.delenv("COMMUNE_REPORTS_PLAN", raising=False)
    timetable = PlanMoments.deserialize(PlanMoments("opening").serialize())
    restriction = TimeRestriction(earliest=pendulum.datetime(2024, 1, 1), latest=None, catchup=True)
    moments, last = [], None
    while (info := timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)) is not None:
        last = info.data_interval
        moments.append(f"{info.run_after.in_timezone('Asia/Ho_Chi_Minh'):%Y-%m-%d %H:%M}")
        assert info.data_interval.start == info.data_interval.end == info.run_after
    assert moments == [
        "2024-07-15 07:00",
        "2024-08-15 07:00",
        "2024-09-15 07:00",
        "2024-10-15 07:00",
        "2024-11-15 07:00",
    ]


def test_without_catching_up_only_the_last_moment_passed_is_run(
    orchestration: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pendulum
    from airflow.timetables.base import TimeRestriction

    from commune_reports.orchestration.timetable import PlanMoments

    monkeypatch.delenv("COMMUNE_REPORTS_PLAN", raising=False)
    restriction = TimeRestriction(earliest=pendulum.datetime(2024, 1, 1), latest=None, catchup=False)
    timetable = PlanMoments("publishing")
    first = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert first is not None
    assert timetable.next_dagrun_info(last_automated_data_interval=first.data_interval, restriction=restriction) is None
    assert first.run_after > pendulum.instance(_at("2024-12-18T08:00+07:00")) + timedelta(days=10)


def test_a_wrong_plan_file_is_an_import_error_with_its_line(
    orchestration: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from airflow.exceptions import AirflowTimetableInvalid

    from commune_reports.orchestration.timetable import PlanMoments

    (tmp_path / "plan.yaml").write_text("id: [\n")
    monkeypatch.setenv("COMMUNE_REPORTS_PLAN", str(tmp_path / "plan.yaml"))
    with pytest.raises(AirflowTimetableInvalid, match=r"plan\.yaml"):
        PlanMoments("opening").validate()
    with pytest.raises(AirflowTimetableInvalid, match="opening, publishing"):
        PlanMoments("closing").validate()


def test_failures_keep_their_family(orchestration: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    from commune_reports.errors import NeedsHuman, Transient

    monkeypatch.setattr(orchestration, "settings_from_airflow", lambda: read_settings({}))
    monkeypatch.setattr(
        orchestration, "get_current_context", lambda: _context(orchestration, params={"now": "2024-11-19"})
    )

    def fail(error: Exception) -> Any:
        def step(_settings: object, **_: object) -> None:
            raise error

        return step

    with pytest.raises(AirflowFailException, match="mend the plan"):
        orchestration.run_step(fail(NeedsHuman("mend the plan")))
    with pytest.raises(AirflowException, match="locked") as raised:
        orchestration.run_step(fail(Transient("locked")))
    assert not isinstance(raised.value, AirflowFailException)


def test_connections_win_over_the_environment(
    orchestration: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COMMUNE_REPORTS_HOME", str(tmp_path))
    monkeypatch.setenv("COMMUNE_REPORTS_SMTP", "smtp://elsewhere")
    kept = {
        "commune_reports_warehouse": SimpleNamespace(get_uri=lambda: "postgres://u:p@db:5432/reports"),
        "commune_reports_smtp": SimpleNamespace(
            host="mail", port=None, login="relay", password="x", extra_dejson={"security": "tls"}
        ),
    }
    monkeypatch.setattr(orchestration, "_connection", kept.get)
    settings = orchestration.settings_from_airflow()
    assert settings.warehouse_url == "postgresql+psycopg://u:p@db:5432/reports"
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.user) == ("mail", 465, "relay")
    monkeypatch.setattr(orchestration, "_connection", lambda _: None)
    assert orchestration.settings_from_airflow().smtp.host == "elsewhere"
