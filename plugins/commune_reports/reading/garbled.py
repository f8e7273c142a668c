"""Letters another program lost before the file came here."""

import re
from collections.abc import Iterator, Sequence

from commune_reports.findings import Finding, Wordings
from commune_reports.workbook import Grid, address

# A program that saves in a code page without Vietnamese writes "?" for each letter it has no code for.
IN_A_WORD = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])|(?<![\w?])\?(?=[^\W\d_])")
FEWEST = 3


def letters_lost(grids: Sequence[Grid], wordings: Wordings) -> Iterator[Finding]:
    """One finding on question marks in the middle of words, with the first cell; few of them are only questions."""
    lost = [
        (grid.name, address(row, column), len(IN_A_WORD.findall(value)))
        for grid in grids
        for row, cells in enumerate(grid.rows)
        for column, value in enumerate(cells)
        if isinstance(value, str) and "?" in value and IN_A_WORD.search(value)
    ]
    if sum(count for *_, count in lost) >= FEWEST:
        sheet, cell, _ = lost[0]
        yield wordings.finding("letters_lost", sheet=sheet, got=str(sum(count for *_, count in lost)), wanted=cell)
