"""The steps from a terminal: tables for people, --json for scripts, exit codes 0, 1, 2 and 3 as documented."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from commune_reports import steps, warehouse
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.period import ZONE
from commune_reports.plan import load_plan
from commune_reports.settings import Settings, read_settings

DONE, NEEDS_A_PERSON, WRONG_USE, TRY_LATER = 0, 1, 2, 3
TRACED = ("unit_code", "task_code", "status", "progress_pct", "file_name", "sheet", "row", "sha256")
NARROWEST = 120
TIMELINESS = {"on_time": "on time", "late": "late", "missing": "missing"}


class _Moment(click.ParamType[datetime]):
    name = "ISO8601"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a moment; write it like 2024-11-18T17:00:00 or 2024-11-18T17:00:00+07:00")
        return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


MOMENT = _Moment()
now_option = click.option(
    "--now", type=MOMENT, default=lambda: datetime.now(tz=ZONE), help="Business moment; the clock if not given."
)
as_of_option = click.option(
    "--as-of", type=MOMENT, default=None, help="Facts known at this moment; --now if not given."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable answer.")
period_option = click.option("--period", required=True, help="2024-11, 2024-Q4, 2024-H1, 2024-9M or 2024.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="commune-reports")
def commands() -> None:
    """Collect, check, add up and deliver the communes' task reports."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every expected failure is one line on stderr and an exit code."""
    try:
        code = commands.main(args=arguments, prog_name="commune-reports", standalone_mode=False)
    except click.ClickException as error:
        _complain(error.format_message())
        code = WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        _complain("stopped; run the same command again to go on")
        code = TRY_LATER
    except NeedsHuman as error:
        _complain(str(error))
        code = WRONG_USE
    except Transient as error:
        _complain(f"{error} (try again later)")
        code = TRY_LATER
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code if isinstance(code, int) else DONE)


@commands.command()
@click.option("--unit", required=True, help="Unit code, like 22492.")
@period_option
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Workbook to write.")
@now_option
def template(unit: str, period: str, out: Path, now: datetime) -> int:
    """Write the workbook a commune fills, with last period's state carried over."""
    with _writing(out):
        steps.write_unit_template(_settings(), unit=unit, period=period, out=out, now=now)
    click.echo(str(out))
    return DONE


@commands.command("open")
@click.option("--period", default=None, help="Only this period; every current one if not given.")
@now_option
@json_option
def open_(period: str | None, now: datetime, as_json: bool) -> int:
    """Open reporting periods: obligations, folders, templates, announcements."""
    result = steps.open_periods(_settings(), now=now, period=period)
    lines = [
        f"{one['period']}: {one['obligations']} new obligations, {one['templates']} templates"
        for one in result["opened"]
    ]
    return _answer(result, as_json, lines or ["no period is current"])


@commands.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--unit", default=None, help="Unit code; what the file says if not given.")
@click.option("--period", default=None, help="Period; what the file says if not given.")
@click.option(
    "--marked",
    "marked_to",
    default=None,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for copies with the wrong cells marked.",
)
@now_option
@json_option
def check(files: tuple[Path, ...], as_json: bool, **asked: Any) -> int:
    """Read and validate files as the pipeline would; changes nothing."""
    code = DONE
    for answer in steps.check(_settings(), files, steps.Asked(**asked)):
        if answer["verdict"] != "accepted" or answer["findings"]:
            code = NEEDS_A_PERSON
        if as_json:
            click.echo(json.dumps(answer, ensure_ascii=False))
            sys.stdout.flush()
        else:
            _show_check(answer)
    return code


@commands.command()
@now_option
@json_option
def collect(now: datetime, as_json: bool) -> int:
    """One pass over the shared folder: claim, check, store, answer."""
    result = steps.collect(_settings(), now=now)
    lines = [
        f"{result['claimed']} files claimed; {result['accepted']} accepted, {result['partly_accepted']} partly accepted, "
        f"{result['rejected']} rejected; {result['rows']} task rows stored, {result['answers']} answers written"
    ]
    lines += [f"not readable: {one['file']}: {one['reason']}" for one in result["unreadable"]]
    _answer(result, as_json, lines)
    return NEEDS_A_PERSON if result["partly_accepted"] or result["rejected"] or result["unreadable"] else DONE


