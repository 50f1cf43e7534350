"""Extend the limit of a case (延长): once, with reasons, approved by the right person, before it expires."""

from datetime import datetime

from app.domain.authority import Person
from app.domain.clock_acts import extend_clocks
from app.domain.clock_guards import clock_touched
from app.domain.request_key import RequestKey
from app.runtime.access import actor_of, refuse_foreign_case, roles_in_case
from app.runtime.advance import Result, Target, change_case
from app.runtime.calendar_following import follow_calendar
from app.runtime.casework import Casework
from app.runtime.clock_answers import clock_answers
from app.runtime.clock_bounds import last_fixed_at
from app.runtime.context import Context, in_transaction
from app.runtime.joint_limits import extension_rule
from app.runtime.notices import tell_applicant
from app.runtime.papers import issue_document
from app.runtime.realign import realign


def extend_clock(
    context: Context,
    person: Person,
    *,
    case_id: int,
    days: int,
    reason: str,
    occurred_at: datetime | None = None,
    document_no: str = "",
    request: RequestKey | None = None,
) -> Result:
    """Extend the limits of an accepted case that its extension rule names by `days` working days.

    occurred_at: when it was approved, now where none is given; an earlier one needs document_no, the written approval.

    The caller is the approver and must hold the role the extension rule of the matter names; who handled the case may
    not approve it. Raises RuleViolation `clock_after_due`, `clock_extension_count`, `clock_extension_too_long`,
    `clock_reason_missing`, `clock_future`, `clock_backdated`, `promised_not_extendable`, Forbidden `clock_approver`.
    Source: 行政许可法 art. 42 (once, ten days, approved by the head, the applicant is told the reason; a joint case of
    licences fifteen, by the head of the government).
    """

    def act(work: Casework) -> Result:
        refuse_foreign_case(person, work)
        work.try_clock_act("extend", days=days)
        rule = extension_rule(work)
        follow_calendar(work)
        entry = extend_clocks(
            work.ledger,
            seq=work.last_seq + 1,
            days=days,
            reason=reason,
            clock=clock_touched(rule.touches) if rule else None,
            approver=actor_of(person).code,
            approver_roles=roles_in_case(person, work),
            handlers=frozenset(f"staff:{step.completed_by}" for step in work.loaded.handled),
            rule=rule,
            occurred_at=occurred_at or work.now,
            recorded_at=work.now,
            rules=work.published.time_rules,
            calendars=work.published.calendars,
            document_no=document_no or None,
            fired_at=last_fixed_at(work),
        )
        work.record("clock_extended", {"days": days})
        work.add_entry(entry)
        document = issue_document(work, "extension_notice", {"days": days, "reason": reason, "article": entry.article})
        tell_applicant(work, "extended", {"days": days, "reason": reason, "document_no": document.document_no})
        realign(work)
        return {"clocks": clock_answers(work)}

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request),
    )
