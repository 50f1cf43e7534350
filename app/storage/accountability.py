"""Accountability records (责任认定) as an act on one reads them; what it changes goes through the ChangeSet."""

from dataclasses import fields

import sqlalchemy as sa

from app.domain.deemed_rows import AccountabilityRow
from app.storage.tables import accountability_record


def find_record(connection: sa.Connection, record_id: int) -> AccountabilityRow | None:
    """Return a record; None when there is none. Read again under the lock of its case before it is changed."""
    columns = [accountability_record.c[field.name] for field in fields(AccountabilityRow)]
    row = connection.execute(sa.select(*columns).where(accountability_record.c.id == record_id)).one_or_none()
    return AccountabilityRow(**row._asdict()) if row else None
