"""Operations of the approval by default (超时默认): the act itself, and the filing that follows within a working day."""

from app.domain.actor import system_actor
from app.domain.deadline_instants import filing_start
from app.domain.snapshot import OpenService
from app.domain.vocabulary import CaseState, ClockName
from app.runtime.acceptance import limit_of_clock, start, stop_running
from app.runtime.casework import Casework
from app.runtime.deemed_approval import approve
from app.runtime.host_operations.result import issue_result
from app.runtime.renewal import renew


def approve_by_default(work: Casework, service: OpenService) -> dict[str, object]:
    """Approve by default: decision, notice, accountability record, and the filing clock of one working day.

    Reached only through the fired deadline `deemed`, whose guards were all true inside this transaction.
    """
    effective_at = approve(work)
    limit = limit_of_clock(work, ClockName.FILING)
    assert limit is not None
    start(
        work,
        ClockName.FILING,
        limit=limit,
        occurred_at=filing_start(effective_at, work.now),
        actor=system_actor("deemed_approval"),
    )
    return {"deemed": True}


def renew_by_default(work: Casework, service: OpenService) -> dict[str, object]:
    """Renew by law at expiry: decision, notice, accountability record, and the filing clock of one working day.

    Reached only through the fired deadline `renewal`, whose guards were all true inside this transaction.
    """
    effective_at = renew(work)
    limit = limit_of_clock(work, ClockName.FILING)
    assert limit is not None
    started_at = filing_start(effective_at, work.now)
    start(work, ClockName.FILING, limit=limit, occurred_at=started_at, actor=system_actor("deemed_renewal"))
    return {"deemed": True}


def finish_filing(work: Casework, service: OpenService) -> dict[str, object]:
    """File the result of an approval by default: number, certificate and signature are there."""
    stop_running(work, (ClockName.FILING,), at=work.now)
    work.record("result_filed", {"element": service.element})
    done = issue_result(work, service)
    work.move_to(CaseState.DELIVERING)
    return done
