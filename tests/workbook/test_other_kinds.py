"""What is no spreadsheet is called by its name, and what people took for a spreadsheet is read where it can be."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook

from commune_reports.findings import Wordings
from commune_reports.reading import Clerk, read_submission
from commune_reports.workbook import Refusal, Spreadsheet, grids, open_spreadsheet, xls

SAVED = Path(__file__).resolve().parents[1] / "corpus" / "saved"
TABLE = "Mã nhiệm vụ;Tình trạng;Tiến độ;Kết quả\r\nPCI-01.1;Hoàn thành;100;Đã niêm yết\r\n"
MAIL = b"From: a@xa.vn\r\nTo: b@xa.vn\r\nSubject: bao cao\r\nMIME-Version: 1.0\r\n"
ATTACHED = (
    b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>g</p>\r\n'
    b'--x\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="bc.xlsx"\r\n\r\nx\r\n--x--'
)


def _zip(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return buffer.getvalue()


def _xlsx() -> bytes:
    workbook, buffer = Workbook(), io.BytesIO()
    for line in TABLE.splitlines():
        workbook.active.append(line.split(";"))  # type: ignore[union-attr]
    workbook.save(buffer)
    return buffer.getvalue()


def _encrypted(password: str) -> bytes:
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(_xlsx())).encrypt(password, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "kind"),
    [
        (_zip("bao cao/xã.xlsx", "doc.txt"), "packed_file", "tệp nén .zip (gồm xã.xlsx)"),
        (_zip(*(f"{n}.xls" for n in range(5))), "packed_file", "tệp nén .zip (gồm 0.xls, 1.xls, 2.xls, …)"),
        (_zip(), "packed_file", "tệp nén .zip"),
        (gzip.compress(b"x"), "packed_file", "tệp nén .gz"),
        (b"Rar!\x1a\x07\x00", "packed_file", "tệp nén .rar"),
        (b"a.xlsx".ljust(257, b"\0") + b"ustar\0", "packed_file", "tệp nén .tar"),
        (MAIL + b"\r\nKinh gui\r\n", "packed_file", "thư điện tử"),
        (MAIL + ATTACHED, "packed_file", "thư điện tử (đính kèm bc.xlsx)"),
        (_zip("Index/Document.iwa"), "wrong_format", "tệp của máy Apple (Numbers, Pages hoặc Keynote)"),
        (b"BM6\0\x0c\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "wrong_format", "tệp ảnh"),
        (b"\0\0\0\x18ftypheic", "wrong_format", "tệp ảnh"),
        (b"\0\0\0\x18ftypmp42", "wrong_format", "tệp phim hoặc âm thanh"),
        (b"MZ\x90\0\3\0\0\0", "wrong_format", "tệp chương trình"),
        (b"\0\0\2\0\6\4\6\0", "wrong_format", "tệp Lotus 1-2-3"),
        (b"L\0\0\0\1\x14\2\0\0\0", "wrong_format", "lối tắt tới một tệp khác"),
        (b"[InternetShortcut]\r\nURL=https://a.vn", "wrong_format", "đường dẫn tới một trang web"),
        (
            b'{"url":"https://docs.google.com/spreadsheets/d/x","doc_id":"x"}',
            "wrong_format",
            "đường dẫn tới Google Trang tính (trong đó không có số liệu)",
        ),
        (b'ID;PWXL;N;E\r\nC;Y1;X1;K"Ma"\r\nE\r\n', "wrong_format", "tệp SYLK (.slk)"),
        (b'TABLE\r\n0,1\r\n"EXCEL"\r\nVECTORS\r\n0,3\r\n', "wrong_format", "tệp DIF (.dif)"),
        (b'TABLE\n0,1\n"Bao cao"\nVECTORS\n0,12\n', "wrong_format", "tệp DIF (.dif)"),
        (b"\r\n ;;;\r\n\r\n", "empty_file", None),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else None,  # archives bear the time they were made at
)
def test_what_is_no_spreadsheet_is_called_by_its_name(content: bytes, code: str, kind: str | None) -> None:
    assert open_spreadsheet(content) == Refusal(code, got=kind)


@pytest.mark.parametrize("first", ["ID;Phần trăm", "ID;Phòng", "MZ", "BM", "TABLE"])
def test_a_report_is_not_refused_for_its_first_letters(first: str) -> None:
    text = f"{first};Mã nhiệm vụ;Tình trạng\r\n1;PCI-01.1;Hoàn thành\r\nC;PCI-01.2;Hoàn thành\r\n"
    for encoding in ("utf-8", "utf-8-sig"):
        assert isinstance(open_spreadsheet(text.encode(encoding)), Spreadsheet)


def test_one_part_under_two_spellings_is_refused() -> None:
    buffer = io.BytesIO(_xlsx())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/worksheets/Sheet1.xml", b"<worksheet/>")
    refused = open_spreadsheet(buffer.getvalue())
    assert isinstance(refused, Refusal)
    assert refused.code == "suspicious_archive"


def test_a_workbook_only_protected_against_changes_is_read() -> None:
    """Excel encrypts it with a password of its own and asks nobody for it."""
    opened = open_spreadsheet(_encrypted("VelvetSweatshop"))
    assert isinstance(opened, Spreadsheet)
    assert list(opened.grids[0].rows[1]) == ["PCI-01.1", "Hoàn thành", "100", "Đã niêm yết"]
    assert open_spreadsheet(_encrypted("của riêng xã")) == Refusal("password_protected")


def test_letters_taken_for_two_letters_each_are_read_by_the_other_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    content = (SAVED / "da-dien.xls").read_bytes()
    usual = open_spreadsheet(content)

    def torn(content: bytes) -> tuple[grids.Grid, ...]:
        return tuple(
            grids.Grid(one.name, one.visible, [["M\0a\0" if v else v for v in row] for row in one.rows])
            for one in grids.grids_of(content)
        )

    monkeypatch.setattr(xls, "grids_of", torn)
    again = open_spreadsheet(content)
    assert isinstance(usual, Spreadsheet)
    assert isinstance(again, Spreadsheet)
    assert [one.name for one in again.grids] == [one.name for one in usual.grids]
    assert not [value for grid in again.grids for row in grid.rows for value in row if "\0" in str(value)]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_utf8_opened_as_latin_letters_is_read_as_it_was_typed(encoding: str) -> None:
    torn = "".join(
        bytes([one]).decode(encoding, "ignore") or chr(one)  # what stands for nothing stays as it is
        for one in TABLE.encode()
    )
    opened = open_spreadsheet(torn.encode())
    assert isinstance(opened, Spreadsheet)
    assert list(opened.grids[0].rows[1]) == ["PCI-01.1", "Hoàn thành", "100", "Đã niêm yết"]
    assert [note.code for note in opened.notes] == ["text_converted"]


def test_a_table_saved_without_vietnamese_letters_is_told_so(clerk: Clerk, wordings: Wordings) -> None:
    """As Excel saves "CSV" on a computer of another language."""
    reading = read_submission(TABLE.encode("cp1252", "replace"), clerk=clerk, unit_code="22492", period_id=None)
    assert [one.code for one in reading.findings] == ["letters_lost", "no_table"]
    assert (reading.findings[0].got, reading.findings[0].wanted) == ("6", "A1")
    asked = "Cột 1;Cột 2;Cột 3\r\nAi làm?;Bao giờ xong?;?\r\nCó gì khó không?Không;x;y\r\n"
    reading = read_submission(asked.encode(), clerk=clerk, unit_code="22492", period_id=None)
    assert [one.code for one in reading.findings] == ["no_table"]


HEADINGS = [("Mã nhiệm vụ", "Tình trạng"), ("Nhiệm vụ, giải pháp", "Tiến độ (%)"), ("Nhiệm vụ", "Trạng thái")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("heading", HEADINGS)
def test_a_table_of_two_columns_is_read_where_its_heading_is_understood(
    clerk: Clerk, heading: tuple[str, str], delimiter: str
) -> None:
    tasks = list(clerk.plan.tasks.items())[:6]
    lines = [("UBND XÃ ĐẠI LÃNH", ""), heading]
    for code, task in tasks:
        said = "100" if "%" in heading[1] else "Hoàn thành"
        lines.append((code if heading[0].startswith("Mã") else task.text, said))
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    reading = read_submission(text.encode(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert [row.task_code for row in reading.rows] == [code for code, _ in tasks]
    assert [one.code for one in reading.findings] == []


@pytest.mark.parametrize(
    "text",
    [
        "Kính gửi: UBND huyện, Phòng Tài chính\nThực hiện kế hoạch, xã báo cáo\nTình trạng, nhiệm vụ\nTrân trọng, cảm ơn\n",
        "Nhiệm vụ: rà soát; niêm yết\nTiến độ: đã xong; đúng hạn\n",
        "Tên;Giá\nBút;3000\nVở;5000\n",
        "Nhiệm vụ;Tiến độ\nPCI-01.1;Nhiệm vụ thường xuyên\nPCI-02.1;Theo kế hoạch\n",
    ],
)
def test_what_has_two_parts_a_line_and_no_such_heading_is_a_text(clerk: Clerk, text: str) -> None:
    reading = read_submission(text.encode(), clerk=clerk, unit_code="22492", period_id="2024-11")
    assert [(one.code, one.got) for one in reading.findings] == [("wrong_format", "tệp văn bản")]


def test_semicolons_in_every_line_count_more_than_the_commas_in_some() -> None:
    lines = ["Nhiệm vụ;Tình trạng", *(f"Rà soát, niêm yết, công khai {n};Hoàn thành" for n in range(6)), "Khác;Đang"]
    opened = open_spreadsheet("\n".join(lines).encode())
    assert isinstance(opened, Spreadsheet)
    assert [list(row) for row in opened.grids[0].rows] == [line.split(";") for line in lines]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_one_comma_in_every_line_does_not_part_a_larger_table_in_two(delimiter: str) -> None:
    lines = [("Mã nhiệm vụ", "Tình trạng", "Tiến độ (%)", "Kết quả", "Khó khăn, vướng mắc")]
    lines += [(f"PCI-0{n}.1", "Đang thực hiện", "40,5", "Họp 1 lần", "") for n in range(1, 9)]
    opened = open_spreadsheet("\n".join(delimiter.join(line) for line in lines).encode())
    assert isinstance(opened, Spreadsheet)
    assert [len(row) for row in opened.grids[0].rows] == [5] * len(lines)
