"""Render a paper of a case as PDF: once, then kept with its hash."""

from app.runtime.context import Context
from app.runtime.rendering import rendered_content


def render_case_document(context: Context, *, case_id: int, document_id: int) -> bytes:
    """Return the PDF of a document. The facts were frozen at its issue, so it always says the same.

    Raises NotFound when the case has no such document.
    """
    return rendered_content(context, case_id=case_id, document_id=document_id)
