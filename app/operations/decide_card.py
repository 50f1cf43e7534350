"""Decide on a warning card (红黄牌) as the supervision office: refuse the appeal, or take the card back."""

from collections.abc import Callable

from app.domain.authority import Person, may_supervise
from app.domain.card_duties import require_uninvolved
from app.domain.card_life import CardFacts, revoke, uphold
from app.domain.change_rows.cards import CardChange
from app.domain.errors import Forbidden
from app.domain.vocabulary import Role
from app.runtime.access import place_of
from app.runtime.advance import Result
from app.runtime.card_acts import CardTarget, act_on_card
from app.runtime.cards import change_card
from app.runtime.casework import Casework
from app.runtime.context import Context
from app.runtime.notices import tell_person, tell_role


def uphold_card(context: Context, person: Person, target: CardTarget, *, reason: str) -> Result:
    """Refuse the appeal against a card; it stays, and so does its weight in the scores.

    Raises NotFound, Forbidden `not_permitted`, `card_not_yours`, Conflict `card_state`, RuleViolation
    `card_text_missing`, Stale.
    """
    return _decide(
        context,
        person,
        target,
        "card_upheld",
        lambda work, card: uphold(card, reason=reason, by=work.actor.code, now=work.now),
    )


def revoke_card(context: Context, person: Person, target: CardTarget, *, reason: str) -> Result:
    """Take a card back with a reason, on an appeal or at any other time. It stays visible and leaves the scores.

    Raises as `uphold_card`; who caused the card may not take it back.
    """
    return _decide(
        context,
        person,
        target,
        "card_revoked",
        lambda work, card: revoke(card, reason=reason, by=work.actor.code, now=work.now),
    )


def _decide(
    context: Context,
    person: Person,
    target: CardTarget,
    kind: str,
    judge: Callable[[Casework, CardFacts], CardChange],
) -> Result:
    def act(work: Casework, card: CardFacts) -> None:
        work.try_clock_act(kind, card=card.supervision_no or str(card.id))
        if not person.has_role(Role.SUPERVISOR) or not may_supervise(person, place_of(work)):
            raise Forbidden("not_permitted", needs=Role.SUPERVISOR.value)
        require_uninvolved(person, card)
        decision = judge(work, card)
        change_card(work, card, decision, kind)
        _tell(work, card, kind)

    return act_on_card(context, person, target, act)


def _tell(work: Casework, card: CardFacts, kind: str) -> None:
    """Its handler and the head of the unit hear what became of a card."""
    facts, key = {"card": card.supervision_no or ""}, f"{kind}:{card.id}:{work.last_seq}"
    tell_role(work, Role.UNIT_HEAD, kind, facts, key=key, department_id=card.department_id)
    if card.handler_id is not None:
        tell_person(work, card.handler_id, kind, facts, key=f"{key}:handler")
