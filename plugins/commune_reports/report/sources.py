"""The sheet that leads every figure back: folder, file, sheet, cells, what was found there, what people decided."""

from collections.abc import Mapping, Sequence

from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.period import moment_text
from commune_reports.plan import Unit
from commune_reports.report.page import (
    BOLD,
    ITALIC,
    LEFT,
    TITLE,
    TOP_CENTRED,
    Column,
    columns,
    head,
    line,
    page_setup,
    table_row,
)
from commune_reports.scorecard import Decided, RowFinding, Scorecard, TaskState, findings_by_row
from commune_reports.task_report import sheet_named

LAYOUT = (
    Column("Đơn vị", 13),
    Column("Mã nhiệm vụ", 11, TOP_CENTRED),
    Column("Thư mục nộp", 17),
    Column("Tệp", 25),
    Column("Nhận lúc", 12, TOP_CENTRED),
    Column("Trang", 12),
    Column("Dòng", 7, TOP_CENTRED),
    Column("Ô tình trạng", 8, TOP_CENTRED),
    Column("Ô các nội dung khác", 24),
    Column("Kết quả kiểm tra", 46),
    Column("SHA-256 của tệp", 36),
)
OTHER_FIELDS = {
    "progress_pct": "tiến độ",
    "result": "kết quả",
    "evidence": "văn bản",
    "completed_on": "ngày hoàn thành",
    "difficulty": "khó khăn",
    "proposal": "kiến nghị",
    "note": "ghi chú",
}
SEVERITIES = {"critical": "Lỗi", "warning": "Cảnh báo", "info": "Lưu ý"}
PASSED = "Đạt"
HOW_TO_READ = (
    "Mỗi dòng là số liệu đang được tính của một nhiệm vụ. “Đạt”: không có lỗi, cảnh báo tại dòng đó của tệp; "
    "“Được miễn”: quy tắc được miễn áp dụng theo quyết định nêu cuối trang. Ô ghi theo địa chỉ trong tệp của đơn vị."
)


def write_sources(sheet: Worksheet, card: Scorecard, units: Mapping[str, Unit], *, title: str, footer: str) -> None:
    """One line per row that counts, then the waivers and withdrawals known at the moment."""
    last = len(LAYOUT)
    columns(sheet, LAYOUT)
    line(sheet, 1, f"NGUỒN SỐ LIỆU – {title.upper()}", last=last, font=TITLE)
    line(sheet, 2, HOW_TO_READ, last=last, font=ITALIC, align=LEFT)
    head(sheet, 4, LAYOUT)
    states = [state for state in card.tasks if state.status is not None]
    row = 4
    for state, found in zip(states, findings_by_row(states, card.findings), strict=True):
        row += 1
        table_row(sheet, row, LAYOUT, _cells(state, units[state.unit_code].name, found))
    row += 2
    line(sheet, row, "QUYẾT ĐỊNH MIỄN ÁP DỤNG QUY TẮC, RÚT TỆP", last=last, font=BOLD, align=LEFT)
    for sentence in [_sentence(one, units) for one in card.decided] or ["Không có."]:
        row += 1
        line(sheet, row, sentence, last=last, align=LEFT)
    page_setup(sheet, last_column=last, footer=footer)


def _cells(state: TaskState, unit: str, found: Sequence[RowFinding]) -> list[object]:
    return [
        unit,
        state.task_code,
        state.folder or "–",
        state.file_name,
        state.received_at,
        sheet_named(state.sheet) if state.sheet else None,
        state.row,
        state.cells.get("status", "–"),
        _other_cells(state),
        _checked(found),
        state.sha256,
    ]


def _other_cells(state: TaskState) -> str:
    """The cells of what is written beside the status."""
    written = [
        f"{word} {state.cells[name]}"
        for name, word in OTHER_FIELDS.items()
        if name in state.cells and getattr(state, name) not in (None, "")
    ]
    return "; ".join(written) or "–"


def _checked(found: Sequence[RowFinding]) -> str:
    """A remark does not keep a row from having passed."""
    has_passed = all(one.severity == "info" and one.waiver is None for one in found)
    return "\n".join([*([PASSED] if has_passed else []), *map(_said, found)])


def _said(one: RowFinding) -> str:
    if one.waiver is None:
        return f"{SEVERITIES.get(one.severity, one.severity)}: {one.message}"
    until = moment_text(one.waiver.until_at)
    return f"Được miễn ({one.waiver.who}, đến {until}; lý do: {one.waiver.reason}): {one.message}"


def _sentence(one: Decided, units: Mapping[str, Unit]) -> str:
    known = units.get(one.unit_code or "")
    unit = known.full_name if known else one.unit_code or "đơn vị không rõ"
    why = f"{one.who} quyết định lúc {moment_text(one.decided_at)}; lý do: {one.reason}"
    if one.until_at is None:
        return f"– Rút tệp “{one.about}” của {unit}: {why}."
    return f"– Miễn áp dụng quy tắc “{one.about}” cho {unit} đến {moment_text(one.until_at)}: {why}."
