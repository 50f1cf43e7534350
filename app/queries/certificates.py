"""The register of certificates (证照) for its readers."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.calendar import to_local
from app.domain.certificate import state_on
from app.domain.errors import NotFound
from app.domain.vocabulary import CertificateState
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.storage.tables import case_file, case_party, certificate, department

previous = certificate.alias("previous")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """A certificate. state: on the day of the reading. case_no: None for an older one; previous_no: the one it renews."""

    certificate_id: str
    certificate_no: str
    name: str
    matter_code: str
    department: str
    department_id: str
    county: str | None
    holder_name: str
    holder_id_type: str
    holder_id_number: str
    valid_from_on: date
    valid_to_on: date | None
    state: str
    state_at: datetime
    case_no: str | None
    previous_no: str | None
    source_document: str
    entered_by: str
    entered_at: datetime


def list_certificates(
    connection: sa.Connection,
    scope: Scope,
    *,
    now: datetime,
    secret: str,
    state: str = "",
    text: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the certificates in scope, newest first. state: code of `certificate_state`; text: number, name or holder."""
    size, today = checked_limit(limit), to_local(now).date()
    query = _certificates(scope).order_by(certificate.c.id.desc()).limit(size + 1)
    if state:
        query = query.where(_in_state(state, today))
    if text:
        columns = (certificate.c.certificate_no, certificate.c.holder_name, certificate.c.holder_id_number)
        query = query.where(sa.or_(*(column == text for column in columns)))
    if cursor:
        query = query.where(certificate.c.id < int(decode_cursor(secret, cursor)[0]))
    rows = connection.execute(query).all()
    shown = rows[:size]
    following = encode_cursor(secret, (int(shown[-1].id),)) if len(rows) > size else None
    return Page(items=tuple(_view(row, today) for row in shown), next_cursor=following)


def get_certificate(connection: sa.Connection, scope: Scope, certificate_id: int, *, now: datetime) -> CertificateView:
    """Return a certificate in scope. Raises NotFound `certificate_unknown`."""
    row = connection.execute(_certificates(scope).where(certificate.c.id == certificate_id)).one_or_none()
    if row is None:
        raise NotFound("certificate_unknown", certificate=str(certificate_id))
    return _view(row, to_local(now).date())


def list_case_certificates(connection: sa.Connection, case_id: int, *, now: datetime) -> tuple[CertificateView, ...]:
    """Return what a case gave: one certificate, or nothing. Who may see the case is asked before."""
    query = _certificates(Scope(department_ids=None)).where(certificate.c.case_id == case_id)
    return tuple(_view(row, to_local(now).date()) for row in connection.execute(query))


def _certificates(scope: Scope) -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(
            certificate,
            case_file.c.case_no,
            previous.c.certificate_no.label("previous_no"),
            department.c.name_zh.label("department"),
        )
        .join(department, department.c.id == certificate.c.department_id)
        .outerjoin(case_file, case_file.c.id == certificate.c.case_id)
        .outerjoin(previous, previous.c.id == certificate.c.previous_id)
        .where(*_in_scope(scope))
    )


def _in_scope(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """A certificate lies where its department does; an applicant sees what their own cases gave."""
    if scope.applicant_account_id is not None:
        mine = sa.select(case_party.c.case_id).where(case_party.c.account_id == scope.applicant_account_id)
        return [certificate.c.case_id.in_(mine)]
    conditions: list[sa.ColumnElement[bool]] = []
    if scope.prefecture:
        conditions.append(certificate.c.prefecture == scope.prefecture)
    if scope.counties:
        conditions.append(certificate.c.county.in_(sorted(scope.counties)))
    if scope.department_ids is not None:
        conditions.append(certificate.c.department_id.in_(sorted(scope.department_ids)))
    return conditions


def _in_state(state: str, today: date) -> sa.ColumnElement[bool]:
    is_over = sa.and_(certificate.c.valid_to_on.is_not(None), certificate.c.valid_to_on < today)
    if state == CertificateState.EXPIRED:
        return sa.and_(certificate.c.state == CertificateState.VALID, is_over)
    if state == CertificateState.VALID:
        return sa.and_(certificate.c.state == CertificateState.VALID, sa.not_(is_over))
    return certificate.c.state == state


def _view(row: sa.Row[tuple[object, ...]], today: date) -> CertificateView:
    kept = CertificateView.__dataclass_fields__.keys()
    values = {name: value for name, value in row._asdict().items() if name in kept}
    own = {
        "certificate_id": str(row.id),
        "department_id": str(row.department_id),
        "state": state_on(row.state, row.valid_to_on, today).value,
    }
    return CertificateView(**{**values, **own})
