"""The first sheet of a marked workbook: the verdict, every finding with a link to its cell, and what is needed to unmark."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils import get_column_letter

from commune_reports.findings import Finding, Severity
from commune_reports.marking.heights import LINE, lines
from commune_reports.marking.package import LINKS, MAIN
from commune_reports.marking.styles import AMBER, RED, Look, Styles
from commune_reports.workbook import MARK_SIGN

TITLE = "KẾT QUẢ KIỂM TRA BÁO CÁO"
HOW_TO = (
    "Trang này và các màu, ghi chú trong tệp do hệ thống thêm vào. Đề nghị sửa các ô được tô đỏ, xem lại các ô tô vàng rồi "
    "lưu và chép tệp vào thư mục nop; không cần xóa trang này, màu và ghi chú sẽ tự mất khi tệp được nộp lại."
)
LEVELS = {Severity.CRITICAL: "Cần sửa", Severity.WARNING: "Nên xem lại", Severity.INFO: "Ghi nhận"}
HEADS = ("STT", "Mức độ", "Trang", "Ô", "Nhiệm vụ", "Đang ghi", "Cần ghi", "Nội dung")
WIDTHS = (5, 11, 14, 8, 11, 22, 26, 62)
# Behind the last visible column: sheet, cell, original style and original fill of every coloured cell.
MEMORY_COLUMN = len(HEADS) + 2


@dataclass(frozen=True)
class Heading:
    """What stands above the findings: the verdict in one line, then labelled lines (unit, period, file, moment, whom to ask)."""

    verdict: str
    lines: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Coloured:
    """A cell we coloured, with what it looked like before."""

    sheet: str
    cell: str
    style: int
    fill: str


def summary_sheet(
    findings: Sequence[Finding],
    heading: Heading,
    styles: Styles,
    *,
    coloured: Sequence[Coloured],
    sheets: Collection[str],
    memory: Callable[[], str],
) -> bytes:
    """The XML of the sheet.

    `sheets` are the names of the sheets as the workbook has them; `memory` is asked, once all
    styles are made, what has to be remembered for unmarking.
    """
    plain, label = styles.own(Look(border=False)), styles.own(Look(bold=True, border=False))
    title = styles.own(Look(size=15, bold=True, border=False))
    verdict = styles.own(Look(size=12, bold=True, colour=_verdict_colour(findings), border=False))
    note = styles.own(Look(italic=True, colour="FF404040", border=False))
    head = styles.own(Look(bold=True, fill="FFDCE6F1", horizontal="center"))
    cell, centred = styles.own(Look()), styles.own(Look(horizontal="center"))
    link = styles.own(Look(underline=True, colour="FF0563C1", horizontal="center"))
    levels = {
        Severity.CRITICAL: styles.own(Look(bold=True, fill=RED.replace("CD", "CE"), horizontal="center")),
        Severity.WARNING: styles.own(Look(bold=True, fill=AMBER.replace("9B", "9C"), horizontal="center")),
        Severity.INFO: centred,
    }
    last = get_column_letter(len(HEADS))
    rows: list[str] = []
    merged: list[str] = []

    def wide(text: str, style: int, height: float) -> None:
        number = len(rows) + 1
        rows.append(_row(number, height, [(1, text, style)]))
        merged.append(f"A{number}:{last}{number}")

    wide(TITLE, title, 24)
    wide(heading.verdict, verdict, 20)
    for name, said in heading.lines:
        number = len(rows) + 1
        rows.append(_row(number, max(17.0, LINE * lines(said, sum(WIDTHS[3:]))), [(1, name, label), (4, said, plain)]))
        merged += [f"A{number}:C{number}", f"D{number}:{last}{number}"]
    wide(HOW_TO, note, LINE * lines(HOW_TO, sum(WIDTHS)) + 6)
    rows.append(_row(len(rows) + 1, 6, []))
    head_row = len(rows) + 1
    rows.append(_row(head_row, 20, [(number, text, head) for number, text in enumerate(HEADS, start=1)]))
    links: list[str] = []
    order = list(Severity)
    ranked = sorted(findings, key=lambda one: order.index(one.severity))
    for count, one in enumerate(ranked, start=1):
        number = len(rows) + 1
        target = one.cell or (f"A{one.row}" if one.row is not None else None)
        goes = target is not None and one.sheet in sheets
        place = one.cell or (f"dòng {one.row}" if one.row else "–")
        told = (one.task or "–", one.got or "–", one.wanted or "–", one.message)
        texts = (str(count), LEVELS[one.severity], one.sheet or "–", place, *told)
        looks = (centred, levels[one.severity], cell, link if goes else centred, centred, cell, cell, cell)
        height = LINE * max(lines(text, width) for text, width in zip(texts, WIDTHS, strict=True)) + 4
        rows.append(_row(number, height, list(zip(range(1, len(HEADS) + 1), texts, looks, strict=True))))
        if goes:
            where = "'{}'!{}".format(str(one.sheet).replace("'", "''"), target)
            links.append(f'<hyperlink ref="D{number}" location={quoteattr(where)} display={quoteattr(str(target))}/>')
    remembered = [(MARK_SIGN, memory()), *((f"{one.sheet}", f"{one.cell}|{one.style}|{one.fill}") for one in coloured)]
    return _sheet(_with_memory(rows, remembered), head_row, merged, links)


def _verdict_colour(findings: Sequence[Finding]) -> str:
    """Red where the whole file is out, amber where some of its rows are, green where all of them count."""
    critical = [one for one in findings if one.severity is Severity.CRITICAL]
    if any(one.row is None and one.task is None for one in critical):
        return "FFA3261D"
    return "FF8A5A00" if critical else "FF1C6B3A"


def _with_memory(rows: list[str], remembered: Sequence[tuple[str, str]]) -> list[str]:
    """Put what is remembered behind the visible columns, line by line."""
    told = []
    for number in range(1, max(len(rows), len(remembered)) + 1):
        row = rows[number - 1] if number <= len(rows) else f'<row r="{number}"></row>'
        if number <= len(remembered):
            sheet, text = remembered[number - 1]
            kept = _cell(number, MEMORY_COLUMN, sheet, 0) + _cell(number, MEMORY_COLUMN + 1, text, 0)
            row = row.removesuffix("</row>") + kept + "</row>"
        told.append(row)
    return told


def _sheet(rows: Sequence[str], head_row: int, merged: Sequence[str], links: Sequence[str]) -> bytes:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(WIDTHS, start=1)
    )
    areas = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    hyperlinks = f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}" xmlns:r="{LINKS}">'
        '<sheetPr><tabColor rgb="FFC00000"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0">'
        f'<pane ySplit="{head_row}" topLeftCell="A{head_row + 1}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="A{head_row + 1}" sqref="A{head_row + 1}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}'
        f'<col min="{len(WIDTHS) + 1}" max="16384" width="9" hidden="1"/></cols>'
        f"<sheetData>{''.join(rows)}</sheetData>"
        f'<mergeCells count="{len(merged)}">{areas}</mergeCells>{hyperlinks}'
        '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    ).encode()


def _row(number: int, height: float, cells: Sequence[tuple[int, str, int]]) -> str:
    inner = "".join(_cell(number, column, text, style) for column, text, style in cells)
    return f'<row r="{number}" ht="{height:g}" customHeight="1">{inner}</row>'


def _cell(row: int, column: int, text: str, style: int) -> str:
    place = f"{get_column_letter(column)}{row}"
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
