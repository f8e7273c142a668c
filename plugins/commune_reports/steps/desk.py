"""What every step works with: the plan, the warehouse and the wordings, opened once per call."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, make_url

from commune_reports import inbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.findings import Wordings, load_wordings
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan, load_plan, plan_of
from commune_reports.settings import Settings
from commune_reports.warehouse import Decision

SHOWN_CHANGES = 5
# What only a warehouse leads to: where it lies, one was there.
KEPT = ("archive", "reports")


@dataclass(frozen=True)
class Desk:
    """The opened resources of one step."""

    settings: Settings
    plan: Plan
    wordings: Wordings
    warehouse: warehouse.Warehouse

    def settled(self, moment: datetime) -> datetime:
        """The moment, once everything known at it can be read: what is answered about it now holds for ever, or this is told."""
        warehouse.wait_for_facts(self.warehouse, moment)
        return moment

    def present(self, now: datetime) -> datetime:
        """What the warehouse's clock shows by now, not the caller's or that of a run's start; `now` in a drill."""
        with self.reading() as connection:
            return warehouse.present(connection, now)

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
    """Open plan, wordings and warehouse; a SQLite warehouse that does not exist yet is made in a home nothing was kept in."""
    plan = load_plan(settings.plan_file)
    url = make_url(settings.warehouse_url)
    if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).exists():
        if kept := next((name for name in KEPT if (settings.home / name).exists()), None):
            raise NeedsHuman(
                f"the warehouse {url.database} is not there although {settings.home / kept} is: mount its disk, restore a "
                "backup with commune-reports db restore FILE, or begin an empty one with commune-reports db upgrade"
            )
        warehouse.upgrade(settings.warehouse_url, include=settings.include)
    return Desk(
        settings,
        plan,
        load_wordings(settings.include),
        warehouse.open_warehouse(settings.warehouse_url, include=settings.include, by_the_clock=settings.by_the_clock),
    )


def plan_period(plan: Plan, period_id: str) -> ReportingPeriod:
    """The period of the plan with this id; NeedsHuman with the ids the plan knows otherwise."""
    period = ReportingPeriod.parse(period_id)
    known = plan.periods()
    if period not in known:
        raise NeedsHuman(f"period {period_id} is not in plan {plan.id}; it has {', '.join(p.id for p in known)}")
    return period


def as_it_held(desk: Desk, period: ReportingPeriod, as_of: datetime) -> Desk:
    """The desk with the version of the plan that held for a period at a moment, so that its report can be made again.

    The plan in use stands in for a version whose content was not kept yet, and where the period was not open.
    """
    with desk.reading() as connection:
        found = warehouse.plan_content_as_of(connection, desk.warehouse, desk.plan.id, period.id, as_of=as_of)
    if found is None or found[0] == desk.plan.sha256 or found[1] is None:
        return desk
    return replace(desk, plan=plan_of(found[1], found[0]))


def ensure_open(desk: Desk, period: ReportingPeriod, *, now: datetime, decision: Decision | None = None) -> int:
    """Write the obligations of a period whose data window has begun, once; the number of new ones.

    A plan whose words changed is taken up by itself. One that would change the figures of a period that is open already
    is refused (NeedsHuman) until somebody decides that it holds.
    """
    opens_at = desk.plan.dates(period).opens_at
    if now < opens_at:
        raise NeedsHuman(f"period {period.id} opens at {opens_at.isoformat()}; it is {now.isoformat()} now")

    def write(connection: Connection) -> int:
        earlier = warehouse.opening_of(connection, desk.plan.id, period.id)
        if earlier is not None and earlier.plan_sha256 == desk.plan.sha256:
            warehouse.record_plan(connection, desk.plan, now=now)
            return 0
        changes = list(warehouse.changed_figures(connection, desk.plan, period, earlier)) if earlier else []
        if changes and decision is None:
            raise NeedsHuman(_changed(desk.plan, period, changes))
        warehouse.record_plan(connection, desk.plan, now=now)
        if changes and decision is not None:
            warehouse.adopt_plan(connection, desk.plan, period, changes=changes, decision=decision, now=now)
        return warehouse.open_period(connection, desk.plan, period, now=now, like=None if changes else earlier)

    return desk.warehouse.insist(write)


def _changed(plan: Plan, period: ReportingPeriod, changes: Sequence[str]) -> str:
    more = f"; and {len(changes) - SHOWN_CHANGES} more" if len(changes) > SHOWN_CHANGES else ""
    return (
        f"plan {plan.id} changed after period {period.id} was opened: {'; '.join(changes[:SHOWN_CHANGES])}{more}. "
        f"Put the plan file back as it was, or let the change hold for this period from now on: "
        f"commune-reports plan adopt --period {period.id} --by NAME --reason WHY"
    )


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
