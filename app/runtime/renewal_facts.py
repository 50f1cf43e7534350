"""Guards of the renewal by law (R1-R6), asked of the case in hand."""

from app.domain.matter import RenewalRule
from app.domain.renewal import RenewalCase, renewal_guards
from app.runtime.casework import Casework
from app.runtime.certificates import holder_of


def renewal_rule(work: Casework) -> RenewalRule | None:
    """Return how the matter of the case renews certificates; None when it renews none."""
    return work.loaded.offering.renewal if work.loaded.offering else None


def renewal_guards_of(work: Casework) -> dict[str, bool]:
    """Return every guard by its code with whether it holds now. Nothing is taken from an earlier look."""
    party = work.loaded.party
    numbers = {party.id_number, holder_of(work).id_number} if party else set()
    case = RenewalCase(
        asked=work.loaded.renewal,
        certificate=work.loaded.renewed,
        holder_numbers=frozenset(numbers),
        rule=renewal_rule(work),
        received_at=work.case.received_at,
        accepted_at=work.accepted_at,
        state=work.state,
        is_decided=work.loaded.decision is not None or bool(work.changes.decisions) or work.is_closed,
    )
    return renewal_guards(case)
