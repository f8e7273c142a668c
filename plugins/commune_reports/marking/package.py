"""A workbook file as its parts: read whole, changed where something must change, written the same for the same content."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lxml import etree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# Beyond this a part is not taken apart: its cells stay as they are, and are listed only.
LARGEST_PART = 20 * 2**20


class Unmarkable(Exception):
    """The file is no workbook of the kind that can be changed in place."""


@dataclass(frozen=True)
class SheetPart:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    element: Any = field(repr=False)


class Package:
    """The parts of one workbook file, by name; XML parts are parsed when asked for and written back when kept."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            self._parts = {
                one.filename.lstrip("/"): archive.read(one) for one in archive.infolist() if not one.is_dir()
            }
        self._trees: dict[str, Any] = {}
        self.workbook_part = self._target("", "/officeDocument")
        if self.workbook.tag != q("workbook"):
            raise Unmarkable("not a workbook of the usual kind")

    @property
    def workbook(self) -> Any:
        """The root of the workbook part."""
        return self.tree(self.workbook_part)

    def __contains__(self, part: str) -> bool:
        return part in self._parts or part in self._trees

    def size(self, part: str) -> int:
        """Bytes of a part as it came."""
        return len(self._parts.get(part, b""))

    def raw(self, part: str) -> bytes:
        """A part as it stands."""
        return etree.tostring(self._trees[part]) if part in self._trees else self._parts[part]

    def put(self, part: str, content: bytes) -> None:
        """Set a part."""
        self._trees.pop(part, None)
        self._parts[part] = content

    def drop(self, part: str) -> None:
        """Remove a part with its relationships and its content type."""
        for one in (part, relations_of(part)):
            self._parts.pop(one, None)
            self._trees.pop(one, None)
        for entry in self.tree("[Content_Types].xml").findall(f"{{{TYPES}}}Override"):
            if entry.get("PartName") == f"/{part}":
                entry.getparent().remove(entry)

    def tree(self, part: str) -> Any:
        """The root of an XML part; changes to it are kept."""
        if part not in self._trees:
            if part not in self._parts:
                raise Unmarkable(f"{part} is missing")
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
            try:
                self._trees[part] = etree.fromstring(self._parts[part], parser)
            except etree.XMLSyntaxError as error:
                raise Unmarkable(f"{part} is no XML") from error
        return self._trees[part]

    def new_tree(self, part: str, root: Any, content_type: str) -> Any:
        """Add an XML part with its content type."""
        self._trees[part] = root
        types = self.tree("[Content_Types].xml")
        etree.SubElement(types, f"{{{TYPES}}}Override", PartName=f"/{part}", ContentType=content_type)
        return root

    def default_type(self, extension: str, content_type: str) -> None:
        """See to it that parts with an extension have a content type."""
        types = self.tree("[Content_Types].xml")
        if not any(one.get("Extension", "").lower() == extension for one in types.findall(f"{{{TYPES}}}Default")):
            types.insert(0, etree.Element(f"{{{TYPES}}}Default", Extension=extension, ContentType=content_type))

    def sheets(self) -> list[SheetPart]:
        """The worksheets in the order of their tabs."""
        targets = {one.get("Id"): one for one in self._relations(self.workbook_part)}
        found = []
        for element in self.workbook.iterfind(f"{q('sheets')}/{q('sheet')}"):
            relation = targets.get(element.get(f"{{{LINKS}}}id"))
            if relation is not None and relation.get("Type", "").endswith("/worksheet"):
                part = resolved(self.workbook_part, relation.get("Target", ""))
                if part in self:
                    found.append(SheetPart(element.get("name", ""), part, element))
        return found

    def related(self, part: str, kind: str) -> tuple[str, str] | None:
        """Relationship id and part name of the first part of a kind (the end of the type's URL) a part points to."""
        for one in self._relations(part):
            if one.get("Type", "").endswith(kind) and one.get("TargetMode") != "External":
                return one.get("Id"), resolved(part, one.get("Target", ""))
        return None

    def named(self, part: str, relation: str | None, kind: str) -> str | None:
        """Name of the part of a kind that a part means by the id of a relationship; None if there is no such part."""
        for one in self._relations(part):
            if one.get("Id") == relation and one.get("Type", "").endswith(kind):
                target = resolved(part, one.get("Target", ""))
                return target if target in self else None
        return None

    def relate(self, part: str, kind: str, target: str) -> str:
        """Point from a part to another; the id of the new relationship."""
        name = relations_of(part)
        if name not in self:
            self._trees[name] = etree.Element(f"{{{RELATIONS}}}Relationships", nsmap={None: RELATIONS})
        root = self.tree(name)
        taken = {one.get("Id") for one in root}
        new = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
        etree.SubElement(root, f"{{{RELATIONS}}}Relationship", Id=new, Type=f"{LINKS}{kind}", Target=f"/{target}")
        return new

    def unrelate(self, part: str, relation: str) -> None:
        """Take a relationship away; the part of relationships goes with its last one."""
        root = self.tree(relations_of(part))
        for one in list(root):
            if one.get("Id") == relation:
                root.remove(one)
        if not len(root):
            self._trees.pop(relations_of(part))
            self._parts.pop(relations_of(part), None)

    def free_name(self, pattern: str) -> str:
        """A part name no part has; `pattern` has one place for a number."""
        return next(name for number in range(1, 100_000) if (name := pattern.format(number)) not in self)

    def content(self) -> bytes:
        """The file."""
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in self._in_order():
                entry = zipfile.ZipInfo(name, date_time=FIXED_ZIP_DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o600 << 16
                archive.writestr(entry, self._written(name), compresslevel=3)
        return buffer.getvalue()

    def _in_order(self) -> Iterator[str]:
        """Content types first, as readers expect, then as they came, then what is new."""
        names = [*self._parts, *(name for name in self._trees if name not in self._parts)]
        yield "[Content_Types].xml"
        yield from (name for name in names if name != "[Content_Types].xml")

    def _written(self, name: str) -> bytes:
        if name not in self._trees:
            return self._parts[name]
        return bytes(etree.tostring(self._trees[name], xml_declaration=True, encoding="UTF-8", standalone=True))

    def _relations(self, part: str) -> list[Any]:
        name = relations_of(part)
        return list(self.tree(name)) if name in self else []

    def _target(self, part: str, kind: str) -> str:
        found = self.related(part, kind)
        if found is None:
            raise Unmarkable(f"nothing of kind {kind}")
        return found[1]


def q(name: str) -> str:
    """A name in the namespace of spreadsheets."""
    return f"{{{MAIN}}}{name}"


def relations_of(part: str) -> str:
    """The name of the part that holds a part's relationships."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def resolved(part: str, target: str) -> str:
    """The name of the part a relationship's target means."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))


def put_in_order(root: Any, element: Any, order: str) -> None:
    """Insert an element where the schema wants it: before the first one that has to come after it."""
    names = order.split()
    later = set(names[names.index(etree.QName(element).localname) + 1 :])
    for position, one in enumerate(root):
        if isinstance(one.tag, str) and etree.QName(one).localname in later:
            root.insert(position, element)
            return
    root.append(element)


# The sequences of ECMA-376 part 1, 18.3.1.99 and 18.2.27; Excel calls a file broken that does not keep them.
WORKSHEET_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges "
    "scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting "
    "dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks "
    "customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF drawingHF picture "
    "oleObjects controls webPublishItems tableParts extLst "
)
WORKBOOK_ORDER = (
    "fileVersion fileSharing workbookPr AlternateContent revisionPtr workbookProtection bookViews sheets "
    "functionGroups externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr "
    "smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst "
)
STYLES_ORDER = "numFmts fonts fills borders cellStyleXfs cellXfs cellStyles dxfs tableStyles colors extLst "
TAB_SELECTED = re.compile(rb'\btabSelected="(?:1|true)"')
