"""Keeping the warehouse safe, from a terminal: back up, restore, look, go back to an earlier revision."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from commune_reports import steps
from commune_reports.cli.terminal import (
    DONE,
    NEEDS_A_PERSON,
    answer,
    any_moment_option,
    as_of_option,
    json_option,
    now_option,
    open_settings,
)
from commune_reports.cli.upkeep import db


@db.command("backup")
@click.option(
    "--out", default=None, type=click.Path(path_type=Path), help="New file, or a folder; HOME/backups/ if not given."
)
@click.option(
    "--portable", is_flag=True, help="Copy the rows of a PostgreSQL warehouse, as without pg_dump; fits SQLite too."
)
@now_option
@json_option
def db_backup(out: Path | None, portable: bool, now: datetime, as_json: bool) -> int:
    """Write the warehouse and every kept file into one file, and read it again."""
    result = steps.back_up(open_settings(), out=out, portable=portable, now=now)
    lines = [f"{result['file']}: {_in_words(result)}, {result['bytes'] / 1e6:.1f} MB, read again and whole"]
    answer(result, as_json, [*lines, *_troubles(result)])
    return _code(result)


@db.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace a warehouse that has rows; an old SQLite file is kept aside.")
@now_option
@json_option
def db_restore(file: Path, force: bool, now: datetime, as_json: bool) -> int:
    """Put a backup back, after checking all of it; a warehouse that has rows is not overwritten without --force."""
    result = steps.restore(open_settings(), file, force=force, now=now)
    lines = [f"restored {_in_words(result)}, as of {result['made_at']}; {result['files_put_back']} files put back"]
    lines += [f"the warehouse that was there is kept as {result['kept_aside']}"] if result["kept_aside"] else []
    lines += (
        [f"this program wants revision {result['program_revision']}; run: {result['run_next']}"]
        if result["run_next"]
        else []
    )
    answer(result, as_json, [*lines, *_troubles(result)])
    return _code(result)


@db.command("status")
@any_moment_option
@as_of_option
@json_option
def db_status(as_of: datetime | None, as_json: bool) -> int:
    """Show where the warehouse is, its revision, size and rows, and whether it and the kept files are whole."""
    result = steps.warehouse_state(open_settings(), as_of=as_of)
    lines = [f"{result['location']}"]
    if "rows" in result:
        files = result["files"]
        lines += [
            f"revision {result['revision']}, this program's is {result['program_revision']}",
            f"{result['bytes'] / 1e6:.1f} MB, {sum(result['rows'].values())} rows: "
            + ", ".join(f"{name} {count}" for name, count in result["rows"].items() if count),
            f"last submission {result['last_submission'] or 'never'}",
            f"{files['kept']} files kept, {files['bytes'] / 1e6:.1f} MB; {_counted(files)}",
        ]
    last = result["last_backup"]
    lines.append(
        f"last backup {last['made_at']}: {last['file']}{'' if last['is_there'] else ' (not there now)'}"
        if last
        else "never backed up"
    )
    answer(result, as_json, [*lines, *result["trouble"]])
    return NEEDS_A_PERSON if result["trouble"] else DONE


@db.command("downgrade")
@any_moment_option
@click.argument("revision")
@click.option("--yes", "agreed", is_flag=True, help="What is lost is agreed to.")
@json_option
def db_downgrade(revision: str, agreed: bool, as_json: bool) -> int:
    """Take the warehouse's tables back to an earlier revision; says first what that loses."""
    result = steps.go_down(open_settings(), revision, agreed=agreed)
    lines = [f"warehouse is at revision {result['revision']}"]
    return answer(result, as_json, [*lines, *(f"left {one}: {what}" for one, what in result["lost"].items())])


def _counted(files: dict[str, Any]) -> str:
    if files["named"] is None:
        return "not known which of them rows name"
    return (
        f"{files['named']} are named by rows, {len(files['missing'])} of them are missing, "
        f"{len(files['damaged'])} damaged; {files['unnamed']} are named by none"
    )


def _in_words(result: dict[str, Any]) -> str:
    rows = sum(result["rows"].values())
    return f"{rows} rows at revision {result['revision']} (from {result['kind']}, {result['held_as']}), {result['files']} files"


def _troubles(result: dict[str, Any]) -> list[str]:
    return [f"{kind}: {one}" for kind in ("missing", "damaged") for one in result[kind]]


def _code(result: dict[str, Any]) -> int:
    return NEEDS_A_PERSON if result["missing"] or result["damaged"] else DONE
