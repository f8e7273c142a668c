"""The words people use: headings, statuses and task texts folded to one spelling, and who is meant by them."""

import math
import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from commune_reports.errors import NeedsHuman
from commune_reports.plan import Plan
from commune_reports.reading.cell_values import ALL, words_and_share
from commune_reports.spelling import fold

HEADING_LIKENESS, WORD_LIKENESS = 88.0, 85.0
# "Kết quả thực hiện trong tháng 11" is still a result; "Mức độ hoàn thành (%)" is a number.
QUALIFIER = re.compile(r" (?:(?:trong )?(?:ky|tuan|thang|quy|nam)\b|den (?:ngay|het|cuoi|thang|\d+)\b|t ?\d{1,2}\b).*")
NUMBER_IN_FRONT = re.compile(r"^\s*(?:\(\d{1,2}\)|\d{1,2}[.):])\s*")
FEWEST_HEADING_WORDS, BEGINNING_WORDS, MOST_HEADING_WORDS = 3, 2, 8
MOST_WORDS_OF_NONE = 12
# What is said of a status beside it: "(BC số 12)", "do thiếu kinh phí", "dự kiến xong tháng 12"; two things may stand around it.
ASIDE, WHY, MOST_AROUND = (
    re.compile(r"\([^)]*\)"),
    re.compile(r" (?:do|vi|cho|boi|du kien|phan dau|se|tu (?:ngay|thang)) .*"),
    3,
)
# A box that is empty or crossed out, and a question: nobody says that the words beside it hold.
NOT_SAID = re.compile(r"[☐□○◯✗✘❌]|\[ ?\]|\?$")
# "Hoàn thành 80" tells a share, "hoàn thành trong tháng 10" does not.
LAST_NUMBER = re.compile(r"(?!.*\b(?:thang|quy|nam|ngay|so|dot|lan) \d+(?: \d+)*$).* \d{1,3}")
# "Hoàn thành ngày 5 tháng 11 năm 2024", and the month of what is said to be done: "hoàn thành tháng 12" may be a plan.
DAY_OF_MONTH = re.compile(r" ngay \d{1,2} thang \d{1,2}(?: nam \d{4})?$")
DONE_IN_MONTH = re.compile(r"^(da .*?)(?: trong| vao)? thang (?:0?[1-9]|1[0-2])(?: (?:nam )?20\d\d)?$")
# A plan that was carried out is progress, "tiến độ theo kế hoạch" is what was wished.
CARRIED_OUT = re.compile(r"\b(?:so voi|thuc hien|hoan thanh|dat)(?: duoc)? ke hoach\b")
# "T10", "Th. 10" and "10/2024" are months, "% so với KH năm" is how much of the year's plan was carried out.
MONTH_IN_SHORT = re.compile(r"\bth? ?(\d{1,2})\b")
MONTH_OF_YEAR = re.compile(r"(?<!\bthang )(?<!\bquy )(?<!\d )\b(\d{1,2}) (?=20\d\d\b)")
OF_THE_PLAN = re.compile(
    r"(?:(?:so voi|thuc hien|hoan thanh|dat) )+(?:ke hoach|kh)(?: (?:nam|giao|duoc giao))*(?: 20\d\d)?"
)
# What is headed with another time and may still be told of this one, the words that say so, and what was only told before.
REMARKS, BEFORE = ("difficulty", "proposal"), re.compile(r"\btruoc\b")
TO_DO = re.compile(r"\b(?:nhiem vu|cong viec)\b")
LEFT_OVER = {"tu", "cua", "trong", "o", "con", "lai", "chuyen", "sang", "cho"}
GOES_ON_IN_WORDS = {"task_text", "status", "result", "evidence", "difficulty", "proposal", "note"}
# Below the first a text names no task; between the two it does only if no other task is nearly as close.
TASK_LIKENESS, CLEAR_LIKENESS, CLEAR_LEAD, LEAST_LEAD = 72.0, 90.0, 8.0, 2.0
# A few words of a task's text: how many at least, by how much they count less than the whole, how much of them it has to have.
FEWEST_WORDS, ONLY_SOME_WORDS, MOST_OF_THEM = 5, 12.0, 0.75
VOWEL = re.compile(r"[aeiouy]")
# What is longer is none, and nobody has to search it.
LONGEST_STATUS, LONGEST_HEADING = 300, 1_000


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Folded headings by field (a field that is not read maps to ""), words by status, words that deny and what may be `denied`.

    Further what is about another period (`elsewhere`), a number when it carries a percent sign (`percentages`), with the
    words such a number may be headed with (`progress_words`) and begin with, whatever follows (`progress_starts`), the fields of
    other headings by the words they begin with (`beginnings`), what may surround a status (`around_statuses`), what tells that
    something was late (`late`), is not all of it (`not_all`) or of what a number is not nothing (`not_nil`), what abbreviations
    stand for, and the words that are a status only together with a progress (`told_by_progress`).
    """

    headings: Mapping[str, str]
    statuses: Mapping[str, str]
    denials: frozenset[str]
    denied: frozenset[str]
    percentages: frozenset[str] = frozenset()
    progress_words: frozenset[str] = frozenset()
    progress_starts: tuple[str, ...] = ()
    beginnings: Mapping[str, str] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()
    around_statuses: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    not_all: tuple[str, ...] = ()
    not_nil: tuple[str, ...] = ()
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    told_by_progress: frozenset[str] = frozenset()

    def written_out(self, folded: str) -> str:
        """Folded words with their abbreviations written out."""
        return _written_out(folded, self)

    def says_none(self, text: str) -> bool:
        """Whether a text only says that there is nothing to say ("không có", "-")."""
        words = fold(text).split()
        return not words or (
            len(words) <= MOST_WORDS_OF_NONE
            and not self.denials.isdisjoint(words)
            and all(word in self.denied or word in self.denials for word in words)
        )

    def field_of(self, heading: str) -> str | None:
        """The field a column heading stands for, "" for a known column that is not read, None for an unknown one."""
        return _field_of(heading, self)

    def remark_of(self, heading: str) -> str | None:
        """The field of a heading of difficulties or proposals that speaks of another time; None for any other heading."""
        return _remark_of(heading, self)

    def stands_for(self, heading: str) -> str | None:
        """The field such a heading may stand for where the table has no column for it: what was left, or is asked for next."""
        return _stands_for(heading, self)

    def knows(self, heading: str) -> bool:
        """Whether a heading is known by its very words."""
        return _knows(heading, self)

    def spells(self, heading: str) -> bool:
        """Whether a heading is a known one but for its brackets, number, period and abbreviations."""
        return _spells(heading, self)

    def status_of(self, text: str) -> str | None:
        """The status a text means, None if it is none of them."""
        return _status_of(text, self)

    def depends_on_progress(self, text: str) -> bool:
        """Whether a text says how far a task is only together with its progress: "Thường xuyên", "Cơ bản hoàn thành"."""
        return _depends_on_progress(text, self)

    def ticked_by(self, heading: str) -> str | None:
        """The status a heading names whose column is ticked; None for any other heading."""
        return _ticked_by(heading, self)


@dataclass(frozen=True)
class TaskMatch:
    """A task recognised by its text; `is_exact` when only spelling, spacing or punctuation differ."""

    code: str
    is_exact: bool


def load_vocabulary(include: Path) -> Vocabulary:
    """The words in include/templates/headings.yaml; NeedsHuman when the file is not right."""
    path = include / "templates" / "headings.yaml"
    return _load_vocabulary(path, path.stat().st_mtime_ns if path.exists() else 0)


def task_texted(
    plan: Plan, text: str, among: Sequence[str] | None = None, *, may_be_short: bool = False
) -> TaskMatch | None:
    """The task whose text this is, exactly or nearly; None if none is near or two are equally near.

    `may_be_short`: a few words are enough if only one task has them, and as they stand ("Thực hiện đấu thầu qua mạng").
    """
    wanted = fold(text)
    texts = _task_texts(plan.task_texts)
    pool = texts if among is None else {code: texts[code] for code in among}
    exact = next((code for code, known in pool.items() if known == wanted), None)
    if exact:
        return TaskMatch(exact, is_exact=True)
    if len(wanted) < 12:
        return None
    best = process.extract(
        wanted,
        pool,
        scorer=_likeness_of_few if may_be_short else _likeness,  # type: ignore[arg-type]
        limit=2,
        score_cutoff=TASK_LIKENESS,
    )
    if not best:
        return None
    lead = best[0][1] - best[1][1] if len(best) > 1 else 100.0
    is_clear = lead >= CLEAR_LEAD or (best[0][1] >= CLEAR_LIKENESS and lead >= LEAST_LEAD)
    code = best[0][2]
    # "Công tác tiếp công dân" has all its syllables in a task that speaks of something else.
    if may_be_short and _likeness(wanted, pool[code]) < TASK_LIKENESS and share_told(plan, wanted, code) < MOST_OF_THEM:
        return None
    return TaskMatch(code, is_exact=False) if is_clear else None


def task_worded(plan: Plan, text: str) -> str | None:
    """The task whose very words these are, whatever their spelling, spacing and punctuation."""
    return _tasks_by_text(plan.task_texts).get(fold(text))


def is_start_of_task(plan: Plan, text: str) -> bool:
    """Whether a text is the beginning of a task's text, or all of it."""
    texts = _task_texts(plan.task_texts)
    return any(f"{known} ".startswith(f"{fold(text)} ") for known in texts.values())


