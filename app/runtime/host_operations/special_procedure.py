"""Special procedures (特别程序): lawful grounds that stop the clock, and its restart."""

from app.domain.errors import InvalidInput
from app.domain.snapshot import OpenService
from app.runtime.casework import Casework
from app.runtime.suspension import resume, suspend


def suspend_clock(work: Casework, service: OpenService) -> dict[str, object]:
    """Stop the clocks for the ground, the reason and the expected days given by the step (行政许可法 art. 45)."""
    inputs = service.inputs
    days = inputs.get("expected_days")
    if not isinstance(days, int | float) or isinstance(days, bool) or days <= 0:
        raise InvalidInput("clock_expected_days_missing")
    suspension_id = suspend(
        work,
        ground=str(inputs.get("ground") or ""),
        document_no=str(inputs.get("document_no") or ""),
        expected_days=int(days),
        occurred_at=work.now,
        reason=str(inputs.get("reason") or ""),
    )
    return {"suspension_id": str(suspension_id)}


def resume_clock(work: Casework, service: OpenService) -> dict[str, object]:
    """Let the clocks run again; their due instants move by the working days that did not count."""
    resume(work, suspension_id=None, occurred_at=work.now)
    return {}
