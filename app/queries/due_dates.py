"""Due dates computed for somebody who asks (时限测算): no case, only the rules and the working calendars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.domain.calendar_layers import CalendarBook, CalendarLayerVersion
from app.domain.clock_replay import Bounds
from app.domain.due_date_query import AskedSuspension, DueDateQuery, Outcome, answer_query
from app.domain.errors import InvalidInput
from app.domain.explanation import Sentence, explain
from app.domain.limit import TimeLimit
from app.domain.time_rules import TimeRules
from app.domain.vocabulary import LedgerKind, LimitUnit

CLOCK = "promised"
MOST_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateRequest:
    """One limit. suspensions: {from, to (null = still open), ground}; extensions: {at, days}."""

    start: datetime
    limit: int
    unit: str
    suspensions: Sequence[Mapping[str, object]] = ()
    extensions: Sequence[Mapping[str, object]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateView:
    """The instants of a limit, aware UTC; due_at is None while a suspension is open."""

    due_at: datetime | None
    provisional: bool
    yellow_at: datetime | None
    red_at: datetime | None
    outcomes: tuple[Outcome, ...]
    sentences: tuple[Sentence, ...] = field(default=())


def compute_due_dates(
    asked: Sequence[DueDateRequest],
    *,
    layers: Mapping[str, CalendarLayerVersion],
    names: Sequence[str],
    rules: TimeRules,
) -> list[DueDateView]:
    """Return the due instants of many limits with their suspensions and extensions, and why, in the order asked.

    A fact the rules refuse counts for nothing and is named in `outcomes` with its code.
    Raises InvalidInput with one item per limit that cannot be computed; its code is theirs when they share one:
    `limit_negative`, `calendar_missing`, `instant_naive`, `invalid`; and `calendar_layer_unknown`.
    """
    unknown = [name for name in names if name not in layers and not name.startswith("ES-")]
    if unknown:
        raise InvalidInput("calendar_layer_unknown", layer=", ".join(unknown))
    book = CalendarBook(layers)
    views: list[DueDateView] = []
    refused: list[tuple[int, InvalidInput]] = []
    for place, item in enumerate(asked):
        try:
            views.append(_compute(item, book=book, names=names, rules=rules))
        except InvalidInput as fault:
            refused.append((place, fault))
    if refused:
        raise _refusal(refused)
    return views


def _refusal(refused: Sequence[tuple[int, InvalidInput]]) -> InvalidInput:
    """Return one error for all limits of a batch that were refused, each with its place."""
    first = refused[0][1]
    is_one_code = all(fault.code == first.code for _, fault in refused)
    items = [
        {**item, "pointer": f"/items/{place}{item.get('pointer', '')}"}
        for place, fault in refused
        for item in fault.items or ({"code": fault.code, **fault.facts},)
    ]
    facts = first.facts if is_one_code else {}
    return InvalidInput(first.code if is_one_code else "invalid", items=tuple(items), **facts)


def _compute(asked: DueDateRequest, *, book: CalendarBook, names: Sequence[str], rules: TimeRules) -> DueDateView:
    if asked.limit < 0:
        raise InvalidInput("limit_negative", text=f"{asked.limit}{asked.unit}")
    query = DueDateQuery(
        start=asked.start.astimezone(UTC),
        limit=TimeLimit(amount=asked.limit, unit=LimitUnit(asked.unit)),
        layers=tuple(names),
        hours=rules.office_hours,
        counting=rules.counting,
        bounds=Bounds(grounds=frozenset(rules.grounds)),
        suspensions=tuple(_suspension(item) for item in asked.suspensions if not _is_lone_end(item)),
        extensions=tuple((_instant(item.get("at")), _days(item.get("days"))) for item in asked.extensions),
    )
    answer = answer_query(query, book, rules.rule_set(None))
    return DueDateView(
        due_at=answer.state.due_at,
        provisional=answer.state.is_provisional,
        yellow_at=answer.state.yellow_at,
        red_at=answer.state.red_at,
        outcomes=(*answer.outcomes, *(_never_begun(item) for item in asked.suspensions if _is_lone_end(item))),
        sentences=tuple(explain(answer.entries, CLOCK, calendars=answer.calendars, counting=rules.counting)),
    )


def _is_lone_end(item: Mapping[str, object]) -> bool:
    """Say whether an end of a suspension is given without its beginning."""
    return bool(item.get("to")) and not item.get("from")


def _never_begun(item: Mapping[str, object]) -> Outcome:
    return Outcome(kind=LedgerKind.RESUME, at=_instant(item["to"]), code="clock_not_suspended")


def _suspension(item: Mapping[str, object]) -> AskedSuspension:
    ground = item.get("ground")
    return AskedSuspension(
        from_at=_instant(item.get("from")),
        to_at=_instant(item["to"]) if item.get("to") else None,
        ground=str(ground) if ground else None,
    )


def _days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MOST_DAYS:
        raise InvalidInput("invalid", items=({"pointer": "/extensions", "code": "number_range"},))
    return value


def _instant(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as malformed:
        raise InvalidInput("invalid", items=({"pointer": "", "code": "instant_malformed"},)) from malformed
    if found.tzinfo is None:
        raise InvalidInput("instant_naive", text=str(value))
    return found.astimezone(UTC)
