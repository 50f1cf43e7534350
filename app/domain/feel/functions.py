"""The published functions. A function checks nothing itself: the table says which kinds it takes; others give null."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from app.domain.feel import values
from app.domain.feel.months import Months, months_between
from app.domain.feel.refusals import FeelStopped

Value = object
MANY = 400
_MAX_SCALE = 20
_MAX_DIGITS = 600

# Functions that the engine room passes in for one move, because they need the working calendar of the case.
HOST_FUNCTIONS: Mapping[str, int] = {"working days between": 2, "add working days": 2}


@dataclass(frozen=True, slots=True)
class Function:
    """A published function.

    kinds: what each argument must be (number, text, boolean, list, moment, context, any); the last one
    stands for all that follow. fewest, most: number of arguments. takes_null: called even when an argument is null.
    is_quadratic: compares every item with every other.
    """

    run: Callable[..., Value]
    kinds: tuple[str, ...]
    fewest: int
    most: int
    takes_null: bool = False
    is_quadratic: bool = False

    def accepts(self, arguments: list[Value]) -> bool:
        """Say whether the arguments have the kinds this function takes."""
        last = self.kinds[-1]
        return all(
            _KINDS[self.kinds[at] if at < len(self.kinds) else last](argument) for at, argument in enumerate(arguments)
        )


def _is_list(value: Value) -> bool:
    return isinstance(value, list | tuple)


_KINDS: dict[str, Callable[[Value], bool]] = {
    "number": values.is_number,
    "text": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "list": _is_list,
    "moment": lambda value: isinstance(value, str | date),
    "context": lambda value: isinstance(value, Mapping),
    "any": lambda _value: True,
}


def _to_date(value: str | date) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value)


def _date(*parts: Value) -> Value:
    if len(parts) == 1:
        return _to_date(parts[0]) if isinstance(parts[0], str | date) else None
    year, month, day = parts
    return date(year, month, day)  # type: ignore[arg-type]


def _date_and_time(value: str | date, clock: Value = None) -> datetime | None:
    if isinstance(clock, time):
        day = _to_date(value)
        return datetime.combine(day, clock) if day is not None else None
    if isinstance(value, str):
        return datetime.fromisoformat(value) if "T" in value else None
    return value if isinstance(value, datetime) else None


def _time(*parts: Value) -> Value:
    if len(parts) == 1:
        value = parts[0]
        if isinstance(value, datetime):
            return value.timetz()
        return values.read_time(value) if isinstance(value, str) else value if isinstance(value, time) else None
    match parts:
        case (int() as hour, int() as minute, int() as second):
            return time(hour, minute, second)
        case _:
            return None


def _months(start: str | date, end: str | date) -> Months | None:
    first, last = _to_date(start), _to_date(end)
    return None if first is None or last is None else months_between(first, last)


def _years_between(start: str | date, end: str | date) -> int | None:
    first, last = _to_date(start), _to_date(end)
    if first is None or last is None:
        return None
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


def _days_between(start: str | date, end: str | date) -> int | None:
    first, last = _to_date(start), _to_date(end)
    return None if first is None or last is None else (last - first).days


def _substring(text: str, start: int, length: int | None = None) -> str | None:
    if start == 0:
        return None
    rest = text[int(start) - 1 :] if start > 0 else text[int(start) :]
    return rest if length is None else rest[: int(length)]


def _rounding(mode: str) -> Callable[..., Value]:
    def run(number: Value, scale: int = 0) -> Value:
        if not -_MAX_SCALE <= scale <= _MAX_SCALE:
            return None
        return Decimal(values.exact(number)).quantize(Decimal(1).scaleb(-int(scale)), mode)

    return run


def _items(arguments: tuple[Value, ...]) -> list[Value]:
    """Functions over a list also take the items themselves as arguments."""
    if len(arguments) == 1 and isinstance(arguments[0], list | tuple):
        return list(arguments[0])
    return list(arguments)


def _sum(*arguments: Value) -> Value:
    items = _items(arguments)
    if not items or not all(values.is_number(item) for item in items):
        return None
    return values.bounded(sum(values.exact(item) for item in items))


def _mean(*arguments: Value) -> Value:
    items = _items(arguments)
    total = _sum(items)
    return None if total is None else values.calculate("/", total, len(items))


def _extreme(order: str) -> Callable[..., Value]:
    def run(*arguments: Value) -> Value:
        items = _items(arguments)
        best = items[0] if items else None
        for item in items[1:]:
            is_better = values.compare(item, best, values.ORDERS[order])
            if is_better is None:
                return None
            best = item if is_better else best
        return best

    return run


def _list_contains(items: list[Value], wanted: Value) -> bool:
    return any(values.equal(item, wanted) is True for item in items)


def _distinct(items: list[Value]) -> list[Value]:
    found: list[Value] = []
    for item in items:
        if not _list_contains(found, item):
            found.append(item)
    return found


def _all(*arguments: Value) -> bool | None:
    items = _items(arguments)
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


def _any(*arguments: Value) -> bool | None:
    items = _items(arguments)
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


def _modulo(left: Value, right: Value) -> Value:
    divisor = values.exact(right)
    dividend = values.exact(left)
    if divisor == 0:
        return None
    # The sign follows the divisor, as FEEL says; Decimal's own remainder follows the dividend.
    rest = dividend % divisor
    return rest + divisor if rest != 0 and (rest < 0) != (divisor < 0) else rest


def _number(value: Value) -> Value:
    if values.is_number(value):
        return value
    number = Decimal(str(value))
    return number if number.is_finite() else None


def _string(value: Value) -> Value:
    match value:
        case bool():
            return str(value).lower()
        case None | str():
            return value
        case int() | Decimal() | float():
            number = Decimal(values.exact(value))
            if abs(number.adjusted()) > _MAX_DIGITS:
                raise FeelStopped("feel_too_large")
            return format(number.normalize() if number else Decimal(0), "f")
        case date() | time() | timedelta() | Months():
            return values.say_moment(value)
        case _:
            return None


def _joined(items: list[Value], separator: str = "") -> Value:
    texts = [item for item in items if isinstance(item, str)]
    if len(texts) != len(items) or sum(map(len, texts)) + len(separator) * len(texts) > values.MAX_TEXT:
        return None
    return separator.join(texts)


def _typed(run: Callable[..., Value], *kinds: str, fewest: int | None = None, many: bool = False) -> Function:
    least = len(kinds) if fewest is None else fewest
    return Function(run, kinds, least, MANY if many else len(kinds))


FUNCTIONS: Mapping[str, Function] = {
    "date": Function(_date, ("any",), 1, 3),
    "date and time": _typed(_date_and_time, "moment", "any", fewest=1),
    "time": Function(_time, ("any",), 1, 3),
    "duration": _typed(values.read_duration, "text"),
    "years and months duration": _typed(_months, "moment", "moment"),
    "years between": _typed(_years_between, "moment", "moment"),
    "days between": _typed(_days_between, "moment", "moment"),
    "contains": _typed(lambda text, part: part in text, "text", "text"),
    "starts with": _typed(str.startswith, "text", "text"),
    "ends with": _typed(str.endswith, "text", "text"),
    "upper case": _typed(str.upper, "text"),
    "lower case": _typed(str.lower, "text"),
    "string length": _typed(len, "text"),
    "substring": _typed(_substring, "text", "number", "number", fewest=2),
    "substring before": _typed(lambda text, mark: text.partition(mark)[0] if mark in text else "", "text", "text"),
    "substring after": _typed(lambda text, mark: text.partition(mark)[2] if mark else text, "text", "text"),
    "string join": _typed(_joined, "list", "text", fewest=1),
    "string": Function(_string, ("any",), 1, 1, takes_null=True),
    "number": _typed(_number, "any"),
    "count": _typed(len, "list"),
    "sum": _typed(_sum, "any", many=True),
    "min": _typed(_extreme("<"), "any", many=True),
    "max": _typed(_extreme(">"), "any", many=True),
    "mean": _typed(_mean, "any", many=True),
    "all": Function(_all, ("any",), 1, MANY, takes_null=True),
    "any": Function(_any, ("any",), 1, MANY, takes_null=True),
    "list contains": Function(_list_contains, ("list", "any"), 2, 2, takes_null=True),
    "is empty": _typed(lambda items: len(items) == 0, "list"),
    "append": Function(lambda items, *more: [*items, *more], ("list", "any"), 1, MANY, takes_null=True),
    "concatenate": _typed(lambda *lists: [item for items in lists for item in items], "list", many=True),
    "distinct values": Function(_distinct, ("list",), 1, 1, is_quadratic=True),
    "reverse": _typed(lambda items: list(reversed(items)), "list"),
    "abs": _typed(lambda number: abs(values.exact(number)), "number"),
    "modulo": _typed(_modulo, "number", "number"),
    "floor": _typed(_rounding(ROUND_FLOOR), "number", "number", fewest=1),
    "ceiling": _typed(_rounding(ROUND_CEILING), "number", "number", fewest=1),
    "round half up": _typed(_rounding(ROUND_HALF_UP), "number", "number"),
    "get or else": Function(lambda value, other: other if value is None else value, ("any",), 2, 2, takes_null=True),
}

ARITIES: Mapping[str, tuple[int, int]] = {
    **{name: (function.fewest, function.most) for name, function in FUNCTIONS.items()},
    **{name: (count, count) for name, count in HOST_FUNCTIONS.items()},
}
