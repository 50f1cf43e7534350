"""Record how a document was served (登记送达); the period that runs from it begins with the proven instant."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.authority import HANDLING, Person
from app.domain.errors import Conflict, NotFound
from app.domain.request_key import RequestKey
from app.domain.service_record import Attempt, open_record, refuse_unproven
from app.runtime.access import actor_of, refuse_foreign_case, refuse_without_role
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.clock_answers import clock_answers
from app.runtime.context import Context, in_transaction
from app.runtime.realign import realign
from app.runtime.service import serve_again
from app.storage.documents import document_issued_at
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequest:
    """An attempt as asked for. sent_at: now where none is given; has_failed: it came back, or nobody answered."""

    document_id: int
    channel: str
    sent_at: datetime | None = None
    served_at: datetime | None = None
    proof: str = ""
    consent_at: datetime | None = None
    has_failed: bool = False


def record_service(
    context: Context, person: Person, *, case_id: int, asked: ServiceRequest, request: RequestKey | None = None
) -> Result:
    """Record an attempt to serve a document of a case, and start its period once it is served.

    Raises NotFound `document_unknown`, InvalidInput `service_channel_unknown`, RuleViolation `service_proof_missing`,
    `service_before_issue`, `clock_future`, Conflict `service_done`, `case_closed`, Forbidden `not_permitted`.
    Source: 民法典 art. 201; time-limits.md K23 (a period from service starts on the day of the proven service).
    """

    def change(uow: UnitOfWork) -> Result:
        target = Target(case_id=case_id)
        return change_case(uow, context, target, lambda work: act(uow, work), actor=actor_of(person), request=request)

    def act(uow: UnitOfWork, work: Casework) -> Result:
        refuse_foreign_case(person, work)
        work.try_clock_act("serve", document=str(asked.document_id))
        refuse_without_role(person, work, HANDLING, or_at_intake=True)
        issued_at = document_issued_at(uow.connection, case_id=case_id, document_id=asked.document_id)
        if issued_at is None:
            raise NotFound("document_unknown", document=str(asked.document_id))
        if work.is_closed:
            raise Conflict("clock_stopped")
        return _served(work, asked, issued_at)

    return in_transaction(context, change)


def _served(work: Casework, asked: ServiceRequest, issued_at: datetime) -> Result:
    last = open_record(work.loaded.services, asked.document_id)
    attempt = Attempt(
        channel=asked.channel,
        sent_at=asked.sent_at or asked.served_at or work.now,
        served_at=asked.served_at,
        proof=asked.proof.strip(),
        consent_at=asked.consent_at,
        has_failed=asked.has_failed,
    )
    refuse_unproven(attempt, issued_at=issued_at, now=work.now)
    work.record(
        "document_served", {"document": str(asked.document_id), "channel": asked.channel, "result": attempt.result}
    )
    record_id = serve_again(work, asked.document_id, attempt, last)
    realign(work)
    return {"service_id": str(record_id), "result": attempt.result, "clocks": clock_answers(work)}
