"""Reading and validating 1,000 workbooks of 33 rows, beside other ways of doing it, in one run on the same files.

Bare: every cell read by the fastest reader, nothing understood. Ours: read, understood and validated by all rules.
Frictionless: `frictionless validate` with a schema of the table. Textbook: pandas and openpyxl, one Great Expectations run
per file; once with the six rules that can be said without a prepared frame, on a part of the files once with all of ours,
the frames prepared for them at no charge. Importing is in none of the figures. Last, marking workbooks with ten findings each.
The first three are measured in three turns, of which the median counts.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from workbooks import PERIOD, filled_copies

from commune_reports.findings import STATUS_LABELS, load_wordings
from commune_reports.marking import Heading, mark
from commune_reports.plan import Plan, Unit, load_plan
from commune_reports.settings import Settings, read_settings
from commune_reports.steps.examining import Bench, Incoming, examine, submitted_files
from commune_reports.template import HEAD_ROW
from commune_reports.validation.lines import Lines, Submitted
from commune_reports.validation.subjects import GRAINS, grain_of

MOMENT = datetime(2024, 12, 16, 2, 0, tzinfo=UTC)
MOST_WITH_ALL_RULES = 40
# How many of the ways take so little time that they are measured several times, and how often.
IN_TURNS, TURNS = 3, 3
Files = Sequence[tuple[Unit, Path]]


def main() -> None:
    """Write the workbooks, measure each way and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1_000)
    count = parser.parse_args().files
    settings = read_settings({})
    plan = load_plan(settings.plan_file)
    with tempfile.TemporaryDirectory(prefix="commune-reports-bench-") as scratch:
        files = filled_copies(settings, plan, Path(scratch), count=count)
        some = files[:: -(-count // MOST_WITH_ALL_RULES)]
        ways: dict[str, tuple[Files, Callable[[Files], None]]] = {
            "bare reading of all cells (calamine)": (files, _bare),
            "ours: reading and validation": (files, _ours(settings, plan)),
            "frictionless validate": (files, _frictionless()),
            "textbook: pandas, openpyxl, one GX run per file": (files, _textbook()),
            f"textbook with all our rules ({len(some)} files)": (some, _textbook_with_our_rules(settings, plan, some)),
            f"marking ({len(some)} files, ten findings each)": (some, _marking(settings)),
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        # The short ones in turns: a machine that others use as well is now faster, now slower.
        for name in [*list(ways)[:IN_TURNS] * TURNS, *list(ways)[IN_TURNS:]]:
            taken, way = ways[name]
            began = time.perf_counter()
            way(taken)
            seconds[name].append(time.perf_counter() - began)
        each = {name: statistics.median(seconds[name]) for name in ways}
        for name, (taken, _) in ways.items():
            print(f"{name:<50}{each[name]:>8.1f} s {1000 * each[name] / len(taken):>8.1f} ms per file")
        bare, ours, frictionless, textbook, all_rules, _ = (
            each[name] / len(taken) for name, (taken, _) in ways.items()
        )
    print(
        f"ours takes {ours / bare:.1f} times the bare reading; frictionless takes {frictionless / ours:.1f} times ours,"
    )
    print(f"the textbook way {textbook / ours:.0f} times ours, with as many rules {all_rules / ours:.0f} times")


def _bare(files: Files) -> None:
    for _, path in files:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            for name in workbook.sheet_names:
                workbook.get_sheet_by_name(name).to_python()


def _ours(settings: Settings, plan: Plan) -> Callable[[Files], None]:
    bench = Bench.load(settings, plan)
    examine(bench, [Incoming("0", "a", Path(__file__), None, MOMENT)])  # imports what is imported once

    def way(files: Files) -> None:
        wrong = [one for one in examine(bench, _batch(files)) if one.assessment.verdict != "accepted"]
        assert not wrong, wrong[0].assessment.findings

    return way


def _batch(files: Files) -> list[Incoming]:
    return [
        Incoming(str(number), path.name, path, unit.code, MOMENT, PERIOD.id)
        for number, (unit, path) in enumerate(files)
    ]


def _frictionless() -> Callable[[Files], None]:
    from frictionless import Dialect, Resource, Schema, formats

    schema = Schema.from_descriptor(
        {
            "fields": [
                {"name": "STT", "type": "any"},
                {"name": "Mã nhiệm vụ", "type": "string", "constraints": {"pattern": "[A-Z]{3}-\\d\\d\\.\\d"}},
                {"name": "Nhiệm vụ, giải pháp", "type": "string"},
                {"name": "Cơ quan thực hiện", "type": "string"},
                {"name": "Kỳ trước đã báo cáo", "type": "any"},
                {"name": "Tình trạng", "type": "string", "constraints": {"enum": list(STATUS_LABELS.values())}},
                {"name": "Tiến độ (%)", "type": "number", "constraints": {"minimum": 0, "maximum": 100}},
                {"name": "Kết quả thực hiện", "type": "string"},
                {"name": "Số, ký hiệu văn bản/sản phẩm", "type": "string"},
                {"name": "Ngày hoàn thành", "type": "date"},
                {"name": "Khó khăn, vướng mắc", "type": "string"},
                {"name": "Đề xuất, kiến nghị", "type": "string"},
                {"name": "Ghi chú", "type": "string"},
            ]
        }
    )

    def way(files: Files) -> None:
        for _, path in files:
            dialect = Dialect(header_rows=[HEAD_ROW], controls=[formats.ExcelControl(sheet=1)])
            resource = Resource(path=path.name, basepath=str(path.parent), dialect=dialect, schema=schema)
            resource.validate(limit_errors=100)

    return way


def _textbook() -> Callable[[Files], None]:
    import great_expectations as gx
    import pandas as pd

    def rules() -> list[Any]:
        status, progress = "Tình trạng", "Tiến độ (%)"
        return [
            gx.expectations.ExpectColumnValuesToNotBeNull(column=status),
            gx.expectations.ExpectColumnValuesToBeInSet(column=status, value_set=list(STATUS_LABELS.values())),
            gx.expectations.ExpectColumnValuesToBeBetween(column=progress, min_value=0, max_value=100),
            gx.expectations.ExpectColumnValuesToNotBeNull(column="Kết quả thực hiện", mostly=0.5),
            gx.expectations.ExpectColumnValuesToBeUnique(column="Mã nhiệm vụ"),
            gx.expectations.ExpectColumnValuesToMatchRegex(column="Mã nhiệm vụ", regex=r"[A-Z]{3}-\d\d\.\d"),
        ]

    def way(files: Files) -> None:
        for _, path in files:
            frame = pd.read_excel(path, header=HEAD_ROW - 1, engine="openpyxl")
            frame = frame[frame["Mã nhiệm vụ"].astype(str).str.contains("-")]
            context = gx.get_context(mode="ephemeral")
            context.variables.progress_bars = {"globally": False}
            batch = context.data_sources.pandas_default.read_dataframe(frame)
            batch.validate(gx.ExpectationSuite(name="textbook", expectations=rules()))

    return way


def _textbook_with_our_rules(settings: Settings, plan: Plan, files: Files) -> Callable[[Files], None]:
    import great_expectations as gx
    import pandas as pd

    bench = Bench.load(settings, plan)
    submitted = submitted_files(bench, _batch(files))
    frames = {
        path: [(suite, lines.frame()) for suite in bench.rules.suites.values() if (lines := _lines(suite, one, plan))]
        for (_, path), one in zip(files, submitted, strict=True)
    }

    def way(files: Files) -> None:
        for _, path in files:
            pd.read_excel(path, header=HEAD_ROW - 1, engine="openpyxl")
            for suite, frame in frames[path]:
                context = gx.get_context(mode="ephemeral")
                context.variables.progress_bars = {"globally": False}
                batch = context.data_sources.pandas_default.read_dataframe(frame)
                batch.validate(gx.ExpectationSuite(**json.loads(json.dumps(dict(suite)))))

    return way


def _marking(settings: Settings) -> Callable[[Files], None]:
    wordings = load_wordings(settings.include)
    found = [
        wordings.finding(
            "progress_out_of_range", sheet="Báo cáo", cell=f"G{row}", row=row, got="120", wanted="0 đến 100"
        )
        for row in range(HEAD_ROW + 5, HEAD_ROW + 15)
    ]

    def way(files: Files) -> None:
        for unit, path in files:
            heading = Heading("Có 10 ô cần sửa", [("Đơn vị", unit.full_name), ("Kỳ", PERIOD.label), ("Tệp", path.name)])
            assert mark(path.read_bytes(), found, heading=heading) is not None

    return way


def _lines(suite: Mapping[str, Any], submitted: Submitted, plan: Plan) -> Lines | None:
    lines = GRAINS[grain_of(suite)]([submitted], plan)
    return lines if lines.submitted else None


if __name__ == "__main__":
    main()
