"""Great Expectations' Data Docs: one run over a period's rows as static pages that open without a server or a network.

The library's pages fetch style sheets and scripts from content networks, and its first page is empty without them: whatever points
outside is taken out, a style sheet of our own is put in, and the first page is ours.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from commune_reports.errors import NeedsHuman
from commune_reports.plan import Plan
from commune_reports.validation.rows import Submitted, frame_of
from commune_reports.validation.running import Rules, build_suite, judged

if TYPE_CHECKING:
    import pandas as pd

SITE = "pages"
# What names a failed row on a page.
INDEX_COLUMNS = ("unit", "file", "sheet", "row")
OUTSIDE = re.compile(
    r'<link\b[^>]*href="https?://[^>]*>|<script\b[^>]*src="https?://[^>]*>\s*</script>|<img\b[^>]*src="https?://[^>]*>'
    r"|<script\b.*?</script>|<footer\b.*?</footer>|<style\b.*?</style>",
    re.DOTALL,
)


@dataclass(frozen=True)
class Period:
    """A period's files as submitted, with the names they came under."""

    batch: Sequence[Submitted]
    file_names: Mapping[str, str]
    moment: datetime


def write_data_docs(period: Period, plan: Plan, *, rules: Rules, templates: Path, out: Path) -> Path:
    """Write the pages of every suite over the rows of all files into a folder; the path of the first page.

    NeedsHuman if the folder has something in it, or, as in the pipeline, a rule could not be evaluated.
    """
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier

    if out.exists() and any(out.iterdir()):
        raise NeedsHuman(f"{out} is not empty; name a new folder, so that pages of two runs do not mix")
    out.mkdir(parents=True, exist_ok=True)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    for name in list(context.variables.data_docs_sites or {}):
        context.delete_data_docs_site(name)
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(out.resolve())}
    site = {
        "class_name": "SiteBuilder",
        "store_backend": store,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "show_how_to_buttons": False,
    }
    context.add_data_docs_site(SITE, site)
    period_id = period.batch[0].period.id
    asset = context.data_sources.add_pandas(plan.id).add_dataframe_asset(f"period {period_id}")
    rows = asset.add_batch_definition_whole_dataframe("rows")
    frame = _named(period, plan)
    suites: list[dict[str, Any]] = []
    fared: list[dict[str, Any]] = []
    for name, suite in rules.suites.items():
        kept = context.suites.add(build_suite(suite))
        asked = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=rows, suite=kept))
        outcome = asked.run(
            batch_parameters={"dataframe": frame},
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(INDEX_COLUMNS)},
            run_id=RunIdentifier(run_name=f"{plan.id} {period_id}", run_time=period.moment),
        )
        of_suite = [
            {
                "rule": rule["meta"]["finding"],
                "severity": plan.severities.get(rule["meta"]["finding"], rule["severity"]),
                "checked": result["element_count"],
                "failed": len(result.get("unexpected_index_list") or ()),
            }
            for rule, result in judged(suite, outcome)
        ]
        fared += of_suite
        passed = sum(not one["failed"] for one in of_suite)
        suites.append({"name": name, "rules": len(of_suite), "passed": passed, "suite": f"expectations/{name}.html"})
    context.build_data_docs(site_names=[SITE])
    style = (templates / "data-docs.css").read_text(encoding="utf-8")
    for page in out.rglob("*.html"):
        _keep_inside(page, style)
    for one in suites:
        [result] = (out / "validations" / one["name"]).rglob("*.html")
        one["result"] = result.relative_to(out).as_posix()
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined)
    shown = environment.get_template("data-docs-index.html.j2").render(
        plan=plan.id,
        period=period_id,
        files=len(period.batch),
        rows=len(frame),
        moment=period.moment.isoformat(),
        suites=suites,
        rules=sorted(fared, key=lambda one: -one["failed"]),
        style=Markup(style),
    )
    (out / "index.html").write_text(shown, encoding="utf-8")
    return out / "index.html"


def _keep_inside(page: Path, style: str) -> None:
    """Take out what a page would fetch from elsewhere or run, and put our looks in."""
    written = OUTSIDE.sub("", page.read_text(encoding="utf-8"))
    page.write_text(written.replace("</head>", f"<style>{style}</style></head>", 1), encoding="utf-8")


def _named(period: Period, plan: Plan) -> "pd.DataFrame":
    """The frame of the rules with the names by which a person finds a row."""
    rows = [(submitted, row) for submitted in period.batch for row in submitted.reading.rows]
    return frame_of(rows, plan).assign(
        unit=[submitted.unit_code for submitted, _ in rows],
        file=[period.file_names.get(submitted.submission_id, submitted.submission_id) for submitted, _ in rows],
        sheet=[row.sheet for _, row in rows],
        row=[row.row for _, row in rows],
    )
