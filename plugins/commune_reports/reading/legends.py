"""Statuses written as codes, 1, 2, 3 or A, B, C, that a legend explains."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from commune_reports.findings import STATUS_LABELS
from commune_reports.reading.cell_values import plain_text, progress
from commune_reports.reading.tables import Head, with_ends
from commune_reports.reading.vocabulary import Vocabulary
from commune_reports.spelling import fold
from commune_reports.workbook import Grid

CODE = re.compile(r"0?\d|\S{1,2}")
# "Ký hiệu: + Hoàn thành; o Đang thực hiện": signs need nothing between.
SIGN, PIECES, LABEL = (
    re.compile(r"([^\s\d:=]{1,2}?)(?:\s*[-–—:=]+>?\s*|\s+)(.+)"),
    re.compile(r"[;,\n]"),
    re.compile(r"^[^:;,\n]{3,}:"),
)
# "1 - Hoàn thành; 2 - Đang thực hiện", "(1: hoàn thành, 2: …)", "A = Hoàn thành".
ENTRY = re.compile(r"(?<![\w.,/%])([0-9]|[A-Ea-e])\s*(?:[-–—:=]+>?|[.)](?!\d))\s*")
ENDS = " \t\n;,.()[]/|"
LABELS = frozenset(STATUS_LABELS.values())
# What heads or introduces a legend, and what heads the numbers of lines or of tasks.
OF_LEGENDS = re.compile(r"\b(?:ky hieu|ma|quy uoc|y nghia|ghi chu|chu thich|chu giai)\b")
OF_NUMBERS = re.compile(r"(?:so|stt|tt|sl|tong|tong so)\b.*")
FEWEST, LONGEST_LEGEND, LONGEST_CODE, WHOLE = 2, 400, 4, 100


def by_legend(grid: Grid, heads: Sequence[Head], others: Iterable[Grid], vocabulary: Vocabulary) -> Grid:
    """The sheet with the statuses a legend says for their codes, where the codes stand.

    The legend stands on the sheet itself, or only on one of the others.
    """
    coded: dict[tuple[int, int], str] = {}
    told: dict[tuple[int, int], tuple[tuple[int, int], str]] = {}
    for head, end in with_ends(heads, len(grid.rows)):
        column = head.headings.columns.get("status")
        for row in range(head.last_row + 1, end if column is not None else 0):
            value = _at(grid.rows[row], column or 0)
            if value == "" or value in LABELS:
                continue
            if (code := _code_of(value)) is not None and vocabulary.status_of(str(value)) is None:
                coded[row, column or 0] = code
            elif isinstance(value, str) and (words := _numbered(value, vocabulary)):
                told[row, column or 0] = (row, column or 0), words
    if coded:
        found = [*_written(grid, vocabulary), *_listed(grid, heads, vocabulary)] or [
            one for other in others for one in (*_written(other, vocabulary), *_listed(other, (), vocabulary))
        ]
        legend = _agreed(found, vocabulary)
        if _contradicted(grid, heads, coded, legend, vocabulary):
            legend = {}
        told |= {place: (place, legend[code]) for place, code in coded.items() if code in legend}
    return replace(grid, told_above={**grid.told_above, **told}) if told else grid


def _contradicted(
    grid: Grid,
    heads: Sequence[Head],
    coded: Mapping[tuple[int, int], str],
    legend: Mapping[str, str],
    vocabulary: Vocabulary,
) -> bool:
    """Whether most rows of a code have a progress that cannot be that of the status it is said to be."""
    fits: dict[str, list[bool]] = {}
    for head, end in with_ends(heads, len(grid.rows)):
        column = head.headings.columns.get("progress_pct")
        for (row, _), code in coded.items() if column is not None else ():
            status = vocabulary.status_of(legend[code]) if code in legend else None
            if not head.last_row < row < end or status not in {"completed", "not_started"}:
                continue
            value = _at(grid.rows[row], column or 0)
            share = progress(value, lambda: True) if value != "" else None
            if isinstance(share, (int, float)):
                fits.setdefault(code, []).append(share >= WHOLE if status == "completed" else share <= 0)
    return any(2 * sum(some) < len(some) for some in fits.values())


def _at(cells: Sequence[Any], column: int) -> Any:
    return cells[column] if column < len(cells) else ""


def _code_of(value: Any) -> str | None:
    """A code as legends have it: "1" for 1, 1.0 and "01", "a" for "A"; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and len(value) > LONGEST_CODE:
        return None
    text = (plain_text(value) or "").strip(" .)(")
    return text.lstrip("0").casefold() or "0" if CODE.fullmatch(text) else None


