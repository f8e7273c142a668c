"""Opening, reminding, publishing and sending a period, and doing each of them again."""

import errno
import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from commune_reports import outbox, steps, warehouse
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.report import consolidated
from commune_reports.settings import SmtpServer

Moment = Callable[..., datetime]


def _letters(office: Any, kind: str) -> list[dict[str, Any]]:
    return [one for one in steps.outbox_state(office.settings)["letters"] if one["kind"] == kind]


def test_opening_gives_every_unit_its_folders_template_and_letter_once(office: Any) -> None:
    for unit in office.plan.units:
        folder = office.settings.share / unit.folder
        assert {one.name for one in folder.iterdir()} == {"nop", "phan-hoi", "bieu-mau"}
        assert (folder / "bieu-mau" / "bieu-mau-2024-11.xlsx").stat().st_size > 5_000
    again = office.open()["opened"][0]
    assert (again["obligations"], again["templates"], again["announcements"]) == (0, 13, 0)
    assert len(_letters(office, "announcement")) == 13


def test_without_a_name_the_periods_being_reported_are_opened(office: Any, moment: Moment) -> None:
    opened = steps.open_periods(office.settings, now=moment(11, 16))["opened"]
    assert [one["period"] for one in opened] == ["2024-11", "2024-12", "2024"]


def test_last_months_state_stands_in_this_months_template(office: Any, moment: Moment, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    office.fill("22492")
    office.collect()
    out = tmp_path / "12.xlsx"
    steps.write_unit_template(office.settings, unit="22492", period="2024-12", out=out, now=moment(11, 16))
    cells = [str(cell.value) for row in load_workbook(out)["Báo cáo"].iter_rows() for cell in row if cell.value]
    assert any(text.startswith("Hoàn thành ngày") for text in cells)


def test_only_units_that_owe_something_are_reminded_once_a_day(office: Any, moment: Moment) -> None:
    for unit in office.plan.units[2:]:
        office.fill(unit.code)
    office.collect()
    assert steps.remind(office.settings, now=moment(11, 13))["queued"] == 0
    first = steps.remind(office.settings, now=moment(11, 18, 8))
    assert first["units"] == {"2024-11": ["22489", "22492"]}
    assert steps.remind(office.settings, now=moment(11, 18, 15))["queued"] == 0
    assert steps.remind(office.settings, now=moment(11, 19, 8))["queued"] == 2
    assert steps.remind(office.settings, now=moment(11, 17, 8))["queued"] == 0  # a Sunday
    assert steps.remind(office.settings, now=moment(11, 22, 8))["queued"] == 0  # after the deadline


def test_the_report_is_published_as_of_the_cut_off_and_only_once(office: Any, mailed: Path, moment: Moment) -> None:
    office.fill("22492")
    office.collect()
    with pytest.raises(NeedsHuman, match="is published from"):
        steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 7, 59))
    assert steps.periods_to_publish(office.settings, now=moment(11, 19, 7, 59)) == {"periods": []}
    assert steps.periods_to_publish(office.settings, now=moment(11, 19, 8)) == {"periods": ["2024-11"]}
    first = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    assert (first["state"], first["revision"], first["as_of"]) == ("published", 0, "2024-11-19T08:00:00+07:00")
    again = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 9))
    assert (again["state"], again["report"]) == ("already_published", first["report"])
    assert steps.periods_to_publish(office.settings, now=moment(11, 20, 8)) == {"periods": []}
    assert steps.deliver(office.settings, now=moment(11, 19, 8))["sent"] == 14
    assert steps.deliver(office.settings, now=moment(11, 19, 9))["sent"] == 0
    assert len(list(mailed.glob("*-report-*.eml"))) == 1


