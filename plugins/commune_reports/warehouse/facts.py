"""Facts as values: what the warehouse is given and gives back."""

from dataclasses import dataclass
from datetime import datetime

from commune_reports.letters import Attachment


@dataclass(frozen=True)
class Arrival:
    """A file that arrived: its key, its bytes' digest, the folder that says who sent it, and when it reached the share."""

    submission_id: str
    sha256: str
    file_name: str
    folder: str
    unit_code: str | None
    size: int
    received_at: datetime


@dataclass(frozen=True)
class ReportRecord:
    """A report that was made: which revision, as of when, and its files."""

    plan_id: str
    period_id: str
    revision: int
    as_of: datetime
    created_at: datetime
    files: tuple[Attachment, ...]