def _numbered(value: str, vocabulary: Vocabulary) -> str:
    """The words of a status that has its number or letter in front, "2. Đang thực hiện"; "" for anything else."""
    found = ENTRY.match(value)
    return value[found.end() :] if found and vocabulary.status_of(value[found.end() :]) else ""


def _agreed(found: Iterable[Mapping[str, str]], vocabulary: Vocabulary) -> Mapping[str, str]:
    """The words for each code; none where two legends disagree."""
    legend: dict[str, str] = {}
    for one in found:
        for code, words in one.items():
            if vocabulary.status_of(legend.setdefault(code, words)) != vocabulary.status_of(words):
                return {}
    return legend


def _written(grid: Grid, vocabulary: Vocabulary) -> Iterator[Mapping[str, str]]:
    """The legends that stand in one cell: a note above or below the table, a heading."""
    for row in grid.rows:
        for value in row:
            if (
                isinstance(value, str)
                and FEWEST < len(value) <= LONGEST_LEGEND
                and (legend := _legend_in(value, vocabulary))
            ):
                yield legend


# A workbook of many sheets is looked through for each of them, and says the same each time.
@lru_cache(maxsize=65_536)
def _legend_in(text: str, vocabulary: Vocabulary) -> Mapping[str, str] | None:
    if len(parts := ENTRY.split(text)) > 2 * FEWEST:
        pairs = zip(parts[1::2], parts[2::2], strict=True)
        entries = [(code.casefold(), _in_full(words.strip(ENDS), vocabulary)) for code, words in pairs]
        if _explains(entries, vocabulary):
            return dict(entries)
    if PIECES.search(text):
        signs = [found for piece in PIECES.split(LABEL.sub("", text)) if (found := SIGN.fullmatch(piece.strip()))]
        entries = [(found[1].casefold(), found[2]) for found in signs]
        if _explains(entries, vocabulary):
            return dict(entries)
    return None


def _listed(grid: Grid, heads: Sequence[Head], vocabulary: Vocabulary) -> Iterator[Mapping[str, str]]:
    """The legends with a cell for each code and one for its words, below each other or each in a line of its own."""
    statuses = {head.headings.columns.get("status") for head in heads}
    taken = {column for head in heads for column in (*head.headings.columns.values(), *head.headings.ticks)}
    entries: dict[int, list[tuple[str, str]]] = {}
    counted: set[int] = set()
    for number, row in enumerate(grid.rows):
        filled = [(column, value) for column, value in enumerate(row) if value != ""]
        for (column, code), (beside, words) in pairwise(filled):
            is_apart = len(filled) == FEWEST or not {column, beside} & taken
            if not is_apart or beside in statuses or not isinstance(words, str):
                continue
            bare = _code_of(code.split(":")[-1] if isinstance(code, str) else code)
            if bare is not None and vocabulary.status_of(words) is not None:
                if column not in entries and _heads_numbers(grid, number, column):
                    counted.add(column)
                if any(one > beside and one not in taken and isinstance(value, (int, float)) for one, value in filled):
                    counted.add(column)
                entries.setdefault(column, []).append((bare, words))
    for row in grid.rows:
        texts = [text for value in row if value != "" and (text := plain_text(value)) is not None]
        found = ENTRY.match(texts[0]) if len(texts) == 1 else None
        if found is not None and vocabulary.status_of(texts[0][found.end() :]) is not None:
            entries.setdefault(-1, []).append((found[1].casefold(), texts[0][found.end() :]))
    yield from (dict(some) for column, some in entries.items() if column not in counted and _explains(some, vocabulary))


def _heads_numbers(grid: Grid, row: int, column: int) -> bool:
    """Whether what stands right above a list heads numbers of lines or tasks, and no legend."""
    above = [fold(plain_text(value) or "") if value != "" else "" for value in grid.rows[row - 1]] if row else []
    said = str(_at(above, column))
    return OF_NUMBERS.fullmatch(said) is not None and not any(map(OF_LEGENDS.search, above))


def _in_full(words: str, vocabulary: Vocabulary) -> str:
    """The words of a status: "Đang thực hiện" for "đang"."""
    whole = f"{words} thực hiện"
    return whole if vocabulary.status_of(words) is None and vocabulary.status_of(whole) is not None else words


def _explains(entries: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> bool:
    """Whether codes are explained as statuses, each once, and not all as the same."""
    statuses = [vocabulary.status_of(words) for _, words in entries]
    codes = {code for code, _ in entries}
    return None not in statuses and len(set(statuses)) >= FEWEST and len(codes) == len(entries)
