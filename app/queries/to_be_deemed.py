"""What will be approved by default in the next days, and which guards block each case now. Nothing is written.

The guards are those of the firing (`app/domain/deemed_case.py`), asked of what is stored at this moment.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.domain.clock_ledger import ClockEntry, fold
from app.domain.deemed import blocking_codes
from app.domain.deemed_case import DeemedCase, facts_of
from app.domain.vocabulary import ClockName
from app.queries.cursor import Page
from app.queries.published_view import PublishedView
from app.queries.supervision import SupervisedCase
from app.storage import case_loading as rows
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
    rows.CLOSURES,
)


def name_guards(connection: sa.Connection, view: PublishedView, page: Page, *, now: datetime) -> Page:
    """Return a page of `list_supervised` with the guards that would block each approval if it fired now.

    A case without guards will be approved by default unless somebody decides.
    """
    items = [
        replace(item, guards=guards_of_case(connection, view, int(item.case_id), now=now))
        for item in page.items
        if isinstance(item, SupervisedCase)
    ]
    return replace(page, items=tuple(items))


def guards_of_case(connection: sa.Connection, view: PublishedView, case_id: int, *, now: datetime) -> tuple[str, ...]:
    """Return the codes of the guards that would block the approval of a case if it fired now."""
    text = connection.scalar(_query(connection.engine), {"case_id": case_id})
    read = {rows_of: rows_of.read(found) for rows_of, found in read_together(ROW_SETS, text).items()}
    return blocking_codes(facts_of(_case(view, read, now)))


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
        checked_at=[item.checked_at for item in read[rows.MATERIALS] if item.checked_at is not None],
        handled=read[rows.HANDLED],
        handled_in_theme=read[rows.HANDLED_IN_THEME],
    )


@lru_cache(maxsize=16)
def _query(engine: sa.Engine) -> sa.TextClause:
    return sa.text(f"SELECT {query_together(ROW_SETS, engine)}")
