"""Approval by default (超时默认) inside the firing transaction: guards first, then the act with all it owes."""

from datetime import datetime

import orjson

from app.domain.actor import system_actor
from app.domain.change_set import AccountabilityRow
from app.domain.errors import RuleViolation
from app.domain.vocabulary import ClockName, Decision, Role
from app.runtime.casework import Casework
from app.runtime.decision import decide
from app.runtime.deemed_facts import blocking_guards
from app.runtime.notices import tell_applicant, tell_role
from app.runtime.papers import issue_document

RULE = "deemed_approval"


def approve(work: Casework) -> datetime:
    """Approve the case by default with effect from the promised due instant, which is returned.

    Every guard is checked once more; one that is false raises RuleViolation `deemed_blocked` and nothing is written.
    Source: local rule in force in Enshi since 2020-10-01; time-limits.md section 8 (firing, steps 1 to 6).
    """
    guards = blocking_guards(work)
    if guards:
        raise RuleViolation("deemed_blocked", guards=", ".join(guards))
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
        facts={"rule": RULE, "calendar": calendar_id, "chain_head": head, "guards": []},
        decided_by=actor.code,
    )
    document = issue_document(work, "deemed_notice", {"effective_at": due_at.isoformat()})
    work.changes.accountability.append(
        AccountabilityRow(
            id=work.ports.next_id(),
            case_id=work.case.id,
            clock=ClockName.PROMISED,
            opened_at=work.now,
            state="open",
            department_id=work.case.department_id,
            facts=orjson.dumps({"cause": None, "handled_by": _handlers(work)}).decode(),
        )
    )
    tell_applicant(work, "deemed_approved", {"document_no": document.document_no, "effective_at": due_at.isoformat()})
    for role in (Role.REVIEWER, Role.DECIDER, Role.UNIT_HEAD):
        tell_role(work, role, "filing_due", {"effective_at": due_at.isoformat()}, key=f"filing-due:{work.case.id}")
    return due_at


def _handlers(work: Casework) -> list[str]:
    return sorted({f"staff:{step.completed_by}" for step in work.loaded.handled if step.completed_by})
