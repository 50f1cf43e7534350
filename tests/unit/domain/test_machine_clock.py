"""The clock of the machines is judged by signs of life: jumps, restarts, hosts that disagree."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.machine_clock import Beat, Doubt, DoubtKind, Holding, MachineReading, judge_clock, silent_since

NOON = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
HOUR, TEN_S = timedelta(hours=1), timedelta(seconds=10)
FORWARD, BACKWARD, RESTART = DoubtKind.FORWARD, DoubtKind.BACKWARD, DoubtKind.RESTART


def beat(at: datetime = NOON, *, up_s: float = 1_000, boot: str = "a", skew_s: float = 0, worker: str = "w1") -> Beat:
    """A beat at an instant of the database, `up_s` seconds after the start `boot` of its machine."""
    return Beat(
        worker=worker,
        database_at=at,
        host_at=at + timedelta(seconds=skew_s),
        monotonic_ms=int(up_s * 1_000),
        boot_id=boot,
    )


def machine(now: datetime, *, up_s: float, boot: str = "a", skew_s: float = 0) -> MachineReading:
    return MachineReading(host_at=now + timedelta(seconds=skew_s), monotonic_ms=int(up_s * 1_000), boot_id=boot)


@pytest.mark.parametrize(
    ("moved", "ran_s", "boot", "found", "holding"),
    [
        pytest.param(TEN_S, 10, "a", [], None, id="ten seconds later"),
        pytest.param(HOUR + TEN_S, 10, "a", [FORWARD], Holding.FORWARD, id="an hour forward"),
        pytest.param(timedelta(days=1), 10, "a", [FORWARD], Holding.FORWARD, id="a day forward"),
        pytest.param(timedelta(minutes=10), 10, "a", [], Holding.SILENCE, id="less than ten minutes forward"),
        pytest.param(
            timedelta(minutes=10, seconds=11), 10, "a", [FORWARD], Holding.FORWARD, id="just over ten minutes"
        ),
        pytest.param(-HOUR, 10, "a", [BACKWARD], Holding.BACKWARD, id="an hour backward"),
        pytest.param(timedelta(seconds=-2), 10, "a", [], None, id="two seconds backward"),
        pytest.param(timedelta(seconds=-3), 10, "a", [BACKWARD], Holding.BACKWARD, id="three seconds backward"),
        pytest.param(HOUR, 3_600, "a", [], Holding.SILENCE, id="the worker was away, the machine was not"),
        pytest.param(HOUR, 60, "b", [RESTART], Holding.RESTART, id="a reboot of an hour"),
        pytest.param(HOUR, -500, "a", [RESTART], Holding.RESTART, id="a reboot a machine does not tell of"),
        pytest.param(timedelta(minutes=9), 60, "b", [], Holding.SILENCE, id="a reboot of nine minutes"),
        pytest.param(-HOUR, 60, "b", [BACKWARD], Holding.BACKWARD, id="a reboot into the past"),
    ],
)
def test_jump_is_told_from_time_that_passed(
    moved: timedelta, ran_s: int, boot: str, found: list[DoubtKind], holding: Holding | None
) -> None:
    now = NOON + moved

    verdict = judge_clock(now=now, machine=machine(now, up_s=1_000 + ran_s, boot=boot), beats=[beat()])

    assert [doubt.kind for doubt in verdict.found] == found
    assert verdict.holding == holding
    assert verdict.may_tick
    assert verdict.may_approve is (holding is None)


@pytest.mark.parametrize(
    ("skew_s", "may_tick"),
    [(0, True), (2, True), (30, True), (31, False), (-31, False)],
)
def test_worker_stops_when_host_and_database_disagree(*, skew_s: int, may_tick: bool) -> None:
    now = NOON + TEN_S

    verdict = judge_clock(now=now, machine=machine(now, up_s=1_010, skew_s=skew_s), beats=[beat()])

    assert verdict.may_tick is may_tick
    assert verdict.skew == timedelta(seconds=skew_s)


def test_first_worker_of_an_installation_has_nothing_to_compare() -> None:
    verdict = judge_clock(now=NOON, machine=machine(NOON, up_s=5), beats=[])

    assert verdict.may_approve
    assert verdict.found == ()


def test_doubt_is_found_once_and_stays_until_somebody_settles_it() -> None:
    jumped = NOON + HOUR
    doubt = Doubt(id=7, kind="forward", noticed_at=jumped, until_at=None)
    beats = [beat(jumped, up_s=1_010)]

    verdict = judge_clock(now=jumped + TEN_S, machine=machine(jumped + TEN_S, up_s=1_020), beats=beats, doubts=[doubt])

    assert (verdict.found, verdict.settled, verdict.holding) == ((), (), Holding.FORWARD)


def test_backward_jump_is_over_when_the_highest_beat_is_passed_again() -> None:
    doubt = Doubt(id=7, kind="backward", noticed_at=NOON - HOUR, until_at=NOON)
    before, after = NOON - TEN_S, NOON

    early = judge_clock(
        now=before, machine=machine(before, up_s=4_600), beats=[beat(before, up_s=4_600)], doubts=[doubt]
    )
    late = judge_clock(now=after, machine=machine(after, up_s=4_610), beats=[beat(before, up_s=4_600)], doubts=[doubt])

    assert (early.settled, early.holding) == ((), Holding.BACKWARD)
    assert (late.settled, late.holding) == ((7,), None)


@pytest.mark.parametrize(
    ("other", "agrees"),
    [
        pytest.param({"boot": "c"}, True, id="another host"),
        pytest.param({"boot": "b"}, False, id="another worker of the same host"),
        pytest.param({"boot": "c", "skew_s": 3}, False, id="a host with a clock of its own"),
        pytest.param({"boot": "c", "at": NOON + timedelta(minutes=55)}, False, id="a host that went away again"),
        pytest.param({"boot": ""}, False, id="a host that does not tell which it is"),
    ],
)
def test_second_host_settles_the_doubt_of_a_restart(*, other: dict[str, object], agrees: bool) -> None:
    now = NOON + HOUR
    doubt = Doubt(id=7, kind="restart", noticed_at=now - TEN_S, until_at=None)
    second = beat(**{"at": now - TEN_S, "worker": "w2", **other})  # type: ignore[arg-type]

    verdict = judge_clock(now=now, machine=machine(now, up_s=60, boot="b"), beats=[beat(), second], doubts=[doubt])

    assert verdict.settled == ((7,) if agrees else ())


@pytest.mark.parametrize(
    ("moved", "ran_s", "silent_s"),
    [
        pytest.param(HOUR, 3_600, 3_600, id="a worker that was away"),
        pytest.param(HOUR, 10, 10, id="a jump is no silence"),
        pytest.param(-HOUR, 2_400, 2_400, id="a silence before a jump back"),
    ],
)
def test_silence_is_counted_by_the_machine_and_not_by_a_jump(moved: timedelta, ran_s: int, silent_s: int) -> None:
    now = NOON + moved

    since = silent_since(now=now, machine=machine(now, up_s=1_000 + ran_s), beats=[beat()])

    assert since == now - timedelta(seconds=silent_s)


def test_nobody_is_silent_before_the_first_beat() -> None:
    assert silent_since(now=NOON, machine=machine(NOON, up_s=1), beats=[]) is None
