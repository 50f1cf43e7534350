"""The life of a change set (变更包): submitted whole, approved or rejected once by a second person, live on its day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import orjson
import structlog

from app.catalogue.matters import MatterFile
from app.diagrams.reader import finding_item
from app.domain.authority import Person, require_second_person
from app.domain.calendar_authority import covers_region
from app.domain.catalogue_change import (
    APPROVED,
    REJECTED,
    SUBMITTED,
    CatalogueChangeInput,
    refuse_incomplete,
    refuse_late,
)
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, RuleViolation
from app.domain.materials import detect_type
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.catalogue_changes import CheckedChange, check_change
from app.runtime.context import Context
from app.runtime.decision_book import names_of
from app.runtime.decision_files import deployed_decisions
from app.runtime.definitions import normalised_row
from app.storage.catalogue import list_departments, offering_in_force, publish_offering
from app.storage.catalogue_changes import CatalogueChangeRow, add_change, decide_change, find_change, lock_change
from app.storage.definitions import (
    BOUND,
    DefinitionRow,
    NewDefinition,
    add_bound_version,
    add_normalised,
    current_version,
    find_version,
)
from app.storage.rules import begin_generation
from app.storage.unit_of_work import UnitOfWork

CHANGING = (Role.DESIGNER.value, Role.CATALOGUE_MANAGER.value)
PREFECTURE = "422800"
LONGEST_NAME = 200

log = structlog.get_logger()


def submit_change(context: Context, person: Person, change: CatalogueChangeInput) -> Result:
    """Submit a change set; it is checked as a whole, and nothing counts before a second person approves it.

    Raises InvalidInput `change_set_incomplete`, `material_type`, `material_too_large`, DiagramRefused
    `change_set_refused` with every fault, RuleViolation `change_set_late`, `change_set_diagram` when the diagram that is
    to stay is not the one cases begin on, Forbidden `not_permitted` for a region that is not the caller's.
    """
    refuse_incomplete(change)
    assert change.effective_from is not None
    _refuse_document(context, change.document)
    with context.database.read() as connection:
        kept = find_version(connection, change.kept_key, change.kept_version or 0) if not change.diagram else None
    if kept is None and not change.diagram:
        raise RuleViolation("change_set_diagram", definition=change.kept_key, version=change.kept_version or 0)
    checked = check_change(
        context.settings,
        list_source=change.list_source,
        diagram=change.diagram or None,
        kept=kept.source if kept else None,
        decisions=names_of(context.library.current().decision_book),
    )
    matter = checked.matter
    _require_regions(person, matter.regions)
    change_id = context.ids.next_id(PREFECTURE)
    with context.database.write() as uow:
        now = uow.now()
        refuse_late(change.effective_from, now=now)
        if kept is not None:
            _refuse_other_diagram(uow, kept, matter, now)
        row = CatalogueChangeRow(
            id=change_id,
            matter_code=matter.code,
            name=matter.name,
            regions=",".join(matter.regions),
            list_path=checked.path,
            list_source=change.list_source,
            definition_key=matter.definition_key,
            diagram=change.diagram or None,
            kept_version=kept.version if kept else None,
            document_no=change.document_no.strip(),
            document_text=change.document_text.strip(),
            document_name=change.document_name[:LONGEST_NAME],
            document=change.document or None,
            effective_from=change.effective_from,
            findings=_findings(checked),
            state=SUBMITTED,
            created_by=actor_of(person).code,
            created_at=now,
        )
        add_change(uow, row)
    return _answer(row, "submitted")


def approve_change(context: Context, person: Person, *, change_id: int) -> Result:
    """Approve what somebody else submitted: list and diagram are published in one transaction and count from their day.

    It is checked once more against what is deployed now. Cases received before the day keep list and diagram (K24).
    Raises NotFound `catalogue_change_unknown`, Forbidden `not_permitted`, `second_person_needed`, Conflict
    `change_set_state`, and what `submit_change` raises about the parts.
    """
    row, kept = _read(context, change_id)
    _require_decider(person, row)
    checked = check_change(
        context.settings,
        list_source=row.list_source,
        diagram=row.diagram,
        kept=kept.source if kept else None,
        decisions=names_of(context.library.current().decision_book),
    )
    with context.database.write() as uow:
        row = _locked(uow, person, change_id)
        now = uow.now()
        refuse_late(row.effective_from, now=now)
        if kept is not None:
            _refuse_other_diagram(uow, kept, checked.matter, now)
        actor = actor_of(person).code
        begin_generation(uow, by=actor)
        version = kept.version if kept and kept.state == BOUND else None
        if checked.normalised is not None:
            version = _publish_diagram(uow, context, row, checked, by=actor)
        _publish_lists(uow, context, row, checked.matter, definition_version=version)
        decided = {"state": APPROVED, "decided_by": actor, "decided_at": now, "definition_version": version}
        decide_change(uow, row.id, **decided, findings=_findings(checked))
    return _answer(replace(row, state=APPROVED, definition_version=version), "approved")


def reject_change(context: Context, person: Person, *, change_id: int, reason: str) -> Result:
    """Reject what somebody else submitted, with the reason. Raises as `approve_change`, InvalidInput `invalid`."""
    if not reason.strip():
        raise InvalidInput("invalid", items=({"pointer": "/reason", "code": "answer_required"},))
    with context.database.write() as uow:
        row = _locked(uow, person, change_id)
        actor = actor_of(person).code
        decide_change(uow, row.id, state=REJECTED, decided_by=actor, decided_at=uow.now(), reason=reason.strip())
    return _answer(replace(row, state=REJECTED), "rejected")


def _publish_diagram(
    uow: UnitOfWork, context: Context, row: CatalogueChangeRow, checked: CheckedChange, *, by: str
) -> int:
    assert row.diagram is not None
    assert checked.normalised is not None
    found = [finding_item(item) for item in checked.normalised.findings]
    new = NewDefinition(
        id=context.ids.next_id(PREFECTURE),
        key=row.definition_key,
        kind="bpmn",
        source=row.diagram,
        findings=orjson.dumps(found).decode(),
    )
    added = add_bound_version(uow, new, by=row.created_by, approved_by=by)
    add_normalised(uow, normalised_row(context, added.id, added.sha256, checked.normalised, deployed_decisions(uow)))
    return added.version


def _publish_lists(
    uow: UnitOfWork, context: Context, row: CatalogueChangeRow, matter: MatterFile, *, definition_version: int | None
) -> None:
    departments = {item.code: item for item in list_departments(uow.connection)}
    for region in matter.regions:
        department = departments[f"{region}-{matter.department}"]
        offering = replace(
            matter.offer(region_code=region, department_id=department.id, department_code=department.code),
            offering_id=context.ids.next_id(region),
            effective_from=row.effective_from,
            definition_version=definition_version,
        )
        publish_offering(uow, offering, change_id=row.id)


def _refuse_other_diagram(uow: UnitOfWork, kept: DefinitionRow, matter: MatterFile, now: datetime) -> None:
    """Raise RuleViolation `change_set_diagram` unless new cases of the matter begin on the version that is to stay."""
    deployed = current_version(uow.connection, matter.definition_key)
    versions = {deployed.version} if deployed else set()
    for region in matter.regions:
        offering = offering_in_force(uow.connection, matter.code, region, now)
        if offering and offering.definition_key == matter.definition_key and offering.definition_version:
            versions.add(offering.definition_version)
    if kept.key != matter.definition_key or kept.version not in versions:
        raise RuleViolation("change_set_diagram", definition=kept.key, version=kept.version)


def _read(context: Context, change_id: int) -> tuple[CatalogueChangeRow, DefinitionRow | None]:
    with context.database.read() as connection:
        row = find_change(connection, change_id)
        if row is None:
            raise NotFound("catalogue_change_unknown", change=str(change_id))
        kept = find_version(connection, row.definition_key, row.kept_version) if row.kept_version else None
    return row, kept


def _locked(uow: UnitOfWork, person: Person, change_id: int) -> CatalogueChangeRow:
    row = lock_change(uow, change_id)
    if row is None:
        raise NotFound("catalogue_change_unknown", change=str(change_id))
    _require_decider(person, row)
    return row


def _require_decider(person: Person, row: CatalogueChangeRow) -> None:
    if not any(covers_region(person, region, CHANGING) for region in row.region_codes):
        raise NotFound("catalogue_change_unknown", change=str(row.id))
    _require_regions(person, row.region_codes)
    if row.state != SUBMITTED:
        raise Conflict("change_set_state", state=row.state)
    number = row.created_by.removeprefix("staff:")
    require_second_person(person, int(number) if number.isdecimal() else None)


def _require_regions(person: Person, regions: Iterable[str]) -> None:
    """A change set counts in all its regions at once, so whoever acts on it answers for all of them."""
    for region in regions:
        if not covers_region(person, region, CHANGING):
            raise Forbidden("not_permitted", needs=", ".join(CHANGING), region=region)


def _refuse_document(context: Context, content: bytes) -> None:
    most = context.settings.max_upload_bytes
    if len(content) > most:
        raise InvalidInput("material_too_large", most_bytes=most, size_bytes=len(content))
    if content and detect_type(content) is None:
        raise InvalidInput("material_type", name="document")


def _findings(checked: CheckedChange) -> str:
    return orjson.dumps([finding_item(item) for item in checked.findings]).decode()


def _answer(row: CatalogueChangeRow, act: str) -> Result:
    log.info("Change set of the catalogue", action=f"catalogue_change_{act}", change_id=str(row.id))
    return {
        "change_id": str(row.id),
        "matter_code": row.matter_code,
        "state": row.state,
        "effective_from": row.effective_from.isoformat(),
        "definition_key": row.definition_key,
        "definition_version": row.definition_version,
    }
