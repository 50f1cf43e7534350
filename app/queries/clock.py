"""The clocks of a case (计时台账): every entry, each due instant, and why."""

from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from app.domain.change_set import LedgerRow
from app.domain.clock_ledger import ClockEntry, fold
from app.domain.explanation import Sentence, explain
from app.queries.published_view import PublishedView
from app.storage.tables import case_file, clock_entry, deadline, offering_version


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """One clock: state, instants, and the sentences that explain them."""

    clock: str
    state: str
    limit: str
    started_at: datetime | None
    due_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    provisional: bool
    remaining_working_days: int | None
    sentences: tuple[Sentence, ...]


def list_clocks(
    connection: sa.Connection, view: PublishedView, case_id: int, *, now: datetime, asof: datetime | None = None
) -> tuple[ClockView, ...]:
    """Return every clock of a case, folded from the ledger alone.

    asof: only entries recorded by then count, as if nothing later were known (K8); give it as `now` too.
    """
    entries = [item for item in ledger_of(connection, case_id) if asof is None or item.recorded_at <= asof]
    rule_set = view.rule_sets[_rule_set_code(connection, case_id) or view.default_rule_set]
    names = dict.fromkeys(entry.clock for entry in entries if entry.clock)
    views = []
    for name in names:
        state = fold(entries, name, calendars=view.calendars, counting=view.counting, rule_set=rule_set)
        views.append(
            ClockView(
                clock=name,
                state=state.status,
                limit=f"{state.limit.amount}{state.limit.unit}" if state.limit else "",
                started_at=state.started_at,
                due_at=state.due_at,
                yellow_at=state.yellow_at,
                red_at=state.red_at,
                provisional=state.is_provisional,
                remaining_working_days=state.remaining_working_days(now, view.calendars),
                sentences=tuple(explain(entries, name, calendars=view.calendars, counting=view.counting)),
            )
        )
    return tuple(views)


def _rule_set_code(connection: sa.Connection, case_id: int) -> str:
    """Return the card rule set the pinned implementation list names; empty where the installation's own one holds."""
    version, case = offering_version.c, case_file.c
    query = (
        sa.select(version.doc)
        .join(case_file, sa.and_(case.offering_id == version.offering_id, case.offering_version == version.version))
        .where(case.id == case_id)
    )
    doc = connection.scalar(query)
    return str(orjson.loads(doc).get("card_rule_set", "")) if doc else ""


def ledger_of(connection: sa.Connection, case_id: int) -> tuple[ClockEntry, ...]:
    """Return the clock ledger of a case in the order of its entries."""
    rows = connection.execute(
        sa.select(clock_entry).where(clock_entry.c.case_id == case_id).order_by(clock_entry.c.seq)
    ).all()
    return tuple(ClockEntry.from_row(LedgerRow(**row._asdict())) for row in rows)


def list_deadlines(connection: sa.Connection, case_id: int) -> tuple[dict[str, object], ...]:
    """Return the deadline rows of a case: what fires next, and when."""
    rows = connection.execute(
        sa.select(deadline).where(deadline.c.case_id == case_id, deadline.c.state != sa.literal_column("3"))
    ).all()
    return tuple(
        {
            "id": str(row.id),
            "name": row.name,
            "element": row.element,
            "due_at": row.due_at,
            "fire_at": row.fire_at,
            "stage": row.stage,
            "state": row.state,
            "last_error": row.last_error,
        }
        for row in rows
    )
