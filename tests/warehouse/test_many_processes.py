"""Several collectors at once, a publisher reading meanwhile: nothing lost, nothing twice, nobody told of a lock."""

import multiprocessing
import random
import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text

from commune_reports import warehouse
from commune_reports.errors import Transient
from commune_reports.letters import Letter
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan, load_plan
from commune_reports.task_report import Assessment, TaskRow
from commune_reports.warehouse import Arrival, Assessed, connecting, tables

INCLUDE = Path(__file__).resolve().parents[2] / "include"
PERIOD = ReportingPeriod.parse("2024-11")
OPENED = datetime(2024, 10, 15, 7, tzinfo=ZONE)
CAME = datetime(2024, 11, 15, 9, tzinfo=ZONE)
AS_OF = datetime(2024, 11, 19, 8, tzinfo=ZONE)
COLLECTORS, FILES_OF_A_UNIT = 4, 3


def _files(plan: Plan) -> list[Assessed]:
    """Three files of every unit, each about all owed tasks: the last one counts."""
    tasks = [task.code for task in plan.tasks.values() if plan.is_owed(task, PERIOD)]
    files = []
    for unit in plan.units:
        for number in range(FILES_OF_A_UNIT):
            key = f"{unit.code}-{number}"
            rows = tuple(
                TaskRow("S", place, code, "code", "in_progress", float(number), *(None,) * 6, {"status": f"F{place}"})
                for place, code in enumerate(tasks, start=10)
            )
            arrival = Arrival(key, key, f"{number}.xlsx", unit.folder, unit.code, 1, CAME + timedelta(minutes=number))
            letter = Letter(
                f"receipt:{key}", "receipt", "folder", PERIOD.id, unit.code, "s", "t", "h", folder="f", file_stem="p"
            )
            verdict = Assessment(key, "accepted", len(rows), len(rows), len(rows), 0, rows, ())
            files.append(Assessed(arrival, PERIOD.id, verdict, (), letter))
    return files


def _collect(url: str, seed: int, said: Any) -> None:
    """A collector that meets every file, in an order of its own."""
    try:
        plan = load_plan(INCLUDE / "plans" / "pci-pgi-2024.yaml")
        house = warehouse.open_warehouse(url, include=INCLUDE)
        files = _files(plan)
        random.Random(seed).shuffle(files)
        stored = 0
        for start in range(0, len(files), 7):
            batch = files[start : start + 7]

            def write(connection: Connection, batch: list[Assessed] = batch) -> int:
                warehouse.record_arrivals(connection, [one.arrival for one in batch], now=CAME)
                return len(warehouse.store_assessments(connection, batch, plan_id=plan.id, now=CAME))

            stored += house.insist(write)
        said.put(("stored", stored))
    except BaseException as error:
        said.put(("failed", repr(error)))
        raise


def test_collectors_and_a_publisher_at_once_lose_and_double_nothing(warehouse_url: str, plan: Plan) -> None:
    house = warehouse.open_warehouse(warehouse_url, include=INCLUDE)
    with house.begin() as connection:
        warehouse.record_plan(connection, plan, now=OPENED)
        warehouse.open_period(connection, plan, PERIOD, now=OPENED)
    context = multiprocessing.get_context("fork")
    said = context.Queue()
    collectors = [context.Process(target=_collect, args=(warehouse_url, seed, said)) for seed in range(COLLECTORS)]
    for one in collectors:
        one.start()
    looks = [0]
    while any(one.is_alive() for one in collectors):
        with house.reading() as connection:
            card = warehouse.scorecard(connection, house, plan, period=PERIOD, as_of=AS_OF)
            rows = connection.execute(select(func.count()).select_from(tables.task_report)).scalar_one()
            files = connection.execute(select(func.count()).select_from(tables.assessment)).scalar_one()
            reported = sum(one.reported for one in card.standings)
            assert card.totals.reported == reported == len([one for one in card.tasks if one.status and one.is_owed])
        assert rows == files * 29, "half a file was seen"
        assert reported >= looks[-1]
        looks.append(reported)
    for one in collectors:
        one.join(60)
    told = [said.get(timeout=60) for _ in collectors]
    assert {kind for kind, _ in told} == {"stored"}, told
    everything = len(plan.units) * FILES_OF_A_UNIT
    assert sum(count for _, count in told) == everything
    with house.reading() as connection:
        for table, wanted in ((tables.submission, everything), (tables.task_report, everything * 29)):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == wanted
        card = warehouse.scorecard(connection, house, plan, period=PERIOD, as_of=AS_OF)
        assert {one.progress_pct for one in card.tasks if one.is_owed} == {FILES_OF_A_UNIT - 1.0}
    assert card.totals.reported == card.totals.owed == len(plan.units) * 29


def test_two_looks_in_one_reading_see_the_same_though_somebody_wrote_between(warehouse_url: str, plan: Plan) -> None:
    house = warehouse.open_warehouse(warehouse_url, include=INCLUDE)
    counted = select(func.count()).select_from(tables.plan)
    with house.reading() as reader:
        before = reader.execute(counted).scalar_one()
        with house.begin() as writer:
            warehouse.record_plan(writer, plan, now=OPENED)
        assert reader.execute(counted).scalar_one() == before == 0
    with house.reading() as reader:
        assert reader.execute(counted).scalar_one() == 1


def test_work_that_lost_a_deadlock_is_done_again(postgres: Callable[[str], str]) -> None:
    from sqlalchemy import create_engine

    admin = create_engine(postgres("postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("create database deadlocked template migrated"))
    admin.dispose()
    house = warehouse.open_warehouse(postgres("deadlocked"), include=INCLUDE)
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def work(first: str, second: str) -> Callable[[Connection], None]:
        def write(connection: Connection) -> None:
            tries.append(first)
            for key in (first, second):
                warehouse.record_arrivals(connection, [Arrival(key, key, "a", "f", None, 1, CAME)], now=CAME)
                if key == first and len(tries) <= 2:
                    both_hold_one.wait(20)

        return write

    threads = [threading.Thread(target=house.insist, args=(work(*keys),)) for keys in (("a", "b"), ("b", "a"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    with house.reading() as connection:
        assert [one.submission_id for one in warehouse.unchecked_submissions(connection)] == ["a", "b"]
    assert len(tries) == 3
    house.engine.dispose()


def test_a_locked_file_is_tried_again_before_anybody_hears_of_it(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_SECONDS", 0)
    path = tmp_path / "busy.sqlite"
    path.write_bytes(migrated_sqlite.read_bytes())
    house = warehouse.open_warehouse(f"sqlite:///{path}", include=INCLUDE)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("begin immediate")
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            holder.execute("rollback")

    monkeypatch.setattr(connecting.time, "sleep", wait)
    house.insist(lambda connection: connection.execute(text("select 1")))
    assert len(waits) == 2
    holder.execute("begin immediate")
    with pytest.raises(Transient, match="the warehouse is busy"):
        house.insist(lambda connection: connection.execute(text("select 1")))
    assert len(waits) == 2 + len(connecting.PAUSES)
    holder.close()
