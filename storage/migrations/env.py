"""What Alembic runs: the connection comes from `storage.migrate`, so the command line needs no alembic.ini."""

from alembic import context

from storage import (  # noqa: F401  (importing them fills the metadata)
    case_tables,
    judged_tables,
    people_tables,
    privacy_tables,
    rule_tables,
    seal_tables,
    tables,
)
from storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_server_default=True)
with context.begin_transaction():
    context.run_migrations()
