"""Workbooks to measure with: the template of every unit, honestly filled, in as many copies as wanted, no two of the same bytes."""

import os
import shutil
from pathlib import Path

from commune_reports.demo.communes import fill_template, honest_entries
from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan, Unit
from commune_reports.settings import Settings
from commune_reports.template import load_layout, write_template

PERIOD = ReportingPeriod.parse("2024")


def filled_copies(settings: Settings, plan: Plan, folder: Path, *, count: int) -> list[tuple[Unit, Path]]:
    """Write `count` filled workbooks of 33 rows into a folder, spread over the plan's units."""
    made = []
    for number, unit in enumerate(plan.units):
        blank, filled = folder / f"{unit.code}-blank.xlsx", folder / f"{unit.code}-filled.xlsx"
        layout = load_layout(settings.include)
        write_template(blank, plan=plan, unit=unit, period=PERIOD, previous={}, layout=layout)
        fill_template(blank, filled, honest_entries(plan, unit, PERIOD))
        made += [(unit, filled, folder / f"{unit.code}-{copy}.xlsx") for copy in range(number, count, len(plan.units))]
    for _, filled, target in made:
        copy_with_comment(filled, target)
    return [(unit, target) for unit, _, target in made]


def copy_with_comment(source: Path, target: Path) -> None:
    """Copy a workbook and end it with a comment of its own: a zip ends with its comment, so it is other bytes that say the same."""
    shutil.copy(source, target)
    comment = str(target).encode()
    with target.open("ab") as file:
        file.seek(-2, os.SEEK_END)
        file.truncate(file.tell())
        file.write(len(comment).to_bytes(2, "little") + comment)
