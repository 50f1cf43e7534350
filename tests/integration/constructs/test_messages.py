"""Messages of a deployed diagram: from programs over the API, between cases through the outbox, and against deadlines."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.container import MESSAGE_HANDLERS
from app.domain.authority import Scope
from app.domain.event_message import EventMessage
from app.domain.vocabulary import Lane
from app.operations.deliver_message import deliver_message
from app.operations.deliver_outbox import deliver_outbox
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.receive_message import receive_message
from app.operations.sign_in import sign_in
from app.storage.message_waits import waits_from_outside
from app.storage.tables import case_file, message_wait
from app.web.sign_in import COOKIE
from tests.drawing import boundary, node, path, step, sub_process, timer, trigger
from tests.integration.constructs.conftest import KEY as SHIPPED
from tests.integration.constructs.conftest import Bench
from tests.new_versions import asked, migrated, outcome_of, renamed, version_of
from tests.racing import race, refusals
from tests.web.api_world import SUPERVISOR, WINDOW, done, refused
from tests.world import PASSWORD

INTEGRATOR = "integrator.es"
MESSAGE = trigger("message")
ASKS, KEY = 'lb:form="review"', 'lb:correlation="answers.one.opinion"'
BROUGHT = 'lb:accepts="receipt_no, amount"'
RACE = "".join(
    (
        step("one", attributes=ASKS) + step("a") + step("b"),
        node("eventBasedGateway", "race") + node("exclusiveGateway", "out"),
        node("intermediateCatchEvent", "paid", MESSAGE, f"{KEY} {BROUGHT}"),
        node("intermediateCatchEvent", "late", timer("2H")),
        path("one", "race", "paid", "a", "out") + path("race", "late", "b", "out"),
    )
)
HOURS = timedelta(hours=3)


def raced(bench: Bench, key: str) -> str:
    """A case that waits for the message `paid` with this key, or two hours."""
    case_no = bench.begun(RACE, first="one", last="out")
    bench.do(case_no, "one", opinion=key)
    return case_no


def waits_of(bench: Bench, case_no: str) -> list[tuple[str, str]]:
    """Return element and key of the open waits of a case."""
    columns = message_wait.c
    query = sa.select(columns.element, columns.correlation).join(case_file, case_file.c.id == columns.case_id)
    with bench.world.container.context.database.read() as connection:
        rows = connection.execute(query.where(case_file.c.case_no == case_no).order_by(columns.id)).all()
    return [(row.element, row.correlation) for row in rows]


def deliver(bench: Bench) -> None:
    """Send what lies in the outbox."""
    while deliver_outbox(bench.world.container.context, bench.world.container.channel, MESSAGE_HANDLERS):
        continue


def test_message_wins_over_its_deadline_and_brings_what_the_event_lists(bench: Bench) -> None:
    case_no = raced(bench, "P-1")
    before = (waits_of(bench, case_no), bench.stands(case_no))
    sent = {"name": "paid", "correlation_key": "P-1", "variables": {"receipt_no": "R-7", "amount": 120}}

    answer = done(bench.call(INTEGRATOR).post("/messages", sent, Idempotency_Key="pay-1"))
    again = done(bench.call(INTEGRATOR).post("/messages", sent, Idempotency_Key="pay-1"))

    assert before == ([("paid", "P-1")], ["late", "paid"])
    assert answer == again
    assert (answer["element"], answer["case"]["case_no"]) == ("paid", case_no)
    assert (bench.open(case_no), bench.armed(case_no), waits_of(bench, case_no)) == (["a"], [], [])
    assert bench.variables(case_no)["messages"] == {"paid": {"receipt_no": "R-7", "amount": 120}}
    assert bench.happened(case_no)[-1] == "message_received"
    bench.do(case_no, "a")
    bench.closes(case_no)


def test_deadline_wins_and_the_message_comes_too_late(bench: Bench) -> None:
    case_no = raced(bench, "P-2")

    bench.fire(HOURS)

    assert (bench.open(case_no), waits_of(bench, case_no)) == (["b"], [])
    problem = refused(
        bench.call(INTEGRATOR).post("/messages", {"name": "paid", "correlation_key": "P-2"}),
        404,
        "message_not_expected",
    )
    assert "P-2" in problem["detail"]


@pytest.mark.parametrize(
    ("variables", "pointer", "code"),
    [
        ({"decision": "approve"}, "/variables/decision", "message_value_unknown"),
        ({"amount": [1]}, "/variables/amount", "message_value_kind"),
        ({"amount": 2**70}, "/variables/amount", "message_value_kind"),
        ({"receipt_no": "x" * 2_001}, "/variables/receipt_no", "message_value_long"),
    ],
)
def test_values_the_event_does_not_list_are_refused(
    bench: Bench, variables: dict[str, object], pointer: str, code: str
) -> None:
    case_no = raced(bench, f"values {pointer} {code}")
    before = bench.case(case_no)["version"]

    answer = bench.call(INTEGRATOR).post("/messages", {"name": "paid", "case_no": case_no, "variables": variables})

    fault = refused(answer, 422, "invalid")["errors"][0]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert (bench.case(case_no)["version"], len(waits_of(bench, case_no))) == (before, 1)


def test_message_for_several_waits_is_for_none_until_the_case_is_named(bench: Bench) -> None:
    first, second = raced(bench, "P-3"), raced(bench, "P-3")
    sent = {"name": "paid", "correlation_key": "P-3"}

    refused(bench.call(INTEGRATOR).post("/messages", sent), 409, "message_ambiguous")
    done(bench.call(INTEGRATOR).post("/messages", {**sent, "case_no": second}))

    assert (bench.open(first), bench.open(second)) == ([], ["a"])


def test_only_integrators_send_and_only_to_their_regions(bench: Bench) -> None:
    case_no = raced(bench, "P-4")
    elsewhere, here = Scope(counties=frozenset({"422802"})), Scope(counties=frozenset({"422801"}))
    message = EventMessage(name="paid", key="P-4")

    refused(bench.call(WINDOW).post("/messages", {"name": "paid", "case_no": case_no}), 403, "not_permitted")
    refused(bench.call(INTEGRATOR).post("/messages", {"name": "paid"}), 422, "invalid")

    with bench.world.container.context.database.read() as connection:
        assert waits_from_outside(connection, message, elsewhere) == ()
        assert [row.element for row in waits_from_outside(connection, message, here)] == ["paid"]


def test_of_two_equal_messages_at_the_same_moment_one_is_heard(bench: Bench) -> None:
    case_no = raced(bench, "P-5")
    context, person = bench.world.container.context, bench.world.person(INTEGRATOR)
    message = EventMessage(name="paid", key="P-5")

    outcomes = race([lambda: receive_message(context, person, message)] * 2)

    assert refusals(outcomes) == ["message_not_expected"]
    assert (bench.open(case_no), bench.happened(case_no).count("message_received")) == (["a"], 1)


def test_message_and_deadline_at_the_same_moment_lead_one_way(bench: Bench) -> None:
    case_no = raced(bench, "P-6")
    context, person = bench.world.container.context, bench.world.person(INTEGRATOR)
    message = EventMessage(name="paid", key="P-6")
    bench.world.clock.advance(HOURS)

    outcomes = race(
        [
            lambda: receive_message(context, person, message),
            lambda: fire_due_deadlines(context, Lane.MOVE, limit=20, budget_ms=10_000),
        ]
    )
    bench.fire(timedelta(seconds=1))

    came_too_late = refusals(outcomes) == ["message_not_expected"]
    assert bench.open(case_no) == (["b"] if came_too_late else ["a"])
    assert (bench.armed(case_no), waits_of(bench, case_no)) == ([], [])


@pytest.mark.parametrize(("interrupting", "open_after"), [(True, ["told"]), (False, ["told", "told", "work"])])
def test_message_beside_a_step_comes_again_unless_it_ends_the_step(
    bench: Bench, open_after: list[str], *, interrupting: bool
) -> None:
    drawn = "".join(
        (
            step("work") + step("told") + node("exclusiveGateway", "out"),
            boundary("letter", "work", MESSAGE, interrupting=interrupting),
            node("endEvent", "heard") if not interrupting else "",
            path("work", "out") + path("letter", "told", "out" if interrupting else "heard"),
        )
    )
    case_no = bench.begun(drawn, first="work", last="out")
    sent = {"name": "letter", "case_no": case_no}

    done(bench.call(INTEGRATOR).post("/messages", sent))
    second = bench.call(INTEGRATOR).post("/messages", sent)

    assert second.status_code == (404 if interrupting else 200)
    assert bench.open(case_no) == open_after
    assert waits_of(bench, case_no) == ([] if interrupting else [("letter", "")])


def test_message_opens_an_event_sub_process(bench: Bench) -> None:
    start = node("startEvent", "called", MESSAGE, 'isInterrupting="false"')
    handler = node(
        "subProcess",
        "aside",
        start + step("told") + node("endEvent", "heard") + path("called", "told", "heard"),
        'triggeredByEvent="true"',
    )
    part = sub_process(
        "part", step("work"), node("endEvent", "part_end"), path("part_start", "work", "part_end"), handler
    )
    case_no = bench.begun(part, first="part", last="part")

    done(bench.call(INTEGRATOR).post("/messages", {"name": "called", "case_no": case_no}))

    assert bench.open(case_no) == ["told", "work"]


def test_wait_keeps_its_key_when_its_case_goes_to_a_version_that_calls_it_otherwise(bench: Bench) -> None:
    case_no = raced(bench, "P-8")
    before = version_of(bench.world, case_no)
    bench.deploy(lambda _source: renamed("paid", "settled")(bench.deployed))

    request = asked({"paid": "settled"}, key=SHIPPED, from_version=before, to_version=before + 1)
    run = migrated(bench.world, request)

    assert outcome_of(bench.world, run, case_no)[0] == "moved"
    assert waits_of(bench, case_no) == [("settled", "P-8")]
    done(bench.call(INTEGRATOR).post("/messages", {"name": "settled", "correlation_key": "P-8"}))
    assert bench.open(case_no) == ["a"]


WAITING = step("one", attributes=ASKS) + node("receiveTask", "told", "", f"{KEY} {BROUGHT}") + path("one", "told")
TELLING = "".join(
    (
        step("one", attributes=ASKS),
        node("intermediateThrowEvent", "tell", trigger("message", attributes='messageRef="news"'), f"{KEY} {{}}"),
        path("one", "tell"),
    )
)
NEWS = '<bpmn:message id="news" name="told"/><bpmn:process'
SENDS = "lb:input='{ receipt_no: \"R-9\", other: 1 }'"


def told_by_another(bench: Bench, key: str) -> str:
    """A case that sent the message `told` with this key; the outbox has not been looked at."""
    drawn = TELLING.format(SENDS)
    case_no = bench.begun(drawn, first="one", last="tell", swap=("<bpmn:process", NEWS))
    bench.do(case_no, "one", opinion=key)
    return case_no


def test_message_of_one_case_reaches_the_case_with_its_key_once(bench: Bench) -> None:
    waiting = bench.begun(WAITING, first="one", last="told")
    bench.do(waiting, "one", opinion="K-1")
    sender = told_by_another(bench, "K-1")
    before = bench.open(waiting)

    deliver(bench)
    sender_id, seq = int(bench.case(sender)["id"]), bench.happened(sender).index("message_thrown") + 1
    payload = {"case_id": str(sender_id), "seq": seq, "element": "tell", "name": "told", "key": "K-1", "data": {}}
    deliver_message(bench.world.container.context, payload)

    assert (before, bench.open(waiting)) == ([], ["handle"])
    assert bench.variables(waiting)["messages"] == {"told": {"receipt_no": "R-9"}}
    assert bench.happened(waiting).count("message_received") == 1
    assert "message_undelivered" not in bench.happened(sender)


def test_case_that_stands_still_hears_a_message_when_it_goes_on(bench: Bench) -> None:
    waiting = bench.begun(WAITING, first="one", last="told")
    bench.do(waiting, "one", opinion="K-3")
    told_by_another(bench, "K-3")
    intervene(bench, waiting, "pause")

    deliver(bench)
    heard_in_the_pause = "message_received" in bench.happened(waiting)
    problem = bench.call(INTEGRATOR).post("/messages", {"name": "told", "case_no": waiting})
    intervene(bench, waiting, "resume")
    bench.world.clock.advance(timedelta(minutes=6))
    deliver(bench)

    refused(problem, 409, "case_paused")
    assert (heard_in_the_pause, bench.open(waiting)) == (False, ["handle"])


def intervene(bench: Bench, case_no: str, kind: str) -> None:
    """Let the supervisor pause or resume a case."""
    version = bench.case(case_no)["version"]
    sent = {"kind": kind, "reason": "核查数据"}
    done(bench.call(SUPERVISOR).post(f"/cases/{case_no}/interventions", sent, If_Match=f'"{version}"'))


def test_message_nobody_waits_for_is_told_in_the_history_of_its_case(bench: Bench) -> None:
    sender = told_by_another(bench, "K-2")

    deliver(bench)

    assert bench.happened(sender)[-2:] == ["message_thrown", "message_undelivered"]
    assert done(bench.call(SUPERVISOR).get("/incidents"))["items"] == []
    assert bench.open(sender) == ["handle"]


def test_page_of_the_case_says_what_it_waits_for(bench: Bench) -> None:
    case_no = raced(bench, "P-7")
    client = bench.site.test_client()
    session = sign_in(bench.world.container.context, login=SUPERVISOR, password=PASSWORD)
    client.set_cookie(COOKIE, session.token)

    page = client.get(f"/cases/{case_no}").text

    assert "等待此消息，自" in page
    assert "P-7" not in page.split("等待的消息")[1].split("</ul>")[0]
