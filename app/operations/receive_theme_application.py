"""Receive an application for a theme (一事联办): one form, one set of materials, members chosen by the situation."""

from collections.abc import Mapping

from app.domain.authority import Person
from app.domain.errors import InvalidInput
from app.domain.form import check_answers
from app.domain.matter import OfferingVersion
from app.domain.request_key import RequestKey
from app.domain.theme import ThemeVersion, choose_members, split_form
from app.domain.vocabulary import CaseKind
from app.runtime.access import refuse_foreign_region
from app.runtime.advance import Result
from app.runtime.application import ApplicationInput, new_progress_code, party_of, take_materials
from app.runtime.bars import refuse_barred_applicant
from app.runtime.context import Context
from app.runtime.guidance import decide_members
from app.runtime.intake import NewCase
from app.runtime.published import Published
from app.runtime.receiving import desk_of_intake, receive_once, take_in
from app.storage.catalogue import find_region, offerings_in_force
from app.storage.rules import current_generation
from app.storage.unit_of_work import UnitOfWork


def receive_theme_application(
    context: Context, person: Person, application: ApplicationInput, *, request: RequestKey | None = None
) -> Result:
    """Receive a joint application. Members open as far as their predecessors allow, after the one acceptance check.

    Raises InvalidInput `theme_unknown`, `region_unknown`, `matter_not_offered` (a chosen member is not offered in the
    county), `invalid` (form or situation answers, one item per fault), RuleViolation `application_barred`.
    """
    return receive_once(context, request, lambda uow: _receive(uow, context, person, application, request))


def _receive(
    uow: UnitOfWork,
    context: Context,
    person: Person,
    application: ApplicationInput,
    request: RequestKey | None,
) -> Result:
    published = context.library.published(current_generation(uow.connection))
    theme = published.themes.get(application.code)
    if theme is None:
        raise InvalidInput("theme_unknown", theme=application.code)
    if find_region(uow.connection, application.region_code) is None:
        raise InvalidInput("region_unknown", region=application.region_code)
    refuse_foreign_region(person, application.region_code)
    answers = check_answers(theme.form, application.form)
    guided = decide_members(published, theme, application.guidance)
    members = choose_members(theme, guided, application.guidance)
    offerings = _offerings(uow, members, application.region_code)
    refuse_barred_applicant(uow, published, application.applicant, members)
    progress_code = new_progress_code()
    account_id = person.account_id if person.is_applicant else None
    lead, hall = _departments(published, theme, application.region_code)
    new = NewCase(
        kind=CaseKind.THEME,
        name=theme.name,
        definition_key=theme.definition_key,
        region_code=application.region_code,
        department_id=lead,
        intake_department_id=hall,
        intake_mode=application.intake_mode,
        received_at=uow.arrived_at,
        now=uow.now(),
        party=party_of(application.applicant, account_id=account_id, progress_code=progress_code),
        variables={
            "is_member": False,
            "form": dict(answers),
            "guidance": {**application.guidance, "members": list(members)},
            "member_forms": {code: dict(form) for code, form in split_form(theme, answers).items()},
        },
        theme=theme,
        materials=take_materials(uow, theme.materials, application.materials, owner_account_id=person.account_id),
        member_offerings=offerings,
    )
    chosen = [{"matter_code": code, "name": offerings[code].name} for code in members]
    desk = desk_of_intake(uow, context, published, person, application.region_code)
    _, result = take_in(
        uow, desk, new, progress_code=progress_code, request=request, more=lambda _work: {"members": chosen}
    )
    return result


def _offerings(uow: UnitOfWork, members: tuple[str, ...], region_code: str) -> Mapping[str, OfferingVersion]:
    offerings = offerings_in_force(uow.connection, members, region_code, uow.arrived_at)
    missing = [code for code in members if code not in offerings]
    if missing:
        raise InvalidInput("matter_not_offered", matter=", ".join(missing), region=region_code)
    return offerings


def _departments(published: Published, theme: ThemeVersion, region_code: str) -> tuple[int, int]:
    county = region_code[:6]
    lead = published.department_by_code(f"{county}-{theme.lead_department}")
    hall = published.department_by_code(f"{county}-hall")
    if lead is None or hall is None:
        raise InvalidInput("matter_not_offered", matter=theme.code, region=region_code)
    return lead.id, hall.id
