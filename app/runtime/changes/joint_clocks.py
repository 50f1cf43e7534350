"""Clocks of a joint case (联办计时): they stand still while nothing of it can run. Source: time-limits.md section 9 (J6)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time

from app.domain.actor import system_actor
from app.domain.bundle_order import order_among
from app.domain.bundle_standstill import OpenedMember, Still, still_days
from app.domain.calendar import to_local, to_utc
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_state import NOT_STARTED, PAUSED, RUNNING, ClockState
from app.domain.loaded_case import MemberFacts
from app.domain.snapshot import Snapshot
from app.domain.vocabulary import ClockName, DeadlineState, LedgerKind
from app.runtime.acceptance import stop_running
from app.runtime.casework import Casework

# The clock of a member each clock of the bundle follows, and the one that is read where a member has no such limit.
CLOCK_OF_MEMBER = {
    ClockName.BUNDLE_PROMISED: (ClockName.PROMISED, ClockName.STATUTORY),
    ClockName.BUNDLE_STATUTORY: (ClockName.STATUTORY, ClockName.PROMISED),
}
BUNDLE_CLOCKS = tuple(CLOCK_OF_MEMBER)
RULE = "standstill"


def reconcile_joint_clocks(work: Casework, snapshot: Snapshot) -> None:
    """Enter the days on which no unfinished member runs, where they are others than the ledger has.

    A closed member that still has to be joined opens those who wait for it; until then nothing can be said.
    """
    waiting = {member.task_id for member in snapshot.members}
    if not any(row.closed_at and row.parent_task in waiting for row in work.loaded.members):
        _follow_members(work)


def end_joint_clocks(work: Casework) -> None:
    """Stop the clocks of a joint case whose members have ended, at the instant the last of them closed.

    Their messages may have come late or all at once: what they say about the days that count is entered before.
    """
    _follow_members(work)
    stop_running(work, BUNDLE_CLOCKS, at=work.joined_at or work.now)


def _follow_members(work: Casework) -> None:
    for name in BUNDLE_CLOCKS:
        if work.clock(name).status in (RUNNING, PAUSED):
            clocks = {row.id: _clock_of(work, row, name) for row in work.loaded.members}
            _follow(work, name, tuple(_opened(work, clocks)), _last_act(work, clocks))


def _follow(work: Casework, name: str, members: tuple[OpenedMember, ...], acted_at: datetime | None) -> None:
    """Enter the days one clock stands still. One whose due row has fired is left alone."""
    clock, counting = work.clock(name), work.published.time_rules.counting
    is_fired = any(row.name == row.clock == name and row.state == DeadlineState.FIRED for row in work.loaded.deadlines)
    if acted_at is None or is_fired or clock.calendar is None or clock.began_at is None or clock.started_at is None:
        return
    began_on, by = to_local(clock.began_at).date(), system_actor(RULE)
    entry = ClockEntry(
        seq=work.last_seq + 1,
        clock=name,
        kind=LedgerKind.STANDSTILL,
        occurred_at=min(max(acted_at, clock.started_at), work.now),
        recorded_at=work.now,
        actor=by.code,
        still=(),
    )
    still = _begun_in_time(
        work, entry, still_days(members, began_on=began_on, calendar=clock.calendar, counting=counting)
    )
    entered = [known.still for known in work.ledger if known.kind == LedgerKind.STANDSTILL and known.clock == name]
    if still != (entered[-1] if entered else ()):
        work.record("clock_followed_members", {"clock": name}, actor=by)
        work.add_entry(replace(entry, still=still))


def _begun_in_time(work: Casework, entry: ClockEntry, still: tuple[Still, ...]) -> tuple[Still, ...]:
    """Return the spans up to the first that begins after the clock ran out, as the spans before it have moved its end."""
    kept: tuple[Still, ...] = ()
    for span in still:
        due_at = _fold(work, [*work.ledger, replace(entry, still=kept)], entry.clock or "").due_at
        if due_at is not None and to_utc(datetime.combine(span[0], time.min)) > due_at:
            break
        kept = (*kept, span)
    return kept


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


def _clock_of(work: Casework, row: MemberFacts, name: ClockName) -> ClockState:
    """Return the clock of a member that a clock of the bundle follows, as the member's own ledger has it."""
    entries = [ClockEntry.from_row(entry) for entry in work.loaded.member_ledger if entry.case_id == row.id]
    clocks = [_fold(work, entries, own) for own in CLOCK_OF_MEMBER[name]]
    return next((clock for clock in clocks if clock.status != NOT_STARTED), clocks[0])


def _fold(work: Casework, entries: list[ClockEntry], name: str) -> ClockState:
    return fold(entries, name, calendars=work.published.calendars, counting=work.published.time_rules.counting)


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
