"""Bytes → grids of cells with addresses, whatever the spreadsheet format; refuses what is not one or is dangerous."""

from commune_reports.workbook.model import (
    MARK_SHEET,
    MARK_SIGN,
    MOST_ROWS,
    Grid,
    Note,
    Refusal,
    Spreadsheet,
    address,
    is_mark_sheet,
)
from commune_reports.workbook.opening import LARGEST_FILE, open_spreadsheet, whole_file
from commune_reports.workbook.saving import save_reproducibly

__all__ = [
    "LARGEST_FILE",
    "MARK_SHEET",
    "MARK_SIGN",
    "MOST_ROWS",
    "Grid",
    "Note",
    "Refusal",
    "Spreadsheet",
    "address",
    "is_mark_sheet",
    "open_spreadsheet",
    "save_reproducibly",
    "whole_file",
]
