"""Parts of a case that the pages of officers show: clocks, materials, members, history, papers, cards, diagram."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from app.domain.authority import Person
from app.domain.clock_ledger import ClockEntry, concerns
from app.domain.form import FormSchema
from app.domain.matter import MaterialRequirement
from app.domain.vocabulary import Colour, LedgerKind
from app.queries.case_page import (
    CaseView,
    HistoryEntry,
    find_decision,
    get_case,
    list_cards,
    list_documents,
    list_history,
    list_materials,
)
from app.queries.clock import ClockView, ledger_of, list_clocks
from app.queries.diagram import DiagramView, get_diagram
from app.queries.officer_facts import (
    CaseExtras,
    MemberFacts,
    RegionName,
    get_case_extras,
    list_member_facts,
    list_region_names,
    staff_names,
)
from app.runtime.published import Published
from app.storage.database import Reading
from app.web.masking import masked_case
from app.web.pages.context import Showing, answer_rows, context, showing, view_of_rules
from app.web.presenting import DueView, Remaining, file_size, present_due

STAFF = "staff:"
STATE_OF_CLOCK = {"not_started": "waiting", "running": "running", "paused": "paused", "stopped": "stopped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything one reading found out about a case, for one reader."""

    person: Person
    showing: Showing
    published: Published
    view: CaseView
    extras: CaseExtras
    clocks: tuple[ClockView, ...]
    ledger: tuple[ClockEntry, ...]
    history: tuple[HistoryEntry, ...]
    materials: tuple[Mapping[str, object], ...]
    cards: tuple[Mapping[str, object], ...]
    documents: tuple[Mapping[str, object], ...]
    decision: Mapping[str, object]
    diagram: DiagramView
    member_facts: Mapping[str, MemberFacts]
    regions: Mapping[str, RegionName]
    names: Mapping[int, str]

    @property
    def language(self) -> str:
        """Language of the request."""
        return self.showing.words.language

    @property
    def handles(self) -> bool:
        """Whether the reader works where the case is handled or was taken in, or it is theirs."""
        places = {int(self.view.department_id), self.extras.intake_department_id}
        return self.person.is_applicant or not places.isdisjoint(self.person.department_ids)

    @property
    def roles(self) -> frozenset[str]:
        """The roles the reader holds in the department that owns the case."""
        owner = int(self.view.department_id)
        return frozenset(str(place.role) for place in self.person.memberships if place.department_id == owner)

    @property
    def requirements(self) -> tuple[MaterialRequirement, ...]:
        """The list of materials the case was taken in under."""
        theme = self.published.themes.get(self.view.theme_code or "")
        if self.extras.offering is not None:
            return self.extras.offering.materials
        return theme.materials if theme else ()


def read_case(opened: Reading, person: Person, case_no: str) -> CaseFile:
    """Read a case in the scope of its reader, personal data masked where they do not handle it. Raises NotFound."""
    link = opened.connection
    view = get_case(link, person.scope, case_no)
    case_id, published = int(view.id), context().library.current()
    ledger, history = ledger_of(link, case_id), list_history(link, case_id)
    ids = {int(task.assignee_id) for task in view.tasks if task.assignee_id}
    actors = [entry.actor for entry in (*ledger, *history)]
    ids |= {int(actor.removeprefix(STAFF)) for actor in actors if actor.startswith(STAFF)}
    return CaseFile(
        person=person,
        showing=showing(opened.now),
        published=published,
        view=masked_case(view, person),
        extras=get_case_extras(link, case_id),
        clocks=list_clocks(link, view_of_rules(), case_id, now=opened.now),
        ledger=ledger,
        history=history,
        materials=list_materials(link, case_id),
        cards=list_cards(link, case_id),
        documents=list_documents(link, case_id),
        decision=find_decision(link, case_id) or {},
        diagram=get_diagram(link, case_id),
        member_facts=list_member_facts(link, case_id),
        regions=list_region_names(link),
        names=staff_names(link, ids),
    )


def common_parts(file: CaseFile) -> dict[str, object]:
    """Return the context both the page of a case and the page of a task show."""
    offering = file.extras.offering
    return {
        "case": head_of(file),
        "clocks": [_clock(file, clock) for clock in file.clocks],
        "materials": material_rows(file),
        "members": _members(file),
        "timeline": [_event(file, entry) for entry in file.history],
        "answers": _answers(file),
        "basis": list(offering.legal_basis) if offering else [],
        "cards": [_card(file, card) for card in file.cards],
        "documents": [_document(file, paper) for paper in file.documents],
        "diagram": {
            "xml_url": url_for("pages.case_diagram", case_no=file.view.case_no),
            "current": list(file.diagram.current),
            "done": list(file.diagram.done),
            "faults": [],
        },
    }


def head_of(file: CaseFile) -> dict[str, object]:
    """Return the facts at the head of a case."""
    view, words, at = file.view, file.showing.words, file.showing.at
    region = file.regions.get(view.region_code)
    decided_at = file.decision.get("decided_at")
    paper = next((str(row["document_no"]) for row in file.documents if row["kind"] in DECISION_PAPERS), "")
    return {
        "case_no": view.case_no,
        "name": view.name,
        "state": view.state,
        "applicant": view.applicant_name,
        "id_number": view.applicant_id_number,
        "mobile": view.applicant_mobile,
        "department": _department(file, int(view.department_id)),
        "intake_department": _department(file, file.extras.intake_department_id),
        "region": region.name(file.language) if region else view.region_code,
        "intake_mode": words.label("intake_mode", file.extras.intake_mode),
        "received_at": at(view.received_at),
        "accepted_at": at(view.accepted_at),
        "closed_at": at(view.closed_at),
        "decision": words.label("decision", view.decision) if view.decision else "",
        "decision_reasons": file.decision.get("reasons") or "",
        "decided_at": at(decided_at) if isinstance(decided_at, datetime) else None,
        "document_no": paper,
        "parent_case_no": view.parent_case_no or "",
    }


def due_of_task(file: CaseFile, due_at: datetime | None) -> DueView:
    """Present the limit of an open task of the case, as its clocks colour it."""
    if due_at is None:
        is_paused = any(clock.state == "paused" for clock in file.clocks)
        return file.showing.due(None, Colour.PAUSED if is_paused else Colour.GREEN)
    same = next((clock for clock in file.clocks if clock.due_at == due_at), None)
    fallback = Colour.OVERDUE if due_at < file.showing.now else Colour.GREEN
    return file.showing.due(due_at, _colour(file, same) if same else fallback)
