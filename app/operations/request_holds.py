"""Ask for holds (暂缓申请): a supervisor stops the approval by default of one or many cases at once."""

from collections.abc import Sequence

from app.domain.authority import Person
from app.domain.errors import NotFound
from app.domain.hold import require_requester
from app.domain.request_key import RequestKey
from app.runtime.access import actor_of, place_of, refuse_foreign_case
from app.runtime.advance import Result, Target, change_case
from app.runtime.batches import Outcome, on_each
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.holds import hold_answer
from app.runtime.holds import request as ask
from app.storage.holds import case_of_number
from app.storage.unit_of_work import UnitOfWork


def request_holds(
    context: Context,
    person: Person,
    case_nos: Sequence[str],
    *,
    reason: str,
    text: str,
    request: RequestKey | None = None,
) -> tuple[Outcome, ...]:
    """Ask for a hold of each case; it blocks at once, until 12:00 of the next working day.

    reason: code of `hold_reason`. An item is refused with NotFound `case_unknown` (not visible), Forbidden
    `hold_not_allowed` (no supervisor of the place; no approval armed; the settle time after the due instant is over),
    Conflict `hold_repeated`, `hold_state`, RuleViolation `clock_reason_missing`.
    Source: time-limits.md section 8.
    """

    def act(work: Casework) -> Result:
        refuse_foreign_case(person, work)
        work.try_clock_act("hold_request", reason=reason)
        require_requester(person, place_of(work))
        return hold_answer(work, ask(work, reason=reason, text=text))

    def one(case_no: str, own: RequestKey | None) -> Result:
        def body(uow: UnitOfWork) -> Result:
            case_id = case_of_number(uow.connection, case_no)
            if case_id is None:
                raise NotFound("case_unknown", case=case_no)
            return change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=own)

        return in_transaction(context, body)

    return on_each(case_nos, one, request=request)
