"""Which audit chains there are."""

import sqlalchemy as sa

from app.storage.tables import case_file


def list_case_ids(connection: sa.Connection) -> tuple[int, ...]:
    """Return the ids of all cases, oldest first."""
    return tuple(connection.scalars(sa.select(case_file.c.id).order_by(case_file.c.id)))
