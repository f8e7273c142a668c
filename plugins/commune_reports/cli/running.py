"""One command of the many, and what its failures are to a terminal."""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import click

# Each of these puts its commands into the group.
from commune_reports.cli import collecting, deciding, figures, keeping, reading_out, sending, upkeep
from commune_reports.cli.terminal import DONE, TRY_LATER, WRONG_USE, commands
from commune_reports.errors import NeedsHuman, Transient

__all__ = ["collecting", "commands", "deciding", "figures", "keeping", "reading_out", "run", "sending", "upkeep"]


DRIVERS = ("sqlalchemy.pool", "psycopg")


def run(arguments: Sequence[str] | None) -> None:
    """Run one command; every expected failure is one line on stderr and an exit code. Who is ended cleans up as for Ctrl-C."""
    if sys.stdout is None:  # closed by the caller: what is done counts, not what is said
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    # What they would print about a connection that broke, our one line says.
    for name in DRIVERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
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
    finally:
        signal.signal(signal.SIGTERM, before)
    sys.exit(code if isinstance(code, int) else DONE)


def _complain(message: str) -> None:
    click.echo(f"commune-reports: {' '.join(message.split())}", err=True)
