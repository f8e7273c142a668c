"""Which kind of file some bytes are, told by themselves; then that kind's reader."""

import os
import re
from dataclasses import replace
from pathlib import Path

from lxml import etree
from openpyxl.utils import get_column_letter
from python_calamine import PasswordError

from commune_reports.task_report import sheet_named
from commune_reports.workbook.archives import Archive, Refused, is_broken
from commune_reports.workbook.delimited import decoded, open_delimited
from commune_reports.workbook.grids import UNREADABLE
from commune_reports.workbook.markup import in_utf8, open_excel_xml, open_web_archive, open_web_page
from commune_reports.workbook.model import LONGEST_SHEET_NAME, MOST_COLUMNS, MOST_ROWS, Note, Refusal, Spreadsheet
from commune_reports.workbook.ods import CONTENT, MEDIA_TYPE, flat_as_package, is_spreadsheet, open_ods
from commune_reports.workbook.old_encodings import in_unicode
from commune_reports.workbook.ooxml import main_part, open_ooxml
from commune_reports.workbook.other_kinds import other_kind, other_package
from commune_reports.workbook.passwords import without_usual_password
from commune_reports.workbook.records import BARE
from commune_reports.workbook.xls import COMPOUND, open_xls

LAST_LETTERS = 18_278  # of column ZZZ: damaged files count further
LARGEST_FILE = 50 * 2**20
ZIP = b"PK\x03\x04"
WEB_ARCHIVE = re.compile(rb"(?:[\w-]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)*?MIME-Version:", re.IGNORECASE)
LEADING = b"\xef\xbb\xbf\xff\xfe \r\n\t\0"
NOTHING = ' \t\r\n\ufeff\xa0,;|"'
MARKUP_START, LOOKED_AT = b"<", 64 * 2**10
EXCEL_XML = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet")
TABLE = re.compile(rb"<\0?(?:t\0?a\0?b\0?l\0?e|h\0?t\0?m\0?l|b\0?o\0?d\0?y)\b", re.IGNORECASE)


def open_spreadsheet(content: bytes) -> Spreadsheet | Refusal:
    """Read every sheet of a file, judged by its content and never by its name; texts in old encodings become Unicode."""
    if not content:
        return Refusal("empty_file")
    if len(content) > LARGEST_FILE:
        return _too_large(len(content))
    try:
        opened = _opened(content)
    except Refused as error:
        return error.refusal
    except PasswordError:
        return Refusal("password_protected")
    except (*UNREADABLE, etree.LxmlError):
        return Refusal("broken_file")
    except Exception as error:
        if is_broken(error):
            return Refusal("broken_file")
        raise
    if isinstance(opened, Refusal):
        return opened
    grids, notes = in_unicode(opened.grids)
    too_long = (
        Note("sheet_too_long", sheet=grid.name, got=str(MOST_ROWS + 1), wanted=str(MOST_ROWS))
        for grid in grids
        if grid.is_cut
    )
    too_wide = (
        Note(
            "columns_beyond",
            sheet=grid.name,
            got=get_column_letter(min(grid.cut_column + 1, LAST_LETTERS)),
            wanted=str(MOST_COLUMNS),
        )
        for grid in grids
        if grid.cut_column is not None
    )
    return _with_short_names(replace(opened, grids=grids, notes=(*opened.notes, *notes, *too_long, *too_wide)))


def _with_short_names(opened: Spreadsheet) -> Spreadsheet:
    """The same with the long names of sheets, and those we call tables by, cut off and numbered: each is still known apart."""
    short = {
        grid.name: f"{sheet_named(grid.name)[: LONGEST_SHEET_NAME - len(end)]}{end}"
        for number, grid in enumerate(opened.grids, start=1)
        if (len(grid.name) > LONGEST_SHEET_NAME or sheet_named(grid.name) != grid.name) and (end := f"… ({number})")
    }
    if not short:
        return opened
    written = {name: long for long, name in short.items()}
    return replace(
        opened,
        grids=tuple(replace(grid, name=short.get(grid.name, grid.name)) for grid in opened.grids),
        notes=tuple(replace(note, sheet=short.get(note.sheet or "", note.sheet)) for note in opened.notes),
        look=lambda sheet: opened.look(written.get(sheet, sheet)),
    )


def whole_file(path: Path) -> bytes | Refusal:
    """What a file contains; one larger than any report is not taken into memory. OSError if it is out of reach."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        return file.read() if size <= LARGEST_FILE else _too_large(size)


def _too_large(size: int) -> Refusal:
    return Refusal("file_too_large", got=f"{size / 2**20:.0f} MB", wanted=f"{LARGEST_FILE // 2**20} MB")


def _opened(content: bytes) -> Spreadsheet | Refusal:
    if content.startswith(ZIP):
        return _open_zip(content)
    if content.startswith((COMPOUND, *BARE)):
        return _open_compound(content)
    start = content[:LOOKED_AT].lstrip(LEADING)
    if refused := other_kind(content, start):
        return refused
    if start.startswith(MARKUP_START):
        return _open_markup(content)
    if WEB_ARCHIVE.match(start):
        return open_web_archive(content)
    return _open_text(content)


def _open_compound(content: bytes) -> Spreadsheet | Refusal:
    opened = open_xls(content)
    if opened != Refusal("password_protected"):
        return opened
    plain = without_usual_password(content)
    return opened if plain is None else _opened(plain)


def _open_zip(content: bytes) -> Spreadsheet | Refusal:
    archive = Archive(content)
    if book := main_part(archive):
        return open_ooxml(archive, content, book)
    is_told = "mimetype" in archive
    if is_told and archive.read("mimetype")[:100].startswith(MEDIA_TYPE):
        return open_ods(archive, content)
    if CONTENT in archive and is_spreadsheet(archive.read(CONTENT)):
        return open_ods(archive, content)
    if is_told:
        return Refusal("wrong_format", got="tệp văn bản OpenDocument")
    return other_package(archive.parts)


def _open_markup(content: bytes) -> Spreadsheet | Refusal:
    content = in_utf8(content)
    start = content[:LOOKED_AT]
    if MEDIA_TYPE in start or is_spreadsheet(content):
        package = flat_as_package(content)
        return open_ods(Archive(package), package)
    if EXCEL_XML.search(start) and b"<html" not in start.lower():
        return open_excel_xml(content)
    if TABLE.search(content):
        return open_web_page(content)
    return Refusal("wrong_format", got="trang web hoặc tệp XML")


def _open_text(content: bytes) -> Spreadsheet | Refusal:
    if not content.strip(b"\0"):
        return Refusal("broken_file")  # what a copy that broke off leaves
    text = decoded(content)
    if text is None:
        return Refusal("wrong_format", got="tệp không rõ định dạng")
    if not text.strip(NOTHING):
        return Refusal("empty_file")
    return open_delimited(text)
