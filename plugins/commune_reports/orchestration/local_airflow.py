"""A whole Airflow of one's own on this machine: started, asked over REST, stopped without a trace of a process."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from commune_reports.errors import NeedsHuman, Transient

COMPONENTS = ("api-server", "scheduler", "dag-processor")
STARTING_SECONDS = 120.0
# On a busy machine Airflow's own SQLite is locked for longer than Airflow waits, and it answers with an error.
PAUSES, CONFLICT = (1.0, 2.0, 4.0, 8.0), 409
STOPPING_SECONDS = 15.0
# SQLite breaks under Airflow's default of 32 parallel tasks.
PARALLELISM = "4"


@dataclass
class LocalAirflow:
    """A running Airflow: where it listens and how to ask it."""

    url: str
    home: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    token: str = ""

    def trigger(self, dag_id: str, *, run_id: str, conf: Mapping[str, Any]) -> None:
        """Start a run of a DAG with these parameters; its business moment is conf["now"]."""
        body = {"dag_run_id": run_id, "conf": dict(conf), "logical_date": conf.get("now")}
        self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run a DAG."""
        self._ask("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """All runs of a DAG, oldest first."""
        found = self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns?order_by=id&limit=100")
        return list(found["dag_runs"])

    def state(self, dag_id: str, run_id: str) -> str:
        """State of one run."""
        return str(self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def import_errors(self) -> list[str]:
        """What the DAG processor could not import."""
        return [one["stack_trace"] for one in self._ask("GET", "/api/v2/importErrors")["import_errors"]]

    def dags(self) -> set[str]:
        """The DAGs that are ready."""
        return {one["dag_id"] for one in self._ask("GET", "/api/v2/dags?limit=100")["dags"]}

    def check_alive(self) -> None:
        """NeedsHuman if a component has died, with the end of its log."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                lines = (self.home / "logs" / f"{name}.log").read_text(errors="replace").strip().splitlines()
                end = lines[-1] if lines else "no output"
                raise NeedsHuman(
                    f"airflow {name} ended with code {process.returncode}: {end} (log: {self.home}/logs/{name}.log)"
                )

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        for pause in (*PAUSES, None):
            try:
                answer = httpx.request(method, f"{self.url}{path}", json=body, headers=headers, timeout=30)
            except httpx.TransportError as error:
                raise Transient(f"airflow at {self.url} does not answer: {error}") from error
            if answer.status_code < 500 or pause is None:
                break
            time.sleep(pause)
        if answer.status_code == CONFLICT and pause != PAUSES[0]:
            return {}  # an attempt that was answered with an error had done it all the same
        if answer.status_code >= 400:
            raise NeedsHuman(f"airflow said {answer.status_code} to {method} {path}: {answer.text[:300]}")
        return answer.json()


def airflow_environment(home: Path, *, port: int) -> dict[str, str]:
    """Settings of an Airflow of its own under `home`: SQLite, this machine only, these DAGs and nothing of the user's."""
    project = Path(__file__).resolve().parents[3]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    url = f"http://127.0.0.1:{port}"
    return kept | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(project / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(project / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": PARALLELISM,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__FERNET_KEY": "",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs" / "tasks"),
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def running_airflow(home: Path, *, port: int, extra: Mapping[str, str]) -> Iterator[LocalAirflow]:
    """Start the components, wait until they answer, and stop all of them however the block ends."""
    (home / "logs").mkdir(parents=True, exist_ok=True)
    environment = airflow_environment(home, port=port) | dict(extra)
    _migrate(home, environment)
    local = LocalAirflow(url=f"http://127.0.0.1:{port}", home=home)
    try:
        for name in COMPONENTS:
            local.processes[name] = _start(home, name, environment)
        _wait_until_ready(local)
        yield local
    finally:
        _stop(local)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _migrate(home: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [*_airflow(), "db", "migrate"], env=dict(environment), capture_output=True, text=True, check=False
    )
    (home / "logs" / "migrate.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        raise NeedsHuman(f"airflow db migrate failed; see {home}/logs/migrate.log")


def _airflow() -> list[str]:
    return [sys.executable, "-m", "airflow"]


def _start(home: Path, name: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A component in a process group of its own, so that its children can be stopped with it."""
    with (home / "logs" / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [*_airflow(), name],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _wait_until_ready(local: LocalAirflow) -> None:
    give_up_at = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < give_up_at:
        local.check_alive()
        try:
            health = local._ask("GET", "/api/v2/monitor/health")
            if health["scheduler"]["status"] == health["dag_processor"]["status"] == "healthy":
                local.token = local._ask("GET", "/auth/token")["access_token"]
                return
        except Transient:
            pass
        time.sleep(0.3)
    raise Transient(f"airflow did not start within {STARTING_SECONDS:.0f} s; see {local.home}/logs")


def _stop(local: LocalAirflow) -> None:
    """Ask, then insist: nothing is left running."""
    for sign, patience in ((signal.SIGTERM, STOPPING_SECONDS), (signal.SIGKILL, STOPPING_SECONDS)):
        for process in local.processes.values():
            _signal_group(process, sign)
        give_up_at = time.monotonic() + patience
        while time.monotonic() < give_up_at and any(_group_lives(one) for one in local.processes.values()):
            for process in local.processes.values():
                process.poll()
            time.sleep(0.1)


def _signal_group(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    try:
        os.killpg(process.pid, sign)
    except ProcessLookupError:
        process.poll()


def _group_lives(process: subprocess.Popen[bytes]) -> bool:
    process.poll()
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    return True
