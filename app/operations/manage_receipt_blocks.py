"""Blocks of numbers for receipts on paper (收件凭证号段): issued to a hall, and a number voided with its reason."""

from app.domain.authority import Person
from app.domain.calendar_authority import covers_region
from app.domain.errors import Forbidden, InvalidInput, NotFound, RuleViolation
from app.domain.receipt_block import VOIDED, ReceiptBlock, ReceiptNumber, block_of, refuse_overlap, refuse_span
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.context import Context
from app.storage.receipt_blocks import add_block, add_number, find_block, list_blocks_of, lock_hall


def issue_receipt_block(context: Context, person: Person, *, hall_code: str, from_no: int, to_no: int) -> Result:
    """Reserve the numbers `from_no` to `to_no` for a hall, as administrator of its region.

    Raises InvalidInput `department_unknown`, `receipt_block_span`, Forbidden `not_permitted`, Conflict
    `receipt_block_overlap` when the hall has one of the numbers already.
    """
    hall = context.library.current().department_by_code(hall_code)
    if hall is None:
        raise InvalidInput("department_unknown", department=hall_code[:40])
    if not covers_region(person, hall.region_code, (Role.ADMIN,)):
        raise Forbidden("not_permitted", needs=Role.ADMIN.value)
    refuse_span(from_no, to_no)
    with context.database.write() as uow:
        lock_hall(uow, hall.id)
        refuse_overlap(list_blocks_of(uow.connection, (hall.id,)), from_no, to_no)
        block = ReceiptBlock(
            id=context.ids.next_id(hall.region_code),
            hall_id=hall.id,
            from_no=from_no,
            to_no=to_no,
            issued_at=uow.now(),
            issued_by=actor_of(person).code,
        )
        add_block(uow, block)
    return {"block_id": str(block.id), "hall": hall_code, "from_no": from_no, "to_no": to_no}


def void_receipt_number(context: Context, person: Person, *, block_id: int, number: int, reason: str) -> Result:
    """Void a number of a block that was not used, as window clerk of the hall or administrator of its region.

    Raises NotFound `receipt_block_unknown`, Forbidden `not_permitted`, InvalidInput `receipt_number_unknown`,
    RuleViolation `clock_reason_missing`, Conflict `receipt_number_used` when it was used or voided.
    """
    departments = context.library.current().departments
    with context.database.write() as uow:
        block = find_block(uow.connection, block_id)
        hall = departments.get(block.hall_id) if block else None
        if block is None or hall is None:
            raise NotFound("receipt_block_unknown", block=str(block_id))
        clerks = {place.department_id for place in person.memberships if place.role == Role.WINDOW_CLERK}
        if block.hall_id not in clerks and not covers_region(person, hall.region_code, (Role.ADMIN,)):
            raise Forbidden("not_permitted", needs=Role.WINDOW_CLERK.value)
        block_of((block,), number)
        if not reason.strip():
            raise RuleViolation("clock_reason_missing")
        add_number(
            uow,
            ReceiptNumber(
                hall_id=block.hall_id,
                number=number,
                state=VOIDED,
                case_id=None,
                scan_id=None,
                received_at=None,
                ground=None,
                reason=reason.strip(),
                recorded_at=uow.now(),
                recorded_by=actor_of(person).code,
            ),
        )
    return {"block_id": str(block_id), "number": number, "state": VOIDED}
