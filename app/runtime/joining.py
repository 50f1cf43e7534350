"""Joining of member cases (联办汇合): a joint case takes in every closed member its diagram still waits for."""

from app.domain.actor import system_actor
from app.domain.loaded_case import MemberFacts
from app.domain.moves import CloseMember
from app.runtime.casework import Casework
from app.runtime.decide_change import decide_joins

RULE = "join_members"


def join_closed(work: Casework) -> int:
    """Apply `CloseMember` for every closed member whose task is still open, in the order of their closing.

    Returns how many were joined; nothing is changed where it is none.
    """
    if work.is_closed:
        return 0
    joined = sorted((row for row in work.loaded.members if row.closed_at), key=lambda row: (row.closed_at, row.id))
    work.actor = system_actor(RULE)
    return decide_joins(work, [CloseMember(task_id=row.parent_task, result=_result(row)) for row in joined])


def _result(member: MemberFacts) -> dict[str, object]:
    return {
        "granted": member.is_granted,
        "decision": member.decision,
        "case_no": member.case_no,
        "state": member.state,
    }
