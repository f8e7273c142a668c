"""What thirteen commune offices drop in the shared folder: workbooks filled, retyped, mistyped and mended by people."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from commune_reports.period import ReportingPeriod
from commune_reports.plan import Plan, Product, Task, Unit

STATUS = {
    "completed": "Hoàn thành",
    "in_progress": "Đang thực hiện",
    "not_started": "Chưa thực hiện",
    "nil": "Không phát sinh",
}
LABELS = {
    "status": "Tình trạng",
    "progress": "Tiến độ (%)",
    "result": "Kết quả thực hiện",
    "evidence": "Số, ký hiệu văn bản/sản phẩm",
    "completed_on": "Ngày hoàn thành",
    "difficulty": "Khó khăn, vướng mắc",
    "proposal": "Đề xuất, kiến nghị",
    "note": "Ghi chú",
}
DONE = (
    "Đã niêm yết công khai {n} thủ tục hành chính tại Bộ phận một cửa; giải quyết đúng hạn {m} hồ sơ.",
    "Đã tổ chức {n} buổi tuyên truyền với {m} lượt người dân, hộ kinh doanh tham dự.",
    "Đã đăng {n} tin, bài trên Trang thông tin điện tử xã và phát {m} lượt trên đài truyền thanh.",
    "Đã kiểm tra {n} cơ sở, nhắc nhở {m} trường hợp; không có đơn thư phản ánh trong kỳ.",
    "Đã hoàn thành rà soát, lập danh mục {n} nội dung và báo cáo UBND xã theo quy định ({m} trang).",
)
UNDER_WAY = (
    "Đang rà soát {n} hồ sơ, đã xử lý xong {m} hồ sơ; tiếp tục thực hiện trong tháng tới.",
    "Đã gặp gỡ {n} doanh nghiệp, hộ kinh doanh; đang tổng hợp {m} ý kiến để tham mưu UBND xã.",
    "Đang phối hợp với các phòng, ban của huyện; đã làm việc {n} buổi, xử lý {m} nội dung.",
)
DIFFICULTIES = (
    (
        "Biên chế ít, một công chức phụ trách nhiều lĩnh vực.",
        "Đề nghị huyện mở lớp tập huấn nghiệp vụ cho công chức xã.",
    ),
    ("Kinh phí tuyên truyền còn hạn chế.", "Đề nghị bổ sung kinh phí tuyên truyền quý I năm sau."),
    ("Đường truyền dịch vụ công trực tuyến có lúc gián đoạn.", "Đề nghị Trung tâm CNTT tỉnh kiểm tra đường truyền."),
    ("Người dân chưa quen nộp hồ sơ trực tuyến.", "Đề nghị tăng cường Tổ công nghệ số cộng đồng."),
)


@dataclass(frozen=True)
class Entry:
    """What an officer types for one task; None = the cell is left as it was."""

    status: str | None = None
    progress: float | str | None = None
    result: str | None = None
    evidence: str | None = None
    completed_on: date | str | None = None
    difficulty: str | None = None
    proposal: str | None = None
    note: str | None = None


def honest_entries(plan: Plan, unit: Unit, period: ReportingPeriod) -> dict[str, Entry]:
    """A plausible month of one unit: every owed task answered, nothing wrong in it; the same at every call."""
    chance = random.Random(f"{unit.code} {period.id}")
    return {
        task.code: _entry(task, unit, period, chance)
        for task in plan.tasks_of(unit.code)
        if plan.is_owed(task, period) or chance.random() < 0.3
    }


def spoil(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """The same month typed in a hurry: a status nobody knows, 120 %, words for a number, a 31 November, a half-done "done"."""
    spoiled = dict(entries)
    codes = list(entries)
    slips: list[Callable[[Entry], Entry]] = [
        lambda entry: replace(entry, status="Gần xong rồi"),
        lambda entry: replace(entry, status=STATUS["in_progress"], progress=120, completed_on=None),
        lambda entry: replace(entry, status=STATUS["in_progress"], progress="khoảng một nửa", completed_on=None),
        lambda entry: replace(entry, status=STATUS["completed"], progress=100, completed_on="31/11/2024"),
        lambda entry: replace(entry, status=STATUS["completed"], progress=60, completed_on=entry.completed_on),
    ]
    for code, slip in zip(codes[2::5], slips, strict=False):
        spoiled[code] = slip(spoiled[code])
    return spoiled


def fill_template(template: Path, out: Path, entries: Mapping[str, Entry]) -> None:
    """Open the unit's template, type the entries into its open cells as an officer would, and save it as `out`."""
    workbook = load_workbook(template)
    sheet, header, columns = _find_table(workbook.worksheets)
    code_column = columns["Mã nhiệm vụ"]
    for row in range(header + 1, sheet.max_row + 1):
        entry = entries.get(str(sheet.cell(row, code_column).value or "").strip())
        if entry is None:
            continue
        for name, label in LABELS.items():
            value = getattr(entry, name)
            if value is not None:
                sheet.cell(row, columns[label]).value = value
    out.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(out)


