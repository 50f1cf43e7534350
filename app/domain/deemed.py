"""Approval by default (超时默认): when it is armed, the guards asked again inside the firing transaction, its states.

Pure. Source: local rule in force in Enshi since 2020-10-01; time-limits.md section 8. Automatic refusal does not exist
(个人信息保护法 art. 24(3)).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.calendar import ResolvedCalendar, to_local
from app.domain.errors import Conflict
from app.domain.matter import INTERNAL, OfferingVersion
from app.domain.outage import Gap
from app.domain.time_rules import DeemedRules

LICENCE = "01"
GRAVE_REASONS = ("fraud", "public_safety")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeemedFacts:
    """What the guards look at. due_at: derived from the ledger now; stored_due_at: of the deadline row.

    is_promise_mismatched: the promise published on the portal differs from ours, where a connector tells.
    """

    is_switch_on: bool
    is_whitelisted: bool
    item_type: str
    exclusion_class: str
    is_external: bool
    is_accepted: bool
    has_open_procedure: bool
    due_at: datetime | None
    stored_due_at: datetime | None
    is_provisional: bool
    has_hold: bool
    is_after_outage: bool
    has_decision: bool
    is_fee_unpaid: bool
    is_forwarded: bool
    is_waiting_predecessor: bool
    was_accepted_by_person: bool
    were_materials_checked: bool
    has_closure: bool
    is_promise_mismatched: bool = False
    is_paused: bool = False


class DeemedState(StrEnum):
    """State of the duty to decide in time (默认准予状态)."""

    OFF = "off"
    ARMED = "armed"
    PAUSED = "paused"
    HELD = "held"
    BLOCKED = "blocked"
    FIRED = "fired"
    DISARMED = "disarmed"
    FILED = "filed"
    REVOKED = "revoked"


class DeemedEvent(StrEnum):
    """What moves it. finding_due: a hold for fraud or public safety ended without a signed finding."""

    ACCEPT = "accept"
    SUSPEND = "suspend"
    RESUME = "resume"
    DECIDE = "decide"
    END_CASE = "end_case"
    REQUEST_HOLD = "request_hold"
    RELEASE_HOLD = "release_hold"
    FINDING_DUE = "finding_due"
    FIRE = "fire"
    BLOCK = "block"
    UNBLOCK = "unblock"
    FILE = "file"
    REVOKE = "revoke"


_S, _E = DeemedState, DeemedEvent
TRANSITIONS: Mapping[tuple[DeemedState, DeemedEvent], DeemedState] = {
    (_S.OFF, _E.ACCEPT): _S.ARMED,
    (_S.ARMED, _E.SUSPEND): _S.PAUSED,
    (_S.PAUSED, _E.RESUME): _S.ARMED,
    (_S.ARMED, _E.DECIDE): _S.DISARMED,
    (_S.ARMED, _E.END_CASE): _S.DISARMED,
    (_S.PAUSED, _E.DECIDE): _S.DISARMED,
    (_S.PAUSED, _E.END_CASE): _S.DISARMED,
    (_S.ARMED, _E.REQUEST_HOLD): _S.HELD,
    (_S.ARMED, _E.FIRE): _S.FIRED,
    (_S.ARMED, _E.BLOCK): _S.BLOCKED,
    (_S.BLOCKED, _E.UNBLOCK): _S.ARMED,
    (_S.HELD, _E.RELEASE_HOLD): _S.ARMED,
    (_S.HELD, _E.FINDING_DUE): _S.BLOCKED,
    (_S.HELD, _E.DECIDE): _S.DISARMED,
    (_S.HELD, _E.END_CASE): _S.DISARMED,
    (_S.BLOCKED, _E.DECIDE): _S.DISARMED,
    (_S.BLOCKED, _E.END_CASE): _S.DISARMED,
    (_S.FIRED, _E.FILE): _S.FILED,
    (_S.FIRED, _E.REVOKE): _S.REVOKED,
    (_S.FILED, _E.REVOKE): _S.REVOKED,
}


def next_state(state: DeemedState, event: DeemedEvent) -> DeemedState:
    """Return the state after an event. Raises Conflict `deemed_state` for one that cannot happen in this state."""
    found = TRANSITIONS.get((state, event))
    if found is None:
        raise Conflict("deemed_state", state=state.value, event=event.value)
    return found


def hold_end(reason: str) -> DeemedEvent:
    """Return what the end of a confirmed hold is: fraud and public safety never run out into an approval."""
    return DeemedEvent.FINDING_DUE if reason in GRAVE_REASONS else DeemedEvent.RELEASE_HOLD


def may_unblock(reasons: tuple[str, ...]) -> bool:
    """Say whether a blocked deadline may be armed again once its reasons are gone; G15 is final, a person decides."""
    return "never_reviewed" not in reasons


def may_arm(offering: OfferingVersion, *, region_code: str, rules: DeemedRules, is_promise_running: bool) -> bool:
    """Say whether a case of this list version has a `deemed` deadline: whitelisted, a licence, nothing excludes it.

    An exclusion class beats every whitelist. The date of the switch is asked again when the deadline fires (G1).
    """
    return (
        is_promise_running
        and rules.is_switched(region_code)
        and offering.is_deemed_whitelisted
        and offering.item_type == LICENCE
        and not offering.deemed_exclusion
        and offering.handled_by == INTERNAL
    )


def blocking_codes(facts: DeemedFacts) -> tuple[str, ...]:
    """Return the codes of the guards G1 to G16 that are false, in their order; empty when the approval may fire."""
    return tuple(code for code, holds in guard_results(facts).items() if not holds)


def guard_results(facts: DeemedFacts) -> dict[str, bool]:
    """Return every guard by its code, in the order of the rule book, with whether it holds."""
    guards = (
        ("switch_off", facts.is_switch_on),
        ("not_whitelisted", facts.is_whitelisted),
        ("promise_mismatch", not facts.is_promise_mismatched),
        ("not_licence", facts.item_type == LICENCE),
        ("exclusion_class", not facts.exclusion_class and not facts.is_external),
        ("not_accepted", facts.is_accepted),
        ("procedure_open", not facts.has_open_procedure),
        ("due_mismatch", facts.due_at is not None and facts.due_at == facts.stored_due_at),
        ("provisional_date", not facts.is_provisional),
        ("hold", not facts.has_hold),
        ("outage", not facts.is_after_outage),
        ("already_decided", not facts.has_decision),
        ("fee_unpaid", not facts.is_fee_unpaid),
        ("upper_level", not facts.is_forwarded),
        ("waiting_predecessor", not facts.is_waiting_predecessor),
        ("never_reviewed", facts.was_accepted_by_person and facts.were_materials_checked),
        ("closure", not facts.has_closure),
        ("technical_pause", not facts.is_paused),
    )
    return dict(guards)


def may_fire(now: datetime, due_at: datetime, rules: DeemedRules) -> bool:
    """Say whether the settle time after the due instant has passed: only then does the deadline fire."""
    return (now - due_at).total_seconds() > rules.settle_seconds


def is_decision_in_time(*, arrived_at: datetime, locked_at: datetime, due_at: datetime, rules: DeemedRules) -> bool:
    """Say whether a person beats the default: arrived by the due instant, locked within the settle time."""
    return arrived_at <= due_at and (locked_at - due_at).total_seconds() <= rules.settle_seconds


def is_after_outage(
    gaps: Sequence[Gap], due_at: datetime | None, calendar: ResolvedCalendar, rules: DeemedRules
) -> bool:
    """Say whether guard G10 is false: an unreleased gap took too much of the last two working days before the due instant.

    Counted are the office minutes of the working day of the due instant up to it and of the one before.
    """
    if due_at is None or not gaps:
        return False
    due = to_local(due_at)
    since = calendar.open_of(calendar.day_at(calendar.rank(due.date()) - 2))
    lost_s = 0
    for gap in gaps:
        began, ended = max(to_local(gap.began_at), since), min(to_local(gap.ended_at), due)
        if began < ended:
            lost_s += calendar.office_seconds(ended) - calendar.office_seconds(began)
    return lost_s > rules.outage_minutes * 60
