"""Who hears of a card by message at once, and who with the next digest (time-limits.md section 6)."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.card_duties import TOLD_OF
from app.domain.notice import NOTICE_CLASSES
from app.domain.vocabulary import NoticeClass
from app.storage.cards import card_recipients, count_waiting, find_telling_card, is_in_digest, put_in_digest
from app.storage.people import Recipient
from app.storage.unit_of_work import UnitOfWork

WITH_DIGEST = ("card_yellow", "card_red")


def tell_at_once(
    uow: UnitOfWork, payload: Mapping[str, object], *, now: datetime, digest_above: int
) -> list[Recipient]:
    """Return who gets the message about a card now; the others find it in their next digest.

    Nobody gets one that was taken back, followed by a worse one or left behind by its limit meanwhile: only the latest
    is sent.
    Yellow and red cards of limits below two working days, and those of officers with more than `digest_above` cards
    waiting, go to the digest. Overdue is told at once whatever the limit.
    """
    card = find_telling_card(uow.connection, int(str(payload["card_id"])), now=now)
    kind = str(payload["notice"])
    if card is None or not card.stands:
        return []
    county = payload.get("county")
    found = card_recipients(
        uow.connection,
        card,
        TOLD_OF[kind],
        county=str(county) if county else None,
        prefecture=str(payload["prefecture"]),
    )
    if kind not in WITH_DIGEST or NOTICE_CLASSES[kind] == NoticeClass.IMMEDIATE:
        return found
    waiting = {
        recipient.staff_id: recipient
        for recipient in found
        if recipient.staff_id is not None
        and (
            payload["is_short"]
            or is_in_digest(uow.connection, recipient.staff_id, card.id)
            or count_waiting(uow.connection, recipient.staff_id) > digest_above
        )
    }
    put_in_digest(uow, waiting, card.id, now=now)
    return [recipient for recipient in found if recipient.staff_id not in waiting]
