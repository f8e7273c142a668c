"""The words people use: headings, statuses and task texts folded to one spelling, and who is meant by them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from commune_reports.errors import NeedsHuman
from commune_reports.plan import Plan
from commune_reports.spelling import fold

HEADING_LIKENESS, WORD_LIKENESS = 88.0, 85.0
TITLE_LIKENESS = 90.0
# "Kết quả thực hiện trong tháng 11" is still a result; "Mức độ hoàn thành (%)" is a number.
QUALIFIER = re.compile(r" (trong )?(ky|thang|quy|nam)\b.*")
PERCENT_HEADINGS = {"muc do hoan thanh", "hoan thanh", "muc do thuc hien", "ket qua"}
# Below the first a text names no task; between the two it does only if no other task is nearly as close.
TASK_LIKENESS, CLEAR_LIKENESS, CLEAR_LEAD = 72.0, 90.0, 8.0


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Folded headings by field (a field that is not read maps to ""), words by status, and ways to write that there is none."""

    headings: Mapping[str, str]
    statuses: Mapping[str, str]
    nothing: frozenset[str]

    def says_none(self, text: str) -> bool:
        """Whether a text only says that there is nothing to say ("không có", "-")."""
        said = fold(text)
        return not said or said in self.nothing

    def field_of(self, heading: str) -> str | None:
        """The field a column heading stands for, "" for a known column that is not read, None for an unknown one."""
        return _field_of(heading, self)

    def knows(self, heading: str) -> bool:
        """Whether a heading is known by its very words."""
        return _knows(heading, self)

    def status_of(self, text: str) -> str | None:
        """The status a text means, None if it is none of them."""
        return _status_of(text, self)

    def ticked_by(self, heading: str) -> str | None:
        """The status a heading names whose column is ticked; None for any other heading."""
        if "%" in heading:
            return None
        return self.statuses.get(fold(re.sub(r"\([^)]*\)", " ", heading)))


@dataclass(frozen=True)
class TaskMatch:
    """A task recognised by its text; `is_exact` when only spelling, spacing or punctuation differ."""

    code: str
    is_exact: bool


def load_vocabulary(include: Path) -> Vocabulary:
    """The words in include/templates/headings.yaml; NeedsHuman when the file is not right."""
    path = include / "templates" / "headings.yaml"
    return _load_vocabulary(path, path.stat().st_mtime_ns if path.exists() else 0)


def indicator_titled(plan: Plan, title: str, index_code: str | None) -> str | None:
    """The indicator a section row such as "III Chỉ số Tính minh bạch (Trọng số 5%)" announces."""
    wanted = _bare_title(title)
    if len(wanted) < 5:
        return None
    candidates = {
        one.code: _bare_title(one.title)
        for one in plan.indicators
        if index_code is None or one.index_code == index_code
    }
    found = process.extractOne(wanted, candidates, scorer=fuzz.ratio, score_cutoff=TITLE_LIKENESS)
    return found[2] if found else None


@lru_cache(maxsize=16_384)
def _bare_title(title: str) -> str:
    """An indicator's title without its number, its weight and the words "Chỉ số"."""
    bare = re.sub(r"\b(trong so|ty trong)\b.*", "", fold(title))
    bare = re.sub(r"^(\d+|[ivx]+) ", "", bare)
    return re.sub(r"^chi so (thanh phan )?", "", bare).strip()


def index_titled(plan: Plan, title: str) -> str | None:
    """The index a section row such as "A CHỈ SỐ NĂNG LỰC CẠNH TRANH CẤP TỈNH (PCI)" announces."""
    wanted = re.sub(r"^[a-z] ", "", fold(title))
    for index in plan.indices:
        name = fold(index.title)
        if wanted in (name, fold(index.code)) or fuzz.ratio(wanted, name) >= TITLE_LIKENESS:
            return index.code
    return None


def task_texted(plan: Plan, text: str, among: Sequence[str] | None = None) -> TaskMatch | None:
    """The task whose text this is, exactly or nearly; None if none is near or two are equally near."""
    wanted = fold(text)
    texts = _task_texts(plan.sha256, tuple((task.code, task.text) for task in plan.tasks.values()))
    pool = texts if among is None else {code: texts[code] for code in among}
    exact = next((code for code, known in pool.items() if known == wanted), None)
    if exact:
        return TaskMatch(exact, is_exact=True)
    if len(wanted) < 12:
        return None
    best = process.extract(
        wanted,
        pool,
        scorer=_likeness,  # type: ignore[arg-type]
        limit=2,
        score_cutoff=TASK_LIKENESS,
    )
    if not best:
        return None
    is_clear = best[0][1] >= CLEAR_LIKENESS or len(best) == 1 or best[0][1] - best[1][1] >= CLEAR_LEAD
    return TaskMatch(best[0][2], is_exact=False) if is_clear else None


def _likeness(one: str, other: str, **options: float) -> float:
    """Likeness of two texts in which one may be cut short or reworded a little."""
    shorter = min(len(one), len(other))
    if shorter >= 40 and one[:shorter] == other[:shorter]:
        return 99.0
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other) - 3)


@lru_cache(maxsize=8)
def _task_texts(_plan: str, tasks: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {code: fold(text) for code, text in tasks}


@lru_cache(maxsize=16_384)
def _knows(heading: str, vocabulary: Vocabulary) -> bool:
    said = fold(heading)
    return said in vocabulary.headings or said in vocabulary.statuses


@lru_cache(maxsize=16_384)
def _field_of(heading: str, vocabulary: Vocabulary) -> str | None:
    if "%" in heading and fold(heading) in PERCENT_HEADINGS:
        return "progress_pct"
    bare = re.sub(r"\([^)]*\)", " ", heading)
    for wording in (heading, bare, QUALIFIER.sub("", fold(bare))):
        folded = re.sub(r"\bphan tram\b", "", fold(wording)).strip() or fold(wording)
        if folded in vocabulary.headings:
            return vocabulary.headings[folded]
        if 6 <= len(folded) <= 60:
            found = process.extractOne(
                folded, vocabulary.headings.keys(), scorer=fuzz.ratio, score_cutoff=HEADING_LIKENESS
            )
            if found:
                return vocabulary.headings[found[0]]
    return None


@lru_cache(maxsize=16_384)
def _status_of(text: str, vocabulary: Vocabulary) -> str | None:
    said = fold(text)
    bare = re.sub(r" \d+( \d+)?( phan tram)?$", "", said)
    known = vocabulary.statuses.get(said) or vocabulary.statuses.get(bare)
    if known == "completed" and bare != said and not re.search(r" 100(?: 0+)?(?: phan tram)?$", said):
        return None  # "hoàn thành 80%" is not completed
    if known or len(bare) < 6:
        return known
    meant = {status for words, status in vocabulary.statuses.items() if _is_slip(bare, words)}
    return meant.pop() if len(meant) == 1 else None


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
        nothing = frozenset(raw["nothing"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise NeedsHuman(f"vocabulary {path} is not right: {' '.join(str(error).split())}") from error
    return Vocabulary(headings, statuses, nothing)
