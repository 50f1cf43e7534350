"""Values of the expression language: exact numbers, three-valued logic, ranges, dates and durations.

Kinds: number (int, Decimal, float), text, boolean, date, time, date and time, duration of days and seconds, duration of
years and months, list, context (a mapping), range, null. Operations on kinds that do not fit give null, as FEEL says.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from app.domain.feel.months import Months, read_months
from app.domain.feel.refusals import FeelStopped

MAX_TEXT = 100_000
MAX_POWER = 64
MAX_BASE = 10**9
# What a power may give; whole numbers have no size of their own, and squaring them again and again takes for ever.
MAX_NUMBER = MAX_BASE**MAX_POWER
_DURATION = re.compile(r"(-)?P(?:(\d{1,6})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?")
_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
_ORDERED: frozenset[type] = frozenset({str, date, datetime, time, timedelta, Months})
MINUTE_S, HOUR_S = 60, 3600

_KINDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("number", (int, Decimal, float)),
    ("list", (list, tuple)),
    ("context", (Mapping,)),
)

Test = Callable[[object, object], bool]
ORDERS: dict[str, Test] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}  # type: ignore[dict-item]


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two ends."""

    low: object
    high: object
    has_low: bool
    has_high: bool

    def contains(self, value: object) -> bool | None:
        """Say whether `value` lies inside; None when it cannot be compared."""
        above = compare(value, self.low, ORDERS[">=" if self.has_low else ">"])
        below = compare(value, self.high, ORDERS["<=" if self.has_high else "<"])
        return None if above is None or below is None else above and below


def is_number(value: object) -> bool:
    """Say whether `value` is a number; a boolean is none."""
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool)


def exact(value: object) -> int | Decimal:
    """Return a number without binary rounding: 0.1 is a tenth. Raises ArithmeticError for what is not finite."""
    if isinstance(value, float):
        number = Decimal(repr(value))
        if not number.is_finite():
            raise ArithmeticError
        return number
    assert isinstance(value, int | Decimal)
    return value


def kind_of(value: object) -> str:
    """Return the kind of a value, for equality: values of two kinds are neither equal nor different."""
    if isinstance(value, bool):
        return "boolean"
    return next((name for name, types in _KINDS if isinstance(value, types)), type(value).__name__)


def equal(left: object, right: object) -> bool | None:
    """Compare for equality. null equals null only; values of two kinds give null."""
    if type(left) is type(right) and type(left) in (str, int, bool):
        return left == right
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    return _EQUALITIES.get(kind, _equal_plainly)(left, right) if kind == kind_of(right) else None


def compare(left: object, right: object, test: Test) -> bool | None:
    """Apply an order to two numbers, texts, dates or durations of one kind; null for anything else."""
    kind = type(left)
    if kind is type(right) and (kind is int or kind in _ORDERED):
        try:
            return test(left, right)
        except TypeError:
            # Of an instant with an offset and one without neither is the earlier.
            return None
    if not is_number(left) or not is_number(right):
        return None
    try:
        return test(exact(left), exact(right))
    except ArithmeticError:
        return None


def calculate(sign: str, left: object, right: object) -> object:
    """Return `left sign right`; null where the kinds do not fit. Raises FeelStopped when the result grows too large."""
    try:
        if is_number(left) and is_number(right):
            return bounded(_NUMERIC[sign](exact(left), exact(right)))
        if isinstance(left, str) and isinstance(right, str) and sign == "+":
            return _joined(left, right)
        return _on_dates(sign, left, right)
    except (ArithmeticError, TypeError):
        return None


def bounded(number: int | Decimal) -> int | Decimal:
    """Return a number as it is. Raises FeelStopped when it is whole and too large."""
    if type(number) is int and not -MAX_NUMBER <= number <= MAX_NUMBER:
        raise FeelStopped("feel_too_large")
    return number


def negate(value: object) -> object:
    """Return the number or duration with the other sign; null for anything else."""
    if is_number(value):
        return calculate("-", 0, value)
    return -value if isinstance(value, timedelta | Months) else None


