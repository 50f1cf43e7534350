"""What a new working calendar changes in the cases it concerns (日历变更)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHead:
    """A case whose clocks were counted again: its audit chain grew, nothing else of its row changed.

    version: the one that was read; the row gets version + 1.
    """

    id: int
    version: int
    last_seq: int
    last_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCaseChange:
    """What a calendar load did with a case that waited for it. facts: canonical JSON, one object a clock."""

    load_id: int
    case_id: int
    outcome: str
    facts: str
