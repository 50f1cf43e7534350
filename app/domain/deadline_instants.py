"""Instants of a limit expression in a case: what a deadline row holds (到期事项)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.calendar import ResolvedCalendar, to_local, to_utc
from app.domain.clock_state import NOT_STARTED, ClockState
from app.domain.counting import CountingRules, begin, before_working_days, due_at, merge, threshold
from app.domain.errors import InvalidInput
from app.domain.limit import (
    CycleLimit,
    DurationLimit,
    InstantLimit,
    LimitExpression,
    NamedLimit,
    TimeLimit,
)
from app.domain.time_rules import CardRuleSet
from app.domain.vocabulary import LimitUnit

DECIDED = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineInstants:
    """Legal instants of a deadline, aware UTC; all None while its clock is paused or not started.

    clock: the ledger clock it is derived from, None for wall-clock time.
    """

    due_at: datetime | None
    yellow_at: datetime | None = None
    red_at: datetime | None = None
    is_provisional: bool = False
    clock: str | None = None
    limit_amount: int | None = None
    limit_unit: str | None = None
    calendar_id: str | None = None


def derive(
    expression: LimitExpression,
    *,
    clocks: Mapping[str, ClockState],
    started_at: datetime,
    calendar: ResolvedCalendar,
    counting: CountingRules,
    decided_at: datetime | None = None,
    rule_set: CardRuleSet | None = None,
) -> DeadlineInstants:
    """Return the instants of a limit expression.

    started_at: where a plain amount counts from. decided_at: the decision, for `decided + 10WD`.
    Raises InvalidInput `clock_unknown` for a clock the case does not have, `limit_not_computed` for an expression that
    was not evaluated yet.
    """
    if isinstance(expression, CycleLimit):
        expression = expression.limit
    if isinstance(expression, InstantLimit):
        return DeadlineInstants(due_at=expression.at)
    if isinstance(expression, DurationLimit):
        expression = TimeLimit(amount=expression.seconds, unit=LimitUnit.SECOND)
    if isinstance(expression, TimeLimit):
        return _amount(expression, started_at, calendar, counting, rule_set)
    if isinstance(expression, NamedLimit):
        return _named(expression, clocks, calendar, counting, decided_at)
    raise InvalidInput("limit_not_computed", text=expression.expression)


def _amount(
    limit: TimeLimit,
    started_at: datetime,
    calendar: ResolvedCalendar,
    counting: CountingRules,
    rule_set: CardRuleSet | None,
) -> DeadlineInstants:
    is_wall_clock = limit.unit in (LimitUnit.SECOND, LimitUnit.HOUR)
    start = to_local(started_at)
    began = start if is_wall_clock else begin(start, calendar, counting.start_policy)
    due = due_at(began, limit, (), calendar, counting)
    yellow = red = None
    if rule_set is not None and not is_wall_clock:
        if rule_set.yellow_percent is not None:
            yellow = threshold(began, due, (), calendar, rule_set.yellow_percent)
        if rule_set.red_percent is not None:
            red = threshold(began, due, (), calendar, rule_set.red_percent)
    return DeadlineInstants(
        due_at=to_utc(due),
        yellow_at=to_utc(yellow) if yellow else None,
        red_at=to_utc(red) if red else None,
        is_provisional=not is_wall_clock and calendar.is_provisional(due.date()),
        limit_amount=limit.amount,
        limit_unit=limit.unit,
        calendar_id=calendar.id,
    )


def _named(
    named: NamedLimit,
    clocks: Mapping[str, ClockState],
    calendar: ResolvedCalendar,
    counting: CountingRules,
    decided_at: datetime | None,
) -> DeadlineInstants:
    if named.clock == DECIDED:
        return _from_instant(named, decided_at, calendar, counting)
    clock = clocks.get(named.clock)
    if clock is None or clock.status == NOT_STARTED:
        raise InvalidInput("clock_unknown", clock=named.clock)
    if clock.due_at is None or clock.began_at is None:
        return DeadlineInstants(due_at=None, clock=named.clock, calendar_id=clock.calendar_id)
    due, began = to_local(clock.due_at), to_local(clock.began_at)
    if named.percent is not None:
        found = threshold(began, due, merge(clock.suspended), calendar, named.percent) or due
    elif named.offset is None:
        found = due
    else:
        found = _offset(due, named.offset, calendar, counting)
    return DeadlineInstants(
        due_at=to_utc(found),
        is_provisional=clock.is_provisional,
        clock=named.clock,
        limit_amount=named.percent or (named.offset.amount if named.offset else None),
        limit_unit="PCT" if named.percent else (named.offset.unit if named.offset else None),
        calendar_id=clock.calendar_id,
    )


def _from_instant(
    named: NamedLimit, at: datetime | None, calendar: ResolvedCalendar, counting: CountingRules
) -> DeadlineInstants:
    if at is None:
        return DeadlineInstants(due_at=None)
    if named.offset is None:
        return DeadlineInstants(due_at=at)
    found = _offset(to_local(at), named.offset, calendar, counting)
    return DeadlineInstants(
        due_at=to_utc(found),
        is_provisional=calendar.is_provisional(found.date()),
        limit_amount=named.offset.amount,
        limit_unit=named.offset.unit,
        calendar_id=calendar.id,
    )


def _offset(at: datetime, offset: TimeLimit, calendar: ResolvedCalendar, counting: CountingRules) -> datetime:
    """Return the instant so much after `at`, or before it: working days back end at the close of the day (section 4)."""
    if offset.amount >= 0:
        return due_at(at, offset, (), calendar, counting)
    if offset.unit == LimitUnit.WORKING_DAY:
        return before_working_days(at, -offset.amount, calendar)
    if offset.unit == LimitUnit.WORKING_HOUR:
        return calendar.last_with(max(0, calendar.office_seconds(at) + offset.amount * 3600))
    raise InvalidInput("limit_malformed", text=f"{offset.amount}{offset.unit}", position=0)
