"""The commune's own workbook comes back marked, otherwise untouched; mended and sent again it carries no marks any more."""

import base64
import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from xlsxwriter import Workbook as WrittenWorkbook

from commune_reports.findings import Finding, Severity
from commune_reports.marking import Heading, mark, unmark
from commune_reports.marking.package import LINKS, STYLES_ORDER, WORKBOOK_ORDER, WORKSHEET_ORDER, resolved
from commune_reports.marking.styles import AMBER, RED
from commune_reports.workbook import MARK_SHEET, is_mark_sheet, open_spreadsheet

SHEETS = ["Báo cáo", "Trang hai", "Sổ b'a"]
SHEET_PART, SHEET_RELATIONS = "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"
# A picture of one point.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
HEADING = Heading("TIẾP NHẬN MỘT PHẦN", (("Đơn vị", "xã Đại Lãnh"), ("Tệp", "bao cao.xlsx")))


def _finding(
    cell: str | None, severity: str = "critical", *, sheet: str | None = "Báo cáo", says: str = "Sai & <lạ>"
) -> Finding:
    row = int("".join(filter(str.isdigit, cell))) if cell else None
    return Finding(
        "progress_out_of_range", Severity(severity), says, sheet, cell, row, "Tiến độ", "PCI-01.1", "120", "0–100"
    )


def _saved(workbook: Workbook) -> bytes:
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _report() -> bytes:
    """A workbook with nearly everything an officer's file can have."""
    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = "Báo cáo"
    sheet.append(["Mã nhiệm vụ", "Tình trạng", "Tiến độ", "Ngày"])
    sheet.append(["PCI-01.1", "Hoàn thành", 120, date(2024, 11, 5)])
    sheet.append(["PCI-02.1", "Đang làm", "=C2/2", None])
    sheet["B2"].fill = PatternFill("solid", start_color="FF00B050")
    sheet["B2"].font = Font(bold=True)
    sheet["A2"].comment = Comment("Lời nhắn của kế toán", "Kế toán")
    sheet.merge_cells("A5:C6")
    sheet["A5"] = "gộp"
    sheet.print_title_rows = "1:1"
    sheet.protection.sheet = True
    choices = DataValidation(type="list", formula1='"a,b"')
    choices.add("B2:B9")
    sheet.add_data_validation(choices)
    other = workbook.create_sheet("Trang hai")
    other["A1"] = "='Báo cáo'!C2"
    other.print_title_rows = "2:2"
    workbook.create_sheet("Sổ b'a")["A1"] = "x"
    workbook.defined_names["ten"] = DefinedName("ten", attr_text="'Báo cáo'!$A$1")
    workbook.active = 1
    return _saved(workbook)


def _cells(content: bytes) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Everything a person sees of a workbook's cells, without our sheet."""
    workbook = load_workbook(BytesIO(content))
    return {
        (sheet.title, cell.coordinate): (
            cell.value,
            cell.font.b,
            cell.fill.fill_type,
            cell.fill.start_color.rgb,
            cell.number_format,
            cell.comment.text if cell.comment else None,
        )
        for sheet in workbook.worksheets
        if not sheet.title.startswith(MARK_SHEET)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None or cell.has_style or cell.comment
    }


def _marked(content: bytes, *findings: Finding) -> bytes:
    marked = mark(content, findings, heading=HEADING)
    assert marked is not None
    return marked.content


def test_wrong_cells_are_coloured_and_commented_and_nothing_else_changes() -> None:
    before = _report()
    after = _marked(before, _finding("C2"), _finding("D3", "warning"), _finding("B3", "info"))
    was, now = _cells(before), _cells(after)
    changed = {place for place in was.keys() | now.keys() if was.get(place) != now.get(place)}
    assert changed == {("Báo cáo", "C2"), ("Báo cáo", "D3")}
    assert now["Báo cáo", "C2"][:4] == (120, False, "solid", RED)
    assert now["Báo cáo", "D3"][3] == AMBER
    assert "Sai & <lạ>" in now["Báo cáo", "C2"][5]
    workbook = load_workbook(BytesIO(after))
    sheet = workbook["Báo cáo"]
    assert (sheet.protection.sheet, sheet.print_title_rows, len(sheet.data_validations.dataValidation)) == (
        True,
        "$1:$1",
        1,
    )
    assert workbook["Trang hai"].print_title_rows == "$2:$2"
    assert workbook.defined_names["ten"].attr_text == "'Báo cáo'!$A$1"


