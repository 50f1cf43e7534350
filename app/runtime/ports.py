"""Ids and numbers for a decision, from the database of its transaction."""

from datetime import datetime

from app.domain.calendar import ZONE
from app.storage.ids import IdSource
from app.storage.numbers import take_number
from app.storage.unit_of_work import UnitOfWork


class TransactionPorts:
    """Gives ids of a region and numbers of a sequence; a number taken here is given back when the move is rolled back."""

    def __init__(self, uow: UnitOfWork, ids: IdSource, region_code: str) -> None:
        self._uow = uow
        self._ids = ids
        self._region_code = region_code

    def next_id(self) -> int:
        """Return an id no other row has."""
        return self._ids.next_id(self._region_code)

    def next_number(self, *, kind: str, scope: str, on: datetime) -> int:
        """Return the next number; case numbers count per local day, document numbers per local year."""
        local = on.astimezone(ZONE).date()
        return take_number(
            self._uow, kind=kind, scope=scope, on=local if kind == "case" else local.replace(month=1, day=1)
        )
