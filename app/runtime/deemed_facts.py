"""Facts the guards of the approval by default (G1-G16) look at, gathered from the case in hand."""

from app.domain.deemed import DeemedFacts, blocking_codes, may_arm
from app.domain.vocabulary import CaseKind, CaseState, DeadlineState, Role
from app.runtime.casework import Casework

CHECKING_ROLES = (Role.WINDOW_CLERK, Role.REVIEWER, Role.DECIDER)


def may_be_deemed(work: Casework) -> bool:
    """Say whether a `deemed` deadline is armed at all: the matter is whitelisted and nothing excludes it for good."""
    offering = work.loaded.offering
    return offering is not None and may_arm(
        offering,
        region_code=work.case.region_code,
        rules=work.published.time_rules.deemed,
        is_promise_running=work.clock("promised").status in ("running", "paused"),
    )


def blocking_guards(work: Casework) -> tuple[str, ...]:
    """Return the codes of the guards that are false now, in the order of the rule book; empty when it may fire."""
    return blocking_codes(gather_facts(work))


def gather_facts(work: Casework) -> DeemedFacts:
    """Gather what the guards look at. Every value is derived here again; nothing is taken from an earlier look."""
    case, offering = work.case, work.loaded.offering
    promised = work.clock("promised")
    row = next((item for item in work.loaded.deadlines if item.name == "deemed"), None)
    return DeemedFacts(
        is_switch_on=work.published.time_rules.deemed.is_on(case.region_code, promised.due_at),
        is_whitelisted=offering is not None and offering.is_deemed_whitelisted,
        item_type=offering.item_type if offering else "",
        exclusion_class=offering.deemed_exclusion if offering else "",
        is_external=offering is not None and offering.handled_by == "external",
        is_accepted=work.state == CaseState.ACCEPTED,
        has_open_procedure=bool(promised.open_suspensions),
        due_at=promised.due_at,
        stored_due_at=row.due_at if row else None,
        is_provisional=promised.is_provisional,
        has_hold=work.loaded.has_open_hold or (row is not None and row.state == DeadlineState.HELD),
        is_after_outage=work.loaded.has_outage,
        has_decision=work.loaded.decision is not None or bool(work.changes.decisions),
        is_fee_unpaid=False,
        is_forwarded=False,
        is_waiting_predecessor=promised.status == "not_started",
        was_accepted_by_person=_was_accepted_by_person(work),
        were_materials_checked=_were_materials_checked(work),
        has_closure=work.loaded.has_closure,
    )


def _was_accepted_by_person(work: Casework) -> bool:
    start = next((entry for entry in work.ledger if entry.clock == "promised" and entry.kind == "start"), None)
    return start is not None and not start.actor.startswith("system:deemed_acceptance")


def _were_materials_checked(work: Casework) -> bool:
    """An officer marked the materials before the due instant: by completing a step of the check, or material by material.

    A member case was checked with its theme, whose acceptance by a person opened it.
    """
    if work.case.kind == CaseKind.MEMBER:
        return True
    due_at = work.clock("promised").due_at
    marked = any(row.checked_at is not None and due_at and row.checked_at <= due_at for row in work.loaded.materials)
    return marked or any(step.role in CHECKING_ROLES and step.completed_by for step in work.loaded.handled)
