"""Publish what an approved change set brings (变更包生效): its diagram, its lists, and the lists it ends."""

from collections.abc import Sequence
from dataclasses import replace

import orjson

from app.catalogue.matters import MatterFile
from app.diagrams.reader import finding_item
from app.domain.diagram import Normalised
from app.domain.matter import OfferingVersion
from app.runtime.called_processes import deployed_processes
from app.runtime.context import Context
from app.runtime.decision_files import deployed_decisions
from app.runtime.definitions import normalised_row
from app.storage.catalogue import list_departments, publish_offering
from app.storage.catalogue_changes import CatalogueChangeRow
from app.storage.definitions import NewDefinition, add_bound_version, add_normalised
from app.storage.unit_of_work import UnitOfWork

PREFECTURE = "422800"


def publish_diagram(
    uow: UnitOfWork, context: Context, row: CatalogueChangeRow, normalised: Normalised, *, by: str
) -> int:
    """Publish the diagram of a change set, bound to its list. Returns the number of its version."""
    assert row.diagram is not None
    found = [finding_item(item) for item in normalised.findings]
    new = NewDefinition(
        id=context.ids.next_id(PREFECTURE),
        key=row.definition_key,
        kind="bpmn",
        source=row.diagram,
        findings=orjson.dumps(found).decode(),
    )
    added = add_bound_version(uow, new, by=row.created_by, approved_by=by)
    decisions, processes = deployed_decisions(uow), deployed_processes(uow.connection)
    add_normalised(uow, normalised_row(context, added, normalised, decisions=decisions, processes=processes))
    return added.version


def publish_lists(
    uow: UnitOfWork, context: Context, row: CatalogueChangeRow, matter: MatterFile, *, definition_version: int | None
) -> None:
    """Publish the list of a change set in each of its regions; it counts from the day of the change set on."""
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


def publish_ended(uow: UnitOfWork, context: Context, lists: Sequence[OfferingVersion], *, change_id: int) -> None:
    """Publish lists that take in no case from their day on; a region that took the list of one above gets its own."""
    for offering in lists:
        given = replace(offering, offering_id=context.ids.next_id(offering.region_code))
        publish_offering(uow, given, change_id=change_id)
