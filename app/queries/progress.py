"""Progress (进度查询) for who holds the case number and the code of the receipt; personal data stands here masked."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.correction_request import merged_items
from app.domain.errors import NotFound
from app.domain.matter import EXTERNAL
from app.queries.clock import ClockView, list_clocks
from app.queries.published_view import PublishedView
from app.storage.offering_doc import read_offering
from app.storage.tables import (
    audit_entry,
    case_file,
    case_party,
    department,
    document,
    matter_offering,
    offering_version,
    user_task,
)

MASK = "*"
NOBODY = bytes(32)
TOLD_KINDS = (
    "case_received",
    "case_accepted",
    "case_accepted_by_silence",
    "acceptance_refused",
    "clock_suspended",
    "clock_resumed",
    "clock_extended",
    "case_decided",
    "deemed_approved",
    "delivered",
    "case_closed",
    "case_withdrawn",
    "correction_missed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedItem:
    """What a department of a joint case asked for. shortage: missing or wrong. remark: may be empty."""

    department: str
    name: str
    shortage: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionNotice:
    """The latest one-time notice (一次性补正告知书): its number and the names of what is missing or wrong.

    asked: those among them that departments of a joint case asked for, in the words of the notice.
    """

    document_no: str
    items: tuple[str, ...]
    asked: tuple[AskedItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressMember:
    """A member case of a joint case. is_external: decided by another body (外部办理), whose liaison reports it."""

    case_no: str
    matter_code: str
    name: str
    state: str
    department: str
    is_external: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressEvent:
    """A milestone of the case. kind: as in the audit chain."""

    at: datetime
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the public query tells. applicant: masked. waiting_roles: of the tasks that are open now.

    correction: None unless the case waits for corrections.
    """

    case_no: str
    kind: str
    name: str
    state: str
    decision: str | None
    result_kind: str | None
    applicant: str
    department: str
    intake_department: str
    received_at: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    waiting_roles: tuple[str, ...]
    clocks: tuple[ClockView, ...]
    correction: CorrectionNotice | None
    members: tuple[ProgressMember, ...]
    events: tuple[ProgressEvent, ...]


def get_progress(
    connection: sa.Connection, view: PublishedView, *, case_no: str, code_hash: bytes, now: datetime
) -> Progress:
    """Return the progress of a case.

    code_hash: stored form of the code that was given. Raises NotFound `progress_unknown`, the same for a wrong code and
    an unknown case.
    """
    intake = department.alias("intake")
    row = connection.execute(
        sa.select(
            case_file,
            department.c.name_zh.label("department"),
            intake.c.name_zh.label("intake_department"),
            case_party.c.name.label("applicant"),
            case_party.c.progress_code_hash,
        )
        .join(department, department.c.id == case_file.c.department_id)
        .join(intake, intake.c.id == case_file.c.intake_department_id)
        .join(case_party, case_party.c.case_id == case_file.c.id)
        .where(case_file.c.case_no == case_no.strip().upper())
    ).one_or_none()
    stored = bytes(row.progress_code_hash) if row else NOBODY
    if not hmac.compare_digest(stored, code_hash) or row is None:
        raise NotFound("progress_unknown")
    return Progress(
        case_no=row.case_no,
        kind=row.kind,
        name=row.name,
        state=row.state,
        decision=row.decision,
        result_kind=row.result_kind,
        applicant=f"{row.applicant[:1]}{MASK}",
        department=row.department,
        intake_department=row.intake_department,
        received_at=row.received_at,
        accepted_at=row.accepted_at,
        closed_at=row.closed_at,
        waiting_roles=_waiting_roles(connection, row.id),
        clocks=list_clocks(connection, view, row.id, now=now),
        correction=_told_to_all(find_correction(connection, row.id)) if row.state == "correcting" else None,
        members=_members(connection, row.id),
        events=_events(connection, row.id),
    )


def find_correction(connection: sa.Connection, case_id: int) -> CorrectionNotice | None:
    """Return the latest one-time notice of a case, None when none was sent."""
    row = connection.execute(
        sa.select(document.c.document_no, document.c.facts)
        .where(document.c.case_id == case_id, document.c.kind == "correction_notice")
        .order_by(document.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    facts = orjson.loads(row.facts)
    asked = tuple(
        AskedItem(department=department["department"], **item)
        for department in facts.get("asked") or ()
        for item in department["items"]
    )
    return CorrectionNotice(document_no=row.document_no, items=tuple(merged_items(facts)), asked=asked)


def _told_to_all(notice: CorrectionNotice | None) -> CorrectionNotice | None:
    """Leave out the remarks, which may say something about persons."""
    return notice and replace(notice, asked=tuple(replace(item, remark="") for item in notice.asked))


def _waiting_roles(connection: sa.Connection, case_id: int) -> tuple[str, ...]:
    roles = connection.scalars(
        sa.select(user_task.c.role)
        .where(user_task.c.case_id == case_id, sa.text("user_task.state < 2"))
        .order_by(user_task.c.id)
    )
    return tuple(dict.fromkeys(map(str, roles)))


def _members(connection: sa.Connection, case_id: int) -> tuple[ProgressMember, ...]:
    rows = connection.execute(
        sa.select(
            case_file.c.case_no,
            matter_offering.c.matter_code,
            case_file.c.name,
            case_file.c.state,
            department.c.name_zh,
            offering_version.c.offering_id,
            offering_version.c.version,
            offering_version.c.doc,
        )
        .join(department, department.c.id == case_file.c.department_id)
        .outerjoin(matter_offering, matter_offering.c.id == case_file.c.offering_id)
        .outerjoin(
            offering_version,
            sa.and_(
                offering_version.c.offering_id == case_file.c.offering_id,
                offering_version.c.version == case_file.c.offering_version,
            ),
        )
        .where(case_file.c.parent_case_id == case_id)
        .order_by(case_file.c.id)
    ).all()
    return tuple(
        ProgressMember(
            case_no=row.case_no,
            matter_code=row.matter_code or "",
            name=row.name,
            state=row.state,
            department=row.name_zh,
            is_external=bool(row.doc) and read_offering(row.offering_id, row.version, row.doc).handled_by == EXTERNAL,
        )
        for row in rows
    )


def _events(connection: sa.Connection, case_id: int) -> tuple[ProgressEvent, ...]:
    rows = connection.execute(
        sa.select(audit_entry.c.at, audit_entry.c.kind)
        .where(audit_entry.c.case_id == case_id, audit_entry.c.kind.in_(TOLD_KINDS))
        .order_by(audit_entry.c.seq)
    ).all()
    return tuple(ProgressEvent(at=row.at, kind=row.kind) for row in rows)
