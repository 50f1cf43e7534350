"""A case as one reading found it, for one reader of its page."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.authority import HANDLING, PREFECTURE_DIGITS, CasePlace, Person, Scope, governs, may_see_case
from app.domain.clock_ledger import ClockEntry
from app.domain.matter import MaterialRequirement
from app.domain.theme import list_of_materials
from app.domain.vocabulary import Role
from app.queries.cards import CardView, list_case_cards
from app.queries.case_materials import list_materials
from app.queries.case_page import (
    CaseView,
    HistoryEntry,
    find_decision,
    get_case,
    list_documents,
    list_history,
)
from app.queries.certificates import CertificateView, list_case_certificates
from app.queries.clock import ClockView, ledger_of, list_clocks
from app.queries.diagram import DiagramView, get_diagram
from app.queries.external_tasks import WaitingForProgram, list_waiting_for_programs
from app.queries.failures import OpenIncident, list_case_incidents
from app.queries.holds import HoldView, list_case_holds
from app.queries.member_limits import MemberLimit, list_member_limits
from app.queries.message_waits import WaitingForMessage, list_message_waits
from app.queries.officer_facts import (
    CaseExtras,
    RegionName,
    external_matters,
    get_case_extras,
    list_region_names,
    staff_names,
)
from app.queries.pauses import PausedCase, find_pause
from app.queries.renewals import RenewalView, find_renewal
from app.runtime.published import Published
from app.storage.database import Reading
from app.web.masking import masked_case
from app.web.pages.context import Showing, context, showing, view_of_rules

STAFF = "staff:"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything one reading found out about a case, for one reader.

    is_seen_from_above: they see it only because they head a department above the one that granted it. is_asked: only
    because a department of theirs looks at the joint application before it is accepted.
    """

    person: Person
    is_seen_from_above: bool
    is_asked: bool
    showing: Showing
    published: Published
    view: CaseView
    extras: CaseExtras
    clocks: tuple[ClockView, ...]
    ledger: tuple[ClockEntry, ...]
    history: tuple[HistoryEntry, ...]
    materials: tuple[Mapping[str, object], ...]
    cards: tuple[CardView, ...]
    documents: tuple[Mapping[str, object], ...]
    decision: Mapping[str, object]
    certificates: tuple[CertificateView, ...]
    renewal: RenewalView | None
    diagram: DiagramView
    holds: tuple[HoldView, ...]
    incidents: tuple[OpenIncident, ...]
    programs: tuple[WaitingForProgram, ...]
    messages: tuple[WaitingForMessage, ...]
    pause: PausedCase | None
    member_limits: Mapping[str, MemberLimit]
    regions: Mapping[str, RegionName]
    names: Mapping[int, str]
    external: frozenset[str]

    @property
    def language(self) -> str:
        """Language of the request."""
        return self.showing.words.language

    @property
    def handles(self) -> bool:
        """Whether the reader handles cases where this one is decided or was taken in, is asked about it, or it is theirs."""
        places = {int(self.view.department_id), self.extras.intake_department_id}
        handling = {place.department_id for place in self.person.memberships if place.role in HANDLING}
        return self.person.is_applicant or self.is_asked or not places.isdisjoint(handling)

    @property
    def is_read_only(self) -> bool:
        """Whether the case lies outside of the reader's scope, so that they look and do nothing."""
        return self.is_seen_from_above or self.is_asked

    @property
    def roles(self) -> frozenset[str]:
        """The roles the reader holds in the department that owns the case, and at the head of its government."""
        owner, region = int(self.view.department_id), self.view.region_code
        held = {str(place.role) for place in self.person.memberships if place.department_id == owner}
        place = CasePlace(prefecture=region[:4], county=region[:6], department_ids=frozenset())
        is_head = governs(self.person, place)
        return frozenset(held | {Role.GOVERNMENT_HEAD.value} if is_head else held - {Role.GOVERNMENT_HEAD.value})

    @property
    def requirements(self) -> tuple[MaterialRequirement, ...]:
        """The list of materials the case was taken in under."""
        return list_of_materials(self.extras.offering, self.published.themes, self.view.theme_code)


def read_case(opened: Reading, person: Person, case_no: str, *, scope: Scope | None = None) -> CaseFile:
    """Read a case in the scope of its reader, personal data masked where they do not handle it. Raises NotFound.

    scope: a wider one, for pages that only show. Cards are an affair of the department and of those who watch over it.
    """
    link = opened.connection
    view = get_case(link, scope or person.scope, case_no)
    case_id, published = int(view.id), context().library.current()
    extras = get_case_extras(link, case_id)
    is_outside = not person.is_applicant and not may_see_case(person, _place_of(view, extras))
    is_asked = is_outside and scope is not None and case_id in scope.asked_about
    ledger, history = ledger_of(link, case_id), list_history(link, case_id)
    ids = {int(task.assignee_id) for task in view.tasks if task.assignee_id}
    actors = [entry.actor for entry in ledger] + [entry.actor for entry in history]
    ids |= {int(actor.removeprefix(STAFF)) for actor in actors if actor.startswith(STAFF)}
    materials = list_materials(link, published.themes, case_id)
    ids |= {int(str(row["checked_by"])) for row in materials if row["checked_by"]}
    return CaseFile(
        person=person,
        is_seen_from_above=is_outside and not is_asked,
        is_asked=is_asked,
        showing=showing(opened.now),
        published=published,
        view=masked_case(view, person, is_asked=is_asked),
        extras=extras,
        clocks=list_clocks(link, view_of_rules(), case_id, now=opened.now),
        ledger=ledger,
        history=history,
        materials=materials,
        cards=() if is_outside else list_case_cards(link, case_id),
        documents=list_documents(link, case_id),
        decision=find_decision(link, case_id) or {},
        renewal=find_renewal(link, case_id),
        certificates=list_case_certificates(link, case_id, now=opened.now),
        diagram=get_diagram(link, case_id),
        holds=() if person.is_applicant else list_case_holds(link, person.scope, case_id),
        pause=None if person.is_applicant else find_pause(link, case_id),
        incidents=() if person.is_applicant else list_case_incidents(link, case_id),
        messages=() if person.is_applicant else list_message_waits(link, case_id),
        programs=() if person.is_applicant else list_waiting_for_programs(link, case_id),
        member_limits={item.case_no: item for item in list_member_limits(link, [case_id]).get(case_id, ())},
        regions=list_region_names(link),
        names=staff_names(link, ids),
        external=external_matters(link, extras.chosen_members, region_code=view.region_code, at=view.received_at),
    )


def _place_of(view: CaseView, extras: CaseExtras) -> CasePlace:
    return CasePlace(
        prefecture=view.region_code[:PREFECTURE_DIGITS],
        county=view.county,
        department_ids=frozenset({int(view.department_id), extras.intake_department_id}),
    )
