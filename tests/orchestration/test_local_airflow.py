"""An Airflow whose own database is locked for a moment is asked again."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from commune_reports.errors import NeedsHuman
from commune_reports.orchestration import local_airflow
from commune_reports.orchestration.local_airflow import LocalAirflow


def _answering(monkeypatch: pytest.MonkeyPatch, *codes: int) -> LocalAirflow:
    left = list(codes)

    def request(*_: Any, **__: Any) -> httpx.Response:
        return httpx.Response(left.pop(0), json={"detail": "database is locked"})

    monkeypatch.setattr(httpx, "request", request)
    monkeypatch.setattr(local_airflow, "PAUSES", (0.0, 0.1))
    return LocalAirflow("http://airflow", Path("home"))


@pytest.mark.parametrize("codes", [(200,), (500, 200), (500, 500, 200), (500, 409)])
def test_a_run_is_started_after_a_moment(monkeypatch: pytest.MonkeyPatch, codes: tuple[int, ...]) -> None:
    _answering(monkeypatch, *codes).trigger("a", run_id="b", conf={})


@pytest.mark.parametrize("codes", [(409,), (404,), (500, 500, 500)])
def test_what_stays_wrong_is_said(monkeypatch: pytest.MonkeyPatch, codes: tuple[int, ...]) -> None:
    with pytest.raises(NeedsHuman, match=str(codes[-1])):
        _answering(monkeypatch, *codes).trigger("a", run_id="b", conf={})
