"""Signals of a deployed diagram: every case in scope that waits hears one once, and nobody else."""

from datetime import timedelta
from functools import partial

import orjson
import sqlalchemy as sa

from app.container import MESSAGE_HANDLERS
from app.operations.deliver_outbox import deliver_outbox
from app.operations.deliver_signal import deliver_signal
from app.storage.tables import audit_entry, case_file, message_wait, outbox
from tests.drawing import boundary, node, path, step, trigger
from tests.integration.constructs.conftest import MATTER, Bench
from tests.integration.constructs.test_messages import deliver, intervene
from tests.web.api_world import APPLICANT

REGION, BUNDLE = "shared_platform_restored", "joint_visit_held"
SIGNAL = trigger("signal", attributes='signalRef="said"')
HEARS = node("intermediateCatchEvent", "hear", SIGNAL)
THROWS = step("one") + node("intermediateThrowEvent", "say", SIGNAL) + path("one", "say")
ELSEWHERE = "422802"
SECOND = timedelta(seconds=1)


def named(name: str) -> tuple[str, str]:
    return ("<bpmn:process", f'<bpmn:signal id="said" name="{name}"/><bpmn:process')


def waiting(bench: Bench, name: str, count: int) -> list[str]:
    """Return the numbers of cases that wait for a signal."""
    return [bench.begun(HEARS, first="hear", last="hear", swap=named(name)) for _ in range(count)]


def thrower(bench: Bench, name: str) -> str:
    """A case that throws the signal when its step `one` is done."""
    return bench.begun(THROWS, first="one", last="say", swap=named(name))


def heard(bench: Bench, case_no: str) -> int:
    """Count the signals in the history of a case of any county."""
    query = sa.select(sa.func.count()).select_from(audit_entry).join(case_file, case_file.c.id == audit_entry.c.case_id)
    with bench.world.container.context.database.read() as connection:
        found = connection.scalar(query.where(case_file.c.case_no == case_no, audit_entry.c.kind == "signal_received"))
    return found or 0


def waits(bench: Bench, case_no: str) -> int:
    """Count the open waits of a case of any county."""
    query = (
        sa.select(sa.func.count()).select_from(message_wait).join(case_file, case_file.c.id == message_wait.c.case_id)
    )
    with bench.world.container.context.database.read() as connection:
        return connection.scalar(query.where(case_file.c.case_no == case_no)) or 0


def deliver_everything_again(bench: Bench) -> None:
    """Deliver what was sent of signals a second time, as after a crash between sending and marking."""
    with bench.world.container.context.database.write() as uow:
        uow.connection.execute(outbox.update().where(outbox.c.dedup_key.startswith("signal:")).values(state=0))
    deliver(bench)


def queued(bench: Bench) -> list[str]:
    """Return what each message of the newest throw is about, in the order they were queued: its handler."""
    with bench.world.container.context.database.read() as connection:
        rows = connection.execute(sa.select(outbox.c.payload, outbox.c.dedup_key).order_by(outbox.c.id)).all()
    thrown = [(row.dedup_key, orjson.loads(row.payload)) for row in rows if row.dedup_key.startswith("signal:")]
    newest = max((int(payload["case_id"]), payload["seq"]) for _, payload in thrown)
    return [str(payload["message"]) for _, payload in thrown if (int(payload["case_id"]), payload["seq"]) == newest]


def test_signal_of_a_county_is_heard_once_by_each_of_its_cases_that_waits(bench: Bench) -> None:
    here = waiting(bench, REGION, 3)
    there = str(bench.call(APPLICANT).apply(MATTER, ELSEWHERE)["case_no"])
    other_name = waiting(bench, BUNDLE, 1)[0]
    sender = thrower(bench, REGION)
    bench.do(sender, "one")
    before = [heard(bench, case_no) for case_no in here]

    deliver(bench)
    deliver_everything_again(bench)

    assert (before, [heard(bench, case_no) for case_no in here]) == ([0, 0, 0], [1, 1, 1])
    assert [bench.open(case_no) for case_no in here] == [["handle"]] * 3
    assert [waits(bench, case_no) for case_no in (*here, there, other_name)] == [0, 0, 0, 1, 1]
    assert (heard(bench, there), heard(bench, other_name)) == (0, 0)
    assert (bench.happened(sender).count("signal_thrown"), heard(bench, sender)) == (1, 0)
    bench.closes(here[0])


