"""Figures × expectations/warehouse/*.json: what has to hold before anything is published.

Every frame is what include/sql/gate/*.sql answered, beside what is added up again here, independently, from the rows below.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from commune_reports.errors import NeedsHuman
from commune_reports.findings import Severity
from commune_reports.period import ReportingPeriod, in_vietnam
from commune_reports.plan import Plan
from commune_reports.scorecard import GateOutcome, Score, Scorecard
from commune_reports.validation.running import run_suite
from commune_reports.validation.suites import Rules, load_suites

if TYPE_CHECKING:
    import pandas as pd

FRAMES = ("bodies", "facts", "figures", "periods", "published", "report", "rows", "submissions", "tasks", "weights")
MAY_BE_EMPTY, EMPTY_WITHOUT_OBLIGATIONS = ("bodies", "facts", "published", "submissions"), ("figures", "report", "rows")
DATES = {"window_end": "data window's end", "unit_due_at": "units' due date", "cut_off_at": "cut-off"}
COUNTS = ("owed", "reported", "nil", "missing", "completed", "in_progress", "not_started")
RATES = ("score", "coverage_pct", "on_time_pct")
TASK_COLUMNS = (
    *("unit_code", "task_code", "obligations", "times_counted", "is_owed", "indicator_code", "counted_pct"),
    "in_version",
)
FIRST_ROWS = 3
CLOSE = 1e-9
FAR = 1e9
Answers = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Gate:
    """The suites of the gate, one per frame, and the sentence of every rule."""

    rules: Rules
    sentences: Mapping[str, str]


@dataclass(frozen=True)
class Given:
    """What the plan gives for a period: every unit's tasks, whether owed and for which indicator, who performs, weights, dates."""

    tasks: frozenset[tuple[str, str, bool, str]]
    bodies: frozenset[tuple[str, str, str]]
    weights: Mapping[str, float]
    dates: Mapping[str, date]


@dataclass(frozen=True)
class Figures:
    """What is about to be published: the warehouse's answers by frame, and the scorecard the report shows.

    `given` is None where another version of the plan held at the moment; `archived` are the digests of the files whose bytes
    are there as they came; `previous` is what the moment of the report before this one gives now, None for the first.
    """

    answers: Answers
    card: Scorecard
    given: Given | None
    archived: frozenset[str]
    previous: Scorecard | None = None


def given_by(plan: Plan, period: ReportingPeriod) -> Given:
    """What a plan gives for one of its periods."""
    tasks = frozenset(
        (unit.code, task.code, plan.is_owed(task, period), task.indicator_code)
        for unit in plan.units_on(period.window_end)
        for task in plan.tasks_of(unit.code)
    )
    dates = plan.dates(period)
    judged_by = {"window_end": period.window_end, "unit_due_at": dates.unit_due_at, "cut_off_at": dates.cut_off_at}
    bodies = frozenset(
        (task.code, role, body)
        for task in plan.tasks.values()
        for role, performing in (("lead", task.lead), ("coordinating", task.coordinating))
        for body in performing
    )
    return Given(tasks, bodies, {one.code: one.weight for one in plan.indicators}, judged_by)


