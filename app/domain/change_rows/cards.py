"""Rows of warning cards (红黄牌)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A card that is issued, once per case, clock, element and colour.

    supervision_no, rule_no: of GB/T 39046-2020 table 11. element: of the step a step's own card is about, the cause of
    one a supervisor issues. due_at: the due instant it is about. handler_id: staff it counts for, None = the unit.
    raised_by: actor code. facts: canonical JSON of what has no column.
    """

    id: int
    case_id: int
    supervision_no: str
    rule_no: str
    clock: str
    element: str
    colour: str
    cause: str
    state: str
    issued_at: datetime
    state_at: datetime
    due_at: datetime | None
    county: str | None
    department_id: int
    handler_id: int | None
    raised_by: str
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardChange:
    """What an act on a card changes; every field is written. Guarded by `version`; who acted is an actor code."""

    id: int
    version: int  # the version read; the row gets version + 1
    state: str
    state_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    explained_by: str | None
    explained_at: datetime | None
    explanation: str | None
    appealed_by: str | None
    appealed_at: datetime | None
    appeal_ground: str | None
    appeal_text: str | None
    outcome: str | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
