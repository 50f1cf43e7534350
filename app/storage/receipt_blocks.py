"""Blocks of numbers for receipts on paper (收件凭证号段), and what became of each number."""

from collections.abc import Collection
from dataclasses import asdict, fields
from datetime import datetime

import sqlalchemy as sa

from app.domain.errors import Conflict
from app.domain.receipt_block import ReceiptBlock, ReceiptNumber
from app.storage.dialects import insert_ignore
from app.storage.tables import closure, department, outage, receipt_block, receipt_number
from app.storage.unit_of_work import UnitOfWork

BLOCK = [receipt_block.c[field.name] for field in fields(ReceiptBlock)]
NUMBER = [receipt_number.c[field.name] for field in fields(ReceiptNumber)]


def lock_hall(uow: UnitOfWork, hall_id: int) -> None:
    """Let no other block be issued for a hall until this transaction ends."""
    uow.connection.execute(sa.select(department.c.id).where(department.c.id == hall_id).with_for_update())


def list_blocks_of(connection: sa.Connection, hall_ids: Collection[int]) -> tuple[ReceiptBlock, ...]:
    """Return the blocks of halls, by hall and number."""
    query = sa.select(*BLOCK).where(receipt_block.c.hall_id.in_(sorted(hall_ids)))
    rows = connection.execute(query.order_by(receipt_block.c.hall_id, receipt_block.c.from_no))
    return tuple(ReceiptBlock(**row._asdict()) for row in rows)


def find_block(connection: sa.Connection, block_id: int) -> ReceiptBlock | None:
    """Return a block; None when there is none with this id."""
    row = connection.execute(sa.select(*BLOCK).where(receipt_block.c.id == block_id)).one_or_none()
    return ReceiptBlock(**row._asdict()) if row else None


def add_block(uow: UnitOfWork, block: ReceiptBlock) -> None:
    """Store a block that was issued."""
    uow.connection.execute(receipt_block.insert(), asdict(block))


def list_numbers_of(connection: sa.Connection, hall_ids: Collection[int]) -> tuple[ReceiptNumber, ...]:
    """Return the numbers of halls that were used or voided, by hall and number."""
    query = sa.select(*NUMBER).where(receipt_number.c.hall_id.in_(sorted(hall_ids)))
    rows = connection.execute(query.order_by(receipt_number.c.hall_id, receipt_number.c.number))
    return tuple(ReceiptNumber(**row._asdict()) for row in rows)


def add_number(uow: UnitOfWork, number: ReceiptNumber) -> None:
    """Store what became of a number. Raises Conflict `receipt_number_used` when that is settled already."""
    added = uow.connection.execute(insert_ignore(uow.connection, receipt_number), asdict(number))
    if added.rowcount != 1:
        raise Conflict("receipt_number_used", number=number.number)


def stop_at(connection: sa.Connection, hall_id: int, at: datetime) -> str | None:
    """Return what stopped a hall at an instant, `closure:<id>` or `outage:<id>`; None when nothing did.

    A closure counts once it is confirmed: of the region of the hall or one above, of the hall, or of what it belongs to.
    """
    hall = connection.execute(
        sa.select(department.c.code, department.c.region_code).where(department.c.id == hall_id)
    ).one()
    named = department.alias("named")
    region = hall.region_code
    places = (region, region[:6], f"{region[:4]}00", region[:4])
    of_place = sa.and_(closure.c.department_id.is_(None), closure.c.region_code.in_(places))
    of_office = sa.or_(
        closure.c.department_id == hall_id,
        sa.and_(closure.c.scope == "department", sa.literal(hall.code).like(named.c.code + "-%")),
    )
    closed = connection.scalar(
        sa.select(closure.c.id)
        .outerjoin(named, named.c.id == closure.c.department_id)
        .where(
            closure.c.confirmed_at.is_not(None),
            closure.c.began_at <= at,
            closure.c.ended_at > at,
            sa.or_(of_place, of_office),
        )
        .order_by(closure.c.id)
        .limit(1)
    )
    if closed is not None:
        return f"closure:{closed}"
    out = connection.scalar(
        sa.select(outage.c.id).where(outage.c.began_at <= at, outage.c.ended_at > at).order_by(outage.c.id).limit(1)
    )
    return f"outage:{out}" if out is not None else None