def read_duration(text: str) -> timedelta | Months | None:
    """Read `P2DT3H4M5S` or `P1Y2M`; None for whatever else is no duration, years or months with days among it."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        return read_months(text)
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups()[1:])
    value = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -value if match[1] else value


def say_duration(value: timedelta) -> str:
    """Return a duration of days and seconds as it is written: `P2DT3H4M5S`."""
    seconds = abs(value) // timedelta(seconds=1)
    hours, rest = divmod(seconds % (24 * HOUR_S), HOUR_S)
    days = f"{seconds // (24 * HOUR_S)}D" if seconds >= 24 * HOUR_S else ""
    parts = ((hours, "H"), (rest // MINUTE_S, "M"), (rest % MINUTE_S, "S"))
    clock = "".join(f"{number}{unit}" for number, unit in parts if number)
    return f"{'-' if value < timedelta() else ''}P{days}{'T' + clock if clock else ''}" if seconds else "PT0S"


def say_moment(value: date | time | timedelta | Months) -> str:
    """Return a date, a time, both, or a duration as it is written."""
    if isinstance(value, date | time):
        return value.isoformat()
    return say_duration(value) if isinstance(value, timedelta) else str(value)


def read_time(text: str) -> time | None:
    """Read `09:30:00`, with an offset or without; None for anything else."""
    try:
        return time.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        return None


def read_moment(text: str) -> date | datetime | time | timedelta | Months | None:
    """Read what may stand behind `@`: a date, a time, both, or a duration; None when it is none of them."""
    if text.startswith(("P", "-P")):
        return read_duration(text)
    if _TIME.fullmatch(text):
        return read_time(text)
    try:
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None


def _equal_plainly(left: object, right: object) -> bool:
    return left == right


def _equal_numbers(left: object, right: object) -> bool | None:
    try:
        return exact(left) == exact(right)
    except ArithmeticError:
        return None


def _equal_lists(left: Sequence[object], right: Sequence[object]) -> bool:
    return len(left) == len(right) and all(equal(a, b) is True for a, b in zip(left, right, strict=True))


def _equal_contexts(left: Mapping[str, object], right: Mapping[str, object]) -> bool:
    return left.keys() == right.keys() and all(equal(left[key], right[key]) is True for key in left)


def _joined(left: str, right: str) -> str:
    if len(left) + len(right) > MAX_TEXT:
        raise FeelStopped("feel_too_large")
    return left + right


def _on_dates(sign: str, left: object, right: object) -> object:
    if sign == "*" and is_number(left):
        left, right = right, left
    if isinstance(left, timedelta | Months) and is_number(right):
        return _scaled(sign, left, exact(right))
    if sign == "+" and isinstance(left, timedelta | Months) and isinstance(right, date):
        left, right = right, left
    if isinstance(right, Months) and isinstance(left, date | Months) and sign in "+-":
        return left + right if sign == "+" else left - right
    if isinstance(left, date | timedelta) and isinstance(right, timedelta) and sign in "+-":
        return left + right if sign == "+" else left - right
    if sign == "-" and isinstance(left, date) and isinstance(right, date) and type(left) is type(right):
        return left - right
    return None


def _scaled(sign: str, duration: timedelta | Months, factor: int | Decimal) -> timedelta | Months | None:
    if sign not in "*/":
        return None
    whole = Decimal(duration.count) if isinstance(duration, Months) else Decimal(duration // timedelta(microseconds=1))
    number = int(whole * factor if sign == "*" else whole / factor)
    return Months(number) if isinstance(duration, Months) else timedelta(microseconds=number)


def _divided(left: int | Decimal, right: int | Decimal) -> Decimal:
    return Decimal(left) / Decimal(right)


def _power(left: int | Decimal, right: int | Decimal) -> int | Decimal:
    if not -MAX_POWER <= right <= MAX_POWER or not -MAX_BASE <= left <= MAX_BASE:
        raise FeelStopped("feel_too_large")
    if isinstance(left, int) and isinstance(right, int) and right >= 0:
        return int(left**right)
    return Decimal(left) ** Decimal(right)


_NUMERIC: dict[str, Callable[[int | Decimal, int | Decimal], int | Decimal]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divided,
    "**": _power,
}
_EQUALITIES: dict[str, Callable[..., bool | None]] = {
    "number": _equal_numbers,
    "list": _equal_lists,
    "context": _equal_contexts,
}
