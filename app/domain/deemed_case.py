"""A case as the guards of the approval by default see it (超时默认): the same derivation for the firing and for lists.

Pure. Source: time-limits.md section 8, guards G1 to G16.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.calendar import ResolvedCalendar
from app.domain.clock_ledger import ClockEntry, fold
from app.domain.clock_state import ClockState
from app.domain.counting import CountingRules
from app.domain.deemed import DeemedFacts, is_after_outage
from app.domain.deemed_rows import HoldRow
from app.domain.hold import is_holding
from app.domain.loaded_case import HandledStep
from app.domain.matter import EXTERNAL, OfferingVersion
from app.domain.obstacle import FeeRow, ForwardingRow, is_fee_owed, is_forwarded
from app.domain.outage import Gap
from app.domain.time_rules import DeemedRules
from app.domain.vocabulary import CaseKind, CaseState, ClockName, LedgerKind, Role

CHECKING_ROLES = (Role.WINDOW_CLERK, Role.REVIEWER, Role.DECIDER)
ACCEPTED = "accept"
PROMISE_STARTED = (ClockName.PROMISED, LedgerKind.START)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeemedCase:
    """What the guards are derived from.

    promised: folded from `ledger`. stored_due_at: of the row `deemed`. calendar: of the owning department, in force
    now. checked_at: when officers marked materials. handled_in_theme: steps of the joint case a member belongs to.
    """

    kind: str
    state: str
    region_code: str
    offering: OfferingVersion | None
    promised: ClockState
    ledger: Sequence[ClockEntry]
    stored_due_at: datetime | None
    has_decision: bool
    has_closure: bool
    calendar: ResolvedCalendar
    counting: CountingRules
    rules: DeemedRules
    holds: Sequence[HoldRow] = ()
    outages: Sequence[Gap] = ()
    fees: Sequence[FeeRow] = ()
    forwardings: Sequence[ForwardingRow] = ()
    checked_at: Sequence[datetime] = ()
    handled: Sequence[HandledStep] = ()
    handled_in_theme: Sequence[HandledStep] = ()
    is_paused: bool = False


def facts_of(case: DeemedCase) -> DeemedFacts:
    """Return what the guards look at. Every value is derived here again; nothing is taken from an earlier look."""
    offering, promised = case.offering, case.promised
    return DeemedFacts(
        is_switch_on=case.rules.is_on(case.region_code, promised.due_at),
        is_whitelisted=offering is not None and offering.is_deemed_whitelisted,
        item_type=offering.item_type if offering else "",
        exclusion_class=offering.deemed_exclusion if offering else "",
        is_external=offering is not None and offering.handled_by == EXTERNAL,
        is_accepted=case.state == CaseState.ACCEPTED,
        has_open_procedure=bool(promised.open_suspensions),
        due_at=promised.due_at,
        stored_due_at=case.stored_due_at,
        is_provisional=promised.is_provisional and not _is_published_since(case),
        has_hold=is_holding(case.holds),
        is_after_outage=is_after_outage(case.outages, promised.due_at, case.calendar, case.rules),
        has_decision=case.has_decision,
        is_fee_unpaid=offering is not None and is_fee_owed(case.fees, is_fee_first=offering.is_fee_first),
        is_forwarded=is_forwarded(case.forwardings),
        is_waiting_predecessor=promised.status == "not_started",
        was_accepted_by_person=_was_accepted_by_person(case),
        were_materials_checked=_were_materials_checked(case),
        has_closure=case.has_closure,
        is_paused=case.is_paused,
    )


def _is_published_since(case: DeemedCase) -> bool:
    """The year of a provisional due date was published since, and its calendar gives the same instant.

    An expired clock keeps its calendar (time-limits K19). Where the new one gives another date a person decides.
    """
    current = case.calendar
    entries = [replace(entry, calendar_id=current.id) if entry.calendar_id else entry for entry in case.ledger]
    known = fold(entries, ClockName.PROMISED, calendars={current.id: current}, counting=case.counting)
    return not known.is_provisional and known.due_at == case.promised.due_at


def _was_accepted_by_person(case: DeemedCase) -> bool:
    """A member was accepted with its theme: by a person only when a person completed the check there."""
    if case.kind == CaseKind.MEMBER:
        return any(step.outcome == ACCEPTED and step.role in CHECKING_ROLES for step in case.handled_in_theme)
    start = next((item for item in case.ledger if (item.clock, item.kind) == PROMISE_STARTED), None)
    return start is not None and not start.actor.startswith("system:")


def _were_materials_checked(case: DeemedCase) -> bool:
    """An officer marked the materials by the due instant: by completing a step of the check, or one by one.

    A member case was checked with its theme, or by an officer of its own. What is checked later does not count.
    """
    due_at = case.promised.due_at
    if due_at is None:
        return False
    steps = (*case.handled, *case.handled_in_theme)
    checked_at = [*case.checked_at, *(step.closed_at for step in steps if step.role in CHECKING_ROLES)]
    return any(instant <= due_at for instant in checked_at)
