"""The case in hand while one move is decided: facts that may change, and the ChangeSet they end in.

A Casework does no input or output. Ids and numbers come from ports that belong to the same transaction.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import orjson

from app.domain.actor import Actor
from app.domain.audit import audit_body, audit_link
from app.domain.change_set import AuditRow, CaseChange, ChangeSet, IncidentRow, InputRow, OutboxRow
from app.domain.clock_ledger import ClockEntry, fold
from app.domain.clock_state import ClockState
from app.domain.deemed_rows import HoldRow
from app.domain.loaded_case import CaseFacts, LoadedCase
from app.domain.snapshot import OpenMember
from app.domain.vocabulary import CaseState, LedgerKind
from app.engine.parser import Definition
from app.engine.runner import Instance
from app.runtime.published import Published
from app.storage.incidents import OPEN


class Ports(Protocol):
    """Sources of ids and numbers; both belong to the database of the transaction."""

    def next_id(self) -> int:
        """Return an id no other row has."""
        ...

    def next_number(self, *, kind: str, scope: str, on: datetime) -> int:
        """Return the next number of a sequence, counted per kind, scope and local year."""
        ...

    @property
    def given_count(self) -> int:
        """How many numbers were given out so far."""
        ...

    def take_back(self, given_count: int) -> None:
        """Take back the numbers given since so many were, because nothing bears them after all."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAct:
    """An act on the clocks that somebody tries: what it is called, and facts without personal data."""

    kind: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehoused:
    """Where rows of waits belong since the case changed its version.

    elements: (task id of the engine, old element) -> new element. afresh: (task id, new element) whose limit counts
    from now on.
    """

    elements: Mapping[tuple[str, str], str] = field(default_factory=dict)
    afresh: frozenset[tuple[str, str]] = frozenset()


NOT_REHOUSED = Rehoused()


