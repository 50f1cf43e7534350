"""Stopping and restarting the clocks of a case, from a step of the diagram or by an act of its own."""

from datetime import datetime

from app.domain.clock_acts import resume_clocks, suspend_clocks
from app.domain.clock_guards import clock_touched
from app.domain.errors import Conflict
from app.domain.matter import DECISION_CLOCKS
from app.domain.vocabulary import CaseState
from app.runtime.calendar_following import follow_calendar
from app.runtime.casework import Casework
from app.runtime.clock_bounds import last_fixed_at
from app.runtime.notices import tell_applicant
from app.runtime.papers import issue_document
from app.runtime.parent_case import follow_in_parent


def suspend(
    work: Casework,
    *,
    ground: str,
    document_no: str,
    expected_days: int,
    occurred_at: datetime,
    reason: str = "",
    requires_document: bool = False,
) -> int:
    """Suspend the clocks its matter names and tell the applicant how long it will take. Returns the suspension id.

    requires_document: the written notice must exist already. Else, without a document number, it is issued here.
    Raises RuleViolation with the codes of time-limits.md section 10.
    Source: 行政许可法 art. 45 (time for hearing, testing, expert review ... does not count; told in writing).
    """
    rules, offering = work.published.time_rules, work.loaded.offering
    suspension_id = work.ports.next_id()
    entry = suspend_clocks(
        work.ledger,
        seq=work.last_seq + 1,
        suspension_id=suspension_id,
        ground=ground,
        item_type=offering.item_type if offering else "",
        clock=clock_touched(offering.suspension_touches) if offering else None,
        document_no=document_no or ("" if requires_document else "here"),
        expected_days=expected_days,
        occurred_at=occurred_at,
        recorded_at=work.now,
        actor=work.actor.code,
        rules=rules,
        calendars=work.published.calendars,
        fired_at=last_fixed_at(work),
    )
    if not document_no:
        document_no = issue_document(
            work, "suspension_notice", {"ground": ground, "expected_days": expected_days, "reason": reason}
        ).document_no
    work.record("clock_suspended", {"ground": ground, "document_no": document_no})
    work.add_entry(entry.with_document(document_no))
    work.move_to(CaseState.SUSPENDED)
    tell_applicant(work, "suspended", {"ground": ground, "expected_days": expected_days, "document_no": document_no})
    follow_in_parent(work)
    return suspension_id


def try_suspension(work: Casework, ground: str, expected_days: int) -> None:
    """Say that a suspension is tried. A ground that is none of the rule book is free text and is not kept."""
    rules = work.published.time_rules
    known = ground if ground in rules.grounds or ground in rules.refused_grounds else None
    work.try_clock_act("suspend", ground=known, expected_days=expected_days)


def resume(work: Casework, *, suspension_id: int | None, occurred_at: datetime, document_no: str) -> None:
    """End a suspension; None takes the one that is open.

    document_no: of the result, empty when the ground asks for none. Raises Conflict `clock_not_suspended` when none is
    open, RuleViolation `clock_notice_missing`, `clock_backdated` and the others of time-limits.md section 10.
    """
    if suspension_id is None:
        suspension_id = _open_suspension(work)
    follow_calendar(work)
    entry = resume_clocks(
        work.ledger,
        seq=work.last_seq + 1,
        suspension_id=suspension_id,
        occurred_at=occurred_at,
        recorded_at=work.now,
        actor=work.actor.code,
        rules=work.published.time_rules,
        document_no=document_no or None,
        fired_at=last_fixed_at(work),
    )
    work.record("clock_resumed", {"suspension_id": str(suspension_id), "document_no": entry.document_no})
    work.add_entry(entry)
    if not any(work.clock(name).open_suspensions for name in DECISION_CLOCKS):
        work.move_to(CaseState.ACCEPTED)
    due_at = work.clock("promised").due_at
    tell_applicant(work, "resumed", {"due_at": due_at.isoformat() if due_at else ""})
    follow_in_parent(work)


def _open_suspension(work: Casework) -> int:
    opened = [entry.suspension_id for entry in work.ledger if entry.kind == "suspend"]
    closed = {entry.suspension_id for entry in work.ledger if entry.kind == "resume"}
    still = [item for item in opened if item is not None and item not in closed]
    if not still:
        raise Conflict("clock_not_suspended", article=work.published.time_rules.articles["suspension"])
    return still[-1]
