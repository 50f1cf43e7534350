"""Write a ChangeSet: one statement on PostgreSQL, a list of statements on SQLite, every row count compared."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
import structlog

from app.domain.change_set import ChangeSet
from app.domain.errors import Conflict, Stale
from app.storage import dialects
from app.storage.one_statement import write_in_one_statement
from app.storage.parts import INSERT, PARTS, Part, RowId
from app.storage.statement_list import write_as_list
from app.storage.unit_of_work import UnitOfWork

log = structlog.get_logger()
Rows = Mapping[Part, Sequence[Any]]


def apply_changes(uow: UnitOfWork, *change_sets: ChangeSet) -> None:
    """Write everything a move changes, or nothing; the moves of several cases go in together.

    Raises Stale `stale` when a task was acted on in an older version, Conflict when another row count differs from
    what the decision expected (`conflict`), or a uniqueness is broken (`already_decided`, `case_exists`,
    `request_repeated`); the caller rolls back. Raises ValueError when two parts change one row: of the one statement
    only one of them would count.
    """
    rows = {part: found for part in PARTS if (found := _rows(part, change_sets))}
    if not rows:
        return
    _refuse_double_change(rows)
    write = write_in_one_statement if dialects.is_postgresql(uow.connection) else write_as_list
    try:
        counts = write(uow.connection, rows)
    except sa.exc.DBAPIError as error:
        meant = dialects.translate(error)
        if meant is None:
            raise
        raise meant from error
    for part, found in rows.items():
        _compare(part, expected=len(found), touched=counts[part.name])
    uow.after_commit(partial(_report, change_sets))


def _report(change_sets: Sequence[ChangeSet]) -> None:
    """Write one line for each case that moved: its number in the database and the acts, never what they were about."""
    acts: dict[int, list[str]] = {}
    for entry in chain.from_iterable(change_set.audit for change_set in change_sets):
        acts.setdefault(entry.case_id, []).append(entry.kind)
    for case_id, kinds in acts.items():
        log.info("Case moved", action="case_moved", case_id=str(case_id), acts=kinds)


def _rows(part: Part, change_sets: Sequence[ChangeSet]) -> Sequence[Any]:
    found: list[Any] = []
    for value in map(attrgetter(part.name), change_sets):
        if isinstance(value, list):
            found.extend(value)
        elif value is not None:
            found.append(value)
    return [RowId(id=row) for row in found] if part.row is RowId else found


def _compare(part: Part, *, expected: int, touched: int) -> None:
    if touched == expected or (part.may_miss and touched < expected):
        return
    kind = Stale if part.is_versioned else Conflict
    raise kind(part=part.name, expected=expected, touched=touched)


def _refuse_double_change(rows: Rows) -> None:
    seen: set[tuple[object, ...]] = set()
    for part, found in rows.items():
        if part.kind == INSERT:
            continue
        for row in found:
            key = (part.table.name, *(getattr(row, name) for name in part.keys))
            if key in seen:
                raise ValueError(f"A ChangeSet changes a row once: {key} in {part.name}.")
            seen.add(key)
