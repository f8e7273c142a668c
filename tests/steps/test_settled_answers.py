"""What was answered as of a moment holds: while files are being stored, after a run that began earlier, after late openings."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from commune_reports import steps, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.steps import collecting
from commune_reports.warehouse import tables

Moment = Callable[..., datetime]
PERIOD = "2024-11"


def _clock() -> datetime:
    return datetime.now(tz=ZONE)


@pytest.fixture
def by_the_clock(office: Any) -> Any:
    """The office on an ordinary day: nobody says which moment it is."""
    office.settings = replace(office.settings, by_the_clock=True)
    return office


def _answers(office: Any, moment: datetime, out: Path) -> dict[str, bytes]:
    """Everything that is answered as of a moment, byte by byte."""
    asked: dict[str, Any] = {"now": _clock(), "as_of": moment}
    told = {
        "aggregate": steps.aggregate(office.settings, period=PERIOD, **asked),
        "status": steps.status(office.settings, period=PERIOD, **asked),
        "rules": steps.rules(office.settings, by="rule", **asked),
        "trace": steps.trace(office.settings, period=PERIOD, index="PCI", **asked),
        "outbox": steps.outbox_state(office.settings, as_of=moment),
    }
    answers = {name: json.dumps(one).encode() for name, one in told.items()}
    for path in steps.render_report(office.settings, period=PERIOD, as_of=moment, out=out):
        answers[path.name] = path.read_bytes()
    for name in (
        "task_report",
        "assessment",
        "rule_outcome",
        "submission",
        "reporting_period",
        "letter",
        "plan",
        "gate_outcome",
    ):
        steps.export(
            office.settings, name, out=out / f"{name}.csv", form="csv", wanted=steps.Wanted(None, None, moment)
        )
        answers[name] = (out / f"{name}.csv").read_bytes()
    return answers


def test_what_is_answered_while_a_collection_is_at_work_is_answered_again_after_it(
    by_the_clock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = by_the_clock
    office.fill("22492")
    began = _clock()
    asked: list[datetime] = []
    before: dict[str, bytes] = {}

    def assess(*given: Any, **named: Any) -> Any:
        done = assess_batch(*given, **named)
        asked.append(_clock())
        before.update(_answers(office, asked[0], tmp_path / "before"))
        return done

    assess_batch = collecting.assess_batch
    monkeypatch.setattr(collecting, "assess_batch", assess)
    assert steps.collect(office.settings, now=began)["rows"] > 0
    assert _answers(office, asked[0], tmp_path / "after") == before
    assert steps.aggregate(office.settings, period=PERIOD, now=_clock())["totals"]["reported"] > 0


def test_a_moment_is_answered_only_when_what_was_being_written_at_it_is_there(
    by_the_clock: Any, tmp_path: Path
) -> None:
    office = by_the_clock
    office.fill("22492")
    steps.collect(office.settings, now=_clock())
    house = warehouse.open_warehouse(office.settings.warehouse_url, include=office.settings.include, by_the_clock=True)
    with house.reading() as connection:
        [kept] = connection.execute(select(tables.submission.c.submission_id)).scalars()
    written, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with house.begin() as connection:
            warehouse.withdraw(connection, kept, warehouse.Decision("Lan", "nhầm"), now=_clock())
            written.set()
            may_end.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    assert written.wait(30)
    moment = _clock()
    found: list[dict[str, bytes]] = []
    asker = threading.Thread(target=lambda: found.append(_answers(office, moment, tmp_path / "first")))
    asker.start()
    asker.join(1)
    assert asker.is_alive()
    may_end.set()
    for one in (writer, asker):
        one.join(60)
    assert found == [_answers(office, moment, tmp_path / "again")]
    assert json.loads(found[0]["aggregate"])["totals"]["reported"] == 0


def test_a_writer_that_hangs_keeps_nobody_from_an_answer(
    by_the_clock: Any, moment: Moment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    office = by_the_clock
    monkeypatch.setattr(warehouse.settling, "LONGEST_WAIT", 0.2)
    house = warehouse.open_warehouse(office.settings.warehouse_url, include=office.settings.include)
    with house.begin() as connection:
        warehouse.written_at(connection, _clock())
        assert steps.status(office.settings, period=PERIOD, now=_clock())["units"]
        assert "ask again for an answer that stays" in caplog.text
        caplog.clear()
        # What was known long ago nobody writes any more.
        assert steps.status(office.settings, period=PERIOD, now=_clock(), as_of=moment(11, 16))["units"]
        assert caplog.text == ""


def test_a_period_opened_later_does_not_change_what_was_answered(office: Any, moment: Moment, tmp_path: Path) -> None:
    office.fill("22492")
    office.collect()
    asked = moment(11, 16)
    before = _answers(office, asked, tmp_path / "before")
    steps.open_periods(office.settings, now=moment(11, 20), period="2024-10")
    after = _answers(office, asked, tmp_path / "after")
    assert after == before
    later = steps.aggregate(office.settings, period=PERIOD, now=moment(11, 20))
    assert later["previous_period"] == "2024-10"
    assert [one["period"] for one in later["trend"]] == ["2024-10", "2024-11"]


def test_who_owes_what_is_known_from_the_opening_on_however_late_it_was_written(office: Any, moment: Moment) -> None:
    steps.open_periods(office.settings, now=moment(11, 20), period="2024-10")
    figures = steps.aggregate(office.settings, period="2024-10", now=moment(11, 20), as_of=moment(10, 19))
    assert figures["totals"]["missing"] == figures["totals"]["owed"] > 0
    assert [one["period"] for one in figures["trend"]] == ["2024-10", "2024-11"]
    with pytest.raises(NeedsHuman, match="was not open at"):
        steps.aggregate(office.settings, period="2024-10", now=moment(11, 20), as_of=moment(9, 1))


def test_files_of_one_run_know_of_those_stored_before_them(by_the_clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run takes files in batches; a copy in a later batch is a copy."""
    office = by_the_clock
    monkeypatch.setattr(collecting, "CHECK_BATCH", 1)
    content = office.fill("22492", name="một.xlsx").read_bytes()
    office.drop("22492", "hai.xlsx", content)
    steps.collect(office.settings, now=_clock() - timedelta(seconds=1))
    assert sum("đã nhận" in one.lower() for one in office.receipts("22492")) == 1


