"""Enter a certificate that was issued before this register was kept (补录证照)."""

from dataclasses import dataclass
from datetime import date

from app.domain.authority import Person, require_role
from app.domain.certificate import CertificateRow, require_dates
from app.domain.errors import InvalidInput
from app.domain.vocabulary import CertificateState, Role
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.application import normal_number
from app.runtime.context import Context
from app.storage.catalogue import matter_exists, offering_in_force
from app.storage.certificates import add_certificate

ENTERING = (Role.DECIDER, Role.UNIT_HEAD)
PREFECTURE_DIGITS, COUNTY_DIGITS = 4, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateInput:
    """An older certificate as entered. source_document: the file it is taken from."""

    certificate_no: str
    matter_code: str
    region_code: str
    holder_name: str
    holder_id_type: str
    holder_id_number: str
    valid_from_on: date
    valid_to_on: date | None
    source_document: str


def enter_certificate(context: Context, person: Person, entered: CertificateInput) -> Result:
    """Enter an older certificate of the person's own department, with the file it is taken from.

    Raises InvalidInput `matter_unknown`, `matter_not_offered`, `certificate_span`, `invalid` (what is empty), Forbidden
    `not_permitted` for who neither decides in nor heads the department that gives it, Conflict `certificate_exists`.
    """
    empty = [
        name
        for name in ("certificate_no", "holder_name", "holder_id_number", "source_document")
        if not getattr(entered, name).strip()
    ]
    if empty:
        raise InvalidInput("invalid", items=tuple({"pointer": f"/{name}", "code": "value_missing"} for name in empty))
    require_dates(entered.valid_from_on, entered.valid_to_on)
    certificate_id = context.ids.next_id(entered.region_code)
    with context.database.write() as uow:
        offering = offering_in_force(uow.connection, entered.matter_code, entered.region_code, uow.now())
        if offering is None:
            code = "matter_not_offered" if matter_exists(uow.connection, entered.matter_code) else "matter_unknown"
            raise InvalidInput(code, matter=entered.matter_code, region=entered.region_code)
        require_role(person, ENTERING, department_id=offering.department_id)
        row = CertificateRow(
            id=certificate_id,
            certificate_no=entered.certificate_no.strip(),
            name=offering.result_name or offering.name,
            matter_code=offering.matter_code,
            case_id=None,
            department_id=offering.department_id,
            prefecture=entered.region_code[:PREFECTURE_DIGITS],
            county=entered.region_code[:COUNTY_DIGITS] if len(entered.region_code) >= COUNTY_DIGITS else None,
            holder_name=entered.holder_name.strip(),
            holder_id_type=entered.holder_id_type,
            holder_id_number=normal_number(entered.holder_id_number),
            valid_from_on=entered.valid_from_on,
            valid_to_on=entered.valid_to_on,
            state=CertificateState.VALID,
            state_at=uow.now(),
            entered_by=actor_of(person).code,
            entered_at=uow.now(),
            source_document=entered.source_document.strip(),
        )
        add_certificate(uow, row)
    return {"certificate_id": str(certificate_id), "certificate_no": row.certificate_no, "state": row.state}
