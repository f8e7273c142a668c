"""One spelling for comparing what people type: without capitals, diacritics, punctuation and doubled spaces."""

import re
import unicodedata
from functools import lru_cache

# Characters nobody sees: zero-width ones, soft hyphens, controls, halves of surrogate pairs.
INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
WORD = re.compile(r"[a-z0-9]+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """A text as bare words, so that "Đã hoàn thành!" equals "da  HOAN THANH"."""
    lowered = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join(WORD.findall(INVISIBLE.sub("", "".join(c for c in lowered if not unicodedata.combining(c)))))
