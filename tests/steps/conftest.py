"""An office at work: drops files, runs steps, looks at what came back."""

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from commune_reports import steps, warehouse
from commune_reports.demo.communes import Entry, fill_template, honest_entries
from commune_reports.demo.mail_catcher import catch_mail
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.settings import Settings, SmtpServer

PERIOD = ReportingPeriod.parse("2024-11")
PROJECT = Path(__file__).resolve().parents[2]
_names = itertools.count()
_filled: dict[tuple[str, bytes, str], bytes] = {}


@dataclass
class Office:
    """One installation with its plan; every moment is a day and hour of the reporting month."""

    settings: Settings
    plan: Plan

    def folder(self, unit: str) -> Path:
        return next(self.settings.share / one.folder for one in self.plan.units if one.code == unit)

    def open(self) -> dict[str, Any]:
        return steps.open_periods(self.settings, now=at(10, 15, 7), period=PERIOD.id)

    def drop(self, unit: str, name: str, content: bytes) -> Path:
        path = self.folder(unit) / "nop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def fill(self, unit: str, name: str = "bao cao.xlsx", entries: Mapping[str, Entry] | None = None) -> Path:
        unit_ = next(one for one in self.plan.units if one.code == unit)
        out = self.folder(unit) / "nop" / name
        template = self.folder(unit) / "bieu-mau" / f"bieu-mau-{PERIOD.id}.xlsx"
        typed = honest_entries(self.plan, unit_, PERIOD) if entries is None else entries
        # Most tests begin with the same few reports, and typing one takes as long as collecting it.
        kept = (name, template.read_bytes(), repr(typed))
        if kept not in _filled:
            fill_template(template, out, typed)
            with ZipFile(out, "a") as archive:  # the same report typed again is another file
                archive.comment = name.encode()
            _filled[kept] = out.read_bytes()
        return self.drop(unit, name, _filled[kept])

    def collect(self, now: datetime | None = None) -> dict[str, Any]:
        return steps.collect(self.settings, now=now or at(11, 15))

    def receipts(self, unit: str) -> list[str]:
        files = sorted((self.folder(unit) / "phan-hoi").glob("phieu-*.txt"))
        return [path.read_text(encoding="utf-8-sig") for path in files]

    def standing(self, unit: str, now: datetime | None = None) -> dict[str, Any]:
        units = steps.status(self.settings, period=PERIOD.id, now=now or at(11, 18, 18))["units"]
        return next(one for one in units if one["unit"] == unit)  # type: ignore[no-any-return]


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def moment() -> Callable[..., datetime]:
    return at


@pytest.fixture(scope="session")
def opened_on_sqlite(
    migrated_sqlite: Path,
    plan: Plan,
    installed: Callable[[Path, str], Settings],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder with an installation whose period was opened (`home`) and its warehouse; to be copied, never used."""
    folder = tmp_path_factory.mktemp("opened")
    shutil.copy(migrated_sqlite, folder / "warehouse.sqlite")
    Office(installed(folder / "home", f"sqlite:///{folder / 'warehouse.sqlite'}"), plan).open()
    return folder


@pytest.fixture(scope="session")
def opened_on_postgres(
    copy_of_database: Callable[[str, str], AbstractContextManager[str]],
    plan: Plan,
    installed: Callable[[Path, str], Settings],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """The same with its warehouse in the database "opened"."""
    folder = tmp_path_factory.mktemp("opened")
    with copy_of_database("opened", "migrated") as url:
        Office(installed(folder / "home", url), plan).open()
        warehouse.connecting.engine_at(url, os.getpid()).dispose()
        yield folder


@pytest.fixture(scope="session")
def binding_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The expectations with only those rules about files without which no figure can be made."""
    kept = tmp_path_factory.mktemp("rules") / "expectations"
    shutil.copytree(PROJECT / "expectations", kept)
    for path in kept.glob("*.json"):
        suite = json.loads(path.read_text())
        suite["expectations"] = [one for one in suite["expectations"] if one["meta"].get("binding")]
        path.write_text(json.dumps(suite))
    return kept


@pytest.fixture(params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest,
    plan: Plan,
    tmp_path: Path,
    installed: Callable[[Path, str], Settings],
    binding_rules: Path,
) -> Iterator[Office]:
    def settings(url: str) -> Settings:
        made = installed(tmp_path / "home", url)
        return made if "all_rules" in request.fixturenames else replace(made, expectations=binding_rules)

    opened = request.getfixturevalue(f"opened_on_{'sqlite' if request.param == 'sqlite' else 'postgres'}")
    shutil.copytree(opened / "home", tmp_path / "home")
    if request.param == "sqlite":
        shutil.copy(opened / "warehouse.sqlite", tmp_path)
        yield Office(settings(f"sqlite:///{tmp_path / 'warehouse.sqlite'}"), plan)
        return
    with request.getfixturevalue("copy_of_database")(f"office_{next(_names)}", "opened") as url:
        yield Office(settings(url), plan)


@pytest.fixture
def all_rules() -> None:
    """Files are judged by every rule, which takes a second; a test that looks at no finding does without."""


@pytest.fixture
def mailed(office: Office, tmp_path: Path) -> Any:
    """The office with a mail server; gives the folder the letters arrive in."""
    letters = tmp_path / "letters"
    with catch_mail(letters) as port:
        office.settings = replace(office.settings, smtp=SmtpServer("127.0.0.1", port, None, None, "none"))
        yield letters
