"""The bracket of every act on a card: its case is locked, the card is looked up in it, the act decides, all is written."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.authority import Person
from app.domain.card_life import CardFacts
from app.domain.errors import NotFound, Stale
from app.domain.request_key import RequestKey
from app.runtime.access import actor_of, refuse_foreign_case
from app.runtime.advance import Result, Target, case_summary, change_case
from app.runtime.casework import Casework
from app.runtime.context import Context, in_transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTarget:
    """Which card an act is about. version: the one the caller saw, None = whatever it is."""

    case_id: int
    card_id: int
    version: int | None = None
    request: RequestKey | None = None


def act_on_card(
    context: Context, person: Person, target: CardTarget, act: Callable[[Casework, CardFacts], None]
) -> Result:
    """Let `act` refuse or change a card. Raises NotFound `case_unknown`, `card_unknown`, Stale for an older version."""

    def change(work: Casework) -> Result:
        refuse_foreign_case(person, work)
        card = next((card for card in work.loaded.cards if card.id == target.card_id), None)
        if card is None:
            raise NotFound("card_unknown", card=str(target.card_id))
        if target.version is not None and target.version != card.version:
            raise Stale("stale", card=card.supervision_no or str(card.id), version=card.version)
        act(work, card)
        state = next(change.state for change in work.changes.cards_changed if change.id == card.id)
        answer = {"id": str(card.id), "state": state, "version": card.version + 1}
        return {"card": answer, "case": case_summary(work)}

    return in_transaction(
        context,
        lambda uow: change_case(
            uow, context, Target(case_id=target.case_id), change, actor=actor_of(person), request=target.request
        ),
    )
