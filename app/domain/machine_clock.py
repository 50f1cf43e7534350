"""May the clock of the machines be trusted (机器时钟)? Signs of life are compared before anything is approved by default.

A warning can be taken back, a licence that was granted cannot: whoever moves a clock must not make approvals. Pure; the
instants come from the database's clock, the monotonic ones from the machine the worker runs on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LARGEST_SKEW = timedelta(seconds=2)
STOPPING_SKEW = timedelta(seconds=30)
LARGEST_JUMP = timedelta(minutes=10)
LONGEST_SILENCE = timedelta(minutes=1)


class DoubtKind(StrEnum):
    """Why the clock is in doubt (时钟存疑).

    backward: it stands below a beat that was given already. forward: it moved further than the machine was running.
    restart: after a reboot nothing tells how long the machine was away.
    """

    BACKWARD = "backward"
    FORWARD = "forward"
    RESTART = "restart"


class Holding(StrEnum):
    """Why nothing is approved by default now: one of the doubts, hosts that disagree, or no sign of life to go by."""

    BACKWARD = "backward"
    FORWARD = "forward"
    RESTART = "restart"
    SKEW = "skew"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineReading:
    """What a machine says of itself.

    host_at: its clock, aware UTC. monotonic_ms: milliseconds since its start, sleep included, never set back.
    boot_id: of that start; empty where the machine does not tell.
    """

    host_at: datetime
    monotonic_ms: int
    boot_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """The last sign of life of a worker (心跳): the database's instant beside the host's; both aware UTC."""

    worker: str
    database_at: datetime
    host_at: datetime
    monotonic_ms: int
    boot_id: str

    @property
    def skew(self) -> timedelta:
        """How far the host was ahead of the database."""
        return self.host_at - self.database_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A doubt that is open. until_at: a backward jump is over when this instant has passed again."""

    id: int
    kind: str
    noticed_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDoubt:
    """A doubt to be recorded. drift: how far the clock moved beside the machine's running time, or how long it was away."""

    kind: DoubtKind
    drift: timedelta
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What may be done by this clock.

    may_tick: anything may fire. holding: why nothing is approved by default, None when it may be. skew: host ahead of
    the database. found: doubts nobody has recorded yet. settled: ids of open doubts that are over by themselves.
    """

    skew: timedelta = timedelta()
    holding: Holding | None = None
    found: tuple[NewDoubt, ...] = ()
    settled: tuple[int, ...] = ()

    @property
    def may_tick(self) -> bool:
        """Say whether host and database agree well enough to fire at all."""
        return abs(self.skew) <= STOPPING_SKEW

    @property
    def may_approve(self) -> bool:
        """Say whether cases may be approved by default."""
        return self.may_tick and self.holding is None


TRUSTED = Verdict()


def judge_clock(
    *, now: datetime, machine: MachineReading, beats: Sequence[Beat], doubts: Sequence[Doubt] = ()
) -> Verdict:
    """Judge the database's clock by the signs of life so far.

    now: of the database, read together with `machine`. beats: the last of every worker. doubts: the open ones.
    A clock nobody has given a sign by yet is trusted: there is nothing to compare.
    """
    skew = machine.host_at - now
    settled = tuple(doubt.id for doubt in doubts if _is_over(doubt, now, machine, beats))
    open_kinds = {doubt.kind for doubt in doubts if doubt.id not in settled}
    found = tuple(doubt for doubt in _find_doubts(now, machine, beats) if doubt.kind not in open_kinds)
    return Verdict(
        skew=skew,
        holding=_holding(skew, {*open_kinds, *(doubt.kind for doubt in found)}, now, beats),
        found=found,
        settled=settled,
    )


def silent_since(*, now: datetime, machine: MachineReading, beats: Sequence[Beat]) -> datetime | None:
    """Return since when no worker has given a sign of life, in terms of the clock as it stands now.

    None without any beat. What a jump added is no silence: the machine was running all the time.
    """
    if not beats:
        return None
    newest = max(beat.database_at for beat in beats)
    reference = _reference(machine, beats)
    drift = _drift(now, machine, reference) if reference else timedelta()
    return min(now, newest + drift if abs(drift) > LARGEST_JUMP else newest)


def _find_doubts(now: datetime, machine: MachineReading, beats: Sequence[Beat]) -> Iterable[NewDoubt]:
    if not beats:
        return
    highest = max(beat.database_at for beat in beats)
    if highest - now > LARGEST_SKEW:
        yield NewDoubt(kind=DoubtKind.BACKWARD, drift=now - highest, until_at=highest)
    reference = _reference(machine, beats)
    if reference is None:
        if now - highest > LARGEST_JUMP and not _second_host_agrees(now, machine, beats):
            yield NewDoubt(kind=DoubtKind.RESTART, drift=now - highest)
    elif (drift := _drift(now, machine, reference)) > LARGEST_JUMP:
        yield NewDoubt(kind=DoubtKind.FORWARD, drift=drift)


def _reference(machine: MachineReading, beats: Sequence[Beat]) -> Beat | None:
    """Return the newest beat of this boot of this machine; a smaller monotonic time belongs to an earlier boot."""
    same = [
        beat
        for beat in beats
        if beat.boot_id and beat.boot_id == machine.boot_id and beat.monotonic_ms <= machine.monotonic_ms
    ]
    return max(same, key=lambda beat: beat.monotonic_ms, default=None)


def _drift(now: datetime, machine: MachineReading, reference: Beat) -> timedelta:
    return (now - reference.database_at) - timedelta(milliseconds=machine.monotonic_ms - reference.monotonic_ms)


def _is_over(doubt: Doubt, now: datetime, machine: MachineReading, beats: Sequence[Beat]) -> bool:
    if doubt.kind == DoubtKind.BACKWARD:
        return doubt.until_at is not None and now >= doubt.until_at
    return doubt.kind == DoubtKind.RESTART and _second_host_agrees(now, machine, beats)


def _second_host_agrees(now: datetime, machine: MachineReading, beats: Sequence[Beat]) -> bool:
    """Say whether another machine beats now and the three clocks lie within two seconds of each other."""
    own = machine.host_at - now
    return abs(own) <= LARGEST_SKEW and any(
        beat.boot_id not in ("", machine.boot_id)
        and abs(now - beat.database_at) <= LONGEST_SILENCE
        and abs(beat.skew) <= LARGEST_SKEW
        and abs(beat.skew - own) <= LARGEST_SKEW
        for beat in beats
    )


def _holding(skew: timedelta, kinds: set[str], now: datetime, beats: Sequence[Beat]) -> Holding | None:
    """Return the gravest reason. Without a fresh beat an outage may not be recorded yet, so an approval waits for it."""
    if abs(skew) > STOPPING_SKEW:
        return Holding.SKEW
    for kind in (DoubtKind.FORWARD, DoubtKind.RESTART, DoubtKind.BACKWARD):
        if kind in kinds:
            return Holding(kind.value)
    newest = max((beat.database_at for beat in beats), default=now)
    return Holding.SILENCE if now - newest > LONGEST_SILENCE else None
