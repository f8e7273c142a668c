"""The words of every letter: facts are put together here, sentences stand in include/letters/*.j2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape

from commune_reports.errors import NeedsHuman
from commune_reports.findings import Finding, Severity
from commune_reports.letters.model import Address, Attachment, Letter
from commune_reports.letters.report_figures import report_figures
from commune_reports.period import ZONE, PeriodDates, ReportingPeriod, moment_text
from commune_reports.plan import Plan, RecipientRole, Unit
from commune_reports.scorecard import Scorecard, UnitStanding
from commune_reports.task_report import Assessment, sheet_named

# Said by name in a list of their own.
LISTED = ("task_missing",)
RED, AMBER, GREEN = ("#a3261d", "#fdf0ee"), ("#8a5a00", "#fff7e6"), ("#1c6b3a", "#edf7f0")


@dataclass(frozen=True)
class ReceiptFacts:
    """What a receipt answers: an arrival, its verdict, and what its unit still owes (codes, in the order of the plan).

    `marked` is the sender's workbook with its wrong cells marked, where there is one.
    """

    submission_id: str
    folder: str
    file_name: str
    received_at: datetime
    unit: Unit | None
    period: ReportingPeriod | None
    assessment: Assessment
    still_owed: Sequence[str]
    marked: Attachment | None = None


@dataclass(frozen=True)
class ReportIssue:
    """A report about to be sent: its figures and files, and the figures of the one it corrects (None for the first)."""

    card: Scorecard
    revision: int
    files: tuple[Attachment, ...]
    previous: Scorecard | None


def receipt(facts: ReceiptFacts, *, plan: Plan, include: Path) -> Letter:
    """The answer to one file: verdict first, every cell to mend, what is still owed, by when, whom to ask."""
    assessment, period = facts.assessment, facts.period
    findings = {
        severity: [_shown(one) for one in assessment.findings if one.severity is severity and one.code not in LISTED]
        for severity in Severity
    }
    colour, tint = {"accepted": GREEN, "partly_accepted": AMBER, "rejected": RED}[assessment.verdict]
    words = {
        "subject": f"Phiếu tiếp nhận – {facts.file_name}",
        "verdict": receipt_verdict(assessment),
        "colour": colour,
        "tint": tint,
        "heading_lines": receipt_lines(facts, plan),
        "marked": facts.marked.name if facts.marked else None,
        "what_is_marked": _what_is_marked(facts) if facts.marked else None,
        "to_mend": findings[Severity.CRITICAL],
        "to_know": findings[Severity.WARNING],
        "counts_anyway": "" if assessment.verdict == "rejected" else " – số liệu vẫn được tính",
        "remarks": findings[Severity.INFO],
        "still_owed": [plan.tasks[code] for code in facts.still_owed],
        "next_step": _next_step(facts, plan),
    }
    text, html = _rendered("receipt", words, plan, include)
    return Letter(
        key=f"receipt:{facts.submission_id}",
        kind="receipt",
        channel="folder",
        period_id=period.id if period else None,
        unit_code=facts.unit.code if facts.unit else None,
        folder=facts.folder,
        file_stem=f"phieu-tiep-nhan-{answer_stem(facts)}",
        attachments=(facts.marked,) if facts.marked else (),
        subject=str(words["subject"]),
        text=text,
        html=html,
    )


def receipt_lines(facts: ReceiptFacts, plan: Plan) -> list[tuple[str, str]]:
    """Whose file it is, for which period, and when it came."""
    period = facts.period
    lines = [
        ("Đơn vị", facts.unit.full_name if facts.unit else f"chưa xác định (thư mục {facts.folder})"),
        ("Kỳ báo cáo", period.label if period else "chưa xác định"),
        ("Tệp", " ".join(facts.file_name.split())),
        ("Nhận lúc", moment_text(facts.received_at) + _lateness(facts, plan)),
    ]
    return [*lines, ("Hạn nộp", moment_text(plan.dates(period).unit_due_at))] if period else lines


def answer_stem(facts: ReceiptFacts) -> str:
    """How the files that answer a submission are called, behind the word for what they are."""
    moment = f"{facts.received_at.astimezone(ZONE):%Y%m%d-%H%M}"
    return f"{moment}-{_stem(facts.file_name)[:60]}-{facts.submission_id[:6]}"


def announcement(plan: Plan, unit: Unit, period: ReportingPeriod, *, dates: PeriodDates, include: Path) -> Letter:
    """Tell a unit that a period is open, where its template lies and until when it is due."""
    words = {
        "subject": f"Mở kỳ báo cáo {period.label} – hạn nộp {moment_text(dates.unit_due_at)}",
        "unit": unit.full_name,
        "period": period.label,
        "window_start": f"{period.window_start:%d/%m/%Y}",
        "window_end": f"{period.window_end:%d/%m/%Y}",
        "plan": plan.title,
        "due": moment_text(dates.unit_due_at),
        "folder": unit.folder,
        "file": f"bieu-mau-{period.id}.xlsx",
    }
    return _to_unit(
        "announcement", f"announcement:{plan.id}:{period.id}:{unit.code}", unit, period, words, plan, include
    )


def reminder(
    plan: Plan, unit: Unit, period: ReportingPeriod, *, standing: UnitStanding, now: datetime, include: Path
) -> list[Letter]:
    """Remind a unit of what it still owes, by name: one e-mail and one note in its folder, once a day."""
    dates = plan.dates(period)
    overdue = now > dates.unit_due_at
    count = len(standing.missing_tasks)
    if standing.timeliness == "missing":
        state = f"UBND {unit.full_name} chưa có báo cáo nào được tiếp nhận"
    else:
        state = f"UBND {unit.full_name} còn {count}/{standing.owed} nhiệm vụ chưa báo cáo"
    if overdue:
        headline = f"{state}; đã quá hạn nộp {moment_text(dates.unit_due_at)}."
        request = (
            "Đề nghị nộp ngay. Báo cáo nhận sau thời điểm tổng hợp được đưa vào bản điều chỉnh và ghi là nộp muộn. "
            f"Các nhiệm vụ còn phải báo cáo ({count}):"
        )
    else:
        headline = f"{state}; hạn nộp {moment_text(dates.unit_due_at)}."
        request = f"Đề nghị báo cáo các nhiệm vụ sau ({count}):"
    words = {
        "subject": f"{'Quá hạn' if overdue else 'Nhắc nộp'} báo cáo {period.label} – UBND {unit.full_name}",
        "unit": unit.full_name,
        "period": period.label,
        "overdue": overdue,
        "headline": headline,
        "request": request,
        "tasks": [plan.tasks[code] for code in standing.missing_tasks],
        "folder": unit.folder,
    }
    day = f"{now.astimezone(ZONE):%Y-%m-%d}"
    key = f"reminder:{plan.id}:{period.id}:{unit.code}:{day}"
    note = _note("reminder", f"{key}:folder", unit, period, words, plan, include)
    return [_to_unit("reminder", f"{key}:email", unit, period, words, plan, include), note] if unit.email else [note]


def report_letter(plan: Plan, issue: ReportIssue, *, include: Path) -> Letter:
    """The cover note of a consolidated report to the plan's recipients; its first screen carries the main figures."""
    card = issue.card
    period = ReportingPeriod.parse(card.period_id)
    title = f"Báo cáo tổng hợp {period.label}"
    if issue.revision:
        title += f" – bản điều chỉnh lần {issue.revision}"
    words = {
        "subject": f"{title} – thực hiện nhiệm vụ cải thiện chỉ số {', '.join(index.code for index in plan.indices)}",
        "title": title,
        "receiving_office": plan.receiving_office.name,
        "files": [file.name for file in issue.files],
        **report_figures(plan, card, issue.previous),
    }
    text, html = _rendered("report", words, plan, include)
    return Letter(
        key=f"report:{plan.id}:{card.period_id}:r{issue.revision}",
        kind="report",
        channel="email",
        period_id=card.period_id,
        unit_code=None,
        subject=str(words["subject"]),
        to=_recipients(plan, RecipientRole.TO),
        cc=_recipients(plan, RecipientRole.CC),
        attachments=issue.files,
        text=text,
        html=html,
    )


