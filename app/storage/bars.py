"""Bars of applicants (不得再次申请), asked at every receipt."""

from collections.abc import Collection
from dataclasses import fields

import sqlalchemy as sa

from app.domain.revocation import BarRow
from app.storage.tables import application_bar

COLUMNS = [application_bar.c[field.name] for field in fields(BarRow)]


def bars_of(
    connection: sa.Connection, holders: Collection[tuple[str, str]], matter_codes: Collection[str]
) -> tuple[BarRow, ...]:
    """Return the bars of holders for some matters, ended ones too. holders: type and number of identity documents."""
    columns = application_bar.c
    query = sa.select(*COLUMNS).where(
        columns.holder_id_number.in_(sorted({number for _kind, number in holders})),
        columns.matter_code.in_(sorted(matter_codes)),
    )
    found = (BarRow(**row._asdict()) for row in connection.execute(query))
    return tuple(bar for bar in found if (bar.holder_id_type, bar.holder_id_number) in holders)
