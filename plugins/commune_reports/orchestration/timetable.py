"""A timetable that follows the plan file: a new plan or a changed calendar needs no new DAG."""

import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pendulum
from airflow.exceptions import AirflowTimetableInvalid
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable

from commune_reports.errors import NeedsHuman
from commune_reports.period import ZONE
from commune_reports.plan import Plan, load_plan
from commune_reports.settings import read_settings

MOMENTS = {"opening": "Mở kỳ báo cáo", "publishing": "Tổng hợp và gửi báo cáo"}


class PlanMoments(Timetable):
    """Runs at the moments of the plan in use: `opening` (a period opens) or `publishing` (a report may be due)."""

    def __init__(self, which: str) -> None:
        self.which = which
        self.description = MOMENTS.get(which, which)

    @property
    def summary(self) -> str:
        """What the list of DAGs shows."""
        return f"plan: {self.which}"

    def serialize(self) -> dict[str, Any]:
        """The plan itself is read when it is needed, so that a mended plan counts at once."""
        return {"which": self.which}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "PlanMoments":
        """Back from `serialize`."""
        return cls(data["which"])

    def validate(self) -> None:
        """A wrong plan file shows as an import error of the DAG, with its one line."""
        if self.which not in MOMENTS:
            raise AirflowTimetableInvalid(f"PlanMoments knows {', '.join(MOMENTS)}, not {self.which!r}")
        try:
            _plan()
        except NeedsHuman as error:
            raise AirflowTimetableInvalid(str(error)) from error

    def infer_manual_data_interval(self, *, run_after: pendulum.DateTime) -> DataInterval:
        """A run by hand works at its own moment."""
        return DataInterval.exact(run_after)

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The next moment; without catch-up only the last of those already past."""
        after = last_automated_data_interval.start if last_automated_data_interval else None
        after = after or (restriction.earliest or pendulum.datetime(1970, 1, 1)).subtract(seconds=1)
        moment = self._next(after)
        if not restriction.catchup:
            now = datetime.now(tz=ZONE)
            while moment is not None and (later := self._next(moment)) is not None and later <= now:
                moment = later
        if moment is None or (restriction.latest is not None and moment > restriction.latest):
            return None
        return DagRunInfo.exact(pendulum.instance(moment))

    def _next(self, after: datetime) -> datetime | None:
        plan = _plan()
        return plan.opening_moment_after(after) if self.which == "opening" else plan.publishing_moment_after(after)


def _plan() -> Plan:
    path = read_settings(os.environ).plan_file
    return _loaded(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=2)
def _loaded(path: Path, _changed: int) -> Plan:
    return load_plan(path)
