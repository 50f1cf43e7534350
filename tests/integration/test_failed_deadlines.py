"""A deadline that fails: postponed, made known, tried again; nothing behind it waits."""

from datetime import datetime, timedelta

import orjson
import pytest
import sqlalchemy as sa

from app.domain.calendar import ZONE
from app.domain.errors import Forbidden, NotFound
from app.domain.vocabulary import Lane
from app.operations.fire_due_deadlines import TickResult, fire_due_deadlines
from app.operations.retry_deadline import retry_deadline
from app.operations.retry_incident import retry_incident
from app.queries.failures import FailedDeadline, OpenIncident, list_failed_deadlines, list_incidents
from app.storage.tables import audit_entry, case_file, deadline, incident, instance_state, outbox
from tests.world import World

DUE = datetime(2026, 3, 3, 17, 30, tzinfo=ZONE)
SETTLED = DUE + timedelta(minutes=3)


def accepted(world: World) -> str:
    """Hand in a case that is approved by default when nobody decides by DUE; return its number."""
    case_no = world.apply("startup-reg")
    world.complete(case_no, "check", "window.enshi", "accept")
    return case_no


def poison(world: World, case_no: str, **values: object) -> None:
    """Break the stored state of a case."""
    case_id = sa.select(case_file.c.id).where(case_file.c.case_no == case_no).scalar_subquery()
    with world.container.context.database.write() as uow:
        uow.connection.execute(instance_state.update().where(instance_state.c.case_id == case_id).values(**values))


def tick(world: World, *, at: datetime, limit: int = 20) -> TickResult:
    world.clock.set(at)
    return fire_due_deadlines(world.container.context, Lane.MOVE, limit=limit, budget_ms=10_000)


def row_of(world: World, case_no: str) -> sa.Row[tuple[object, ...]]:
    query = sa.select(deadline).join(case_file, case_file.c.id == deadline.c.case_id)
    with world.container.context.database.read() as connection:
        return connection.execute(query.where(deadline.c.name == "deemed", case_file.c.case_no == case_no)).one()


def incidents(world: World, login: str = "supervisor.es") -> list[OpenIncident]:
    with world.container.context.database.read() as connection:
        page = list_incidents(connection, world.person(login).scope, secret="s")
    return [item for item in page.items if isinstance(item, OpenIncident)]


def dead(world: World, login: str = "supervisor.es") -> list[FailedDeadline]:
    with world.container.context.database.read() as connection:
        page = list_failed_deadlines(connection, world.person(login).scope, "dead", secret="s")
    return [item for item in page.items if isinstance(item, FailedDeadline)]


def alarms(world: World) -> list[dict[str, object]]:
    query = sa.select(outbox.c.payload).where(outbox.c.dedup_key.like("deadline_failed:%"))
    with world.container.context.database.read() as connection:
        return [orjson.loads(row.payload) for row in connection.execute(query)]


@pytest.mark.parametrize("broken", [{"tokens": b"broken"}, {"diagram_id": 4_711}], ids=["state", "diagram"])
def test_poisoned_case_does_not_hold_up_the_one_behind_it(installed: World, broken: dict[str, object]) -> None:
    first, second = accepted(installed), accepted(installed)
    poison(installed, first, **broken)

    result = tick(installed, at=SETTLED)

    assert (result.claimed, len(result.fired), result.postponed) == (2, 1, 1)
    assert installed.state_of(second) == "deemed"
    assert installed.state_of(first) == "accepted"
    assert row_of(installed, first).attempts == 1


def test_first_failure_of_an_approval_tells_the_supervision_office_at_once(installed: World) -> None:
    case_no = accepted(installed)
    poison(installed, case_no, tokens=b"broken")

    tick(installed, at=SETTLED)
    tick(installed, at=SETTLED + timedelta(minutes=5))

    (told,) = alarms(installed)
    assert (told["case_no"], told["addressee"], told["county"]) == (case_no, "supervision_office", "422801")
    (found,) = incidents(installed)
    assert (found.case_no, found.element, found.code) == (case_no, "deemed", "deadline_failed")
    assert incidents(installed, "supervisor.lichuan") == []


