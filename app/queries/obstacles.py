"""Fees and forwardings of a case (缴费、转报) for its readers."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.storage.tables import case_fee, case_forwarding


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeView:
    """A fee of a case. paid_at: None while it is owed."""

    fee_id: str
    item: str
    amount_fen: int
    notice_no: str
    noticed_by: str
    noticed_at: datetime
    receipt_no: str | None
    paid_by: str | None
    paid_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardingView:
    """A forwarding of a case. answered_at: None while it is out."""

    forwarding_id: str
    to_authority: str
    document_no: str
    forwarded_by: str
    forwarded_at: datetime
    answer_no: str | None
    answered_by: str | None
    answered_at: datetime | None


def list_fees(connection: sa.Connection, case_id: int) -> tuple[FeeView, ...]:
    """Return the fees of a case, oldest first. Who may see the case is asked before."""
    columns = [column for column in case_fee.c if column.name not in ("id", "case_id")]
    query = sa.select(case_fee.c.id, *columns).where(case_fee.c.case_id == case_id).order_by(case_fee.c.id)
    rows = [dict(row._asdict()) for row in connection.execute(query)]
    return tuple(FeeView(fee_id=str(row.pop("id")), **row) for row in rows)


def list_forwardings(connection: sa.Connection, case_id: int) -> tuple[ForwardingView, ...]:
    """Return the forwardings of a case, oldest first. Who may see the case is asked before."""
    table = case_forwarding
    columns = [column for column in table.c if column.name not in ("id", "case_id")]
    query = sa.select(table.c.id, *columns).where(table.c.case_id == case_id).order_by(table.c.id)
    rows = [dict(row._asdict()) for row in connection.execute(query)]
    return tuple(ForwardingView(forwarding_id=str(row.pop("id")), **row) for row in rows)
