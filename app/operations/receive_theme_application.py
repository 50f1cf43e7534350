"""Receive an application for a theme (一事联办): one form, one set of materials, members chosen by the situation."""

from collections.abc import Mapping

from app.domain.authority import Person
from app.domain.errors import InvalidInput
from app.domain.form import check_answers
from app.domain.matter import OfferingVersion
from app.domain.request_key import RequestKey
from app.domain.theme import ThemeVersion, choose_members
from app.domain.theme_form import member_faults, split_form
from app.domain.vocabulary import CaseKind
from app.runtime.access import refuse_foreign_region
from app.runtime.advance import Result
from app.runtime.application import ApplicationInput
from app.runtime.bars import barred_matters, refuse_barred_applicant
from app.runtime.context import Context
from app.runtime.guidance import decide_members, refuse_unoffered
from app.runtime.published import Published
from app.runtime.receiving import AskedFor, received_at_of, take_in
from app.runtime.repeated import answered_once
from app.storage.catalogue import find_region, offerings_in_force
from app.storage.rules import current_generation
from app.storage.unit_of_work import UnitOfWork


def receive_theme_application(
    context: Context, person: Person, application: ApplicationInput, *, request: RequestKey | None = None
) -> Result:
    """Receive a joint application. Members open as far as their predecessors allow, after the one acceptance check.

    A receipt on paper is that of the joint case: its members follow it and have no number of their own.
    Raises InvalidInput `theme_unknown`, `region_unknown`, `theme_not_offered`, `member_not_offered` (one item per chosen
    member the county does not offer), `invalid` (form or situation answers, one item per fault, also what a chosen member
    needs), RuleViolation `application_barred`; of one on paper InvalidInput `receipt_number_unknown`, RuleViolation
    `receipt_outside_closure`, `clock_future`, Conflict `receipt_number_used`; Conflict `application_duplicate` as asked for.
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
    theme = published.theme_in(application.code, application.region_code)
    if theme is None:
        raise InvalidInput("theme_unknown", theme=application.code)
    if find_region(uow.connection, application.region_code) is None:
        raise InvalidInput("region_unknown", region=application.region_code)
    refuse_foreign_region(person, application.region_code)
    received_at = received_at_of(uow, application)
    members = choose_members(theme, decide_members(published, theme, application.guidance), application.guidance)
    offerings = _offerings(uow, published, theme, application, members)
    answers = check_answers(theme.form, application.form)
    forms = split_form(theme, answers, members)
    _require_member_answers(published, theme, offerings, forms)
    barred = [code for offering in offerings.values() for code in barred_matters(offering)]
    refuse_barred_applicant(uow, published, application.applicant, barred, at=received_at)
    lead, hall = _departments(published, theme, application.region_code)
    asked = AskedFor(
        application=application,
        kind=CaseKind.THEME,
        name=theme.name,
        definition_key=theme.definition_key,
        department_id=lead,
        hall_id=hall,
        requirements=theme.materials,
        variables={
            "form": dict(answers),
            "guidance": {**application.guidance, "members": list(members)},
            "member_forms": {code: dict(form) for code, form in forms.items()},
        },
        theme=theme,
        member_offerings=offerings,
    )
    told = {"members": [{"matter_code": code, "name": offerings[code].name} for code in members]}
    return take_in(uow, context, published, person, asked, request=request, more=lambda _work: told)


def _offerings(
    uow: UnitOfWork, published: Published, theme: ThemeVersion, application: ApplicationInput, members: tuple[str, ...]
) -> Mapping[str, OfferingVersion]:
    received_at = received_at_of(uow, application)
    offerings = offerings_in_force(uow.connection, members, application.region_code, received_at)
    offered = {code for code in offerings if theme.left_out(code) is None}
    answers, region = application.guidance, application.region_code
    refuse_unoffered(published, theme, answers, offered=offered, region_code=region)
    return offerings


def _require_member_answers(
    published: Published,
    theme: ThemeVersion,
    offerings: Mapping[str, OfferingVersion],
    forms: Mapping[str, Mapping[str, object]],
) -> None:
    """Ask now for what a chosen member needs; nobody is asked again later (J13)."""
    found = {code: published.forms.get(offering.form_key) for code, offering in offerings.items()}
    faults = member_faults(theme, forms, {code: form.schema for code, form in found.items() if form is not None})
    if faults:
        raise InvalidInput("invalid", items=faults, count=len(faults))


def _departments(published: Published, theme: ThemeVersion, region_code: str) -> tuple[int, int]:
    county = region_code[:6]
    lead = published.department_by_code(f"{county}-{theme.lead_department}")
    hall = published.department_by_code(f"{county}-hall")
    if lead is None or hall is None:
        raise InvalidInput("theme_not_offered", theme=theme.code, name=theme.name, region=region_code)
    return lead.id, hall.id
