"""Bring a case to the calendar in force (跟随日历) before an act moves its dates into days it did not span before."""

from dataclasses import replace

from app.domain.actor import system_actor
from app.domain.case_recount import CountedCase, NewCalendar, recount
from app.runtime.casework import Casework

RULE = "calendar"


def follow_calendar(work: Casework) -> None:
    """Count the clocks of the case with the calendar its department has now.

    A load leaves a clock alone whose days did not change; an extension or a resumption may reach days that did. Adds one
    ledger entry, or nothing when the calendar is the same or the clock has expired (K19).
    """
    calendar = work.published.calendar_of(work.case.department_id)
    rules = work.published.time_rules
    new = NewCalendar(
        calendar=calendar,
        calendars=work.published.calendars,
        document=work.published.calendar_documents.get(calendar.id, ""),
        loaded_at=work.now,
        actor=system_actor(RULE).code,
        rules=rules,
    )
    case = CountedCase(
        id=work.case.id,
        last_seq=work.last_seq,
        ledger=work.ledger,
        deadlines=(),
        tasks=(),
        rule_set=rules.rule_set(work.loaded.offering.card_rule_set if work.loaded.offering else None),
    )
    entry = recount(case, new, now=work.now).entry
    if entry is not None:
        facts = {"document": new.document, "calendar": calendar.id}
        seq = work.record("calendar_changed", facts, actor=system_actor(RULE))
        work.add_entry(replace(entry, seq=seq))