def addressed_by(plan: Plan, letter: Letter) -> Letter:
    """The letter with the addresses the plan has now: a mended address counts for letters that still wait."""
    if letter.kind == "report":
        return replace(letter, to=_recipients(plan, RecipientRole.TO), cc=_recipients(plan, RecipientRole.CC))
    unit = _unit_written_to(plan, letter)
    return replace(letter, to=(_address(f"UBND {unit.full_name}", unit.email),)) if unit and unit.email else letter


def _unit_written_to(plan: Plan, letter: Letter) -> Unit | None:
    """The unit that bore the letter's code in the letter's period: another one may bear it since."""
    period = plan.period(letter.period_id)
    if period is not None:
        return plan.unit(letter.unit_code or "", period.window_end)
    return next((one for one in plan.units if one.code == letter.unit_code), None)


def _recipients(plan: Plan, role: RecipientRole) -> tuple[Address, ...]:
    return tuple(_address(one.name, one.email) for one in plan.recipients if one.role is role and one.email)


def _to_unit(
    kind: str, key: str, unit: Unit, period: ReportingPeriod, words: Mapping[str, Any], plan: Plan, include: Path
) -> Letter:
    """By e-mail where the unit has an address, else as a note in its folder."""
    if not unit.email:
        return _note(kind, key, unit, period, words, plan, include)
    text, html = _rendered(kind, words, plan, include)
    return Letter(
        key=key,
        kind=kind,
        channel="email",
        period_id=period.id,
        unit_code=unit.code,
        to=(_address(f"UBND {unit.full_name}", unit.email),),
        subject=str(words["subject"]),
        text=text,
        html=html,
    )


