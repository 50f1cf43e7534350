"""Work for programs outside: fetched by one, reported once, tried again, and gone with its token."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import cast

import orjson
import pytest
import sqlalchemy as sa

from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.domain.external_task import Failure
from app.domain.intervention import Intervention, InterventionKind
from app.domain.vocabulary import Lane
from app.operations.fetch_external_tasks import FetchInput, fetch_external_tasks
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.operations.intervene import intervene_in_case
from app.operations.retry_incident import retry_incident
from app.operations.withdraw_case import withdraw_case
from app.queries.case_page import find_case_id, get_case, list_history
from app.queries.failures import OpenIncident, list_incidents
from app.queries.machine import read_machine_figures
from app.storage.tables import case_file, case_input, external_task, outbox
from tests.external_work import (
    INTEGRATOR,
    MATTER,
    STEP,
    TOPIC,
    WORKER,
    complete,
    fail,
    fetch,
    row_of,
)
from tests.racing import race, refusals
from tests.world import START, World

SUPERVISOR = "supervisor.es"


@pytest.fixture
def world(shared_world: World) -> World:
    """A deployed world without work from the test before."""
    shared_world.clock.set(START)
    with shared_world.container.context.database.write() as uow:
        uow.connection.execute(external_task.delete())
    return shared_world


def case_id_of(world: World, case_no: str) -> int:
    with world.container.context.database.read() as connection:
        return find_case_id(connection, world.person(SUPERVISOR).scope, case_no)


def open_elements(world: World, case_no: str) -> set[str]:
    with world.container.context.database.read() as connection:
        view = get_case(connection, world.person(SUPERVISOR).scope, case_no)
    return {task.element for task in view.tasks if task.state in ("open", "claimed")}


def kinds(world: World, case_no: str) -> list[str]:
    with world.container.context.database.read() as connection:
        return [entry.kind for entry in list_history(connection, case_id_of(world, case_no))]


def incidents(world: World, case_no: str, login: str = SUPERVISOR) -> list[OpenIncident]:
    with world.container.context.database.read() as connection:
        page = list_incidents(connection, world.person(login).scope, secret="s")
    return [item for item in page.items if isinstance(item, OpenIncident) and item.case_no == case_no]


def later(world: World, **span: float) -> None:
    world.clock.advance(timedelta(**span))


def intervene(world: World, case_no: str, kind: InterventionKind, **what: str) -> Mapping[str, object]:
    """Do something as a supervisor. Returns what followed from it."""
    case_id = case_id_of(world, case_no)
    with world.container.context.database.read() as connection:
        version = connection.scalar(sa.select(case_file.c.version).where(case_file.c.id == case_id))
    asked = Intervention(kind=kind, reason="接口故障", version=int(version or 0), **what)
    done = intervene_in_case(world.container.context, world.person(SUPERVISOR), case_id=case_id, asked=asked)
    return cast("Mapping[str, object]", done["effects"])


def test_program_gets_the_declared_variables_and_nothing_else(world: World) -> None:
    world.apply(MATTER)

    (task,) = fetch(world)

    assert dict(task.variables) == {"company_name": "恩施好味餐饮有限公司", "company_type": "limited"}
    assert (task.topic, task.lease, task.retries) == (TOPIC, 1, 3)
    assert task.leased_until - world.clock.now() == timedelta(seconds=60)


def test_completion_opens_the_next_step_in_the_same_commit(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)

    answer = complete(world, task, {"register_status": "open", "registered_on": "2020-01-31"})

    assert answer == {"id": task.id, "state": "completed", "retrying": []}
    assert open_elements(world, case_no) == {"handle"}
    assert row_of(world, case_no) is None
    assert kinds(world, case_no)[-1] == "external_task_completed"
    with world.container.context.database.read() as connection:
        of_step = sa.select(case_input.c.answers).where(case_input.c.element == STEP)
        kept = connection.scalar(of_step.where(case_input.c.case_id == case_id_of(world, case_no)))
    assert orjson.loads(cast("str", kept)) == {"register_status": "open", "registered_on": "2020-01-31"}


def test_a_condition_reads_what_the_program_returned(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)

    complete(world, task, {"register_status": "revoked"})

    assert open_elements(world, case_no) == {"verify"}


def test_report_sent_twice_gets_its_first_answer_and_does_nothing(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)
    first = complete(world, task)

    again = complete(world, task)

    assert again == first
    assert kinds(world, case_no).count("external_task_completed") == 1
    with pytest.raises(InvalidInput, match="idempotency_mismatch"):
        complete(world, task, body=b'{"other": 1}')


def test_every_faulty_variable_is_told_with_its_place(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)

    with pytest.raises(InvalidInput) as refused:
        complete(world, task, {"register_status": "closed", "registered_on": "31.1.2020", "owner/x": "王"})

    assert {(item["pointer"], item["code"]) for item in refused.value.items} == {
        ("/variables/register_status", "option_unknown"),
        ("/variables/registered_on", "date_malformed"),
        ("/variables/owner~1x", "answer_unknown"),
    }
    assert row_of(world, case_no) is not None


def test_nobody_else_gets_a_task_while_its_lease_runs(world: World) -> None:
    world.apply(MATTER)
    (task,) = fetch(world, worker="one")

    assert fetch(world, worker="two") == ()
    later(world, seconds=61)
    (again,) = fetch(world, worker="two")

    assert (again.id, again.lease) == (task.id, 2)
    with pytest.raises(Conflict, match="lease_lost"):
        complete(world, task, worker="one")
    complete(world, again, worker="two")


def test_program_that_is_late_may_still_report_while_nobody_took_the_task(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world, lease_s=5)
    later(world, seconds=30)

    complete(world, task)

    assert open_elements(world, case_no) == {"handle"}


@pytest.mark.parametrize(("worker", "lease"), [("somebody", 1), (WORKER, 2)])
def test_only_the_holder_of_the_lease_reports(world: World, worker: str, lease: int) -> None:
    world.apply(MATTER)
    (task,) = fetch(world)

    with pytest.raises(Conflict, match="lease_lost"):
        complete(world, replace(task, lease=lease), worker=worker)


def test_oldest_work_is_handed_out_first(world: World) -> None:
    for _ in range(3):
        world.apply(MATTER)
        later(world, seconds=1)

    first, second = fetch(world, limit=1), fetch(world, limit=2)

    opened = [task.opened_at for task in (*first, *second)]
    assert len(opened) == 3
    assert opened == sorted(opened)


def test_program_without_the_role_gets_nothing_and_an_unknown_topic_is_told(world: World) -> None:
    context, asked = world.container.context, FetchInput(worker_id="w", topics=(TOPIC, "weather"))

    with pytest.raises(InvalidInput) as refused:
        fetch_external_tasks(context, world.person(INTEGRATOR), asked)
    with pytest.raises(Forbidden):
        fetch(world, person=world.person("window.enshi"))

    assert [item["pointer"] for item in refused.value.items] == ["/topics/1"]


def test_program_of_a_county_gets_the_work_of_its_county_alone(world: World) -> None:
    world.apply(MATTER)
    integrator = world.person(INTEGRATOR)
    (place,) = integrator.memberships
    own, other = (replace(integrator, memberships=(replace(place, region_code=code),)) for code in ("422801", "422802"))

    assert fetch(world, person=other) == ()
    (task,) = fetch(world, person=own)

    with pytest.raises(Conflict, match="task_closed"):
        complete(world, task, person=other)
    complete(world, task, person=own)


def test_error_the_diagram_catches_leads_on_there(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)

    answer = fail(world, task, Failure(message="no such company", error_code="not_registered"))

    assert answer["state"] == "caught"
    assert open_elements(world, case_no) == {"verify"}
    assert row_of(world, case_no) is None
    assert kinds(world, case_no)[-1] == "external_task_refused"


def test_other_failures_come_again_with_growing_pauses(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)

    answer = fail(world, task, Failure(message="HTTP 503", error_code="register_down"))

    assert (answer["state"], answer["retries"]) == ("waiting", 2)
    assert fetch(world) == ()
    with pytest.raises(Conflict, match="lease_lost"):
        complete(world, task)
    later(world, seconds=61)
    (again,) = fetch(world)
    assert (again.retries, again.lease) == (2, 3)
    fail(world, again)
    later(world, seconds=61)
    assert fetch(world) == ()
    later(world, seconds=60)
    (last,) = fetch(world)
    complete(world, last)
    assert open_elements(world, case_no) == {"handle"}
    assert incidents(world, case_no) == []


def test_used_up_tries_become_an_incident_a_supervisor_retries(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)

    answer = fail(world, task, Failure(message="certificate expired", retries=0))

    assert (answer["state"], answer["next_at"]) == ("stuck", None)
    later(world, days=1)
    assert fetch(world) == ()
    (found,) = incidents(world, case_no)
    assert (found.element, found.code, found.error) == (STEP, "external_task_failed", "certificate expired")
    assert incidents(world, case_no, "supervisor.lichuan") == []
    with world.container.context.database.read() as connection:
        told = connection.scalars(sa.select(outbox.c.payload).where(outbox.c.dedup_key.like("external_task_failed:%")))
        assert any(orjson.loads(payload)["case_no"] == case_no for payload in told)
    retry_incident(world.container.context, world.person(SUPERVISOR), incident_id=int(found.id))
    assert incidents(world, case_no) == []
    (again,) = fetch(world)
    assert again.retries == 3
    complete(world, again)
    with pytest.raises(NotFound):
        retry_incident(world.container.context, world.person(SUPERVISOR), incident_id=int(found.id))


def test_incident_stays_while_the_case_moves_elsewhere_and_ends_with_its_step(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)
    fail(world, task, Failure(message="down", retries=0))

    intervene(world, case_no, InterventionKind.CORRECT, variable="form.company_name", value="新名称")

    assert len(incidents(world, case_no)) == 1
    row = row_of(world, case_no)
    assert row is not None
    assert orjson.loads(row.variables)["company_name"] == "新名称"
    effects = intervene(world, case_no, InterventionKind.MOVE, element=STEP, target="verify")
    assert (effects["programs_dropped"], effects["programs_asked"]) == (["核验市场主体登记"], [])
    assert row_of(world, case_no) is None
    assert incidents(world, case_no) == []


def test_machine_says_what_no_program_has_fetched(world: World) -> None:
    world.apply(MATTER)
    later(world, seconds=5)

    def figures() -> tuple[int, timedelta]:
        with world.container.context.database.reading() as opened:
            found = read_machine_figures(opened.connection, now=opened.now)
        return found.unfetched, opened.now - (found.oldest_unfetched_at or opened.now)

    before = figures()
    fetch(world)

    assert before == (1, timedelta(seconds=5))
    assert figures() == (0, timedelta())


def test_timer_at_the_step_fires_and_takes_the_work_away(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)
    later(world, hours=7)

    for lane in (Lane.NOTICE, Lane.NOTICE, Lane.MOVE):
        fire_due_deadlines(world.container.context, lane, limit=100, budget_ms=10_000)

    assert open_elements(world, case_no) == {"verify"}
    assert row_of(world, case_no) is None
    with pytest.raises(Conflict, match="task_closed"):
        complete(world, task)


def test_work_of_a_paused_case_is_neither_handed_out_nor_taken_in(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)
    intervene(world, case_no, InterventionKind.PAUSE)
    later(world, seconds=61)

    assert fetch(world) == ()
    with pytest.raises(Conflict, match="case_paused"):
        complete(world, task)
    with pytest.raises(Conflict, match="case_paused"):
        fail(world, task)
    intervene(world, case_no, InterventionKind.RESUME)

    assert len(fetch(world)) == 1


def test_withdrawn_case_leaves_no_work_behind(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)

    withdraw_case(
        world.container.context, world.person("applicant1"), case_id=case_id_of(world, case_no), reason="不办了"
    )

    assert row_of(world, case_no) is None
    with pytest.raises(Conflict, match="task_closed"):
        complete(world, task)


def test_programs_at_once_get_each_task_once(world: World) -> None:
    for _ in range(8):
        world.apply(MATTER)

    got = race([lambda n=n: fetch(world, worker=f"w{n}", limit=3) for n in range(8)])

    ids = [task.id for outcome in got for task in cast("tuple[object, ...]", outcome.answer)]
    assert len(ids) == len(set(ids))
    left = fetch(world)
    assert len(ids) + len(left) == 8


def test_two_reports_at_once_move_the_case_once(world: World) -> None:
    case_no = world.apply(MATTER)
    (task,) = fetch(world)

    done = race(
        [lambda: complete(world, task), lambda: fail(world, task, Failure(message="x", error_code="not_registered"))]
    )

    assert len(refusals(done)) == 1
    assert row_of(world, case_no) is None
    assert len(open_elements(world, case_no)) == 1
