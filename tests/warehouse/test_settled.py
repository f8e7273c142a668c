"""The same rows give the same figures to the last digit, whichever database added them up."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from commune_reports import warehouse
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.warehouse import tables

INCLUDE = Path(__file__).resolve().parents[2] / "include"
PERIOD = ReportingPeriod.parse("2024-11")
IN_TIME = datetime(2024, 11, 15, 9, tzinfo=ZONE)
END = datetime(2024, 11, 30, tzinfo=ZONE)


def _uneven(plan: Plan, seed: int) -> list[dict[str, Any]]:
    """A row for most units and tasks, with progresses that no sum of binary fractions meets exactly."""
    draw = Random(seed)
    fixed = {"plan_id": plan.id, "period_id": PERIOD.id, "received_at": IN_TIME, "recorded_at": IN_TIME, "cells": {}}
    return [
        {
            "submission_id": f"of-{unit.code}",
            "sheet": "S",
            "row": row,
            "unit_code": unit.code,
            "task_code": task,
            "status": "in_progress",
            "progress_pct": draw.randint(1, 999) / 10,
            **fixed,
        }
        for unit in plan.units
        for row, task in enumerate(plan.tasks, start=1)
        if draw.random() < 0.9
    ]


def _filled(url: str, plan: Plan, rows: list[dict[str, Any]]) -> warehouse.Warehouse:
    house = warehouse.open_warehouse(url, include=INCLUDE)
    files = [
        {
            "submission_id": f"of-{unit.code}",
            "sha256": unit.code,
            "file_name": "a.xlsx",
            "folder": unit.folder,
            "unit_code": unit.code,
            "size": 1,
            "received_at": IN_TIME,
            "recorded_at": IN_TIME,
        }
        for unit in plan.units
    ]
    with house.begin() as connection:
        warehouse.record_plan(connection, plan, now=IN_TIME)
        warehouse.open_period(connection, plan, PERIOD, now=IN_TIME)
        connection.execute(tables.submission.insert(), files)
        connection.execute(tables.task_report.insert(), rows)
    return house


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_rows_give_the_same_digits_on_both_databases(
    migrated_sqlite: Path, postgres: Callable[[str], str], plan: Plan, tmp_path: Path, seed: int
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "w.sqlite")
    name = f"digits_{seed}"
    engine = create_engine(postgres("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name} template migrated"))
    engine.dispose()
    rows = _uneven(plan, seed)
    cards = []
    for url in (f"sqlite:///{tmp_path / 'w.sqlite'}", postgres(name)):
        house = _filled(url, plan, rows)
        with house.reading() as connection:
            card = warehouse.scorecard(connection, house, plan, period=PERIOD, as_of=END)
            cards.append((card.totals, tuple(card.indicators), tuple(card.indices)))
        house.engine.dispose()
    assert cards[0] == cards[1]
