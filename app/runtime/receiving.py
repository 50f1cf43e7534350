"""Receiving an application (收件): what is the same for one matter and for a theme, around what each decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.authority import Person
from app.domain.certificate import CertificateRow
from app.domain.change_set import ChangeSet
from app.domain.matter import MaterialRequirement, OfferingVersion
from app.domain.renewal import RenewalRow
from app.domain.request_key import RequestKey
from app.domain.theme import ThemeVersion
from app.domain.vocabulary import CaseKind
from app.runtime.access import actor_of
from app.runtime.advance import Result, stored_answer
from app.runtime.application import (
    ApplicationInput,
    give_receipt,
    new_progress_code,
    party_of,
    receipt_of,
    take_materials,
)
from app.runtime.casework import Casework, Desk
from app.runtime.context import Context
from app.runtime.duplicates import warn_of_duplicates
from app.runtime.intake import NewCase, open_case
from app.runtime.paper_receipts import facts_of_paper, ground_of_paper, use_number
from app.runtime.ports import TransactionPorts
from app.runtime.published import Published
from app.storage.apply_changes import apply_changes
from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """An application, and what it is about as found in force at its receipt: a matter's offering, or a theme.

    hall_id: of the hall that takes it in. requirements: the list of materials.
    """

    application: ApplicationInput
    kind: CaseKind
    name: str
    definition_key: str
    department_id: int
    hall_id: int
    requirements: tuple[MaterialRequirement, ...]
    variables: Mapping[str, object]
    offering: OfferingVersion | None = None
    theme: ThemeVersion | None = None
    member_offerings: Mapping[str, OfferingVersion] = field(default_factory=dict)
    renewal: RenewalRow | None = None
    renewed: CertificateRow | None = None


def received_at_of(uow: UnitOfWork, application: ApplicationInput) -> datetime:
    """Return the instant an application counts from: that of its receipt on paper, else of its request."""
    return application.paper.received_at if application.paper else uow.arrived_at


def take_in(
    uow: UnitOfWork,
    context: Context,
    published: Published,
    person: Person,
    asked: AskedFor,
    *,
    request: RequestKey | None,
    more: Callable[[Casework], Mapping[str, object]],
) -> Result:
    """Open the case, give the receipt and write everything once. more: what the answer says besides the receipt.

    Raises what `ground_of_paper`, `take_materials`, `warn_of_duplicates`, `open_case` and `use_number` raise.
    """
    application, paper = asked.application, asked.application.paper
    ground = ground_of_paper(uow, person, asked.hall_id, paper) if paper else ""
    progress_code = new_progress_code()
    account_id = person.account_id if person.is_applicant else None
    party = party_of(application.applicant, account_id=account_id, progress_code=progress_code)
    new = NewCase(
        kind=asked.kind,
        name=asked.name,
        definition_key=asked.definition_key,
        region_code=application.region_code,
        department_id=asked.department_id,
        intake_department_id=asked.hall_id,
        intake_mode=application.intake_mode,
        received_at=received_at_of(uow, application),
        receipt_facts=facts_of_paper(paper, ground) if paper else {},
        now=uow.now(),
        party=party,
        variables={"is_member": False, **asked.variables},
        offering=asked.offering,
        theme=asked.theme,
        member_offerings=asked.member_offerings,
        renewal=asked.renewal,
        renewed=asked.renewed,
        materials=take_materials(
            uow, asked.requirements, application.materials, party=party, owner_account_id=person.account_id
        ),
    )
    duplicates = warn_of_duplicates(uow, person, application, party, is_theme=asked.theme is not None)
    work = open_case(_desk(uow, context, published, person, application.region_code), new, ChangeSet())
    give_receipt(work, progress_code)
    result: Result = {**receipt_of(work, progress_code), "duplicates": duplicates, **more(work)}
    if request is not None:
        work.changes.idempotency.append(stored_answer(request, result, now=work.now))
    apply_changes(uow, work.changes)
    if paper is not None:
        use_number(uow, person, hall_id=asked.hall_id, paper=paper, case_id=work.case.id, ground=ground)
    return result


def _desk(uow: UnitOfWork, context: Context, published: Published, person: Person, region_code: str) -> Desk:
    return Desk(
        published=published,
        actor=actor_of(person),
        ports=TransactionPorts(uow, context.ids, region_code),
        definitions=context.library.definition,
    )
