"""Alembic migrations of the warehouse: each runs once, forward only."""
