"""Ids and numbers for a decision, from the database of its transaction."""

from datetime import datetime

from app.domain.calendar import ZONE
from app.storage.ids import IdSource
from app.storage.numbers import NumberBook, Series
from app.storage.unit_of_work import UnitOfWork


class TransactionPorts:
    """Gives ids of a region and numbers of a sequence; a number taken here is given back when the move is rolled back.

    numbers: those that several cases of one transaction share; whoever opened them closes them.
    """

    def __init__(self, uow: UnitOfWork, ids: IdSource, region_code: str, numbers: NumberBook | None = None) -> None:
        self._ids = ids
        self._region_code = region_code
        self._numbers = numbers or NumberBook(uow)

    def next_id(self) -> int:
        """Return an id no other row has."""
        return self._ids.next_id(self._region_code)

    @property
    def given_count(self) -> int:
        """How many numbers were given out so far."""
        return self._numbers.given_count

    def take_back(self, given_count: int) -> None:
        """Take back the numbers given since so many were."""
        self._numbers.take_back(given_count)

    def next_number(self, *, kind: str, scope: str, on: datetime) -> int:
        """Return the next number; case numbers count per local day, document numbers per local year."""
        local = on.astimezone(ZONE).date()
        period = local if kind == "case" else local.replace(month=1, day=1)
        return self._numbers.next_number(Series(kind=kind, scope=scope, on=period))
