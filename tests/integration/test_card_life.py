"""A card is acknowledged and explained by its handler, appealed by the head, decided by the supervision office."""

from collections.abc import Callable

import pytest

from app.domain.errors import CaseworkError, Conflict, Forbidden, NotFound, RuleViolation, Stale
from app.operations.answer_card import acknowledge_card, appeal_card, explain_card
from app.operations.decide_card import revoke_card, uphold_card
from app.operations.raise_card import raise_card
from app.queries.cards import CardView, score_departments
from app.runtime.access import actor_of
from app.runtime.advance import Target, change_case
from app.runtime.cards import revoke_cards_due_within
from app.storage.people import set_roles
from tests.card_desk import (
    DECIDER,
    HEAD,
    LATE,
    REVIEWER,
    SECOND,
    SUPERVISOR,
    YELLOW,
    accepted,
    acts_on,
    cards_of,
    case_id_of,
    queued,
    run_timer,
    target,
)
from tests.world import World

SAID = "材料多,已加快办理"


@pytest.fixture
def case_no(installed: World) -> str:
    number = accepted(installed, claimed_by=REVIEWER)
    run_timer(installed, *YELLOW)
    return number


def only(world: World, case_no: str) -> CardView:
    (card,) = cards_of(world, case_no)
    return card


def acknowledge(world: World, case_no: str, login: str = REVIEWER) -> None:
    acknowledge_card(world.container.context, world.person(login), target(only(world, case_no)))


def explain(world: World, case_no: str, login: str = REVIEWER) -> None:
    explain_card(world.container.context, world.person(login), target(only(world, case_no)), text=SAID)


def appeal(world: World, case_no: str, login: str = HEAD, ground: str = "system_fault") -> None:
    appeal_card(world.container.context, world.person(login), target(only(world, case_no)), ground=ground, text=SAID)


def uphold(world: World, case_no: str, login: str = SUPERVISOR) -> None:
    uphold_card(world.container.context, world.person(login), target(only(world, case_no)), reason=SAID)


def revoke(world: World, case_no: str, login: str = SUPERVISOR) -> None:
    revoke_card(world.container.context, world.person(login), target(only(world, case_no)), reason=SAID)


def close_case(world: World, case_no: str) -> None:
    world.complete(case_no, "review", REVIEWER, "pass", opinion="同意")
    world.complete(case_no, "decide", DECIDER, "approve")
    world.complete(case_no, "deliver", "delivery.enshi", "delivered", method="counter", recipient="张小芳")


def code_of(act: Callable[[], object], kind: type[CaseworkError]) -> str:
    with pytest.raises(kind) as refused:
        act()
    return refused.value.code


def test_a_card_lives_through_acknowledgement_explanation_appeal_and_decision(installed: World, case_no: str) -> None:
    acknowledge(installed, case_no)
    explain(installed, case_no)
    appeal(installed, case_no)
    uphold(installed, case_no)

    card = only(installed, case_no)
    assert (card.state, card.outcome, card.version) == ("upheld", "upheld", 4)
    assert (card.explanation, card.appeal_ground, card.decision_reason) == (SAID, "system_fault", SAID)
    who = [card.acknowledged_by, card.explained_by, card.appealed_by, card.decided_by]
    assert who == [f"staff:{installed.person(name).staff_id}" for name in (REVIEWER, REVIEWER, HEAD, SUPERVISOR)]
    acts = ["card_issued", "card_acknowledged", "card_explained", "card_appealed", "card_upheld"]
    assert acts_on(installed, case_no) == acts
    assert len(queued(installed, "card_appealed")) == 1


def test_what_does_not_follow_is_refused(installed: World, case_no: str) -> None:
    early = code_of(lambda: explain(installed, case_no), Conflict)
    acknowledge(installed, case_no)
    twice = code_of(lambda: acknowledge(installed, case_no), Conflict)
    unexplained = code_of(lambda: appeal(installed, case_no), Conflict)
    unasked = code_of(lambda: uphold(installed, case_no), Conflict)
    revoke(installed, case_no)
    ended = code_of(lambda: explain(installed, case_no), Conflict)
    again = code_of(lambda: revoke(installed, case_no), Conflict)

    assert {early, twice, unexplained, unasked, ended, again} == {"card_state"}


