"""Damage to whole files: what cannot be opened, must not be opened, or is not the report that was asked for."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from random import Random
from typing import Any

from openpyxl import load_workbook
from tests.damage import old_fonts
from tests.damage.damages import Damage, Mark, looks
from tests.damage.drafts import Draft, Look, Raw
from tests.damage.layouts import Sheet
from tests.damage.writers import by_xlsxwriter

IDENTITY = "_commune_reports"
XLSX = ("openpyxl", "xlsxwriter", "template")
PROSE = "BÁO CÁO\r\n\r\nKính gửi Ủy ban nhân dân huyện. Trong tháng, xã đã triển khai các nhiệm vụ được giao.\r\n"
DOCX = {
    "[Content_Types].xml": b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "word/document.xml": b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>',
}
OTHER_FILES = {
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n",
    "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9",
    "txt": PROSE.encode(),
}
MACROS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1024
LINK = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><externalLink xmlns="http://schemas.openxmlformats.org/'
    b'spreadsheetml/2006/main"><externalBook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    b'r:id="rId1"><sheetNames><sheetName val="Sheet1"/></sheetNames></externalBook></externalLink>'
)
LINK_TARGET = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/'
    b'2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    b'externalLinkPath" Target="file:///D:/Bao%20cao/thang%2010.xlsx" TargetMode="External"/></Relationships>'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _bytes(change: Callable[[bytes, Random], bytes], *tolerated: str) -> Callable[[Draft], list[Mark]]:
    """Damage what is on the disk; the file as a whole is blamed."""

    def hurt(draft: Draft) -> list[Mark]:
        draft.byte_changes.append(lambda content: change(content, draft.chance))
        return [Mark("", tolerated=("period_assumed", *tolerated))]

    return hurt


def _cut_off(content: bytes, chance: Random) -> bytes:
    return content[: chance.randint(len(content) // 10, len(content) - 50)]


def _scratched(content: bytes, chance: Random) -> bytes:
    """A few bytes of the packed first sheet are others, so that its checksum cannot be right."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    start = part.header_offset + 30 + len(part.filename) + 20
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        damaged[chance.randint(start, start + part.compress_size - 40)] ^= chance.randint(1, 255)
    return bytes(damaged)


def _other_file(_content: bytes, chance: Random) -> bytes:
    kind = chance.choice((*OTHER_FILES, "docx"))
    return OTHER_FILES[kind] if kind in OTHER_FILES else repacked(b"", add=DOCX)


def _protected(_content: bytes, chance: Random) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(chance.randbytes(504))
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(1024)
    )


def _bomb(content: bytes, _chance: Random) -> bytes:
    return repacked(content, change={"xl/worksheets/sheet1.xml": lambda part: part + b" " * (120 * 2**20)})