def test_a_report_made_late_still_shows_the_cut_off(office: Any, moment: Moment) -> None:
    office.fill("22489")
    office.collect(moment(11, 19, 12))
    late = steps.publish_period(office.settings, period="2024-11", now=moment(11, 20, 9))
    assert (late["revision"], late["as_of"]) == (0, "2024-11-19T08:00:00+07:00")
    at_cut_off = steps.aggregate(office.settings, period="2024-11", now=moment(11, 20), as_of=moment(11, 19, 8))
    assert at_cut_off["indices"][0]["reported"] == 0
    revised = steps.publish_period(office.settings, period="2024-11", now=moment(11, 20, 10))
    assert (revised["state"], revised["revision"]) == ("published", 1)


def test_late_facts_make_one_revision_a_day(office: Any, moment: Moment) -> None:
    steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    office.fill("22489")
    office.collect(moment(11, 19, 10))
    assert steps.periods_to_publish(office.settings, now=moment(11, 19, 11)) == {"periods": []}
    assert steps.periods_to_publish(office.settings, now=moment(11, 20, 8)) == {"periods": ["2024-11"]}
    steps.publish_period(office.settings, period="2024-11", now=moment(11, 20, 8))
    assert steps.periods_to_publish(office.settings, now=moment(11, 21, 8)) == {"periods": []}
    assert [one["subject"].count("điều chỉnh") for one in _letters(office, "report")] == [0, 1]


def _made_again(office: Any, moment: datetime, out: Path) -> bytes:
    [workbook, *_] = steps.render_report(office.settings, period="2024-11", as_of=moment, out=out)
    return workbook.read_bytes()


def _kept(office: Any, answer: dict[str, Any]) -> bytes:
    return Path(office.settings.home / answer["report"][0]).read_bytes()


@pytest.mark.parametrize("what", ["collect", "withdraw", "reopen"])
def test_what_a_run_that_began_before_a_report_writes_after_it_is_of_the_next_revision(
    office: Any, moment: Moment, tmp_path: Path, what: str
) -> None:
    office.fill("22492")
    office.collect()
    first = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    began = moment(11, 19, 7, 50)
    who = {"who": "Lê Thị Cúc, Văn phòng", "reason": "nhầm tệp"}
    if what == "collect":
        office.fill("22489")
        office.collect(began)
    elif what == "withdraw":
        [row, *_] = [one for one in steps.trace(office.settings, period="2024-11", now=began)["rows"] if one["sha256"]]
        steps.withdraw(office.settings, submission=row["sha256"], now=began, **who)
    else:
        until = steps.Decision(**who, until_at=moment(11, 25))
        steps.reopen(office.settings, period="2024-11", decision=until, now=began)
    assert _made_again(office, moment(11, 19, 8), tmp_path) == _kept(office, first)
    due = [] if what == "reopen" else ["2024-11"]
    assert steps.periods_to_publish(office.settings, now=moment(11, 20, 8)) == {"periods": due}