def test_a_file_withdrawn_before_it_was_judged_changes_no_report_made_meanwhile(
    office: Any, moment: Moment, tmp_path: Path
) -> None:
    office.fill("22492")
    office.collect()
    office.fill("22504", name="nhầm.xlsx")
    steps.claim_arrivals(office.settings, now=moment(11, 16))
    house = warehouse.open_warehouse(office.settings.warehouse_url, include=office.settings.include)
    with house.reading() as connection:
        [waiting] = warehouse.unchecked_submissions(connection)
    steps.withdraw(office.settings, submission=waiting.submission_id, who="Lan", reason="nhầm tệp", now=moment(11, 17))
    steps.publish_period(office.settings, period=PERIOD, now=moment(11, 19, 8))
    sent = _answers(office, moment(11, 19, 8), tmp_path / "sent")
    steps.check_share(office.settings, share=None, now=moment(11, 20))
    assert _answers(office, moment(11, 19, 8), tmp_path / "again") == sent
    assert steps.publish_period(office.settings, period=PERIOD, now=moment(11, 21))["state"] == "already_published"


def test_a_changed_plan_is_known_when_it_was_written_not_when_its_run_began(by_the_clock: Any, tmp_path: Path) -> None:
    office = by_the_clock
    began = _clock()
    office.fill("22492")
    steps.collect(office.settings, now=began)
    changed = tmp_path / "plan.yaml"
    plan = office.settings.plan_file.read_text(encoding="utf-8")
    changed.write_text(plan.replace("Đại Lãnh", "Đại Lãnh Bắc", 1), encoding="utf-8")
    asked = _clock()
    before = _answers(office, asked, tmp_path / "before")
    steps.desk.ensure_open(
        steps.desk.open_desk(replace(office.settings, plan_file=changed)), ReportingPeriod.parse(PERIOD), now=began
    )
    assert _answers(office, asked, tmp_path / "after") == before


def test_a_period_opened_late_is_read_under_merged_units_at_its_own_moments_too(office: Any, moment: Moment) -> None:
    steps.open_periods(office.settings, now=moment(11, 20), period="2024-09")

    def merged(as_of: datetime) -> list[tuple[str, list[str]]]:
        asked = {"period": "2024-09", "units_of": date(2025, 7, 1), "now": moment(11, 20), "as_of": as_of}
        return [(one["name"], one["made_of"]) for one in steps.aggregate(office.settings, **asked)["successors"]]

    assert merged(moment(9, 19)) == merged(moment(11, 20))
    assert max(len(made_of) for _, made_of in merged(moment(9, 19))) > 1


def test_what_came_while_a_run_was_tried_again_came_when_it_came(by_the_clock: Any) -> None:
    office = by_the_clock
    began = _clock()
    office.fill("22492")
    steps.claim_arrivals(office.settings, now=began)
    house = warehouse.open_warehouse(office.settings.warehouse_url, include=office.settings.include)
    with house.reading() as connection:
        [came] = warehouse.unchecked_submissions(connection)
    assert came.received_at > began


def test_a_report_made_by_mistake_ahead_of_the_clock_hides_no_later_fact(by_the_clock: Any) -> None:
    office = by_the_clock
    ahead = _clock() + timedelta(days=300)
    steps.publish_period(replace(office.settings, by_the_clock=False), period=PERIOD, now=ahead)
    office.fill("22492")
    steps.collect(office.settings, now=_clock())
    assert office.standing("22492", _clock())["reported"] > 0
