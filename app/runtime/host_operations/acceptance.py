"""Operations around acceptance: accept, accept by silence, refuse, the one-time notice and the applicant's answer."""

from app.domain.actor import system_actor
from app.domain.correction_request import merged_items
from app.domain.errors import RuleViolation
from app.domain.limit import TimeLimit, parse_limit
from app.domain.service_record import ELECTRONIC, IN_PERSON, Attempt, refuse_unproven
from app.domain.snapshot import OpenService
from app.domain.vocabulary import CardCause, CardColour, CaseKind, CaseState, ClockName, ResultKind
from app.runtime.acceptance import CASE_CLOCKS, accept, decision_clocks, limit_of_clock, start, stop_running
from app.runtime.answers import answer_of, list_of
from app.runtime.cards import CardSubject, issue_card
from app.runtime.casework import Casework
from app.runtime.closing import close
from app.runtime.correction_requests import tell_requests, told_items
from app.runtime.materials import names_of_missing
from app.runtime.notices import tell_applicant, tell_card
from app.runtime.papers import issue_document
from app.runtime.service import SERVED_WITH_ISSUE, serve_with_issue


def accept_case(work: Casework, service: OpenService) -> dict[str, object]:
    """Accept a case that needs no check of its own, such as the member of a theme (time-limits J1)."""
    seq = work.record("case_accepted", {"element": service.element})
    is_member = work.case.kind == CaseKind.MEMBER
    accept(work, clocks=CASE_CLOCKS, accepted_at=work.now, actor=work.actor, seq=seq, has_letter=not is_member)
    return {}


def accept_by_silence(work: Casework, service: OpenService) -> dict[str, object]:
    """Accept by silence, from the instant of receipt, and card the intake office.

    After a correction the day the corrections came takes the place of the receipt.
    Source: 行政许可法 art. 32(1)(4): not told within five days, accepted from receipt; time-limits.md section 7.
    """
    actor = system_actor("deemed_acceptance")
    notice5 = work.clock(ClockName.NOTICE5)
    started_at = notice5.started_at or work.case.received_at
    seq = work.record("case_accepted_by_silence", {"accepted_at": started_at.isoformat()}, actor=actor)
    accept(work, clocks=decision_clocks(work), accepted_at=started_at, actor=actor, seq=seq)
    subject = CardSubject(
        clock=ClockName.NOTICE5,
        colour=CardColour.ABNORMAL,
        cause=CardCause.DEEMED_ACCEPTANCE,
        department_id=work.case.intake_department_id,
        element=service.element,
        due_at=notice5.due_at,
    )
    card = issue_card(work, subject)
    if card is not None:
        tell_card(work, card, "deemed_accepted", {"accepted_at": started_at.isoformat()})
    return {"accepted_by_silence": True}


def refuse_acceptance(work: Casework, service: OpenService) -> dict[str, object]:
    """Refuse to take the case, in writing and with reasons (行政许可法 art. 32(1)(1) and (2), 38)."""
    issue_document(work, "non_acceptance", {"reasons": answer_of(work, "reasons", "remark")})
    close(work, state=CaseState.NOT_ACCEPTED, result_kind=ResultKind.RETURNED, kind="acceptance_refused")
    tell_applicant(work, "not_accepted", {})
    return {}


def issue_correction_notice(work: Casework, service: OpenService) -> dict[str, object]:
    """Send the one notice of everything that is missing; the correction limit runs (行政许可法 art. 32(1)(4)).

    `missing` is what the window found; what departments of a joint case asked for stands beside it, by department (J11).
    It runs from the service of the notice (time-limits.md K23): at once to the account of who applied online and so
    agreed to it, or handed over at the counter with a receipt; by another way only when that is proven.
    Raises RuleViolation `notice_already_given` when a second notice names what the first one did not (section 7 rule 3).
    """
    stop_running(work, (ClockName.NOTICE5,), at=work.now)
    items = list_of(work, "missing") or names_of_missing(work)
    asked = tell_requests(work)
    facts = {"missing": items, "asked": asked, "remark": answer_of(work, "remark")}
    items = merged_items(facts)
    _refuse_new_items(work, items)
    document = issue_document(work, "correction_notice", facts)
    work.move_to(CaseState.CORRECTING)
    limit = limit_of_clock(work, ClockName.CORRECTION)
    assert limit is not None
    days = answer_of(work, "correction_days")
    if days:
        stated = parse_limit(f"{int(str(days))}WD")
        limit = stated if isinstance(stated, TimeLimit) else limit
    serve_with_issue(work, document, _service_of(work), clock=ClockName.CORRECTION, period=limit)
    tell_applicant(work, "correction", {"document_no": document.document_no, "missing": items})
    return {"correction_items": items}


def _refuse_new_items(work: Casework, items: list[str]) -> None:
    """Whoever was told once what is missing is not sent away a second time for something else."""
    told = told_items(work)
    new = [item for item in items if item not in told] if told is not None else []
    if new:
        work.try_clock_act("correction_notice")
        article = work.published.time_rules.articles["acceptance"]
        raise RuleViolation("notice_already_given", added=", ".join(new), article=article)


def _service_of(work: Casework) -> Attempt:
    """Return how the notice reaches the applicant, as the clerk chose or as the application came in.

    Raises InvalidInput `service_channel_unknown`.
    """
    account = work.loaded.party.account_id if work.loaded.party else None
    channel = str(answer_of(work, "service_channel") or (ELECTRONIC if account else IN_PERSON))
    proof = str(answer_of(work, "service_proof") or "")
    if channel == ELECTRONIC and account:
        proof = proof or f"{SERVED_WITH_ISSUE}:{account}"
    is_served = bool(proof) and channel in (ELECTRONIC, IN_PERSON)
    attempt = Attempt(
        channel=channel,
        sent_at=work.now,
        served_at=work.now if is_served else None,
        proof=proof,
        consent_at=work.case.received_at if channel == ELECTRONIC and account else None,
    )
    refuse_unproven(attempt, issued_at=work.now, now=work.now)
    return attempt


def receive_correction(work: Casework, service: OpenService) -> dict[str, object]:
    """Take in the corrections; a new check of five working days begins (time-limits.md section 7 rule 4)."""
    stop_running(work, (ClockName.CORRECTION,), at=work.now)
    work.move_to(CaseState.RECEIVED)
    limit = limit_of_clock(work, ClockName.NOTICE5)
    assert limit is not None
    start(work, ClockName.NOTICE5, limit=limit, occurred_at=work.now)
    return {}


def close_not_corrected(work: Casework, service: OpenService) -> dict[str, object]:
    """Close a case whose corrections never came (补正不来办结); the applicant may apply again."""
    close(work, state=CaseState.CLOSED, result_kind=ResultKind.NOT_CORRECTED, kind="correction_missed")
    tell_applicant(work, "not_corrected", {})
    return {}
