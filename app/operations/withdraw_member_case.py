"""Withdraw a member case because its parent left it behind (撤回子办件)."""

from app.domain.actor import system_actor
from app.domain.moves import Cancel
from app.domain.vocabulary import CaseState, ResultKind
from app.runtime.advance import Result, Target, case_summary, change_case, moved
from app.runtime.casework import Casework
from app.runtime.closing import close
from app.runtime.context import Context, in_transaction

STILL_OPEN = (CaseState.RECEIVED, CaseState.CORRECTING, CaseState.ACCEPTED, CaseState.SUSPENDED)


def withdraw_member_case(context: Context, case_id: int) -> Result:
    """Withdraw the member. It is a request: a member decided meanwhile keeps its result."""

    def act(work: Casework) -> Result:
        if work.state in STILL_OPEN:
            close(work, state=CaseState.WITHDRAWN, result_kind=ResultKind.VOIDED, kind="case_withdrawn")
            moved(work, Cancel(reason="parent"))
        return {"case": case_summary(work)}

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=system_actor("parent_case")),
    )
