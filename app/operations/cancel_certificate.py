"""Cancel a certificate (注销): it leaves the register's living ones, the decision behind it stays."""

import orjson

from app.domain.authority import CasePlace, Person, require_role
from app.domain.certificate import CertificateRow, changed
from app.domain.change_set import ChangeSet
from app.domain.errors import NotFound
from app.domain.request_key import RequestKey
from app.domain.revocation import CancellationInput, CancellationRow, check_cancellation
from app.domain.vocabulary import CertificateState, Role
from app.runtime.access import actor_of, refuse_without_role
from app.runtime.advance import Result, Target, change_case, stored_answer
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.revocation import cancel
from app.storage.apply_changes import apply_changes
from app.storage.certificates import find_certificate
from app.storage.idempotency import find_response
from app.storage.rules import current_generation
from app.storage.unit_of_work import UnitOfWork

CANCELLING_ROLES = (Role.UNIT_HEAD,)


def cancel_certificate(
    context: Context,
    person: Person,
    *,
    certificate_id: int,
    asked: CancellationInput,
    request: RequestKey | None = None,
) -> Result:
    """Cancel a certificate as head of the department that gave it.

    Raises NotFound `certificate_unknown`, Forbidden `not_permitted`, Conflict `certificate_ended`, RuleViolation
    `cancellation_not_expired`, `cancellation_reasons_missing`.
    Source: 行政许可法 art. 70.
    """

    def body(uow: UnitOfWork) -> Result:
        row = find_certificate(uow.connection, certificate_id)
        if row is None or (not person.scope.contains(_place(row))):
            raise NotFound("certificate_unknown", certificate=str(certificate_id))
        require_role(person, CANCELLING_ROLES, department_id=row.department_id)
        if row.case_id is None:
            return _cancel_older(uow, context, person, row, asked=asked, request=request)

        def act(work: Casework) -> Result:
            refuse_without_role(person, work, CANCELLING_ROLES)
            certificate = work.loaded.certificate
            assert certificate is not None
            cancelled = cancel(work, certificate, asked)
            return _answer(certificate, cancelled)

        target = Target(case_id=row.case_id)
        return change_case(uow, context, target, act, actor=actor_of(person), request=request)

    return in_transaction(context, body)


def _cancel_older(
    uow: UnitOfWork,
    context: Context,
    person: Person,
    row: CertificateRow,
    *,
    asked: CancellationInput,
    request: RequestKey | None,
) -> Result:
    """An older certificate has no case and so no paper of one; the register alone says that it was cancelled."""
    stored = find_response(uow, request) if request is not None else None
    if stored is not None:
        answer: Result = orjson.loads(stored)
        return answer
    articles = context.library.published(current_generation(uow.connection)).time_rules.articles
    check_cancellation(row, asked, uow.now(), articles=articles)
    cancelled = CancellationRow(
        id=context.ids.next_id(row.county or row.prefecture),
        certificate_id=row.id,
        case_id=None,
        ground=asked.ground,
        article=articles["cancellation"],
        reasons=asked.reasons.strip(),
        source_document=asked.source_document.strip(),
        document_id=None,
        cancelled_by=actor_of(person).code,
        cancelled_at=uow.now(),
    )
    change, result = changed(row, CertificateState.CANCELLED, uow.now()), _answer(row, cancelled)
    kept = [stored_answer(request, result, now=uow.now())] if request is not None else []
    apply_changes(uow, ChangeSet(certificates_changed=[change], cancellations=[cancelled], idempotency=kept))
    return result


def _answer(row: CertificateRow, cancelled: CancellationRow) -> Result:
    return {
        "certificate_id": str(row.id),
        "certificate_no": row.certificate_no,
        "state": CertificateState.CANCELLED.value,
        "article": cancelled.article,
    }


def _place(row: CertificateRow) -> CasePlace:
    return CasePlace(prefecture=row.prefecture, county=row.county, department_ids=frozenset({row.department_id}))
