"""Numbers and dates of documents named in a cell, such as "Số 12/BC-UBND ngày 5/11/2024; 45/QĐ-UBND"."""

import re
from collections.abc import Iterator
from itertools import zip_longest

from commune_reports.reading.dates import dates_in
from commune_reports.task_report import Document

# 12/BC-UBND · 12/2024/QĐ-UBND · 345/UBND-VP (Decree 30/2020/NĐ-CP, art. 8 and 15: number, then type and issuing body).
# Offices of the Party put a dash for the stroke: 30-NQ/TU.
ISSUER = r"[A-ZĐƠƯÂÊÔ]{2,}[A-Za-zĐđƠƯ]*"
SIGNED = re.compile(
    rf"(?<![\d/])(\d{{1,5}}[a-zA-Z]?)(?:\s*/\s*(?:\d{{4}}\s*/\s*)?({ISSUER}(?:\s?[-–&]\s?[A-ZĐƠƯÂÊÔ][A-Za-zĐđƠƯ0-9]*)*)|\s?-\s?({ISSUER}/{ISSUER}))"
)
SMALL_LETTERS = re.compile(r"(?<![\d/])\d{1,5}\s*/\s*(?:\d{4}\s*/\s*)?[a-zđ]{2,4}\s?-\s?[a-zđ]{2,8}\b")
# Công văn số 345, Báo cáo số: 12, BC 12
NUMBERED = re.compile(
    r"(?:[Ss]ố|SỐ|[Ss]o|[Cc]ông văn|[Bb]áo cáo|[Kk]ế hoạch|[Qq]uyết định|[Tt]hông báo|[Tt]ờ trình|\b(?:CV|BC|KH|QĐ|TB|TTr))"
    r"\s*:?\s*(\d{1,5}[a-zA-Z]?)\b(?!\s*[/\d])"
)
# What a unit issues itself, as it names it in the middle of a sentence: a signed number, or the kind of document and a number.
# (Decree 30/2020/NĐ-CP, annex III, but for what others issue as well: NQ, CT, TC; "CV" is what people write for a letter.)
OWN_KINDS = {
    *("BC", "KH", "TB", "TTR", "BB", "CV", "QĐ", "HD", "UBND"),
    *("QYĐ", "GM", "CTR", "QC", "PA", "ĐA", "DA", "HĐ", "CĐ", "PC", "GXN"),
}
OWN_NUMBERED = re.compile(
    r"(?:báo cáo|kế hoạch|thông báo|công văn|tờ trình|biên bản|hướng dẫn)\s+số\s*:?\s*(\d{1,5})\b(?!\s*[/\d])",
    re.IGNORECASE,
)
# Documents of others: what something is done after, and who issued it.
AFTER = re.compile(r"(?:theo|căn cứ|thực hiện|triển khai)\s+(?:\S+\s+){0,4}$", re.IGNORECASE)
BY_OTHERS = re.compile(
    r"^[^;\n]{0,40}?của\s+(?:UBND\s+|HĐND\s+|Ủy ban nhân dân\s+)?(?:tỉnh|huyện|Sở|Phòng|Bộ|Chính phủ|Thủ tướng|Trung ương)"
)
DIGIT = re.compile(r"\d")
OF_NUMBER = re.compile(r"[-–&\s/]+")
# No signed number is without the one, and none in a sentence is told without the other.
STROKE, NUMBER_WORD = "/", "số"
# The place between one document and the next; nearly every text has none of the signs that may make one.
MAY_PART = re.compile(r"[;\n,+]|và ")
BETWEEN = re.compile(r"[;\n]|,(?=\s*(?:số|Số|\d{1,5}\s*/))|\s\+\s|\bvà (?=số|Số|\d)")


def documents_in(text: str) -> tuple[Document, ...]:
    """The documents a text names, each with its number and its day; a day that does not exist makes `is_dated_wrong`."""
    if not DIGIT.search(text):
        return ()
    found = []
    text = SMALL_LETTERS.sub(_in_capitals, text) if STROKE in text else text
    for part, signed in _parts(text):
        days = dates_in(part)
        numbered = None if signed else NUMBERED.search(part)
        if not (signed or numbered or days):
            continue
        number = numbered[1] if numbered else None
        if signed:
            number = f"{signed[1]}/{signed[2]}" if signed[2] else f"{signed[1]}-{signed[3]}"
        day = days[0] if days else None
        found.append(Document(number=number, dated=day, is_dated_wrong=None in days))
    return tuple(found)


def _in_capitals(found: re.Match[str]) -> str:
    return found[0].upper()


def _parts(text: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    """The text of each document, up to the place between two or to where the next number begins, with its number."""
    for part in BETWEEN.split(text) if MAY_PART.search(text) else (text,):
        signed = list(SIGNED.finditer(part)) if STROKE in part else []
        if len(signed) < 2:
            yield part, signed[0] if signed else None
            continue
        starts = [one.start() for one in signed[1:]]
        texts = (part[start:end] for start, end in zip([0, *starts], [*starts, len(part)], strict=True))
        yield from zip_longest(texts, signed)


def own_documents_in(*texts: str | None) -> tuple[Document, ...]:
    """The documents of the unit's own that sentences name; those they only follow, or that others issued, are none."""
    found = []
    for text in filter(None, texts):
        if not DIGIT.search(text):
            continue
        signed = SIGNED.finditer(text) if STROKE in text else ()
        numbered = OWN_NUMBERED.finditer(text) if NUMBER_WORD in text.lower() else ()
        for match in (*signed, *numbered):
            number = f"{match[1]}/{match[2] or match[3]}" if match.re is SIGNED else match[1]
            kinds = OF_NUMBER.split(number.upper())[1:]
            is_own = kinds[0] in OWN_KINDS and "TTG" not in kinds if kinds else True
            if is_own and not AFTER.search(text[: match.start()]) and not BY_OTHERS.search(text[match.end() :]):
                found.append(Document(number=number))
    return tuple(found)
