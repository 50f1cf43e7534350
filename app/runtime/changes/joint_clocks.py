"""Clocks of a joint case (联办计时): they stand still while nothing of it can run. Source: time-limits.md section 9 (J6)."""

from collections.abc import Iterator
from datetime import date, datetime

from app.domain.actor import system_actor
from app.domain.bundle_order import order_among
from app.domain.bundle_standstill import OpenedMember, still_days
from app.domain.calendar import to_local, to_utc
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_state import PAUSED, RUNNING, ClockState
from app.domain.loaded_case import MemberFacts
from app.domain.snapshot import Snapshot
from app.domain.vocabulary import ClockName, DeadlineState, LedgerKind
from app.runtime.casework import Casework

BUNDLE_CLOCKS = (ClockName.BUNDLE_PROMISED, ClockName.BUNDLE_STATUTORY)
RULE = "standstill"


def reconcile_joint_clocks(work: Casework, snapshot: Snapshot) -> None:
    """Enter the days on which no unfinished member runs, where they are others than the ledger has.

    A closed member that still has to be joined opens those who wait for it; until then nothing can be said. A clock that
    expired before the last act of a member, or whose due row has fired, is left alone.
    """
    alive = [name for name in BUNDLE_CLOCKS if work.clock(name).status in (RUNNING, PAUSED)]
    waiting = {member.task_id for member in snapshot.members}
    if not alive or any(row.closed_at and row.parent_task in waiting for row in work.loaded.members):
        return
    clocks = {row.id: _clock_of(work, row) for row in work.loaded.members}
    members = tuple(_opened(work, clocks))
    for name in alive:
        _follow(work, name, members, _last_act(work, clocks))


def _follow(work: Casework, name: str, members: tuple[OpenedMember, ...], acted_at: datetime | None) -> None:
    clock, counting = work.clock(name), work.published.time_rules.counting
    is_fired = any(row.name == row.clock == name and row.state == DeadlineState.FIRED for row in work.loaded.deadlines)
    if acted_at is None or is_fired or clock.calendar is None or clock.began_at is None or clock.started_at is None:
        return
    if clock.due_at is not None and acted_at > clock.due_at:
        return
    began_on = to_local(clock.began_at).date()
    still = still_days(members, began_on=began_on, calendar=clock.calendar, counting=counting)
    entered = [entry.still for entry in work.ledger if entry.kind == LedgerKind.STANDSTILL and entry.clock == name]
    if still == (entered[-1] if entered else ()):
        return
    by = system_actor(RULE)
    work.add_entry(
        ClockEntry(
            seq=work.record("clock_followed_members", {"clock": name}, actor=by),
            clock=name,
            kind=LedgerKind.STANDSTILL,
            occurred_at=max(acted_at, clock.started_at),
            recorded_at=work.now,
            actor=by.code,
            still=still,
        )
    )


def _opened(work: Casework, clocks: dict[int, ClockState]) -> Iterator[OpenedMember]:
    """Return the members that were opened, those of this move too. Each begins when the last it waits for has closed."""
    code_of = {offering.offering_id: code for code, offering in work.loaded.member_offerings.items()}
    codes = {row.id: code_of.get(row.offering_id or 0, "") for row in work.loaded.members}
    opening = [member.matter_code for member in work.members_to_open]
    assert work.instance is not None
    order = order_among(work.instance.definition.member_order, {*codes.values(), *opening})

    def start_of(code: str) -> date:
        before = order.get(code, ())
        ended = (row.closed_at for row in work.loaded.members if codes[row.id] in before and row.closed_at)
        return _date(max(ended, default=work.accepted_at or work.now))

    for row in work.loaded.members:
        finished_on = _date(row.closed_at) if row.closed_at else None
        pauses = _pauses(clocks[row.id])
        yield OpenedMember(start_on=start_of(codes[row.id]), finished_on=finished_on, suspensions=pauses)
    for code in opening:
        yield OpenedMember(start_on=start_of(code))


def _clock_of(work: Casework, row: MemberFacts) -> ClockState:
    """Return the promise of a member as its own ledger has it."""
    entries = [ClockEntry.from_row(entry) for entry in work.loaded.member_ledger if entry.case_id == row.id]
    return fold(
        entries,
        ClockName.PROMISED,
        calendars=work.published.calendars,
        counting=work.published.time_rules.counting,
    )


def _pauses(clock: ClockState) -> tuple[tuple[datetime, datetime | None], ...]:
    return (*clock.suspended, *((to_local(since), None) for since in clock.open_suspensions.values()))


def _last_act(work: Casework, clocks: dict[int, ClockState]) -> datetime | None:
    """Return the legal instant of the last act that stopped, resumed or ended a member; None where there was none."""
    acts = [row.closed_at for row in work.loaded.members if row.closed_at is not None]
    for clock in clocks.values():
        acts += [to_utc(edge) for span in clock.suspended for edge in span]
        acts += clock.open_suspensions.values()
    return max(acts, default=None)


def _date(instant: datetime) -> date:
    return to_local(instant).date()
