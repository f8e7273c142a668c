"""Files calamine reads → grids."""

import warnings
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from commune_reports.workbook.model import MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, Grid, narrowed

UNREADABLE = (CalamineError, OSError, ValueError, KeyError, zipfile.BadZipFile, SyntaxError)

PANICS = "pyo3_runtime"


def grids_of(content: bytes) -> tuple[Grid, ...]:
    """Every sheet with its values at their places; errors of damaged files come through (UNREADABLE, PasswordError)."""
    try:
        return _grids_of(content)
    except BaseException as error:
        # A panic of the reader is no Exception and cannot even be handed from a worker to its crew.
        if type(error).__module__ != PANICS:
            raise
        raise ValueError(f"calamine gave up: {error}") from error


def _grids_of(content: bytes) -> tuple[Grid, ...]:
    grids = []
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        for sheet in workbook.sheets_metadata[: MOST_SHEETS + 1]:
            if sheet.typ != SheetTypeEnum.WorkSheet:
                continue
            read = workbook.get_sheet_by_name(sheet.name)
            last_row, last_column = read.end or (0, 0)
            rows = read.to_python(skip_empty_area=False, nrows=MOST_ROWS)
            kept, cut_column = narrowed(rows) if last_column >= MOST_COLUMNS else (rows, None)
            grids.append(
                Grid(
                    name=sheet.name,
                    visible=sheet.visible == SheetVisibleEnum.Visible,
                    rows=kept,
                    merged=read.merged_cell_ranges or (),
                    is_cut=last_row >= MOST_ROWS and any(map(_shows, islice(read.iter_rows(), MOST_ROWS, None))),
                    cut_column=cut_column,
                )
            )
    return tuple(grids)


def _shows(row: Iterable[object]) -> bool:
    return any(value != "" and str(value).strip() for value in row)


def _filled(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Rows without the columns right of everything that is filled, in which this reader lays them out."""
    kept = [["" if value is None else value for value in row] for row in rows]
    width = max(
        (len(row) - next((n for n, one in enumerate(reversed(row)) if one != ""), len(row)) for row in kept), default=0
    )
    return [row[:width] for row in kept]


def patient_grids(content: bytes) -> tuple[Grid, ...]:
    """The same of a package with flaws a person would not even notice, by openpyxl; ValueError if that fails too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            workbook = load_workbook(BytesIO(content), read_only=True, data_only=True)
            return tuple(
                Grid(
                    name=sheet.title,
                    visible=sheet.sheet_state == "visible",
                    rows=_filled(sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)),
                )
                for sheet in workbook.worksheets[: MOST_SHEETS + 1]
            )
        except MemoryError:
            raise
        except Exception as error:
            raise ValueError("neither reader can read it") from error
