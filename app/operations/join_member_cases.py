"""Join member cases (联办汇合): a parent takes in every closed member it still waits for."""

from app.domain.actor import system_actor
from app.domain.loaded_case import MemberFacts
from app.domain.moves import CloseMember
from app.runtime.advance import Result, Target, case_summary, change_case
from app.runtime.casework import Casework
from app.runtime.closing import GRANTING
from app.runtime.context import Context, in_transaction
from app.runtime.decide_change import decide_joins
from app.runtime.realign import realign


def join_member_cases(context: Context, case_id: int) -> Result:
    """Apply `CloseMember` for every closed member whose task is still open, in the order of their closing.

    The message that asks for it carries the parent's id alone, so the order of messages does not matter and a second
    one finds nothing to do. Where nobody is joined the clocks of the parent follow what stopped or runs again (J6).
    """

    def act(work: Casework) -> Result:
        if work.is_closed:
            return {"case": case_summary(work), "joined": 0}
        joined = sorted((row for row in work.loaded.members if row.closed_at), key=lambda row: (row.closed_at, row.id))
        moves = [CloseMember(task_id=row.parent_task, result=_result(row)) for row in joined]
        count = decide_joins(work, moves)
        if not count:
            realign(work)
        return {"joined": count, "case": case_summary(work)}

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=system_actor("join_members")),
    )


def _result(member: MemberFacts) -> dict[str, object]:
    return {
        "granted": member.decision in GRANTING,
        "decision": member.decision,
        "case_no": member.case_no,
        "state": member.state,
    }
