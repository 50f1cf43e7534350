"""Approval by default (超时默认) inside the firing transaction: guards first, then the act with all it owes."""

from datetime import datetime

import orjson

from app.domain.accountability import cause_due_at, facts_of_case
from app.domain.actor import system_actor
from app.domain.calendar import to_local
from app.domain.deemed_rows import AccountabilityRow
from app.domain.errors import RuleViolation
from app.domain.explanation import explain
from app.domain.vocabulary import AccountabilityState, ClockName, Decision, Role
from app.runtime.casework import Casework
from app.runtime.decision import decide
from app.runtime.deemed_facts import ask_guards
from app.runtime.notices import tell_applicant, tell_role
from app.runtime.papers import issue_document

RULE = "deemed_approval"


def approve(work: Casework) -> datetime:
    """Approve the case by default with effect from the promised due instant, which is returned.

    Every guard is checked once more; one that is false raises RuleViolation `deemed_blocked` and nothing is written.
    Source: local rule in force in Enshi since 2020-10-01; time-limits.md section 8 (firing, steps 1 to 6).
    """
    guards = ask_guards(work)
    false = [code for code, holds in guards.items() if not holds]
    if false:
        raise RuleViolation("deemed_blocked", guards=", ".join(false))
    due_at = work.clock(ClockName.PROMISED).due_at
    assert due_at is not None
    actor = system_actor(RULE)
    head = work.last_hash.hex()
    seq = work.record(
        "deemed_approved", {"effective_at": due_at.isoformat(), "executed_at": work.now.isoformat()}, actor=actor
    )
    calendar_id = work.clock(ClockName.PROMISED).calendar_id
    decide(
        work,
        Decision.DEEMED_APPROVE,
        seq=seq,
        effective_at=due_at,
        reasons=None,
        facts={"rule": RULE, "calendar": calendar_id, "chain_head": head, "guards": guards},
        decided_by=actor.code,
    )
    document = issue_document(work, "deemed_notice", _notice_facts(work, due_at))
    open_accountability(work, ClockName.PROMISED)
    tell_applicant(work, "deemed_approved", {"document_no": document.document_no, "effective_at": due_at.isoformat()})
    for role in (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD):
        tell_role(work, role, "filing_due", {"effective_at": due_at.isoformat()}, key=f"filing-due:{work.case.id}")
    return due_at


def open_accountability(work: Casework, clock: str) -> None:
    """Open the record of who let a limit pass; the head of the unit says why within three working days."""
    steps = (*work.loaded.handled, *work.loaded.handled_in_theme)
    due_at = cause_due_at(work.now, work.published.calendar_of(work.case.department_id))
    row = AccountabilityRow(
        id=work.ports.next_id(),
        case_id=work.case.id,
        clock=clock,
        opened_at=work.now,
        state=AccountabilityState.OPEN,
        department_id=work.case.department_id,
        facts=orjson.dumps(facts_of_case(steps, work.ledger), option=orjson.OPT_SORT_KEYS).decode(),
        cause_due_at=due_at,
    )
    work.changes.accountability.append(row)
    tell_role(
        work,
        Role.UNIT_HEAD,
        "accountability_opened",
        {"due_at": due_at.isoformat()},
        key=f"accountability:{row.id}:opened",
    )


def _notice_facts(work: Casework, due_at: datetime) -> dict[str, object]:
    """Return what the notice explains: limit, due instant and how it was counted, the basis, and whom to ask.

    Source: 个人信息保护法 art. 24(3) (an automatic decision is explained, and a person can be asked).
    """
    rules, messages, offering = work.published.time_rules, work.published.messages, work.loaded.offering
    promised, departments = work.clock(ClockName.PROMISED), work.published.departments
    sentences = explain(work.ledger, ClockName.PROMISED, calendars=work.published.calendars, counting=rules.counting)
    limit = promised.limit
    documents = (offering.deemed_document if offering else "", rules.deemed.document_of(work.case.region_code))
    return {
        "effective_at": due_at.isoformat(),
        "effective_on": f"{to_local(due_at):%Y-%m-%d %H:%M}",
        "promised_limit": messages.text("zh", f"pages.limit.{limit.unit}", count=limit.amount) if limit else "",
        "explanation": [messages.text("zh", item.key, **item.facts) for item in sentences],
        "basis_documents": [text for text in documents if text],
        "intake_name": departments[work.case.intake_department_id].name_zh,
    }
