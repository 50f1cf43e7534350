"""Run schema migrations on the connection the program gives, or on the database of `-x url=`."""

import sqlalchemy as sa
from alembic import context

from app.settings import read_settings
from app.storage.database import open_database
from app.storage.schema import comparison_options
from app.storage.tables import metadata

SHORT_WAITS = ("SET LOCAL lock_timeout = '4s'", "SET LOCAL statement_timeout = '5s'")


def run(connection: sa.Connection) -> None:
    """Run everything in one transaction; a migration that would have to wait for long fails instead."""
    context.configure(connection=connection, target_metadata=metadata, **comparison_options())
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            for statement in SHORT_WAITS:
                connection.exec_driver_sql(statement)
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    url = context.get_x_argument(as_dictionary=True).get("url") or read_settings().database_url
    with open_database(url).write() as uow:
        run(uow.connection)
