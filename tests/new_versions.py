"""Newer versions of shipped diagrams, deployed by two persons, and running cases that go to them."""

import re
from collections.abc import Callable, Mapping

import sqlalchemy as sa

from app.domain.migration import MigrationInput
from app.operations.define import approve_definition, deploy_definition, save_definition, submit_definition
from app.operations.migrate_cases import start_migration, undo_migration
from app.runtime.migration_batch import carry_on
from app.storage.case_migrations import count_outcomes
from app.storage.definitions import current_version
from app.storage.tables import case_file, case_migration_case, definition
from tests.world import World

FIRST, SECOND = "designer.es", "designer2.es"
FOOD_KEY = "pattern:committed-with-special-procedure"
LONGEST_S = 600.0
Change = Callable[[str], str]


def deploy_changed(world: World, change: Change, *, key: str = FOOD_KEY) -> int:
    """Deploy what `change` makes of the deployed diagram of a key. Returns the number of the version."""
    with world.container.context.database.read() as connection:
        deployed = current_version(connection, key)
    assert deployed is not None
    source = change(deployed.source.decode())
    assert source != deployed.source.decode()
    return deploy_source(world, key, source.encode())


def deploy_source(world: World, key: str, source: bytes) -> int:
    """Deploy a diagram by two persons. Returns the number of the version."""
    context = world.container.context
    second = world.person(SECOND)
    version = approve_source(world, key, source)
    deploy_definition(context, second, key=key, version=version)
    return version


def approve_source(world: World, key: str, source: bytes) -> int:
    """Bring a diagram to where it only has to be deployed. Returns the number of the version."""
    context, first = world.container.context, world.person(FIRST)
    saved = save_definition(context, first, key=key, source=source, edit=0)
    version = int(str(saved["version"]))
    submit_definition(context, first, key=key)
    approve_definition(context, world.person(SECOND), key=key, version=version, is_approved=True)
    return version


def renamed(old: str, new: str) -> Change:
    """Return a change that gives an element another id, wherever the diagram names it."""
    named = re.compile(rf'(?<!lb:form=)"{old}"|\b(?P<group>outcomes|answers)\.{old}\b')
    return lambda source: named.sub(lambda found: f"{found['group']}.{new}" if found["group"] else f'"{new}"', source)


def asked(
    elements: Mapping[str, str] | None = None, *, key: str = FOOD_KEY, limits: tuple[str, ...] = (), **more: object
) -> MigrationInput:
    """Return what is asked for: version 1 to version 2."""
    values = {"from_version": 1, "to_version": 2, "reason": "新版流程", **more}
    return MigrationInput(key=key, elements=elements or {}, limits=limits, **values)


def started(world: World, request: MigrationInput, login: str = FIRST) -> int:
    """Begin a run and return its id."""
    return int(str(start_migration(world.container.context, world.person(login), request)["migration_id"]))


def migrated(world: World, request: MigrationInput, login: str = FIRST) -> int:
    """Begin a run and let it be worked off. Returns its id."""
    migration_id = started(world, request, login)
    assert carry_on(world.container.context, migration_id, budget_s=LONGEST_S)
    return migration_id


def undone(world: World, migration_id: int, *, key: str = FOOD_KEY) -> int:
    """Take a run back and let that be worked off. Returns the id of the new run."""
    context = world.container.context
    result = undo_migration(context, world.person(FIRST), key=key, migration_id=migration_id, reason="改错了")
    back = int(str(result["migration_id"]))
    assert carry_on(context, back, budget_s=LONGEST_S)
    return back


def outcomes(world: World, migration_id: int) -> dict[str, int]:
    """Return how many cases have each outcome."""
    with world.container.context.database.read() as connection:
        return count_outcomes(connection, migration_id)


def outcome_of(world: World, migration_id: int, case_no: str) -> tuple[str, str]:
    """Return what became of a case, and the facts of it."""
    columns = case_migration_case.c
    query = (
        sa.select(columns.outcome, columns.facts)
        .join(case_file, case_file.c.id == columns.case_id)
        .where(columns.migration_id == migration_id, case_file.c.case_no == case_no)
    )
    with world.container.context.database.read() as connection:
        row = connection.execute(query).one()
    return row.outcome, row.facts


def version_of(world: World, case_no: str) -> int:
    """Return the version of its diagram a case runs on."""
    query = sa.select(definition.c.version).join(case_file, case_file.c.definition_id == definition.c.id)
    with world.container.context.database.read() as connection:
        return int(connection.execute(query.where(case_file.c.case_no == case_no)).scalar_one())
