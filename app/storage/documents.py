"""Papers (文书) and their rendered form."""

import hashlib
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa

from app.domain.seal import PaperSeal
from app.storage.tables import document
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentContent:
    """A paper: what it says, and its PDF when it was rendered."""

    id: int
    kind: str
    document_no: str
    template_version: str
    facts: str
    content: bytes | None


def find_document(connection: sa.Connection, *, case_id: int, document_id: int) -> DocumentContent | None:
    """Return a paper of a case; None when the case has no such paper."""
    columns = document.c
    row = connection.execute(
        sa.select(
            columns.id, columns.kind, columns.document_no, columns.template_version, columns.facts, columns.content
        ).where(columns.case_id == case_id, columns.id == document_id)
    ).one_or_none()
    if row is None:
        return None
    return DocumentContent(**{**row._asdict(), "content": bytes(row.content) if row.content is not None else None})


def document_issued_at(connection: sa.Connection, *, case_id: int, document_id: int) -> datetime | None:
    """Return when a paper of a case was issued; None when the case has no such paper."""
    found: datetime | None = connection.scalar(
        sa.select(document.c.issued_at).where(document.c.case_id == case_id, document.c.id == document_id)
    )
    return found


def find_seal(connection: sa.Connection, *, case_id: int, document_id: int) -> PaperSeal | None:
    """Return where the seal of a paper of a case stands; None when the case has no such paper."""
    columns = [document.c[field.name] for field in fields(PaperSeal)]
    query = sa.select(*columns).where(document.c.case_id == case_id, document.c.id == document_id)
    row = connection.execute(query).one_or_none()
    return PaperSeal(**row._asdict()) if row else None


def papers_to_seal(connection: sa.Connection, *, now: datetime, limit: int) -> tuple[PaperSeal, ...]:
    """Return the papers the system seals now, those that wait longest first."""
    columns = [document.c[field.name] for field in fields(PaperSeal)]
    query = (
        sa.select(*columns)
        .where(sa.text("document.seal_state = 'queued'"), document.c.seal_next_at <= now)
        .order_by(document.c.seal_next_at, document.c.id)
        .limit(limit)
    )
    return tuple(PaperSeal(**row._asdict()) for row in connection.execute(query))


def keep_sealed(uow: UnitOfWork, *, document_id: int, content: bytes) -> None:
    """Put the sealed PDF in the place of the one without a seal, in the transaction that records the sealing."""
    uow.connection.execute(
        document.update()
        .where(document.c.id == document_id)
        .values(content=content, content_sha256=hashlib.sha256(content).hexdigest())
    )


def keep_rendered(uow: UnitOfWork, *, document_id: int, content: bytes, sha256: str) -> None:
    """Keep the PDF of a paper; the first one stays."""
    uow.connection.execute(
        document.update()
        .where(document.c.id == document_id, document.c.content.is_(None))
        .values(content=content, content_sha256=sha256)
    )
