"""Intervene in a running case (人工干预): move a token, cancel a branch, correct a variable, pause, resume."""

from app.domain.authority import Person
from app.domain.intervention import Intervention
from app.domain.request_key import RequestKey
from app.runtime.access import actor_of
from app.runtime.advance import Result, Target, case_summary, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.interventions import do_intervention


class _Tried(Exception):
    """Nothing is to be kept of what was only tried."""

    def __init__(self, result: Result) -> None:
        self.result = result
        super().__init__("tried")


def intervene_in_case(
    context: Context,
    person: Person,
    *,
    case_id: int,
    asked: Intervention,
    is_dry_run: bool = False,
    request: RequestKey | None = None,
) -> Result:
    """Do what a supervisor asks, with its reason in the audit chain, or say only what would follow.

    Returns the effects: titles of tasks and names of deadlines and members that come or go, and the case afterwards.
    Raises what `do_intervention` raises, also for a dry run.
    """

    def act(work: Casework) -> Result:
        effects = do_intervention(work, person, asked)
        result = {"kind": asked.kind.value, "dry_run": is_dry_run, "effects": effects, "case": case_summary(work)}
        if is_dry_run:
            raise _Tried(result)
        return result

    key = None if is_dry_run else request
    try:
        return in_transaction(
            context,
            lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=key),
        )
    except _Tried as tried:
        return tried.result
