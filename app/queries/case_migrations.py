"""Migrations of running cases for their readers (版本迁移): runs with their progress, and what became of each case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.errors import InvalidInput, NotFound
from app.domain.migration import OUTCOMES
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.queries.definitions import names_of_actors
from app.queries.scoping import case_scope
from app.storage import case_migrations
from app.storage.case_migrations import CaseMigrationRow, count_outcomes, find_undoing, get_migration
from app.storage.definitions import get_definition
from app.storage.tables import case_file, case_migration_case

RUNNING, FINISHED = "running", "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationLine:
    """A run. state: running or finished. waiting, moved, refused, left: how many cases; left ones had closed meanwhile.

    mapping: old element -> new one. apply_limits: elements whose changed limits count at once. undoes: the run it takes
    back; undone_by: the run that took it back.
    """

    migration_id: str
    key: str
    from_version: int
    to_version: int
    state: str
    waiting: int
    moved: int
    refused: int
    left: int
    mapping: Mapping[str, str]
    apply_limits: tuple[str, ...]
    reason: str
    is_whole: bool
    undoes: str | None
    undone_by: str | None
    started_at: datetime
    started_by: str
    started_by_name: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationCaseLine:
    """What became of a case in a run. places: where it could not go on, (element of the old version, code)."""

    case_id: int
    case_no: str
    outcome: str
    places: tuple[tuple[str, str], ...]


def list_migrations(connection: sa.Connection, key: str) -> tuple[MigrationLine, ...]:
    """Return the runs of a definition, the newest first."""
    return tuple(_line(connection, row) for row in case_migrations.list_migrations(connection, key))


def get_migration_line(connection: sa.Connection, key: str, migration_id: int) -> MigrationLine:
    """Return a run with its progress. Raises NotFound `migration_unknown`."""
    row = get_migration(connection, migration_id)
    if row is None or row.key != key:
        raise NotFound("migration_unknown", migration=str(migration_id))
    return _line(connection, row)


def list_migration_cases(
    connection: sa.Connection,
    scope: Scope,
    migration_id: int,
    *,
    secret: str,
    outcome: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return the cases of a run inside the scope of the reader, by id. Raises InvalidInput `invalid`, `cursor_unknown`."""
    if outcome and outcome not in OUTCOMES:
        raise InvalidInput("invalid", items=({"pointer": "/outcome", "code": "outcome_unknown"},), count=1)
    size, columns = checked_limit(limit), case_migration_case.c
    query = (
        sa.select(columns.case_id, columns.outcome, columns.facts, case_file.c.case_no)
        .join(case_file, case_file.c.id == columns.case_id)
        .where(columns.migration_id == migration_id, *case_scope(scope))
        .order_by(columns.case_id)
        .limit(size + 1)
    )
    if outcome:
        query = query.where(columns.outcome == outcome)
    if cursor:
        (after,) = decode_cursor(secret, cursor)
        query = query.where(columns.case_id > int(after))
    rows = connection.execute(query).all()
    lines = tuple(
        MigrationCaseLine(
            case_id=row.case_id, case_no=row.case_no, outcome=row.outcome, places=_places(orjson.loads(row.facts))
        )
        for row in rows[:size]
    )
    has_more = len(rows) > size
    return Page(items=lines, next_cursor=encode_cursor(secret, (lines[-1].case_id,)) if has_more else None)


def _places(facts: Mapping[str, list[Mapping[str, str]]]) -> tuple[tuple[str, str], ...]:
    return tuple((place["element_id"], place["code"]) for place in facts.get("places", ()))


def _line(connection: sa.Connection, row: CaseMigrationRow) -> MigrationLine:
    counts, undone_by = count_outcomes(connection, row.id), find_undoing(connection, row.id)
    return MigrationLine(
        migration_id=str(row.id),
        key=row.key,
        from_version=get_definition(connection, row.source_id).version,
        to_version=get_definition(connection, row.target_id).version,
        state=FINISHED if row.finished_at else RUNNING,
        waiting=counts.get("waiting", 0),
        moved=counts.get("moved", 0),
        refused=counts.get("refused", 0),
        left=counts.get("left", 0),
        mapping=row.elements,
        apply_limits=row.limits,
        reason=row.reason,
        is_whole=row.is_whole,
        undoes=str(row.undoes) if row.undoes else None,
        undone_by=str(undone_by) if undone_by else None,
        started_at=row.started_at,
        started_by=row.started_by,
        started_by_name=names_of_actors(connection, (row.started_by,)).get(row.started_by, row.started_by),
        finished_at=row.finished_at,
    )
