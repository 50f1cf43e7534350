from datetime import date, timedelta

import pytest

from app.catalogue.messages import read_messages
from app.domain.clock_acts import (
    extend_clocks,
    refuse_promise_over_statutory,
    resume_clocks,
    start_clock,
    stop_clocks,
    suspend_clocks,
)
from app.domain.clock_changes import recalendar, reclassify
from app.domain.clock_entry import ClockEntry
from app.domain.clock_ledger import fold
from app.domain.clock_state import ClockState
from app.domain.deadline_instants import derive
from app.domain.errors import CaseworkError, InvalidInput
from app.domain.explanation import explain
from app.domain.limit import parse_limit
from app.domain.matter import ExtensionRule
from tests.unit.domain.clock_kit import (
    BOOK,
    CALENDARS,
    COUNTING,
    ENSHI,
    HOURS,
    NATIONAL,
    RULES,
    RULES_DIR,
    at,
    entry,
    local,
    start,
)

RULE = ExtensionRule(count=1, days=10, article="lic42")


def folded(ledger: list[ClockEntry], clock: str = "promised", **options: object) -> ClockState:
    options = {"calendars": CALENDARS, "counting": COUNTING, "rule_set": RULES.rule_set(None)} | options
    return fold(ledger, clock, **options)


def suspend(ledger: list[ClockEntry], occurred: str = "2026-03-09 10:00", **changes: object) -> ClockEntry:
    values = {
        "seq": 2,
        "suspension_id": 1,
        "ground": "testing",
        "item_type": "01",
        "document_no": "N1",
        "expected_days": 8,
        "occurred_at": at(occurred),
        "recorded_at": at(occurred),
        "actor": "staff:1",
        "rules": RULES,
        "calendars": CALENDARS,
    }
    return suspend_clocks(ledger, **(values | changes))


def extend(ledger: list[ClockEntry], occurred: str = "2026-03-20 10:00", **changes: object) -> ClockEntry:
    values = {
        "seq": 4,
        "days": 10,
        "reason": "complex",
        "approver": "staff:9",
        "approver_roles": frozenset({"unit_head"}),
        "handlers": frozenset({"staff:1"}),
        "rule": RULE,
        "occurred_at": at(occurred),
        "recorded_at": at(occurred),
        "rules": RULES,
        "calendars": CALENDARS,
    }
    return extend_clocks(ledger, **(values | changes))


def resumed_ledger() -> list[ClockEntry]:
    ledger = [start()]
    ledger.append(suspend(ledger))
    instant = at("2026-03-19 15:00")
    ledger.append(
        resume_clocks(ledger, seq=3, suspension_id=1, occurred_at=instant, recorded_at=instant, actor="staff:1")
    )
    return ledger


def test_worked_example_of_an_extension_after_a_suspension() -> None:
    ledger = resumed_ledger()

    ledger.append(extend(ledger))

    state = folded(ledger)
    assert local(state.due_at) == "2026-04-24 17:30:00"
    assert local(state.yellow_at) == "2026-04-02 16:15:00"
    assert local(state.red_at) == "2026-04-21 17:15:00"
    sentences = explain(ledger, "promised", calendars=CALENDARS, counting=COUNTING)
    keys = [sentence.key.rpartition(".")[2] for sentence in sentences]
    assert keys == ["start", "suspend", "resume", "extend", "holiday_only"]


def test_open_suspension_pauses_and_the_end_of_another_does_not_resume() -> None:
    ledger = [start(), suspend([start()])]
    ledger.append(suspend(ledger, "2026-03-10 10:00", seq=3, suspension_id=2))
    instant = at("2026-03-11 10:00")
    ledger.append(resume_clocks(ledger, seq=4, suspension_id=1, occurred_at=instant, recorded_at=instant, actor="x"))

    state = folded(ledger)

    assert (state.status, state.due_at, set(state.open_suspensions)) == ("paused", None, {2})
    assert state.remaining_working_days(instant) == 16


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"occurred": "2026-03-01 10:00"}, "clock_not_started"),
        ({"occurred": "2026-03-30 17:31"}, "clock_after_due"),
        ({"ground": "site_visit"}, "clock_ground_not_allowed"),
        ({"ground": "third_party"}, "clock_ground_not_allowed"),
        ({"document_no": ""}, "clock_notice_missing"),
        ({"expected_days": 0}, "clock_expected_days_missing"),
        ({"recorded_at": at("2026-03-09 09:00")}, "clock_future"),
        ({"recorded_at": at("2026-03-13 10:00")}, "clock_backdated"),
        ({"fired_at": at("2026-03-09 10:01")}, "clock_backdated"),
        ({"ground": "fee", "document_no": "", "expected_days": 0}, "clock_ground_not_allowed"),
    ],
)
def test_unlawful_suspension_is_refused_in_the_order_of_the_guards(changes: dict[str, object], code: str) -> None:
    with pytest.raises(CaseworkError) as refused:
        suspend([start()], **changes)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"clock": "promised"}, "promised_not_extendable"),
        ({"occurred": "2026-04-10 17:31"}, "clock_after_due"),
        ({"rule": None}, "clock_extension_count"),
        ({"days": 12}, "clock_extension_too_long"),
        ({"days": 12, "approver_roles": frozenset()}, "clock_extension_too_long"),
        ({"approver_roles": frozenset({"reviewer"})}, "clock_approver"),
        ({"handlers": frozenset({"staff:9"})}, "clock_approver"),
        ({"reason": " "}, "clock_reason_missing"),
    ],
)
def test_unlawful_extension_is_refused_in_the_order_of_the_guards(changes: dict[str, object], code: str) -> None:
    with pytest.raises(CaseworkError) as refused:
        extend(resumed_ledger(), **changes)

    assert refused.value.code == code


