"""A clock (计时) as its ledger has it at some instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from app.domain.calendar import ResolvedCalendar, to_local
from app.domain.counting import Span, counted_working_days, remaining_working_days, running_seconds
from app.domain.limit import TimeLimit
from app.domain.vocabulary import Colour, LimitUnit

NOT_STARTED, RUNNING, PAUSED, STOPPED = "not_started", "running", "paused", "stopped"
OVERDUE = "overdue"
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """One clock. Instants are aware UTC; due_at, yellow_at and red_at are None while it is paused.

    limit: with the extensions in it. began_at: where counting begins under the start policy. suspended: closed spans,
    local, merged. lost: the spans whose days do not count, the same unless every touched day is lost (K6).
    open_suspensions: id -> since when. is_late is fixed when the clock stops.
    """

    clock: str
    status: str = NOT_STARTED
    limit: TimeLimit | None = None
    started_at: datetime | None = None
    began_at: datetime | None = None
    due_at: datetime | None = None
    yellow_at: datetime | None = None
    red_at: datetime | None = None
    is_provisional: bool = False
    calendar_id: str | None = None
    suspended: tuple[Span, ...] = ()
    lost: tuple[Span, ...] = ()
    open_suspensions: Mapping[int, datetime] = field(default_factory=dict)
    extension_count: int = 0
    extension_days: int = 0
    stopped_at: datetime | None = None
    is_late: bool | None = None
    calendar: ResolvedCalendar | None = field(default=None, repr=False, compare=False)

    @property
    def is_on_the_spot(self) -> bool:
        """Say whether the limit is zero: decided at once, without yellow and red cards (K20)."""
        return self.limit is not None and self.limit.amount == self.extension_days

    def status_at(self, now: datetime) -> str:
        """Return not_started, running, paused, overdue or stopped at `now`."""
        if self.status == RUNNING and self.due_at is not None and now > self.due_at:
            return OVERDUE
        return self.status

    def colour(self, now: datetime) -> Colour:
        """Return the colour at `now`; exactly at an instant is still the better colour (K22)."""
        if self.status == PAUSED:
            return Colour.PAUSED
        worst_first = ((self.due_at, Colour.OVERDUE), (self.red_at, Colour.RED), (self.yellow_at, Colour.YELLOW))
        return next((colour for at, colour in worst_first if at is not None and now > at), Colour.GREEN)

    def remaining_working_days(
        self, now: datetime, calendars: Mapping[str, ResolvedCalendar] | None = None
    ) -> int | None:
        """Return the working days left at `now` (K9); None before the start, and for other units while paused.

        calendars: where to find the calendar of a state that was made without one.
        """
        calendar = self._calendar(calendars)
        if calendar is None or self.began_at is None or self.limit is None:
            return None
        if self.due_at is not None:
            return remaining_working_days(to_local(now), to_local(self.due_at), self.lost, calendar)
        if self.limit.unit != LimitUnit.WORKING_DAY or not self.open_suspensions:
            return None
        since = to_local(min(self.open_suspensions.values()))
        return self.limit.amount - counted_working_days(to_local(self.began_at), since, self.lost, calendar)

    def used_seconds(
        self, now: datetime, calendars: Mapping[str, ResolvedCalendar] | None = None
    ) -> tuple[int, int] | None:
        """Return running office seconds used at `now`, and in total (K10); None when no due instant stands."""
        calendar = self._calendar(calendars)
        if calendar is None or self.due_at is None or self.began_at is None:
            return None
        began, due = to_local(self.began_at), to_local(self.due_at)
        total = running_seconds(began, due, self.suspended, calendar)
        return running_seconds(began, min(to_local(now), due), self.suspended, calendar), total

    def remaining_seconds(self, now: datetime) -> int | None:
        """Return the running office seconds left at `now`; used and remaining make the total."""
        spent = self.used_seconds(now)
        return None if spent is None else spent[1] - spent[0]

    def percent(self, now: datetime) -> Decimal | None:
        """Return the share used at `now` in percent with two decimals; 100 when there is nothing to use (K10)."""
        spent = self.used_seconds(now)
        return None if spent is None else percent_of(*spent)

    def _calendar(self, calendars: Mapping[str, ResolvedCalendar] | None) -> ResolvedCalendar | None:
        if self.calendar is not None or calendars is None or self.calendar_id is None:
            return self.calendar
        return calendars[self.calendar_id]


def percent_of(used: int, total: int) -> Decimal:
    """Return 100 x used / total with two decimals, half up; 100 for a total of 0."""
    share = Decimal(100 * used) / Decimal(total) if total else Decimal(100)
    return share.quantize(HUNDREDTH, rounding=ROUND_HALF_UP)
