"""Operations of delivery (出件) and closing."""

import orjson

from app.domain.case_life import is_granting
from app.domain.change_rows.papers import DeliveryRow
from app.domain.snapshot import OpenService
from app.domain.vocabulary import CaseKind, CaseState, ClockName, ResultKind
from app.runtime.acceptance import DELIVERED, limit_of_clock, start, stop_running
from app.runtime.answers import answer_of
from app.runtime.casework import Casework
from app.runtime.changes.joint_clocks import end_joint_clocks
from app.runtime.closing import close
from app.runtime.notices import tell_applicant


def open_delivery(work: Casework, service: OpenService) -> dict[str, object]:
    """Bring a joint case to its one delivery: every member that opened has ended (time-limits J10)."""
    end_joint_clocks(work)
    work.record("delivery_opened", {"element": service.element, "members": len(work.loaded.members)})
    work.move_to(CaseState.DELIVERING)
    limit = limit_of_clock(work, ClockName.DELIVERY)
    if limit is not None:
        start(work, ClockName.DELIVERY, limit=limit, occurred_at=work.now)
    return {}


def register_delivery(work: Casework, service: OpenService) -> dict[str, object]:
    """Register that the results were handed over, how and to whom."""
    recipient, method = answer_of(work, "recipient"), str(answer_of(work, "method") or "counter")
    work.changes.deliveries.append(
        DeliveryRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            method=method,
            state=DELIVERED,
            delivered_at=work.now,
            facts=orjson.dumps({"recipient": recipient}).decode(),
        )
    )
    stop_running(work, (ClockName.DELIVERY,), at=work.now, seq=_seq_of_act(work, method))
    tell_applicant(work, "delivered", {"method": method})
    return {}


def _seq_of_act(work: Casework, method: str) -> int:
    """Return the audit entry of the hand-over: that of the task just completed, else one of its own."""
    recorded = (row.seq for row in work.changes.audit if (row.case_id, row.kind) == (work.case.id, DELIVERED))
    return next(recorded, 0) or work.record(DELIVERED, {"method": method})


def close_case(work: Casework, service: OpenService) -> dict[str, object]:
    """Close the case with the result kind its decision leads to (national list 办结结果)."""
    is_joint = work.case.kind == CaseKind.THEME
    is_granted = is_granting(work.decision) or (is_joint and any(member.is_granted for member in work.loaded.members))
    if is_joint:
        end_joint_clocks(work)
    close(
        work,
        state=CaseState.CLOSED,
        result_kind=ResultKind.CERTIFICATE if is_granted else ResultKind.FINISHED,
    )
    return {}
