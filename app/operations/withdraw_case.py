"""Withdraw a case (撤回): the applicant takes it back, any time before the decision."""

from app.domain.authority import Person
from app.domain.errors import Conflict
from app.domain.moves import Cancel
from app.domain.request_key import RequestKey
from app.domain.vocabulary import CaseState, ResultKind
from app.runtime.access import actor_of, refuse_unless_applicant_or_window
from app.runtime.advance import Result, Target, case_summary, change_case, moved
from app.runtime.casework import Casework
from app.runtime.closing import close
from app.runtime.context import Context, in_transaction
from app.runtime.notices import tell_applicant

BEFORE_DECISION = (CaseState.RECEIVED, CaseState.CORRECTING, CaseState.ACCEPTED, CaseState.SUSPENDED)


def withdraw_case(
    context: Context, person: Person, *, case_id: int, reason: str, request: RequestKey | None = None
) -> Result:
    """Take the case back for its applicant; open tasks and deadlines end, members are asked to end too.

    Raises Conflict `withdrawal_too_late` once it is decided or closed.
    """

    def act(work: Casework) -> Result:
        refuse_unless_applicant_or_window(person, work)
        if work.state not in BEFORE_DECISION:
            raise Conflict("withdrawal_too_late", state=work.state)
        close(work, state=CaseState.WITHDRAWN, result_kind=ResultKind.VOIDED, kind="case_withdrawn")
        moved(work, Cancel(reason=reason))
        tell_applicant(work, "withdrawn", {})
        return {"case": case_summary(work)}

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request),
    )
