"""What the rows of indicators state of their progress: the mean of their tasks, where most of a sheet's rows show that it is."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from commune_reports.reading.tables import Place
from commune_reports.reading.totals import Above, mean_stated
from commune_reports.task_report import TaskRow, Total
from commune_reports.workbook import Spreadsheet

FEWEST, ROUNDED = 2, 0.5


class Opened(NamedTuple):
    """A section: the row of an indicator that is answered itself (None: any other), and how many rows and blanks stand above."""

    place: Place | None
    rows: int
    blanks: int


def means_told(
    opened: Spreadsheet, sections: Sequence[Opened], rows: Sequence[TaskRow], blanks: int
) -> Iterator[Total]:
    """The progress of every indicator beside that of its tasks.

    Whoever weighs tasks or rates an indicator is not blamed: nothing is told where not most of the indicators that can show it,
    and at least two, state the mean of tasks that are not all equally far.
    """
    if sum(section.place is not None for section in sections) < FEWEST:
        return
    means: list[Total] = []
    shown = []
    for section, after in pairwise([*sections, Opened(None, len(rows), blanks)]):
        part = Above(rows[section.rows : after.rows], after.blanks - section.blanks)
        mean = mean_stated(opened, section.place, [part]) if section.place is not None and part.rows else None
        if mean is not None:
            means.append(mean)
            if len(set(part.progress())) > 1:
                shown.append(mean.difference <= ROUNDED)
    if sum(shown) >= FEWEST and 2 * sum(shown) > len(shown):
        yield from means
