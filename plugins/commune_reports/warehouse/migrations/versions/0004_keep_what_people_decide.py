"""Keep what people decide about facts: files withdrawn, rules waived, periods reopened."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "withdrawal",
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        *_decided(),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.submission_id"], name=op.f("fk_withdrawal_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_withdrawal")),
    )
    op.create_table(
        "waiver",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("unit_code", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        *_decided(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_waiver")),
    )
    op.create_index("ix_waiver_period", "waiver", ["plan_id", "period_id", "unit_code"])
    op.create_table(
        "reopening",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        *_decided(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reopening")),
    )
    op.create_index("ix_reopening_period", "reopening", ["plan_id", "period_id"])


def downgrade() -> None:
    """Drop the tables; the decisions are lost, and withdrawn files count again."""
    op.drop_index("ix_reopening_period", table_name="reopening")
    op.drop_index("ix_waiver_period", table_name="waiver")
    for table in ("reopening", "waiver", "withdrawal"):
        op.drop_table(table)


def _decided() -> tuple[sa.Column[str], sa.Column[str], sa.Column[object]]:
    return (
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
