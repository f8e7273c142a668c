"""Which index and which indicator the rows below belong to, as a section row, a line above the table or the sheet's name says."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process

from commune_reports.plan import Plan
from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.codes import indicator_coded, indicator_numbered
from commune_reports.spelling import fold

TITLE_LIKENESS = 90.0
# What stands before and after the name of an indicator: "Chỉ số thành phần III - …", "Nhóm nhiệm vụ về …", "… (trọng số 5%)".
BEFORE_TITLE = re.compile(
    r"^(?:\d{1,2}|[ivx]+|[a-d]|[a-z]{2,4} ?\d{1,2}|chi so|thanh phan|cstp|cs|nhom|nhiem vu|muc|phan|ve) "
)
AFTER_TITLE = re.compile(
    r" (?:trong so|ty trong|ts)\b.*$|(?: (?:gom|co|tong so))? \d{1,3}(?: phan tram| nhiem vu.*)?$| nam \d{4}$"
)
TITLED = re.compile(r"^(?:[ivx]+ |\d{1,2} )?(?:chi so|cstp|cs) ")
LETTER, DIGIT = re.compile(r"^[a-z] "), re.compile(r"\d")
PERIOD = re.compile(r"\b(?:(?:thang|quy|nam) (?:\d+|[ivx]+)|20\d\d)\b")
# The numeral or the letter a section is opened with, in a cell of its own or in front of the title.
OPENING = re.compile(
    r"\W*(?i:(?:phần|mục|nhóm|chỉ số(?: thành phần)?|cstp) )?(?P<number>[IVX]{1,5}|[A-D](?!\s+\w))"
    r"(?:\s*[.):/–-]\W*|\s+|$)(?P<title>.*)",
    re.DOTALL,
)
OF_NO_TITLE = frozenset(("va", "cua", "cac", "trong", "ve", "cap"))
FEWEST_SHARED, SHORTEST_OPENED = 2, 3
SHORTEST_TITLE, SHORTEST_INDEX_TITLE, LONGEST_INDEX_TITLE = 5, 11, 90


@dataclass(frozen=True)
class Section:
    """The index and the indicator announced above a row."""

    index: str | None = None
    indicator: str | None = None


def section_of(cells: Iterable[Any], section: Section, plan: Plan, *, is_answered: bool = False) -> Section | None:
    """The section the cells of a row announce; None if they announce none.

    A row with an answer (`is_answered`) does so by a title only, not by words like it nor by naming an index.
    """
    texts = _texts(cells)
    # "2 | Tuyên truyền nâng cao chỉ số PCI" is a task.
    may_only_mention = not is_answered and not _is_digits(texts[:1])
    for text in texts:
        if len(text) < 3:
            continue
        index = index_titled(plan, text)
        if index is not None:
            return Section(index=index)
        indicator = (
            indicator_coded(plan, text)
            or indicator_titled(plan, text, section.index)
            or indicator_titled(plan, text, None)
        )
        if indicator is not None:
            return Section(_index_of(plan, indicator), indicator)
        index = _index_mentioned(plan, text) if may_only_mention else None
        if index is not None:
            opening = _opening(texts)
            return (_section_like(*opening, Section(index), plan) if opening else None) or Section(index)
    if len(texts) == 1:
        alone = indicator_numbered(plan, fold(texts[0]), section.index)
        if alone and not _is_digits(texts):
            return Section() if _may_begin_another(alone, section, plan) else Section(_index_of(plan, alone), alone)
    opening = _opening(texts)
    return _section_like(*opening, section, plan) if opening is not None and not is_answered else None


def _may_begin_another(indicator: str, section: Section, plan: Plan) -> bool:
    """Whether a numeral alone goes back behind the indicator above, so that another index with it may have begun unannounced."""
    order = [one.code for one in plan.indicators]
    numeral = next(one.numeral for one in plan.indicators if one.code == indicator).casefold()
    return (
        section.indicator is not None
        and order.index(indicator) < order.index(section.indicator)
        and len(plan.numbered_indicators[None, numeral]) > 1
    )


def section_opened(cells: Iterable[Any], section: Section, plan: Plan) -> Section | None:
    """The section a row with a numeral or a letter in front opens, though nobody can tell which: the one above ends there."""
    opening = _opening(_texts(cells))
    if opening is None:
        return None
    number = opening[0]
    of_letter = next((one.code for one in plan.indices if one.section == number), None)
    is_inside = section.index == of_letter or number not in "ABCD"
    return Section(section.index if is_inside else None)


def indicator_titled(plan: Plan, title: str, index_code: str | None) -> str | None:
    """The indicator a section row such as "III Chỉ số Tính minh bạch (Trọng số 5%)" announces."""
    return _indicator_among(plan.indicator_titles, title, index_code)


# The same titles stand in every file.
@lru_cache(maxsize=4_096)
def _indicator_among(titles: tuple[tuple[str, str, str], ...], title: str, index_code: str | None) -> str | None:
    wanted = _bare_title(title)
    if len(wanted) < SHORTEST_TITLE:
        return None
    known = _bare_titles(titles, index_code)
    found = process.extractOne(wanted, known, scorer=fuzz.ratio, score_cutoff=TITLE_LIKENESS)
    if found or not TITLED.search(fold(title)):
        return found[2] if found else None
    # "Chỉ số Tính minh bạch - Công chức Tài chính phụ trách"
    begun = [code for code, text in known.items() if wanted.startswith(f"{text} ")]
    return begun[0] if len(begun) == 1 else None


def index_titled(plan: Plan, title: str) -> str | None:
    """The index a section row such as "A CHỈ SỐ NĂNG LỰC CẠNH TRANH CẤP TỈNH (PCI)" announces."""
    return _index_among(plan.index_titles, title)


@lru_cache(maxsize=4_096)
def _index_among(titles: tuple[tuple[str, str], ...], title: str) -> str | None:
    wanted = LETTER.sub("", fold(title))
    for code, folded, name in _folded_indices(titles):
        if wanted in (name, folded) or fuzz.ratio(wanted, name, score_cutoff=TITLE_LIKENESS):
            return code
        if len(wanted) >= SHORTEST_INDEX_TITLE and f" {wanted} " in f" {name} ":
            return code
    return None


def _index_mentioned(plan: Plan, line: str) -> str | None:
    """The only index a short line without other numbers names."""
    said = fold(line)
    if len(said) > LONGEST_INDEX_TITLE:
        return None
    named = [code for code, folded, _ in _folded_indices(plan.index_titles) if f" {folded} " in f" {said} "]
    if len(named) != 1 or DIGIT.search(PERIOD.sub("", said)) or indicator_coded(plan, line):
        return None
    return named[0]


def _texts(cells: Iterable[Any]) -> list[str]:
    return [text for cell in cells if cell != "" and (text := plain_text(cell)) is not None]


def _is_digits(texts: Sequence[str]) -> bool:
    return bool(texts) and texts[0].strip("(). ").isdigit()


def _opening(texts: Sequence[str]) -> tuple[str, str] | None:
    """The numeral or letter in front of a row and the title behind it; None for any other row."""
    found = OPENING.fullmatch(texts[0]) if texts else None
    if found is None:
        return None
    title = found["title"] or (texts[1] if len(texts) > 1 else "")
    return (found["number"], title) if SHORTEST_OPENED <= len(title) <= LONGEST_INDEX_TITLE else None


def _section_like(number: str, title: str, section: Section, plan: Plan) -> Section | None:
    """The section whose own numeral or letter stands before words of its title, or whose whole title is among the words."""
    said = _words(title)
    for one in plan.indices:
        if number == one.section and len(said & _words(one.title)) >= FEWEST_SHARED:
            return Section(one.code)
    for index in dict.fromkeys((section.index, None)):
        known = {code: _words(text) for code, text in _bare_titles(plan.indicator_titles, index).items()}
        shared = {code: len(said & words) for code, words in known.items()}
        most = max(shared.values(), default=0)
        numbered = plan.numbered_indicators.get((index, number.casefold()), ())
        alike = [code for code in numbered if most >= FEWEST_SHARED and shared[code] == most]
        whole = [code for code, words in known.items() if len(words) >= FEWEST_SHARED and words <= said]
        for found in (alike, whole):
            if len(found) == 1:
                return Section(_index_of(plan, found[0]), found[0])
    return None


def _words(title: str) -> frozenset[str]:
    return frozenset(_bare_title(title).split()) - OF_NO_TITLE


def _index_of(plan: Plan, indicator: str) -> str:
    return next(one.index_code for one in plan.indicators if one.code == indicator)


@lru_cache(maxsize=32)
def _folded_indices(titles: tuple[tuple[str, str], ...]) -> list[tuple[str, str, str]]:
    return [(code, fold(code), fold(title)) for code, title in titles]


@lru_cache(maxsize=32)
def _bare_titles(titles: tuple[tuple[str, str, str], ...], index_code: str | None) -> Mapping[str, str]:
    return {code: _bare_title(title) for index, code, title in titles if index_code in (None, index)}


@lru_cache(maxsize=16_384)
def _bare_title(title: str) -> str:
    """An indicator's title without its number, its weight and words such as "Chỉ số"."""
    bare, before = AFTER_TITLE.sub("", fold(title)), ""
    while bare != before:
        before, bare = bare, BEFORE_TITLE.sub("", bare)
    return bare
