"""Warning cards as messages need them: whom a card is told, which wait for an officer, what a digest brings."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.card_duties import DESK, ToldOf
from app.domain.vocabulary import CardColour, CardState, DeadlineState, Role
from app.storage import dialects
from app.storage.people import Recipient, recipients_where, staff_with_role
from app.storage.tables import (
    case_file,
    deadline,
    department,
    digest_item,
    outbox,
    staff,
    staff_membership,
    warning_card,
    work_group,
)
from app.storage.unit_of_work import UnitOfWork

# The worse colour takes the place of the better one in whatever was not sent yet.
WORSE = {
    CardColour.YELLOW.value: (CardColour.RED.value, CardColour.OVERDUE.value),
    CardColour.RED.value: (CardColour.OVERDUE.value,),
}
# An unanswered card of these colours is a matter of the unit head too.
OF_THE_HEAD = (CardColour.RED.value, CardColour.OVERDUE.value, CardColour.ABNORMAL.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingCard:
    """A card as the message about it needs it. stands: it is still the latest word about its limit."""

    id: int
    department_id: int
    handler_id: int | None
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """A card in the next digest of an officer. is_waiting: it stands, and nobody has acknowledged it."""

    staff_id: int
    card_id: int
    department_id: int
    colour: str
    case_no: str
    is_waiting: bool


def find_telling_card(connection: sa.Connection, card_id: int, *, now: datetime) -> TellingCard | None:
    """Return a card for the message about it; None when there is none."""
    card = warning_card.c
    query = sa.select(card.id, card.department_id, card.handler_id, _stands(now).label("stands"))
    query = query.where(card.id == card_id)
    row = connection.execute(query).one_or_none()
    return TellingCard(**row._asdict()) if row else None


def card_recipients(
    connection: sa.Connection, card: TellingCard, told: ToldOf, *, county: str | None, prefecture: str
) -> list[Recipient]:
    """Return everybody a card is told, each once: its handler or the desk of the unit, roles, the supervision office."""
    found = recipients_where(connection, staff.c.id == card.handler_id) if card.handler_id is not None else []
    if card.handler_id is None:
        found = desk_of(connection, card.department_id)
    for role in told.roles:
        found = [*found, *staff_with_role(connection, card.department_id, role)]
    if told.supervision_office:
        found = [*found, *supervision_office(connection, county=county, prefecture=prefecture)]
    return list({recipient.key: recipient for recipient in found}.values())


def desk_of(connection: sa.Connection, department_id: int) -> list[Recipient]:
    """Return the duty desk (值班岗) of a unit: its duty officers, its head where it has none."""
    for role in DESK:
        found = staff_with_role(connection, department_id, role)
        if found:
            return found
    return []


def supervision_office(connection: sa.Connection, *, county: str | None, prefecture: str) -> list[Recipient]:
    """Return the supervisors of a county; where it has none, those of the prefecture."""
    for region in (county, f"{prefecture}00"):
        members = (
            sa.select(staff_membership.c.staff_id)
            .join(work_group, work_group.c.id == staff_membership.c.group_id)
            .join(department, department.c.id == work_group.c.department_id)
            .where(
                work_group.c.role == Role.SUPERVISOR.value,
                department.c.region_code == region,
                staff_membership.c.valid_to.is_(None),
            )
        )
        found = recipients_where(connection, staff.c.id.in_(members))
        if found:
            return found
    return []


def count_waiting(connection: sa.Connection, staff_id: int) -> int:
    """Return how many cards wait for an officer: as handler, at the desk, as approver or as unit head."""
    query = sa.select(sa.func.count()).select_from(warning_card).where(sa.text("state = 'issued'"), concerns(staff_id))
    return int(connection.scalar(query) or 0)


def concerns(staff_id: int) -> sa.ColumnElement[bool]:
    """Return the condition on `warning_card` of the cards an officer is told of in their own unit."""
    role, card = work_group.c.role, warning_card.c
    of_a_role = sa.or_(
        sa.and_(role == Role.DECIDER.value, card.colour != CardColour.ABNORMAL.value),
        sa.and_(role == Role.UNIT_HEAD.value, sa.or_(card.colour.in_(OF_THE_HEAD), card.handler_id.is_(None))),
        sa.and_(role == Role.DUTY_OFFICER.value, card.handler_id.is_(None)),
    )
    place = (
        sa.select(sa.literal(1))
        .select_from(staff_membership)
        .join(work_group, work_group.c.id == staff_membership.c.group_id)
        .where(
            staff_membership.c.staff_id == staff_id,
            staff_membership.c.valid_to.is_(None),
            work_group.c.department_id == card.department_id,
            of_a_role,
        )
    )
    return sa.or_(card.handler_id == staff_id, sa.exists(place.correlate(warning_card)))


def is_in_digest(connection: sa.Connection, staff_id: int, card_id: int) -> bool:
    """Say whether an officer is told of a card by a digest, one that was sent or the next."""
    query = sa.select(digest_item.c.card_id).where(digest_item.c.staff_id == staff_id, digest_item.c.card_id == card_id)
    return connection.execute(query).first() is not None


def put_in_digest(uow: UnitOfWork, staff_ids: Iterable[int], card_id: int, *, now: datetime) -> None:
    """Let the next digest of these officers bring a card. A card is brought to an officer once."""
    rows = [{"staff_id": staff_id, "card_id": card_id, "queued_at": now} for staff_id in staff_ids]
    for row in rows:
        uow.connection.execute(dialects.insert_ignore(uow.connection, digest_item), row)


def waiting_lines(uow: UnitOfWork, *, now: datetime) -> tuple[DigestLine, ...]:
    """Return what waits for a digest, by officer and card."""
    query = (
        sa.select(
            digest_item.c.staff_id,
            digest_item.c.card_id,
            warning_card.c.department_id,
            warning_card.c.colour,
            case_file.c.case_no,
            sa.and_(warning_card.c.state == CardState.ISSUED.value, _stands(now)).label("is_waiting"),
        )
        .join(warning_card, warning_card.c.id == digest_item.c.card_id)
        .join(case_file, case_file.c.id == warning_card.c.case_id)
        .where(sa.text("digest_item.digest_key IS NULL"))
        .order_by(digest_item.c.staff_id, digest_item.c.card_id)
    )
    return tuple(DigestLine(**row._asdict()) for row in uow.connection.execute(query))


def mark_digested(uow: UnitOfWork, staff_id: int, card_ids: Collection[int], digest_key: str) -> None:
    """Note which digest brought these cards to an officer."""
    uow.connection.execute(
        digest_item.update()
        .where(digest_item.c.staff_id == staff_id, digest_item.c.card_id.in_(sorted(card_ids)))
        .values(digest_key=digest_key)
    )


def queue_free_message(uow: UnitOfWork, *, key: str, channel: str, payload: str, next_at: datetime) -> None:
    """Queue a message that belongs to no single case; a second one with the same key is dropped."""
    values = {"dedup_key": key, "channel": channel, "payload": payload, "next_at": next_at}
    uow.connection.execute(dialects.insert_ignore(uow.connection, outbox), values)


def _stands(now: datetime) -> sa.ColumnElement[bool]:
    """Say that a card was not ended, that no worse one followed, and that its limit has this colour still."""
    card = warning_card.c
    ended = card.state.in_((CardState.REVOKED.value, CardState.CLOSED.value))
    return sa.and_(~ended, ~_is_followed(), ~_has_moved(now))


def _is_followed() -> sa.ColumnElement[bool]:
    card, worse = warning_card.c, warning_card.alias("worse")
    same = (worse.c.case_id == card.case_id, worse.c.clock == card.clock, worse.c.element == card.element)
    pairs = (sa.and_(card.colour == colour, worse.c.colour.in_(colours)) for colour, colours in WORSE.items())
    return sa.exists(sa.select(sa.literal(1)).select_from(worse).where(*same, sa.or_(*pairs)).correlate(warning_card))


def _has_moved(now: datetime) -> sa.ColumnElement[bool]:
    """The clock stands still now, or its instant was moved beyond now: nothing is to be told of the old one."""
    card, row = warning_card.c, deadline.c
    later = (
        sa.and_(card.colour == colour, instant >= now)
        for colour, instant in (
            (CardColour.YELLOW.value, row.yellow_at),
            (CardColour.RED.value, row.red_at),
            (CardColour.OVERDUE.value, row.due_at),
        )
    )
    is_open = sa.or_(row.state == int(DeadlineState.PAUSED), sa.or_(*later))
    found = sa.select(sa.literal(1)).select_from(deadline)
    found = found.where(row.case_id == card.case_id, row.name == card.clock, card.element == "", is_open)
    return sa.exists(found.correlate(warning_card))
