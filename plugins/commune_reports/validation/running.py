"""A suite over a frame: every rule with its result, or an error naming the rule that did not speak."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from commune_reports.errors import NeedsHuman

if TYPE_CHECKING:
    import great_expectations as gx
    import pandas as pd

INDEX_COLUMNS = ("row_key",)
CONDITIONAL = ("row_condition", "condition_parser")


def prepare() -> None:
    """Import Great Expectations now, at a moment that suits the caller; it takes seconds."""
    import great_expectations  # noqa: F401


def run_suite(suite: Mapping[str, Any], frame: "pd.DataFrame") -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Every rule of a suite with its result, in the order of the file; rules about the same rows share a run."""
    import great_expectations as gx

    build_suite(suite)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.pandas_default
    wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": list(INDEX_COLUMNS)}
    results: dict[int, Mapping[str, Any]] = {}
    for condition, numbers in _by_condition(suite).items():
        rules = [_without_condition(suite["expectations"][number]) for number in numbers]
        part = {**suite, "expectations": rules}
        batch = source.read_dataframe(_narrowed(frame, suite, numbers, condition))
        answers = judged(part, batch.validate(build_suite(part), result_format=wanted))
        results |= {number: result for number, (_, result) in zip(numbers, answers, strict=True)}
    yield from ((rule, results[number]) for number, rule in enumerate(suite["expectations"]))


def _by_condition(suite: Mapping[str, Any]) -> Mapping[str | None, list[int]]:
    """The numbers of the rules that look at the same rows."""
    numbers: dict[str | None, list[int]] = defaultdict(list)
    for number, rule in enumerate(suite["expectations"]):
        numbers[rule["kwargs"].get("row_condition")].append(number)
    return numbers


def _without_condition(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    kwargs = {name: value for name, value in rule["kwargs"].items() if name not in CONDITIONAL}
    return {**rule, "kwargs": kwargs}


def _narrowed(
    frame: "pd.DataFrame", suite: Mapping[str, Any], numbers: Sequence[int], condition: str | None
) -> "pd.DataFrame":
    """The rows under a condition with the columns its rules name: left alone, a run copies the whole frame for each rule."""
    rules = [suite["expectations"][number] for number in numbers]
    named = {value for rule in rules for value in rule["kwargs"].values() if isinstance(value, str)}
    columns = [column for column in frame.columns if column in named or column in INDEX_COLUMNS]
    if condition is None:
        return frame[columns]
    try:
        return frame.query(condition)[columns]
    except Exception as error:
        # pandas raises many kinds here, all of which mean that our file is wrong.
        raise NeedsHuman(
            f"rule {rules[0]['meta']['finding']} ({rules[0]['type']}) of suite {suite['name']} was not evaluated: "
            f"{_one_line(error)}"
        ) from error


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


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:300]
