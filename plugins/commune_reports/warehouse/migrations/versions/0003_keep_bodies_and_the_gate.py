"""Keep performing bodies and the gate's outcomes; find the row that counts by one index."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
COUNTING = (
    *("plan_id", "period_id", "unit_code", "task_code"),
    *("received_at", "recorded_at", "submission_id", "row", "sheet", "status", "progress_pct"),
)


def upgrade() -> None:
    """Make the tables and indices."""
    op.create_table(
        "body",
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("body_code", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plan_sha256", "body_code", name=op.f("pk_body")),
    )
    op.create_table(
        "task_body",
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("task_code", sa.String(length=16), nullable=False),
        sa.Column("body_code", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plan_sha256", "task_code", "body_code", "role", name=op.f("pk_task_body")),
    )
    op.create_table(
        "gate_outcome",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suite", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("first_rows", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_gate_outcome")),
    )
    op.create_index("ix_gate_outcome_period", "gate_outcome", ["plan_id", "period_id"])
    op.create_index("ix_assessment_period", "assessment", ["plan_id", "period_id"])
    op.create_index("ix_task_report_counting", "task_report", list(COUNTING))
    op.drop_index("ix_task_report_period", table_name="task_report")


def downgrade() -> None:
    """Drop the tables; who performs what is written again from the plan, what the gate found is lost."""
    op.create_index("ix_task_report_period", "task_report", ["plan_id", "period_id", "unit_code", "task_code"])
    op.drop_index("ix_task_report_counting", table_name="task_report")
    op.drop_index("ix_assessment_period", table_name="assessment")
    op.drop_index("ix_gate_outcome_period", table_name="gate_outcome")
    for table in ("gate_outcome", "task_body", "body"):
        op.drop_table(table)
