"""Correction of a ledger entry (台账更正): another person says what is right; what was wrong stays visible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.domain.calendar import ResolvedCalendar, to_utc
from app.domain.clock_entry import COMMON_CLOCKS, ClockEntry, corrected
from app.domain.clock_replay import Bounds, Step, replay
from app.domain.counting import CountingRules
from app.domain.errors import Conflict, Forbidden, NotFound, RuleViolation
from app.domain.vocabulary import LedgerKind

CORRECTABLE = (LedgerKind.START, LedgerKind.SUSPEND, LedgerKind.RESUME, LedgerKind.EXTEND, LedgerKind.RECLASSIFY)
CONFLICTS = ("clock_stopped", "clock_not_suspended", "clock_running")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRules:
    """What a corrected history is checked against. calendars: by id, at least those the ledger names."""

    calendars: Mapping[str, ResolvedCalendar]
    counting: CountingRules
    bounds: Bounds


def correct_entry(
    ledger: Sequence[ClockEntry],
    replacement: ClockEntry,
    *,
    corrects: int,
    reason: str,
    second_person: str,
    rules: CorrectionRules,
    fired_at: datetime | None = None,
) -> ClockEntry:
    """Replace an entry: the fold uses what `replacement` says in its place, both stay visible.

    What `replacement` leaves empty stays as it was. corrects: seq of the entry. second_person: who answers for the
    correction, another than who made the entry. fired_at: the last fired deadline or decision.
    Raises NotFound `clock_entry_unknown`, RuleViolation `clock_entry_fixed` for an entry no person made,
    `clock_reason_missing`, Forbidden `second_person_needed`, RuleViolation `clock_future`, `clock_backdated` when old or
    new instant lies before a fired deadline or a decision, and the code an entry would break a guard with afterwards.
    Source: time-limits.md section 3 (correct).
    """
    target = _named(ledger, corrects)
    if target.kind not in CORRECTABLE:
        raise RuleViolation("clock_entry_fixed", entry=corrects, kind=target.kind)
    if not reason.strip():
        raise RuleViolation("clock_reason_missing", clock=target.clock)
    if second_person in _authors(ledger, target.seq):
        raise Forbidden("second_person_needed")
    if replacement.occurred_at > replacement.recorded_at:
        raise RuleViolation("clock_future", occurred_at=replacement.occurred_at.isoformat())
    if fired_at is not None and min(target.occurred_at, replacement.occurred_at) <= fired_at:
        raise RuleViolation("clock_backdated", days=0, newest=fired_at.isoformat())
    entry = replace(
        replacement,
        clock=target.clock,
        kind=LedgerKind.CORRECT,
        corrects=target.seq,
        reason=reason.strip(),
        second_person=second_person,
    )
    _refuse_broken_history(ledger, entry, rules)
    return entry


def _named(ledger: Sequence[ClockEntry], seq: int) -> ClockEntry:
    """Return an entry as it counts now; naming a correction names what it corrects."""
    by_seq = {item.seq: item for item in ledger}
    entry = by_seq.get(seq)
    while entry is not None and entry.kind == LedgerKind.CORRECT:
        entry = by_seq.get(entry.corrects or 0)
    if entry is None:
        raise NotFound("clock_entry_unknown", entry=seq)
    return next(item for item in corrected(ledger) if item.seq == entry.seq)


def _authors(ledger: Sequence[ClockEntry], seq: int) -> frozenset[str]:
    """Return who made an entry, and who corrected it before: nobody answers for what is their own."""
    return frozenset(item.actor for item in ledger if seq in (item.seq, item.corrects))


def _refuse_broken_history(ledger: Sequence[ClockEntry], entry: ClockEntry, rules: CorrectionRules) -> None:
    """Ask every guard again: what held before must hold afterwards, or the correction would undo other acts."""
    for clock in (entry.clock,) if entry.clock else COMMON_CLOCKS:
        held = {step.entry.seq for step in _steps(ledger, clock, rules) if step.code is None}
        for step in _steps([*ledger, entry], clock, rules):
            if step.code is not None and step.entry.seq in held:
                code = "clock_resume_before_suspend" if step.entry.kind == LedgerKind.RESUME else step.code
                refused = Conflict if code in CONFLICTS else RuleViolation
                raise refused(code, clock=clock, **_facts(step, [*ledger, entry], rules.bounds))


def _facts(step: Step, ledger: Sequence[ClockEntry], bounds: Bounds) -> dict[str, Any]:
    """Return what the sentences of a broken guard name: the entry, its article, the due instant known then, the bounds."""
    entry = step.entry
    begun = next(
        (
            item
            for item in corrected(ledger)
            if item.suspension_id is not None and item.suspension_id == entry.suspension_id
        ),
        entry,
    )
    return {
        "article": entry.article or "",
        "ground": entry.ground or "",
        "due_at": to_utc(step.due_before).isoformat() if step.due_before else "",
        "suspended_at": begun.occurred_at.isoformat(),
        "days": entry.days or 0,
        "most": bounds.extension_days or 0,
        "count": bounds.extension_count or 0,
    }


def _steps(ledger: Sequence[ClockEntry], clock: str, rules: CorrectionRules) -> tuple[Step, ...]:
    return replay(ledger, clock, calendars=rules.calendars, counting=rules.counting, bounds=rules.bounds)[1]
