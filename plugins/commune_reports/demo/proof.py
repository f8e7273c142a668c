"""What the demo ends with: did the report arrive in time, and do mail, workbook and warehouse say the same?"""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from io import BytesIO
from math import isclose
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from commune_reports import steps
from commune_reports.settings import Settings


@dataclass(frozen=True)
class Proof:
    """The first report as it arrived: when, with which scores in mail, workbook and warehouse, and what is wrong with it."""

    letter: Path
    sent_at: datetime
    deadline_at: datetime
    scores: dict[str, float]
    troubles: tuple[str, ...]


def prove(settings: Settings, letters: Path, *, period: str, sent_as_of: datetime) -> Proof | None:
    """Open the first report letter and hold its figures against the warehouse as of the cut-off; None if none arrived."""
    found = sorted(letters.glob("*-report-*.eml"))
    if not found:
        return None
    message = message_from_bytes(found[0].read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    truth = steps.aggregate(settings, period=period, now=sent_as_of, as_of=sent_as_of)
    deadline_at = datetime.fromisoformat(truth["deadline_at"])
    sent_at = parsedate_to_datetime(str(message["Date"]))
    html = message.get_body(("html",))
    attached = list(message.iter_attachments())
    troubles = []
    if sent_at > deadline_at:
        troubles.append(f"sent at {sent_at}, after the deadline {deadline_at}")
    if html is None or not attached:
        troubles.append("the letter has no HTML part or no attachment")
    else:
        troubles += _differences(truth, str(html.get_content()), attached[0].get_content())
    scores = {one["code"]: float(one["score"]) for one in truth["indices"]}
    return Proof(found[0], sent_at, deadline_at, scores, tuple(troubles))


def _differences(truth: dict[str, Any], html: str, workbook: bytes) -> list[str]:
    """Every score of the warehouse that the workbook or the mail does not show."""
    sheet = load_workbook(BytesIO(workbook), read_only=True)["Tổng hợp"]
    rows = {row[1]: row for row in sheet.iter_rows(values_only=True) if row[1]}
    troubles = []
    for one in (*truth["indices"], *truth["indicators"]):
        shown = "–" if one["score"] is None else f"{one['score']:.1f}".replace(".", ",")
        row = rows.get(one["title"])
        in_workbook = None if row is None else row[3]
        if not _same(one["score"], in_workbook):
            troubles.append(f"{one['code']}: warehouse {one['score']}, workbook {in_workbook}")
        if row is not None and (row[4], row[5], row[6]) != (one["owed"], one["reported"], one["missing"]):
            troubles.append(f"{one['code']}: counts differ between warehouse and workbook")
        if shown not in html:
            troubles.append(f"{one['code']}: the mail does not show {shown}")
    return troubles


def _same(score: float | None, shown: object) -> bool:
    """A workbook keeps fifteen digits of a number."""
    if score is None:
        return shown == "–"
    return isinstance(shown, (int, float)) and isclose(score, shown, rel_tol=1e-12)
