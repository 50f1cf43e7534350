"""One case (办件) as its page and the API show it: state, tasks, clocks with reasons, members, history, papers."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.errors import NotFound
from app.domain.vocabulary import TaskState
from app.queries.scoping import case_scope
from app.storage.tables import (
    audit_entry,
    case_file,
    case_input,
    case_party,
    decision_record,
    delivery,
    department,
    document,
    user_task,
)

RULE_DECIDED = "rule_decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTask:
    """A task of the case, open or done. instance_no: which of several instances of one activity it belongs to, from 1."""

    id: str
    element: str
    title: str
    role: str
    state: str
    outcome: str | None
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    assignee_id: str | None
    completed_by: str | None
    version: int
    instance_no: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMember:
    """A member case of a joint case. element: of the theme's diagram, whose call activity waits for it."""

    case_no: str
    element: str
    name: str
    state: str
    decision: str | None
    department: str
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case. Personal data stands here unmasked; the door masks what its reader may not see."""

    id: str
    case_no: str
    kind: str
    name: str
    state: str
    decision: str | None
    result_kind: str | None
    region_code: str
    county: str | None
    department: str
    department_id: str
    intake_department: str
    intake_department_id: str
    received_at: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    version: int
    parent_case_no: str | None
    theme_code: str | None
    applicant_name: str
    applicant_id_number: str
    applicant_mobile: str
    definition_id: str
    tasks: tuple[CaseTask, ...]
    members: tuple[CaseMember, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One entry of the audit chain. decided: of a business rule task the values it read and its result, until erased."""

    seq: int
    at: datetime
    kind: str
    actor: str
    facts: dict[str, object]
    hash: str
    decided: dict[str, object] | None = None


def find_case_id(connection: sa.Connection, scope: Scope, case_no: str) -> int:
    """Return the id of a case in scope. Raises NotFound for one that does not exist or may not be seen: the same answer."""
    query = sa.select(case_file.c.id).where(case_file.c.case_no == case_no, *case_scope(scope))
    found = connection.scalar(query)
    if found is None:
        raise NotFound("case_unknown", case=case_no)
    return int(found)


def find_case_by_number(connection: sa.Connection, case_no: str) -> int | None:
    """Return the id of a case by its number, whoever asks; for acts that ask under its lock who may do them."""
    found: int | None = connection.scalar(sa.select(case_file.c.id).where(case_file.c.case_no == case_no))
    return found


def get_case(connection: sa.Connection, scope: Scope, case_no: str) -> CaseView:
    """Return a case in scope with its tasks and members. Raises NotFound."""
    case_id = find_case_id(connection, scope, case_no)
    intake, parent = department.alias("intake"), case_file.alias("parent")
    row = connection.execute(
        sa.select(
            case_file,
            department.c.name_zh.label("department"),
            intake.c.name_zh.label("intake_department"),
            parent.c.case_no.label("parent_case_no"),
            case_party.c.name.label("applicant_name"),
            case_party.c.id_number,
            case_party.c.mobile,
        )
        .join(department, department.c.id == case_file.c.department_id)
        .join(intake, intake.c.id == case_file.c.intake_department_id)
        .outerjoin(parent, parent.c.id == case_file.c.parent_case_id)
        .outerjoin(case_party, case_party.c.case_id == case_file.c.id)
        .where(case_file.c.id == case_id)
    ).one()
    return CaseView(
        id=str(row.id),
        case_no=row.case_no,
        kind=row.kind,
        name=row.name,
        state=row.state,
        decision=row.decision,
        result_kind=row.result_kind,
        region_code=row.region_code,
        county=row.county,
        department=row.department,
        department_id=str(row.department_id),
        intake_department=row.intake_department,
        intake_department_id=str(row.intake_department_id),
        received_at=row.received_at,
        accepted_at=row.accepted_at,
        closed_at=row.closed_at,
        version=row.version,
        parent_case_no=row.parent_case_no,
        theme_code=row.theme_code,
        applicant_name=row.applicant_name or "",
        applicant_id_number=row.id_number or "",
        applicant_mobile=row.mobile or "",
        definition_id=str(row.definition_id),
        tasks=_tasks(connection, case_id),
        members=_members(connection, case_id),
    )


