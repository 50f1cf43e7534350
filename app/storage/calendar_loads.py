"""Loads of working calendars (日历载入): the cases each concerns, claimed and counted again in batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from app.domain.authority import CasePlace
from app.domain.calendar_change import DayRun
from app.domain.card_life import CardFacts
from app.domain.change_set import LedgerRow
from app.domain.loaded_case import DeadlineFacts
from app.domain.vocabulary import CardState
from app.storage import dialects
from app.storage.closures import ClosureRow
from app.storage.dialects import skip_locked
from app.storage.sqltypes import sqlite_value
from app.storage.tables import (
    calendar_load,
    calendar_load_case,
    case_file,
    clock_entry,
    deadline,
    decision_record,
    offering_version,
    user_task,
    warning_card,
)
from app.storage.unit_of_work import UnitOfWork

WAITING = "waiting"
SPAN_COLUMNS = (
    ("calendar_id", "text"),
    ("department_id", "bigint"),
    ("since_at", "timestamptz"),
    ("until_at", "timestamptz"),
)
# A clock is concerned when it spans a changed day, and a paused one when it has begun before: its date is still open.
CONCERNED = """
SELECT DISTINCT d.case_id FROM deadline d
JOIN case_file c ON c.id = d.case_id
JOIN {spans} ON spans.calendar_id = d.calendar_id
  AND (spans.department_id IS NULL OR spans.department_id = c.department_id)
