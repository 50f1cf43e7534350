"""Notices (通知): messages to people, queued in the commit of the act that caused them."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.change_rows.cards import CardRow
from app.domain.limit import TimeLimit
from app.domain.notice import NOTICE_CLASSES, earliest_send_at, is_short
from app.domain.vocabulary import Role
from app.runtime.casework import Casework
from app.runtime.published import Published

CHANNEL = "notice"


def tell_applicant(work: Casework, kind: str, facts: Mapping[str, object]) -> None:
    """Queue the notice `kind` for the applicant."""
    _queue(work, kind, {"addressee": "applicant"}, facts, f"{kind}:{work.case.id}:{work.last_seq}:applicant")


def tell_role(
    work: Casework, role: Role, kind: str, facts: Mapping[str, object], *, key: str, department_id: int | None = None
) -> None:
    """Queue the notice `kind` for everybody who holds `role` in a department (default: the case's own).

    key: unique for ever; the same event never tells the same role twice.
    """
    to = {"addressee": "role", "role": role.value, "department_id": department_id or work.case.department_id}
    _queue(work, kind, to, facts, f"{key}:{role.value}")


def tell_person(work: Casework, staff_id: int, kind: str, facts: Mapping[str, object], *, key: str) -> None:
    """Queue the notice `kind` for one officer."""
    _queue(work, kind, {"addressee": "staff", "staff_id": staff_id}, facts, key)


def tell_supervision_office(work: Casework, kind: str, facts: Mapping[str, object], *, key: str) -> None:
    """Queue the notice `kind` for the supervisors of the county of the case, of its prefecture where it has none."""
    where = {"county": work.case.county, "prefecture": work.case.prefecture}
    to = {"addressee": "supervision_office", "role": Role.SUPERVISOR.value, **where}
    _queue(work, kind, to, facts, f"{key}:supervision_office")


def tell_card(
    work: Casework,
    card: CardRow,
    kind: str,
    facts: Mapping[str, object] | None = None,
    *,
    limit: TimeLimit | None = None,
) -> None:
    """Queue the notice of a card for everybody it concerns, once; who that is follows from the card when it is sent.

    limit: what the card is about; None for a breach of procedure, which no digest holds back.
    """
    hours = work.published.calendar_of(work.case.department_id).hours
    to = {
        "addressee": "card",
        "card_id": str(card.id),
        "county": work.case.county,
        "prefecture": work.case.prefecture,
        "is_short": limit is not None and is_short(limit, hours),
    }
    told = {"clock": card.clock, "due_at": card.due_at.isoformat() if card.due_at else "", **(facts or {})}
    _queue(work, kind, to, told, f"card:{work.case.id}:{card.clock}:{card.element}:{card.colour}")


def held_until(published: Published, payload: Mapping[str, object], now: datetime) -> datetime | None:
    """Return until when a claimed notice waits: a restart in the night wakes nobody. None when it may go out now.

    payload: as queued here. Source: time-limits.md section 6.
    """
    office_id = payload.get("office_id")
    if office_id is None:
        return None
    until = _send_at(published, str(payload["notice"]), int(str(office_id)), now)
    return until if until > now else None


def _queue(work: Casework, kind: str, to: Mapping[str, object], facts: Mapping[str, object], key: str) -> None:
    office_id = work.case.department_id
    case = {"case_no": work.case.case_no, "matter": work.case.name, "office_id": office_id}
    payload = {"notice": kind, **case, **to, "facts": dict(facts)}
    work.queue(CHANNEL, payload, key=key, send_at=_send_at(work.published, kind, office_id, work.now))


def _send_at(published: Published, kind: str, office_id: int, now: datetime) -> datetime:
    return earliest_send_at(
        NOTICE_CLASSES[kind],
        now,
        calendar=published.calendar_of(office_id),
        immediate_until=published.time_rules.notices_immediate_until,
    )
