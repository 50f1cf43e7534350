"""The machine at the doors: readiness, metrics, dead letters, incidents, a clock in doubt."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.domain.calendar import to_local
from app.domain.machine_clock import Beat, DoubtKind, NewDoubt
from app.domain.vocabulary import DeadlineState, Lane
from app.factory import create_app
from app.operations.fire_due_deadlines import fire_due_deadlines
from app.storage.beats import save_beat
from app.storage.clock_doubts import add_doubt
from app.storage.tables import clock_doubt, deadline, instance_state
from tests.web.api_world import Call, call, done, site
from tests.web.conftest import World, csrf_of

__all__ = ["call", "site"]


def failing_approval(world: World) -> str:
    """Leave a case whose approval by default failed once; its number."""
    case_no = world.apply("startup-reg")
    world.complete(case_no, "check", "window.enshi", "accept")
    with world.container.context.database.write() as uow:
        uow.connection.execute(instance_state.update().values(tokens=b"broken"))
    world.at(2026, 3, 3, 17, 33)
    assert fire_due_deadlines(world.container.context, Lane.MOVE, limit=5).postponed == 1
    return case_no


def oldest_waiting(world: World) -> tuple[str, datetime]:
    """Name and instant of the deadline that waits longest to be tried."""
    query = sa.select(deadline.c.name, deadline.c.fire_at).where(deadline.c.state == int(DeadlineState.ARMED))
    with world.container.context.database.read() as connection:
        name, fire_at = connection.execute(query.order_by(deadline.c.fire_at).limit(1)).one()
    return name, fire_at


def doubt_clock(world: World) -> None:
    with world.container.context.database.write() as uow:
        forward = NewDoubt(kind=DoubtKind.FORWARD, drift=timedelta(hours=1))
        add_doubt(uow, forward, worker="w1", noticed_at=uow.now())


def beat(world: World, *, skew: timedelta = timedelta()) -> None:
    with world.container.context.database.write() as uow:
        now = uow.now()
        save_beat(uow, Beat(worker="w1", database_at=now, host_at=now + skew, monotonic_ms=1, boot_id="b"))


def settled_by(world: World) -> list[str | None]:
    with world.container.context.database.read() as connection:
        return list(connection.scalars(sa.select(clock_doubt.c.settled_by)))


# ---------------------------------------------------------------- readiness
@pytest.fixture
def door(installed: World) -> FlaskClient:
    """The root of the application, on both databases."""
    return create_app(container=installed.container).test_client()


def test_deployed_installation_is_ready_and_tells_whether_a_worker_beats(installed: World, door: FlaskClient) -> None:
    before = done(door.get("/readyz"))
    beat(installed)
    after = done(door.get("/readyz"))

    assert (before["status"], before["timer_worker"], after["timer_worker"]) == ("ready", False, True)


def test_worker_whose_clock_is_off_makes_readiness_red(installed: World, door: FlaskClient) -> None:
    beat(installed, skew=timedelta(seconds=2))
    assert door.get("/readyz").status_code == 200

    beat(installed, skew=timedelta(seconds=-3))
    answer = door.get("/readyz", headers={"Accept": "application/problem+json"})

    assert (answer.status_code, answer.get_json()["code"], answer.get_json()["failing"]) == (503, "not_ready", "clock")


def test_older_schema_makes_readiness_red(installed: World, door: FlaskClient) -> None:
    with installed.container.context.database.write() as uow:
        uow.connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))

    answer = door.get("/readyz", headers={"Accept": "application/problem+json"})

    assert (answer.status_code, answer.get_json()["failing"]) == (503, "schema, deployment")


# ---------------------------------------------------------------- metrics
def test_metrics_tell_what_waits_and_what_was_counted(installed: World, door: FlaskClient) -> None:
    failing_approval(installed)
    installed.clock.advance(timedelta(hours=1))
    beat(installed)
    door.get("/api/v1/cases/LB-1")

    found = door.get("/metrics").text

    figures = dict(line.rsplit(" ", 1) for line in found.splitlines() if not line.startswith("#"))
    assert float(figures["lianban_held_approvals"]) == 1
    name, since = oldest_waiting(installed)
    assert (name, f"{to_local(since):%m-%d %H:%M}") == ("deemed_warning", "03-02 17:30")
    assert float(figures["lianban_oldest_overdue_seconds"]) == (installed.clock.now() - since).total_seconds()
    assert float(figures["lianban_open_incidents"]) == 1
    assert float(figures["lianban_workers"]) == 1
    assert float(figures["lianban_last_beat_seconds"]) == 0
    assert float(figures["lianban_outbox_waiting"]) > 0
    assert len([name for name in figures if name.startswith("lianban_forecast{")]) == 24
    assert float(figures['lianban_firing_failures_total{lane="move"}']) >= 1
    route = 'method="GET",route="/api/v1/cases/<case_no>",status="401"'
    assert float(figures[f"lianban_http_requests_total{{{route}}}"]) >= 1
    assert "LB-1" not in found


def test_metrics_ask_for_their_token_where_there_is_one(installed: World) -> None:
    object.__setattr__(installed.container.settings, "metrics_token", "let me see")
    client = create_app(container=installed.container).test_client()

    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer let me see"}).status_code == 200


# ---------------------------------------------------------------- dead letters, incidents, clock
def test_incident_is_listed_and_retried_in_scope_only(world: World, call: Call) -> None:
    case_no = failing_approval(world)

    (found,) = done(call("supervisor.enshi").get("/incidents"))["items"]
    foreign = call("supervisor.lichuan")

    assert (found["case_no"], found["code"], found["element"]) == (case_no, "deadline_failed", "deemed")
    assert done(foreign.get("/incidents"))["items"] == []
    assert foreign.post(f"/incidents/{found['id']}/retry").status_code == 404
    assert foreign.post(f"/deadlines/{found['deadline_id']}/retry").status_code == 404
    assert call("decider.enshi").post(f"/incidents/{found['id']}/retry").status_code == 403
    assert call("window.enshi").get("/incidents").status_code == 403
    assert done(call("supervisor.enshi").post(f"/incidents/{found['id']}/retry"))["state"] == "armed"
    assert done(call("supervisor.enshi").get("/incidents"))["items"] == []


def test_dead_letters_are_listed_by_pages(world: World, call: Call) -> None:
    numbers = sorted(world.apply("startup-reg") for _ in range(3))
    with world.container.context.database.write() as uow:
        uow.connection.exec_driver_sql("UPDATE deadline SET state = 4, attempts = 10, last_error = 'x'")

    caller, cursor, seen = call("supervisor.es"), None, []
    for _ in range(3):
        page = done(caller.get("/deadlines", state="dead", limit=1, **({"cursor": cursor} if cursor else {})))
        seen += [(item["case_no"], item["attempts"]) for item in page["items"]]
        cursor = page["next_cursor"]

    assert sorted(seen) == [(case_no, 10) for case_no in numbers]
    assert cursor is None
    assert caller.get("/deadlines", state="asleep").status_code == 422


def test_clock_is_confirmed_with_a_reason_by_who_watches(world: World, call: Call) -> None:
    body, supervisor = {"reason": "compared with the time server"}, call("supervisor.enshi")

    assert supervisor.post("/supervision/clock-confirmations", body).get_json()["code"] == "clock_not_in_doubt"
    doubt_clock(world)
    assert call("window.enshi").post("/supervision/clock-confirmations", body).status_code == 403
    assert supervisor.post("/supervision/clock-confirmations", {"reason": ""}).status_code == 422
    answer = done(supervisor.post("/supervision/clock-confirmations", body), 201)

    assert answer["doubts"] == ["forward"]
    assert settled_by(world) == [f"staff:{world.person('supervisor.enshi').staff_id}"]


# ---------------------------------------------------------------- board
def test_board_shows_the_machine_to_who_watches_over_cases(world: World, browse: Callable[[str], FlaskClient]) -> None:
    case_no = failing_approval(world)

    page = browse("supervisor.enshi").get("/board").text

    assert 'id="machine"' in page
    assert re.search(r"<b>\d+</b>", page)
    assert case_no in page
    assert 'id="machine"' not in browse("head.enshi").get("/board").text


def test_supervisor_confirms_the_clock_on_the_board(world: World, browse: Callable[[str], FlaskClient]) -> None:
    doubt_clock(world)
    client = browse("supervisor.enshi")
    assert "/board/clock-confirmation" in client.get("/board").text

    sent = {"csrf_token": csrf_of(client), "reason": "已核对"}
    answer = client.post("/board/clock-confirmation", data=sent, follow_redirects=True)

    assert "/board/clock-confirmation" not in answer.text
    assert "已核对" in answer.text
    assert settled_by(world) == [f"staff:{world.person('supervisor.enshi').staff_id}"]


def test_supervisor_retries_an_incident_on_the_board(world: World, browse: Callable[[str], FlaskClient]) -> None:
    failing_approval(world)
    client = browse("supervisor.enshi")
    found = re.search(r"/board/incidents/\d+/retry", client.get("/board").text)
    assert found is not None

    answer = client.post(found[0], data={"csrf_token": csrf_of(client)}, follow_redirects=True)

    assert "/board/incidents/" not in answer.text
    assert answer.status_code == 200
