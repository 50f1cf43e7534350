"""Closing (办结): the case ends; its clocks end with it, and its parent is told."""

from app.domain.case_life import is_granting
from app.domain.vocabulary import CaseState, ClockName, ResultKind
from app.runtime.acceptance import stop_running
from app.runtime.cards import close_cards
from app.runtime.casework import Casework
from app.runtime.holds import close_open_hold
from app.runtime.parent_case import tell_parent

ALL_CLOCKS = tuple(ClockName)


def close(work: Casework, *, state: CaseState, result_kind: ResultKind, kind: str = "case_closed") -> None:
    """End the case in `state`. Clocks that still run stop; a parent case gets a message to join this member."""
    if work.is_closed:
        return
    work.closed_at = work.now
    work.result_kind = result_kind
    work.move_to(state)
    work.record(kind, {"state": state, "result_kind": result_kind, "decision": work.decision})
    stop_running(work, ALL_CLOCKS, at=work.now)
    close_cards(work)
    close_open_hold(work)
    tell_parent(work, key=f"join:{work.case.id}")


def close_ended(work: Casework) -> None:
    """Close a case whose diagram ended without saying how."""
    if not work.is_closed:
        close(
            work,
            state=CaseState.CLOSED,
            result_kind=ResultKind.CERTIFICATE if is_granting(work.decision) else ResultKind.FINISHED,
        )
