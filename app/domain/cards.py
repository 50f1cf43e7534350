"""Warning cards (红黄牌): when a running limit turns yellow and red, and which cards are issued.

Three rule sets ship in `rules/cards/`: the one of Enshi (over 50 % yellow, over 90 % red), of Yulin (from 90 % yellow,
red when overdue) and the last working day. Source: time-limits.md section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.domain.calendar import ResolvedCalendar
from app.domain.clock_state import PAUSED, ClockState
from app.domain.counting import Span, counted_days_before, last_with_used, running_seconds
from app.domain.vocabulary import CardColour, Colour, Stage

WHOLE = 100
ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRuleSet:
    """When a running limit turns yellow and red. What is None does not apply.

    yellow_percent, red_percent: strictly more than this share of the running office time is used.
    yellow_from_percent: this share or more. yellow_working_days: so many working days are left, or fewer.
    is_red_when_due: red takes the place of overdue once the due instant has passed.
    """

    code: str
    yellow_percent: int | None = None
    yellow_from_percent: int | None = None
    yellow_working_days: int | None = None
    red_percent: int | None = None
    is_red_when_due: bool = False


ENSHI_50_90 = CardRuleSet(code="ENSHI_50_90", yellow_percent=50, red_percent=90)
YULIN_90 = CardRuleSet(code="YULIN_90", yellow_from_percent=90, is_red_when_due=True)
LAST_DAY = CardRuleSet(code="LAST_DAY", yellow_working_days=1, is_red_when_due=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """How far a limit is used at an instant: office seconds, working days left, and the two states without a share."""

    used_s: int
    total_s: int
    remaining_working_days: int
    is_overdue: bool = False
    is_paused: bool = False


def thresholds(
    rule_set: CardRuleSet, began: datetime, due: datetime, suspended: Sequence[Span], calendar: ResolvedCalendar
) -> tuple[datetime | None, datetime | None]:
    """Return the last local instants that are still green, and still not red; None where that colour never comes.

    began, due: local; suspended: merged, local. The colour changes strictly after the instant.
    """
    total = running_seconds(began, due, suspended, calendar)
    yellow = red = None
    if rule_set.yellow_percent is not None:
        yellow = last_with_used(began, due, suspended, calendar, total * rule_set.yellow_percent // WHOLE)
    elif rule_set.yellow_from_percent is not None and total > 0:
        reached = -(-total * rule_set.yellow_from_percent // WHOLE)
        yellow = last_with_used(began, due, suspended, calendar, reached - 1)
    elif rule_set.yellow_working_days is not None:
        turns = counted_days_before(due, rule_set.yellow_working_days, suspended, calendar)
        yellow = datetime.combine(turns.date(), time.min) - ONE_SECOND
    if rule_set.red_percent is not None:
        red = last_with_used(began, due, suspended, calendar, total * rule_set.red_percent // WHOLE)
    return yellow, red


def colour_of_instants(
    now: datetime,
    *,
    due_at: datetime | None,
    yellow_at: datetime | None,
    red_at: datetime | None,
    is_paused: bool = False,
) -> Colour:
    """Return the colour of a limit by the instants lists hold; exactly at an instant is still the better colour (K22).

    A limit that can turn yellow and never red before its due instant follows a rule set in which red takes the place of
    overdue (Yulin, last day).
    """
    if is_paused:
        return Colour.PAUSED
    late = Colour.RED if red_at is None and yellow_at is not None else Colour.OVERDUE
    worst_first = ((due_at, late), (red_at, Colour.RED), (yellow_at, Colour.YELLOW))
    return next((found for at, found in worst_first if at is not None and now > at), Colour.GREEN)


def colour(state: ClockState, now: datetime, rule_set: CardRuleSet | None = None) -> Colour:
    """Return the colour of a clock at `now` by its instants; exactly at an instant is still the better colour (K22)."""
    if state.status == PAUSED:
        return Colour.PAUSED
    if state.due_at is not None and now > state.due_at:
        return Colour.RED if rule_set is not None and rule_set.is_red_when_due else Colour.OVERDUE
    if state.red_at is not None and now > state.red_at:
        return Colour.RED
    if state.yellow_at is not None and now > state.yellow_at:
        return Colour.YELLOW
    return Colour.GREEN


def colour_by_share(rule_set: CardRuleSet, used: Consumption) -> Colour:
    """Return the colour by what is used and left; the same as `colour` by the instants. A total of 0 is green (K10)."""
    if used.is_paused:
        return Colour.PAUSED
    if used.is_overdue:
        return Colour.RED if rule_set.is_red_when_due else Colour.OVERDUE
    share, total = used.used_s * WHOLE, used.total_s
    if total and rule_set.red_percent is not None and share > total * rule_set.red_percent:
        return Colour.RED
    is_yellow = (
        (rule_set.yellow_percent is not None and share > total * rule_set.yellow_percent)
        or (rule_set.yellow_from_percent is not None and share >= total * rule_set.yellow_from_percent and total > 0)
        or (rule_set.yellow_working_days is not None and used.remaining_working_days <= rule_set.yellow_working_days)
    )
    return Colour.YELLOW if is_yellow else Colour.GREEN


def carded_stages(state: ClockState, now: datetime) -> tuple[Stage, ...]:
    """Return the stages whose card is due at `now`, mildest first; none while paused.

    A limit of 0 (on the spot) gives a card only when it is overdue (K20). A card once issued is not issued again: the
    record is unique per case, clock, element and colour.
    """
    if state.status == PAUSED:
        return ()
    instants = {Stage.YELLOW: state.yellow_at, Stage.RED: state.red_at, Stage.DUE: state.due_at}
    stages = [Stage.DUE] if state.is_on_the_spot else list(Stage)
    return tuple(stage for stage in stages if (at := instants[stage]) is not None and now > at)


def colour_of_card(stage: Stage, rule_set: CardRuleSet, *, is_on_the_spot: bool) -> CardColour:
    """Return the colour of the card of a stage that has passed.

    Under a rule set in which red takes the place of overdue (Yulin, last day) the card at the due instant is red; a
    limit of 0 has no card but `overdue` under any (K20).
    """
    if stage != Stage.DUE:
        return CardColour.YELLOW if stage == Stage.YELLOW else CardColour.RED
    return CardColour.RED if rule_set.is_red_when_due and not is_on_the_spot else CardColour.OVERDUE
