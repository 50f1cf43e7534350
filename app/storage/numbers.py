"""Numbers that count up per kind, scope and period (编号序列)."""

from datetime import date

import sqlalchemy as sa

from app.storage import dialects
from app.storage.tables import number_sequence
from app.storage.unit_of_work import UnitOfWork


def take_number(uow: UnitOfWork, *, kind: str, scope: str, on: date) -> int:
    """Return the next number, from 1. It is given back when the transaction is rolled back."""
    statement = (
        dialects.insert(uow.connection, number_sequence)
        .values(kind=kind, scope=scope, on=on, last=1)
        .on_conflict_do_update(
            index_elements=["kind", "scope", "on"], set_={"last": number_sequence.c.last + sa.literal_column("1")}
        )
        .returning(number_sequence.c.last)
    )
    return int(uow.connection.execute(statement).scalar_one())
