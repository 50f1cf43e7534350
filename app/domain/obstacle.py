"""What keeps an approval by default from being owed: a fee that comes first (缴费), and another level that decides (转报).

Pure. Each function returns the row as it is afterwards and refuses by raising; it changes nothing.
Source: time-limits.md section 8, guards G12 and G13; 行政许可法 art. 58 (no fee without a basis in law).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.case_life import is_undecided
from app.domain.errors import Conflict, InvalidInput, RuleViolation


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRow:
    """A fee that was asked for. amount_fen: > 0. paid_at: None while it is owed."""

    id: int
    case_id: int
    item: str
    amount_fen: int
    notice_no: str
    noticed_by: str
    noticed_at: datetime
    receipt_no: str | None = None
    paid_by: str | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardingRow:
    """A case sent to another level for the decision. answered_at: None while it is there."""

    id: int
    case_id: int
    to_authority: str
    document_no: str
    forwarded_by: str
    forwarded_at: datetime
    answer_no: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


def ask_fee(row: FeeRow, *, state: str, fee_basis: str, article: str) -> FeeRow:
    """Return a fee that is asked for.

    fee_basis: what the implementation list says about fees. Raises Conflict `obstacle_too_late` once decided,
    RuleViolation `fee_not_foreseen` for a matter whose list knows no fee, InvalidInput `invalid` for what is empty or no
    amount.
    """
    _require_undecided(state)
    if not fee_basis:
        raise RuleViolation("fee_not_foreseen", article=article)
    _require_filled(item=row.item, notice_no=row.notice_no)
    if row.amount_fen <= 0:
        raise InvalidInput("invalid", items=({"pointer": "/amount_fen", "code": "value_missing"},))
    return row


def pay_fee(row: FeeRow, *, receipt_no: str, by: str, now: datetime) -> FeeRow:
    """Return a fee as paid. Raises Conflict `fee_paid` for one that is, InvalidInput `invalid` without a receipt."""
    if row.paid_at is not None:
        raise Conflict("fee_paid", receipt=row.receipt_no)
    _require_filled(receipt_no=receipt_no)
    return replace(row, receipt_no=receipt_no.strip(), paid_by=by, paid_at=now)


def forward(row: ForwardingRow, known: Sequence[ForwardingRow], *, state: str) -> ForwardingRow:
    """Return a forwarding. Raises Conflict `obstacle_too_late` once decided, `forwarding_open` while one is out."""
    _require_undecided(state)
    if is_forwarded(known):
        raise Conflict("forwarding_open")
    _require_filled(to_authority=row.to_authority, document_no=row.document_no)
    return row


def answer_forwarding(row: ForwardingRow, *, answer_no: str, by: str, now: datetime) -> ForwardingRow:
    """Return a forwarding as answered: the case is back. Raises Conflict `forwarding_answered`, InvalidInput `invalid`."""
    if row.answered_at is not None:
        raise Conflict("forwarding_answered", document=row.answer_no)
    _require_filled(answer_no=answer_no)
    return replace(row, answer_no=answer_no.strip(), answered_by=by, answered_at=now)


def is_fee_owed(fees: Sequence[FeeRow], *, is_fee_first: bool) -> bool:
    """Say whether guard G12 is false: a fee is unpaid, and the implementation list has it paid before the decision."""
    return is_fee_first and any(fee.paid_at is None for fee in fees)


def is_forwarded(forwardings: Sequence[ForwardingRow]) -> bool:
    """Say whether guard G13 is false: the case lies with another level that has not answered."""
    return any(row.answered_at is None for row in forwardings)


def _require_undecided(state: str) -> None:
    if not is_undecided(state):
        raise Conflict("obstacle_too_late", state=state)


def _require_filled(**values: str) -> None:
    empty = [name for name, value in values.items() if not value.strip()]
    if empty:
        raise InvalidInput("invalid", items=tuple({"pointer": f"/{name}", "code": "value_missing"} for name in empty))
