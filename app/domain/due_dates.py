"""Due dates in tables (到期日批量测算): one row of text in, the same columns answered as text.

The columns are those of the worked cases of the rule book. Instants are local, without offset.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.bundle import MemberPlan, bundle_due, plan_bundle
from app.domain.calendar import to_local
from app.domain.calendar_layers import CalendarBook, CalendarLayerVersion
from app.domain.cards import ENSHI_50_90, LAST_DAY, YULIN_90, Consumption, colour_by_share
from app.domain.clock_state import NOT_STARTED, OVERDUE, PAUSED, ClockState, percent_of
from app.domain.counting import TOUCHED_DAYS, before
from app.domain.due_date_query import (
    AskedSuspension,
    DueDateQuery,
    Outcome,
    answer_query,
    calendar_after_uploads,
)
from app.domain.due_date_row import BEFORE, BUNDLE, AskedMember, DueDateRow, read_row
from app.domain.errors import InvalidInput
from app.domain.vocabulary import LedgerKind, LimitUnit

OPEN = "open"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRow:
    """The output columns of a row, blank where they have no meaning, and why it could not be answered.

    fault: code of the refusal, empty when the row was answered; facts: of its sentence, such as `column` and `why`.
    """

    columns: Mapping[str, str]
    fault: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


def answer_row(
    row: Mapping[str, str],
    calendars: CalendarBook | Mapping[str, CalendarLayerVersion],
    *,
    grounds: Collection[str] = LAWFUL_GROUNDS,
) -> AnsweredRow:
    """Answer one row of a table; a row that cannot be read or leaves the calendar data is answered with a code.

    The code stands in `due_date`, `due_dt` and in the outcomes (`[[start, "start", code]]`), so that no such row looks
    like a date; nothing else of it is computed. row, calendars, grounds: as for `evaluate_case_row`.
    """
    try:
        return AnsweredRow(columns=evaluate_case_row(row, calendars, grounds=grounds))
    except InvalidInput as refused:
        outcomes = json.dumps([[(row.get("start") or "").strip(), LedgerKind.START, refused.code]], ensure_ascii=False)
        said = {"due_date": refused.code, "due_dt": refused.code, "outcomes": outcomes}
        return AnsweredRow(
            columns=dict.fromkeys(OUTPUT_COLUMNS, "") | said, fault=refused.code, facts=dict(refused.facts)
        )


def evaluate_case_row(
    row: Mapping[str, str],
    calendars: CalendarBook | Mapping[str, CalendarLayerVersion],
    *,
    grounds: Collection[str] = LAWFUL_GROUNDS,
) -> dict[str, str]:
    """Return every output column of one row, blank where it has no meaning.

    row: the input columns mode, start, policy, hours, limit, ext_limit, extensions, suspensions, calendar, uploads,
    actual, bundle_limit, query; a missing column is blank. calendars: the layers; give a CalendarBook for many rows.
    grounds: lawful grounds of suspension. An open clock has the due date `open`.
    Raises InvalidInput `row_malformed`, `limit_negative`, `hours_malformed`, `calendar_layer_unknown`, `bundle_circle`
    for a row that cannot be read, `calendar_missing` when it leaves the data.
    """
    book = calendars if isinstance(calendars, CalendarBook) else CalendarBook(calendars)
    asked = read_row(row, layers=book.layers, grounds=frozenset(grounds))
    answer = dict.fromkeys(OUTPUT_COLUMNS, "")
    if asked.mode == BUNDLE:
        return answer | _bundle(asked, book)
    if asked.mode.startswith(BEFORE):
        calendar = calendar_after_uploads(asked.query, book)
        due = before(to_local(asked.query.start), asked.query.limit, calendar)
        return answer | _due(due, is_provisional=calendar.is_provisional(due.date()))
    return answer | _clock(asked.query, book)


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


def _bundle(asked: DueDateRow, book: CalendarBook) -> dict[str, str]:
    query, counting = asked.query, asked.query.counting
    calendar, start = calendar_after_uploads(query, book), to_local(query.start)
    allowed = query.bounds.grounds or frozenset()
    members = [_planned(item, allowed) for item in asked.members]
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
    refused = _refusals(asked.members, allowed)
    if refused:
        columns["outcomes"] = json.dumps([_outcome(item) for item in refused])
    if asked.bundle_limit is not None:
        own = bundle_due(members, plan, asked.bundle_limit, started_at=start, calendar=calendar, counting=counting)
        columns["bundle_due"] = own.date().isoformat() if own else OPEN
    return columns


def _planned(member: AskedMember, allowed: Collection[str]) -> MemberPlan:
    holding = [item for item in member.suspensions if item.ground is None or item.ground in allowed]
    return MemberPlan(
        code=member.code,
        limit_wd=member.limit,
        after=member.after,
        suspensions=tuple((to_local(item.from_at), to_local(end) if (end := _end(item)) else None) for item in holding),
        finished_at=to_local(member.actual) if member.actual else None,
    )


def _end(item: AskedSuspension) -> datetime | None:
    """An end before the beginning is refused, so the suspension stays open."""
    return item.to_at if item.to_at is not None and item.to_at >= item.from_at else None


def _refusals(members: Collection[AskedMember], allowed: Collection[str]) -> list[Outcome]:
    """Return what counts for nothing among the suspensions of members: a ground, or an end before the beginning."""
    refused: list[tuple[datetime, str, str]] = []
    for item in (item for member in members for item in member.suspensions):
        if item.ground is not None and item.ground not in allowed:
            refused.append((item.from_at, LedgerKind.SUSPEND, "clock_ground_not_allowed"))
        elif item.to_at is not None and _end(item) is None:
            refused.append((item.to_at, LedgerKind.RESUME, "clock_resume_before_suspend"))
    return [Outcome(at=at, kind=kind, code=code) for at, kind, code in sorted(refused)]


def _due(due: datetime, *, is_provisional: bool) -> dict[str, str]:
    return {"due_date": due.date().isoformat(), "due_dt": str(due), "provisional": "1" if is_provisional else "0"}


def _outcome(item: Outcome) -> list[str]:
    at = item.on.isoformat() if item.on else ""
    if item.at is not None:
        local = to_local(item.at)
        at = local.strftime("%Y-%m-%d %H:%M:%S" if local.second else "%Y-%m-%d %H:%M")
    return [at, item.kind, item.code or "ok"]