@commands.command()
@period_option
@as_of_option
@now_option
@json_option
def status(period: str, as_of: datetime | None, now: datetime, as_json: bool) -> int:
    """Who reported, who is late, who is missing, task by task."""
    result = steps.status(_settings(), period=period, now=now, as_of=as_of)
    if as_json:
        return _answer(result, as_json, [])
    table = _table(_heading(result), "unit", "name", "timeliness", "verdict", "owed", "reported", "nil", "missing")
    for unit in result["units"]:
        table.add_row(
            unit["unit"],
            unit["name"],
            TIMELINESS[unit["timeliness"]],
            unit["verdict"] or "–",
            *(str(unit[name]) for name in ("owed", "reported", "nil")),
            ", ".join(one["task"] for one in unit["missing"]) or "–",
        )
    _print(table)
    return DONE


@commands.command()
@period_option
@as_of_option
@now_option
@json_option
def aggregate(period: str, as_of: datetime | None, now: datetime, as_json: bool) -> int:
    """Scores by indicator, per unit and for the district."""
    result = steps.aggregate(_settings(), period=period, now=now, as_of=as_of)
    if as_json:
        return _answer(result, as_json, [])
    table = _table(_heading(result), "code", "title", "score", "coverage", "on time", "owed", "missing")
    for one in (*result["indices"], *result["indicators"]):
        rates = (
            f"{one[name]:.1f}" if one[name] is not None else "–" for name in ("score", "coverage_pct", "on_time_pct")
        )
        table.add_row(one["code"], one["title"], *rates, str(one["owed"]), str(one["missing"]))
    _print(table)
    return DONE


@commands.command()
@period_option
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
@as_of_option
@now_option
def report(period: str, out: Path, as_of: datetime | None, now: datetime) -> int:
    """Write the consolidated report's files as of a moment."""
    with _writing(out):
        paths = steps.render_report(_settings(), period=period, as_of=as_of or now, out=out)
    for path in paths:
        click.echo(str(path))
    return DONE


@commands.command()
@period_option
@now_option
@json_option
def publish(period: str, now: datetime, as_json: bool) -> int:
    """Aggregate, render, queue and send the consolidated report."""
    settings = _settings()
    result = steps.publish_period(settings, period=period, now=now)
    sent = steps.deliver(settings, now=now)
    lines = [
        f"{result['state']}: {result['period']} revision {result['revision']} as of {result['as_of']}",
        *result["report"],
    ]
    _answer({**result, "delivery": sent}, as_json, [*lines, *_delivery_lines(sent)])
    return _delivery_code(sent)


@commands.command()
@now_option
@json_option
def remind(now: datetime, as_json: bool) -> int:
    """Queue the reminders due now, to units that still owe something."""
    result = steps.remind(_settings(), now=now)
    lines = [f"{period}: {', '.join(units)}" for period, units in result["units"].items()]
    return _answer(result, as_json, [f"{result['queued']} reminders queued", *lines])


@commands.command()
@now_option
@json_option
def deliver(now: datetime, as_json: bool) -> int:
    """Drain the outbox."""
    settings = _settings()
    result = {**steps.deliver(settings, now=now), **steps.answer(settings, now=now)}
    _answer(result, as_json, _delivery_lines(result))
    return _delivery_code(result)


@commands.command()
@period_option
@click.option("--indicator", default=None, help="Indicator code, like PCI-03; all if not given.")
@click.option("--unit", default=None, help="Unit code; the whole district if not given.")
@as_of_option
@now_option
@json_option
def trace(
    period: str, indicator: str | None, unit: str | None, as_of: datetime | None, now: datetime, as_json: bool
) -> int:
    """Lead a figure back to file (SHA-256), sheet and cell."""
    result = steps.trace(_settings(), period=period, now=now, indicator=indicator, unit=unit, as_of=as_of)
    if as_json:
        return _answer(result, as_json, [])
    table = _table(_heading(result), "unit", "task", "status", "progress", "file", "sheet", "row", "sha256")
    for row in result["rows"]:
        shown = {**row, "sha256": (row["sha256"] or "")[:12]}
        table.add_row(*("–" if shown[name] in (None, "") else str(shown[name]) for name in TRACED))
    _print(table)
    return DONE


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
    result = steps.rules(_settings(), by=by, now=now, since=since, as_of=as_of)
    if as_json:
        return _answer(result, as_json, [])
    shown = [by, "files", "files_failed", "checked", "failed", "failed_pct"]
    shown += ["failed_pct_change"] if by == "unit" else []
    table = _table(f"rules since {result['since']}", *(name.replace("_", " ") for name in shown))
    for row in result["rows"]:
        table.add_row(*(f"{row[name]:.1f}" if isinstance(row[name], float) else str(row[name]) for name in shown))
    _print(table)
    return DONE


