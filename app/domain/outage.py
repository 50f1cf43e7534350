"""Outages (系统中断): times without a sign of life that took too much office time (time-limits.md section 8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.calendar import ResolvedCalendar, to_local
from app.domain.errors import InvalidInput

MINUTE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which no worker gave a sign of life; both ends by the database's clock, aware UTC."""

    began_at: datetime
    ended_at: datetime


def is_outage(gap: Gap, calendars: Iterable[ResolvedCalendar], *, longest_minutes: int) -> bool:
    """Say whether a gap took more than `longest_minutes` office minutes of any calendar.

    A gap in a year without data cannot be counted and is taken for an outage: a supervisor releases it in a minute,
    an approval cannot be taken back.
    """
    return any(_office_s(gap.began_at, gap.ended_at, calendar) > longest_minutes * MINUTE_S for calendar in calendars)


def _office_s(began_at: datetime, ended_at: datetime, calendar: ResolvedCalendar) -> float:
    try:
        return calendar.office_seconds(to_local(ended_at)) - calendar.office_seconds(to_local(began_at))
    except InvalidInput:
        return float("inf")
