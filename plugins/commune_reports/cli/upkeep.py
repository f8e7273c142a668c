"""The plan and the warehouse from a terminal."""

from pathlib import Path

import click

from commune_reports import warehouse
from commune_reports.cli.terminal import DONE, answer, any_moment_option, commands, json_option, open_settings
from commune_reports.period import ZONE
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
@json_option
def plan_show(as_json: bool) -> int:
    """Show the plan in use."""
    shown = load_plan(open_settings().plan_file)
    periods = [
        {
            "period": one.id,
            "label": one.label,
            **{
                name: getattr(shown.dates(one), name).astimezone(ZONE).isoformat()
                for name in ("opens_at", "unit_due_at", "cut_off_at", "deadline_at")
            },
        }
        for one in shown.periods()
    ]
    indicators = [
        {"code": one.code, "title": one.title, "weight": one.weight, "tasks": len(one.tasks)}
        for one in shown.indicators
    ]
    result = {
        "plan": shown.id,
        "title": shown.title,
        "indicators": indicators,
        "units": [{"unit": one.code, "name": one.full_name, "folder": one.folder} for one in shown.units],
        "periods": periods,
    }
    lines = [f"{shown.id}: {shown.title}"]
    lines += [f"  {one['code']}  {one['weight']:>4g} %  {one['tasks']} tasks  {one['title']}" for one in indicators]
    lines += [
        f"  {one['period']}: due {one['unit_due_at']}, cut-off {one['cut_off_at']}, deadline {one['deadline_at']}"
        for one in periods
    ]
    return answer(result, as_json, lines)


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
