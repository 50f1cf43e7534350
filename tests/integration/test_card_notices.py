"""Whom a card is told, when, and what comes as a digest."""

from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from app.domain.notice import OutboundMessage
from app.operations.build_digests import build_digests, is_digest_due
from app.operations.decide_card import revoke_card
from app.storage.tables import digest_item, job_run
from tests.card_desk import (
    DECIDER,
    HEAD,
    LATE,
    RED,
    REVIEWER,
    SUPERVISOR,
    YELLOW,
    accepted,
    cards_of,
    deploy_with,
    queued,
    run_timer,
    sent,
    target,
    told,
)
from tests.world import World

CARDS = ("card_yellow", "card_red", "card_overdue")
DIGEST = "card_digest"


def only_digests(messages: list[OutboundMessage]) -> list[OutboundMessage]:
    return [message for message in messages if message.notice == DIGEST]


def test_yellow_goes_to_handler_and_approver(installed: World, tmp_path: Path) -> None:
    accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, *YELLOW)

    assert told(sent(installed, tmp_path), *CARDS) == [("card_yellow", DECIDER), ("card_yellow", REVIEWER)]


def test_red_goes_also_to_the_unit_head(installed: World, tmp_path: Path) -> None:
    accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, *RED)
    messages = [message for message in sent(installed, tmp_path) if "承诺时限" in message.body]

    assert told(messages, *CARDS) == [("card_red", DECIDER), ("card_red", HEAD), ("card_red", REVIEWER)]


def test_overdue_goes_also_to_the_supervision_office_of_the_county(installed: World, tmp_path: Path) -> None:
    accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, *LATE)
    messages = [message for message in sent(installed, tmp_path) if "承诺时限" in message.body]

    assert told(messages, *CARDS) == [
        ("card_overdue", login) for login in sorted((DECIDER, HEAD, REVIEWER, SUPERVISOR))
    ]


def test_a_task_nobody_claimed_is_told_to_the_desk_of_the_unit(installed: World, tmp_path: Path) -> None:
    accepted(installed)

    run_timer(installed, *YELLOW)

    assert told(sent(installed, tmp_path), *CARDS) == [("card_yellow", DECIDER), ("card_yellow", HEAD)]


def test_outside_office_hours_a_warning_waits_and_only_the_latest_is_sent(installed: World, tmp_path: Path) -> None:
    case_no = accepted(installed, claimed_by=REVIEWER)

    # A worker that was away fires yellow in the night before the due date, and red at the next opening.
    run_timer(installed, 2026, 3, 6, 20, 0)
    waiting = [notice["at"] for notice in queued(installed, *CARDS)]
    in_the_night = told(sent(installed, tmp_path), *CARDS)
    run_timer(installed, *RED)
    messages = [message for message in sent(installed, tmp_path) if "承诺时限" in message.body]

    assert waiting == ["03-09 09:00"]
    assert in_the_night == []
    assert [card.colour for card in cards_of(installed, case_no) if card.clock == "promised"] == ["yellow", "red"]
    assert {message.notice for message in messages} == {"card_red"}


def test_overdue_is_told_on_a_rest_day_but_not_at_night(installed: World, tmp_path: Path) -> None:
    accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, 2026, 3, 14, 21, 0, 1)
    at_night = told(sent(installed, tmp_path), "card_overdue")
    installed.at(2026, 3, 15, 9, 0)
    on_sunday = told(sent(installed, tmp_path), "card_overdue")

    assert at_night == []
    assert ("card_overdue", REVIEWER) in on_sunday


def test_a_message_left_over_from_the_day_is_not_sent_in_the_night(installed: World, tmp_path: Path) -> None:
    accepted(installed, claimed_by=REVIEWER)
    run_timer(installed, *YELLOW)

    installed.at(2026, 3, 5, 23, 0)
    at_night = told(sent(installed, tmp_path), *CARDS)
    installed.at(2026, 3, 6, 9, 0)

    assert at_night == []
    assert told(sent(installed, tmp_path), *CARDS) == [("card_yellow", DECIDER), ("card_yellow", REVIEWER)]


def test_a_card_that_was_taken_back_is_not_told_any_more(installed: World, tmp_path: Path) -> None:
    case_no = accepted(installed, claimed_by=REVIEWER)
    run_timer(installed, *YELLOW)
    (card,) = cards_of(installed, case_no)
    revoke_card(installed.container.context, installed.person(SUPERVISOR), target(card), reason="日历有误")

    assert told(sent(installed, tmp_path), *CARDS) == []


