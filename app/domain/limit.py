"""Limit expressions (时限表达式), a small grammar read from left to right.

    expression = "=" feel | "R" [digits] "/" plain | plain | clock [ digits "%" | ("+" | "-") amount ] | instant
    plain      = amount | ISO 8601 duration of weeks, days, hours, minutes and seconds (wall clock)
    amount     = digits ("WD" | "WH" | "D" | "H" | "M")
    clock      = lower snake case: promised, statutory, decided, deemed, notice5, ...

Working days are never written as ISO `P5D`: ISO durations are wall-clock time. An instant carries its offset.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn

from app.domain.errors import InvalidInput
from app.domain.messages import Word
from app.domain.vocabulary import LimitUnit

LONGEST = 200
LARGEST = 10_000
WHOLE = 100
ENDLESS = 10_000
TOKEN = re.compile(r"(?P<number>\d+)|(?P<clock>[a-z][a-z0-9_]*)|(?P<unit>WD|WH|D|H|M)|(?P<sign>[-+])|(?P<share>%)")
SPACE = re.compile(r"\s*")
CYCLE = re.compile(r"R(\d*)/")
DURATION = re.compile(r"P(?:(\d+)W|(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?)")
INSTANT = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """An amount of a unit, such as five working days. amount >= 0; signed inside an offset alone."""

    amount: int
    unit: LimitUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLimit:
    """The due instant of a clock, a share of its time (1 to 100 percent), or so much before or after it."""

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
class ExpressionLimit:
    """A FEEL expression that gives a limit; evaluated once, when the wait begins."""

    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleLimit:
    """A limit that comes again `repeat` times."""

    repeat: int
    limit: TimeLimit | DurationLimit


LimitExpression = TimeLimit | NamedLimit | InstantLimit | DurationLimit | ExpressionLimit | CycleLimit


def parse_limit(text: str) -> LimitExpression:
    """Read a limit expression.

    Raises InvalidInput `limit_malformed` with the text, the position (0-based) and column (1-based) where it stops
    making sense, and what was expected there. A limit below zero is malformed at its sign; only an offset of a clock is
    signed.
    """
    if len(text) > LONGEST:
        raise _malformed(text[:LONGEST], LONGEST, "end")
    return _Reader(text).read()


def format_limit(limit: LimitExpression) -> str:
    """Return the text `parse_limit` reads as this limit, in its shortest form."""
    match limit:
        case TimeLimit():
            return f"{limit.amount}{limit.unit}" if limit.unit != LimitUnit.SECOND else f"PT{limit.amount}S"
        case DurationLimit():
            return f"PT{limit.seconds}S"
        case InstantLimit():
            return limit.at.isoformat()
        case ExpressionLimit():
            return f"={limit.expression}"
        case CycleLimit():
            return f"R{'' if limit.repeat == ENDLESS else limit.repeat}/{format_limit(limit.limit)}"
        case NamedLimit():
            return _format_named(limit)


def _format_named(limit: NamedLimit) -> str:
    if limit.percent is not None:
        return f"{limit.clock} {limit.percent}%"
    if limit.offset is None:
        return limit.clock
    return f"{limit.clock} {'-' if limit.offset.amount < 0 else '+'} {abs(limit.offset.amount)}{limit.offset.unit}"


def _malformed(text: str, position: int, expected: str) -> InvalidInput:
    return InvalidInput(
        "limit_malformed",
        text=text,
        position=position,
        column=position + 1,
        expected=Word(f"clock.limit_expected.{expected}"),
    )


class _Reader:
    """Reads one expression; `_at` is how far it has come."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def read(self) -> LimitExpression:
        self._skip()
        rest = self._text[self._at :].rstrip()
        if rest.startswith("="):
            self._at += 1
            expression = rest[1:].strip()
            return ExpressionLimit(expression=expression) if expression else self._refuse("expression")
        cycle = CYCLE.match(self._text, self._at)
        if cycle:
            self._at = cycle.end()
            return CycleLimit(repeat=self._bounded(cycle[1] or str(ENDLESS), cycle.start(1)), limit=self._plain())
        if INSTANT.match(rest):
            return self._instant(rest)
        if rest.startswith("P") or rest[:1].isdigit():
            return self._plain()
        return self._named()

    def _plain(self) -> TimeLimit | DurationLimit:
        if not self._text.startswith("P", self._at):
            limit: TimeLimit | DurationLimit = self._amount()
        else:
            found = DURATION.match(self._text, self._at)
            if found is None:
                self._refuse("duration")
            weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
            limit = DurationLimit(seconds=(((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds)
            self._at = found.end()
        self._end()
        return limit

    def _instant(self, rest: str) -> InstantLimit:
        try:
            at = datetime.fromisoformat(rest)
        except ValueError:
            self._refuse("instant")
        if at.tzinfo is None:
            self._at += len(rest)
            self._refuse("offset")
        return InstantLimit(at=at.astimezone(UTC))

    def _named(self) -> NamedLimit:
        clock = self._take("clock")
        self._skip()
        if self._at == len(self._text):
            return NamedLimit(clock=clock)
        if self._text[self._at].isdigit():
            start = self._at
            percent = self._bounded(self._take("number"), start)
            if not 0 < percent <= WHOLE:
                self._at = start
                self._refuse("percent")
            self._take("share")
            self._end()
            return NamedLimit(clock=clock, percent=percent)
        sign = self._take("sign")
        offset = self._amount()
        self._end()
        amount = -offset.amount if sign == "-" else offset.amount
        return NamedLimit(clock=clock, offset=TimeLimit(amount=amount, unit=offset.unit))

    def _amount(self) -> TimeLimit:
        self._skip()
        start = self._at
        amount = self._bounded(self._take("number"), start)
        return TimeLimit(amount=amount, unit=LimitUnit(self._take("unit")))

    def _bounded(self, digits: str, start: int) -> int:
        if len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
            self._at = start
            self._refuse("number")
        return int(digits)

    def _take(self, kind: str) -> str:
        self._skip()
        found = TOKEN.match(self._text, self._at)
        if found is None or found.lastgroup != kind:
            self._refuse(kind)
        self._at = found.end()
        return found[0]

    def _skip(self) -> None:
        space = SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at

    def _end(self) -> None:
        self._skip()
        if self._at != len(self._text):
            self._refuse("end")

    def _refuse(self, expected: str) -> NoReturn:
        raise _malformed(self._text, self._at, expected)
