"""Correction requests (补正意见) of a joint application for their readers: a department its own, the window all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from app.domain.authority import SEEING, Person
from app.domain.correction_request import name_of_item, state_of_request
from app.domain.errors import Forbidden
from app.domain.theme import ThemeVersion, list_of_materials
from app.domain.vocabulary import Role
from app.storage.tables import case_file, correction_request, department, service_matter


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionRequestView:
    """A request. item: code of the list of materials, or a name; name: what the applicant reads. state: also lapsed."""

    request_id: str
    matter_code: str
    member: str
    department: str
    item: str
    name: str
    shortage: str
    remark: str
    requested_by: str
    requested_at: datetime
    state: str
    reason: str | None
    answered_by: str | None
    answered_at: datetime | None


def list_correction_requests(
    connection: sa.Connection, themes: Mapping[str, ThemeVersion], person: Person, case_id: int
) -> tuple[CorrectionRequestView, ...]:
    """Return the requests of a case, oldest first; who may see the case is asked before.

    The window that took it in and who watches over it see all, anybody else those of their own departments. Raises
    Forbidden `not_permitted` for an applicant, whom the one notice tells what concerns them.
    """
    if person.is_applicant:
        raise Forbidden("not_permitted", needs=Role.REVIEWER.value)
    columns, case = correction_request.c, case_file.c
    query = (
        sa.select(correction_request, department.c.name_zh.label("department"), service_matter.c.name.label("member"))
        .add_columns(case.state.label("case_state"), case.theme_code)
        .join(case_file, case.id == columns.case_id)
        .join(department, department.c.id == columns.department_id)
        .join(service_matter, service_matter.c.matter_code == columns.matter_code)
        .where(columns.case_id == case_id)
        .order_by(columns.id)
    )
    if not person.has_role(*SEEING):
        own = sorted(person.department_ids)
        query = query.where(sa.or_(case.intake_department_id.in_(own), columns.department_id.in_(own)))
    return tuple(_view(row, themes) for row in connection.execute(query))


def _view(row: sa.Row[tuple[object, ...]], themes: Mapping[str, ThemeVersion]) -> CorrectionRequestView:
    return CorrectionRequestView(
        request_id=str(row.id),
        matter_code=row.matter_code,
        member=row.member,
        department=row.department,
        item=row.item,
        name=name_of_item(row.item, list_of_materials(None, themes, row.theme_code)),
        shortage=row.shortage,
        remark=row.remark,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        state=state_of_request(row.answer, case_state=row.case_state).value,
        reason=row.reason,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )
