"""Serving a document: the record of it, and the period that begins with it (time-limits.md K23)."""

from app.domain.change_rows.papers import DocumentRow
from app.domain.limit import TimeLimit, format_limit, parse_limit
from app.domain.service_record import APPLICANT, Attempt, ServiceChange, ServiceRow, with_attempt
from app.runtime.acceptance import start
from app.runtime.casework import Casework

SERVED_WITH_ISSUE = "account"


def serve_with_issue(work: Casework, document: DocumentRow, attempt: Attempt, *, clock: str, period: TimeLimit) -> None:
    """Record how a document just issued is served; its period begins when it was served already."""
    _add(work, document.id, attempt, fallback_of=None, clock=clock, period=format_limit(period))


def serve_again(work: Casework, document_id: int, attempt: Attempt, last: ServiceRow | None) -> int:
    """Add an attempt to the record of its way, or a record for another way. Returns the id of the record."""
    if last is None or last.channel != attempt.channel:
        return _add(
            work,
            document_id,
            attempt,
            fallback_of=last.id if last else None,
            clock=last.clock if last else None,
            period=last.period if last else None,
        )
    work.changes.services_changed.append(
        ServiceChange(
            id=last.id,
            served_at=attempt.served_at,
            proof=attempt.proof or None,
            attempts=with_attempt(last.attempts, attempt),
        )
    )
    _begin_period(work, attempt, last.clock, last.period)
    return last.id


def _add(
    work: Casework,
    document_id: int,
    attempt: Attempt,
    *,
    fallback_of: int | None,
    clock: str | None,
    period: str | None,
) -> int:
    row = ServiceRow(
        id=work.ports.next_id(),
        case_id=work.case.id,
        document_id=document_id,
        addressee=APPLICANT,
        channel=attempt.channel,
        consent_at=attempt.consent_at,
        sent_at=attempt.sent_at,
        served_at=attempt.served_at,
        proof=attempt.proof or None,
        attempts=with_attempt("[]", attempt),
        fallback_of=fallback_of,
        clock=clock,
        period=period,
    )
    work.changes.services_added.append(row)
    _begin_period(work, attempt, clock, period)
    return row.id


def _begin_period(work: Casework, attempt: Attempt, clock: str | None, period: str | None) -> None:
    if attempt.served_at is None or clock is None or period is None:
        return
    limit = parse_limit(period)
    assert isinstance(limit, TimeLimit)
    start(work, clock, limit=limit, occurred_at=attempt.served_at)