def test_a_second_extension_is_refused() -> None:
    ledger = resumed_ledger()
    ledger.append(extend(ledger))

    with pytest.raises(CaseworkError) as refused:
        extend(ledger, "2026-03-21 10:00")

    assert refused.value.code == "clock_extension_count"


@pytest.mark.parametrize(
    ("suspension_id", "occurred", "code"),
    [(2, "2026-03-10 10:00", "clock_not_suspended"), (1, "2026-03-09 09:00", "clock_resume_before_suspend")],
)
def test_unfit_resumption_is_refused(suspension_id: int, occurred: str, code: str) -> None:
    ledger = [start(), suspend([start()])]
    instant = at(occurred)

    with pytest.raises(CaseworkError) as refused:
        resume_clocks(
            ledger, seq=3, suspension_id=suspension_id, occurred_at=instant, recorded_at=instant, actor="staff:1"
        )

    assert refused.value.code == code


def test_resumption_without_the_result_is_refused_where_the_ground_asks_one() -> None:
    ledger = [start(), suspend([start()])]
    instant = at("2026-03-10 10:00")

    with pytest.raises(CaseworkError) as refused:
        resume_clocks(
            ledger, seq=3, suspension_id=1, occurred_at=instant, recorded_at=instant, actor="staff:1", rules=RULES
        )

    assert refused.value.code == "clock_notice_missing"


def test_a_running_clock_is_not_started_again_but_a_stopped_one_is() -> None:
    ledger = [start()]
    begin = {
        "clock": "promised",
        "limit": parse_limit("5WD"),
        "actor": "staff:1",
        "calendar": NATIONAL,
        "counting": COUNTING,
    }
    instant = at("2026-03-03 10:00")

    with pytest.raises(CaseworkError) as refused:
        start_clock(ledger, seq=2, occurred_at=instant, recorded_at=instant, **begin)
    ledger.append(stop_clocks(ledger, clock="promised", seq=2, occurred_at=instant, recorded_at=instant, actor="x"))
    ledger.append(start_clock(ledger, seq=3, occurred_at=instant, recorded_at=instant, **begin))

    assert refused.value.code == "clock_running"
    assert local(folded(ledger).due_at) == "2026-03-10 17:30:00"


def test_a_promise_beyond_the_law_is_refused_on_dates() -> None:
    when = {"started_at": at("2026-03-02 10:00"), "calendar": NATIONAL, "counting": COUNTING}

    refuse_promise_over_statutory(parse_limit("5WD"), parse_limit("7D"), **when)
    with pytest.raises(CaseworkError) as refused:
        refuse_promise_over_statutory(parse_limit("6WD"), parse_limit("7D"), **when)

    assert refused.value.code == "promise_over_statutory"


@pytest.mark.parametrize(("occurred", "is_late"), [("2026-03-30 17:30", False), ("2026-03-30 17:31", True)])
def test_the_result_is_fixed_when_the_clock_stops(occurred: str, *, is_late: bool) -> None:
    ledger = [start(), entry(2, "stop", occurred)]

    assert folded(ledger).is_late is is_late