def test_parts_that_need_no_mark_keep_their_bytes() -> None:
    before = _report()
    after = _marked(before, _finding("C2"))
    with zipfile.ZipFile(BytesIO(before)) as was, zipfile.ZipFile(BytesIO(after)) as now:
        kept = [name for name in was.namelist() if was.read(name) == now.read(name)]
    assert {"xl/theme/theme1.xml", "docProps/core.xml", "docProps/app.xml"} <= set(kept)


def test_the_first_sheet_lists_the_findings_and_leads_to_their_cells() -> None:
    content = _marked(
        _report(),
        _finding("A1", "warning", sheet="Sổ b'a"),
        _finding("C2"),
        _finding(None, sheet=None, says="Thiếu"),
    )
    workbook = load_workbook(BytesIO(content))
    assert workbook.sheetnames[0] == MARK_SHEET
    sheet: Any = workbook.active
    assert sheet.title == MARK_SHEET
    links = {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert links == {"'Báo cáo'!C2", "'Sổ b''a'!A1"}
    texts = [str(cell.value) for row in sheet.iter_rows(max_col=8) for cell in row if cell.value]
    assert texts[1] == "TIẾP NHẬN MỘT PHẦN"
    assert texts.index("Cần sửa") < texts.index("Nên xem lại")
    assert [bool(one.sheet_view.tabSelected) for one in workbook.worksheets] == [True, False, False, False]


def test_a_cell_inside_a_merged_area_is_marked_where_it_shows() -> None:
    assert _cells(_marked(_report(), _finding("B6")))["Báo cáo", "A5"][3] == RED


def test_somebodys_own_comment_stays_below_ours_and_alone_after_it() -> None:
    before = _report()
    after = _marked(before, _finding("A2"))
    text = _cells(after)["Báo cáo", "A2"][5]
    assert text.index("Sai & <lạ>") < text.index("Lời nhắn của kế toán")
    assert _cells(unmark(after)) == _cells(before)


def test_unmarking_gives_everything_back() -> None:
    before = _report()
    after = unmark(_marked(before, _finding("B2"), _finding("C3", "warning"), _finding("Z40"), _finding("A2")))
    assert _cells(after) == _cells(before)
    workbook = load_workbook(BytesIO(after))
    assert workbook.sheetnames == SHEETS
    assert workbook["Trang hai"].print_title_rows == "$2:$2"
    with zipfile.ZipFile(BytesIO(before)) as was, zipfile.ZipFile(BytesIO(after)) as now:
        assert set(was.namelist()) == set(now.namelist())
        canonical = [etree.tostring(etree.fromstring(one.read("xl/styles.xml")), method="c14n") for one in (was, now)]
    assert canonical[0] == canonical[1]


def test_marking_again_shows_only_what_is_wrong_now() -> None:
    before = _report()
    first = _marked(before, _finding("C2"), _finding("D3", "warning"))
    assert _cells(_marked(first, _finding("B3"))) == _cells(_marked(before, _finding("B3")))
    again = _marked(first, _finding("C2"), _finding("D3", "warning"))
    assert again == _marked(again, _finding("C2"), _finding("D3", "warning"))
    assert load_workbook(BytesIO(again)).sheetnames == [MARK_SHEET, *SHEETS]


def test_a_workbook_without_marks_is_not_touched() -> None:
    before = _report()
    assert unmark(before) is before


def test_marks_vanish_although_somebody_deleted_their_sheet() -> None:
    marked = mark(_report(), [_finding("A2"), _finding("C3", "warning")], heading=HEADING)
    assert marked is not None
    workbook = load_workbook(BytesIO(marked.content))
    del workbook[MARK_SHEET]
    unmarked = load_workbook(BytesIO(unmark(_saved(workbook))))["Báo cáo"]
    assert [unmarked[cell].fill.fill_type for cell in ("A2", "C3")] == [None, None]
    assert unmarked["A2"].comment.text == "Lời nhắn của kế toán"
    assert unmarked["C3"].comment is None
    assert unmarked["B2"].fill.start_color.rgb == "FF00B050"


def test_the_sheet_of_findings_is_known_under_any_name() -> None:
    workbook = load_workbook(BytesIO(_marked(_report(), _finding("C2"))))
    workbook[MARK_SHEET].title = "Lỗi"
    renamed = _saved(workbook)
    opened = open_spreadsheet(renamed)
    assert [is_mark_sheet(grid) for grid in opened.grids] == [True, False, False, False]  # type: ignore[union-attr]
    assert load_workbook(BytesIO(unmark(renamed))).sheetnames == SHEETS


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("mended", [False, True])
def test_marks_vanish_from_a_file_another_program_saved(tmp_path: Path, mended: bool) -> None:
    before = _report()
    (tmp_path / "marked.xlsx").write_bytes(_marked(before, _finding("B2"), _finding("C3", "warning"), _finding("A2")))
    _convert(tmp_path / "marked.xlsx", "xlsx", tmp_path / "saved")
    saved = (tmp_path / "saved" / "marked.xlsx").read_bytes()
    again = unmark(saved) if mended else _marked(saved)
    cells = _cells(again)
    assert [cells["Báo cáo", cell][3] for cell in ("B2", "C3")] == ["FF00B050", "00000000"]
    assert "KẾT QUẢ" not in str([one[5] for one in cells.values()])
    assert "Lời nhắn của kế toán" in str(cells["Báo cáo", "A2"][5])
    assert [name for name in load_workbook(BytesIO(again)).sheetnames if name != MARK_SHEET] == SHEETS


def test_charts_pictures_and_conditional_formats_survive(tmp_path: Path) -> None:
    path = tmp_path / "chart.xlsx"
    workbook = WrittenWorkbook(path)
    sheet = workbook.add_worksheet("Báo cáo")
    sheet.write_column("A1", [1, 2, 3])
    chart = workbook.add_chart({"type": "column"})
    assert chart is not None
    chart.add_series({"values": "='Báo cáo'!$A$1:$A$3"})
    sheet.insert_chart("C1", chart)
    sheet.conditional_format("A1:A3", {"type": "data_bar"})
    sheet.write_comment("A3", "cũ")
    workbook.close()
    marked = _marked(path.read_bytes(), _finding("A2"))
    with zipfile.ZipFile(path) as was, zipfile.ZipFile(BytesIO(marked)) as now:
        assert now.read("xl/charts/chart1.xml") == was.read("xl/charts/chart1.xml")
        assert b"dataBar" in now.read("xl/worksheets/sheet1.xml")
        assert now.read("xl/drawings/vmlDrawing1.vml").count(b"<v:shape ") == 2
    comments = {place: cell[5] for place, cell in _cells(marked).items() if cell[5]}
    assert comments.keys() == {("Báo cáo", "A2"), ("Báo cáo", "A3")}
    assert _cells(unmark(marked)) == _cells(path.read_bytes())


def _with_header_picture(own_comment: str | None) -> bytes:
    made, dot = BytesIO(), base64.b64decode(DOT)
    workbook = WrittenWorkbook(made, {"in_memory": True})
    sheet = workbook.add_worksheet("Báo cáo")
    sheet.write_column("A1", [1, 120, 3])
    sheet.set_header("&L&G", {"image_left": "huy-hieu.png", "image_data_left": BytesIO(dot)})
    if own_comment:
        sheet.write_comment(own_comment, "cũ")
    workbook.close()
    buffer = BytesIO()
    with zipfile.ZipFile(made) as plain, zipfile.ZipFile(buffer, "w") as turned:
        for name in plain.namelist():
            # The order of relationships says nothing; here the header's comes first.
            part = re.sub(
                rb'(<Relationship Id="rId1"[^>]*>)(<Relationship Id="rId2"[^>]*>)', rb"\2\1", plain.read(name)
            )
            turned.writestr(name, part if name == SHEET_RELATIONS else plain.read(name))
    return buffer.getvalue()


def _drawings(content: bytes) -> dict[str, bytes]:
    """The drawings the first sheet names, by the element that names them."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        relations = etree.fromstring(archive.read(SHEET_RELATIONS))
        targets = {one.get("Id"): resolved(SHEET_PART, one.get("Target")) for one in relations}
        named = etree.fromstring(archive.read(SHEET_PART)).xpath("*[starts-with(local-name(), 'legacyDrawing')]")
        return {etree.QName(one).localname: archive.read(targets[one.get(f"{{{LINKS}}}id")]) for one in named}


@pytest.mark.parametrize("own_comment", [None, "A3"])
def test_comments_are_never_drawn_among_the_pictures_of_the_page_header(own_comment: str | None) -> None:
    before = _with_header_picture(own_comment)
    first = _marked(before, _finding("A2"))
    for marked in (first, _marked(first, _finding("A2"))):
        drawings = _drawings(marked)
        assert drawings["legacyDrawingHF"] == _drawings(before)["legacyDrawingHF"]
        assert drawings["legacyDrawing"].count(b"<v:shape ") == (2 if own_comment else 1)
        unmarked = unmark(marked)
        assert _drawings(unmarked) == _drawings(before)
        with zipfile.ZipFile(BytesIO(before)) as was, zipfile.ZipFile(BytesIO(unmarked)) as now:
            assert set(was.namelist()) == set(now.namelist())


def test_macros_are_kept_byte_for_byte() -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(_report())) as plain, zipfile.ZipFile(buffer, "w") as made:
        for name in plain.namelist():
            content = plain.read(name).replace(
                b"spreadsheetml.sheet.main+xml", b"spreadsheetml.sheet.macroEnabled.main+xml"
            )
            made.writestr(
                name,
                content.replace(
                    b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.macro", b"vnd.ms-excel.sheet.macro"
                ),
            )
        made.writestr("xl/vbaProject.bin", b"macro\0code")
    marked = mark(buffer.getvalue(), [_finding("C2")], heading=HEADING)
    assert marked is not None
    assert marked.suffix == ".xlsm"
    with zipfile.ZipFile(BytesIO(marked.content)) as now:
        assert now.read("xl/vbaProject.bin") == b"macro\0code"


@pytest.mark.parametrize("change", ["prefix", "no addresses", "no styles"])
def test_odd_but_right_xml_is_marked_all_the_same(change: str) -> None:
    buffer = BytesIO()
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    with zipfile.ZipFile(BytesIO(_report())) as plain, zipfile.ZipFile(buffer, "w") as made:
        for name in plain.namelist():
            text = plain.read(name).decode()
            if change == "prefix" and name == "xl/worksheets/sheet1.xml":
                root = etree.fromstring(text.encode())
                prefixed = etree.Element(
                    root.tag, nsmap={"x": root.nsmap[None], **{k: v for k, v in root.nsmap.items() if k}}
                )
                prefixed[:] = root[:]
                text = etree.tostring(prefixed).decode()
                assert main not in text
            if change == "no addresses" and name == "xl/worksheets/sheet1.xml":
                root = etree.fromstring(text.encode())
                for one in root.iter("{*}row", "{*}c"):
                    one.attrib.pop("r", None)
                text = etree.tostring(root).decode()
            if change == "no styles":
                if name == "xl/styles.xml":
                    continue
                text = re.sub(r"<(?:Relationship|Override)\b[^>]*styles[^>]*/>", "", text)
                text = re.sub(r' s="\d+"', "", text)
            made.writestr(name, text)
    after = _marked(buffer.getvalue(), _finding("C2"))
    workbook = load_workbook(BytesIO(after))
    assert workbook["Báo cáo"]["C2"].fill.start_color.rgb == RED
    assert workbook["Báo cáo"]["C2"].value == 120


def test_a_format_that_cannot_be_written_back_comes_as_a_marked_copy(tmp_path: Path) -> None:
    text = "Mã nhiệm vụ;Tình trạng;Tiến độ\nPCI-01.1;Hoàn thành;120\nPCI-02.1;=1+1;80\n"
    marked = mark(text.encode("utf-8-sig"), [_finding("C2", sheet="csv")], heading=HEADING)
    assert marked is not None
    assert marked.suffix == ".xlsx"
    sheet = load_workbook(BytesIO(marked.content))["csv"]
    assert (sheet["C2"].value, sheet["C2"].fill.start_color.rgb) == ("120", RED)
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=1+1", "s")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_old_and_open_formats_come_as_a_marked_copy(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(_report())
    _convert(tmp_path / "a.xlsx", kind, tmp_path)
    marked = mark((tmp_path / f"a.{kind}").read_bytes(), [_finding("C2")], heading=HEADING)
    assert marked is not None
    sheet = load_workbook(BytesIO(marked.content))["Báo cáo"]
    assert (sheet["C2"].value, sheet["C2"].fill.start_color.rgb) == (120, RED)
    assert sheet["D2"].value.date() == date(2024, 11, 5)
    (tmp_path / "m.xlsx").write_bytes(marked.content)
    _convert(tmp_path / "m.xlsx", kind, tmp_path)
    again = mark((tmp_path / f"m.{kind}").read_bytes(), [_finding("C2")], heading=HEADING)
    assert again is not None
    assert load_workbook(BytesIO(again.content)).sheetnames == [MARK_SHEET, *SHEETS]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"PK\x03\x04broken", b"PK\x03\x04" + bytes(50)])
def test_what_cannot_be_opened_is_not_marked(content: bytes) -> None:
    assert mark(content, [_finding("C2")], heading=HEADING) is None


def test_the_same_input_gives_the_same_bytes() -> None:
    content = _report()
    assert _marked(content, _finding("C2")) == _marked(content, _finding("C2"))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_another_program_opens_the_marked_workbook(tmp_path: Path) -> None:
    (tmp_path / "marked.xlsx").write_bytes(_marked(_report(), _finding("C2"), _finding("A2")))
    _convert(
        tmp_path / "marked.xlsx",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
        tmp_path,
    )
    assert (tmp_path / f"marked-{MARK_SHEET}.csv").exists()
    assert "120" in (tmp_path / "marked-Báo cáo.csv").read_text(encoding="utf-8")


def _in_order(root: Any, order: str) -> bool:
    names = [etree.QName(one).localname for one in root if isinstance(one.tag, str)]
    places = [order.split().index(name) for name in names]
    return places == sorted(places)


CELLS = st.builds(lambda column, row: f"{column}{row}", st.sampled_from(["A", "B", "D", "Z", "AB"]), st.integers(1, 60))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, st.sampled_from(["critical", "warning", "info"])), max_size=12))
def test_any_cell_can_be_marked_and_unmarked_and_the_xml_stays_in_the_order_of_the_schema(
    places: Sequence[tuple[str, str]],
) -> None:
    before = _report()
    after = _marked(before, *(_finding(cell, severity) for cell, severity in places))
    with zipfile.ZipFile(BytesIO(after)) as archive:
        for name in archive.namelist():
            order = (
                WORKSHEET_ORDER
                if "worksheets/sheet" in name
                else {"xl/workbook.xml": WORKBOOK_ORDER, "xl/styles.xml": STYLES_ORDER}.get(name)
            )
            if order is None or name.endswith(".rels"):
                continue
            root = etree.fromstring(archive.read(name))
            assert _in_order(root, order), name
            rows = [int(one.get("r")) for one in root.iter("{*}row")]
            assert rows == sorted(set(rows))
    assert _cells(unmark(after)) == _cells(before)


def _convert(path: Path, kind: str, out: Path) -> None:
    command = ["soffice", f"-env:UserInstallation=file://{path.parent}/profile", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120)
