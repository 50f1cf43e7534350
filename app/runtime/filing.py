"""Filing (补齐) of the result of an approval or renewal by default: where it stands, step by step."""

from app.domain.seal import FILING_OUTCOMES, FilingChange
from app.domain.vocabulary import FilingState
from app.runtime.casework import Casework


def note_filing_step(work: Casework, outcome: str | None) -> None:
    """Note that a step of the filing was completed: prepared, signed, or sent back to the handler."""
    state = FILING_OUTCOMES.get(outcome or "")
    if state is not None:
        set_filing(work, state)


def set_filing(work: Casework, state: FilingState) -> None:
    """Set where the filing stands; nothing changes where a person decided. The last of a move counts."""
    decided = work.loaded.decision
    if decided is not None and decided.filing_state is not None:
        work.changes.filings = [FilingChange(case_id=work.case.id, filing_state=state)]


def filing_of(work: Casework) -> str | None:
    """Return where the filing stood before this move; None where a person decided."""
    return work.loaded.decision.filing_state if work.loaded.decision else None
