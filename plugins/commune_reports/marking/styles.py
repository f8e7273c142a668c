"""The looks of marked cells: each cell keeps its own style but for the fill."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml import etree

from commune_reports.marking.package import MAIN, SHEET_TYPE, STYLES_ORDER, Package, put_in_order, q

# Nearly Excel's own red and amber, but nobody else's: a fill of exactly this colour is a mark of ours.
RED, AMBER = "FFFFC7CD", "FFFFEB9B"
NO_FILL = "<none/>"
FACE = "Times New Roman"
GROUPS = ("fonts", "fills", "borders", "cellXfs")
# What every workbook has; some writers leave it out.
PLAIN = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>'
).encode()


@dataclass(frozen=True)
class Look:
    """How a cell of our own sheet looks; colours as ARGB."""

    size: float = 11
    bold: bool = False
    italic: bool = False
    underline: bool = False
    colour: str = "FF000000"
    fill: str | None = None
    border: bool = True
    horizontal: str = "left"


class Styles:
    """The style part of a workbook, with room for more."""

    def __init__(self, package: Package) -> None:
        found = package.related(package.workbook_part, "/styles")
        if found is None:
            part = "xl/styles.xml" if "xl/styles.xml" not in package else package.free_name("xl/styles{}.xml")
            package.new_tree(part, etree.fromstring(PLAIN), f"{SHEET_TYPE}styles+xml")
            package.relate(package.workbook_part, "/styles", part)
        else:
            part = found[1]
        self.root = package.tree(part)
        self._marked: dict[tuple[int, str], int] = {}
        self._border: int | None = None
        for plain in etree.fromstring(PLAIN):
            if self.root.find(plain.tag) is None:
                put_in_order(self.root, deepcopy(plain), STYLES_ORDER)

    def counts(self) -> tuple[int, ...]:
        """How many fonts, fills, borders and cell formats there are."""
        return tuple(len(self._group(name)) for name in GROUPS)

    def cut_back(self, counts: tuple[int, ...]) -> None:
        """Take away what was added after there were so many."""
        for name, count in zip(GROUPS, counts, strict=True):
            group = self._group(name)
            for one in list(group)[count:]:
                group.remove(one)
            group.set("count", str(len(group)))

    def marked(self, style: int, colour: str) -> int:
        """The style that is like another one but filled with a colour."""
        key = (style, colour)
        if key not in self._marked:
            self._marked[key] = self._with_fill(style, self._solid(colour))
        return self._marked[key]

    def colour(self, style: int) -> str | None:
        """The mark's colour a style is filled with; None if it is no mark."""
        fill = self._fill_of(style)
        pattern = None if fill is None else fill.find(q("patternFill"))
        if pattern is None or pattern.get("patternType") != "solid":
            return None
        front = pattern.find(q("fgColor"))
        rgb = "" if front is None else front.get("rgb", "").upper()
        return rgb if rgb in (RED, AMBER) else None

    def fill_text(self, style: int) -> str:
        """A style's fill as text, to be put back even after another program renumbered all styles."""
        fill = self._fill_of(style)
        return NO_FILL if fill is None else etree.tostring(fill, exclusive=True).decode()

    def refilled(self, style: int, text: str) -> int:
        """The style that is like another one but with the fill a text describes."""
        key = (style, text)
        if key not in self._marked:
            try:
                fill = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
            except etree.XMLSyntaxError:
                fill = None
            known = fill is not None and fill.tag == q("fill")
            self._marked[key] = self._with_fill(style, self._add("fills", fill) if known else 0)
        return self._marked[key]

    def own(self, look: Look) -> int:
        """A style of our own, for the sheet of findings."""
        font = etree.Element(q("font"))
        for name in ("b", "i"):
            if (look.bold, look.italic)[name == "i"]:
                etree.SubElement(font, q(name))
        if look.underline:
            etree.SubElement(font, q("u"))
        etree.SubElement(font, q("sz"), val=f"{look.size:g}")
        etree.SubElement(font, q("color"), rgb=look.colour)
        etree.SubElement(font, q("name"), val=FACE)
        new = etree.Element(q("xf"), numFmtId="49", fontId=str(self._add("fonts", font)), xfId="0", applyFont="1")
        new.set("fillId", str(self._solid(look.fill)) if look.fill else "0")
        new.set("borderId", str(self._thin()) if look.border else "0")
        for name in ("applyNumberFormat", "applyFill", "applyBorder", "applyAlignment"):
            new.set(name, "1")
        etree.SubElement(new, q("alignment"), horizontal=look.horizontal, vertical="top", wrapText="1")
        return self._add("cellXfs", new)

    def _thin(self) -> int:
        if self._border is None:
            border = etree.Element(q("border"))
            for side in ("left", "right", "top", "bottom"):
                line = etree.SubElement(border, q(side), style="thin")
                etree.SubElement(line, q("color"), rgb="FF7F7F7F")
            etree.SubElement(border, q("diagonal"))
            self._border = self._add("borders", border)
        return self._border

    def _with_fill(self, style: int, fill: int) -> int:
        formats = self._group("cellXfs")
        new = deepcopy(formats[style] if style < len(formats) else formats[0])
        new.set("fillId", str(fill))
        new.set("applyFill", "1")
        return self._add("cellXfs", new)

    def _solid(self, colour: str) -> int:
        fill = etree.Element(q("fill"))
        pattern = etree.SubElement(fill, q("patternFill"), patternType="solid")
        etree.SubElement(pattern, q("fgColor"), rgb=colour)
        etree.SubElement(pattern, q("bgColor"), indexed="64")
        return self._add("fills", fill)

    def _fill_of(self, style: int) -> Any:
        formats, fills = self._group("cellXfs"), self._group("fills")
        if style >= len(formats):
            return None
        number = int(formats[style].get("fillId", "0"))
        return fills[number] if number < len(fills) else None

    def _add(self, name: str, element: Any) -> int:
        group = self._group(name)
        group.append(element)
        group.set("count", str(len(group)))
        return len(group) - 1

    def _group(self, name: str) -> Any:
        return self.root.find(q(name))
