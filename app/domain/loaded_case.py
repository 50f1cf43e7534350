"""A case as read under its lock: everything a decision about it may need, and nothing that can still change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.card_life import CardFacts
from app.domain.case_life import is_granting
from app.domain.certificate import CertificateRow
from app.domain.change_rows.external_tasks import ExternalTaskFacts
from app.domain.change_rows.incidents import OpenIncidentFacts
from app.domain.change_rows.messages import MessageWaitRow
from app.domain.change_rows.parties import CaseMaterialRow, PartyRow
from app.domain.change_rows.pauses import PauseRow
from app.domain.change_set import DecisionRow, LedgerRow, StateRow
from app.domain.correction_request import CorrectionRequestRow
from app.domain.deemed_rows import HoldRow
from app.domain.matter import OfferingVersion
from app.domain.obstacle import FeeRow, ForwardingRow
from app.domain.outage import Gap
from app.domain.renewal import RenewalRow
from app.domain.seal import SealAuthorisation
from app.domain.service_record import ServiceRow
from app.domain.vocabulary import CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """The case row (办件)."""

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
    decision: str | None
    result_kind: str | None
    received_at: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    version: int
    last_seq: int
    last_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """An open task row (待办)."""

    id: int
    case_id: int
    engine_task: str
    element: str
    title: str
    role: str
    form_key: str | None
    form_version: int | None
    outcomes: tuple[str, ...]
    group_id: int
    assignee_id: int | None
    department_id: int
    state: int
    due_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    sort_at: datetime
    paused: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineFacts:
    """A deadline row that was not disarmed (到期事项)."""

    id: int
    case_id: int
    name: str
    clock: str | None
    element: str | None
    engine_task: str | None
    expression: str
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
    attempts: int
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """A member case of a joint case (子办件)."""

    id: int
    case_no: str
    parent_task: str
    parent_element: str | None
    offering_id: int | None
    name: str
    state: str
    decision: str | None
    closed_at: datetime | None

    @property
    def is_granted(self) -> bool:
        """Say whether it gives the applicant something that still stands, so that its successors may begin (J1, J10)."""
        return is_granting(self.decision) and self.state != CaseState.REVOKED


@dataclass(frozen=True, slots=True, kw_only=True)
class HandledStep:
    """Who completed a task of this case, and when: separation of duties and the guard of unseen cases read it."""

    element: str
    role: str
    outcome: str | None
    completed_by: int
    closed_at: datetime
    department_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFacts:
    """A half-filled form for an open task of the case, whoever typed it. topic: `task:<id>`."""

    id: int
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """What the same request was answered before. response: canonical JSON."""

    request_hash: bytes
    response: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCase:
    """One case under its lock.

    now: the database's instant after the lock was had (recorded_at of what follows). arrived_at: the instant the
    request counts from by law, before the wait for the lock. generation: the deployment everything published is read at.
    deadlines: without those that were disarmed, which are of no more use and leave with the closing; their ids are
    `disarmed`. answer: of the request that was asked about, None when it is new.
    member_ledger: entries of the clocks of all members.
    handled_in_theme: steps of the joint case a member belongs to. outages: those not released since the receipt.
    seal_authorisations: of the owning department, those not withdrawn.
    certificate: what this case gave. certificates: what its materials rest on, and what its members gave.
    renewal, renewed: what it asks to renew, and that certificate as it is now.
    """

    case: CaseFacts
    state: StateRow | None
    party: PartyRow | None
    offering: OfferingVersion | None
    tasks: tuple[TaskFacts, ...] = ()
    drafts: tuple[DraftFacts, ...] = ()
    handled: tuple[HandledStep, ...] = ()
    deadlines: tuple[DeadlineFacts, ...] = ()
    disarmed: tuple[int, ...] = ()
    message_waits: tuple[MessageWaitRow, ...] = ()
    cards: tuple[CardFacts, ...] = ()
    ledger: tuple[LedgerRow, ...] = ()
    materials: tuple[CaseMaterialRow, ...] = ()
    decision: DecisionRow | None = None
    services: tuple[ServiceRow, ...] = ()
    members: tuple[MemberFacts, ...] = ()
    member_ledger: tuple[LedgerRow, ...] = ()
    member_offerings: Mapping[str, OfferingVersion] = field(default_factory=dict)
    handled_in_theme: tuple[HandledStep, ...] = ()
    holds: tuple[HoldRow, ...] = ()
    outages: tuple[Gap, ...] = ()
    fees: tuple[FeeRow, ...] = ()
    forwardings: tuple[ForwardingRow, ...] = ()
    correction_requests: tuple[CorrectionRequestRow, ...] = ()
    seal_authorisations: tuple[SealAuthorisation, ...] = ()
    certificate: CertificateRow | None = None
    certificates: tuple[CertificateRow, ...] = ()
    pause: PauseRow | None = None
    incidents: tuple[OpenIncidentFacts, ...] = ()
    external_tasks: tuple[ExternalTaskFacts, ...] = ()
    renewal: RenewalRow | None = None
    renewed: CertificateRow | None = None
    has_closure: bool = False
    answer: StoredAnswer | None = None
    now: datetime
    arrived_at: datetime
    generation: int
