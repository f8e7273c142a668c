"""Reading and validating 1,000 workbooks of 33 rows, beside other ways of doing it, in one run on the same files.

Bare: every cell read by the fastest reader, nothing understood. Ours: read, understood and validated by all rules.
Frictionless: `frictionless validate` with a schema of the table. Textbook: pandas and openpyxl, one Great Expectations run
per file, with as many rules as can be said without a prepared frame. Importing is in none of the figures.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from workbooks import PERIOD, filled_copies

from commune_reports.findings import STATUS_LABELS
from commune_reports.plan import Plan, Unit, load_plan
from commune_reports.settings import Settings, read_settings
from commune_reports.steps.examining import Bench, Incoming, examine
from commune_reports.template import HEAD_ROW

MOMENT = datetime(2024, 12, 16, 2, 0, tzinfo=UTC)
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
        ways = {
            "bare reading of all cells (calamine)": _bare,
            "ours: reading and validation": _ours(settings, plan),
            "frictionless validate": _frictionless(),
            "textbook: pandas, openpyxl, one GX run per file": _textbook(),
        }
        seconds = {}
        for name, way in ways.items():
            began = time.perf_counter()
            way(files)
            seconds[name] = time.perf_counter() - began
            print(f"{name:<50}{seconds[name]:>8.1f} s {1000 * seconds[name] / count:>8.1f} ms per file", flush=True)
    bare, ours, frictionless, textbook = seconds.values()
    print(
        f"ours takes {ours / bare:.1f} times the bare reading; frictionless takes {frictionless / ours:.1f} times ours,"
    )
    print(f"the textbook way {textbook / ours:.0f} times ours")


def _bare(files: Files) -> None:
    for _, path in files:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            for name in workbook.sheet_names:
                workbook.get_sheet_by_name(name).to_python()


def _ours(settings: Settings, plan: Plan) -> Callable[[Files], None]:
    bench = Bench.load(settings, plan)
    examine(bench, [Incoming("0", "a", b"", None, MOMENT)])  # imports what is imported once

    def way(files: Files) -> None:
        batch = [
            Incoming(str(number), path.name, path.read_bytes(), unit.code, MOMENT, PERIOD.id)
            for number, (unit, path) in enumerate(files)
        ]
        wrong = [one for one in examine(bench, batch) if one.assessment.verdict != "accepted"]
        assert not wrong, wrong[0].assessment.findings

    return way


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


if __name__ == "__main__":
    main()
