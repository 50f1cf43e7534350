"""Evidence (材料依据): certificates the register holds already stand for materials, so that nobody hands them in."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from app.domain.calendar import to_local
from app.domain.certificate import state_on
from app.domain.change_rows.parties import CaseMaterialRow, PartyRow
from app.domain.errors import RuleViolation
from app.domain.evidence import Evidence, find_evidence
from app.domain.materials import NOT_IN_ORDER
from app.domain.matter import MaterialRequirement
from app.domain.party import holder_of_party
from app.domain.vocabulary import CertificateState
from app.runtime.casework import Casework
from app.storage.certificates import held_certificates
from app.storage.unit_of_work import UnitOfWork


def held_evidence(
    uow: UnitOfWork,
    party: PartyRow,
    requirements: Sequence[MaterialRequirement],
    *,
    besides: Collection[str],
) -> tuple[CaseMaterialRow, ...]:
    """Return the materials a person's certificates stand for, those that have expired too: they are told by name.

    besides: requirements something was handed in for.
    """
    wanted = [item for item in requirements if item.satisfied_by and item.code not in besides]
    matters = {code for item in wanted for code in item.satisfied_by}
    held = held_certificates(uow.connection, holder_of_party(party), matters, account_id=party.account_id)
    return tuple(row_of(found) for found in find_evidence(wanted, held, to_local(uow.arrived_at).date()))


def row_of(evidence: Evidence) -> CaseMaterialRow:
    """Return the material of a case for which a certificate stands; the case id is given at its opening."""
    return CaseMaterialRow(
        case_id=0,
        requirement=evidence.requirement,
        material_id=None,
        state=evidence.state,
        checked_by=None,
        checked_at=None,
        remark=None,
        certificate_id=evidence.certificate.id,
    )


def materials_of_member(work: Casework, requirements: Sequence[MaterialRequirement]) -> tuple[CaseMaterialRow, ...]:
    """Return what a member case begins with: the shared materials as they are marked now, and what other members gave.

    A certificate that expired replaces nothing that is in order.
    """
    rows = current_materials(work)
    for found in find_evidence(requirements, work.loaded.certificates, to_local(work.now).date()):
        known = rows.get(found.requirement)
        if known is None or known.state in NOT_IN_ORDER or not found.is_expired:
            rows[found.requirement] = row_of(found)
    return tuple(rows.values())


def current_materials(work: Casework) -> dict[str, CaseMaterialRow]:
    """Return the materials of the case by requirement, as this move has them now."""
    changes, case_id = work.changes, work.case.id
    rows = {row.requirement: row for row in work.loaded.materials}
    added = (*changes.case_materials, *changes.materials_replaced)
    rows |= {row.requirement: row for row in added if row.case_id == case_id}
    for mark in changes.material_checks:
        if mark.case_id == case_id:
            rows[mark.requirement] = replace(
                rows[mark.requirement],
                state=mark.state,
                checked_by=mark.checked_by,
                checked_at=mark.checked_at,
                remark=mark.remark,
            )
    return rows


def refuse_dead_evidence(work: Casework) -> None:
    """Refuse to grant what rests on a certificate that has ended meanwhile, unless an officer saw something else.

    Raises RuleViolation `evidence_ended`, which names the material and the certificate.
    """
    names = {item.code: item.name for item in work.loaded.offering.materials} if work.loaded.offering else {}
    certificates = {row.id: row for row in work.loaded.certificates}
    today = to_local(work.now).date()
    for row in current_materials(work).values():
        found = certificates.get(row.certificate_id or 0)
        if found is None or row.checked_at is not None:
            continue
        state = state_on(found.state, found.valid_to_on, today)
        if state != CertificateState.VALID:
            raise RuleViolation(
                "evidence_ended",
                name=names.get(row.requirement, row.requirement),
                certificate_no=found.certificate_no,
                state=state.value,
            )
