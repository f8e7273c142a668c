"""Which time a heading speaks of, beside the period a file reports on; columns of other times are left out."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from commune_reports.period import ReportingPeriod
from commune_reports.reading.tables import REPORTED
from commune_reports.reading.titles import Titles
from commune_reports.reading.vocabulary import Vocabulary, months_named
from commune_reports.spelling import fold

OWN, AROUND, EARLIER, LATER, PLANNED = "own", "around", "earlier", "later", "planned"
DAY = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?![\d/.-])")
YEAR = re.compile(r"\b20\d\d\b")
MONTH = re.compile(r"\b(?:thang|t) ?(\d{1,2})\b")
QUARTER = re.compile(r"\bquy (iv|iii|ii|i|[1-4])\b")
MONTHS_IN_ALL = re.compile(r"\b(\d{1,2}) thang(?! \d)")
QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
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
    r"\b(?:phan dau|muc tieu|chi tieu|du kien|dang ky|phuong huong|(?<!so voi )(?<!thuc hien )(?<!hoan thanh )(?<!dat )ke hoach)\b|"
    r"(?<!ke hoach )(?<!duoc )\bgiao$|^duoc giao$"
)
# What a heading says that stands over words of what is to come: "Kế hoạch tháng 12/2024".
LOOKS_AHEAD = re.compile(r"^(?:theo )?(?:ke hoach|kh|du kien|dang ky|phuong huong)\b")
# In place of a heading that is left out: known to nobody.
LEFT_OUT = "(kỳ khác)"
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
    said = vocabulary.written_out(_in_figures(months_named(fold(heading))))
    is_planned = (HOPED if name == "progress_pct" else LOOKS_AHEAD).search(said) is not None
    time = _time(heading, said, period)
    if is_planned:
        return Time(PLANNED)
    if time is None and ESTIMATED.search(said):
        return Time(PLANNED)
    return time


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


TIMES = re.compile(
    r"\d|\b(?:thang|quy|nam|ky|hien|den nay|uoc|phan dau|muc tieu|chi tieu|du kien|dang ky|phuong huong|ke hoach|giao)\b"
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
        is_older = any(time and time.kind == EARLIER for time in times.values())
        told = {column: time for column, time in times.items() if is_told(column)} if is_older else times
        left |= (times.keys() - told.keys() if told else set()) | _of_other_times(told)
    if not left:
        return titles
    return replace(titles, texts=[LEFT_OUT if column in left else text for column, text in enumerate(titles.texts)])


def _alike(titles: Titles, vocabulary: Vocabulary) -> Mapping[str, list[int]]:
    """The columns of each field that is reported, those of ticks with the status."""
    alike: dict[str, list[int]] = {}
    for column, text in enumerate(titles.texts):
        if text:
            name = "status" if vocabulary.ticked_by(text) is not None else vocabulary.field_of(text)
            if name in REPORTED:
                alike.setdefault(name, []).append(column)
    return alike


def _time_over(titles: Titles, column: int, period: ReportingPeriod, vocabulary: Vocabulary, name: str) -> Time | None:
    over = titles.over[column]
    above = time_of(over, period, vocabulary, name=name) if over else None
    if above is not None and above.kind == PLANNED and LOOKS_AHEAD.search(fold(over)):
        return above
    return time_of(titles.texts[column], period, vocabulary, name=name) or above


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
    days = [found for found in DAY.finditer(heading) if 1 <= int(found[2]) <= MONTHS_OF_YEAR]
    if days:
        day = days[-1]
        return _placed(int(day[3] or year) % 100 + 2000, int(day[2]), period, day=int(day[1]))
    years = {int(one) for one in YEAR.findall(said)}
    if years and year not in years:
        if not (month in (1, 2) and max(years) == year - 1 and MONTH.search(said)):
            return Time(EARLIER if max(years) < year else LATER)
        year = max(years)
    if found := MONTHS_IN_ALL.findall(said):
        return _placed(year, int(found[-1]), period)
    if found := MONTH.findall(said):
        return _placed(year, int(found[-1]), period)
    if found := QUARTER.findall(said):
        last = MONTHS_OF_QUARTER * (QUARTERS.get(found[-1]) or int(found[-1]))
        return Time(AROUND) if last - MONTHS_OF_QUARTER < month <= last else _placed(year, last, period)
    if END_OF_YEAR.search(said):
        return _placed(year, MONTHS_OF_YEAR, period)
    if END_OF_QUARTER.search(said):
        return _placed(year, -(-month // MONTHS_OF_QUARTER) * MONTHS_OF_QUARTER, period)
    kinds: Iterable[tuple[re.Pattern[str], str]] = ((BEFORE, EARLIER), (AFTER, LATER), (OF_NOW, OWN))
    return next((Time(kind) for pattern, kind in kinds if pattern.search(said)), None)


def _placed(year: int, month: int, period: ReportingPeriod, *, day: int = 0) -> Time | None:
    """How a month lies to a period that ends in one; a month that is none says nothing."""
    if not 1 <= month <= MONTHS_OF_YEAR:
        return None
    last, own = 12 * year + month, 12 * period.window_end.year + period.window_end.month
    if period.window_end.month in (1, 2) and last - own >= MONTHS_OF_YEAR - 3:
        last -= MONTHS_OF_YEAR  # in the report for January, December was the month before
    kind = OWN if last == own else (EARLIER if last < own else LATER)
    return Time(kind, day)


def _in_figures(said: str) -> str:
    return WORDED.sub(lambda found: f"thang {IN_WORDS[found[1]]}", said)
