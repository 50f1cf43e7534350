"""Result certificates (证照) in the register: what a decision gives, from when to when, and what became of it. Pure.

Source: 行政许可法 art. 39 (certificates), 50 (validity and renewal), 69 and 70 (revocation, cancellation).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from app.domain.calendar import to_local
from app.domain.counting import months_later
from app.domain.errors import Conflict, InvalidInput
from app.domain.limit import TimeLimit, parse_limit
from app.domain.vocabulary import CertificateState, LimitUnit

ONE_DAY = timedelta(days=1)
ALIVE = (CertificateState.VALID, CertificateState.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds what a case gives: the subject where it is about somebody else, else the applicant."""

    name: str
    id_type: str
    id_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A certificate in the register. valid_to_on: its last day, None without an end. case_id: None for an older one.

    previous_id: the one it renews. source_document: what an older one was entered from. state: as stored; whether a
    valid one has expired follows from the date (`state_on`).
    """

    id: int
    certificate_no: str
    name: str
    matter_code: str
    case_id: int | None
    department_id: int
    prefecture: str
    county: str | None
    holder_name: str
    holder_id_type: str
    holder_id_number: str
    valid_from_on: date
    valid_to_on: date | None
    state: str
    state_at: datetime
    entered_by: str
    entered_at: datetime
    source_document: str = ""
    previous_id: int | None = None
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateChange:
    """What became of a certificate; guarded by `version`."""

    id: int
    version: int  # the version read; the row gets version + 1
    state: str
    state_at: datetime


def state_on(state: str, valid_to_on: date | None, today: date) -> CertificateState:
    """Return where a certificate stands on a local date: a valid one expires by itself after its last day."""
    if state == CertificateState.VALID and valid_to_on is not None and today > valid_to_on:
        return CertificateState.EXPIRED
    return CertificateState(state)


def require_alive(row: CertificateRow, now: datetime) -> None:
    """Raise Conflict `certificate_ended` for one that was revoked, cancelled or renewed."""
    state = state_on(row.state, row.valid_to_on, to_local(now).date())
    if state not in ALIVE:
        raise Conflict("certificate_ended", certificate=row.certificate_no, state=state.value)


def last_day_of(first_on: date, validity: str) -> date | None:
    """Return the last day of a validity such as `60M` or `90D` that begins on `first_on`; None for an empty text.

    The last day is the one before the corresponding date (五年: 2026-03-09 to 2031-03-08). Design of this project.
    Raises InvalidInput `certificate_validity` for another unit.
    """
    if not validity:
        return None
    limit = parse_limit(validity)
    if isinstance(limit, TimeLimit) and limit.amount > 0:
        if limit.unit == LimitUnit.MONTH:
            return months_later(first_on, limit.amount) - ONE_DAY
        if limit.unit == LimitUnit.DAY:
            return first_on + timedelta(days=limit.amount - 1)
    raise InvalidInput("certificate_validity", text=validity)


def require_dates(valid_from_on: date, valid_to_on: date | None) -> None:
    """Raise InvalidInput `certificate_span` for a certificate that would end before it begins."""
    if valid_to_on is not None and valid_to_on < valid_from_on:
        raise InvalidInput("certificate_span", start=valid_from_on.isoformat(), end=valid_to_on.isoformat())


def changed(row: CertificateRow, state: CertificateState, now: datetime) -> CertificateChange:
    """Return the change that puts a certificate into another state."""
    return CertificateChange(id=row.id, version=row.version, state=state, state_at=now)


def with_state(row: CertificateRow, change: CertificateChange) -> CertificateRow:
    """Return a certificate as it is after a change."""
    return replace(row, state=change.state, state_at=change.state_at, version=row.version + 1)
