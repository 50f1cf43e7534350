"""A calendar load that failed on cases and is tried again on them (重新计算)."""

import sqlalchemy as sa

from app.storage.tables import calendar_load, calendar_load_case, incident
from app.storage.unit_of_work import UnitOfWork


def wait_again(uow: UnitOfWork, load_id: int, *, element: str) -> int:
    """Let the cases a load failed on wait for it once more, and close their incidents. Returns how many they are.

    element: of the incidents of calendar loads.
    """
    failed = (calendar_load_case.c.load_id == load_id, calendar_load_case.c.outcome == "failed")
    case_ids = uow.connection.scalars(sa.select(calendar_load_case.c.case_id).where(*failed)).all()
    if not case_ids:
        return 0
    uow.connection.execute(calendar_load_case.update().where(*failed).values(outcome="waiting", facts="[]"))
    uow.connection.execute(
        calendar_load.update().where(calendar_load.c.id == load_id).values(finished_at=None, looked_again_at=None)
    )
    uow.connection.execute(
        incident.update()
        .where(sa.text("incident.state = 'open'"), incident.c.element == element, incident.c.case_id.in_(case_ids))
        .values(state="retried")
    )
    return len(case_ids)
