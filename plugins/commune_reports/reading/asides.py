"""Difficulties, proposals and remarks in lines of their own: about no task, and so in no figure and no report."""

import re
from collections.abc import Iterator

from commune_reports.findings import Finding
from commune_reports.reading.claims import AHEAD
from commune_reports.reading.copies import row_numbers
from commune_reports.reading.lines import signs_off
from commune_reports.reading.tables import Place
from commune_reports.reading.tasks import Clerk, is_sum_row
from commune_reports.spelling import fold
from commune_reports.workbook import address

# "Khó khăn, vướng mắc của xã: …", "2. Kiến nghị với UBND huyện: …"; a title that has nothing behind it tells of the lines below.
KIND = r"(?:kho khan|vuong mac|ton tai|han che|kien nghi|de xuat|nhan xet)"
AROUND = (
    r"(?:va|nhung|cac|mot so|ve|cua|voi|doi|y kien|danh gia|nguyen nhan|chung|khac|trong|qua trinh|thuc hien|trien khai|"
    r"xa|thi tran|phuong|huyen|tinh|ubnd|cap tren|phong tai chinh ke hoach|don vi|thang \d+|quy (?:\d|[ivx]+)|ky nay)"
)
OF_UNIT = r"(?: (?:cua|tai) (?:ubnd )?(?:xa|thi tran|phuong)(?: [a-z]+){1,3})?"
LABEL = re.compile(rf"(?:(?:[ivx]+|\d+|[a-d]) )?(?:{AROUND} )*{KIND}(?: (?:{KIND}|{AROUND}))*{OF_UNIT}")
WITHOUT_COLON = re.compile(r"(?:(?:[ivx]+|\d+|[a-d]) )?(?:kho khan|vuong mac|kien nghi|de xuat)(?: \w+){4,}")


class Asides:
    """The lines of a sheet, outside its tasks, that tell a difficulty, a proposal or a remark."""

    def __init__(self, clerk: Clerk) -> None:
        self._clerk = clerk
        self._lines: list[tuple[Place, int]] = []
        self._is_titled = False

    def look_at(self, place: Place) -> None:
        """Take note of a line that reports no task, if it tells something of the kind."""
        texts = place.texts()
        if len(texts) != 1:
            self._is_titled = False
            return
        [(column, text)] = texts
        if AHEAD.fullmatch(fold(text)):  # what stands below is of the next period, and told as such
            self._is_titled = False
            return
        label, colon, told = text.partition(":")
        if LABEL.fullmatch(fold(label)):
            self._is_titled = not told.strip()
            is_told = bool(told.strip()) and not self._clerk.vocabulary.says_none(told.strip())
        elif WITHOUT_COLON.fullmatch(fold(text)) and not colon:
            is_told = True
        else:
            is_told = self._is_titled = self._is_titled and not signs_off(text, is_told=False) and not is_sum_row(place)
            is_told = is_told and not self._clerk.vocabulary.says_none(text)
        if is_told:
            self._lines.append((place, column))

    def said(self) -> Iterator[Finding]:
        """One sentence for the sheet, at the first of them."""
        if self._lines:
            place, column = self._lines[0]
            yield self._clerk.wordings.finding(
                "remark_aside",
                sheet=place.grid.name,
                cell=address(place.row, column),
                row=place.row + 1,
                got=row_numbers(place.row + 1 for place, _ in self._lines),
            )
