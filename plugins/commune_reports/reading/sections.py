"""Which index and which indicator the rows below belong to, as a section row, a line above the table or the sheet's name says."""

import re
from collections.abc import Iterable, Mapping
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
BEFORE_TITLE = re.compile(r"^(?:\d{1,2}|[ivx]+|[a-d]|chi so|thanh phan|cstp|cs|nhom|nhiem vu|muc|phan|ve) ")
AFTER_TITLE = re.compile(r" (?:trong so|ty trong|ts)\b.*$| \d{1,3}(?: phan tram)?$| nam \d{4}$")
LETTER, DIGIT = re.compile(r"^[a-z] "), re.compile(r"\d")
PERIOD = re.compile(r"\b(?:thang|quy|nam) (?:\d+|[ivx]+)\b")
SHORTEST_TITLE, SHORTEST_INDEX_TITLE, LONGEST_INDEX_TITLE = 5, 11, 90


@dataclass(frozen=True)
class Section:
    """The index and the indicator announced above a row."""

    index: str | None = None
    indicator: str | None = None


def section_of(cells: Iterable[Any], section: Section, plan: Plan) -> Section | None:
    """The section the cells of a row announce; None if they announce none."""
    texts = [text for cell in cells if cell != "" and (text := plain_text(cell)) is not None]
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
    if len(texts) == 1:
        alone = indicator_numbered(plan, fold(texts[0]), section.index)
        return Section(_index_of(plan, alone), alone) if alone and not texts[0].strip("(). ").isdigit() else None
    return None


def indicator_titled(plan: Plan, title: str, index_code: str | None) -> str | None:
    """The indicator a section row such as "III Chỉ số Tính minh bạch (Trọng số 5%)" announces."""
    wanted = _bare_title(title)
    if len(wanted) < SHORTEST_TITLE:
        return None
    known = _bare_titles(plan.indicator_titles, index_code)
    found = process.extractOne(wanted, known, scorer=fuzz.ratio, score_cutoff=TITLE_LIKENESS)
    return found[2] if found else None


def index_titled(plan: Plan, title: str) -> str | None:
    """The index a section row such as "A CHỈ SỐ NĂNG LỰC CẠNH TRANH CẤP TỈNH (PCI)" announces; None if it names several."""
    said = fold(title)
    wanted = LETTER.sub("", said)
    for code, folded, name in _folded_indices(plan.index_titles):
        if wanted in (name, folded) or fuzz.ratio(wanted, name, score_cutoff=TITLE_LIKENESS):
            return code
        if len(wanted) >= SHORTEST_INDEX_TITLE and name.startswith(wanted):
            return code
    if len(said) > LONGEST_INDEX_TITLE:
        return None
    named = [code for code, folded, _ in _folded_indices(plan.index_titles) if f" {folded} " in f" {said} "]
    if len(named) != 1 or DIGIT.search(PERIOD.sub("", said)) or indicator_coded(plan, title):
        return None
    return named[0]


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
