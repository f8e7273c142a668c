"""What people decide: files withdrawn, rules waived, periods reopened, changed plans adopted; earlier figures stay as they were."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from commune_reports import steps
from commune_reports.demo.communes import fill_template, honest_entries
from commune_reports.errors import NeedsHuman
from commune_reports.period import ReportingPeriod
from commune_reports.steps import Decision

Moment = Callable[..., datetime]
PERIOD = ReportingPeriod.parse("2024-11")
WHO = {"who": "Trần Văn Bình, Phòng TC-KH", "reason": "Xã gửi nhầm tệp của năm trước"}


def _aggregate(office: Any, now: datetime, as_of: datetime | None = None) -> dict[str, Any]:
    return steps.aggregate(office.settings, period="2024-11", now=now, as_of=as_of)


def _report(office: Any, unit: str, name: str = "bao cao.xlsx", **changes: Any) -> None:
    """An honest workbook of a unit, with PCI-01.1 changed."""
    of_plan = next(one for one in office.plan.units if one.code == unit)
    entries = dict(honest_entries(office.plan, of_plan, PERIOD))
    entries["PCI-01.1"] = replace(entries["PCI-01.1"], **changes)
    office.fill(unit, name, entries=entries)


def _row(office: Any, now: datetime, task: str = "PCI-01.1") -> dict[str, Any]:
    traced = steps.trace(office.settings, period="2024-11", now=now, unit="22492")
    return next(one for one in traced["rows"] if one["task_code"] == task)


def test_a_withdrawn_file_counts_no_more_and_still_counts_as_of_before(office: Any, moment: Moment) -> None:
    office.fill("22492")
    office.collect()
    before = _aggregate(office, moment(11, 18))
    digest = _row(office, moment(11, 18))["sha256"]
    done = steps.withdraw(office.settings, submission=digest[:12], now=moment(11, 18, 10), **WHO)
    assert (done["state"], done["sha256"], done["unit"]) == ("withdrawn", digest, "22492")
    after = _aggregate(office, moment(11, 18, 11))
    assert before["totals"]["reported"] >= 29
    assert after["totals"]["reported"] == 0
    assert office.standing("22492")["timeliness"] == "missing"
    assert office.standing("22492")["files"] == 0
    assert json.dumps(_aggregate(office, moment(11, 20), moment(11, 18))) == json.dumps(before)
    again = steps.withdraw(office.settings, submission=digest, now=moment(11, 18, 12), **WHO)
    assert again["state"] == "already withdrawn"


def test_the_row_that_a_withdrawn_file_displaced_counts_again(office: Any, moment: Moment) -> None:
    _report(office, "22492", "cũ.xlsx", status="Đang thực hiện", progress=40)
    office.collect(moment(11, 15))
    _report(office, "22492", "mới.xlsx", status="Đang thực hiện", progress=70)
    office.collect(moment(11, 16))
    newest = _row(office, moment(11, 17))
    assert newest["progress_pct"] == 70
    steps.withdraw(office.settings, submission=newest["submission_id"], now=moment(11, 17), **WHO)
    assert (_row(office, moment(11, 17))["progress_pct"], _row(office, moment(11, 17))["file_name"]) == (40, "cũ.xlsx")


def test_a_withdrawn_file_sent_again_counts_again(office: Any, moment: Moment) -> None:
    dropped = office.fill("22492")
    content = dropped.read_bytes()
    office.collect()
    steps.withdraw(office.settings, submission=_row(office, moment(11, 16))["sha256"], now=moment(11, 16), **WHO)
    office.drop("22492", "gửi lại.xlsx", content)
    office.collect(moment(11, 17))
    assert _row(office, moment(11, 17))["file_name"] == "gửi lại.xlsx"


def test_a_withdrawal_after_the_report_makes_a_revision(office: Any, moment: Moment) -> None:
    office.fill("22492")
    office.collect()
    steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    steps.withdraw(office.settings, submission=_row(office, moment(11, 19, 9))["sha256"], now=moment(11, 19, 9), **WHO)
    assert steps.periods_to_publish(office.settings, now=moment(11, 20, 8)) == {"periods": ["2024-11"]}
    revised = steps.publish_period(office.settings, period="2024-11", now=moment(11, 20, 8))
    assert (revised["state"], revised["revision"], revised["warnings"]) == ("published", 1, [])


def test_a_file_nobody_knows_or_several_are_not_withdrawn(office: Any, moment: Moment) -> None:
    for unit in office.plan.units:
        office.fill(unit.code)
    office.collect()
    with pytest.raises(NeedsHuman, match="no file's key or SHA-256 begins with 'xyz'"):
        steps.withdraw(office.settings, submission="xyz", now=moment(11, 16), **WHO)
    with pytest.raises(NeedsHuman, match=r"13 files begin with ''"):
        steps.withdraw(office.settings, submission="", now=moment(11, 16), **WHO)
    with pytest.raises(NeedsHuman, match="needs a name"):
        steps.withdraw(office.settings, submission="x", who=" ", reason="vì", now=moment(11, 16))


@pytest.mark.usefixtures("all_rules")
def test_a_waived_rule_is_said_without_consequences_for_that_unit_only(office: Any, moment: Moment) -> None:
    wrong = {"status": "Hoàn thành", "progress": 60}
    waived = {"unit": "22492", "period": "2024-11", "rule": "progress_status_conflict"}
    until = Decision(**WHO, until_at=moment(11, 18))
    steps.waive(office.settings, **waived, decision=until, now=moment(11, 14))
    for unit in ("22492", "22489"):
        _report(office, unit, **wrong)
    collected = office.collect(moment(11, 15))
    assert (collected["accepted"], collected["partly_accepted"]) == (1, 1)
    assert _row(office, moment(11, 16))["progress_pct"] == 60
    assert steps.trace(office.settings, period="2024-11", now=moment(11, 16), unit="22492")["waivers"] == [
        {
            "unit": "22492",
            "rule": "progress_status_conflict",
            "until": "2024-11-18T09:00:00+07:00",
            "who": WHO["who"],
            "reason": WHO["reason"],
            "at": "2024-11-14T09:00:00+07:00",
        }
    ]
    assert steps.trace(office.settings, period="2024-11", now=moment(11, 16), unit="22489")["waivers"] == []
    [receipt] = office.receipts("22492")
    assert "60" in receipt
    assert "Hoàn thành" in receipt


@pytest.mark.usefixtures("all_rules")
def test_a_waiver_ends(office: Any, moment: Moment) -> None:
    steps.waive(
        office.settings,
        unit="22492",
        period="2024-11",
        rule="progress_status_conflict",
        decision=Decision(**WHO, until_at=moment(11, 14, 12)),
        now=moment(11, 14),
    )
    _report(office, "22492", status="Hoàn thành", progress=60)
    assert office.collect(moment(11, 15))["partly_accepted"] == 1


@pytest.mark.usefixtures("all_rules")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule": "no_such_rule"}, "cannot be waived; these can: "),
        ({"rule": "status_missing"}, "cannot be waived"),
        ({"unit": "00000"}, "it has"),
        ({"until_at": (11, 13)}, "it must lie after"),
    ],
)
def test_what_cannot_be_waived_is_said(office: Any, moment: Moment, changes: dict[str, Any], said: str) -> None:
    asked = {"unit": "22492", "period": "2024-11", "rule": "progress_status_conflict", **changes}
    until = moment(*asked.pop("until_at", (11, 18)))
    with pytest.raises(NeedsHuman, match=said):
        steps.waive(office.settings, **asked, decision=Decision(**WHO, until_at=until), now=moment(11, 14))


def _nameless(office: Any, result: str) -> bytes:
    """A workbook that does not say which period it is about."""
    book = Workbook()
    book.active.append(["Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả thực hiện"])
    book.active.append(["PCI-01.1", "Đang thực hiện", 50, result])
    path = office.settings.home / "x.xlsx"
    book.save(path)
    return path.read_bytes()


def test_a_reopened_period_takes_files_that_do_not_say_their_period_and_they_stay_late(
    office: Any, moment: Moment
) -> None:
    after = moment(12, 2)
    office.drop("22492", "bổ sung.xlsx", _nameless(office, "Đã niêm yết đủ 100 thủ tục tại bộ phận một cửa"))
    assert office.collect(after)["rejected"] == 1
    steps.reopen(
        office.settings, period="2024-11", decision=Decision(**WHO, until_at=moment(12, 6, 17)), now=moment(12, 2, 10)
    )
    office.drop("22492", "bổ sung 2.xlsx", _nameless(office, "Đã niêm yết đủ 101 thủ tục tại bộ phận một cửa"))
    assert office.collect(moment(12, 3))["rejected"] == 0
    assert office.standing("22492", moment(12, 3, 10))["timeliness"] == "late"
    shown = steps.status(office.settings, period="2024-11", now=moment(12, 3, 10))
    assert shown["deadline_at"] == "2024-12-06T17:00:00+07:00"
    assert steps.status(office.settings, period="2024-11", now=after)["deadline_at"] == "2024-11-21T17:00:00+07:00"
    reminded = steps.remind(office.settings, now=moment(12, 3, 8))["units"]
    assert "2024-11" in reminded
    assert "2024-11" not in steps.remind(office.settings, now=moment(12, 9, 8))["units"]


def test_a_reopened_period_never_takes_a_file_that_says_nothing_from_the_current_one(
    office: Any, moment: Moment
) -> None:
    steps.open_periods(office.settings, now=moment(10, 15, 8), period="2024-10")
    until = Decision(**WHO, until_at=moment(11, 29, 17))
    steps.reopen(office.settings, period="2024-10", decision=until, now=moment(11, 12))
    before_the_windows_end, after = moment(11, 13), moment(11, 18)
    office.drop("22492", "a.xlsx", _nameless(office, "Đã niêm yết đủ 100 thủ tục tại bộ phận một cửa"))
    assert office.collect(before_the_windows_end)["periods"] == ["2024-10"]
    office.drop("22492", "b.xlsx", _nameless(office, "Đã niêm yết đủ 101 thủ tục tại bộ phận một cửa"))
    assert office.collect(after)["periods"] == ["2024-11"]


def _change_plan(office: Any, change: Callable[[dict[str, Any]], None]) -> None:
    """From now on the office works with a changed copy of its plan file."""
    path = office.settings.home / "plan.yaml"
    if not path.exists():
        path.write_text(Path(office.settings.plan_file).read_text(encoding="utf-8"), encoding="utf-8")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    office.settings = replace(office.settings, plan_file=path)


def _heavier(content: dict[str, Any]) -> None:
    first, second = content["indices"][0]["indicators"][:2]
    first["weight"], second["weight"] = 10, 5


def _freed(content: dict[str, Any]) -> None:
    content["task_changes"] = [{"unit_code": "22492", "removed": ["PCI-01.1"]}]


def _renamed(content: dict[str, Any]) -> None:
    content["indices"][0]["title"] = "Chỉ số năng lực cạnh tranh (đổi tên)"
    content["recipients"][0]["name"] = "Uỷ ban nhân dân huyện"


def test_a_plan_changed_after_opening_is_refused_until_adopted_and_earlier_figures_stay(
    office: Any, moment: Moment, tmp_path: Path
) -> None:
    _report(office, "22492", status="Đang thực hiện", progress=10)
    office.collect()
    before = _aggregate(office, moment(11, 18))
    _change_plan(office, _heavier)
    office.fill("22489")
    [waiting] = office.collect(moment(11, 18))["waiting"]
    assert re.search(
        r"1 files of period 2024-11 wait: .*weight of PCI-01 5 → 10; weight of PCI-02 10 → 5.*plan adopt", waiting
    )
    assert _aggregate(office, moment(11, 18, 11))["indices"] == before["indices"]
    adopted = steps.adopt_plan(office.settings, period="2024-11", decision=Decision(**WHO), now=moment(11, 18, 12))
    assert adopted["changes"] == ["weight of PCI-01 5 → 10", "weight of PCI-02 10 → 5"]
    after = _aggregate(office, moment(11, 18, 13))
    assert {one["code"]: one["weight"] for one in after["indicators"]}["PCI-01"] == 10
    assert after["indices"][0]["score"] != before["indices"][0]["score"]
    assert json.dumps(_aggregate(office, moment(11, 20), moment(11, 18))) == json.dumps(before)
    assert office.collect(moment(11, 18, 14))["claimed"] == 0
    assert office.standing("22489", moment(11, 18, 15))["reported"] > 0
    shown = steps.trace(office.settings, period="2024-11", now=moment(11, 18, 15))["plan_adoptions"]
    assert [one["changes"] for one in shown] == [adopted["changes"]]


def test_a_file_of_a_period_the_changed_plan_was_not_adopted_for_keeps_no_other_waiting(
    office: Any, moment: Moment
) -> None:
    december = ReportingPeriod.parse("2024-12")
    steps.open_periods(office.settings, now=moment(11, 16), period=december.id)
    _change_plan(office, _heavier)
    steps.adopt_plan(office.settings, period="2024-11", decision=Decision(**WHO), now=moment(11, 17))
    office.fill("22492")
    unit = next(one for one in office.plan.units if one.code == "22489")
    template = office.folder(unit.code) / "bieu-mau" / "bieu-mau-2024-12.xlsx"
    entries = honest_entries(office.plan, unit, december)
    fill_template(template, office.folder(unit.code) / "nop" / "thang 12.xlsx", entries)
    collected = office.collect(moment(11, 18))
    assert (collected["claimed"], collected["submissions"], len(office.receipts("22492"))) == (2, 1, 1)
    assert [one[:32] for one in collected["waiting"]] == ["1 files of period 2024-12 wait: "]
    steps.adopt_plan(office.settings, period="2024-12", decision=Decision(**WHO), now=moment(11, 18, 10))
    again = office.collect(moment(11, 18, 11))
    assert (again["submissions"], again["waiting"]) == (1, [])


def test_a_task_a_unit_is_freed_from_is_owed_no_more_once_adopted(office: Any, moment: Moment) -> None:
    office.fill("22492")
    office.collect()
    owed = _aggregate(office, moment(11, 18))["totals"]["owed"]
    _change_plan(office, _freed)
    with pytest.raises(NeedsHuman, match=r"task PCI-01\.1 owed → not asked for unit 22492"):
        steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    steps.adopt_plan(office.settings, period="2024-11", decision=Decision(**WHO), now=moment(11, 18, 10))
    assert _aggregate(office, moment(11, 18, 11))["totals"]["owed"] == owed - 1
    assert _aggregate(office, moment(11, 18, 11), moment(11, 18))["totals"]["owed"] == owed
    published = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    assert published["state"] == "published"
    assert [one for one in published["warnings"] if "no longer has" in one]


def test_a_plan_put_back_as_it_was_holds_again(office: Any, moment: Moment) -> None:
    office.fill("22492")
    office.collect()
    before = _aggregate(office, moment(11, 18))
    original = office.settings.plan_file
    _change_plan(office, _heavier)
    steps.adopt_plan(office.settings, period="2024-11", decision=Decision(**WHO), now=moment(11, 18, 10))
    office.settings = replace(office.settings, plan_file=original)
    with pytest.raises(NeedsHuman, match="weight of PCI-01 10 → 5"):
        office.open()
    steps.adopt_plan(office.settings, period="2024-11", decision=Decision(**WHO), now=moment(11, 18, 11))
    assert _aggregate(office, moment(11, 18, 12))["indices"] == before["indices"]


def test_changed_words_are_taken_up_and_a_report_as_of_before_keeps_the_old_ones(
    office: Any, moment: Moment, tmp_path: Path
) -> None:
    office.fill("22492")
    office.collect()
    steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    asked = {"period": "2024-11", "as_of": moment(11, 19, 8)}
    first = [path.read_bytes() for path in steps.render_report(office.settings, **asked, out=tmp_path / "1")]
    blank = {"unit": "22492", "now": moment(11, 20), **asked}
    steps.write_unit_template(office.settings, **blank, out=tmp_path / "before.xlsx")
    _change_plan(office, _renamed)
    office.fill("22489")
    office.collect(moment(11, 19, 9))
    again = [path.read_bytes() for path in steps.render_report(office.settings, **asked, out=tmp_path / "2")]
    assert again == first
    steps.write_unit_template(office.settings, **blank, out=tmp_path / "after.xlsx")
    assert (tmp_path / "after.xlsx").read_bytes() == (tmp_path / "before.xlsx").read_bytes()
    revised = steps.publish_period(office.settings, period="2024-11", now=moment(11, 20, 8))
    assert revised["revision"] == 1
    assert _aggregate(office, moment(11, 20, 9))["indices"][0]["title"].endswith("(đổi tên)")


def test_only_an_opened_period_takes_up_a_changed_plan_or_is_reopened(office: Any, moment: Moment) -> None:
    with pytest.raises(NeedsHuman, match="was never open"):
        steps.adopt_plan(office.settings, period="2024-12", decision=Decision(**WHO), now=moment(11, 16))
    with pytest.raises(NeedsHuman, match="was never open"):
        until = Decision(**WHO, until_at=moment(12, 30))
        steps.reopen(office.settings, period="2024-12", decision=until, now=moment(11, 16))


def test_letters_are_told_as_of_a_moment(office: Any, mailed: Path, moment: Moment) -> None:
    steps.deliver(office.settings, now=moment(11, 15))
    states = {
        now: {one["state"] for one in steps.outbox_state(office.settings, as_of=now)["letters"]}
        for now in (moment(10, 1), moment(11, 14), moment(11, 16))
    }
    assert list(states.values()) == [set(), {"waiting"}, {"sent"}]
