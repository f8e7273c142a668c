"""From the district's figure of an index down to the cell a commune typed, in the very file it sent."""

import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from openpyxl import load_workbook

from commune_reports import steps

Moment = Callable[..., datetime]
STATUSES = {
    "completed": "Hoàn thành",
    "in_progress": "Đang thực hiện",
    "not_started": "Chưa thực hiện",
    "nil": "Không phát sinh",
}


@pytest.fixture
def reported(office: Any, moment: Moment) -> Any:
    for unit in office.plan.units[:4]:
        office.fill(unit.code, f"Báo cáo {unit.name}.xlsx")
    office.collect(moment(11, 15))
    office.fill(office.plan.units[0].code, "sửa lại.xlsx")
    office.collect(moment(11, 16))
    return office


def _counted(row: dict[str, Any]) -> float | None:
    return {"completed": 100.0, "in_progress": row["progress_pct"] or 0.0, "nil": None}.get(row["status"], 0.0)


def _mean(values: Iterator[float | None]) -> float | None:
    found = [one for one in values if one is not None]
    return fmean(found) if found else None


def test_the_districts_index_is_made_of_exactly_the_rows_that_trace_shows(reported: Any, moment: Moment) -> None:
    now = moment(11, 18, 18)
    figures = steps.aggregate(reported.settings, period="2024-11", now=now)
    traced = steps.trace(reported.settings, period="2024-11", now=now)
    rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in traced["rows"]:
        if row["is_owed"]:
            rows[row["unit_code"], row["indicator"]].append(row)
    assert sum(map(len, rows.values())) == figures["totals"]["owed"]
    by_indicator = {
        indicator.code: _mean(_mean(map(_counted, rows[unit.code, indicator.code])) for unit in reported.plan.units)
        for indicator in reported.plan.indicators
    }
    shown = {one["code"]: one["score"] for one in figures["indicators"]}
    assert shown == pytest.approx(by_indicator)


def test_every_value_behind_a_figure_stands_in_the_cell_that_trace_names(reported: Any, moment: Moment) -> None:
    traced = steps.trace(reported.settings, period="2024-11", now=moment(11, 18, 18))
    reports = [row for row in traced["rows"] if row["status"] in STATUSES]
    assert {row["unit_code"] for row in reports} == {unit.code for unit in reported.plan.units[:4]}
    books: dict[str, Any] = {}
    for row in reports:
        if row["sha256"] not in books:
            content = Path(row["archived"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == row["sha256"]
            books[row["sha256"]] = load_workbook(io.BytesIO(content), data_only=True)
        sheet = books[row["sha256"]][row["sheet"]]
        assert sheet[row["cells"]["task"]].value == row["task_code"]
        assert sheet[row["cells"]["status"]].value == STATUSES[row["status"]]
        if row["progress_pct"] is not None:
            assert sheet[row["cells"]["progress_pct"]].value == row["progress_pct"]
        assert sheet[row["cells"]["result"]].value == row["result"]
    assert len(books) == 4
    newest = {row["file_name"] for row in reports if row["unit_code"] == reported.plan.units[0].code}
    assert newest == {"sửa lại.xlsx"}


def test_a_file_that_is_not_kept_as_it_came_is_named(reported: Any, moment: Moment) -> None:
    ask = {"period": "2024-11", "now": moment(11, 18, 18)}
    [damaged, *others] = steps.trace(reported.settings, **ask)["files"]
    path = next(
        Path(row["archived"])
        for row in steps.trace(reported.settings, **ask)["rows"]
        if row["sha256"] == damaged["sha256"]
    )
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    kept = {one["sha256"]: one["is_archived"] for one in steps.trace(reported.settings, **ask)["files"]}
    assert kept == {damaged["sha256"]: False} | {one["sha256"]: True for one in others}
