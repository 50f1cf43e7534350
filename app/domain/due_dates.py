"""Due dates in tables (到期日批量测算): one row of text in, the same columns answered as text.

The columns are those of the worked cases of the rule book. Instants are local, without offset.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from app.domain.bundle import MemberPlan, bundle_due, plan_bundle
from app.domain.calendar import parse_hours, to_local, to_utc
from app.domain.calendar_layers import NATIONAL, CalendarBook, CalendarLayerVersion
from app.domain.cards import ENSHI_50_90, LAST_DAY, YULIN_90, Consumption, colour_by_share
from app.domain.clock_replay import Bounds
from app.domain.clock_state import NOT_STARTED, OVERDUE, PAUSED, ClockState, percent_of
from app.domain.counting import TOUCHED_DAYS, CountingRules, before
from app.domain.due_date_query import (
    UPLOADED,
    AskedSuspension,
    AskedUpload,
    DueDateQuery,
    Outcome,
    answer_query,
    next_version,
)
from app.domain.errors import InvalidInput
from app.domain.limit import TimeLimit
from app.domain.vocabulary import LimitUnit

OPEN, MISSING = "open", "calendar_missing"
UNITS = {
    "WD": LimitUnit.WORKING_DAY,
    "CD": LimitUnit.DAY,
    "MONTH": LimitUnit.MONTH,
    "HOUR": LimitUnit.HOUR,
    "WHOUR": LimitUnit.WORKING_HOUR,
    "BEFORE_WD": LimitUnit.WORKING_DAY,
    "BEFORE_CD": LimitUnit.DAY,
}
LAWFUL_GROUNDS = frozenset(
    (
        "hearing",
        "tender",
        "auction",
        "inspection",
        "testing",
        "quarantine",
        "appraisal",
        "expert_review",
        "third_party",
        "other_agency",
        "supplement",
    )
)
OUTPUT_COLUMNS = (
    "due_date", "due_dt", "due_alt_closed", "provisional", "outcomes", "state_as_of_query", "due_as_of_query",
    "remaining_wd", "used_s", "total_s", "pct", "yellow_at", "red_at", "card_5090", "card_last1", "card_90", "finish",
    "serial_due", "bundle_due",
)  # fmt: skip


def evaluate_case_row(
    row: Mapping[str, str],
    calendars: CalendarBook | Mapping[str, CalendarLayerVersion],
    *,
    grounds: Collection[str] = LAWFUL_GROUNDS,
) -> dict[str, str]:
    """Return every output column of one row, blank where it has no meaning.

    row: the input columns mode, start, policy, hours, limit, ext_limit, extensions, suspensions, calendar, uploads,
    actual, bundle_limit, query; a missing column is blank. calendars: the layers; give a CalendarBook for many rows.
    grounds: lawful grounds of suspension. An open clock has the due date `open`; a row that leaves the data has
    `calendar_missing` there and in the outcomes.
    Raises InvalidInput `row_malformed` naming the column that cannot be read.
    """
    book = calendars if isinstance(calendars, CalendarBook) else CalendarBook(calendars)
    answer = dict.fromkeys(OUTPUT_COLUMNS, "")
    column = "mode"
    try:
        mode = _text(row, "mode") or "WD"
        column = "start"
        start = datetime.fromisoformat(_text(row, "start"))
        column = "hours"
        query = _query(row, start, mode, frozenset(grounds))
        if mode == "BUNDLE":
            return answer | _bundle(row, query, book)
        if mode.startswith("BEFORE_"):
            due = before(start, query.limit, book.resolve(query.layers, query.hours))
            is_provisional = book.resolve(query.layers, query.hours).is_provisional(due.date())
            return answer | _due(due, is_provisional=is_provisional)
        return answer | _clock(query, book)
    except InvalidInput as refused:
        if refused.code != MISSING:
            raise
        outcomes = json.dumps([[_text(row, "start"), "start", MISSING]])
        return answer | {"due_date": MISSING, "due_dt": MISSING, "outcomes": outcomes}
    except (ValueError, KeyError, TypeError) as malformed:
        raise InvalidInput("row_malformed", row=row.get("id", ""), column=column, why=str(malformed)) from malformed


def _query(row: Mapping[str, str], start: datetime, mode: str, grounds: frozenset[str]) -> DueDateQuery:
    count, days = (
        (int(part) for part in _text(row, "ext_limit").split("x")) if _text(row, "ext_limit") else (None, None)
    )
    is_bundle = mode == "BUNDLE"
    amount = 0 if is_bundle else int(_text(row, "limit"))
    if amount < 0:
        raise InvalidInput("limit_malformed", text=_text(row, "limit"), position=0)
    query_at = _text(row, "query")
    return DueDateQuery(
        start=to_utc(start),
        limit=TimeLimit(amount=amount, unit=LimitUnit.WORKING_DAY if is_bundle else UNITS[mode]),
        layers=tuple((_text(row, "calendar") or NATIONAL).split("+")),
        hours=parse_hours(_text(row, "hours") or "09:00-12:00,13:30-17:30"),
        counting=CountingRules(start_policy=_text(row, "policy") or "actual"),
        bounds=Bounds(grounds=grounds, extension_count=count, extension_days=days),
        suspensions=() if is_bundle else tuple(_suspension(item) for item in _json(row, "suspensions", [])),
        extensions=tuple((_instant(at), int(units)) for at, units in _json(row, "extensions", [])),
        uploads=tuple(_upload(item) for item in _json(row, "uploads", [])),
        asof=_instant(query_at) if query_at else None,
    )


def _clock(query: DueDateQuery, book: CalendarBook) -> dict[str, str]:
    answer = answer_query(query, book, ENSHI_50_90)
    due_at = answer.state.due_at
    columns = (
        _due(to_local(due_at), is_provisional=answer.state.is_provisional)
        if due_at
        else {"due_date": OPEN, "due_dt": OPEN, "provisional": "0"}
    )
    if answer.outcomes:
        columns["outcomes"] = json.dumps([_outcome(item) for item in answer.outcomes])
    if query.suspensions and query.limit.unit in (LimitUnit.WORKING_DAY, LimitUnit.DAY, LimitUnit.MONTH):
        widened = replace(query, counting=replace(query.counting, suspension=TOUCHED_DAYS), asof=None)
        other = answer_query(widened, book).state.due_at
        columns["due_alt_closed"] = to_local(other).date().isoformat() if other else OPEN
    if query.asof is not None and answer.as_of is not None:
        columns |= _as_of(answer.as_of, query.asof)
    return columns


def _as_of(state: ClockState, asof: datetime) -> dict[str, str]:
    status = state.status_at(asof)
    spent, remaining = state.used_seconds(asof), state.remaining_working_days(asof)
    used = Consumption(
        used_s=spent[0] if spent else 0,
        total_s=spent[1] if spent else 0,
        remaining_working_days=0 if remaining is None else remaining,
        is_overdue=status == OVERDUE,
        is_paused=status == PAUSED,
    )
    columns = {"state_as_of_query": status}
    if status == NOT_STARTED:
        return columns
    for column, rule_set in (("card_5090", ENSHI_50_90), ("card_last1", LAST_DAY), ("card_90", YULIN_90)):
        columns[column] = colour_by_share(rule_set, used).value
    if remaining is not None:
        columns["remaining_wd"] = str(remaining)
    if state.due_at is not None and spent is not None:
        columns |= {
            "due_as_of_query": to_local(state.due_at).date().isoformat(),
            "used_s": str(spent[0]),
            "total_s": str(spent[1]),
            "pct": str(percent_of(*spent)),
            "yellow_at": str(to_local(state.yellow_at)) if state.yellow_at else "",
            "red_at": str(to_local(state.red_at)) if state.red_at else "",
        }
    return columns


def _bundle(row: Mapping[str, str], query: DueDateQuery, book: CalendarBook) -> dict[str, str]:
    for upload in sorted(query.uploads, key=lambda item: item.at):
        book = book.with_version(next_version(book, upload))
    calendar = book.resolve((*query.layers, UPLOADED) if query.uploads else query.layers, query.hours)
    suspensions: dict[str, Any] = _json(row, "suspensions", {})
    actual: dict[str, str] = _json(row, "actual", {})
    allowed = query.bounds.grounds or frozenset()
    members = [
        MemberPlan(
            code=code,
            limit_wd=int(limit),
            after=tuple(after),
            suspensions=tuple(
                (to_local(item.from_at), to_local(item.to_at) if item.to_at else None)
                for item in map(_suspension, suspensions.get(code, []))
                if item.ground is None or item.ground in allowed
            ),
            finished_at=datetime.fromisoformat(actual[code]) if actual.get(code) else None,
        )
        for code, (limit, after) in _json(row, "limit", {}).items()
    ]
    start, counting = to_local(query.start), query.counting
    plan = plan_bundle(members, started_at=start, calendar=calendar, counting=counting)
    finish = {code: times.finish_on.isoformat() if times.finish_on else OPEN for code, times in plan.members.items()}
    columns = (
        _due(plan.due_at, is_provisional=plan.is_provisional)
        if plan.due_at
        else {"due_date": OPEN, "due_dt": OPEN, "provisional": "0"}
    )
    columns |= {
        "finish": json.dumps(finish, ensure_ascii=False),
        "serial_due": plan.serial_due_at.date().isoformat(),
    }
    if _text(row, "bundle_limit"):
        own = bundle_due(
            members, plan, int(_text(row, "bundle_limit")), started_at=start, calendar=calendar, counting=counting
        )
        columns["bundle_due"] = own.date().isoformat() if own else OPEN
    return columns


def _due(due: datetime, *, is_provisional: bool) -> dict[str, str]:
    return {"due_date": due.date().isoformat(), "due_dt": str(due), "provisional": "1" if is_provisional else "0"}


def _outcome(item: Outcome) -> list[str]:
    at = item.on.isoformat() if item.on else ""
    if item.at is not None:
        local = to_local(item.at)
        at = local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
    return [at, item.kind, item.code or "ok"]


def _suspension(item: list[str | None]) -> AskedSuspension:
    from_at, to_at, ground = (*item, None, None)[:3]
    return AskedSuspension(from_at=_instant(from_at or ""), to_at=_instant(to_at) if to_at else None, ground=ground)


def _upload(item: Mapping[str, Any]) -> AskedUpload:
    return AskedUpload(
        at=_instant(item["at"]),
        document=item.get("doc", ""),
        off=tuple(date.fromisoformat(day) for day in item.get("off") or ()),
        work=tuple(date.fromisoformat(day) for day in item.get("work") or ()),
        publishes=tuple(int(year) for year in item.get("publishes") or ()),
    )


def _instant(text: str) -> datetime:
    return to_utc(datetime.fromisoformat(text))


def _text(row: Mapping[str, str], column: str) -> str:
    return (row.get(column) or "").strip()


def _json(row: Mapping[str, str], column: str, default: Any) -> Any:
    return json.loads(_text(row, column)) if _text(row, column) else default
