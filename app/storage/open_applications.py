"""Open applications about one person, by what was applied for."""

import sqlalchemy as sa

from app.domain.authority import CasePlace
from app.domain.duplicate import OpenApplication
from app.domain.vocabulary import CaseKind
from app.storage.tables import case_file, case_party, matter_offering

MOST = 5


def find_open_applications(
    connection: sa.Connection, subject_number: str, *, theme_code: str = "", matter_code: str = ""
) -> tuple[OpenApplication, ...]:
    """Return cases about a person that are not closed, the newest first, at most five: of a theme, or of a matter."""
    columns = case_file.c
    query = (
        sa.select(
            columns.id,
            columns.case_no,
            columns.name,
            columns.state,
            columns.received_at,
            columns.prefecture,
            columns.county,
            columns.department_id,
            columns.intake_department_id,
            case_party.c.account_id,
        )
        .join(case_party, case_party.c.case_id == columns.id)
        .where(case_party.c.subject_number == subject_number, columns.closed_at.is_(None))
        .order_by(columns.received_at.desc(), columns.id.desc())
        .limit(MOST)
    )
    if theme_code:
        query = query.where(columns.kind == CaseKind.THEME, columns.theme_code == theme_code)
    else:
        offered = matter_offering.c.id == columns.offering_id
        query = query.join(matter_offering, offered).where(matter_offering.c.matter_code == matter_code)
    return tuple(
        OpenApplication(
            case_no=row.case_no,
            name=row.name,
            state=row.state,
            received_at=row.received_at,
            place=CasePlace(
                prefecture=row.prefecture,
                county=row.county,
                department_ids=frozenset({row.department_id, row.intake_department_id}),
                applicant_account_id=row.account_id,
                case_id=row.id,
            ),
        )
        for row in connection.execute(query)
    )
