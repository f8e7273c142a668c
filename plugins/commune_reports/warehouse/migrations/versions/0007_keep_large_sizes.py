"""Keep the size of files of 2 GB and more."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
LARGEST = 2**31 - 1


def upgrade() -> None:
    """Widen the size on PostgreSQL; SQLite's integers are wide."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("submission", "size", type_=sa.BigInteger())


def downgrade() -> None:
    """Sizes of files of 2 GB and more become 2147483647 bytes on PostgreSQL."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("submission", "size", type_=sa.Integer(), postgresql_using=f"least(size, {LARGEST})")
