"""A host operation that fails: the act of the person stands, the step is tried again, nothing is half done."""

from collections.abc import Callable
from datetime import timedelta
from typing import cast

import orjson
import pytest
import sqlalchemy as sa

from app.domain.errors import CaseworkError, RuleViolation
from app.domain.snapshot import OpenService
from app.domain.vocabulary import Lane
from app.operations.complete_task import Completion, complete_task
from app.operations.fire_due_deadlines import TickResult, fire_due_deadlines
from app.operations.retry_incident import retry_incident
from app.queries.failures import OpenIncident, list_incidents
from app.runtime.casework import Casework
from app.runtime.host_operations import HOST_OPERATIONS, HostOperation
from app.storage.tables import (
    audit_entry,
    case_file,
    deadline,
    delivery,
    document,
    incident,
    instance_state,
    number_sequence,
    user_task,
)
from tests.walks import HANDED_OVER
from tests.world import START, World

REGISTRY = cast("dict[str, HostOperation]", HOST_OPERATIONS)
Break = Callable[[str], Callable[[], None]]


@pytest.fixture
def break_operation(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Let an operation do its work and fail at its end, as an installation that broke would; what it returns mends it."""

    def _break(name: str) -> Callable[[], None]:
        whole = HOST_OPERATIONS[name]

        def failing(work: Casework, service: OpenService) -> dict[str, object]:
            whole(work, service)
            raise ConnectionError("secret words")

        monkeypatch.setitem(REGISTRY, name, failing)
        return lambda: monkeypatch.setitem(REGISTRY, name, whole)

    return _break


def decided(world: World) -> str:
    """Take in and grant a case; its next step is automatic and makes the result."""
    case_no = world.apply("restaurant-verify")
    world.complete(case_no, "handle", "window.enshi", "approve")
    return case_no


def tick(world: World, *, after: timedelta) -> TickResult:
    world.clock.set(START + after)
    return fire_due_deadlines(world.container.context, Lane.MOVE, limit=20, budget_ms=10_000)


def incidents(world: World, login: str = "supervisor.es") -> list[OpenIncident]:
    with world.container.context.database.read() as connection:
        page = list_incidents(connection, world.person(login).scope, secret="s")
    return [item for item in page.items if isinstance(item, OpenIncident)]


def papers(world: World) -> set[str]:
    with world.container.context.database.read() as connection:
        return set(connection.scalars(sa.select(document.c.kind)))


def row_of(world: World) -> sa.Row[tuple[object, ...]]:
    with world.container.context.database.read() as connection:
        return connection.execute(sa.select(deadline).where(deadline.c.name == "operation")).one()


def test_act_of_the_clerk_stands_and_nothing_of_the_failed_operation(installed: World, break_operation: Break) -> None:
    break_operation("issue_result")

    case_no = decided(installed)

    assert installed.state_of(case_no) == "decided"
    assert "decision" not in papers(installed)
    (found,) = incidents(installed)
    assert (found.case_no, found.element, found.code) == (case_no, "issue_result", "operation_failed")
    assert (found.attempts, found.error.split(" at ")[0]) == (1, "ConnectionError")
    assert found.next_attempt_at is not None
    assert incidents(installed, "supervisor.lichuan") == []


def last_number(world: World) -> int | None:
    """Return the last number a decision on paper was given."""
    query = sa.select(number_sequence.c.last).where(number_sequence.c.kind == "decision")
    with world.container.context.database.read() as connection:
        return connection.scalar(query)


def test_failed_operation_burns_no_number_of_a_paper(installed: World, break_operation: Break) -> None:
    decided(installed)
    before = last_number(installed)
    mend = break_operation("issue_result")

    decided(installed)

    assert (before, last_number(installed)) == (1, 1)
    mend()
    tick(installed, after=timedelta(seconds=1))
    assert last_number(installed) == 2


def test_worker_tries_again_and_the_case_goes_on(installed: World, break_operation: Break) -> None:
    mend = break_operation("issue_result")
    case_no = decided(installed)
    mend()

    result = tick(installed, after=timedelta(seconds=1))

    assert [fired.outcome for fired in result.fired] == ["moved"]
    assert incidents(installed) == []
    assert "decision" in papers(installed)
    installed.complete(case_no, "deliver", "delivery.enshi", "delivered", **HANDED_OVER)
    assert installed.state_of(case_no) == "closed"
    assert tick(installed, after=timedelta(days=30)).claimed == 0


def test_tries_back_off_end_dead_and_a_supervisor_revives_them(installed: World, break_operation: Break) -> None:
    mend = break_operation("issue_result")
    case_no = decided(installed)
    after, waited = timedelta(seconds=1), []
    for _ in range(10):
        assert tick(installed, after=after).postponed == 1
        row = row_of(installed)
        waited.append((row.fire_at - (START + after)).total_seconds())
        after += timedelta(hours=2)

    assert waited[0] < 40 < waited[1] < waited[3] < waited[5]
    assert tick(installed, after=after).claimed == 0
    (found,) = incidents(installed)
    assert (found.attempts, found.next_attempt_at) == (10, None)
    mend()
    retry_incident(installed.container.context, installed.person("supervisor.es"), incident_id=int(found.id))
    assert len(tick(installed, after=after + timedelta(minutes=1)).fired) == 1
    assert incidents(installed) == []
    assert installed.open_task(case_no, "deliver").state == "open"


def test_answer_to_the_clerk_names_the_step_that_comes_again(installed: World, break_operation: Break) -> None:
    break_operation("issue_result")
    case_no = installed.apply("restaurant-verify")
    task, marks = installed.open_task(case_no, "handle"), installed.seen(case_no)
    completion = Completion(task_id=int(task.id), version=task.version, outcome="approve", marks=marks)

    answer = complete_task(installed.container.context, installed.person("window.enshi"), completion)

    assert cast("dict[str, object]", answer["case"])["retrying"] == ["issue_result"]


def test_what_the_clerk_typed_reaches_the_operation_that_comes_again(installed: World, break_operation: Break) -> None:
    case_no = decided(installed)
    mend = break_operation("register_delivery")
    installed.complete(case_no, "deliver", "delivery.enshi", "delivered", method="locker", recipient="张小芳")
    mend()

    tick(installed, after=timedelta(seconds=1))

    with installed.container.context.database.read() as connection:
        row = connection.execute(sa.select(delivery)).one()
    assert (row.method, orjson.loads(row.facts)) == ("locker", {"recipient": "张小芳"})
    assert installed.state_of(case_no) == "closed"


def test_closing_a_case_leaves_no_try_and_no_open_incident(installed: World, break_operation: Break) -> None:
    mend = break_operation("issue_result")
    decided(installed)
    mend()
    tick(installed, after=timedelta(seconds=1))

    with installed.container.context.database.read() as connection:
        states = set(connection.scalars(sa.select(incident.c.state)))
        kinds = list(connection.scalars(sa.select(audit_entry.c.kind).order_by(audit_entry.c.seq)))

    assert states == {"resolved"}
    assert kinds.index("operation_failed") < kinds.index("operation_retried")


def test_rule_that_refuses_inside_an_operation_refuses_the_act_and_opens_no_incident(
    installed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(_work: Casework, _service: OpenService) -> dict[str, object]:
        raise RuleViolation("fee_not_foreseen", article="x")

    monkeypatch.setitem(REGISTRY, "issue_result", refusing)
    case_no = installed.apply("restaurant-verify")

    with pytest.raises(RuleViolation):
        installed.complete(case_no, "handle", "window.enshi", "approve")

    assert (installed.state_of(case_no), incidents(installed)) == ("received", [])
    assert installed.open_task(case_no, "handle").state == "open"


def test_state_that_cannot_be_read_refuses_the_act_and_opens_one_incident(installed: World) -> None:
    case_no = installed.apply("restaurant-verify")
    of_case = sa.select(case_file.c.id).where(case_file.c.case_no == case_no).scalar_subquery()
    with installed.container.context.database.write() as uow:
        uow.connection.execute(
            instance_state.update().where(instance_state.c.case_id == of_case).values(tokens=b"broken")
        )

    for _ in range(2):
        with pytest.raises(CaseworkError) as refused:
            installed.complete(case_no, "handle", "window.enshi", "approve")
        assert refused.value.code == "state_refused"

    (found,) = incidents(installed)
    assert (found.code, found.attempts, found.deadline_id) == ("state_refused", 2, None)
    with installed.container.context.database.read() as connection:
        assert connection.scalar(sa.select(user_task.c.state).where(user_task.c.case_id == of_case)) == 0
        assert orjson.loads(str(connection.scalar(sa.select(incident.c.facts))))["attempts"] == 2
