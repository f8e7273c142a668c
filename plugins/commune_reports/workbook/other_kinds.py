"""What else people put into the folder, told by itself, so that the answer calls it by its name."""

import re
from collections.abc import Iterable

from commune_reports.workbook.model import Refusal

STARTS = (
    (b"%PDF", "tệp PDF"),
    (b"\xff\xd8\xff", "tệp ảnh"),
    (b"\x89PNG", "tệp ảnh"),
    (b"GIF8", "tệp ảnh"),
    (b"II*\0", "tệp ảnh"),
    (b"MM\0*", "tệp ảnh"),
    (b"{\\rtf", "tệp văn bản (rtf)"),
    (b"SQLite format 3", "tệp cơ sở dữ liệu"),
    (b"\0\1\0\0Standard ", "tệp cơ sở dữ liệu Access"),
    (b"\0\0\2\0", "tệp Lotus 1-2-3"),
    (b"L\0\0\0\1\x14\2\0", "lối tắt tới một tệp khác"),
    (b"[InternetShortcut]", "đường dẫn tới một trang web"),
)
PROGRAM = re.compile(rb"MZ[^\n]{0,60}\0", re.DOTALL)
DIF = re.compile(rb"TABLE\r?\n0,1\r?\n")
SYLK = re.compile(rb"ID;P[^\r\n]*\r?\n(?:[BCFOPEN]\w?;[^\r\n]*\r?\n)+")
PICTURES = re.compile(rb"BM.{4}\0{4}.{4}[\x0c\x28\x7c]\0|RIFF.{4}WEBP|.{4}ftyp(?:heic|heix|mif1|avif)", re.DOTALL)
FILMS = re.compile(rb".{4}ftyp|RIFF.{4}(?:AVI |WAVE)|ID3", re.DOTALL)
PACKED = (
    (b"PK\x05\x06", "zip"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ", "xz"),
)
GOOGLE_LINK = re.compile(rb'\s*\{[^{}]*"(?:doc_id|url)"[^{}]*\}\s*')
IN_PACKAGE = (
    ("word/document.xml", "tệp Word"),
    ("ppt/presentation.xml", "tệp PowerPoint"),
    ("visio/document.xml", "tệp Visio"),
    ("Index/Document.iwa", "tệp của máy Apple (Numbers, Pages hoặc Keynote)"),
    ("Index.zip", "tệp của máy Apple (Numbers, Pages hoặc Keynote)"),
)
SPREADSHEET_NAME = re.compile(r"(?:.*/)?([^/]+\.(?:xls[xmb]?|ods|fods|csv|tsv))", re.IGNORECASE)
MOST_NAMED, LONGEST_NAME = 3, 60


def other_kind(content: bytes, start: bytes) -> Refusal | None:
    """Why a file is no spreadsheet, if its first bytes say so; `start` are those after marks and blanks."""
    for sign, suffix in PACKED:
        if content.startswith(sign):
            return Refusal("packed_file", got=f"tệp nén .{suffix}")
    if content[257:262] == b"ustar":
        return Refusal("packed_file", got="tệp nén .tar")
    for sign, kind in STARTS:
        if content.startswith(sign) or start.startswith(sign):
            return Refusal("wrong_format", got=kind)
    if PROGRAM.match(content):
        return Refusal("wrong_format", got="tệp chương trình")
    if DIF.match(start):
        return Refusal("wrong_format", got="tệp DIF (.dif)")
    if SYLK.match(start):
        return Refusal("wrong_format", got="tệp SYLK (.slk)")
    if PICTURES.match(content):
        return Refusal("wrong_format", got="tệp ảnh")
    if FILMS.match(content):
        return Refusal("wrong_format", got="tệp phim hoặc âm thanh")
    if GOOGLE_LINK.fullmatch(start) and b"google.com" in start:
        return Refusal("wrong_format", got="đường dẫn tới Google Trang tính (trong đó không có số liệu)")
    return None


def other_package(names: Iterable[str]) -> Refusal:
    """What a zip file is that holds no workbook of its own."""
    names = list(names)
    for part, kind in IN_PACKAGE:
        if part in names:
            return Refusal("wrong_format", got=kind)
    if "[Content_Types].xml" in names:
        return Refusal("broken_file")
    inside = [found[1][:LONGEST_NAME] for found in map(SPREADSHEET_NAME.fullmatch, names) if found]
    named = ", ".join([*inside[:MOST_NAMED], *["…"] * (len(inside) > MOST_NAMED)])
    return Refusal("packed_file", got=f"tệp nén .zip (gồm {named})" if named else "tệp nén .zip")