def test_calendar_change_moves_the_due_date_but_not_the_answer_of_the_day_before() -> None:
    ledger = [start("2026-08-13 10:00", 5, calendar_id=ENSHI.id)]
    layer = BOOK.layers["ES"].with_days(off=[date(2026, 8, 18), date(2026, 8, 19)], document="notice")
    newer = BOOK.with_version(layer).resolve(("CN", "HB", "ES"), HOURS)
    calendars = CALENDARS | {newer.id: newer}
    ledger.append(
        recalendar(
            ledger,
            seq=2,
            clock="promised",
            document="notice",
            loaded_at=at("2026-08-14 09:00"),
            actor="staff:1",
            calendar=newer,
            calendars=calendars,
            counting=COUNTING,
        )
    )

    assert ledger[1].not_before == date(2026, 8, 17)
    assert local(folded(ledger, calendars=calendars).due_at) == "2026-08-24 17:30:00"
    assert local(folded(ledger, calendars=calendars, asof=at("2026-08-13 17:00")).due_at) == "2026-08-20 17:30:00"
    assert [ClockEntry.from_row(item.to_row(1)) for item in ledger] == ledger


def test_reclassification_keeps_the_start() -> None:
    ledger = [start("2026-03-02 10:00", 5)]
    change = {"clock": "promised", "limit": parse_limit("10WD"), "classes": ("own", "joint"), "reason": "shared"}
    ledger.append(
        reclassify(
            ledger,
            seq=2,
            occurred_at=at("2026-03-04 10:00"),
            actor="x",
            calendars=CALENDARS,
            counting=COUNTING,
            **change,
        )
    )

    assert local(folded(ledger).due_at) == "2026-03-16 17:30:00"
    with pytest.raises(CaseworkError) as refused:
        reclassify(
            ledger,
            seq=3,
            occurred_at=at("2026-03-17 10:00"),
            actor="x",
            calendars=CALENDARS,
            counting=COUNTING,
            **change,
        )
    assert refused.value.code == "class_due_passed"


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("promised", "2026-03-30 17:30:00"),
        ("deemed", "2026-03-30 17:30:00"),
        ("promised 50%", "2026-03-16 14:30:00"),
        ("promised - 1WD", "2026-03-27 17:30:00"),
        ("promised - 4WH", "2026-03-30 13:30:00"),
        ("promised + 10WD", "2026-04-14 17:30:00"),
        ("decided + 10WD", "2026-03-24 17:30:00"),
        ("5WD", "2026-03-09 17:30:00"),
        ("PT2H", "2026-03-02 12:00:00"),
        ("R3/1D", "2026-03-03 23:59:59"),
        ("filing", ""),
    ],
)
def test_named_deadlines_are_derived_from_the_clocks(text: str, due: str) -> None:
    clock = folded([start()])

    instants = derive(
        parse_limit(text),
        clocks={"promised": clock},
        started_at=at("2026-03-02 10:00"),
        calendar=NATIONAL,
        counting=COUNTING,
        decided_at=at("2026-03-10 10:00"),
    )

    assert local(instants.due_at) == due


@pytest.mark.parametrize(("text", "code"), [("unheard", "clock_unknown"), ("=form.days", "limit_not_computed")])
def test_unknown_names_and_open_expressions_are_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        derive(parse_limit(text), clocks={}, started_at=at("2026-03-02 10:00"), calendar=NATIONAL, counting=COUNTING)

    assert refused.value.code == code


def test_a_paused_clock_gives_no_instants() -> None:
    clock = folded([start(), suspend([start()])])

    for text in ("promised", "promised 50%", "promised - 1WD", "deemed"):
        instants = derive(
            parse_limit(text),
            clocks={"promised": clock},
            started_at=at("2026-03-02 10:00") + timedelta(days=1),
            calendar=NATIONAL,
            counting=COUNTING,
        )
        assert (instants.due_at, instants.yellow_at, instants.red_at) == (None, None, None)


def test_every_sentence_is_said_in_both_languages() -> None:
    messages = read_messages(RULES_DIR)
    late = entry(8, "suspend", "2026-05-30 10:00", suspension_id=9, ground="testing")
    ledger = [*resumed_ledger(), late, entry(9, "stop", "2026-06-01 10:00")]

    sentences = explain(ledger, "promised", calendars=CALENDARS, counting=COUNTING)
    said = [messages.both(sentence.key, **sentence.facts) for sentence in sentences]

    assert said[1]["en"] == "Stopped 2026-03-09 10:00 for testing (行政许可法45), notice N1, expected 8 working days."
    assert said[2]["zh"] == (
        "2026-03-19 15:00 恢复计时，2026-03-09 至 2026-03-18 共 8 个工作日不计，到期日变为 2026-04-10。"
    )
    assert said[3]["en"] == (
        "The suspension of 2026-05-30 10:00 was refused: The limit has expired: no suspension or extension."
    )
    assert not any("…" in text or "{" in text for sentence in said for text in sentence.values())
