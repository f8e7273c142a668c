"""The rules as data: every suite in expectations/, checked for shape before anything is judged by it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commune_reports.errors import NeedsHuman
from commune_reports.findings import FIELD_LABELS, Severity
from commune_reports.validation.patterns import pattern_of
from commune_reports.validation.subjects import GRAINS, grain_of


@dataclass(frozen=True)
class Rules:
    """The checked text of every suite, by suite name."""

    suites: Mapping[str, Mapping[str, Any]]


def load_rules(expectations: Path) -> Rules:
    """Every suite about what communes report, checked for shape; NeedsHuman names the file and rule that is not right.

    So it does where no suite is about rows, files or totals: one that got lost would let everything pass.
    """
    rules = load_suites(expectations, check=_check_field)
    unruled = set(GRAINS) - {grain_of(suite) for suite in rules.suites.values()}
    if unruled:
        raise NeedsHuman(
            f"no suite about {', '.join(sorted(unruled))} in {expectations}; nothing may be accepted unchecked"
        )
    return rules


def load_suites(folder: Path, *, check: Callable[[Mapping[str, Any], str], None]) -> Rules:
    """Every suite in a folder, checked for shape, its rules' meta by the caller too; NeedsHuman as for `load_rules`."""
    suites = {}
    for path in sorted(folder.glob("*.json")):
        try:
            suite = json.loads(path.read_text(encoding="utf-8"))
            name, rules = suite["name"], suite["expectations"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NeedsHuman(f"expectation suite {path.name} is not right: {error!r}") from error
        for number, rule in enumerate(rules, start=1):
            _check_rule(rule, f"{path.name}, rule {number}", check)
            _check_pattern(suite, rule, f"{path.name}, rule {number}")
        suites[name] = suite
    if not suites:
        raise NeedsHuman(f"no expectation suite in {folder}; nothing would be checked")
    return Rules(suites)


def waivable_rules(rules: Rules) -> tuple[str, ...]:
    """The codes of the rules a person may waive: all but the binding ones, without which no figure can be made."""
    every = [rule["meta"] for suite in rules.suites.values() for rule in suite["expectations"]]
    binding = {meta["finding"] for meta in every if meta.get("binding")}
    return tuple(dict.fromkeys(meta["finding"] for meta in every if meta["finding"] not in binding))


def _check_rule(rule: Any, where: str, check: Callable[[Mapping[str, Any], str], None]) -> None:
    is_whole = isinstance(rule, dict) and {"type", "kwargs", "severity", "meta"} <= rule.keys()
    if not is_whole or not isinstance(rule["kwargs"], dict):
        raise NeedsHuman(f"{where}: a rule needs type, kwargs, severity and meta")
    if rule["severity"] not in list(Severity):
        raise NeedsHuman(f"{where}: severity is {rule['severity']!r}; it must be {', '.join(Severity)}")
    meta = rule["meta"]
    if not isinstance(meta, dict) or not meta.get("finding"):
        raise NeedsHuman(f"{where}: meta.finding is missing; it names the rule's sentence in include/wordings")
    if rule["kwargs"].get("condition_parser", "pandas") != "pandas":
        raise NeedsHuman(
            f"{where}: kwargs.condition_parser is {rule['kwargs']['condition_parser']!r}; it must be pandas"
        )
    try:
        re.compile(rule["kwargs"].get("regex", ""))
    except (re.error, TypeError) as error:
        raise NeedsHuman(f"{where}: kwargs.regex is no pattern: {error}") from error
    check(meta, where)


def _check_pattern(suite: Mapping[str, Any], rule: Mapping[str, Any], where: str) -> None:
    """What stands in kwargs.regex is judged by, here and by whoever else reads the suite: it must be what people read."""
    try:
        pattern = pattern_of(suite, rule)
    except (KeyError, TypeError, AttributeError) as error:
        raise NeedsHuman(
            f"{where}: meta.pattern or a list it names is not right: {error!r}; <name> stands for a list in meta.words"
        ) from error
    if pattern is not None and pattern != rule["kwargs"].get("regex"):
        raise NeedsHuman(f"{where}: kwargs.regex is not what meta.pattern says; `make patterns` writes it anew")


def _check_field(meta: Mapping[str, Any], where: str) -> None:
    if meta.get("field") not in FIELD_LABELS:
        raise NeedsHuman(f"{where}: meta.field is {meta.get('field')!r}; it must be one of {', '.join(FIELD_LABELS)}")
    fields = meta.get("fields", [meta["field"]])
    if not isinstance(fields, list) or meta["field"] not in fields or not FIELD_LABELS.keys() >= set(map(str, fields)):
        raise NeedsHuman(
            f"{where}: meta.fields is {fields!r}; it must list the fields that may answer the rule, meta.field among them"
        )
