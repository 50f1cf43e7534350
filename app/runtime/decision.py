"""Decision (决定): what the authority decides stops the clocks and is recorded once."""

from collections.abc import Mapping
from datetime import datetime

import orjson

from app.domain.change_set import DecisionRow
from app.domain.deadline_instants import DEEMED, RENEWAL
from app.domain.deemed import is_decision_in_time
from app.domain.errors import Conflict, Forbidden
from app.domain.hold import is_over, running_hold
from app.domain.loaded_case import DeadlineFacts
from app.domain.matter import EXTERNAL
from app.domain.renewal import blocking
from app.domain.vocabulary import CaseState, ClockName, DeadlineState, Decision, FilingState
from app.runtime.acceptance import stop_running
from app.runtime.casework import Casework
from app.runtime.holds import close_open_hold
from app.runtime.renewal_facts import renewal_guards_of

# A dead letter is an approval that is owed and failed for a technical reason: no person decides over it either.
DUE_STATES = (DeadlineState.ARMED, DeadlineState.DEAD)
OWED = (DEEMED, RENEWAL)
BY_DEFAULT = (Decision.DEEMED_APPROVE, Decision.DEEMED_RENEW)
OUTCOMES = {
    "approve": Decision.APPROVE,
    "refuse": Decision.REFUSE,
    "partial": Decision.PARTIAL,
    "done": Decision.APPROVE,
    "failed": Decision.REFUSE,
}


def decision_of(outcome: str | None) -> Decision | None:
    """Return the decision an outcome of a deciding element stands for; None for `return` and the like."""
    return OUTCOMES.get(outcome or "")


def refuse_late_decision(work: Casework) -> None:
    """Refuse a decision that comes after the due instant of an armed approval by default, or the expiry of a renewal by law.

    In time is who arrived by the due instant and had the lock within the settle time (time-limits section 8).
    Raises Conflict `decision_after_due`, or `decision_after_deemed` once the approval by default stands.
    """
    if work.loaded.decision is not None:
        raise Conflict("decision_after_deemed", effective_at=work.loaded.decision.effective_at.isoformat())
    for row in work.loaded.deadlines:
        if row.name not in OWED or row.due_at is None or not _is_owed(work, row):
            continue
        is_in_time = is_decision_in_time(
            arrived_at=work.loaded.arrived_at,
            locked_at=work.now,
            due_at=row.due_at,
            rules=work.published.time_rules.deemed,
        )
        if not is_in_time:
            raise Conflict("decision_after_due", due_at=row.due_at.isoformat())


def refuse_after_deemed(work: Casework, outcome: str) -> None:
    """Refuse a decision whose task is gone because the approval by default stands already.

    Raises Conflict `decision_after_deemed`, which says more than that the task is closed.
    """
    decided = work.loaded.decision
    if decided is not None and decided.decision in BY_DEFAULT and decision_of(outcome) is not None:
        raise Conflict("decision_after_deemed", effective_at=decided.effective_at.isoformat())


def refuse_second_result(work: Casework) -> None:
    """Refuse another result of what an external body handles: it is entered once, whoever reports it.

    Raises Conflict `external_result_exists`, which says when the first one came. Source: time-limits.md section 9 (J15).
    """
    offering, decided = work.loaded.offering, work.loaded.decision
    if offering is not None and offering.handled_by == EXTERNAL and decided is not None:
        raise Conflict("external_result_exists", decided_at=decided.decided_at.isoformat())


def _is_owed(work: Casework, row: DeadlineFacts) -> bool:
    """A hold that ran out holds nothing back any more, even before the tick that notes it.

    A renewal by law is owed when its guards hold, which are all known now; no hold keeps it back.
    """
    if row.name == RENEWAL:
        return row.state in DUE_STATES and not blocking(renewal_guards_of(work))
    standing = running_hold(work.holds)
    return row.state in DUE_STATES or (
        row.state == DeadlineState.HELD and standing is not None and is_over(standing, work.loaded.arrived_at)
    )


def decide(
    work: Casework,
    decision: Decision,
    *,
    seq: int,
    effective_at: datetime,
    reasons: str | None,
    facts: Mapping[str, object],
    decided_by: str | None = None,
) -> None:
    """Record the decision and stop the clocks of the case. seq: the audit entry of the act.

    Raises Forbidden `decision_needs_person` for anything but an approval or renewal by default when no person decides.
    Source: 个人信息保护法 art. 24(3): a person can always be asked to decide; automatic refusal does not exist.
    """
    by = decided_by or work.actor.code
    if by.startswith("system:") and decision not in BY_DEFAULT:
        raise Forbidden("decision_needs_person", decision=decision.value)
    promised = work.clock(ClockName.PROMISED)
    is_late = promised.due_at is not None and effective_at > promised.due_at
    work.changes.decisions.append(
        DecisionRow(
            case_id=work.case.id,
            decision=decision,
            decided_by=by,
            decided_at=work.now,
            effective_at=effective_at,
            executed_at=work.now,
            is_late=is_late,
            document_no=None,
            reasons=reasons,
            facts=orjson.dumps(dict(facts), option=orjson.OPT_SORT_KEYS).decode(),
            filing_state=FilingState.OPEN if decision in BY_DEFAULT else None,
        )
    )
    stop_running(work, (ClockName.PROMISED, ClockName.STATUTORY), at=effective_at, seq=seq)
    close_open_hold(work)
    work.decision = decision
    work.move_to(CaseState.DEEMED if decision in BY_DEFAULT else CaseState.DECIDED)
