"""Alembic calls this for every migration; the connection comes from L{hichat.storage.migrate}."""

from alembic import context

from hichat.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
