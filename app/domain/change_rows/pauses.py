"""A technical pause (技术暂停): an instance that nobody and nothing but its applicant moves; its legal clocks run on."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRow:
    """A technical pause of a case. resumed_at None: it lasts."""

    id: int
    case_id: int
    paused_at: datetime
    paused_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseEnd:
    """The end of a technical pause."""

    id: int
    resumed_at: datetime
    resumed_by: str
