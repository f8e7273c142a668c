"""`python -m commune_reports.demo`: a month of reporting by the real DAGs in a real Airflow, with a real mail server.

Everything happens under one home folder (var/demo); Airflow, its database and its logs too. Exit code 0 only if the
consolidated report arrived before its deadline and its figures reconcile.
"""

import os
import shutil
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from commune_reports import steps
from commune_reports.demo.mail_catcher import catch_mail
from commune_reports.demo.proof import Proof, prove
from commune_reports.demo.story import DAGS, PERIOD, Scene, play, scenes, wait_for
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.orchestration.local_airflow import LocalAirflow, free_port, running_airflow
from commune_reports.period import ZONE
from commune_reports.plan import load_plan
from commune_reports.settings import Settings, read_settings

MARKER = ".commune-reports-demo"
NARROWEST = 110


def main() -> int:
    """Run the story and say what happened."""
    console = Console(highlight=False, width=max(Console().width, NARROWEST))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    home = Path(sys.argv[1] if len(sys.argv) > 1 else "var/demo").absolute()
    try:
        _clean(home)
        settings = _settings(home)
        letters = home / "letters"
        with catch_mail(letters) as port:
            story = _run(console, settings, smtp=f"smtp://127.0.0.1:{port}?security=none")
        return _tell(console, settings, story, seconds=time.monotonic() - began)
    except KeyboardInterrupt:
        console.print("stopped; nothing is left running")
        return 130
    except (NeedsHuman, Transient) as error:
        console.print(f"the demo failed: {error}", markup=False)
        return 1


def _run(console: Console, settings: Settings, *, smtp: str) -> list[Scene]:
    plan = load_plan(settings.plan_file)
    story = scenes(plan, settings.share)
    extra = {
        "COMMUNE_REPORTS_HOME": str(settings.home),
        "COMMUNE_REPORTS_SMTP": smtp,
        "COMMUNE_REPORTS_SCHEDULES": "manual",
        "COMMUNE_REPORTS_SETTLE_SECONDS": "0.2",
        "COMMUNE_REPORTS_RETRY_SECONDS": "2",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",  # nobody changes a DAG meanwhile
    }
    with console.status("starting Airflow (scheduler, DAG processor, API server) …"):
        airflow = running_airflow(settings.home / "airflow", port=free_port(), extra=extra)
        with airflow as local:
            _make_ready(local)
            console.print(f"Airflow is up at {local.url}; the DAGs run at simulated dates\n")
            for scene, seconds in play(local, story):
                line = f"  {scene.moment:%d/%m/%Y %H:%M}  {scene.dag_id:<28} {seconds:4.1f} s  {scene.title}"
                console.print(line, soft_wrap=True)
            letters = settings.home / "letters"
            wait_for(local, lambda: len(list(letters.glob("*-report-*.eml"))) > 1, "the revision reaches its readers")
    return story


def _make_ready(local: LocalAirflow) -> None:
    wait_for(local, lambda: local.dags() >= set(DAGS), "the DAGs are read")
    errors = local.import_errors()
    if errors:
        raise NeedsHuman(f"a DAG cannot be imported: {errors[0].strip().splitlines()[-1]}")
    for dag_id in DAGS:
        local.unpause(dag_id)


def _tell(console: Console, settings: Settings, story: list[Scene], *, seconds: float) -> int:
    end = story[-1].moment
    published = next(scene.moment for scene in story if scene.dag_id == DAGS[3])
    status = steps.status(settings, period=PERIOD.id, now=end)
    proof = prove(settings, settings.home / "letters", period=PERIOD.id, sent_as_of=published)
    console.print()
    console.print(_units(status))
    console.print(_letters(settings))
    for label, path in _paths(settings, proof):
        console.print(f"  {label:<22} {path}", soft_wrap=True)
    console.print()
    if proof is None:
        console.print("the consolidated report did not arrive")
        return 1
    for trouble in proof.troubles:
        console.print(f"does not reconcile: {trouble}", markup=False)
    scores = ", ".join(f"{code} {score:.1f}" for code, score in proof.scores.items())
    console.print(
        f"The report left on {proof.sent_at.astimezone(ZONE):%d/%m/%Y %H:%M}, deadline {proof.deadline_at:%d/%m/%Y %H:%M}; "
        f"implementation scores {scores}; mail, workbook and warehouse "
        f"{'disagree' if proof.troubles else 'agree'}. {seconds:.0f} s."
    )
    return 1 if proof.troubles else 0


def _units(status: dict[str, Any]) -> Table:
    table = Table(title=f"Units, {status['label']}, as of {status['as_of'][:16]}", title_justify="left")
    for name in ("unit", "name", "received", "timeliness", "verdict", "files", "reported", "missing"):
        table.add_column(name, no_wrap=name != "missing")
    for one in status["units"]:
        first = datetime.fromisoformat(one["first_received_at"]) if one["first_received_at"] else None
        table.add_row(
            one["unit"],
            one["name"],
            f"{first.astimezone(ZONE):%d/%m %H:%M}" if first else "–",
            one["timeliness"].replace("_", " "),
            one["verdict"] or "–",
            str(one["files"]),
            f"{one['reported']}/{one['owed']}",
            str(len(one["missing"])),
        )
    return table


def _letters(settings: Settings) -> Table:
    counts: dict[tuple[str, str, str], int] = {}
    for letter in steps.outbox_state(settings)["letters"]:
        key = (letter["kind"], letter["channel"], letter["state"])
        counts[key] = counts.get(key, 0) + 1
    table = Table(title="Letters", title_justify="left")
    for name in ("kind", "channel", "state", "number"):
        table.add_column(name)
    for (kind, channel, state), number in counts.items():
        table.add_row(kind, channel, state, str(number))
    return table


def _paths(settings: Settings, proof: Proof | None) -> list[tuple[str, Path]]:
    home = settings.home
    reports = sorted((home / "reports").rglob("*.xlsx"))
    receipt = next(iter(sorted(settings.share.glob("22510-*/phan-hoi/phieu-*.html"))), None)
    paths = [("report", reports[0]), ("revision", reports[-1])] if reports else []
    paths += [("report as mail", proof.letter)] if proof else []
    paths += [("a receipt", receipt)] if receipt else []
    return [
        *paths,
        ("all letters", home / "letters"),
        ("warehouse", home / "warehouse.sqlite"),
        ("Airflow's logs", home / "airflow" / "logs"),
    ]


def _settings(home: Path) -> Settings:
    """The demo's own settings: nothing of the user's environment reaches it."""
    for name in [name for name in os.environ if name.startswith("COMMUNE_REPORTS_")]:
        del os.environ[name]
    return read_settings({"COMMUNE_REPORTS_HOME": str(home)})


def _clean(home: Path) -> None:
    """Start from nothing, but never delete a folder the demo did not make."""
    if home.exists() and any(home.iterdir()):
        if not (home / MARKER).exists():
            raise NeedsHuman(f"{home} is not empty and not a demo's; name another folder")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARKER).touch()


if __name__ == "__main__":
    sys.exit(main())
