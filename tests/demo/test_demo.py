"""`make demo`: the real DAGs in a real Airflow, and nothing left behind when it is stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# Beside the other tests, on a busy machine, a month of reporting has taken five minutes: that is no defect of the demo.
PATIENCE = 900
pytestmark = pytest.mark.timeout(PATIENCE + 60)


def _start(home: Path) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "COMMUNE"))}
    environment |= {"HOME": str(home.parent / "empty-home"), "COMMUNE_REPORTS_PLAN": "/nowhere/of-the-user.yaml"}
    return subprocess.Popen(
        # A shell that put the tests in the background made them deaf to Ctrl-C, and so whatever they start.
        ["env", "--default-signal=INT", sys.executable, "-m", "commune_reports.demo", str(home)],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _left_running(home: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(home) in (process / "environ").read_text(errors="replace"):
                found.append((process / "cmdline").read_text(errors="replace"))
        except OSError:
            continue
    return found


def test_the_report_arrives_before_its_deadline_and_reconciles(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    process = _start(home)
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out
    assert "mail, workbook and warehouse agree" in out
    assert len(list((home / "letters").glob("*-report-*.eml"))) == 2
    assert len(list((home / "share").glob("*/phan-hoi/phieu-*.html"))) == 13
    assert not (tmp_path / "empty-home").exists()
    assert _left_running(home) == []


def test_stopped_in_the_middle_it_leaves_nothing_running(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    process = _start(home)
    log = home / "airflow" / "logs" / "scheduler.log"
    give_up_at = time.monotonic() + PATIENCE
    while not (log.exists() and log.stat().st_size) and time.monotonic() < give_up_at:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "nothing is left running" in out) == (130, True), out
    assert _left_running(home) == []


def test_a_folder_that_is_not_a_demos_is_not_deleted(tmp_path: Path) -> None:
    home = tmp_path / "mine"
    home.mkdir()
    (home / "precious.txt").write_text("mine")
    process = _start(home)
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "not a demo's" in " ".join(out.split())  # the line may be broken anywhere
    assert (home / "precious.txt").read_text() == "mine"
