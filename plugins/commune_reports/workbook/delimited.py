"""Tables as text (csv, tsv): the encoding, the delimiter and the quoting are found, whoever wrote the file."""

import csv
import re
from collections import Counter
from io import StringIO
from itertools import islice

from commune_reports.workbook.model import (
    MOST_COLUMNS,
    MOST_ROWS,
    Grid,
    Refusal,
    Spreadsheet,
    Stored,
    with_errors_apart,
)
from commune_reports.workbook.old_encodings import best_code_page

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
LOOKED_AT = 4096
# What some programs fill up the last block of a file with.
FILLING = b"\0\x1a"
# What stands for bytes that are no letter; one letter in so many may be lost.
LOST, MOST_LOST = "\ufffd", 10
DELIMITERS, FEWEST_COLUMNS = ",;\t|", 3
# Excel's own line about the delimiter; it is no row of the sheet people see.
DELIMITER_LINE = re.compile(r"sep=([^\r\n])\r?\n", re.IGNORECASE)


def decoded(content: bytes) -> str | None:
    """The text of a file whatever its encoding; None if it is no text."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\0" in content:
        text = _wide(content)
        content = content.rstrip(FILLING)
        if text is not None or b"\0" in content:
            return text
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _nearly_utf8(content) or best_code_page(content)


def open_delimited(text: str) -> Spreadsheet | Refusal:
    """The table in a text: its delimiter is the one that gives the most lines the same several columns."""
    best: list[list[str]] = []
    most, delimiters = 0, DELIMITERS
    if told := DELIMITER_LINE.match(text):
        delimiters, text = told[1], text[told.end() :]
    for delimiter in delimiters:
        try:
            rows = list(islice(csv.reader(StringIO(text, newline=""), delimiter=delimiter), MOST_ROWS + 1))
        except (csv.Error, TypeError):
            continue
        widths = Counter(len(row) for row in rows if len(row) >= FEWEST_COLUMNS)
        count = max((width * times for width, times in widths.items() if times > 1), default=0)
        if count > most:
            best, most = rows, count
    if not best:
        return Refusal("wrong_format", got="tệp văn bản")
    stored = {"csv": Stored()}
    rows = [row[:MOST_COLUMNS] for row in best[:MOST_ROWS]]
    grids = with_errors_apart([Grid("csv", visible=True, rows=rows, is_cut=len(best) > MOST_ROWS)], stored)
    return Spreadsheet("csv", grids, has_formulas=bool(stored["csv"].errors), look=stored.get)


def _nearly_utf8(content: bytes) -> str | None:
    """UTF-8 cut off within a letter or with some bytes of another encoding; in no other encoding are most letters right."""
    text = content.decode("utf-8", "replace")
    marked = sum(not letter.isascii() for letter in text)
    return text if text.count(LOST) * MOST_LOST < marked else None


def _wide(content: bytes) -> str | None:
    """UTF-16 without its mark: most letters of any Vietnamese text have an empty half."""
    start = content[:LOOKED_AT]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        halves, others = start[first::2], start[1 - first :: 2]
        if halves.count(0) > len(halves) // 2 and others.count(0) == 0:
            return content.decode(encoding, "replace")
    return None
