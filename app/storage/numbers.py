"""Numbers that count up per kind, scope and period (编号序列)."""

from datetime import date

import sqlalchemy as sa

from app.storage.tables import number_sequence
from app.storage.unit_of_work import UnitOfWork

# A text, because a batch of papers asks for a number each, and building the statement costs more than running it.
TAKE = sa.text(
    'INSERT INTO number_sequence (kind, scope, "on", last) VALUES (:kind, :scope, :on, 1)'
    ' ON CONFLICT (kind, scope, "on") DO UPDATE SET last = number_sequence.last + 1 RETURNING last'
).bindparams(sa.bindparam("on", type_=number_sequence.c.on.type))


def take_number(uow: UnitOfWork, *, kind: str, scope: str, on: date) -> int:
    """Return the next number, from 1. It is given back when the transaction is rolled back."""
    return int(uow.connection.execute(TAKE, {"kind": kind, "scope": scope, "on": on}).scalar_one())
