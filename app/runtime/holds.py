"""Acts on the hold of a case (暂缓): each is one audit entry, one ledger entry, a paper, and a word to the applicant."""

from app.domain import hold as rules_of_hold
from app.domain.calendar import to_local
from app.domain.clock_entry import ClockEntry
from app.domain.deemed import may_fire
from app.domain.deemed_rows import HoldRow
from app.domain.errors import Forbidden, NotFound
from app.domain.vocabulary import ClockName, DeadlineState, HoldAct, HoldState, LedgerKind, Role
from app.runtime.casework import Casework
from app.runtime.notices import tell_applicant, tell_role, tell_supervision_office
from app.runtime.papers import issue_document
from app.runtime.realign import realign

HANDLING = (Role.DECIDER, Role.UNIT_HEAD)


def request(work: Casework, *, reason: str, text: str) -> HoldRow:
    """Ask for a hold of the approval by default; it blocks at once, until 12:00 of the next working day.

    Raises Forbidden `hold_not_allowed` when no approval is armed, or the settle time after the due instant has passed;
    Conflict `hold_repeated`, `hold_state`.
    """
    deemed = work.published.time_rules.deemed
    calendar = work.published.calendar_of(work.case.department_id)
    asked = rules_of_hold.request_hold(
        work.holds,
        hold_id=work.ports.next_id(),
        case_id=work.case.id,
        reason=reason,
        text=text,
        by=work.actor.code,
        now=work.now,
        until=rules_of_hold.request_until(work.now, calendar, deemed),
    )
    row = next((item for item in work.loaded.deadlines if item.name == "deemed"), None)
    is_armed = row is not None and row.state == DeadlineState.ARMED and row.due_at is not None
    if row is None or not is_armed or (row.due_at and may_fire(work.now, row.due_at, deemed)):
        raise Forbidden("hold_not_allowed", due_at=row.due_at.isoformat() if row and row.due_at else "")
    _enter(work, asked, HoldAct.REQUEST)
    facts = {"reason_code": reason, "until_at": _until(asked)}
    tell_applicant(work, "hold_requested", facts)
    for role in HANDLING:
        tell_role(work, role, "hold_requested", facts, key=f"hold:{asked.id}:requested")
    tell_supervision_office(work, "hold_requested", facts, key=f"hold:{asked.id}:requested")
    return asked


def confirm(work: Casework, hold_id: int, *, working_days: int) -> HoldRow:
    """Confirm a request for `working_days` from now. Raises the errors of `domain.hold.confirm_hold`, `hold_too_long`."""
    calendar = work.published.calendar_of(work.case.department_id)
    until = rules_of_hold.confirmed_until(work.now, working_days, calendar, work.published.time_rules.deemed)
    confirmed = rules_of_hold.confirm_hold(_hold(work, hold_id), by=work.actor.code, now=work.now, until=until)
    _enter(work, confirmed, HoldAct.CONFIRM)
    facts = {"reason_code": confirmed.reason, "until_at": _until(confirmed)}
    tell_applicant(work, "hold_confirmed", facts)
    for role in HANDLING:
        tell_role(work, role, "hold_confirmed", facts, key=f"hold:{hold_id}:confirmed")
    return confirmed


def reject(work: Casework, hold_id: int) -> HoldRow:
    """Reject a request: the approval is armed again. Raises the errors of `domain.hold.reject_hold`."""
    rejected = rules_of_hold.reject_hold(_hold(work, hold_id), by=work.actor.code, now=work.now)
    _enter(work, rejected, HoldAct.REJECT)
    _tell_released(work, rejected)
    return rejected


def lift(work: Casework, hold_id: int) -> HoldRow:
    """Lift a confirmed hold. Raises the errors of `domain.hold.lift_hold`."""
    lifted = rules_of_hold.lift_hold(_hold(work, hold_id), now=work.now)
    _enter(work, lifted, HoldAct.LIFT)
    _tell_released(work, lifted)
    return lifted


