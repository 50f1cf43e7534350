"""Record a sign of life of a worker (心跳), and the outage it ends."""

from datetime import datetime

import structlog

from app.domain.machine_clock import LARGEST_SKEW, LONGEST_SILENCE, Beat, MachineReading, silent_since
from app.domain.outage import Gap, is_outage
from app.runtime.context import Context, in_transaction
from app.runtime.machine import check_clock
from app.storage.beats import add_outage, list_beats, save_beat
from app.storage.rules import current_generation
from app.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()


def record_beat(context: Context, *, worker: str) -> None:
    """Save the database's instant beside the clocks of this machine, once the clock is judged by the beats so far.

    A silence of all workers over the office minutes of the rules is recorded as an outage, which blocks the approvals
    it touches until a supervisor releases them. A virtual clock of no machine gives no sign of life.
    """
    in_transaction(context, lambda uow: _record(uow, context, worker))


def _record(uow: UnitOfWork, context: Context, worker: str) -> None:
    now, machine = uow.now(), uow.read_machine()
    if machine is None:
        return
    verdict = check_clock(uow, now, worker=worker)
    if abs(verdict.skew) > LARGEST_SKEW:
        log.error("Host and database disagree", action="clock_skewed", skew_s=verdict.skew.total_seconds())
    _note_outage(uow, context, now, machine)
    save_beat(
        uow,
        Beat(
            worker=worker,
            database_at=now,
            host_at=machine.host_at,
            monotonic_ms=machine.monotonic_ms,
            boot_id=machine.boot_id,
        ),
    )


def _note_outage(uow: UnitOfWork, context: Context, now: datetime, machine: MachineReading) -> None:
    began_at = silent_since(now=now, machine=machine, beats=list_beats(uow.connection))
    generation = current_generation(uow.connection)
    if began_at is None or now - began_at <= LONGEST_SILENCE or not generation:
        return
    published = context.library.published(generation)
    gap = Gap(began_at=began_at, ended_at=now)
    longest_minutes = published.time_rules.deemed.outage_minutes
    if is_outage(gap, published.calendars.values(), longest_minutes=longest_minutes) and add_outage(uow, gap):
        log.error("Outage recorded", action="outage_recorded", began_at=began_at.isoformat())
