"""Which time a heading speaks of, beside the period a file reports on; columns of other times are left out."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from commune_reports.period import PeriodKind, ReportingPeriod
from commune_reports.reading.dates import QUARTERS
from commune_reports.reading.tables import REPORTED, TOLD_IN_TWO
from commune_reports.reading.titles import Titles
from commune_reports.reading.vocabulary import Vocabulary, months_named
from commune_reports.spelling import fold

OWN, AROUND, EARLIER, LATER, PLANNED = "own", "around", "earlier", "later", "planned"
DAY = r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?"
# A day is a time where something was done until then, or where it is all of a heading; that of a document is none.
UNTIL = re.compile(rf"\b(?:đến|tới|hết)(?: (?:hết|ngày|cuối|đến))* {DAY}(?![\d/.-])|^\W*{DAY}\W*$", re.IGNORECASE)
NO_TIME = re.compile(
    r"\((?:VD|ví dụ|ghi|mẫu)\b[^)]*\)|\d+[a-z]?(?:/\d{4})?/[A-ZĐ]{2,}[\w-]*(?: ngày [\d/.-]+)?|"
    r"\s*\(?\b(?:so với|đã gồm|bao gồm|tăng|giảm)\b.*",
    re.IGNORECASE,
)
YEAR = re.compile(r"\b20\d\d\b")
MONTH = re.compile(r"\b(?:thang|t) ?(\d{1,2})\b")
QUARTER = re.compile(r"\bquy (iv|iii|ii|i|[1-4])\b")
MONTHS_IN_ALL = re.compile(r"\b(\d{1,2}) thang(?! \d)")
# Months in words, "tháng mười một" before "tháng mười"; folded, the fifth is also "year" and the sixth "after".
IN_WORDS = {
    "muoi mot": 11,
    "muoi hai": 12,
    "muoi": 10,
    "chin": 9,
    "tam": 8,
    "bay": 7,
    "tu": 4,
    "ba": 3,
    "hai": 2,
}
WORDED = re.compile(rf"\bthang ({'|'.join(IN_WORDS)})\b")
OF_NOW = re.compile(
    r"\b(?:(?:thang|ky|quy) (?:nay|bao cao)|trong (?:thang|ky|quy)|hien (?:tai|nay)|den nay|cuoi (?:ky|thang))\b"
)
BEFORE = re.compile(r"\b(?:(?:thang|ky|quy|nam) truoc|cung ky|dau ky)\b")
AFTER = re.compile(r"\b(?:(?:thang|ky|quy|nam) (?:sau|toi)|tiep theo)\b")
END_OF_YEAR, END_OF_QUARTER = re.compile(r"\b(?:ca nam|(?:cuoi|het) nam)\b"), re.compile(r"\b(?:cuoi|het) quy\b")
ESTIMATED = re.compile(r"\buoc\b")
# What is planned or hoped for tells nothing of how far a task is; a plan that was carried out does.
HOPED = re.compile(
    r"\b(?:phan dau|du kien|dang ky|phuong huong|"
    r"(?<!so voi )(?<!thuc hien )(?<!hoan thanh )(?<!dat )(?:ke hoach|muc tieu|chi tieu))\b|"
    r"(?<!ke hoach )(?<!duoc )\bgiao$|^duoc giao$"
)
# What a heading says that stands over words of what is to come: "Kế hoạch tháng 12/2024".
LOOKS_AHEAD = re.compile(r"^(?:theo )?(?:ke hoach|kh|du kien|dang ky|phuong huong)\b")
# Without one of these a heading speaks of no time and of no plan.
TIMES = re.compile(
    r"\d|\b(?:thang|quy|nam|ky|hien|den nay|uoc|phan dau|muc tieu|chi tieu|du kien|dang ky|phuong huong|ke hoach|giao)\b"
)
# In place of a heading that is left out: known to nobody.
LEFT_OUT = "(kỳ khác)"
TICKS, BRACKETS = "ticks: ", re.compile(r"\([^)]*\)")
MONTHS_OF_YEAR, MONTHS_OF_QUARTER = 12, 3


@dataclass(frozen=True)
class Time:
    """How a time lies to a period (its own, around it, earlier, later, or only planned); the day where several are its own."""

    kind: str
    day: int = 0


def time_of(
    heading: str, period: ReportingPeriod, vocabulary: Vocabulary, *, name: str = "progress_pct"
) -> Time | None:
    """The time a heading speaks of; None where it names none. `name` is its field: only shares are hoped for in any words."""
    heading = NO_TIME.sub("", heading)
    said = vocabulary.written_out(_in_figures(months_named(fold(heading))))
    if (HOPED if name == "progress_pct" else LOOKS_AHEAD).search(said):
        return Time(PLANNED)
    return _time(heading, said, period) or (Time(PLANNED) if ESTIMATED.search(said) else None)


def is_hoped_for(heading: str, vocabulary: Vocabulary) -> bool:
    """Whether a heading of a share says that it is planned, hoped for or estimated."""
    said = vocabulary.written_out(fold(heading))
    return HOPED.search(said) is not None or ESTIMATED.search(said) is not None


def names_times(titles: Titles, vocabulary: Vocabulary) -> bool:
    """Whether one of several headings for the same thing that is reported speaks of a time or of a plan."""
    return any(
        TIMES.search(vocabulary.written_out(fold(titles.whole(column))))
        for columns in _alike(titles, vocabulary).values()
        if len(columns) > 1
        for column in columns
    )


def in_period(
    titles: Titles, period: ReportingPeriod, vocabulary: Vocabulary, is_told: Callable[[int], bool]
) -> Titles:
    """The headings without those of other times, where another column of the field tells of the period's own.

    Where nothing is told in its own columns, those before it are left: whoever reads them can say so.
    """
    left: set[int] = set()
    for name, columns in _alike(titles, vocabulary).items():
        times = {column: _time_over(titles, column, period, vocabulary, name) for column in columns}
        if name in TOLD_IN_TWO and None in times.values():
            continue  # "Nguyên nhân chậm so với tháng trước" beside "Ghi chú" is of this month
        told = {column: time for column, time in times.items() if name.startswith(TICKS) or is_told(column)}
        if any(times.values()):
            left |= (times.keys() - told.keys() if told else set()) | _of_other_times(told or times)
    if not left:
        return titles
    return replace(titles, texts=[LEFT_OUT if column in left else text for column, text in enumerate(titles.texts)])


def _alike(titles: Titles, vocabulary: Vocabulary) -> Mapping[str, list[int]]:
    """The columns of each field that is reported, those of ticks by the status they stand for."""
    alike: dict[str, list[int]] = {}
    for column, text in enumerate(titles.texts):
        if text:
            ticked = vocabulary.ticked_by(text)
            name = f"{TICKS}{ticked}" if ticked is not None else vocabulary.field_of(text)
            if name is not None and (ticked is not None or name in REPORTED):
                alike.setdefault(name, []).append(column)
    return alike


def _time_over(titles: Titles, column: int, period: ReportingPeriod, vocabulary: Vocabulary, name: str) -> Time | None:
    over, text = titles.over[column], titles.texts[column]
    if name.startswith(TICKS):
        text = BRACKETS.sub("", text)  # "Chưa thực hiện (chuyển kỳ sau)" is of this month
    above = time_of(over, period, vocabulary, name=name) if over else None
    if above is not None and above.kind == PLANNED and LOOKS_AHEAD.search(fold(over)):
        return above
    return time_of(text, period, vocabulary, name=name) or above


def _of_other_times(times: Mapping[int, Time | None]) -> set[int]:
    """The columns of one field that are left out: all but those of the period's own time, or at least what is to come."""
    kinds = {column: time.kind if time else None for column, time in times.items()}
    nearest = OWN if OWN in kinds.values() else AROUND
    own = {column: time.day for column, time in times.items() if time and time.kind == nearest}
    if own:
        latest = max(own.values())
        older = {column for column, day in own.items() if 0 < day < latest}
        return older | {column for column, kind in kinds.items() if kind not in (nearest, None)}
    ahead = {column for column, kind in kinds.items() if kind in (LATER, PLANNED)}
    if None in kinds.values():
        return ahead | {column for column, kind in kinds.items() if kind == EARLIER}
    return ahead if len(ahead) < len(kinds) else set()


