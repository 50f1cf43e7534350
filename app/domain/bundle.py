"""Joint-handling clocks (一事联办): the plan over the member cases, and the clocks of the bundle itself.

Days are local dates, limits working days. Source: time-limits.md section 9 (J1-J12).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from app.domain.calendar import ResolvedCalendar
from app.domain.counting import ONE_DAY, CountingRules, Span, begin, due_of, lost_spans, merge
from app.domain.errors import InvalidInput
from app.domain.limit import TimeLimit
from app.domain.vocabulary import Colour, LimitUnit

STATUTORY_WORKING_DAYS = 45
PROMISE_UNDER_PATH, PROMISE_OVER_SERIAL = "promise_under_path", "promise_over_serial"
SEVERITY = (Colour.GREEN, Colour.YELLOW, Colour.RED, Colour.OVERDUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPlan:
    """One member of a bundle. limit_wd 0 = finished on its start date. after: codes of its predecessors.

    suspensions: local, `to` None while open; those the ledger refused are left out by the caller.
    finished_at: local instant of its closing, when it has closed.
    """

    code: str
    limit_wd: int
    after: tuple[str, ...] = ()
    suspensions: tuple[tuple[datetime, datetime | None], ...] = ()
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberTimes:
    """When a member starts and finishes; None = not known while a suspension is open before it."""

    start_on: date | None
    finish_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePlan:
    """The plan of a bundle. due_at: local close of the latest planned finish, None = open.

    critical: the chain of members that decides the finish, first to last. moved_by: the members of that chain whose
    suspensions moved the plan (J7). serial_due_at: due instant if all members ran one after the other.
    """

    members: Mapping[str, MemberTimes]
    due_at: datetime | None
    critical: tuple[str, ...]
    moved_by: tuple[str, ...]
    serial_due_at: datetime
    is_provisional: bool


def plan_bundle(
    members: Sequence[MemberPlan], *, started_at: datetime, calendar: ResolvedCalendar, counting: CountingRules
) -> BundlePlan:
    """Plan every member from its predecessors (J1, J2): start members start with the bundle.

    started_at: acceptance of the bundle, local. Replan on every ledger entry and every close of a member.
    Raises InvalidInput `bundle_circle` for a circle or an unknown predecessor, `calendar_missing` outside the data.
    """
    began = begin(started_at, calendar, counting.start_policy)
    ordered = in_order(members)
    times = _times(ordered, began, calendar, counting)
    finishes = [item.finish_on for item in times.values()]
    latest = None if None in finishes else max((day for day in finishes if day is not None), default=began.date())
    plain = _times([replace(item, suspensions=()) for item in ordered], began, calendar, counting)
    critical = _critical(ordered, times)
    is_moved = latest is None or latest != max(
        (item.finish_on for item in plain.values() if item.finish_on), default=latest
    )
    moved = tuple(code for code in critical if is_moved and _is_moved(code, ordered, times, plain))
    total = TimeLimit(amount=sum(item.limit_wd for item in members), unit=LimitUnit.WORKING_DAY)
    return BundlePlan(
        members={item.code: times[item.code] for item in members},
        due_at=calendar.close_of(latest) if latest else None,
        critical=critical,
        moved_by=moved,
        serial_due_at=due_of(began, total, (), calendar, counting) if total.amount else calendar.close_of(began.date()),
        is_provisional=latest is not None and calendar.is_provisional(latest),
    )


def project_bundle(
    members: Sequence[MemberPlan],
    expected_days: Mapping[str, int],
    *,
    started_at: datetime,
    calendar: ResolvedCalendar,
    counting: CountingRules,
) -> BundlePlan:
    """Plan with open suspensions ended after their expected working days (J8); a projection, to be marked as one."""
    ended = []
    for item in members:
        days = TimeLimit(amount=expected_days.get(item.code, 0), unit=LimitUnit.WORKING_DAY)
        spans = tuple(
            (since, until or due_of(since, days, (), calendar, counting)) for since, until in item.suspensions
        )
        ended.append(replace(item, suspensions=spans))
    return plan_bundle(ended, started_at=started_at, calendar=calendar, counting=counting)


def bundle_due(
    members: Sequence[MemberPlan],
    plan: BundlePlan,
    limit_wd: int,
    *,
    started_at: datetime,
    calendar: ResolvedCalendar,
    counting: CountingRules,
) -> datetime | None:
    """Return the local due instant of the bundle's own clock (J6); None while nothing can run any more.

    A working day counts when at its close at least one unfinished member runs, and every day after the last finish.
    """
    began = begin(started_at, calendar, counting.start_policy)
    first = calendar.rank(began.date())
    runs = (run for item in members for run in ranges_of_running(item, plan.members[item.code], calendar, counting))
    running = united((max(low, first), high) for low, high in runs if high > first)
    left = limit_wd
    if limit_wd == 0:
        return due_of(began, TimeLimit(amount=0, unit=LimitUnit.WORKING_DAY), (), calendar, counting)
    for low, high in running:
        if left <= high - low:
            return calendar.close_at(low + left - 1)
        left -= high - low
    if plan.due_at is None:
        return None
    return calendar.close_at(max(first, calendar.rank(plan.due_at.date())) + left - 1)


def critical_path(members: Sequence[MemberPlan]) -> tuple[str, ...]:
    """Return the longest chain of limits over the chosen members, first to last (J3).

    Raises InvalidInput `bundle_circle` for members that wait for each other.
    """
    limits = {item.code: item.limit_wd for item in members}
    longest: dict[str, tuple[str, ...]] = {}

    def length(chain: tuple[str, ...]) -> int:
        return sum(limits[code] for code in chain)

    for item in in_order(members):
        before = max((longest[code] for code in item.after), key=length, default=())
        longest[item.code] = (*before, item.code)
    return max(longest.values(), key=length, default=())


def critical_path_wd(members: Sequence[MemberPlan]) -> int:
    """Return the promise of a bundle that states none, in working days: the length of its critical path (J3)."""
    limits = {item.code: item.limit_wd for item in members}
    return sum(limits[code] for code in critical_path(members))


def working_days_of(
    limit: TimeLimit | None, began: datetime, calendar: ResolvedCalendar, counting: CountingRules
) -> int:
    """Return a limit in working days; one in another unit takes as many as it would from `began`, local."""
    if limit is None:
        return 0
    if limit.unit == LimitUnit.WORKING_DAY:
        return limit.amount
    due = due_of(began, limit, (), calendar, counting)
    return calendar.rank(due.date()) - calendar.rank(began.date())


def promise_fault(members: Sequence[MemberPlan], promised_wd: int) -> str | None:
    """Return `promise_under_path` (a fault), `promise_over_serial` (a warning), or None for a sound promise (J3)."""
    if promised_wd < critical_path_wd(members):
        return PROMISE_UNDER_PATH
    return PROMISE_OVER_SERIAL if promised_wd > sum(item.limit_wd for item in members) else None


def statutory_limit_wd(are_joint_licences: Iterable[bool]) -> int | None:
    """Return 45 when every chosen member is a licence handled jointly, else None (J4, 行政许可法 26, 42(2))."""
    flags = list(are_joint_licences)
    return STATUTORY_WORKING_DAYS if flags and all(flags) else None


def bundle_colour(own: Colour, running: Iterable[Colour], *, is_standing_still: bool) -> Colour:
    """Return the worst colour of the running members and the bundle's own clock (J9).

    is_standing_still: every unfinished member is paused, or blocked by one that is.
    """
    if is_standing_still:
        return Colour.PAUSED
    return max((item for item in (own, *running) if item in SEVERITY), key=SEVERITY.index, default=Colour.GREEN)


def ended_by_refusal(members: Sequence[MemberPlan], refused: str, *, is_optional: bool) -> tuple[str, ...]:
    """Return the members that end because a gating member was refused: its successors, near to far (J10)."""
    if is_optional:
        return ()
    ended = {refused}
    for item in in_order(members):
        if any(code in ended for code in item.after):
            ended.add(item.code)
    return tuple(item.code for item in in_order(members) if item.code in ended and item.code != refused)


def in_order(members: Sequence[MemberPlan]) -> list[MemberPlan]:
    """Return the members, predecessors first. Raises InvalidInput `bundle_circle` with those left over."""
    waiting, placed, ordered = list(members), set[str](), list[MemberPlan]()
    while waiting:
        ready = [item for item in waiting if all(code in placed for code in item.after)]
        if not ready:
            raise InvalidInput("bundle_circle", members=", ".join(item.code for item in waiting))
        ordered += ready
        placed |= {item.code for item in ready}
        waiting = [item for item in waiting if item.code not in placed]
    return ordered


def _times(
    ordered: Sequence[MemberPlan], began: datetime, calendar: ResolvedCalendar, counting: CountingRules
) -> dict[str, MemberTimes]:
    times: dict[str, MemberTimes] = {}
    for item in ordered:
        before = [times[code].finish_on for code in item.after]
        known = [day for day in before if day is not None]
        start = None if len(known) < len(before) else max(known, default=began.date())
        if item.finished_at is not None:
            finish: date | None = item.finished_at.date()
        elif start is None:
            finish = None
        else:
            finish = _finish(item, began if not item.after else calendar.close_of(start), calendar, counting)
        times[item.code] = MemberTimes(start_on=start, finish_on=finish)
    return times


def _finish(item: MemberPlan, start: datetime, calendar: ResolvedCalendar, counting: CountingRules) -> date | None:
    if item.limit_wd == 0:
        return start.date()
    limit = TimeLimit(amount=item.limit_wd, unit=LimitUnit.WORKING_DAY)
    closed: list[Span] = []
    due = due_of(start, limit, (), calendar, counting)
    for since, until in sorted(item.suspensions, key=lambda span: span[0]):
        if since > due:
            continue
        if until is None:
            return None
        closed.append((since, until))
        due = due_of(start, limit, merge(closed), calendar, counting)
    return due.date()


def _critical(ordered: Sequence[MemberPlan], times: Mapping[str, MemberTimes]) -> tuple[str, ...]:
    if not ordered:
        return ()
    by_code = {item.code: item for item in ordered}
    chain = [_latest([item.code for item in ordered], times)]
    while by_code[chain[-1]].after:
        chain.append(_latest(by_code[chain[-1]].after, times))
    return tuple(reversed(chain))


def _latest(codes: Sequence[str], times: Mapping[str, MemberTimes]) -> str:
    return max(codes, key=lambda code: times[code].finish_on or date.max)


def _is_moved(
    code: str, ordered: Sequence[MemberPlan], times: Mapping[str, MemberTimes], plain: Mapping[str, MemberTimes]
) -> bool:
    item = next(member for member in ordered if member.code == code)
    finish, unmoved = times[code].finish_on, plain[code].finish_on
    return bool(item.suspensions) and item.finished_at is None and (finish is None or finish != unmoved)


def ranges_of_running(
    item: MemberPlan, times: MemberTimes, calendar: ResolvedCalendar, counting: CountingRules
) -> list[tuple[int, int]]:
    """Return the ranges of working days `[low, high)` at whose close a member runs, up to its finish (J6)."""
    if times.start_on is None:
        return []
    low = calendar.rank(times.start_on)
    open_since = min((since for since, until in item.suspensions if until is None), default=None)
    if times.finish_on is not None:
        high = calendar.rank(times.finish_on)
    else:
        high = calendar.first_close_from(open_since) if open_since else low
    # A member that finished while it was suspended did not run again before its finish.
    ended = datetime.combine(times.finish_on + ONE_DAY, time.min) if times.finish_on is not None else None
    closed = merge((since, end) for since, until in item.suspensions if (end := until or ended) is not None)
    runs = []
    for from_at, to_at in lost_spans(closed, counting):
        lost_from, lost_to = calendar.first_close_from(from_at), calendar.first_close_from(to_at)
        if lost_from > low:
            runs.append((low, min(lost_from, high)))
        low = max(low, lost_to)
    runs.append((low, high))
    return [(start, end) for start, end in runs if start < end]


def united(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the union of ranges `[low, high)`, ascending."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found
