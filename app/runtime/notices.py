"""Notices (通知): messages to people, queued in the commit of the act that caused them."""

from collections.abc import Mapping

from app.domain.notice import NOTICE_CLASSES, earliest_send_at
from app.domain.vocabulary import Role
from app.runtime.casework import Casework

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


def _queue(work: Casework, kind: str, to: Mapping[str, object], facts: Mapping[str, object], key: str) -> None:
    calendar = work.published.calendar_of(work.case.department_id)
    rules = work.published.time_rules
    send_at = earliest_send_at(
        NOTICE_CLASSES[kind], work.now, calendar=calendar, immediate_until=rules.notices_immediate_until
    )
    payload = {"notice": kind, "case_no": work.case.case_no, "matter": work.case.name, **to, "facts": dict(facts)}
    work.queue(CHANNEL, payload, key=key, send_at=send_at)
