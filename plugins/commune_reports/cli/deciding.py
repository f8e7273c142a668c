"""What people decide about facts, from a terminal: withdraw a file, waive a rule, reopen a period, adopt a changed plan."""

from datetime import datetime

import click

from commune_reports import steps
from commune_reports.cli.terminal import MOMENT, answer, commands, json_option, now_option, open_settings, period_option
from commune_reports.cli.upkeep import plan

who_option = click.option("--by", "who", required=True, help="Who decides: name and office.")
reason_option = click.option("--reason", required=True, help="Why, in a sentence.")
until_option = click.option("--until", "until_at", type=MOMENT, required=True, help="Until which moment it holds.")


@commands.command()
@click.argument("submission")
@who_option
@reason_option
@now_option
@json_option
def withdraw(submission: str, who: str, reason: str, now: datetime, as_json: bool) -> int:
    """Take a file out of every figure from now on; SUBMISSION is its key or SHA-256 as `trace` shows it, or their beginning."""
    result = steps.withdraw(open_settings(), submission=submission, who=who, reason=reason, now=now)
    return answer(
        result, as_json, [f"{result['state']}: {result['file']} of unit {result['unit']} ({result['sha256']})"]
    )


@commands.command()
@click.option("--unit", required=True, help="Unit code, like 22492.")
@period_option
@click.option("--rule", required=True, help="Code of the finding, like nil_not_allowed.")
@who_option
@reason_option
@until_option
@now_option
@json_option
def waive(  # noqa: PLR0913, PLR0917
    unit: str, period: str, rule: str, who: str, reason: str, until_at: datetime, now: datetime, as_json: bool
) -> int:
    """Let what a rule finds have no consequences for a unit's files of a period that are judged from now on."""
    result = steps.waive(
        open_settings(), unit=unit, period=period, rule=rule, decision=steps.Decision(who, reason, until_at), now=now
    )
    return answer(result, as_json, [f"{rule} is waived for unit {unit} in {period} until {result['until']}"])


@commands.command()
@period_option
@who_option
@reason_option
@until_option
@now_option
@json_option
def reopen(period: str, who: str, reason: str, until_at: datetime, now: datetime, as_json: bool) -> int:
    """Collect a period beyond its deadline; what is late stays late, and enters the next revision."""
    decision = steps.Decision(who, reason, until_at)
    result = steps.reopen(open_settings(), period=period, decision=decision, now=now)
    return answer(result, as_json, [f"{period} is collected until {result['until']}"])


@plan.command("adopt")
@period_option
@who_option
@reason_option
@now_option
@json_option
def plan_adopt(period: str, who: str, reason: str, now: datetime, as_json: bool) -> int:
    """Let a changed plan hold for a period that is open already; figures as of earlier moments stay as they were."""
    result = steps.adopt_plan(open_settings(), period=period, decision=steps.Decision(who, reason), now=now)
    changes = result["changes"] or ["nothing that figures rest on changed"]
    return answer(result, as_json, [f"plan {result['plan']} holds for {period} as it is now:", *changes])