WHERE c.closed_at IS NULL AND (d.state IN (0, 1, 5, 6) OR (d.state = 2 AND c.decision IS NULL))
  AND (d.started_at IS NULL OR d.started_at < spans.until_at) AND (d.due_at IS NULL OR d.due_at >= spans.since_at)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days that matter to clocks of a calendar. department_id: None = whoever uses it."""

    calendar_id: str
    department_id: int | None
    run: DayRun


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLoadRow:
    """A load. versions: (layer, number). calendars: department id -> calendar id from now on."""

    id: int
    document: str
    versions: tuple[tuple[str, int], ...]
    calendars: Mapping[int, str]
    closure_id: int | None
    loaded_at: datetime
    loaded_by: str
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedCase:
    """A case of a load, under its lock. offering: (id, version) it pins. decided_at: when its decision took effect."""

    id: int
    case_no: str
    name: str
    department_id: int
    intake_department_id: int
    prefecture: str
    county: str | None
    region_code: str
    version: int
    last_seq: int
    last_hash: bytes
    offering_id: int | None
    offering_version: int | None
    decided_at: datetime | None

    @property
    def place(self) -> CasePlace:
        """Where the case lies, as far as seeing it goes."""
        return CasePlace(
            prefecture=self.prefecture,
            county=self.county,
            department_ids=frozenset({self.department_id, self.intake_department_id}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTaskRow:
    """An open task with the instants it shows."""

    id: int
    case_id: int
    engine_task: str
    due_at: datetime | None
    sort_at: datetime
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRows:
    """Rows of several cases, by case id."""

    ledger: Mapping[int, list[LedgerRow]]
    deadlines: Mapping[int, list[DeadlineFacts]]
    tasks: Mapping[int, list[OpenTaskRow]]
    rule_sets: Mapping[tuple[int, int], str | None]


def calendars_in_use(connection: sa.Connection) -> set[tuple[int, str]]:
    """Return (department id, calendar id) of every open deadline."""
    query = (
        sa.select(case_file.c.department_id, deadline.c.calendar_id)
        .join(case_file, case_file.c.id == deadline.c.case_id)
        .where(sa.text("case_file.closed_at IS NULL"), deadline.c.calendar_id.is_not(None))
        .distinct()
    )
    return {(row.department_id, row.calendar_id) for row in connection.execute(query)}


def add_load(uow: UnitOfWork, load: CalendarLoadRow, spans: Sequence[Span]) -> None:
    """Store a load with the days that matter; `note_waiting` then finds the cases."""
    uow.connection.execute(
        calendar_load.insert(),
        {
            "id": load.id,
            "document": load.document,
            "versions": orjson.dumps(load.versions).decode(),
            "calendars": orjson.dumps({str(key): value for key, value in load.calendars.items()}).decode(),
            "spans": _spans_text(uow.connection, spans),
            "closure_id": load.closure_id,
            "loaded_at": load.loaded_at,
            "loaded_by": load.loaded_by,
        },
    )


def note_waiting(uow: UnitOfWork, load_id: int) -> int:
    """Note every case the load concerns and did not know yet. Returns how many are new."""
    spans = uow.connection.scalar(sa.select(calendar_load.c.spans).where(calendar_load.c.id == load_id))
    count = uow.connection.execute(
        sa.text(
            "INSERT INTO calendar_load_case (load_id, case_id, outcome, facts)"  # noqa: S608
            f" SELECT :load_id, found.case_id, 'waiting', '[]' FROM ({_concerned(uow.connection)}) AS found"
            " WHERE true ON CONFLICT DO NOTHING"
        ),
        {"load_id": load_id, "spans": spans},
    ).rowcount
    if count:
        # Every claim of a deadline looks for its case here.
        dialects.refresh_statistics(uow.connection, calendar_load_case)
    return count


def note_cards_inside(uow: UnitOfWork, load_id: int, closed: ClosureRow, *, offices: Sequence[int]) -> int:
    """Note the cases with a standing card whose due instant lies inside a closure; those cards are taken back.

    offices: ids of the departments the closure concerns.
    """
    card = warning_card.c
    inside = (
        sa.select(sa.literal(load_id), card.case_id, sa.literal(WAITING), sa.literal("[]"))
        .join(case_file, case_file.c.id == card.case_id)
        .where(
            case_file.c.department_id.in_(offices),
            *_standing_inside(closed),
        )
        .distinct()
    )
    columns = ["load_id", "case_id", "outcome", "facts"]
    statement = dialects.insert_ignore(uow.connection, calendar_load_case).from_select(columns, inside)
    return uow.connection.execute(statement).rowcount


def list_concerned(connection: sa.Connection, spans: Sequence[Span]) -> tuple[int, ...]:
    """Return the ids of the cases a load would concern, ascending."""
    query = sa.text(f"{_concerned(connection)} ORDER BY d.case_id")
    return tuple(connection.scalars(query, {"spans": _spans_text(connection, spans)}))


def claim_waiting(uow: UnitOfWork, load_id: int, *, limit: int) -> tuple[ClaimedCase, ...]:
    """Lock waiting cases of a load, ascending; those in somebody's hands are skipped and come back.

    The row locks are the claim: two workers may share a load, and a killed one gives its batch back at once.
    """
    query = (
        _cases()
        .join(calendar_load_case, calendar_load_case.c.case_id == case_file.c.id)
        .where(calendar_load_case.c.load_id == load_id, sa.text("calendar_load_case.outcome = 'waiting'"))
        .order_by(case_file.c.id)
        .limit(limit)
    )
    locked = uow.connection.execute(skip_locked(query, calendar_load_case, case_file)).all()
    return _with_decisions(uow.connection, locked)


def read_cases(connection: sa.Connection, case_ids: Sequence[int]) -> tuple[ClaimedCase, ...]:
    """Return cases without a lock, for a report that changes nothing."""
    rows = connection.execute(_cases().where(case_file.c.id.in_(case_ids)).order_by(case_file.c.id)).all()
    return _with_decisions(connection, rows)


def read_case_rows(connection: sa.Connection, cases: Sequence[ClaimedCase]) -> CaseRows:
    """Return what the clocks of several cases hang on: one query a table, whatever the number of cases.

    A new statement after the locks: it sees what the last holder of each lock committed.
    """
    ids = [case.id for case in cases]
    ledger = _by_case(connection, LedgerRow, clock_entry, ids, order=clock_entry.c.seq)
    deadlines = _by_case(connection, DeadlineFacts, deadline, ids, sa.text("deadline.state <> 3"), order=deadline.c.id)
    tasks = _by_case(connection, OpenTaskRow, user_task, ids, sa.text("user_task.state < 2"), order=user_task.c.id)
    pinned = {
        (case.offering_id, case.offering_version)
        for case in cases
        if case.offering_id is not None and case.offering_version is not None
    }
    return CaseRows(ledger=ledger, deadlines=deadlines, tasks=tasks, rule_sets=_rule_sets(connection, pinned))


def standing_cards(
    connection: sa.Connection, closed: ClosureRow, case_ids: Sequence[int]
) -> dict[int, list[CardFacts]]:
    """Return the cards of cases that are about a due instant inside a closure and were not taken back, by case."""
    columns = [warning_card.c[field.name] for field in fields(CardFacts)]
    query = sa.select(*columns).where(warning_card.c.case_id.in_(case_ids), *_standing_inside(closed))
    found: dict[int, list[CardFacts]] = {}
    for row in connection.execute(query.order_by(warning_card.c.id)):
        found.setdefault(row.case_id, []).append(CardFacts(**row._asdict()))
    return found


def _standing_inside(closed: ClosureRow) -> tuple[sa.ColumnElement[bool], ...]:
    card = warning_card.c
    return (
        card.state != CardState.REVOKED.value,
        card.due_at >= closed.began_at,
        card.due_at < closed.ended_at,
    )


def waiting_count(connection: sa.Connection, load_id: int) -> int:
    """Return how many cases still wait for a load."""
    query = sa.select(sa.func.count()).where(
        calendar_load_case.c.load_id == load_id, sa.text("calendar_load_case.outcome = 'waiting'")
    )
    return connection.scalar(query) or 0


def get_load(connection: sa.Connection, load_id: int) -> CalendarLoadRow | None:
    """Return a load; None when there is none of that id."""
    row = connection.execute(sa.select(calendar_load).where(calendar_load.c.id == load_id)).one_or_none()
    return _load(row) if row else None


def open_loads(connection: sa.Connection, *, finished_before: datetime) -> tuple[CalendarLoadRow, ...]:
    """Return the loads that have something to do, oldest first: unfinished, or due for their last look."""
    query = (
        sa.select(calendar_load)
        .where(
            sa.text("calendar_load.looked_again_at IS NULL"),
            sa.or_(calendar_load.c.finished_at.is_(None), calendar_load.c.finished_at <= finished_before),
        )
        .order_by(calendar_load.c.loaded_at, calendar_load.c.id)
    )
    return tuple(_load(row) for row in connection.execute(query))


def documents_of_calendars(connection: sa.Connection) -> dict[str, str]:
    """Return the notice each calendar came with, by the id of the calendar; the first load that made it counts."""
    found: dict[str, str] = {}
    for row in connection.execute(sa.select(calendar_load).order_by(calendar_load.c.loaded_at)):
        for calendar_id in orjson.loads(row.calendars).values():
            found.setdefault(calendar_id, row.document)
    return found


def mark_finished(uow: UnitOfWork, load_id: int, *, now: datetime, is_last_look: bool) -> None:
    """Note that no case waits any more, and whether this was the last look for cases that came in between."""
    values = {"looked_again_at": now} if is_last_look else {"finished_at": now}
    uow.connection.execute(calendar_load.update().where(calendar_load.c.id == load_id).values(**values))


def _concerned(connection: sa.Connection) -> str:
    return CONCERNED.format(spans=dialects.records(connection, "spans", SPAN_COLUMNS))


def _spans_text(connection: sa.Connection, spans: Sequence[Span]) -> str:
    is_postgresql = dialects.is_postgresql(connection)
    return orjson.dumps(
        [
            {
                "calendar_id": span.calendar_id,
                "department_id": span.department_id,
                "since_at": span.run.since_at if is_postgresql else sqlite_value(span.run.since_at),
                "until_at": span.run.until_at if is_postgresql else sqlite_value(span.run.until_at),
            }
            for span in spans
        ]
    ).decode()


def _cases() -> sa.Select[Any]:
    columns = case_file.c
    return sa.select(
        columns.id,
        columns.case_no,
        columns.name,
        columns.department_id,
        columns.intake_department_id,
        columns.prefecture,
        columns.county,
        columns.region_code,
        columns.version,
        columns.last_seq,
        columns.last_hash,
        columns.offering_id,
        columns.offering_version,
    ).select_from(case_file)


def _with_decisions(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> tuple[ClaimedCase, ...]:
    decision = decision_record.c
    query = sa.select(decision.case_id, decision.effective_at).where(decision.case_id.in_([row.id for row in rows]))
    decided = {row.case_id: row.effective_at for row in connection.execute(query)} if rows else {}
    return tuple(ClaimedCase(**row._asdict(), decided_at=decided.get(row.id)) for row in rows)


def _by_case(
    connection: sa.Connection,
    row: type[Any],
    table: sa.Table,
    ids: Sequence[int],
    *conditions: sa.TextClause,
    order: sa.Column[Any],
) -> dict[int, list[Any]]:
    columns = [table.c[field.name] for field in fields(row)]
    query = sa.select(*columns).where(table.c.case_id.in_(ids), *conditions).order_by(table.c.case_id, order)
    names = [column.name for column in columns]
    found: dict[int, list[Any]] = {case_id: [] for case_id in ids}
    for values in connection.execute(query):
        made = row(**dict(zip(names, values, strict=True)))
        found[made.case_id].append(made)
    return found


def _rule_sets(connection: sa.Connection, pinned: set[tuple[int, int]]) -> dict[tuple[int, int], str | None]:
    columns = offering_version.c
    query = sa.select(columns.offering_id, columns.version, columns.doc).where(
        columns.offering_id.in_({offering_id for offering_id, _version in pinned})
    )
    return {
        (row.offering_id, row.version): orjson.loads(row.doc).get("card_rule_set")
        for row in connection.execute(query)
        if (row.offering_id, row.version) in pinned
    }


def _load(row: sa.Row[Any]) -> CalendarLoadRow:
    return CalendarLoadRow(
        id=row.id,
        document=row.document,
        versions=tuple((str(layer), int(number)) for layer, number in orjson.loads(row.versions)),
        calendars={int(key): str(value) for key, value in orjson.loads(row.calendars).items()},
        closure_id=row.closure_id,
        loaded_at=row.loaded_at,
        loaded_by=row.loaded_by,
        finished_at=row.finished_at,
    )
