"""Renewal by law (视为准予延续) inside the firing transaction: guards first, then the act with all it owes."""

from datetime import datetime

from app.domain.actor import system_actor
from app.domain.certificate import changed
from app.domain.deadline_instants import RENEWAL, expiry_of
from app.domain.errors import RuleViolation
from app.domain.loaded_case import DeadlineFacts
from app.domain.renewal import blocking, renewed_until
from app.domain.vocabulary import CardCause, CardColour, CertificateState, DeadlineState, Decision, Role, Stage
from app.runtime.cards import CardSubject, issue_card
from app.runtime.casework import Casework
from app.runtime.deadline_row import row_after, text_of
from app.runtime.decision import decide
from app.runtime.deemed_approval import open_accountability
from app.runtime.notices import tell_applicant, tell_card, tell_role, tell_supervision_office
from app.runtime.papers import issue_document
from app.runtime.renewal_facts import renewal_guards_of

RULE = "deemed_renewal"


def renew(work: Casework) -> datetime:
    """Renew the certificate by law with effect from its expiry, which is returned. Firing late never changes the effect.

    Every guard is checked once more; one that is false raises RuleViolation `renewal_blocked` and nothing is written.
    Source: 行政许可法 art. 50(2); time-limits.md section 13.
    """
    guards = renewal_guards_of(work)
    false = blocking(guards)
    if false:
        raise RuleViolation("renewal_blocked", article=_article(work), guards=", ".join(false))
    certificate, asked = work.loaded.renewed, work.loaded.renewal
    assert certificate is not None
    assert asked is not None
    assert asked.expiry_on is not None
    expiry_at, actor, head = expiry_of(asked.expiry_on), system_actor(RULE), work.last_hash.hex()
    instants = {"effective_at": expiry_at.isoformat(), "executed_at": work.now.isoformat()}
    seq = work.record("deemed_renewed", {**instants, "certificate_no": certificate.certificate_no}, actor=actor)
    decide(
        work,
        Decision.DEEMED_RENEW,
        seq=seq,
        effective_at=expiry_at,
        reasons=None,
        facts={"rule": RULE, "article": _article(work), "chain_head": head, "guards": guards},
        decided_by=actor.code,
    )
    work.changes.certificates_changed.append(changed(certificate, CertificateState.RENEWED, work.now))
    until = renewed_until(certificate)
    facts = {
        "certificate_no": certificate.certificate_no,
        "expiry_on": asked.expiry_on.isoformat(),
        "renewed_until_on": until.isoformat() if until else "",
        "article": _article(work),
    }
    document = issue_document(work, "renewal_notice", facts)
    open_accountability(work, RENEWAL)
    tell_applicant(
        work,
        "deemed_renewed",
        {
            "document_no": document.document_no,
            "certificate_no": facts["certificate_no"],
            "expiry_on": facts["expiry_on"],
            "renewed_until_on": facts["renewed_until_on"],
            "article": facts["article"],
        },
    )
    for role in (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD):
        tell_role(work, role, "filing_due", {"effective_at": expiry_at.isoformat()}, key=f"filing-due:{work.case.id}")
    return expiry_at


def block_renewal(work: Casework, deadline: DeadlineFacts, guards: tuple[str, ...]) -> None:
    """A guard is false at expiry: nothing is renewed by law, an overdue card is issued and a person decides."""
    work.record("renewal_blocked", {"guards": list(guards), "due_at": text_of(deadline.due_at)})
    work.changes.deadlines_changed.append(
        row_after(deadline, state=DeadlineState.BLOCKED, last_error=", ".join(guards))
    )
    card = issue_card(
        work,
        CardSubject(
            clock=RENEWAL,
            colour=CardColour.OVERDUE,
            cause=CardCause.LIMIT,
            department_id=work.case.department_id,
            due_at=deadline.due_at,
        ),
    )
    if card is not None:
        tell_card(work, card, "card_overdue")
    facts = {"renewal_guards": list(guards), "due_at": text_of(deadline.due_at)}
    key = f"renewal-blocked:{deadline.id}:{work.last_seq}"
    tell_role(work, Role.UNIT_HEAD, "renewal_blocked", facts, key=key)
    tell_supervision_office(work, "renewal_blocked", facts, key=key)


def warn_of_renewal(work: Casework, stage: Stage) -> None:
    """Say that a certificate expires undecided: ten working days before to who handles it, three before to all above."""
    asked = work.loaded.renewal
    if asked is None or asked.expiry_on is None:
        return
    facts = {"due_at": text_of(expiry_of(asked.expiry_on)), "certificate_no": asked.certificate_no}
    key = f"renewal-warning:{work.case.id}:{int(stage)}"
    roles = (Role.REVIEWER, Role.DECIDER) if stage != Stage.DUE else (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD)
    for role in roles:
        tell_role(work, role, "renewal_warning", facts, key=key)
    if stage == Stage.DUE:
        tell_supervision_office(work, "renewal_warning", facts, key=key)


def _article(work: Casework) -> str:
    return work.published.time_rules.articles["renewal"]
