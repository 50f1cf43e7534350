from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.deemed import (
    DeemedEvent,
    DeemedFacts,
    DeemedState,
    blocking_codes,
    hold_end,
    is_decision_in_time,
    may_fire,
    may_unblock,
    next_state,
)
from app.domain.errors import Conflict
from tests.unit.domain.clock_kit import RULES, at

DUE = at("2026-03-06 17:30")
READY = DeemedFacts(
    is_switch_on=True,
    is_whitelisted=True,
    item_type="01",
    exclusion_class="",
    is_external=False,
    is_accepted=True,
    has_open_procedure=False,
    due_at=DUE,
    stored_due_at=DUE,
    is_provisional=False,
    has_hold=False,
    is_after_outage=False,
    has_decision=False,
    is_fee_unpaid=False,
    is_forwarded=False,
    is_waiting_predecessor=False,
    was_accepted_by_person=True,
    were_materials_checked=True,
    has_closure=False,
)


def test_approval_may_fire_when_every_guard_holds() -> None:
    assert blocking_codes(READY) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_switch_on": False}, "switch_off"),
        ({"is_whitelisted": False}, "not_whitelisted"),
        ({"is_promise_mismatched": True}, "promise_mismatch"),
        ({"item_type": "07"}, "not_licence"),
        ({"exclusion_class": "finance"}, "exclusion_class"),
        ({"is_external": True}, "exclusion_class"),
        ({"is_accepted": False}, "not_accepted"),
        ({"has_open_procedure": True}, "procedure_open"),
        ({"stored_due_at": DUE + timedelta(seconds=1)}, "due_mismatch"),
        ({"stored_due_at": None}, "due_mismatch"),
        ({"is_provisional": True}, "provisional_date"),
        ({"has_hold": True}, "hold"),
        ({"is_after_outage": True}, "outage"),
        ({"has_decision": True}, "already_decided"),
        ({"is_fee_unpaid": True}, "fee_unpaid"),
        ({"is_forwarded": True}, "upper_level"),
        ({"is_waiting_predecessor": True}, "waiting_predecessor"),
        ({"was_accepted_by_person": False}, "never_reviewed"),
        ({"were_materials_checked": False}, "never_reviewed"),
        ({"has_closure": True}, "closure"),
    ],
)
def test_each_guard_blocks_alone(change: dict[str, object], code: str) -> None:
    assert blocking_codes(replace(READY, **change)) == (code,)


def test_only_the_settle_time_after_the_due_instant_lets_it_fire() -> None:
    settled = DUE + timedelta(seconds=120)

    assert not may_fire(settled, DUE, RULES.deemed)
    assert may_fire(settled + timedelta(seconds=1), DUE, RULES.deemed)
    assert is_decision_in_time(arrived_at=DUE, locked_at=settled, due_at=DUE, rules=RULES.deemed)
    assert not is_decision_in_time(
        arrived_at=DUE + timedelta(seconds=1), locked_at=settled, due_at=DUE, rules=RULES.deemed
    )


def test_a_grave_hold_never_runs_out_into_an_approval() -> None:
    held = next_state(DeemedState.ARMED, DeemedEvent.REQUEST_HOLD)

    assert next_state(held, hold_end("outage")) == "armed"
    assert next_state(held, hold_end("fraud")) == "blocked"
    assert next_state(held, hold_end("public_safety")) == "blocked"


def test_what_was_fired_is_filed_or_revoked_and_never_decided() -> None:
    fired = next_state(DeemedState.ARMED, DeemedEvent.FIRE)

    assert next_state(fired, DeemedEvent.FILE) == "filed"
    with pytest.raises(Conflict):
        next_state(fired, DeemedEvent.DECIDE)


def test_a_case_nobody_reviewed_is_never_armed_again() -> None:
    assert may_unblock(("fee_unpaid",))
    assert not may_unblock(("fee_unpaid", "never_reviewed"))


def test_switch_counts_from_its_date_in_its_region() -> None:
    assert RULES.deemed.is_on("422801", DUE)
    assert not RULES.deemed.is_on("420100", DUE)
    assert not RULES.deemed.is_on("422801", at("2020-09-30 17:30"))
