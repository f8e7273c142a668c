"""An office at work: drops files, runs steps, looks at what came back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from commune_reports import steps
from commune_reports.demo.communes import Entry, fill_template, honest_entries
from commune_reports.demo.mail_catcher import catch_mail
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.settings import Settings, SmtpServer

PERIOD = ReportingPeriod.parse("2024-11")


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
        fill_template(template, out, honest_entries(self.plan, unit_, PERIOD) if entries is None else entries)
        return out

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


@pytest.fixture
def office(settings: Settings, plan: Plan) -> Office:
    office = Office(settings, plan)
    office.open()
    return office


@pytest.fixture
def mailed(office: Office, tmp_path: Path) -> Any:
    """The office with a mail server; gives the folder the letters arrive in."""
    letters = tmp_path / "letters"
    with catch_mail(letters) as port:
        office.settings = replace(office.settings, smtp=SmtpServer("127.0.0.1", port, None, None, "none"))
        yield letters
