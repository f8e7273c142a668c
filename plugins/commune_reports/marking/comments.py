"""Comments on cells: ours are added to what is there, and taken away without touching anybody else's."""

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from commune_reports.marking.cells import position
from commune_reports.marking.package import LINKS, SHEET_TYPE, WORKSHEET_ORDER, Package, SheetPart, put_in_order, q

AUTHOR = "commune-reports"
HEAD, RULE = "KẾT QUẢ KIỂM TRA:", "────────"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
# Whoever draws chooses the prefixes, none perhaps, and declares them on the root, on a shape or inside it.
SHAPE = re.compile(r"<((?:[\w.-]+:)?)shape[\s>].*?</\1shape\s*>", re.DOTALL)
SHAPE_ROW, SHAPE_COLUMN = (
    re.compile(rf"<((?:[\w.-]+:)?){name}(?:\s[^>]*)?>\s*(\d+)\s*</\1{name}\s*>") for name in ("Row", "Column")
)
CLOSING, CLOSED_AT_ONCE = re.compile(r"(?s:.*)(</xml\s*>)"), re.compile(r"(<xml\b[^>]*?)/>\s*$")
DECLARED = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
NOTE_TYPE = "_x0000_t202"
SHAPE_TYPE = (
    f'<v:shapetype {DECLARED} id="{NOTE_TYPE}" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
EMPTY_VML = (
    f'<xml {DECLARED}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{{number}}"/></o:shapelayout>'
    f"{SHAPE_TYPE}</xml>"
)
RELATION = f"{{{LINKS}}}id"
WIDTH_COLUMNS, LETTERS_A_LINE, LINE_POINTS = 4, 46, 14


def add_comments(package: Package, sheet: SheetPart, texts: Mapping[str, str]) -> None:
    """Put a text on each cell, above what somebody else wrote there; a discussion thread is left alone."""
    if not texts:
        return
    part = _comments_part(package, sheet)
    root = package.tree(part)
    threads = _author_numbers(root, "tc=")
    ours = _our_number(root)
    listed = root.find(q("commentList"))
    known = {one.get("ref"): one for one in listed.iterfind(q("comment"))}
    new = {}
    for cell, text in texts.items():
        said = f"{HEAD}\n{text}"
        comment = known.get(cell)
        if comment is None:
            comment = etree.SubElement(listed, q("comment"), ref=cell, authorId=str(ours))
            _say(etree.SubElement(comment, q("text")), said, 0)
            new[cell] = said
        elif int(comment.get("authorId", "0")) not in threads:
            _say(comment.find(q("text")), f"{said}\n{RULE}\n", 0)
    _sort(listed)
    if new:
        _add_shapes(package, sheet, new)


def remove_comments(package: Package, sheet: SheetPart) -> None:
    """Take our texts away; a comment that was only ours goes with its shape."""
    found = package.related(sheet.part, "/comments")
    if found is None or found[1] not in package:
        return
    relation, part = found
    root = package.tree(part)
    listed = root.find(q("commentList"))
    gone = set()
    for comment in list(listed if listed is not None else ()):
        text = comment.find(q("text"))
        said = "".join(text.itertext(q("t"))) if text is not None else ""
        at = said.find(HEAD)
        # Some programs put the author's name before what was said.
        if at < 0 or said[:at].strip(" \n:") not in ("", AUTHOR):
            continue
        if RULE in said:
            _keep_from(text, said.index(RULE) + len(RULE) + 1)
        else:
            listed.remove(comment)
            gone.add(comment.get("ref"))
    _forget_author(root)
    if gone:
        _remove_shapes(package, sheet, gone)
    if not len(listed):
        package.unrelate(sheet.part, relation)
        package.drop(part)


def _comments_part(package: Package, sheet: SheetPart) -> str:
    found = package.related(sheet.part, "/comments")
    if found is not None and found[1] in package:
        return found[1]
    part = package.free_name("xl/comments{}.xml")
    root = etree.Element(q("comments"), nsmap={None: q("")[1:-1]})
    etree.SubElement(root, q("authors"))
    etree.SubElement(root, q("commentList"))
    package.new_tree(part, root, f"{SHEET_TYPE}comments+xml")
    package.relate(sheet.part, "/comments", part)
    return part


def _author_numbers(root: Any, start: str) -> set[int]:
    authors = root.find(q("authors"))
    return {number for number, one in enumerate(authors) if (one.text or "").startswith(start)}


def _our_number(root: Any) -> int:
    authors = root.find(q("authors"))
    for number, one in enumerate(authors):
        if one.text == AUTHOR:
            return number
    etree.SubElement(authors, q("author")).text = AUTHOR
    return len(authors) - 1


def _forget_author(root: Any) -> None:
    """Our name goes if it is the last one and nobody's comment needs it: numbers of the others must not change."""
    authors, listed = root.find(q("authors")), root.find(q("commentList"))
    last = len(authors) - 1
    if last >= 0 and authors[last].text == AUTHOR and all(one.get("authorId") != str(last) for one in listed):
        authors.remove(authors[last])


def _say(text: Any, said: str, at: int) -> None:
    run = etree.Element(q("r"))
    looks = etree.SubElement(run, q("rPr"))
    etree.SubElement(looks, q("sz"), val="10")
    etree.SubElement(looks, q("rFont"), val="Tahoma")
    line = etree.SubElement(run, q("t"))
    line.text = said
    line.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    plain = text.find(q("t"))
    if plain is not None:  # a text without runs: runs and plain text do not mix
        text.remove(plain)
        rest = etree.SubElement(text, q("r"))
        rest.append(plain)
    text.insert(at, run)


def _keep_from(text: Any, start: int) -> None:
    """Cut the beginning of a text, over all its runs."""
    left = start
    for line in list(text.iter(q("t"))):
        said = line.text or ""
        line.text, left = said[left:], max(0, left - len(said))
        run = line.getparent()
        if not line.text and run.tag == q("r"):
            run.getparent().remove(run)


def _sort(listed: Any) -> None:
    listed[:] = sorted(listed, key=lambda one: position(one.get("ref")))


def _drawing(package: Package, sheet: SheetPart) -> str | None:
    """The part the comments of a sheet are drawn in; a picture in the page header has a drawing of the same kind."""
    legacy = package.tree(sheet.part).find(q("legacyDrawing"))
    return None if legacy is None else package.named(sheet.part, legacy.get(RELATION), "/vmlDrawing")


def _new_drawing(package: Package, sheet: SheetPart) -> str:
    package.default_type("vml", VML_TYPE)
    part = package.free_name("xl/drawings/vmlDrawing{}.vml")
    number = re.sub(r"\D", "", part.rpartition("/")[2])
    package.put(part, EMPTY_VML.format(number=number).encode())
    root = package.tree(sheet.part)
    for broken in root.findall(q("legacyDrawing")):
        root.remove(broken)
    legacy = etree.Element(q("legacyDrawing"))
    legacy.set(RELATION, package.relate(sheet.part, "/vmlDrawing", part))
    put_in_order(root, legacy, WORKSHEET_ORDER)
    return part


def _add_shapes(package: Package, sheet: SheetPart, texts: Mapping[str, str]) -> None:
    part = _drawing(package, sheet) or _new_drawing(package, sheet)
    drawing = package.raw(part).decode("utf-8", "surrogateescape")
    block = re.search(r'idmap[^>]*data="(\d+)', drawing)
    least = 1024 * int(block[1]) if block else 1024
    start = max((int(one) for one in re.findall(r"_x0000_s(\d+)", drawing)), default=least) + 1
    shapes = "".join(_shape(start + number, cell, text) for number, (cell, text) in enumerate(texts.items()))
    if NOTE_TYPE not in re.findall(r"""shapetype\b[^>]*?\bid=["'](\w+)""", drawing):
        shapes = SHAPE_TYPE + shapes
    drawing = CLOSED_AT_ONCE.sub(r"\1></xml>", drawing)
    closing = CLOSING.match(drawing)
    at = closing.start(1) if closing else len(drawing)
    package.put(part, f"{drawing[:at]}{shapes}{drawing[at:]}".encode("utf-8", "surrogateescape"))


def _shape(number: int, cell: str, text: str) -> str:
    row, column = (one - 1 for one in position(cell))
    lines = sum(1 + len(line) // LETTERS_A_LINE for line in text.split("\n"))
    height = (lines + 1) * LINE_POINTS
    rows = max(3, height // 15)
    return (
        f'<v:shape {DECLARED} id="_x0000_s{number}" type="#{NOTE_TYPE}" style="position:absolute;margin-left:80pt;margin-top:5pt;'
        f'width:240pt;height:{height}pt;z-index:{number % 1000};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
        '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{column + 1}, 15, {max(0, row - 1)}, 10, '
        f"{column + 1 + WIDTH_COLUMNS}, 15, {max(0, row - 1) + rows}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def _remove_shapes(package: Package, sheet: SheetPart, cells: set[str]) -> None:
    part = _drawing(package, sheet)
    if part is None:
        return
    places = {tuple(one - 1 for one in position(cell)) for cell in cells}

    def kept(shape: re.Match[str]) -> str:
        row, column = SHAPE_ROW.search(shape[0]), SHAPE_COLUMN.search(shape[0])
        return "" if row and column and (int(row[2]), int(column[2])) in places else shape[0]

    drawing = SHAPE.sub(kept, package.raw(part).decode("utf-8", "surrogateescape"))
    if SHAPE.search(drawing):
        package.put(part, drawing.encode("utf-8", "surrogateescape"))
    else:
        _drop_drawing(package, sheet, part)


def _drop_drawing(package: Package, sheet: SheetPart, part: str) -> None:
    root = package.tree(sheet.part)
    legacy = root.find(q("legacyDrawing"))
    root.remove(legacy)
    package.unrelate(sheet.part, legacy.get(RELATION))
    package.drop(part)