def run_out(work: Casework) -> HoldRow | None:
    """Let the hold that runs end by itself, at its own instant; None when it was answered meanwhile."""
    standing = rules_of_hold.running_hold(work.holds)
    if standing is None:
        return None
    ended = rules_of_hold.run_out(standing, now=work.now)
    act = HoldAct.EXPIRE if ended.state == HoldState.EXPIRED else HoldAct.END
    _enter(work, ended, act)
    _tell_released(work, ended)
    return ended


def sign_finding(work: Casework, hold_id: int, *, finding: str, text: str) -> HoldRow:
    """Sign the finding: `cleared` arms the approval again, `founded` leaves the decision to a person for good."""
    signed = rules_of_hold.sign_finding(
        _hold(work, hold_id), finding=finding, text=text, by=work.actor.code, now=work.now
    )
    _enter(work, signed, HoldAct.FINDING)
    tell_applicant(work, "hold_finding", {"finding": finding})
    for role in HANDLING:
        tell_role(work, role, "hold_finding", {"finding": finding}, key=f"hold:{hold_id}:finding")
    tell_supervision_office(work, "hold_finding", {"finding": finding}, key=f"hold:{hold_id}:finding")
    return signed


def close_open_hold(work: Casework) -> None:
    """End the open hold of a case that is decided or ends otherwise; nothing is left to hold."""
    standing = rules_of_hold.open_hold(work.holds)
    if standing is not None:
        work.set_hold(rules_of_hold.close_with_case(standing, now=work.now))


def hold_answer(work: Casework, hold: HoldRow) -> dict[str, object]:
    """Return what answers say about a hold."""
    return {
        "hold_id": str(hold.id),
        "case_no": work.case.case_no,
        "reason": hold.reason,
        "state": hold.state,
        "until_at": _until(hold) or None,
        "finding": hold.finding,
    }


def _hold(work: Casework, hold_id: int) -> HoldRow:
    found = next((hold for hold in work.holds if hold.id == hold_id), None)
    if found is None:
        raise NotFound("hold_unknown", hold=str(hold_id))
    return found


def _enter(work: Casework, hold: HoldRow, act: HoldAct) -> None:
    by_person = work.actor.is_person
    seq = work.record(f"hold_{act}", {"hold": str(hold.id), "reason": hold.reason, "until_at": _until(hold)})
    work.add_entry(
        ClockEntry(
            seq=seq,
            clock=ClockName.PROMISED,
            kind=LedgerKind.HOLD,
            occurred_at=work.loaded.arrived_at if by_person else work.now,
            recorded_at=work.now,
            actor=work.actor.code,
            act=act,
            hold_id=hold.id,
            reason=hold.reason,
            second_person=hold.decided_by if act in (HoldAct.CONFIRM, HoldAct.REJECT) else None,
            until=hold.until_at,
            document_no=_issue_paper(work, hold, act),
        )
    )
    work.set_hold(hold)
    realign(work)


def _issue_paper(work: Casework, hold: HoldRow, act: HoldAct) -> str:
    """Issue the paper of this step of a hold (暂缓通知书); the applicant gets one at each. Returns its number."""
    facts = {
        "act": act.value,
        "reason_code": hold.reason,
        "at": f"{to_local(work.now):%Y-%m-%d %H:%M}",
        "until": f"{to_local(hold.until_at):%Y-%m-%d %H:%M}" if hold.until_at else None,
        "finding_due": True if hold.state == HoldState.FINDING_DUE else None,
        "finding": hold.finding,
    }
    return issue_document(work, "hold_notice", facts).document_no


def _tell_released(work: Casework, hold: HoldRow) -> None:
    """Say that the approval by default applies again, or that the head of the unit has to sign a finding first."""
    facts = {"reason_code": hold.reason}
    if hold.state == HoldState.FINDING_DUE:
        tell_applicant(work, "hold_finding_due", facts)
        tell_role(work, Role.UNIT_HEAD, "hold_finding_due", facts, key=f"hold:{hold.id}:finding-due")
        tell_supervision_office(work, "hold_finding_due", facts, key=f"hold:{hold.id}:finding-due")
        return
    tell_applicant(work, "hold_released", facts)
    for role in HANDLING:
        tell_role(work, role, "hold_released", facts, key=f"hold:{hold.id}:released")


def _until(hold: HoldRow) -> str:
    return hold.until_at.isoformat() if hold.until_at else ""
