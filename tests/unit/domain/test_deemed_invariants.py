"""What may never lead to an approval by default, whatever else is true (rule book section 12)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock_changes import recalendar
from app.domain.clock_ledger import fold
from app.domain.deemed import DeemedEvent, DeemedState, blocking_codes, hold_end, next_state
from app.domain.errors import CaseworkError
from tests.unit.domain.clock_kit import CALENDARS, COUNTING, ENSHI, at, start
from tests.unit.domain.test_deemed import READY

BARS = (
    {"is_provisional": True},
    {"has_open_procedure": True},
    {"has_hold": True},
    {"has_closure": True},
    {"exclusion_class": "finance"},
    {"was_accepted_by_person": False},
    {"were_materials_checked": False},
)
GRAVE = ("fraud", "public_safety")
bars = st.lists(st.sampled_from(BARS), min_size=1)
others = st.fixed_dictionaries({name: st.booleans() for name in ("is_switch_on", "is_fee_unpaid", "is_after_outage")})


@given(bars, others)
def test_no_bar_lets_an_approval_by_default_fire(barred: list[dict[str, object]], other: dict[str, bool]) -> None:
    facts = replace(READY, **other)
    for change in barred:
        facts = replace(facts, **change)

    assert blocking_codes(facts) != ()


@pytest.mark.parametrize("reason", GRAVE)
def test_a_grave_hold_leads_to_no_approval_without_a_signature(reason: str) -> None:
    ended = hold_end(reason)

    assert ended == DeemedEvent.FINDING_DUE
    assert next_state(DeemedState.HELD, ended) == DeemedState.BLOCKED


@given(st.integers(1, 60 * 24 * 60), st.integers(0, 20))
def test_a_late_closure_revives_no_expired_clock(late_minutes: int, amount: int) -> None:
    ledger = [start(amount=amount)]
    due_at = fold(ledger, "promised", calendars=CALENDARS, counting=COUNTING).due_at
    assert due_at is not None

    try:
        recalendar(
            ledger,
            seq=2,
            clock="promised",
            document="closure",
            loaded_at=due_at + timedelta(minutes=late_minutes),
            actor="admin",
            calendar=ENSHI,
            calendars=CALENDARS,
            counting=COUNTING,
        )
    except CaseworkError as refused:
        code = refused.code
    else:
        code = ""

    assert code == "calendar_past_due"
    assert due_at > at("2026-03-02 10:00")
