"""Papers as PDF: typeset once from the frozen facts, then kept with their hash."""

import orjson

from app.channels.documents import find_seal_place, render_document
from app.domain.errors import NotFound
from app.domain.seal import SealPlace
from app.runtime.context import Context
from app.storage.documents import DocumentContent, find_document, keep_rendered


def rendered_content(context: Context, *, case_id: int, document_id: int) -> bytes:
    """Return the PDF of a document; the first one stays. Raises NotFound `document_unknown`."""
    row = _find(context, case_id, document_id)
    if row.content is not None:
        return row.content
    rendered = render_document(context.settings.rules_dir / "documents" / row.kind, _data(row))
    with context.database.write() as uow:
        keep_rendered(uow, document_id=document_id, content=rendered.content, sha256=rendered.sha256)
    return rendered.content


def seal_place_of(context: Context, *, case_id: int, document_id: int) -> tuple[SealPlace, int]:
    """Return where the seal of a document goes, and how many pages it has. Raises NotFound `document_unknown`."""
    row = _find(context, case_id, document_id)
    return find_seal_place(context.settings.rules_dir / "documents" / row.kind, _data(row))


def _find(context: Context, case_id: int, document_id: int) -> DocumentContent:
    with context.database.reading() as reading:
        row = find_document(reading.connection, case_id=case_id, document_id=document_id)
    if row is None:
        raise NotFound("document_unknown", document=str(document_id))
    return row


def _data(row: DocumentContent) -> dict[str, object]:
    return {**orjson.loads(row.facts), "document_no": row.document_no, "kind": row.kind}
