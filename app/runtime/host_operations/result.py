"""Operations after the decision: the result or the refusal goes out; successors of a refused member are told."""

from app.domain.snapshot import OpenService
from app.domain.vocabulary import CaseKind, CaseState, ClockName, Decision
from app.runtime.acceptance import limit_of_clock, start
from app.runtime.answers import answer_of
from app.runtime.casework import Casework
from app.runtime.certificates import register_certificate
from app.runtime.notices import tell_applicant
from app.runtime.papers import issue_document


def issue_result(work: Casework, service: OpenService) -> dict[str, object]:
    """Issue the result of an approval; delivery must follow within its limit (行政许可法 art. 44: ten days)."""
    reasons = answer_of(work, "reasons", "opinion")
    document = issue_document(work, "decision", {"decision": work.decision, "reasons": reasons})
    certificate = register_certificate(work, document)
    _go_to_delivery(work)
    tell_applicant(work, "approved", {"document_no": document.document_no})
    numbers = {
        "document_no": document.document_no,
        "certificate_no": certificate.certificate_no if certificate else None,
    }
    return {"result": numbers}


def issue_refusal(work: Casework, service: OpenService) -> dict[str, object]:
    """Issue a refusal with its reasons and the remedies (行政许可法 art. 38(2)); it is delivered like a result."""
    document = issue_document(work, "refusal", {"decision": Decision.REFUSE, "reasons": answer_of(work, "reasons")})
    _go_to_delivery(work)
    tell_applicant(work, "refused", {"document_no": document.document_no})
    return {"result": {"document_no": document.document_no}}


def notify_successors_refused(work: Casework, service: OpenService) -> dict[str, object]:
    """Tell the applicant that members do not open because a gating member was refused (time-limits J10)."""
    refused = [member.name for member in work.loaded.members if member.decision == Decision.REFUSE]
    work.record("successors_not_opened", {"element": service.element, "refused": len(refused)})
    tell_applicant(work, "member_refused", {"refused": refused})
    return {}


def _go_to_delivery(work: Casework) -> None:
    work.move_to(CaseState.DELIVERING)
    if work.case.kind == CaseKind.MEMBER:
        return
    limit = limit_of_clock(work, ClockName.DELIVERY)
    if limit is not None:
        start(work, ClockName.DELIVERY, limit=limit, occurred_at=work.now)
