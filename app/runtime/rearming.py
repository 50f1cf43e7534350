"""Arming blocked approvals again (重新设定): case by case, each under its own lock."""

from collections.abc import Iterable

from app.domain.actor import system_actor
from app.domain.hold import is_left_to_person
from app.domain.vocabulary import DeadlineState
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.realign import realign

RULE = "deemed_release"


def rearm_cases(context: Context, case_ids: Iterable[int]) -> tuple[Result, ...]:
    """Look at blocked approvals again; those whose every reason is gone are armed and tried at the next tick.

    Returns for each case its number, the state of its approval and the guards that still block it. Nothing is approved
    here: all guards are asked once more when the deadline fires.
    """
    return tuple(_rearm(context, case_id) for case_id in case_ids)


def _rearm(context: Context, case_id: int) -> Result:
    def act(work: Casework) -> Result:
        row = next((item for item in work.loaded.deadlines if item.name == "deemed"), None)
        if row is not None and row.state == DeadlineState.BLOCKED and not work.is_closed:
            realign(work)
        change = next((item for item in work.changes.deadlines_changed if row and item.id == row.id), None)
        state = DeadlineState(change.state if change else row.state if row else DeadlineState.DISARMED)
        reasons = (change.last_error if change else row.last_error if row else "") or ""
        return {
            "case_no": work.case.case_no,
            "state": state.name.lower(),
            "guards": reasons.split(", ") if reasons and state == DeadlineState.BLOCKED else [],
            "code": "finding_missing" if is_left_to_person(work.holds) else None,
        }

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=system_actor(RULE)),
    )
