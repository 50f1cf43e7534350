"""Find out to whom a queued notice goes, and say it in their language."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from app.domain.messages import Messages
from app.domain.notice import OutboundMessage, say_facts
from app.storage.outbox import ClaimedMessage
from app.storage.people import Recipient, applicant_of_case, staff_recipient, staff_with_role
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """A claimed row with the messages it stands for; internal ones carry their own payload."""

    row: ClaimedMessage
    payload: Mapping[str, object]
    messages: tuple[OutboundMessage, ...] = ()


def prepare_dispatch(uow: UnitOfWork, messages: Messages, row: ClaimedMessage, channel: str) -> Dispatch:
    """Read a claimed row and write out the notices it stands for, one per recipient."""
    payload: dict[str, object] = orjson.loads(row.payload)
    if row.channel == "internal":
        return Dispatch(row=row, payload=payload)
    texts = tuple(_write(messages, row, payload, to, channel) for to in _recipients(uow, row, payload))
    return Dispatch(row=row, payload=payload, messages=texts)


def _recipients(uow: UnitOfWork, row: ClaimedMessage, payload: Mapping[str, object]) -> list[Recipient]:
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
