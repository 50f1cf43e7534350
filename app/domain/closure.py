"""Closures (停止办公): offices shut by flood, snow or a power cut, and what that does to the working calendar.

Source: time-limits.md section 1 rule 10.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.calendar import ResolvedCalendar, to_local, to_utc
from app.domain.calendar_layers import CalendarLayerVersion
from app.domain.counting import CountingRules, begin, due_of
from app.domain.errors import InvalidInput, RuleViolation
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LimitUnit

REGION, DEPARTMENT, OFFICE = "region", "department", "office"
SCOPES = (REGION, DEPARTMENT, OFFICE)
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureInput:
    """A closure as declared. scope: region, department or office. code: of the region or the department. Instants UTC."""

    scope: str
    code: str
    began_at: datetime
    ended_at: datetime
    reason: str
    document: str


def check_closure(
    declared: ClosureInput,
    *,
    calendar: ResolvedCalendar,
    now: datetime,
    late_working_days: int,
    counting: CountingRules,
) -> None:
    """Refuse a closure that is incomplete, ends before it begins, or is declared too late.

    calendar: of the scope, as it was before. Raises InvalidInput `invalid` for empty fields, `closure_span`,
    RuleViolation `closure_late` after the close of the third working day after its start.
    """
    empty = [name for name in ("reason", "document") if not getattr(declared, name).strip()]
    if empty:
        raise InvalidInput("invalid", items=tuple({"pointer": f"/{name}", "code": "answer_required"} for name in empty))
    if not timedelta(0) < declared.ended_at - declared.began_at <= LONGEST:
        raise InvalidInput("closure_span", items=({"pointer": "/ended_at", "code": "closure_span"},))
    start = begin(to_local(declared.began_at), calendar, counting.start_policy)
    limit = TimeLimit(amount=late_working_days, unit=LimitUnit.WORKING_DAY)
    until = to_utc(due_of(start, limit, (), calendar, counting))
    if now > until:
        raise RuleViolation("closure_late", days=late_working_days, until=until.isoformat())


def closed_days(calendar: ResolvedCalendar, began_at: datetime, ended_at: datetime) -> tuple[date, ...]:
    """Return the working days whose close lies inside `[began_at, ended_at)`: they do not count (K6)."""
    first, last = calendar.first_close_from(to_local(began_at)), calendar.first_close_from(to_local(ended_at))
    return tuple(calendar.day_at(index) for index in range(first, last))


def closure_versions(
    layers: Mapping[str, CalendarLayerVersion],
    named: Iterable[str],
    below: Sequence[str],
    *,
    days: Iterable[date],
    document: str,
) -> tuple[CalendarLayerVersion, ...]:
    """Return the versions a closure makes: its days rest in the layers of its scope.

    named: the layers of the scope. below: more local ones, which get a version only where they say that one of the days
    is worked, because the most local layer decides.
    """
    resting = frozenset(days)
    if not resting:
        return ()
    made = []
    for name in named:
        known = layers.get(name) or CalendarLayerVersion(layer=name, number=0)
        made.append(known.with_days(off=resting, document=document))
    for name in below:
        local = layers.get(name)
        if local is not None and not local.work.isdisjoint(resting):
            made.append(local.with_days(off=local.work & resting, document=document))
    return tuple(made)