def load_gate(expectations: Path, include: Path) -> Gate:
    """The gate's suites and sentences; NeedsHuman if a frame has no suite, a suite no frame, or a rule no sentence."""
    rules = load_suites(expectations / "warehouse", check=lambda _meta, _where: None)
    if set(rules.suites) != set(FRAMES):
        odd = ", ".join(sorted(set(rules.suites) ^ set(FRAMES)))
        raise NeedsHuman(f"expectations/warehouse does not fit its frames: {odd}; nothing may be published unchecked")
    path = include / "wordings" / "gate.yaml"
    try:
        sentences = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise NeedsHuman(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    used = {rule["meta"]["finding"] for suite in rules.suites.values() for rule in suite["expectations"]}
    unworded = used - set(sentences or {})
    if unworded:
        raise NeedsHuman(f"{path.name}: {', '.join(sorted(unworded))} has no sentence")
    return Gate(rules, sentences)


def check_gate(gate: Gate, figures: Figures) -> tuple[GateOutcome, ...]:
    """How every rule of the gate fared; NeedsHuman if one could not be evaluated or there was nothing to evaluate."""
    period_id = figures.card.period_id
    try:
        frames = _frames(figures)
    except (ValueError, TypeError) as error:  # a text where a number belongs
        said = " ".join(str(error).split())
        raise NeedsHuman(f"the warehouse holds a value of period {period_id} that cannot be read: {said}") from error
    empty = [name for name in FRAMES if name not in MAY_BE_EMPTY and frames[name].empty]
    # That a period lost its obligations is told by the plan's tasks.
    told = [] if set(empty) - set(EMPTY_WITHOUT_OBLIGATIONS) else [name for name in FRAMES if name not in empty]
    outcomes = [one for name in told for one in _outcomes(gate, name, frames[name], period_id)]
    if empty and not any(one.failed and one.severity == "critical" for one in outcomes if one.suite == "tasks"):
        raise NeedsHuman(f"period {period_id}: nothing to check in {', '.join(empty)}; is the period open?")
    return tuple(outcomes)


def _outcomes(gate: Gate, name: str, frame: "pd.DataFrame", period_id: str) -> Iterator[GateOutcome]:
    frame = frame.reset_index(drop=True).assign(row_key=range(len(frame)))
    for rule, result in run_suite(gate.rules.suites[name], frame):
        code = rule["meta"]["finding"]
        failed = [int(one["row_key"]) for one in result.get("unexpected_index_list") or ()]
        yield GateOutcome(
            suite=name,
            rule=code,
            severity=rule["severity"],
            checked=int(result["element_count"]),
            failed=len(failed),
            first_rows=tuple(
                _sentence(
                    gate.sentences[code], dict(zip(frame.columns, frame.iloc[place], strict=True)), code, period_id
                )
                for place in failed[:FIRST_ROWS]
            ),
        )


def _sentence(sentence: str, row: Mapping[str, Any], code: str, period_id: str) -> str:
    try:
        return sentence.format(**{**row, "period": period_id})
    except (KeyError, ValueError, TypeError) as error:
        raise NeedsHuman(f"gate.yaml: the sentence of {code} does not fit its frame: {error}") from error


def _frames(figures: Figures) -> dict[str, "pd.DataFrame"]:
    answers, card = figures.answers, figures.card
    counted = _counted(answers)
    return {
        "bodies": _bodies(answers, figures.given),
        "facts": _frame(
            answers["facts"], "kind", "submission_id", "unit_code", "facts", "facts_differing", "has_submission"
        ),
        "figures": counted,
        "periods": _periods(answers, figures.given),
        "published": _published(answers, figures.previous),
        "report": _report(counted, card),
        "rows": _rows(answers, card),
        "submissions": _submissions(answers, figures.archived),
        "tasks": _tasks(answers, figures.given),
        "weights": _weights(answers, figures.given),
    }


def _frame(rows: Sequence[Mapping[str, Any]], *columns: str) -> "pd.DataFrame":
    """Rows as a frame that has its columns even when there is no row."""
    import pandas as pd

    return pd.DataFrame(list(rows), columns=None if rows else list(columns))


def _weights(answers: Answers, given: Given | None) -> "pd.DataFrame":
    weights = _frame(answers["weights"], "index_code", "indicator_code", "weight")
    wanted = weights["indicator_code"].map(given.weights) if given else weights["weight"]
    differing = (weights["weight"] != wanted).astype("int64")
    return (
        weights.assign(differs=differing)
        .groupby("index_code", as_index=False, sort=False)
        .agg(weight_sum=("weight", "sum"), weights_differing=("differs", "sum"))
    )


def _bodies(answers: Answers, given: Given | None) -> "pd.DataFrame":
    """How many performing bodies of each task are only in the warehouse, or only in the plan."""
    kept = {(row["task_code"], row["role"], row["body_code"]) for row in answers["bodies"]}
    otherwise = Counter(task for task, *_ in kept ^ given.bodies) if given else Counter[str]()
    rows = [
        {"task_code": task, "bodies_differing": otherwise[task]}
        for task in sorted({task for task, *_ in kept} | otherwise.keys())
    ]
    return _frame(rows, "task_code", "bodies_differing")


def _periods(answers: Answers, given: Given | None) -> "pd.DataFrame":
    """The dates of the period beside the plan's, one a row."""
    rows = [
        {
            "named": said,
            "kept": in_vietnam(row[name]),
            "given": in_vietnam(wanted := given.dates[name] if given else row[name]),
            "differs": int(row[name] != wanted),
        }
        for row in answers["periods"]
        for name, said in DATES.items()
    ]
    return _frame(rows, "named", "kept", "given", "differs")


def _tasks(answers: Answers, given: Given | None) -> "pd.DataFrame":
    """The warehouse's tasks beside the plan's; what the plan gives also has to be counted."""
    import pandas as pd

    tasks = _frame(answers["tasks"], *TASK_COLUMNS).astype({"counted_pct": "float64"})
    if given is None:
        return tasks.assign(is_expected=1, owed_differs=0, indicator_differs=0)
    plan = pd.DataFrame(sorted(given.tasks), columns=["unit_code", "task_code", "owed_given", "indicator_given"])
    beside = tasks.merge(plan.assign(is_expected=1), how="outer", on=["unit_code", "task_code"])
    counts = dict.fromkeys(("obligations", "times_counted", "in_version", "is_owed", "owed_given", "is_expected"), 0)
    beside = beside.astype({"owed_given": "float64"}).fillna(counts).astype(dict.fromkeys(counts, "int64"))
    is_there = (beside["is_expected"] == 1) & (beside["obligations"] > 0)
    is_counted = is_there & (beside["times_counted"] > 0)
    return beside.assign(
        in_version=beside[["in_version", "is_expected"]].max(axis=1),
        owed_differs=(is_there & (beside["is_owed"] != beside["owed_given"])).astype("int64"),
        indicator_differs=(is_counted & (beside["indicator_code"] != beside["indicator_given"])).astype("int64"),
    )


def _submissions(answers: Answers, archived: frozenset[str]) -> "pd.DataFrame":
    counts = ("rows_accepted", "rows_stored", "rows_accounted", "rows_dropped", "rows_doubled")
    files = _frame(answers["submissions"], "submission_id", "unit_code", "file_name", "sha256", *counts)
    # A file whose arrival is not kept has no digest to look for; the facts' own rules name it.
    return files.assign(is_archived=(files["sha256"].isin(archived) | files["sha256"].isna()).astype("int64"))


def _counted(answers: Answers) -> "pd.DataFrame":
    """The figures, beside what their parts give when added up here."""
    import pandas as pd

    counted = _frame(answers["figures"], "level", "unit_code", "code", "weight", *COUNTS, *RATES)
    counted = counted.astype(dict.fromkeys((*RATES, "weight"), "float64"))
    counted = counted.assign(
        unit_code=counted["unit_code"].where(counted["unit_code"].notna(), "district"),
        code=counted["code"].where(counted["code"].notna(), "all"),
        status_sum=counted[["completed", "in_progress", "not_started", "nil", "missing"]].sum(axis=1),
        answered_or_missing=counted["reported"] + counted["missing"],
    )
    units = counted[counted["level"] == "unit_indicator"]
    index_of = {row["indicator_code"]: row["index_code"] for row in answers["weights"]}
    scored = units[units["score"].notna()].assign(index_code=units["code"].map(index_of))
    scored = scored.assign(weighted=scored["score"] * scored["weight"])
    sums = scored.groupby(["unit_code", "index_code"])[["weighted", "weight"]].sum()
    of_units = sums["weighted"] / sums["weight"]
    tasks = _frame(answers["tasks"], *TASK_COLUMNS).astype({"counted_pct": "float64"})
    of_tasks = tasks[tasks["is_owed"] == 1].groupby(["unit_code", "indicator_code"])["counted_pct"].mean()
    means = pd.concat(
        {
            "unit_indicator": of_tasks,
            "unit_index": of_units,
            "index": _for_district(of_units.groupby("index_code").mean()),
            "indicator": _for_district(scored.groupby("code")["score"].mean()),
        },
        names=["level", "unit_code", "code"],
    ).rename("recomputed_score")
    counted = counted.merge(means.reset_index(), how="left", on=["level", "unit_code", "code"])
    is_mean = counted["level"].isin(["unit_indicator", "unit_index", "index", "indicator"])
    gap = (counted["score"] - counted["recomputed_score"]).abs()
    both_none = counted["score"].isna() & counted["recomputed_score"].isna()
    return counted.assign(
        score_gap=gap.where(~both_none, 0.0).fillna(FAR).where(is_mean, 0.0), unit_gap=_unit_gaps(counted)
    )


def _for_district(means: "pd.Series[float]") -> "pd.Series[float]":
    import pandas as pd

    return pd.concat({"district": means})


def _unit_gaps(counted: "pd.DataFrame") -> "pd.Series[int]":
    """By how much the counts of a district's figure differ from the sums of its units', all counts together."""
    units = counted[counted["level"].str.startswith("unit_")]
    sums = units.assign(level=units["level"].str.removeprefix("unit_")).groupby(["level", "code"])[list(COUNTS)].sum()
    district = counted[~counted["level"].str.startswith("unit_")]
    wanted = sums.reindex(list(zip(district["level"], district["code"], strict=True))).fillna(0)
    gaps = (district[list(COUNTS)] - wanted.set_index(district.index)).abs().sum(axis=1)
    return gaps.reindex(counted.index, fill_value=0).astype("int64")


def _report(counted: "pd.DataFrame", card: Scorecard) -> "pd.DataFrame":
    """How many figures differ between the report and the warehouse, cell by cell."""
    shown = [*_scores(card), ("district", "all", card.totals)]
    return _beside(counted[counted["level"] != "unit_total"], shown)


def _published(answers: Answers, previous: Scorecard | None) -> "pd.DataFrame":
    """How many figures of the report before this one are otherwise now, cell by cell."""
    kept = _frame(answers["published"], "unit_code", "code", "revision", *COUNTS, *RATES)
    if previous is None:
        return kept.assign(differences=0)[:0]
    named = kept.assign(unit_code=kept["unit_code"].where(kept["unit_code"] != "", "district"))
    return _beside(named.astype(dict.fromkeys(RATES, "float64")), _scores(previous)).assign(
        revision=int(kept["revision"].max()) if len(kept) else 0
    )


def _scores(card: Scorecard) -> list[tuple[str, str, Score]]:
    shown = [(one.unit_code or "district", one.indicator_code, one.figures) for one in card.indicators]
    return shown + [(one.unit_code or "district", one.index_code, one.figures) for one in card.indices]


def _beside(kept: "pd.DataFrame", scores: Sequence[tuple[str, str, Score]]) -> "pd.DataFrame":
    """How many figures differ between kept and shown ones, by unit and code; a cell only one has differs in all."""
    shown = _frame(
        [{"unit_code": unit, "code": code, **_values(score)} for unit, code, score in scores],
        *("unit_code", "code", *COUNTS, *RATES),
    )
    kept = kept[["unit_code", "code", *COUNTS, *RATES]]
    beside = kept.merge(shown, how="outer", on=["unit_code", "code"], suffixes=("", "_shown"), indicator=True)
    differences = sum(
        (
            ((beside[name] - beside[f"{name}_shown"]).abs() > CLOSE)
            | (beside[name].isna() != beside[f"{name}_shown"].isna())
        ).astype("int64")
        for name in (*COUNTS, *RATES)
    )
    one_sided = (beside["_merge"] != "both").astype("int64")
    return beside[["unit_code", "code"]].assign(differences=differences + one_sided)


def _values(score: Score) -> dict[str, float]:
    return {name: float("nan") if (value := getattr(score, name)) is None else value for name in (*COUNTS, *RATES)}


def _rows(answers: Answers, card: Scorecard) -> "pd.DataFrame":
    import pandas as pd

    shown = pd.Series([one.unit_code for one in card.tasks if one.status is not None], dtype="object").value_counts()
    rows = _frame(answers["rows"], "unit_code", "rows_counting").set_index("unit_code")
    beside = rows.join(shown.rename("rows_shown").rename_axis("unit_code"), how="outer").fillna(0).astype("int64")
    return beside.reset_index()


def verdict(outcomes: Sequence[GateOutcome]) -> tuple[str | None, list[str]]:
    """The one line that stops publication, None if nothing does, and what has to be said all the same."""
    failed = [one for one in outcomes if one.failed]
    warnings = [_line(one) for one in failed if one.severity != Severity.CRITICAL]
    stopping = [one for one in failed if one.severity == Severity.CRITICAL]
    if not stopping:
        return None, warnings
    others = ", ".join(one.rule for one in stopping[1:])
    return _line(stopping[0]) + (f"; also failed: {others}" if others else ""), warnings


def _line(one: GateOutcome) -> str:
    return f"rule {one.rule} failed for {one.failed} of {one.checked} rows: {'; '.join(one.first_rows)}"
