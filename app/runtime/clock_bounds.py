"""What acts on the clocks of a case may not reach behind, and what they are checked against."""

from datetime import datetime

from app.domain.clock_correction import CorrectionRules
from app.domain.clock_replay import Bounds
from app.domain.vocabulary import DeadlineState
from app.runtime.casework import Casework


def last_fixed_at(work: Casework) -> datetime | None:
    """Return the last instant no act may be dated before: a fired deadline of a clock, or the decision (section 3)."""
    fired = [row.due_at for row in work.loaded.deadlines if row.clock and row.state == DeadlineState.FIRED]
    decided = work.loaded.decision.effective_at if work.loaded.decision else None
    return max((at for at in (*fired, decided) if at is not None), default=None)


def correction_rules(work: Casework) -> CorrectionRules:
    """Return what a corrected history of this case must keep to: its lawful grounds and its extension rule."""
    rules, offering = work.published.time_rules, work.loaded.offering
    item_type = offering.item_type if offering else ""
    extension = offering.extension if offering else None
    fitting = (item for item in rules.grounds.values() if not item.item_types or item_type in item.item_types)
    return CorrectionRules(
        calendars=work.published.calendars,
        counting=rules.counting,
        bounds=Bounds(
            grounds=frozenset(item.code for item in fitting),
            extension_count=extension.count if extension else None,
            extension_days=extension.days if extension else None,
        ),
    )
