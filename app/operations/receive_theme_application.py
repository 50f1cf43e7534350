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
from app.runtime.application import ApplicationInput, new_progress_code, party_of, take_materials
from app.runtime.bars import barred_matters, refuse_barred_applicant
from app.runtime.context import Context
from app.runtime.duplicates import warn_of_duplicates
from app.runtime.guidance import decide_members, refuse_unoffered
from app.runtime.intake import NewCase
from app.runtime.paper_receipts import facts_of_paper, ground_of_paper, use_number
from app.runtime.published import Published
from app.runtime.receiving import desk_of_intake, receive_once, take_in
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
    return receive_once(context, request, lambda uow: _receive(uow, context, person, application, request))


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
    paper = application.paper
    received_at = paper.received_at if paper else uow.arrived_at
    members = choose_members(theme, decide_members(published, theme, application.guidance), application.guidance)
    offerings = _offerings(uow, published, theme, application, members)
    answers = check_answers(theme.form, application.form)
    forms = split_form(theme, answers, members)
    _require_member_answers(published, theme, offerings, forms)
    barred = [code for offering in offerings.values() for code in barred_matters(offering)]
    refuse_barred_applicant(uow, published, application.applicant, barred, at=received_at)
    progress_code = new_progress_code()
    account_id = person.account_id if person.is_applicant else None
    lead, hall = _departments(published, theme, application.region_code)
    ground = ground_of_paper(uow, person, hall, paper) if paper else ""
    party = party_of(application.applicant, account_id=account_id, progress_code=progress_code)
    new = NewCase(
        kind=CaseKind.THEME,
        name=theme.name,
        definition_key=theme.definition_key,
        region_code=application.region_code,
        department_id=lead,
        intake_department_id=hall,
        intake_mode=application.intake_mode,
        received_at=received_at,
        receipt_facts=facts_of_paper(paper, ground) if paper else {},
        now=uow.now(),
        party=party,
        variables={
            "is_member": False,
            "form": dict(answers),
            "guidance": {**application.guidance, "members": list(members)},
            "member_forms": {code: dict(form) for code, form in forms.items()},
        },
        theme=theme,
        materials=take_materials(
            uow, theme.materials, application.materials, party=party, owner_account_id=person.account_id
        ),
        member_offerings=offerings,
    )
    duplicates = warn_of_duplicates(uow, person, application, party, is_theme=True)
    chosen = [{"matter_code": code, "name": offerings[code].name} for code in members]
    desk = desk_of_intake(uow, context, published, person, application.region_code)
    told = {"members": chosen, "duplicates": duplicates}
    work, result = take_in(uow, desk, new, progress_code=progress_code, request=request, more=lambda _work: told)
    if paper is not None:
        use_number(uow, person, hall_id=hall, paper=paper, case_id=work.case.id, ground=ground)
    return result


def _offerings(
    uow: UnitOfWork, published: Published, theme: ThemeVersion, application: ApplicationInput, members: tuple[str, ...]
) -> Mapping[str, OfferingVersion]:
    received_at = application.paper.received_at if application.paper else uow.arrived_at
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