def is_likeliest(plan: Plan, folded: str, code: str) -> bool:
    """Whether nearly all words of a text are a task's, and those of no other task more so, nor as much and in a row."""
    near = {
        other: (fuzz.token_set_ratio(folded, text), fuzz.partial_ratio(folded, text))
        for other, text in _task_texts(plan.task_texts).items()
    }
    return near[code][0] >= CLEAR_LIKENESS and all(one < near[code] for other, one in near.items() if other != code)


def share_told(plan: Plan, folded: str, code: str) -> float:
    """How much of what a few words tell stands in a task's text, each word with its neighbour: the rarer in the plan, the more.

    Between 0 and 1; numbers are left out, for years and what was done are no part of a task, and abbreviations.
    """
    words = [word for word in folded.split() if VOWEL.search(word)]
    known, tasks = _task_texts(plan.task_texts)[code].split(), _tasks_having(plan.task_texts)
    pairs = set(pairwise(known))
    stand = {place for number, pair in enumerate(pairwise(words)) if pair in pairs for place in (number, number + 1)}
    # A word of no task tells most.
    told = [math.log((len(plan.tasks) + 1) / tasks.get(word, 0.5)) for word in words]
    return sum(told[place] for place in stand) / sum(told) if words else 0.0


def _likeness(one: str, other: str, **options: float) -> float:
    """Likeness of two texts in which one may be cut short or reworded a little."""
    shorter = min(len(one), len(other))
    if shorter >= 40 and one[:shorter] == other[:shorter]:
        return 99.0
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other) - 3)


