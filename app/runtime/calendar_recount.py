"""Count the cases of a calendar load again (批量重新计算): set-based reads, one write a batch, no diagram in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from app.domain.audit import audit_body, audit_link
from app.domain.calendar import ResolvedCalendar
from app.domain.case_recount import CountedCase, NewCalendar, Recount, TaskCopy, recount
from app.domain.change_rows.calendar import CaseHead, LoadCaseChange
from app.domain.change_set import AuditRow, ChangeSet, IncidentRow, OutboxRow
from app.domain.clock_entry import ClockEntry
from app.domain.errors import CaseworkError
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
)
from app.storage.database import Connection
from app.storage.ids import IdSource
from app.storage.unit_of_work import UnitOfWork

BATCH = 500
ENTRY = "calendar_changed"
NOTICE = "due_moved"
FAILED = "failed"
INCIDENT = "calendar_load"
NOTHING = Recount(entry=None, moves=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Recounting:
    """What every case of a load is counted with. calendars: by id; targets: department id -> calendar from now on."""

    load: CalendarLoadRow
    rules: TimeRules
    calendars: Mapping[str, ResolvedCalendar]
    targets: Mapping[int, ResolvedCalendar]
    closure: Mapping[str, object]

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
            closure=self.closure,
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


def recounting_of(load: CalendarLoadRow, published: Published, closure: Mapping[str, object]) -> Recounting:
    """Lay out what the cases of a stored load are counted with."""
    targets = {department_id: published.calendars[calendar_id] for department_id, calendar_id in load.calendars.items()}
    return Recounting(
        load=load, rules=published.time_rules, calendars=published.calendars, targets=targets, closure=closure
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
    send_at: dict[int, datetime] = {}
    for done in recount_cases(uow.connection, cases, recounting, now=now):
        _add(changes, done, recounting, now=now, send_at=send_at)
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


def _add(
    changes: ChangeSet, done: RecountedCase, recounting: Recounting, *, now: datetime, send_at: dict[int, datetime]
) -> None:
    case, result = done.case, done.result
    facts = orjson.dumps([move.to_facts() for move in result.moves]).decode()
    changes.load_cases.append(
        LoadCaseChange(load_id=recounting.load.id, case_id=case.id, outcome=done.outcome, facts=facts)
    )
    if result.entry is None:
        return
    audit = _audited(case, result.entry, recounting.load, now)
    changes.audit.append(audit)
    changes.ledger.append(result.entry.to_row(case.id))
    changes.case_heads.append(CaseHead(id=case.id, version=case.version, last_seq=audit.seq, last_hash=audit.hash))
    changes.deadlines_changed.extend(result.deadlines)
    changes.task_instants.extend(result.tasks)
    if result.later is not None:
        if case.department_id not in send_at:
            send_at[case.department_id] = _office_time(recounting, case.department_id, now)
        changes.outbox.append(_notice(done, recounting, audit.seq, send_at[case.department_id]))


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


def _audited(case: ClaimedCase, entry: ClockEntry, load: CalendarLoadRow, now: datetime) -> AuditRow:
    body = audit_body(
        case_id=case.id,
        seq=entry.seq,
        at=now,
        kind=ENTRY,
        actor=load.loaded_by,
        facts={"document": load.document, "load": str(load.id), "calendar": entry.calendar_id},
    )
    return AuditRow(
        case_id=case.id,
        seq=entry.seq,
        at=now,
        kind=ENTRY,
        actor=load.loaded_by,
        body=body,
        hash=audit_link(case.last_hash, body),
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
