"""Archives (xlsx, xlsm, xlsb, ods) before anything in them is believed: how large, how packed, what they want to run."""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

from lxml import etree

from commune_reports.workbook.model import MOST_SHEETS, Refusal

MOST_PARTS = 2_000
# Parts that are held whole in memory; only sheets may be larger, they are read in pieces.
LARGEST_PART = 40 * 2**20
LARGEST_SHEET = 1_000 * 2**20
LARGEST_WHOLE = 1_500 * 2**20
# A million formatted rows pack 10 to 60 times; what packs better than this is made to burst.
PACKED_TIGHTEST, LOOSE_ENOUGH = 150, 8 * 2**20
PIECE = 4 * 2**20
SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
DECLARATIONS = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
LONGEST_END = 4096
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


class Archive:
    """The parts of an archive, each within its bounds; a part that breaks them raises the refusal as Refused."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._zip = zipfile.ZipFile(BytesIO(content))
        # Some programs write folders the way Windows does.
        self.parts = {part.filename.replace("\\", "/").lstrip("/"): part for part in self._zip.infolist()}
        self.is_renamed = any(name != part.filename for name, part in self.parts.items())
        self._names = {name.lower(): name for name in self.parts}
        self._check_sizes()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def named(self, name: str) -> str:
        """The name a part has in the archive: capitals are none of its own (ECMA-376 part 2, 6.2.2.3)."""
        return self._names.get(name.lower(), name)

    def read(self, name: str) -> bytes:
        """A part that is small enough to be held whole; without document type or entities, whatever its encoding."""
        part = self._zip.read(self.parts[self.named(name)])
        if is_declaring(part):
            raise Refused(Refusal("dangerous_content", got=name))
        return part

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part of any size, piece by piece."""
        with self._zip.open(self.parts[self.named(name)]) as part:
            while piece := part.read(PIECE):
                yield piece

    def size(self, name: str) -> int:
        """Bytes of a part once it is unpacked."""
        return self.parts[self.named(name)].file_size

    def _check_sizes(self) -> None:
        parts = self._zip.infolist()
        sheets = sum(SHEET_PART.fullmatch(part.filename) is not None for part in parts)
        if sheets > MOST_SHEETS:
            raise Refused(Refusal("too_many_sheets", got=str(sheets), wanted=str(MOST_SHEETS)))
        if len(parts) > MOST_PARTS:
            raise Refused(Refusal("suspicious_archive", got=f"hơn {MOST_PARTS} phần"))
        if len({name.lower() for name in self.parts}) < len(parts):
            raise Refused(Refusal("suspicious_archive", got="có các phần trùng tên"))
        whole = sum(part.file_size for part in parts)
        too_large = any(
            part.file_size > (LARGEST_SHEET if SHEET_PART.fullmatch(part.filename) else LARGEST_PART)
            and not _is_never_read(part.filename)
            for part in parts
        )
        too_tight = any(
            part.file_size > max(LOOSE_ENOUGH, PACKED_TIGHTEST * part.compress_size)
            and not _is_never_read(part.filename)
            for part in parts
        )
        overlap = sum(part.compress_size for part in parts) > len(self.content)
        if whole > LARGEST_WHOLE or too_large or too_tight or overlap:
            raise Refused(Refusal("suspicious_archive", got=f"bung ra tới {_megabytes(whole)}"))
        if any(part.flag_bits & 1 for part in parts):
            raise Refused(Refusal("password_protected"))


class Refused(Exception):
    """An archive nobody should open."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def is_declaring(part: bytes) -> bool:
    """Whether XML declares a document type or entities, as no program that writes spreadsheets does."""
    return b"!" in part and any(word in part for word in DECLARATIONS)


def is_cut_off(root: Any, content: bytes) -> bool:
    """Whether markup that a forgiving parser has read ends before its root does: the copy broke off."""
    end = b"</%s>" % etree.QName(root).localname.encode()
    tail = content[-LONGEST_END:].translate(None, b"\0 \t\r\n")  # two bytes a letter, or one
    return end not in re.sub(rb"</[\w.-]+:", b"</", tail) and not (tail.endswith(b"/>") and not len(root))


def is_broken(error: BaseException) -> bool:
    """Whether an error says that an archive is damaged (those of zlib, lzma and struct share no base with the others)."""
    return isinstance(error, BROKEN) or type(error).__module__ in ("zlib", "_lzma", "struct", "_struct")


def repacked(archive: Archive, changed: Mapping[str, bytes], renamed: Callable[[str], str] = str) -> bytes:
    """The archive as a new one with some parts replaced, quickly: nothing is packed again that need not be."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as kept:
        for name in archive.parts:
            if name in changed:
                kept.writestr(renamed(name), changed[name])
            elif archive.size(name) <= LARGEST_PART and not _is_never_read(name):
                kept.writestr(renamed(name), b"".join(archive.pieces(name)))
    return buffer.getvalue()


def _is_never_read(name: str) -> bool:
    return name.startswith(("xl/media/", "Pictures/", "Thumbnails/", "docProps/"))


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.0f} MB" if size >= 2**20 else f"{size / 2**10:.0f} KB"
