"""Comments are drawn in well-formed XML beside those of any program, whatever names it gave its namespaces."""

import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from xlsxwriter import Workbook as WrittenWorkbook

from commune_reports.findings import Finding, Severity
from commune_reports.marking import Heading, mark, unmark

VML, OFFICE, EXCEL = (f"urn:schemas-microsoft-com:{name}" for name in ("vml", "office:office", "office:excel"))
OTHER_PREFIXES = (
    f'<xml xmlns:a="{VML}" xmlns:b-1="{OFFICE}" xmlns:c="{EXCEL}"><b-1:shapelayout a:ext="edit">'
    "<b-1:idmap a:ext='edit' data='3'/></b-1:shapelayout>"
    '<a:shape id="_x0000_s3073" type="#_x0000_t202" style="visibility:hidden"><a:textbox/><c:ClientData ObjectType="Note">'
    "<c:Column>0</c:Column><c:Row>1</c:Row></c:ClientData></a:shape></xml>"
)
# What we call v, o and x is something else here, and the drawing's own elements have no prefix at all.
BOUND_OTHERWISE = (
    f'<xml xmlns:v="{EXCEL}" xmlns:o="{VML}" xmlns:x="urn:x"><shape xmlns="{VML}" id="_x0000_s1025" type="#_x0000_t202">'
    '<v:ClientData ObjectType="Note"><v:Row>1</v:Row><v:Column>0</v:Column></v:ClientData></shape></xml>'
)
PREFIX_ON_EACH = (
    f'<xml><n:shapetype xmlns:n="{VML}" id="_x0000_t202"/><n:shape xmlns:n="{VML}" id="_x0000_s1025" type="#_x0000_t202">'
    f'<m:ClientData xmlns:m="{EXCEL}" ObjectType="Note"><m:Row>1</m:Row><m:Column>0</m:Column></m:ClientData></n:shape></xml >'
)


def _by_openpyxl() -> bytes:
    workbook, content = Workbook(), BytesIO()
    workbook.active.title = "Báo cáo"
    workbook.active.append(["Mã", "Tiến độ"])
    workbook.active.append(["PCI-01.1", 120])
    workbook.active["A2"].comment = Comment("Số của anh Nam", "Lan")
    workbook.save(content)
    return content.getvalue()


def _by_xlsxwriter() -> bytes:
    content = BytesIO()
    with WrittenWorkbook(content) as workbook:
        sheet = workbook.add_worksheet("Báo cáo")
        sheet.write_row(0, 0, ["Mã", "Tiến độ"])
        sheet.write_row(1, 0, ["PCI-01.1", 120])
        sheet.write_comment("A2", "Số của anh Nam", {"author": "Lan"})
    return content.getvalue()


def _drawn(vml: str) -> Callable[[], bytes]:
    return lambda: _with(_by_openpyxl(), {"xl/drawings/commentsDrawing1.vml": vml.encode()})


def _with(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            target.writestr(name, parts.get(name, source.read(name)))
    return changed.getvalue()


def _marked(content: bytes, *cells: str) -> bytes:
    wrong = [
        Finding(
            "progress_out_of_range", Severity("critical"), "Sai & <lạ>", "Báo cáo", cell, 2, None, None, "120", "0–100"
        )
        for cell in cells
    ]
    marked = mark(content, wrong, heading=Heading("TIẾP NHẬN", ()))
    assert marked is not None
    return marked.content


def _notes(content: bytes) -> tuple[list[tuple[str, ...]], dict[str, str]]:
    """Row and column of every shape drawn for a comment, and the comments; every part of the file must be XML."""
    places = []
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            root = etree.fromstring(archive.read(name))
            shapes = list(root.iter(f"{{{VML}}}shape"))
            kinds = {f"#{one.get('id')}" for one in root.iter(f"{{{VML}}}shapetype")}
            assert all(one.get("type") in kinds for one in shapes)
            places += [tuple(one.findtext(f".//{{{EXCEL}}}{at}") or "" for at in ("Row", "Column")) for one in shapes]
            numbers = [one.get("id") for one in shapes]
            assert len(set(numbers)) == len(numbers)
    sheet = load_workbook(BytesIO(content))["Báo cáo"]
    said = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    return sorted(places), said


@pytest.mark.parametrize(
    "draw",
    [_by_openpyxl, _by_xlsxwriter, _drawn(OTHER_PREFIXES), _drawn(BOUND_OTHERWISE), _drawn(PREFIX_ON_EACH)],
    ids=["openpyxl", "XlsxWriter", "other prefixes", "prefixes bound otherwise", "a prefix on each"],
)
def test_comments_are_drawn_beside_those_of_any_program_and_go_without_them(draw: Callable[[], bytes]) -> None:
    before = draw()
    once = _marked(before, "A2", "B2")
    for content in (once, _marked(once, "A2", "B2")):
        places, said = _notes(content)
        assert places == [("1", "0"), ("1", "1")]
        assert said["A2"].endswith("Số của anh Nam")
        assert "Sai & <lạ>" in said["A2"]
        assert "Sai & <lạ>" in said["B2"]
    assert _notes(_marked(once, "A1"))[0] == [("0", "0"), ("1", "0")]
    assert _notes(unmark(once)) == ([("1", "0")], {"A2": "Số của anh Nam"})


@pytest.mark.parametrize("root", ["<xml/>", f'<xml xmlns:v="{VML}"\n/>\n', "<xml></xml>"])
def test_comments_are_drawn_where_nothing_was_drawn_for_others(root: str) -> None:
    marked = _marked(_drawn(root)(), "A2", "B2")
    assert _notes(marked)[0] == [("1", "1")]
