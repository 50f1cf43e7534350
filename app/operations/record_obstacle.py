"""Record what an approval by default waits for: a fee and its payment (缴费), a forwarding and its answer (转报)."""

from collections.abc import Callable

from app.domain.authority import Person
from app.domain.errors import NotFound
from app.domain.obstacle import FeeRow, ForwardingRow, answer_forwarding, ask_fee, forward, pay_fee
from app.domain.request_key import RequestKey
from app.domain.vocabulary import Role
from app.runtime.access import actor_of, refuse_without_role
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction
from app.runtime.deemed_facts import fees_of, forwardings_of
from app.runtime.notices import tell_applicant
from app.runtime.realign import realign

FEE_ROLES = (Role.WINDOW_CLERK, Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD)
FORWARDING_ROLES = (Role.DECIDER, Role.UNIT_HEAD)


def ask_case_fee(
    context: Context,
    person: Person,
    *,
    case_id: int,
    item: str,
    amount_fen: int,
    notice_no: str,
    request: RequestKey | None = None,
) -> Result:
    """Record that a fee was asked for in writing. Guard G12 holds no more until it is paid, where fees come first.

    Raises NotFound `case_unknown`, Forbidden `not_permitted`, and the errors of `domain.obstacle.ask_fee`.
    """

    def act(work: Casework) -> Result:
        refuse_without_role(person, work, FEE_ROLES, or_at_intake=True)
        offering = work.loaded.offering
        row = FeeRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            item=item.strip(),
            amount_fen=amount_fen,
            notice_no=notice_no.strip(),
            noticed_by=work.actor.code,
            noticed_at=work.now,
        )
        basis, article = offering.fee if offering else "", work.published.time_rules.articles["fee"]
        work.changes.fees_asked.append(ask_fee(row, state=work.state, fee_basis=basis, article=article))
        work.record("fee_asked", {"document_no": row.notice_no, "amount_fen": amount_fen})
        amount = f"{amount_fen / 100:.2f}"
        tell_applicant(work, "fee_asked", {"document_no": row.notice_no, "item": row.item, "amount_yuan": amount})
        realign(work)
        return {"fee_id": str(row.id), "state": "owed"}

    return _change(context, person, case_id, act, request)


def pay_case_fee(
    context: Context,
    person: Person,
    *,
    case_id: int,
    fee_id: int,
    receipt_no: str,
    request: RequestKey | None = None,
) -> Result:
    """Record the payment of a fee; an approval by default that it blocked is looked at again.

    Raises NotFound `case_unknown`, `fee_unknown`, Forbidden `not_permitted`, Conflict `fee_paid`, InvalidInput `invalid`.
    """

    def act(work: Casework) -> Result:
        refuse_without_role(person, work, FEE_ROLES, or_at_intake=True)
        row = next((fee for fee in fees_of(work) if fee.id == fee_id), None)
        if row is None:
            raise NotFound("fee_unknown", fee=str(fee_id))
        paid = pay_fee(row, receipt_no=receipt_no, by=work.actor.code, now=work.now)
        work.changes.fees_paid.append(paid)
        work.record("fee_paid", {"document_no": receipt_no.strip()})
        realign(work)
        return {"fee_id": str(fee_id), "state": "paid"}

    return _change(context, person, case_id, act, request)


def forward_case(
    context: Context,
    person: Person,
    *,
    case_id: int,
    to_authority: str,
    document_no: str,
    request: RequestKey | None = None,
) -> Result:
    """Record that a case was sent to another level for the decision; guard G13 holds no more until it answers.

    Raises NotFound `case_unknown`, Forbidden `not_permitted`, and the errors of `domain.obstacle.forward`.
    """

    def act(work: Casework) -> Result:
        refuse_without_role(person, work, FORWARDING_ROLES, or_at_intake=True)
        row = ForwardingRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            to_authority=to_authority.strip(),
            document_no=document_no.strip(),
            forwarded_by=work.actor.code,
            forwarded_at=work.now,
        )
        work.changes.forwarded.append(forward(row, forwardings_of(work), state=work.state))
        work.record("case_forwarded", {"document_no": row.document_no})
        tell_applicant(work, "case_forwarded", {"authority": row.to_authority, "document_no": row.document_no})
        realign(work)
        return {"forwarding_id": str(row.id), "state": "out"}

    return _change(context, person, case_id, act, request)


def answer_case_forwarding(
    context: Context,
    person: Person,
    *,
    case_id: int,
    forwarding_id: int,
    answer_no: str,
    request: RequestKey | None = None,
) -> Result:
    """Record the answer of the other level; an approval by default that the forwarding blocked is looked at again.

    Raises NotFound `case_unknown`, `forwarding_unknown`, Forbidden `not_permitted`, Conflict `forwarding_answered`,
    InvalidInput `invalid`.
    """

    def act(work: Casework) -> Result:
        refuse_without_role(person, work, FORWARDING_ROLES, or_at_intake=True)
        row = next((item for item in forwardings_of(work) if item.id == forwarding_id), None)
        if row is None:
            raise NotFound("forwarding_unknown", forwarding=str(forwarding_id))
        answered = answer_forwarding(row, answer_no=answer_no, by=work.actor.code, now=work.now)
        work.changes.forwardings_answered.append(answered)
        work.record("forwarding_answered", {"document_no": answer_no.strip()})
        realign(work)
        return {"forwarding_id": str(forwarding_id), "state": "answered"}

    return _change(context, person, case_id, act, request)


def _change(
    context: Context, person: Person, case_id: int, act: Callable[[Casework], Result], request: RequestKey | None
) -> Result:
    target, actor = Target(case_id=case_id), actor_of(person)
    return in_transaction(context, lambda uow: change_case(uow, context, target, act, actor=actor, request=request))
