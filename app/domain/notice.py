"""Notices (通知): messages to people, and when each class of them may be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.domain.calendar import ResolvedCalendar, at_second, second_of, to_local, to_utc
from app.domain.vocabulary import NoticeClass

AT_ONCE, OFFICE = NoticeClass.IMMEDIATE, NoticeClass.OFFICE_HOURS

NOTICE_CLASSES: Mapping[str, NoticeClass] = {
    "received": AT_ONCE,
    "accepted": OFFICE,
    "not_accepted": OFFICE,
    "correction": OFFICE,
    "not_corrected": OFFICE,
    "deemed_accepted": OFFICE,
    "suspended": OFFICE,
    "resumed": OFFICE,
    "extended": OFFICE,
    "approved": OFFICE,
    "refused": OFFICE,
    "delivered": OFFICE,
    "withdrawn": OFFICE,
    "member_refused": OFFICE,
    "handed_over": OFFICE,
    "card_yellow": OFFICE,
    "card_red": OFFICE,
    "card_overdue": AT_ONCE,
    "deemed_approved": AT_ONCE,
    "deemed_blocked": AT_ONCE,
    "filing_due": AT_ONCE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """A notice written out for one recipient. dedup_key travels as the gateway's request id."""

    dedup_key: str
    channel: str
    notice: str
    addressee: str
    language: str
    subject: str
    body: str
    case_no: str


def earliest_send_at(
    notice_class: NoticeClass, now: datetime, *, calendar: ResolvedCalendar, immediate_until: str
) -> datetime:
    """Return when a notice may be sent: now inside its hours, else at their next beginning.

    Immediate ones go out every day from the opening until `immediate_until` (HH:MM); the others inside office hours.
    Source: time-limits.md section 6.
    """
    local = to_local(now)
    second = second_of(local)
    if notice_class == NoticeClass.IMMEDIATE:
        until = time.fromisoformat(immediate_until)
        last = until.hour * 3600 + until.minute * 60
        if second < calendar.hours.open_s:
            return to_utc(at_second(local.date(), calendar.hours.open_s))
        if second <= last:
            return now
        return to_utc(at_second(_next_day(local), calendar.hours.open_s))
    if calendar.is_working(local.date()):
        if any(begin <= second <= end for begin, end in calendar.hours.blocks):
            return now
        later = [begin for begin, _end in calendar.hours.blocks if begin > second]
        if later:
            return to_utc(at_second(local.date(), later[0]))
    return to_utc(at_second(calendar.next_working(_next_day(local)), calendar.hours.open_s))


def _next_day(local: datetime) -> date:
    return (local + timedelta(days=1)).date()
