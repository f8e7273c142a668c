"""The tables of the warehouse. Facts are only ever inserted; each carries `recorded_at`, the moment it became known."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
)

Asked = TypeVar("Asked", bound=Select[*tuple[Any, ...]])


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


def known_at(statement: Asked, table: FromClause, as_of: datetime | None) -> Asked:
    """The statement over no more than a table's rows known at a moment; over all of them if None."""
    return statement if as_of is None else statement.where(table.c.recorded_at <= as_of)


def _recorded() -> Column[datetime]:
    return Column("recorded_at", UtcDateTime, nullable=False, comment="Moment at which it became known.")


plan = Table(
    "plan",
    metadata,
    Column("plan_id", String(64), primary_key=True, comment="Plan, like pci-pgi-2024."),
    Column("plan_sha256", String(64), primary_key=True, comment="SHA-256 of the plan file's version."),
    Column("title", Text, nullable=False, comment="Title of the plan."),
    Column("year", Integer, nullable=False, comment="Year the plan is for."),
    _recorded(),
    comment="Plans, every version of their files. Grain: version of a plan file.",
)
indicator = Table(
    "indicator",
    metadata,
    Column("plan_sha256", String(64), primary_key=True, comment="SHA-256 of the plan file's version."),
    Column("indicator_code", String(16), primary_key=True, comment="Code of the indicator, like PCI-03."),
    Column("index_code", String(16), nullable=False, comment="Index it is part of, like PCI."),
    Column("position", Integer, nullable=False, comment="Place in the plan's order, from 0."),
    Column("title", Text, nullable=False, comment="Title."),
    Column("weight", Float, nullable=False, comment="Weight within its index; those of an index sum to 100."),
    _recorded(),
    comment="The indicators a plan adds up by, with their weights. Grain: indicator × plan version.",
)
task = Table(
    "task",
    metadata,
    Column("plan_sha256", String(64), primary_key=True, comment="SHA-256 of the plan file's version."),
    Column("task_code", String(16), primary_key=True, comment="Code of the task, like PCI-03.4."),
    Column("indicator_code", String(16), nullable=False, comment="Indicator it counts for."),
    Column("position", Integer, nullable=False, comment="Place in the plan's order, from 0."),
    Column("text", Text, nullable=False, comment="What is to be done, in the plan's words."),
    _recorded(),
    comment="What is to be done. Grain: task × plan version.",
)
body = Table(
    "body",
    metadata,
    Column("plan_sha256", String(64), primary_key=True, comment="SHA-256 of the plan file's version."),
    Column("body_code", String(32), primary_key=True, comment="Code of the performing body."),
    Column("position", Integer, nullable=False, comment="Place in the plan's order, from 0."),
    Column("name", Text, nullable=False, comment="Name."),
    _recorded(),
    comment="Performing bodies: who does the tasks. Grain: performing body × plan version.",
)
task_body = Table(
    "task_body",
    metadata,
    Column("plan_sha256", String(64), primary_key=True, comment="SHA-256 of the plan file's version."),
    Column("task_code", String(16), primary_key=True, comment="Code of the task, like PCI-03.4."),
    Column("body_code", String(32), primary_key=True, comment="Code of the performing body."),
    Column("role", String(16), primary_key=True, comment="lead or coordinating."),
    _recorded(),
    comment="Which body leads a task and which ones coordinate with it."
    " Grain: task × performing body × role × plan version.",
)
unit = Table(
    "unit",
    metadata,
    Column("plan_sha256", String(64), primary_key=True, comment="SHA-256 of the plan file's version."),
    Column("unit_code", String(16), primary_key=True, comment="Code of the unit (commune, ward or town)."),
    Column("valid_from", Date, primary_key=True, comment="First day it is this unit; 0001-01-01 if always."),
    Column("valid_to", Date, nullable=False, comment="Last day it is this unit; 9999-12-31 if for good."),
    Column("position", Integer, nullable=False, comment="Place in the plan's order, from 0."),
    Column("name", Text, nullable=False, comment="Name without its kind."),
    Column("kind", Text, nullable=False, comment="Kind: xã, phường or thị trấn."),
    _recorded(),
    comment="Units that report, and those that follow them; one day's code can be another unit's the next day."
    " Grain: unit × plan version.",
)
unit_succession = Table(
    "unit_succession",
    metadata,
    Column("plan_sha256", String(64), primary_key=True, comment="SHA-256 of the plan file's version."),
    Column("unit_code", String(16), primary_key=True, comment="Code of the unit that ended."),
    Column("effective_on", Date, primary_key=True, comment="First day of the unit that followed."),
    Column("successor_code", String(16), primary_key=True, comment="Code of the unit that followed."),
    _recorded(),
    comment="Which units became which: merged, split or renamed. Grain: unit × unit that follows it × plan version.",
)
plan_content = Table(
    "plan_content",
    metadata,
    Column("plan_sha256", String(64), primary_key=True, comment="SHA-256 of the plan file's version."),
    Column("content", Text, nullable=False, comment="What the version says, as JSON."),
    _recorded(),
    comment="What versions of plan files say, so that a report can be made again. Grain: plan version.",
)
reporting_period = Table(
    "reporting_period",
    metadata,
    Column("plan_id", String(64), primary_key=True, comment="Plan, like pci-pgi-2024."),
    Column("period_id", String(16), primary_key=True, comment="Reporting period, like 2024-11."),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="Opening of the period, from 0."),
    Column(
        "plan_sha256", String(64), nullable=False, comment="SHA-256 of the plan version whose words and dates hold."
    ),
    Column("obligations_of", String(64), nullable=False, comment="SHA-256 of the plan version whose obligations hold."),
    Column("window_start", Date, nullable=False, comment="First day of the data window."),
    Column("window_end", Date, nullable=False, comment="Last day of the data window."),
    Column("unit_due_at", UtcDateTime, nullable=False, comment="When the units' reports are due."),
    Column("cut_off_at", UtcDateTime, nullable=False, comment="When the consolidated report is put together."),
    Column("deadline_at", UtcDateTime, nullable=False, comment="When the report has to be at the office."),
    _recorded(),
    comment="Openings of periods; the newest one holds. Grain: period × opening.",
)
obligation = Table(
    "obligation",
    metadata,
    Column("plan_id", String(64), primary_key=True, comment="Plan, like pci-pgi-2024."),
    Column("period_id", String(16), primary_key=True, comment="Reporting period, like 2024-11."),
    Column("plan_sha256", String(64), primary_key=True, comment="SHA-256 of the plan version that asks for it."),
    Column("unit_code", String(16), primary_key=True, comment="Code of the unit (commune, ward or town)."),
    Column("task_code", String(16), primary_key=True, comment="Code of the task, like PCI-03.4."),
    Column("is_owed", Boolean, nullable=False, comment="True if it must be reported, false if it may be."),
    _recorded(),
    comment="Who owes what, when: every rate and every missing task is counted from here. "
    "Grain: unit × task × period × plan version that changed it.",
    sqlite_with_rowid=False,
)
submission = Table(
    "submission",
    metadata,
    Column("submission_id", String(64), primary_key=True, comment="Key of the file: its place, digest and arrival."),
    Column("sha256", String(64), nullable=False, index=True, comment="SHA-256 of its bytes."),
    Column("file_name", Text, nullable=False, comment="Name under which it was dropped."),
    Column("folder", Text, nullable=False, comment="Folder of the share it was dropped in."),
    Column("unit_code", String(16), comment="Unit whose folder that is."),
    Column("size", BigInteger().with_variant(Integer, "sqlite"), nullable=False, comment="Size in bytes."),
    Column("received_at", UtcDateTime, nullable=False, comment="When it came."),
    _recorded(),
    comment="Files that arrived; their bytes are in the archive. Grain: arrival of a file.",
)
assessment = Table(
    "assessment",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True, comment="Key of the file."),
    Column("plan_id", String(64), nullable=False, comment="Plan it was judged under."),
    Column("period_id", String(16), comment="Period it reports, if it names one."),
    Column("verdict", String(32), nullable=False, comment="accepted, partly_accepted or rejected."),
    Column("rows_owed", Integer, nullable=False, comment="Tasks the unit owed."),
    Column("rows_read", Integer, nullable=False, comment="Task rows read."),
    Column("rows_accepted", Integer, nullable=False, comment="Task rows accepted."),
    Column("rows_nil", Integer, nullable=False, comment="Accepted rows that say: nothing occurred."),
    _recorded(),
    Index("ix_assessment_period", "plan_id", "period_id"),
    comment="The verdict on every file. Grain: submission.",
)
task_report = Table(
    "task_report",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True, comment="Key of the file."),
    Column("sheet", String(64), primary_key=True, comment="Sheet of the file."),
    Column("row", Integer, primary_key=True, comment="Row of the sheet."),
    Column("plan_id", String(64), nullable=False, comment="Plan, like pci-pgi-2024."),
    Column("period_id", String(16), nullable=False, comment="Reporting period, like 2024-11."),
    Column("unit_code", String(16), nullable=False, comment="Code of the unit (commune, ward or town)."),
    Column("task_code", String(16), nullable=False, comment="Code of the task, like PCI-03.4."),
    Column("status", String(16), nullable=False, comment="completed, in_progress, not_started or nil."),
    Column("progress_pct", Float, comment="Progress, 0–100."),
    Column("result", Text, comment="Result."),
    Column("evidence", Text, comment="Number and symbol of the document or product."),
    Column("completed_on", Date, comment="Day of completion."),
    Column("difficulty", Text, comment="Difficulty."),
    Column("proposal", Text, comment="Proposal."),
    Column("note", Text, comment="Note."),
    Column(
        "text_key", String(32), index=True, comment="Digest of the result's words, by which copied texts are found."
    ),
    Column("cells", JSON, nullable=False, comment="Cell of every field, like F12."),
    Column("received_at", UtcDateTime, nullable=False, comment="When the file came."),
    _recorded(),
    # Holds all that deciding which row counts, and scoring it, looks at: see include/sql/counted_tasks.sql.
    Index(
        "ix_task_report_counting",
        *("plan_id", "period_id", "unit_code", "task_code"),
        *("received_at", "recorded_at", "submission_id", "row", "sheet", "status", "progress_pct"),
    ),
    comment="What units reported, with the cells it came from; of several rows for a task the newest that stands counts."
    " Grain: accepted row of a submission.",
)
finding = Table(
    "finding",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True, comment="Key of the file."),
    Column("number", Integer, primary_key=True, comment="Number within the file."),
    Column("code", String(64), nullable=False, comment="Code of the rule or trouble."),
    Column("severity", String(16), nullable=False, comment="critical, warning or info."),
    Column("message", Text, nullable=False, comment="The sentence the sender read."),
    Column("sheet", Text, comment="Sheet, if it is about one."),
    Column("cell", String(16), comment="Cell, like F12, if it is about one."),
    Column("row", Integer, comment="Row of the sheet."),
    Column("column", Text, comment="Column, by its name."),
    Column("task", String(16), comment="Code of the task it is about."),
    Column("got", Text, comment="What stood there."),
    Column("wanted", Text, comment="What should stand there."),
    _recorded(),
    comment="What is wrong in files, as their senders were told. Grain: finding of a submission.",
)
rule_outcome = Table(
    "rule_outcome",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True, comment="Key of the file."),
    Column("number", Integer, primary_key=True, comment="Number within the file."),
    Column("suite", String(64), nullable=False, comment="Suite the rule stands in."),
    Column("rule", String(64), nullable=False, comment="Code of the rule."),
    Column("severity", String(16), nullable=False, comment="critical, warning or info."),
    Column("checked", Integer, nullable=False, comment="Rows looked at."),
    Column("failed", Integer, nullable=False, comment="Rows that failed."),
    _recorded(),
    comment="How every rule fared on every file. Grain: rule × submission.",
)
report = Table(
    "report",
    metadata,
    Column("plan_id", String(64), primary_key=True, comment="Plan, like pci-pgi-2024."),
    Column("period_id", String(16), primary_key=True, comment="Reporting period, like 2024-11."),
    Column("revision", Integer, primary_key=True, comment="0, then one more for every later report."),
    Column("as_of", UtcDateTime, nullable=False, comment="Moment whose facts it tells."),
    Column("files", JSON, nullable=False, comment="Its files: name, place and SHA-256."),
    _recorded(),
    comment="Consolidated reports, sent or to be sent; revision 0 is the first. Grain: report.",
)
report_score = Table(
    "report_score",
    metadata,
    Column("plan_id", String(64), primary_key=True, comment="Plan, like pci-pgi-2024."),
    Column("period_id", String(16), primary_key=True, comment="Reporting period, like 2024-11."),
    Column("revision", Integer, primary_key=True, comment="Revision of the report."),
    Column("level", String(16), primary_key=True, comment="indicator or index."),
    Column("code", String(16), primary_key=True, comment="Code of the indicator or index."),
    Column("unit_code", String(16), primary_key=True, comment="Unit; an empty text for the district."),
    Column("owed", Integer, nullable=False, comment="Tasks owed."),
    Column("reported", Integer, nullable=False, comment="Owed tasks answered, nil included."),
    Column("nil", Integer, nullable=False, comment="Owed tasks where nothing occurred."),
    Column("missing", Integer, nullable=False, comment="Owed tasks nobody answered."),
    Column("completed", Integer, nullable=False, comment="Owed tasks completed."),
    Column("in_progress", Integer, nullable=False, comment="Owed tasks in progress."),
    Column("not_started", Integer, nullable=False, comment="Owed tasks not started."),
    Column("score", Float, comment="Implementation score, 0–100; not a PCI or PGI score."),
    Column("coverage_pct", Float, comment="Reported in percent of owed."),
    Column("on_time_pct", Float, comment="Answered on time in percent of owed."),
    _recorded(),
    comment="The figures of every report, as they were published. Grain: figure of a report.",
)
withdrawal = Table(
    "withdrawal",
    metadata,
    Column("submission_id", ForeignKey("submission.submission_id"), primary_key=True, comment="Key of the file."),
    Column("who", Text, nullable=False, comment="Who decided: name and office."),
    Column("reason", Text, nullable=False, comment="Why."),
    _recorded(),
    comment="Files taken out by a person; from that moment nothing in them counts. Grain: submission.",
)
waiver = Table(
    "waiver",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True, comment="Number of the decision."),
    Column("plan_id", String(64), nullable=False, comment="Plan, like pci-pgi-2024."),
    Column("period_id", String(16), nullable=False, comment="Reporting period, like 2024-11."),
    Column("unit_code", String(16), nullable=False, comment="Code of the unit (commune, ward or town)."),
    Column("rule", String(64), nullable=False, comment="Code of the rule."),
    Column("until_at", UtcDateTime, nullable=False, comment="Until when it holds."),
    Column("who", Text, nullable=False, comment="Who decided: name and office."),
    Column("reason", Text, nullable=False, comment="Why."),
    _recorded(),
    Index("ix_waiver_period", "plan_id", "period_id", "unit_code"),
    comment="Decisions that a rule has no consequences for a unit's files of a period; the newest one holds."
    " Grain: decision.",
)
reopening = Table(
    "reopening",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True, comment="Number of the decision."),
    Column("plan_id", String(64), nullable=False, comment="Plan, like pci-pgi-2024."),
    Column("period_id", String(16), nullable=False, comment="Reporting period, like 2024-11."),
    Column("until_at", UtcDateTime, nullable=False, comment="Until when the period is collected."),
    Column("who", Text, nullable=False, comment="Who decided: name and office."),
    Column("reason", Text, nullable=False, comment="Why."),
    _recorded(),
    Index("ix_reopening_period", "plan_id", "period_id"),
    comment="Decisions that a period is collected until a later moment; the newest one holds. Grain: decision.",
)
plan_adoption = Table(
    "plan_adoption",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True, comment="Number of the decision."),
    Column("plan_id", String(64), nullable=False, comment="Plan, like pci-pgi-2024."),
    Column("period_id", String(16), nullable=False, comment="Reporting period, like 2024-11."),
    Column("plan_sha256", String(64), nullable=False, comment="SHA-256 of the plan version that holds from now on."),
    Column("changes", JSON, nullable=False, comment="What the version changes of the period's figures."),
    Column("who", Text, nullable=False, comment="Who decided: name and office."),
    Column("reason", Text, nullable=False, comment="Why."),
    _recorded(),
    Index("ix_plan_adoption_period", "plan_id", "period_id"),
    comment="Decisions that a changed plan holds for a period that was open already. Grain: decision.",
)
gate_outcome = Table(
    "gate_outcome",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True, comment="Number of the outcome."),
    Column("plan_id", String(64), nullable=False, comment="Plan, like pci-pgi-2024."),
    Column("period_id", String(16), nullable=False, comment="Reporting period, like 2024-11."),
    Column("revision", Integer, nullable=False, comment="Revision that was to be published."),
    Column("as_of", UtcDateTime, nullable=False, comment="Moment whose figures were looked at."),
    Column("suite", String(64), nullable=False, comment="Suite the rule stands in."),
    Column("rule", String(64), nullable=False, comment="Code of the rule."),
    Column("severity", String(16), nullable=False, comment="critical, warning or info."),
    Column("checked", Integer, nullable=False, comment="Rows looked at."),
    Column("failed", Integer, nullable=False, comment="Rows that failed."),
    Column("first_rows", JSON, nullable=False, comment="The first rows that failed."),
    _recorded(),
    Index("ix_gate_outcome_period", "plan_id", "period_id"),
    comment="What stood between figures and their publication. Grain: rule of the gate × run of the gate.",
)
letter = Table(
    "letter",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True, comment="Number of the letter."),
    Column("letter_key", String(200), nullable=False, unique=True, comment="What the letter is queued once for."),
    Column("kind", String(32), nullable=False, comment="receipt, announcement, reminder or report."),
    Column("channel", String(16), nullable=False, comment="email or folder."),
    Column("period_id", String(16), comment="Period it is about."),
    Column("unit_code", String(16), comment="Unit it is about or goes to."),
    Column("folder", Text, comment="Folder it is put into."),
    Column("content", JSON, nullable=False, comment="Addressees, subject, texts and attachments."),
    _recorded(),
    comment="Letters, each queued once under its key. Grain: letter.",
)
delivery_attempt = Table(
    "delivery_attempt",
    metadata,
    Column("attempt_id", Integer, primary_key=True, autoincrement=True, comment="Number of the attempt."),
    Column("letter_key", ForeignKey("letter.letter_key"), nullable=False, index=True, comment="The letter."),
    _recorded(),
    comment="Attempts to deliver letters; one without an outcome was interrupted, and nobody knows how far it came."
    " Grain: attempt to deliver a letter.",
)
delivery_outcome = Table(
    "delivery_outcome",
    metadata,
    Column("attempt_id", ForeignKey("delivery_attempt.attempt_id"), primary_key=True, comment="Number of the attempt."),
    Column("outcome", String(32), nullable=False, comment="sent, partly_refused, refused or deferred."),
    Column("detail", Text, nullable=False, comment="What was said."),
    Column("refused", JSON, nullable=False, comment="Refused addresses with the server's words."),
    _recorded(),
    comment="How attempts ended. Grain: delivery attempt that ended.",
)
