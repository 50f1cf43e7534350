"""Renewal by law (视为准予延续): asked in time and undecided at expiry, a licence is renewed. Pure.

Source: 行政许可法 art. 50; time-limits.md section 13. The local switch, the whitelist, exclusion classes, holds, closures,
outages and guard G15 do not apply: this is law and no local rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.calendar import ResolvedCalendar, to_local, to_utc
from app.domain.certificate import CertificateRow
from app.domain.counting import before, months_later
from app.domain.deadline_instants import DeadlineInstants, expiry_of
from app.domain.limit import TimeLimit
from app.domain.matter import RenewalRule
from app.domain.vocabulary import CaseState, CertificateState, LimitUnit

ONE_DAY = timedelta(days=1)
FIRST_WARNING = TimeLimit(amount=10, unit=LimitUnit.WORKING_DAY)
LAST_WARNING = TimeLimit(amount=3, unit=LimitUnit.WORKING_DAY)
INVITED_DAYS = 60
MONTHS_OF_A_YEAR = 12
IN_HAND = (CaseState.ACCEPTED, CaseState.SUSPENDED)
ENDED = (CertificateState.REVOKED, CertificateState.CANCELLED, CertificateState.RENEWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalRow:
    """What an application for renewal asks for, as the register had it at receipt.

    certificate_id, expiry_on: None when the register holds no such certificate of this holder. is_late: after the window.
    """

    case_id: int
    certificate_no: str
    certificate_id: int | None
    expiry_on: date | None
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalCase:
    """What the guards R1 to R6 are derived from. certificate: as the register has it now."""

    asked: RenewalRow | None
    certificate: CertificateRow | None
    holder_numbers: frozenset[str]
    rule: RenewalRule | None
    received_at: datetime
    accepted_at: datetime | None
    state: str
    is_decided: bool


def last_day_to_ask(expiry_on: date, rule: RenewalRule) -> date:
    """Return the last day on which a renewal is asked in time: so many calendar days before expiry, nothing rolls."""
    return expiry_on - timedelta(days=rule.window_days)


def is_asked_late(received_at: datetime, expiry_on: date | None, rule: RenewalRule) -> bool:
    """Say whether an application came after its window. Source: 行政许可法 art. 50(1) (thirty days before expiry)."""
    return expiry_on is not None and to_local(received_at).date() > last_day_to_ask(expiry_on, rule)


def may_be_renewed_by_law(asked: RenewalRow | None, rule: RenewalRule | None) -> bool:
    """Say whether a case has a `renewal` deadline: a known certificate with an end, asked in time, no law against it."""
    return (
        asked is not None
        and rule is not None
        and asked.certificate_id is not None
        and asked.expiry_on is not None
        and not asked.is_late
        and not rule.is_excluded
    )


def renewal_guards(case: RenewalCase) -> dict[str, bool]:
    """Return the guards R1 to R6 by their codes (`renewal_guard`), with whether each holds."""
    asked, certificate, rule = case.asked, case.certificate, case.rule
    expiry_on = asked.expiry_on if asked else None
    is_known = (
        asked is not None
        and certificate is not None
        and rule is not None
        and expiry_on is not None
        and certificate.valid_to_on == expiry_on
        and certificate.matter_code in (rule.renews, *rule.also_renews)
        and certificate.holder_id_number in case.holder_numbers
    )
    is_late = rule is None or is_asked_late(case.received_at, expiry_on, rule)
    was_accepted = case.accepted_at is not None and expiry_on is not None and case.accepted_at <= expiry_of(expiry_on)
    return {
        "certificate_unknown": is_known,
        "asked_late": not is_late,
        "not_accepted": was_accepted and (case.state in IN_HAND or case.is_decided),
        "already_decided": not case.is_decided,
        "not_renewable": rule is not None and not rule.is_excluded,
        "certificate_ended": certificate is None or certificate.state not in ENDED,
    }


def warnings_before(expiry_on: date, calendar: ResolvedCalendar) -> DeadlineInstants:
    """Return when the end is announced: ten working days before as `yellow_at`, three as `due_at` (K15).

    Without instants while the working days of that year are not known yet; a calendar that knows them brings them.
    """
    if not calendar.covers(expiry_on):
        return DeadlineInstants(due_at=None, calendar_id=calendar.id)
    end = to_local(expiry_of(expiry_on))
    first, last = before(end, FIRST_WARNING, calendar), before(end, LAST_WARNING, calendar)
    return DeadlineInstants(due_at=to_utc(last), yellow_at=to_utc(first), calendar_id=calendar.id)


def renewed_until(certificate: CertificateRow) -> date | None:
    """Return the last day of the new validity: as long as the old one, from the day after its end. Design, section 13."""
    if certificate.valid_to_on is None:
        return None
    first_on, end_on = certificate.valid_from_on, certificate.valid_to_on + ONE_DAY
    months = (end_on.year - first_on.year) * MONTHS_OF_A_YEAR + end_on.month - first_on.month
    if months > 0 and months_later(first_on, months) == end_on:
        return months_later(end_on, months) - ONE_DAY
    return certificate.valid_to_on + (end_on - first_on)


def is_invited(expiry_on: date, rule: RenewalRule, today: date) -> bool:
    """Say whether a holder is invited to ask: within sixty days before the window ends, while it lasts."""
    last_on = last_day_to_ask(expiry_on, rule)
    return last_on - timedelta(days=INVITED_DAYS) <= today <= last_on


def blocking(guards: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the codes of the guards that are false, in their order."""
    return tuple(code for code, holds in guards.items() if not holds)
