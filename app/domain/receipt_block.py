"""Numbers for receipts on paper (收件凭证号段): reserved for a hall, each used once or voided. Pure.

Source: processes of receipt (paper receipts); time-limits.md section 3 (a start dated back).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import Conflict, InvalidInput

MOST_NUMBERS = 10_000
LARGEST_NUMBER = 999_999_999
USED, VOIDED = "used", "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptBlock:
    """A block of numbers of a hall, both ends in it."""

    id: int
    hall_id: int
    from_no: int
    to_no: int
    issued_at: datetime
    issued_by: str

    def holds(self, number: int) -> bool:
        """Say whether a number lies in the block."""
        return self.from_no <= number <= self.to_no


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptNumber:
    """What became of a number. state: used or voided; case_id, scan_id, received_at of a used one; reason of a voided one.

    ground: what stopped the system when the receipt was handed out, such as `closure:7`.
    """

    hall_id: int
    number: int
    state: str
    case_id: int | None
    scan_id: int | None
    received_at: datetime | None
    ground: str | None
    reason: str | None
    recorded_at: datetime
    recorded_by: str


def refuse_span(from_no: int, to_no: int) -> None:
    """Raise InvalidInput `receipt_block_span` for a block without numbers, or with more than a hall ever needs."""
    if not 0 < from_no <= to_no <= LARGEST_NUMBER or to_no - from_no >= MOST_NUMBERS:
        raise InvalidInput("receipt_block_span", most=MOST_NUMBERS)


def refuse_overlap(blocks: Iterable[ReceiptBlock], from_no: int, to_no: int) -> None:
    """Raise Conflict `receipt_block_overlap` when a number of the new block is reserved already."""
    for block in blocks:
        if from_no <= block.to_no and block.from_no <= to_no:
            raise Conflict("receipt_block_overlap", first=block.from_no, last=block.to_no)


def block_of(blocks: Iterable[ReceiptBlock], number: int, *, at: datetime | None = None) -> ReceiptBlock:
    """Return the block of a number. at: when a receipt with it was handed out; it had to be reserved by then.

    Raises InvalidInput `receipt_number_unknown` for one that is not, or was not, reserved.
    """
    reserved = (block for block in blocks if at is None or block.issued_at <= at)
    found = next((block for block in reserved if block.holds(number)), None)
    if found is None:
        raise InvalidInput("receipt_number_unknown", number=number)
    return found
