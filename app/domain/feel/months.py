"""Durations of years and months: how many days they are depends on where they begin."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

D = TypeVar("D", bound=date)
YEAR = 12
LONGEST = 100_000 * YEAR
_MONTHS = re.compile(r"(-)?P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?")


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A number of months, which may be negative."""

    count: int

    def __post_init__(self) -> None:
        """Raise OverflowError for what is longer than any calendar."""
        if abs(self.count) > LONGEST:
            raise OverflowError

    def __neg__(self) -> "Months":
        return Months(-self.count)

    def __add__(self, other: object) -> "Months":
        return Months(self.count + other.count) if isinstance(other, Months) else NotImplemented

    def __sub__(self, other: object) -> "Months":
        return Months(self.count - other.count) if isinstance(other, Months) else NotImplemented

    def __radd__(self, moment: D) -> D:
        """Return the same day of a later month, or its last day where it has no such day."""
        return _moved(moment, self.count)

    def __rsub__(self, moment: D) -> D:
        """Return the same day of an earlier month, or its last day."""
        return _moved(moment, -self.count)

    def __str__(self) -> str:
        """Return it as it is written: `P1Y2M`."""
        years, months = divmod(abs(self.count), YEAR)
        written = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if self.count < 0 else ''}P{written}"


def read_months(text: str) -> Months | None:
    """Read `P1Y2M`; None for anything else."""
    match = _MONTHS.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        return None
    count = int(match[2] or 0) * YEAR + int(match[3] or 0)
    return Months(-count if match[1] else count)


def months_between(first: date, last: date) -> Months:
    """Return the whole months from one date to another, negative when the other is the earlier."""
    if last < first:
        return -months_between(last, first)
    return Months((last.year - first.year) * YEAR + last.month - first.month - (last.day < first.day))


def _moved(moment: D, months: int) -> D:
    year, month = divmod(moment.year * YEAR + moment.month - 1 + months, YEAR)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
