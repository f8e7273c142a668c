"""Damage that shows only beside what was sent before: played through `collect`, in a home of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import create_engine, text
from tests.damage.answers import UNDER_WAY, words
from tests.damage.damages import Mark, Wanted, looks, pick, resolve
from tests.damage.drafts import Draft, Raw, draw_draft, draw_titles
from tests.damage.examining import Compared, Filed, held_against
from tests.damage.writers import write

from commune_reports import steps
from commune_reports.findings import Finding, Severity
from commune_reports.period import ReportingPeriod, local
from commune_reports.plan import Plan, Unit
from commune_reports.settings import Settings, read_settings

BEFORE, NOW = ReportingPeriod.parse("2024-10"), ReportingPeriod.parse("2024-11")
OPENED_AT, MORNING, AFTERNOON = time(8), time(9), time(15)
MOMENTS = (
    local(BEFORE.window_end + timedelta(1), MORNING),
    local(NOW.window_end + timedelta(1), MORNING),
    local(NOW.window_end + timedelta(1), AFTERNOON),
)


@dataclass(frozen=True)
class Story:
    """A file that is there already, and the one that is judged beside it; `first_phase` says when the first one came."""

    first: Filed
    second: Filed
    first_phase: int


def _draft(plan: Plan, unit: Unit, chance: Random) -> Draft:
    look = looks("openpyxl", "xlsxwriter", two_rows=False, page_length=0)(chance)
    draft = draw_draft(plan, chance, look, unit=unit, period=NOW)
    draft.titles, draft.caller_period = draw_titles(unit, NOW, chance), None
    return draft


def _filed(name: str, draft: Draft, marks: Sequence[Mark] = ()) -> Filed:
    content, book = write(draft)
    return Filed(name, draft, content, tuple(resolve(mark, book) for mark in marks))


def _fell(plan: Plan, units: Sequence[Unit], chance: Random) -> Story:
    """A task reports less progress than a month ago; all others report as much or more."""
    draft = _draft(plan, units[0], chance)
    low = pick(draft, "in_progress")
    before = _draft(plan, units[0], chance)
    before.period, before.titles = BEFORE, draw_titles(units[0], BEFORE, chance)
    for row, earlier in zip(draft.rows, before.rows, strict=True):
        earlier.answer = row.answer
        if row.answer and row.answer.status in ("completed", "in_progress"):
            less = {"status": "in_progress", "progress_pct": 5.0, "completed_on": None, "evidence": None}
            earlier.answer = replace(row.answer, **less, result=words(UNDER_WAY, BEFORE, chance))  # type: ignore[arg-type]
    assert low.answer is not None
    # With a note beside it the fall would be explained.
    low.answer = replace(low.answer, progress_pct=float(chance.choice((25, 40, 60))), note=None, difficulty=None)
    high = next(row for row in before.rows if row.task.code == low.task.code)
    assert high.answer is not None
    high.answer = replace(high.answer, progress_pct=float(chance.choice((75, 80, 90))))
    return Story(
        _filed("fell-before", before), _filed("progress_fell", draft, [Mark("progress_fell", low, "progress_pct")]), 0
    )


def _replaced(plan: Plan, units: Sequence[Unit], chance: Random) -> Story:
    """The same report again, with another answer for one task."""
    draft = _draft(plan, units[0], chance)
    first = _filed("replaced-before", draft)
    row = pick(draft, "in_progress")
    assert row.answer is not None and row.answer.progress_pct is not None
    row.answer = replace(row.answer, progress_pct=row.answer.progress_pct + 3, result=words(UNDER_WAY, NOW, chance))
    content, book = write(draft)
    spots = frozenset(spot for (key, _), some in book.places.items() if key == row.key for spot in some)
    wanted = Wanted("task_replaced", spots, row.task.code, (), spots)
    return Story(first, Filed("task_replaced", draft, content, (wanted,)), 1)


def _copied(plan: Plan, units: Sequence[Unit], chance: Random) -> Story:
    """Another commune's file under the own name; nothing in it says whose it is."""
    draft = _draft(plan, units[0], chance)
    draft.titles = ["BÁO CÁO THÁNG 11 NĂM 2024"]
    first = _filed("copied-before", draft)
    wanted = Wanted("copied_file", frozenset(), None, ("text_same_as_other_unit",), None)
    return Story(first, Filed("copied_file", replace(draft, unit=units[1]), first.content, (wanted,)), 1)


def _same_text(plan: Plan, units: Sequence[Unit], chance: Random) -> Story:
    """One result, figures and all, word for word as another commune wrote it for the same task."""
    draft, theirs = _draft(plan, units[0], chance), _draft(plan, units[1], chance)
    row = pick(draft, "completed")
    other = next(one for one in theirs.rows if one.task.code == row.task.code)
    said = "Đã rà soát 217 hồ sơ tại thôn Khải Lương, trả đúng hạn 209 hồ sơ; 8 hồ sơ đang chờ phòng chuyên môn thẩm định lại."
    other.answer = row.answer
    row.typed["result"] = other.typed["result"] = Raw(said)
    return Story(
        _filed("same-before", theirs),
        _filed("text_same_as_other_unit", draft, [Mark("text_same_as_other_unit", row, "result")]),
        1,
    )


def _again(plan: Plan, units: Sequence[Unit], chance: Random) -> Story:
    """The very same file once more."""
    first = _filed("again-before", _draft(plan, units[0], chance))
    wanted = Wanted("duplicate_file", frozenset(), None, (), frozenset())
    return Story(first, replace(first, name="duplicate_file", wanted=(wanted,)), 1)


HISTORIES: dict[str, Callable[[Plan, Sequence[Unit], Random], Story]] = {
    "progress_fell": _fell,
    "task_replaced": _replaced,
    "copied_file": _copied,
    "text_same_as_other_unit": _same_text,
    "duplicate_file": _again,
}


def play(plan: Plan, folder: Path, *, seed: int) -> list[Compared]:
    """One round: every story with units of its own, dropped and collected in three phases in a home under `folder`."""
    settings = replace(read_settings({"COMMUNE_REPORTS_HOME": str(folder / f"home-{seed}")}), settle_seconds=0.0)
    stories = []
    for number, (name, tell) in enumerate(HISTORIES.items()):
        stories.append(tell(plan, plan.units[2 * number : 2 * number + 2], Random(f"{name} {seed}")))
    for period in (BEFORE, NOW):
        steps.open_periods(settings, now=local(period.window_start, OPENED_AT), period=period.id)
    for phase, moment in enumerate(MOMENTS):
        files = [one.second if phase == 2 else one.first for one in stories if phase in (one.first_phase, 2)]
        for filed in files:
            place = settings.share / filed.draft.unit.folder / "nop" / f"{filed.name}.xlsx"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(filed.content)
        steps.collect(settings, now=moment)
    return [held_against(one.second, *_answer(settings, one.second.name)) for one in stories]


def _answer(settings: Settings, name: str) -> tuple[str, list[Finding]]:
    """Verdict and findings of a collected file, as the warehouse holds them."""
    engine = create_engine(settings.warehouse_url)
    with engine.connect() as connection:
        known = {"name": f"{name}.xlsx"}
        verdict = connection.execute(
            text("select verdict from assessment join submission using (submission_id) where file_name = :name"), known
        ).scalar_one()
        rows = connection.execute(
            text('select code, severity, message, sheet, cell, "row", "column", task, got, wanted from finding '
                 "join submission using (submission_id) where file_name = :name order by number"), known
        ).all()  # fmt: skip
    engine.dispose()
    return verdict, [Finding(row[0], Severity(row[1]), *row[2:]) for row in rows]
