"""Reports and letters from a terminal."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from commune_reports import steps
from commune_reports.cli.terminal import (
    DONE,
    MOMENT,
    NEEDS_A_PERSON,
    TRY_LATER,
    answer,
    as_of_option,
    commands,
    json_option,
    now_option,
    open_settings,
    period_option,
    show,
    table_of,
    writing,
)
from commune_reports.errors import NeedsHuman, Transient


@commands.command()
@period_option
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write to.")
@as_of_option
@now_option
def report(period: str, out: Path, as_of: datetime | None, now: datetime) -> int:
    """Write the consolidated report's files as of a moment."""
    with writing(out):
        paths = steps.render_report(open_settings(), period=period, as_of=as_of or now, out=out)
    for path in paths:
        click.echo(str(path))
    return DONE


@commands.command()
@period_option
@now_option
@json_option
def publish(period: str, now: datetime, as_json: bool) -> int:
    """Aggregate, render, queue and send the consolidated report."""
    settings = open_settings()
    result = steps.publish_period(settings, period=period, now=now)
    lines = [
        f"{result['state']}: {result['period']} revision {result['revision']} as of {result['as_of']}",
        *result["report"],
    ]
    try:
        sent = steps.deliver(settings, now=now)
    except (NeedsHuman, Transient):
        answer({**result, "delivery": None}, as_json, lines)  # the report stands and waits in the outbox
        raise
    answer({**result, "delivery": sent}, as_json, [*lines, *_delivery_lines(sent)])
    return _delivery_code(sent)


@commands.command()
@now_option
@json_option
def remind(now: datetime, as_json: bool) -> int:
    """Queue the reminders due now, to units that still owe something."""
    result = steps.remind(open_settings(), now=now)
    lines = [f"{period}: {', '.join(units)}" for period, units in result["units"].items()]
    return answer(result, as_json, [f"{result['queued']} reminders queued", *lines])


@commands.command()
@now_option
@json_option
def deliver(now: datetime, as_json: bool) -> int:
    """Drain the outbox."""
    settings = open_settings()
    result = {**steps.deliver(settings, now=now), **steps.answer(settings, now=now)}
    answer(result, as_json, _delivery_lines(result))
    return _delivery_code(result)


@commands.command()
@click.option("--now", type=MOMENT, default=None, is_eager=True, help="Business moment; everything known if not given.")
@as_of_option
@json_option
def outbox(now: datetime | None, as_of: datetime | None, as_json: bool) -> int:
    """Letters, their state and attempts."""
    result = steps.outbox_state(open_settings(), as_of=as_of or now)
    if as_json:
        return answer(result, as_json, [])
    table = table_of("outbox", "kind", "channel", "to", "subject", "state", "attempts")
    for letter in result["letters"]:
        to = ", ".join(letter["to"]) or letter["folder"] or "–"
        table.add_row(
            letter["kind"], letter["channel"], to, letter["subject"], letter["state"], str(len(letter["attempts"]))
        )
    show(table)
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
