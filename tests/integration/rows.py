"""Rows for tests: a case with a task, a deadline and an audit entry, and the ChangeSet of its next step."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from app.domain.audit import GENESIS, audit_body, audit_link
from app.domain.change_rows.cards import CardChange, CardRow
from app.domain.change_rows.external_tasks import ExternalTaskRow, ExternalTaskTry
from app.domain.change_rows.parties import CaseMaterialRow, PartyRow
from app.domain.change_rows.tasks import TaskClosing, TaskRow
from app.domain.change_set import (
    AuditRow,
    CaseChange,
    CaseRow,
    ChangeSet,
    DeadlineChange,
    DeadlineRow,
    DecisionRow,
    IdempotencyRow,
    LedgerRow,
    OutboxRow,
    StateRow,
)
from app.storage.apply_changes import apply_changes
from app.storage.database import Database
from app.storage.materials import NewMaterial, add_material

AT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_ids = count(1_000_001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """Ids of a stored case."""

    case_id: int
    task_id: int
    deadline_id: int


def new_id() -> int:
    """Return an id no other test row has."""
    return next(_ids)


def seed_case(database: Database, *, fire_at: datetime = AT + timedelta(days=5), lane: int = 1) -> Seeded:
    """Store a case that waits for one task and one deadline."""
    seeded = Seeded(case_id=new_id(), task_id=new_id(), deadline_id=new_id())
    with database.write() as uow:
        apply_changes(uow, opening(seeded, fire_at=fire_at, lane=lane))
    return seeded


def opening(seeded: Seeded, *, fire_at: datetime = AT + timedelta(days=5), lane: int = 1) -> ChangeSet:
    """Return what a receipt writes."""
    entry = audit_row(seeded.case_id, 1, GENESIS, "case_received")
    return ChangeSet(
        cases_added=[case_row(seeded.case_id, last_seq=1, last_hash=entry.hash)],
        states_added=[state_row(seeded.case_id, b"\x00tokens\xff")],
        parties_added=[party_row(seeded.case_id)],
        tasks_opened=[task_row(seeded.task_id, seeded.case_id)],
        deadlines_armed=[deadline_row(seeded.deadline_id, seeded.case_id, fire_at=fire_at, lane=lane)],
        audit=[entry],
        ledger=[ledger_row(seeded.case_id, 1)],
    )


def step(seeded: Seeded, *, version: int = 0, task_version: int = 0, seq: int = 2, last: bytes = GENESIS) -> ChangeSet:
    """Return what completing the task writes: the task closes, another opens, the deadline is disarmed."""
    entry = audit_row(seeded.case_id, seq, last, "task_completed")
    return ChangeSet(
        case=case_change(seeded.case_id, version=version, last_seq=seq, last_hash=entry.hash),
        state=state_row(seeded.case_id, b"next"),
        tasks_closed=[closing(seeded.task_id, version=task_version)],
        tasks_opened=[task_row(new_id(), seeded.case_id)],
        deadlines_disarmed=[seeded.deadline_id],
        deadlines_armed=[deadline_row(new_id(), seeded.case_id)],
        audit=[entry],
    )


def case_row(case_id: int, *, last_seq: int = 0, last_hash: bytes = GENESIS) -> CaseRow:
    """Return a case of Lichuan."""
    return CaseRow(
        id=case_id,
        case_no=f"LB{case_id:06d}",
        kind="matter",
        name="食品经营许可",
        offering_id=None,
        offering_version=None,
        theme_code=None,
        theme_version=None,
        definition_id=1,
        parent_case_id=None,
        parent_task=None,
        parent_element=None,
        prefecture="4228",
        county="422802",
        town=None,
        region_code="422802",
        department_id=7,
        intake_department_id=8,
        intake_mode="window",
        state="received",
        received_at=AT,
        version=0,
        last_seq=last_seq,
        last_hash=last_hash,
    )


def case_change(case_id: int, *, version: int, last_seq: int, last_hash: bytes) -> CaseChange:
    """Return the change of a case that was accepted."""
    return CaseChange(
        id=case_id,
        version=version,
        definition_id=1,
        state="accepted",
        decision=None,
        result_kind=None,
        accepted_at=AT,
        closed_at=None,
        last_seq=last_seq,
        last_hash=last_hash,
    )


def state_row(case_id: int, tokens: bytes) -> StateRow:
    """Return engine state."""
    return StateRow(case_id=case_id, codec=1, diagram_id=1, tokens=tokens, variables=b"{}")


def party_row(case_id: int) -> PartyRow:
    """Return an applicant with a quote and an umlaut in the name."""
    return PartyRow(
        case_id=case_id,
        account_id=None,
        kind="person",
        name="O'Müller \\x00 王小明",
        id_type="111",
        id_number="422802199001010011",
        mobile="13800000000",
        subject=None,
        progress_code_hash=b"\x01\x02",
    )


def task_row(task_id: int, case_id: int) -> TaskRow:
    """Return an open task of group 5."""
    return TaskRow(
        id=task_id,
        case_id=case_id,
        engine_task=f"engine-{task_id}",
        element="review",
        title="审查",
        role="reviewer",
        form_key="review",
        form_version=1,
        outcomes="pass,refuse",
        group_id=5,
        assignee_id=None,
        matter_code="startup-reg",
        department_id=7,
        prefecture="4228",
        county="422802",
        town=None,
        state=0,
        opened_at=AT,
        due_at=None,
        yellow_at=None,
        red_at=None,
        sort_at=NEVER,
        paused=False,
        priority=50,
    )


def external_row(row_id: int, case_id: int) -> ExternalTaskRow:
    """Return work for a program."""
    return ExternalTaskRow(
        id=row_id,
        case_id=case_id,
        engine_task=f"engine-{row_id}",
        element="lookup",
        name="核验",
        topic="business-register",
        variables='{"王": 1}',
        opened_at=AT,
        retries=3,
        available_at=AT,
    )


def external_try(row_id: int, *, version: int) -> ExternalTaskTry:
    """Return a try that failed."""
    return ExternalTaskTry(
        id=row_id,
        version=version,
        retries=2,
        attempts=1,
        available_at=AT,
        worker_id=None,
        account_id=None,
        last_error="HTTP 503",
        failed_at=AT,
    )


def closing(task_id: int, *, version: int | None, state: int = 2) -> TaskClosing:
    """Return the completion of a task."""
    return TaskClosing(id=task_id, version=version, state=state, closed_at=AT, outcome="pass", completed_by=42)


def deadline_row(
    deadline_id: int, case_id: int, *, fire_at: datetime = AT + timedelta(days=5), lane: int = 1
) -> DeadlineRow:
    """Return an armed deadline."""
    return DeadlineRow(
        id=deadline_id,
        case_id=case_id,
        name="promised",
        clock="promised",
        element=None,
        engine_task=None,
        expression="promised",
        limit_amount=5,
        limit_unit="WD",
        calendar_id="cal",
        started_at=AT,
        due_at=fire_at,
        yellow_at=None,
        red_at=None,
        is_provisional=False,
        stage=2,
        lane=lane,
        fire_at=fire_at,
        state=0,
    )


def audit_row(case_id: int, seq: int, last: bytes, kind: str) -> AuditRow:
    """Return the next entry of a chain."""
    body = audit_body(case_id=case_id, seq=seq, at=AT, kind=kind, actor="staff:42", facts={"b": 1, "a": "王"})
    return AuditRow(
        case_id=case_id, seq=seq, at=AT, kind=kind, actor="staff:42", body=body, hash=audit_link(last, body)
    )


def ledger_row(case_id: int, seq: int) -> LedgerRow:
    """Return the start of a clock."""
    return LedgerRow(
        case_id=case_id,
        seq=seq,
        clock="notice5",
        kind="start",
        occurred_at=AT,
        recorded_at=AT,
        actor="staff:42",
        suspension_id=None,
        ground=None,
        article=None,
        document_id=None,
        facts="{}",
    )


def message(key: str, case_id: int | None) -> OutboxRow:
    """Return a message of a case, or of none."""
    return OutboxRow(dedup_key=key, channel="console", payload='{"王": 1}', case_id=case_id, seq=2, next_at=AT)


def card(case_id: int) -> CardRow:
    """Return a red card."""
    card_id = new_id()
    return CardRow(
        id=card_id,
        case_id=case_id,
        supervision_no=f"JC422802{card_id:012d}",
        rule_no="ENSHI_50_90",
        clock="promised",
        element="",
        colour="red",
        cause="limit",
        state="issued",
        issued_at=AT,
        state_at=AT,
        due_at=AT,
        county="422802",
        department_id=7,
        handler_id=None,
        raised_by="system:deadline",
        facts="{}",
    )


def stored_card(database: Database, case_id: int) -> CardRow:
    """Store an abnormal card, to be acted on."""
    row = replace(card(case_id), clock="", colour="abnormal", element="wrong_fee", cause="wrong_fee")
    with database.write() as uow:
        apply_changes(uow, ChangeSet(cards=[row]))
    return row


def card_change(card_id: int, *, version: int = 0) -> CardChange:
    """Return the acknowledgement of a card."""
    unwritten = {field.name: None for field in fields(CardChange)}
    acknowledged = {"state": "acknowledged", "state_at": AT, "acknowledged_by": "staff:42", "acknowledged_at": AT}
    return CardChange(**{**unwritten, **acknowledged, "id": card_id, "version": version})


def decision(case_id: int) -> DecisionRow:
    """Return an approval."""
    return DecisionRow(
        case_id=case_id,
        decision="approve",
        decided_by="staff:42",
        decided_at=AT,
        effective_at=AT,
        executed_at=AT,
        is_late=False,
        document_no=None,
        reasons=None,
        facts="{}",
    )


def case_material(case_id: int, requirement: str, material_id: int) -> CaseMaterialRow:
    """Return a material handed in."""
    return CaseMaterialRow(
        case_id=case_id,
        requirement=requirement,
        material_id=material_id,
        state="handed_in",
        checked_by=None,
        checked_at=None,
        remark=None,
    )


def key_row(key: str) -> IdempotencyRow:
    """Return the stored answer of a request."""
    return IdempotencyRow(
        actor_id=42,
        scope="POST /tasks",
        key=key,
        request_hash=b"\x00\xff",
        status=200,
        response=b"{}",
        created_at=AT,
    )


def stored_material(database: Database) -> int:
    """Store a file and return its id."""
    row_id = new_id()
    with database.write() as uow:
        return add_material(
            uow,
            NewMaterial(
                id=row_id,
                sha256=f"{row_id:064d}",
                name="a.pdf",
                mime="application/pdf",
                size=3,
                trust="C",
                owner_account_id=42,
                uploaded_at=AT,
                content=b"%PD",
            ),
        )


def deadline_change(deadline_id: int, *, fire_at: datetime) -> DeadlineChange:
    """Return a deadline moved to another instant."""
    return DeadlineChange(
        id=deadline_id,
        due_at=fire_at,
        yellow_at=None,
        red_at=None,
        is_provisional=False,
        calendar_id="cal",
        element=None,
        engine_task=None,
        stage=2,
        lane=1,
        fire_at=fire_at,
        state=0,
    )
