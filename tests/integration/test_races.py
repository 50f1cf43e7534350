"""Two at once on one case: one goes first, the other sees what it did. Nobody's work is lost, nothing happens twice."""

import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.container import MESSAGE_HANDLERS
from app.domain.actor import system_actor
from app.domain.request_key import RequestKey, request_key
from app.domain.vocabulary import Lane
from app.operations.complete_task import Completion, complete_task
from app.operations.deliver_outbox import deliver_outbox
from app.operations.deploy_rules import deploy_rules
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.receive_application import receive_application
from app.storage.tables import audit_entry, case_file, decision_record
from tests.many_cases import count_broken_chains
from tests.racing import race, refusals
from tests.world import World, application_for

DEPARTMENTS = ("ga", "rs", "sw", "gjj", "bank", "wj", "yb", "zj")
LAST = (("公章刻制备案", "ga"), ("社会保险登记", "rs"), ("住房公积金缴存登记", "gjj"))
TOO_LATE = ("decision_after_due", "decision_after_deemed")
RACES = 8
END_OF_PROMISE = (2026, 3, 9, 17, 29)
END_OF_SETTLING = (2026, 3, 9, 17, 33)


def handing_in(
    world: World, case_no: str, element: str, login: str, outcome: str, key: RequestKey | None = None, **answers: object
) -> Callable[[], object]:
    """Return the completion of an open task as an act that can be started later."""
    task = world.open_task(case_no, element)
    completion = Completion(task_id=int(task.id), version=task.version, outcome=outcome, data=answers)
    return partial(complete_task, world.container.context, world.person(login), completion, request=key)


def kinds_of(world: World, case_no: str) -> Counter[str]:
    """Count the audit entries of a case by kind."""
    with world.container.context.database.read() as connection:
        query = sa.select(audit_entry.c.kind).join(case_file, case_file.c.id == audit_entry.c.case_id)
        return Counter(connection.scalars(query.where(case_file.c.case_no == case_no)))


def chains_are_whole(world: World) -> bool:
    with world.container.context.database.read() as connection:
        return count_broken_chains(connection) == 0


def test_two_clerks_on_one_task(installed: World) -> None:
    case_no = installed.apply("bench-three-tasks")
    installed.complete(case_no, "first", "reviewer.enshi", "accept")
    both = [handing_in(installed, case_no, "second", "reviewer2.enshi", "pass") for _ in range(2)]

    outcomes = race(both)

    assert refusals(outcomes) == ["task_closed"]
    assert kinds_of(installed, case_no)["task_completed"] == 1
    assert chains_are_whole(installed)


def test_same_request_twice_at_once_is_done_once(installed: World) -> None:
    case_no = installed.apply("bench-three-tasks")
    clerk = installed.person("reviewer.enshi")
    key = request_key(actor_id=clerk.account_id, method="POST", path="/completion", key="k-1", body=b"accept")
    both = [handing_in(installed, case_no, "first", "reviewer.enshi", "accept", key) for _ in range(2)]

    outcomes = race(both)

    assert refusals(outcomes) == []
    assert outcomes[0].answer == outcomes[1].answer
    assert kinds_of(installed, case_no)["case_accepted"] == 1


def test_same_application_twice_at_once_opens_one_case(installed: World) -> None:
    context, applicant = installed.container.context, installed.person("applicant1")
    key = request_key(actor_id=applicant.account_id, method="POST", path="/applications", key="k-2", body=b"once")
    receive = partial(receive_application, context, applicant, application_for("bench-three-tasks"), request=key)

    outcomes = race([receive, receive])

    assert refusals(outcomes) == []
    assert outcomes[0].answer == outcomes[1].answer
    with context.database.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(case_file)) == 1


@pytest.fixture
def joint(installed: World, tmp_path: Path) -> str:
    """A case in which eight departments have a task at the same time."""
    container = installed.container
    bpmn, rules = tmp_path / "bpmn", tmp_path / "rules"
    shutil.copytree(container.settings.bpmn_dir, bpmn)
    shutil.copytree(container.settings.rules_dir, rules)
    (bpmn / "processes" / "eight").mkdir()
    (bpmn / "processes" / "eight" / "process.bpmn").write_text(eight_branches(), encoding="utf-8")
    bench = rules / "matters" / "bench"
    matter = (bench / "bench-three-tasks.toml").read_text(encoding="utf-8")
    named = matter.replace("bench-three-tasks", "eight").replace("DEMO999999499", "DEMO999999488")
    (bench / "eight.toml").write_text(named, encoding="utf-8")
    deploy_rules(container.context, bpmn_dir=bpmn, rules_dir=rules, actor=system_actor("setup"))
    container.context.library.current()
    case_no = installed.apply("eight")
    installed.complete(case_no, "first", "reviewer.enshi", "accept")
    return case_no


