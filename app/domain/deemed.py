"""Approval by default (超时默认): when it is armed at all, and the guards checked again inside the firing transaction.

Pure. Source: local rule in force in Enshi since 2020-10-01; time-limits.md section 8. Automatic refusal does not exist.
"""

from dataclasses import dataclass
from datetime import datetime

from app.domain.matter import OfferingVersion
from app.domain.time_rules import DeemedRules

LICENCE = "01"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeemedFacts:
    """What the guards look at. due_at: derived from the ledger now; stored_due_at: of the deadline row."""

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


def may_arm(offering: OfferingVersion, *, region_code: str, rules: DeemedRules, is_promise_running: bool) -> bool:
    """Say whether a `deemed` deadline exists for a case of this list version: whitelisted, a licence, nothing excludes it.

    An exclusion class beats every whitelist.
    """
    is_switched = any(region_code.startswith(switch.region) for switch in rules.switches)
    return (
        is_promise_running
        and is_switched
        and offering.is_deemed_whitelisted
        and offering.item_type == LICENCE
        and not offering.deemed_exclusion
        and offering.handled_by == "internal"
    )


def blocking_codes(facts: DeemedFacts) -> tuple[str, ...]:
    """Return the codes of the guards G1 to G16 that are false, in their order; empty when the approval may fire."""
    guards = (
        ("switch_off", facts.is_switch_on),
        ("not_whitelisted", facts.is_whitelisted),
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
    )
    return tuple(code for code, holds in guards if not holds)
