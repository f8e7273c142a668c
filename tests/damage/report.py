"""Recall and false alarms, class by class, as a table for whoever mends the product."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tests.damage.classes import DAMAGES
from tests.damage.clean import draw_clean, draw_converted
from tests.damage.examining import Compared, Filed, compare, draw_damaged, open_bench, shown
from tests.damage.history import HISTORIES, play

from commune_reports.findings import Finding
from commune_reports.plan import Plan, load_plan
from commune_reports.settings import read_settings
from commune_reports.steps.examining import Bench

BATCH = 200
SHOWN_ALARMS = 12


@dataclass(frozen=True)
class Tally:
    """How one class fared."""

    name: str
    files: int
    found: int
    extra: Counter[str]

    @property
    def recall(self) -> float:
        """Share of the files in which everything wanted was found, in percent."""
        return 100 * self.found / self.files if self.files else 100.0


def run(
    *, clean: int, per_class: int, seed: int, only: Sequence[str] = ()
) -> tuple[list[Compared], dict[str, list[Compared]]]:
    """Draw, examine and compare: the clean files, and the damaged ones by class."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _, plan, bench = open_bench(place)
        untouched = [*_examined(bench, draw_clean(plan, clean, seed=seed)), *_converted(bench, plan, clean // 20, seed)]
        by_class: dict[str, list[Compared]] = {}
        for name, damage in DAMAGES.items():
            if not only or name in only or damage.code in only:
                by_class[name] = _examined(bench, draw_damaged(plan, damage, per_class, seed=seed))
        reference = load_plan(read_settings({}).plan_file)
        told: dict[str, list[Compared]] = defaultdict(list)
        if not only or set(only) & set(HISTORIES):
            for number in range(-(-per_class // 5)):
                for one in play(reference, place, seed=seed + number):
                    told[one.filed.name].append(one)
        return untouched, {**by_class, **told}


def tallies(by_class: dict[str, list[Compared]]) -> list[Tally]:
    """One line per class, in their order."""
    return [
        Tally(
            name,
            len(files),
            sum(not one.missed for one in files),
            Counter(finding.code for one in files for finding in one.extra),
        )
        for name, files in by_class.items()
    ]


def lines(untouched: Sequence[Compared], by_class: dict[str, list[Compared]]) -> Iterator[str]:
    """The table, then what is wrong, a few of each."""
    yield f"{'class':36} {'files':>5} {'found':>5} {'recall':>7}  findings beside it"
    for tally in tallies(by_class):
        beside = ", ".join(f"{code} {count}" for code, count in tally.extra.most_common(4)) or "–"
        yield f"{tally.name:36} {tally.files:5} {tally.found:5} {tally.recall:6.1f}%  {beside}"
    alarms = [(one, finding) for one in untouched for finding in one.extra]
    wrong = len({one.filed.name for one, _ in alarms})
    yield f"{'clean':36} {len(untouched):5} {'':5} {'':7}  {len(alarms)} false alarms in {wrong} files"
    for one, finding in islice(_first_of_each(alarms), SHOWN_ALARMS):
        yield f"    {one.filed.name}: {shown(finding)}  [{traits(one.filed)}]"
    for files in by_class.values():
        for one in islice((one for one in files if one.missed or one.extra), 1):
            missed = [
                f"{wanted.code}@{sorted(wanted.cells or ())[:1] or wanted.task or 'file'}" for wanted in one.missed
            ]
            beside = [shown(each) for each in one.extra[:2]]
            yield f"    {one.filed.name}: missed {missed or '–'}, beside {beside or '–'}  [{traits(one.filed)}]"


def traits(filed: Filed) -> str:
    """What is unusual about the look of a file."""
    look = filed.draft.look
    named = [
        name
        for name in ("two_rows", "column_numbers", "ticks", "merged_status", "nfd", "since_1904")
        if getattr(look, name)
    ]
    pages = [f"pages of {look.page_length}"] if look.page_length else []
    return " ".join(
        [look.writer, look.names, look.sheets, look.progress_style, *named, *pages, f"totals={look.totals}"]
    )


def _first_of_each(alarms: Sequence[tuple[Compared, Finding]]) -> Iterator[tuple[Compared, Finding]]:
    seen = set()
    for one, finding in alarms:
        if one.filed.name not in seen:
            seen.add(one.filed.name)
            yield one, finding


def _examined(bench: Bench, files: Iterator[Filed]) -> list[Compared]:
    compared: list[Compared] = []
    while batch := list(islice(files, BATCH)):
        compared += compare(bench, batch)
    return compared


def _converted(bench: Bench, plan: Plan, count: int, seed: int) -> list[Compared]:
    return _examined(bench, draw_converted(plan, count, seed=seed))
