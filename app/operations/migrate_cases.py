"""Begin to move running cases to another version (版本迁移), and take such a run back. The worker moves them."""

import structlog

from app.domain.authority import Person
from app.domain.errors import Conflict, InvalidInput, NotFound
from app.domain.migration import MigrationInput, migration_scope, require_scope
from app.domain.request_key import RequestKey
from app.engine.migration_plan import plan_migration
from app.runtime.access import actor_of
from app.runtime.advance import Result
from app.runtime.context import Context
from app.runtime.migration_batch import load_diagrams
from app.runtime.migration_request import prepare_migration
from app.runtime.repeated import once
from app.storage.case_migrations import (
    CaseMigrationRow,
    add_migration,
    diagrams_of,
    find_undoing,
    get_migration,
    lock_key,
    note_cases,
    note_moved,
    note_waiting,
    open_migrations,
)
from app.storage.unit_of_work import UnitOfWork

LONGEST_REASON = 500
PREFECTURE = "422800"

log = structlog.get_logger()


def start_migration(
    context: Context, person: Person, asked: MigrationInput, *, request: RequestKey | None = None
) -> Result:
    """Note every case the migration concerns; from now on the worker moves them.

    Raises Forbidden `not_permitted`, InvalidInput `invalid` without a reason, `migration_cases` for a number that is not
    among them, Conflict `migration_running` while another run of the definition is not finished, `migration_empty` when
    no case runs on the version, and what `prepare_migration` raises.
    """
    scope = migration_scope(person)
    _require_reason(asked.reason)
    with context.database.read() as connection:
        prepared = prepare_migration(context, connection, asked)

    def begin(uow: UnitOfWork) -> Result:
        _refuse_second(uow, asked.key)
        row = CaseMigrationRow(
            id=context.ids.next_id(PREFECTURE),
            key=asked.key,
            source_id=prepared.source.id,
            target_id=prepared.target.id,
            target_diagram_id=prepared.target_diagram_id,
            elements=asked.elements,
            limits=asked.limits,
            reason=asked.reason.strip(),
            scope=scope,
            is_whole=not asked.case_nos,
            started_at=uow.now(),
            started_by=actor_of(person).code,
        )
        add_migration(uow, row)
        if row.is_whole:
            return _begun(row, note_waiting(uow, row))
        count = note_cases(uow, row, asked.case_nos)
        if count < len(set(asked.case_nos)):
            raise InvalidInput("migration_cases", found=count, asked=len(set(asked.case_nos)))
        return _begun(row, count)

    return once(context, request, begin)


def undo_migration(
    context: Context, person: Person, *, key: str, migration_id: int, reason: str, request: RequestKey | None = None
) -> Result:
    """Take a finished run back: its cases that still run go to where they came from, if what they stand at exists there.

    Raises NotFound `migration_unknown`, Forbidden `not_permitted` for cases outside the caller's region, InvalidInput
    `invalid` without a reason, Conflict `migration_running`, `migration_undone`, `migration_empty`.
    """
    _require_reason(reason)
    with context.database.read() as connection:
        undone = get_migration(connection, migration_id)
        if undone is None or undone.key != key:
            raise NotFound("migration_unknown", migration=str(migration_id))
        require_scope(person, undone.scope)
        diagrams = diagrams_of(connection, undone.source_id)
        load_diagrams(context.library, (*diagrams, undone.target_diagram_id))

    def begin(uow: UnitOfWork) -> Result:
        _refuse_second(uow, key)
        if find_undoing(uow.connection, undone.id) is not None:
            raise Conflict("migration_undone", migration=str(undone.id))
        row = CaseMigrationRow(
            id=context.ids.next_id(PREFECTURE),
            key=key,
            source_id=undone.target_id,
            target_id=undone.source_id,
            target_diagram_id=diagrams[0],
            elements=_way_back(context, undone, diagrams[0]),
            limits=_limits_back(undone),
            reason=reason.strip(),
            scope=undone.scope,
            is_whole=False,
            undoes=undone.id,
            started_at=uow.now(),
            started_by=actor_of(person).code,
        )
        add_migration(uow, row)
        return _begun(row, note_moved(uow, row, undone.id))

    return once(context, request, begin)


def _way_back(context: Context, undone: CaseMigrationRow, source_diagram_id: int) -> dict[str, str]:
    """Return the elements backwards; where several became one, each case knows which it was."""
    library = context.library
    plan = plan_migration(
        library.definition(source_diagram_id), library.definition(undone.target_diagram_id), elements=undone.elements
    )
    merged = plan.merged_elements()
    return {new: old for old, new in undone.elements.items() if new not in merged}


def _limits_back(undone: CaseMigrationRow) -> tuple[str, ...]:
    """Limits that were asked for go back as well; the others never changed."""
    backwards = {new: old for old, new in undone.elements.items()}
    return tuple(backwards.get(element, element) for element in undone.limits)


def _refuse_second(uow: UnitOfWork, key: str) -> None:
    lock_key(uow, key)
    running = open_migrations(uow.connection, key)
    if running:
        raise Conflict("migration_running", definition=key, migration=str(running[0]))


def _require_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        code = "too_long" if reason.strip() else "answer_required"
        raise InvalidInput("invalid", items=({"pointer": "/reason", "code": code},), count=1)


def _begun(row: CaseMigrationRow, count: int) -> Result:
    if not count:
        raise Conflict("migration_empty", definition=row.key)
    log.info("Migration of cases begins", action="migration_started", migration_id=str(row.id), cases=count)
    return {"migration_id": str(row.id), "waiting": count}
