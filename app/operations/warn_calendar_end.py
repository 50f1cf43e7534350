"""Warn that the national working days run out (日历到期预警): administrators and supervisors, once a day."""

from datetime import datetime

import orjson

from app.domain.calendar import to_local
from app.domain.calendar_layers import DataEnd, data_end
from app.domain.change_set import ChangeSet, OutboxRow
from app.domain.notice import NOTICE_CLASSES, earliest_send_at
from app.domain.vocabulary import Role
from app.runtime.context import Context
from app.runtime.notices import CHANNEL
from app.runtime.published import Published
from app.storage.apply_changes import apply_changes
from app.storage.beats import begin_daily_run
from app.storage.people import departments_with_role

JOB = "calendar_end"
NOTICE = "calendar_running_out"
TOLD = (Role.ADMIN, Role.SUPERVISOR)


def warn_calendar_end(context: Context, *, worker: str) -> bool:
    """Queue the warning of the day when the national days end within sixty days. Returns whether it was queued now.

    Source: 国务院办公厅 publishes the days of a year in the autumn before; time-limits.md section 1 rule 4.
    """
    published = context.library.current()
    with context.database.reading() as opened:
        now = opened.now
    end = data_end(published.layers, now=now, edge_days=published.time_rules.provisional_edge_days)
    if not end.is_alarm:
        return False
    with context.database.write() as uow:
        if not begin_daily_run(uow, job=JOB, on=to_local(now).date(), worker=worker):
            return False
        changes = ChangeSet()
        for role in TOLD:
            for department_id in departments_with_role(uow.connection, role.value):
                changes.outbox.append(_notice(published, end, department_id, role, now))
        apply_changes(uow, changes)
    return True


def _notice(published: Published, end: DataEnd, department_id: int, role: Role, now: datetime) -> OutboxRow:
    send_at = earliest_send_at(
        NOTICE_CLASSES[NOTICE],
        now,
        calendar=published.calendar_of(department_id),
        immediate_until=published.time_rules.notices_immediate_until,
    )
    payload = {
        "notice": NOTICE,
        "addressee": "role",
        "role": role.value,
        "department_id": department_id,
        "case_no": "",
        "matter": "",
        "facts": {"days_left": end.days_left, "published_through": end.published_through},
    }
    return OutboxRow(
        dedup_key=f"{NOTICE}:{to_local(now).date().isoformat()}:{department_id}:{role.value}",
        channel=CHANNEL,
        payload=orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode(),
        case_id=None,
        seq=None,
        next_at=send_at,
    )
