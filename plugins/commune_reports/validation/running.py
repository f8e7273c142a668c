"""One Great Expectations run: suite × frame → results. Nothing else calls the library, and only when something is checked.

A suite whose rules did not all load, or a rule that could not be evaluated, is our failure and is raised: never a pass.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commune_reports.errors import NeedsHuman
from commune_reports.findings import Severity

if TYPE_CHECKING:
    import great_expectations as gx
    import pandas as pd


@dataclass(frozen=True)
class Rules:
    """The checked text of every suite, by suite name."""

    suites: Mapping[str, Mapping[str, Any]]


def load_suites(folder: Path, *, check: Callable[[Mapping[str, Any], str], None]) -> Rules:
    """Every suite in a folder, its rules' meta checked by the caller; NeedsHuman names file and rule that is not right."""
    suites = {}
    for path in sorted(folder.glob("*.json")):
        try:
            suite = json.loads(path.read_text(encoding="utf-8"))
            name, rules = suite["name"], suite["expectations"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NeedsHuman(f"expectation suite {path.name} is not right: {error!r}") from error
        for number, rule in enumerate(rules, start=1):
            _check_rule(rule, f"{path.name}, rule {number}", check)
        suites[name] = suite
    if not suites:
        raise NeedsHuman(f"no expectation suite in {folder}; nothing would be checked")
    return Rules(suites)


def prepare() -> None:
    """Import Great Expectations now, at a moment that suits the caller; it takes seconds."""
    import great_expectations  # noqa: F401


def run_suite(
    suite: Mapping[str, Any], frame: "pd.DataFrame", *, index_columns: Sequence[str]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """One Great Expectations run: every rule of a suite with its result, in the order of the file."""
    import great_expectations as gx

    built = build_suite(suite)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batch = context.data_sources.pandas_default.read_dataframe(frame)
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": list(index_columns)}
    outcome = batch.validate(built, result_format=wanted)
    yield from judged(suite, outcome)


def build_suite(suite: Mapping[str, Any]) -> "gx.ExpectationSuite":
    """The suite as Great Expectations has it, its rules numbered; NeedsHuman if a single one did not load."""
    import great_expectations as gx

    try:
        built = gx.ExpectationSuite(**json.loads(json.dumps(dict(suite))))
    except Exception as error:
        # Great Expectations raises many kinds here, all of which mean that our file is wrong.
        raise NeedsHuman(f"expectation suite {suite['name']} was not understood: {_one_line(error)}") from error
    if len(built.expectations) != len(suite["expectations"]):
        loaded = Counter(one.expectation_type for one in built.expectations)
        lost = Counter(rule["type"] for rule in suite["expectations"]) - loaded
        raise NeedsHuman(
            f"expectation suite {suite['name']}: {sum(lost.values())} rules did not load ({', '.join(lost)}); "
            "their type or severity is not known"
        )
    # Each rule carries its number, because results come back in an order of their own.
    for number, expectation in enumerate(built.expectations):
        expectation.meta = {**(expectation.meta or {}), "number": number}
    return built


def judged(suite: Mapping[str, Any], outcome: Any) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every rule with its result out of what a run gave; NeedsHuman for the first that was not evaluated."""
    results = {result.expectation_config.meta["number"]: result for result in outcome.results}
    for number, rule in enumerate(suite["expectations"]):
        result = results.get(number)
        trouble = _trouble(result)
        if trouble:
            raise NeedsHuman(
                f"rule {rule['meta']['finding']} ({rule['type']}) of suite {suite['name']} was not evaluated: {trouble}"
            )
        assert result is not None
        yield rule, result.result


def _trouble(result: Any) -> str | None:
    """Why a result cannot be believed: an exception inside the rule, or no count of rows."""
    if result is None:
        return "it gave no result"
    raised = result.exception_info or {}
    details = [raised] if "raised_exception" in raised else list(raised.values())
    for detail in details:
        if detail.get("raised_exception"):
            return _one_line(detail.get("exception_message"))
    if "element_count" not in result.result:
        return "it gave no count of rows"
    if not result.success and not result.result.get("unexpected_index_list"):
        return "it failed without naming rows"
    return None


def _check_rule(rule: Any, where: str, check: Callable[[Mapping[str, Any], str], None]) -> None:
    if not isinstance(rule, dict) or not {"type", "kwargs", "severity", "meta"} <= rule.keys():
        raise NeedsHuman(f"{where}: a rule needs type, kwargs, severity and meta")
    if rule["severity"] not in list(Severity):
        raise NeedsHuman(f"{where}: severity is {rule['severity']!r}; it must be {', '.join(Severity)}")
    meta = rule["meta"]
    if not isinstance(meta, dict) or not meta.get("finding"):
        raise NeedsHuman(f"{where}: meta.finding is missing; it names the rule's sentence in include/wordings")
    check(meta, where)


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300]