def eight_branches() -> str:
    """Return a diagram: accepted, examined by eight departments side by side, decided."""
    tasks = "".join(
        f'<bpmn:userTask id="t_{code}" name="t" lb:role="reviewer" lb:office="422801-{code}" lb:outcomes="pass"/>'
        for code in DEPARTMENTS
    )
    flows = [("start", "first"), ("first", "fork"), ("join", "third"), ("third", "end")]
    for code in DEPARTMENTS:
        flows += [("fork", f"t_{code}"), (f"t_{code}", "join")]
    drawn = "".join(
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(flows)
    )
    return (
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:lb="urn:lianban:bpmn:1"'
        ' id="definitions_eight" targetNamespace="urn:lianban:diagrams">'
        '<bpmn:process id="eight" name="eight" isExecutable="true"><bpmn:startEvent id="start" name="start"/>'
        '<bpmn:userTask id="first" name="first" lb:role="window_clerk" lb:office="owner" lb:outcomes="accept"'
        ' lb:startsClock="promised"/><bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>'
        '<bpmn:userTask id="third" name="third" lb:role="decider" lb:office="owner" lb:outcomes="approve,refuse"'
        f' lb:decides="true"/><bpmn:endEvent id="end" name="end"/>{tasks}{drawn}</bpmn:process></bpmn:definitions>'
    )


def test_eight_departments_on_one_case_at_once(installed: World, joint: str, kind: str) -> None:
    branches = [handing_in(installed, joint, f"t_{code}", f"{code}1.enshi", "pass") for code in DEPARTMENTS]

    began = time.monotonic()
    outcomes = race(branches)
    seconds = time.monotonic() - began

    sys.stdout.write(f"{kind}: {len(DEPARTMENTS)} departments at once in {seconds:.2f} s\n")
    assert refusals(outcomes) == []
    assert installed.open_task(joint, "third").state == "open"
    assert kinds_of(installed, joint)["task_completed"] == len(DEPARTMENTS)
    assert chains_are_whole(installed)


def test_members_that_close_at_once_are_joined_once_each(installed: World) -> None:
    parent = installed.apply_theme("startup", needs_seal="yes", has_employees="yes", needs_bank="no")
    installed.complete(parent, "check", "window.enshi", "accept")
    close_member(installed, parent, "企业设立登记", "reviewer.enshi", "decider.enshi")()
    deliver(installed)
    lasts = [close_member(installed, parent, name, f"{office}1.enshi", f"{office}2.enshi") for name, office in LAST]
    tax = installed.member_no(parent, "发票申领")
    reporting = handing_in(installed, tax, "report", "sw2.enshi", "done", external_no="WB-2026-001")

    outcomes = race([*lasts, reporting])
    joins = race([partial(deliver, installed)] * 3)

    assert refusals(outcomes) + refusals(joins) == []
    assert kinds_of(installed, parent)["member_joined"] == 1 + len(LAST) + 1
    assert installed.open_task(parent, "deliver").state == "open"
    assert chains_are_whole(installed)


def close_member(world: World, parent: str, name: str, reviewer: str, decider: str) -> Callable[[], object]:
    """Bring a member case before its decision. Returns the decision."""
    member = world.member_no(parent, name)
    world.complete(member, "review", reviewer, "pass", opinion="同意")
    return handing_in(world, member, "decide", decider, "approve")


def deliver(world: World) -> None:
    while deliver_outbox(world.container.context, world.container.channel, MESSAGE_HANDLERS):
        continue


def test_clerk_against_approval_by_default_has_one_winner(installed: World, kind: str) -> None:
    """The clerk hands in a moment before the end of the promise; the tick comes when the settle time is over, and
    once more a second later: the first leaves alone what the clerk has in hand."""
    winners: Counter[str] = Counter()

    for number in range(RACES):
        case_no = before_decision(installed)
        installed.at(*END_OF_PROMISE)
        decide = handing_in(installed, case_no, "decide", "decider.enshi", "approve")
        tick = partial(tick_after_settling, installed)
        clerk, _tick = race([partial(after_ms, 8 - number, decide), partial(after_ms, 4 * number, tick)])
        tick()
        winners[clerk.refusal or "clerk"] += 1
        decided_by = decision_of(installed, case_no)
        assert decided_by.startswith("staff:") == (not clerk.refusal)
        assert clerk.refusal in {"", *TOO_LATE}
        assert kinds_of(installed, case_no)["case_decided"] + kinds_of(installed, case_no)["deadline_fired"] == 1

    sys.stdout.write(f"{kind}: {dict(winners)}\n")
    assert chains_are_whole(installed)


def before_decision(world: World) -> str:
    world.at(2026, 3, 2, 9, 30)
    case_no = world.apply("restaurant-food")
    world.complete(case_no, "check", "window.enshi", "accept")
    world.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    return case_no


def after_ms(wait_ms: int, act: Callable[[], object]) -> object:
    """Act a little later, so that each race meets another moment of the other side."""
    time.sleep(wait_ms / 1_000)
    return act()


def tick_after_settling(world: World) -> None:
    world.at(*END_OF_SETTLING)
    fire_due_deadlines(world.container.context, Lane.MOVE, limit=RACES, budget_ms=10_000)


def decision_of(world: World, case_no: str) -> str:
    """Return who decided a case; there is one decision, or none to return."""
    with world.container.context.database.read() as connection:
        query = sa.select(decision_record.c.decided_by).join(case_file, case_file.c.id == decision_record.c.case_id)
        return str(connection.scalars(query.where(case_file.c.case_no == case_no)).one())
