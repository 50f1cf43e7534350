from itertools import pairwise

import pytest

from app.domain.case_life import (
    CLOCKS,
    ENDED,
    TRANSITIONS,
    clocks_in,
    is_ended,
    is_granting,
    is_undecided,
    may_follow,
    national_result,
    require_transition,
)
from app.domain.errors import Conflict
from app.domain.vocabulary import CaseState, ClockName, ResultKind

S = CaseState


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(CaseState) == set(CLOCKS)


@pytest.mark.parametrize(
    "path",
    [
        (S.RECEIVED, S.ACCEPTED, S.DECIDED, S.DELIVERING, S.CLOSED),
        (S.RECEIVED, S.CORRECTING, S.RECEIVED, S.ACCEPTED, S.SUSPENDED, S.ACCEPTED, S.DECIDED, S.CLOSED, S.REVOKED),
        (S.RECEIVED, S.ACCEPTED, S.DEEMED, S.DELIVERING, S.CLOSED),
        (S.RECEIVED, S.ACCEPTED, S.DELIVERING, S.CLOSED),
        (S.RECEIVED, S.CORRECTING, S.CLOSED),
        (S.RECEIVED, S.NOT_ACCEPTED),
        (S.RECEIVED, S.WITHDRAWN),
        (S.SUSPENDED, S.TERMINATED),
    ],
)
def test_lawful_lives_are_possible(path: tuple[CaseState, ...]) -> None:
    for state, following in pairwise(path):
        require_transition(state, following)


@pytest.mark.parametrize(
    ("state", "following"),
    [
        (S.RECEIVED, S.DECIDED),
        (S.RECEIVED, S.SUSPENDED),
        (S.CORRECTING, S.DEEMED),
        (S.SUSPENDED, S.DEEMED),
        (S.SUSPENDED, S.DECIDED),
        (S.DECIDED, S.WITHDRAWN),
        (S.DECIDED, S.DEEMED),
        (S.DEEMED, S.DECIDED),
        (S.CLOSED, S.ACCEPTED),
        (S.WITHDRAWN, S.RECEIVED),
        (S.REVOKED, S.CLOSED),
    ],
)
def test_unlawful_step_is_refused_with_both_states(state: CaseState, following: CaseState) -> None:
    with pytest.raises(Conflict) as refused:
        require_transition(state, following)

    assert refused.value.code == "case_state"
    assert refused.value.facts == {"state": state.value, "following": following.value}


@pytest.mark.parametrize("state", list(CaseState))
def test_staying_is_no_step_and_ended_cases_go_nowhere_but_to_revocation(state: CaseState) -> None:
    assert may_follow(state, state)
    if is_ended(state):
        assert TRANSITIONS[state] <= {S.REVOKED}
        assert clocks_in(state) == frozenset()


def test_every_undecided_case_may_be_withdrawn_and_no_other() -> None:
    withdrawable = {state for state, following in TRANSITIONS.items() if S.WITHDRAWN in following}

    assert withdrawable == {state for state in CaseState if is_undecided(state)}
    assert not withdrawable & ENDED


def test_clocks_follow_the_state() -> None:
    assert clocks_in(S.RECEIVED) == {ClockName.NOTICE5}
    assert clocks_in(S.CORRECTING) == {ClockName.CORRECTION}
    assert {ClockName.PROMISED, ClockName.STATUTORY} <= clocks_in(S.ACCEPTED)
    assert clocks_in(S.SUSPENDED) == frozenset()
    assert clocks_in(S.DEEMED) == {ClockName.FILING}


@pytest.mark.parametrize(
    ("state", "decision", "facts", "result"),
    [
        (S.CLOSED, "approve", {}, ResultKind.CERTIFICATE),
        (S.CLOSED, "deemed_approve", {}, ResultKind.CERTIFICATE),
        (S.CLOSED, "approve", {"has_certificate": False}, ResultKind.FINISHED),
        (S.CLOSED, "refuse", {}, ResultKind.FINISHED),
        (S.DECIDED, "partial", {}, ResultKind.CERTIFICATE),
        (S.CLOSED, None, {}, ResultKind.FINISHED),
        (S.CLOSED, None, {"is_accepted": False}, ResultKind.NOT_CORRECTED),
        (S.CLOSED, "refuse", {"is_forwarded": True}, ResultKind.FORWARDED),
        (S.NOT_ACCEPTED, None, {}, ResultKind.RETURNED),
        (S.WITHDRAWN, None, {}, ResultKind.VOIDED),
        (S.TERMINATED, None, {}, ResultKind.VOIDED),
        (S.DEEMED, "deemed_approve", {}, None),
        (S.ACCEPTED, None, {}, None),
        (S.RECEIVED, None, {}, None),
    ],
)
def test_national_result(
    state: CaseState, decision: str | None, facts: dict[str, bool], result: ResultKind | None
) -> None:
    assert national_result(state, decision, **facts) == result


def test_only_granting_decisions_open_successors() -> None:
    assert is_granting("approve")
    assert is_granting("deemed_approve")
    assert not is_granting("refuse")
    assert not is_granting(None)
