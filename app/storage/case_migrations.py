"""Migrations of running cases (版本迁移): runs, the cases each moves, claimed in batches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.migration import MOVED, WAITING
from app.storage import dialects
from app.storage.dialects import skip_locked
from app.storage.tables import (
    case_file,
    case_migration,
    case_migration_case,
    definition,
    instance_state,
    normalised_diagram,
)
from app.storage.unit_of_work import UnitOfWork

CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMigrationRow:
    """A run. source_id, target_id: of definitions. elements: old id -> new id, of the author. limits: new ids.

    scope: whose cases it moves. is_whole: every case of the version, also those that come in meanwhile.
    undoes: the run it takes back.
    """

    id: int
    key: str
    source_id: int
    target_id: int
    target_diagram_id: int
    elements: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[str, ...] = ()
    reason: str = ""
    scope: Scope
    is_whole: bool = True
    undoes: int | None = None
    started_at: datetime
    started_by: str
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningInstance:
    """An instance as a dry run looks at it."""

    case_id: int
    case_no: str
    diagram_id: int
    tokens: bytes


def lock_key(uow: UnitOfWork, key: str) -> None:
    """Let no other run of this definition begin before the end of this transaction."""
    uow.connection.execute(
        sa.select(definition.c.id).where(definition.c.key == key).order_by(definition.c.id).with_for_update()
    ).all()


def add_migration(uow: UnitOfWork, row: CaseMigrationRow) -> None:
    """Store a run; `note_waiting` or `note_cases` then finds its cases."""
    uow.connection.execute(
        case_migration.insert(),
        {
            "id": row.id,
            "key": row.key,
            "source_id": row.source_id,
            "target_id": row.target_id,
            "target_diagram_id": row.target_diagram_id,
            "elements": orjson.dumps(dict(row.elements)).decode(),
            "limits": orjson.dumps(row.limits).decode(),
            "reason": row.reason,
            "prefecture": row.scope.prefecture,
            "counties": orjson.dumps(sorted(row.scope.counties)).decode(),
            "is_whole": row.is_whole,
            "undoes": row.undoes,
            "started_at": row.started_at,
            "started_by": row.started_by,
        },
    )


def note_waiting(uow: UnitOfWork, row: CaseMigrationRow) -> int:
    """Note every open case of the old version the run does not know yet. Returns how many are new."""
    return _note(uow, row, sa.select(case_file.c.id).where(*_running(row.source_id, row.scope)))


def note_cases(uow: UnitOfWork, row: CaseMigrationRow, case_nos: Sequence[str]) -> int:
    """Note those of the named cases that run on the old version inside the scope. Returns how many."""
    named = case_file.c.case_no.in_(case_nos)
    return _note(uow, row, sa.select(case_file.c.id).where(named, *_running(row.source_id, row.scope)))


def note_moved(uow: UnitOfWork, row: CaseMigrationRow, undone: int) -> int:
    """Note the cases another run moved, to take them back. Returns how many."""
    moved = (
        sa.select(case_file.c.id)
        .join(case_migration_case, case_migration_case.c.case_id == case_file.c.id)
        .where(
            case_migration_case.c.migration_id == undone,
            case_migration_case.c.outcome == MOVED,
            *_running(row.source_id, row.scope),
        )
    )
    return _note(uow, row, moved)


def claim_waiting(uow: UnitOfWork, migration_id: int, *, limit: int) -> tuple[int, ...]:
    """Lock waiting cases of a run and return their ids, ascending; those in somebody's hands come back later.

    The row locks are the claim: two workers may share a run, and a killed one gives its batch back at once.
    """
    query = (
        sa.select(case_file.c.id)
        .join(case_migration_case, case_migration_case.c.case_id == case_file.c.id)
        .where(case_migration_case.c.migration_id == migration_id, sa.text("case_migration_case.outcome = 'waiting'"))
        .order_by(case_file.c.id)
        .limit(limit)
    )
    return tuple(uow.connection.scalars(skip_locked(query, case_migration_case, case_file)))


def moved_facts(
    connection: sa.Connection, migration_id: int, case_ids: Sequence[int]
) -> dict[int, Mapping[str, object]]:
    """Return what a run noted about cases it moved, by case id."""
    columns = case_migration_case.c
    query = sa.select(columns.case_id, columns.facts).where(
        columns.migration_id == migration_id, columns.case_id.in_(case_ids), columns.outcome == MOVED
    )
    return {row.case_id: orjson.loads(row.facts) for row in connection.execute(query)}


def count_outcomes(connection: sa.Connection, migration_id: int) -> dict[str, int]:
    """Return how many cases of a run have each outcome."""
    columns = case_migration_case.c
    query = sa.select(columns.outcome, sa.func.count()).where(columns.migration_id == migration_id)
    return {row[0]: int(row[1]) for row in connection.execute(query.group_by(columns.outcome))}


def mark_finished(uow: UnitOfWork, migration_id: int, *, now: datetime) -> None:
    """Note that no case waits any more."""
    uow.connection.execute(case_migration.update().where(case_migration.c.id == migration_id).values(finished_at=now))


def get_migration(connection: sa.Connection, migration_id: int) -> CaseMigrationRow | None:
    """Return a run; None when there is none of that id."""
    row = connection.execute(sa.select(case_migration).where(case_migration.c.id == migration_id)).one_or_none()
    return _row(row) if row else None


def list_migrations(connection: sa.Connection, key: str) -> tuple[CaseMigrationRow, ...]:
    """Return the runs of a definition, the newest first."""
    query = sa.select(case_migration).where(case_migration.c.key == key)
    order = (case_migration.c.started_at.desc(), case_migration.c.id.desc())
    return tuple(_row(row) for row in connection.execute(query.order_by(*order)))


def open_migrations(connection: sa.Connection, key: str | None = None) -> tuple[int, ...]:
    """Return the ids of the runs that are not finished, of one definition or of all, the oldest first."""
    query = sa.select(case_migration.c.id).where(sa.text("case_migration.finished_at IS NULL"))
    if key is not None:
        query = query.where(case_migration.c.key == key)
    return tuple(connection.scalars(query.order_by(case_migration.c.started_at, case_migration.c.id)))


def find_undoing(connection: sa.Connection, migration_id: int) -> int | None:
    """Return the run that takes another one back; None when there is none."""
    return connection.scalar(sa.select(case_migration.c.id).where(case_migration.c.undoes == migration_id))


def running_instances(
    connection: sa.Connection, source_id: int, scope: Scope, *, after: int = 0, case_nos: Sequence[str] = ()
) -> Iterator[RunningInstance]:
    """Yield the open instances of a version inside a scope with their engine state, by case id, in chunks."""
    columns = (case_file.c.id, case_file.c.case_no, instance_state.c.diagram_id, instance_state.c.tokens)
    query = (
        sa.select(*columns)
        .join(instance_state, instance_state.c.case_id == case_file.c.id)
        .where(*_running(source_id, scope))
        .order_by(case_file.c.id)
        .limit(CHUNK)
    )
    if case_nos:
        query = query.where(case_file.c.case_no.in_(case_nos))
    while rows := connection.execute(query.where(case_file.c.id > after)).all():
        for row in rows:
            yield RunningInstance(
                case_id=row.id, case_no=row.case_no, diagram_id=row.diagram_id, tokens=bytes(row.tokens)
            )
        after = rows[-1].id


def diagrams_of(connection: sa.Connection, definition_id: int) -> tuple[int, ...]:
    """Return the ids of the executable forms of a version, the newest first."""
    diagram = normalised_diagram.c
    query = sa.select(diagram.id).where(diagram.definition_id == definition_id)
    return tuple(connection.scalars(query.order_by(diagram.edition.desc(), diagram.id.desc())))


def _running(source_id: int, scope: Scope) -> tuple[sa.ColumnElement[bool] | sa.TextClause, ...]:
    conditions: list[sa.ColumnElement[bool] | sa.TextClause] = [
        case_file.c.definition_id == source_id,
        sa.text("case_file.closed_at IS NULL"),
    ]
    if scope.prefecture:
        conditions.append(case_file.c.prefecture == scope.prefecture)
    if scope.counties:
        conditions.append(case_file.c.county.in_(sorted(scope.counties)))
    return tuple(conditions)


def _note(uow: UnitOfWork, row: CaseMigrationRow, cases: sa.Select[tuple[int]]) -> int:
    found = cases.subquery()
    rows = sa.select(sa.literal(row.id), found.c.id, sa.literal(WAITING), sa.literal("{}"))
    names = ["migration_id", "case_id", "outcome", "facts"]
    statement = dialects.insert_ignore(uow.connection, case_migration_case).from_select(names, rows.where(sa.true()))
    count = int(uow.connection.execute(statement).rowcount)
    if count:
        dialects.refresh_statistics(uow.connection, case_migration_case)
    return count


def _row(row: sa.Row[Any]) -> CaseMigrationRow:
    return CaseMigrationRow(
        id=row.id,
        key=row.key,
        source_id=row.source_id,
        target_id=row.target_id,
        target_diagram_id=row.target_diagram_id,
        elements=orjson.loads(row.elements),
        limits=tuple(orjson.loads(row.limits)),
        reason=row.reason,
        scope=Scope(prefecture=row.prefecture, counties=frozenset(orjson.loads(row.counties)), department_ids=None),
        is_whole=row.is_whole,
        undoes=row.undoes,
        started_at=row.started_at,
        started_by=row.started_by,
        finished_at=row.finished_at,
    )
