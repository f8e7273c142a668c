"""What one cell says: a text, a percentage, a date. Never guessed: what has two meanings is a Misread."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
NUMBER = re.compile(r"([+-]?\d+)(?:[.,](\d+))?(%?)")
WRITTEN_DATE = re.compile(r"(?:ngay)?(\d{1,2})(?:thang|[/.-])(\d{1,2})(?:nam|[/.-])(\d{4}|\d{2})")
ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
# Days Excel counts from, and the serial numbers of the years 2000 to 2100: a date in a cell that lost its format.
EXCEL_EPOCH, EXCEL_YEARS = date(1899, 12, 30), range(36526, 73051)


@dataclass(frozen=True)
class Misread:
    """A cell whose content cannot be taken: the code of the finding and what stands there."""

    code: str
    got: str


def plain_text(value: Any) -> str | None:
    """The cell as text: composed Unicode, single spaces, no invisible characters; None if nothing is left."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _cleaned(value)
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}" if value.time() == time() else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


@lru_cache(maxsize=65_536)
def _cleaned(text: str) -> str | None:
    return SPACES.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip() or None


def progress(value: Any, is_percent: Callable[[], bool | None]) -> float | None | Misread:
    """A percentage 0–100 (85, "85%", "85,0 %", 0.85 in a percent cell).

    `is_percent` tells the cell's number format; None where the file format does not let it be known.
    """
    text = plain_text(value)
    if text is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        shown_as_percent = is_percent() if value else False
        if shown_as_percent:
            return round(float(value) * 100, 6)
        is_unclear = 0 < value < 1 or (value == 1 and shown_as_percent is None)
        return Misread("progress_ambiguous", _decimal(text)) if is_unclear else float(value)
    found = NUMBER.fullmatch(text.replace(" ", ""))
    if not found:
        return Misread("progress_unreadable", text)
    number = float(f"{found[1]}.{found[2] or 0}")
    return Misread("progress_ambiguous", text) if 0 < number < 1 and not found[3] else number


def completion_date(value: Any) -> date | None | Misread:
    """A day (an Excel date, its serial number, 5/11/2024, 5-11-24, ngày 5 tháng 11 năm 2024)."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = plain_text(value)
    if text is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (
            EXCEL_EPOCH + timedelta(days=int(value)) if int(value) in EXCEL_YEARS else Misread("date_unreadable", text)
        )
    iso, bare = ISO_DATE.fullmatch(text), _without_marks(text).rstrip(".,;")
    written = WRITTEN_DATE.fullmatch(bare)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if written:
            year = int(written[3])
            return date(year + 2000 if year < 100 else year, int(written[2]), int(written[1]))
    except ValueError:
        pass
    return Misread("date_unreadable", text)


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace(" ", "")


def _decimal(text: str) -> str:
    return text.replace(".", ",")
