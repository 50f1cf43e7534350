"""Count the cases of a calendar load again (批量重新计算): set-based reads, one write a batch, no diagram in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from app.domain.audit import audit_body, audit_link
from app.domain.calendar import ResolvedCalendar
from app.domain.card_life import CardFacts, revoke
from app.domain.case_recount import CountedCase, NewCalendar, Recount, TaskCopy, recount
from app.domain.change_rows.calendar import CaseHead, LoadCaseChange
from app.domain.change_set import AuditRow, ChangeSet, IncidentRow, OutboxRow
from app.domain.clock_entry import ClockEntry
from app.domain.errors import CaseworkError
from app.domain.messages import LANGUAGES
from app.domain.notice import NOTICE_CLASSES, earliest_send_at
from app.domain.time_rules import TimeRules
from app.runtime.notices import CHANNEL
from app.runtime.published import Published
from app.storage.apply_changes import apply_changes
from app.storage.calendar_loads import (
    CalendarLoadRow,
    CaseRows,
    ClaimedCase,
    claim_waiting,
    read_case_rows,
    standing_cards,
)
from app.storage.closures import ClosureRow, closure_facts, find_closure
from app.storage.database import Connection
from app.storage.ids import IdSource
from app.storage.unit_of_work import UnitOfWork

BATCH = 500
ENTRY = "calendar_changed"
NOTICE = "due_moved"
CARD_REASON = "closures.card_reason"
FORCE_MAJEURE = "force_majeure"
FAILED = "failed"
INCIDENT = "calendar_load"
NOTHING = Recount(entry=None, moves=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounting:
    """What every case of a load is counted with.

    calendars: by id; targets: department id -> calendar from now on. closure: behind the load; closure_facts: what a
    ledger entry says about it; card_reason: why cards about a due instant inside it are taken back.
    """

    load: CalendarLoadRow
    rules: TimeRules
    calendars: Mapping[str, ResolvedCalendar]
    targets: Mapping[int, ResolvedCalendar]
    closure: ClosureRow | None = None
    closure_facts: Mapping[str, object] = field(default_factory=dict)
    card_reason: str = ""

    def new_calendar(self, department_id: int) -> NewCalendar | None:
        """Return what the cases of a department are counted with; None for one that came after the load."""
        target = self.targets.get(department_id)
        if target is None:
            return None
        return NewCalendar(
            calendar=target,
            calendars=self.calendars,
            document=self.load.document,
            loaded_at=self.load.loaded_at,
            actor=self.load.loaded_by,
            rules=self.rules,
            closure=self.closure_facts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecountedCase:
    """A case and what the load does to it. failure: why its clocks could not be counted; it is left for a person."""

    case: ClaimedCase
    result: Recount
    failure: CaseworkError | None = None

    @property
    def outcome(self) -> str:
        """What the report says of the case."""
        return FAILED if self.failure is not None else self.result.outcome


def recounting_of(connection: Connection, load: CalendarLoadRow, published: Published) -> Recounting:
    """Lay out what the cases of a stored load are counted with."""
    closed = find_closure(connection, load.closure_id) if load.closure_id else None
    targets = {department_id: published.calendars[calendar_id] for department_id, calendar_id in load.calendars.items()}
    return Recounting(
        load=load,
        rules=published.time_rules,
        calendars=published.calendars,
        targets=targets,
        closure=closed,
        closure_facts=closure_facts(connection, closed) if closed else {},
        card_reason=published.messages.text(LANGUAGES[0], CARD_REASON, reason=closed.reason, document=closed.document)
        if closed
        else "",
    )


def recount_batch(uow: UnitOfWork, ids: IdSource, recounting: Recounting, *, limit: int = BATCH) -> int:
    """Count up to `limit` waiting cases of a load again and write what moved. Returns how many were taken.

    One commit takes a case from waiting to done together with its ledger entry, so a killed worker leaves no case with
    two entries and none without.
    """
    cases = claim_waiting(uow, recounting.load.id, limit=limit)
    if not cases:
        return 0
    now = uow.now()
    changes = ChangeSet()
    closed = recounting.closure
    cards = standing_cards(uow.connection, closed, [case.id for case in cases]) if closed else {}
    send_at: dict[int, datetime] = {}
    for done in recount_cases(uow.connection, cases, recounting, now=now):
        chain = _Chain(case=done.case, load=recounting.load, now=now)
        _add(changes, done, recounting, chain, send_at=send_at)
        _take_back(changes, cards.get(done.case.id, ()), recounting, chain)
        chain.add_to(changes)
        if done.failure is not None:
            changes.incidents.append(_incident(ids.next_id(done.case.region_code), done, recounting.load, now))
    apply_changes(uow, changes)
    return len(cases)


def recount_cases(
    connection: Connection, cases: Sequence[ClaimedCase], recounting: Recounting, *, now: datetime
) -> Iterable[RecountedCase]:
    """Yield what the load does to each case; writes nothing."""
    rows = read_case_rows(connection, cases)
    for case in cases:
        new = recounting.new_calendar(case.department_id)
        if new is None:
            yield RecountedCase(case=case, result=NOTHING)
            continue
        try:
            result = recount(_counted(case, rows, recounting.rules), new, now=now)
        except CaseworkError as failure:
            # One case that leaves the years of data must not hold up the others.
            yield RecountedCase(case=case, result=NOTHING, failure=failure)
        else:
            yield RecountedCase(case=case, result=result)


def _counted(case: ClaimedCase, rows: CaseRows, rules: TimeRules) -> CountedCase:
    pinned = (case.offering_id or 0, case.offering_version or 0)
    return CountedCase(
        id=case.id,
        last_seq=case.last_seq,
        ledger=[ClockEntry.from_row(row) for row in rows.ledger[case.id]],
        deadlines=rows.deadlines[case.id],
        tasks=[
            TaskCopy(
                id=task.id, engine_task=task.engine_task, due_at=task.due_at, sort_at=task.sort_at, paused=task.paused
            )
            for task in rows.tasks[case.id]
        ],
        rule_set=rules.rule_set(rows.rule_sets.get(pinned)),
        decided_at=case.decided_at,
    )


@dataclass(slots=True, kw_only=True)
class _Chain:
    """The audit entries a load adds to a case; the head of the case follows from them."""

    case: ClaimedCase
    load: CalendarLoadRow
    now: datetime
    entries: list[AuditRow] = field(default_factory=list)

    def record(self, kind: str, facts: Mapping[str, object]) -> int:
        """Append an entry and return its seq."""
        last = self.entries[-1] if self.entries else None
        seq = (last.seq if last else self.case.last_seq) + 1
        by = self.load.loaded_by
        body = audit_body(case_id=self.case.id, seq=seq, at=self.now, kind=kind, actor=by, facts=facts)
        link = audit_link(last.hash if last else self.case.last_hash, body)
        self.entries.append(
            AuditRow(case_id=self.case.id, seq=seq, at=self.now, kind=kind, actor=by, body=body, hash=link)
        )
        return seq

    def add_to(self, changes: ChangeSet) -> None:
        """Put the entries and the new head of the case into the changes; nothing when nothing was recorded."""
        if not self.entries:
            return
        head = self.entries[-1]
        changes.audit.extend(self.entries)
        changes.case_heads.append(
            CaseHead(id=self.case.id, version=self.case.version, last_seq=head.seq, last_hash=head.hash)
        )


def _add(
    changes: ChangeSet,
    done: RecountedCase,
    recounting: Recounting,
    chain: _Chain,
    *,
    send_at: dict[int, datetime],
) -> None:
    case, result, load = done.case, done.result, recounting.load
    facts = orjson.dumps([move.to_facts() for move in result.moves]).decode()
    changes.load_cases.append(LoadCaseChange(load_id=load.id, case_id=case.id, outcome=done.outcome, facts=facts))
    changes.deadlines_changed.extend(result.deadlines)
    if result.entry is None:
        return
    said = {"document": load.document, "load": str(load.id), "calendar": result.entry.calendar_id}
    seq = chain.record(ENTRY, said)
    changes.ledger.append(result.entry.to_row(case.id))
    changes.task_instants.extend(result.tasks)
    if result.later is not None:
        if case.department_id not in send_at:
            send_at[case.department_id] = _office_time(recounting, case.department_id, chain.now)
        changes.outbox.append(_notice(done, recounting, seq, send_at[case.department_id]))


def _take_back(changes: ChangeSet, cards: Sequence[CardFacts], recounting: Recounting, chain: _Chain) -> None:
    """Cards about a due instant inside a closure are taken back: nobody could have acted (不可抗力)."""
    if not cards:
        return
    numbers = [card.supervision_no or str(card.id) for card in cards]
    chain.record("cards_revoked", {"cards": numbers, "ground": FORCE_MAJEURE, "load": str(recounting.load.id)})
    by = recounting.load.loaded_by
    changes.cards_changed.extend(revoke(card, reason=recounting.card_reason, by=by, now=chain.now) for card in cards)


def _incident(incident_id: int, done: RecountedCase, load: CalendarLoadRow, now: datetime) -> IncidentRow:
    assert done.failure is not None
    facts = {"load": str(load.id), **{name: str(value) for name, value in done.failure.facts.items()}}
    return IncidentRow(
        id=incident_id,
        case_id=done.case.id,
        element=INCIDENT,
        code=done.failure.code,
        opened_at=now,
        state="open",
        facts=orjson.dumps(facts).decode(),
    )


def _notice(done: RecountedCase, recounting: Recounting, seq: int, send_at: datetime) -> OutboxRow:
    case, later = done.case, done.result.later
    assert later is not None
    assert later.new_due_at is not None
    assert later.old_due_at is not None
    payload = {
        "notice": NOTICE,
        "addressee": "applicant",
        "case_no": case.case_no,
        "matter": case.name,
        "facts": {
            "document_no": recounting.load.document,
            "old_due_at": later.old_due_at.isoformat(),
            "due_at": later.new_due_at.isoformat(),
        },
    }
    return OutboxRow(
        dedup_key=f"{NOTICE}:{case.id}:{seq}:applicant",
        channel=CHANNEL,
        payload=orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode(),
        case_id=case.id,
        seq=seq,
        next_at=send_at,
    )


def _office_time(recounting: Recounting, department_id: int, now: datetime) -> datetime:
    return earliest_send_at(
        NOTICE_CLASSES[NOTICE],
        now,
        calendar=recounting.targets[department_id],
        immediate_until=recounting.rules.notices_immediate_until,
    )
