"""Seal one paper (用印): a person asks the system to, or records that they sealed it themselves."""

from app.domain.authority import Person
from app.domain.errors import NotFound
from app.domain.request_key import RequestKey
from app.domain.vocabulary import Role
from app.runtime.access import actor_of, refuse_without_role
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.seals import ask_system, seal_by_person
from app.storage.documents import find_seal
from app.storage.unit_of_work import UnitOfWork

SEALING = (Role.DECIDER, Role.UNIT_HEAD)


def seal_document(
    context: Context,
    person: Person,
    *,
    case_id: int,
    document_id: int,
    is_by_system: bool,
    request: RequestKey | None = None,
) -> Result:
    """Queue a paper for the system, or record that the person sealed it by hand.

    Raises NotFound `case_unknown`, `document_unknown`, Forbidden `not_permitted` (who neither decides nor heads the
    unit), `seal_not_authorised` (the system has no leave for this kind of paper), Conflict `seal_done`, InvalidInput
    `seal_not_needed`.
    """

    def body(uow: UnitOfWork) -> Result:
        def act(work: Casework) -> Result:
            refuse_without_role(person, work, SEALING)
            paper = find_seal(uow.connection, case_id=case_id, document_id=document_id)
            if paper is None:
                raise NotFound("document_unknown", document=str(document_id))
            state = ask_system(work, paper) if is_by_system else seal_by_person(work, paper)
            return {"document_id": str(document_id), "document_no": paper.document_no, "seal_state": state.value}

        return change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request)

    return in_transaction(context, body)
