"""Numbers and dates of documents named in a cell, such as "Số 12/BC-UBND ngày 5/11/2024; 45/QĐ-UBND"."""

import re

from commune_reports.reading.dates import dates_in
from commune_reports.task_report import Document

# 12/BC-UBND · 12/2024/QĐ-UBND · 345/UBND-VP (Decree 30/2020/NĐ-CP, art. 8 and 15: number, then type and issuing body).
SIGNED = re.compile(
    r"(?<![\d/])(\d{1,5}[a-zA-Z]?)\s*/\s*(?:\d{4}\s*/\s*)?((?:[A-ZĐƠƯÂÊÔ]{2,}[A-Za-zĐđƠƯ]*)(?:\s?[-–&]\s?[A-ZĐƠƯÂÊÔ][A-Za-zĐđƠƯ0-9]*)*)"
)
# Công văn số 345, Báo cáo số: 12
NUMBERED = re.compile(r"(?:[Ss]ố|SỐ|[Ss]o)\s*:?\s*(\d{1,5}[a-zA-Z]?)\b(?!\s*[/\d])")
# The place between one document and the next.
BETWEEN = re.compile(r"[;\n]|,(?=\s*(?:số|Số|\d{1,5}\s*/))|\s\+\s|\bvà (?=số|Số|\d)")


def documents_in(text: str) -> tuple[Document, ...]:
    """The documents a text names, each with its number and its day; a day that does not exist makes `is_dated_wrong`."""
    found = []
    for part in BETWEEN.split(text):
        signed, days = SIGNED.search(part), dates_in(part)
        numbered = None if signed else NUMBERED.search(part)
        if not (signed or numbered or days):
            continue
        number = f"{signed[1]}/{signed[2]}" if signed else (numbered[1] if numbered else None)
        day = days[0] if days else None
        found.append(Document(number=number, dated=day, is_dated_wrong=None in days))
    return tuple(found)