@commands.command()
@period_option
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
@now_option
@json_option
def docs(period: str, out: Path, now: datetime, as_json: bool) -> int:
    """Write Great Expectations' pages about a period's rows: every rule, how often it failed, on which cells."""
    with _writing(out):
        result = steps.write_docs(_settings(), period=period, out=out, now=now)
    return _answer(result, as_json, [result["index"], f"{result['rows']} rows of {result['files']} files"])


@commands.command()
@json_option
def outbox(as_json: bool) -> int:
    """Letters, their state and attempts."""
    result = steps.outbox_state(_settings())
    if as_json:
        return _answer(result, as_json, [])
    table = _table("outbox", "kind", "channel", "to", "subject", "state", "attempts")
    for letter in result["letters"]:
        to = ", ".join(letter["to"]) or letter["folder"] or "–"
        table.add_row(
            letter["kind"], letter["channel"], to, letter["subject"], letter["state"], str(len(letter["attempts"]))
        )
    _print(table)
    return DONE


@commands.group()
def plan() -> None:
    """The plan file."""


@plan.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def plan_check(file: Path) -> int:
    """Check a plan file; every error names its line and what was expected."""
    checked = load_plan(file)
    click.echo(
        f"{file}: plan {checked.id} is in order: {len(checked.indicators)} indicators, {len(checked.tasks)} tasks"
    )
    return DONE


@plan.command("show")
@json_option
def plan_show(as_json: bool) -> int:
    """Show the plan in use."""
    shown = load_plan(_settings().plan_file)
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
    return _answer(result, as_json, lines)


@commands.group()
def db() -> None:
    """The warehouse."""


@db.command("upgrade")
def db_upgrade() -> int:
    """Make or upgrade the warehouse's tables."""
    settings = _settings()
    revision = warehouse.upgrade(settings.warehouse_url)
    click.echo(f"warehouse is at revision {revision}")
    return DONE


def _settings() -> Settings:
    return read_settings(os.environ)


def _answer(result: dict[str, Any], as_json: bool, lines: Sequence[str]) -> int:
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        for line in lines:
            click.echo(line)
    return DONE


def _delivery_lines(sent: dict[str, Any]) -> list[str]:
    counts = ", ".join(
        f"{sent[name]} {name.replace('_', ' ')}" for name in ("sent", "partly_refused", "refused", "deferred")
    )
    return [f"letters: {counts}", *sent["troubles"]]


def _delivery_code(sent: dict[str, Any]) -> int:
    if sent["refused"] or sent["partly_refused"]:
        return NEEDS_A_PERSON
    return TRY_LATER if sent["deferred"] else DONE


def _show_check(answer: dict[str, Any]) -> None:
    rows = answer["rows"]
    heading = f"{answer['file']}: {answer['verdict']}, {rows['accepted']} of {rows['read']} rows accepted, {rows['owed']} owed"
    if not answer["findings"]:
        click.echo(heading)
        return
    if answer.get("marked"):
        heading += f"\nmarked: {answer['marked']}"
    table = _table(heading, "severity", "sheet", "cell", "task", "message")
    for one in answer["findings"]:
        table.add_row(one["severity"], one["sheet"] or "–", one["cell"] or "–", one["task"] or "–", one["message"])
    _print(table)


def _heading(result: dict[str, Any]) -> str:
    return f"{result['label']} as of {result['as_of']}"


def _print(table: Table) -> None:
    """A table as wide as the terminal, or wide enough for a file."""
    console = Console()
    (console if console.is_terminal else Console(width=NARROWEST)).print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NeedsHuman(f"{out} cannot be written: {error.strerror}") from error


def _complain(message: str) -> None:
    click.echo(f"commune-reports: {' '.join(message.split())}", err=True)


if __name__ == "__main__":
    main()