def test_a_fact_written_while_the_report_is_made_is_in_it_or_in_the_next_one(
    office: Any, moment: Moment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.fill("22492")
    office.collect()
    rendering, drops = steps.publishing._render, iter(["22489", None, None])

    def slowly(*made: Any, **more: Any) -> Any:
        if unit := next(drops):
            office.fill(unit)
            office.collect(moment(11, 19, 7, 50))
        return rendering(*made, **more)

    monkeypatch.setattr(steps.publishing, "_render", slowly)
    first = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    assert (first["state"], first["revision"]) == ("published", 0)
    assert _made_again(office, moment(11, 19, 8), tmp_path) == _kept(office, first)
    shown = steps.status(office.settings, period="2024-11", now=moment(11, 19, 9), as_of=moment(11, 19, 8))["units"]
    assert [one["unit"] for one in shown if one["timeliness"] != "missing"] == ["22489", "22492"]


def test_any_report_ever_sent_can_be_made_again_byte_for_byte(office: Any, moment: Moment, tmp_path: Path) -> None:
    office.fill("22492")
    office.collect()
    first = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    office.fill("22489")
    office.collect(moment(11, 20))
    second = steps.publish_period(office.settings, period="2024-11", now=moment(11, 20, 10))
    with steps.desk.open_desk(office.settings).reading() as connection:
        queued = {one.letter.key: one.letter for one in warehouse.pending_letters(connection, channel="email")}
    for published, as_of in ((first, moment(11, 19, 8)), (second, moment(11, 20, 10))):
        sent = office.settings.home / published["report"][0]
        made, *letter = steps.render_report(
            office.settings, period="2024-11", as_of=as_of, out=tmp_path / f"{published['revision']}"
        )
        assert (made.name, made.read_bytes()) == (sent.name, sent.read_bytes())
        said = queued[f"report:{office.plan.id}:2024-11:r{published['revision']}"]
        assert [path.read_text(encoding="utf-8") for path in letter] == [said.text, said.html]


def test_a_report_asked_for_before_the_first_one_was_made_stays_what_it_was(
    office: Any, moment: Moment, tmp_path: Path
) -> None:
    office.fill("22492")
    office.collect()
    before = _made_again(office, moment(11, 19, 12), tmp_path / "before")
    steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 14))
    assert _made_again(office, moment(11, 19, 12), tmp_path / "after") == before


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (errno.ENOSPC, "no room left in {}; free disk space"),
        (errno.EROFS, "{} cannot be used: Read-only file system (x); let this account write there"),
    ],
)
def test_a_disk_that_takes_no_report_is_one_line_and_leaves_nothing_half_made(
    office: Any, moment: Moment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int, said: str
) -> None:
    def stop(_: object, path: Path, **__: object) -> None:
        path.write_bytes(b"PK half a report")
        raise OSError(fault, os.strerror(fault), "x")

    kept, made = office.settings.home / "reports" / office.plan.id / "2024-11" / "r0", tmp_path / "made" / "here"
    with monkeypatch.context() as broken:
        broken.setattr(consolidated, "save_reproducibly", stop)
        with pytest.raises(NeedsHuman, match=f"^{re.escape(said.format(kept))}"):
            steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
        with pytest.raises(NeedsHuman, match=f"^{re.escape(said.format(made))}"):
            steps.render_report(office.settings, period="2024-11", as_of=moment(11, 19, 8), out=made)
    assert not (office.settings.home / "reports").exists()
    assert not made.parent.exists()
    assert _letters(office, "report") == []
    told = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    assert [office.settings.home / one for one in told["report"]] == list(kept.iterdir())


