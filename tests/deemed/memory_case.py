"""One case in memory: every act is decided by the program itself, and its ChangeSet is applied to plain rows.

It stands for the storage, so that thousands of histories can be played in a short time; what the storage does with a
ChangeSet is tested beside it.
"""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta

from app.domain.actor import Actor, system_actor
from app.domain.card_life import CardFacts
from app.domain.change_set import ChangeSet
from app.domain.loaded_case import DeadlineFacts, HandledStep, LoadedCase, TaskFacts
from app.domain.moves import CompleteTask
from app.domain.outage import Gap
from app.domain.vocabulary import DeadlineState, TaskState
from app.engine.parser import Definition
from app.runtime import holds
from app.runtime.casework import Casework, Desk, take_up
from app.runtime.decide_change import decide_change
from app.runtime.fire import fire
from app.runtime.published import Published
from app.runtime.realign import realign
from app.runtime.suspension import resume, suspend

A_MOMENT = timedelta(seconds=1)
MOST_ROUNDS = 50


class Counter:
    """Ids and numbers of a case in memory."""

    def __init__(self) -> None:
        self._last = 10**12

    def next_id(self) -> int:
        self._last += 1
        return self._last

    def next_number(self, **_sequence: object) -> int:
        return self.next_id()

    @property
    def given_count(self) -> int:
        return self._last

    def take_back(self, given_count: int) -> None:
        """Leave a gap: nothing reads the numbers of a case in memory."""


class MemoryCase:
    """A case as it is after the acts so far. now: aware; it only moves forwards."""

    def __init__(self, loaded: LoadedCase, published: Published, definitions: Callable[[int], Definition]) -> None:
        self.loaded = loaded
        self.published = published
        self.now = loaded.now
        self._definitions = definitions
        self._ports = Counter()

    def fresh(self) -> "MemoryCase":
        """The same case, for another history."""
        return MemoryCase(self.loaded, self.published, self._definitions)

    @property
    def decision(self) -> tuple[str, datetime, bool] | None:
        """Decision, effective instant, whether late; None while there is none."""
        row = self.loaded.decision
        return (row.decision, row.effective_at, row.is_late) if row else None

    def tick(self) -> None:
        """Fire everything that is due now, in the order of its instant, until nothing is left."""
        for _ in range(MOST_ROUNDS):
            due = [row for row in self.loaded.deadlines if _is_due(row, self.now)]
            if not due:
                return
            first = min(due, key=lambda row: (row.fire_at or self.now, row.id))
            self._act(system_actor("deadline"), lambda work, row=first: fire(work, row))
        raise AssertionError("The tick never comes to rest.")

    def next_fire_at(self) -> datetime | None:
        """The next instant at which something fires."""
        instants = [row.fire_at for row in self.loaded.deadlines if row.state == DeadlineState.ARMED and row.fire_at]
        return min(instants, default=None)

    # ------------------------------------------------------------ acts; a refused one raises and changes nothing
    def suspend(self) -> None:
        def act(work: Casework) -> None:
            suspend(work, ground="testing", document_no="D1", expected_days=3, occurred_at=self.now)
            realign(work)

        self._act(_staff(11), act)

    def resume(self) -> None:
        def act(work: Casework) -> None:
            resume(work, suspension_id=None, occurred_at=self.now, document_no="R1")
            realign(work)

        self._act(_staff(11), act)

    def request_hold(self, reason: str, by: int) -> None:
        self._act(_staff(by), lambda work: holds.request(work, reason=reason, text="x"))

    def confirm_hold(self, by: int, days: int) -> None:
        self._act(_staff(by), lambda work: holds.confirm(work, self._last_hold(), working_days=days))

    def reject_hold(self, by: int) -> None:
        self._act(_staff(by), lambda work: holds.reject(work, self._last_hold()))

    def lift_hold(self, by: int) -> None:
        self._act(_staff(by), lambda work: holds.lift(work, self._last_hold()))

    def sign_finding(self, finding: str) -> None:
        self._act(_staff(99), lambda work: holds.sign_finding(work, self._last_hold(), finding=finding, text="x"))

    def complete(self, element: str, outcome: str, by: int) -> None:
        task = next(row for row in self.loaded.tasks if row.element == element)
        move = CompleteTask(task_id=task.engine_task, outcome=outcome, data={})
        self._act(_staff(by), lambda work: decide_change(work, move))

    def block(self, *, outages: tuple[Gap, ...], closed_since: datetime | None) -> None:
        """Set the outages and the closure that are not released, and look at a blocked approval again."""
        self.loaded = replace(self.loaded, outages=outages)
        self._closed_since = closed_since
        if any(row.state == DeadlineState.BLOCKED for row in self.loaded.deadlines):
            self._act(system_actor("deemed_release"), realign)

    _closed_since: datetime | None = None

    def _last_hold(self) -> int:
        return max((hold.id for hold in self.loaded.holds), default=0)

    def _act(self, actor: Actor, act: Callable[[Casework], object]) -> None:
        has_closure = self._closed_since is not None and self._closed_since <= self.now
        loaded = replace(self.loaded, now=self.now, arrived_at=self.now, has_closure=has_closure)
        desk = Desk(published=self.published, actor=actor, ports=self._ports, definitions=self._definitions)
        work = take_up(loaded, desk, ChangeSet())
        act(work)
        if work.changes.case is None:
            work.finish()
        self.loaded = _applied(loaded, work.changes, work.actor)


