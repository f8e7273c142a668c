"""Figures from a terminal: who reported, how far, where a figure comes from, how the rules fared."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from commune_reports import steps, warehouse
from commune_reports.cli.terminal import (
    DONE,
    MOMENT,
    answer,
    as_of_option,
    commands,
    heading,
    json_option,
    now_option,
    open_settings,
    period_option,
    show,
    table_of,
    units_of_option,
    writing,
)

TRACED = {
    "unit": "unit_code",
    "task": "task_code",
    "status": "status",
    "%": "progress_pct",
    "folder / file": "file",
    "sheet, row": "place",
    "found": "found",
    "sha256": "sha256",
}
TIMELINESS = {"on_time": "on time", "late": "late", "missing": "missing"}


@commands.command()
@period_option
@as_of_option
@now_option
@json_option
def status(period: str, as_of: datetime | None, now: datetime, as_json: bool) -> int:
    """Who reported, who is late, who is missing, task by task."""
    result = steps.status(open_settings(), period=period, now=now, as_of=as_of)
    if as_json:
        return answer(result, as_json, [])
    table = table_of(heading(result), "unit", "name", "timeliness", "verdict", "owed", "reported", "nil", "missing")
    for unit in result["units"]:
        table.add_row(
            unit["unit"],
            unit["name"],
            TIMELINESS[unit["timeliness"]],
            unit["verdict"] or "–",
            *(str(unit[name]) for name in ("owed", "reported", "nil")),
            ", ".join(one["task"] for one in unit["missing"]) or "–",
        )
    show(table)
    return DONE


@commands.command()
@period_option
@units_of_option
@as_of_option
@now_option
@json_option
def aggregate(period: str, units_of: datetime | None, as_of: datetime | None, now: datetime, as_json: bool) -> int:
    """Scores by indicator, per unit and for the district."""
    day = units_of.date() if units_of else None
    result = steps.aggregate(open_settings(), period=period, now=now, as_of=as_of, units_of=day)
    if as_json:
        return answer(result, as_json, [])
    table = table_of(heading(result), "code", "title", "score", "coverage", "on time", "owed", "missing")
    for one in (*result["indices"], *result["indicators"]):
        rates = (
            f"{one[name]:.1f}" if one[name] is not None else "–" for name in ("score", "coverage_pct", "on_time_pct")
        )
        table.add_row(one["code"], one["title"], *rates, str(one["owed"]), str(one["missing"]))
    show(table)
    if units_of:
        _show_successors(result)
    return DONE


def _show_successors(result: dict[str, Any]) -> None:
    codes = [one["code"] for one in result["indices"]]
    table = table_of(
        f"read under the units of {result['units_of']}", "unit", "name", "made of", *codes, "owed", "missing"
    )
    for one in result["successors"]:
        scores = {index["code"]: index for index in one["indices"]}
        shown = [
            f"{scores[code]['score']:.1f}" if code in scores and scores[code]["score"] is not None else "–"
            for code in codes
        ]
        counts = (str(sum(index[name] for index in one["indices"])) for name in ("owed", "missing"))
        made_of = ", ".join(f"{code} (split)" if code in one["splits"] else code for code in one["made_of"])
        table.add_row(one["unit"], one["name"] or "–", made_of, *shown, *counts)
    show(table)


@commands.command()
@period_option
@click.option("--index", default=None, help="Index code, like PCI.")
@click.option("--indicator", default=None, help="Indicator code, like PCI-03; without it and --index the totals.")
@click.option("--unit", default=None, help="Unit code; the whole district if not given.")
@units_of_option
@as_of_option
@now_option
@json_option
def trace(as_json: bool, units_of: datetime | None, **asked: Any) -> int:
    """Lead a figure back to folder, file (SHA-256), sheet, cell and what was found there."""
    result = steps.trace(open_settings(), **asked, units_of=units_of.date() if units_of else None)
    if as_json:
        return answer(result, as_json, [])
    table = table_of(f"{_named(result)}, {heading(result)}", *TRACED)
    for row in result["rows"]:
        shown = {**row, **_places(row)}
        table.add_row(*("–" if shown[name] in (None, "") else str(shown[name]) for name in TRACED.values()))
    show(table)
    for row in result["rows"]:
        for one in row["findings"]:
            # A missing task has no row above that would name the file.
            where = "" if row["file_name"] else f" of {one['file_name']}"
            click.echo(f"{_weight(one)} in unit {row['unit_code']}, {row['task_code']}{where}: {one['message']}")
    for one in result["files"]:
        if not one["is_archived"]:
            click.echo(
                f"{one['file_name']} of unit {one['unit']} is not in the archive as it came (SHA-256 {one['sha256']})"
            )
    for one in result["withdrawals"]:
        click.echo(f"withdrawn at {one['at']} by {one['who']}: {one['file']} of unit {one['unit']}; {one['reason']}")
    for one in result["waivers"]:
        click.echo(
            f"waived at {one['at']} by {one['who']}: {one['rule']} for {one['unit']} until {one['until']}; {one['reason']}"
        )
    for one in result["plan_adoptions"]:
        click.echo(f"plan adopted at {one['at']} by {one['who']}: {'; '.join(one['changes'])}; {one['reason']}")
    for one in result["reopenings"]:
        click.echo(f"reopened at {one['at']} by {one['who']} until {one['until']}; {one['reason']}")
    return DONE


def _named(result: dict[str, Any]) -> str:
    """The figure in words: whose, of what, how much."""
    figure = result["figure"] or {}
    of = result["index"] or result["indicator"] or "totals"
    score = f"{figure['score']:.1f}, " if figure.get("score") is not None else ""
    counts = f"{figure['reported']} of {figure['owed']} owed tasks reported" if figure else "nothing owed"
    return f"{of} of {result['unit'] or 'the district'}: {score}{counts}"


def _places(row: dict[str, Any]) -> dict[str, str | None]:
    weights = [_weight(one) for one in row["findings"]]
    found = ", ".join(f"{weights.count(one)} {one}" for one in dict.fromkeys(weights))
    return {
        "file": f"{row['folder']} / {row['file_name']}" if row["file_name"] else None,
        "place": f"{row['sheet']}, {row['row']}" if row["sheet"] else None,
        "found": found or ("nothing" if row["file_name"] else None),
        "sha256": (row["sha256"] or "")[:12],
    }


def _weight(finding: dict[str, Any]) -> str:
    return "waived" if finding["waiver"] else str(finding["severity"])


@commands.command()
@click.option(
    "--by", type=click.Choice(warehouse.RULE_GRAINS), default="rule", show_default=True, help="What to count by."
)
@click.option("--since", type=MOMENT, default=None, help="Only what was found from this moment on.")
@as_of_option
@now_option
@json_option
def rules(by: str, since: datetime | None, as_of: datetime | None, now: datetime, as_json: bool) -> int:
    """Which rule fails most, which unit improves."""
    result = steps.rules(open_settings(), by=by, now=now, since=since, as_of=as_of)
    if as_json:
        return answer(result, as_json, [])
    shown = [by, "files", "files_failed", "checked", "failed", "failed_pct"]
    shown += ["failed_pct_change"] if by == "unit" else []
    table = table_of(f"rules since {result['since']}", *(name.replace("_", " ") for name in shown))
    for row in result["rows"]:
        table.add_row(*(f"{row[name]:.1f}" if isinstance(row[name], float) else str(row[name]) for name in shown))
    show(table)
    return DONE


@commands.command()
@period_option
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
@as_of_option
@now_option
@json_option
def docs(period: str, out: Path, as_of: datetime | None, now: datetime, as_json: bool) -> int:
    """Write Great Expectations' pages about a period's rows: every rule, how often it failed, on which cells."""
    with writing(out):
        result = steps.write_docs(open_settings(), period=period, out=out, now=as_of or now)
    return answer(result, as_json, [result["index"], f"{result['rows']} rows of {result['files']} files"])
