"""How a document of a case was served (送达记录)."""

import orjson
import sqlalchemy as sa

from app.domain.errors import NotFound
from app.storage.tables import document, service_record


def list_services(connection: sa.Connection, *, case_id: int, document_id: int) -> tuple[dict[str, object], ...]:
    """Return the records of a document, oldest first. Raises NotFound `document_unknown` when the case has no such one."""
    known = sa.select(document.c.id).where(document.c.case_id == case_id, document.c.id == document_id)
    if connection.scalar(known) is None:
        raise NotFound("document_unknown", document=str(document_id))
    rows = connection.execute(
        sa.select(service_record).where(service_record.c.document_id == document_id).order_by(service_record.c.id)
    ).all()
    return tuple(
        {
            "id": str(row.id),
            "addressee": row.addressee,
            "channel": row.channel,
            "consent_at": row.consent_at,
            "sent_at": row.sent_at,
            "served_at": row.served_at,
            "proof": row.proof,
            "attempts": orjson.loads(row.attempts),
            "fallback_of": str(row.fallback_of) if row.fallback_of else None,
            "clock": row.clock,
            "period": row.period,
        }
        for row in rows
    )
