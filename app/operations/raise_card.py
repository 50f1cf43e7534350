"""Issue a card for a breach of procedure (异常牌) as a supervisor."""

from app.domain.authority import Person, may_supervise
from app.domain.errors import Conflict, Forbidden, InvalidInput
from app.domain.request_key import RequestKey
from app.domain.vocabulary import CardCause, CardColour, Role
from app.runtime.access import actor_of, place_of, refuse_foreign_case
from app.runtime.advance import Result, Target, case_summary, change_case
from app.runtime.cards import CardSubject, issue_card
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.notices import tell_card

# A limit cards by itself; a person names a breach.
OF_LIMITS = (CardCause.LIMIT, CardCause.STEP_OVERTIME)
CAUSES = tuple(cause for cause in CardCause if cause not in OF_LIMITS)


def raise_card(
    context: Context,
    person: Person,
    *,
    case_id: int,
    cause: str,
    content: str,
    department_id: int | None = None,
    request: RequestKey | None = None,
) -> Result:
    """Issue an abnormal card of a cause, once per case and cause; its unit answers it as any other.

    content: what was wrong. department_id: the office that took the case in or the one that owns it (the default).
    Raises NotFound, Forbidden `not_permitted`, Conflict `card_exists`, InvalidInput for another cause or department.
    """

    def act(work: Casework) -> Result:
        refuse_foreign_case(person, work)
        if not person.has_role(Role.SUPERVISOR) or not may_supervise(person, place_of(work)):
            raise Forbidden("not_permitted", needs=Role.SUPERVISOR.value)
        if cause not in CAUSES:
            raise InvalidInput("invalid", items=({"pointer": "/cause", "code": "option_unknown"},))
        owner = department_id if department_id is not None else work.case.department_id
        if owner not in (work.case.department_id, work.case.intake_department_id):
            raise InvalidInput("invalid", items=({"pointer": "/department_id", "code": "option_unknown"},))
        subject = CardSubject(
            clock="",
            colour=CardColour.ABNORMAL,
            cause=CardCause(cause),
            department_id=owner,
            element=cause,
            content=content,
        )
        card = issue_card(work, subject)
        if card is None:
            raise Conflict("card_exists", cause=cause)
        tell_card(work, card, "card_abnormal")
        answer = {"id": str(card.id), "supervision_no": card.supervision_no, "state": card.state, "version": 0}
        return {"card": answer, "case": case_summary(work)}

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request),
    )
