"""Long patterns as people can read and change them: lists of words with names, and where each list may stand.

A suite keeps its lists under `meta.words`, a rule the lines of its pattern under `meta.pattern`; `<name>` in a line or in a
list stands for any one entry of that list. What they come to stands in `kwargs.regex`, where Great Expectations and whoever
else reads the suite look for it. `python -m commune_reports.validation.patterns expectations` writes it there anew.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NAMED = re.compile(r"<([a-z_]+)>")


def composed(lines: Sequence[str], words: Mapping[str, Sequence[str]]) -> str:
    """The pattern that lines and the lists they name come to; KeyError names a list that is not there or names itself."""

    def any_of(name: str, left: Mapping[str, Sequence[str]]) -> str:
        others = {one: entries for one, entries in left.items() if one != name}
        return f"(?:{NAMED.sub(lambda found: any_of(found[1], others), '|'.join(left[name]))})"

    return NAMED.sub(lambda found: any_of(found[1], words), "".join(lines))


def pattern_of(suite: Mapping[str, Any], rule: Mapping[str, Any]) -> str | None:
    """What a rule's own lines come to; None if it has none."""
    lines = rule["meta"].get("pattern")
    return None if lines is None else composed(lines, suite.get("meta", {}).get("words", {}))


def write_patterns(folder: Path) -> None:
    """Bring the patterns of every suite in a folder up to what their lines say; nothing else in the files is touched."""
    for path in sorted(folder.rglob("*.json")):
        text = path.read_text(encoding="utf-8")
        suite = json.loads(text)
        for rule in suite["expectations"]:
            if (pattern := pattern_of(suite, rule)) is not None:
                before, after = (json.dumps(one, ensure_ascii=False) for one in (rule["kwargs"]["regex"], pattern))
                text = text.replace(f'"regex": {before}', f'"regex": {after}', 1)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_patterns(Path(sys.argv[1]))
