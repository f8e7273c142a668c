"""Alembic's door: migrations run on the connection `upgrade` hands over."""

from alembic import context

from commune_reports.warehouse.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
