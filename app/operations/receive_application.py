"""Receive an application for one matter (收件): a case with its number, receipt and first clock."""

from datetime import datetime

from app.domain.authority import Person
from app.domain.errors import InvalidInput
from app.domain.form import check_answers
from app.domain.matter import OfferingVersion, closed_code, closed_since
from app.domain.request_key import RequestKey
from app.domain.vocabulary import CaseKind
from app.runtime.access import refuse_foreign_region
from app.runtime.advance import Result
from app.runtime.application import ApplicationInput
from app.runtime.bars import barred_matters, refuse_barred_applicant
from app.runtime.context import Context
from app.runtime.receiving import AskedFor, received_at_of, take_in
from app.runtime.renewal_intake import find_renewal, renewal_answer
from app.runtime.repeated import answered_once
from app.storage.catalogue import find_region, matter_exists, offering_in_force
from app.storage.rules import current_generation
from app.storage.unit_of_work import UnitOfWork


def receive_application(
    context: Context, person: Person, application: ApplicationInput, *, request: RequestKey | None = None
) -> Result:
    """Receive an application. Returns the case number, the progress code, what is missing and the first deadlines.

    Raises InvalidInput `region_unknown`, `matter_unknown`, `matter_not_offered`, `matter_paused`, `matter_cancelled`,
    `invalid` (form, one item per fault), Forbidden when a clerk receives for another county, RuleViolation
    `application_barred` (行政许可法 art. 79); of one on paper InvalidInput `receipt_number_unknown`, RuleViolation
    `receipt_outside_closure`, `clock_future`, Conflict `receipt_number_used`.
    """
    return answered_once(context, request, lambda uow: _receive(uow, context, person, application, request))


def _receive(
    uow: UnitOfWork,
    context: Context,
    person: Person,
    application: ApplicationInput,
    request: RequestKey | None,
) -> Result:
    published = context.library.published(current_generation(uow.connection))
    received_at = received_at_of(uow, application)
    offering = _offering(uow, application, received_at)
    refuse_foreign_region(person, application.region_code)
    refuse_barred_applicant(uow, published, application.applicant, barred_matters(offering), at=received_at)
    form = published.forms.get(offering.form_key)
    answers = check_answers(form.schema, application.form) if form else application.form
    renewal, renewed = find_renewal(uow, offering, application.applicant, answers, received_at=received_at)
    hall = published.department_by_code(f"{application.region_code[:6]}-hall")
    asked = AskedFor(
        application=application,
        kind=CaseKind.MATTER,
        name=offering.name,
        definition_key=offering.definition_key,
        department_id=offering.department_id,
        hall_id=hall.id if hall else offering.department_id,
        requirements=offering.materials,
        variables={
            "form": dict(answers),
            "matter": {"code": offering.matter_code, "name": offering.name, "handled_by": offering.handled_by},
        },
        offering=offering,
        renewal=renewal,
        renewed=renewed,
    )
    return take_in(uow, context, published, person, asked, request=request, more=renewal_answer)


def _offering(uow: UnitOfWork, application: ApplicationInput, received_at: datetime) -> OfferingVersion:
    if find_region(uow.connection, application.region_code) is None:
        raise InvalidInput("region_unknown", region=application.region_code)
    offering = offering_in_force(uow.connection, application.code, application.region_code, received_at)
    if offering is None:
        if not matter_exists(uow.connection, application.code):
            raise InvalidInput("matter_unknown", matter=application.code)
        closed = offering_in_force(
            uow.connection, application.code, application.region_code, received_at, is_offered=False
        )
        if closed is not None:
            raise InvalidInput(
                closed_code(closed), matter=closed.name, region=application.region_code, since=closed_since(closed)
            )
        raise InvalidInput("matter_not_offered", matter=application.code, region=application.region_code)
    return offering