def test_failure_says_where_and_quotes_no_data(installed: World) -> None:
    case_no = accepted(installed)
    poison(installed, case_no, tokens=b"secret bytes")

    tick(installed, at=SETTLED)

    error = str(row_of(installed, case_no).last_error)
    assert error.startswith("state_refused")
    assert "secret" not in error


def test_ten_failures_make_a_dead_letter_that_a_supervisor_revives(installed: World) -> None:
    case_no = accepted(installed)
    with installed.container.context.database.read() as connection:
        whole = connection.scalar(sa.select(instance_state.c.tokens))
    poison(installed, case_no, tokens=b"broken")
    at = SETTLED
    for _ in range(10):
        assert tick(installed, at=at).postponed == 1
        at += timedelta(hours=2)

    assert tick(installed, at=at).claimed == 0
    (found,) = dead(installed)
    assert (found.case_no, found.attempts) == (case_no, 10)
    assert dead(installed, "supervisor.lichuan") == []

    poison(installed, case_no, tokens=whole)
    answer = retry_deadline(
        installed.container.context, installed.person("supervisor.enshi"), deadline_id=int(found.id)
    )
    result = tick(installed, at=at + timedelta(seconds=1))

    assert answer == {"deadline_id": found.id, "case_no": case_no, "state": "armed"}
    assert [item.outcome for item in result.fired] == ["moved"]
    assert installed.state_of(case_no) == "deemed"
    assert (dead(installed), incidents(installed)) == ([], [])


def test_retry_stands_in_the_audit_chain(installed: World) -> None:
    case_no = accepted(installed)
    poison(installed, case_no, tokens=b"broken")
    tick(installed, at=SETTLED)
    supervisor = installed.person("supervisor.enshi")

    retry_incident(installed.container.context, supervisor, incident_id=int(incidents(installed)[0].id))

    with installed.container.context.database.read() as connection:
        entry = connection.execute(sa.select(audit_entry).where(audit_entry.c.kind == "deadline_retried")).one()
        state = connection.scalar(sa.select(incident.c.state))
    assert entry.actor == f"staff:{supervisor.staff_id}"
    assert state == "retried"
    assert row_of(installed, case_no).attempts == 0


def test_incident_is_resolved_by_a_try_that_succeeds(installed: World) -> None:
    case_no = accepted(installed)
    with installed.container.context.database.read() as connection:
        whole = connection.scalar(sa.select(instance_state.c.tokens))
    poison(installed, case_no, tokens=b"broken")
    tick(installed, at=SETTLED)
    poison(installed, case_no, tokens=whole)

    result = tick(installed, at=SETTLED + timedelta(minutes=5))

    assert len(result.fired) == 1
    assert incidents(installed) == []


def test_retry_of_a_case_one_may_not_see_finds_nothing(installed: World) -> None:
    case_no = accepted(installed)
    poison(installed, case_no, tokens=b"broken")
    tick(installed, at=SETTLED)
    context, deadline_id = installed.container.context, int(row_of(installed, case_no).id)

    with pytest.raises(NotFound) as unseen:
        retry_deadline(context, installed.person("supervisor.lichuan"), deadline_id=deadline_id)
    with pytest.raises(Forbidden):
        retry_deadline(context, installed.person("decider.enshi"), deadline_id=deadline_id)
    with pytest.raises(NotFound) as hidden:
        retry_incident(context, installed.person("supervisor.lichuan"), incident_id=int(incidents(installed)[0].id))
    assert (unseen.value.code, hidden.value.code) == ("deadline_unknown", "incident_unknown")


def test_deadline_that_did_not_fail_cannot_be_retried(installed: World) -> None:
    case_no = accepted(installed)

    with pytest.raises(NotFound) as refused:
        retry_deadline(installed.container.context, None, deadline_id=int(row_of(installed, case_no).id))

    assert refused.value.code == "deadline_unknown"
