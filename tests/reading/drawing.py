"""Workbooks as tests of reading draw them, row by row, and what is read of them."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import Workbook

from commune_reports.reading import Clerk, read_submission
from commune_reports.task_report import Reading

Row = Sequence[object]


def read_sheets(clerk: Clerk, *sheets: Sequence[Row]) -> Reading:
    """A workbook with these sheets, read as that of one commune for November."""
    workbook = Workbook()
    for number, rows in enumerate(sheets):
        sheet = workbook.create_sheet() if number else workbook.worksheets[0]
        for row in rows:
            sheet.append(list(row))
    content = BytesIO()
    workbook.save(content)
    return read_submission(content.getvalue(), clerk=clerk, unit_code="22492", period_id="2024-11")


def codes_found(reading: Reading) -> list[tuple[str, str | None]]:
    """The codes of the findings with their cells."""
    return [(one.code, one.cell) for one in reading.findings]
