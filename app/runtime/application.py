"""What two kinds of application share: the party, the materials handed in, the receipt."""

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from app.domain.calendar import to_local
from app.domain.change_rows.parties import CaseMaterialRow, PartyRow
from app.domain.errors import InvalidInput
from app.domain.evidence import Evidence, find_evidence, is_file_expired
from app.domain.materials import NOT_IN_ORDER, missing_materials
from app.domain.matter import MaterialRequirement
from app.domain.party import holder_of_party
from app.runtime.casework import Casework
from app.runtime.clock_answers import clock_answers
from app.runtime.evidence import held_evidence, row_of
from app.runtime.materials import requirements_of
from app.runtime.notices import tell_applicant
from app.runtime.paper_receipts import PaperReceipt
from app.runtime.papers import issue_document, issues_paper
from app.storage.certificates import held_certificates
from app.storage.materials import find_materials
from app.storage.unit_of_work import UnitOfWork

PROGRESS_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
PROGRESS_CODE_LENGTH = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantInput:
    """Who applies, as handed in. subject: whom the matter is about where that is somebody else."""

    kind: str
    name: str
    id_type: str
    id_number: str
    mobile: str
    subject: Mapping[str, object] | None = None


def normal_number(text: object) -> str:
    """Return the number of an identity document as it is stored and compared: an X at the end is a capital one."""
    return str(text).strip().upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedIn:
    """What is offered for one requirement: an uploaded material, or the number of a certificate of the register."""

    requirement: str
    material_id: int | None = None
    certificate_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationInput:
    """An application as handed in (申请): for one matter, or for a theme with its situation answers.

    paper: of one that was received on paper while the system stood still. refuse_duplicate: whether it is refused while
    the same is open about the same person, instead of received with a warning.
    """

    code: str
    region_code: str
    intake_mode: str
    applicant: ApplicantInput
    form: Mapping[str, object]
    materials: Sequence[HandedIn] = ()
    guidance: Mapping[str, object] = field(default_factory=dict)
    paper: PaperReceipt | None = None
    refuse_duplicate: bool = False


def new_progress_code() -> str:
    """Return a code for the receipt, without letters that look like digits; it is stored hashed."""
    return "".join(secrets.choice(PROGRESS_ALPHABET) for _ in range(PROGRESS_CODE_LENGTH))


def hash_progress_code(case_no_free_code: str) -> bytes:
    """Return the stored form of a progress code."""
    return hashlib.sha256(case_no_free_code.strip().upper().encode()).digest()


def party_of(applicant: ApplicantInput, *, account_id: int | None, progress_code: str) -> PartyRow:
    """Return the party row of an application; the case id is given when the case opens."""
    subject = dict(applicant.subject or {})
    if subject.get("id_number"):
        subject["id_number"] = normal_number(subject["id_number"])
    return PartyRow(
        case_id=0,
        account_id=account_id,
        kind=applicant.kind,
        name=applicant.name,
        id_type=applicant.id_type,
        id_number=normal_number(applicant.id_number),
        mobile=applicant.mobile,
        subject=orjson.dumps(subject, option=orjson.OPT_SORT_KEYS).decode() if subject else None,
        progress_code_hash=hash_progress_code(progress_code),
        subject_number=str(subject.get("id_number") or normal_number(applicant.id_number)),
    )