def _time(heading: str, said: str, period: ReportingPeriod) -> Time | None:
    year, month = period.window_end.year, period.window_end.month
    if days := UNTIL.findall(heading):
        day, number, named = days[-1][:3] if days[-1][0] else days[-1][3:]
        return _until(int(named or year) % 100 + 2000, int(number), int(day), period)
    years = {int(one) for one in YEAR.findall(said)}
    if years and year not in years:
        if not (month in (1, 2) and max(years) == year - 1 and MONTH.search(said)):
            return Time(EARLIER if max(years) < year else LATER)
        year = max(years)
    if years and period.kind is PeriodKind.YEAR and not (MONTH.search(said) or QUARTER.search(said)):
        return Time(OWN)
    if found := MONTHS_IN_ALL.findall(said):
        return _placed(year, int(found[-1]), period)
    if found := MONTH.findall(said):
        return _placed(year, int(found[-1]), period)
    if found := QUARTER.findall(said):
        last = MONTHS_OF_QUARTER * QUARTERS[found[-1]]
        return Time(AROUND) if last - MONTHS_OF_QUARTER < month <= last else _placed(year, last, period)
    if END_OF_YEAR.search(said):
        return _placed(year, MONTHS_OF_YEAR, period)
    if END_OF_QUARTER.search(said):
        return _placed(year, -(-month // MONTHS_OF_QUARTER) * MONTHS_OF_QUARTER, period)
    kinds: Iterable[tuple[re.Pattern[str], str]] = ((BEFORE, EARLIER), (AFTER, LATER), (OF_NOW, OWN))
    return next((Time(kind) for pattern, kind in kinds if pattern.search(said)), None)


def _until(year: int, month: int, day: int, period: ReportingPeriod) -> Time | None:
    """How a day lies to a period: in its window, or later in the month it is called after, it is its own."""
    try:
        until = date(year, month, day)
    except ValueError:
        return None
    if period.contains(until) or (year, month) == (period.window_end.year, period.window_end.month):
        return Time(OWN, until.toordinal())
    return Time(EARLIER if until < period.window_start else LATER)


def _placed(year: int, month: int, period: ReportingPeriod) -> Time | None:
    """How a month lies to a period that ends in one; a month that is none says nothing."""
    if not 1 <= month <= MONTHS_OF_YEAR:
        return None
    last, own = 12 * year + month, 12 * period.window_end.year + period.window_end.month
    if period.window_end.month in (1, 2) and last - own >= MONTHS_OF_YEAR - 3:
        last -= MONTHS_OF_YEAR  # in the report for January, December was the month before
    return Time(OWN if last == own else (EARLIER if last < own else LATER))


def _in_figures(said: str) -> str:
    return WORDED.sub(lambda found: f"thang {IN_WORDS[found[1]]}", said)
