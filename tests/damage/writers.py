"""Book → bytes: by two writers of .xlsx, as delimited text, into the project's own template, and through LibreOffice."""

import csv
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tests.damage.drafts import REPORTED, Draft, Raw, typed_cell
from tests.damage.layouts import Book, Sheet, lay_out

from commune_reports.findings import FIELD_LABELS
from commune_reports.plan import Plan
from commune_reports.settings import read_settings
from commune_reports.template import PreviousState, load_layout, write_template

TONES = "\u0300\u0301\u0303\u0309\u0323"
TEMPLATE_SHEET, TEMPLATE_HEAD = "Báo cáo", 9


def write(draft: Draft) -> tuple[bytes, Book]:
    """The file a draft becomes, and where its rows stand in it."""
    if draft.look.writer == "template":
        content, book = _fill_template(draft)
    else:
        book = lay_out(draft)
        for laid_out in draft.book_changes:
            laid_out(book)
        match draft.look.writer:
            case "csv":
                content = to_text(book.sheets[0], encoding=draft.look.encoding, delimiter=draft.look.delimiter)
            case "xlsxwriter":
                content = by_xlsxwriter(book.sheets, since_1904=draft.look.since_1904)
            case _:
                content = by_openpyxl(book.sheets, since_1904=draft.look.since_1904)
    for change in draft.byte_changes:
        content = change(content)
    return content, book


def by_openpyxl(sheets: Sequence[Sheet], *, since_1904: bool = False) -> bytes:
    """The sheets as openpyxl saves them; formulas have no stored value."""
    workbook = Workbook()
    workbook.remove(workbook.active)  # type: ignore[arg-type]
    if since_1904:
        workbook.epoch = CALENDAR_MAC_1904
    for sheet in sheets:
        made = workbook.create_sheet(sheet.name)
        made.sheet_state = "visible" if sheet.visible else "hidden"
        for (row, column), raw in sheet.cells.items():
            _put(made.cell(row + 1, column + 1), raw)
        for top, left, bottom, right in sheet.merges:
            made.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
        for number, width in sheet.widths.items():
            made.column_dimensions[get_column_letter(number + 1)].width = width
        for number in sheet.hidden_columns:
            made.column_dimensions[get_column_letter(number + 1)].hidden = True
        for number in sheet.hidden_rows:
            made.row_dimensions[number + 1].hidden = True
    return _saved(workbook)


def by_xlsxwriter(sheets: Sequence[Sheet], *, since_1904: bool = False) -> bytes:
    """The sheets as XlsxWriter saves them; formulas have the value of their cell."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "default_date_format": "dd/mm/yyyy", "date_1904": since_1904}
    ) as workbook:
        formats: dict[str, Any] = {}
        for sheet in sheets:
            made = workbook.add_worksheet(sheet.name)
            for top, left, bottom, right in sheet.merges:
                made.merge_range(top, left, bottom, right, "")
            for (row, column), raw in sheet.cells.items():
                look = (
                    formats.setdefault(raw.shown_as, workbook.add_format({"num_format": raw.shown_as}))
                    if raw.shown_as
                    else None
                )
                if raw.formula or raw.is_error:
                    made.write_formula(
                        row, column, raw.formula or f"={raw.value}", look, raw.value if raw.value is not None else ""
                    )
                elif isinstance(raw.value, date):
                    made.write_datetime(row, column, raw.value, look)
                elif isinstance(raw.value, str):
                    made.write_string(row, column, raw.value, look)
                else:
                    made.write(row, column, raw.value, look)
            for number, width in sheet.widths.items():
                made.set_column(number, number, width, None, {"hidden": number in sheet.hidden_columns})
            for number in sheet.hidden_rows:
                made.set_row(number, None, None, {"hidden": True})
            if not sheet.visible:
                made.hide()
    return buffer.getvalue()


def to_text(sheet: Sheet, *, encoding: str, delimiter: str) -> bytes:
    """A sheet as delimited text, every line as wide as the table; a day is written d/m/y, a percentage as it is shown."""
    height = 1 + max(row for row, _ in sheet.cells)
    width = 1 + max(column for _, column in sheet.cells)
    buffer = StringIO()
    lines = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    for row in range(height):
        lines.writerow([_as_text(sheet.cells.get((row, column))) for column in range(width)])
    text = buffer.getvalue()
    return for_old_code_page(text).encode("cp1258", "replace") if encoding == "cp1258" else text.encode(encoding)


def for_old_code_page(text: str) -> str:
    """Windows-1258 has letters like ê and ô, and the five tones as marks of their own."""
    spelt = []
    for c in unicodedata.normalize("NFC", text):
        marks = unicodedata.normalize("NFD", c)
        letter = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
        spelt.append(letter + "".join(mark for mark in marks if mark in TONES))
    return "".join(spelt)


def has_libreoffice() -> bool:
    """Whether workbooks can be converted on this machine."""
    return shutil.which("soffice") is not None


def by_libreoffice(contents: Mapping[str, bytes], *, into: str) -> dict[str, bytes]:
    """Workbooks, by name, opened and saved by LibreOffice in another format (xls, ods, html, csv), all in one run."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, content in contents.items():
            (place / f"{name}.xlsx").write_bytes(content)
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", into,
             "--outdir", str(place / "out"), *(str(place / f"{name}.xlsx") for name in contents)],
            check=True, capture_output=True, timeout=600,
        )  # fmt: skip
        suffix = into.partition(":")[0]
        return {name: (place / "out" / f"{name}.{suffix}").read_bytes() for name in contents}