def _note(
    kind: str, key: str, unit: Unit, period: ReportingPeriod, words: Mapping[str, Any], plan: Plan, include: Path
) -> Letter:
    stem = {"reminder": "nhac-nop", "announcement": "mo-ky-bao-cao"}[kind]
    text, html = _rendered(kind, words, plan, include)
    return Letter(
        key=key,
        kind=kind,
        channel="folder",
        period_id=period.id,
        unit_code=unit.code,
        folder=unit.folder,
        file_stem=f"{stem}-{period.id}",
        subject=str(words["subject"]),
        text=text,
        html=html,
    )


def _rendered(kind: str, words: Mapping[str, Any], plan: Plan, include: Path) -> tuple[str, str]:
    """The plain text and the HTML of a letter."""
    shared = {"sender": plan.sender.name, "sender_email": plan.sender.email, "phone": plan.sender.phone}
    letters = _environment(include / "letters")
    try:
        text = letters.get_template(f"{kind}.txt.j2").render(**shared, **words)
        return text, letters.get_template(f"{kind}.html.j2").render(**shared, **words)
    except TemplateError as error:
        raise NeedsHuman(f"letter template {kind} in {include / 'letters'} is not right: {error}") from error


@lru_cache(maxsize=4)
def _environment(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _shown(finding: Finding) -> dict[str, Any]:
    return {
        "place": finding.cell or "–",
        "sheet": sheet_named(finding.sheet) if finding.sheet else None,
        "task": finding.task,
        "message": finding.message,
    }


def receipt_verdict(assessment: Assessment) -> str:
    """The verdict in one line."""
    read, accepted = assessment.rows_read, assessment.rows_accepted
    wrong = sum(one.severity is Severity.CRITICAL for one in assessment.findings)
    match assessment.verdict:
        case "accepted":
            return f"ĐÃ TIẾP NHẬN: {accepted}/{read} dòng nhiệm vụ hợp lệ."
        case "partly_accepted":
            return f"TIẾP NHẬN MỘT PHẦN: {accepted}/{read} dòng nhiệm vụ hợp lệ, còn {wrong} lỗi cần sửa."
    return f"CHƯA TIẾP NHẬN: không có dòng nhiệm vụ nào dùng được, {wrong} lỗi cần sửa."


def _next_step(facts: ReceiptFacts, plan: Plan) -> str:
    if facts.period is None or facts.unit is None:
        return "sửa theo hướng dẫn ở trên rồi chép tệp vào thư mục nop của đơn vị; hệ thống sẽ kiểm tra lại."
    dates = plan.dates(facts.period)
    due = moment_text(dates.unit_due_at)
    when = f"trước {due}" if facts.received_at <= dates.unit_due_at else f"ngay, vì đã quá hạn nộp {due}"
    if facts.assessment.verdict == "rejected":
        return f"làm theo hướng dẫn nêu trên và nộp lại báo cáo {when}."
    if facts.assessment.verdict == "partly_accepted":
        return f"sửa các ô nêu trên và nộp lại {when}; tệp nộp lại có thể chỉ gồm các dòng đã sửa."
    has_doubts = any(one.severity is Severity.WARNING and one.code not in LISTED for one in facts.assessment.findings)
    if facts.still_owed:
        review = "xem lại những điểm nêu trên, nếu sai thì sửa và nộp lại; " if has_doubts else ""
        return f"{review}báo cáo các nhiệm vụ còn lại {when}."
    if has_doubts:
        as_is = "nếu đúng thì không phải làm gì thêm"
        return f"xem lại những điểm nêu trên; {as_is}, nếu sai thì nộp lại các dòng đã sửa {when}."
    return "không phải làm gì thêm; nếu có thay đổi, chỉ cần nộp lại các dòng thay đổi."


def _what_is_marked(facts: ReceiptFacts) -> str:
    assert facts.marked is not None
    is_own = Path(facts.file_name).suffix.casefold() == Path(facts.marked.name).suffix.casefold()
    file = "chính tệp đã nộp" if is_own else "bản Excel của tệp đã nộp"
    has_cells = any(one.cell is not None for one in facts.assessment.findings)
    marks = "các ô cần sửa được tô đỏ, các ô nên xem lại được tô vàng, đều có ghi chú"
    return f"{file}, {marks if has_cells else 'có thêm trang đầu ghi những điểm nêu trên'}"


def _lateness(facts: ReceiptFacts, plan: Plan) -> str:
    if facts.period is None:
        return ""
    dates = plan.dates(facts.period)
    if facts.received_at <= dates.unit_due_at:
        return " (đúng hạn)"
    if facts.received_at < dates.cut_off_at:
        return " (nộp muộn)"
    return " (nộp muộn, sau thời điểm tổng hợp: số liệu được đưa vào bản điều chỉnh)"


def _stem(file_name: str) -> str:
    return file_name.rpartition(".")[0] or file_name


def _address(name: str, email: str | None) -> Address:
    assert email is not None
    return Address(name=name, email=email)
