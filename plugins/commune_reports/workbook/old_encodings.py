"""Vietnamese as the fonts of the nineties store it (TCVN3 or ABC: .VnTime; VNI: VNI-Times), told from Unicode and converted.

No kept library does this. Tables: TCVN 5712:1993 (VN3) as .VnTime has it; VNI's own list of its letters. Which of the
encodings a text is in is decided by its syllables: a Vietnamese syllable has an onset, a rime and one tone, and letters
read in the wrong encoding seldom make one.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from commune_reports.workbook.model import Grid, Note, address

TCVN3_LETTERS = {
    code: letter
    for codes, letters in (
        ("µ¶·¸¹", "àảãáạ"), ("»¼½¾Æ", "ằẳẵắặ"), ("ÇÈÉÊË", "ầẩẫấậ"), ("ÌÎÏÐÑ", "èẻẽéẹ"), ("ÒÓÔÕÖ", "ềểễếệ"),
        ("×ØÜÝÞ", "ìỉĩíị"), ("ßáâãä", "òỏõóọ"), ("åæçèé", "ồổỗốộ"), ("êëìíî", "ờởỡớợ"), ("ïñòóô", "ùủũúụ"),
        ("õö÷øù", "ừửữứự"), ("úûüýþ", "ỳỷỹýỵ"), ("¨©ª«¬\xad®", "ăâêôơưđ"), ("¡¢£¤¥¦§", "ĂÂÊÔƠƯĐ"),
    )
    for code, letter in zip(codes, letters, strict=True)
}  # fmt: skip
GRAVE, ACUTE, HOOK, TILDE, DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
TONES = GRAVE + ACUTE + HOOK + TILDE + DOT
CIRCUMFLEX, BREVE, HORN = "\u0302", "\u0306", "\u031b"
# The signs VNI writes behind letters, the letters, and what each sign adds.
VNI_SIGNS = (
    ("øùûõï", "aeouyôö", (GRAVE, ACUTE, HOOK, TILDE, DOT)),
    ("âàáåãä", "aeo", (CIRCUMFLEX, *(CIRCUMFLEX + tone for tone in (GRAVE, ACUTE, HOOK, TILDE, DOT)))),
    ("êèéúüë", "a", (BREVE, *(BREVE + tone for tone in (GRAVE, ACUTE, HOOK, TILDE, DOT)))),
)
VNI_LETTERS = {"ñ": "đ", "ô": "ơ", "ö": "ư", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
VNI_PAIRS = {
    letter + sign: unicodedata.normalize("NFC", VNI_LETTERS.get(letter, letter) + added)
    for signs, letters, marks in VNI_SIGNS
    for sign, added in zip(signs, marks, strict=True)
    for letter in letters
}
VNI_PAIRS |= {pair.capitalize(): said.upper() for pair, said in VNI_PAIRS.items()} | {
    pair.upper(): said.upper() for pair, said in VNI_PAIRS.items()
}
VNI_ALONE = VNI_LETTERS | {code.upper(): said.upper() for code, said in VNI_LETTERS.items()}
VNI = re.compile("|".join((*map(re.escape, VNI_PAIRS), f"[{''.join(VNI_ALONE)}]")))
TCVN3 = str.maketrans(TCVN3_LETTERS)

# Letters (and what an old font takes for letters) in a row; a word of ASCII alone says nothing about its encoding.
WORD = re.compile(r"[A-Za-z\u00a1-\u00ff]+")
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
NOT_LATIN_LETTER = re.compile("[^A-Za-z]")
# At most one letter shows whether the word is in capitals.
SHORT = re.compile("[A-Z]?[^A-Za-z]*")
# Letters only the first half of Unicode has, and signs of old fonts.
TELLING = re.compile("[\u00a1-\u00ff]")
# Letters no old font has, Vietnamese or of another script; a few lie in Windows' own table of Latin letters.
BEYOND_LATIN = re.compile("[\u0100-\u1fff\u2c00-\ud7ff](?<![ŒœŠšŸŽžƒˆ˜])")
ONSETS = ("", *re.findall(r"\w+", "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"))
OPEN_RIMES = re.findall(
    r"\w+",
    "a e ê i o ô ơ u ư y ai ao au ay âu ây eo êu ia iêu iu oa oai oao oay oe oeo oi ôi ơi ua uây uê uêu ui uôi uơ uy uya uyu ưa "
    "ưi ươi ươu ưu yêu",
)
CLOSED_RIMES = {
    "c": "a ă â e ê i o ô u ư iê uô ươ oa oă oo uâ",
    "ch": "a ê i oa oê uê uy",
    "m": "a ă â e ê i o ô ơ u ư iê yê uô ươ oa oă oe",
    "n": "a ă â e ê i o ô ơ u ư iê yê uô ươ oa oă oe oo uâ uy uyê",
    "ng": "a ă â e ê i o ô u ư iê yê uô ươ oa oă oo uâ",
    "nh": "a ê i oa uê uy",
    "p": "a ă â e ê i o ô ơ u iê ươ oa uy",
    "t": "a ă â e ê i o ô ơ u ư iê yê uô ươ oa oă oe uâ uy uyê",
}
ENTERING = ("c", "ch", "p", "t")
SURE = 0.7
# One word may be a foreign name: so many different ones tell the font of a file.
FEWEST_WORDS = 2
TWICE = "UTF-8 (mở sai)"
NAMES = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI"}


def in_unicode(grids: Sequence[Grid]) -> tuple[tuple[Grid, ...], tuple[Note, ...]]:
    """The grids with every text of an old font in Unicode, and a note with the first such cell; usual files are untouched."""
    odd = [
        (number, r, c, value)
        for number, grid in enumerate(grids)
        for r, row in enumerate(grid.rows)
        for c, value in enumerate(row)
        if type(value) is str and not value.isascii() and _may_be_old(value)
    ]
    once = [(number, r, c, _decoded_once_more(value)) for number, r, c, value in odd]
    twice = [(number, r, c, said) for number, r, c, said in once if said is not None]
    if len({word for *_, said in twice for word in BY_WORD.findall(said) if not word.isascii()}) >= FEWEST_WORDS:
        return _changed(grids, twice, TWICE)
    if all(_is_unicode(value) for *_, value in odd):
        return tuple(grids), ()
    judged = {value: _encoding_of(value) for *_, value in odd}
    votes = Counter(judged[value] for *_, value in odd)
    old = max(NAMES, key=lambda name: votes[name])
    telling = {word for value in judged if judged[value] == old for word in WORD.findall(value) if not word.isascii()}
    if len(telling) < FEWEST_WORDS:
        return tuple(grids), ()
    marked = sum(isinstance(one, str) and not one.isascii() for grid in grids for row in grid.rows for one in row)
    votes["unicode"] += marked - len(odd)
    changes = []
    for number, r, c, value in odd:
        encoding = judged[value]
        # What is Vietnamese either way is in the encoding of the cells that leave no doubt.
        if encoding is None and votes[old] > votes["unicode"]:
            encoding = old
        said = DECODERS[encoding](value) if encoding in NAMES else value
        if said != value:
            changes.append((number, r, c, said))
    return _changed(grids, changes, NAMES[old])


@lru_cache(maxsize=65_536)
def _may_be_old(text: str) -> bool:
    """Whether a text has none but letters of old fonts; nearly all have others, and most stand in every file."""
    return BEYOND_LATIN.search(text) is None and TELLING.search(text) is not None


def _changed(
    grids: Sequence[Grid], changes: Sequence[tuple[int, int, int, str]], encoding: str
) -> tuple[tuple[Grid, ...], tuple[Note, ...]]:
    """The grids with some cells said anew, and a note with the first of them."""
    if not changes:
        return tuple(grids), ()
    converted: dict[int, list[list[Any]]] = {}
    for number, r, c, said in changes:
        if number not in converted:
            converted[number] = [list(row) for row in grids[number].rows]
        converted[number][r][c] = said
    number, r, c, _ = changes[0]
    note = Note("text_converted", sheet=grids[number].name, cell=address(r, c), got=encoding, wanted="Unicode")
    changed = (replace(grid, rows=converted[n]) if n in converted else grid for n, grid in enumerate(grids))
    return tuple(changed), (note,)


@lru_cache(maxsize=65_536)
def _decoded_once_more(text: str) -> str | None:
    """What a text was before UTF-8 was read as Latin letters; None if it is no such text, as nearly none is."""
    try:
        # A space that must not break is often a plain one by now.
        said = b"".join(map(_one_byte, text.replace("Ã ", "Ã\xa0"))).decode()
    except UnicodeError:
        return None
    said = unicodedata.normalize("NFC", said)
    # "XÃ" before a sign or a space that must not break has the bytes of another letter.
    words = [word for word in BY_WORD.findall(said) if not word.isascii()]
    return said if words and sum(map(_is_syllable, words)) >= SURE * len(words) else None


def _one_byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")  # Windows reads five bytes that stand for nothing as themselves


def best_code_page(content: bytes) -> str:
    """Text of a file in one byte per letter: Windows-1258, or Latin letters that an old font shows as Vietnamese."""
    vietnamese = unicodedata.normalize("NFC", content.decode("cp1258", "replace"))
    latin = content.decode("cp1252", "replace")
    readings = {
        text: _syllables(text, BY_WORD) for text in (vietnamese, DECODERS["tcvn3"](latin), DECODERS["vni"](latin))
    }
    best = max(readings, key=lambda text: readings[text])
    # The note about an old font is written where its letters are converted, cell by cell.
    return vietnamese if best == vietnamese else latin


@lru_cache(maxsize=65_536)
def _is_unicode(text: str) -> bool:
    """Whether a text reads as Vietnamese as it is, as nearly every text does."""
    return all(word.isascii() or _is_syllable(word) for word in WORD.findall(text))


def _encoding_of(text: str) -> str | None:
    """tcvn3, vni or unicode; None where its words do not tell, being Vietnamese in no way or in several."""
    # A sign between spaces (×, ©, ß) is a letter of some encoding; only words tell.
    words = [word for word in WORD.findall(text) if not word.isascii() and re.search("[A-Za-z]", word)]
    good = {
        name: sum(all(map(_is_syllable, _parts(decode(word)))) for word in words) for name, decode in DECODERS.items()
    }
    best = max(good, key=lambda name: good[name])
    if sum(good[name] == good[best] for name in good) > 1:
        return None
    if good[best] < SURE * len(words):
        return "unicode" if good["unicode"] else None
    return best


def _syllables(text: str, words: re.Pattern[str]) -> int:
    """Words with marks that are Vietnamese, less those that are not."""
    marked = [word for word in words.findall(text) if NOT_ASCII.search(word)]
    good = sum(_is_syllable(word) for word in marked)
    return 2 * good - len(marked)


BY_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u0323\u031b]+[^\W\d_]*)*|[A-Za-z\u00a1-\u00ff]+")


def _parts(word: str) -> list[str]:
    return re.findall(r"[^\W\d_]+|[^\w\s]", word)


def _from_tcvn3(text: str) -> str:
    """Fonts for capitals (.VnTimeH) store small letters: a word whose other letters are capitals is one of capitals."""
    # One capital before a sign (Sè) is SỐ in a title and Số elsewhere; a document's number (12/BC-UBND) is no title.
    telling = [word for word in WORD.findall(text) if not word.isascii() and not SHORT.fullmatch(word)]
    is_title = bool(telling) and all(NOT_LATIN_LETTER.sub("", word).isupper() for word in telling)

    def word(found: re.Match[str]) -> str:
        is_capital = is_title if SHORT.fullmatch(found[0]) else NOT_LATIN_LETTER.sub("", found[0]).isupper()
        said = found[0].translate(TCVN3)
        return said.upper() if is_capital else said

    return WORD.sub(word, text)


def _from_vni(text: str) -> str:
    return VNI.sub(lambda found: VNI_PAIRS.get(found[0]) or VNI_ALONE.get(found[0], found[0]), text)


DECODERS: dict[str, Callable[[str], str]] = {"unicode": str, "tcvn3": _from_tcvn3, "vni": _from_vni}


@lru_cache(maxsize=65_536)
def _is_syllable(word: str) -> bool:
    """Whether a word can be Vietnamese: an onset, a rime, one tone that fits, and its letters small or capital as people write."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    spread = unicodedata.normalize("NFD", word.lower())
    tones = [mark for mark in spread if mark in TONES]
    plain = unicodedata.normalize("NFC", "".join(mark for mark in spread if mark not in TONES))
    if len(tones) > 1:
        return False
    return plain in _SYLLABLES and (not plain.endswith(ENTERING) or tones in ([ACUTE], [DOT]))


_SYLLABLES = frozenset(
    onset + rime
    for onset in ONSETS
    for rime in (*OPEN_RIMES, *(nucleus + coda for coda, nuclei in CLOSED_RIMES.items() for nucleus in nuclei.split()))
) | {"gi", "gin", "gim", "git", "gich", "ginh", "quych", "quynh", "quyt"}
