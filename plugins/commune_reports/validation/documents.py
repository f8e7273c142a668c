"""Great Expectations' Data Docs: one run over a period's files as static pages that open without a server or a network.

The library's pages fetch style sheets and scripts from content networks, and its first page is empty without them: whatever points
outside is taken out, a style sheet of our own is put in, and the first page is ours.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from commune_reports.errors import NeedsHuman
from commune_reports.plan import Plan
from commune_reports.validation.lines import Lines, Submitted
from commune_reports.validation.running import build_suite, judged
from commune_reports.validation.subjects import GRAINS, grain_of
from commune_reports.validation.suites import Rules

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


FAULT = re.compile(r'\w+: "(.*?)"\.\s+Traceback', re.DOTALL)


@dataclass(frozen=True)
class Period:
    """A period's files as submitted, with the names they came under."""

    batch: Sequence[Submitted]
    file_names: Mapping[str, str]
    moment: datetime


def write_data_docs(period: Period, plan: Plan, *, rules: Rules, templates: Path, out: Path) -> Path:
    """Write the pages of every suite that has something to look at in a period's files into a folder; the path of the first page.

    The folder is there and empty. NeedsHuman if a page could not be written or, as in the pipeline, a rule not be evaluated.
    """
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier

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
    source = context.data_sources.add_pandas(plan.id)
    suites: list[dict[str, Any]] = []
    fared: list[dict[str, Any]] = []
    for name, suite in rules.suites.items():
        lines = GRAINS[grain_of(suite)](period.batch, plan)
        if not lines.submitted:
            continue
        asset = source.add_dataframe_asset(f"period {period_id} {name}")
        looked_at = asset.add_batch_definition_whole_dataframe("lines")
        kept = context.suites.add(build_suite(suite))
        asked = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=looked_at, suite=kept))
        outcome = asked.run(
            batch_parameters={"dataframe": _named(lines, period.file_names)},
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
    with _nothing_swallowed():
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
        rows=sum(len(one.reading.rows) for one in period.batch),
        moment=period.moment.isoformat(),
        suites=suites,
        rules=sorted(fared, key=lambda one: -one["failed"]),
        style=Markup(style),
    )
    (out / "index.html").write_text(shown, encoding="utf-8")
    return out / "index.html"


@contextmanager
def _nothing_swallowed() -> Iterator[None]:
    """The library goes on without the pages it cannot write, and prints why: here the first such fault is NeedsHuman."""
    said: list[str] = []
    ear = logging.Handler(logging.ERROR)
    ear.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    builder = logging.getLogger("great_expectations.render.renderer.site_builder")
    builder.addHandler(ear)
    builder.propagate = False
    try:
        yield
    finally:
        builder.removeHandler(ear)
        builder.propagate = True
    if said:
        found = FAULT.search(said[0])
        raise NeedsHuman(f"Great Expectations cannot write its pages: {found[1] if found else said[0][:200]}")


def _keep_inside(page: Path, style: str) -> None:
    """Take out what a page would fetch from elsewhere or run, and put our looks in."""
    written = OUTSIDE.sub("", page.read_text(encoding="utf-8"))
    page.write_text(written.replace("</head>", f"<style>{style}</style></head>", 1), encoding="utf-8")


def _named(lines: Lines, file_names: Mapping[str, str]) -> "pd.DataFrame":
    """The frame of the rules with the names by which a person finds a line."""
    places = [next(iter(lines.about(number, "")), None) for number in range(len(lines.submitted))]
    return lines.frame().assign(
        unit=[one.unit_code for one in lines.submitted],
        file=[file_names.get(one.submission_id, one.submission_id) for one in lines.submitted],
        sheet=[(place.sheet if place else None) or "" for place in places],
        row=[str(place.row or "") if place else "" for place in places],
    )
