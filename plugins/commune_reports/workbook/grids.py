"""Files calamine reads → grids."""

import zipfile
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from commune_reports.workbook.model import MOST_ROWS, MOST_SHEETS, Grid

UNREADABLE = (CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, SyntaxError)


def grids_of(content: bytes) -> tuple[Grid, ...]:
    """Every sheet with its values at their places; errors of damaged files come through (UNREADABLE, PasswordError)."""
    grids = []
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        for sheet in workbook.sheets_metadata[:MOST_SHEETS]:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            read = workbook.get_sheet_by_name(sheet.name)
            grids.append(
                Grid(
                    name=sheet.name,
                    visible=sheet.visible == SheetVisibleEnum.Visible,
                    rows=read.to_python(skip_empty_area=False, nrows=MOST_ROWS),
                    merged=read.merged_cell_ranges or (),
                )
            )
    return tuple(grids)
