"""Invite holders to renew (提醒申请延续): once a certificate, within sixty days before its window ends."""

from datetime import date, datetime, timedelta

import orjson

from app.domain.calendar import to_local
from app.domain.change_set import ChangeSet, OutboxRow
from app.domain.notice import NOTICE_CLASSES, earliest_send_at
from app.domain.renewal import INVITED_DAYS, is_invited, last_day_to_ask
from app.runtime.context import Context
from app.runtime.notices import CHANNEL
from app.runtime.published import Published
from app.storage.apply_changes import apply_changes
from app.storage.beats import begin_daily_run
from app.storage.catalogue import renewal_rules
from app.storage.certificates import ExpiringCertificate, expiring_certificates, note_invited
from app.storage.unit_of_work import UnitOfWork

JOB = "renewal_invitations"
NOTICE = "renewal_invitation"


def invite_renewals(context: Context, *, worker: str) -> int:
    """Queue the invitations of the day; returns how many. A holder is told once for each certificate.

    Only who applied through this system can be told: an older certificate that was entered has no address.
    Source: time-limits.md section 13 (a certificate within sixty days of its window's end invites the holder).
    """
    published = context.library.current()
    with context.database.write() as uow:
        today = to_local(uow.now()).date()
        if not begin_daily_run(uow, job=JOB, on=today, worker=worker):
            return 0
        return _invite(uow, published, today)


def _invite(uow: UnitOfWork, published: Published, today: date) -> int:
    rules = renewal_rules(uow.connection, uow.now())
    longest = max((rule.window_days for rule in rules.values()), default=0)
    coming = expiring_certificates(uow.connection, today=today, until_on=today + timedelta(days=longest + INVITED_DAYS))
    invited = []
    changes = ChangeSet()
    for row in coming:
        rule = rules.get((row.department_id, row.matter_code))
        if rule is not None and is_invited(row.valid_to_on, rule, today):
            invited.append(row.id)
            changes.outbox.append(_invitation(published, row, last_day_to_ask(row.valid_to_on, rule), uow.now()))
    apply_changes(uow, changes)
    note_invited(uow, invited, on=today)
    return len(invited)


def _invitation(published: Published, row: ExpiringCertificate, last_day: date, now: datetime) -> OutboxRow:
    send_at = earliest_send_at(
        NOTICE_CLASSES[NOTICE],
        now,
        calendar=published.calendar_of(row.department_id),
        immediate_until=published.time_rules.notices_immediate_until,
    )
    payload = {
        "notice": NOTICE,
        "addressee": "applicant",
        "case_no": row.case_no,
        "matter": row.name,
        "office_id": row.department_id,
        "facts": {
            "certificate_no": row.certificate_no,
            "expiry_on": row.valid_to_on.isoformat(),
            "last_day": last_day.isoformat(),
        },
    }
    return OutboxRow(
        dedup_key=f"{NOTICE}:{row.id}",
        channel=CHANNEL,
        payload=orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode(),
        case_id=row.case_id,
        seq=None,
        next_at=send_at,
    )
