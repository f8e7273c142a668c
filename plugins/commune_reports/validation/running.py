"""A suite over a frame: every rule with its result, or an error naming the rule that did not speak."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from commune_reports.errors import NeedsHuman
from commune_reports.garbage import garbage_left_lying
from commune_reports.validation.configurations import configurations_kept

if TYPE_CHECKING:
    import great_expectations as gx
    import pandas as pd

INDEX_COLUMNS = ("row_key",)
# The arguments that name columns; rules of other kinds than about each row are asked even of no rows at all.
COLUMNS, ABOUT_EACH_ROW = ("column", "column_A", "column_B"), ("expect_column_values_", "expect_column_pair_values_")
NOTHING_TO_JUDGE: Mapping[str, Any] = {"element_count": 0, "unexpected_index_list": []}
COUNTING = {"result_format": "BASIC", "partial_unexpected_count": 0}
NAMING = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": list(INDEX_COLUMNS),
    "return_unexpected_index_query": False,
}
CONDITIONAL = ("row_condition", "condition_parser")


def prepare() -> None:
    """Import and set up Great Expectations now, at a moment that suits the caller; it takes seconds."""
    with garbage_left_lying():
        _lines()


def run_suite(suite: Mapping[str, Any], frame: "pd.DataFrame") -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every rule of a suite with its result, in the order of the file; rules about the same rows share a run."""
    build_suite(suite)
    results: dict[int, Mapping[str, Any]] = {}
    for condition, numbers in _by_condition(suite).items():
        rules = [_without_condition(suite["expectations"][number]) for number in numbers]
        part = {**suite, "expectations": rules}
        rows = _narrowed(frame, part, condition)
        if not len(rows) and all(map(_is_about_each_row, rules)):
            results |= dict.fromkeys(numbers, NOTHING_TO_JUDGE)
            continue
        batch = _lines().get_batch(batch_parameters={"dataframe": rows})
        results |= dict(zip(numbers, _answers(part, batch), strict=True))
    yield from ((rule, results[number]) for number, rule in enumerate(suite["expectations"]))


@cache
def _lines() -> Any:
    """Where frames are handed in to Great Expectations: made once, for it takes as long as a rule and keeps none of them."""
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("lines")
    return asset.add_batch_definition_whole_dataframe("all")


def _is_about_each_row(rule: Mapping[str, Any]) -> bool:
    return rule["type"].startswith(ABOUT_EACH_ROW) and "_type" not in rule["type"]  # a type is one of the column


def _answers(suite: Mapping[str, Any], batch: Any) -> list[Mapping[str, Any]]:
    """The result of every rule, with its rows where some failed: naming rows takes as long again as counting them."""
    counted = list(judged(suite, _validated(suite, batch, COUNTING), names_rows=False))
    failed = [number for number, (_, result) in enumerate(counted) if result.get("unexpected_count", 1)]
    answers = [result for _, result in counted]
    if failed:
        part = {**suite, "expectations": [suite["expectations"][number] for number in failed]}
        named = judged(part, _validated(part, batch, NAMING))
        for number, (_, result) in zip(failed, named, strict=True):
            answers[number] = result
    return answers


def _validated(suite: Mapping[str, Any], batch: Any, result_format: Mapping[str, Any]) -> Any:
    built = build_suite(suite)
    with configurations_kept():
        return batch.validate(built, result_format=result_format)


def _by_condition(suite: Mapping[str, Any]) -> Mapping[str | None, list[int]]:
    """The numbers of the rules that look at the same rows."""
    numbers: dict[str | None, list[int]] = defaultdict(list)
    for number, rule in enumerate(suite["expectations"]):
        numbers[rule["kwargs"].get("row_condition")].append(number)
    return numbers


def _without_condition(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    kwargs = {name: value for name, value in rule["kwargs"].items() if name not in CONDITIONAL}
    return {**rule, "kwargs": kwargs}


def _narrowed(frame: "pd.DataFrame", suite: Mapping[str, Any], condition: str | None) -> "pd.DataFrame":
    """The rows under a condition with the columns a suite names: left alone, a run copies the whole frame for each rule."""
    rules = suite["expectations"]
    for rule in rules:
        unknown = [
            rule["kwargs"][key] for key in COLUMNS if rule["kwargs"].get(key, INDEX_COLUMNS[0]) not in frame.columns
        ]
        if unknown:
            raise _not_evaluated(suite, rule, f"there is no column {unknown[0]!r}")
    values = [value for rule in rules for value in rule["kwargs"].values()]
    named = {*INDEX_COLUMNS, *(value for value in values if isinstance(value, str))}
    named |= {one for value in values if isinstance(value, list) for one in value if isinstance(one, str)}
    columns = [column for column in frame.columns if column in named]
    if condition is None:
        return frame[columns]
    try:
        chosen: Any = frame[_named_in(condition, frame)].eval(condition, local_dict={}, global_dict={})
        narrowed: pd.DataFrame = frame.loc[chosen, columns]
        return narrowed
    except Exception as error:
        # pandas raises many kinds here, all of which mean that our file is wrong.
        raise _not_evaluated(suite, rules[0], error) from error


def _named_in(condition: str, frame: "pd.DataFrame") -> list[str]:
    """The columns a condition may speak of: an evaluation looks through all it is given."""
    return [column for column in frame.columns if column in condition]


def _not_evaluated(suite: Mapping[str, Any], rule: Mapping[str, Any], why: object) -> NeedsHuman:
    return NeedsHuman(
        f"rule {rule['meta']['finding']} ({rule['type']}) of suite {suite['name']} was not evaluated: {_one_line(why)}"
    )


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


def judged(
    suite: Mapping[str, Any], outcome: Any, *, names_rows: bool = True
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every rule with its result out of what a run gave; NeedsHuman for the first that was not evaluated.

    A run that `names_rows` must name those of a rule that failed.
    """
    results = {result.expectation_config.meta["number"]: result for result in outcome.results}
    for number, rule in enumerate(suite["expectations"]):
        result = results.get(number)
        trouble = _trouble(result, names_rows=names_rows)
        if trouble:
            raise _not_evaluated(suite, rule, trouble)
        assert result is not None
        yield rule, result.result


def _trouble(result: Any, *, names_rows: bool) -> str | None:
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
    if names_rows and not result.success and not result.result.get("unexpected_index_list"):
        return "it failed without naming rows"
    return None


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300]
