"""What one cell says: a text, a percentage, a tick. Never guessed: what has two meanings is a Misread."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from commune_reports.spelling import composed, fold

SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
# 85 · 85,5 · 85.5 · 1.000 · 1.234,5 (a dot before three digits sets thousands apart), with or without a percent sign.
NUMBER = re.compile(r"([+-]?)(?:(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?|(\d+)(?:[.,](\d+))?)(%?)")
# Words around a number that do not change it.
AROUND_NUMBER = re.compile(
    r"^(?:(?:ước )?(?:(?:đã )?đạt(?: tỷ lệ)?|được|(?:đã )?hoàn thành|ht|khoảng)(?: khoảng)?)\s+|\s*(?:phần trăm|phan tram)$|"
    r"(?<=[\d%])[.;,*]+$|(?<=%)\s*(?:so với )?(?:kế hoạch|kh)(?: năm)?$|(?<=%)\s*\((?:tăng|giảm) [^()]*\)$|"
    r"^'(?=\d)|(?<=\d)\s*\((?=%\)$)|(?<=%)\)$",
    re.IGNORECASE,
)
# A dash, a slash or dots where there is nothing to write.
BLANKS = re.compile(r"[-–—−_/.…\s]+")
# How Unicode marks a small figure above or below the line: "5²" is not 52.
RAISED = ("<super>", "<sub>")
OF_HUNDRED = re.compile(r"(\d{1,3})\s*/\s*100")
TICKS = {"x", "v", "co", "1", "dung", "ok", "yes"}
# "ü", "þ" and "P" are what Excel keeps of the ticks people choose from the fonts Wingdings and Wingdings 2.
TICK_SIGNS = set("✓✔☑☒✗✘√●•■◼×xXvV+*üþP\ufe0f")
NO_TICK_SIGNS = set("☐□○-–—0")


@dataclass(frozen=True)
class Misread:
    """A cell whose content cannot be taken: the code of the finding and what stands there."""

    code: str
    got: str


def plain_text(value: Any) -> str | None:
    """The cell as text: composed Unicode, single spaces, no invisible characters; None if nothing is left."""
    if isinstance(value, str):
        return cleaned(value) if value else None
    if value is None:
        return None
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}" if value.time() == time() else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


@lru_cache(maxsize=65_536)
def cleaned(text: str) -> str | None:
    """A text composed, with single spaces and without invisible characters; None if nothing is left."""
    return SPACES.sub(" ", composed(text)).strip() or None


def is_blank(value: Any) -> bool:
    """Whether a cell of a number or a day holds nothing but a dash or dots, which say that there is none."""
    return isinstance(value, str) and BLANKS.fullmatch(plain_text(value) or "") is not None


def progress(value: Any, is_percent: Callable[[], bool | None]) -> float | None | Misread:
    """A percentage 0–100 (85, "85%", "85,0 %", 0.85 in a percent cell).

    `is_percent` tells the cell's number format; None where the file format does not let it be known.
    """
    text = plain_text(value)
    if text is None or is_blank(value):
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        shown_as_percent = is_percent() if value else False
        if shown_as_percent:
            return round(float(value) * 100, 6)
        is_unclear = 0 < value < 1 or (value == 1 and shown_as_percent is None)
        return Misread("progress_ambiguous", _decimal(text)) if is_unclear else float(value)
    if any(unicodedata.decomposition(letter).startswith(RAISED) for letter in text):
        return Misread("progress_unreadable", text)
    bare = unicodedata.normalize("NFKC", AROUND_NUMBER.sub("", AROUND_NUMBER.sub("", text)))
    if of_hundred := OF_HUNDRED.fullmatch(bare):
        return float(of_hundred[1])
    # "85 %", "1 000" are one number; "5 8", perhaps on two lines of the cell, is none.
    found = NUMBER.fullmatch(re.sub(r"(?<![\d.,]) | (?=%|\d{3}(?!\d))", "", bare))
    if not found:
        return Misread("progress_unreadable", text)
    sign, thousands, fraction, whole, decimals, percent = found.groups()
    number = float(f"{sign}{(thousands or whole).replace('.', '')}.{fraction or decimals or 0}")
    is_unclear = 0 < number < 1 and not percent
    return Misread("progress_ambiguous", text) if is_unclear else number


def is_ticked(value: Any) -> bool | None:
    """Whether a cell of a column of ticks is ticked (x, v, ✓, 1); None if it holds something else."""
    if isinstance(value, bool):
        return value
    text = plain_text(value)
    if text is None or set(text) <= NO_TICK_SIGNS:
        return False
    return True if set(text) <= TICK_SIGNS or fold(text) in TICKS else None


def _decimal(text: str) -> str:
    return text.replace(".", ",")
