"""The row of a deadline after a stage of it has fired."""

from datetime import datetime

from app.domain.change_set import DeadlineChange
from app.domain.loaded_case import DeadlineFacts
from app.domain.vocabulary import DeadlineState, Stage


def row_after(deadline: DeadlineFacts, *, state: DeadlineState, last_error: str | None = None) -> DeadlineChange:
    """Return the row as it was, in another state; a blocked one is not tried again by itself."""
    return DeadlineChange(
        id=deadline.id,
        due_at=deadline.due_at,
        yellow_at=deadline.yellow_at,
        red_at=deadline.red_at,
        is_provisional=deadline.is_provisional,
        calendar_id=deadline.calendar_id,
        element=deadline.element,
        engine_task=deadline.engine_task,
        stage=deadline.stage,
        lane=deadline.lane,
        fire_at=None if state == DeadlineState.BLOCKED else deadline.fire_at,
        state=state,
        last_error=last_error,
    )


def instant_of(deadline: DeadlineFacts, stage: Stage) -> datetime | None:
    """Return the legal instant of a stage; None where it has none, or the clock stands still."""
    return {Stage.YELLOW: deadline.yellow_at, Stage.RED: deadline.red_at, Stage.DUE: deadline.due_at}[stage]


def text_of(instant: datetime | None) -> str:
    """Return an instant as RFC 3339 text, empty for none."""
    return instant.isoformat() if instant else ""
