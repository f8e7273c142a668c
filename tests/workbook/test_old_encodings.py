"""Texts typed in fonts of the nineties become Unicode, told by their syllables; what is Unicode stays as it is."""

import re
import time
import unicodedata
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.damage.old_fonts import to_tcvn3, to_vni

from commune_reports.workbook import Spreadsheet, open_spreadsheet
from commune_reports.workbook.model import Grid
from commune_reports.workbook.old_encodings import in_unicode

PLAN = Path(__file__).resolve().parents[1] / "plan" / "ke-hoach-pci-pgi-xa-dai-lanh-2024.txt"
LINES = [
    line
    for line in unicodedata.normalize("NFC", PLAN.read_text(encoding="utf-8")).splitlines()
    if re.search(r"[^\W\d_]", line)
]
FONTS = {"TCVN3 (ABC)": to_tcvn3, "VNI": to_vni}


def _grid(*texts: object) -> Grid:
    return Grid("Báo cáo", visible=True, rows=[[text] for text in texts])


@pytest.mark.parametrize("font", FONTS)
def test_a_whole_document_comes_back_letter_by_letter(font: str) -> None:
    [grid], [note] = in_unicode([_grid(*map(FONTS[font], LINES))])
    said = [row[0] for row in grid.rows]
    assert [one.casefold() for one in said] == [line.casefold() for line in LINES]
    assert (note.code, note.got, note.wanted) == ("text_converted", font, "Unicode")


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=20))
def test_unicode_is_never_touched(lines: list[str]) -> None:
    grid = _grid(*lines, 85, None)
    assert in_unicode([grid]) == ((grid,), ())


@pytest.mark.parametrize(
    "text", ["m²", "25 °C", "José Café", "· Đã xong", "là", "Hoàn thành", "© 2024", "½ số hộ", "ß", "× 3", "Nº 12/BC"]
)
def test_signs_and_foreign_words_are_no_old_font(text: str) -> None:
    grid = _grid("Đã tổ chức họp dân", text)
    assert in_unicode([grid]) == ((grid,), ())


@pytest.mark.parametrize(
    "text",
    [
        "Professor Küng",
        "Công ty Küng",
        "«Балкон-плюc»",
        "São Paulo",
        "Dự án Zürich – Köln",
        "René Sörensen",
        "Noël Müller",
        "MÃ NV",
        "MÃ\xa0NV",
        "UBND XÃ\xa0TAM THANH",
        "UBND XÃ…",
        "XÃ”",
        "MÃ XÃ",
    ],
)
def test_foreign_names_stay_as_they_are_even_alone_in_a_file(text: str) -> None:
    for grid in (_grid(text), _grid("Name", text), _grid("Tham tán", "là", text)):
        assert in_unicode([grid]) == ((grid,), ())


@pytest.mark.parametrize("font", FONTS)
def test_a_cell_of_an_old_font_among_unicode_is_converted_alone(font: str) -> None:
    typed = FONTS[font]("Đã niêm yết công khai tại trụ sở")
    [grid], [note] = in_unicode([_grid("Hoàn thành", "là", "Đạt chỉ tiêu", typed)])
    assert [row[0] for row in grid.rows] == ["Hoàn thành", "là", "Đạt chỉ tiêu", "Đã niêm yết công khai tại trụ sở"]
    assert note.cell == "A4"


def test_a_word_that_is_vietnamese_either_way_follows_its_neighbours() -> None:
    [grid], _ = in_unicode([_grid(*map(to_tcvn3, ("hộ nghèo được hỗ trợ", "Khối lượng công việc", "hộ")))])
    assert grid.rows[2][0] == "hộ"


def test_capitals_of_tcvn3_are_capitals_again() -> None:
    [grid], _ = in_unicode([_grid(to_tcvn3("ỦY BAN NHÂN DÂN XÃ ĐẠI LÃNH"))])
    assert grid.rows[0][0] == "ỦY BAN NHÂN DÂN XÃ ĐẠI LÃNH"


@pytest.mark.parametrize("font", FONTS)
def test_a_text_file_in_an_old_font_is_read(font: str) -> None:
    text = "Mã nhiệm vụ;Tình trạng;Kết quả\r\nPCI-01.1;Hoàn thành;Đã niêm yết đủ thủ tục\r\n"
    opened = open_spreadsheet(FONTS[font](text).encode("latin-1"))
    assert isinstance(opened, Spreadsheet)
    assert list(opened.grids[0].rows[1]) == ["PCI-01.1", "Hoàn thành", "Đã niêm yết đủ thủ tục"]
    assert [note.code for note in opened.notes] == ["text_converted"]


def test_a_workbook_in_an_old_font_is_read() -> None:
    workbook = Workbook()
    workbook.active.append([to_vni("Tình trạng"), to_vni("Đang thực hiện")])  # type: ignore[union-attr]
    buffer = BytesIO()
    workbook.save(buffer)
    opened = open_spreadsheet(buffer.getvalue())
    assert isinstance(opened, Spreadsheet)
    assert list(opened.grids[0].rows[0]) == ["Tình trạng", "Đang thực hiện"]


@pytest.mark.parametrize(
    "text", ["Số 10/BC-UBND ngày 1/11/2024", "Số 12/BC-UBND", "Đã xong, UBND xã", "SỐ: 15/KH-UBND NGÀY 5"]
)
def test_the_capitals_of_a_documents_number_make_no_title(text: str) -> None:
    [grid], _ = in_unicode([_grid(*map(to_tcvn3, ("hộ nghèo được hỗ trợ", text)))])
    assert grid.rows[1][0] == text


def test_thousands_of_cells_in_an_old_font_are_converted_in_a_second() -> None:
    texts = [to_tcvn3(f"Đã hỗ trợ hộ nghèo {number}") for number in range(4_000)]
    began = time.process_time()
    [grid], _ = in_unicode([_grid(*texts)])
    assert grid.rows[-1][0] == "Đã hỗ trợ hộ nghèo 3999"
    assert time.process_time() - began < 2, "copying the sheet for every cell takes a minute"


def test_a_sign_behind_a_capital_keeps_no_old_font_from_being_read() -> None:
    [grid], _ = in_unicode([_grid("UBND XÃ\xa0AN", to_tcvn3("Báo cáo kết quả thực hiện"))])
    assert [row[0] for row in grid.rows] == ["UBND XÃ\xa0AN", "Báo cáo kết quả thực hiện"]
