"""What tests of the terminal share: an installation of their own, and a filled template in it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from commune_reports.demo.communes import Entry, fill_template, honest_entries
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan

PERIOD = ReportingPeriod.parse("2024-11")
Answer = tuple[int, str, str]
Run = Callable[..., Answer]


def settle_in(patch: pytest.MonkeyPatch, home: Path) -> None:
    """Nothing of the user's settings, and this home."""
    for name in [one for one in os.environ if one.startswith("COMMUNE_REPORTS_")]:
        patch.delenv(name)
    patch.setenv("COMMUNE_REPORTS_HOME", str(home))


def filled(plan: Plan, share: Path, out: Path, entries: dict[str, Entry] | None = None) -> Path:
    unit = plan.units[1]
    template = share / unit.folder / "bieu-mau" / "bieu-mau-2024-11.xlsx"
    fill_template(template, out, honest_entries(plan, unit, PERIOD) if entries is None else entries)
    return out
