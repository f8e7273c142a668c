"""The plan and the warehouse from a terminal."""

from datetime import datetime
from pathlib import Path

import click

from commune_reports import steps, warehouse
from commune_reports.cli.terminal import (
    DONE,
    answer,
    any_moment_option,
    as_of_option,
    commands,
    json_option,
    open_settings,
)
from commune_reports.plan import load_plan


@commands.group()
def plan() -> None:
    """The plan file."""


@plan.command("check")
@any_moment_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def plan_check(file: Path) -> int:
    """Check a plan file; every error names its line and what was expected."""
    checked = load_plan(file)
    click.echo(
        f"{file}: plan {checked.id} is in order: {len(checked.indicators)} indicators, {len(checked.tasks)} tasks"
    )
    return DONE


@plan.command("show")
@any_moment_option
@as_of_option
@json_option
def plan_show(as_of: datetime | None, as_json: bool) -> int:
    """Show the plan in use, or the version of it that held at a moment."""
    shown = steps.show_plan(open_settings(), as_of=as_of)
    lines = [f"{shown['plan']}: {shown['title']}"]
    lines += [
        f"  {one['code']}  {one['weight']:>4g} %  {one['tasks']} tasks  {one['title']}" for one in shown["indicators"]
    ]
    lines += [
        f"  {one['period']}: due {one['unit_due_at']}, cut-off {one['cut_off_at']}, deadline {one['deadline_at']}"
        for one in shown["periods"]
    ]
    return answer(shown, as_json, lines)


@commands.group()
def db() -> None:
    """The warehouse."""


@db.command("upgrade")
@any_moment_option
def db_upgrade() -> int:
    """Make or upgrade the warehouse's tables and views."""
    settings = open_settings()
    revision = warehouse.upgrade(settings.warehouse_url, include=settings.include)
    click.echo(f"warehouse is at revision {revision}")
    return DONE
