"""The life of a case (办件状态): which state follows which, which clocks run in it, how it ends in the national list.

Source: 行政许可法 art. 32 (acceptance), 42-45 (limits, delivery, time not counted).
"""

from collections.abc import Mapping

from app.domain.errors import Conflict
from app.domain.vocabulary import CaseState, ClockName, Decision, ResultKind

S = CaseState

_LEAVING = (S.WITHDRAWN, S.TERMINATED)
TRANSITIONS: Mapping[CaseState, frozenset[CaseState]] = {
    S.RECEIVED: frozenset({S.CORRECTING, S.ACCEPTED, S.NOT_ACCEPTED, *_LEAVING}),
    S.CORRECTING: frozenset({S.RECEIVED, S.ACCEPTED, S.NOT_ACCEPTED, S.CLOSED, *_LEAVING}),
    # A joint case decides nothing itself: it goes from acceptance straight to its one delivery, or to its end.
    S.ACCEPTED: frozenset({S.SUSPENDED, S.DECIDED, S.DEEMED, S.DELIVERING, S.CLOSED, *_LEAVING}),
    S.SUSPENDED: frozenset({S.ACCEPTED, *_LEAVING}),
    S.DECIDED: frozenset({S.DELIVERING, S.CLOSED, S.REVOKED}),
    S.DEEMED: frozenset({S.DELIVERING, S.CLOSED, S.REVOKED}),
    S.DELIVERING: frozenset({S.CLOSED, S.REVOKED}),
    S.CLOSED: frozenset({S.REVOKED}),
    S.NOT_ACCEPTED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.TERMINATED: frozenset(),
    S.REVOKED: frozenset(),
}

ENDED = frozenset({S.CLOSED, S.NOT_ACCEPTED, S.WITHDRAWN, S.TERMINATED, S.REVOKED})
UNDECIDED = frozenset({S.RECEIVED, S.CORRECTING, S.ACCEPTED, S.SUSPENDED})

CLOCKS: Mapping[CaseState, frozenset[ClockName]] = {
    S.RECEIVED: frozenset({ClockName.NOTICE5}),
    S.CORRECTING: frozenset({ClockName.CORRECTION}),
    S.ACCEPTED: frozenset(
        {ClockName.PROMISED, ClockName.STATUTORY, ClockName.BUNDLE_PROMISED, ClockName.BUNDLE_STATUTORY}
    ),
    S.SUSPENDED: frozenset(),
    S.DECIDED: frozenset({ClockName.DELIVERY}),
    S.DEEMED: frozenset({ClockName.FILING}),
    S.DELIVERING: frozenset({ClockName.DELIVERY}),
    **{state: frozenset() for state in ENDED},
}

GRANTING = (Decision.APPROVE, Decision.PARTIAL, Decision.DEEMED_APPROVE, Decision.DEEMED_RENEW)


def may_follow(state: str, following: str) -> bool:
    """Say whether `following` may come after `state`; staying in a state always may."""
    return following == state or CaseState(following) in TRANSITIONS[CaseState(state)]


def require_transition(state: str, following: str) -> None:
    """Raise Conflict `case_state` when `following` may not come after `state`. facts: both states."""
    if not may_follow(state, following):
        raise Conflict("case_state", state=str(state), following=str(following))


def is_ended(state: str) -> bool:
    """Say whether nothing more happens to the case but a revocation."""
    return CaseState(state) in ENDED


def is_undecided(state: str) -> bool:
    """Say whether the decision is still to come: until then the applicant may withdraw."""
    return CaseState(state) in UNDECIDED


def clocks_in(state: str) -> frozenset[ClockName]:
    """Return the clocks that may run in a state. In `suspended` they are paused."""
    return CLOCKS[CaseState(state)]


def is_granting(decision: str | None) -> bool:
    """Say whether the decision gives the applicant something, so that successors of a member may begin."""
    return decision is not None and Decision(decision) in GRANTING


def national_result(
    state: str,
    decision: str | None,
    *,
    is_accepted: bool = True,
    has_certificate: bool = True,
    is_forwarded: bool = False,
) -> ResultKind | None:
    """Return the national result (办结结果) of a case; None while it has none.

    A certificate 0, a refusal or a result without certificate 6, acceptance refused 1, withdrawn or terminated 2, sent
    on to another authority 4, closed before acceptance because nothing was corrected 5. A joint case, accepted and
    without a decision of its own, ends with 6. A deemed approval has no result before it is filed.
    """
    match CaseState(state):
        case S.NOT_ACCEPTED:
            return ResultKind.RETURNED
        case S.WITHDRAWN | S.TERMINATED:
            return ResultKind.VOIDED
        case S.CLOSED if not is_accepted:
            return ResultKind.NOT_CORRECTED
        case S.DECIDED | S.DELIVERING | S.CLOSED | S.REVOKED:
            is_certificate = is_granting(decision) and has_certificate
            by_decision = ResultKind.CERTIFICATE if is_certificate else ResultKind.FINISHED
            return ResultKind.FORWARDED if is_forwarded else by_decision
        case _:
            return None
