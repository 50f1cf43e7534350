import pytest

from app.domain.clock_correction import CorrectionRules, correct_entry
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_replay import Bounds
from app.domain.errors import CaseworkError
from tests.unit.domain.clock_kit import CALENDARS, COUNTING, at, entry, local, start

HISTORY = CorrectionRules(
    calendars=CALENDARS,
    counting=COUNTING,
    bounds=Bounds(grounds=frozenset({"testing"}), extension_count=1, extension_days=10),
)


def resumed_ledger() -> list[ClockEntry]:
    """Twenty days from 2026-03-02, eight of them lost to a suspension, ten more by an extension."""
    return [
        start(),
        entry(2, "suspend", "2026-03-09 10:00", suspension_id=1, ground="testing", expected_days=8),
        entry(3, "resume", "2026-03-19 15:00", suspension_id=1),
        entry(4, "extend", "2026-03-20 10:00", days=10, approver="staff:9"),
    ]


def correct(ledger: list[ClockEntry], said: ClockEntry, *, corrects: int, **changes: object) -> ClockEntry:
    values = {"reason": "typing error", "second_person": "staff:2", "rules": HISTORY} | changes
    return correct_entry(ledger, said, corrects=corrects, **values)


def due(ledger: list[ClockEntry]) -> str:
    return local(fold(ledger, "promised", calendars=CALENDARS, counting=COUNTING).due_at)


def test_a_correction_counts_in_place_of_its_entry() -> None:
    ledger = resumed_ledger()

    ledger.append(correct(ledger, entry(9, "correct", "2026-03-18 15:00"), corrects=3))

    assert due(ledger) == "2026-04-23 17:30:00"
    assert [item.seq for item in ledger] == [1, 2, 3, 4, 9]


def test_a_correction_of_a_correction_names_the_entry_at_the_root() -> None:
    ledger = resumed_ledger()
    ledger.append(correct(ledger, entry(9, "correct", "2026-03-18 15:00", actor="staff:2"), corrects=3))

    ledger.append(correct(ledger, entry(10, "correct", "2026-03-19 15:00"), corrects=9, second_person="staff:3"))

    assert ledger[-1].corrects == 3
    assert due(ledger) == due(resumed_ledger())


@pytest.mark.parametrize(
    ("said", "corrects", "changes", "code"),
    [
        (entry(9, "correct", "2026-03-18 15:00"), 77, {}, "clock_entry_unknown"),
        (entry(9, "correct", "2026-03-18 15:00"), 3, {"reason": " "}, "clock_reason_missing"),
        (entry(9, "correct", "2026-03-18 15:00"), 3, {"second_person": "staff:1"}, "second_person_needed"),
        (entry(9, "correct", "2026-03-18 15:00"), 3, {"fired_at": at("2026-03-18 16:00")}, "clock_backdated"),
        (entry(9, "correct", "2026-03-19 15:00"), 3, {"fired_at": at("2026-03-19 15:00")}, "clock_backdated"),
        (entry(9, "correct", "2026-03-18 15:00", recorded_at=at("2026-03-18 14:00")), 3, {}, "clock_future"),
        (entry(9, "correct", "2026-03-09 09:59"), 3, {}, "clock_resume_before_suspend"),
        (entry(9, "correct", "2026-03-30 17:31"), 2, {}, "clock_resume_before_suspend"),
        (entry(9, "correct", "2026-03-20 10:00", days=11), 4, {}, "clock_extension_too_long"),
        (entry(9, "correct", "2026-03-09 10:00", ground="site_visit"), 2, {}, "clock_ground_not_allowed"),
        (entry(9, "correct", "2026-03-01 10:00"), 2, {}, "clock_not_started"),
        (entry(9, "correct", "2026-03-10 10:00"), 1, {}, "clock_not_started"),
    ],
)
def test_correction_that_breaks_a_rule_is_refused(
    said: ClockEntry, corrects: int, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(CaseworkError) as refused:
        correct(resumed_ledger(), said, corrects=corrects, **changes)

    assert refused.value.code == code


def test_an_entry_the_rules_made_is_not_corrected() -> None:
    ledger = [*resumed_ledger(), entry(5, "stop", "2026-04-01 10:00", actor="system:deemed_approval")]

    with pytest.raises(CaseworkError) as refused:
        correct(ledger, entry(9, "correct", "2026-04-02 10:00"), corrects=5)

    assert refused.value.code == "clock_entry_fixed"
