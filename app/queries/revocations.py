"""Revocations (撤销) for their readers, and what ended a certificate."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.domain.authority import Scope
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.queries.scoping import case_scope
from app.storage.tables import application_bar, cancellation, case_file, certificate, department, document, revocation


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationView:
    """A revocation with its case. barred_until_on: the holder may not apply again until then; None without a bar."""

    revocation_id: str
    case_no: str
    name: str
    department: str
    county: str | None
    certificate_no: str | None
    ground: str
    article: str
    reasons: str
    heard_at: datetime
    hearing_record: str
    compensation_note: str
    concerns_safety: bool
    document_no: str
    revoked_by: str
    revoked_at: datetime
    barred_until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationView:
    """How a certificate was cancelled. document_no: of the notice; None for an older certificate."""

    ground: str
    article: str
    reasons: str
    source_document: str
    document_no: str | None
    cancelled_by: str
    cancelled_at: datetime


def list_revocations(
    connection: sa.Connection, scope: Scope, *, secret: str, cursor: str | None = None, limit: int = 50
) -> Page:
    """Return the revocations of the cases in scope, newest first."""
    size = checked_limit(limit)
    query = (
        sa.select(
            revocation,
            case_file.c.case_no,
            case_file.c.name,
            case_file.c.county,
            department.c.name_zh.label("department"),
            certificate.c.certificate_no,
            document.c.document_no,
            application_bar.c.until_on.label("barred_until_on"),
        )
        .join(case_file, case_file.c.id == revocation.c.case_id)
        .join(department, department.c.id == case_file.c.department_id)
        .join(document, document.c.id == revocation.c.document_id)
        .outerjoin(certificate, certificate.c.id == revocation.c.certificate_id)
        .outerjoin(application_bar, application_bar.c.revocation_id == revocation.c.id)
        .where(*case_scope(scope))
        .order_by(revocation.c.id.desc())
        .limit(size + 1)
    )
    if cursor:
        query = query.where(revocation.c.id < int(decode_cursor(secret, cursor)[0]))
    rows = connection.execute(query).all()
    shown = rows[:size]
    following = encode_cursor(secret, (int(shown[-1].id),)) if len(rows) > size else None
    kept = RevocationView.__dataclass_fields__.keys()
    items = [
        RevocationView(
            revocation_id=str(row.id), **{name: value for name, value in row._asdict().items() if name in kept}
        )
        for row in shown
    ]
    return Page(items=tuple(items), next_cursor=following)


def find_cancellation(connection: sa.Connection, certificate_id: int) -> CancellationView | None:
    """Return how a certificate was cancelled; None for one that was not."""
    columns = [cancellation.c[name] for name in CancellationView.__dataclass_fields__ if name != "document_no"]
    query = (
        sa.select(*columns, document.c.document_no)
        .outerjoin(document, document.c.id == cancellation.c.document_id)
        .where(cancellation.c.certificate_id == certificate_id)
    )
    row = connection.execute(query).one_or_none()
    return CancellationView(**row._asdict()) if row else None
