"""Cases that stand still by a technical pause (技术暂停)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.authority import Scope
from app.queries.scoping import case_scope
from app.storage.tables import case_file, department, technical_pause

MOST = 200
IS_OPEN = sa.text("technical_pause.resumed_at IS NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedCase:
    """A paused case: who holds it, since when and why."""

    case_no: str
    case_name: str
    department: str
    paused_at: datetime
    paused_by: str
    reason: str


def list_paused(connection: sa.Connection, scope: Scope) -> tuple[PausedCase, ...]:
    """Return the paused cases of a scope, the longest first; at most 200."""
    query = _paused().where(*case_scope(scope)).order_by(technical_pause.c.paused_at).limit(MOST)
    return tuple(PausedCase(**row._asdict()) for row in connection.execute(query))


def find_pause(connection: sa.Connection, case_id: int) -> PausedCase | None:
    """Return the pause of a case, None while it runs; its reader was checked."""
    row = connection.execute(_paused().where(technical_pause.c.case_id == case_id)).one_or_none()
    return PausedCase(**row._asdict()) if row else None


def _paused() -> "sa.Select[tuple[object, ...]]":
    columns = technical_pause.c
    query: sa.Select[tuple[object, ...]] = (
        sa.select(
            case_file.c.case_no,
            case_file.c.name.label("case_name"),
            department.c.name_zh.label("department"),
            columns.paused_at,
            columns.paused_by,
            columns.reason,
        )
        .join(case_file, case_file.c.id == columns.case_id)
        .join(department, department.c.id == case_file.c.department_id)
        .where(IS_OPEN)
    )
    return query