def _fill_template(draft: Draft) -> tuple[bytes, Book]:
    """The project's own template with the draft's answers in its open cells; rows that are not in the draft stay blank."""
    workbook = load_workbook(BytesIO(_template(draft)))
    sheet = workbook[TEMPLATE_SHEET]
    heads = {str(cell.value): cell.column for cell in sheet[TEMPLATE_HEAD]}
    columns = {name: heads[FIELD_LABELS[name]] for name in ("task", "task_text", *REPORTED)}
    lines = {
        str(cell.value): cell.row for cell in next(sheet.iter_cols(min_col=columns["task"], max_col=columns["task"]))
    }
    book = Book()
    for row in draft.rows:
        line = lines[row.task.code]
        for name, column in columns.items():
            raw = typed_cell(row, name, draft.look, draft.chance) if name in REPORTED else row.typed.get(name)
            if raw is not None and (raw.value not in (None, "") or raw.formula):
                _put(sheet.cell(line, column), raw)
            book.places[row.key, name] = [(sheet.title, f"{get_column_letter(column)}{line}")]
        book.places[row.key, "id"] = book.places[row.key, "task"]
    for change in draft.workbook_changes:
        change(workbook)
    return _saved(workbook), book


def _template(draft: Draft) -> bytes:
    return _written_template(draft.plan.sha256, draft.unit.code, draft.period.id, _Desk(draft.plan))


class _Desk:
    """A plan that can be a key of a cache, whatever it holds."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Desk) and other.plan.sha256 == self.plan.sha256

    def __hash__(self) -> int:
        return hash(self.plan.sha256)


@cache
def _written_template(_plan: str, unit_code: str, period_id: str, desk: _Desk) -> bytes:
    plan = desk.plan
    period = next(one for one in plan.periods() if one.id == period_id)
    unit = plan.unit(unit_code, period.window_end)
    assert unit is not None
    before = PreviousState("in_progress", 40.0, "Đã thu thập 40 phiếu.", None, None, None, None, None)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "bieu-mau.xlsx"
        write_template(
            out,
            plan=plan,
            unit=unit,
            period=period,
            previous={task.code: before for task in plan.tasks_of(unit.code)[::3]},
            layout=load_layout(read_settings({}).include),
        )
        return out.read_bytes()


def _put(cell: Any, raw: Raw) -> None:
    if raw.formula:
        cell.value = raw.formula
    elif isinstance(raw.value, str) and not raw.is_error:
        cell.value = raw.value
        if cell.data_type != "s":
            cell.data_type = "s"
    else:
        cell.value = raw.value
    if raw.shown_as:
        cell.number_format = raw.shown_as


def _as_text(raw: Raw | None) -> str:
    if raw is None or raw.value is None:
        return ""
    if isinstance(raw.value, date):
        return f"{raw.value:%d/%m/%Y}"
    if raw.shown_as and "%" in raw.shown_as:
        return f"{raw.value * 100:g}%".replace(".", ",")
    return f"{raw.value:g}".replace(".", ",") if isinstance(raw.value, float) else str(raw.value)


def _saved(workbook: Workbook) -> bytes:
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()