def test_a_report_made_again_stays_as_it_was_when_its_letter_cannot_be_written(
    office: Any, moment: Moment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.fill("22492")
    office.collect()
    before = {path: path.stat().st_ino for path in _rendered(office, moment(11, 14), tmp_path)}

    def stop(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(Path, "write_text", stop)
        with pytest.raises(NeedsHuman, match="no room left in"):
            _rendered(office, moment(11, 19, 8), tmp_path)
    assert {path: path.stat().st_ino for path in tmp_path.glob("*bao-cao*")} == before
    assert not list(tmp_path.glob(".commune-reports-work-*"))


def _rendered(office: Any, as_of: datetime, out: Path) -> list[Path]:
    return steps.render_report(office.settings, period="2024-11", as_of=as_of, out=out)


def test_mail_workbook_and_aggregate_say_the_same(office: Any, mailed: Path, moment: Moment) -> None:
    from openpyxl import load_workbook

    for unit in office.plan.units[:5]:
        office.fill(unit.code)
    office.collect()
    published = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    steps.deliver(office.settings, now=moment(11, 19, 8))
    truth = steps.aggregate(office.settings, period="2024-11", now=moment(11, 19, 8), as_of=moment(11, 19, 8))
    json.dumps(truth)
    sheet = load_workbook(office.settings.home / published["report"][0])["Tổng hợp"]
    shown = {row[1]: row for row in sheet.iter_rows(values_only=True) if row[1]}
    [letter] = mailed.glob("*-report-*.eml")
    message = message_from_bytes(letter.read_bytes(), policy=policy.default)
    html = message.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    for one in (*truth["indices"], *truth["indicators"]):
        if one["score"] is not None:
            assert shown[one["title"]][3] == pytest.approx(one["score"], rel=1e-12)
            assert f"{one['score']:.1f}".replace(".", ",") in html
        assert shown[one["title"]][4:7] == (one["owed"], one["reported"], one["missing"])


def test_figures_that_do_not_add_up_are_not_sent(office: Any, moment: Moment, monkeypatch: pytest.MonkeyPatch) -> None:
    real = warehouse.scorecard

    def wrong(*args: Any, **named: Any) -> Any:
        card = real(*args, **named)
        district = next(one for one in card.indicators if one.unit_code is None)
        bent = replace(district, figures=replace(district.figures, owed=district.figures.owed + 1))
        return replace(card, indicators=tuple(bent if one is district else one for one in card.indicators))

    monkeypatch.setattr(warehouse, "scorecard", wrong)
    with pytest.raises(NeedsHuman, match="not published"):
        steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    assert _letters(office, "report") == []


@pytest.mark.parametrize("spoiled", [lambda _: b"", lambda whole: whole[:2], lambda whole: b"Q" + whole[1:]])
def test_a_file_whose_bytes_were_lost_or_flipped_is_told_before_anything_is_sent(
    office: Any, moment: Moment, spoiled: Callable[[bytes], bytes]
) -> None:
    office.fill("22492")
    office.collect()
    [kept] = [one for one in (office.settings.home / "archive").rglob("*") if one.is_file()]
    kept.chmod(0o600)
    kept.write_bytes(spoiled(kept.read_bytes()))
    published = steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    assert any("file_not_archived" in one and kept.name in one for one in published["warnings"])


@pytest.mark.parametrize(
    ("done", "told"),
    [
        ("update report_score set score = 99.5 where level = 'index' and unit_code = '' and code = 'PCI'", 1),
        ("delete from report_score where level = 'indicator' and unit_code = '22492' and code = 'PCI-01'", 1),
        ("update task_report set status = 'nil' where task_code = 'PCI-01.1'", 4),
        ("update report_score set score = score", 0),
    ],
)
def test_a_revision_tells_when_what_was_published_before_is_not_what_it_was(
    office: Any, moment: Moment, done: str, told: int
) -> None:
    office.fill("22492")
    office.collect()
    steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    engine = create_engine(office.settings.warehouse_url)
    with engine.begin() as connection:
        connection.execute(text(done))
    engine.dispose()
    office.fill("22489")
    office.collect(moment(11, 19, 10))
    again = steps.publish_period(office.settings, period="2024-11", now=moment(11, 20, 8))
    said = [one for one in again["warnings"] if "published_otherwise" in one]
    assert (again["revision"], len(said)) == (1, int(told > 0))
    assert all(f"failed for {told} of " in one and "of revision 0" in one for one in said), said


def test_lost_obligations_stop_a_revision_in_words(office: Any, moment: Moment) -> None:
    office.fill("22492")
    office.collect()
    steps.publish_period(office.settings, period="2024-11", now=moment(11, 19, 8))
    engine = create_engine(office.settings.warehouse_url)
    with engine.begin() as connection:
        connection.execute(text("delete from obligation where period_id = '2024-11'"))
    engine.dispose()
    office.fill("22489")
    office.collect(moment(11, 19, 10))
    with pytest.raises(NeedsHuman, match=r"not published: .*obligation_missing"):
        steps.publish_period(office.settings, period="2024-11", now=moment(11, 20, 8))


def test_a_mail_server_out_of_reach_leaves_every_letter_waiting(office: Any, moment: Moment) -> None:
    office.settings = replace(office.settings, smtp=SmtpServer("127.0.0.1", 1, None, None, "none"))
    with pytest.raises(Transient, match="cannot be reached"):
        steps.deliver(office.settings, now=moment(11, 15))
    assert {one["state"] for one in _letters(office, "announcement")} == {"waiting"}


def test_without_a_mail_server_one_line_says_what_to_set(office: Any, moment: Moment) -> None:
    with pytest.raises(NeedsHuman, match="COMMUNE_REPORTS_SMTP is not set"):
        steps.deliver(office.settings, now=moment(11, 15))


def test_a_letter_refused_three_times_is_given_up_and_said(
    office: Any, mailed: Path, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_mailer: object, _message: object, recipients: tuple[str, ...]) -> outbox.Delivery:
        return outbox.Delivery("refused", "550 unknown", dict.fromkeys(recipients, "550 unknown"))

    monkeypatch.setattr(outbox, "send", refuse)
    for _ in range(2):
        with pytest.raises(Transient, match="wait for another try"):
            steps.deliver_or_say(office.settings, now=moment(11, 15))
    with pytest.raises(NeedsHuman, match="refused for good"):
        steps.deliver_or_say(office.settings, now=moment(11, 15))
    assert {one["state"] for one in _letters(office, "announcement")} == {"refused"}
    assert steps.deliver(office.settings, now=moment(11, 16))["refused"] == 0


def test_a_crash_while_sending_is_visible_and_the_repeat_is_the_same_letter(
    office: Any, mailed: Path, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def die(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        broken.setattr(warehouse, "finish_attempts", die)
        with pytest.raises(KeyboardInterrupt):
            steps.deliver(office.settings, now=moment(11, 15))
    assert "interrupted" in _letters(office, "announcement")[0]["attempts"][0]["detail"]
    steps.deliver(office.settings, now=moment(11, 15, 10))
    ids = [message_from_bytes(path.read_bytes())["Message-ID"] for path in sorted(mailed.glob("*.eml"))]
    assert (len(ids), len(set(ids))) == (14, 13)


def test_a_figure_leads_back_to_file_sheet_and_cell(office: Any, moment: Moment) -> None:
    office.fill("22492", "Báo cáo.xlsx")
    office.collect()
    traced = steps.trace(office.settings, period="2024-11", now=moment(11, 16), indicator="PCI-03", unit="22492")
    assert [row["task_code"] for row in traced["rows"]] == [f"PCI-03.{n}" for n in range(1, 6)]
    row = traced["rows"][0]
    assert (row["file_name"], row["sheet"], row["cells"]["status"]) == ("Báo cáo.xlsx", "Báo cáo", f"F{row['row']}")
    assert Path(row["archived"]).exists()
    assert traced["figure"]["reported"] == 5


@pytest.mark.parametrize("wrong", [{"indicator": "PCI-99"}, {"unit": "00000"}, {"period": "2031"}])
def test_a_question_about_what_does_not_exist_lists_what_does(
    office: Any, moment: Moment, wrong: dict[str, str]
) -> None:
    with pytest.raises(NeedsHuman, match="it has"):
        steps.trace(office.settings, **({"period": "2024-11", "now": moment(11, 16)} | wrong))  # type: ignore[arg-type]


def test_a_mended_address_is_tried_and_one_bad_letter_does_not_hold_the_others(
    office: Any, mailed: Path, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from commune_reports.steps import desk

    bad = replace(office.plan, units=(replace(office.plan.units[0], email="van gia@x"), *office.plan.units[1:]))
    with monkeypatch.context() as broken:
        broken.setattr(desk, "load_plan", lambda _: bad)
        result = steps.deliver(office.settings, now=moment(11, 15))
    assert (result["sent"], result["deferred"]) == (12, 1)
    assert "van gia@x" in result["troubles"][0]
    assert steps.deliver(office.settings, now=moment(11, 15))["sent"] == 1
    assert len(list(mailed.glob("*.eml"))) == 13