def _entity(content: bytes, chance: Random) -> bytes:
    bait = chance.choice(
        (b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>')
    )

    def poisoned(part: bytes) -> bytes:
        head, mark, rest = part.partition(b"?>") if part.startswith(b"<?xml") else (b"", b"", part)
        return head + mark + bait + rest

    return repacked(content, change={"xl/worksheets/sheet1.xml": poisoned})


def _crowd(content: bytes, _chance: Random) -> bytes:
    workbook = load_workbook(BytesIO(content))
    for number in range(400):
        workbook.create_sheet(f"Trang {number}")
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def with_macros(content: bytes, _chance: Random | None = None) -> bytes:
    """The same workbook saved with macros."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    override = b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    kind_of_relation = b"http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    relation = b'<Relationship Id="rIdVba" Type="' + kind_of_relation + b'" Target="vbaProject.bin"/>'
    return repacked(
        content,
        add={"xl/vbaProject.bin": MACROS},
        change={
            "[Content_Types].xml": lambda part: part.replace(
                kind, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
            ).replace(b"</Types>", override),
            "xl/_rels/workbook.xml.rels": lambda part: part.replace(
                b"</Relationships>", relation + b"</Relationships>"
            ),
        },
    )


def with_external_link(content: bytes, _chance: Random | None = None) -> bytes:
    """The same workbook with a link to another one on somebody's disk."""
    override = (
        b'<Override PartName="/xl/externalLinks/externalLink1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'spreadsheetml.externalLink+xml"/></Types>'
    )
    relation = (
        f'<Relationship Id="rIdLink" Type="{RELATION}/externalLink" Target="externalLinks/externalLink1.xml"/>'.encode()
    )
    names = (
        f'<externalReferences><externalReference xmlns:r="{RELATION}" r:id="rIdLink"/></externalReferences>'.encode()
    )
    return repacked(
        content,
        add={"xl/externalLinks/externalLink1.xml": LINK, "xl/externalLinks/_rels/externalLink1.xml.rels": LINK_TARGET},
        change={
            "[Content_Types].xml": lambda part: part.replace(b"</Types>", override),
            "xl/_rels/workbook.xml.rels": lambda part: part.replace(
                b"</Relationships>", relation + b"</Relationships>"
            ),
            "xl/workbook.xml": lambda part: part.replace(b"</sheets>", b"</sheets>" + names),
        },
    )


def repacked(
    content: bytes, *, add: dict[str, bytes] | None = None, change: dict[str, Callable[[bytes], bytes]] | None = None
) -> bytes:
    """An archive with parts added and changed; empty content stands for an archive without parts."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kept:
        if content:
            with zipfile.ZipFile(BytesIO(content)) as archive:
                for part in archive.infolist():
                    kept.writestr(part.filename, (change or {}).get(part.filename, bytes)(archive.read(part)))
        for name, new in (add or {}).items():
            kept.writestr(name, new)
    return buffer.getvalue()


def _headless(draft: Draft) -> list[Mark]:
    draft.has_headings = False
    return [Mark("")]


def _something_else(draft: Draft) -> list[Mark]:
    lines = (
        ("DANH BẠ ĐIỆN THOẠI",),
        ("STT", "Họ và tên", "Chức vụ", "Số điện thoại"),
        (1, "Nguyễn Văn An", "Chủ tịch", "0905 111 222"),
    )
    cells = {(r, c): Raw(value) for r, line in enumerate(lines) for c, value in enumerate(line)}
    draft.byte_changes.append(lambda _: by_xlsxwriter([Sheet("DB", cells)]))
    draft.caller_period = draft.period.id
    return [Mark("")]


def _untouched(draft: Draft) -> list[Mark]:
    for row in draft.rows:
        row.answer = None
    return [Mark("")]


def _other_unit(draft: Draft) -> str:
    others = [unit for unit in draft.plan.units_on(draft.period.window_end) if unit.code != draft.unit.code]
    return draft.chance.choice(others).full_name


def _wrong_unit(draft: Draft) -> list[Mark]:
    draft.titles = [
        f"UBND {_other_unit(draft)}",
        "BÁO CÁO KẾT QUẢ THỰC HIỆN NHIỆM VỤ",
        f"Kỳ báo cáo: {draft.period.label}",
    ]
    return [Mark("")]


def _wrong_period(draft: Draft) -> list[Mark]:
    other = draft.chance.choice([one for one in draft.plan.periods() if one.id != draft.period.id])
    draft.titles = [f"UBND {draft.unit.full_name}", f"Kỳ báo cáo: {other.label}"]
    draft.caller_period = draft.period.id
    return [Mark("")]


def _template_cell(
    cell: str, value: Callable[[Draft], str], *tolerated: str, sheet: str = "Báo cáo"
) -> Callable[[Draft], list[Mark]]:
    """Type over a cell of the filled template."""

    def hurt(draft: Draft) -> list[Mark]:
        said = value(draft)

        def change(workbook: Any) -> None:
            workbook[sheet][cell] = said

        draft.workbook_changes.append(change)
        return [Mark("", tolerated=tolerated)]

    return hurt


def _hidden_other_unit(draft: Draft) -> str:
    return draft.chance.choice([unit.code for unit in draft.plan.units if unit.code != draft.unit.code])


def _unit_overwritten(draft: Draft) -> list[Mark]:
    name = _other_unit(draft)

    def change(workbook: Any) -> None:
        workbook["Báo cáo"]["A2"], workbook["Báo cáo"]["A7"] = name.upper(), f"Đơn vị: {name}"

    draft.workbook_changes.append(change)
    return [Mark("")]


def _period_overwritten(draft: Draft) -> str:
    other = draft.chance.choice([one for one in draft.plan.periods() if one.id != draft.period.id])
    return f"Kỳ báo cáo: {other.label}"


def _two_periods(draft: Draft) -> list[Mark]:
    other = draft.chance.choice([one for one in draft.plan.periods() if one.id != draft.period.id])
    draft.titles = [f"UBND {draft.unit.full_name}", f"Kỳ báo cáo: {draft.period.label}", f"Kỳ báo cáo: {other.label}"]
    draft.caller_period = draft.period.id
    return [Mark("", tolerated=("period_mismatch",))]


def _old_font(draft: Draft) -> list[Mark]:
    draft.font_encoding = draft.chance.choice((old_fonts.to_tcvn3, old_fonts.to_vni))
    return [Mark("", anywhere=True)]


def _plain(chance: Random) -> Look:
    """A look whose words survive an old font: no decomposed letters, no ticks outside its alphabet."""
    look = looks("openpyxl", "xlsxwriter")(chance)
    return replace(look, nfd=False, status_style="canonical", headings=Look().headings)


FILE_DAMAGES = (
    Damage("empty_file", _bytes(lambda content, chance: b""), looks()),
    Damage("broken_file/cut", _bytes(_cut_off), looks(*XLSX)),
    Damage("broken_file/flipped", _bytes(_scratched), looks(*XLSX)),
    Damage("wrong_format", _bytes(_other_file), looks(*XLSX)),
    Damage("password_protected", _bytes(_protected), looks(*XLSX)),
    Damage("suspicious_archive", _bytes(_bomb), looks("openpyxl", "xlsxwriter")),
    Damage("dangerous_content", _bytes(_entity), looks(*XLSX)),
    Damage("too_many_sheets", _bytes(_crowd), looks("xlsxwriter")),
    Damage("no_table/headless", _headless, looks("openpyxl", "xlsxwriter", "csv")),
    Damage("no_table/other", _something_else, looks("xlsxwriter")),
    Damage("untouched_template", _untouched, looks("template")),
    Damage("untouched_template/retyped", _untouched, looks("openpyxl", "xlsxwriter", "csv", below=False)),
    Damage("unit_mismatch", _wrong_unit, looks("openpyxl", "xlsxwriter", "csv")),
    Damage("period_mismatch", _wrong_period, looks("openpyxl", "xlsxwriter", "csv")),
    Damage("plan_mismatch", _template_cell("B1", lambda draft: "pci-pgi-2023", sheet=IDENTITY), looks("template")),
    Damage(
        "unit_mismatch/template",
        _template_cell("B2", _hidden_other_unit, "unit_contradiction", sheet=IDENTITY),
        looks("template"),
    ),
    Damage("unit_contradiction", _unit_overwritten, looks("template")),
    Damage("period_contradiction", _template_cell("A6", _period_overwritten), looks("template")),
    Damage("period_contradiction/titles", _two_periods, looks("openpyxl", "xlsxwriter", "csv")),
    Damage("macros_ignored", _bytes(with_macros), looks(*XLSX)),
    Damage("external_links", _bytes(with_external_link), looks(*XLSX)),
    Damage("text_converted", _old_font, _plain),
)
