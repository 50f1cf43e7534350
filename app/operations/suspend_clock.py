"""Start and end a special procedure (特别程序) on a case: its clocks stop and run again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain.authority import Person
from app.domain.errors import Conflict
from app.domain.request_key import RequestKey
from app.domain.vocabulary import CaseState, Role
from app.runtime.access import actor_of, refuse_without_role
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.clock_answers import clock_answers
from app.runtime.context import Context, in_transaction
from app.runtime.realign import realign
from app.runtime.suspension import resume, suspend, try_suspension

SUSPENDING_ROLES = (Role.REVIEWER, Role.UNIT_HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspensionRequest:
    """A special procedure as asked for. expected_days: working days; document_no: of the written notice."""

    ground: str
    document_no: str
    expected_days: int
    occurred_at: datetime | None = None
    reason: str = ""


def suspend_clock(
    context: Context, person: Person, *, case_id: int, asked: SuspensionRequest, request: RequestKey | None = None
) -> Result:
    """Stop the clocks of an accepted case for a lawful ground.

    Raises RuleViolation with the codes of time-limits.md section 10 (`clock_after_due`, `clock_ground_not_allowed`,
    `clock_notice_missing`, `clock_expected_days_missing` ...); a refused act changes nothing.
    """

    def act(work: Casework) -> Result:
        try_suspension(work, asked.ground, asked.expected_days)
        refuse_without_role(person, work, SUSPENDING_ROLES)
        suspension_id = suspend(
            work,
            ground=asked.ground,
            document_no=asked.document_no,
            expected_days=asked.expected_days,
            occurred_at=asked.occurred_at or work.now,
            reason=asked.reason,
            requires_document=True,
        )
        realign(work)
        return {"suspension_id": str(suspension_id), "clocks": clock_answers(work)}

    return _change(context, person, case_id, act, request)


def resume_clock(
    context: Context,
    person: Person,
    *,
    case_id: int,
    suspension_id: int | None,
    occurred_at: datetime | None = None,
    document_no: str = "",
    request: RequestKey | None = None,
) -> Result:
    """Let the clocks of a case run again. document_no: of the result of the special procedure.

    Raises Conflict `clock_not_suspended` when none stands still, RuleViolation `clock_notice_missing` when the ground asks
    for a result document, `clock_resume_before_suspend`, `clock_backdated`, `clock_future`.
    """

    def act(work: Casework) -> Result:
        work.try_clock_act("resume")
        refuse_without_role(person, work, SUSPENDING_ROLES)
        if work.state != CaseState.SUSPENDED:
            raise Conflict("clock_not_suspended", article=work.published.time_rules.articles["suspension"])
        resume(work, suspension_id=suspension_id, occurred_at=occurred_at or work.now, document_no=document_no)
        realign(work)
        return {"clocks": clock_answers(work)}

    return _change(context, person, case_id, act, request)


def _change(
    context: Context, person: Person, case_id: int, act: Callable[[Casework], Result], request: RequestKey | None
) -> Result:
    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request),
    )