def list_history(connection: sa.Connection, case_id: int) -> tuple[HistoryEntry, ...]:
    """Return the audit chain of a case, oldest first."""
    rows = connection.execute(
        sa.select(audit_entry).where(audit_entry.c.case_id == case_id).order_by(audit_entry.c.seq)
    ).all()
    decided = _decided(connection, case_id) if any(row.kind == RULE_DECIDED for row in rows) else {}
    return tuple(
        HistoryEntry(
            seq=row.seq,
            at=row.at,
            kind=row.kind,
            actor=row.actor,
            facts=dict(orjson.loads(row.body).get("facts", {})),
            hash=row.hash.hex(),
            decided=decided.get(row.seq) if row.kind == RULE_DECIDED else None,
        )
        for row in rows
    )


def _decided(connection: sa.Connection, case_id: int) -> dict[int, dict[str, object]]:
    columns = case_input.c
    rows = connection.execute(sa.select(columns.seq, columns.answers).where(columns.case_id == case_id))
    return {row.seq: orjson.loads(row.answers) for row in rows}


def list_documents(connection: sa.Connection, case_id: int) -> tuple[dict[str, object], ...]:
    """Return the papers issued in a case, oldest first."""
    rows = connection.execute(
        sa.select(document.c.id, document.c.kind, document.c.document_no, document.c.issued_at)
        .add_columns(document.c.seal_state, document.c.sealed_by, document.c.sealed_at)
        .where(document.c.case_id == case_id)
        .order_by(document.c.id)
    ).all()
    return tuple({**row._asdict(), "id": str(row.id)} for row in rows)


def find_decision(connection: sa.Connection, case_id: int) -> dict[str, object] | None:
    """Return the decision of a case, None while there is none."""
    row = connection.execute(sa.select(decision_record).where(decision_record.c.case_id == case_id)).one_or_none()
    if row is None:
        return None
    return {
        "decision": row.decision,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "effective_at": row.effective_at,
        "executed_at": row.executed_at,
        "is_late": row.is_late,
        "reasons": row.reasons,
        "filing_state": row.filing_state,
        "facts": orjson.loads(row.facts),
    }


def list_deliveries(connection: sa.Connection, case_id: int) -> tuple[dict[str, object], ...]:
    """Return how the results of a case were handed over."""
    rows = connection.execute(sa.select(delivery).where(delivery.c.case_id == case_id).order_by(delivery.c.id)).all()
    return tuple(
        {"id": str(row.id), "method": row.method, "state": row.state, "delivered_at": row.delivered_at} for row in rows
    )


def _tasks(connection: sa.Connection, case_id: int) -> tuple[CaseTask, ...]:
    rows = connection.execute(
        sa.select(user_task).where(user_task.c.case_id == case_id).order_by(user_task.c.opened_at, user_task.c.id)
    ).all()
    return tuple(
        CaseTask(
            id=str(row.id),
            element=row.element,
            title=row.title,
            role=row.role,
            state=TaskState(row.state).name.lower(),
            outcome=row.outcome,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            due_at=row.due_at,
            assignee_id=str(row.assignee_id) if row.assignee_id else None,
            completed_by=str(row.completed_by) if row.completed_by else None,
            version=row.version,
            instance_no=row.instance_no,
        )
        for row in rows
    )


def _members(connection: sa.Connection, case_id: int) -> tuple[CaseMember, ...]:
    rows = connection.execute(
        sa.select(case_file, department.c.name_zh)
        .join(department, department.c.id == case_file.c.department_id)
        .where(case_file.c.parent_case_id == case_id)
        .order_by(case_file.c.id)
    ).all()
    return tuple(
        CaseMember(
            case_no=row.case_no,
            element=row.parent_element or "",
            name=row.name,
            state=row.state,
            decision=row.decision,
            department=row.name_zh,
            closed_at=row.closed_at,
        )
        for row in rows
    )
