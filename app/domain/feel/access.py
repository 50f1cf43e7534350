"""Reading values at run time: fields of contexts, items of lists, tests against a value. Look-ups only."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

from app.domain.feel.months import YEAR, Months
from app.domain.feel.run import Run
from app.domain.feel.values import Range, equal, is_number


def matches(value: object, expected: object, run: Run) -> bool | None:
    """Say whether a value passes a cell: a range or list contains it, anything else equals it."""
    if isinstance(expected, Range):
        return expected.contains(value)
    if isinstance(expected, list | tuple) and not isinstance(value, list | tuple):
        run.spend(len(expected))
        return any(
            item.contains(value) is True if isinstance(item, Range) else equal(item, value) is True for item in expected
        )
    return equal_counted(value, expected, run)


def equal_counted(left: object, right: object, run: Run) -> bool | None:
    """Compare for equality; lists and contexts cost what they weigh."""
    if isinstance(left, list | tuple | dict):
        run.spend(_weight(left))
    return equal(left, right)


def _weight(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_weight, value.values()))
    return 1 + sum(map(_weight, value)) if isinstance(value, list | tuple) else 1


def as_list(value: object) -> Sequence[object]:
    """Return a list as it is and anything else as a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


Part = Callable[..., object]
_DATE_PARTS: Mapping[str, Part] = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "weekday": lambda value: value.isoweekday(),
}
_TIME_PARTS: Mapping[str, Part] = {
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
    "second": lambda value: value.second,
}
_PARTS: Mapping[type, Mapping[str, Part]] = {
    date: _DATE_PARTS,
    datetime: {**_DATE_PARTS, **_TIME_PARTS},
    time: _TIME_PARTS,
    timedelta: {"days": lambda value: value.days},
    Months: {
        "years": lambda value: int(value.count / YEAR),
        "months": lambda value: value.count - YEAR * int(value.count / YEAR),
    },
}


def step_into(value: object, step: str, run: Run) -> object:
    """Return the field `step` of a context, of every item of a list, or a part of a date, time or duration; else null."""
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list | tuple):
        run.spend(len(value))
        return [step_into(item, step, run) for item in value]
    part = _PARTS.get(type(value), {}).get(step)
    return part(value) if part is not None else None


def pick(value: object, index: object) -> object:
    """Return the item at a position from 1, or from the end when negative; null outside."""
    if value is None or not is_number(index):
        return None
    items, number = as_list(value), int(index)  # type: ignore[call-overload]
    if not number or not -len(items) <= number <= len(items):
        return None
    return items[number - 1 if number > 0 else number]
