"""Answer a warning card (红黄牌): acknowledge and explain it as its handler, appeal against it as the unit head."""

from app.domain.authority import Person
from app.domain.card_duties import may_appeal, require_answerer
from app.domain.card_life import CardFacts, acknowledge, appeal, explain
from app.domain.errors import Forbidden
from app.domain.vocabulary import Role
from app.runtime.advance import Result
from app.runtime.card_acts import CardTarget, act_on_card
from app.runtime.cards import appeal_until, arm_card_deadline, change_card
from app.runtime.casework import Casework
from app.runtime.changes.deadlines import CARD_DECISION
from app.runtime.context import Context
from app.runtime.notices import tell_supervision_office


def acknowledge_card(context: Context, person: Person, target: CardTarget) -> Result:
    """Note that the handler has seen the card; of a card that counts for the unit, its duty desk.

    Raises NotFound `card_unknown`, Forbidden `card_of_another`, Conflict `card_state`, Stale.
    """

    def act(work: Casework, card: CardFacts) -> None:
        require_answerer(person, card)
        change_card(work, card, acknowledge(card, by=work.actor.code, now=work.now), "card_acknowledged")

    return act_on_card(context, person, target, act)


def explain_card(context: Context, person: Person, target: CardTarget, *, text: str) -> Result:
    """Explain an acknowledged card; the time to answer ends. Raises as `acknowledge_card`, and `card_text_missing`."""

    def act(work: Casework, card: CardFacts) -> None:
        require_answerer(person, card)
        change_card(work, card, explain(card, text=text, by=work.actor.code, now=work.now), "card_explained")

    return act_on_card(context, person, target, act)


def appeal_card(context: Context, person: Person, target: CardTarget, *, ground: str, text: str) -> Result:
    """Appeal against an explained card within five working days; the supervision office is told and has five to decide.

    Raises NotFound, Forbidden `not_permitted` for anybody but the unit head, Conflict `card_state`, RuleViolation
    `card_appeal_ground`, `card_appeal_late`, `card_text_missing`, Stale.
    """

    def act(work: Casework, card: CardFacts) -> None:
        if not may_appeal(person, card):
            raise Forbidden("not_permitted", needs=Role.UNIT_HEAD.value)
        until = appeal_until(work, card)
        change = appeal(card, ground=ground, text=text, by=work.actor.code, now=work.now, until=until)
        change_card(work, card, change, "card_appealed", ground=ground)
        arm_card_deadline(work, CARD_DECISION, card.id)
        told = {"card": card.supervision_no or "", "appeal_ground": ground}
        tell_supervision_office(work, "card_appealed", told, key=f"appeal:{card.id}")

    return act_on_card(context, person, target, act)
