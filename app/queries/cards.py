"""Warning cards (红黄牌): the list of a supervisor, one's own, those of a case, and the scores of departments."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from app.domain.authority import Scope
from app.domain.card_life import WARNING_TYPES, CardFacts
from app.domain.errors import NotFound
from app.domain.vocabulary import CardColour, CardState
from app.queries.cursor import Page, checked_limit, decode_cursor, encode_cursor
from app.queries.scoping import case_scope
from app.storage.cards import concerns
from app.storage.tables import case_file, department, staff, warning_card


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFilter:
    """Which cards a list shows; an empty field narrows nothing.

    department_id: the responsible one. person_id: staff the card counts for. concerning: staff it is told, as handler,
    desk, approver or head.
    """

    colour: str = ""
    state: str = ""
    cause: str = ""
    county: str = ""
    department_id: int | None = None
    person_id: int | None = None
    concerning: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A card with the fields of GB/T 39046-2020 table 11 and its life. `*_by` are actor codes, instants aware UTC."""

    id: str
    case_id: str
    case_no: str
    case_name: str
    item_type: str
    content: str
    supervision_no: str
    rule_no: str
    warning_type: str
    colour: str
    cause: str
    clock: str
    element: str
    state: str
    version: int
    issued_at: datetime
    state_at: datetime
    due_at: datetime | None
    county: str | None
    department_id: str
    department: str
    handler_id: str | None
    handler: str
    raised_by: str
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    explained_by: str | None
    explained_at: datetime | None
    explanation: str | None
    appealed_by: str | None
    appealed_at: datetime | None
    appeal_ground: str | None
    appeal_text: str | None
    outcome: str | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    facts: CardFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class CardScore:
    """The cards of a department. Colours and `issued` count without the revoked ones, which have a count of their own."""

    county: str | None
    department_id: str
    department: str
    issued: int
    yellow: int
    red: int
    overdue: int
    abnormal: int
    waiting: int
    upheld: int
    revoked: int


def list_cards(
    connection: sa.Connection,
    scope: Scope,
    wanted: CardFilter,
    *,
    secret: str,
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of cards in scope, newest first."""
    size, card = checked_limit(limit), warning_card.c
    query = (
        _base()
        .where(*case_scope(scope), *_conditions(wanted))
        .order_by(card.issued_at.desc(), card.id.desc())
        .limit(size + 1)
    )
    if cursor:
        issued_at, last_id = decode_cursor(secret, cursor)
        at = datetime.fromisoformat(str(issued_at))
        query = query.where(sa.or_(card.issued_at < at, sa.and_(card.issued_at == at, card.id < int(last_id))))
    rows = connection.execute(query).all()
    shown = rows[:size]
    following = None
    if len(rows) > size:
        following = encode_cursor(secret, (shown[-1].issued_at.isoformat(), shown[-1].id))
    return Page(items=tuple(_view(row) for row in shown), next_cursor=following)


def list_case_cards(connection: sa.Connection, case_id: int) -> tuple[CardView, ...]:
    """Return the cards of a case with their life, newest first."""
    query = _base().where(warning_card.c.case_id == case_id).order_by(warning_card.c.id.desc())
    return tuple(_view(row) for row in connection.execute(query))


def get_card(connection: sa.Connection, scope: Scope, card_id: int) -> CardView:
    """Return a card in scope. Raises NotFound `card_unknown`."""
    row = connection.execute(_base().where(warning_card.c.id == card_id, *case_scope(scope))).one_or_none()
    if row is None:
        raise NotFound("card_unknown", card=str(card_id))
    return _view(row)


def score_departments(connection: sa.Connection, scope: Scope) -> tuple[CardScore, ...]:
    """Return the scores of the departments in scope, those with most cards first."""
    card = warning_card.c
    counts = card.state != CardState.REVOKED.value
    parts = {
        "issued": counts,
        **{colour.value: sa.and_(counts, card.colour == colour.value) for colour in CardColour},
        "waiting": card.state == CardState.ISSUED.value,
        "upheld": card.outcome == CardState.UPHELD.value,
        "revoked": card.state == CardState.REVOKED.value,
    }
    query = (
        sa.select(
            card.county,
            department.c.id,
            department.c.name_zh,
            *(sa.func.sum(sa.case((condition, 1), else_=0)).label(name) for name, condition in parts.items()),
        )
        .join(case_file, case_file.c.id == card.case_id)
        .join(department, department.c.id == card.department_id)
        .where(*case_scope(scope))
        .group_by(card.county, department.c.id, department.c.name_zh)
    )
    scores = [
        CardScore(
            county=row.county,
            department_id=str(row.id),
            department=row.name_zh,
            **{name: int(getattr(row, name)) for name in parts},
        )
        for row in connection.execute(query)
    ]
    return tuple(sorted(scores, key=lambda item: (-item.issued, -item.revoked, item.department)))


def _base() -> sa.Select[Any]:
    return (
        sa.select(
            warning_card,
            case_file.c.case_no,
            case_file.c.name.label("case_name"),
            department.c.name_zh.label("department"),
            staff.c.name.label("handler"),
        )
        .join(case_file, case_file.c.id == warning_card.c.case_id)
        .join(department, department.c.id == warning_card.c.department_id)
        .outerjoin(staff, staff.c.id == warning_card.c.handler_id)
    )


def _conditions(wanted: CardFilter) -> Iterable[sa.ColumnElement[bool]]:
    card = warning_card.c
    for column, value in (
        (card.colour, wanted.colour),
        (card.state, wanted.state),
        (card.cause, wanted.cause),
        (card.county, wanted.county),
    ):
        if value:
            yield column == value
    if wanted.department_id is not None:
        yield card.department_id == wanted.department_id
    if wanted.person_id is not None:
        yield card.handler_id == wanted.person_id
    if wanted.concerning is not None:
        yield concerns(wanted.concerning)


def _view(row: sa.Row[Any]) -> CardView:
    stored = _stored(row.facts)
    facts = CardFacts(**{field.name: getattr(row, field.name) for field in fields(CardFacts)})
    same = {
        field.name: getattr(row, field.name)
        for field in fields(CardView)
        if field.name in warning_card.c and field.name not in ("facts", "id", "case_id", "department_id", "handler_id")
    }
    return CardView(
        **{
            **same,
            "id": str(row.id),
            "case_id": str(row.case_id),
            "case_no": row.case_no,
            "case_name": row.case_name,
            "item_type": stored.get("item_type", ""),
            "content": stored.get("content", ""),
            "supervision_no": row.supervision_no or "",
            "warning_type": WARNING_TYPES.get(row.colour, ""),
            "state_at": row.state_at or row.issued_at,
            "department_id": str(row.department_id),
            "department": row.department,
            "handler_id": str(row.handler_id) if row.handler_id else None,
            "handler": row.handler or "",
            "facts": facts,
        }
    )


def _stored(text: str) -> dict[str, str]:
    found: dict[str, str] = orjson.loads(text)
    return found
