"""Hold (暂缓) of an approval by default: asked for by a supervisor, answered by another person, never renewed. Pure.

Each function returns the row as it is afterwards and refuses by raising; it changes nothing.
Source: time-limits.md section 8 (hold in two steps).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from app.domain.authority import CasePlace, Person, is_prefecture
from app.domain.calendar import ResolvedCalendar, at_second, to_local, to_utc
from app.domain.deemed import GRAVE_REASONS
from app.domain.deemed_rows import HoldRow
from app.domain.errors import Conflict, Forbidden, RuleViolation
from app.domain.time_rules import DeemedRules
from app.domain.vocabulary import HoldFinding, HoldState, Role

WAITING = (HoldState.REQUESTED, HoldState.CONFIRMED)
ONE_DAY = timedelta(days=1)


def open_hold(holds: Sequence[HoldRow]) -> HoldRow | None:
    """Return the hold that was not answered, ended or lifted; a case has at most one. None when there is none."""
    return next((hold for hold in holds if hold.ended_at is None), None)


def running_hold(holds: Sequence[HoldRow]) -> HoldRow | None:
    """Return the hold that is asked for or confirmed: it has an instant at which it runs out."""
    found = open_hold(holds)
    return found if found is not None and found.state in WAITING else None


def is_over(hold: HoldRow, now: datetime) -> bool:
    """Say whether a hold has run out by `now` and the approval applies again, though no tick has come by yet."""
    is_grave = hold.state == HoldState.CONFIRMED and hold.reason in GRAVE_REASONS
    return hold.until_at is not None and now > hold.until_at and not is_grave


def is_left_to_person(holds: Sequence[HoldRow]) -> bool:
    """Say whether a finding is outstanding or found the suspicion true: then only a person decides."""
    return any(hold.state == HoldState.FINDING_DUE or hold.finding == HoldFinding.FOUNDED for hold in holds)


def is_holding(holds: Sequence[HoldRow]) -> bool:
    """Say whether guard G9 is false: a hold is open, or a finding leaves the decision to a person."""
    return open_hold(holds) is not None or is_left_to_person(holds)


# ---------------------------------------------------------------- who
def require_requester(person: Person, place: CasePlace) -> None:
    """Raise Forbidden `hold_not_allowed` unless the person is a supervisor of the case's county or prefecture."""
    if not is_supervisor(person, place):
        raise Forbidden("hold_not_allowed", needs=Role.SUPERVISOR.value)


def require_answerer(person: Person, place: CasePlace) -> None:
    """Raise Forbidden `hold_not_allowed` unless a supervisor of the place or the duty officer of the prefecture answers."""
    is_duty_officer = any(
        held.role == Role.DUTY_OFFICER and is_prefecture(held.region_code) and _covers(held.region_code, place)
        for held in person.memberships
    )
    if not is_duty_officer and not is_supervisor(person, place):
        raise Forbidden("hold_not_allowed", needs=Role.DUTY_OFFICER.value)


def is_supervisor(person: Person, place: CasePlace) -> bool:
    """Say whether the person is a supervisor of the county or prefecture a case lies in."""
    return any(held.role == Role.SUPERVISOR and _covers(held.region_code, place) for held in person.memberships)


def _covers(region_code: str, place: CasePlace) -> bool:
    if is_prefecture(region_code):
        return place.prefecture == region_code[:4]
    return place.county is not None and place.county == region_code[:6]


# ---------------------------------------------------------------- until when
def request_until(now: datetime, calendar: ResolvedCalendar, rules: DeemedRules) -> datetime:
    """Return when a request that nobody answers expires: 12:00 of the next working day; aware UTC."""
    following = calendar.next_working(to_local(now).date() + ONE_DAY)
    return to_utc(at_second(following, rules.hold_request_until_s))


def confirmed_until(now: datetime, working_days: int, calendar: ResolvedCalendar, rules: DeemedRules) -> datetime:
    """Return when a confirmed hold ends: the close of its last working day, the day of the confirmation not counted.

    Raises RuleViolation `hold_too_long` for more days than the rule, and for less than one.
    """
    if not 0 < working_days <= rules.hold_max_working_days:
        raise RuleViolation("hold_too_long", most=rules.hold_max_working_days, days=working_days)
    last: date = calendar.day_at(calendar.rank(to_local(now).date()) - 1 + working_days)
    return to_utc(calendar.close_of(last))


