"""Operations after the decision: the result or the refusal goes out; successors of a refused member are told."""

from collections.abc import Collection

from app.domain.bundle_order import waiting_for
from app.domain.snapshot import OpenService
from app.domain.theme import guided_members
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
    """Tell the applicant which members were refused, and which do not open because of it (time-limits J10)."""
    refused = [member for member in work.loaded.members if member.decision == Decision.REFUSE]
    ended = _never_opened(work, {member.offering_id for member in refused})
    work.record("successors_not_opened", {"element": service.element, "refused": len(refused), "ended": list(ended)})
    names = [work.loaded.member_offerings[code].name for code in ended]
    tell_applicant(work, "member_refused", {"refused": [member.name for member in refused], "ended": names})
    return {}


def _never_opened(work: Casework, refused: Collection[int | None]) -> tuple[str, ...]:
    """Return the codes of the chosen members that wait for a refused one and have not opened."""
    assert work.instance is not None
    offerings = work.loaded.member_offerings
    opened = {member.offering_id for member in work.loaded.members}
    chosen = [code for code in guided_members(work.instance.variables, offerings) if code in offerings]
    codes = {code for code in chosen if offerings[code].offering_id in refused}
    waiting = waiting_for(work.instance.definition.member_order, chosen, codes)
    return tuple(code for code in waiting if offerings[code].offering_id not in opened)


def _go_to_delivery(work: Casework) -> None:
    work.move_to(CaseState.DELIVERING)
    if work.case.kind == CaseKind.MEMBER:
        return
    limit = limit_of_clock(work, ClockName.DELIVERY)
    if limit is not None:
        start(work, ClockName.DELIVERY, limit=limit, occurred_at=work.now)
