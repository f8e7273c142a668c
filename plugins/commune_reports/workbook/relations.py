"""How the parts of an Office package point to each other."""

import posixpath
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lxml import etree

from commune_reports.workbook.archives import Archive

LONGEST_KEPT = 16 * 2**10


def relations_of(archive: Archive, part: str) -> Mapping[str, tuple[str, str]]:
    """What a part (or, for "", the package) points to inside the archive: by id, the kind and the name of the target."""
    base, name = posixpath.split(part)
    rels = posixpath.join(base, "_rels", f"{name}.rels")
    if rels not in archive:
        return {}
    said = archive.read(rels)
    # Files made from one template say this in the same words.
    return _kept(said, base) if len(said) <= LONGEST_KEPT else _relations(said, base)


@lru_cache(maxsize=256)
def _kept(said: bytes, base: str) -> Mapping[str, tuple[str, str]]:
    return _relations(said, base)


def _relations(said: bytes, base: str) -> Mapping[str, tuple[str, str]]:
    return {
        one.get("Id", ""): (
            posixpath.basename(one.get("Type", "")),
            posixpath.normpath(posixpath.join("/", base, one.get("Target", "").replace("\\", "/"))).lstrip("/"),
        )
        for one in parsed(said).iterchildren("{*}Relationship")
        if one.get("TargetMode") != "External"
    }


def parsed(part: bytes) -> Any:
    """The root of a part's XML, as far as it is well-formed."""
    root = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
    return root if root is not None else etree.Element("nothing")
