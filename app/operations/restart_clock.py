"""Let the limits of a case count afresh (重新起算), where the law says so."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.authority import Person
from app.domain.clock_changes import restart_clock as restart
from app.domain.clock_state import NOT_STARTED
from app.domain.matter import DECISION_CLOCKS
from app.domain.request_key import RequestKey
from app.domain.vocabulary import Role
from app.runtime.acceptance import due_text
from app.runtime.access import actor_of, refuse_without_role
from app.runtime.advance import Result, Target, change_case
from app.runtime.calendar_following import follow_calendar
from app.runtime.casework import Casework
from app.runtime.clock_answers import clock_answers
from app.runtime.clock_bounds import last_fixed_at
from app.runtime.context import Context, in_transaction
from app.runtime.notices import tell_applicant
from app.runtime.realign import realign

RESTARTING_ROLES = (Role.REVIEWER, Role.UNIT_HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartRequest:
    """A new start as asked for. ground: of `restart_grounds.toml`; document_no: of what the limits count from anew."""

    ground: str
    document_no: str
    occurred_at: datetime | None = None


def restart_clock(
    context: Context, person: Person, *, case_id: int, asked: RestartRequest, request: RequestKey | None = None
) -> Result:
    """Start the promised and the statutory clock of a case afresh; what was before stays in the ledger.

    Raises RuleViolation `clock_not_started`, `clock_after_due`, `clock_ground_not_allowed`, `clock_notice_missing`,
    `clock_future`, `clock_backdated`, Conflict `clock_stopped`, `clock_paused`, Forbidden `not_permitted`.
    Source: 政府信息公开条例 art. 30; time-limits.md section 3 (restart).
    """

    def act(work: Casework) -> Result:
        rules = work.published.time_rules
        work.try_clock_act("restart", ground=asked.ground if asked.ground in rules.restart_grounds else None)
        refuse_without_role(person, work, RESTARTING_ROLES)
        follow_calendar(work)
        _restart_both(work, asked)
        tell_applicant(work, "restarted", {"document_no": asked.document_no, "due_at": due_text(work)})
        realign(work)
        return {"clocks": clock_answers(work)}

    return in_transaction(
        context,
        lambda uow: change_case(uow, context, Target(case_id=case_id), act, actor=actor_of(person), request=request),
    )


def _restart_both(work: Casework, asked: RestartRequest) -> None:
    """Make both entries on the ledger as it was: the second is no act after the first one."""
    running = [name for name in DECISION_CLOCKS if work.clock(name).status != NOT_STARTED] or [DECISION_CLOCKS[0]]
    rules, offering = work.published.time_rules, work.loaded.offering
    for entry in [
        restart(
            work.ledger,
            seq=work.last_seq + 1 + place,
            clock=name,
            ground=asked.ground,
            item_type=offering.item_type if offering else "",
            document_no=asked.document_no.strip(),
            occurred_at=asked.occurred_at or work.now,
            recorded_at=work.now,
            actor=work.actor.code,
            calendar=work.published.calendar_of(work.case.department_id),
            rules=rules,
            calendars=work.published.calendars,
            fired_at=last_fixed_at(work),
        )
        for place, name in enumerate(running)
    ]:
        work.record("clock_restarted", {"clock": entry.clock, "document_no": entry.document_no})
        work.add_entry(entry)
