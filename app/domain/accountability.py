"""Accountability record (责任认定): who let a limit pass, why, and what was done about it. Pure.

Each function returns the row as it is afterwards and refuses by raising. Source: time-limits.md section 8.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.domain.calendar import ResolvedCalendar, to_local, to_utc
from app.domain.clock_entry import ClockEntry
from app.domain.deemed_rows import AccountabilityRow
from app.domain.errors import Conflict, RuleViolation
from app.domain.loaded_case import HandledStep
from app.domain.vocabulary import AccountabilityState, LedgerKind

CAUSE_WORKING_DAYS = 3


def cause_due_at(now: datetime, calendar: ResolvedCalendar) -> datetime:
    """Return until when the unit chooses the cause: the close of the third working day, today not counted; aware UTC."""
    return to_utc(calendar.close_at(calendar.rank(to_local(now).date()) - 1 + CAUSE_WORKING_DAYS))


def facts_of_case(steps: Iterable[HandledStep], ledger: Iterable[ClockEntry]) -> dict[str, object]:
    """Return what the record keeps of the case: who did which step when, and the suspensions; no personal data."""
    suspensions = [
        {"ground": entry.ground, "at": entry.occurred_at.isoformat(), "kind": str(entry.kind)}
        for entry in ledger
        if entry.kind in (LedgerKind.SUSPEND, LedgerKind.RESUME)
    ]
    done = [
        {
            "element": step.element,
            "role": step.role,
            "outcome": step.outcome,
            "by": f"staff:{step.completed_by}",
            "at": step.closed_at.isoformat(),
        }
        for step in sorted(steps, key=lambda item: item.closed_at)
    ]
    return {"steps": done, "suspensions": suspensions}


def choose_cause(row: AccountabilityRow, *, cause: str, text: str, by: str, now: datetime) -> AccountabilityRow:
    """Choose the cause, as head of the unit. A late choice counts; the list shows that it was late.

    Raises Conflict `accountability_state` once a finding stands, RuleViolation `clock_reason_missing` without a text.
    """
    _require(row, AccountabilityState.OPEN, AccountabilityState.CAUSE_CHOSEN)
    _require_text(text)
    return replace(
        row, state=AccountabilityState.CAUSE_CHOSEN, cause=cause, cause_text=text.strip(), cause_by=by, cause_at=now
    )


def enter_finding(row: AccountabilityRow, *, finding: str, measures: str, by: str, now: datetime) -> AccountabilityRow:
    """Enter the finding of the supervision office and the measures; the unit had its say or its time is over.

    Raises Conflict `accountability_state` before that, and once the record is closed; RuleViolation
    `clock_reason_missing` without a finding.
    """
    if row.state == AccountabilityState.OPEN and row.cause_due_at is not None and now <= row.cause_due_at:
        raise Conflict("accountability_state", state=row.state)
    _require(row, AccountabilityState.OPEN, AccountabilityState.CAUSE_CHOSEN, AccountabilityState.FOUND)
    _require_text(finding)
    return replace(
        row,
        state=AccountabilityState.FOUND,
        finding=finding.strip(),
        measures=measures.strip(),
        finding_by=by,
        finding_at=now,
    )


def close_record(row: AccountabilityRow, *, by: str, now: datetime) -> AccountabilityRow:
    """Close the record. Raises Conflict `accountability_state` before a finding stands, or when it is closed."""
    _require(row, AccountabilityState.FOUND)
    return replace(row, state=AccountabilityState.CLOSED, closed_by=by, closed_at=now)


def _require(row: AccountabilityRow, *states: AccountabilityState) -> None:
    if row.state not in states:
        raise Conflict("accountability_state", state=row.state)


def _require_text(text: str) -> None:
    if not text.strip():
        raise RuleViolation("clock_reason_missing", clock="accountability")
