"""What will be approved by default in the next days, and which guards block each case now. Nothing is written.

The guards are those of the firing (`app/domain/deemed_case.py`), asked of what is stored at this moment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa

from app.domain.clock_ledger import ClockEntry, fold
from app.domain.deemed import blocking_codes
from app.domain.deemed_case import DeemedCase, facts_of
from app.domain.vocabulary import ClockName
from app.queries.cursor import Page
from app.queries.published_view import PublishedView
from app.queries.supervision import SupervisedCase
from app.storage import case_loading as rows
from app.storage import dialects
from app.storage.json_rows import RowSet, query_together, read_together
from app.storage.offering_doc import read_offering

ROW_SETS: tuple[RowSet[Any], ...] = (
    rows.CASE,
    rows.OFFERING,
    rows.HANDLED,
    rows.HANDLED_IN_THEME,
    rows.DEADLINES,
    rows.LEDGER,
    rows.MATERIALS,
    rows.DECISION,
    rows.HOLDS,
    rows.OUTAGES,
    rows.FEES,
    rows.FORWARDINGS,
    rows.CLOSURES,
    rows.PAUSE,
)


def name_guards(connection: sa.Connection, view: PublishedView, page: Page, *, now: datetime) -> Page:
    """Return a page of `list_supervised` with the guards that would block each approval if it fired now.

    A case without guards will be approved by default unless somebody decides.
    """
    cases = [item for item in page.items if isinstance(item, SupervisedCase)]
    guards = guards_of_cases(connection, view, [int(item.case_id) for item in cases], now=now)
    return replace(page, items=tuple(replace(item, guards=guards[int(item.case_id)]) for item in cases))


def guards_of_cases(
    connection: sa.Connection, view: PublishedView, case_ids: Sequence[int], *, now: datetime
) -> dict[int, tuple[str, ...]]:
    """Return by case the codes of the guards that would block its approval if it fired now; one query for all."""
    wanted = orjson.dumps([{"case_id": case_id} for case_id in case_ids]).decode()
    found: dict[int, tuple[str, ...]] = {}
    for case_id, text in connection.execute(_query(connection.engine), {"wanted": wanted}).all():
        read = {rows_of: rows_of.read(stored) for rows_of, stored in read_together(ROW_SETS, text).items()}
        found[int(case_id)] = blocking_codes(facts_of(_case(view, read, now)))
    return found


def _case(view: PublishedView, read: Mapping[RowSet[Any], tuple[Any, ...]], now: datetime) -> DeemedCase:
    (case,) = read[rows.CASE]
    ledger = [ClockEntry.from_row(entry) for entry in read[rows.LEDGER]]
    stored = next((item for item in read[rows.DEADLINES] if item.name == "deemed"), None)
    offering = next(iter(read[rows.OFFERING]), None)
    return DeemedCase(
        kind=case.kind,
        state=case.state,
        region_code=case.region_code,
        offering=read_offering(offering.offering_id, offering.version, offering.doc) if offering else None,
        promised=fold(ledger, ClockName.PROMISED, calendars=view.calendars, counting=view.counting),
        ledger=ledger,
        stored_due_at=stored.due_at if stored else None,
        has_decision=bool(read[rows.DECISION]),
        has_closure=any(closure.began_at <= now for closure in read[rows.CLOSURES]),
        calendar=view.calendars[view.department_calendars[case.department_id]],
        counting=view.counting,
        rules=view.deemed,
        holds=read[rows.HOLDS],
        outages=read[rows.OUTAGES],
        fees=read[rows.FEES],
        forwardings=read[rows.FORWARDINGS],
        checked_at=[item.checked_at for item in read[rows.MATERIALS] if item.checked_at is not None],
        handled=read[rows.HANDLED],
        handled_in_theme=read[rows.HANDLED_IN_THEME],
        is_paused=bool(read[rows.PAUSE]),
    )


@lru_cache(maxsize=16)
def _query(engine: sa.Engine) -> sa.TextClause:
    columns = f"wanted.case_id, {query_together(ROW_SETS, engine)}"
    return sa.text(" FROM ".join((f"SELECT {columns}", dialects.records(engine, "wanted", rows.WANTED))))
