"""Rows of the approval by default (超时默认): holds, and the release of what an outage or a closure blocks."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold of an approval by default (暂缓), asked for by one person and answered by another.

    until_at: while it is asked for, when it expires unanswered; once confirmed, when it ends. None when it waits for a
    finding. finding: what the head of the unit signed. ended_at: None while it blocks.
    """

    id: int
    case_id: int
    reason: str
    text: str
    state: str
    requested_by: str
    requested_at: datetime
    until_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    finding: str | None = None
    finding_text: str | None = None
    signed_by: str | None = None
    signed_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountabilityRow:
    """Who let a limit pass and why (责任认定). facts: canonical JSON of steps and suspensions at the opening."""

    id: int
    case_id: int
    clock: str
    opened_at: datetime
    state: str
    department_id: int
    facts: str
    cause_due_at: datetime | None = None
    cause: str | None = None
    cause_text: str | None = None
    cause_by: str | None = None
    cause_at: datetime | None = None
    finding: str | None = None
    measures: str | None = None
    finding_by: str | None = None
    finding_at: datetime | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
