"""The clock of the machines inside a transaction: judged by the beats, what is new about it recorded."""

from datetime import datetime

import structlog

from app.domain.machine_clock import TRUSTED, Verdict, judge_clock
from app.storage.beats import list_beats
from app.storage.clock_doubts import add_doubt, list_open_doubts, settle_doubts
from app.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()
SETTLED_BY = "system:clock"


def check_clock(uow: UnitOfWork, now: datetime, *, worker: str) -> Verdict:
    """Judge the clock of this transaction and record what is found; a virtual clock of no machine is trusted.

    now: the instant of the batch. worker: who looks. A doubt is stored with the first look that finds it: the next beat
    already belongs to the clock after the jump.
    """
    machine = uow.read_machine()
    if machine is None:
        return TRUSTED
    verdict = judge_clock(
        now=now, machine=machine, beats=list_beats(uow.connection), doubts=list_open_doubts(uow.connection)
    )
    for doubt in verdict.found:
        add_doubt(uow, doubt, worker=worker, noticed_at=now)
        log.error("Clock in doubt", action="clock_doubted", kind=doubt.kind.value, drift_s=doubt.drift.total_seconds())
    if verdict.settled and settle_doubts(uow, verdict.settled, at=now, by=SETTLED_BY):
        log.info("Doubt about the clock is over", action="clock_settled", count=len(verdict.settled))
    return verdict
