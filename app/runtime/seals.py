"""Acts on the seal of a paper (用印): by the system, by a person, or put off while the seal service is down."""

from datetime import datetime

from app.domain.seal import (
    RESULT_KINDS,
    PaperSeal,
    SealChange,
    next_try_at,
    require_authorised,
    require_unsealed,
)
from app.domain.vocabulary import FilingState, SealState
from app.runtime.casework import Casework
from app.runtime.filing import filing_of, set_filing
from app.runtime.notices import tell_applicant

WAITING_FOR_SEAL = (FilingState.SIGNED, FilingState.SEAL_QUEUED)


def ask_system(work: Casework, paper: PaperSeal) -> SealState:
    """Have the system seal a paper. Raises Forbidden `seal_not_authorised`, and the errors of `require_unsealed`."""
    require_unsealed(paper.seal_state)
    require_authorised(work.loaded.seal_authorisations, paper.kind, work.now)
    _change(work, paper, SealState.QUEUED, next_at=work.now)
    work.record("seal_asked", {"document_no": paper.document_no})
    return SealState.QUEUED


def seal_by_person(work: Casework, paper: PaperSeal) -> SealState:
    """Record that the acting person sealed a paper. Raises the errors of `require_unsealed`."""
    require_unsealed(paper.seal_state)
    _sealed(work, paper)
    return SealState.SEALED


def note_sealed(work: Casework, paper: PaperSeal) -> None:
    """Record that the system sealed a paper."""
    _sealed(work, paper)


def note_service_down(work: Casework, paper: PaperSeal) -> None:
    """Put a paper off because the seal service did not answer; the applicant hears of it once, the approval stands."""
    attempts = paper.seal_attempts + 1
    _change(work, paper, SealState.QUEUED, next_at=next_try_at(work.now, attempts), attempts=attempts)
    if attempts > 1:
        return
    work.record("seal_queued", {"document_no": paper.document_no})
    if paper.kind in RESULT_KINDS and filing_of(work) == FilingState.SIGNED:
        set_filing(work, FilingState.SEAL_QUEUED)
    tell_applicant(work, "seal_queued", {"document_no": paper.document_no})


def leave_to_person(work: Casework, paper: PaperSeal) -> None:
    """Leave a queued paper to a person, because the authorisation is no longer in force."""
    _change(work, paper, SealState.BY_PERSON)
    work.record("seal_left_to_person", {"document_no": paper.document_no})


def _sealed(work: Casework, paper: PaperSeal) -> None:
    work.changes.seals.append(
        SealChange(
            id=paper.id,
            seal_state=SealState.SEALED,
            seal_attempts=paper.seal_attempts,
            seal_next_at=None,
            sealed_by=work.actor.code,
            sealed_at=work.now,
        )
    )
    work.record("document_sealed", {"document_no": paper.document_no})
    if paper.kind in RESULT_KINDS and filing_of(work) in WAITING_FOR_SEAL:
        set_filing(work, FilingState.FILED)


def _change(
    work: Casework, paper: PaperSeal, state: SealState, *, next_at: datetime | None = None, attempts: int | None = None
) -> None:
    work.changes.seals.append(
        SealChange(
            id=paper.id,
            seal_state=state,
            seal_attempts=paper.seal_attempts if attempts is None else attempts,
            seal_next_at=next_at,
            sealed_by=None,
            sealed_at=None,
        )
    )
