"""Tables other programs write as markup and call .xls: web pages, and Excel's XML of 2003."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from itertools import islice
from math import isfinite
from typing import Any

from lxml import etree, html

from commune_reports.workbook.archives import is_cut_off, is_declaring
from commune_reports.workbook.delimited import FEWEST_COLUMNS, decoded
from commune_reports.workbook.model import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    Grid,
    Refusal,
    Spreadsheet,
    Stored,
    address,
    is_percent_format,
    with_errors_apart,
)

SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
NAMED_FORMATS = {"percent": "0.00%"}
ENCODING = re.compile(r"<\?xml[^>]*\?>")
LOOKED_AT = 4096
TABLE_BEGINS, TABLE_ENDS = re.compile(r"<table\b", re.IGNORECASE), re.compile(r"</table\b", re.IGNORECASE)
HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
INLINE = ("b", "big", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u")
# What is no element has no text of its own, but goes on with that of the page.
EVENTS = ("start", "end", "comment", "pi")
BESIDE_TEXT = ("comment", "script", "style")
NO_TEXT = ("a", "head", *BESIDE_TEXT)
# Lines that name other papers, with the months of those.
REFERENCE, MOST_LINES_ABOVE = re.compile(r"[-–\s]*(?:căn cứ|thực hiện|theo|kính gửi)\b", re.IGNORECASE), 100
LINE_BREAK = ("br", "p", "div", "li")


@dataclass
class _Canvas:
    """A sheet being filled, cell by cell."""

    values: dict[tuple[int, int], Any] = field(default_factory=dict)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    taken: set[tuple[int, int]] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    is_cut: bool = False
    cut_column: int | None = None

    def put(self, row: int, column: int, value: Any, *, down: int, along: int) -> None:
        """Write a value into a cell that reaches `down` rows and `along` columns."""
        is_said = value not in (None, "")
        self.is_cut = self.is_cut or (row >= MOST_ROWS and is_said)
        if row >= MOST_ROWS:
            return
        if column >= MOST_COLUMNS:
            if is_said:
                self.cut_column = min(column, self.cut_column or column)
            return
        if is_said:
            self.values[row, column] = value
        if down > 1 or along > 1:
            down, along = min(down, MOST_ROWS - row), min(along, MOST_COLUMNS - column)
            self.merged.append(((row, column), (row + down - 1, column + along - 1)))
            self.taken |= {(row + r, column + c) for r in range(min(down, 1_000)) for c in range(along)}

    def grid(self, name: str, *, visible: bool = True) -> Grid:
        """The sheet as it stands."""
        height = 1 + max((row for row, _ in self.values), default=-1)
        width = 1 + max((column for _, column in self.values), default=-1)
        rows: list[list[Any]] = [[""] * width for _ in range(height)]
        for (row, column), value in self.values.items():
            rows[row][column] = value
        return Grid(
            name,
            visible,
            rows,
            self.merged,
            self.is_cut,
            cut_column=self.cut_column,
            hidden_rows=frozenset(self.hidden_rows),
            hidden_columns=frozenset(self.hidden_columns),
        )


def open_web_page(content: bytes) -> Spreadsheet | Refusal:
    """The tables of a web page, each a sheet of its own; a page without one is no spreadsheet."""
    text = decoded(content)
    if text is None:
        return Refusal("wrong_format", got="trang web")
    try:
        page = html.document_fromstring(ENCODING.sub("", text), parser=html.HTMLParser(no_network=True))
    except (etree.LxmlError, ValueError):
        return Refusal("wrong_format", got="trang web")
    if len(TABLE_BEGINS.findall(text)) > len(TABLE_ENDS.findall(text)):
        return Refusal("broken_file")  # the copy broke off within a table
    tables = [one for one in page.iter("table") if next(one.iterdescendants("table"), None) is None]
    grids = [_web_table(table).grid(f"Bảng {number}") for number, table in enumerate(tables[:MOST_SHEETS], start=1)]
    if not any(len(grid.rows) > 1 and len(grid.rows[0]) >= FEWEST_COLUMNS for grid in grids):
        return Refusal("wrong_format", got="trang web")
    if above := _lines_above(page, tables):
        grids.append(Grid("Ngoài bảng", visible=True, rows=[[line] for line in above]))
    stored = {grid.name: Stored() for grid in grids}
    apart = with_errors_apart(grids, stored)
    return Spreadsheet("html", apart, has_formulas=any(one.errors for one in stored.values()), look=stored.get)


def open_web_archive(content: bytes) -> Spreadsheet | Refusal:
    """The tables of a web page saved as one file (mht, as Excel writes it too): those of its first page that has any."""
    message = message_from_bytes(content)
    if "From" in message and ("To" in message or "Received" in message):  # a page that was saved is addressed to nobody
        names = (part.get_filename() for part in message.walk())
        attached = [str(make_header(decode_header(name))) for name in names if name]
        return Refusal(
            "packed_file", got=f"thư điện tử (đính kèm {', '.join(attached)[:100]})" if attached else "thư điện tử"
        )
    pages = (part.get_payload(decode=True) for part in message.walk() if part.get_content_type() == "text/html")
    read = (open_web_page(page) for page in islice(pages, MOST_SHEETS) if isinstance(page, bytes))
    return next((one for one in read if isinstance(one, Spreadsheet)), Refusal("wrong_format", got="trang web"))


def in_utf8(content: bytes) -> bytes:
    """Markup in two bytes a letter as everything else expects it."""
    if b"\0" not in content[:LOOKED_AT]:
        return content
    text = decoded(content)
    return content if text is None else ENCODING.sub("", text, count=1).encode()


def open_excel_xml(content: bytes) -> Spreadsheet | Refusal:
    """Excel's XML of 2003; errors of damaged files come through."""
    if is_declaring(content):
        return Refusal("dangerous_content", got="tệp XML")
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    if root is None or is_cut_off(root, content):
        return Refusal("broken_file")
    percents = {one.get(f"{SS}ID") for one in root.iterfind(f"{SS}Styles/{SS}Style") if _shows_percent(one)}
    sheets = root.findall(f"{SS}Worksheet")
    if len(sheets) > MOST_SHEETS:
        return Refusal("too_many_sheets", got=str(len(sheets)), wanted=str(MOST_SHEETS))
    grids, stored = [], {}
    for sheet in sheets:
        name = sheet.get(f"{SS}Name", "")
        canvas, stored[name] = _Canvas(), Stored()
        for row, column, cell in _xml_cells(sheet):
            _take(cell, row, column, canvas, stored[name], percents)
        canvas.hidden_rows = _xml_hidden(sheet, "Row", MOST_ROWS)
        canvas.hidden_columns = _xml_hidden(sheet, "Column", MOST_COLUMNS)
        state = sheet.findtext("{*}WorksheetOptions/{*}Visible", "")
        grids.append(canvas.grid(name, visible=not state.startswith("SheetHidden")))
    return Spreadsheet(
        "xml",
        tuple(grids),
        is_1904=root.find("{*}ExcelWorkbook/{*}Date1904") is not None,
        has_formulas=any(one.errors or one.empty_formulas for one in stored.values()),
        has_percents=any(one.percents for one in stored.values()),
        look=stored.get,
    )


