"""Scope (数据范围) as SQL: no list shows what its reader may not see."""

import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.case_life import GRANTING
from app.storage.tables import case_file, case_party


def case_scope(scope: Scope, case: sa.FromClause = case_file) -> list[sa.ColumnElement[bool]]:
    """Return the conditions on `case_file`, or an alias of it, that keep a reader to what they may see."""
    besides: list[sa.ColumnElement[bool]] = []
    if scope.granted_by:
        granted = case.c.department_id.in_(sorted(scope.granted_by))
        besides.append(sa.and_(granted, case.c.decision.in_(GRANTING)))
    if scope.asked_about:
        besides.append(case.c.id.in_(sorted(scope.asked_about)))
    narrowed = _narrowed(scope, case)
    return [sa.or_(sa.and_(sa.true(), *narrowed), *besides)] if besides else narrowed


def _narrowed(scope: Scope, case: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    if scope.applicant_account_id is not None:
        mine = sa.select(case_party.c.case_id).where(case_party.c.account_id == scope.applicant_account_id)
        return [case.c.id.in_(mine)]
    conditions: list[sa.ColumnElement[bool]] = []
    if scope.prefecture:
        conditions.append(case.c.prefecture == scope.prefecture)
    if scope.counties:
        conditions.append(case.c.county.in_(sorted(scope.counties)))
    if scope.department_ids is not None:
        ids = sorted(scope.department_ids)
        conditions.append(sa.or_(case.c.department_id.in_(ids), case.c.intake_department_id.in_(ids)))
    return conditions
