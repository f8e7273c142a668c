"""The corpus by file name; what must be found in each file stands in expected.yaml."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from tests.corpus.reports import (
    PLAIN,
    Maker,
    after,
    changed,
    draft_of,
    html,
    laid_out,
    old_font,
    template,
    typed_over,
    with_sum,
    without_row,
)
from tests.damage import old_fonts
from tests.damage.drafts import REPORTED, Raw
from tests.damage.file_damage import repacked, with_external_link, with_macros
from tests.damage.layouts import lay_out
from tests.damage.writers import by_libreoffice, by_openpyxl, write

from commune_reports.plan import Plan

SAVED = Path(__file__).resolve().parent / "saved"
LIKE_THE_TASK = (
    "Thực hiện nhất quán nguyên tắc không phân biệt đối xử trong thụ hưởng chính sách, thực hiện bình đẳng, minh bạch quyền "
    "và nghĩa vụ của các thành phần kinh tế theo quy định pháp luật"
)
TYPED_WRONG = {
    "D6": "Gần xong rồi", "E7": 120, "H8": "31/11/2024", "E10": 60, "E12": "khoảng một nửa", "D14": None,
    "H16": date(2024, 11, 20), "E17": 0.85, "E22": None, "B24": "PCI-88.3",
}  # fmt: skip
TYPED_CARELESSLY = {
    "H6": None, "H7": date(2024, 11, 4), "G8": None, "I9": None, "K9": None, "F10": None, "G11": "có văn bản kèm theo",
    "E12": 100, "G13": "15/BC-UBND ngày 31/11/2024", "H14": "10/2024", "E15": 50, "F16": "như trên", "F18": LIKE_THE_TASK,
    "I20": "Đề nghị UBND huyện bổ sung kinh phí tuyên truyền.",
    "J21": "Khó khăn: biên chế ít, một công chức phụ trách nhiều lĩnh vực.",
}  # fmt: skip
BROKEN_FORMULAS = {
    "E7": Raw("#DIV/0!", is_error=True), "F8": Raw("#REF!", is_error=True), "D12": Raw("#N/A", is_error=True),
    "E17": Raw(None, formula="=100/2"),
}  # fmt: skip
ANOTHER_ANSWER = {"D35": "Đang thực hiện", "E35": 40, "F35": "Đang rà soát 12 hồ sơ, còn 3 hồ sơ chưa xong."}
STRANGE = {"A35": 34, "B35": "PCI-12.1", "C35": "Tổ chức hội thao chào mừng ngày thành lập Đoàn Thanh niên"}
RIGHT_COUNTS = {
    "C36": "Tổng hợp:", "C37": "Hoàn thành: 19 nhiệm vụ", "C38": "Đang thực hiện: 6 nhiệm vụ",
    "C39": "Chưa thực hiện: 2", "C40": "Không phát sinh: 2",
}  # fmt: skip
SAVED_AS = {
    "xls": "xls", "ods": "ods", "fods": "fods", "html": "html:HTML (StarCalc)",
    "txt": "csv:Text - txt - csv (StarCalc):9,34,65535",
}  # fmt: skip
SCATTERED = ("progress_pct", "difficulty", "completed_on", "status", "note", "proposal", "evidence", "result")
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
SHEET = "xl/worksheets/sheet1.xml"

REPORTS: dict[str, Maker] = {
    # --- nothing to find ---
    "bieu-mau-da-dien.xlsx": template(is_filled=True),
    "bang-tu-ke.xlsx": laid_out(status_style="people", date_style="slashes", progress_style="text", below=True),
    "bang-tu-ke-xlsxwriter.xlsx": laid_out(
        writer="xlsxwriter", corner=(16, 3), progress_style="fraction", date_style="words"
    ),
    "in-lap-tieu-de.xlsx": laid_out(page_length=12, below=True),
    "in-lap-tieu-de-so-cot.xlsx": laid_out(page_length=9, column_numbers=True, names="code", sections=True),
    "gop-o-nhieu-dong.xlsx": laid_out(merged_status=True),
    "hai-trang-pci-pgi.xlsx": laid_out(sheets="indices", names="number_text", sections=True),
    "moi-can-bo-mot-trang.xlsx": laid_out(sheets="officers", below=True),
    "theo-muc-viet-tat.xlsx": laid_out(names="number_short", sections=True, nfd=True),
    "tieu-de-hai-dong.xlsx": laid_out(two_rows=True, column_numbers=True),
    "tieu-de-hai-dong-xen-ke.xlsx": laid_out(two_rows=True, order=SCATTERED),
    "danh-dau-x.xlsx": laid_out(ticks=True, two_rows=True),
    "ngay-1904.xlsx": laid_out(since_1904=True),
    "he-thong-khac.csv": laid_out(writer="csv", delimiter=";", encoding="utf-8-sig", progress_style="spaced"),
    "he-thong-cu.csv": laid_out(writer="csv", delimiter="\t", encoding="cp1258", names="text"),
    "trung-binh-dung.xlsx": with_sum("Trung bình", off=0),
    "tien-do-binh-quan-dung.xlsx": with_sum("Tiến độ bình quân", off=0),
    "dem-dung.xlsx": typed_over(RIGHT_COUNTS),
    # --- the file ---
    "bao-cao-pdf.xlsx": lambda _: b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n",
    "chep-chua-xong.xlsx": after(laid_out(), lambda content: content[: len(content) // 2]),
    "trang-web.xls": html,
    "chua-dien.xlsx": template(is_filled=False),
    "nham-don-vi.xlsx": typed_over({"A1": "UBND xã Vạn Thọ"}),
    "hai-ky.xlsx": typed_over({"A4": "Kỳ báo cáo: tháng 10/2024"}),
    "ky-la.xlsx": typed_over({"A3": "Kỳ báo cáo: tháng 3/2024"}),
    "khong-ghi-ky.xlsx": typed_over({"A3": None}),
    "co-macro-lien-ket.xlsm": after(laid_out(), lambda content: with_macros(with_external_link(content))),
    "doctype.xlsx": after(
        laid_out(),
        lambda content: repacked(
            content, change={SHEET: lambda part: part.replace(b"<worksheet", DOCTYPE + b"<worksheet", 1)}
        ),
    ),
    "phong-tcvn3.xlsx": old_font(old_fonts.to_tcvn3),
    "phong-vni.xlsx": old_font(old_fonts.to_vni),
    # --- rows and cells ---
    "go-sai.xlsx": typed_over(TYPED_WRONG),
    "go-sai.csv": typed_over(TYPED_WRONG, writer="csv", delimiter=","),
    "cau-tha.xlsx": typed_over(TYPED_CARELESSLY),
    "cong-thuc-loi.xlsx": typed_over(BROKEN_FORMULAS),
    "hai-cot-tien-do.xlsx": typed_over({"L5": "Tỷ lệ hoàn thành (%)", "L12": 7}),
    "thieu-nhiem-vu.xlsx": without_row("PCI-02.2"),
    "nhiem-vu-hai-lan.xlsx": typed_over({"A35": 30, "B35": "PCI-01.1", **ANOTHER_ANSWER}),
    "nhiem-vu-la.xlsx": typed_over({**STRANGE, **ANOTHER_ANSWER}),
    "ma-go-nham.xlsx": typed_over({"B26": "PCI-10.1"}),
    "trung-binh-sai.xlsx": with_sum("Trung bình", off=-12),
    "dem-sai.xlsx": typed_over({**RIGHT_COUNTS, "C37": "Hoàn thành: 21 nhiệm vụ"}),
}
assert set(SCATTERED) == set(REPORTED)


def files(plan: Plan) -> dict[str, bytes]:
    """Every file of the corpus by name: made anew, but for those in saved/, which other programs wrote."""
    made = {name: make(plan) for name, make in REPORTS.items()}
    return made | {path.name: path.read_bytes() for path in sorted(SAVED.iterdir())}


def save_conversions(plan: Plan) -> None:
    """Write the files of saved/ anew by LibreOffice; mat-khau.xlsx was protected by Office's own scheme once."""
    clean = write(draft_of(plan, replace(PLAIN, progress_style="spaced", below=True)))[0]
    wrong = by_openpyxl([changed(lay_out(draft_of(plan)).sheets[0], TYPED_WRONG)])
    SAVED.mkdir(exist_ok=True)
    for kind, into in SAVED_AS.items():
        for name, content in by_libreoffice({"da-dien": clean, "go-sai": wrong}, into=into).items():
            (SAVED / f"{name}.{kind}").write_bytes(content)
