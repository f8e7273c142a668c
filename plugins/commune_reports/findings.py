"""Finding: one thing a careful clerk would say about a file, with the cell it stands in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from commune_reports.errors import NeedsHuman

FIELD_LABELS = {
    "task": "Mã nhiệm vụ",
    "task_text": "Nhiệm vụ, giải pháp",
    "performing_body": "Cơ quan thực hiện",
    "status": "Tình trạng",
    "progress_pct": "Tiến độ (%)",
    "result": "Kết quả thực hiện",
    "evidence": "Số, ký hiệu văn bản/sản phẩm",
    "completed_on": "Ngày hoàn thành",
    "difficulty": "Khó khăn, vướng mắc",
    "proposal": "Đề xuất, kiến nghị",
    "note": "Ghi chú",
}
STATUS_LABELS = {
    "completed": "Hoàn thành",
    "in_progress": "Đang thực hiện",
    "not_started": "Chưa thực hiện",
    "nil": "Không phát sinh",
}
LONGEST_QUOTE = 80
# What a database or a printed line cannot hold.
CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
PLACEHOLDERS = ("got", "wanted", "task", "cell", "column")


class Severity(StrEnum):
    """How much a finding weighs: a critical one keeps its row (or its whole file) out of the figures."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One error, warning or remark about one place of one file.

    `cell` is the A1 address in the commune's own file; None for a finding on a row, a sheet or the whole file.
    `got` and `wanted` are short texts for a reader, `message` is the whole Vietnamese sentence.
    """

    code: str
    severity: Severity
    message: str
    sheet: str | None = None
    cell: str | None = None
    row: int | None = None
    column: str | None = None
    task: str | None = None
    got: str | None = None
    wanted: str | None = None


@dataclass(frozen=True)
class Wording:
    """The title, the default severity and the sentence of one kind of finding."""

    code: str
    title: str
    severity: Severity
    message: str


@dataclass(frozen=True)
class Wordings:
    """The catalogue of everything a commune can be told."""

    by_code: Mapping[str, Wording]

    def finding(self, code: str, *, severity: str | None = None, **place: Any) -> Finding:
        """A finding with its sentence; `place` takes sheet, cell, row, column, task, got and wanted."""
        if code not in self.by_code:
            raise NeedsHuman(f"finding {code} has no wording; add it to include/wordings/findings.yaml")
        wording = self.by_code[code]
        filled = dict.fromkeys(PLACEHOLDERS, "…") | {
            n: _quote(value) for n, value in place.items() if value is not None
        }
        return Finding(
            code=code,
            severity=Severity(severity) if severity else wording.severity,
            message=_placed(wording.message, place).format_map(filled),
            **{name: None if value is None else _plain(name, value) for name, value in place.items()},
        )


def load_wordings(include: Path) -> Wordings:
    """The catalogue in include/wordings/findings.yaml; NeedsHuman names the entry that is wrong."""
    path = include / "wordings" / "findings.yaml"
    return _load_wordings(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _load_wordings(path: Path, _changed: int) -> Wordings:
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise NeedsHuman(f"{path} cannot be read: {' '.join(str(error).split())}") from error
    by_code = {}
    for code, entry in (entries or {}).items():
        try:
            severity = Severity(entry["severity"])
            entry["message"].format_map(dict.fromkeys(PLACEHOLDERS, ""))
            by_code[code] = Wording(code, entry["title"], severity, entry["message"])
        except (KeyError, TypeError, ValueError) as error:
            raise NeedsHuman(
                f"{path.name}: entry {code} is not right ({error}); it needs title, severity, message"
            ) from error
    return Wordings(by_code)


def _placed(message: str, place: Mapping[str, Any]) -> str:
    """A sentence about a row whose file has no column for the cell speaks of the row."""
    if place.get("cell") is None and place.get("row") is not None:
        return message.replace("Ô {cell}", f"Dòng {place['row']}")
    return message


def _quote(value: object) -> str:
    text = " ".join(CONTROL.sub("", str(value)).split())
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"


def _plain(name: str, value: Any) -> Any:
    # By its sheet a finding is matched with the rows of its file: the name stays as the file has it.
    return value if name in ("row", "sheet") else _quote(value)