def _lines_above(page: Any, tables: Sequence[Any]) -> list[str]:
    """What a page says above the first table of several columns and outside of all tables, line by line."""
    parts: list[str] = []
    own = frozenset(tables)
    walk = etree.iterwalk(page, events=EVENTS)
    for event, one in walk:
        if event == "start" and one in own:
            if any(len(row.findall("td") + row.findall("th")) >= FEWEST_COLUMNS for row in one.iter("tr")):
                break
            walk.skip_subtree()
        elif event == "start" and (one.tag in NO_TEXT or _is_hidden(one)):
            walk.skip_subtree()
        elif event == "start":
            parts += ["" if one.tag in INLINE else "\n", _shown(one.text)]
        else:
            parts += ["" if event != "end" or one.tag in INLINE else "\n", _shown(one.tail)]
    lines = (line.strip() for line in "".join(parts).split("\n"))
    return [line for line in lines if line and not REFERENCE.match(line)][:MOST_LINES_ABOVE]


def _shown(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _web_table(table: Any) -> _Canvas:
    canvas = _Canvas()
    column = 0
    for one in table.iter("col"):
        wide = min(_count(one.get("span")), MOST_COLUMNS - column)
        if _is_hidden(one):
            canvas.hidden_columns.update(range(column, column + wide))
        column += wide
    for number, row in enumerate(islice(table.iter("tr"), MOST_ROWS + 1)):
        if _is_hidden(row):
            canvas.hidden_rows.add(number)
        column = 0
        for cell in row.iterchildren("td", "th"):
            while (number, column) in canvas.taken:
                column += 1
            down, along = (_count(cell.get(name)) for name in ("rowspan", "colspan"))
            canvas.put(number, column, _web_text(cell), down=down, along=along)
            column += along
    return canvas


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or HIDING.search(element.get("style", "")) is not None


def _web_text(cell: Any) -> str:
    """The text of a cell as it is shown: white space is one space, a break is a new line; remarks on it are none of it."""
    parts = []
    walk = etree.iterwalk(cell, events=EVENTS)
    for event, one in walk:
        if event != "start":
            parts.append("" if one is cell else _shown(one.tail))
        elif one.tag in BESIDE_TEXT or (one is not cell and _is_hidden(one)):
            walk.skip_subtree()
        else:
            parts += ["\n" if one is not cell and one.tag in LINE_BREAK else "", _shown(one.text)]
    return "\n".join(line.strip() for line in "".join(parts).split("\n")).strip()


def _xml_hidden(sheet: Any, kind: str, most: int) -> set[int]:
    hidden: set[int] = set()
    number = -1
    for one in sheet.iterfind(f"{SS}Table/{SS}{kind}"):
        number = _count(one.get(f"{SS}Index")) - 1 if one.get(f"{SS}Index") else number + 1
        span = _count(one.get(f"{SS}Span"), 0)
        if one.get(f"{SS}Hidden") == "1":
            hidden.update(range(number, min(number + span + 1, most)))
        number += span
    return hidden


def _xml_cells(sheet: Any) -> Iterator[tuple[int, int, Any]]:
    number = -1
    for row in sheet.iterfind(f"{SS}Table/{SS}Row"):
        number = _count(row.get(f"{SS}Index")) - 1 if row.get(f"{SS}Index") else number + 1
        column = -1
        for cell in row.iterfind(f"{SS}Cell"):
            column = _count(cell.get(f"{SS}Index")) - 1 if cell.get(f"{SS}Index") else column + 1
            yield number, column, cell
            column += _count(cell.get(f"{SS}MergeAcross"), 0)
        number += _count(row.get(f"{SS}Span"), 0)


def _take(cell: Any, row: int, column: int, canvas: _Canvas, stored: Stored, percents: set[Any]) -> None:
    data, formula = cell.find(f"{SS}Data"), cell.get(f"{SS}Formula")
    kind = data.get(f"{SS}Type") if data is not None else None
    text = "".join(data.itertext()) if data is not None else ""
    value: Any = text
    if kind == "Error":
        stored.errors[address(row, column)], value = text or "#ERROR", ""
    elif formula and data is None:
        stored.empty_formulas[address(row, column)] = formula
    elif kind == "Number":
        value = _number(text)
        if cell.get(f"{SS}StyleID") in percents:
            stored.percents.add(address(row, column))
    elif kind == "Boolean":
        value = text == "1"
    elif kind == "DateTime":
        with suppress(ValueError):
            value = datetime.fromisoformat(text)
    down, along = (_count(cell.get(f"{SS}Merge{way}"), 0) + 1 for way in ("Down", "Across"))
    canvas.put(row, column, value, down=down, along=along)


def _number(text: str) -> Any:
    """The number a text says; the text itself where it says none."""
    try:
        value = float(text)
    except ValueError:
        return text
    if not isfinite(value):
        return text
    return int(value) if value.is_integer() else value


def _shows_percent(style: Any) -> bool:
    code = style.find(f"{SS}NumberFormat")
    said = code.get(f"{SS}Format", "") if code is not None else ""
    return is_percent_format(NAMED_FORMATS.get(said.lower(), said))


def _count(said: str | None, default: int = 1) -> int:
    return min(int(said), MOST_ROWS) if said and said.isdigit() and int(said) else default