def _likeness_of_few(wanted: str, known: str, **options: float) -> float:
    """The same where a text may also be some words of the other; never so near that a second one may be as near."""
    likeness = _likeness(wanted, known)
    if len(wanted.split()) < FEWEST_WORDS or len(wanted) > len(known):
        return likeness
    return max(likeness, fuzz.token_set_ratio(wanted, known) - ONLY_SOME_WORDS)


@lru_cache(maxsize=8)
def _tasks_by_text(tasks: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {text: code for code, text in _task_texts(tasks).items()}


@lru_cache(maxsize=8)
def _task_texts(tasks: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {code: fold(text) for code, text in tasks}


@lru_cache(maxsize=8)
def _tasks_having(tasks: tuple[tuple[str, str], ...]) -> Mapping[str, int]:
    """How many tasks have a word in their text."""
    return Counter(word for text in _task_texts(tasks).values() for word in set(text.split()))


@lru_cache(maxsize=16_384)
def _knows(heading: str, vocabulary: Vocabulary) -> bool:
    said = fold(heading)
    return said in vocabulary.headings or said in vocabulary.statuses


@lru_cache(maxsize=16_384)
def _ticked_by(heading: str, vocabulary: Vocabulary) -> str | None:
    if "%" in heading or len(heading) > LONGEST_HEADING:
        return None
    bare = fold(re.sub(r"\([^)]*\)", " ", heading))
    if bare in vocabulary.statuses:
        return vocabulary.statuses[bare]
    return None if bare in vocabulary.headings else _among_others(bare, vocabulary)


@lru_cache(maxsize=16_384)
def _field_of(heading: str, vocabulary: Vocabulary) -> str | None:
    if heading == "%":
        return "progress_pct"
    if len(heading) > LONGEST_HEADING:
        return None
    said = months_named(fold(heading))
    if said in vocabulary.headings and "%" not in heading:
        return vocabulary.headings[said]
    if heading.lstrip().startswith("%") and OF_THE_PLAN.fullmatch(said):
        return "progress_pct"
    if _has_any(said, vocabulary.elsewhere):
        return ""
    worded = _worded(heading, vocabulary)
    if "%" in heading and not vocabulary.percentages.isdisjoint(worded):
        return "progress_pct"
    for wording in worded:
        if wording in vocabulary.headings:
            return vocabulary.headings[wording]
    if "%" in heading and _heads_progress(vocabulary.written_out(said), vocabulary):
        return "progress_pct"
    for wording in worded:
        if 6 <= len(wording) <= 60:
            found = process.extractOne(
                wording, vocabulary.headings.keys(), scorer=fuzz.ratio, score_cutoff=HEADING_LIKENESS
            )
            if found:
                return vocabulary.headings[found[0]]
    return _field_at_start(_bare(heading), vocabulary)


@lru_cache(maxsize=4096)
def _remark_of(heading: str, vocabulary: Vocabulary) -> str | None:
    if len(heading) > LONGEST_HEADING or _field_of(heading, vocabulary) != "":
        return None
    said = _bare(heading)
    name = vocabulary.beginnings.get(" ".join(said.split()[:BEGINNING_WORDS]))
    if TO_DO.search(said):
        return None  # "Đề xuất công việc tháng tới" is a plan
    return name if name in REMARKS and _has_any(said, vocabulary.elsewhere) else None


@lru_cache(maxsize=4096)
def _stands_for(heading: str, vocabulary: Vocabulary) -> str | None:
    name, said = _remark_of(heading, vocabulary), _bare(heading)
    if name is None or BEFORE.search(said):
        return None  # what was asked for before may have been answered, what was in the way may be gone
    for words in vocabulary.elsewhere:
        said = re.sub(rf"\b{words}\b", " ", said)
    bare = " ".join(word for word in said.split() if word not in LEFT_OVER)
    return name if vocabulary.headings.get(bare) == name else None


def _bare(heading: str) -> str:
    return months_named(fold(NUMBER_IN_FRONT.sub("", re.sub(r"\([^)]*\)", " ", heading))))


def months_named(folded: str) -> str:
    """A folded heading with its months in full: "thang 10" for "T10" and for "10/2024"."""
    if not any(map(str.isdigit, folded)):
        return folded
    return MONTH_OF_YEAR.sub(r"thang \1 ", MONTH_IN_SHORT.sub(r"thang \1", folded))


def _worded(heading: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """A heading as it may be known: without brackets, a number in front, the period it tells of, "phần trăm"."""
    bare = _bare(heading)
    worded = [months_named(fold(heading)), bare, QUALIFIER.sub("", bare)]
    worded += [vocabulary.written_out(one) for one in worded]
    return tuple(dict.fromkeys(re.sub(r"\bphan tram\b", "", one).strip() or one for one in worded))


@lru_cache(maxsize=16_384)
def _spells(heading: str, vocabulary: Vocabulary) -> bool:
    worded = _worded(heading, vocabulary) if len(heading) <= LONGEST_HEADING else ()
    return any(one in vocabulary.headings or ("%" in heading and one in vocabulary.percentages) for one in worded)


def _heads_progress(folded: str, vocabulary: Vocabulary) -> bool:
    """Whether a heading with a percent sign tells how far a task is: "Tiến độ thực hiện đến nay (%)"."""
    said = CARRIED_OUT.sub("thuc hien", folded)
    if "ke hoach" in said:
        return False
    words = (word for word in said.split() if not word.isdigit())
    return said.startswith(vocabulary.progress_starts) or vocabulary.progress_words.issuperset(words)


def _field_at_start(folded: str, vocabulary: Vocabulary) -> str | None:
    """The field of a heading that goes on after the words of a known one: "Kết quả thực hiện các nhiệm vụ được giao"."""
    words = folded.split()
    for count in range(len(words) - 1, FEWEST_HEADING_WORDS - 1, -1):
        field_name = vocabulary.headings.get(" ".join(words[:count]))
        if field_name is not None:
            return field_name if field_name in GOES_ON_IN_WORDS else None
    return vocabulary.beginnings.get(" ".join(words[:BEGINNING_WORDS])) if len(words) <= MOST_HEADING_WORDS else None


@lru_cache(maxsize=16_384)
def _status_of(text: str, vocabulary: Vocabulary) -> str | None:
    if len(text) > LONGEST_STATUS or NOT_SAID.search(text):
        return None
    said = fold(text)
    words, share = words_and_share(text) or ("", None)
    if share is not None:
        known = _status_of(words, vocabulary)
        if known == "completed":  # "hoàn thành 80%" is not completed, nor is what is only reckoned to be
            return known if share == ALL and "uoc" not in said.split() else None
        if known == "in_progress" or (known is not None and share == 0):
            return known
    bare = re.sub(r" (?:(?:da )?dat (?:duoc )?|khoang |ngay )?\d+( \d+)*( phan tram)?$", "", DAY_OF_MONTH.sub("", said))
    known = vocabulary.statuses.get(said) or _among_others(bare, vocabulary)
    if known is None and (done := DONE_IN_MONTH.fullmatch(said)):
        known = "completed" if _among_others(done[1], vocabulary) == "completed" else None
    if known == "nil" and _has_any(said, vocabulary.late):
        return None  # "không có hồ sơ trễ hạn" tells how well it was done
    if (known or _among_others(fold(ASIDE.sub(" ", text)), vocabulary)) == "nil" and any(
        _counts_some(fold(aside), vocabulary) for aside in ASIDE.findall(text)
    ):
        return None  # "không phát sinh (đã thực hiện 3 hồ sơ)"
    if known is None:
        bare = fold(ASIDE.sub(" ", text))
        known = _among_others(bare, vocabulary)
        if known is None and (status := _among_others(WHY.sub("", bare), vocabulary)) != "completed":
            known = status  # what is done needs no reason: "hoàn thành cho 3 thôn" is not all of it
        if known == "completed" and any(_has_any(fold(aside), vocabulary.not_all) for aside in ASIDE.findall(text)):
            return None  # nor is "hoàn thành (trừ thôn Cổ Mã)"
    is_share = "%" in text or "phan tram" in said or LAST_NUMBER.fullmatch(said) is not None
    if known == "completed" and bare != said and is_share and not re.search(r"\b100(?: 0+)?(?: phan tram)?$", said):
        return None  # "hoàn thành 80%" is not completed
    if known or len(bare) < 6:
        return known
    meant = {status for words, status in vocabulary.statuses.items() if _is_slip(bare, words)}
    return meant.pop() if len(meant) == 1 else None


@lru_cache(maxsize=1024)
def _depends_on_progress(text: str, vocabulary: Vocabulary) -> bool:
    if len(text) > LONGEST_STATUS or NOT_SAID.search(text):
        return False
    if any(_has_any(fold(aside), vocabulary.not_all) for aside in ASIDE.findall(text)):
        return False
    return _words_among(fold(ASIDE.sub(" ", text)), vocabulary.told_by_progress, vocabulary) is not None


def _among_others(said: str, vocabulary: Vocabulary) -> str | None:
    """The status some words name, written out and without what may surround it: "HT đúng hạn", "Không p/sinh trong kỳ"."""
    known = _words_among(said, vocabulary.statuses, vocabulary)
    return None if known is None else vocabulary.statuses[known]


def _words_among(said: str, among: Container[str], vocabulary: Vocabulary) -> str | None:
    """Which of some words others are, written out and without what may surround a status; None for others still."""
    tried = dict.fromkeys((said, vocabulary.written_out(said)))
    for _ in range(MOST_AROUND):
        known = next((words for words in tried if words in among), None)
        if known:
            return known
        tried = dict.fromkeys(
            less
            for words in tried
            for other in vocabulary.around_statuses
            for less in (words.removesuffix(f" {other}"), words.removeprefix(f"{other} "))
            if less != words
        )
    return None


def _counts_some(folded: str, vocabulary: Vocabulary) -> bool:
    """Whether a remark tells of something that occurred, and not in an earlier period: "đã thực hiện 3 hồ sơ"."""
    if _has_any(folded, vocabulary.elsewhere):
        return False
    counted = re.findall(rf"\b0*[1-9]\d* ({'|'.join(map(re.escape, vocabulary.not_nil))})\b", folded)
    return bool(vocabulary.not_nil) and bool(counted)


def _has_any(folded: str, phrases: Sequence[str]) -> bool:
    return any(f" {phrase} " in f" {folded} " for phrase in phrases)


@lru_cache(maxsize=16_384)
def _written_out(folded: str, vocabulary: Vocabulary) -> str:
    return _short_forms(vocabulary).sub(lambda found: vocabulary.abbreviations[found[0]], folded)


@lru_cache(maxsize=4)
def _short_forms(vocabulary: Vocabulary) -> re.Pattern[str]:
    longest_first = sorted(vocabulary.abbreviations, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b" if longest_first else "(?!)")


def _is_slip(typed: str, words: str) -> bool:
    """Whether a text is some words with a slip of the pen; short words must be right, for "gần" is not "đã"."""
    if typed.replace(" ", "") == words.replace(" ", ""):
        return True
    pairs = list(zip(typed.split(), words.split(), strict=False))
    return len(typed.split()) == len(words.split()) and all(
        one == other
        or (
            min(len(one), len(other)) >= 4 and (sorted(one) == sorted(other) or fuzz.ratio(one, other) >= WORD_LIKENESS)
        )
        for one, other in pairs
    )


@lru_cache(maxsize=4)
def _load_vocabulary(path: Path, _changed: int) -> Vocabulary:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        headings = {name: field for field, names in raw["fields"].items() for name in names}
        headings |= {name: "" for names in raw["ignored"].values() for name in names}
        statuses = {name: status for status, names in raw["statuses"].items() for name in names}
        vocabulary = Vocabulary(
            headings,
            statuses,
            frozenset(raw["denials"]),
            frozenset(raw["denied"]),
            frozenset(raw["percentages"]),
            frozenset(raw["progress_words"]),
            tuple(raw["progress_starts"]),
            {words: field for field, several in raw["beginnings"].items() for words in several},
            tuple(raw["elsewhere"]),
            (*raw["around_statuses"], *raw["late"]),
            tuple(raw["late"]),
            tuple(raw["not_all"]),
            tuple(raw["not_nil"]),
            raw["abbreviations"],
            frozenset(raw["told_by_progress"]),
        )
        _short_forms(vocabulary)
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise NeedsHuman(f"vocabulary {path} is not right: {' '.join(str(error).split())}") from error
    return vocabulary
