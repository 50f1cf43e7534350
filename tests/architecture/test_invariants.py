"""The fifteen invariants of the rule book (section 12), each held by a named test."""

import pytest

from tests.architecture.sources import texts

PROPERTIES = "tests/unit/domain/test_clock_properties.py"
HISTORIES = "tests/unit/domain/test_case_histories.py"
DEEMED = "tests/unit/domain/test_deemed_invariants.py"
INVARIANTS = {
    1: (HISTORIES, "test_the_order_of_entry_changes_no_clock"),
    2: ("tests/web/test_ledger_histories.py", "test_stored_deadlines_are_what_the_ledger_says_after_random_histories"),
    3: (PROPERTIES, "test_a_longer_suspension_never_brings_the_due_date_forward"),
    4: (PROPERTIES, "test_another_rest_day_never_brings_the_due_date_forward"),
    5: (PROPERTIES, "test_colour_by_instants_is_colour_by_share"),
    6: (PROPERTIES, "test_used_and_remaining_make_the_total"),
    7: (PROPERTIES, "test_one_more_day_is_due_later"),
    8: (PROPERTIES, "test_a_paused_clock_fires_nothing"),
    9: (HISTORIES, "test_what_was_known_at_an_instant_never_changes"),
    10: (PROPERTIES, "test_the_promise_never_ends_after_the_limit_of_the_law"),
    11: ("tests/integration/test_apply_changes.py", "test_case_is_decided_once"),
    12: (DEEMED, "test_no_bar_lets_an_approval_by_default_fire"),
    13: ("tests/web/test_pinned_limits.py", "test_publishing_a_list_version_moves_no_due_instant"),
    14: (DEEMED, "test_a_grave_hold_leads_to_no_approval_without_a_signature"),
    15: (DEEMED, "test_a_late_closure_revives_no_expired_clock"),
}


def test_every_invariant_has_its_number() -> None:
    assert sorted(INVARIANTS) == list(range(1, 16))


@pytest.mark.parametrize("number", INVARIANTS)
def test_each_invariant_is_held_by_its_test(number: int) -> None:
    file, name = INVARIANTS[number]

    assert f"\ndef {name}(" in texts()[file]
