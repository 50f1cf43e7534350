"""Build the digests (汇总通知) of an hour of the day: one message an officer for all cards that waited for it."""

from collections.abc import Sequence
from datetime import datetime, time
from itertools import groupby

import orjson
import structlog

from app.domain.calendar import to_local
from app.domain.notice import NOTICE_CLASSES, earliest_send_at
from app.domain.vocabulary import CardColour
from app.runtime.context import Context
from app.runtime.notices import CHANNEL
from app.runtime.published import Published
from app.storage.beats import begin_daily_run, has_run
from app.storage.cards import DigestLine, mark_digested, queue_free_message, waiting_lines
from app.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()

DIGEST = "card_digest"
NO_LONGER = "no_longer_waiting"
MOST_NAMED = 20


def is_digest_due(context: Context) -> bool:
    """Say, without locking, whether a digest hour of today has come and was not run yet."""
    hours = context.library.current().time_rules.notices_digest_at
    with context.database.reading() as opened:
        hour = _last_hour(hours, to_local(opened.now))
        return hour is not None and not has_run(opened.connection, job=_job(hour), on=to_local(opened.now).date())


def build_digests(context: Context, *, worker: str) -> int:
    """Queue the digests of the last digest hour of today, once however many workers ask. Returns how many.

    A card of a unit that rests today waits for the next digest on a working day; one that was acknowledged, taken back
    or followed by a worse card is left out. The run, its messages and the marks on the cards are one commit.
    """
    published = context.library.current()
    with context.database.write() as uow:
        now = uow.now()
        hour = _last_hour(published.time_rules.notices_digest_at, to_local(now))
        if hour is None or not _begin(uow, hour, now, worker):
            return 0
        lines = [line for line in waiting_lines(uow, now=now) if _works_today(published, line.department_id, now)]
        count = 0
        for staff_id, found in groupby(lines, key=lambda line: line.staff_id):
            count += _queue_digest(uow, published, staff_id, tuple(found), now=now, hour=hour)
    log.info("Digests built", action="digests_built", count=count)
    return count


def _last_hour(hours: Sequence[time], local: datetime) -> time | None:
    return max((hour for hour in hours if hour <= local.time()), default=None)


def _begin(uow: UnitOfWork, hour: time, now: datetime, worker: str) -> bool:
    return begin_daily_run(uow, job=_job(hour), on=to_local(now).date(), worker=worker)


def _job(hour: time) -> str:
    return f"{DIGEST}_{hour:%H%M}"


def _works_today(published: Published, department_id: int, now: datetime) -> bool:
    return published.calendar_of(department_id).is_working(to_local(now).date())


def _queue_digest(
    uow: UnitOfWork, published: Published, staff_id: int, lines: Sequence[DigestLine], *, now: datetime, hour: time
) -> int:
    told = [line for line in lines if line.is_waiting]
    key = f"digest:{staff_id}:{to_local(now):%Y%m%d}:{hour:%H%M}"
    mark_digested(uow, staff_id, {line.card_id for line in lines if not line.is_waiting}, NO_LONGER)
    if not told:
        return 0
    mark_digested(uow, staff_id, {line.card_id for line in told}, key)
    case_nos = list(dict.fromkeys(line.case_no for line in told))
    payload = {
        "notice": DIGEST,
        "addressee": "staff",
        "staff_id": staff_id,
        "case_no": "",
        "matter": "",
        "office_id": told[0].department_id,
        "facts": {
            "count": len(told),
            "yellow": sum(line.colour == CardColour.YELLOW for line in told),
            "red": sum(line.colour == CardColour.RED for line in told),
            "case_nos": case_nos[:MOST_NAMED],
        },
    }
    send_at = earliest_send_at(
        NOTICE_CLASSES[DIGEST],
        now,
        calendar=published.calendar_of(told[0].department_id),
        immediate_until=published.time_rules.notices_immediate_until,
    )
    text = orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
    queue_free_message(uow, key=key, channel=CHANNEL, payload=text, next_at=send_at)
    return 1
