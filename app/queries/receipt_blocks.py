"""Blocks of numbers for receipts on paper (收件凭证号段) with what became of their numbers, for who answers for a hall."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.authority import Person
from app.domain.calendar_authority import covers_region
from app.domain.receipt_block import ReceiptNumber
from app.domain.vocabulary import Role
from app.storage.receipt_blocks import list_blocks_of, list_numbers_of
from app.storage.tables import case_file, department


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLine:
    """A number that was used or voided."""

    number: int
    state: str
    case_no: str | None
    received_at: datetime | None
    ground: str | None
    reason: str | None
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockLine:
    """A block of a hall. left: how many of its numbers were neither used nor voided."""

    block_id: str
    hall_code: str
    hall: str
    from_no: int
    to_no: int
    left: int
    issued_at: datetime
    issued_by: str
    numbers: tuple[NumberLine, ...]


def list_receipt_blocks(connection: sa.Connection, person: Person) -> tuple[BlockLine, ...]:
    """Return the blocks of the halls a person works in as window clerk, or administers; by hall and number."""
    halls = {
        int(row.id): row
        for row in connection.execute(
            sa.select(department.c.id, department.c.code, department.c.name_zh, department.c.region_code)
        )
        if _answers_for(person, int(row.id), row.region_code)
    }
    numbers = list_numbers_of(connection, halls)
    case_nos = _case_numbers(connection, numbers)
    return tuple(
        BlockLine(
            block_id=str(block.id),
            hall_code=halls[block.hall_id].code,
            hall=halls[block.hall_id].name_zh,
            from_no=block.from_no,
            to_no=block.to_no,
            left=block.to_no - block.from_no + 1 - len(settled),
            issued_at=block.issued_at,
            issued_by=block.issued_by,
            numbers=settled,
        )
        for block in list_blocks_of(connection, halls)
        for settled in [
            tuple(
                _line(item, case_nos) for item in numbers if item.hall_id == block.hall_id and block.holds(item.number)
            )
        ]
    )


def _answers_for(person: Person, hall_id: int, region_code: str) -> bool:
    is_clerk = any(place.department_id == hall_id and place.role == Role.WINDOW_CLERK for place in person.memberships)
    return is_clerk or covers_region(person, region_code, (Role.ADMIN,))


def _case_numbers(connection: sa.Connection, numbers: tuple[ReceiptNumber, ...]) -> dict[int, str]:
    ids = sorted({item.case_id for item in numbers if item.case_id is not None})
    rows = connection.execute(sa.select(case_file.c.id, case_file.c.case_no).where(case_file.c.id.in_(ids)))
    return {int(row.id): row.case_no for row in rows}


def _line(item: ReceiptNumber, case_nos: Mapping[int, str]) -> NumberLine:
    return NumberLine(
        number=item.number,
        state=item.state,
        case_no=case_nos.get(item.case_id) if item.case_id is not None else None,
        received_at=item.received_at,
        ground=item.ground,
        reason=item.reason,
        recorded_at=item.recorded_at,
        recorded_by=item.recorded_by,
    )
