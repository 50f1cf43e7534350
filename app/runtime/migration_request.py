"""What is asked for when cases are to change their version (版本迁移), held against the two diagrams."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.domain.errors import InvalidInput, NotFound
from app.domain.migration import MigrationInput
from app.engine.migration_plan import MigrationPlan, plan_migration
from app.engine.parser import Definition
from app.engine.sources import FILE_MARK
from app.runtime.context import Context
from app.runtime.migration_batch import load_diagrams
from app.storage.case_migrations import diagrams_of
from app.storage.database import Connection
from app.storage.definitions import BOUND, DEPLOYED, DefinitionRow, find_version, list_versions

IN_USE = (DEPLOYED, BOUND)
BPMN = "bpmn"
MOST_CASES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedMigration:
    """A request that makes sense. plans: by the executable diagram a case runs on."""

    source: DefinitionRow
    target: DefinitionRow
    target_diagram_id: int
    plans: Mapping[int, MigrationPlan]

    @property
    def plan(self) -> MigrationPlan:
        """The plan for the newest executable form of the old version."""
        return next(iter(self.plans.values()))


def prepare_migration(context: Context, connection: Connection, asked: MigrationInput) -> PreparedMigration:
    """Return the versions and how the elements of one are called in the other.

    Raises NotFound `definition_unknown`, InvalidInput `migration_version` for versions nothing can run on,
    `migration_mapping` for elements that are not drawn, each with one item a fault.
    """
    source, target = _versions(connection, asked)
    diagrams, targets = diagrams_of(connection, source.id), diagrams_of(connection, target.id)
    load_diagrams(context.library, (*diagrams, targets[0]))
    new = context.library.definition(targets[0])
    plans = {
        diagram_id: plan_migration(
            context.library.definition(diagram_id), new, elements=asked.elements, limits=frozenset(asked.limits)
        )
        for diagram_id in diagrams
    }
    faults = tuple(_faults(asked, context.library.definition(diagrams[0]), new))
    if faults:
        raise InvalidInput("migration_mapping", items=faults, count=len(faults))
    return PreparedMigration(source=source, target=target, target_diagram_id=targets[0], plans=plans)


def _versions(connection: Connection, asked: MigrationInput) -> tuple[DefinitionRow, DefinitionRow]:
    if not list_versions(connection, asked.key):
        raise NotFound("definition_unknown", definition=asked.key)
    source = find_version(connection, asked.key, asked.from_version)
    target = find_version(connection, asked.key, asked.to_version)
    faults = [
        {"pointer": pointer, "code": "version_unknown" if row is None else "version_not_in_use"}
        for pointer, row in (("/from_version", source), ("/to_version", target))
        if row is None or row.state not in IN_USE or row.kind != BPMN
    ]
    if asked.from_version == asked.to_version:
        faults.append({"pointer": "/to_version", "code": "version_same"})
    if faults or source is None or target is None:
        raise InvalidInput("migration_version", items=tuple(faults), count=len(faults))
    return source, target


def _faults(asked: MigrationInput, old: Definition, new: Definition) -> Iterator[Mapping[str, object]]:
    drawn_old, drawn_new = _drawn(old), _drawn(new)
    for source, target in asked.elements.items():
        if source not in drawn_old:
            yield {"pointer": f"/mapping/{source}", "code": "element_unknown_old"}
        if target not in drawn_new:
            yield {"pointer": f"/mapping/{source}", "code": "element_unknown_new"}
        elif source in drawn_old and _file_of(source) != _file_of(target):
            yield {"pointer": f"/mapping/{source}", "code": "element_other_file"}
    for place, element in enumerate(asked.limits):
        if element not in drawn_new:
            yield {"pointer": f"/apply_limits/{place}", "code": "element_unknown_new"}
    if len(asked.case_nos) > MOST_CASES:
        yield {"pointer": "/case_nos", "code": "too_many"}


def _drawn(definition: Definition) -> frozenset[str]:
    return frozenset(map(definition.author_id, definition.elements))


def _file_of(element: str) -> str:
    """Return the key of the called file an element lies in, empty for the diagram itself."""
    return element.rpartition(FILE_MARK)[0]
