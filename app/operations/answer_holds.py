"""Answer holds (确认、不同意、解除暂缓、签署认定意见): the second person, and the head of the unit."""

from collections.abc import Callable, Sequence

from app.domain.authority import Person
from app.domain.errors import NotFound
from app.domain.hold import require_answerer
from app.domain.request_key import RequestKey
from app.domain.vocabulary import HoldAct, Role
from app.runtime import holds
from app.runtime.access import actor_of, place_of, refuse_foreign_case, refuse_without_role
from app.runtime.advance import Result, Target, change_case
from app.runtime.batches import Outcome, on_each
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.storage.holds import case_of_hold
from app.storage.unit_of_work import UnitOfWork

Act = Callable[[Casework, int], Result]


def confirm_holds(
    context: Context,
    person: Person,
    hold_ids: Sequence[str],
    *,
    working_days: int | None = None,
    request: RequestKey | None = None,
) -> tuple[Outcome, ...]:
    """Confirm requests for `working_days` from now, by default for the longest the rule allows.

    An item is refused with NotFound `hold_unknown`, `case_unknown`, Forbidden `hold_not_allowed` (wrong role, or who
    asked for it), Conflict `hold_state` (answered or expired), RuleViolation `hold_too_long`.
    """

    def act(work: Casework, hold_id: int) -> Result:
        _require_second_person(person, work, HoldAct.CONFIRM)
        longest = work.published.time_rules.deemed.hold_max_working_days
        days = longest if working_days is None else working_days
        return holds.hold_answer(work, holds.confirm(work, hold_id, working_days=days))

    return _answer(context, person, hold_ids, act, request)


def reject_holds(
    context: Context, person: Person, hold_ids: Sequence[str], *, request: RequestKey | None = None
) -> tuple[Outcome, ...]:
    """Reject requests: each approval is armed again. Refused like a confirmation."""

    def act(work: Casework, hold_id: int) -> Result:
        _require_second_person(person, work, HoldAct.REJECT)
        return holds.hold_answer(work, holds.reject(work, hold_id))

    return _answer(context, person, hold_ids, act, request)


def lift_holds(
    context: Context, person: Person, hold_ids: Sequence[str], *, request: RequestKey | None = None
) -> tuple[Outcome, ...]:
    """Lift confirmed holds; those for fraud or public safety then wait for a finding.

    An item is refused with Conflict `finding_missing` when it waits for one already, else like a confirmation.
    """

    def act(work: Casework, hold_id: int) -> Result:
        _require_second_person(person, work, HoldAct.LIFT)
        return holds.hold_answer(work, holds.lift(work, hold_id))

    return _answer(context, person, hold_ids, act, request)


def sign_hold_finding(
    context: Context, person: Person, *, hold_id: str, finding: str, text: str, request: RequestKey | None = None
) -> Result:
    """Sign the finding on a hold for fraud or public safety, as head of the unit that owns the case.

    finding: `cleared` arms the approval again, `founded` leaves the decision to a person. Raises NotFound, Forbidden
    `not_permitted`, `hold_not_allowed` for who asked for or confirmed the hold, Conflict `hold_state`, RuleViolation
    `clock_reason_missing`.
    """

    def act(work: Casework, number: int) -> Result:
        refuse_foreign_case(person, work)
        work.try_clock_act(f"hold_{HoldAct.FINDING}")
        refuse_without_role(person, work, (Role.UNIT_HEAD,))
        return holds.hold_answer(work, holds.sign_finding(work, number, finding=finding, text=text))

    return _one(context, person, hold_id, act, request)


def _require_second_person(person: Person, work: Casework, act: HoldAct) -> None:
    refuse_foreign_case(person, work)
    work.try_clock_act(f"hold_{act}")
    require_answerer(person, place_of(work))


def _answer(
    context: Context, person: Person, hold_ids: Sequence[str], act: Act, request: RequestKey | None
) -> tuple[Outcome, ...]:
    return on_each(hold_ids, lambda hold_id, own: _one(context, person, hold_id, act, own), request=request)


def _one(context: Context, person: Person, hold_id: str, act: Act, request: RequestKey | None) -> Result:
    def body(uow: UnitOfWork) -> Result:
        case_id = case_of_hold(uow.connection, int(hold_id))
        if case_id is None:
            raise NotFound("hold_unknown", hold=hold_id)
        target = Target(case_id=case_id)
        return change_case(
            uow, context, target, lambda work: act(work, int(hold_id)), actor=actor_of(person), request=request
        )

    return in_transaction(context, body)
