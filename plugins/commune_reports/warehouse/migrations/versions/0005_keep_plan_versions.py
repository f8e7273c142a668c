"""Keep what a plan version says and who took it up; obligations and openings hold for a version of the plan."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
MOMENT = sa.DateTime(timezone=True)
DATES = ("window_start", "window_end", "unit_due_at", "cut_off_at", "deadline_at")


def upgrade() -> None:
    """Number the openings; write every obligation for each version under which its period was open."""
    op.create_table(
        "plan_content",
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("plan_sha256", name=op.f("pk_plan_content")),
    )
    op.create_table(
        "plan_adoption",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_plan_adoption")),
    )
    op.create_index("ix_plan_adoption_period", "plan_adoption", ["plan_id", "period_id"])
    _set_aside("reporting_period", "obligation")
    op.create_table(
        "reporting_period",
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        sa.Column("obligations_of", sa.String(length=64), nullable=False),
        *_dates(),
        sa.PrimaryKeyConstraint("plan_id", "period_id", "number", name=op.f("pk_reporting_period")),
    )
    op.execute(
        f"""
        insert into reporting_period
            (plan_id, period_id, number, plan_sha256, obligations_of, {", ".join(DATES)}, recorded_at)
        select
            plan_id,
            period_id,
            row_number() over (partition by plan_id, period_id order by recorded_at, plan_sha256 desc) - 1,
            plan_sha256,
            plan_sha256,
            {", ".join(DATES)},
            recorded_at
        from reporting_period_aside
        """
    )
    op.create_table(
        "obligation",
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        *_owed(),
        sa.PrimaryKeyConstraint(
            "plan_id", "period_id", "plan_sha256", "unit_code", "task_code", name=op.f("pk_obligation")
        ),
        # Counting goes through all of a period: the key holds the rows themselves.
        sqlite_with_rowid=False,
    )
    op.execute(
        """
        insert into obligation (plan_id, period_id, plan_sha256, unit_code, task_code, is_owed, recorded_at)
        select
            old.plan_id,
            old.period_id,
            opening.plan_sha256,
            old.unit_code,
            old.task_code,
            old.is_owed,
            case when old.recorded_at < opening.recorded_at then opening.recorded_at else old.recorded_at end
        from obligation_aside as old
        inner join reporting_period_aside as opening
            on
                old.plan_id = opening.plan_id
                and old.period_id = opening.period_id
                and old.recorded_at <= opening.recorded_at
        """
    )
    _drop("reporting_period", "obligation")


def downgrade() -> None:
    """Keep the last opening under each version and what is owed last; what versions said and who took them up is lost."""
    op.drop_index("ix_plan_adoption_period", table_name="plan_adoption")
    op.drop_table("plan_adoption")
    op.drop_table("plan_content")
    _set_aside("reporting_period", "obligation")
    op.create_table(
        "reporting_period",
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        sa.Column("plan_sha256", sa.String(length=64), nullable=False),
        *_dates(),
        sa.PrimaryKeyConstraint("plan_id", "period_id", "plan_sha256", name=op.f("pk_reporting_period")),
    )
    op.execute(
        f"""
        insert into reporting_period (plan_id, period_id, plan_sha256, {", ".join(DATES)}, recorded_at)
        select plan_id, period_id, plan_sha256, {", ".join(DATES)}, recorded_at
        from (
            select
                reporting_period_aside.*,
                row_number() over (partition by plan_id, period_id, plan_sha256 order by number desc) as newest_first
            from reporting_period_aside
        ) as opening
        where newest_first = 1
        """
    )
    op.create_table(
        "obligation",
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("period_id", sa.String(length=16), nullable=False),
        *_owed(),
        sa.PrimaryKeyConstraint("plan_id", "period_id", "unit_code", "task_code", name=op.f("pk_obligation")),
    )
    op.execute(
        """
        insert into obligation (plan_id, period_id, unit_code, task_code, is_owed, recorded_at)
        select plan_id, period_id, unit_code, task_code, is_owed, first_recorded_at
        from (
            select
                obligation_aside.*,
                min(recorded_at) over (partition by plan_id, period_id, unit_code, task_code) as first_recorded_at,
                row_number() over (
                    partition by plan_id, period_id, unit_code, task_code order by recorded_at desc, plan_sha256
                ) as newest_first
            from obligation_aside
        ) as version
        where newest_first = 1
        """
    )
    _drop("reporting_period", "obligation")


def _set_aside(*tables: str) -> None:
    """Copy and drop, so that the names of the keys are free again."""
    for table in tables:
        op.execute(f"create table {table}_aside as select * from {table}")
        op.drop_table(table)


def _drop(*tables: str) -> None:
    for table in tables:
        op.drop_table(f"{table}_aside")


def _dates() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("window_start", sa.Date(), nullable=False),
        sa.Column("window_end", sa.Date(), nullable=False),
        sa.Column("unit_due_at", MOMENT, nullable=False),
        sa.Column("cut_off_at", MOMENT, nullable=False),
        sa.Column("deadline_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
    )


def _owed() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("unit_code", sa.String(length=16), nullable=False),
        sa.Column("task_code", sa.String(length=16), nullable=False),
        sa.Column("is_owed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
    )
