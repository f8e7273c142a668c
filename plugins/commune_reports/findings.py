"""Finding: one thing a careful clerk would say about a file, with the cell it stands in."""

from dataclasses import dataclass
from enum import StrEnum


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
