"""The warehouse for other people's tools, from a terminal: export, dictionary, an account that only reads."""

from datetime import datetime
from pathlib import Path

import click

from commune_reports import flat_files, steps
from commune_reports.cli.terminal import (
    DONE,
    MOMENT,
    answer,
    any_moment_option,
    commands,
    json_option,
    not_ahead,
    open_settings,
    writing,
)
from commune_reports.cli.upkeep import db


@commands.command()
@click.argument("name", metavar="TABLE_OR_VIEW")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option(
    "--format", "form", type=click.Choice(flat_files.FORMATS), default="csv", show_default=True, help="What to write."
)
@click.option("--plan", default=None, help="Only rows of this plan.")
@click.option("--period", default=None, help="Only rows of this period.")
@click.option("--as-of", type=MOMENT, default=None, callback=not_ahead, help="Only what was recorded by this moment.")
@any_moment_option
@json_option
def export(
    name: str, out: Path, form: str, plan: str | None, period: str | None, as_of: datetime | None, as_json: bool
) -> int:
    """Write any table or view of the warehouse to a file; `db dictionary` tells which there are and what they mean."""
    with writing(out):
        wanted = steps.Wanted(plan, period, as_of)
        result = steps.export(open_settings(), name, out=out, form=form, wanted=wanted)
    return answer(result, as_json, [f"{result['rows']} rows of {name} are in {out}"])


@db.command("dictionary")
@any_moment_option
def db_dictionary() -> int:
    """Print what every table, view and column means, as Markdown."""
    click.echo(steps.data_dictionary(open_settings()), nl=False)
    return DONE


@db.command("reader")
@any_moment_option
@click.option("--role", required=True, help="Name of the account, like so_tai_chinh_doc.")
@click.option(
    "--password-file",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False),
    help="File whose first line is its password; without it a password stays as it is.",
)
@json_option
def db_reader(role: str, password_file: Path | None, as_json: bool) -> int:
    """Make a PostgreSQL account that may only read the views, or bring it up to date."""
    result = steps.make_reader(open_settings(), role, password_file=password_file)
    return answer(result, as_json, [f"{role} may read {len(result['views'])} views and nothing else"])
