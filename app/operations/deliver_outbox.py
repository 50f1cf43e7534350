"""Deliver the outbox (投递待发箱): claim, commit, send outside any transaction, mark."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from app.channels import Channel
from app.domain.errors import CaseworkError, TemporaryFailure
from app.runtime.context import Context
from app.runtime.decide_change import CASE_PAUSED
from app.runtime.dispatch import Dispatch, prepare_dispatch
from app.storage.outbox import claim_messages, hold_back, mark_failed, mark_sent
from app.telemetry.metrics import MESSAGES

log = structlog.get_logger()

InternalHandler = Callable[[Context, Mapping[str, object]], object]
PAUSE_LOOK_AGAIN = timedelta(minutes=5)


def deliver_outbox(
    context: Context, channel: Channel, handlers: Mapping[str, InternalHandler], *, limit: int = 20
) -> int:
    """Deliver up to `limit` messages in their order per case. Returns how many were claimed.

    handlers: internal message -> what does it, given its payload. A crash between sending and marking sends again:
    outside it is at-least-once, with the same request id. A permanent failure stops at once, another is tried again
    with back-off.
    """
    name = context.settings.notice_channel
    published = context.library.current()
    with context.database.write() as uow:
        now = uow.now()
        claimed = claim_messages(uow, now=now, limit=limit)
        dispatches = [prepare_dispatch(uow, published, row, name, now=now) for row in claimed]
        for dispatch in dispatches:
            if dispatch.held_until is not None:
                hold_back(uow, dispatch.row, until=dispatch.held_until)
    for dispatch in dispatches:
        if dispatch.held_until is None:
            _deliver(context, channel, handlers, dispatch)
    return len(dispatches)


def _deliver(context: Context, channel: Channel, handlers: Mapping[str, InternalHandler], dispatch: Dispatch) -> None:
    try:
        if dispatch.row.channel == "internal":
            handlers[str(dispatch.payload["message"])](context, dispatch.payload)
        for message in dispatch.messages:
            channel.deliver(message)
    except CaseworkError as error:
        if error.code == CASE_PAUSED:
            # A case that stands still hears nothing; it was no try, however long the pause lasts.
            with context.database.write() as uow:
                hold_back(uow, dispatch.row, until=uow.now() + PAUSE_LOOK_AGAIN)
            return
        is_permanent = isinstance(error, TemporaryFailure) and error.permanent
        log.warning("Message not delivered", action="message_failed", key=dispatch.row.dedup_key, error=repr(error))
        with context.database.write() as uow:
            uow.after_commit(MESSAGES.labels(outcome="given_up" if is_permanent else "postponed").inc)
            mark_failed(uow, dispatch.row, now=uow.now(), error=repr(error), is_permanent=is_permanent)
        return
    with context.database.write() as uow:
        uow.after_commit(MESSAGES.labels(outcome="sent").inc)
        mark_sent(uow, dispatch.row)