def retype_table(plan: Plan, unit: Unit, period: ReportingPeriod, out: Path, *, entries: Mapping[str, Entry]) -> None:
    """The table of the plan typed anew by somebody who never opened the template: no codes, numbers within sections."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Sheet1"
    for row, text in enumerate(
        (
            f"ỦY BAN NHÂN DÂN {unit.full_name.upper()}",
            "BÁO CÁO KẾT QUẢ THỰC HIỆN NHIỆM VỤ CẢI THIỆN CHỈ SỐ PCI, PGI",
            f"Kỳ báo cáo: {period.label}",
        ),
        start=1,
    ):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=11)
        sheet.cell(row, 1, text).font = Font(name="Times New Roman", bold=True, size=13)
        sheet.cell(row, 1).alignment = Alignment(horizontal="center")
    heads = ("STT", "Nhiệm vụ và giải pháp thực hiện", "Cơ quan thực hiện", "Tình trạng", "Tiến độ", "Kết quả thực hiện",
             "Số văn bản", "Ngày hoàn thành", "Khó khăn, vướng mắc", "Kiến nghị", "Ghi chú")  # fmt: skip
    sheet.append([])
    sheet.append(heads)
    for index in plan.indices:
        sheet.append([index.section, index.title.upper()])
        for indicator in index.indicators:
            sheet.append([indicator.numeral, f"{indicator.title} (Trọng số {indicator.weight:g}%)"])
            for task in indicator.tasks:
                entry = entries.get(task.code, Entry())
                done = entry.completed_on
                sheet.append(
                    [
                        task.number,
                        task.text,
                        task.performing_text,
                        entry.status,
                        f"{entry.progress}%" if entry.progress is not None else None,
                        entry.result,
                        entry.evidence,
                        f"{done:%d/%m/%Y}" if isinstance(done, date) else done,
                        entry.difficulty,
                        entry.proposal,
                        entry.note,
                    ]
                )
    last = sheet.max_row
    sheet.cell(last + 2, 8, "NGƯỜI LẬP BIỂU")
    _dress(sheet, last)
    out.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(out)


def _entry(task: Task, unit: Unit, period: ReportingPeriod, chance: random.Random) -> Entry:
    counts = {"n": chance.randint(2, 40), "m": chance.randint(41, 260)}
    difficulty, proposal = chance.choice(DIFFICULTIES) if chance.random() < 0.12 else (None, None)
    draw = chance.random()
    if draw < 0.08 and task.nil_allowed:
        return Entry(status=STATUS["nil"])
    if draw < 0.14:
        return Entry(
            status=STATUS["not_started"],
            progress=0,
            note="Chờ hướng dẫn của phòng chuyên môn cấp huyện; sẽ triển khai trong tháng tới.",
        )
    if draw < 0.45:
        return Entry(
            status=STATUS["in_progress"],
            progress=chance.choice((30, 40, 50, 60, 65, 70, 75, 80, 85, 90)),
            result=chance.choice(UNDER_WAY).format(**counts),
            difficulty=difficulty,
            proposal=proposal,
        )
    done = period.window_end - timedelta(days=chance.randint(0, 20))
    kind = "KH" if task.product is Product.BY_PLAN else "BC"
    return Entry(
        status=STATUS["completed"],
        progress=100,
        result=chance.choice(DONE).format(**counts),
        evidence=f"Số {chance.randint(10, 480)}/{kind}-UBND ngày {done:%d/%m/%Y}",
        completed_on=done,
        difficulty=difficulty,
        proposal=proposal,
    )


def _find_table(sheets: list[Worksheet]) -> tuple[Worksheet, int, dict[str, int]]:
    for sheet in sheets:
        for row in sheet.iter_rows(min_row=1, max_row=30):
            columns = {str(cell.value).strip(): cell.column for cell in row if cell.value and cell.column}
            if {"Mã nhiệm vụ", LABELS["status"]} <= columns.keys():
                return sheet, row[0].row, columns
    raise ValueError("the template has no table")


def _dress(sheet: Worksheet, last: int) -> None:
    thin = Side(style="thin")
    for column, width in zip("ABCDEFGHIJK", (6, 50, 26, 16, 10, 42, 24, 14, 28, 28, 28), strict=True):
        sheet.column_dimensions[column].width = width
    for row in sheet.iter_rows(min_row=5, max_row=last, max_col=11):
        for cell in row:
            cell.font = Font(name="Times New Roman", size=12, bold=cell.row == 5)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
