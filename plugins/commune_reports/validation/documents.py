"""Great Expectations' Data Docs: one run over a period's rows as static pages that open without a server."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from commune_reports.plan import Plan
from commune_reports.validation.rows import Submitted, frame_of
from commune_reports.validation.running import Rules, build_suite, judged

if TYPE_CHECKING:
    import pandas as pd

SITE = "pages"
# What names a failed row on a page.
INDEX_COLUMNS = ("unit", "file", "sheet", "row")


def write_data_docs(
    batch: Sequence[Submitted], plan: Plan, *, rules: Rules, file_names: Mapping[str, str], out: Path, moment: datetime
) -> Path:
    """Write the pages of every suite over the rows of all files into a folder; the path of the first page.

    A rule that could not be evaluated is NeedsHuman, as in the pipeline.
    """
    import great_expectations as gx
    from great_expectations.core.run_identifier import RunIdentifier

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
    period = batch[0].period.id
    asset = context.data_sources.add_pandas(plan.id).add_dataframe_asset(f"period {period}")
    rows = asset.add_batch_definition_whole_dataframe("rows")
    frame = _named(batch, plan, file_names)
    for name, suite in rules.suites.items():
        kept = context.suites.add(build_suite(suite))
        asked = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=rows, suite=kept))
        outcome = asked.run(
            batch_parameters={"dataframe": frame},
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(INDEX_COLUMNS)},
            run_id=RunIdentifier(run_name=f"{plan.id} {period}", run_time=moment),
        )
        for _ in judged(suite, outcome):
            pass
    context.build_data_docs(site_names=[SITE])
    return out / "index.html"


def _named(batch: Sequence[Submitted], plan: Plan, file_names: Mapping[str, str]) -> "pd.DataFrame":
    """The frame of the rules with the names by which a person finds a row."""
    rows = [(submitted, row) for submitted in batch for row in submitted.reading.rows]
    return frame_of(rows, plan).assign(
        unit=[submitted.unit_code for submitted, _ in rows],
        file=[file_names.get(submitted.submission_id, submitted.submission_id) for submitted, _ in rows],
        sheet=[row.sheet for _, row in rows],
        row=[row.row for _, row in rows],
    )
