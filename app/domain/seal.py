"""Seals of papers (用印): the system seals only under an authorisation in force, else a person does.

Pure. Source: time-limits.md section 8 (seal); the rule is a design of this project, no statute lets a program seal by
itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.calendar import to_local
from app.domain.errors import Conflict, Forbidden, InvalidInput
from app.domain.vocabulary import FilingState, SealState

# What an authority may let the system seal: the notices of approvals and renewals by default, and the result.
SEALED_KINDS = ("deemed_notice", "renewal_notice", "decision")
RESULT_KINDS = ("decision",)
FIRST_RETRY_S, LONGEST_RETRY_S = 60, 900
FILING_OUTCOMES: Mapping[str, FilingState] = {
    "prepared": FilingState.PREPARED,
    "signed": FilingState.SIGNED,
    "return": FilingState.OPEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SealAuthorisation:
    """Leave for the system to seal one kind of paper of a department (用印授权). Both dates are included."""

    id: int
    department_id: int
    document_kind: str
    document_no: str
    valid_from_on: date
    valid_to_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPlace:
    """Where the seal goes: page from 1, centre in points from the upper left corner."""

    page: int
    x_pt: float
    y_pt: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRequest:
    """A paper to be sealed for a department. content: PDF. pages_count: how many pages it has."""

    document_no: str
    department_code: str
    content: bytes
    pages_count: int
    place: SealPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSeal:
    """The seal of an issued paper as an act on it reads it."""

    id: int
    case_id: int
    kind: str
    document_no: str
    seal_state: str | None
    seal_attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SealChange:
    """What an act on the seal of a paper changes; every field is written. Nothing is sealed twice."""

    id: int
    seal_state: str
    seal_attempts: int
    seal_next_at: datetime | None
    sealed_by: str | None
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingChange:
    """Where the filing of a decision stands now."""

    case_id: int
    filing_state: str


def is_authorised(authorisations: Iterable[SealAuthorisation], kind: str, on: datetime) -> bool:
    """Say whether one of a department's authorisations lets the system seal `kind` on the local date of an instant."""
    today = to_local(on).date()
    return any(
        item.document_kind == kind and item.valid_from_on <= today <= item.valid_to_on for item in authorisations
    )


def state_at_issue(authorisations: Iterable[SealAuthorisation], kind: str, now: datetime) -> SealState | None:
    """Return where the seal of a new paper stands; None for a kind that needs none."""
    if kind not in SEALED_KINDS:
        return None
    return SealState.QUEUED if is_authorised(authorisations, kind, now) else SealState.BY_PERSON


def require_authorised(authorisations: Iterable[SealAuthorisation], kind: str, now: datetime) -> None:
    """Raise Forbidden `seal_not_authorised` when the system is asked to seal without an authorisation in force."""
    if not is_authorised(authorisations, kind, now):
        raise Forbidden("seal_not_authorised", kind=kind)


def require_unsealed(seal_state: str | None) -> None:
    """Raise InvalidInput `seal_not_needed` for a paper that carries no seal, Conflict `seal_done` for a sealed one."""
    if seal_state is None:
        raise InvalidInput("seal_not_needed")
    if seal_state == SealState.SEALED:
        raise Conflict("seal_done")


def require_span(valid_from_on: date, valid_to_on: date) -> None:
    """Raise InvalidInput `seal_span` when an authorisation would end before it begins."""
    if valid_to_on < valid_from_on:
        raise InvalidInput("seal_span", start=valid_from_on.isoformat(), end=valid_to_on.isoformat())


def next_try_at(now: datetime, attempts: int) -> datetime:
    """Return when a seal that failed is tried again. attempts: tries so far, this one included."""
    return now + timedelta(seconds=min(FIRST_RETRY_S * 2 ** (attempts - 1), LONGEST_RETRY_S))
