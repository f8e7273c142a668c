"""Days as people write them, and months and quarters where only those are written."""

import re
from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from commune_reports.reading.cell_values import Misread, is_blank, plain_text
from commune_reports.spelling import unmarked

WRITTEN_DATE = re.compile(r"(?:ngay)?(\d{1,2})(?:thang|[/.\-])(\d{1,2})(?:nam|[/.\-,])(\d{4}|\d{2})")
# 10-11/2024 is October and November, or a day of November.
DAY_OR_MONTHS = re.compile(r"(?:0?[1-9]|1[0-2])[-–](?:0?[1-9]|1[0-2])[/.](?:\d{4}|\d{2})")
# 5 tháng 11 2024, and 05-Thg11-24 as Excel shows a day in Vietnamese.
NAMED_MONTH = re.compile(r"(?:ngay)?(\d{1,2})[/.\-]?(?:thang|thg)\.?(\d{1,2})(?:nam|[/.\-,])?(\d{4}|\d{2})")
ISO_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ].*)?")
# What Excel shows, and saves as text, of a day or a month: 5-Nov-24, Nov-24.
ENGLISH_DATE = re.compile(
    r"(?:(\d{1,2})[-/ ])?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[-/ ](\d{4}|\d{2})", re.IGNORECASE
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TIME_OF_DAY = re.compile(
    r"(?:\s*[,–-]\s*|\s*\(|\s+)(?:lúc )?\d{1,2}(?:(?::|h|g)\d{0,2}(?::\d{2})?(?:\s*[ap]m)?| giờ(?: \d{1,2}(?: phút)?)?)\)?$|"
    r"^\d{1,2}(?::|h|g)\d{0,2}\s+(?=ng)|^(?:sáng|trưa|chiều|tối)\s+(?=(?:ngày\s+)?\d)",
    re.IGNORECASE,
)
WEEKDAY = re.compile(r"^(?:thứ [^\s,]+|chủ nhật)\s*,?\s*", re.IGNORECASE)
# "5/11", "5 tháng 11", "T10": the year is that of the plan, if its data are closed after that day or month.
WITHOUT_YEAR = re.compile(r"(?:ngay)?(\d{1,2})(?:/|[/.\-]?(?:thang|thg)\.?)(\d{1,2})|(?:thang|t\.?)(\d{1,2})")
LAST_MONTH_DAY = (12, 14)
# "Hoàn thành 3/5" is how many were done.
COUNTS = re.compile(r"^(?:đã )?(?:hoàn thành|ht|xong)\s*\d", re.IGNORECASE)
# "5/XI/2024"
ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
ROMAN_MONTH = re.compile(rf"(?:ngay)?(\d{{1,2}})([/.\-])({'|'.join(ROMANS)})\2(\d{{4}}|\d{{2}})")
# "Từ 01/11 đến 05/11/2024", "30/10/2024, 05/11/2024": each of the days, and what may stand between them.
ONE_OF_SEVERAL = re.compile(
    r"(?:ngày\s*)?(?P<day>\d{1,2})\s?(?:(?P<mark>[/.\-])|tháng)\s?(?P<month>\d{1,2})"
    r"(?:\s?(?:(?(mark)(?P=mark)|(?:năm|/)))\s?(?P<year>\d{4}|\d{2}))?(?!\d)",
    re.IGNORECASE,
)
DAY_NUMBER = re.compile(r"\d{1,2}")
FROM, TO = re.compile(r"(?:từ\s*)?", re.IGNORECASE), re.compile(r"\s*(?:->|[-–—→]|đến|tới)\s*", re.IGNORECASE)
AND = re.compile(r"\s*(?:[,;+&]|\bvà\b)\s*|\s+", re.IGNORECASE)
# "01-05/11/2024", "từ 1 đến ngày 5/11", "1, 3 và 5 tháng 11": days of one month, told with the last of them.
DAYS_OF_MONTH = re.compile(
    r"(?:từ\s*)?(?:ngày\s*)?(?P<days>\d{1,2}(?:(?:\s*(?:-|–|—|→|->|[,;](?=\s)|&|\bđến\b|\btới\b|\bvà\b)\s*)(?:ngày\s*)?\d{1,2})+)"
    r"(?P<month>\s?(?:[/.]\s?|tháng\s?)\d{1,2})(?:(?:\s?[/.,]\s?|\s?năm\s?)(?P<year>\d{4}|\d{2}))?[.;]?",
    re.IGNORECASE,
)
# Words before a day, a month or a quarter that do not change it.
AROUND_DATE = re.compile(r"^(?:(?:đã )?(?:hoàn thành|ht|xong)\s*)?(?:trong|vào)?\s*(?:ngày\s*:\s*)?", re.IGNORECASE)
# What may be told beside a day without changing it: "05/11/2024 (BC số 12)", "(05/11/2024)", "05/11/2024*".
BESIDE_DATE = re.compile(
    r"(?<=\d)\s*\((?:thứ \w+|chủ nhật)\)$|"
    r"(?<=\d)\s*\((?:(?:theo )?(?:BC|QĐ|KH|TB|CV|VB|BB|báo cáo|quyết định|kế hoạch|thông báo|công văn|văn bản|biên bản)\b"
    r"[^()/]*|(?:thực hiện )?đúng (?:hạn|tiến độ)|(?:đã )?(?:nghiệm thu|xong|hoàn thành|ký|ban hành))\)$|"
    r"^\((?=[^()]*\)$)|(?<=\d)\s*[)*]+$",
    re.IGNORECASE,
)
# With or without marks: a text is looked through as it stands.
DAY_IN_TEXT = re.compile(
    r"(?<![\d/.\-])(\d{1,2})(?: ?[/.\-] ?| [Tt][Hh]\w[Nn][Gg] )(\d{1,2})(?: ?[/.\-] ?| [Nn]\w[Mm] )(\d{4}|\d{2})(?![\d/])"
)
MONTH = re.compile(r"(?:thang|t\.?)?(\d{1,2})(?:nam|[/.\-])(\d{4})")
QUARTER = re.compile(r"(?:quy|q)\.?(iv|iii|ii|i|[1-4])(?:nam|[/.\-])?(\d{4})")
QUARTER_ALONE = re.compile(r"(?:quy|q)\.?(iv|iii|ii|i|[1-4])")
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
# Days Excel counts from, and the serial numbers of the years 2000 to 2100: a date in a cell that lost its format.
EXCEL_EPOCH, MAC_EPOCH, EXCEL_YEARS = date(1899, 12, 30), date(1904, 1, 1), range(35064, 73051)


@dataclass(frozen=True)
class Span:
    """The first and the last day a text can mean; the same day where it names one. Its year may be that of the plan."""

    first: date
    last: date
    names_year: bool = field(default=True, compare=False)

    @property
    def is_day(self) -> bool:
        """Whether the text names a single day."""
        return self.first == self.last


def completion_date(value: Any, *, is_1904: bool = False, year: int | None = None) -> Span | None | Misread:
    """A day (an Excel date, its serial number, 5/11/2024, 5-11-24, ngày 5 tháng 11 năm 2024), a month or a quarter.

    Of several days the last. With the plan's `year` also 5/11 and tháng 10, but for the last days of December: those may be of
    the year before.
    """
    if isinstance(value, datetime):
        return _day(value.date())
    if isinstance(value, date):
        return _day(value)
    text = plain_text(value)
    if text is None or is_blank(value):
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if (is_number or text.isdecimal()) and int(value) in EXCEL_YEARS:
        return _day((MAC_EPOCH if is_1904 else EXCEL_EPOCH) + timedelta(days=int(value)))
    if is_number:
        return Misread("date_unreadable", text)
    try:
        bare = BESIDE_DATE.sub("", BESIDE_DATE.sub("", text.replace("\\", "/")))
        bare = AROUND_DATE.sub("", WEEKDAY.sub("", TIME_OF_DAY.sub("", bare)))
        if year is not None and not text[0].isdigit() and COUNTS.match(text):
            year = None
        told = _last_of_month(bare, year) or _written(bare) or _last_of_several(bare, year)
        if told is None and year is not None:
            told = _without_year(bare, year)
        return told or Misread("date_unreadable", text)
    except ValueError:
        return Misread("date_unreadable", text)


def dates_in(text: str) -> list[date | None]:
    """Every day a longer text (composed Unicode) names, in its order; None for one that does not exist, such as 31/11/2024."""
    return [_existing(int(one[3]), int(one[2]), int(one[1])) for one in DAY_IN_TEXT.finditer(text)]


def _written(text: str) -> Span | None:
    bare = _without_marks(text).rstrip(".,;")
    if DAY_OR_MONTHS.fullmatch(bare):
        return None
    if iso := ISO_DATE.fullmatch(text):
        return _day(date(int(iso[1]), int(iso[3]), int(iso[4])))
    if english := ENGLISH_DATE.fullmatch(text):
        year, number = _full_year(int(english[3])), MONTHS.index(english[2].lower()) + 1
        return _day(date(year, number, int(english[1]))) if english[1] else _months(year, number, 1)
    if written := WRITTEN_DATE.fullmatch(bare) or NAMED_MONTH.fullmatch(bare):
        return _day(date(_full_year(int(written[3])), int(written[2]), int(written[1])))
    if roman := ROMAN_MONTH.fullmatch(bare):
        return _day(date(_full_year(int(roman[4])), ROMANS.index(roman[3]) + 1, int(roman[1])))
    if month := MONTH.fullmatch(bare):
        return _months(int(month[2]), int(month[1]), 1)
    if quarter := QUARTER.fullmatch(bare):
        number = QUARTERS[quarter[1]]
        return _months(int(quarter[2]), 3 * number - 2, 3)
    return None


def _without_year(text: str, year: int) -> Span | None:
    """The day or the month of a year; None if it may be of the year before, but for a quarter, which ends in its own."""
    bare = _without_marks(text).rstrip(".,;")
    if quarter := QUARTER_ALONE.fullmatch(bare):
        return replace(_months(year, 3 * QUARTERS[quarter[1]] - 2, 3), names_year=False)
    found = WITHOUT_YEAR.fullmatch(bare)
    if found is None:
        return None
    span = _months(year, int(found[3]), 1) if found[3] else _day(date(year, int(found[2]), int(found[1])))
    return replace(span, names_year=False) if (span.last.month, span.last.day) <= LAST_MONTH_DAY else None


def _last_of_month(text: str, plan_year: int | None) -> Span | None:
    """The last of some days of one month, in their order; None where they are not, or nobody can tell the year."""
    found = DAYS_OF_MONTH.fullmatch(text)
    if found is None:
        return None
    days = [int(day) for day in DAY_NUMBER.findall(found["days"])]
    month, year = int(DAY_NUMBER.findall(found["month"])[0]), int(found["year"] or plan_year or 0)
    if days != sorted({*days} - {0}) or month > LAST_MONTH_DAY[0] or not year:
        return None
    last = date(_full_year(year), month, days[-1])
    if found["year"] is None and ((last.month, last.day) > LAST_MONTH_DAY or "." in found["month"]):
        return None
    return Span(last, last, found["year"] is not None)


def _last_of_several(text: str, plan_year: int | None) -> Span | None:
    """The last of some days; None where something else stands between them, or nobody can tell the year of one."""
    found = list(ONE_OF_SEVERAL.finditer(text.rstrip(" .,;")))
    if len(found) < 2 or not FROM.fullmatch(text[: found[0].start()]) or text[found[-1].end() :].strip(" .,;"):
        return None
    between = [text[one.end() : other.start()] for one, other in pairwise(found)]
    is_span = len(found) == 2 and TO.fullmatch(between[0]) is not None
    if not is_span and (found[0].start() or not all(map(AND.fullmatch, between))):
        return None
    # Only a stroke, or dots on both sides of a dash, tell a day without its year from a number or two months.
    are_dotted = is_span and all(one["mark"] == "." for one in found)
    if not are_dotted and any(not one["year"] and one["mark"] not in ("/", None) for one in found):
        return None
    names_year = any(one["year"] for one in found)
    year = _full_year(int(found[-1]["year"])) if found[-1]["year"] else plan_year
    if year is None or (names_year and not found[-1]["year"]):
        return None
    days: list[date] = []
    for one in reversed(found):
        year = _full_year(int(one["year"])) if one["year"] else year
        days.append(date(year, int(one["month"]), int(one["day"])))
        if len(days) > 1 and days[-1] > days[-2] and (is_span or not one["year"]):
            return None
    last = max(days)
    if not names_year and (last.month, last.day) > LAST_MONTH_DAY:
        return None
    return Span(last, last, names_year)


def _months(year: int, first: int, count: int) -> Span:
    last = first + count - 1
    return Span(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def _day(day: date) -> Span:
    return Span(day, day)


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(_full_year(year), month, day)
    except ValueError:
        return None


def _full_year(year: int) -> int:
    return year + 2000 if year < 100 else year


def _without_marks(text: str) -> str:
    return unmarked(text.casefold()).replace(" ", "")
