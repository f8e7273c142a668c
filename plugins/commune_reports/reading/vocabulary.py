"""The words people use: headings, statuses and task texts folded to one spelling, and who is meant by them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from commune_reports.errors import NeedsHuman
from commune_reports.plan import Plan

HEADING_LIKENESS = 88.0
TITLE_LIKENESS = 90.0
# "Kết quả thực hiện trong tháng 11" is still a result; "Mức độ hoàn thành (%)" is a number.
QUALIFIER = re.compile(r" (trong )?(ky|thang|quy|nam)\b.*")
PERCENT_HEADINGS = {"muc do hoan thanh", "hoan thanh", "muc do thuc hien", "ket qua"}
# Below the first a text names no task; between the two it does only if no other task is nearly as close.
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
TASK_LIKENESS, CLEAR_LIKENESS, CLEAR_LEAD = 72.0, 90.0, 8.0


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Folded headings by field (a field that is not read maps to "") and folded words by status."""

    headings: Mapping[str, str]
    statuses: Mapping[str, str]

    def field_of(self, heading: str) -> str | None:
        """The field a column heading stands for, "" for a known column that is not read, None for an unknown one."""
        return _field_of(heading, self)

    def status_of(self, text: str) -> str | None:
        """The status a text means, None if it is none of them."""
        said = fold(text)
        return self.statuses.get(said) or self.statuses.get(re.sub(r" \d+$", "", said))


@dataclass(frozen=True)
class TaskMatch:
    """A task recognised by its text; `is_exact` when only spelling, spacing or punctuation differ."""

    code: str
    is_exact: bool


def load_vocabulary(include: Path) -> Vocabulary:
    """The words in include/templates/headings.yaml; NeedsHuman when the file is not right."""
    path = include / "templates" / "headings.yaml"
    return _load_vocabulary(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """A text without capitals, diacritics, punctuation and doubled spaces, for comparing."""
    lowered = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(c for c in lowered if not unicodedata.combining(c) and c not in INVISIBLE)
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def indicator_titled(plan: Plan, title: str, index_code: str | None) -> str | None:
    """The indicator a section row such as "III Chỉ số Tính minh bạch (Trọng số 5%)" announces."""
    wanted = re.sub(r"\b(trong so|ty trong)\b.*", "", fold(title))
    wanted = re.sub(r"^(\d+|[ivx]+) ", "", wanted).strip()
    if len(wanted) < 5:
        return None
    candidates = {
        one.code: fold(one.title) for one in plan.indicators if index_code is None or one.index_code == index_code
    }
    found = process.extractOne(wanted, candidates, scorer=fuzz.ratio, score_cutoff=TITLE_LIKENESS)
    return found[2] if found else None


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


@lru_cache(maxsize=4)
def _load_vocabulary(path: Path, _changed: int) -> Vocabulary:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        headings = {name: field for field, names in raw["fields"].items() for name in names}
        headings |= {name: "" for names in raw["ignored"].values() for name in names}
        statuses = {name: status for status, names in raw["statuses"].items() for name in names}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise NeedsHuman(f"vocabulary {path} is not right: {' '.join(str(error).split())}") from error
    return Vocabulary(headings, statuses)
