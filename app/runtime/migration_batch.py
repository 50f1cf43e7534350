"""Work a migration run off (版本迁移): batch after batch, whoever began it, until no case waits."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from app.domain.actor import Actor
from app.domain.change_rows.migration import MigrationCaseChange
from app.domain.change_set import ChangeSet
from app.domain.errors import CaseworkError, NotFound
from app.domain.loaded_case import LoadedCase
from app.domain.migration import LEFT, MOVED, REFUSED, WAITING
from app.engine.faults import MigrationRefused
from app.engine.migration_plan import plan_migration
from app.runtime.advance import desk
from app.runtime.casework import take_up
from app.runtime.context import Context, in_transaction
from app.runtime.library import DiagramNotLoaded, Library, NotLoaded
from app.runtime.migration import Migrating, migrate_case
from app.storage.apply_changes import apply_changes
from app.storage.case_loading import load_cases_unlocked
from app.storage.case_migrations import (
    CaseMigrationRow,
    claim_waiting,
    count_outcomes,
    diagrams_of,
    get_migration,
    mark_finished,
    moved_facts,
    note_waiting,
)
from app.storage.database import Connection
from app.storage.definitions import get_definition
from app.storage.unit_of_work import UnitOfWork

BATCH = 50
# Long enough for a clerk who looks for the writer's place to find it free between two batches.
YIELD_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """What the cases of one batch are moved with."""

    uow: UnitOfWork
    context: Context
    run: CaseMigrationRow
    migrating: Migrating


def carry_on(context: Context, migration_id: int, *, budget_s: float, batch: int = BATCH) -> bool:
    """Move waiting cases until none is left or the budget is spent. Returns whether the run is finished.

    One commit takes a case from waiting to moved together with its new state and its history, so that a killed worker
    leaves no case moved twice and none between two versions. Cases in somebody's hands come back.
    """
    stop_at = time.monotonic() + budget_s
    with context.database.read() as connection:
        run = _run(connection, migration_id)
        load_diagrams(context.library, (*diagrams_of(connection, run.source_id), run.target_diagram_id))
    while True:
        taken = in_transaction(context, lambda uow: _move_batch(uow, context, migration_id, batch))
        if not taken:
            is_finished, has_more = in_transaction(context, lambda uow: _conclude(uow, migration_id))
            if is_finished or not has_more:
                return is_finished
        if time.monotonic() >= stop_at:
            return False
        if context.database.has_one_writer:
            time.sleep(YIELD_S)


def load_diagrams(library: Library, diagram_ids: Iterable[int]) -> None:
    """Parse the diagrams this process does not know, without any lock."""
    for diagram_id in diagram_ids:
        try:
            library.definition(diagram_id)
        except NotLoaded:
            library.load(DiagramNotLoaded(diagram_id))


def _move_batch(uow: UnitOfWork, context: Context, migration_id: int, batch: int) -> int:
    run = _run(uow.connection, migration_id)
    case_ids = claim_waiting(uow, migration_id, limit=batch)
    if not case_ids:
        return 0
    migrating = _migrating(uow.connection, context.library, run)
    came_from = moved_facts(uow.connection, run.undoes, case_ids) if run.undoes else {}
    cases = load_cases_unlocked(uow, case_ids)
    table = _Table(uow=uow, context=context, run=run, migrating=migrating)
    moved = [_move(table, cases[case_id], came_from.get(case_id, {})) for case_id in case_ids]
    apply_changes(uow, *moved)
    return len(case_ids)


def _move(table: _Table, loaded: LoadedCase, came_from: Mapping[str, object]) -> ChangeSet:
    """Return the changes of one case; one that cannot go is noted with its reasons and hinders no other."""
    run, case = table.run, loaded.case
    if case.closed_at is not None or case.definition_id != run.source_id:
        return _noted(run, case.id, LEFT, {})
    work = take_up(loaded, desk(table.uow, table.context, loaded, Actor(code=run.started_by)), ChangeSet())
    homes = came_from.get("merged")
    try:
        merged = migrate_case(work, table.migrating, homes=homes if isinstance(homes, dict) else {})
    except MigrationRefused as refused:
        return _noted(run, case.id, REFUSED, {"places": list(refused.items)})
    except CaseworkError as refused:
        return _noted(run, case.id, REFUSED, {"places": [{"element_id": "", "code": refused.code}]})
    noted = _noted(run, case.id, MOVED, {"merged": dict(merged)} if merged else {})
    work.changes.migration_cases.extend(noted.migration_cases)
    return work.changes


def _noted(run: CaseMigrationRow, case_id: int, outcome: str, facts: Mapping[str, object]) -> ChangeSet:
    text = orjson.dumps(facts).decode()
    change = MigrationCaseChange(migration_id=run.id, case_id=case_id, outcome=outcome, facts=text)
    return ChangeSet(migration_cases=[change])


def _migrating(connection: Connection, library: Library, run: CaseMigrationRow) -> Migrating:
    new = library.definition(run.target_diagram_id)
    limits = frozenset(run.limits)
    plans = {
        diagram_id: plan_migration(library.definition(diagram_id), new, elements=run.elements, limits=limits)
        for diagram_id in diagrams_of(connection, run.source_id)
    }
    versions = [get_definition(connection, row_id).version for row_id in (run.source_id, run.target_id)]
    facts = {
        "definition": run.key,
        "from_version": versions[0],
        "to_version": versions[1],
        "migration": str(run.id),
        "reason": run.reason,
    }
    return Migrating(plans=plans, target_id=run.target_id, target_diagram_id=run.target_diagram_id, facts=facts)


def _conclude(uow: UnitOfWork, migration_id: int) -> tuple[bool, bool]:
    """Return (finished, more cases were found): those that began on the old version while it was worked off."""
    run = _run(uow.connection, migration_id)
    if run.is_whole and note_waiting(uow, run):
        return False, True
    if count_outcomes(uow.connection, migration_id).get(WAITING):
        return False, False
    if run.finished_at is None:
        mark_finished(uow, migration_id, now=uow.now())
    return True, False


def _run(connection: Connection, migration_id: int) -> CaseMigrationRow:
    run = get_migration(connection, migration_id)
    if run is None:
        raise NotFound("migration_unknown", migration=str(migration_id))
    return run
