"""One spelling for comparing what people type: without capitals, diacritics, punctuation and doubled spaces."""

import re
import unicodedata
from functools import lru_cache

# Characters nobody sees: zero-width ones, directions of writing, soft hyphens, controls, halves of surrogate pairs.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
# The marks that decomposed letters carry.
MARK = "\u0300-\u034e\u0350-\u036f\u1ab0-\u1abd\u1dc0-\u1dff\u20d0-\u20dc\u20e1\ufe20-\ufe2f"
MARKS, WORD = re.compile(f"[{MARK}]"), re.compile(f"[a-z0-9][a-z0-9{MARK}]*")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """A text as bare words, so that "Đã hoàn thành!" equals "da  HOAN THANH"."""
    # ð and đ are d; letters with their marks behind them, which are no part of a word.
    small = INVISIBLE.sub("", text.casefold()).replace("đ", "d").replace("ð", "d")
    return " ".join(WORD.findall(unicodedata.normalize("NFD", small))).encode("ascii", "ignore").decode()


def composed(text: str) -> str:
    """A text in composed letters without the invisible ones, and with a đ that is one."""
    # The Icelandic letter looks the same and is what many keyboards and fonts give for it.
    return INVISIBLE.sub("", unicodedata.normalize("NFC", text)).replace("Ð", "Đ").replace("ð", "đ")


def unmarked(text: str) -> str:
    """A text without the marks on its letters; đ stays what it is."""
    return MARKS.sub("", unicodedata.normalize("NFD", text))
