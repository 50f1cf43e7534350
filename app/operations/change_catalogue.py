"""The life of a change set (变更包): submitted whole, approved or rejected once by a second person, live on its day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
import structlog

from app.catalogue.matters import MatterFile
from app.diagrams.reader import finding_item
from app.domain.authority import Person, require_second_person
from app.domain.calendar_authority import covers_region
from app.domain.catalogue_change import (
    APPROVED,
    ENDED,
    REJECTED,
    SUBMITTED,
    CatalogueChangeInput,
    ChangeKind,
    prefecture_of,
    refuse_incomplete,
    refuse_late,
)
from app.domain.diagram import Finding
from app.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, RuleViolation
from app.domain.materials import detect_type
from app.domain.request_key import RequestKey
from app.domain.vocabulary import Role
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.catalogue_changes import CheckedChange, check_change, published_rules
from app.runtime.catalogue_kinds import devolved_list, ended_lists, kind_of, themes_without
from app.runtime.catalogue_publishing import publish_diagram, publish_ended, publish_lists
from app.runtime.context import Context
from app.runtime.repeated import once
from app.storage.catalogue import offering_in_force
from app.storage.catalogue_changes import CatalogueChangeRow, add_change, decide_change, find_change, lock_change
from app.storage.definitions import BOUND, DefinitionRow, current_version, find_version
from app.storage.rules import begin_generation
from app.storage.unit_of_work import UnitOfWork

CHANGING = (Role.DESIGNER.value, Role.CATALOGUE_MANAGER.value)
PREFECTURE = "422800"
LONGEST_NAME = 200

log = structlog.get_logger()


def submit_change(
    context: Context, person: Person, change: CatalogueChangeInput, *, request: RequestKey | None = None
) -> Result:
    """Submit a change set; it is checked as a whole, and nothing counts before a second person approves it.

    Raises InvalidInput `change_set_incomplete`, `invalid`, `material_type`, `material_too_large`, DiagramRefused
    `change_set_refused` with every fault, RuleViolation `change_set_late`, `change_set_diagram` when the diagram that is
    to stay is not the one cases begin on, `change_set_kind`, `change_set_devolve`, `change_set_not_offered` when the
    kind does not fit the lists that stand, Forbidden `not_permitted` for a region that is not the caller's.
    """
    refuse_incomplete(change)
    _refuse_document(context, change.document)
    listed = None if change.kind in ENDED else _check_list(context, change)

    def begin(uow: UnitOfWork) -> Result:
        now = uow.now()
        assert change.effective_from is not None
        refuse_late(change.effective_from, now=now)
        if listed is None:
            parts = _parts_to_end(uow, context, person, change)
        else:
            parts = _parts_of_list(uow, person, change, listed, now)
        row = CatalogueChangeRow(
            id=context.ids.next_id(PREFECTURE),
            document_no=change.document_no.strip(),
            document_text=change.document_text.strip(),
            document_name=change.document_name[:LONGEST_NAME],
            document=change.document or None,
            effective_from=change.effective_from,
            state=SUBMITTED,
            created_by=actor_of(person).code,
            created_at=now,
            **parts,
        )
        add_change(uow, row)
        return _answer(row, "submitted")

    return once(context, request, begin)


def approve_change(context: Context, person: Person, *, change_id: int, request: RequestKey | None = None) -> Result:
    """Approve what somebody else submitted: list and diagram are published in one transaction and count from their day.

    It is checked once more against what is deployed now. Cases received before the day keep list and diagram (K24).
    Raises NotFound `catalogue_change_unknown`, Forbidden `not_permitted`, `second_person_needed`, Conflict
    `change_set_state`, and what `submit_change` raises about the parts.
    """
    row, kept = _read(context, change_id)
    listed = None if row.kind in ENDED or row.state != SUBMITTED else _checked(context, row, kept)

    def approve(uow: UnitOfWork) -> Result:
        row, now = _locked(uow, person, change_id), uow.now()
        refuse_late(row.effective_from, now=now)
        actor, version = actor_of(person).code, None
        begin_generation(uow, by=actor)
        if listed is not None:
            version = _publish(uow, context, row, listed, by=actor)
        else:
            kind = ChangeKind(row.kind)
            lists = ended_lists(uow, kind, row.matter_code, row.region_codes, on=row.effective_from)
            publish_ended(uow, context, lists, change_id=row.id)
        findings = _findings(listed.checked.findings) if listed else row.findings
        decided = {"state": APPROVED, "decided_by": actor, "decided_at": now, "definition_version": version}
        decide_change(uow, row.id, **decided, findings=findings)
        return _answer(replace(row, state=APPROVED, definition_version=version), "approved")

    return once(context, request, approve)


def reject_change(
    context: Context, person: Person, *, change_id: int, reason: str, request: RequestKey | None = None
) -> Result:
    """Reject what somebody else submitted, with the reason. Raises as `approve_change`, InvalidInput `invalid`."""
    if not reason.strip():
        raise InvalidInput("invalid", items=({"pointer": "/reason", "code": "answer_required"},))

    def reject(uow: UnitOfWork) -> Result:
        row = _locked(uow, person, change_id)
        actor = actor_of(person).code
        decide_change(uow, row.id, state=REJECTED, decided_by=actor, decided_at=uow.now(), reason=reason.strip())
        return _answer(replace(row, state=REJECTED), "rejected")

    return once(context, request, reject)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A change set with a list, checked. kept: the deployed diagram that stays."""

    checked: CheckedChange
    kept: DefinitionRow | None


