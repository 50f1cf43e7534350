"""What a clock that jumps may do: warn, but not approve, until it is told from time that passed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app.domain.calendar import ZONE
from app.domain.errors import Conflict, Forbidden, InvalidInput
from app.domain.machine_clock import MachineReading
from app.domain.vocabulary import DeadlineState, Lane
from app.operations.confirm_clock import confirm_clock
from app.operations.fire_due_deadlines import TickResult, fire_due_deadlines
from app.operations.record_beat import record_beat
from app.storage.tables import clock_doubt, deadline, outage, worker_beat
from tests.world import World

HOUR, DAY, A_MOMENT = timedelta(hours=1), timedelta(days=1), timedelta(seconds=10)
DUE = datetime(2026, 3, 3, 17, 30, tzinfo=ZONE)


class Machine:
    """A machine of its own under a world: its clock is that of the world, its running time goes on by itself."""

    def __init__(self, world: World) -> None:
        self.world, self.clock = world, world.clock
        self.clock.machine = MachineReading(host_at=self.clock.now(), monotonic_ms=1_000, boot_id="first boot")

    def run(self, by: timedelta) -> None:
        """Let time pass: the clock and the machine go on together."""
        self.jump(by)
        self._change(monotonic_ms=self._reading.monotonic_ms + int(by.total_seconds() * 1_000))

    def jump(self, by: timedelta) -> None:
        """Set the clock, while no time passes."""
        self.clock.advance(by)
        self._change(host_at=self.clock.now())

    def reboot(self, away: timedelta) -> None:
        """Start the machine again after a time."""
        self.jump(away)
        self._change(monotonic_ms=500, boot_id="second boot")

    def run_until(self, at: datetime) -> None:
        self.run(at - self.clock.now())
        self.beat()

    def beat(self, worker: str = "w1") -> None:
        record_beat(self.world.container.context, worker=worker)

    def tick(self, lane: Lane = Lane.MOVE) -> TickResult:
        return fire_due_deadlines(self.world.container.context, lane, limit=50, worker="w1")

    @property
    def _reading(self) -> MachineReading:
        assert self.clock.machine is not None
        return self.clock.machine

    def _change(self, **fields: object) -> None:
        self.clock.machine = replace(self._reading, **fields)  # type: ignore[arg-type]


@pytest.fixture
def machine(installed: World) -> Machine:
    return Machine(installed)


def accepted(machine: Machine) -> str:
    """Hand in a case that is approved by default when nobody decides by DUE; return its number."""
    case_no = machine.world.apply("startup-reg")
    machine.world.complete(case_no, "check", "window.enshi", "accept")
    machine.world.complete(case_no, "review", "reviewer.enshi", "pass", opinion="同意")
    return case_no


def deemed_row(machine: Machine) -> sa.Row[tuple[object, ...]]:
    with machine.world.container.context.database.read() as connection:
        return connection.execute(sa.select(deadline).where(deadline.c.name == "deemed")).one()


def doubts(machine: Machine) -> list[tuple[str, str | None]]:
    columns = clock_doubt.c
    with machine.world.container.context.database.read() as connection:
        rows = connection.execute(sa.select(columns.kind, columns.settled_by).order_by(columns.id)).all()
    return [(row.kind, row.settled_by) for row in rows]


def confirm(machine: Machine, login: str = "supervisor.es", reason: str = "已与时间服务器核对") -> object:
    return confirm_clock(machine.world.container.context, machine.world.person(login), reason=reason)


def test_case_is_approved_by_default_by_a_clock_that_runs(machine: Machine) -> None:
    case_no = accepted(machine)
    machine.run_until(DUE + timedelta(minutes=3))

    fired = machine.tick().fired

    assert [(item.name, item.outcome) for item in fired] == [("deemed", "moved")]
    assert machine.world.state_of(case_no) == "deemed"
    assert doubts(machine) == []


@pytest.mark.parametrize("jump", [HOUR, DAY])
def test_forward_jump_warns_and_does_not_approve_until_the_clock_is_confirmed(
    machine: Machine, jump: timedelta
) -> None:
    case_no = accepted(machine)
    machine.run_until(DUE - timedelta(minutes=30))
    machine.tick(Lane.NOTICE)
    machine.jump(jump)

    moved, warned = machine.tick(), machine.tick(Lane.NOTICE)
    machine.beat()
    again = machine.tick()

    assert [item for item in (*moved.fired, *again.fired) if item.name == "deemed"] == []
    assert "promised" in [item.name for item in warned.fired]
    assert deemed_row(machine).state == DeadlineState.ARMED
    assert doubts(machine) == [("forward", None)]

    confirm(machine)
    machine.run(A_MOMENT)

    assert [(item.name, item.outcome) for item in machine.tick().fired] == [("deemed", "moved")]
    assert machine.world.state_of(case_no) == "deemed"
    assert doubts(machine) == [("forward", f"staff:{machine.world.person('supervisor.es').staff_id}")]


def test_forward_jump_is_no_outage(machine: Machine) -> None:
    machine.run_until(DUE - timedelta(hours=4))
    machine.jump(3 * HOUR)
    machine.beat()

    with machine.world.container.context.database.read() as connection:
        assert connection.execute(sa.select(outage)).all() == []


def test_backward_jump_approves_nothing_until_the_highest_beat_is_passed_again(machine: Machine) -> None:
    case_no = accepted(machine)
    machine.run_until(DUE + timedelta(hours=2))
    machine.jump(-HOUR)
    machine.beat()

    held = machine.tick()
    machine.run(HOUR - A_MOMENT)
    machine.beat()
    still_held = machine.tick()
    machine.run(A_MOMENT)
    fired = machine.tick()

    assert (held.fired, still_held.fired) == ((), ())
    assert [item.name for item in fired.fired] == ["deemed"]
    assert machine.world.state_of(case_no) == "deemed"
    assert doubts(machine) == [("backward", "system:clock")]


def test_backward_jump_fires_nothing_twice(machine: Machine) -> None:
    case_no = accepted(machine)
    machine.run_until(DUE + timedelta(minutes=3))
    first = [*machine.tick(Lane.NOTICE).fired, *machine.tick().fired]
    machine.jump(-DAY)
    machine.beat()

    for _ in range(4):
        machine.run(DAY / 2)
        machine.beat()
        again = [*machine.tick(Lane.NOTICE).fired, *machine.tick().fired]
        assert [item for item in again if item.deadline_id in {one.deadline_id for one in first}] == []

    assert machine.world.state_of(case_no) == "deemed"


def test_reboot_of_an_hour_needs_a_second_host_or_a_person(machine: Machine) -> None:
    accepted(machine)
    machine.run_until(DUE - timedelta(minutes=50))
    machine.reboot(away=timedelta(minutes=15))
    machine.beat("w2")
    machine.run(HOUR)
    machine.beat("w2")

    assert machine.tick().fired == ()
    assert doubts(machine) == [("restart", None)]

    with machine.world.container.context.database.write() as uow:
        uow.connection.execute(
            worker_beat.insert().values(
                worker="w3", database_at=uow.now(), host_at=uow.now(), monotonic_ms=9, boot_id="another machine"
            )
        )

    assert [item.name for item in machine.tick().fired] == ["deemed"]
    assert doubts(machine) == [("restart", "system:clock")]


def test_nothing_fires_when_host_and_database_disagree_by_more_than_thirty_seconds(machine: Machine) -> None:
    accepted(machine)
    machine.run_until(DUE + timedelta(minutes=3))
    machine._change(host_at=machine.clock.now() + timedelta(seconds=31))

    assert machine.tick(Lane.NOTICE) == TickResult()
    assert machine.tick() == TickResult()

    machine._change(host_at=machine.clock.now())
    assert machine.tick(Lane.NOTICE).fired != ()


def test_other_moves_go_on_while_approvals_wait(machine: Machine) -> None:
    accepted(machine)
    machine.world.apply("restaurant-food", "422802")
    machine.run_until(DUE - timedelta(minutes=30))
    machine.jump(14 * DAY)
    machine.tick(Lane.NOTICE)

    names = [item.name for item in machine.tick().fired]

    assert "notice5" in names
    assert "deemed" not in names


def test_clock_is_confirmed_by_who_watches_and_only_when_it_is_in_doubt(machine: Machine) -> None:
    with pytest.raises(Forbidden):
        confirm(machine, "decider.enshi")
    with pytest.raises(Conflict) as unneeded:
        confirm(machine)
    machine.beat()
    machine.jump(HOUR)
    machine.beat()
    with pytest.raises(InvalidInput) as silent:
        confirm(machine, reason="  ")

    assert (unneeded.value.code, silent.value.code) == ("clock_not_in_doubt", "clock_confirmation_reason")
    assert doubts(machine) == [("forward", None)]


def test_outage_of_office_hours_is_recorded_with_the_first_beat(machine: Machine) -> None:
    began_at = datetime(2026, 3, 3, 10, 0, tzinfo=ZONE)
    machine.run_until(began_at)
    machine.run(timedelta(minutes=31))
    machine.beat()
    machine.run(A_MOMENT)
    machine.beat()

    with machine.world.container.context.database.read() as connection:
        rows = connection.execute(sa.select(outage.c.began_at, outage.c.ended_at)).all()
    assert [(row.began_at, row.ended_at) for row in rows] == [(began_at, began_at + timedelta(minutes=31))]


def test_night_without_a_worker_is_no_outage(machine: Machine) -> None:
    machine.run_until(datetime(2026, 3, 3, 17, 30, tzinfo=ZONE))
    machine.run(timedelta(hours=15, minutes=30))
    machine.beat()

    with machine.world.container.context.database.read() as connection:
        assert connection.execute(sa.select(outage)).all() == []


def test_nothing_is_approved_before_the_beat_that_tells_of_an_outage(machine: Machine) -> None:
    case_no = accepted(machine)
    machine.run_until(DUE - HOUR)
    machine.run(2 * HOUR)

    early = machine.tick()
    machine.beat()
    late = machine.tick()

    assert early.fired == ()
    assert [(item.name, item.outcome) for item in late.fired] == [("deemed", "blocked")]
    assert machine.world.state_of(case_no) == "accepted"
    assert "outage" in str(deemed_row(machine).last_error)