def test_only_its_handler_answers_a_card(installed: World, case_no: str) -> None:
    foreign = code_of(lambda: acknowledge(installed, case_no, "reviewer.lichuan"), NotFound)
    other = code_of(lambda: acknowledge(installed, case_no, SECOND), Forbidden)
    head = code_of(lambda: acknowledge(installed, case_no, HEAD), Forbidden)

    assert (foreign, other, head) == ("case_unknown", "card_of_another", "card_of_another")


def test_the_head_answers_at_the_desk_of_a_unit_without_duty_officers(installed: World) -> None:
    case_no = accepted(installed)
    run_timer(installed, *YELLOW)

    other = code_of(lambda: acknowledge(installed, case_no), Forbidden)
    acknowledge(installed, case_no, HEAD)

    assert other == "card_of_another"
    assert only(installed, case_no).state == "acknowledged"


def test_only_the_head_appeals_in_time_and_on_a_listed_ground(installed: World, case_no: str) -> None:
    acknowledge(installed, case_no)
    explain(installed, case_no)

    handler = code_of(lambda: appeal(installed, case_no, REVIEWER), Forbidden)
    ground = code_of(lambda: appeal(installed, case_no, ground="too_busy"), RuleViolation)
    installed.at(2026, 3, 12, 17, 30, 1)
    late = code_of(lambda: appeal(installed, case_no), RuleViolation)
    installed.at(2026, 3, 12, 17, 30)
    appeal(installed, case_no)

    assert (handler, ground, late) == ("not_permitted", "card_appeal_ground", "card_appeal_late")
    assert only(installed, case_no).state == "appealed"


def test_who_caused_a_card_or_appealed_against_it_does_not_take_it_back(installed: World) -> None:
    case_no = accepted(installed, claimed_by=REVIEWER)
    run_timer(installed, *YELLOW)
    promoted(installed, REVIEWER)

    own = code_of(lambda: revoke(installed, case_no, REVIEWER), Forbidden)
    nobody = code_of(lambda: revoke(installed, case_no, HEAD), Forbidden)
    revoke(installed, case_no)

    assert (own, nobody) == ("card_not_yours", "not_permitted")
    assert only(installed, case_no).state == "revoked"


def test_of_a_card_of_the_unit_nobody_of_the_unit_takes_it_back(installed: World) -> None:
    case_no = accepted(installed)
    run_timer(installed, *YELLOW)
    promoted(installed, SECOND)

    assert code_of(lambda: revoke(installed, case_no, SECOND), Forbidden) == "card_not_yours"


def test_an_act_on_an_older_version_is_stale(installed: World, case_no: str) -> None:
    seen = only(installed, case_no)
    acknowledge(installed, case_no)
    context, reviewer = installed.container.context, installed.person(REVIEWER)

    code = code_of(lambda: explain_card(context, reviewer, target(seen, version=seen.version), text=SAID), Stale)
    missing = code_of(lambda: explain_card(context, reviewer, target(seen), text="  "), RuleViolation)

    assert (code, missing) == ("stale", "card_text_missing")


def test_the_head_hears_of_a_card_nobody_explained_within_a_working_day(installed: World, case_no: str) -> None:
    acknowledge(installed, case_no)

    run_timer(installed, 2026, 3, 6, 17, 30)
    in_time = queued(installed, "card_unanswered")
    run_timer(installed, 2026, 3, 6, 17, 30, 1)

    assert in_time == []
    (notice,) = queued(installed, "card_unanswered")
    assert (notice["role"], notice["at"]) == ("unit_head", "03-09 09:00")
    assert acts_on(installed, case_no)[-1] == "card_answer_missed"


def test_an_explained_card_is_not_asked_for_again(installed: World, case_no: str) -> None:
    acknowledge(installed, case_no)
    explain(installed, case_no)

    run_timer(installed, 2026, 3, 9, 11, 0)

    assert queued(installed, "card_unanswered") == []


def test_the_supervision_office_hears_of_an_appeal_it_left_lying(installed: World, case_no: str) -> None:
    acknowledge(installed, case_no)
    explain(installed, case_no)
    appeal(installed, case_no)

    run_timer(installed, 2026, 3, 13, 9, 0)

    assert len(queued(installed, "card_undecided")) == 1


