"""Intake (收件): a case comes into being, from an application or from a theme that opens its members."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from app.domain.audit import GENESIS
from app.domain.certificate import CertificateRow
from app.domain.change_rows.parties import CaseMaterialRow, PartyRow
from app.domain.change_set import CaseRow, ChangeSet
from app.domain.errors import RuleViolation
from app.domain.loaded_case import CaseFacts, LoadedCase
from app.domain.matter import OfferingVersion
from app.domain.renewal import RenewalRow
from app.domain.snapshot import OpenMember, Snapshot
from app.domain.theme import ThemeVersion
from app.domain.vocabulary import CaseKind, CaseState, ClockName
from app.engine import runner
from app.runtime.acceptance import limit_of_clock, start
from app.runtime.case_numbers import number_case, theme_prefix
from app.runtime.casework import Casework, Desk, desk_of, take_up
from app.runtime.evidence import materials_of_member
from app.runtime.settle import saved_state, settle

AT_RECEIPT = ("state", "accepted_at", "closed_at", "decision", "result_kind", "last_seq", "last_hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What a case starts with. The party, the materials and the renewal carry case_id 0; the id is given at the opening.

    received_at: the instant of receipt, which `notice5` counts from. now: the database's instant of the transaction.
    receipt_facts: what the audit chain keeps of a receipt that was given on paper.
    """

    kind: CaseKind
    name: str
    definition_key: str
    region_code: str
    department_id: int
    intake_department_id: int
    intake_mode: str
    received_at: datetime
    now: datetime
    party: PartyRow
    variables: Mapping[str, object]
    offering: OfferingVersion | None = None
    theme: ThemeVersion | None = None
    materials: tuple[CaseMaterialRow, ...] = ()
    member_offerings: Mapping[str, OfferingVersion] = field(default_factory=dict)
    receipt_facts: Mapping[str, object] = field(default_factory=dict)
    renewal: RenewalRow | None = None
    renewed: CertificateRow | None = None
    parent_case_id: int | None = None
    parent_task: str | None = None
    parent_element: str | None = None


def open_case(desk: Desk, new: NewCase, changes: ChangeSet) -> Casework:
    """Open a case and run its diagram until it waits. Everything goes into `changes`; nothing is written here.

    The receipt starts `notice5` (行政许可法 art. 32: five days to accept, refuse or ask for corrections), except for a
    member case, whose theme was checked once.
    Raises RuleViolation `definition_missing` when the diagram of the matter is not deployed.
    """
    published = desk.published
    version = new.offering.definition_version if new.offering else None
    found = published.diagram_for(new.definition_key, version)
    if found is None:
        raise RuleViolation("definition_missing", definition=new.definition_key)
    definition_id, diagram_id = found
    facts = _facts(desk, new, definition_id)
    loaded = LoadedCase(
        case=facts,
        state=None,
        party=PartyRow(**{**asdict(new.party), "case_id": facts.id}),
        offering=new.offering,
        materials=tuple(CaseMaterialRow(**{**asdict(row), "case_id": facts.id}) for row in new.materials),
        member_offerings=new.member_offerings,
        renewal=replace(new.renewal, case_id=facts.id) if new.renewal else None,
        renewed=new.renewed,
        now=new.now,
        arrived_at=new.received_at,
        generation=published.generation,
    )
    work = take_up(loaded, desk, changes)
    told = {"case_no": facts.case_no, "kind": new.kind, "mode": new.intake_mode, **new.receipt_facts}
    seq = work.record("case_received", told)
    limit = limit_of_clock(work, ClockName.NOTICE5)
    if new.kind != CaseKind.MEMBER and limit is not None:
        start(work, ClockName.NOTICE5, limit=limit, occurred_at=new.received_at, seq=seq)
    work.instance = runner.begin(desk.definitions(diagram_id), dict(new.variables))
    waiting = settle(work)
    _add_rows(work, diagram_id, waiting)
    open_members(work)
    return work


def open_members(work: Casework) -> None:
    """Open the member cases that became due, in the commit of their parent: all or none.

    Raises RuleViolation `matter_not_offered` when a member is not offered in the county.
    """
    for member in work.members_to_open:
        offering = work.loaded.member_offerings.get(member.matter_code)
        if offering is None:
            raise RuleViolation("matter_not_offered", matter=member.matter_code, region=work.case.region_code)
        open_case(desk_of(work), _member(work, member, offering), work.changes)


def _member(work: Casework, member: OpenMember, offering: OfferingVersion) -> NewCase:
    assert work.instance is not None
    assert work.loaded.party is not None
    case, variables = work.case, work.instance.variables
    forms = variables.get("member_forms")
    form = forms.get(member.matter_code) if isinstance(forms, dict) else None
    return NewCase(
        kind=CaseKind.MEMBER,
        name=offering.name,
        definition_key=offering.definition_key,
        region_code=case.region_code,
        department_id=offering.department_id,
        intake_department_id=case.intake_department_id,
        intake_mode=case.intake_mode,
        received_at=work.now,
        now=work.now,
        party=work.loaded.party,
        variables={
            "is_member": True,
            "form": form or {},
            "matter": {"code": offering.matter_code, "name": offering.name, "handled_by": offering.handled_by},
        },
        offering=offering,
        materials=materials_of_member(work, offering.materials),
        parent_case_id=case.id,
        parent_task=member.task_id,
        parent_element=member.element,
    )


def _facts(desk: Desk, new: NewCase, definition_id: int) -> CaseFacts:
    region = new.region_code
    return CaseFacts(
        id=desk.ports.next_id(),
        case_no=number_case(desk.ports, prefix=_prefix(new), received_at=new.received_at),
        kind=new.kind,
        name=new.name,
        offering_id=new.offering.offering_id if new.offering else None,
        offering_version=new.offering.version if new.offering else None,
        theme_code=new.theme.code if new.theme else None,
        theme_version=new.theme.version if new.theme else None,
        definition_id=definition_id,
        parent_case_id=new.parent_case_id,
        parent_task=new.parent_task,
        parent_element=new.parent_element,
        prefecture=region[:4],
        county=region[:6] if len(region) >= len("422801") else None,
        town=region[:9] if len(region) >= len("422801001") else None,
        region_code=region,
        department_id=new.department_id,
        intake_department_id=new.intake_department_id,
        intake_mode=new.intake_mode,
        state=CaseState.RECEIVED,
        decision=None,
        result_kind=None,
        received_at=new.received_at,
        accepted_at=None,
        closed_at=None,
        version=0,
        last_seq=0,
        last_hash=GENESIS,
    )


def _prefix(new: NewCase) -> str:
    if new.theme is not None:
        return theme_prefix(new.theme.code, new.region_code)
    return new.offering.impl_code if new.offering else f"XX{new.region_code[:6]}"


def _add_rows(work: Casework, diagram_id: int, waiting: Snapshot) -> None:
    received = {name: getattr(work.case, name) for name in CaseRow.__dataclass_fields__ if name not in AT_RECEIPT}
    work.changes.cases_added.append(CaseRow(**received, **{name: getattr(work, name) for name in AT_RECEIPT}))
    work.changes.states_added.append(saved_state(work, diagram_id, waiting))
    if work.loaded.party is not None:
        work.changes.parties_added.append(work.loaded.party)
    if work.loaded.renewal is not None:
        work.changes.renewals.append(work.loaded.renewal)
    work.changes.case_materials.extend(work.loaded.materials)