def test_limits_below_two_working_days_come_as_one_digest(installed: World, tmp_path: Path) -> None:
    deploy_with(installed, tmp_path / "changed", promised_limit="1WD")
    case_nos = [accepted(installed, claimed_by=REVIEWER) for _ in range(2)]

    run_timer(installed, 2026, 3, 3, 10, 30)
    at_once = sent(installed, tmp_path)
    count = build_digests(installed.container.context, worker="a")
    early = only_digests(sent(installed, tmp_path))
    installed.at(2026, 3, 3, 14, 0)
    later = build_digests(installed.container.context, worker="a")
    digests = only_digests(sent(installed, tmp_path))

    assert told(at_once, *CARDS) == []
    # The digest of 09:00 had not run yet and brings what came until now; that of 14:00 has nothing more to say.
    assert (count, later) == (2, 0)
    assert sorted(message.addressee for message in early) == [DECIDER, REVIEWER]
    assert digests == []
    assert all(number in early[0].body for number in case_nos)
    assert early[0].subject == "您有 2 张预警待处理"


def test_overdue_is_told_at_once_whatever_the_limit(installed: World, tmp_path: Path) -> None:
    deploy_with(installed, tmp_path / "changed", promised_limit="1WD")
    accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, 2026, 3, 3, 17, 31)

    assert ("card_overdue", REVIEWER) in told(sent(installed, tmp_path), *CARDS)


def test_who_has_more_than_five_cards_waiting_gets_the_others_as_a_digest(installed: World, tmp_path: Path) -> None:
    for _ in range(6):
        accepted(installed, claimed_by=REVIEWER)

    run_timer(installed, *YELLOW)
    messages = sent(installed, tmp_path)
    installed.at(2026, 3, 6, 9, 0)
    build_digests(installed.container.context, worker="a")
    digests = only_digests(sent(installed, tmp_path))

    assert told(messages, *CARDS) == []
    assert {(message.addressee, message.subject) for message in digests} == {
        (REVIEWER, "您有 6 张预警待处理"),
        (DECIDER, "您有 6 张预警待处理"),
    }


def test_a_digest_leaves_out_what_was_followed_by_a_worse_card(installed: World, tmp_path: Path) -> None:
    deploy_with(installed, tmp_path / "changed", promised_limit="1WD")
    accepted(installed, claimed_by=REVIEWER)
    run_timer(installed, 2026, 3, 3, 10, 30)
    sent(installed, tmp_path)

    run_timer(installed, 2026, 3, 3, 17, 31)
    installed.at(2026, 3, 4, 9, 0)
    count = build_digests(installed.container.context, worker="a")

    assert count == 0
    with installed.container.context.database.read() as connection:
        keys = set(connection.scalars(sa.select(digest_item.c.digest_key)))
    assert keys == {"no_longer_waiting"}


@pytest.mark.parametrize("moment", [(2026, 3, 3, 8, 59), (2026, 3, 4, 0, 30)])
def test_no_digest_is_built_before_its_hour(installed: World, tmp_path: Path, moment: tuple[int, ...]) -> None:
    installed.at(*moment)

    assert not is_digest_due(installed.container.context)
    assert build_digests(installed.container.context, worker="a") == 0


def test_a_digest_waits_for_a_working_day_of_the_unit(installed: World, tmp_path: Path) -> None:
    deploy_with(installed, tmp_path / "changed", promised_limit="1WD")
    installed.at(2026, 3, 6, 14, 30)
    accepted(installed, claimed_by=REVIEWER)
    run_timer(installed, 2026, 3, 9, 11, 30)
    sent(installed, tmp_path)

    installed.at(2026, 3, 14, 9, 0)
    on_saturday = build_digests(installed.container.context, worker="a")
    installed.at(2026, 3, 16, 9, 0)

    assert on_saturday == 0
    assert build_digests(installed.container.context, worker="a") == 2


def test_two_workers_build_a_digest_once(installed: World, tmp_path: Path) -> None:
    deploy_with(installed, tmp_path / "changed", promised_limit="1WD")
    accepted(installed, claimed_by=REVIEWER)
    run_timer(installed, 2026, 3, 3, 10, 30)
    sent(installed, tmp_path)
    together, counts = Barrier(4), []

    def build(worker: str) -> None:
        together.wait()
        counts.append(build_digests(installed.container.context, worker=worker))

    threads = [Thread(target=build, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == [0, 0, 0, 2]
    with installed.container.context.database.read() as connection:
        runs = connection.scalar(sa.select(sa.func.count()).select_from(job_run))
    assert runs == 1
    assert len(only_digests(sent(installed, tmp_path))) == 2
