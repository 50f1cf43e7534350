"""Cards come by the rule set of the matter, once each, and count for whoever had the case."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from app.operations.suspend_clock import SuspensionRequest, resume_clock, suspend_clock
from app.queries.clock import ClockView, list_clocks
from app.storage.tables import deadline
from tests.card_desk import (
    HEAD,
    LATE,
    RED,
    REVIEWER,
    YELLOW,
    accepted,
    acts_on,
    cards_of,
    case_id_of,
    colours,
    deploy_with,
    fire_all,
    queued,
    run_timer,
)
from tests.world import START, World

PROMISED = "promised"


def test_a_card_carries_the_fields_of_the_standard(installed: World) -> None:
    case_no = accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, *YELLOW)

    (card,) = cards_of(installed, case_no)
    reviewer = installed.person(REVIEWER)
    assert (card.colour, card.cause, card.state, card.warning_type) == ("yellow", "limit", "issued", "1")
    assert (card.rule_no, card.item_type, card.department) == ("ENSHI_50_90", "01", "恩施市市场监督管理局")
    assert (card.handler_id, card.handler) == (str(reviewer.staff_id), reviewer.name)
    assert card.supervision_no.startswith("JC422801")
    assert len(card.supervision_no) == 20
    assert card.raised_by == "system:deadline"


def test_a_card_of_a_task_nobody_claimed_counts_for_the_unit(installed: World) -> None:
    case_no = accepted(installed)

    run_timer(installed, *YELLOW)

    (card,) = cards_of(installed, case_no)
    assert card.handler_id is None


def test_each_colour_comes_once_and_in_its_time(installed: World) -> None:
    case_no = accepted(installed, claimed_by=REVIEWER)

    for moment in (YELLOW, YELLOW, RED, RED, LATE, (2026, 3, 11, 9, 0)):
        run_timer(installed, *moment)

    assert colours(installed, case_no) == [(PROMISED, "yellow"), (PROMISED, "red"), (PROMISED, "overdue")]
    numbers = [card.supervision_no for card in cards_of(installed, case_no)]
    assert numbers == sorted(set(numbers))
    assert acts_on(installed, case_no).count("card_issued") == len(numbers)


def test_thresholds_passed_at_once_issue_all_records_and_one_notice(installed: World) -> None:
    case_no = accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, *LATE)

    assert colours(installed, case_no) == [(PROMISED, "yellow"), (PROMISED, "red"), (PROMISED, "overdue")]
    notices = queued(installed, "card_yellow", "card_red", "card_overdue")
    assert [notice["notice"] for notice in notices if notice["facts"]["clock"] == PROMISED] == ["card_overdue"]


def test_nothing_is_issued_while_the_clock_stands_still_nor_again_afterwards(installed: World) -> None:
    case_no = accepted(installed, claimed_by=REVIEWER)
    run_timer(installed, *YELLOW)
    asked = SuspensionRequest(ground="expert_review", document_no="恩中止〔2026〕1号", expected_days=5)
    head, case_id = installed.person(HEAD), case_id_of(installed, case_no)
    suspend_clock(installed.container.context, head, case_id=case_id, asked=asked)

    run_timer(installed, 2026, 3, 20, 15, 0)
    during = colours(installed, case_no)
    installed.at(2026, 3, 23, 9, 30)
    resume_clock(installed.container.context, head, case_id=case_id, suspension_id=None, document_no="评审1号")
    run_timer(installed, 2026, 3, 24, 9, 30)
    after = colours(installed, case_no)
    run_timer(installed, 2026, 4, 1, 9, 30)

    assert during == [(PROMISED, "yellow")]
    assert after == [(PROMISED, "yellow")]
    assert (PROMISED, "yellow") in colours(installed, case_no)
    assert colours(installed, case_no).count((PROMISED, "yellow")) == 1
    assert (PROMISED, "overdue") in colours(installed, case_no)


@pytest.mark.parametrize(
    ("rule_set", "before_due", "yellow"),
    [("YULIN_90", (2026, 3, 9, 15, 0), "yellow"), ("LAST_DAY", (2026, 3, 6, 9, 30), "yellow")],
)
def test_a_matter_may_choose_a_rule_set_under_which_red_comes_when_due(
    installed: World, tmp_path: Path, rule_set: str, before_due: tuple[int, ...], yellow: str
) -> None:
    deploy_with(installed, tmp_path, card_rule_set=rule_set)
    case_no = accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, *YELLOW)
    early = colours(installed, case_no)
    run_timer(installed, *before_due)
    warned = colours(installed, case_no)
    run_timer(installed, *LATE)

    assert early == []
    assert warned == [(PROMISED, yellow)]
    assert colours(installed, case_no) == [(PROMISED, "yellow"), (PROMISED, "red")]
    assert {card.rule_no for card in cards_of(installed, case_no)} == {rule_set}
    assert [notice["notice"] for notice in queued(installed, "card_red", "card_overdue")] == ["card_overdue"]


def test_the_clock_of_a_case_is_shown_under_the_rule_set_of_its_matter(installed: World, tmp_path: Path) -> None:
    deploy_with(installed, tmp_path, card_rule_set="YULIN_90")
    case_no = accepted(installed)

    with installed.container.context.database.reading() as opened:
        case_id = case_id_of(installed, case_no)
        clocks = list_clocks(opened.connection, installed.container.view(), case_id, now=opened.now)
        stored = opened.connection.execute(sa.select(deadline).where(deadline.c.case_id == case_id)).all()

    shown = {clock.clock: (clock.yellow_at, clock.red_at) for clock in clocks}
    held = {row.name: (row.yellow_at, row.red_at) for row in stored}
    assert shown[PROMISED] == held[PROMISED]
    assert shown[PROMISED][1] is None


@pytest.mark.parametrize("rule_set", ["ENSHI_50_90", "YULIN_90"])
def test_a_limit_on_the_spot_gives_only_the_overdue_card(installed: World, tmp_path: Path, rule_set: str) -> None:
    deploy_with(installed, tmp_path, promised_limit="0WD", card_rule_set=rule_set)
    case_no = accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, 2026, 3, 2, 17, 0)
    before = colours(installed, case_no)
    run_timer(installed, 2026, 3, 2, 17, 31)

    assert before == []
    assert colours(installed, case_no) == [(PROMISED, "overdue")]


def test_a_step_has_a_card_of_its_own_though_the_case_is_in_time(installed: World, tmp_path: Path) -> None:
    deploy_with(installed, tmp_path, limit_of_review="1WD")
    case_no = accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, 2026, 3, 3, 17, 31)

    assert colours(installed, case_no) == [("step", "yellow"), ("step", "red"), ("step", "overdue")]
    (*_, card) = cards_of(installed, case_no)
    assert (card.cause, card.element, card.handler) == ("step_overtime", "review", installed.person(REVIEWER).name)
    assert [notice["notice"] for notice in queued(installed, "card_yellow", "card_red", "card_overdue")] == [
        "card_overdue"
    ]


def test_a_late_delivery_cards_the_office_that_hands_out(installed: World) -> None:
    case_no = accepted(installed)
    installed.complete(case_no, "review", REVIEWER, "pass", opinion="同意")
    installed.complete(case_no, "decide", "decider.enshi", "approve")

    run_timer(installed, 2026, 4, 1, 9, 0)

    assert colours(installed, case_no)[-1] == ("delivery", "overdue")
    assert {card.department for card in cards_of(installed, case_no)} == {"恩施市政务服务中心"}


def test_acceptance_by_silence_cards_the_office_that_took_the_case_in(installed: World) -> None:
    case_no = installed.apply("restaurant-food")

    run_timer(installed, *LATE)

    abnormal = next(card for card in cards_of(installed, case_no) if card.colour == "abnormal")
    assert (abnormal.cause, abnormal.clock, abnormal.rule_no) == ("deemed_acceptance", "notice5", "ABNORMAL")
    assert (abnormal.department, abnormal.warning_type) == ("恩施市政务服务中心", "4")


@pytest.mark.parametrize("seed", [1, 2])
def test_random_ticks_issue_one_card_per_colour_and_none_that_is_not_due(installed: World, seed: int) -> None:
    dice, began = Random(seed), START
    case_nos = []
    for minutes in sorted(dice.randrange(0, 2 * 24 * 60) for _ in range(6)):
        installed.clock.set(began + timedelta(minutes=minutes))
        case_nos.append(accepted(installed, claimed_by=dice.choice(["", REVIEWER])))

    # A tick may come late, twice, or after the clock of the machine was put back.
    ticks = [began + timedelta(minutes=dice.randrange(2 * 24 * 60, 9 * 24 * 60)) for _ in range(12)]
    for tick in (*ticks, max(ticks)):
        installed.clock.set(tick)
        fire_all(installed)

    for case_no in case_nos:
        cards = [card for card in cards_of(installed, case_no) if card.clock == PROMISED]
        due = {
            "yellow": instants_of(installed, case_no).yellow_at,
            "red": instants_of(installed, case_no).red_at,
            "overdue": instants_of(installed, case_no).due_at,
        }
        assert sorted(card.colour for card in cards) == sorted(
            colour for colour, at in due.items() if at is not None and at < max(ticks)
        )
        assert acts_on(installed, case_no).count("card_issued") == len(cards_of(installed, case_no))


def instants_of(world: World, case_no: str) -> ClockView:
    """Return the promised clock of a case."""
    with world.container.context.database.reading() as opened:
        clocks = list_clocks(opened.connection, world.container.view(), case_id_of(world, case_no), now=opened.now)
    return next(clock for clock in clocks if clock.clock == PROMISED)