def _staff(number: int) -> Actor:
    return Actor(code=f"staff:{number}", staff_id=number)


def _is_due(row: DeadlineFacts, now: datetime) -> bool:
    return row.state == DeadlineState.ARMED and row.fire_at is not None and row.fire_at < now


def _applied(loaded: LoadedCase, changes: ChangeSet, actor: Actor) -> LoadedCase:
    assert changes.case is not None
    case = asdict(changes.case) | {"version": loaded.case.version + 1}
    return replace(
        loaded,
        case=replace(loaded.case, **case),
        state=changes.state or loaded.state,
        tasks=_tasks(loaded, changes),
        handled=(*loaded.handled, *_handled(loaded, changes)),
        deadlines=_deadlines(loaded, changes),
        ledger=(*loaded.ledger, *changes.ledger),
        decision=changes.decisions[-1] if changes.decisions else loaded.decision,
        holds=_holds(loaded, changes),
        cards=_cards(loaded, changes),
    )


def _tasks(loaded: LoadedCase, changes: ChangeSet) -> tuple[TaskFacts, ...]:
    closed = {row.id for row in changes.tasks_closed}
    known = set(TaskFacts.__dataclass_fields__)
    opened = [
        TaskFacts(
            **{name: value for name, value in asdict(row).items() if name in known and name != "outcomes"},
            outcomes=tuple(row.outcomes.split(",")),
            version=0,
        )
        for row in changes.tasks_opened
    ]
    return (*(row for row in loaded.tasks if row.id not in closed), *opened)


def _handled(loaded: LoadedCase, changes: ChangeSet) -> list[HandledStep]:
    tasks = {row.id: row for row in loaded.tasks}
    return [
        HandledStep(
            element=tasks[row.id].element,
            role=tasks[row.id].role,
            outcome=row.outcome,
            completed_by=row.completed_by,
            closed_at=row.closed_at,
        )
        for row in changes.tasks_closed
        if row.state == TaskState.COMPLETED and row.completed_by is not None
    ]


def _deadlines(loaded: LoadedCase, changes: ChangeSet) -> tuple[DeadlineFacts, ...]:
    rows = {row.id: row for row in loaded.deadlines}
    known = set(DeadlineFacts.__dataclass_fields__)
    for change in changes.deadlines_changed:
        assert rows[change.id].state != DeadlineState.FIRED, "A stage fires once."
        rows[change.id] = replace(rows[change.id], **asdict(change), attempts=0)
    for row_id in (*changes.deadlines_disarmed, *changes.deadlines_deleted, *changes.deadlines_spent):
        del rows[row_id]
    for row in changes.deadlines_armed:
        values = {name: value for name, value in asdict(row).items() if name in known}
        rows[row.id] = DeadlineFacts(**values, attempts=0, last_error=None)
    return tuple(rows.values())


def _cards(loaded: LoadedCase, changes: ChangeSet) -> tuple[CardFacts, ...]:
    known = [field.name for field in fields(CardFacts)]
    rows = {card.id: card for card in loaded.cards}
    for row in changes.cards:
        values = asdict(row) | {"version": 0}
        rows[row.id] = CardFacts(**{name: values.get(name) for name in known})
    for change in changes.cards_changed:
        values = {name: value for name, value in asdict(change).items() if name in known and name != "version"}
        rows[change.id] = replace(rows[change.id], **values, version=change.version + 1)
    return tuple(rows.values())


def _holds(loaded: LoadedCase, changes: ChangeSet) -> tuple[object, ...]:
    changed = {row.id: row for row in changes.holds_changed}
    return (*(changed.get(row.id, row) for row in loaded.holds), *changes.holds_opened)
