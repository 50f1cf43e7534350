"""A clock (计时) as its ledger has it at some instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.calendar import ResolvedCalendar, to_local, to_utc
from app.domain.counting import Span, merge, remaining_working_days, running_seconds
from app.domain.limit import TimeLimit
from app.domain.vocabulary import Colour

NOT_STARTED, RUNNING, PAUSED, STOPPED = "not_started", "running", "paused", "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """One clock. Instants are aware UTC; due_at is None while it is paused.

    began_at: where counting begins under the start policy. suspended: closed spans, local, merged. open_suspensions: id
    -> since when. is_late is fixed when the clock stops.
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
    open_suspensions: Mapping[int, datetime] | None = None
    extension_count: int = 0
    extension_days: int = 0
    stopped_at: datetime | None = None
    is_late: bool | None = None

    @property
    def is_on_the_spot(self) -> bool:
        """Say whether the limit is zero: decided at once, without yellow and red cards (K20)."""
        return self.limit is not None and self.limit.amount - self.extension_days == 0

    def remaining_working_days(self, now: datetime, calendars: Mapping[str, ResolvedCalendar]) -> int | None:
        """Return the working days left at `now` (K9); None when no due instant stands."""
        if self.due_at is None or self.calendar_id is None:
            return None
        calendar = calendars[self.calendar_id]
        return remaining_working_days(to_local(now), to_local(self.due_at), self.suspended, calendar)

    def used_seconds(self, now: datetime, calendars: Mapping[str, ResolvedCalendar]) -> tuple[int, int] | None:
        """Return office seconds used at `now` and in total (K10); None when no due instant stands."""
        if self.due_at is None or self.began_at is None or self.calendar_id is None:
            return None
        calendar, began, due = calendars[self.calendar_id], to_local(self.began_at), to_local(self.due_at)
        total = running_seconds(began, due, self.suspended, calendar)
        until = min(max(to_local(now), began), due)
        return running_seconds(began, until, merge(self.suspended), calendar), total

    def colour(self, now: datetime) -> Colour:
        """Return the colour at `now`; exactly at an instant is still the better colour (K22)."""
        if self.status == PAUSED:
            return Colour.PAUSED
        for instant, colour in ((self.due_at, Colour.OVERDUE), (self.red_at, Colour.RED), (self.yellow_at, Colour.YELLOW)):
            if instant is not None and now > instant:
                return colour
        return Colour.GREEN


def utc_or_none(local: datetime | None) -> datetime | None:
    """Return a local instant as UTC, None for None."""
    return to_utc(local) if local is not None else None
