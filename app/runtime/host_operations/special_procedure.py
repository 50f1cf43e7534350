"""Special procedures (特别程序): lawful grounds that stop the clock, and its restart."""

from decimal import Decimal

from app.domain.snapshot import OpenService
from app.runtime.casework import Casework
from app.runtime.suspension import resume, suspend, try_suspension


def suspend_clock(work: Casework, service: OpenService) -> dict[str, object]:
    """Stop the clocks for the ground, the reason and the expected days given by the step (行政许可法 art. 45)."""
    inputs = service.inputs
    ground, expected_days = str(inputs.get("ground") or ""), _whole_days(inputs.get("expected_days"))
    try_suspension(work, ground, expected_days)
    suspension_id = suspend(
        work,
        ground=ground,
        document_no=str(inputs.get("document_no") or ""),
        expected_days=expected_days,
        occurred_at=work.now,
        reason=str(inputs.get("reason") or ""),
    )
    return {"suspension_id": str(suspension_id)}


def resume_clock(work: Casework, service: OpenService) -> dict[str, object]:
    """Let the clocks run again; their due instants move by the working days that did not count.

    A ground that ends with a result needs the number of its document from the step.
    """
    work.try_clock_act("resume")
    document_no = str(service.inputs.get("document_no") or "")
    resume(work, suspension_id=None, occurred_at=work.now, document_no=document_no)
    return {}


def _whole_days(value: object) -> int:
    """Return a number of days; 0, which no rule allows, for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return 0
    return int(value)
