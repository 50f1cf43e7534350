"""Join member cases (联办汇合): a parent takes in every closed member it still waits for."""

from app.domain.actor import system_actor
from app.runtime.advance import Result, Target, case_summary, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.joining import RULE, join_closed
from app.runtime.realign import realign


def join_member_cases(context: Context, case_id: int) -> Result:
    """Join the closed members of a case.

    The message that asks for it carries the parent's id alone, so the order of messages does not matter and a second
    one finds nothing to do. Where nobody is joined the clocks of the parent follow what stopped or runs again (J6).
    """

    def act(work: Casework) -> Result:
        count = join_closed(work)
        if not count and not work.is_closed:
            realign(work)
        return {"joined": count, "case": case_summary(work)}

    return in_transaction(
        context, lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=system_actor(RULE))
    )
