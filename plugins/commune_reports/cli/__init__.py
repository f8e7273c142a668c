"""The steps from a terminal: tables for people, --json for scripts, exit codes 0, 1, 2 and 3 as documented."""

from collections.abc import Sequence

from commune_reports.garbage import garbage_left_lying


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; every expected failure is one line on stderr and an exit code."""
    with garbage_left_lying():  # modules are none: looking for some among them is a seventh of starting
        from commune_reports.cli.running import run
    run(arguments)
