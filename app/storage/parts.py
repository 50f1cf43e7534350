"""The parts of a ChangeSet: which rows each writes, how, and how many it must touch.

One description, from which the statement list of SQLite and the one statement of PostgreSQL are both built. The order
is that of the list: what others refer to comes first.
"""

from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa

from app.domain import change_set as rows
from app.domain import deemed_rows
from app.domain.certificate import CertificateChange, CertificateRow
from app.domain.change_rows import external_tasks as external
from app.domain.change_rows import tasks
from app.domain.change_rows.calendar import CaseHead, LoadCaseChange
from app.domain.change_rows.cards import CardChange, CardRow
from app.domain.change_rows.incidents import IncidentChange
from app.domain.change_rows.messages import MessageWaitRow
from app.domain.change_rows.migration import MemberElement, MigrationCaseChange, TaskMigration
from app.domain.change_rows.papers import DeliveryRow, DocumentRow
from app.domain.change_rows.parties import CaseMaterialRow, PartyRow
from app.domain.change_rows.pauses import PauseEnd, PauseRow
from app.domain.correction_request import CorrectionRequestRow
from app.domain.obstacle import FeeRow, ForwardingRow
from app.domain.renewal import RenewalRow
from app.domain.revocation import BarRow, CancellationRow, RevocationRow
from app.domain.seal import FilingChange, SealChange
from app.domain.service_record import ServiceChange, ServiceRow
from app.storage import tables

