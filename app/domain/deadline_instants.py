"""Instants of a limit expression in a case: what a deadline row holds (到期事项)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.domain.calendar import ResolvedCalendar, to_local, to_utc
from app.domain.cards import CardRuleSet, thresholds
from app.domain.clock_state import NOT_STARTED, ClockState
from app.domain.counting import (
    DAY_END,
    WALL_CLOCK,
    CountingRules,
    before,
    begin,
    counted_days_before,
    due_of,
    last_with_used,
    running_seconds,
)
from app.domain.errors import InvalidInput
from app.domain.limit import (
    CycleLimit,
    DurationLimit,
    InstantLimit,
    LimitExpression,
    NamedLimit,
    TimeLimit,
    format_limit,
)
from app.domain.time_rules import DeemedRules
from app.domain.vocabulary import ClockName, LimitUnit, Stage

DECIDED, DEEMED, DEEMED_WARNING, HOLD = "decided", "deemed", "deemed_warning", "hold"
EXPIRY, RENEWAL, RENEWAL_WARNING = "expiry", "renewal", "renewal_warning"
SUSPENSION_OVERRUN, UNSERVED = "suspension_overrun", "unserved"
OPERATION = "operation"
BY_DEFAULT = (DEEMED, RENEWAL)
OTHER_CLOCKS = (
    "step",
    "card_answer",
    "card_decision",
    "renewal",
    "hearing_request",
    "third_party",
    "contact",
    "expiry",
)
NAMES = frozenset((*(name.value for name in ClockName), *OTHER_CLOCKS, DECIDED, DEEMED))
WHOLE = 100
ANNOUNCED = NamedLimit(clock=ClockName.PROMISED, offset=TimeLimit(amount=-1, unit=LimitUnit.WORKING_DAY))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineInstants:
    """Legal instants of a deadline, aware UTC; all None while its clock is paused or not started.

    clock: the ledger clock it is derived from, None for a limit of its own. limit_amount, limit_unit: 5 WD, -1 WD,
    50 PCT of the clock; None for a given instant.
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
    """Return the instants of a limit expression (time-limits.md section 4).

    clocks: the clocks of the case by name. started_at: where a plain amount counts from. calendar: of the office, for
    plain amounts. decided_at: the decision, for `decided + 10WD`. rule_set: gives plain amounts their colours.
    A bare clock gives the clock's own instants; a cycle gives its first round.
    Raises InvalidInput `clock_unknown` for a name no clock has, `limit_not_computed` for an expression that was not
    evaluated yet, `calendar_missing` outside the data.
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
        if expression.clock == DECIDED:
            return _decided(expression, decided_at, calendar, counting)
        return _named(expression, clocks, counting)
    raise InvalidInput("limit_not_computed", text=format_limit(expression))


def instants_of_clock(clock: ClockState) -> DeadlineInstants:
    """Return the instants of a clock as its deadline row holds them; none while it is paused."""
    return DeadlineInstants(
        due_at=clock.due_at,
        yellow_at=clock.yellow_at,
        red_at=clock.red_at,
        is_provisional=clock.is_provisional,
        clock=clock.clock,
        limit_amount=clock.limit.amount if clock.limit else None,
        limit_unit=clock.limit.unit if clock.limit else None,
        calendar_id=clock.calendar_id,
    )


def expiry_of(day: date) -> datetime:
    """Return the last instant of validity of a certificate, 23:59:59 local, nothing rolls; aware UTC (section 13)."""
    return to_utc(datetime.combine(day, DAY_END))


def instants_of_deemed(promised: ClockState) -> DeadlineInstants:
    """Return the instants of an approval by default: those of the promise, without its colours."""
    return replace(instants_of_clock(promised), yellow_at=None, red_at=None)


def instants_of_warning(promised: ClockState, counting: CountingRules) -> DeadlineInstants | None:
    """Return when an approval by default is announced, the last time as `due_at`; None when it never is.

    It is announced at the close of the working day before the due instant and when the promise turns red, as far as
    the clock had started by then (time-limits.md section 8).
    """
    if promised.due_at is None or promised.started_at is None:
        return DeadlineInstants(due_at=None)
    day_before = _named(ANNOUNCED, {ClockName.PROMISED: promised}, counting).due_at
    told = sorted(at for at in {day_before, promised.red_at} if at is not None and at > promised.started_at)
    if not told:
        return None
    return DeadlineInstants(due_at=told[-1], yellow_at=told[0] if len(told) > 1 else None)


def fire_at(name: str, at: datetime | None, stage: int, *, rules: DeemedRules) -> datetime | None:
    """Return when to try a stage: its instant, what is decided by default after the settle time (time-limits section 8)."""
    if at is not None and name in BY_DEFAULT and stage == Stage.DUE:
        return at + timedelta(seconds=rules.settle_seconds)
    return at


def filing_start(due_at: datetime, executed_at: datetime) -> datetime:
    """Return where the filing limit counts from: the later date of the legal due instant and the execution (section 8).

    An outage must not use up the day the office has for the filing.
    """
    return due_at if to_local(due_at).date() >= to_local(executed_at).date() else executed_at


def _amount(
    limit: TimeLimit,
    started_at: datetime,
    calendar: ResolvedCalendar,
    counting: CountingRules,
    rule_set: CardRuleSet | None,
) -> DeadlineInstants:
    if limit.unit == LimitUnit.SECOND:
        due_at = started_at + timedelta(seconds=limit.amount)
        return DeadlineInstants(due_at=due_at, limit_amount=limit.amount, limit_unit=limit.unit.value)
    is_wall_clock = limit.unit in WALL_CLOCK
    began = begin(to_local(started_at), calendar, counting.start_policy)
    due = due_of(began, limit, (), calendar, counting)
    yellow = red = None
    if rule_set is not None and not is_wall_clock:
        yellow, red = thresholds(rule_set, began, due, (), calendar)
    return DeadlineInstants(
        due_at=to_utc(due),
        yellow_at=to_utc(yellow) if yellow else None,
        red_at=to_utc(red) if red else None,
        is_provisional=not is_wall_clock and calendar.is_provisional(due.date()),
        limit_amount=limit.amount,
        limit_unit=limit.unit.value,
        calendar_id=calendar.id,
    )


def _named(named: NamedLimit, clocks: Mapping[str, ClockState], counting: CountingRules) -> DeadlineInstants:
    if named.clock not in NAMES and named.clock not in clocks:
        raise InvalidInput("clock_unknown", clock=named.clock)
    source = ClockName.PROMISED.value if named.clock == DEEMED else named.clock
    clock = clocks.get(source)
    amount, unit = _limit_of(named, clock)
    if clock is None or clock.status == NOT_STARTED or clock.due_at is None or clock.calendar is None:
        calendar_id = clock.calendar_id if clock else None
        return DeadlineInstants(
            due_at=None, clock=source, limit_amount=amount, limit_unit=unit, calendar_id=calendar_id
        )
    is_bare = named.percent is None and named.offset is None
    found = clock.due_at if is_bare else to_utc(_point(named, clock, clock.calendar, counting))
    has_colours = is_bare and named.clock != DEEMED
    return DeadlineInstants(
        due_at=found,
        yellow_at=clock.yellow_at if has_colours else None,
        red_at=clock.red_at if has_colours else None,
        is_provisional=clock.is_provisional or clock.calendar.is_provisional(to_local(found).date()),
        clock=source,
        limit_amount=amount,
        limit_unit=unit,
        calendar_id=clock.calendar_id,
    )


def _limit_of(named: NamedLimit, clock: ClockState | None) -> tuple[int | None, str | None]:
    if named.percent is not None:
        return named.percent, "PCT"
    limit = named.offset or (clock.limit if clock else None)
    return (limit.amount, limit.unit.value) if limit else (None, None)


def _point(named: NamedLimit, clock: ClockState, calendar: ResolvedCalendar, counting: CountingRules) -> datetime:
    """Return the local instant of a share of a clock's time, or of so much before or after its due instant."""
    assert clock.due_at is not None
    assert clock.began_at is not None
    due, began = to_local(clock.due_at), to_local(clock.began_at)
    total = running_seconds(began, due, clock.suspended, calendar)
    if named.percent is not None:
        return last_with_used(began, due, clock.suspended, calendar, total * named.percent // WHOLE) or due
    offset = named.offset
    assert offset is not None
    if offset.amount >= 0:
        return due_of(due, offset, (), calendar, counting)
    back = TimeLimit(amount=-offset.amount, unit=offset.unit)
    if offset.unit == LimitUnit.WORKING_DAY:
        return counted_days_before(due, back.amount, clock.lost, calendar)
    if offset.unit == LimitUnit.WORKING_HOUR:
        return last_with_used(began, due, clock.suspended, calendar, max(0, total - back.amount * 3600)) or due
    return before(due, back, calendar)


def _decided(
    named: NamedLimit, at: datetime | None, calendar: ResolvedCalendar, counting: CountingRules
) -> DeadlineInstants:
    """The decision is an event, not a clock: its own date is not counted, and there is no share of it."""
    offset = named.offset
    if at is None or offset is None:
        is_bare = offset is None and named.percent is None
        return DeadlineInstants(due_at=at if is_bare else None, clock=None)
    if offset.amount < 0:
        found = before(to_local(at), TimeLimit(amount=-offset.amount, unit=offset.unit), calendar)
    else:
        found = due_of(begin(to_local(at), calendar, counting.start_policy), offset, (), calendar, counting)
    return DeadlineInstants(
        due_at=to_utc(found),
        is_provisional=offset.unit not in WALL_CLOCK and calendar.is_provisional(found.date()),
        limit_amount=offset.amount,
        limit_unit=offset.unit.value,
        calendar_id=calendar.id,
    )