def take_materials(
    uow: UnitOfWork,
    requirements: Sequence[MaterialRequirement],
    handed_in: Sequence[HandedIn],
    *,
    party: PartyRow,
    owner_account_id: int | None,
    settled: Collection[str] = (),
) -> tuple[CaseMaterialRow, ...]:
    """Match what was handed in with the list of materials, and add what certificates of the register stand for.

    A required material that is missing does not stop the receipt: the window says so in the one-time notice. A material
    nobody asked for, one that belongs to somebody else, and one that has expired is refused. settled: requirements the
    case has met already, for which the register is not asked.
    Raises InvalidInput `invalid` with one item per fault (`material_unknown`, `material_not_found`, `material_expired`,
    `certificate_unknown`, `certificate_expired`).
    """
    known = {item.code: item for item in requirements}
    today = to_local(uow.arrived_at).date()
    found = find_materials(uow, [item.material_id for item in handed_in if item.material_id is not None])
    held = _held_by_number(uow, party, known, handed_in)
    faults: list[Mapping[str, object]] = []
    rows: dict[str, CaseMaterialRow] = {}
    for index, item in enumerate(handed_in):
        material, named = found.get(item.material_id or 0), held.get(item.requirement)
        pointer = f"/materials/{index}/{'certificate_no' if item.certificate_no else 'material_id'}"
        if item.requirement not in known:
            faults.append({"pointer": f"/materials/{index}/requirement", "code": "material_unknown"})
        elif item.certificate_no:
            fault = _fault_of_certificate(known[item.requirement], named)
            if fault:
                faults.append({"pointer": pointer, **fault})
            elif named is not None:
                rows[item.requirement] = row_of(named)
        elif material is None or material.owner_account_id != owner_account_id:
            faults.append({"pointer": pointer, "code": "material_not_found"})
        elif is_file_expired(material.valid_to_on, today):
            name = known[item.requirement].name
            faults.append(
                {"pointer": pointer, "code": "material_expired", "name": name, "on": str(material.valid_to_on)}
            )
        else:
            rows[item.requirement] = _row(item.requirement, material.id, "handed_in")
    if faults:
        raise InvalidInput("invalid", items=tuple(faults))
    return (*rows.values(), *held_evidence(uow, party, requirements, besides=(*rows, *settled)))


def _held_by_number(
    uow: UnitOfWork,
    party: PartyRow,
    known: Mapping[str, MaterialRequirement],
    handed_in: Sequence[HandedIn],
) -> dict[str, Evidence]:
    """Return, by requirement, the certificate of the holder whose number was named."""
    named = {item.requirement: item.certificate_no for item in handed_in if item.certificate_no}
    wanted = [known[code] for code in named if code in known]
    matters = {code for item in wanted for code in item.satisfied_by}
    held = held_certificates(uow.connection, holder_of_party(party), matters, account_id=party.account_id)
    today = to_local(uow.arrived_at).date()
    found: dict[str, Evidence] = {}
    for item in wanted:
        same = [row for row in held if row.certificate_no == named[item.code].strip()]
        found |= {evidence.requirement: evidence for evidence in find_evidence([item], same, today)}
    return found


def _fault_of_certificate(item: MaterialRequirement, evidence: Evidence | None) -> Mapping[str, object]:
    if evidence is None:
        return {"code": "certificate_unknown", "name": item.name}
    found = evidence.certificate
    told = {"name": item.name, "certificate_no": found.certificate_no, "on": str(found.valid_to_on)}
    return {"code": "certificate_expired", **told} if evidence.is_expired else {}


def _row(requirement: str, material_id: int, state: str) -> CaseMaterialRow:
    return CaseMaterialRow(
        case_id=0,
        requirement=requirement,
        material_id=material_id,
        state=state,
        checked_by=None,
        checked_at=None,
        remark=None,
    )


def give_receipt(work: Casework, progress_code: str) -> None:
    """Issue the receipt (收件凭证) and tell the applicant the case number and the progress code."""
    if not issues_paper(work, "receipt"):
        return
    renewal = work.loaded.renewal
    facts = {"progress_code": progress_code, "renewal_late": renewal.is_late or None if renewal else None}
    document = issue_document(work, "receipt", facts)
    tell_applicant(work, "received", {"document_no": document.document_no, "progress_code": progress_code})


def receipt_of(work: Casework, progress_code: str) -> dict[str, object]:
    """Return what every answer to an application says: number, code, first deadlines with reasons, missing materials."""
    handed_in = {row.requirement for row in work.loaded.materials if row.state not in NOT_IN_ORDER}
    return {
        "case_no": work.case.case_no,
        "case_id": str(work.case.id),
        "state": work.state,
        "received_at": work.case.received_at.isoformat(),
        "progress_code": progress_code,
        "deadlines": [
            {"name": item["clock"], "due_at": item["due_at"], "explanation": item["explanation"]}
            for item in clock_answers(work)
        ],
        "missing": [
            {"requirement": item.code, "name": item.name}
            for item in missing_materials(requirements_of(work), handed_in)
        ],
    }