INSERT, UPDATE, DELETE = "insert", "update", "delete"
OF_VERSION = "{t}version = {r}version"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowId:
    """A row that is named by its id alone."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One kind of change.

    name: field of ChangeSet. row: dataclass whose fields are columns of `table`. keys: columns that name the row.
    sets, guard: SQL in which `{t}` stands before a stored column and `{r}` before a value of the row; the guard holds
    literal conditions, so that a partial index serves it. may_miss: rows that are there already (insert) or are there
    no more (delete) are no conflict. is_versioned: a row that is not touched was acted on in an older version.
    """

    name: str
    table: sa.Table
    kind: str
    row: type[Any]
    keys: tuple[str, ...] = ("id",)
    sets: str = ""
    guard: str = ""
    may_miss: bool = False
    is_versioned: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns a row brings along, in a fixed order."""
        return tuple(field.name for field in fields(self.row))


PARTS: tuple[Part, ...] = (
    Part(name="cases_added", table=tables.case_file, kind=INSERT, row=rows.CaseRow),
    Part(
        name="case",
        table=tables.case_file,
        kind=UPDATE,
        row=rows.CaseChange,
        sets="version = {t}version + 1",
        guard=OF_VERSION,
    ),
    Part(
        name="case_heads",
        table=tables.case_file,
        kind=UPDATE,
        row=CaseHead,
        sets="version = {t}version + 1",
        guard=OF_VERSION,
    ),
    Part(
        name="load_cases",
        table=tables.calendar_load_case,
        kind=UPDATE,
        row=LoadCaseChange,
        keys=("load_id", "case_id"),
        guard="{t}outcome = 'waiting'",
    ),
    Part(name="member_elements", table=tables.case_file, kind=UPDATE, row=MemberElement),
    Part(
        name="migration_cases",
        table=tables.case_migration_case,
        kind=UPDATE,
        row=MigrationCaseChange,
        keys=("migration_id", "case_id"),
        guard="{t}outcome = 'waiting'",
    ),
    Part(name="states_added", table=tables.instance_state, kind=INSERT, row=rows.StateRow),
    Part(name="state", table=tables.instance_state, kind=UPDATE, row=rows.StateRow, keys=("case_id",)),
    Part(name="parties_added", table=tables.case_party, kind=INSERT, row=PartyRow),
    Part(
        name="tasks_closed",
        table=tables.user_task,
        kind=UPDATE,
        row=tasks.TaskClosing,
        sets="version = {t}version + 1",
        guard="{t}state < 2 AND ({r}version IS NULL OR {t}version = {r}version)",
        is_versioned=True,
    ),
    Part(name="tasks_opened", table=tables.user_task, kind=INSERT, row=tasks.TaskRow),
    Part(
        name="tasks_assigned",
        table=tables.user_task,
        kind=UPDATE,
        row=tasks.TaskAssignment,
        sets="version = {t}version + 1",
        guard="{t}state < 2 AND " + OF_VERSION,
        is_versioned=True,
    ),
    Part(name="task_instants", table=tables.user_task, kind=UPDATE, row=tasks.TaskInstants, guard="{t}state < 2"),
    Part(
        name="tasks_migrated",
        table=tables.user_task,
        kind=UPDATE,
        row=TaskMigration,
        sets="version = {t}version + 1",
        guard="{t}state < 2",
    ),
    Part(
        name="deadlines_changed",
        table=tables.deadline,
        kind=UPDATE,
        row=rows.DeadlineChange,
        sets="attempts = 0",
        guard="{t}state <> 2",
    ),
    Part(
        name="deadlines_disarmed",
        table=tables.deadline,
        kind=UPDATE,
        row=RowId,
        sets="state = 3",
        guard="{t}state <> 2",
    ),
    Part(name="deadlines_deleted", table=tables.deadline, kind=DELETE, row=RowId, guard="{t}state <> 2"),
    Part(name="deadlines_spent", table=tables.deadline, kind=DELETE, row=RowId, guard="{t}state = 2"),
    Part(name="deadlines_armed", table=tables.deadline, kind=INSERT, row=rows.DeadlineRow),
    Part(
        name="external_ended",
        table=tables.external_task,
        kind=DELETE,
        row=external.ExternalTaskEnd,
        guard="({r}version IS NULL OR {t}version = {r}version)",
    ),
    Part(name="external_changed", table=tables.external_task, kind=UPDATE, row=external.ExternalTaskChange),
    Part(
        name="external_tried",
        table=tables.external_task,
        kind=UPDATE,
        row=external.ExternalTaskTry,
        sets="version = {t}version + 1",
        guard=OF_VERSION,
    ),
    Part(name="external_opened", table=tables.external_task, kind=INSERT, row=external.ExternalTaskRow),
    Part(name="message_waits_closed", table=tables.message_wait, kind=DELETE, row=RowId),
    Part(name="message_waits_opened", table=tables.message_wait, kind=INSERT, row=MessageWaitRow),
    Part(name="audit", table=tables.audit_entry, kind=INSERT, row=rows.AuditRow),
    Part(name="ledger", table=tables.clock_entry, kind=INSERT, row=rows.LedgerRow),
    Part(name="outbox", table=tables.outbox, kind=INSERT, row=rows.OutboxRow, may_miss=True),
    Part(name="inputs", table=tables.case_input, kind=INSERT, row=rows.InputRow),
    Part(name="cards", table=tables.warning_card, kind=INSERT, row=CardRow, may_miss=True),
    Part(
        name="cards_changed",
        table=tables.warning_card,
        kind=UPDATE,
        row=CardChange,
        sets="version = {t}version + 1",
        guard=OF_VERSION,
        is_versioned=True,
    ),
    Part(name="decisions", table=tables.decision_record, kind=INSERT, row=rows.DecisionRow),
    Part(name="documents", table=tables.document, kind=INSERT, row=DocumentRow),
    Part(name="seals", table=tables.document, kind=UPDATE, row=SealChange, guard="{t}sealed_at IS NULL"),
    Part(name="filings", table=tables.decision_record, kind=UPDATE, row=FilingChange, keys=("case_id",)),
    Part(name="certificates", table=tables.certificate, kind=INSERT, row=CertificateRow),
    Part(
        name="certificates_changed",
        table=tables.certificate,
        kind=UPDATE,
        row=CertificateChange,
        sets="version = {t}version + 1",
        guard=OF_VERSION,
        is_versioned=True,
    ),
    Part(name="renewals", table=tables.renewal_request, kind=INSERT, row=RenewalRow),
    Part(name="revocations", table=tables.revocation, kind=INSERT, row=RevocationRow),
    Part(name="cancellations", table=tables.cancellation, kind=INSERT, row=CancellationRow),
    Part(name="bars", table=tables.application_bar, kind=INSERT, row=BarRow),
    Part(name="deliveries", table=tables.delivery, kind=INSERT, row=DeliveryRow),
    Part(name="services_added", table=tables.service_record, kind=INSERT, row=ServiceRow),
    Part(
        name="services_changed",
        table=tables.service_record,
        kind=UPDATE,
        row=ServiceChange,
        guard="{t}served_at IS NULL",
    ),
    Part(name="accountability", table=tables.accountability_record, kind=INSERT, row=deemed_rows.AccountabilityRow),
    Part(
        name="accountability_changed",
        table=tables.accountability_record,
        kind=UPDATE,
        row=deemed_rows.AccountabilityRow,
        guard="{t}closed_at IS NULL",
    ),
    Part(name="fees_asked", table=tables.case_fee, kind=INSERT, row=FeeRow),
    Part(name="fees_paid", table=tables.case_fee, kind=UPDATE, row=FeeRow, guard="{t}paid_at IS NULL"),
    Part(name="forwarded", table=tables.case_forwarding, kind=INSERT, row=ForwardingRow),
    Part(
        name="forwardings_answered",
        table=tables.case_forwarding,
        kind=UPDATE,
        row=ForwardingRow,
        guard="{t}answered_at IS NULL",
    ),
    Part(name="corrections_requested", table=tables.correction_request, kind=INSERT, row=CorrectionRequestRow),
    Part(
        name="corrections_answered",
        table=tables.correction_request,
        kind=UPDATE,
        row=CorrectionRequestRow,
        guard="{t}answer IS NULL",
    ),
    Part(name="holds_opened", table=tables.hold, kind=INSERT, row=deemed_rows.HoldRow),
    Part(
        name="holds_changed",
        table=tables.hold,
        kind=UPDATE,
        row=deemed_rows.HoldRow,
        guard="{t}ended_at IS NULL",
    ),
    Part(name="pauses_begun", table=tables.technical_pause, kind=INSERT, row=PauseRow),
    Part(
        name="pauses_ended",
        table=tables.technical_pause,
        kind=UPDATE,
        row=PauseEnd,
        guard="{t}resumed_at IS NULL",
    ),
    Part(name="incidents", table=tables.incident, kind=INSERT, row=rows.IncidentRow),
    Part(
        name="incidents_changed",
        table=tables.incident,
        kind=UPDATE,
        row=IncidentChange,
        guard="{t}state = 'open'",
    ),
    Part(name="case_materials", table=tables.case_material, kind=INSERT, row=CaseMaterialRow),
    Part(
        name="materials_replaced",
        table=tables.case_material,
        kind=UPDATE,
        row=CaseMaterialRow,
        keys=("case_id", "requirement"),
    ),
    Part(
        name="material_checks",
        table=tables.case_material,
        kind=UPDATE,
        row=rows.MaterialCheck,
        keys=("case_id", "requirement"),
    ),
    Part(name="idempotency", table=tables.idempotency_key, kind=INSERT, row=rows.IdempotencyRow),
    Part(name="drafts_deleted", table=tables.draft, kind=DELETE, row=RowId, may_miss=True),
)
PART_OF = {part.name: part for part in PARTS}


def set_clause(part: Part, *, stored: str, given: str) -> str:
    """Return what an UPDATE sets. stored, given: prefixes of a stored column and of a value of the row.

    A version is a guard, never a value: it grows by one.
    """
    values = [f"{name} = {given}{name}" for name in part.columns if name not in (*part.keys, "version")]
    return ", ".join([*values, part.sets.format(t=stored)] if part.sets else values)


def where_clause(part: Part, *, stored: str, given: str) -> str:
    """Return which row an UPDATE or DELETE touches."""
    keys = [f"{stored}{name} = {given}{name}" for name in part.keys]
    return " AND ".join([*keys, part.guard.format(t=stored, r=given)] if part.guard else keys)