@dataclass(slots=True, kw_only=True)
class Casework:
    """One case being decided. Its `changes` may be shared with the member cases it opens.

    joined_at: in a move that joins members, when the last of them closed. failed_operations: engine task of each host
    operation that failed in this move -> what the failure was. reported_task_id: the external task a program reports in
    this move.
    """

    loaded: LoadedCase
    published: Published
    actor: Actor
    ports: Ports
    definitions: Callable[[int], Definition]
    changes: ChangeSet
    instance: Instance | None = None
    definition_id: int = 0
    rehoused: Rehoused = NOT_REHOUSED
    state: str = ""
    decision: str | None = None
    result_kind: str | None = None
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    last_seq: int = 0
    last_hash: bytes = b""
    ledger: list[ClockEntry] = field(default_factory=list)
    holds: list[HoldRow] = field(default_factory=list)
    completed_task_id: int | None = None
    completed_element: str | None = None
    fired_deadline_id: int | None = None
    members_to_open: list[OpenMember] = field(default_factory=list)
    joined_at: datetime | None = None
    clock_act: ClockAct | None = None
    failed_operations: dict[str, str] = field(default_factory=dict)
    reported_task_id: int | None = None
    _folded: dict[str, ClockState] = field(default_factory=dict)

    @property
    def case(self) -> CaseFacts:
        """The case row as it was read."""
        return self.loaded.case

    @property
    def now(self) -> datetime:
        """The database's instant of this move, aware UTC."""
        return self.loaded.now

    @property
    def is_paused(self) -> bool:
        """Say whether the instance stands still by a technical pause, as this move has it now."""
        return (self.loaded.pause is not None or bool(self.changes.pauses_begun)) and not self.changes.pauses_ended

    @property
    def is_closed(self) -> bool:
        """Say whether the case has ended."""
        return self.closed_at is not None

    def record(self, kind: str, facts: Mapping[str, object] | None = None, *, actor: Actor | None = None) -> int:
        """Append an audit entry (办件日志) and return its seq. facts must hold no personal data: hashes and codes only."""
        self.last_seq += 1
        by = (actor or self.actor).code
        body = audit_body(case_id=self.case.id, seq=self.last_seq, at=self.now, kind=kind, actor=by, facts=facts or {})
        self.last_hash = audit_link(self.last_hash, body)
        self.changes.audit.append(
            AuditRow(
                case_id=self.case.id,
                seq=self.last_seq,
                at=self.now,
                kind=kind,
                actor=by,
                body=body,
                hash=self.last_hash,
            )
        )
        return self.last_seq

    def keep(self, element: str, values: Mapping[str, object]) -> str:
        """Store values where they can be erased later, beside the audit entry that is recorded next.

        Returns the hash of them, which is all the chain may hold.
        """
        text = orjson.dumps(dict(values), default=str)
        self.changes.inputs.append(
            InputRow(
                id=self.ports.next_id(),
                case_id=self.case.id,
                element=element,
                seq=self.last_seq + 1,
                answers=text.decode(),
            )
        )
        return hashlib.sha256(text).hexdigest()

    def open_incident(self, element: str, code: str, facts: Mapping[str, object]) -> None:
        """Open an incident (异常) a supervisor can retry. facts: what went wrong, without personal data."""
        self.changes.incidents.append(
            IncidentRow(
                id=self.ports.next_id(),
                case_id=self.case.id,
                element=element,
                code=code,
                opened_at=self.now,
                state=OPEN,
                facts=orjson.dumps(dict(facts)).decode(),
            )
        )

    def try_clock_act(self, kind: str, **facts: object) -> None:
        """Say that an act on the clocks begins; when it is refused from here on, the bracket keeps the refusal."""
        self.clock_act = ClockAct(kind=kind, facts=facts)

    def clock(self, name: str) -> ClockState:
        """Return the clock `name` as the ledger has it now."""
        state = self._folded.get(name)
        if state is None:
            rules = self.published.time_rules
            state = fold(
                self.ledger,
                name,
                calendars=self.published.calendars,
                counting=rules.counting,
                rule_set=rules.rule_set(self.loaded.offering.card_rule_set if self.loaded.offering else None),
            )
            self._folded[name] = state
        return state

    def clocks(self) -> dict[str, ClockState]:
        """Return every clock that was ever started, by name."""
        names = dict.fromkeys(entry.clock for entry in self.ledger if entry.clock)
        return {name: self.clock(name) for name in names}

    def add_entry(self, entry: ClockEntry) -> None:
        """Append an entry to the clock ledger; what was folded before is folded again."""
        self.ledger.append(entry)
        self.changes.ledger.append(entry.to_row(self.case.id))
        self._folded.clear()
        if entry.kind != LedgerKind.CALENDAR:  # A calendar is followed before an act, which may still be refused.
            self.clock_act = None

    def set_hold(self, hold: HoldRow) -> None:
        """Open a hold or change one; what was read before counts no more. Once a hold in one move."""
        is_known = any(known.id == hold.id for known in self.loaded.holds)
        (self.changes.holds_changed if is_known else self.changes.holds_opened).append(hold)
        self.holds = [*(known for known in self.holds if known.id != hold.id), hold]

    def queue(
        self,
        channel: str,
        payload: Mapping[str, object],
        *,
        key: str,
        send_at: datetime | None = None,
        ordered: bool = True,
    ) -> None:
        """Queue a message in the commit of this move. key: unique for ever; a second one with it is dropped."""
        self.changes.outbox.append(
            OutboxRow(
                dedup_key=key,
                channel=channel,
                payload=orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode(),
                case_id=self.case.id if ordered else None,
                seq=self.last_seq if ordered else None,
                next_at=send_at or self.now,
            )
        )

    def move_to(self, state: CaseState) -> None:
        """Set the state of the case (办件状态)."""
        self.state = state.value

    def finish(self) -> None:
        """Write the case row's change. Called once, at the end of the move."""
        self.changes.case = CaseChange(
            id=self.case.id,
            version=self.case.version,
            definition_id=self.definition_id,
            state=self.state,
            decision=self.decision,
            result_kind=self.result_kind,
            accepted_at=self.accepted_at,
            closed_at=self.closed_at,
            last_seq=self.last_seq,
            last_hash=self.last_hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What every case in hand needs: the published rules, the actor, and the ports of the transaction.

    definitions: diagram id -> parsed definition; raises NotLoaded when it must be parsed first, outside the lock.
    """

    published: Published
    actor: Actor
    ports: Ports
    definitions: Callable[[int], Definition]


def take_up(loaded: LoadedCase, desk: Desk, changes: ChangeSet) -> Casework:
    """Take a loaded case in hand."""
    case = loaded.case
    return Casework(
        loaded=loaded,
        published=desk.published,
        actor=desk.actor,
        ports=desk.ports,
        definitions=desk.definitions,
        changes=changes,
        definition_id=case.definition_id,
        state=case.state,
        decision=case.decision,
        result_kind=case.result_kind,
        accepted_at=case.accepted_at,
        closed_at=case.closed_at,
        last_seq=case.last_seq,
        last_hash=case.last_hash,
        ledger=[ClockEntry.from_row(row) for row in loaded.ledger],
        holds=list(loaded.holds),
    )


def desk_of(work: Casework) -> Desk:
    """Return the desk a case lies on, to put another case of the same move beside it."""
    return Desk(published=work.published, actor=work.actor, ports=work.ports, definitions=work.definitions)