def _check_list(context: Context, change: CatalogueChangeInput) -> _Listed:
    with context.database.read() as connection:
        kept = find_version(connection, change.kept_key, change.kept_version or 0) if not change.diagram else None
    if kept is None and not change.diagram:
        raise RuleViolation("change_set_diagram", definition=change.kept_key, version=change.kept_version or 0)
    checked = check_change(
        context.settings,
        list_source=change.list_source,
        diagram=change.diagram or None,
        kept=kept.source if kept else None,
        known=published_rules(context),
    )
    return _Listed(checked=checked, kept=kept)


def _checked(context: Context, row: CatalogueChangeRow, kept: DefinitionRow | None) -> _Listed:
    checked = check_change(
        context.settings,
        list_source=row.list_source,
        diagram=row.diagram,
        kept=kept.source if kept else None,
        known=published_rules(context),
    )
    return _Listed(checked=checked, kept=kept)


def _parts_of_list(
    uow: UnitOfWork, person: Person, change: CatalogueChangeInput, listed: _Listed, now: datetime
) -> dict[str, Any]:
    matter, kept = listed.checked.matter, listed.kept
    assert change.effective_from is not None
    _require_regions(person, matter.regions)
    if kept is not None:
        _refuse_other_diagram(uow, kept, matter, now)
    kind = kind_of(uow, change.kind, matter, on=change.effective_from)
    if kind == ChangeKind.DEVOLVE:
        _require_regions(person, (prefecture_of(matter.regions[0]),))
    return {
        "kind": kind.value,
        "matter_code": matter.code,
        "name": matter.name,
        "regions": ",".join(matter.regions),
        "list_path": listed.checked.path,
        "list_source": change.list_source,
        "definition_key": matter.definition_key,
        "diagram": change.diagram or None,
        "kept_version": kept.version if kept else None,
        "findings": _findings(listed.checked.findings),
    }


def _parts_to_end(uow: UnitOfWork, context: Context, person: Person, change: CatalogueChangeInput) -> dict[str, Any]:
    _require_regions(person, change.regions)
    assert change.effective_from is not None
    kind, code = ChangeKind(change.kind), change.matter_code
    first, *_more = ended_lists(uow, kind, code, change.regions, on=change.effective_from)
    themes = tuple(context.library.current().themes.values())
    return {
        "kind": kind.value,
        "matter_code": code,
        "name": first.name,
        "regions": ",".join(change.regions),
        "list_path": "",
        "list_source": b"",
        "definition_key": first.definition_key,
        "diagram": None,
        "kept_version": None,
        "findings": _findings(themes_without(themes, code)),
    }


def _publish(uow: UnitOfWork, context: Context, row: CatalogueChangeRow, listed: _Listed, *, by: str) -> int | None:
    """Publish list and diagram; the prefecture that gave the matter down offers it no more from the same second on."""
    checked, kept = listed.checked, listed.kept
    if kept is not None:
        _refuse_other_diagram(uow, kept, checked.matter, uow.now())
    kind_of(uow, row.kind, checked.matter, on=row.effective_from)
    version = kept.version if kept and kept.state == BOUND else None
    if checked.normalised is not None:
        version = publish_diagram(uow, context, row, checked.normalised, by=by)
    if row.kind == ChangeKind.DEVOLVE:
        above = devolved_list(uow, checked.matter, on=row.effective_from)
        publish_ended(uow, context, (above,), change_id=row.id)
    publish_lists(uow, context, row, checked.matter, definition_version=version)
    return version


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
    if row.kind == ChangeKind.DEVOLVE:
        _require_regions(person, (prefecture_of(row.region_codes[0]),))
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


def _findings(found: Iterable[Finding]) -> str:
    return orjson.dumps([finding_item(item) for item in found]).decode()


def _answer(row: CatalogueChangeRow, act: str) -> Result:
    log.info("Change set of the catalogue", action=f"catalogue_change_{act}", change_id=str(row.id))
    return {
        "change_id": str(row.id),
        "matter_code": row.matter_code,
        "kind": row.kind,
        "state": row.state,
        "effective_from": row.effective_from.isoformat(),
        "definition_key": row.definition_key,
        "definition_version": row.definition_version,
    }
