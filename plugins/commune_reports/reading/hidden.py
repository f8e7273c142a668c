"""What was read although nobody sees it: rows and columns that are hidden, by hand or by a filter."""

from collections.abc import Iterator, Sequence

from openpyxl.utils import coordinate_to_tuple, get_column_letter

from commune_reports.findings import Finding, Wordings
from commune_reports.reading.copies import row_numbers
from commune_reports.reading.tables import REPORTED
from commune_reports.task_report import TaskRow
from commune_reports.workbook import Grid


def read_unseen(grid: Grid, rows: Sequence[TaskRow], wordings: Wordings) -> Iterator[Finding]:
    """One remark on the hidden rows of a sheet that report tasks, one on the hidden columns that hold values of them."""
    unseen = [row for row in rows if row.row - 1 in grid.hidden_rows]
    if unseen:
        yield wordings.finding("hidden_rows_read", sheet=grid.name, got=row_numbers(row.row for row in unseen))
    columns = {
        coordinate_to_tuple(cell)[1]
        for row in (rows if grid.hidden_columns else ())
        for name, cell in row.cells.items()
        if name in REPORTED and getattr(row, name) is not None
    }
    hidden = sorted(column for column in columns if column - 1 in grid.hidden_columns)
    if hidden:
        yield wordings.finding(
            "hidden_columns_read", sheet=grid.name, got=", ".join(get_column_letter(column) for column in hidden)
        )
