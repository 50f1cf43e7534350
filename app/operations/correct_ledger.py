"""Correct an entry of the clock ledger (更正台账): by another person than who made it, never across what has fired."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.authority import Person, may_supervise
from app.domain.clock_correction import correct_entry
from app.domain.clock_entry import ClockEntry
from app.domain.errors import Conflict, Forbidden, RuleViolation
from app.domain.request_key import RequestKey
from app.domain.vocabulary import LedgerKind, Role
from app.runtime.access import actor_of, place_of, refuse_foreign_case, roles_in_case
from app.runtime.advance import Result, Target, change_case
from app.runtime.casework import Casework
from app.runtime.clock_answers import clock_answers
from app.runtime.clock_bounds import correction_rules, last_fixed_at
from app.runtime.context import Context, in_transaction
from app.runtime.notices import tell_applicant
from app.runtime.parent_case import follow_in_parent
from app.runtime.realign import realign


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRequest:
    """What an entry should have said. corrects: its seq. What is None stays as it was; the reason is always given."""

    corrects: int
    reason: str
    occurred_at: datetime | None = None
    ground: str | None = None
    document_no: str | None = None
    expected_days: int | None = None
    days: int | None = None


def correct_ledger(
    context: Context, person: Person, *, case_id: int, asked: CorrectionRequest, request: RequestKey | None = None
) -> Result:
    """Put what is right in place of a ledger entry; both stay visible, and every open due instant is derived again.

    The caller is the second person: the unit head of the department or a supervisor, never who made the entry.
    Raises NotFound `clock_entry_unknown`, RuleViolation `clock_entry_fixed`, `clock_reason_missing`, `clock_backdated`,
    `clock_future`, `clock_expected_days_missing`, Forbidden `not_permitted`, `second_person_needed`, Conflict
    `clock_stopped`, and the code of a guard the corrected history would break.
    Source: time-limits.md section 3 (correct).
    """

    def act(work: Casework) -> Result:
        refuse_foreign_case(person, work)
        work.try_clock_act("correct", entry=asked.corrects)
        _refuse_unfit(person, work, asked)
        entry = correct_entry(
            work.ledger,
            _replacement(work, asked),
            corrects=asked.corrects,
            reason=asked.reason,
            second_person=work.actor.code,
            rules=correction_rules(work),
            fired_at=last_fixed_at(work),
        )
        work.record("clock_corrected", {"entry": entry.corrects})
        work.add_entry(entry)
        follow_in_parent(work)
        due_at = work.clock("promised").due_at
        tell_applicant(
            work, "clock_corrected", {"reason": entry.reason, "due_at": due_at.isoformat() if due_at else ""}
        )
        realign(work)
        return {"corrects": entry.corrects, "clocks": clock_answers(work)}

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request),
    )


def _refuse_unfit(person: Person, work: Casework, asked: CorrectionRequest) -> None:
    if Role.UNIT_HEAD not in roles_in_case(person, work) and not may_supervise(person, place_of(work)):
        raise Forbidden("not_permitted", needs=f"{Role.UNIT_HEAD}, {Role.SUPERVISOR}")
    if work.is_closed:
        raise Conflict("clock_stopped")
    if asked.expected_days is not None and asked.expected_days <= 0:
        raise RuleViolation("clock_expected_days_missing", article=work.published.time_rules.articles["suspension"])


def _replacement(work: Casework, asked: CorrectionRequest) -> ClockEntry:
    """Return the entry as it should have been; its instant stays that of the entry where none is given."""
    named = next((item for item in work.ledger if item.seq == asked.corrects), None)
    ground = work.published.time_rules.grounds.get(asked.ground or "")
    return ClockEntry(
        seq=work.last_seq + 1,
        clock=None,
        kind=LedgerKind.CORRECT,
        occurred_at=asked.occurred_at or (named.occurred_at if named else work.now),
        recorded_at=work.now,
        actor=work.actor.code,
        ground=asked.ground or None,
        article=ground.article if ground else None,
        document_no=asked.document_no or None,
        expected_days=asked.expected_days,
        days=asked.days,
    )