# ---------------------------------------------------------------- acts
def request_hold(
    holds: Sequence[HoldRow],
    *,
    hold_id: int,
    case_id: int,
    reason: str,
    text: str,
    by: str,
    now: datetime,
    until: datetime,
) -> HoldRow:
    """Ask for a hold; it blocks at once. by: the actor.

    Raises RuleViolation `clock_reason_missing` without a text, Conflict `hold_repeated` when the case was held for this
    reason before, `hold_state` while another hold is open.
    """
    if not text.strip():
        raise RuleViolation("clock_reason_missing", clock="deemed")
    if any(hold.reason == reason for hold in holds):
        raise Conflict("hold_repeated", reason=reason)
    standing = open_hold(holds)
    if standing is not None:
        raise Conflict("hold_state", state=standing.state)
    return HoldRow(
        id=hold_id,
        case_id=case_id,
        reason=reason,
        text=text.strip(),
        state=HoldState.REQUESTED,
        requested_by=by,
        requested_at=now,
        until_at=until,
    )


def confirm_hold(hold: HoldRow, *, by: str, now: datetime, until: datetime) -> HoldRow:
    """Confirm a request until `until`. Raises Forbidden `hold_not_allowed` for its requester, Conflict `hold_state`."""
    _require_answerable(hold, by, now)
    return replace(hold, state=HoldState.CONFIRMED, decided_by=by, decided_at=now, until_at=until)


def reject_hold(hold: HoldRow, *, by: str, now: datetime) -> HoldRow:
    """Reject a request. Raises Forbidden `hold_not_allowed` for its requester, Conflict `hold_state`."""
    _require_answerable(hold, by, now)
    return replace(hold, state=HoldState.REJECTED, decided_by=by, decided_at=now, until_at=None, ended_at=now)


def lift_hold(hold: HoldRow, *, now: datetime) -> HoldRow:
    """Lift a confirmed hold; one for fraud or public safety then waits for a finding.

    Raises Conflict `finding_missing` when it does already, `hold_state` for any other state.
    """
    if hold.state == HoldState.FINDING_DUE:
        raise Conflict("finding_missing", hold=str(hold.id))
    if hold.state != HoldState.CONFIRMED:
        raise Conflict("hold_state", state=hold.state)
    return _released(hold, HoldState.LIFTED, now)


def run_out(hold: HoldRow, *, now: datetime) -> HoldRow:
    """Return a hold whose instant has passed: a request expired, a confirmed hold ended or waits for a finding."""
    if hold.state == HoldState.REQUESTED:
        return replace(hold, state=HoldState.EXPIRED, until_at=None, ended_at=now)
    return _released(hold, HoldState.ENDED, now)


def sign_finding(hold: HoldRow, *, finding: str, text: str, by: str, now: datetime) -> HoldRow:
    """Sign the finding on a hold for fraud or public safety.

    Raises Conflict `hold_state` when none is due, Forbidden `hold_not_allowed` for who asked for or confirmed the hold,
    RuleViolation `clock_reason_missing` without a text.
    """
    if hold.state != HoldState.FINDING_DUE:
        raise Conflict("hold_state", state=hold.state)
    if by in (hold.requested_by, hold.decided_by):
        raise Forbidden("hold_not_allowed", needs=Role.UNIT_HEAD.value)
    if not text.strip():
        raise RuleViolation("clock_reason_missing", clock="deemed")
    return replace(
        hold,
        state=HoldState.ENDED,
        finding=finding,
        finding_text=text.strip(),
        signed_by=by,
        signed_at=now,
        ended_at=now,
    )


def close_with_case(hold: HoldRow, *, now: datetime) -> HoldRow:
    """Return an open hold of a case that a person decided or that ended otherwise."""
    return replace(hold, state=HoldState.ENDED, until_at=None, ended_at=now)


def _released(hold: HoldRow, state: HoldState, now: datetime) -> HoldRow:
    if hold.reason in GRAVE_REASONS:
        return replace(hold, state=HoldState.FINDING_DUE, until_at=None)
    return replace(hold, state=state, until_at=None, ended_at=now)


def _require_answerable(hold: HoldRow, by: str, now: datetime) -> None:
    """A request is answered by another person, until the instant it expires at (which is still in time)."""
    if by == hold.requested_by:
        raise Forbidden("hold_not_allowed", needs=Role.SUPERVISOR.value)
    if hold.state != HoldState.REQUESTED or (hold.until_at is not None and now > hold.until_at):
        raise Conflict("hold_state", state=hold.state)
