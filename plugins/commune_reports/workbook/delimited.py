"""Tables as text (csv, tsv): the encoding, the delimiter and the quoting are found, whoever wrote the file."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice, product
from typing import Any

from commune_reports.workbook.model import (
    MOST_ROWS,
    Grid,
    Note,
    Refusal,
    Spreadsheet,
    Stored,
    address,
    narrowed,
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
# Of two columns a table is taken before one of more only if nearly every line has just two.
PAIR, NEARLY_ALL = 2, 0.9
TEXT_FILE = Refusal("wrong_format", got="tệp văn bản")
# A quotation mark within a quoted cell is doubled; databases write a backslash before it instead.
ESCAPED_QUOTE = re.compile(r'\\"(?![,;\t|\r\n]|$)')
DOUBLED: dict[str, Any] = {"skipinitialspace": True}
ESCAPED: dict[str, Any] = {**DOUBLED, "doublequote": False, "escapechar": "\\"}
LITERAL: dict[str, Any] = {**DOUBLED, "quoting": csv.QUOTE_NONE}
# What the reader allows for a cell unless it is told otherwise.
SHORTEST_LIMIT = 131_072
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
    """The table in a text: its delimiter is the one that gives the most lines the same several columns.

    Two columns may also be what a text has where it is divided by any sign: such a file is a text unless a table is found.
    """
    best: list[list[str]] = []
    pairs: list[list[str]] = []
    most, paired, evenly, delimiters = 0, 0.0, 0.0, DELIMITERS
    if told := DELIMITER_LINE.match(text):
        delimiters, text = told[1], text[told.end() :]
    quotings = [ESCAPED, DOUBLED] if ESCAPED_QUOTE.search(text) else [DOUBLED]
    if text.count('"') % 2:  # one that is never closed swallows the rest of the file
        quotings.append(LITERAL)
    csv.field_size_limit(max(len(text), SHORTEST_LIMIT))
    for delimiter, quoting in product(delimiters, quotings):
        try:
            rows = list(_up_to_the_last(csv.reader(StringIO(text, newline=""), delimiter=delimiter, **quoting)))
        except (csv.Error, TypeError):
            continue
        widths = Counter(len(row) for row in rows if row)
        several = {width: times for width, times in widths.items() if times > 1}
        count = max((width * times for width, times in several.items() if width >= FEWEST_COLUMNS), default=0)
        if count > most:
            best, most = rows, count
            evenly = max(times for width, times in several.items() if width >= FEWEST_COLUMNS) / widths.total()
        share = several.get(PAIR, 0) / max(widths.total(), 1)
        if share > paired and max(widths) == PAIR:
            pairs, paired = rows, share
    is_table = bool(best)
    # A comma in every result parts the lines of a larger table in two as well.
    if pairs and (not best or (paired >= NEARLY_ALL and paired > evenly)):
        best = pairs
    if not best:
        return TEXT_FILE
    stored = {"csv": Stored()}
    kept, cut_column = narrowed(best[:MOST_ROWS])
    grid = Grid("csv", visible=True, rows=kept, is_cut=len(best) > MOST_ROWS, cut_column=cut_column)
    grids = with_errors_apart([grid], stored)
    return Spreadsheet(
        "csv",
        grids,
        tuple(_lost(kept)) if LOST in text else (),
        has_formulas=bool(stored["csv"].errors),
        look=stored.get,
        otherwise=None if is_table else TEXT_FILE,
    )


def _up_to_the_last(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    """The rows anybody looks at, and one more if something stands below them."""
    yield from islice(rows, MOST_ROWS)
    yield from islice((row for row in rows if any(map(str.strip, row))), 1)


def _lost(rows: Sequence[Sequence[str]]) -> Iterator[Note]:
    """One note on the letters no encoding gives back, with the first cell they are missing in."""
    cells = [(address(number, column), value) for number, row in enumerate(rows) for column, value in enumerate(row)]
    lost = [(cell, value.count(LOST)) for cell, value in cells if LOST in value]
    if lost:
        yield Note("letters_lost", sheet="csv", got=str(sum(count for _, count in lost)), wanted=lost[0][0])


def _nearly_utf8(content: bytes) -> str | None:
    """UTF-8 cut off within a letter or with some bytes of another encoding; in no other encoding are most letters right."""
    text = content.decode("utf-8", "replace")
    marked = sum(not letter.isascii() for letter in text)
    return text if text.count(LOST) * MOST_LOST < marked else None


def _wide(content: bytes) -> str | None:
    """UTF-16 or UTF-32 without its mark: most letters of any Vietnamese text have an empty half, all of them an empty quarter."""
    start = content[:LOOKED_AT]
    for quarters, encoding in (((2, 3), "utf-32-le"), ((0, 1), "utf-32-be")):
        if any(start) and not any(any(start[quarter::4]) for quarter in quarters):
            return content.decode(encoding, "replace")
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        halves, others = start[first::2], start[1 - first :: 2]
        if halves.count(0) > len(halves) // 2 and others.count(0) == 0:
            return content.decode(encoding, "replace")
    return None
