"""An application that was received on paper while the system stood still (纸质收件): entered afterwards, dated back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.authority import Person
from app.domain.errors import Forbidden, InvalidInput, RuleViolation
from app.domain.receipt_block import USED, ReceiptNumber, block_of
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.storage.materials import find_materials
from app.storage.receipt_blocks import add_number, list_blocks_of, stop_at
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReceipt:
    """A receipt on paper. number: of a block of the hall; received_at: when it was handed out; scan_id: its scan."""

    number: int
    received_at: datetime
    scan_id: int


def ground_of_paper(uow: UnitOfWork, person: Person, hall_id: int, paper: PaperReceipt) -> str:
    """Return what stopped the hall when a receipt on paper was handed out; it makes the date lawful.

    Raises Forbidden `not_permitted` for who is no window clerk of the hall, RuleViolation `clock_future`,
    `receipt_outside_closure`, InvalidInput `receipt_number_unknown`, `invalid` for a scan that is not theirs.
    """
    clerks = {place.department_id for place in person.memberships if place.role == Role.WINDOW_CLERK}
    if hall_id not in clerks:
        raise Forbidden("not_permitted", needs=Role.WINDOW_CLERK.value)
    if paper.received_at > uow.arrived_at:
        raise RuleViolation("clock_future", occurred_at=paper.received_at.isoformat())
    block_of(list_blocks_of(uow.connection, (hall_id,)), paper.number, at=paper.received_at)
    ground = stop_at(uow.connection, hall_id, paper.received_at)
    if ground is None:
        raise RuleViolation("receipt_outside_closure", received_at=paper.received_at.isoformat())
    scan = find_materials(uow, [paper.scan_id]).get(paper.scan_id)
    if scan is None or scan.owner_account_id != person.account_id:
        raise InvalidInput("invalid", items=({"pointer": "/paper/scan_id", "code": "material_not_found"},))
    return ground


def facts_of_paper(paper: PaperReceipt, ground: str) -> Mapping[str, object]:
    """Return what the audit chain keeps of a receipt on paper."""
    return {"receipt_no": paper.number, "received_at": paper.received_at.isoformat(), "stop": ground}


def use_number(
    uow: UnitOfWork, person: Person, *, hall_id: int, paper: PaperReceipt, case_id: int, ground: str
) -> None:
    """Mark the number as used by a case that was just written. Raises Conflict `receipt_number_used`."""
    add_number(
        uow,
        ReceiptNumber(
            hall_id=hall_id,
            number=paper.number,
            state=USED,
            case_id=case_id,
            scan_id=paper.scan_id,
            received_at=paper.received_at,
            ground=ground,
            reason=None,
            recorded_at=uow.arrived_at,
            recorded_by=actor_of(person).code,
        ),
    )
