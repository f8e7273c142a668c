"""What one cell says: a text, a percentage, a tick. Never guessed: what has two meanings is a Misread."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from math import isfinite
from typing import Any

from commune_reports.spelling import composed, fold

SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
# 85 · 85,5 · 85.5 · 1.000 · 1.234,5 (a dot before three digits sets thousands apart), with or without a percent sign.
NUMBER = re.compile(r"([+-]?)(?:(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?|(\d+)(?:[.,](\d+))?)(%{0,2})")
# Words before and behind a number that do not change it. A dash behind a word is no minus: "Hoàn thành - 100%".
TOLD = r"(?:(?:ước(?: tính)?|đã|mới|được|khoảng|tỷ lệ|đến nay)\s+|đạt(?:\s*:\s*|\s+))"
BEFORE_NUMBER = re.compile(
    rf"^(?:tiến độ(?:\s*:\s*|\s+))?(?:'(?=\d)|\((?=[^()-]*%\)$))?(?:{TOLD})*"
    rf"(?:(?:hoàn thành|thực hiện|ht)(?:\s*[-–—:,]\s*(?=\d)|\s+))?(?:{TOLD})*(?:[~≈]\s*(?=\d))?",
    re.IGNORECASE,
)
# "Đã 2", "Hoàn thành: 2" may be a count; "Đạt 60", "Khoảng 60" is none.
MAY_COUNT = re.compile(r"\b(?:đã|mới|được|tỷ lệ|đến nay|hoàn thành|thực hiện|ht)\W*$", re.IGNORECASE)
SAYS_PERCENT = re.compile(r"%|phần trăm|phan tram", re.IGNORECASE)
BEHIND_NUMBER = re.compile(
    r"\s*(?:phần trăm|phan tram)$|(?<=[\w%])[.;,*]+$|"
    r"(?<=%)\s*(?:so với )?(?:kế hoạch|kh)(?: (?:vốn|năm|(?:được )?giao|đề ra)){0,2}$|"
    r"(?<=%)\s*(?:(?:khối lượng|kl)(?: công việc)?|công việc|tiến độ|đến nay|(?:đã )?(?:hoàn thành|ht|xong))$|"
    r"(?<=%)\s*\((?:tăng|giảm|(?:so với )?(?:(?:tháng|kỳ|quý) trước|cùng kỳ)) [^()]*\)$|"
    r"(?<=%)(?:\s*[,;–-]\s*|\s+|\s*(?=\())\(?(?:đúng|vượt|chậm|đảm bảo|bảo đảm) (?:hạn|tiến độ)\)?$|"
    r"(?<=\d)\s*\((?=%\)$)|(?<=%)\)$",
    re.IGNORECASE,
)
# "60% (3/5 việc)": what was counted may stand beside a share it makes.
COUNTED = re.compile(
    r"(?P<share>[^()]+)\((?P<done>\d{1,5})\s*/\s*(?P<of>0*[1-9]\d{0,4})"
    r"(?: (?:(?:công |đầu |phần )?việc|nhiệm vụ|nội dung|hạng mục|hồ sơ|thủ tục|thôn))?\)",
    re.IGNORECASE,
)
# "Đang thực hiện 50%", "Đang thực hiện (đạt 70,5%)", "Đang thực hiện đạt 60": only directly behind a status.
SHARE_BEHIND = re.compile(
    rf"(?P<words>\D*?\w)(?P<apart>[\s(,:;./–—-]+)(?P<share>(?:{TOLD})*(?:[~≈]\s*)?\d[^\n]*)", re.IGNORECASE
)
# "60% - Đang thực hiện", "(60%) Đang thực hiện"; with nothing between, "60% đang thực hiện" may be of something else.
SHARE_IN_FRONT = re.compile(
    r"(?P<share>[^%]{1,40}%%?[^%\d,:;–—-]{0,30}?)"
    r"(?P<apart>\s*[-–—:,;/]\s*|(?<=\))\s*|\s*(?=[A-ZĐ(])|\s+(?=(?:đã )?(?:hoàn thành|ht|xong)\b))(?P<words>[^%\d]+)"
)
# A dash, a slash or dots where there is nothing to write.
BLANKS = re.compile(r"[-–—−_/.…\s]+")
# How Unicode marks a small figure above or below the line: "5²" is not 52.
RAISED = ("<super>", "<sub>")
# More than anybody types, fewer than sums of fractions get wrong.
DECIMALS = 6
SAYS_SHARE, ALL = re.compile(r"%|phần trăm|đạt", re.IGNORECASE), 100
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
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        shown_as_percent = is_percent() if value else False
        if shown_as_percent:
            return round(float(value) * 100, DECIMALS)
        number = round(float(value), DECIMALS) if isfinite(value) else value  # formulas leave 100.00000000000001
        is_unclear = 0 < number < 1 or (number == 1 and shown_as_percent is None)
        return Misread("progress_ambiguous", _decimal(plain_text(value) or "")) if is_unclear else number
    text = plain_text(value)
    if text is None or is_blank(value):
        return None
    if any(unicodedata.decomposition(letter).startswith(RAISED) for letter in text):
        return Misread("progress_unreadable", text)
    if counted := COUNTED.fullmatch(text):
        share, made = progress(counted["share"], is_percent), ALL * int(counted["done"]) / int(counted["of"])
        return share if isinstance(share, float) and _is_cut(made, share) else Misread("progress_unreadable", text)
    before = BEFORE_NUMBER.match(text)
    if before and MAY_COUNT.search(before[0]) and not SAYS_PERCENT.search(text):
        return Misread("progress_unreadable", text)
    bare = unicodedata.normalize("NFKC", BEHIND_NUMBER.sub("", BEHIND_NUMBER.sub("", BEFORE_NUMBER.sub("", text))))
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


def words_and_share(text: str) -> tuple[str, float] | None:
    """The words of a cell and the share told directly behind or in front of them, in percent: "Đang thực hiện (60%)"."""
    if not any(map(str.isdigit, text)):
        return None
    for form in (SHARE_BEHIND, SHARE_IN_FRONT):
        found = form.fullmatch(text)
        if found is None:
            continue
        told = found["share"].rstrip(" .").removesuffix(")") if "(" in found["apart"] else found["share"]
        share = progress(told, lambda: True) if SAYS_SHARE.search(told) else None
        # "Chưa hoàn thành 60%" may be what is left.
        is_left = "chua" in fold(found["words"]).split() and not found["apart"].strip()
        if isinstance(share, float) and (share == 0 or (share > 0 and not is_left)):
            return found["words"], share
    return None


def is_ticked(value: Any) -> bool | None:
    """Whether a cell of a column of ticks is ticked (x, v, ✓, 1); None if it holds something else."""
    if isinstance(value, bool):
        return value
    text = plain_text(value)
    if text is None or set(text) <= NO_TICK_SIGNS:
        return False
    return True if set(text) <= TICK_SIGNS or fold(text) in TICKS else None


def _is_cut(number: float, share: float) -> bool:
    """Whether a share is a number, perhaps with fewer decimals, rounded or cut off."""
    return abs(number - share) < (1 if share.is_integer() else 0.1)


def _decimal(text: str) -> str:
    return text.replace(".", ",")