def test_cards_close_with_their_case(installed: World, case_no: str) -> None:
    close_case(installed, case_no)

    assert only(installed, case_no).state == "closed"
    run_timer(installed, 2026, 3, 12, 9, 0)
    assert queued(installed, "card_unanswered") == []
    revoke(installed, case_no)
    assert only(installed, case_no).state == "revoked"


def test_an_appeal_gets_its_answer_though_the_case_is_closed(installed: World, case_no: str) -> None:
    acknowledge(installed, case_no)
    explain(installed, case_no)
    appeal(installed, case_no)

    close_case(installed, case_no)
    run_timer(installed, 2026, 3, 13, 9, 0)
    uphold(installed, case_no)

    assert only(installed, case_no).state == "upheld"
    assert len(queued(installed, "card_undecided")) == 1


def test_a_supervisor_cards_a_breach_once_per_cause(installed: World) -> None:
    case_no = accepted(installed, claimed_by=REVIEWER)
    context, case_id = installed.container.context, case_id_of(installed, case_no)

    def raised(login: str, cause: str) -> object:
        return raise_card(context, installed.person(login), case_id=case_id, cause=cause, content="多收工本费")

    raised(SUPERVISOR, "wrong_fee")
    raised(SUPERVISOR, "no_reasons")
    twice = code_of(lambda: raised(SUPERVISOR, "wrong_fee"), Conflict)
    limit = code_of(lambda: raised(SUPERVISOR, "limit"), CaseworkError)
    head = code_of(lambda: raised(HEAD, "wrong_fee"), Forbidden)
    foreign = code_of(lambda: raised("supervisor.lichuan", "wrong_fee"), NotFound)

    assert (twice, limit, head, foreign) == ("card_exists", "invalid", "not_permitted", "case_unknown")
    cards = cards_of(installed, case_no)
    assert [(card.colour, card.cause, card.content) for card in cards] == [
        ("abnormal", "wrong_fee", "多收工本费"),
        ("abnormal", "no_reasons", "多收工本费"),
    ]
    assert {card.raised_by for card in cards} == {f"staff:{installed.person(SUPERVISOR).staff_id}"}
    assert {card.handler for card in cards} == {installed.person(REVIEWER).name}
    assert len(queued(installed, "card_abnormal")) == 2


def test_scores_leave_revoked_cards_out(installed: World, case_no: str) -> None:
    other = accepted(installed)
    run_timer(installed, 2026, 3, 11, 9, 0)
    first = cards_of(installed, other)[0]
    revoke_card(installed.container.context, installed.person(SUPERVISOR), target(first), reason=SAID)

    with installed.container.context.database.read() as connection:
        scores = score_departments(connection, installed.person(SUPERVISOR).scope)
        elsewhere = score_departments(connection, installed.person("supervisor.lichuan").scope)

    (score,) = [item for item in scores if item.department == "恩施市市场监督管理局"]
    cards = [*cards_of(installed, case_no), *cards_of(installed, other)]
    assert score.revoked == 1
    assert score.issued == len(cards) - 1
    assert score.yellow == sum(card.colour == "yellow" for card in cards) - 1
    assert elsewhere == ()


def test_cards_due_inside_a_closure_are_revoked_in_a_batch(installed: World, case_no: str) -> None:
    run_timer(installed, *LATE)
    supervisor, due_at = installed.person(SUPERVISOR), cards_of(installed, case_no)[0].due_at
    context = installed.container.context
    assert due_at is not None

    with context.database.write() as uow:
        change_case(
            uow,
            context,
            Target(case_id=case_id_of(installed, case_no)),
            lambda work: {
                "revoked": revoke_cards_due_within(work, began_at=due_at, ended_at=due_at, reason="洪水停止办公")
            },
            actor=actor_of(supervisor),
        )

    states = {(card.clock, card.state) for card in cards_of(installed, case_no)}
    assert ("promised", "revoked") in states
    assert ("promised", "issued") not in states


def promoted(world: World, login: str) -> None:
    """Let an officer be a supervisor of the county beside what they are."""
    person = world.person(login)
    assert person.staff_id is not None
    hall = world.person(SUPERVISOR).memberships[0].department_id
    with world.container.context.database.write() as uow:
        set_roles(uow, person.staff_id, department_id=hall, roles=["supervisor"], now=uow.now())
