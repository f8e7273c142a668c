"""`make bench`: how long and how much memory `commune-reports collect` takes for 1,000 workbooks of 33 rows.

The bare import of Great Expectations is measured in the same run, beside it, because it is paid once whatever the number of files.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from workbooks import PERIOD, filled_copies

from commune_reports.plan import load_plan
from commune_reports.settings import read_settings

FILES = 1_000
OPENING, MOMENT = "2023-12-15T07:00", "2024-12-16T09:00"


def main() -> None:
    """Prepare a share, collect it, and say what it took."""
    with tempfile.TemporaryDirectory(prefix="commune-reports-bench-") as scratch:
        environment = os.environ | {"COMMUNE_REPORTS_HOME": scratch, "COMMUNE_REPORTS_SETTLE_SECONDS": "0"}
        _run(environment, "open", "--period", PERIOD.id, "--now", OPENING)
        _fill(Path(scratch) / "share")
        bare = _timed([sys.executable, "-c", "import great_expectations"], environment)
        seconds = _timed(
            [sys.executable, "-m", "commune_reports.cli", "collect", "--now", MOMENT, "--json"], environment
        )
        peak = _children()
        print(
            f"{FILES} workbooks of 33 rows: collect {seconds:.1f} s, of which importing Great Expectations {bare:.1f} s"
        )
        print(
            f"beyond the import: {seconds - bare:.1f} s ({1000 * (seconds - bare) / FILES:.1f} ms per workbook), ",
            end="",
        )
        print(f"{(seconds - bare) / bare:.1f} times the import; peak memory {peak / 1024:.0f} MB")


def _fill(share: Path) -> None:
    """Drop the workbooks into their units' folders."""
    settings = read_settings({})
    with tempfile.TemporaryDirectory(prefix="commune-reports-bench-") as scratch:
        for number, (unit, path) in enumerate(
            filled_copies(settings, load_plan(settings.plan_file), Path(scratch), count=FILES)
        ):
            shutil.move(path, share / unit.folder / "nop" / f"bao cao {number}.xlsx")


def _run(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "commune_reports.cli", *arguments],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _timed(command: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True)
    return time.perf_counter() - began


def _children() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss


if __name__ == "__main__":
    main()
