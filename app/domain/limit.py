"""Limit expressions (时限表达式): `5WD`, `4WH`, `3D`, `promised 50%`, `statutory + 10WD`, `PT2H`, `R3/1D`, an instant."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.errors import InvalidInput
from app.domain.vocabulary import LimitUnit

LONGEST = 80
LARGEST_AMOUNT = 10_000
AMOUNT = re.compile(r"(\d{1,5})\s*(WD|WH|D|H|M)")
NAMED = re.compile(r"([a-z][a-z0-9_]{0,39})\s*(?:(\d{1,3})\s*%|([-+])\s*(\d{1,5})\s*(WD|WH|D|H|M))?")
CYCLE = re.compile(r"R(\d{0,4})/(.+)")
ISO_DURATION = re.compile(r"P(?!$)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
ENDLESS = 10_000
WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """An amount of a unit, such as five working days. amount >= 0, but < 0 inside an offset."""

    amount: int
    unit: LimitUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLimit:
    """The due instant of a clock, a share of its time, or so much before or after it."""

    clock: str
    percent: int | None = None
    offset: TimeLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantLimit:
    """A given instant, aware UTC."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DurationLimit:
    """Wall-clock time, from an ISO 8601 duration."""

    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedLimit:
    """A FEEL expression that gives a limit; evaluated once, when the wait begins."""

    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleLimit:
    """A limit that comes again `repeat` times."""

    repeat: int
    limit: "TimeLimit | DurationLimit"


LimitExpression = TimeLimit | NamedLimit | InstantLimit | DurationLimit | ComputedLimit | CycleLimit


def parse_limit(text: str) -> LimitExpression:
    """Read a limit expression.

    Raises InvalidInput `limit_malformed` with the text and the position (0-based) where it stops making sense, and
    `limit_negative` for a limit below zero.
    """
    body = text.strip()
    if not body or len(body) > LONGEST:
        raise InvalidInput("limit_malformed", text=text[:LONGEST], position=0)
    if body.startswith("="):
        return ComputedLimit(expression=body[1:].strip())
    if body.startswith("-"):
        raise InvalidInput("limit_negative", text=body)
    cycle = CYCLE.fullmatch(body)
    if cycle:
        inner = parse_limit(cycle[2])
        if not isinstance(inner, TimeLimit | DurationLimit):
            raise InvalidInput("limit_malformed", text=text, position=cycle.start(2))
        return CycleLimit(repeat=int(cycle[1] or ENDLESS), limit=inner)
    return _plain(body)


def _plain(body: str) -> LimitExpression:
    amount = AMOUNT.fullmatch(body)
    if amount:
        return TimeLimit(amount=int(amount[1]), unit=LimitUnit(amount[2]))
    named = NAMED.fullmatch(body)
    if named:
        return _named(named, body)
    if body.startswith("P"):
        duration = ISO_DURATION.fullmatch(body)
        if duration:
            days, hours, minutes, seconds = (int(part or 0) for part in duration.groups())
            return DurationLimit(seconds=((days * 24 + hours) * 60 + minutes) * 60 + seconds)
    if body[:4].isdigit():
        return _instant(body)
    position = max((match.end() for match in (AMOUNT.match(body), NAMED.match(body)) if match), default=0)
    raise InvalidInput("limit_malformed", text=body, position=position)


def _named(named: re.Match[str], body: str) -> NamedLimit:
    clock, percent, sign, amount, unit = named.groups()
    if percent is not None:
        if not 0 < int(percent) <= WHOLE:
            raise InvalidInput("limit_malformed", text=body, position=named.start(2))
        return NamedLimit(clock=clock, percent=int(percent))
    if amount is None:
        return NamedLimit(clock=clock)
    signed = int(amount) if sign == "+" else -int(amount)
    return NamedLimit(clock=clock, offset=TimeLimit(amount=signed, unit=LimitUnit(unit)))


def _instant(body: str) -> InstantLimit:
    try:
        at = datetime.fromisoformat(body)
    except ValueError as malformed:
        raise InvalidInput("limit_malformed", text=body, position=0) from malformed
    if at.tzinfo is None:
        raise InvalidInput("instant_naive", text=body)
    return InstantLimit(at=at.astimezone(UTC))


def format_limit(limit: TimeLimit) -> str:
    """Return the text of an amount, such as `5WD`."""
    return f"{limit.amount}{limit.unit.value}"
