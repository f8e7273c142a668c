"""No text holds a rule up, however long it is and however often it says the same words."""

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from commune_reports.errors import NeedsHuman
from commune_reports.validation import load_rules
from commune_reports.validation.patterns import composed, write_patterns

ROOT = Path(__file__).resolve().parents[2]
TIMES, LONG, MOST_PAIRS, SECONDS = 40, 2_000, 500, 30
# What stands between the words of a pattern; of a set of letters none is a word.
SIGNS = re.compile(r"\\[a-zA-Z]|\[[^]]*\]|\{[\d,]*\}|\(\?<?[:=!>]|[()|^$.*+?]")
SEARCHING = "from tests.validation.test_patterns import search_all; search_all({!r})"


def patterns(folder: Path) -> Iterator[tuple[str, str]]:
    """Every pattern of every suite, with the finding it makes."""
    for path in sorted(folder.rglob("*.json")):
        for rule in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
            if "regex" in rule["kwargs"]:
                yield rule["meta"]["finding"], rule["kwargs"]["regex"]


def alternatives(pattern: str) -> list[str]:
    """What a pattern looks for, without its signs, and a number."""
    return sorted({said for part in SIGNS.split(pattern) if (said := part.strip(" /"))} | {"12", "05"})


def texts(pattern: str) -> Iterator[str]:
    """The pattern's own words over and over, alone, in pairs, and in no order at all."""
    chance = random.Random(pattern)
    words = alternatives(pattern)
    pairs = list(product(words, words))
    pairs = pairs if len(pairs) <= MOST_PAIRS else chance.sample(pairs, MOST_PAIRS)
    for said in (*words, *(f"{one} {other}" for one, other in pairs)):
        yield f"{said} " * TIMES + "nhieu viec"
    for between in (" ", " / "):
        for said in words:
            yield between.join([said] * LONG) + " nhieu viec"
        yield between.join(chance.choices(words, k=LONG))
    yield " ".join(chance.choices([*words, "/"], k=LONG))


def search_all(folder: str) -> None:
    """Look for every pattern of a folder in every text drawn from it; in a process of its own, for it may never end."""
    for finding, pattern in patterns(Path(folder)):
        sys.stdout.write(f"{finding}\n")
        sys.stdout.flush()
        looked_for = re.compile(pattern)
        for text in texts(pattern):
            looked_for.search(text)


def _searched(folder: Path) -> list[str]:
    searching = [sys.executable, "-c", SEARCHING.format(str(folder))]
    done = subprocess.run(searching, cwd=ROOT, timeout=SECONDS, check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_every_search_of_every_rule_ends() -> None:
    folder = ROOT / "expectations"
    assert _searched(folder) == [finding for finding, _ in patterns(folder)]


def test_a_rule_that_can_read_a_text_in_many_ways_would_be_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.SECONDS", 1)
    rule = {"kwargs": {"regex": "^(?:(?:van|con|van con) )*thieu"}, "meta": {"finding": "held_up"}}
    (tmp_path / "drawn.json").write_text(json.dumps({"expectations": [rule]}))
    with pytest.raises(subprocess.TimeoutExpired):
        _searched(tmp_path)


def test_a_pattern_is_taken_apart_into_what_it_looks_for() -> None:
    assert alternatives(r"^(?!.*\bda (?:lap|tra)\b)(?:(?:hien(?: nay)?|con) )*thieu [a-z]+ \d{1,2}$") == [
        "05",
        "12",
        "con",
        "da",
        "hien",
        "lap",
        "nay",
        "thieu",
        "tra",
    ]


def test_a_pattern_is_composed_of_lists_that_may_name_each_other() -> None:
    words = {"undone": ["chua <step>", "dang <step>"], "step": ["lap|trinh", "ky"]}
    assert composed(["^(?:xa )*<undone>", r"(?<=\d)$"], words) == (
        r"^(?:xa )*(?:chua (?:lap|trinh|ky)|dang (?:lap|trinh|ky))(?<=\d)$"
    )
    for wrong in (["<lost>"], ["<self>"]):
        with pytest.raises(KeyError):
            composed(wrong, {"self": ["a <self>"]})


@pytest.mark.parametrize(
    ("old", "new"), [('"chua phat hanh', '"chua in ra|chua phat hanh'), ("<paper>", "<papers>"), ("<paper>", "<doing>")]
)
def test_a_pattern_that_is_not_what_people_read_is_refused_until_it_is_written_anew(
    tmp_path: Path, old: str, new: str
) -> None:
    for path in (ROOT / "expectations").glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    drawn = tmp_path / "task_rows.json"
    suite = json.loads(drawn.read_text(encoding="utf-8"))
    suite["meta"]["words"] = {"doing": ["chua phat hanh", "cho <paper>"], "paper": ["van ban|cong van"]}
    rule = next(one for one in suite["expectations"] if "pattern" in one["meta"])
    rule["meta"]["pattern"] = ["^<doing>"]
    suite["expectations"] = [one for one in suite["expectations"] if one is rule or "pattern" not in one["meta"]]
    drawn.write_text(json.dumps(suite), encoding="utf-8")
    write_patterns(tmp_path)
    load_rules(tmp_path)
    written = drawn.read_text(encoding="utf-8")
    drawn.write_text(written.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(NeedsHuman, match=r"task_rows\.json, rule .*meta\.pattern"):
        load_rules(tmp_path)
    if new.startswith('"'):
        write_patterns(tmp_path)
        load_rules(tmp_path)
        assert "^(?:chua in ra|chua phat hanh|cho (?:van ban|cong van))" in drawn.read_text(encoding="utf-8")
