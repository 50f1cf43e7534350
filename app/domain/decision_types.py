"""Types a column of a decision table declares: what a form holds as text becomes the value the cells compare with."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from app.domain.feel.functions import FUNCTIONS
from app.domain.feel.months import Months
from app.domain.feel.values import read_duration

Convert = Callable[[object], object]


def conversion_of(kind: str) -> Convert | None:
    """Return how a value becomes one of `kind`, a `typeRef` of DMN; None where it stays as it is.

    A text that cannot be read as that kind stays a text, which no cell of the kind accepts.
    """
    return _CONVERSIONS.get(kind.rpartition(":")[2].replace(" ", "").lower())


def _reading(function: str, *, takes_dates: bool = False) -> Convert:
    read = FUNCTIONS[function].run

    def convert(value: object) -> object:
        if not isinstance(value, str) and not (takes_dates and isinstance(value, datetime)):
            return value
        try:
            found = read(value)
        except (ArithmeticError, ValueError):
            return value
        return value if found is None else found

    return convert


def _duration(kind: type[timedelta] | type[Months]) -> Convert:
    def convert(value: object) -> object:
        found = read_duration(value) if isinstance(value, str) else None
        return found if isinstance(found, kind) else value

    return convert


def _date(value: object) -> object:
    """Take the day of what a form holds as a date, or of an instant."""
    if isinstance(value, str) and "T" in value:
        try:
            return datetime.fromisoformat(value).date()
        except ValueError:
            return value
    return value if type(value) is date else _TO_DATE(value)


_TO_DATE = _reading("date", takes_dates=True)
_NUMBER = _reading("number")
_CONVERSIONS: Mapping[str, Convert] = {
    **dict.fromkeys(("number", "integer", "long", "double", "decimal", "float"), _NUMBER),
    "date": _date,
    "time": _reading("time"),
    "datetime": _reading("date and time"),
    "dateandtime": _reading("date and time"),
    "daytimeduration": _duration(timedelta),
    "daysandtimeduration": _duration(timedelta),
    "yearmonthduration": _duration(Months),
    "yearsandmonthsduration": _duration(Months),
}
