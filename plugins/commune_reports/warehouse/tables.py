"""The tables of the warehouse. Facts are only ever inserted; each carries `recorded_at`, the business moment it became known."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Aware to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone must not be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def _recorded() -> Column[datetime]:
    return Column("recorded_at", UtcDateTime, nullable=False)


# Grain: one version of a plan file.
plan = Table(
    "plan",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("plan_sha256", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("year", Integer, nullable=False),
    _recorded(),
)
# Grain: indicator × plan version.
indicator = Table(
    "indicator",
    metadata,
    Column("plan_sha256", String(64), primary_key=True),
    Column("indicator_code", String(16), primary_key=True),
    Column("index_code", String(16), nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("weight", Float, nullable=False),
    _recorded(),
)
# Grain: task × plan version.
task = Table(
    "task",
    metadata,
    Column("plan_sha256", String(64), primary_key=True),
    Column("task_code", String(16), primary_key=True),
    Column("indicator_code", String(16), nullable=False),
    Column("position", Integer, nullable=False),
    Column("text", Text, nullable=False),
    _recorded(),
)
# Grain: performing body × plan version.
body = Table(
    "body",
    metadata,
    Column("plan_sha256", String(64), primary_key=True),
    Column("body_code", String(32), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    _recorded(),
)
# Grain: task × performing body × plan version; role is lead or coordinating.
task_body = Table(
    "task_body",
    metadata,
    Column("plan_sha256", String(64), primary_key=True),
    Column("task_code", String(16), primary_key=True),
    Column("body_code", String(32), primary_key=True),
    Column("role", String(16), primary_key=True),
    _recorded(),
)
# Grain: unit × plan version. A code can stand for another unit in another plan.
unit = Table(
    "unit",
    metadata,
    Column("plan_sha256", String(64), primary_key=True),
    Column("unit_code", String(16), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    _recorded(),
)
# Grain: version of a plan file; what it says, as JSON.
plan_content = Table(
    "plan_content",
    metadata,
    Column("plan_sha256", String(64), primary_key=True),
    Column("content", Text, nullable=False),
    _recorded(),
)
# Grain: opening of a period under a plan version; the newest one holds, with the obligations it names.
reporting_period = Table(
    "reporting_period",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("period_id", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("plan_sha256", String(64), nullable=False),
    Column("obligations_of", String(64), nullable=False),
    Column("window_start", Date, nullable=False),
    Column("window_end", Date, nullable=False),
    Column("unit_due_at", UtcDateTime, nullable=False),
    Column("cut_off_at", UtcDateTime, nullable=False),
    Column("deadline_at", UtcDateTime, nullable=False),
    _recorded(),
)
# Grain: unit × task × period × plan version that changed what is owed. Every rate and every "missing" is counted from here.
obligation = Table(
    "obligation",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("period_id", String(16), primary_key=True),
    Column("plan_sha256", String(64), primary_key=True),
    Column("unit_code", String(16), primary_key=True),
    Column("task_code", String(16), primary_key=True),
    Column("is_owed", Boolean, nullable=False),
    _recorded(),
    sqlite_with_rowid=False,
)
# Grain: arrival of a file.
submission = Table(
    "submission",
    metadata,
    Column("submission_id", String(64), primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("file_name", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("unit_code", String(16)),
    Column("size", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    _recorded(),
)
# Grain: submission.
assessment = Table(
    "assessment",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True),
    Column("plan_id", String(64), nullable=False),
    Column("period_id", String(16)),
    Column("verdict", String(32), nullable=False),
    Column("rows_owed", Integer, nullable=False),
    Column("rows_read", Integer, nullable=False),
    Column("rows_accepted", Integer, nullable=False),
    Column("rows_nil", Integer, nullable=False),
    _recorded(),
    Index("ix_assessment_period", "plan_id", "period_id"),
)
# Grain: accepted row of a submission, with the cells it came from.
task_report = Table(
    "task_report",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True),
    Column("sheet", String(64), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("plan_id", String(64), nullable=False),
    Column("period_id", String(16), nullable=False),
    Column("unit_code", String(16), nullable=False),
    Column("task_code", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("progress_pct", Float),
    Column("result", Text),
    Column("evidence", Text),
    Column("completed_on", Date),
    Column("difficulty", Text),
    Column("proposal", Text),
    Column("note", Text),
    Column("text_key", String(32), index=True),
    Column("cells", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    _recorded(),
    # Holds all that deciding which row counts, and scoring it, looks at: see include/sql/counted_tasks.sql.
    Index(
        "ix_task_report_counting",
        *("plan_id", "period_id", "unit_code", "task_code"),
        *("received_at", "recorded_at", "submission_id", "row", "sheet", "status", "progress_pct"),
    ),
)
# Grain: finding of a submission.
finding = Table(
    "finding",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("code", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("sheet", Text),
    Column("cell", String(16)),
    Column("row", Integer),
    Column("column", Text),
    Column("task", String(16)),
    Column("got", Text),
    Column("wanted", Text),
    _recorded(),
)
# Grain: rule × submission.
rule_outcome = Table(
    "rule_outcome",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("suite", String(64), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("checked", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    _recorded(),
)
# Grain: report sent or to be sent; revision 0 is the first.
report = Table(
    "report",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("period_id", String(16), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("as_of", UtcDateTime, nullable=False),
    Column("files", JSON, nullable=False),
    _recorded(),
)
# Grain: figure of a report; level is indicator or index, unit_code is empty for the district.
report_score = Table(
    "report_score",
    metadata,
    Column("plan_id", String(64), primary_key=True),
    Column("period_id", String(16), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("level", String(16), primary_key=True),
    Column("code", String(16), primary_key=True),
    Column("unit_code", String(16), primary_key=True),
    Column("owed", Integer, nullable=False),
    Column("reported", Integer, nullable=False),
    Column("nil", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("in_progress", Integer, nullable=False),
    Column("not_started", Integer, nullable=False),
    Column("score", Float),
    Column("coverage_pct", Float),
    Column("on_time_pct", Float),
    _recorded(),
)
# Grain: submission taken out by a person; from that moment nothing in it counts.
withdrawal = Table(
    "withdrawal",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _recorded(),
)
# Grain: decision that a rule has no consequences for a unit's files in a period until a moment; the newest one holds.
waiver = Table(
    "waiver",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("plan_id", String(64), nullable=False),
    Column("period_id", String(16), nullable=False),
    Column("unit_code", String(16), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("until_at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _recorded(),
    Index("ix_waiver_period", "plan_id", "period_id", "unit_code"),
)
# Grain: decision that a period is collected until a later moment; the newest one holds.
reopening = Table(
    "reopening",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("plan_id", String(64), nullable=False),
    Column("period_id", String(16), nullable=False),
    Column("until_at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _recorded(),
    Index("ix_reopening_period", "plan_id", "period_id"),
)
# Grain: decision that a changed plan holds for a period that was open already.
plan_adoption = Table(
    "plan_adoption",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("plan_id", String(64), nullable=False),
    Column("period_id", String(16), nullable=False),
    Column("plan_sha256", String(64), nullable=False),
    Column("changes", JSON, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _recorded(),
    Index("ix_plan_adoption_period", "plan_id", "period_id"),
)
# Grain: rule of the gate × run of the gate; what stood between figures and their publication.
gate_outcome = Table(
    "gate_outcome",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("plan_id", String(64), nullable=False),
    Column("period_id", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("suite", String(64), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("checked", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("first_rows", JSON, nullable=False),
    _recorded(),
    Index("ix_gate_outcome_period", "plan_id", "period_id"),
)
# Grain: letter, queued once under its key.
letter = Table(
    "letter",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("letter_key", String(200), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("period_id", String(16)),
    Column("unit_code", String(16)),
    Column("folder", Text),
    Column("content", JSON, nullable=False),
    _recorded(),
)
# Grain: attempt to deliver a letter; one without an outcome was interrupted, and nobody knows how far it came.
delivery_attempt = Table(
    "delivery_attempt",
    metadata,
    Column("attempt_id", Integer, primary_key=True, autoincrement=True),
    Column("letter_key", ForeignKey("letter.letter_key"), nullable=False, index=True),
    _recorded(),
)
# Grain: delivery attempt that ended.
delivery_outcome = Table(
    "delivery_outcome",
    metadata,
    Column("attempt_id", ForeignKey("delivery_attempt.attempt_id"), primary_key=True),
    Column("outcome", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("refused", JSON, nullable=False),
    _recorded(),
)
