"""What every command shares: exit codes, options, tables for people and JSON for scripts."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console
from rich.table import Table

from commune_reports.errors import NeedsHuman
from commune_reports.period import ZONE
from commune_reports.settings import Settings, read_settings

DONE, NEEDS_A_PERSON, WRONG_USE, TRY_LATER = 0, 1, 2, 3
NARROWEST = 120
YEARS = range(2000, 2100)


class _Moment(click.ParamType[datetime]):
    name = "ISO8601"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a moment; write it like 2024-11-18T17:00:00 or 2024-11-18T17:00:00+07:00")
        if moment.year not in YEARS:
            self.fail(f"{value!r} is not of this century")
        return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def not_ahead(context: click.Context, _option: click.Parameter, as_of: datetime | None) -> datetime | None:
    """The moment asked for; where it has not come yet, say that the answer is not the last word."""
    if as_of is not None and as_of > (context.params.get("now") or datetime.now(tz=ZONE)):
        click.echo(f"{as_of.isoformat()} has not come yet: what is stored until then changes this answer", err=True)
    return as_of


MOMENT = _Moment()
now_option = click.option(
    "--now",
    type=MOMENT,
    default=lambda: datetime.now(tz=ZONE),
    is_eager=True,
    help="Business moment, at which all that is written becomes known; the clock if not given.",
)
# Every command takes a moment, so that scripts may give it to all of them.
any_moment_option = click.option(
    "--now", type=MOMENT, is_eager=True, expose_value=False, help="Business moment; this answer is the same at any."
)
as_of_option = click.option(
    "--as-of", type=MOMENT, default=None, callback=not_ahead, help="Facts known at this moment; --now if not given."
)
units_of_option = click.option(
    "--units-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="Read merged, split and renamed units as what they were on this day, like 2025-07-01.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable answer.")
period_option = click.option("--period", required=True, help="2024-11, 2024-Q4, 2024-H1, 2024-9M or 2024.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="commune-reports")
def commands() -> None:
    """Collect, check, add up and deliver the communes' task reports."""


def open_settings() -> Settings:
    """The installation of this environment; what a command writes is dated by the clock unless it was given a `--now`."""
    given = click.get_current_context().get_parameter_source("now") is ParameterSource.COMMANDLINE
    return replace(read_settings(os.environ), by_the_clock=not given)


def answer(result: dict[str, Any], as_json: bool, lines: Sequence[str]) -> int:
    """Say what was done, as JSON or in lines; always the exit code for done."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line)
    return DONE


def heading(result: dict[str, Any]) -> str:
    """Which period, as of when."""
    return f"{result['label']} as of {result['as_of']}"


def show(table: Table, *, narrowest: int = NARROWEST) -> None:
    """A table as wide as the terminal, or wide enough for a file."""
    console = Console()
    (console if console.is_terminal else Console(width=narrowest)).print(table)


def table_of(title: str, *columns: str) -> Table:
    """An empty table."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Something is written to a place the caller named: a place that cannot be written is NeedsHuman."""
    try:
        yield
    except OSError as error:
        raise NeedsHuman(f"{out} cannot be written: {error.strerror}") from error
