"""Numbers that count up per kind, scope and period (编号序列)."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from app.storage.tables import number_sequence
from app.storage.unit_of_work import UnitOfWork

# Texts, because building these statements costs more than running them.
ON = sa.bindparam("on", type_=number_sequence.c.on.type)
TAKE = sa.text(
    'INSERT INTO number_sequence (kind, scope, "on", last) VALUES (:kind, :scope, :on, :count)'
    ' ON CONFLICT (kind, scope, "on") DO UPDATE SET last = number_sequence.last + excluded.last RETURNING last'
).bindparams(ON)
GIVE_BACK = sa.text(
    'UPDATE number_sequence SET last = last - :count WHERE kind = :kind AND scope = :scope AND "on" = :on'
).bindparams(ON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What a number counts in. scope: the authority. on: the day or the first of the year."""

    kind: str
    scope: str
    on: date


class NumberBook:
    """The numbers of one transaction, without gaps: the row of a series is locked from its first number to the commit.

    expected: how many numbers of a series will be wanted from here on, as far as is known. They are taken at once, and
    `close` gives back what is left, which nobody else can have passed.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.expected = 1
        self._uow = uow
        self._left: dict[Series, range] = {}
        self._given: list[Series] = []

    def next_number(self, series: Series) -> int:
        """Return the next number, from 1. It is given back when the transaction is rolled back."""
        left = self._left.get(series) or self._take(series)
        self._left[series] = left[1:]
        self._given.append(series)
        return left[0]

    @property
    def given_count(self) -> int:
        """How many numbers this transaction has given out so far."""
        return len(self._given)

    def take_back(self, given_count: int) -> None:
        """Take back what was given since so many numbers were, because nothing bears them after all."""
        for series, count in Counter(self._given[given_count:]).items():
            left = self._left[series]
            if left:
                self._left[series] = range(left.start - count, left.stop)
            else:
                self._uow.connection.execute(GIVE_BACK, _values(series, count))
        del self._given[given_count:]

    def close(self) -> None:
        """Give back what was taken and not used."""
        for series, left in self._left.items():
            if left:
                self._uow.connection.execute(GIVE_BACK, _values(series, len(left)))
        self._left.clear()

    def _take(self, series: Series) -> range:
        last = int(self._uow.connection.execute(TAKE, _values(series, self.expected)).scalar_one())
        return range(last - self.expected + 1, last + 1)


def _values(series: Series, count: int) -> dict[str, object]:
    return {"kind": series.kind, "scope": series.scope, "on": series.on, "count": count}
