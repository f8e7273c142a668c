"""What every step works with: the plan, the warehouse and the wordings, opened once per call."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, make_url

from commune_reports import inbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.findings import Wordings, load_wordings
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan, load_plan
from commune_reports.settings import Settings


@dataclass(frozen=True)
class Desk:
    """The opened resources of one step."""

    settings: Settings
    plan: Plan
    wordings: Wordings
    warehouse: warehouse.Warehouse

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction on the warehouse."""
        with self.warehouse.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One look at the warehouse: all answers from the same state."""
        with self.warehouse.reading() as connection:
            yield connection


def open_desk(settings: Settings) -> Desk:
    """Open plan, wordings and warehouse; a SQLite warehouse that does not exist yet is made."""
    plan = load_plan(settings.plan_file)
    url = make_url(settings.warehouse_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        warehouse.upgrade(settings.warehouse_url, include=settings.include)
    return Desk(
        settings,
        plan,
        load_wordings(settings.include),
        warehouse.open_warehouse(settings.warehouse_url, include=settings.include),
    )


def plan_period(plan: Plan, period_id: str) -> ReportingPeriod:
    """The period of the plan with this id; NeedsHuman with the ids the plan knows otherwise."""
    period = ReportingPeriod.parse(period_id)
    known = plan.periods()
    if period not in known:
        raise NeedsHuman(f"period {period_id} is not in plan {plan.id}; it has {', '.join(p.id for p in known)}")
    return period


def ensure_open(desk: Desk, period: ReportingPeriod, *, now: datetime) -> int:
    """Write the obligations of a period whose data window has begun, once; the number of new ones."""
    opens_at = desk.plan.dates(period).opens_at
    if now < opens_at:
        raise NeedsHuman(f"period {period.id} opens at {opens_at.isoformat()}; it is {now.isoformat()} now")

    def write(connection: Connection) -> int:
        warehouse.record_plan(connection, desk.plan, now=now)
        return warehouse.open_period(connection, desk.plan, period, now=now)

    return desk.warehouse.insist(write)


def deadline_of(desk: Desk, period: ReportingPeriod, *, now: datetime) -> datetime:
    """The last moment of a period's collection: its deadline, or later where it was reopened."""
    with desk.reading() as connection:
        reopened = warehouse.reopened_until(connection, desk.plan.id, as_of=now)
    deadline = desk.plan.dates(period).deadline_at
    return max(deadline, reopened.get(period.id, deadline))


def prepare_share(desk: Desk, period: ReportingPeriod) -> None:
    """Make the units' folders; the share itself is made only where it is the default one under home."""
    settings = desk.settings
    if settings.share.is_relative_to(settings.home):
        settings.share.mkdir(parents=True, exist_ok=True)
    inbox.prepare_folders(settings.share, [unit.folder for unit in desk.plan.units_on(period.window_end)])
