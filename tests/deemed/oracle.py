"""A second, slow answer to the one question that matters: is an approval by default lawful at this instant?

It walks day by day, keeps its own list of what happened, and shares no code with the program. Instants are local.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tests.unit.domain.slow_clock import SlowCalendar, slow_due_working_days

SETTLE = timedelta(seconds=120)
GRAVE = ("fraud", "public_safety")
ONE_DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class OracleHold:
    reason: str
    state: str
    until: datetime | None

    def blocks(self, now: datetime) -> bool:
        if self.state in ("finding_due", "founded"):
            return True
        if self.until is None:
            return False
        return now <= self.until or (self.state == "confirmed" and self.reason in GRAVE)


@dataclass(slots=True, kw_only=True)
class Oracle:
    """What happened to one case. spans: suspensions that ended; open_starts: of those that did not, in their order."""

    calendar: SlowCalendar
    started: datetime
    limit: int
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)
    open_starts: list[datetime] = field(default_factory=list)
    holds: list[OracleHold] = field(default_factory=list)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    closed_since: datetime | None = None
    is_decided: bool = False
    fired_for: datetime | None = None

    def due(self) -> datetime | None:
        if self.open_starts:
            return None
        return slow_due_working_days(self.started, self.limit, self.spans, self.calendar)

    def is_lawful(self, now: datetime) -> bool:
        """Whether the case is approved by default at `now`: every reason against it is gone."""
        due = self.due()
        return (
            due is not None
            and now > due + SETTLE
            and not self.is_decided
            and not any(hold.blocks(now) for hold in self.holds)
            and not (self.closed_since is not None and self.closed_since <= now)
            and self._lost_minutes(due) <= 30
        )

    def look(self, now: datetime) -> None:
        """A tick came at `now`."""
        if self.fired_for is None and self.is_lawful(now):
            self.fired_for = self.due()

    def working_day_after(self, day: date, count: int) -> date:
        while count:
            day += ONE_DAY
            count -= self.calendar.works(day)
        return day

    def request_until(self, now: datetime) -> datetime:
        return datetime.combine(self.working_day_after(now.date(), 1), time(12))

    def confirmed_until(self, now: datetime, days: int) -> datetime:
        return self.calendar.close(self.working_day_after(now.date(), days))

    def _lost_minutes(self, due: datetime) -> float:
        before = due.date() - ONE_DAY
        while not self.calendar.works(before):
            before -= ONE_DAY
        lost = timedelta()
        for day in (before, due.date()):
            for opens, closes in self.calendar.office(day):
                for began, ended in self.outages:
                    low, high = max(opens, began), min(closes, ended, due)
                    lost += max(high - low, timedelta())
        return lost.total_seconds() / 60
