"""Render a paper of a case as PDF: once, then kept with its hash."""

import orjson

from app.channels.documents import render_document
from app.domain.errors import NotFound
from app.runtime.context import Context
from app.storage.documents import find_document, keep_rendered


def render_case_document(context: Context, *, case_id: int, document_id: int) -> bytes:
    """Return the PDF of a document. The facts were frozen at its issue, so it always says the same.

    Raises NotFound when the case has no such document.
    """
    with context.database.reading() as reading:
        row = find_document(reading.connection, case_id=case_id, document_id=document_id)
    if row is None:
        raise NotFound("document_unknown", document=str(document_id))
    if row.content is not None:
        return row.content
    facts = {**orjson.loads(row.facts), "document_no": row.document_no, "kind": row.kind}
    rendered = render_document(context.settings.rules_dir / "documents" / row.kind, facts)
    with context.database.write() as uow:
        keep_rendered(uow, document_id=document_id, content=rendered.content, sha256=rendered.sha256)
    return rendered.content
