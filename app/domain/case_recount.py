"""Count the clocks of a case again with another working calendar (重新计算), without moving its diagram.

Pure: the ledger and the rows that copy it go in, one ledger entry and the changed rows come out. Source: time-limits.md
section 1 rules 6 and 7 (K19), section 3 (calendar entries).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.calendar import ResolvedCalendar, to_local, to_utc
from app.domain.cards import CardRuleSet, colour_of_instants
from app.domain.change_rows.tasks import TaskInstants
from app.domain.change_set import DeadlineChange
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_replay import floor_of
from app.domain.clock_state import NOT_STARTED, PAUSED, STOPPED, ClockState
from app.domain.deadline_instants import (
    DEEMED,
    DEEMED_WARNING,
    HOLD,
    RENEWAL,
    RENEWAL_WARNING,
    SUSPENSION_OVERRUN,
    UNSERVED,
    DeadlineInstants,
    derive,
    fire_at,
    instants_of_clock,
    instants_of_deemed,
    instants_of_warning,
)
from app.domain.limit import parse_limit
from app.domain.loaded_case import DeadlineFacts
from app.domain.renewal import warnings_before
from app.domain.time_rules import DeemedRules, TimeRules
from app.domain.vocabulary import DeadlineState, Lane, LedgerKind, Stage

MOVED, UNMOVED, PAST_DUE, LEFT = "moved", "unmoved", "past_due", "left"
STEP, TIMER = "step", "timer"
OF_THEIR_OWN = (STEP, TIMER, SUSPENSION_OVERRUN, UNSERVED)
OPEN_STATES = (DeadlineState.ARMED, DeadlineState.PAUSED, DeadlineState.HELD, DeadlineState.BLOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCopy:
    """An open task with the instants it copied from a deadline."""

    id: int
    engine_task: str
    due_at: datetime | None
    sort_at: datetime
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCase:
    """What of a case its clocks hang on. deadlines: those that were not disarmed. decided_at: when a decision took effect."""

    id: int
    last_seq: int
    ledger: Sequence[ClockEntry]
    deadlines: Sequence[DeadlineFacts]
    tasks: Sequence[TaskCopy]
    rule_set: CardRuleSet
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCalendar:
    """A calendar that takes the place of another. document: its notice. closure: fields of the entry for a closure.

    calendars: by id, also those the clocks have now.
    """

    calendar: ResolvedCalendar
    calendars: Mapping[str, ResolvedCalendar]
    document: str
    loaded_at: datetime
    actor: str
    rules: TimeRules
    closure: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMove:
    """What happened to one clock. outcome: moved, unmoved, or past_due: expired, and left alone (K19)."""

    clock: str
    outcome: str
    old_due_at: datetime | None
    new_due_at: datetime | None
    old_colour: str
    new_colour: str

    def to_facts(self) -> dict[str, object]:
        """Return the move as JSON holds it."""
        return {
            "clock": self.clock,
            "outcome": self.outcome,
            "old_due_at": self.old_due_at.isoformat() if self.old_due_at else None,
            "new_due_at": self.new_due_at.isoformat() if self.new_due_at else None,
            "old_colour": self.old_colour,
            "new_colour": self.new_colour,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """What a new calendar changes in a case. entry: None when nothing may move any more."""

    entry: ClockEntry | None
    moves: tuple[ClockMove, ...]
    deadlines: tuple[DeadlineChange, ...] = ()
    tasks: tuple[TaskInstants, ...] = ()

    @property
    def outcome(self) -> str:
        """The strongest outcome of its clocks: moved, unmoved, past_due, left."""
        outcomes = {move.outcome for move in self.moves}
        return next((outcome for outcome in (MOVED, UNMOVED, PAST_DUE) if outcome in outcomes), LEFT)

    @property
    def later(self) -> ClockMove | None:
        """The first clock that is due later than before; the applicant is told."""
        return next(
            (move for move in self.moves if move.old_due_at and move.new_due_at and move.new_due_at > move.old_due_at),
            None,
        )


def recount(case: CountedCase, new: NewCalendar, *, now: datetime) -> Recount:
    """Count every running or paused clock of a case again from its start.

    One entry counts for all clocks of the case. Its instant is that of the load, unless a later act or a fired deadline
    came first: then it is `now`, so that no load changes what was done before it reached the case. A clock expired at
    that instant is left alone. What hangs on a given day and on no clock, such as the announcement of an expiry, is
    counted again without an entry. Raises InvalidInput `calendar_missing` when a count leaves the data.
    """
    names = list(dict.fromkeys(entry.clock for entry in case.ledger if entry.clock))
    old = {name: _as_stored(case, _fold(new, case.ledger, name, rule_set=None)) for name in names}
    running = {name: clock for name, clock in old.items() if clock.status not in (NOT_STARTED, STOPPED)}
    at = _instant_of(case, new, now)
    alive = {name: clock for name, clock in running.items() if clock.due_at is None or at <= clock.due_at}
    expired = [_expired(name, clock, now) for name, clock in running.items() if name not in alive]
    if all(clock.calendar_id == new.calendar.id for clock in alive.values()):
        return Recount(entry=None, moves=tuple(expired), deadlines=tuple(_announcements(case, new)))
    entry = _entry(case, new, alive, at=at, now=now)
    ledger = [*case.ledger, entry]
    counted = {**old, **{name: _fold(new, ledger, name, rule_set=case.rule_set) for name in alive}}
    moves = [*(_move(name, clock, counted[name], now) for name, clock in alive.items()), *expired]
    changes = {row.id: change for row, change in _deadlines(case, new, counted, at)}
    return Recount(
        entry=entry,
        moves=tuple(moves),
        deadlines=(*changes.values(), *_announcements(case, new)),
        tasks=tuple(_tasks(case, changes)),
    )


def _fold(new: NewCalendar, ledger: Sequence[ClockEntry], name: str, *, rule_set: CardRuleSet | None) -> ClockState:
    return fold(ledger, name, calendars=new.calendars, counting=new.rules.counting, rule_set=rule_set)


def _as_stored(case: CountedCase, clock: ClockState) -> ClockState:
    """The instants of the colours as the row of the clock holds them, which saves counting them once more."""
    row = next((row for row in case.deadlines if row.name == row.clock == clock.clock), None)
    return clock if row is None else replace(clock, yellow_at=row.yellow_at, red_at=row.red_at)


def _instant_of(case: CountedCase, new: NewCalendar, now: datetime) -> datetime:
    fired = any(
        row.state == DeadlineState.FIRED and row.due_at and row.due_at >= new.loaded_at for row in case.deadlines
    )
    is_later_act = any(entry.occurred_at > new.loaded_at for entry in case.ledger)
    return now if fired or is_later_act else new.loaded_at


def _entry(
    case: CountedCase, new: NewCalendar, alive: Mapping[str, ClockState], *, at: datetime, now: datetime
) -> ClockEntry:
    """The floor stands in the entry where all clocks share it; else each replay derives it from the old due date."""
    floors = {floor_of(to_local(clock.due_at), to_local(at), new.calendar) for clock in alive.values() if clock.due_at}
    return ClockEntry(
        seq=case.last_seq + 1,
        clock=None,
        kind=LedgerKind.CALENDAR,
        occurred_at=at,
        recorded_at=now,
        actor=new.actor,
        calendar_id=new.calendar.id,
        document_no=new.document,
        not_before=floors.pop() if len(floors) == 1 and all(clock.due_at for clock in alive.values()) else None,
        **new.closure,  # type: ignore[arg-type]
    )


def _move(name: str, old: ClockState, new: ClockState, now: datetime) -> ClockMove:
    return ClockMove(
        clock=name,
        outcome=UNMOVED if old.due_at == new.due_at else MOVED,
        old_due_at=old.due_at,
        new_due_at=new.due_at,
        old_colour=_colour(old, now),
        new_colour=_colour(new, now),
    )


def _expired(name: str, clock: ClockState, now: datetime) -> ClockMove:
    colour = _colour(clock, now)
    return ClockMove(
        clock=name,
        outcome=PAST_DUE,
        old_due_at=clock.due_at,
        new_due_at=clock.due_at,
        old_colour=colour,
        new_colour=colour,
    )


def _colour(clock: ClockState, now: datetime) -> str:
    found = colour_of_instants(
        now,
        due_at=clock.due_at,
        yellow_at=clock.yellow_at,
        red_at=clock.red_at,
        is_paused=clock.status == PAUSED,
    )
    return found.value


def _deadlines(
    case: CountedCase, new: NewCalendar, clocks: Mapping[str, ClockState], at: datetime
) -> Iterator[tuple[DeadlineFacts, DeadlineChange]]:
    for row in case.deadlines:
        if row.state not in OPEN_STATES or (row.due_at is not None and row.due_at < at):
            continue
        instants = _instants(row, case, new, clocks, at)
        if instants is not None:
            yield row, changed_deadline(row, instants, rules=new.rules.deemed)


def _announcements(case: CountedCase, new: NewCalendar) -> Iterator[DeadlineChange]:
    """Yield the announcement of an expiry that is told on other days by the new calendar, or has days for the first time.

    Where it has passed in part, what was told is not told again. The expiry itself does not move; it only names the
    calendar whose days before it count.
    """
    rows = {row.name: row for row in case.deadlines if row.state in OPEN_STATES}
    expiry = rows.get(RENEWAL)
    if expiry is None or expiry.due_at is None or expiry.calendar_id == new.calendar.id:
        return
    yield changed_deadline(
        expiry, DeadlineInstants(due_at=expiry.due_at, calendar_id=new.calendar.id), rules=new.rules.deemed
    )
    if RENEWAL_WARNING in rows:
        instants = warnings_before(to_local(expiry.due_at).date(), new.calendar)
        yield changed_deadline(rows[RENEWAL_WARNING], instants, rules=new.rules.deemed)


def _instants(
    row: DeadlineFacts, case: CountedCase, new: NewCalendar, clocks: Mapping[str, ClockState], at: datetime
) -> DeadlineInstants | None:
    """The instants of a row: of its clock, of the promise for `deemed`, of its own expression for the others."""
    if row.name == row.clock:
        return instants_of_clock(clocks[row.name]) if row.name in clocks else None
    if row.name == DEEMED:
        return instants_of_deemed(clocks["promised"])
    if row.name == DEEMED_WARNING:
        return instants_of_warning(clocks["promised"], new.rules.counting)
    if row.name not in OF_THEIR_OWN or row.started_at is None:
        return None
    found = derive(
        parse_limit(row.expression),
        clocks=clocks,
        started_at=row.started_at,
        calendar=new.calendar,
        counting=new.rules.counting,
        decided_at=case.decided_at,
        rule_set=case.rule_set if row.name in (STEP, TIMER) else None,
    )
    return found if found.clock else _not_before(found, row, new, at)


def _not_before(instants: DeadlineInstants, row: DeadlineFacts, new: NewCalendar, at: datetime) -> DeadlineInstants:
    """A step limit of its own has no ledger; the same floor holds for it (K19)."""
    if row.due_at is None or instants.due_at is None or instants.calendar_id is None:
        return instants
    floor = floor_of(to_local(row.due_at), to_local(at), new.calendar)
    if to_local(instants.due_at).date() >= floor:
        return instants
    return replace(instants, due_at=to_utc(datetime.combine(floor, to_local(instants.due_at).time())))


def changed_deadline(row: DeadlineFacts, instants: DeadlineInstants, *, rules: DeemedRules) -> DeadlineChange:
    """Return a row with new instants: a stage that has passed stays passed, a paused row is armed when a date is known."""
    state = row.state
    if state in (DeadlineState.ARMED, DeadlineState.PAUSED):
        state = DeadlineState.ARMED if instants.due_at else DeadlineState.PAUSED
    at_stage = {Stage.YELLOW: instants.yellow_at, Stage.RED: instants.red_at, Stage.DUE: instants.due_at}
    stage = Stage(row.stage) if at_stage[Stage(row.stage)] or not instants.due_at else Stage.DUE
    is_wait = row.name == HOLD or (row.engine_task is not None and row.name != STEP)
    return DeadlineChange(
        id=row.id,
        due_at=instants.due_at,
        yellow_at=instants.yellow_at,
        red_at=instants.red_at,
        is_provisional=instants.is_provisional,
        calendar_id=instants.calendar_id,
        element=row.element,
        engine_task=row.engine_task,
        stage=stage,
        lane=Lane.MOVE if is_wait and stage == Stage.DUE else Lane.NOTICE,
        fire_at=fire_at(row.name, at_stage[stage], stage, rules=rules) if state == DeadlineState.ARMED else None,
        state=state,
        last_error=row.last_error,
    )


def _tasks(case: CountedCase, changes: Mapping[int, DeadlineChange]) -> Iterator[TaskInstants]:
    """A task copies its own step limit, else the clock whose instant it shows."""
    rows = [row for row in case.deadlines if row.id in changes]
    for task in case.tasks:
        own = next((row for row in rows if row.name == STEP and row.engine_task == task.engine_task), None)
        source = own or next(
            (row for row in rows if row.clock == row.name and row.due_at == task.due_at and task.due_at), None
        )
        if source is None or changes[source.id].due_at == task.due_at:
            continue
        change = changes[source.id]
        yield TaskInstants(
            id=task.id,
            due_at=change.due_at,
            yellow_at=change.yellow_at,
            red_at=change.red_at,
            sort_at=change.due_at or task.sort_at,
            paused=task.paused,
        )