def test_signal_of_a_bundle_is_heard_by_the_joint_case_and_its_members_alone(bench: Bench) -> None:
    joint, member, stranger = waiting(bench, BUNDLE, 3)
    sender = thrower(bench, BUNDLE)
    with bench.world.container.context.database.write() as uow:
        joint_id = sa.select(case_file.c.id).where(case_file.c.case_no == joint)
        members = case_file.update().where(case_file.c.case_no.in_([member, sender]))
        uow.connection.execute(members.values(parent_case_id=uow.connection.scalar(joint_id)))

    bench.do(sender, "one")
    deliver(bench)

    assert [heard(bench, case_no) for case_no in (joint, member, stranger)] == [1, 1, 0]


def test_more_cases_than_one_run_tells_are_told_by_the_next_one(bench: Bench) -> None:
    cases = waiting(bench, REGION, 5)
    sender = thrower(bench, REGION)
    bench.do(sender, "one")
    by_two = {**MESSAGE_HANDLERS, "deliver_signal": partial(deliver_signal, most=2)}
    context, channel = bench.world.container.context, bench.world.container.channel

    while deliver_outbox(context, channel, by_two):
        continue

    assert [heard(bench, case_no) for case_no in cases] == [1] * 5
    assert (queued(bench).count("deliver_signal"), queued(bench).count("give_signal")) == (3, 5)


def test_signal_beside_a_step_is_heard_again_with_the_next_throw(bench: Bench) -> None:
    drawn = "".join(
        (
            step("work") + step("told") + node("exclusiveGateway", "out") + node("endEvent", "heard"),
            boundary("news", "work", SIGNAL, interrupting=False),
            path("work", "out") + path("news", "told", "heard"),
        )
    )
    case_no = bench.begun(drawn, first="work", last="out", swap=named(REGION))
    first, second = thrower(bench, REGION), thrower(bench, REGION)

    bench.do(first, "one")
    deliver(bench)
    deliver_everything_again(bench)
    once = bench.open(case_no)
    bench.do(second, "one")
    deliver(bench)

    assert (once, bench.open(case_no)) == (["told", "work"], ["told", "told", "work"])
    assert waits(bench, case_no) == 1
    bench.do(case_no, "work")
    assert waits(bench, case_no) == 0


def test_case_that_stands_still_hears_a_signal_when_it_goes_on(bench: Bench) -> None:
    paused, other = waiting(bench, REGION, 2)
    sender = thrower(bench, REGION)
    intervene(bench, paused, "pause")

    bench.do(sender, "one")
    deliver(bench)
    in_the_pause = (heard(bench, paused), heard(bench, other))
    intervene(bench, paused, "resume")
    with bench.world.container.context.database.read() as connection:
        held_until = connection.scalar(sa.select(sa.func.max(outbox.c.next_at)).where(outbox.c.state == 0))
    bench.world.clock.set(held_until)
    deliver(bench)

    assert (in_the_pause, bench.open(paused)) == ((0, 1), ["handle"])


def test_case_that_begins_to_wait_after_the_throw_hears_the_next_one_only(bench: Bench) -> None:
    sender, second = thrower(bench, REGION), thrower(bench, REGION)
    bench.do(sender, "one")
    bench.world.clock.advance(SECOND)
    late = waiting(bench, REGION, 1)[0]

    deliver(bench)
    too_early = (heard(bench, late), waits(bench, late))
    bench.do(second, "one")
    deliver(bench)

    assert (too_early, heard(bench, late), waits(bench, late)) == ((0, 1), 1, 0)
