"""Keep a key of each longer result text, so that texts copied from another unit are found without comparing all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column, empty for rows stored before."""
    op.add_column("task_report", sa.Column("text_key", sa.String(32)))
    op.create_index("ix_task_report_text_key", "task_report", ["text_key"])


def downgrade() -> None:
    """Drop the column; nothing but the key is lost."""
    op.drop_index("ix_task_report_text_key", "task_report")
    op.drop_column("task_report", "text_key")
