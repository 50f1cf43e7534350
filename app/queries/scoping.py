"""Scope (数据范围) as SQL: no list shows what its reader may not see."""

import sqlalchemy as sa

from app.domain.authority import Scope
from app.storage.tables import case_file, case_party


def case_scope(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on `case_file` that keep a reader to what they may see."""
    if scope.applicant_account_id is not None:
        mine = sa.select(case_party.c.case_id).where(case_party.c.account_id == scope.applicant_account_id)
        return [case_file.c.id.in_(mine)]
    conditions: list[sa.ColumnElement[bool]] = []
    if scope.prefecture:
        conditions.append(case_file.c.prefecture == scope.prefecture)
    if scope.counties:
        conditions.append(case_file.c.county.in_(sorted(scope.counties)))
    if scope.department_ids is not None:
        ids = sorted(scope.department_ids)
        conditions.append(sa.or_(case_file.c.department_id.in_(ids), case_file.c.intake_department_id.in_(ids)))
    return conditions
