"""Opening periods, checking and collecting files, from a terminal."""

import json
import sys
from datetime import datetime
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from commune_reports import steps
from commune_reports.cli.checked import NARROWEST, findings_table, verdict_lines
from commune_reports.cli.terminal import (
    DONE,
    NEEDS_A_PERSON,
    answer,
    as_of_option,
    commands,
    json_option,
    now_option,
    open_settings,
    period_option,
    show,
    writing,
)
from commune_reports.errors import NeedsHuman


@commands.command()
@click.option("--unit", required=True, help="Unit code, like 22492.")
@period_option
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Workbook to write.")
@as_of_option
@now_option
def template(unit: str, period: str, out: Path, as_of: datetime | None, now: datetime) -> int:
    """Write the workbook a commune fills, with last period's state carried over."""
    with writing(out):
        steps.write_unit_template(open_settings(), unit=unit, period=period, out=out, now=now, as_of=as_of)
    click.echo(str(out))
    return DONE


@commands.command("open")
@click.option("--period", default=None, help="Only this period; every current one if not given.")
@now_option
@json_option
def open_(period: str | None, now: datetime, as_json: bool) -> int:
    """Open reporting periods: obligations, folders, templates, announcements."""
    result = steps.open_periods(open_settings(), now=now, period=period)
    lines = [
        f"{one['period']}: {one['obligations']} new obligations, {one['templates']} templates"
        for one in result["opened"]
    ]
    return answer(result, as_json, lines or ["no period is current"])


@commands.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--unit", default=None, help="Unit code; what the file says if not given.")
@click.option("--period", default=None, help="Period; what the file says if not given.")
@click.option(
    "--marked",
    "marked_to",
    default=None,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for copies with the wrong cells marked.",
)
@as_of_option
@now_option
@json_option
def check(files: tuple[Path, ...], as_json: bool, **asked: Any) -> int:
    """Read and validate files as the pipeline would; changes nothing.

    A folder stands for all files in it and below, without hidden and temporary ones. A pipe, a device or a link to
    nowhere is answered as no spreadsheet; a name that does not exist ends the call before anything is read.
    """
    code = DONE
    for answered in steps.check(open_settings(), files, steps.Asked(**asked)):
        if answered["verdict"] != "accepted" or answered["findings"]:
            code = NEEDS_A_PERSON
        if as_json:
            click.echo(json.dumps(answered, ensure_ascii=False))
            sys.stdout.flush()
        else:
            _show_check(answered)
    return code


@commands.command()
@now_option
@json_option
def collect(now: datetime, as_json: bool) -> int:
    """One pass over the shared folder: claim, check, store, answer."""
    result = steps.collect(open_settings(), now=now)
    lines = [
        f"{result['claimed']} files claimed; {result['accepted']} accepted, {result['partly_accepted']} partly accepted, "
        f"{result['rejected']} rejected; {result['rows']} task rows stored, {result['answers']} answers written"
    ]
    lines += [f"not readable: {one['file']}: {one['reason']}" for one in result["unreadable"]]
    answer(result, as_json, lines)
    if result["waiting"]:
        raise NeedsHuman("; ".join(result["waiting"]))
    return NEEDS_A_PERSON if result["partly_accepted"] or result["rejected"] or result["unreadable"] else DONE


def _show_check(answer: dict[str, Any]) -> None:
    for line in verdict_lines(answer):
        for part in wrap(line, NARROWEST, break_long_words=False, break_on_hyphens=False):
            click.echo(part)
    if answer["findings"]:
        show(findings_table(answer), narrowest=NARROWEST)
    click.echo()
