"""Move a case to another class (调整类别): its promise is that of the class, from the same start."""

from app.domain.authority import Person
from app.domain.clock_acts import refuse_promise_over_statutory
from app.domain.clock_changes import reclassify
from app.domain.errors import InvalidInput
from app.domain.limit import TimeLimit, parse_limit
from app.domain.matter import LimitClass
from app.domain.request_key import RequestKey
from app.domain.vocabulary import ClockName, LedgerKind, Role
from app.runtime.acceptance import due_text
from app.runtime.access import actor_of, refuse_without_role
from app.runtime.advance import Result, Target, change_case
from app.runtime.calendar_following import follow_calendar
from app.runtime.casework import Casework
from app.runtime.clock_answers import clock_answers
from app.runtime.context import Context, in_transaction
from app.runtime.notices import tell_applicant
from app.runtime.realign import realign

RECLASSIFYING_ROLES = (Role.REVIEWER, Role.UNIT_HEAD)


def reclassify_clock(
    context: Context,
    person: Person,
    *,
    case_id: int,
    class_code: str,
    reason: str,
    request: RequestKey | None = None,
) -> Result:
    """Give the promised clock of a case the limit of another class of its matter; the applicant is told.

    class_code: one of the classes of the implementation list the case has, other than the present one.
    Raises InvalidInput `class_unknown`, RuleViolation `clock_not_started`, `class_due_passed`, `clock_reason_missing`,
    `promise_over_statutory`, Conflict `clock_stopped`, Forbidden `not_permitted`.
    Source: time-limits.md section 3 (reclassify).
    """

    def act(work: Casework) -> Result:
        known = {item.code for item in _classes(work)}
        work.try_clock_act("reclassify", class_code=class_code if class_code in known else None)
        refuse_without_role(person, work, RECLASSIFYING_ROLES)
        old = class_of(work)
        chosen = next((item for item in _classes(work) if item.code == class_code != old), None)
        if chosen is None:
            raise InvalidInput("class_unknown", given=class_code[:40], known=", ".join(sorted(known - {old})))
        follow_calendar(work)
        entry = reclassify(
            work.ledger,
            seq=work.last_seq + 1,
            clock=ClockName.PROMISED,
            limit=_limit(chosen),
            classes=(old, chosen.code),
            reason=reason,
            occurred_at=work.now,
            actor=work.actor.code,
            calendars=work.published.calendars,
            counting=work.published.time_rules.counting,
        )
        _refuse_beyond_law(work, chosen)
        work.record("clock_reclassified", {"class": chosen.code, "from": old})
        work.add_entry(entry)
        tell_applicant(
            work, "reclassified", {"class_code": chosen.code, "reason": entry.reason, "due_at": due_text(work)}
        )
        realign(work)
        return {"clocks": clock_answers(work)}

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request),
    )


def class_of(work: Casework) -> str:
    """Return the code of the class a case is in, empty where its matter knows none."""
    moved = [entry.class_code for entry in work.ledger if entry.kind == LedgerKind.RECLASSIFY and entry.class_code]
    return moved[-1] if moved else next((item.code for item in _classes(work)), "")


def _classes(work: Casework) -> tuple[LimitClass, ...]:
    return work.loaded.offering.classes if work.loaded.offering else ()


def _limit(chosen: LimitClass) -> TimeLimit:
    limit = parse_limit(chosen.promised_limit)
    assert isinstance(limit, TimeLimit)
    return limit


def _refuse_beyond_law(work: Casework, chosen: LimitClass) -> None:
    statutory = work.clock(ClockName.STATUTORY)
    if statutory.limit is None or statutory.started_at is None or statutory.calendar is None:
        return
    refuse_promise_over_statutory(
        _limit(chosen),
        statutory.limit,
        started_at=statutory.started_at,
        calendar=statutory.calendar,
        counting=work.published.time_rules.counting,
    )
