"""Find out to whom a queued notice goes, and say it in their language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from app.domain.messages import Messages
from app.domain.notice import OutboundMessage, say_facts
from app.runtime.card_telling import tell_at_once
from app.runtime.notices import held_until
from app.runtime.published import Published
from app.storage.cards import supervision_office
from app.storage.outbox import ClaimedMessage
from app.storage.people import Recipient, applicant_of_case, staff_recipient, staff_with_role
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A claimed row with the messages it stands for; internal ones carry their own payload.

    held_until: outside the hours of its class it goes out later, None now.
    """

    row: ClaimedMessage
    payload: Mapping[str, object]
    messages: tuple[OutboundMessage, ...] = ()
    held_until: datetime | None = None


def prepare_dispatch(
    uow: UnitOfWork, published: Published, row: ClaimedMessage, channel: str, *, now: datetime
) -> Dispatch:
    """Read a claimed row and write out the notices it stands for, one per recipient. now: of the claim."""
    payload: dict[str, object] = orjson.loads(row.payload)
    if row.channel == "internal":
        return Dispatch(row=row, payload=payload)
    until = held_until(published, payload, now)
    if until is not None:
        return Dispatch(row=row, payload=payload, held_until=until)
    if payload["addressee"] == "card":
        recipients = tell_at_once(uow, payload, now=now, digest_above=published.time_rules.notices_digest_above)
    else:
        recipients = _recipients(uow, row, payload)
    texts = tuple(_write(published.messages, row, payload, to, channel) for to in recipients)
    return Dispatch(row=row, payload=payload, messages=texts)


def _recipients(uow: UnitOfWork, row: ClaimedMessage, payload: Mapping[str, object]) -> list[Recipient]:
    if payload["addressee"] == "supervision_office":
        county = payload.get("county")
        return supervision_office(
            uow.connection, county=str(county) if county else None, prefecture=str(payload["prefecture"])
        )
    if payload["addressee"] == "staff":
        found = staff_recipient(uow.connection, int(str(payload["staff_id"])))
        return [found] if found else []
    if payload["addressee"] == "role":
        return staff_with_role(uow.connection, int(str(payload["department_id"])), str(payload["role"]))
    found = applicant_of_case(uow.connection, row.case_id) if row.case_id is not None else None
    return [found] if found else []


def _write(
    messages: Messages, row: ClaimedMessage, payload: Mapping[str, object], to: Recipient, channel: str
) -> OutboundMessage:
    kind, facts = str(payload["notice"]), payload.get("facts")
    told = {**(facts if isinstance(facts, dict) else {}), "case_no": payload["case_no"], "matter": payload["matter"]}
    values = say_facts(messages, to.language, told)
    return OutboundMessage(
        dedup_key=f"{row.dedup_key}:{to.key}",
        channel=channel,
        notice=kind,
        addressee=to.address,
        language=to.language,
        subject=messages.text(to.language, f"notices.{kind}.subject", **values),
        body=messages.text(to.language, f"notices.{kind}.body", **values),
        case_no=str(payload["case_no"]),
    )
