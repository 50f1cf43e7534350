"""Notices (通知): messages to people, when each class of them may be sent, and how their facts are said."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.domain.calendar import ResolvedCalendar, at_second, second_of, to_local, to_utc
from app.domain.limit import TimeLimit
from app.domain.messages import Messages
from app.domain.office_hours import OfficeHours
from app.domain.vocabulary import LimitUnit, NoticeClass

HOUR_S = 3600
AT_ONCE, OFFICE = NoticeClass.IMMEDIATE, NoticeClass.OFFICE_HOURS

# The texts of a kind stand under `notices.<kind>` in `rules/messages/<language>/notices.toml`.
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
    "reclassified": OFFICE,
    "restarted": OFFICE,
    "supplement_asked": OFFICE,
    "due_moved": OFFICE,
    "calendar_running_out": OFFICE,
    "clock_corrected": OFFICE,
    "suspension_overrun": OFFICE,
    "document_unserved": OFFICE,
    "approved": OFFICE,
    "refused": OFFICE,
    "delivered": OFFICE,
    "withdrawn": OFFICE,
    "member_refused": OFFICE,
    "handed_over": OFFICE,
    "definition_submitted": OFFICE,
    "card_yellow": OFFICE,
    "card_red": OFFICE,
    "card_overdue": AT_ONCE,
    "card_abnormal": OFFICE,
    "card_unanswered": OFFICE,
    "card_appealed": OFFICE,
    "card_undecided": OFFICE,
    "card_upheld": OFFICE,
    "card_revoked": OFFICE,
    "card_digest": OFFICE,
    "deemed_warning": OFFICE,
    "deemed_warning_blocked": OFFICE,
    "deemed_approved": AT_ONCE,
    "deemed_blocked": AT_ONCE,
    "deadline_failed": AT_ONCE,
    "decision_failed": AT_ONCE,
    "external_task_failed": AT_ONCE,
    "hold_requested": AT_ONCE,
    "hold_confirmed": AT_ONCE,
    "hold_released": AT_ONCE,
    "hold_finding_due": AT_ONCE,
    "hold_finding": AT_ONCE,
    "accountability_opened": OFFICE,
    "accountability_cause": OFFICE,
    "accountability_finding": OFFICE,
    "deemed_renewed": AT_ONCE,
    "renewal_blocked": AT_ONCE,
    "renewal_warning": OFFICE,
    "renewal_invitation": OFFICE,
    "fee_asked": OFFICE,
    "case_forwarded": OFFICE,
    "revoked": AT_ONCE,
    "cancelled": OFFICE,
    "seal_queued": OFFICE,
    "filing_due": AT_ONCE,
    "filing_overdue": AT_ONCE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """A notice written out for one recipient.

    dedup_key: travels as the gateway's request id, because a message may be sent twice. addressee: mobile number or
    login. attachments: numbers of the documents that belong to it; the content is fetched by who may see it.
    """

    dedup_key: str
    channel: str
    notice: str
    addressee: str
    language: str
    subject: str
    body: str
    case_no: str
    attachments: tuple[str, ...] = ()


def is_short(limit: TimeLimit, hours: OfficeHours) -> bool:
    """Say whether a limit is below two working days: its yellow and red cards come as a digest alone.

    hours: of the office; two working days of them are compared with a limit in working hours.
    """
    two_days = {
        LimitUnit.WORKING_DAY: 2,
        LimitUnit.DAY: 2,
        LimitUnit.WORKING_HOUR: 2 * hours.total_s / HOUR_S,
        LimitUnit.HOUR: 48,
        LimitUnit.MONTH: 0,
        LimitUnit.SECOND: 48 * HOUR_S,
    }
    return limit.amount < two_days[limit.unit]


def earliest_send_at(
    notice_class: NoticeClass, now: datetime, *, calendar: ResolvedCalendar, immediate_until: str
) -> datetime:
    """Return when a notice may be sent: now inside its hours, else at their next beginning.

    now: aware. Immediate ones go out every day from the opening until `immediate_until` (HH:MM, inclusive); the others
    inside office hours. Raises InvalidInput `calendar_missing` for a year without data, `instant_naive`.
    Source: time-limits.md section 6.
    """
    local = to_local(now)
    if notice_class == NoticeClass.IMMEDIATE:
        return _next_immediate(now, local, calendar.hours.open_s, time.fromisoformat(immediate_until))
    second = second_of(local)
    if calendar.is_working(local.date()):
        if any(begin <= second <= end for begin, end in calendar.hours.blocks):
            return now
        later = [begin for begin, _end in calendar.hours.blocks if begin > second]
        if later:
            return to_utc(at_second(local.date(), later[0]))
    return to_utc(at_second(calendar.next_working(_next_day(local)), calendar.hours.open_s))


def _next_immediate(now: datetime, local: datetime, open_s: int, until: time) -> datetime:
    opens_at = at_second(local.date(), open_s)
    if local < opens_at:
        return to_utc(opens_at)
    if local <= datetime.combine(local.date(), until):
        return now
    return to_utc(at_second(_next_day(local), open_s))


def _next_day(local: datetime) -> date:
    return (local + timedelta(days=1)).date()


def say_facts(messages: Messages, language: str, facts: Mapping[str, object]) -> dict[str, str]:
    """Return the facts of a notice as people read them.

    Facts that end in `_at` hold an RFC 3339 text and become local time to the minute; an empty one says that the date
    is open. Codes that have a name under `notices.words.<fact>` get it. Lists are joined.
    Raises InvalidInput `instant_naive` for an instant without a zone, ValueError for a text that is none.
    """
    return {name: _said(messages, language, name, value) for name, value in facts.items()}


def _said(messages: Messages, language: str, name: str, value: object) -> str:
    if isinstance(value, list | tuple):
        return messages.text(language, "notices.comma").join(_said(messages, language, name, item) for item in value)
    if name.endswith("_at"):
        return f"{to_local(_instant(value)):%Y-%m-%d %H:%M}" if value else messages.text(language, "notices.no_date")
    key = f"notices.words.{name}.{value}"
    return messages.text(language, key) if messages.has(key) else str(value)


def _instant(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
