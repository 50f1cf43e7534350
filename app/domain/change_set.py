"""The result of deciding a move: rows to insert and to change, and how many rows each part must touch.

Field names are column names of `app/storage/tables/`, so a row is written as it stands. A ChangeSet changes a row at
most once. Instants are aware UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.certificate import CertificateChange, CertificateRow
from app.domain.change_rows import external_tasks as external
from app.domain.change_rows.calendar import CaseHead, LoadCaseChange
from app.domain.change_rows.cards import CardChange, CardRow
from app.domain.change_rows.incidents import IncidentChange
from app.domain.change_rows.messages import MessageWaitRow
from app.domain.change_rows.migration import MemberElement, MigrationCaseChange, TaskMigration
from app.domain.change_rows.papers import DeliveryRow, DocumentRow
from app.domain.change_rows.parties import CaseMaterialRow, PartyRow
from app.domain.change_rows.pauses import PauseEnd, PauseRow
from app.domain.change_rows.tasks import TaskAssignment, TaskClosing, TaskInstants, TaskRow
from app.domain.correction_request import CorrectionRequestRow
from app.domain.deemed_rows import AccountabilityRow, HoldRow
from app.domain.obstacle import FeeRow, ForwardingRow
from app.domain.renewal import RenewalRow
from app.domain.revocation import BarRow, CancellationRow, RevocationRow
from app.domain.seal import FilingChange, SealChange
from app.domain.service_record import ServiceChange, ServiceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A new case (办件) at its receipt."""

    id: int
    case_no: str
    kind: str
    name: str
    offering_id: int | None
    offering_version: int | None
    theme_code: str | None
    theme_version: int | None
    definition_id: int
    parent_case_id: int | None
    parent_task: str | None
    parent_element: str | None
    prefecture: str
    county: str | None
    town: str | None
    region_code: str
    department_id: int
    intake_department_id: int
    intake_mode: str
    state: str
    received_at: datetime
    version: int
    last_seq: int
    last_hash: bytes
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    decision: str | None = None
    result_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseChange:
    """What a move changes in the case row; every field is written. Guarded by `version`."""

    id: int
    version: int  # the version read; the row gets version + 1
    definition_id: int
    state: str
    decision: str | None
    result_kind: str | None
    accepted_at: datetime | None
    closed_at: datetime | None
    last_seq: int
    last_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """Engine state bytes and variables of an instance (deflated by the storage layer's caller, opaque here).

    waits_at: elements where a token stands that has no task and no member case, separated by commas.
    """

    case_id: int
    codec: int
    diagram_id: int
    tokens: bytes
    variables: bytes
    waits_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRow:
    """A deadline that is armed or created paused (到期事项)."""

    id: int
    case_id: int
    name: str
    clock: str | None
    element: str | None
    engine_task: str | None
    expression: str  # the limit as drawn or promised
    limit_amount: int | None
    limit_unit: str | None
    calendar_id: str | None
    started_at: datetime | None
    due_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    is_provisional: bool
    stage: int
    lane: int
    fire_at: datetime | None
    state: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineChange:
    """New values of an existing deadline that has not fired its last stage; every field is written."""

    id: int
    due_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    is_provisional: bool
    calendar_id: str | None
    element: str | None
    engine_task: str | None
    stage: int
    lane: int
    fire_at: datetime | None
    state: int
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """An entry of the clock ledger (计时台账). facts: canonical JSON of the fields without a column."""

    case_id: int
    seq: int
    clock: str | None
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    suspension_id: int | None
    ground: str | None
    article: str | None
    document_id: int | None
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """An entry of the audit chain (办件日志). body: canonical bytes, what the hash covers."""

    case_id: int
    seq: int
    at: datetime
    kind: str
    actor: str
    body: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """A message to be delivered (待发). payload: canonical JSON."""

    dedup_key: str
    channel: str
    payload: str
    case_id: int | None
    seq: int | None
    next_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """Answers of a step's form (填报内容): erasable; the audit holds only their hash."""

    id: int
    case_id: int
    element: str
    seq: int
    answers: str  # canonical JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """The decision of a case (决定), at most one."""

    case_id: int
    decision: str
    decided_by: str  # staff:<id> or system:<rule>
    decided_at: datetime
    effective_at: datetime
    executed_at: datetime
    is_late: bool
    document_no: str | None
    reasons: str | None
    facts: str
    filing_state: str | None = None  # code of `filing_state`; None where a person decided


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """A failed move or operation that waits for a person (异常事件)."""

    id: int
    case_id: int
    element: str
    code: str
    opened_at: datetime
    state: str
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialCheck:
    """An officer's mark on a material of a case."""

    case_id: int
    requirement: str
    state: str
    checked_by: int
    checked_at: datetime
    remark: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotencyRow:
    """The stored result of a request."""

    actor_id: int
    scope: str
    key: str
    request_hash: bytes
    status: int
    response: bytes
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class ChangeSet:
    """Everything one move writes, for one case and for the member cases it opens in the same commit."""

    case: CaseChange | None = None
    case_heads: list[CaseHead] = field(default_factory=list)
    load_cases: list[LoadCaseChange] = field(default_factory=list)
    state: StateRow | None = None
    cases_added: list[CaseRow] = field(default_factory=list)
    states_added: list[StateRow] = field(default_factory=list)
    parties_added: list[PartyRow] = field(default_factory=list)
    tasks_closed: list[TaskClosing] = field(default_factory=list)
    tasks_opened: list[TaskRow] = field(default_factory=list)
    tasks_assigned: list[TaskAssignment] = field(default_factory=list)
    task_instants: list[TaskInstants] = field(default_factory=list)
    tasks_migrated: list[TaskMigration] = field(default_factory=list)
    member_elements: list[MemberElement] = field(default_factory=list)
    migration_cases: list[MigrationCaseChange] = field(default_factory=list)
    deadlines_armed: list[DeadlineRow] = field(default_factory=list)
    deadlines_changed: list[DeadlineChange] = field(default_factory=list)
    deadlines_disarmed: list[int] = field(default_factory=list)
    deadlines_deleted: list[int] = field(default_factory=list)
    deadlines_spent: list[int] = field(default_factory=list)
    external_opened: list[external.ExternalTaskRow] = field(default_factory=list)
    external_changed: list[external.ExternalTaskChange] = field(default_factory=list)
    external_tried: list[external.ExternalTaskTry] = field(default_factory=list)
    external_ended: list[external.ExternalTaskEnd] = field(default_factory=list)
    message_waits_opened: list[MessageWaitRow] = field(default_factory=list)
    message_waits_closed: list[int] = field(default_factory=list)
    ledger: list[LedgerRow] = field(default_factory=list)
    audit: list[AuditRow] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    inputs: list[InputRow] = field(default_factory=list)
    cards: list[CardRow] = field(default_factory=list)
    cards_changed: list[CardChange] = field(default_factory=list)
    decisions: list[DecisionRow] = field(default_factory=list)
    documents: list[DocumentRow] = field(default_factory=list)
    seals: list[SealChange] = field(default_factory=list)
    filings: list[FilingChange] = field(default_factory=list)
    certificates: list[CertificateRow] = field(default_factory=list)
    certificates_changed: list[CertificateChange] = field(default_factory=list)
    renewals: list[RenewalRow] = field(default_factory=list)
    revocations: list[RevocationRow] = field(default_factory=list)
    cancellations: list[CancellationRow] = field(default_factory=list)
    bars: list[BarRow] = field(default_factory=list)
    deliveries: list[DeliveryRow] = field(default_factory=list)
    services_added: list[ServiceRow] = field(default_factory=list)
    services_changed: list[ServiceChange] = field(default_factory=list)
    accountability: list[AccountabilityRow] = field(default_factory=list)
    accountability_changed: list[AccountabilityRow] = field(default_factory=list)
    fees_asked: list[FeeRow] = field(default_factory=list)
    fees_paid: list[FeeRow] = field(default_factory=list)
    forwarded: list[ForwardingRow] = field(default_factory=list)
    forwardings_answered: list[ForwardingRow] = field(default_factory=list)
    corrections_requested: list[CorrectionRequestRow] = field(default_factory=list)
    corrections_answered: list[CorrectionRequestRow] = field(default_factory=list)
    holds_opened: list[HoldRow] = field(default_factory=list)
    holds_changed: list[HoldRow] = field(default_factory=list)
    pauses_begun: list[PauseRow] = field(default_factory=list)
    pauses_ended: list[PauseEnd] = field(default_factory=list)
    incidents: list[IncidentRow] = field(default_factory=list)
    incidents_changed: list[IncidentChange] = field(default_factory=list)
    case_materials: list[CaseMaterialRow] = field(default_factory=list)
    materials_replaced: list[CaseMaterialRow] = field(default_factory=list)
    material_checks: list[MaterialCheck] = field(default_factory=list)
    idempotency: list[IdempotencyRow] = field(default_factory=list)
    drafts_deleted: list[int] = field(default_factory=list)
